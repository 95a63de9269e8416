"""The sheets of the county workbook and the rows of each; a row is a dict by column key."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from selfeval_xl.county.departments.data import CountyData, DepartmentData
from selfeval_xl.county.departments.streaming import LoadedDepartments
from selfeval_xl.county.officer_workbook import Written
from selfeval_xl.county.sheets.appraisals import APPRAISALS
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.departments import DEPARTMENTS, department_row
from selfeval_xl.county.sheets.deviations import DEVIATIONS, deviation_order, deviation_rows
from selfeval_xl.county.sheets.findings import FINDINGS, finding_rows, other_findings
from selfeval_xl.county.sheets.funding import FUNDING, funding_rows
from selfeval_xl.county.sheets.indicators import INDICATORS, indicator_rows
from selfeval_xl.county.sheets.projects import PROJECTS, project_rows
from selfeval_xl.county.sheets.receipts import RECEIPTS, receipt_rows
from selfeval_xl.county.sheets.row_heads import Row
from selfeval_xl.county.sheets.sampling import Sampling
from selfeval_xl.county.sheets.submissions import SUBMISSIONS, submission_row
from selfeval_xl.county.sheets.supplements import SUPPLEMENTS
from selfeval_xl.county.store.rows import ListedRows

SHEETS: tuple[Sheet, ...] = (
    DEPARTMENTS,
    PROJECTS,
    FUNDING,
    INDICATORS,
    DEVIATIONS,
    FINDINGS,
    SUPPLEMENTS,
    SUBMISSIONS,
    RECEIPTS,
)
# The sheets whose hand columns are read back from an earlier workbook.
READ_BACK: tuple[Sheet, ...] = (*SHEETS, APPRAISALS)
Tables = dict[str, list[Row]]


@dataclass(slots=True)
class DepartmentRows:
    """The rows of one department by sheet key. signs: of risk, for each project row (see `sampling`)."""

    departments: Row
    submissions: Row
    projects: list[Row]
    funding: list[Row]
    indicators: list[Row]
    deviations: list[Row]
    findings: list[Row]
    signs: list[int | None] = field(default_factory=list)


def share_of(entry: DepartmentData, material: CountyData, sampling: Sampling) -> DepartmentRows:
    """The rows of a department for every sheet but 收件核对, which has a row for each file."""
    projects = list(project_rows(entry, material))
    share = DepartmentRows(
        department_row(entry, projects, material),
        submission_row(entry, material),
        projects,
        list(funding_rows(entry)),
        list(indicator_rows(entry, material)),
        list(deviation_rows(entry, material.policy)),
        finding_rows(entry, material),
    )
    rules = [frozenset(finding.rule for finding in form.findings) for form in entry.projects]
    # The rows of missing and exempt projects come after those of the forms, and show no signs.
    share.signs = [sampling.signs(row, broken) for row, broken in zip(projects, rules, strict=False)]
    share.signs += [None] * (len(projects) - len(rules))
    return share


def build(material: CountyData) -> Tables:
    """The rows of every sheet but 总览 in memory, numbered from 1, by the sheet's key."""
    tables: Tables = {sheet.key: [] for sheet in SHEETS}
    sampling = Sampling(material.policy)
    signs: list[int | None] = []
    for entry in material.entries:
        share = share_of(entry, material, sampling)
        signs += share.signs
        for key, rows in tables.items():
            if key not in (RECEIPTS.key, SUPPLEMENTS.key):
                added = getattr(share, key)
                rows.extend(added if isinstance(added, list) else [added])
    tables["findings"] += other_findings(LoadedDepartments(material).rest, material)[1]
    tables["deviations"].sort(key=deviation_order)
    tables["receipts"] = list(receipt_rows(material))
    large = sampling.large(row["annual_budget"] for row in tables["projects"])
    for row, row_signs in zip(tables["projects"], signs, strict=True):
        row |= sampling.proposal(row_signs, row["annual_budget"], large)
    for rows in tables.values():
        number_rows(rows)
    return tables


def with_opinions(tables: Tables, written: Written, material: CountyData) -> Tables:
    """The same rows with what officers wrote: causes, states, counts without what they do not agree with."""
    from selfeval_xl.county.officer_columns import carry_over, settle, with_own_columns
    from selfeval_xl.county.recount import recount

    sheets = with_own_columns(SHEETS, written)
    listed = {key: ListedRows(sheets[key], rows) for key, rows in tables.items()}
    match = material.roster.match if material.roster else None
    carry_over(copy.deepcopy(written), listed, match)
    settle(listed, copy.deepcopy(written))
    recount(listed)
    return tables


def number_rows(rows: list[Row]) -> list[Row]:
    """Numbers the rows from 1 and returns them."""
    for number, row in enumerate(rows, 1):
        row["number"] = number
    return rows
