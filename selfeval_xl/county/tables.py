"""All rows of the county, sheet by sheet, from what was received. Rows are dicts by column key."""

from __future__ import annotations

from .columns import Sheet
from .detail_columns import DEVIATIONS, FINDINGS, FUNDING, INDICATORS
from .detail_rows import deviation_order, deviation_rows, finding_rows, funding_rows, indicator_rows
from .ledger_columns import RECEIPTS, SUBMISSIONS
from .handwritten import Written
from .ledger_rows import receipt_rows, review_state, submission_rows
from .material import Material
from .summary_columns import DEPARTMENTS, PROJECTS
from .sampling import propose
from .summary_rows import Row, department_rows, project_rows

SHEETS: tuple[Sheet, ...] = (DEPARTMENTS, PROJECTS, FUNDING, INDICATORS, DEVIATIONS, FINDINGS, SUBMISSIONS, RECEIPTS)
Tables = dict[str, list[Row]]


def build(material: Material) -> Tables:
    """The rows of every sheet but 总览, numbered from 1, by the sheet's key."""
    projects = list(project_rows(material))
    propose(projects, _rules_found(material, projects), material.policy)
    tables: Tables = {
        "departments": list(department_rows(material, projects)), "projects": projects, "funding": list(funding_rows(material)),
        "indicators": list(indicator_rows(material)), "deviations": deviation_rows(material), "findings": finding_rows(material),
        "submissions": list(submission_rows(material)), "receipts": list(receipt_rows(material)),
    }
    for rows in tables.values():
        number_rows(rows)
    return tables


def _rules_found(material: Material, projects: list[Row]) -> dict[int, frozenset[str]]:
    """The rules that found something on each project form, by the place of its row (see `project_rows` for the order)."""
    found, place = {}, 0
    for entry in material.entries:
        for form in entry.projects:
            found[place] = frozenset(finding.rule for finding in form.findings)
            place += 1
        place += len(entry.missing) + len(entry.exempt)
    assert place == len(projects)
    return found


def settle(tables: Tables, written: Written) -> None:
    """What follows from the officers' words: the state of each department, and the order of the causes that they changed."""
    opinions = {row["department"]: str(row.get("opinion") or "") for row in tables["departments"]}
    for row in tables["submissions"]:
        row |= review_state(row, opinions.get(row["department"], ""), written.returned)
        if row.get("last_returned"):
            days = written.returned.setdefault(row["department_code"] or row["department"], [])
            days += [day for day in [str(row["last_returned"]).strip()] if day not in days]
    tables["deviations"].sort(key=deviation_order)
    number_rows(tables["deviations"])


def number_rows(rows: list[Row]) -> list[Row]:
    """The same rows, numbered from 1."""
    for number, row in enumerate(rows, 1):
        row["number"] = number
    return rows
