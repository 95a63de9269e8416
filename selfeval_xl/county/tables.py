"""All rows of the county, sheet by sheet, from what was received. Rows are dicts by column key."""

from __future__ import annotations

from .columns import Sheet
from .detail_columns import DEVIATIONS, FINDINGS, FUNDING, INDICATORS
from .detail_rows import deviation_rows, finding_rows, funding_rows, indicator_rows
from .ledger_columns import RECEIPTS, SUBMISSIONS
from .ledger_rows import receipt_rows, submission_rows
from .material import Material
from .summary_columns import DEPARTMENTS, PROJECTS
from .summary_rows import Row, department_rows, project_rows

SHEETS: tuple[Sheet, ...] = (DEPARTMENTS, PROJECTS, FUNDING, INDICATORS, DEVIATIONS, FINDINGS, SUBMISSIONS, RECEIPTS)
Tables = dict[str, list[Row]]


def build(material: Material) -> Tables:
    """The rows of every sheet but 总览, numbered from 1, by the sheet's key."""
    projects = list(project_rows(material))
    tables: Tables = {
        "departments": list(department_rows(material, projects)), "projects": projects, "funding": list(funding_rows(material)),
        "indicators": list(indicator_rows(material)), "deviations": deviation_rows(material), "findings": finding_rows(material),
        "submissions": list(submission_rows(material)), "receipts": list(receipt_rows(material)),
    }
    for rows in tables.values():
        number_rows(rows)
    return tables


def number_rows(rows: list[Row]) -> None:
    for number, row in enumerate(rows, 1):
        row["number"] = number
