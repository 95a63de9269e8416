"""Amounts of work that only grow in the course of a year, so that two of them can be held against each other.

What stands still or may fall (people who are paid each month, rates, prices, waiting times) is none of them.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from selfeval_xl.assessment.direction import smaller_is_better
from selfeval_xl.model.forms import Indicator
from selfeval_xl.model.quantity import Kind, Quantity, parse
from selfeval_xl.model.units import Measure, near
from selfeval_xl.rules.indicators import bare, quantity
from selfeval_xl.rules.word_lists import pattern, words

_ADDS_UP = frozenset(("count", "length", "area", "mass", "volume", "money", "energy"))
_PLAIN_WORDS = re.compile(  # 已完成, 预计完成; not 剩余
    r"^(?:已|共|共计|累计|合计|完成|建成|达到|达|实际|预计|预期|计划|全年|可|将|新增)*$"
)
_FAR = 100  # times the target, from which on a bare number may be in another unit
_PEOPLE = frozenset("人 名 位 户 家 生 学生".split())
_NAMES_PEOPLE = re.compile(r"(?:人|人员|户|家|学生|教师|职工)(?:数|数量)?$")
_OTHER_LEVELS = re.compile(r"成本|时效|质量|满意")


class Done(NamedTuple):
    """An amount in base units. name: the counting word. half: half of its last digit."""

    dimension: str
    name: str
    value: Decimal
    half: Decimal

    def is_below(self, other: Done) -> bool:
        """Whether it is smaller than the other one, whatever was rounded; False where they do not compare."""
        return self.compares(other) and other.value - self.value > max(self.half, other.half)

    def compares(self, other: Done) -> bool:
        """Whether both are amounts of the same thing."""
        if self.dimension != "count" or self.name == other.name:
            return self.dimension == other.dimension
        return other.dimension == "count" and near(self.name, other.name)


def adds_up(row: Indicator) -> bool:
    """Whether the indicator counts work that adds up in the course of the year, the more the better.

    Its name says that something is done, or it counts what happens again and again (场, 人次). A stock (床位,
    岗位, 存栏) may fall, and so may what a name says nothing of.
    """
    name, target = pattern("no_price").sub("", bare(row.name)), quantity(row)
    amount = amount_of(row, row.target, is_target=True)
    if amount is None or not _is_done(amount, name):
        return False
    return (
        target.kind is Kind.NUMBER
        and target.operator in ("≥", ">", "=", "")
        and not row.is_cost
        and not _OTHER_LEVELS.search(f"{row.level1 or ''}{row.level2 or ''}")
        and not pattern("rates").search(name)
        and not pattern("bad_events").search(name)
        and smaller_is_better(name) is False
    )


def _is_done(amount: Done, name: str) -> bool:
    """Whether an amount of this name is one of things done, and of nothing that is there all year."""
    if amount.name in words("events"):
        return not pattern("standing").search(pattern("handed_out").sub("", name))
    if pattern("standing").search(name):
        return False
    to_people = bool(pattern("done_to_people").search(name))
    return to_people or (not _is_of_people(amount, name) and bool(pattern("done").search(name)))


def _is_of_people(amount: Done, name: str) -> bool:
    """Whether the amount is a number of people or households."""
    return amount.name in _PEOPLE or (not amount.name and bool(_NAMES_PEOPLE.search(name)))


def amount_of(row: Indicator, text: str | None, is_target: bool = False) -> Done | None:
    """The amount that a value of the indicator gives; None where it is no plain number of what adds up.

    is_target: a target may have an operator (≥). A number without a unit is in the target's, unless that is
    a multiple (万人) or the number so large that it may be in another one (12300 for ≥12公里).
    """
    value, target = parse(text), quantity(row)
    if value.kind is not Kind.NUMBER or value.number is None or value.number < 0 or value.about:
        return None
    if value.operator not in (("", "=", "≥", ">") if is_target else ("", "=")):
        return None
    if not is_plain(value):
        return None
    found = _measure(value, target, row)
    if found is None or found.dimension not in _ADDS_UP or "/" in value.unit:
        return None
    exponent = value.number.as_tuple().exponent
    assert isinstance(exponent, int)  # a Decimal that was parsed from digits is finite
    half = Decimal(1).scaleb(exponent) / 2
    return Done(found.dimension, found.name, value.number * found.factor, half * found.factor)


def is_plain(value: Quantity) -> bool:
    """Whether a value that is a number has no words that change what it says: 已完成6处, not 剩余2处."""
    return value.kind is not Kind.NUMBER or bool(_PLAIN_WORDS.match(value.words))


_BARE = Measure("count", Decimal(1), "")


def _measure(value: Quantity, target: Quantity, row: Indicator) -> Measure | None:
    """The measure of a value; without a unit of its own it has that of the unit's column or of the target."""
    if value.unit:
        return value.measure
    unit = target.unit or row.unit or ""
    if not unit:
        return _BARE
    of_target = parse(f"1{unit}").measure
    if unit != row.unit and (unit[0] in "十百千万亿" or _is_far(value, target)):
        return None
    return of_target


def _is_far(value: Quantity, target: Quantity) -> bool:
    """Whether a number without a unit may be in another unit than the target's."""
    return bool(value.number and target.number) and (value.number or 0) >= _FAR * (target.number or 0)
