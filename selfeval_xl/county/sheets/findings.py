"""审核问题: one row a finding."""

from __future__ import annotations

from collections.abc import Iterable

from selfeval_xl.county.departments.data import EXPLAINED, NEW, CountedForm, CountyData, DepartmentData
from selfeval_xl.county.sheets.columns import FORM, HEAD, PLACE, Column, Sheet, hand, link
from selfeval_xl.county.sheets.row_heads import FORM_KINDS, Row, form_head, head
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.rules.runner import order

NOBODY = "（未归入部门）"  # stands for the department of findings on files of none
FINDINGS = Sheet(
    "findings",
    "审核问题",
    (
        *HEAD,
        FORM,
        Column("severity", "级别", 6),
        Column("treatment", "处理方式", 9),
        Column("rule", "规则编号", 7),
        Column("title", "规则名称", 22, "wrap"),
        Column("subject", "对象", 18, "wrap"),
        Column("value", "填报内容", 22, "wrap"),
        Column("expected", "应为或参考", 18, "wrap"),
        Column("message", "问题说明", 44, "wrap"),
        Column("hint", "修改建议", 30, "wrap"),
        Column("explanation", "单位说明", 18, "wrap"),
        Column("status", "状态", 8),
        hand("opinion", "审核意见", 12),
        hand("officer", "审核人", 9),
        *PLACE,
        link("定位"),
    ),
    counted=("status", "severity", "rule"),
)


_RANKS = {severity.label: severity.rank for severity in Severity}


def finding_rows(entry: DepartmentData, material: CountyData) -> list[Row]:
    """The rows of 审核问题 of a department: by project, gravest rules first, those of one rule together."""
    return _ordered([row for _, row in rows_with_findings(entry, material)])


def rows_with_findings(entry: DepartmentData, material: CountyData) -> list[tuple[Finding, Row]]:
    """The findings of a department, each with its row."""
    forms = {id(finding): form for form in entry.forms for finding in form.findings}
    return [
        (finding, _finding(finding, entry, forms.get(id(finding)), material)) for finding in entry.findings
    ]


def other_findings(findings: Iterable[Finding], material: CountyData) -> tuple[DepartmentData, list[Row]]:
    """A stand-in for the department of findings that belong to none, and their rows of 审核问题."""
    entry = DepartmentData(NOBODY, findings=sorted(findings, key=order))
    return entry, finding_rows(entry, material)


def _ordered(rows: list[Row]) -> list[Row]:
    """The rows by project, by the gravest severity of their rule there, and by rule."""
    gravest: dict[tuple, int] = {}
    for row in rows:
        key = (row["project"], row["rule"])
        gravest[key] = min(gravest.get(key, 9), _RANKS.get(row["severity"], len(_RANKS)))
    return sorted(rows, key=lambda row: (row["project"], gravest[row["project"], row["rule"]], row["rule"]))


def _other_sender(finding: Finding, entry: DepartmentData, material: CountyData) -> str | None:
    """Department, file and sheet of what a finding refers to, where another department sent it.

    Only the county workbook says so: the department itself is not told whose words they are.
    """
    for place in finding.related:
        sender = material.senders.get(place.file, entry.name)
        if sender != entry.name:
            return f"{sender}（{material.relative(place.file)} {place.sheet}）"
    return None


def _finding(finding: Finding, entry: DepartmentData, form: CountedForm | None, material: CountyData) -> Row:
    """The row of 审核问题 of a finding. form: the one it is about, None where it is about none."""
    base = (
        form_head(form)
        if form
        else {
            **head(entry),
            "project_code": None,
            "project": finding.project or "",
            "form": FORM_KINDS.get(finding.form or "", ""),
        }
    )
    return {
        **base,
        "severity": finding.severity.label if finding.severity else "",
        "treatment": finding.treatment.label if finding.treatment else "",
        "rule": finding.rule,
        "title": finding.title,
        "subject": finding.subject,
        "value": finding.value,
        "expected": finding.expected or _other_sender(finding, entry, material),
        "message": finding.in_full,
        "hint": finding.hint,
        "explanation": finding.explanation,
        "status": EXPLAINED if finding.status == "explained" else NEW,
        "file": material.relative(finding.file),
        "sheet": finding.shown_sheet or None,
        "cell": finding.shown_cells or None,
    }
