"""Amounts that are not there at all: nobody can count a form without money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import DECLARATION, Form
from selfeval_xl.model.money import amount_names
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.texts import cells

_BUDGETS = ("initial_budget", "annual_budget", "medium_budget")


@rule(
    "F16",
    "没有填金额",
    Severity.ERROR,
    asks="资金表要填金额：至少有合计的预算数和执行数，没有的填0。",
    stages=EVERY_STAGE,
)
def no_amounts(form: Form, policy: Policy) -> Iterator[Finding]:
    """A funding table has amounts, a budget and an executed one among them; 0 is one."""
    if not form.funding:
        return
    line, names = form.total_funding or form.funding[0], amount_names(form)
    filled = {key for row in form.funding for key in names if not is_blank(getattr(row, key))}
    printed = {key for row in form.funding for key in names if key in row.cells}
    if not filled:
        what, keys = "资金表一个金额也没有填", [key for key in names if key in printed]
    elif printed & set(_BUDGETS) and not filled & set(_BUDGETS):
        what, keys = "资金表没有填预算数", [key for key in _BUDGETS if key in printed]
    elif (
        "annual_budget" in printed - filled
        and any(row.amount("initial_budget") for row in form.funding)
        and not form.is_of_stage  # in the course of the year it may not have been adjusted
    ):
        what, keys = "资金表只填了年初预算数，没有填全年预算数", ["annual_budget"]
    elif form.kind == DECLARATION and "annual_budget" in printed - filled:
        what, keys = f"资金表没有填{names['annual_budget']}", ["annual_budget"]
    elif "executed" in printed - filled and any(row.amount(key) for row in form.funding for key in _BUDGETS):
        what, keys = f"资金表没有填{names['executed'] if form.is_of_stage else '执行数'}", ["executed"]
    else:
        return
    named = "、".join(names[key] for key in keys) or "预算数和执行数"
    yield replace(
        line.finding(
            keys[0] if keys else None,
            f"{what}。",
            hint=f"填写{named}，单位是{form.money_unit or '万元'}；没有金额的填0。",
            value="",
        ),
        cell=cells(*(line.cells.get(key) for key in keys)),
    )
