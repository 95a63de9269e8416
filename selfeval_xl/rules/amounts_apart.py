"""Amounts ten thousand times others that should be like them, as 元 typed in a 万元 cell makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import MONITORING, Form, FundingLine
from selfeval_xl.model.money import NAMES, amount_names, yuan
from selfeval_xl.model.numbers import ONE, ZERO, rounded
from selfeval_xl.model.quantity import Kind, Quantity, parse
from selfeval_xl.rules.funding_table import EXACT_SLACK, main_line, sources, ten_thousandfold
from selfeval_xl.rules.registry import SELF_EVALUATION, rule
from selfeval_xl.rules.texts import cells


@rule(
    "F07",
    "金额单位疑似填错",
    Severity.WARNING,
    asks=(
        "金额单位不要填错：和同表其他金额、各项资金之和或指标相比差一万倍的，像是把元填进了万元格，"
        "或者反过来。"
    ),
    treatment=Treatment.EXPLAIN,
    stages=(SELF_EVALUATION, MONITORING),
)
def yuan_typed_as_ten_thousand(form: Form, policy: Policy) -> Iterator[Finding]:
    """No amount is ten thousand times another that should be like it, as 元 typed in a 万元 cell makes it.

    Compared: the columns of one row, the total with its sources, and the funds with the form's money
    indicators.
    """
    found = _columns_apart(form) or _total_unlike_sources(form) or _unlike_indicators(form)
    if found is not None:
        yield found


def _columns_apart(form: Form) -> Finding | None:
    """The finding on a row with one amount about ten thousand times the next one; None without one."""
    names = amount_names(form)
    for line in form.funding:
        for small, large in _pairs_apart(form, line):
            times = _times(line, small, large)
            return replace(
                line.finding(
                    large,
                    f"{line.source}的{names[large]}填{line.amount(large)}，{names[small]}填{line.amount(small)}，"
                    f"相差约{times}倍，像是有一格按元填、一格按万元填。",
                    hint=f"本表金额单位是{form.money_unit}，两个数都按{form.money_unit}填。",
                ),
                cell=cells(line.cells.get(large), line.cells.get(small)),
            )
    return None


def _times(line: FundingLine, small: str, large: str) -> str:
    """How many times larger one amount of a row is, as sentences say it."""
    ratio = (line.amount(large) or ZERO) / (line.amount(small) or ONE)
    return "一万" if ten_thousandfold(ratio, ONE, Decimal("0.2")) else str(rounded(ratio, 0))


def _pairs_apart(form: Form, line: FundingLine) -> Iterator[tuple[str, str]]:
    """The keys of two amounts of a row that are about ten thousand times apart, the smaller one first.

    In the course of the year little may have been spent as yet: there what is spent is only too much, and the
    forecast is compared with the budget.
    """
    amounts = [(amount, key) for key in amount_names(form) if (amount := line.amount(key)) and amount > 0]
    if form.kind == MONITORING:
        spent = [pair for pair in amounts if pair[1] == "executed"]
        amounts = [pair for pair in amounts if pair[1] != "executed"]
    for pair in zip(amounts, amounts[1:]):
        (small, small_key), (large, large_key) = sorted(pair)
        if ten_thousandfold(large, small, Decimal("0.2")):
            yield small_key, large_key
    if form.kind == MONITORING:
        for amount, key in spent:
            yield from ((other, key) for whole, other in amounts[:1] if _is_share_in_yuan(amount, whole))


def _is_share_in_yuan(amount: Decimal, whole: Decimal) -> bool:
    """Whether an amount is ten thousand times a share of the whole, from a tenth to a bit more than all."""
    return whole * 1000 <= amount <= whole * 12_000


def _total_unlike_sources(form: Form) -> Finding | None:
    """The finding on a total ten thousand times the sum of its sources, or the reverse; None without one."""
    total = form.total_funding
    if total is None:
        return None
    lines = sources(form)
    for key, name in amount_names(form).items():
        wanted = total.amount(key)
        parts = [(line, amount) for line in lines if (amount := line.amount(key))]
        summed = sum((amount for _, amount in parts), Decimal(0))
        if not wanted or wanted < 0 or not ten_thousandfold(wanted, abs(summed), EXACT_SLACK):
            continue
        return replace(
            total.finding(
                key,
                f"{name}：合计填{getattr(total, key)}，各项资金加起来是{summed}，相差一万倍，"
                "像是有的格按元填、有的格按万元填。",
                hint=f"本表金额单位是{form.money_unit}，都按{form.money_unit}填。",
            ),
            cell=cells(total.cells.get(key), *(line.cells.get(key) for line, _ in parts)),
        )
    return None


def _unlike_indicators(form: Form) -> Finding | None:
    """The finding on a money indicator with an amount of the funds, but 10,000 times as large or small."""
    line = main_line(form)
    if line is None:
        return None
    priced = [
        (indicator, field, parse(text))
        for indicator in form.indicators
        for field in ("target", "actual")
        if "元" in (text := getattr(indicator, field) or "")
    ]
    keys = (line.budget_key,) if form.kind == MONITORING else ("annual_budget", "executed")
    for key in keys if priced else ():
        amount = line.amount(key)
        if not amount or amount <= 0:
            continue
        for indicator, field, quantity in priced:
            price = _in_yuan(quantity)
            if price and ten_thousandfold(yuan(form, amount), price, EXACT_SLACK):
                return replace(
                    line.finding(
                        key,
                        f"资金表{NAMES[key]}是{getattr(line, key)}{form.money_unit}，"
                        f"指标“{indicator.name}”写的是{getattr(indicator, field)}，"
                        "两个数相差一万倍。",
                        hint="核对资金表的金额单位（元还是万元），两处按同一个数填。",
                    ),
                    cell=cells(line.cells.get(key), indicator.cells.get(field)),
                )
    return None


def _in_yuan(quantity: Quantity) -> Decimal | None:
    """A target or completed value in 元; None where it is no amount of money."""
    measure = quantity.measure
    if quantity.kind is not Kind.NUMBER or quantity.number is None or measure is None:
        return None
    return quantity.number * measure.factor if measure.dimension == "money" else None
