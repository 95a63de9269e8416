"""Rules on a budget that was changed in the year (F06, F10, F13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import DEPARTMENT, Form
from selfeval_xl.model.money import NAMES, ten_thousand_yuan
from selfeval_xl.model.numbers import shown
from selfeval_xl.rules.funding_table import main_line, summed_instead
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.texts import (
    cells,
    explains_change,
    explains_money,
    instead_of_text,
    room_for_reasons,
)


@rule(
    "F06",
    "预算调整较大没有说明原因",
    Severity.NOTE,
    asks=(
        "全年预算数比年初预算数变动较大（参数，默认20%且1万元）的，要说明原因。年初为0的是年中追加，"
        "不在此列。"
    ),
    treatment=Treatment.BUREAU,
)
def budget_changed_without_reason(form: Form, policy: Policy) -> Iterator[Finding]:
    """A budget changed in the year by more than the thresholds (policy: 20% and 1万元) needs a reason.

    An initial budget of 0 is 年中追加 and needs none.
    """
    line = main_line(form)
    if line is None:
        return
    initial, annual = line.amount("initial_budget"), line.amount("annual_budget")
    if not initial or initial < 0 or not annual or annual < 0:
        return
    change = annual - initial
    if not _is_large(form, initial, annual, policy):
        return
    slack = policy.number("funding_tolerance")
    first, last = (summed_instead(form, line, key, slack) for key in ("initial_budget", "annual_budget"))
    if not _is_large(form, first, last, policy):
        return  # a wrong total is F01's
    if explains_change(form):
        return
    direction = "增加" if change > 0 else "减少"
    yield replace(
        line.finding(
            "annual_budget",
            f"全年预算数{line.annual_budget}{form.money_unit}，"
            f"比年初预算数{line.initial_budget}{form.money_unit}{direction}了"
            f"{shown(abs(change) / initial)}，没有说明原因。"
            f"{instead_of_text(form, line.cells.get('note'))}",
            hint="写明预算追加或调减的原因和依据（文号）。"
            if form.kind == DEPARTMENT
            else "请财政局核对追加或调减的文号；单位不用改。",
            severity=Severity.WARNING if form.kind == DEPARTMENT else None,
        ),
        cell=cells(line.cells.get("annual_budget"), line.cells.get("initial_budget")),
        treatment=Treatment.EXPLAIN if form.kind == DEPARTMENT else None,
    )


def _is_large(form: Form, initial: Decimal | None, annual: Decimal | None, policy: Policy) -> bool:
    """Whether the budget was changed by more than the thresholds."""
    if not initial or annual is None:
        return False
    change = abs(annual - initial)
    most = policy.number("budget_change_amount")
    return change / initial > policy.number("budget_change") and ten_thousand_yuan(form, change) > most


@rule(
    "F10",
    "预算调减后执行率才达标",
    Severity.WARNING,
    asks="按全年预算数执行率达标、按年初预算数却很低的，请说明调减的原因。",
)
def rate_only_after_cut(form: Form, policy: Policy) -> Iterator[Finding]:
    """A rate of 90% on the adjusted budget but below 60% on the initial one needs the cut explained.

    Silences F06.
    """
    line = main_line(form)
    if line is None or line.rate is None or line.rate < policy.number("execution_floor"):
        return
    initial, annual, executed = (
        line.amount("initial_budget"),
        line.amount("annual_budget"),
        line.amount("executed"),
    )
    if (
        not initial
        or not annual
        or executed is None
        or initial <= annual
        or executed / initial >= policy.number("execution_low")
    ):
        return
    if ten_thousand_yuan(form, initial - annual) <= policy.number("budget_change_amount") or explains_change(
        form
    ):
        return
    yield replace(
        line.finding(
            "annual_budget",
            f"预算由{line.initial_budget}{form.money_unit}调减到{line.annual_budget}{form.money_unit}"
            f"（减少{shown((initial - annual) / initial)}）；"
            f"按年初预算计算执行率只有{shown(executed / initial)}，请说明调减原因。",
            hint="写明调减的原因和依据（文号）。",
        ),
        cell=cells(
            line.cells.get("annual_budget"),
            line.cells.get("initial_budget"),
            line.cells.get("execution_rate"),
        ),
    )


@rule(
    "F13",
    "有预算没有支出",
    Severity.WARNING,
    asks="有预算没有支出，或预算全部调减的，请确认是否免评，或说明原因。",
)
def nothing_spent(form: Form, policy: Policy) -> Iterator[Finding]:
    """A budget without any execution, or one cut to zero, is exempt from evaluation or explained.

    Silences D01 D03 F05.
    """
    line = main_line(form)
    if line is None or line.amount("executed") != 0:
        return
    initial, annual = line.amount("initial_budget"), line.budget
    if annual and annual > 0:
        key = line.budget_key
        amounts = f"{NAMES[key]}{getattr(line, key)}{form.money_unit}，执行数是0。"
    elif annual == 0 and initial and initial > 0:
        amounts = f"年初预算数{line.initial_budget}{form.money_unit}，全年预算数调减为0。"
    else:
        return
    if explains_money(form, policy) or explains_change(form):
        return
    yield replace(
        line.finding(
            "executed",
            f"{amounts}请确认是否免评；不免评的，请说明没有支出的原因。",
            hint=f"与财政局确认免评；不免评的，{room_for_reasons(form)}写明原因。",
        ),
        cell=cells(line.cells.get("executed"), line.cells.get(line.budget_key)),
    )
