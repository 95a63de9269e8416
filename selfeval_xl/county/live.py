"""Formulas over the county's sheets, each with the value it has now: one description gives the text and the
number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..grid import a1, column_name
from .arithmetic import average, change, decimal, exact, of_millionths, ratio
from .columns import Sheet
from .table import NUMBER, Listed, Rows

Row = Mapping[str, Any]
MOST_ROWS = 1_048_000  # of a worksheet, with room for the totals
_LONG = frozenset(
    ("funding", "indicators", "deviations", "findings", "all_projects")
)  # what may go on on a second worksheet
_LONGEST_FORM = 5_000  # rows; a longer one is torn where the worksheet ends
_WHOSE = ("department", "project", "file", "sheet")
_PLACE = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, operand: value == operand,
    "<>": lambda value, operand: value != operand,
    ">=": lambda value, operand: value >= operand,
    "<": lambda value, operand: value < operand,
    ">": lambda value, operand: value > operand,
    "contains": lambda value, operand: operand in value,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A formula without its `=`, and its value now (None: an empty text)."""

    text: str
    value: Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One criterion of SUMIFS: key, operator, operand.

    An empty cell is an empty text, and no number, as in a spreadsheet.
    """

    key: str
    operator: str
    operand: Decimal | int | str

    def holds(self, row: Row) -> bool:
        return self.fits(row.get(self.key))

    def fits(self, value: Any) -> bool:
        """Whether a value of the column fulfils it."""
        if value is None and isinstance(self.operand, str):
            value = ""
        if value is None or (isinstance(value, str) != isinstance(self.operand, str)):
            return self.operator == "<>"
        return _TESTS[self.operator](value, self.operand)

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


@dataclass(slots=True)
class _Group:
    """Rows with the same values in some columns: how many, and of other columns the sum (in millionths) and
    the count of the numbers.
    """

    values: dict[str, Any]
    count: int
    sums: dict[str, int]
    numbers: dict[str, int]


class Book:
    """The sheets with their rows: knows where a column stands and what its cells hold.

    limit: rows of one worksheet; a longer table of details (`_LONG`) goes on on a second one, and the
    formulas add them up.
    """

    def __init__(
        self,
        sheets: Iterable[Sheet],
        tables: Mapping[str, Rows | list[dict[str, Any]]],
        limit: int = MOST_ROWS,
    ) -> None:
        self.sheets = {sheet.key: sheet for sheet in sheets}
        self.tables: dict[str, Rows] = {
            key: Listed(self.sheets[key], rows) if isinstance(rows, list) else rows
            for key, rows in tables.items()
            if key in self.sheets
        }
        self.limit = limit
        self._groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[_Group]] = {}
        self._pages: dict[str, list[Page]] = {}

    def pages(self, sheet: str) -> list[Page]:
        """The worksheets of a table. A project's rows are not torn apart."""
        if sheet not in self._pages:
            rows, title, start, pages = self.tables[sheet], self.sheets[sheet].title, 0, []
            while sheet in _LONG and len(rows) - start > self.limit:
                window = min(self.limit, _LONGEST_FORM)
                whose = list(
                    rows.picked(*_WHOSE, start=start + self.limit - window, stop=start + self.limit + 1)
                )
                stop = (
                    next(
                        (place for place in range(window, 1, -1) if whose[place - 1] != whose[place]), window
                    )
                    + start
                    + self.limit
                    - window
                )
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
        """A template with {key} for the cell in this row (counted from 0) and {sheet.key} for a whole column.
        page: of the other sheet.
        """

        def cell(match: re.Match[str]) -> str:
            other, key = match.groups()
            return (
                self.column(other, key, page=page if other in _LONG else None)
                if other
                else a1(row, self.sheets[sheet].place(key))
            )

        return _PLACE.sub(cell, text)

    def expand_parts(self, text: str, sheet: str, row: int) -> list[str]:
        """The formula once for each worksheet of the long table that it sums over; their sum is the whole."""
        long = next((other for other, _ in _PLACE.findall(text) if other in _LONG), None)
        return [self.expand(text, sheet, row, page) for page in (self.pages(long) if long else [None])]

    def count(self, sheet: str, *conditions: Condition) -> Cell:
        """How many rows fulfil the conditions."""
        if not conditions:
            return Cell(
                self.each(sheet, lambda page: f"COUNT({self.column(sheet, 'number', page=page)})"),
                len(self.tables[sheet]),
            )
        return Cell(
            self.each(sheet, lambda page: f"COUNTIFS({self._criteria(sheet, conditions, page)})"),
            sum(group.count for group in self._fitting(sheet, conditions)),
        )

    def total(self, sheet: str, key: str, *conditions: Condition) -> Cell:
        """The sum of a column over the rows that fulfil the conditions."""

        def text(page: Page) -> str:
            cells = self.column(sheet, key, page=page)
            return (
                f"SUMIFS({cells},{self._criteria(sheet, conditions, page)})"
                if conditions
                else f"SUM({cells})"
            )

        return Cell(
            self.each(sheet, text),
            of_millionths(sum(group.sums[key] for group in self._fitting(sheet, conditions, key))),
        )

    def average(self, sheet: str, key: str, *conditions: Condition) -> Cell:
        """The average of a column of a table that is not long, to 0.01."""
        groups = list(self._fitting(sheet, conditions, key))
        value = average(
            of_millionths(sum(group.sums[key] for group in groups)),
            sum(group.numbers[key] for group in groups),
        )
        return Cell(
            f'IFERROR(ROUND(AVERAGEIFS({self.column(sheet, key)},{self._criteria(sheet, conditions)}),2),"")',
            value,
        )

    def distinct(self, sheet: str, by: Sequence[str], *conditions: Condition, of: str | None = None) -> Cell:
        """How many different `by` fulfil the conditions (or the sum of `of` over them): rows that belong
        together stand together,
        so a row counts when the one above it differs. Linear in the rows, where 1/COUNTIFS is quadratic.
        """
        keys = [
            *by,
            *(
                condition.key
                for condition in conditions
                if condition.operator == "=" and condition.key not in by
            ),
        ]

        def text(page: Page) -> str:
            same = "*".join(
                f"({self.column(sheet, key, page=page)}={self.column(sheet, key, -1, page)})" for key in keys
            )
            tests = [
                (
                    f"({self.column(sheet, condition.key, page=page)}{condition.operator}"
                    f"{self._operand(condition)})"
                )
                for condition in conditions
            ]
            factors = "*".join([*tests, f"(1-{same})"])
            return (
                f"SUMPRODUCT({factors},{self.column(sheet, of, page=page)})"
                if of
                else f"SUMPRODUCT({factors})"
            )

        total, above = 0, None
        columns = list(
            dict.fromkeys((*keys, *(condition.key for condition in conditions), *([of] if of else [])))
        )
        tests = [(columns.index(condition.key), condition) for condition in conditions]
        for row in self.tables[sheet].picked(*columns):
            now = tuple(value or "" for value in row[: len(keys)])
            if now != above and all(condition.fits(row[place]) for place, condition in tests):
                total += exact(row[columns.index(of)] or 0) if of else 1
            above = now
        return Cell(self.each(sheet, text), of_millionths(total) if of else total)

    def each(self, sheet: str, text: Callable[[Page], str]) -> str:
        """The sum of a formula over the worksheets of a table."""
        texts = [text(page) for page in self.pages(sheet)]
        return texts[0] if len(texts) == 1 else f"({'+'.join(texts)})"

    def _fitting(
        self, sheet: str, conditions: Sequence[Condition], of: str | None = None
    ) -> Iterator[_Group]:
        """The groups of rows that fulfil all conditions, with the sum of a column."""
        told = self.sheets[sheet]
        by = {condition.key for condition in conditions if condition.key != NUMBER}
        groups = self._grouped(
            sheet,
            told.counted if by <= set(told.counted) else tuple(sorted(by)),
            told.summed if of is None or of in told.summed else (of,),
        )
        return (group for group in groups if all(condition.holds(group.values) for condition in conditions))

    def _grouped(self, sheet: str, by: tuple[str, ...], sums: tuple[str, ...]) -> list[_Group]:
        """The rows of a sheet in groups that have the same values in these columns."""
        if (sheet, by, sums) not in self._groups:
            groups: dict[tuple, _Group] = {}
            for row in self.tables[sheet].picked(*by, *sums):
                key = row[: len(by)]
                group = groups.get(key)
                if group is None:
                    values = (decimal(value) if isinstance(value, float) else value for value in key)
                    group = groups[key] = _Group(
                        {**dict(zip(by, values, strict=True)), NUMBER: 1},
                        0,
                        dict.fromkeys(sums, 0),
                        dict.fromkeys(sums, 0),
                    )
                group.count += 1
                for name, value in zip(sums, row[len(by) :], strict=True):
                    if value is not None and not isinstance(value, str):
                        group.sums[name] += exact(value)
                        group.numbers[name] += 1
            self._groups[sheet, by, sums] = list(groups.values())
        return self._groups[sheet, by, sums]

    def _criteria(self, sheet: str, conditions: Iterable[Condition], page: Page | None = None) -> str:
        return ",".join(
            f"{self.column(sheet, condition.key, page=page)},{condition.text}" for condition in conditions
        )

    @staticmethod
    def _operand(condition: Condition) -> str:
        return f'"{condition.operand}"' if isinstance(condition.operand, str) else str(condition.operand)


def continued(title: str, number: int) -> str:
    """The name of a table's worksheet: 指标明细, 指标明细（2） ..."""
    return title if number == 1 else f"{title}（{number}）"


def plus(*cells: Cell) -> Cell:
    """The sum of several formulas as one."""
    return Cell(
        "+".join(cell.text for cell in cells), sum((_decimal(cell.value) for cell in cells), Decimal(0))
    )


def quotient(above: tuple[str, Any], below: tuple[str, Any]) -> Cell:
    """above ÷ below to 0.01%, of two cells given as (place, value); empty where there is nothing to divide
    by.
    """
    text = f'IF({below[0]}=0,IF({above[0]}=0,0,""),ROUND({above[0]}/{below[0]},4))'
    return Cell(text, ratio(_decimal(above[1]), _decimal(below[1])))


def share(part: tuple[str, Any], whole: tuple[str, Any]) -> Cell:
    """A part of a whole to 0.01%; empty where the whole is 0."""
    value = ratio(_decimal(part[1]), _decimal(whole[1])) if whole[1] else None
    return Cell(f'IF({whole[0]}=0,"",ROUND({part[0]}/{whole[0]},4))', value)


def growth(new: tuple[str, Any], old: tuple[str, Any]) -> Cell:
    """(new − old) ÷ old to 0.01%; empty where old is 0."""
    return Cell(
        f'IF({old[0]}=0,"",ROUND(({new[0]}-{old[0]})/{old[0]},4))', change(_decimal(new[1]), _decimal(old[1]))
    )


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value or 0)
