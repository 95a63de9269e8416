"""The grid: values and merged areas of one sheet or Word table. Later stages do not know the file type.

Rows and columns count from 0 here; people and findings see A1 names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite

Value = None | str | float | int | bool | datetime | date

_WIDE = Context(prec=700)  # a float may have 300 digits before the point
_NAME = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")  # G12, $G$12
_PERCENT_DIGITS = re.compile(r"\.(0+)[^.]*%")  # .00% of 0.00%


@lru_cache(maxsize=4096)
def column_name(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@lru_cache(maxsize=65_536)
def a1(row: int, column: int) -> str:
    """The A1 name of a cell counted from 0."""
    return f"{column_name(column)}{row + 1}"


def position(name: str) -> tuple[int, int]:
    """The row and column, counted from 0, of an A1 name. Raises ValueError for anything else."""
    match = _NAME.match(name.upper())
    if not match:
        raise ValueError(f"not a cell: {name!r}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def cell_names(text: str) -> list[str]:
    """The cell names in a text such as "G12,G15" or "G12，G15"; anything else in it is left out."""
    names = []
    for name in text.replace("，", ",").split(","):
        try:
            names.append(a1(*position(name.strip())))
        except ValueError:
            continue
    return names


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, both corners inside it, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{a1(self.top, self.left)}:{a1(self.bottom, self.right)}"

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside the area."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@lru_cache(maxsize=16_384, typed=True)
def plain_number(number: float | int | Decimal) -> str:
    """The number as a person would type it: 15 significant digits, no exponent, no trailing `.0`."""
    text = format(number, ".15g") if isinstance(number, float) else format(Decimal(number), "f")
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(slots=True)
class Grid:
    """The values of a sheet, row by row from A1, `None` where empty.

    The functions look into the file only when called.

    formats: () -> {(row, column): number format}, e.g. "0.00%"; only cells that have one other than General.
    formulas: () -> {(row, column): "=..."}. hidden: () -> (hidden rows, hidden columns).
    errors: () -> {(row, column): "#REF!"}; `rows` has the same text. blanks: () -> the (row, column) of
    formulas that give an empty text, which is a value and not a lost one.
    caption: the paragraph above a Word table.
    """

    name: str
    rows: list[list[Value]]
    merges: list[Area] = field(default_factory=list)
    visible: bool = True
    caption: str = ""
    formats: Callable[[], Mapping[tuple[int, int], str]] | None = None
    formulas: Callable[[], Mapping[tuple[int, int], str]] | None = None
    hidden: Callable[[], tuple[frozenset[int], frozenset[int]]] | None = None
    errors: Callable[[], Mapping[tuple[int, int], str]] | None = None
    blanks: Callable[[], frozenset[tuple[int, int]]] | None = None
    _formats: Mapping[tuple[int, int], str] | None = None
    _corner: dict[tuple[int, int], Area] | None = None

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    def value(self, row: int, column: int) -> Value:
        """The cell's own value; inside a merged area only its top left cell has one."""
        if 0 <= row < len(self.rows):
            cells = self.rows[row]
            if 0 <= column < len(cells):
                return cells[column]
        return None

    def area(self, row: int, column: int) -> Area:
        """The merged area that covers this cell, or the cell alone."""
        return self.merged().get((row, column)) or Area(row, column, row, column)

    def merged(self) -> Mapping[tuple[int, int], Area]:
        """The merged areas, by each (row, column) that one covers."""
        if self._corner is None:
            self._corner = {
                (row, column): merge
                for merge in self.merges
                for row in range(merge.top, merge.bottom + 1)
                for column in range(merge.left, merge.right + 1)
            }
        return self._corner

    def number_format(self, row: int, column: int) -> str | None:
        """The cell's number format, or None where it is General or unknown."""
        if self._formats is None:
            self._formats = self.formats() if self.formats else {}
        return self._formats.get((row, column))

    def text(self, row: int, column: int) -> str:
        """The text that the cell displays; "" for an empty one.

        Percent formats as percent, numbers as typed, dates as 2024年11月30日.
        """
        value = self.value(row, column)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, (int, float)):
            return self._number_text(value, row, column)
        if isinstance(value, date):
            return f"{value.year}年{value.month}月{value.day}日"
        return str(value)

    def _number_text(self, value: float | int, row: int, column: int) -> str:
        if not isfinite(value):
            return str(value)
        number_format = self.number_format(row, column)
        if number_format and "%" in number_format and '"' not in number_format:
            digits = _PERCENT_DIGITS.search(number_format)
            return percent_text(Decimal(format(value, ".15g")), len(digits[1]) if digits else 0)
        return plain_number(value)


@lru_cache(maxsize=4096)
def percent_text(ratio: Decimal, digits: int = 2) -> str:
    """The ratio as percent, rounded half up as Excel displays it: 0.99859 with 2 digits is 99.86%."""
    return (
        f"{_WIDE.multiply(ratio, Decimal(100)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)}%"
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of print area and drawings of a sheet to the right.

    printed: last printed column; drawn: last column under a drawing. -1 for none.
    """

    printed: int = -1
    drawn: int = -1
