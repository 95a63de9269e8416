"""The records of a layout: the rows, labels, spans, widths and tables of an official form.

`parse.py` makes them from a data file that looks like the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selfeval_xl.model import fields
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, PROJECT, Outlook

SELF = "self"
STAGES = {SELF: "绩效自评", MONITORING: "绩效运行监控", DECLARATION: "绩效目标申报"}
KINDS = (PROJECT, DEPARTMENT, DECLARATION, MONITORING)
OWNERS = (PROJECT, DEPARTMENT)
# Kinds of causes that a monitoring form has a column to tick for, by what people call them.
CAUSES = ("经费保障", "制度保障", "人员保障", "硬件条件保障", "其他")
CAUSE, OUTLOOK = "cause.", "outlook."  # key prefixes of columns to tick
MEDIUM = "medium."  # key prefix of the columns that repeat level and name for the whole 项目期
HEAD_KEYS = frozenset(fields.keys(fields.FORM)) | {"total_points", "period"}
FUND_KEYS = frozenset(fields.keys(fields.FUND)) | {"note", "forecast", "medium_budget"}
GOAL_KEYS = frozenset(fields.keys(fields.GOAL)) | {"medium"}
TASK_KEYS = frozenset(fields.keys(fields.TASK)) | {"budget", "executed", "points", "score"}
INDICATOR_KEYS = (
    frozenset(fields.keys(fields.INDICATOR))
    | {"operator", "unit", "adjusted_target", "forecast", "outlook", "medium_target"}
    | {f"{CAUSE}{cause}" for cause in CAUSES}
    | {f"{OUTLOOK}{outlook.value}" for outlook in Outlook}
    | {f"{MEDIUM}level2", f"{MEDIUM}name"}
)
OTHER = "other."  # key prefix of printed fields that are not in the table of fields
THROUGH = "{through}"  # in a label: the months that a monitoring form covers (1-7月)
MANAGEMENT_KEYS = ("text", "problems")  # what a form says of each side of how its money was managed
BLOCKS = (
    *("head", "goal", "overview", "funding", "management"),
    *("tasks", "indicators", "total", "remarks"),
)


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
    """A column of a table. group: the label printed over several columns. holds: "money", or any text."""

    key: str
    label: str
    span: int = 1
    group: str | None = None
    holds: str = ""


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
    source: label beside the source rows. source_place: left (once, under a head), or each (before each of
    the amounts, whose column's label is then that of its total, 中期资金总额：). dashes: columns that print
    `dash` on source rows.
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
    source_place: str = "left"
    points: str | None = None
    dashes: tuple[str, ...] = ()
    dash: str = "—"
    joined: tuple[str, ...] = ()
    inline: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LayoutTable:
    """The goal's columns, or the task table.

    rows: how many empty ones are printed. total: label of a row below with the sums of the money.
    """

    section: LayoutSection
    columns: tuple[LayoutColumn, ...]
    rows: int = 1
    total: str = ""


@dataclass(frozen=True, slots=True)
class ManagementLayout:
    """The table of how the money was managed. topics: its sides as printed (分配科学性 ...), a row each."""

    section: LayoutSection
    columns: tuple[LayoutColumn, ...]
    topics: tuple[str, ...]
    topic_span: int = 1


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

    kind: project or department of the self-evaluation, declaration or monitoring. of_department: whether a
    form of an earlier stage is of the department as a whole. through: the months that a monitoring form
    covers unless others are chosen.
    widths: in characters, one per column of the sheet. blocks: in printed order. caption: line over the
    title. subtitle, subhead (cells without borders): lines below it. signature: labels below the frame.
    notes: lines printed below them.
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
    management: ManagementLayout | None = None
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
    of_department: bool = False
    through: str = ""
    notes: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        """The stage of the year that the form belongs to: a key of STAGES."""
        return self.kind if self.kind in STAGES else SELF

    @property
    def owner(self) -> str:
        """Whose form it is in a department's workbook: a project's or the department's."""
        return DEPARTMENT if self.kind == DEPARTMENT or self.of_department else PROJECT

    def text(self, label: str) -> str:
        """A label as printed, with the months of a monitoring form."""
        return label.replace(THROUGH, self.through)

    def start(self, block: str) -> int:
        """The first sheet column of a block: 0, or right of the label that stands beside it."""
        return self.beside.span if self.beside and block in self.beside.blocks else 0

    def sections(self) -> Iterator[str]:
        """The printed labels beside or over the tables, which name a part of the form and no field."""
        tables = (self.funding, self.management, self.goal, self.tasks, self.indicators)
        yield from (table.section.label for table in tables if table)
        if self.beside:
            yield self.beside.label

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """The scope, key and printed label of every field: the reader's vocabulary.

        Scopes are those of the fields table, and 资金合计 (the total row), 资金来源 (the source rows),
        资金申报 (totals that stand before their amounts), 说明 (remarks). Columns to tick and the repeated
        ones of the medium term are left out. A field that is not in the table of fields has scope 其他 or,
        in the indicator table, key other.
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
            each = self.funding.source_place == "each"
            scope = "资金申报" if each else "资金行"
            yield from ((scope, column.key, self.text(column.label)) for column in self.funding.columns)
            if not each:
                yield "资金合计", "total", self.funding.total
            yield from (("资金来源", "source", label.removeprefix("其中：")) for label in self.funding.rows)
        if self.goal:
            yield from (("目标", column.key, column.label) for column in self.goal.columns)
        if self.tasks:
            tasks = self.tasks.columns
            yield from (("任务", column.key, column.label) for column in tasks if column.key in TASK_KEYS)
        twice = any(column.key.startswith(MEDIUM) for column in self.indicators.columns)
        left_out = (CAUSE, OUTLOOK, MEDIUM, *(["medium_target"] if twice else []))
        yield from (
            ("指标", column.key if column.key in INDICATOR_KEYS else "other", self.text(column.label))
            for column in self.indicators.columns
            if not column.key.startswith(left_out)
        )
        yield from (("说明", "remark", label) for label, _ in self.remarks)
