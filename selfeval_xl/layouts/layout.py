"""The records of a layout: the rows, labels, spans, widths and tables of an official form.

`parse.py` makes them from a data file that looks like the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selfeval_xl.model import fields

KINDS = ("project", "department")
HEAD_KEYS = frozenset(fields.keys(fields.FORM)) | {"total_points"}
FUND_KEYS = frozenset(fields.keys(fields.FUND)) | {"note"}
GOAL_KEYS = frozenset(fields.keys(fields.GOAL))
TASK_KEYS = frozenset(fields.keys(fields.TASK)) | {"budget", "executed", "points", "score"}
INDICATOR_KEYS = frozenset(fields.keys(fields.INDICATOR)) | {"operator", "unit", "adjusted_target"}
OTHER = "other."  # key prefix of printed fields that are not in the table of fields
BLOCKS = ("head", "goal", "overview", "funding", "tasks", "indicators", "total", "remarks")


@dataclass(frozen=True, slots=True)
class LayoutItem:
    """A label cell or a field cell of a row, or both in one cell (部门：…).

    field: a key of the form, goal.expected, other.phone ... span: in columns of the sheet.
    """

    label: str | None = None
    field: str | None = None
    span: int = 1


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """A column of a table. group: the label printed over several columns."""

    key: str
    label: str
    span: int = 1
    group: str | None = None


@dataclass(frozen=True, slots=True)
class LayoutSection:
    """The label of a table. place: left (beside the table) or over (over its first columns)."""

    label: str
    span: int = 1
    place: str = "left"


@dataclass(frozen=True, slots=True)
class FundingLayout:
    """The funding table.

    rows: the sources as printed. total: label of the total row, total_place: first or last.
    source: label beside the source rows. dashes: columns that print `dash` on source rows.
    joined: columns whose cell runs over all rows (one 原因 for the whole table).
    inline: rows below with labels that take their amount in the same cell (政府性基金拨款：), left and right
    half.
    """

    section: LayoutSection
    columns: tuple[LayoutColumn, ...]
    rows: tuple[str, ...]
    total: str
    total_place: str = "last"
    source: str = ""
    source_span: int = 1
    points: str | None = None
    dashes: tuple[str, ...] = ()
    dash: str = "—"
    joined: tuple[str, ...] = ()
    inline: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LayoutTable:
    """The goal's columns, or the task table. rows: how many empty ones are printed."""

    section: LayoutSection
    columns: tuple[LayoutColumn, ...]
    rows: int = 1


@dataclass(frozen=True, slots=True)
class IndicatorLayout:
    """The indicator table.

    levels: first level with its second levels, in printed order. ready: empty rows printed for each second
    level.
    """

    section: LayoutSection
    columns: tuple[LayoutColumn, ...]
    levels: tuple[tuple[str, tuple[str, ...]], ...]
    ready: int = 2


@dataclass(frozen=True, slots=True)
class Beside:
    """A label at the left of several blocks, which begin to its right."""

    label: str
    blocks: tuple[str, ...]
    span: int = 1


@dataclass(frozen=True, slots=True)
class Attached:
    """A further table on a sheet of its own, printed with the form but not read as one (基础数据表)."""

    sheet: str
    title: str
    widths: tuple[float, ...]
    rows: tuple[tuple[LayoutItem, ...], ...]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole form.

    widths: in characters, one per column of the sheet. blocks: in printed order. caption: line over the
    title. subtitle, subhead (cells without borders): lines below it. signature: labels below the frame.
    """

    id: str
    kind: str
    version: str
    title: str
    notice: str
    widths: tuple[float, ...]
    blocks: tuple[str, ...]
    head: tuple[tuple[LayoutItem, ...], ...]
    indicators: IndicatorLayout
    overview: tuple[tuple[LayoutItem, ...], ...] = ()
    funding: FundingLayout | None = None
    goal: LayoutTable | None = None
    tasks: LayoutTable | None = None
    total: tuple[LayoutItem, ...] = ()
    remarks: tuple[tuple[str, int], ...] = ()
    signature: tuple[str, ...] = ()
    subtitle: str = ""
    caption: str = ""
    subhead: tuple[LayoutItem, ...] = ()
    beside: Beside | None = None
    attached: tuple[Attached, ...] = ()
    year: int | None = None
    companion: str | None = None
    names: tuple[str, ...] = ()
    orientation: str = "portrait"
    money_unit: str = "万元"

    def start(self, block: str) -> int:
        """The first sheet column of a block: 0, or right of the label that stands beside it."""
        return self.beside.span if self.beside and block in self.beside.blocks else 0

    def sections(self) -> Iterator[str]:
        """The printed labels beside or over the tables, which name a part of the form and no field."""
        tables = (self.funding, self.goal, self.tasks, self.indicators)
        yield from (table.section.label for table in tables if table)
        if self.beside:
            yield self.beside.label

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """The scope, key and printed label of every field: the reader's vocabulary.

        Scopes are those of the fields table, and 资金合计 (the total row), 资金来源 (the source rows), 说明
        (remarks). A field that is not in the table of fields has scope 其他 or, in the indicator table, key
        other.
        """
        for row in (*self.head, *self.overview):
            for item, after in zip(row, (*row[1:], LayoutItem()), strict=True):
                if item.label and after.field:
                    scope, _, key = after.field.partition(".")
                    if scope == "goal":
                        yield "目标", key, item.label
                    elif scope in HEAD_KEYS:
                        yield "表", scope, item.label
                    else:
                        yield "其他", "other", item.label
        if self.funding:
            yield from (("资金行", column.key, column.label) for column in self.funding.columns)
            yield "资金合计", "total", self.funding.total
            yield from (("资金来源", "source", label.removeprefix("其中：")) for label in self.funding.rows)
        if self.goal:
            yield from (("目标", column.key, column.label) for column in self.goal.columns)
        if self.tasks:
            yield from (("任务", column.key, column.label) for column in self.tasks.columns)
        yield from (
            ("指标", column.key if column.key in INDICATOR_KEYS else "other", column.label)
            for column in self.indicators.columns
        )
        yield from (("说明", "remark", label) for label, _ in self.remarks)
