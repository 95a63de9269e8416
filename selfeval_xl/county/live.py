"""Formulas over the county's sheets, each with the value it has now: one description gives the text and the number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..grid import a1, column_name
from .arithmetic import change, mean, ratio
from .columns import Sheet

Row = Mapping[str, Any]
MOST_ROWS = 1_048_000         # of a worksheet, with room for the totals
_LONG = frozenset(("funding", "indicators", "deviations", "findings", "all_projects"))      # what may go on on a second worksheet
_PLACE = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, operand: value == operand, "<>": lambda value, operand: value != operand, ">=": lambda value, operand: value >= operand,
    "<": lambda value, operand: value < operand, ">": lambda value, operand: value > operand,
    "contains": lambda value, operand: operand in value,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A formula without its `=`, and its value now (None: an empty text)."""

    text: str
    value: Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One criterion of SUMIFS: key, operator, operand. An empty cell is an empty text, and no number, as in a spreadsheet."""

    key: str
    operator: str
    operand: Decimal | int | str

    def holds(self, row: Row) -> bool:
        value = row.get(self.key)
        if value is None and isinstance(self.operand, str):
            value = ""
        if value is None or (isinstance(value, str) != isinstance(self.operand, str)):
            return self.operator == "<>"
        return _TESTS[self.operator](value, self.operand)

    def fitting(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that fulfil it."""
        if self.operator == "=" and self.operand:
            key, operand = self.key, self.operand
            return [row for row in rows if row.get(key) == operand]
        return [row for row in rows if self.holds(row)]

    @property
    def text(self) -> str:
        if self.operator == "contains":
            return f'"*{self.operand}*"'
        sign = "" if self.operator == "=" else self.operator
        return f'"{sign}{self.operand}"' if sign or isinstance(self.operand, str) else str(self.operand)


@dataclass(frozen=True, slots=True)
class Page:
    """One worksheet of a table: its name, and which rows of the table stand on it."""

    title: str
    start: int
    stop: int

    @property
    def last(self) -> int:
        """The number of the last row, as a spreadsheet counts; an empty table has one empty row."""
        return max(self.stop - self.start, 1) + 1


class Book:
    """The sheets with their rows: knows where a column stands and what its cells hold.

    limit: rows of one worksheet; a longer table of details (`_LONG`) goes on on a second one, and the formulas add them up.
    """

    def __init__(self, sheets: Iterable[Sheet], tables: Mapping[str, Sequence[Row]], limit: int = MOST_ROWS) -> None:
        self.sheets = {sheet.key: sheet for sheet in sheets}
        self.tables = tables
        self.limit = limit
        self._chosen: dict[tuple[str, tuple[Condition, ...]], Sequence[Row]] = {}
        self._pages: dict[str, list[Page]] = {}

    def pages(self, sheet: str) -> list[Page]:
        """The worksheets of a table. A project's rows are not torn apart."""
        if sheet not in self._pages:
            rows, title, start, pages = self.tables[sheet], self.sheets[sheet].title, 0, []
            while sheet in _LONG and len(rows) - start > self.limit:
                stop = start + self.limit
                while stop > start + 1 and _whose(rows[stop - 1]) == _whose(rows[stop]):
                    stop -= 1
                stop = stop if stop > start + 1 else start + self.limit
                pages.append(Page(continued(title, len(pages) + 1), start, stop))
                start = stop
            self._pages[sheet] = [*pages, Page(continued(title, len(pages) + 1), start, len(rows))]
        return self._pages[sheet]

    def column(self, sheet: str, key: str, shift: int = 0, page: Page | None = None) -> str:
        """The cells of a column, without head and totals: 项目汇总!$K$2:$K$61."""
        letters = column_name(self.sheets[sheet].place(key))
        page = page or self.pages(sheet)[0]
        return f"'{page.title}'!${letters}${2 + shift}:${letters}${page.last + shift}"

    def total_cell(self, sheet: str, key: str) -> str:
        """The cell of a column's total."""
        page = self.pages(sheet)[0]
        return f"'{page.title}'!{a1(page.last, self.sheets[sheet].place(key))}"

    def expand(self, text: str, sheet: str, row: int, page: Page | None = None) -> str:
        """A template with {key} for the cell in this row (counted from 0) and {sheet.key} for a whole column. page: of the other sheet."""
        def cell(match: re.Match[str]) -> str:
            other, key = match.groups()
            return self.column(other, key, page=page if other in _LONG else None) if other else a1(row, self.sheets[sheet].place(key))

        return _PLACE.sub(cell, text)

    def expand_parts(self, text: str, sheet: str, row: int) -> list[str]:
        """The formula once for each worksheet of the long table that it sums over; their sum is the whole."""
        long = next((other for other, _ in _PLACE.findall(text) if other in _LONG), None)
        return [self.expand(text, sheet, row, page) for page in (self.pages(long) if long else [None])]

    def count(self, sheet: str, *conditions: Condition) -> Cell:
        """How many rows fulfil the conditions."""
        if not conditions:
            return Cell(self.each(sheet, lambda page: f"COUNT({self.column(sheet, 'number', page=page)})"), len(self.tables[sheet]))
        return Cell(self.each(sheet, lambda page: f"COUNTIFS({self._criteria(sheet, conditions, page)})"), len(self.chosen(sheet, conditions)))

    def total(self, sheet: str, key: str, *conditions: Condition) -> Cell:
        """The sum of a column over the rows that fulfil the conditions."""
        def text(page: Page) -> str:
            cells = self.column(sheet, key, page=page)
            return f"SUMIFS({cells},{self._criteria(sheet, conditions, page)})" if conditions else f"SUM({cells})"

        numbers = [row[key] for row in self.chosen(sheet, conditions) if isinstance(row.get(key), (Decimal, int))]
        return Cell(self.each(sheet, text), sum(numbers, Decimal(0)))

    def average(self, sheet: str, key: str, *conditions: Condition) -> Cell:
        """The average of a column of a table that is not long, to 0.01."""
        numbers = [row[key] for row in self.chosen(sheet, conditions) if isinstance(row.get(key), (Decimal, int))]
        return Cell(f'IFERROR(ROUND(AVERAGEIFS({self.column(sheet, key)},{self._criteria(sheet, conditions)}),2),"")', mean(numbers))

    def distinct(self, sheet: str, by: Sequence[str], *conditions: Condition, of: str | None = None) -> Cell:
        """How many different `by` fulfil the conditions (or the sum of `of` over them): rows that belong together stand together,
        so a row counts when the one above it differs. Linear in the rows, where 1/COUNTIFS is quadratic."""
        keys = [*by, *(condition.key for condition in conditions if condition.operator == "=" and condition.key not in by)]

        def text(page: Page) -> str:
            same = "*".join(f"({self.column(sheet, key, page=page)}={self.column(sheet, key, -1, page)})" for key in keys)
            tests = [f"({self.column(sheet, condition.key, page=page)}{condition.operator}{self._operand(condition)})" for condition in conditions]
            factors = "*".join([*tests, f"(1-{same})"])
            return f"SUMPRODUCT({factors},{self.column(sheet, of, page=page)})" if of else f"SUMPRODUCT({factors})"

        value, above = Decimal(0), None
        for row in self.tables[sheet]:
            now = tuple(row.get(key) or "" for key in keys)
            if now != above and all(condition.holds(row) for condition in conditions):
                value += (row.get(of) or 0) if of else 1
            above = now
        return Cell(self.each(sheet, text), value)

    def each(self, sheet: str, text: Callable[[Page], str]) -> str:
        """The sum of a formula over the worksheets of a table."""
        texts = [text(page) for page in self.pages(sheet)]
        return texts[0] if len(texts) == 1 else f"({'+'.join(texts)})"

    def chosen(self, sheet: str, conditions: tuple[Condition, ...]) -> Sequence[Row]:
        """The rows that fulfil all conditions; each longer list of conditions looks only at what the shorter one left."""
        if not conditions:
            return self.tables[sheet]
        if (sheet, conditions) not in self._chosen:
            last = conditions[-1]
            self._chosen[sheet, conditions] = last.fitting(self.chosen(sheet, conditions[:-1]))
        return self._chosen[sheet, conditions]

    def _criteria(self, sheet: str, conditions: Iterable[Condition], page: Page | None = None) -> str:
        return ",".join(f"{self.column(sheet, condition.key, page=page)},{condition.text}" for condition in conditions)

    @staticmethod
    def _operand(condition: Condition) -> str:
        return f'"{condition.operand}"' if isinstance(condition.operand, str) else str(condition.operand)


def continued(title: str, number: int) -> str:
    """The name of a table's worksheet: 指标明细, 指标明细（2） ..."""
    return title if number == 1 else f"{title}（{number}）"


def _whose(row: Row) -> tuple:
    return tuple(row.get(key) for key in ("department", "project", "file", "sheet"))


def plus(*cells: Cell) -> Cell:
    """The sum of several formulas as one."""
    return Cell("+".join(cell.text for cell in cells), sum((_decimal(cell.value) for cell in cells), Decimal(0)))


def quotient(above: tuple[str, Any], below: tuple[str, Any]) -> Cell:
    """above ÷ below to 0.01%, of two cells given as (place, value); empty where there is nothing to divide by."""
    text = f'IF({below[0]}=0,IF({above[0]}=0,0,""),ROUND({above[0]}/{below[0]},4))'
    return Cell(text, ratio(_decimal(above[1]), _decimal(below[1])))


def share(part: tuple[str, Any], whole: tuple[str, Any]) -> Cell:
    """A part of a whole to 0.01%; empty where the whole is 0."""
    value = ratio(_decimal(part[1]), _decimal(whole[1])) if whole[1] else None
    return Cell(f'IF({whole[0]}=0,"",ROUND({part[0]}/{whole[0]},4))', value)


def growth(new: tuple[str, Any], old: tuple[str, Any]) -> Cell:
    """(new − old) ÷ old to 0.01%; empty where old is 0."""
    return Cell(f'IF({old[0]}=0,"",ROUND(({new[0]}-{old[0]})/{old[0]},4))', change(_decimal(new[1]), _decimal(old[1])))


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value or 0)
