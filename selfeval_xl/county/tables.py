"""All rows of the county, sheet by sheet, from what was received. Rows are dicts by column key."""

from __future__ import annotations

from dataclasses import dataclass, field

from .columns import Sheet
from .departments import Prepared
from .detail_columns import DEVIATIONS, FINDINGS, FUNDING, INDICATORS
from .detail_rows import (
    deviation_order,
    deviation_rows,
    finding_rows,
    funding_rows,
    indicator_rows,
    other_findings,
)
from .ledger_columns import RECEIPTS, SUBMISSIONS
from .ledger_rows import receipt_rows, submission_row
from .material import Entry, Material
from .sampling import Sampling
from .summary_columns import DEPARTMENTS, PROJECTS
from .summary_rows import Row, department_row, project_rows

SHEETS: tuple[Sheet, ...] = (
    DEPARTMENTS,
    PROJECTS,
    FUNDING,
    INDICATORS,
    DEVIATIONS,
    FINDINGS,
    SUBMISSIONS,
    RECEIPTS,
)
Tables = dict[str, list[Row]]


@dataclass(slots=True)
class Share:
    """What one department adds to each sheet. signs: of each project row, its signs of risk (see `sampling`)."""

    departments: Row
    submissions: Row
    projects: list[Row]
    funding: list[Row]
    indicators: list[Row]
    deviations: list[Row]
    findings: list[Row]
    signs: list[int | None] = field(default_factory=list)


def share_of(entry: Entry, material: Material, sampling: Sampling) -> Share:
    """The rows of a department; of every sheet but 收件核对, which has a row for each file."""
    projects = list(project_rows(entry, material))
    share = Share(
        department_row(entry, projects, material),
        submission_row(entry, material),
        projects,
        list(funding_rows(entry)),
        list(indicator_rows(entry, material)),
        list(deviation_rows(entry)),
        finding_rows(entry, material),
    )
    forms = [frozenset(finding.rule for finding in form.findings) for form in entry.projects]
    share.signs = [sampling.signs(row, found) for row, found in zip(projects, forms, strict=False)] + [
        None
    ] * (len(projects) - len(forms))
    return share


def build(material: Material) -> Tables:
    """The rows of every sheet but 总览, numbered from 1, by the sheet's key."""
    tables: Tables = {sheet.key: [] for sheet in SHEETS}
    sampling, signs = Sampling(material.policy), []
    for entry in material.entries:
        share = share_of(entry, material, sampling)
        signs += share.signs
        for key, rows in tables.items():
            if key != RECEIPTS.key:
                own = getattr(share, key)
                rows.extend(own if isinstance(own, list) else [own])
    tables["findings"] += other_findings(Prepared(material).rest, material)[1]
    tables["deviations"].sort(key=deviation_order)
    tables["receipts"] = list(receipt_rows(material))
    large = sampling.large(row["annual_budget"] for row in tables["projects"])
    for row, own in zip(tables["projects"], signs, strict=True):
        row |= sampling.proposal(own, row["annual_budget"], large)
    for rows in tables.values():
        number_rows(rows)
    return tables


def number_rows(rows: list[Row]) -> list[Row]:
    """The same rows, numbered from 1."""
    for number, row in enumerate(rows, 1):
        row["number"] = number
    return rows
