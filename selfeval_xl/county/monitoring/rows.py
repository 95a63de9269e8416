"""The rows of the monitoring workbook, department by department."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.assessment.verdicts import judge
from selfeval_xl.county.departments.data import (
    BLANK,
    DASH,
    EXEMPT,
    EXTRA,
    MISSING,
    REPORTED,
    CountedForm,
    CountyData,
    DepartmentData,
)
from selfeval_xl.county.intake.receipts import NOTHING_TO_DO, Receipt
from selfeval_xl.county.monitoring.sheets import AMOUNTS, COUNTS, ENTRY, WARNING, monitored
from selfeval_xl.county.sheets.findings import NOBODY, rows_with_findings
from selfeval_xl.county.sheets.projects import main_findings
from selfeval_xl.county.sheets.receipts import receipt_rows
from selfeval_xl.county.sheets.row_heads import Row, first_cell, form_cell, form_head, head, place
from selfeval_xl.county.sheets.submissions import PARTLY, submission_row
from selfeval_xl.filings.roster import Project
from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.forms import MONITORING, SELF, Indicator, Verdict
from selfeval_xl.model.numbers import difference, rate4, ratio
from selfeval_xl.model.quantity import parse
from selfeval_xl.rules.monitoring import due_rate, progress

_IS_WARNING = "M"  # the rules of monitoring begin with it
Tables = dict[str, list[Row]]
# What to do about other forms in the folder, by their kind.
_ASKED = {
    SELF: "自评表放错了文件夹的，请移走；该报监控表的，请单位报监控表",
    MONITORING: "有更晚期间的表的，不用管；监控期间报错了的，请单位重报",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an indicator's forecast means against its target, in words (预计判定), and by column of counts."""

    label: str | None
    count: str


_WILL = {
    Verdict.MET: Outcome("预计完成", "will_meet"),
    Verdict.EXCEEDED: Outcome("预计完成", "will_meet"),
    Verdict.UNMET: Outcome("预计完不成", "will_miss"),
    Verdict.UNDETERMINED: Outcome("待核定", "unclear"),
    None: Outcome(None, "no_forecast"),
}


def outcome(row: Indicator, over: Decimal, year: int | None) -> Outcome:
    """What the forecast of an indicator means: judged as a completed value is at the end of the year."""
    judgement = judge(
        parse(row.target), parse(row.forecast), cost=row.is_cost, name=row.name or "", over=over, year=year
    )
    return _WILL[judgement.verdict]


def build(material: CountyData) -> Tables:
    """The rows of every sheet, by its key."""
    tables: Tables = {key: [] for key in ("departments", "projects", "indicators", "findings", "submissions")}
    for entry in material.entries:
        projects = list(_project_rows(entry, material))
        tables["projects"] += projects
        tables["departments"].append(_department_row(entry, projects, material))
        tables["submissions"].append(_submission_row(entry, material))
        tables["indicators"] += _indicator_rows(entry, material)
        tables["findings"] += _finding_rows(entry, material)
    tables["findings"] += _finding_rows(DepartmentData(NOBODY, findings=list(_of_nobody(material))), material)
    tables["receipts"] = [
        row | _told_of_others(receipt, row) | {"result": monitored(row["result"])}
        for receipt, row in zip(material.collected.receipts, receipt_rows(material), strict=True)
    ]
    return tables


def _told_of_others(receipt: Receipt, row: Row) -> Row:
    """原因 and 需要做什么 of a file with forms that do not count here."""
    others = receipt.file.others
    if not others or receipt.result in ("无法读取", "重复"):
        return {}
    reason, action = row["reason"], row["action"]
    if receipt.fates:
        names = "、".join(dict.fromkeys(other.name for other in others))
        reason += f"；另有{names}，不参加这次监控的校验和汇总"
    asked = [text for kind, text in _ASKED.items() if any(other.kind == kind for other in others)]
    if asked and action == NOTHING_TO_DO:
        action = "；".join(asked)
    return {"reason": reason, "action": action}


def _of_nobody(material: CountyData) -> Iterator[Finding]:
    """The findings that belong to no department."""
    assigned = {id(finding) for entry in material.entries for finding in entry.findings}
    return (finding for finding in material.findings if id(finding) not in assigned)


def _project_rows(entry: DepartmentData, material: CountyData) -> Iterator[Row]:
    """The rows of 项目汇总 of a department: its forms, then the missing and the exempt projects."""
    for form in entry.projects:
        yield _project(form, material)
    for status, projects in ((MISSING, entry.missing), (EXEMPT, entry.exempt)):
        for project in projects:
            yield _absent(entry, project, status)


def _project(form: CountedForm, material: CountyData) -> Row:
    """The row of 项目汇总 of a monitoring form."""
    record = form.form
    blank = form.status == BLANK
    row = {
        **form_head(form),
        "supervisor": record.department,
        "unit": record.unit,
        "status": form.status,
        "through": record.through,
        **{key: None if blank else form.amount(key) for key in AMOUNTS},
        "stated_rate": record.total_funding.execution_rate if record.total_funding else None,
        "due_rate": due_rate(record.through, material.policy),
        **_counts(form, material),
        **_to_do(form.findings),
        "main_findings": main_findings(sorted(form.findings, key=_by_need), ordered=True),
        "money_unit": record.money_unit or "万元",
        **place(form, form_cell(form)),
    }
    return _with_rates(row)


def _by_need(finding: Finding) -> tuple[bool, int, bool, str]:
    """The order of a project's 主要问题: what is to be done now, of that the gravest, warnings first."""
    now = finding.treatment in (Treatment.FIX, Treatment.EXPLAIN)
    return not now, finding.rank, not finding.rule.startswith(_IS_WARNING), finding.rule


def _absent(entry: DepartmentData, project: Project, status: str) -> Row:
    """The row of a project of the roster of which no form came."""
    return _with_rates(
        {
            **head(entry),
            "project_code": project.code,
            "project": project.name,
            "unit": project.unit,
            "status": status,
            **dict.fromkeys(AMOUNTS),
        }
    )


def _with_rates(row: Row) -> Row:
    """The row with what is computed from its amounts, as the columns' formulas do it."""
    return row | {
        "execution_rate": ratio(row["executed"], row["annual_budget"]),
        "forecast_rate": ratio(row["forecast"], row["annual_budget"]),
        "unspent": difference(row["annual_budget"], row["forecast"]),
    }


def _counts(form: CountedForm, material: CountyData) -> Row:
    """The counts of indicators (see `sheets.COUNTS`)."""
    rows = form.form.indicators
    over = material.policy.number("over_fulfilment")
    counts = dict.fromkeys(COUNTS, 0) | {"indicators": len(rows)}
    for row in rows:
        counts[row.outlook.value if row.outlook else "unchosen"] += 1
        counts[outcome(row, over, form.form.year).count] += 1
    return counts


def _to_do(findings: Iterable[Finding]) -> Row:
    """The counts of warnings, and of what is to be mended and to be explained."""
    findings = list(findings)
    return {
        "alarms": sum(finding.rule.startswith(_IS_WARNING) for finding in findings),
        "fix": sum(finding.treatment is Treatment.FIX for finding in findings),
        "explain": sum(
            finding.treatment is Treatment.EXPLAIN and finding.status != "explained" for finding in findings
        ),
    }


def _department_row(entry: DepartmentData, projects: Sequence[Row], material: CountyData) -> Row:
    """The row of 部门汇总. projects: its rows of 项目汇总, summed as the formulas do it."""
    statuses = [row["status"] for row in projects]
    row: Row = {
        **head(entry),
        "due": sum(map(statuses.count, (REPORTED, BLANK, MISSING))),
        "assessed": statuses.count(REPORTED) + statuses.count(EXTRA),
        "unfilled": statuses.count(BLANK),
        "missing": statuses.count(MISSING),
        "department_forms": len(entry.filled_wholes),
        **{key: sum(item.get(key) or 0 for item in projects) for key in COUNTS},
        **{key: _known_sum(item[key] for item in projects) for key in AMOUNTS},
        **_to_do(entry.findings),
    }
    row |= {
        "execution_rate": _share(row["executed"], row["annual_budget"]),
        "forecast_rate": _share(row["forecast"], row["annual_budget"]),
    }
    if not (material.roster and material.roster.projects):
        row |= {"due": DASH, "missing": DASH}
    return row


def _known_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the amounts that are known; None where none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return ratio(part, whole) if whole else None


def _submission_row(entry: DepartmentData, material: CountyData) -> Row:
    """The row of 报送台账: a department's own monitoring form is not asked of everybody."""
    row = submission_row(entry, material)
    if row["state"] == PARTLY and not (entry.missing or entry.blank):
        row["state"] = "待审核"
    return row


def _indicator_rows(entry: DepartmentData, material: CountyData) -> Iterator[Row]:
    """The rows of 指标明细 of a department."""
    over = material.policy.number("over_fulfilment")
    for form in entry.forms:
        rules = _rules_by_cell(form.findings)
        for row in form.form.indicators:
            yield {
                **form_head(form),
                "level1": row.level1,
                "level2": row.level2,
                "name": row.name,
                "target": row.target,
                "actual": row.actual,
                "progress": rate4(progress(row)),
                "forecast": row.forecast,
                "will": outcome(row, over, form.form.year).label,
                "outlook": row.outlook.label if row.outlook else None,
                "causes": "、".join(row.causes) or None,
                "note": row.note,
                "rules": "、".join(
                    dict.fromkeys(rule for cell in row.cells.values() for rule in rules.get(cell, ()))
                ),
                **place(form, first_cell(row.cells.get("actual") or row.cells.get("name"))),
            }


def _rules_by_cell(findings: Iterable[Finding]) -> Mapping[str, list[str]]:
    """The rules that found something, by cell."""
    rules: dict[str, list[str]] = {}
    for finding in findings:
        for cell in filter(None, (finding.cell or "").split(",")):
            rules.setdefault(cell, []).append(finding.rule)
    return rules


def _finding_rows(entry: DepartmentData, material: CountyData) -> list[Row]:
    """The rows of 预警清单 of a department: the warnings first, then what is wrong with the entries."""
    rows = [
        {**row, "group": WARNING if finding.rule.startswith(_IS_WARNING) else ENTRY}
        for finding, row in rows_with_findings(entry, material)
    ]
    return sorted(rows, key=lambda row: (row["group"] != WARNING, row["rule"], row["project"]))
