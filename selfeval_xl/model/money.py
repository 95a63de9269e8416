"""Amounts of money: units, conversion, and the three amounts that every fund row has."""

from __future__ import annotations

from decimal import Decimal

from selfeval_xl.model.forms import Form
from selfeval_xl.model.quantity import money, parse

_TEN_THOUSANDS = {
    "元": Decimal("0.0001"),
    "百元": Decimal("0.01"),
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "百万元": Decimal(100),
    "千万元": Decimal(1000),
    "亿元": Decimal(10000),
}
MONEY_UNITS = tuple(_TEN_THOUSANDS)


def in_ten_thousands(text: str | Decimal | None, unit: str | None) -> Decimal | None:
    """An amount as typed, in 万元; None where there is no number. A form that names no unit is in 万元."""
    amount = text if isinstance(text, Decimal) else money(text)
    return None if amount is None else amount * _TEN_THOUSANDS.get(unit or "万元", Decimal(1))


def in_unit(amount: Decimal | None, unit: str | None) -> Decimal | None:
    """An amount in 万元, in the unit of a form: the inverse of `in_ten_thousands`."""
    return None if amount is None else amount / _TEN_THOUSANDS.get(unit or "万元", Decimal(1))


AMOUNTS = ("initial_budget", "annual_budget", "executed")
NAMES = {"initial_budget": "年初预算数", "annual_budget": "全年预算数", "executed": "全年执行数"}


def yuan(form: Form, amount: Decimal) -> Decimal:
    """An amount of the form in 元."""
    measure = parse(f"1{form.money_unit or '万元'}").measure
    return amount * (measure.factor if measure else 10000)


def ten_thousand_yuan(form: Form, amount: Decimal) -> Decimal:
    """An amount of the form in 万元."""
    return yuan(form, amount) / 10000
