"""Sums and differences of printed amounts, as in XBRL Calculations 1.1.

Each amount stands for any number that is printed as it: plus or minus half of its last displayed digit. A
sum is wrong only where no numbers of these ranges give it. All rules that compare amounts compare them here.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from selfeval_xl.model.forms import Form, FundingLine
from selfeval_xl.model.money import ten_thousand_yuan
from selfeval_xl.model.numbers import ZERO
from selfeval_xl.model.quantity import money, tidy


class Span(NamedTuple):
    """The numbers from `low` to `high`, both included."""

    low: Decimal
    high: Decimal

    def meets(self, other: Span, slack: Decimal = ZERO) -> bool:
        """Whether the spans have a number in common, or are at most `slack` apart."""
        return self.low - slack <= other.high and other.low - slack <= self.high

    @property
    def middle(self) -> Decimal:
        """The number in the middle."""
        return (self.low + self.high) / 2

    def less(self, other: Span) -> Span:
        """What the difference may be."""
        return Span(self.low - other.high, self.high - other.low)

    def over(self, other: Span) -> Span:
        """What the quotient may be. other: above 0."""
        ends = [self.low / other.low, self.low / other.high, self.high / other.low, self.high / other.high]
        return Span(min(ends), max(ends))

    def size(self) -> Span:
        """What the number may be without its sign."""
        if self.low >= 0:
            return self
        return Span(-self.high, -self.low) if self.high <= 0 else Span(ZERO, max(-self.low, self.high))

    def times(self, factor: Decimal) -> Span:
        """The span in another unit. factor: above 0."""
        return Span(self.low * factor, self.high * factor)


@lru_cache(maxsize=4096)
def decimals(text: str | None) -> int:
    """The number of decimals that are printed."""
    return len(tidy(text or "").rstrip("%").partition(".")[2])


def exact(number: Decimal) -> Span:
    """The span of one number."""
    return Span(number, number)


def printed(number: Decimal, digits: int) -> Span:
    """The numbers that are printed as this one with so many digits behind the point."""
    half = _half(digits)
    return Span(number - half, number + half)


@cache
def _half(digits: int) -> Decimal:
    """Half of the last of so many digits behind the point."""
    return Decimal(5).scaleb(-digits - 1)


def amount_span(line: FundingLine, key: str) -> Span | None:
    """The numbers that a row's amount may stand for, in the form's unit; None where it has none."""
    amount = line.amount(key)
    if amount is None:
        return None
    typed = line.typed.get(key)
    if typed is None:
        digits = line.decimals.get(key)
        return printed(amount, decimals(getattr(line, key)) if digits is None else digits)
    text = typed.strip().rstrip("亿万千百元 ")  # 12.5万元 in a form in 元
    plain = money(text)
    return printed(plain, decimals(text)).times(amount / plain) if plain else exact(amount)


def summed(spans: Iterable[Span]) -> Span:
    """The numbers that the sum may be."""
    spans = list(spans)
    return Span(sum((span.low for span in spans), ZERO), sum((span.high for span in spans), ZERO))


def in_ten_thousand(form: Form, span: Span) -> Span:
    """The span of an amount of the form in 万元."""
    return span.times(ten_thousand_yuan(form, Decimal(1)))
