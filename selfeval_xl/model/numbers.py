"""Ratios, averages and rounding, with the same results as the workbook's formulas. Decimal, half up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from selfeval_xl.model.grid import percent_text

ZERO, ONE = Decimal(0), Decimal(1)
_RATE, _MONEY, _SCORE = Decimal("0.0001"), Decimal("0.000001"), Decimal("0.01")  # what is rounded to
_LONGEST_WHOLE = 10
_LONGEST_REAL = 30  # letters
_LARGEST_SIZE = 1e6
EXACT = Context(prec=80, rounding=ROUND_HALF_UP)  # quotients of numbers of 18 digits, never rounded twice


def ratio(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    """The ratio above ÷ below to 0.01%; 0 over 0 is 0, None for any other number over 0."""
    if above is None or below is None:
        return None
    if below == 0:
        return Decimal(0) if above == 0 else None
    return (above / below).quantize(_RATE, ROUND_HALF_UP)


def change(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    """The change (new − old) ÷ old to 0.01%; None where old is 0."""
    if new is None or old is None or old == 0:
        return None
    return ((new - old) / old).quantize(_RATE, ROUND_HALF_UP)


def difference(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    """The difference whole − part, to a hundredth of a yuan in 万元."""
    return None if whole is None or part is None else (whole - part).quantize(_MONEY, ROUND_HALF_UP)


def mean(numbers: Sequence[Decimal]) -> Decimal | None:
    """The average of the numbers to 0.01; None where there are none."""
    return average(sum(numbers, Decimal(0)), len(numbers))


def average(total: Decimal, count: int) -> Decimal | None:
    """The average total ÷ count to 0.01; None where the count is 0."""
    return (total / count).quantize(_SCORE, ROUND_HALF_UP) if count else None


def decimal(value: float) -> Decimal:
    """The decimal number that the store keeps as this float."""
    return Decimal(repr(value))


def exact(value: float | Decimal) -> int:
    """The number in whole millionths, whose sums lose nothing: 1 is a hundredth of a yuan in 万元."""
    return round(value * 1_000_000)


def of_millionths(total: int) -> Decimal:
    """The number of this many millionths: the inverse of `exact`, for sums as well."""
    return Decimal(total).scaleb(-6)


def rate4(value: Decimal | None) -> Decimal | None:
    """The ratio rounded to four decimals (0.01%)."""
    return None if value is None else value.quantize(_RATE, ROUND_HALF_UP)


def rounded(ratio: Decimal, digits: int = 2) -> Decimal:
    """The ratio rounded half up (away from zero), as by Excel's ROUND."""
    return ratio.quantize(ONE.scaleb(-digits), ROUND_HALF_UP, EXACT)


def shown(ratio: Decimal | None) -> str | None:
    """The ratio as it is printed: 99.86%. None stays None."""
    return None if ratio is None else percent_text(ratio)


def whole(text: str | None, otherwise: int = 0) -> int:
    """A whole number as the parts of a file write it; `otherwise` where it is none.

    Longer ones than any place or index has are none: Python refuses to convert thousands of digits.
    """
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < _LONGEST_WHOLE else otherwise


def real(text: str | None, otherwise: float) -> float:
    """A size as the parts of a file write it (a width, a height, in points); `otherwise` where it is none.

    Nothing is below 0 or larger than any sheet: sums and roundings of such numbers would fail.
    """
    try:
        value = float((text or "")[:_LONGEST_REAL])
    except ValueError:
        return otherwise
    return value if 0 <= value <= _LARGEST_SIZE else otherwise
