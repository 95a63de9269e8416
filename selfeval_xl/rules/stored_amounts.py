"""Amounts whose cell shows one number and stores another, where a sum or a rate is computed from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import AS_TEXT, Form, FundingLine
from selfeval_xl.model.money import amount_names
from selfeval_xl.rules.funding_table import exceeds, printed_rate_fits, sources
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.sums import amount_span
from selfeval_xl.rules.texts import cells

_RATE = ("annual_budget", "executed")


@rule(
    "F17",
    "看到的金额和单元格里存的数不同",
    Severity.ERROR,
    asks=(
        "金额看到多少，单元格里就存多少：不用数字格式把元显示成万元，也不把数字存成文本。"
        "合计和执行率是按存的数算的，这样会算错。"
    ),
    stages=EVERY_STAGE,
)
def shown_amount_is_not_the_stored(form: Form, policy: Policy) -> Iterator[Finding]:
    """A total or a rate that fits the amounts stored in the cells fits the amounts that they show as well.

    A number format may show 元 as 万元, and a number typed as text counts as nothing in a formula. Where the
    amounts as shown agree, nothing is said.
    """
    tolerance = policy.number("funding_tolerance")
    for key, name in amount_names(form).items():
        yield from _wrong_sum(form, key, name, tolerance)
    yield from _wrong_rates(form)


def _wrong_sum(form: Form, key: str, name: str, tolerance: Decimal) -> Iterator[Finding]:
    """The finding on a column whose total is the sum of what is stored and not of what is shown."""
    total = form.total_funding
    parts = [line for line in sources(form) if line.amount(key) is not None]
    shown = None if total is None else total.amount(key)
    if total is None or shown is None or not parts:
        return
    apart = [line for line in (*parts, total) if key in line.stored]
    stored, seen = amount_span(_as_stored(total, key), key) if apart else None, amount_span(total, key)
    if stored is None or seen is None or exceeds(form, key, seen, parts, tolerance) is None:
        return
    if exceeds(form, key, stored, [_as_stored(line, key) for line in parts], tolerance) is not None:
        return
    listed = "，".join(_listed(line, key) for line in apart)
    summed = sum((line.amount(key) or Decimal(0) for line in parts), Decimal(0))
    yield replace(
        total.finding(
            key,
            (
                f"{name}：合计显示{getattr(total, key)}{form.money_unit}，各项显示的数加起来是{summed}"
                f"{form.money_unit}。{listed}；合计是按存的数加的。"
            ),
            hint=f"按{form.money_unit}把这几格重新填一遍，单元格格式设成“数值”，再核对合计。",
            expected=str(summed),
        ),
        cell=cells(*(line.cells.get(key) for line in apart), total.cells.get(key)),
    )


def _wrong_rates(form: Form) -> Iterator[Finding]:
    """The finding on the rows whose rate is that of the stored amounts and not of the shown ones."""
    lines = [line for line in form.funding if _has_wrong_rate(form, line)]
    if not lines:
        return
    apart = [(line, key) for line in lines for key in _RATE if key in line.stored]
    first = lines[0]
    more = f"等{len(lines)}行" if len(lines) > 1 else ""
    yield replace(
        first.finding(
            "execution_rate",
            f"{first.source}{more}的执行率是按单元格里存的数算的，和看到的金额对不上"
            f"（{first.execution_rate}）。{_listed(*apart[0])}。",
            hint=f"按{form.money_unit}把金额重新填一遍，单元格格式设成“数值”，再核对执行率。",
        ),
        cell=cells(
            *(line.cells.get("execution_rate") for line in lines),
            *(line.cells.get(key) for line, key in apart),
        ),
    )


def _has_wrong_rate(form: Form, line: FundingLine) -> bool:
    """Whether the row's rate fits the stored amounts and not the shown ones."""
    budget, executed = line.amount("annual_budget"), line.amount("executed")
    if not any(key in line.stored for key in _RATE) or budget is None or executed is None:
        return False
    stored = _as_stored(_as_stored(line, "annual_budget"), "executed")
    stored_budget, stored_executed = stored.amount("annual_budget"), stored.amount("executed")
    if not line.execution_rate or not stored_budget or stored_executed is None:
        return False
    return not printed_rate_fits(form, line, budget, executed) and printed_rate_fits(
        form, stored, stored_budget, stored_executed
    )


def _as_stored(line: FundingLine, key: str) -> FundingLine:
    """The line with the stored number in place of the shown amount."""
    changed: dict[str, Any] = {key: line.stored[key]} if key in line.stored else {}
    return replace(line, **changed)


def _listed(line: FundingLine, key: str) -> str:
    """An amount with what is stored for it."""
    if line.stored[key] == AS_TEXT:
        return f"“{line.source}”的{getattr(line, key)}是文本，不是数"
    return f"“{line.source}”显示{getattr(line, key)}，存的是{line.stored[key]}"
