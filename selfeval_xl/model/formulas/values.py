"""The values of formulas, and how one kind becomes another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from selfeval_xl.model.grid import plain_number

_NUMBER = re.compile(r"[-+]?(?:\d+(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)?")
_MAY_BE_A_DATE = re.compile(r"\d[^-/:.年月日]{0,40}[-/:.年月日]|[０-９$￥¥%(]")
_WIDEST = "\uffff"  # a letter beyond counts as two in Excel


class UnknownFormula(Exception):
    """The formula, or what it needs, is beyond this program."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error such as #REF!."""

    code: str


Scalar = None | float | str | bool | ErrorValue  # None is an empty cell
LONGEST_TEXT = 32_767  # letters of a cell; a formula that makes more gives #VALUE!
REF, NOT_AVAILABLE, VALUE, DIVISION = map(ErrorValue, ("#REF!", "#N/A", "#VALUE!", "#DIV/0!"))


@dataclass(frozen=True, slots=True)
class Matrix:
    """Values in rows of equal length. is_range: whether they stand in cells, where SUM leaves texts out."""

    rows: tuple[tuple[Scalar, ...], ...]
    is_range: bool = False

    def values(self) -> Iterator[Scalar]:
        return (value for row in self.rows for value in row)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


Value = Scalar | Matrix


@dataclass(frozen=True, slots=True)
class Place:
    """The cell that a formula stands in, counted from 0."""

    sheet: str
    row: int
    column: int


def number_of(value: Scalar) -> float | ErrorValue:
    """The value as a number: a text that spells one counts, an empty cell is 0."""
    if isinstance(value, ErrorValue):
        return value
    if value is None:
        return 0.0
    return parsed(value) if isinstance(value, str) else float(value)


def parsed(text: str) -> float | ErrorValue:
    """The number that a text spells. Raises UnknownFormula where a program may take it for a date."""
    stripped = text.strip()
    percents = len(stripped) - len(stripped.rstrip("%"))
    digits = stripped.rstrip("%")
    if percents <= 1 and any(map(str.isdigit, digits)) and digits.isascii() and _NUMBER.fullmatch(digits):
        number = Decimal(digits.replace(",", ""))
        return float(number / 100 if percents else number)
    if _MAY_BE_A_DATE.search(stripped):
        raise UnknownFormula
    return VALUE


def text_of(value: Scalar) -> str | ErrorValue:
    """The value as a text. Raises UnknownFormula for letters that Excel counts otherwise."""
    if isinstance(value, ErrorValue):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return plain_number(value)
    if value and max(value) > _WIDEST:
        raise UnknownFormula
    return value


def truth_of(value: Scalar) -> bool | ErrorValue:
    """The value as a condition."""
    if isinstance(value, ErrorValue):
        return value
    if isinstance(value, str):
        word = value.upper()
        return word == "TRUE" if word in ("TRUE", "FALSE") else VALUE
    return bool(value)


def elementwise(function: Callable[..., Scalar], *arguments: Value) -> Value:
    """The function of single values; of matrices element by element. The first error is the result."""

    def of_scalars(*values: Scalar) -> Scalar:
        for value in values:
            if isinstance(value, ErrorValue):
                return value
        return function(*values)

    return broadcast(of_scalars, *arguments)


def broadcast(function: Callable[..., Scalar], *arguments: Value) -> Value:
    """The same, but errors are handed to the function."""
    arguments = tuple(map(_alone, arguments))
    matrices = [each for each in arguments if isinstance(each, Matrix)]
    if not matrices:
        return function(*arguments)
    if len(matrices) == 1:
        at = arguments.index(matrices[0])
        before, after = arguments[:at], arguments[at + 1 :]
        return Matrix(
            tuple(tuple([function(*before, one, *after) for one in row]) for row in matrices[0].rows)
        )
    height = max(len(each.rows) for each in matrices)
    width = max(each.width for each in matrices)
    return Matrix(
        tuple(
            tuple(function(*(_element(each, row, column) for each in arguments)) for column in range(width))
            for row in range(height)
        )
    )


def _alone(value: Value) -> Value:
    """The value of a matrix that has only one."""
    return value.rows[0][0] if isinstance(value, Matrix) and len(value.rows) == value.width == 1 else value


def _element(value: Value, row: int, column: int) -> Scalar:
    """The element of a matrix; one row or column, or a single value, stands for all."""
    if not isinstance(value, Matrix):
        return value
    row, column = (0 if len(value.rows) == 1 else row), (0 if value.width == 1 else column)
    if row >= len(value.rows) or column >= value.width:
        return NOT_AVAILABLE
    return value.rows[row][column]


def first_of(value: Value) -> Scalar:
    """The top left value of a matrix, which is what a cell shows of it."""
    return value.rows[0][0] if isinstance(value, Matrix) else value


def rounded(number: float, digits: int, rounding: str = ROUND_HALF_UP) -> float:
    """The number rounded by the 15 digits that Excel shows of it."""
    return float(Decimal(format(number, ".15g")).quantize(Decimal(1).scaleb(-digits), rounding))
