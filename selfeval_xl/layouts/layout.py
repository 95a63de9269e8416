"""One official form: its rows, labels, spans, widths and tables, read from a data file that looks like the form it draws."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from .. import fields
from ..errors import LayoutError

KINDS = ("project", "department")
_HEAD_KEYS = frozenset(fields.keys(fields.FORM))
_INDICATOR_KEYS = frozenset(fields.keys(fields.INDICATOR)) | {"operator", "unit", "adjusted_target"}
BLOCKS = ("head", "goal", "overview", "funding", "tasks", "indicators", "total", "remarks")


@dataclass(frozen=True, slots=True)
class Item:
    """A label cell or a field cell of a row. field: a key of the form, or goal.expected, goal.actual."""

    label: str | None = None
    field: str | None = None
    span: int = 1
    place: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. group: the label printed over several columns."""

    key: str
    label: str
    span: int = 1
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The label beside a table (place left), or over its first columns (place over)."""

    label: str
    span: int = 1
    place: str = "left"


@dataclass(frozen=True, slots=True)
class Funding:
    """rows: the sources as printed. total_place: first or last. dashes: columns that print `dash` on source rows.

    inline: rows below with labels that take their amount in the same cell (政府性基金拨款：), left and right half.
    """

    section: Section
    columns: tuple[Column, ...]
    rows: tuple[str, ...]
    total: str
    total_place: str = "last"
    source: str = ""
    source_span: int = 1
    points: str | None = None
    dashes: tuple[str, ...] = ()
    dash: str = "—"
    inline: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The goal's columns, or the task table. rows: how many stand ready."""

    section: Section
    columns: tuple[Column, ...]
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Indicators:
    """levels: first level with its second levels, in printed order. ready: rows that stand ready for each second level."""

    section: Section
    columns: tuple[Column, ...]
    levels: tuple[tuple[str, tuple[str, ...]], ...]
    ready: int = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole form. widths in characters, one per column of the sheet; blocks in printed order."""

    id: str
    kind: str
    version: str
    title: str
    notice: str
    widths: tuple[float, ...]
    blocks: tuple[str, ...]
    head: tuple[tuple[Item, ...], ...]
    indicators: Indicators
    overview: tuple[tuple[Item, ...], ...] = ()
    funding: Funding | None = None
    goal: Table | None = None
    tasks: Table | None = None
    total: tuple[Item, ...] = ()
    remarks: tuple[tuple[str, int], ...] = ()
    signature: str = ""
    subtitle: str = ""
    caption: str = ""
    year: int | None = None
    companion: str | None = None
    orientation: str = "portrait"
    money_unit: str = "万元"

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Scope, key and printed label of every field: the reader's vocabulary. What is no field of ours has scope 其他 or key other."""
        for row in (*self.head, *self.overview):
            for item, after in zip(row, (*row[1:], Item()), strict=True):
                if item.label and after.field:
                    scope, _, key = after.field.partition(".")
                    if scope == "goal":
                        yield "目标", key, item.label
                    elif scope in _HEAD_KEYS:
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
        yield from (("指标", column.key if column.key in _INDICATOR_KEYS else "other", column.label) for column in self.indicators.columns)
        yield from (("说明", "remark", label) for label, _ in self.remarks)


def parse_layout(text: str, name: str) -> Layout:
    """A layout from its text. LayoutError names the file with the line (syntax) or the key (content)."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LayoutError(f"表式文件“{name}”写法有误：{error}") from error
    return _Reader(name).layout(data)


class _Reader:
    """Builds the records and says where a file is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, where: str, what: str) -> LayoutError:
        return LayoutError(f"表式文件“{self.name}”的 {where} 有误：{what}")

    def layout(self, data: dict) -> Layout:
        self._keys(data, "顶层", {"id", "form", "version", "title", "subtitle", "caption", "overview", "notice", "year", "companion", "widths", "page", "money_unit", "blocks", "head", "funding", "goal", "tasks",
                                "indicators", "total", "remarks", "signature"}, {"id", "form", "version", "title", "widths", "blocks", "head", "indicators"})
        if data["form"] not in KINDS:
            raise self.wrong("form", f"应为 {' 或 '.join(KINDS)}，现在是“{data['form']}”。")
        widths = tuple(data["widths"])
        unknown = [block for block in data["blocks"] if block not in BLOCKS]
        if unknown:
            raise self.wrong("blocks", f"不认识“{unknown[0]}”，可用的有{'、'.join(BLOCKS)}。")
        page = data.get("page", {})
        self._keys(page, "page", {"orientation"}, set())
        layout = Layout(
            id=data["id"], kind=data["form"], version=str(data["version"]), title=data["title"], subtitle=data.get("subtitle", ""), notice=data.get("notice", ""), widths=widths,
            blocks=tuple(data["blocks"]), year=data.get("year"), companion=data.get("companion"), orientation=page.get("orientation", "portrait"),
            money_unit=data.get("money_unit", "万元"), signature=data.get("signature", ""),
            caption=data.get("caption", ""),
            head=tuple(self._row(row, f"head[{number}]", len(widths)) for number, row in enumerate(data["head"], 1)),
            overview=tuple(self._row(row, f"overview[{number}]", len(widths)) for number, row in enumerate(data.get("overview", ()), 1)),
            funding=self._funding(data["funding"], len(widths)) if "funding" in data else None,
            goal=self._table(data["goal"], "goal", len(widths)) if "goal" in data else None,
            tasks=self._table(data["tasks"], "tasks", len(widths)) if "tasks" in data else None,
            indicators=self._indicators(data["indicators"], len(widths)),
            total=self._row(data["total"], "total", len(widths)) if "total" in data else (),
            remarks=tuple((remark["label"], remark.get("span", 1)) for remark in data.get("remarks", ())),
        )
        for block in ("funding", "goal", "overview", "tasks", "total", "remarks"):
            if block in layout.blocks and not getattr(layout, block):
                raise self.wrong("blocks", f"列出了“{block}”，但文件里没有这一块。")
        return layout

    def _keys(self, data: dict, where: str, known: set[str], needed: set[str]) -> None:
        for key in data:
            if key not in known:
                raise self.wrong(f"{where}.{key}", f"不认识这一项，可用的有{'、'.join(sorted(known))}。")
        for key in sorted(needed):
            if key not in data:
                raise self.wrong(where, f"缺少“{key}”。")

    def _row(self, row: list, where: str, width: int) -> tuple[Item, ...]:
        items = []
        for cell in row:
            self._keys(cell, where, {"label", "field", "span", "place"}, set())
            items.append(Item(**cell))
        self._fits(sum(item.span for item in items), width, where)
        return tuple(items)

    def _fits(self, used: int, width: int, where: str) -> None:
        if used != width:
            raise self.wrong(where, f"各格合计占{used}列，表宽是{width}列。")

    def _columns(self, data: dict, where: str) -> tuple[Column, ...]:
        columns = []
        for key, told in data.items():
            entry = {"label": told} if isinstance(told, str) else told
            self._keys(entry, f"{where}.columns.{key}", {"label", "span", "group"}, {"label"})
            columns.append(Column(key, **entry))
        return tuple(columns)

    def _section(self, told: object, where: str) -> Section:
        entry = {"label": told} if isinstance(told, str) else dict(told)
        self._keys(entry, f"{where}.section", {"label", "span", "place"}, {"label"})
        return Section(**entry)

    def _funding(self, data: dict, width: int) -> Funding:
        self._keys(data, "funding", {"section", "columns", "rows", "total", "source", "points", "dashes", "dash", "inline"}, {"section", "columns", "rows", "total"})
        self._keys(data["total"], "funding.total", {"label", "place"}, {"label"})
        source = data.get("source", {})
        self._keys(source, "funding.source", {"label", "span"}, set())
        funding = Funding(self._section(data["section"], "funding"), self._columns(data["columns"], "funding"), tuple(data["rows"]), data["total"]["label"],
                          data["total"].get("place", "last"), source.get("label", ""), source.get("span", 1), data.get("points"), tuple(data.get("dashes", ())), data.get("dash", "—"),
                          tuple((left, right) for left, right in data.get("inline", ())))
        self._fits(funding.section.span + funding.source_span + sum(column.span for column in funding.columns), width, "funding.columns")
        return funding

    def _table(self, data: dict, where: str, width: int) -> Table:
        self._keys(data, where, {"section", "columns", "rows"}, {"section", "columns"})
        table = Table(self._section(data["section"], where), self._columns(data["columns"], where), data.get("rows", 1))
        self._fits(table.section.span + sum(column.span for column in table.columns), width, f"{where}.columns")
        return table

    def _indicators(self, data: dict, width: int) -> Indicators:
        self._keys(data, "indicators", {"section", "columns", "levels", "ready"}, {"section", "columns", "levels"})
        levels = tuple((name, tuple(seconds)) for name, seconds in data["levels"].items())
        table = Indicators(self._section(data["section"], "indicators"), self._columns(data["columns"], "indicators"), levels, data.get("ready", 2))
        left = table.section.span if table.section.place == "left" else 0
        self._fits(left + sum(column.span for column in table.columns), width, "indicators.columns")
        return table
