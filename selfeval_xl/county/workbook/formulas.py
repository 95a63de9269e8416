"""Formulas over the county's sheets: one description gives the formula's text and the value it has now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.store.rows import NUMBER, ListedRows, Rows
from selfeval_xl.model.grid import a1, column_name
from selfeval_xl.model.numbers import average, change, decimal, exact, of_millionths, ratio
from selfeval_xl.model.sheet_names import sheet_prefix

Row = Mapping[str, Any]
MOST_ROWS = 1_048_000  # of a worksheet, with room for the totals
# The tables that may continue on a second worksheet.
_LONG = frozenset(("funding", "indicators", "deviations", "findings", "all_projects"))
_LONGEST_FORM = 5_000  # rows; a longer one is torn where the worksheet ends
_FORM_KEYS = ("department", "project", "file", "sheet")
_NONE_OF = "none of"  # an operator for `distinct` only: none of the words that "|" joins
BEGINS_NOT = "begins not"  # an operator: an empty cell fulfils it
_OF_RUNS = (_NONE_OF, BEGINS_NOT)  # rows that do not fulfil these do not hide the one below in `distinct`
_PLACEHOLDER = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, operand: value == operand,
    "<>": lambda value, operand: value != operand,
    ">=": lambda value, operand: value >= operand,
    "<": lambda value, operand: value < operand,
    ">": lambda value, operand: value > operand,
    "contains": lambda value, operand: operand in value,
    _NONE_OF: lambda value, operand: value not in operand.split("|"),
    BEGINS_NOT: lambda value, operand: not value.startswith(operand),
}


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula without its `=`, and its value now (None: an empty text)."""

    text: str
    value: Decimal | int | str | None

    @property
    def number(self) -> Decimal:
        """The value as a number; an empty one counts 0, as in a spreadsheet's sum."""
        return _decimal(self.value)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of SUMIFS: a column by its key, an operator (see `_TESTS`), an operand.

    An empty cell is an empty text, and no number, as in a spreadsheet.
    """

    key: str
    operator: str
    operand: Decimal | int | str

    def holds(self, row: Row) -> bool:
        """Whether a row fulfils it."""
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
        """The criterion as it is written in SUMIFS."""
        if self.operator == "contains":
            return f'"*{self.operand}*"'
        if self.operator == BEGINS_NOT:
            return f'"<>{self.operand}*"'
        sign = "" if self.operator == "=" else self.operator
        return f'"{sign}{self.operand}"' if sign or isinstance(self.operand, str) else str(self.operand)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of a table: its name, and the rows of the table on it (start to stop, counted from 0)."""

    title: str
    start: int
    stop: int

    @property
    def last(self) -> int:
        """The number of the last row, as a spreadsheet counts; an empty table has one empty row."""
        return max(self.stop - self.start, 1) + 1


@dataclass(slots=True)
class _Group:
    """Rows with the same values in some columns.

    count: of the rows. sums, numbers: of other columns, the sum (in millionths) and the count of the numbers.
    """

    values: dict[str, Any]
    count: int
    sums: dict[str, int]
    numbers: dict[str, int]


class WorkbookFormulas:
    """Makes formulas over the sheets, from where each column is and what its cells hold.

    tables: rows by sheet key; those of unknown sheets are left out. limit: rows of one worksheet; a longer
    table of details (`_LONG`) continues on a second one, and the formulas add them up.
    """

    def __init__(
        self,
        sheets: Iterable[Sheet],
        tables: Mapping[str, Rows | list[dict[str, Any]]],
        limit: int = MOST_ROWS,
    ) -> None:
        self.sheets = {sheet.key: sheet for sheet in sheets}
        self.tables: dict[str, Rows] = {
            key: ListedRows(self.sheets[key], rows) if isinstance(rows, list) else rows
            for key, rows in tables.items()
            if key in self.sheets
        }
        self.limit = limit
        self._groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[_Group]] = {}
        self._pages: dict[str, list[SheetPart]] = {}

    def pages(self, sheet: str) -> list[SheetPart]:
        """The worksheets of a table. The rows of one form stay together."""
        if sheet not in self._pages:
            rows, title, start = self.tables[sheet], self.sheets[sheet].title, 0
            pages: list[SheetPart] = []
            while sheet in _LONG and len(rows) - start > self.limit:
                stop = self._end_of_page(rows, start)
                pages.append(SheetPart(continued(title, len(pages) + 1), start, stop))
                start = stop
            self._pages[sheet] = [*pages, SheetPart(continued(title, len(pages) + 1), start, len(rows))]
        return self._pages[sheet]

    def _end_of_page(self, rows: Rows, start: int) -> int:
        """The last place at which a worksheet that begins with this row can end: before a new form."""
        window = min(self.limit, _LONGEST_FORM)
        first = start + self.limit - window
        forms = list(rows.picked(*_FORM_KEYS, start=first, stop=start + self.limit + 1))
        return first + next(
            (number for number in range(window, 1, -1) if forms[number - 1] != forms[number]), window
        )

    def column(self, sheet: str, key: str, shift: int = 0, page: SheetPart | None = None) -> str:
        """The cells of a column, without head and totals: '项目汇总'!$K$2:$K$61. shift: rows further down."""
        letters = column_name(self.sheets[sheet].place(key))
        page = page or self.pages(sheet)[0]
        return f"{sheet_prefix(page.title)}${letters}${2 + shift}:${letters}${page.last + shift}"

    def total_cell(self, sheet: str, key: str) -> str:
        """The address of a column's total."""
        page = self.pages(sheet)[0]
        return f"{sheet_prefix(page.title)}{a1(page.last, self.sheets[sheet].place(key))}"

    def expand(self, text: str, sheet: str, row: int, page: SheetPart | None = None) -> str:
        """The formula of a template with {key} for a cell of this row and {sheet.key} for a whole column.

        row: counted from 0. page: worksheet of the other sheet, where that is a long one.
        """

        def address(match: re.Match[str]) -> str:
            other, key = match.groups()
            return (
                self.column(other, key, page=page if other in _LONG else None)
                if other
                else a1(row, self.sheets[sheet].place(key))
            )

        return _PLACEHOLDER.sub(address, text)

    def expand_parts(self, text: str, sheet: str, row: int) -> list[str]:
        """The formula once for each worksheet of the long table that it sums over; their sum is the whole."""
        long = next((other for other, _ in _PLACEHOLDER.findall(text) if other in _LONG), None)
        return [self.expand(text, sheet, row, page) for page in (self.pages(long) if long else [None])]

    def count(self, sheet: str, *conditions: Criterion) -> Computed:
        """The number of rows that fulfil the conditions."""
        if not conditions:
            return Computed(
                self.each(sheet, lambda page: f"COUNT({self.column(sheet, 'number', page=page)})"),
                len(self.tables[sheet]),
            )
        return Computed(
            self.each(sheet, lambda page: f"COUNTIFS({self._criteria(sheet, conditions, page)})"),
            sum(group.count for group in self._fitting(sheet, conditions)),
        )

    def total(self, sheet: str, key: str, *conditions: Criterion) -> Computed:
        """The sum of a column over the rows that fulfil the conditions."""

        def text(page: SheetPart) -> str:
            cells = self.column(sheet, key, page=page)
            return (
                f"SUMIFS({cells},{self._criteria(sheet, conditions, page)})"
                if conditions
                else f"SUM({cells})"
            )

        return Computed(
            self.each(sheet, text),
            of_millionths(sum(group.sums[key] for group in self._fitting(sheet, conditions, key))),
        )

    def average(self, sheet: str, key: str, *conditions: Criterion) -> Computed:
        """The average of a column, to 0.01, of a table that never continues on a second worksheet."""
        groups = list(self._fitting(sheet, conditions, key))
        value = average(
            of_millionths(sum(group.sums[key] for group in groups)),
            sum(group.numbers[key] for group in groups),
        )
        return Computed(
            f'IFERROR(ROUND(AVERAGEIFS({self.column(sheet, key)},{self._criteria(sheet, conditions)}),2),"")',
            value,
        )

    def distinct(
        self, sheet: str, by: Sequence[str], *conditions: Criterion, of: str | None = None
    ) -> Computed:
        """The number of different `by` in the rows that fulfil the conditions, or the sum of `of` over them.

        Rows with the same `by` stand together, so a row counts when the one above it differs: linear in the
        rows, where 1/COUNTIFS is quadratic.
        """
        keys = [
            *by,
            *(
                condition.key
                for condition in conditions
                if condition.operator == "=" and condition.key not in by
            ),
        ]

        def text(page: SheetPart) -> str:
            same = "*".join(
                f"({self.column(sheet, key, page=page)}={self.column(sheet, key, -1, page)})" for key in keys
            )
            criteria = [self._test(sheet, condition, page) for condition in conditions]
            above = [
                self._test(sheet, condition, page, -1)
                for condition in conditions
                if condition.operator in _OF_RUNS
            ]
            factors = "*".join([*criteria, f"(1-{'*'.join([same, *above])})"])
            return (
                f"SUMPRODUCT({factors},{self.column(sheet, of, page=page)})"
                if of
                else f"SUMPRODUCT({factors})"
            )

        total = self._distinct(sheet, keys, conditions, of)
        return Computed(self.each(sheet, text), of_millionths(total) if of else total)

    def _test(self, sheet: str, condition: Criterion, page: SheetPart, shift: int = 0) -> str:
        """Whether the rows fulfil a condition, as a factor of SUMPRODUCT. shift: of rows further down."""
        cells = self.column(sheet, condition.key, shift, page)
        if condition.operator == _NONE_OF:
            words = ",".join(f'"{word}"' for word in str(condition.operand).split("|"))
            return f"ISNA(MATCH({cells},{{{words}}},0))"
        if condition.operator == BEGINS_NOT:
            return f'(LEFT({cells},{len(str(condition.operand))})<>"{condition.operand}")'
        return f"({cells}{condition.operator}{self._operand(condition)})"

    def _distinct(self, sheet: str, keys: list[str], conditions: Sequence[Criterion], of: str | None) -> int:
        """The value of `distinct`, with a sum in millionths."""
        total, above = 0, None
        columns = list(
            dict.fromkeys((*keys, *(condition.key for condition in conditions), *([of] if of else [])))
        )
        tests = [(columns.index(condition.key), condition) for condition in conditions]
        grouped = [(place, condition) for place, condition in tests if condition.operator in _OF_RUNS]
        for row in self.tables[sheet].picked(*columns):
            values = tuple(value or "" for value in row[: len(keys)])
            values += tuple(condition.fits(row[place]) for place, condition in grouped)
            if values != above and all(condition.fits(row[index]) for index, condition in tests):
                total += exact(row[columns.index(of)] or 0) if of else 1
            above = values
        return total

    def each(self, sheet: str, text: Callable[[SheetPart], str]) -> str:
        """The sum of a formula over the worksheets of a table. text: the formula for one worksheet."""
        texts = [text(page) for page in self.pages(sheet)]
        return texts[0] if len(texts) == 1 else f"({'+'.join(texts)})"

    def _fitting(
        self, sheet: str, conditions: Sequence[Criterion], of: str | None = None
    ) -> Iterator[_Group]:
        """The groups of rows that fulfil all conditions, with the sum of the column `of`.

        Groups by the sheet's usual columns where these are enough, so that its rows are read once.
        """
        counted, summed = self.sheets[sheet].counted, self.sheets[sheet].summed
        by = {condition.key for condition in conditions if condition.key != NUMBER}
        groups = self._grouped(
            sheet,
            counted if by <= set(counted) else tuple(sorted(by)),
            summed if of is None or of in summed else (of,),
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

    def _criteria(self, sheet: str, conditions: Iterable[Criterion], page: SheetPart | None = None) -> str:
        """The arguments of SUMIFS and COUNTIFS for these conditions.

        LibreOffice passes over empty cells where the first of several conditions says "is not", so those
        stand behind the others.
        """
        return ",".join(
            f"{self.column(sheet, condition.key, page=page)},{condition.text}"
            for condition in sorted(
                conditions, key=lambda condition: condition.operator in ("<>", BEGINS_NOT)
            )
        )

    @staticmethod
    def _operand(condition: Criterion) -> str:
        """The operand as it is written in a formula outside SUMIFS."""
        return f'"{condition.operand}"' if isinstance(condition.operand, str) else str(condition.operand)


def continued(title: str, number: int) -> str:
    """The name of a table's worksheet: 指标明细, 指标明细（2） ..."""
    return title if number == 1 else f"{title}（{number}）"


def plus(*cells: Computed) -> Computed:
    """The formula that adds these formulas."""
    return Computed("+".join(cell.text for cell in cells), sum((cell.number for cell in cells), Decimal(0)))


def quotient(above: tuple[str, Any], below: tuple[str, Any]) -> Computed:
    """above ÷ below to 0.01%, each given as (address, value); 0 over 0 is 0, a number over 0 is empty."""
    text = f'IF({below[0]}=0,IF({above[0]}=0,0,""),ROUND({above[0]}/{below[0]},4))'
    return Computed(text, ratio(_decimal(above[1]), _decimal(below[1])))


def share(part: tuple[str, Any], whole: tuple[str, Any]) -> Computed:
    """part ÷ whole to 0.01%; empty where the whole is 0."""
    value = ratio(_decimal(part[1]), _decimal(whole[1])) if whole[1] else None
    return Computed(f'IF({whole[0]}=0,"",ROUND({part[0]}/{whole[0]},4))', value)


def growth(new: tuple[str, Any], old: tuple[str, Any]) -> Computed:
    """(new − old) ÷ old to 0.01%; empty where old is 0."""
    return Computed(
        f'IF({old[0]}=0,"",ROUND(({new[0]}-{old[0]})/{old[0]},4))', change(_decimal(new[1]), _decimal(old[1]))
    )


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value or 0)
