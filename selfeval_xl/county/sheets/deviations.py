"""偏差清单: indicators that missed or far exceeded their target, with reason, measure and cause."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import cause_of, has_measure, has_reason, lacks_measure, listed_cause
from selfeval_xl.county.departments.data import CountedForm, DepartmentData, is_zero
from selfeval_xl.county.sheets.columns import (
    EARLIER,
    FORM,
    HAND,
    HEAD,
    LEVELS,
    PLACE,
    Column,
    Sheet,
    amount,
    hand,
    link,
)
from selfeval_xl.county.sheets.earlier_columns import earlier_of
from selfeval_xl.county.sheets.row_heads import Row, first_cell, form_head, place
from selfeval_xl.model.forms import Indicator, Verdict
from selfeval_xl.model.numbers import rate4, ratio

DEVIATIONS = Sheet(
    "deviations",
    "偏差清单",
    (
        *HEAD,
        amount("project_budget", "项目全年预算数（万元）", total=False),
        Column("project_rate", "项目执行率", 10, "rate"),
        FORM,
        *LEVELS,
        Column("target", "年度指标值", 15, "wrap"),
        Column("actual", "实际完成值", 15, "wrap"),
        Column("attainment", "完成率", 10, "rate"),
        Column("deviation", "偏差率", 10, "rate"),
        Column("kind", "偏差类型", 10),
        Column("note", "偏差原因分析及改进措施（原文）", 40, "wrap"),
        Column("has_reason", "有无原因", 7),
        Column("has_measure", "有无改进措施", 8),
        *EARLIER,
        Column("cause", "原因分类（自动，可改）", 20, "wrap", HAND),
        hand("opinion", "审核意见", 14),
        hand("remark", "备注", 14),
        *PLACE,
        link(),
    ),
    counted=("form", "kind", "cause"),
)
ZERO, UNMET, EXCEEDED, OPEN = "完成值为0", "未完成", "超额完成", "待核定"


def deviation_rows(entry: DepartmentData, policy: Policy) -> Iterator[Row]:
    """The rows of 偏差清单 of a department: its indicators that are unmet, exceeded or undetermined."""
    for form in entry.forms:
        budget = form.amount("annual_budget")
        rate, earlier = ratio(form.amount("executed"), budget), earlier_of(form)
        for indicator in form.form.indicators:
            kind = deviation_kind(indicator)
            if kind:
                yield _deviation(form, indicator, kind, budget, rate, policy) | earlier(indicator)


def deviation_order(row: Row) -> tuple:
    """The sort key of 偏差清单: largest budgets first, then by project and cause, unmet before the rest.

    总览 relies on that order; `build_tables` has the same in SQL.
    """
    return (
        -(row["project_budget"] or Decimal(0)),
        row["department"],
        row["project"],
        row["file"],
        row["sheet"],
        listed_cause(row["cause"]),
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
    form: CountedForm,
    indicator: Indicator,
    kind: str,
    budget: Decimal | None,
    rate: Decimal | None,
    policy: Policy,
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
        "has_measure": _measure(indicator.note, policy),
        "cause": cause_of(indicator.note),
        **place(form, first_cell(indicator.cells.get("actual") or indicator.cells.get("name"))),
    }


def _measure(note: str | None, policy: Policy) -> str:
    """有无改进措施 of a reason: 有, 无, or 待核定 where the words do not tell."""
    return "有" if has_measure(note) else "无" if lacks_measure(note, policy) else "待核定"
