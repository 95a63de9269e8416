"""Amounts of money: units, conversion, and the three amounts that every fund row has."""

from __future__ import annotations

from decimal import Decimal

from selfeval_xl.model.forms import DECLARATION, MONITORING, Form
from selfeval_xl.model.quantity import money
from selfeval_xl.model.units import UNITS

AMOUNTS = ("initial_budget", "annual_budget", "executed")
NAMES = {"initial_budget": "年初预算数", "annual_budget": "全年预算数", "executed": "全年执行数"}
# The amounts of the forms of the earlier stages, with their names.
_OF_STAGES = {
    DECLARATION: {
        "medium_budget": "中期资金",
        "initial_budget": "年初预算数",
        "annual_budget": "年度资金",
    },
    MONITORING: {**NAMES, "executed": "到监控时的执行数", "forecast": "全年预计执行数"},
}
LONGEST_MONTHS = 12  # letters of 2024年1月至12月
MONEY_UNITS = ("元", "百元", "千元", "万元", "百万元", "千万元", "亿元")  # for lists; `is_unit` accepts more
_TEN_THOUSAND = Decimal(10_000)


def is_unit(text: str) -> bool:
    """Whether a text is a unit of money."""
    return text in UNITS and UNITS[text].dimension == "money"


def yuan_in(unit: str | None) -> Decimal:
    """The number of 元 in one of this unit. A form that names no unit, or an unknown one, is in 万元."""
    return UNITS[unit].factor if unit and is_unit(unit) else _TEN_THOUSAND


def in_ten_thousands(text: str | Decimal | None, unit: str | None) -> Decimal | None:
    """A typed amount converted to 万元; None where it holds no number."""
    amount = text if isinstance(text, Decimal) else money(text)
    return None if amount is None else amount * (yuan_in(unit) / _TEN_THOUSAND)


def in_unit(amount: Decimal | None, unit: str | None) -> Decimal | None:
    """An amount in 万元 converted to the unit of a form: the inverse of `in_ten_thousands`."""
    return None if amount is None else amount / (yuan_in(unit) / _TEN_THOUSAND)


def amount_names(form: Form) -> dict[str, str]:
    """The names of the amounts that a form of this stage has, by key: 1-7月执行数 on a monitoring form."""
    names = _OF_STAGES.get(form.kind, NAMES)
    if form.kind == MONITORING and form.through and len(form.through) <= LONGEST_MONTHS:
        names = {**names, "executed": f"{form.through}执行数"}
    return dict(names)


def yuan(form: Form, amount: Decimal) -> Decimal:
    """An amount of the form converted to 元."""
    return amount * yuan_in(form.money_unit)


def ten_thousand_yuan(form: Form, amount: Decimal) -> Decimal:
    """An amount of the form converted to 万元."""
    return yuan(form, amount) / _TEN_THOUSAND
