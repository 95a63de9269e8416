"""The rows of 资金明细, 指标明细, 偏差清单 and 审核问题."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..checking import order
from ..findings import Finding
from ..forms import FundingLine, Indicator, Verdict
from ..quantity import Kind, money
from ..reading.labels import squeeze
from .arithmetic import difference, in_ten_thousands, rate4, ratio
from .material import EXPLAINED, NEW, Assessed, Entry, Material, is_zero
from .summary_rows import AMOUNTS, Row, head, place
from .words import cause_of, has_measure, has_reason, money_kind

TOTAL_ROW, SOURCE_ROW, PART_ROW = "合计", "来源", "其中项"
ZERO, UNMET, EXCEEDED, OPEN = "完成值为0", "未完成", "超额完成", "待核定"
FORM_KINDS = {"project": "项目", "department": "部门整体", "report": "自评报告"}
_SEVERITY_ORDER = {"错误": 0, "核实": 1, "提示": 2}


def form_head(form: Assessed) -> Row:
    """The first columns of a row that belongs to a form."""
    return {
        **head(form.entry),
        "project_code": form.form.project_code or (form.ledger.code if form.ledger else None),
        "project": form.project_name,
        "form": form.kind,
    }


def funding_rows(entry: Entry) -> Iterator[Row]:
    """The rows of 资金明细 of a department: one per row of the forms' funding tables, amounts in 万元."""
    for form in entry.forms:
        for line in form.form.funding:
            yield _funding(form, line)


def _funding(form: Assessed, line: FundingLine) -> Row:
    """The row of 资金明细 of a funding row; the ledger's amounts only beside the total."""
    unit = form.form.money_unit
    kind = TOTAL_ROW if line.is_total else SOURCE_ROW if line.part_of in (None, TOTAL_ROW) else PART_ROW
    ledger = form.ledger if line.is_total else None
    row = {
        **form_head(form),
        "kind": kind,
        "source": line.source,
        "category": None if line.is_total else money_kind(line.source),
        **{key: in_ten_thousands(line.amount(key), unit) for key in AMOUNTS},
        "stated_rate": line.execution_rate,
        "points": money(line.points),
        "score": money(line.score),
        "ledger_budget": ledger.annual_budget if ledger else None,
        "ledger_executed": ledger.executed if ledger else None,
        "money_unit": unit or "万元",
        **place(
            form,
            line.cells.get("executed")
            or line.cells.get("annual_budget")
            or next(iter(line.cells.values()), None),
        ),
    }
    row["execution_rate"] = ratio(row["executed"], row["annual_budget"])
    row["unspent"] = difference(row["annual_budget"], row["executed"])
    row["ledger_difference"] = difference(row["annual_budget"], row["ledger_budget"])
    return row


def indicator_rows(entry: Entry, material: Material) -> Iterator[Row]:
    """The rows of 指标明细 of a department, with the rules that fired and the roster's last-year values."""
    for form in entry.forms:
        rules = _rules_by_cell(form.findings)
        code = form.form.project_code or (form.ledger.code if form.ledger else None) or ""
        for row in form.form.indicators:
            last = material.targets.get((code, squeeze(row.name or ""))) if material.targets else None
            yield {
                **_indicator(form, row),
                "rules": "、".join(
                    dict.fromkeys(rule for cell in row.cells.values() for rule in rules.get(cell, ()))
                ),
                "last_target": last.last_target if last else None,
                "last_actual": last.last_actual if last else None,
            }


def _rules_by_cell(findings: list[Finding]) -> dict[str, list[str]]:
    """The rules that found something, by cell."""
    rules: dict[str, list[str]] = {}
    for finding in findings:
        for cell in (finding.cell or "").split(","):
            if cell:
                rules.setdefault(cell, []).append(finding.rule)
    return rules


def _indicator(form: Assessed, row: Indicator) -> Row:
    """The columns of 指标明细 that an indicator gives by itself."""
    wanted, done = row.target_quantity, row.actual_quantity
    operator, number_wanted = None, None
    if wanted is not None and wanted.kind is Kind.NUMBER:
        operator, number_wanted = wanted.operator or "=", wanted.number
    elif wanted is not None and wanted.kind is Kind.TEXT:
        operator = "定性"
    score = money(row.score)
    return {
        **form_head(form),
        "level1": row.level1,
        "level2": row.level2,
        "name": row.name,
        "target": row.target,
        "operator": operator,
        "number_wanted": number_wanted,
        "measure": (wanted.unit if wanted else None) or row.unit,
        "actual": row.actual,
        "number_done": done.number if done is not None and done.kind is Kind.NUMBER else None,
        "attainment": rate4(row.attainment),
        "deviation": rate4(row.deviation),
        "verdict": row.verdict.label if row.verdict else None,
        "points": money(row.points),
        "score": score,
        "expected_score": row.expected_score,
        "score_difference": None
        if score is None or row.expected_score is None
        else score - row.expected_score,
        "note": row.note,
        **place(form, first_cell(row.cells.get("actual") or row.cells.get("name"))),
    }


def first_cell(cells: str | None) -> str | None:
    """The first of the cells of a value that is split over several ("G12,G15")."""
    return cells.split(",")[0] if cells else None


def deviation_rows(entry: Entry) -> Iterator[Row]:
    """The rows of 偏差清单 of a department: its indicators that are unmet, exceeded or undetermined."""
    for form in entry.forms:
        budget = form.amount("annual_budget")
        rate = ratio(form.amount("executed"), budget)
        for indicator in form.form.indicators:
            kind = deviation_kind(indicator)
            if kind:
                yield _deviation(form, indicator, kind, budget, rate)


def deviation_order(row: Row) -> tuple:
    """The sort key of 偏差清单: largest budgets first, then by project and cause, unmet before the rest.

    总览 relies on that order; `making` has the same in SQL.
    """
    return (
        -(row["project_budget"] or Decimal(0)),
        row["department"],
        row["project"],
        row["file"],
        row["sheet"],
        str(row["cause"]),
        row["kind"] not in (UNMET, ZERO),
    )


def deviation_kind(indicator: Indicator) -> str | None:
    """偏差类型 of an indicator; None where it is simply met."""
    match indicator.verdict:
        case Verdict.UNMET:
            return ZERO if is_zero(indicator) else UNMET
        case Verdict.EXCEEDED:
            return EXCEEDED
        case Verdict.UNDETERMINED:
            return OPEN
    return None


def _deviation(
    form: Assessed, indicator: Indicator, kind: str, budget: Decimal | None, rate: Decimal | None
) -> Row:
    """The row of 偏差清单 of an indicator. budget, rate: 全年预算数 and execution rate of its form."""
    return {
        **form_head(form),
        "project_budget": budget,
        "project_rate": rate,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "name": indicator.name,
        "target": indicator.target,
        "actual": indicator.actual,
        "attainment": rate4(indicator.attainment),
        "deviation": rate4(indicator.deviation),
        "kind": kind,
        "note": indicator.note,
        "has_reason": "有" if has_reason(indicator.note) else "无",
        "has_measure": "有" if has_measure(indicator.note) else "无",
        "cause": cause_of(indicator.note),
        **place(form, first_cell(indicator.cells.get("actual") or indicator.cells.get("name"))),
    }


def finding_rows(entry: Entry, material: Material) -> list[Row]:
    """The rows of 审核问题 of a department: by project, gravest rules first, those of one rule together."""
    forms = {id(finding): form for form in entry.forms for finding in form.findings}
    return _ordered(
        [_finding(finding, entry, forms.get(id(finding)), material) for finding in entry.findings]
    )


def other_findings(findings: Iterable[Finding], material: Material) -> tuple[Entry, list[Row]]:
    """A stand-in for the department of findings that belong to none, and their rows of 审核问题."""
    entry = Entry("（未归入部门）", findings=sorted(findings, key=order))
    return entry, finding_rows(entry, material)


def _ordered(rows: list[Row]) -> list[Row]:
    """The rows by project, by the gravest severity of their rule there, and by rule."""
    gravest: dict[tuple, int] = {}
    for row in rows:
        key = (row["project"], row["rule"])
        gravest[key] = min(gravest.get(key, 9), _SEVERITY_ORDER.get(row["severity"], 3))
    return sorted(rows, key=lambda row: (row["project"], gravest[row["project"], row["rule"]], row["rule"]))


def _finding(finding: Finding, entry: Entry, form: Assessed | None, material: Material) -> Row:
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
        "expected": finding.expected,
        "message": finding.message,
        "hint": finding.hint,
        "explanation": finding.explanation,
        "status": EXPLAINED if finding.status == "explained" else NEW,
        "file": material.relative(finding.file),
        "sheet": finding.sheet,
        "cell": finding.cell,
    }
