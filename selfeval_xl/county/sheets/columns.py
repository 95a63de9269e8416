"""The records for sheets and their columns, and the columns that several sheets of the workbook share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from selfeval_xl.model.numbers import change, difference, ratio

PAGE_WIDTH = 215  # characters that fit across an A4 page in landscape at about 60%
HAND, FORMULA, LINK = "手", "式", "链"


@dataclass(frozen=True, slots=True)
class ColumnFormula:
    """A formula of a column, and how Python computes the same.

    text: with {key} for a cell of the row and {sheet.key} for a whole column. value: computes the formula's
    value from the row's; None: the row already holds it (sums over another sheet). in_total: whether the
    totals row has the same formula over its own cells (a rate is total over total).
    """

    text: str
    value: Callable[[Mapping[str, Any]], Decimal | str | None] | None = None
    in_total: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet. width: in characters.

    format: text, wrap, printed (a number as it was typed), code, count, money, number, rate, date or link.
    kind: "", 手 (filled in by officers), 式 (formula) or 链 (link). total: whether it is summed below.
    """

    key: str
    label: str
    width: float = 10
    format: str = "text"
    kind: str = ""
    total: bool = False
    live: ColumnFormula | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook: a table with its title and columns.

    key: name of the store's table. frozen: how many columns stay in sight, on the screen and on every printed
    page. counted, summed: columns by which rows are counted, and those that are added up, for the page 总览.
    besides: how the totals row of 项目汇总 calls what is to be done beside its rows.
    spare: empty rows for officers below the filled ones; such a sheet has no totals. written_with: the title
    of the sheet that is always written with this one, if workbooks of an earlier version, or of a policy
    without it, have neither.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    frozen: int = 6
    counted: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    besides: str = ""
    spare: int = 0
    written_with: str = ""

    def place(self, key: str) -> int:
        """The number of the column with this key, counted from 0."""
        return next(number for number, column in enumerate(self.columns) if column.key == key)

    @property
    def pages_across(self) -> int:
        """The width of the print in A4 pages so that it stays readable; the frozen columns repeat on each."""
        widths = [column.width for column in self.columns]
        fixed = sum(widths[: self.frozen])
        return max(1, ceil((sum(widths) - fixed) / (PAGE_WIDTH - fixed)))

    @property
    def handwritten(self) -> tuple[Column, ...]:
        """The columns that officers fill in."""
        return tuple(column for column in self.columns if column.kind == HAND)


def amount(key: str, label: str, total: bool = True) -> Column:
    """A column of amounts in 万元."""
    return Column(key, label, 13, "money", total=total)


def count(key: str, label: str, width: float = 7, total: bool = True) -> Column:
    """A column of whole numbers."""
    return Column(key, label, width, "count", total=total)


def hand(key: str, label: str, width: float = 12, format: str = "wrap") -> Column:
    """A column that officers fill in. format: number and date can be added up and filtered."""
    return Column(key, label, width, format, HAND)


def link(label: str = "原表") -> Column:
    """A column of links to the cell that the row's columns file, sheet and cell name."""
    return Column("link", label, 7, "link", LINK)


def rate_of(key: str, label: str, above: str, below: str) -> Column:
    """A formula column: above ÷ below, rounded to 0.01%; 0 over 0 is 0, a number over 0 has no rate."""
    text = (
        f'IF(OR({{{above}}}="",{{{below}}}=""),"",IF({{{below}}}=0,IF({{{above}}}=0,0,"")'
        f",ROUND({{{above}}}/{{{below}}},4)))"
    )
    return Column(
        key,
        label,
        10,
        "rate",
        FORMULA,
        live=ColumnFormula(text, lambda row: ratio(row[above], row[below]), True),
    )


def share_of(key: str, label: str, above: str, below: str) -> Column:
    """A formula column: above ÷ below, rounded to 0.01%; empty where one is unknown or below is 0."""
    text = f'IF(OR({{{above}}}="",{{{below}}}=""),"",IF({{{below}}}=0,"",ROUND({{{above}}}/{{{below}}},4)))'
    return Column(
        key,
        label,
        10,
        "rate",
        FORMULA,
        live=ColumnFormula(text, lambda row: ratio(row[above], row[below]) if row[below] else None, True),
    )


def change_of(key: str, label: str, new: str, old: str) -> Column:
    """A formula column: (new − old) ÷ old, rounded to 0.01%; empty where old is 0."""
    text = f'IF(OR({{{new}}}="",{{{old}}}=""),"",IF({{{old}}}=0,"",ROUND(({{{new}}}-{{{old}}})/{{{old}}},4)))'
    return Column(
        key,
        label,
        10,
        "rate",
        FORMULA,
        live=ColumnFormula(text, lambda row: change(row[new], row[old]), True),
    )


def rest_of(key: str, label: str, whole: str, part: str, total: bool = True) -> Column:
    """A formula column: whole − part, in 万元, rounded to a hundredth of a yuan."""
    text = f'IF(OR({{{whole}}}="",{{{part}}}=""),"",ROUND({{{whole}}}-{{{part}}},6))'
    return Column(
        key,
        label,
        13,
        "money",
        FORMULA,
        total,
        ColumnFormula(text, lambda row: difference(row[whole], row[part])),
    )


NUMBER = Column("number", "序号", 6, "count")
HEAD = (
    NUMBER,
    Column("section", "归口股室", 10),
    Column("department_code", "部门编码", 11, "code"),
    Column("department", "部门名称", 20, "wrap"),
    Column("project_code", "项目编码", 22, "code"),
    Column("project", "项目名称", 28, "wrap"),
)
PLACE = (
    Column("file", "文件", 26, "text"),
    Column("sheet", "工作表", 14, "text"),
    Column("cell", "单元格", 9, "text"),
)

FORM = Column("form", "表别", 9)
LEVELS = (
    Column("level1", "一级指标", 11, "wrap"),
    Column("level2", "二级指标", 13, "wrap"),
    Column("name", "三级指标", 22, "wrap"),
)
# What the declaration and the monitoring form of the same project say of an indicator.
EARLIER = (
    Column("declared", "申报指标值", 13, "wrap"),
    Column("forecast", "监控预计", 13, "wrap"),
    Column("outlook", "监控结论", 10),
)
