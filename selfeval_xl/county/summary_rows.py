"""The rows of 部门汇总 and 项目汇总."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ..findings import Finding, Severity
from ..reading.labels import squeeze
from .arithmetic import change, difference, mean, ratio
from .collecting import ATTACHED
from .material import DASH, EXEMPT, EXTRA, MISSING, NONE, REPORTED, Assessed, Entry, Material, advice, counts
from .roster import Project
from .summary_columns import completion

Row = dict[str, Any]

VERDICTS = ("indicators", "met", "exceeded", "unmet", "zero", "undetermined", "unexplained")
AMOUNTS = ("initial_budget", "annual_budget", "executed")
GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}
_RANK: dict[Severity | None, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def project_rows(entry: Entry, material: Material) -> Iterator[Row]:
    """The rows of 项目汇总 of a department: its project forms, then the missing and the exempt projects."""
    for form in entry.projects:
        yield _project(form, material)
    for status, projects in ((MISSING, entry.missing), (EXEMPT, entry.exempt)):
        for project in projects:
            yield _absent(entry, project, status)


def head(entry: Entry) -> Row:
    """The first columns of every row of a department."""
    return {"section": entry.section, "department_code": entry.code, "department": entry.name}


def place(form: Assessed, cell: str | None) -> Row:
    """The last columns of a row of a form: file, sheet and cell of what it is about."""
    return {"file": form.file, "sheet": form.form.sheet, "cell": cell}


def form_cell(form: Assessed) -> str | None:
    """The cell that stands for the whole form: that of its project's or department's name."""
    cells = form.form.cells
    return cells.get("project") or cells.get("department") or next(iter(cells.values()), None)


def _project(form: Assessed, material: Material) -> Row:
    """The row of 项目汇总 of a project form."""
    record, ledger = form.form, form.ledger
    row = {
        **head(form.entry),
        "project_code": record.project_code or (ledger.code if ledger else None),
        "project": form.project_name,
        "supervisor": record.department,
        "unit": record.unit,
        "category": ledger.category if ledger else None,
        "status": form.status,
        **{key: form.amount(key) for key in AMOUNTS},
        "stated_rate": record.total_funding.execution_rate if record.total_funding else None,
        "ledger_budget": ledger.annual_budget if ledger else None,
        "ledger_executed": ledger.executed if ledger else None,
        **form.verdicts(),
        "score": form.score(),
        "grade": form.grade(material.policy),
        **counts(form.findings),
        "main_findings": main_findings(form.findings),
        "advice": advice(form.findings),
        "layout": record.layout or "其他表式",
        "money_unit": record.money_unit or "万元",
        **place(form, form_cell(form)),
    }
    return _with_rates(row)


def _absent(entry: Entry, project: Project, status: str) -> Row:
    """The row of a project of the roster of which no form came."""
    row = {
        **head(entry),
        "project_code": project.code,
        "project": project.name,
        "unit": project.unit,
        "category": project.category,
        "status": status,
        **dict.fromkeys(AMOUNTS),
        "ledger_budget": project.annual_budget,
        "ledger_executed": project.executed,
        "advice": NONE if status == MISSING else status,
    }
    return _with_rates(row)


def _with_rates(row: Row) -> Row:
    """The row with what is computed from its amounts, as the columns' formulas do it."""
    row["execution_rate"] = ratio(row["executed"], row["annual_budget"])
    row["unspent"] = difference(row["annual_budget"], row["executed"])
    row["adjustment"] = change(row["annual_budget"], row["initial_budget"])
    row["initial_rate"] = ratio(row["executed"], row["initial_budget"])
    return row


def main_findings(findings: list[Finding]) -> str:
    """主要问题: the titles of the three gravest findings, each once, with its cell."""
    ordered = sorted(findings, key=lambda finding: (_RANK.get(finding.severity, 3), finding.rule))
    titles = dict.fromkeys(
        f"{finding.title}（{finding.cell}）" if finding.cell else finding.title for finding in ordered
    )
    return "；".join(list(titles)[:3])


def department_row(entry: Entry, projects: Sequence[Row], material: Material) -> Row:
    """The row of 部门汇总 of a department. projects: its rows of 项目汇总, summed as the formulas do it."""
    statuses = [row["status"] for row in projects]
    due = statuses.count(REPORTED) + statuses.count(MISSING)
    has_projects = bool(material.roster and material.roster.projects)
    row: Row = {
        **head(entry),
        "units": units_of(entry, material),
        "due": due if has_projects else DASH,
        "assessed": statuses.count(REPORTED) + statuses.count(EXTRA),
        "missing": statuses.count(MISSING) if has_projects else DASH,
        "department_forms": len(entry.wholes),
        "reports": len(entry.reports),
        "sealed": sealed(entry),
        **{key: sum((item.get(key) or 0 for item in projects), Decimal(0)) for key in (*AMOUNTS, *VERDICTS)},
        **{key: sum(item.get("grade") == grade for item in projects) for key, grade in GRADES.items()},
        **counts(entry.findings),
        "explained": sum(finding.status == "explained" for finding in entry.findings),
        "average_score": mean([item["score"] for item in projects if item.get("score") is not None]),
    }
    row["completion_rate"] = completion(row)
    if entry.wholes:
        row["department_score"] = entry.wholes[0].score()
        row["department_grade"] = entry.wholes[0].grade(material.policy)
    row["advice"] = advice(entry.findings) if entry.forms or entry.reports else NONE
    row = _with_rates(row)
    return row if row["annual_budget"] else row | {"execution_rate": None}


def units_of(entry: Entry, material: Material) -> int:
    """所属单位数: the subordinate units in the roster; without one, the units named on the project forms."""
    if material.roster and entry.row:
        return len(material.roster.below(entry.code))
    return len({squeeze(form.form.unit) for form in entry.projects if form.form.unit})


def sealed(entry: Entry) -> int:
    """盖章件: the number of scans and pictures that came with the filing."""
    return sum(receipt.result == "附件" and receipt.file.kind in ATTACHED for receipt in entry.receipts)
