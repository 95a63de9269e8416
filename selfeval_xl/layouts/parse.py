"""The parser of layout files: from the text of a TOML file to a checked `Layout`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from selfeval_xl.errors import LayoutError
from selfeval_xl.layouts import layout as records
from selfeval_xl.layouts.layout import (
    BLOCKS,
    KINDS,
    OTHER,
    OWNERS,
    Attached,
    Beside,
    FundingLayout,
    IndicatorLayout,
    Layout,
    LayoutColumn,
    LayoutItem,
    LayoutSection,
    LayoutTable,
    ManagementLayout,
)
from selfeval_xl.model.forms import DEPARTMENT, PROJECT

Toml = dict[str, Any]  # a table of the file; `_checked` has looked at keys and types before they are used

_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")  # (at line 3, column 7), in the parser's message
_WORDS = {str: "文字", int: "整数", float: "数", list: "列表", dict: "表（{ … }）", object: "文字或表"}
_TOP = {
    "id": str,
    "form": str,
    "version": str,
    "title": str,
    "widths": list,
    "blocks": list,
    "head": list,
    "indicators": dict,
    "subtitle": str,
    "caption": str,
    "subhead": list,
    "overview": list,
    "notice": str,
    "year": int,
    "companion": str,
    "names": list,
    "page": dict,
    "money_unit": str,
    "funding": dict,
    "goal": dict,
    "tasks": dict,
    "total": list,
    "remarks": list,
    "signature": list,
    "beside": dict,
    "attached": list,
    "of": str,
    "through": str,
    "management": dict,
    "notes": list,
}
_NEEDED = ("id", "form", "version", "title", "widths", "blocks", "head", "indicators")
_FUNDING = {
    "section": object,
    "columns": dict,
    "rows": list,
    "total": dict,
    "source": dict,
    "points": str,
    "dashes": list,
    "dash": str,
    "joined": list,
    "inline": list,
}
_SECTION = {"label": str, "span": int, "place": str}
_SOURCE = {"label": str, "span": int, "place": str}
_TABLE = {"section": object, "columns": dict, "rows": int, "total": str}
_MANAGEMENT = {"section": object, "columns": dict, "topics": list, "span": int}
_INDICATORS = {"section": object, "columns": dict, "levels": dict, "ready": int}
_ATTACHED = {"sheet": str, "title": str, "widths": list, "rows": list, "notes": str}
_ITEM = {"label": str, "field": str, "span": int}
_COLUMN = {"label": str, "span": int, "group": str, "holds": str}


def parse_layout(text: str, name: str) -> Layout:
    """The layout that a text describes.

    Raises LayoutError, which names the file `name` with the line (syntax) or the key (content).
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        where = f"第{line[1]}行第{line[2]}列" if line else "末尾"
        raise LayoutError(f"表式文件“{name}”{where}写法有误，请核对引号、等号和括号。") from error
    except (ValueError, RecursionError) as error:
        raise LayoutError(f"表式文件“{name}”里有一个数太长，或者括号套得太深，请核对。") from error
    return _Reader(name).layout(data)


class _Reader:
    """The builder of the records, whose errors name the key in the file. width: columns of the sheet."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.width = 0

    def wrong(self, key: str, what: str) -> LayoutError:
        return LayoutError(f"表式文件“{self.name}”的 {key} 有误：{what}")

    def layout(self, data: Toml) -> Layout:
        self._checked(data, "", _TOP, _NEEDED)
        self._one_of(data["form"], "form", KINDS)
        widths = self._widths(data["widths"], "widths")
        self.width = len(widths)
        page = self._checked(data.get("page", {}), "page", {"orientation": str})
        beside = self._beside(data["beside"]) if "beside" in data else None
        layout = Layout(
            id=data["id"],
            kind=data["form"],
            version=data["version"],
            title=data["title"],
            subtitle=data.get("subtitle", ""),
            caption=data.get("caption", ""),
            notice=data.get("notice", ""),
            year=data.get("year"),
            companion=data.get("companion"),
            names=self._texts(data.get("names", []), "names"),
            money_unit=data.get("money_unit", "万元"),
            widths=widths,
            orientation=self._one_of(
                page.get("orientation", "portrait"), "page.orientation", ("portrait", "landscape")
            ),
            blocks=self._texts(data["blocks"], "blocks", BLOCKS),
            signature=self._texts(data.get("signature", []), "signature"),
            beside=beside,
            subhead=self._row(data["subhead"], "subhead", self.width) if "subhead" in data else (),
            head=self._rows(data, "head", self.width),
            overview=self._rows(data, "overview", self._width_of(beside, "overview")),
            funding=self._funding(data["funding"]) if "funding" in data else None,
            management=self._management(data["management"]) if "management" in data else None,
            goal=self._table(data, "goal", records.GOAL_KEYS, self._width_of(beside, "goal")),
            tasks=self._table(data, "tasks", records.TASK_KEYS, self._width_of(beside, "tasks")),
            indicators=self._indicators(data["indicators"]),
            total=self._row(data["total"], "total", self.width) if "total" in data else (),
            remarks=tuple(
                self._remark(remark, f"remarks[{number}]")
                for number, remark in enumerate(data.get("remarks", ()), 1)
            ),
            of_department=self._of_department(data),
            through=data.get("through", ""),
            notes=self._texts(data.get("notes", []), "notes"),
            attached=tuple(
                self._attached(table, f"attached[{number}]")
                for number, table in enumerate(data.get("attached", ()), 1)
            ),
        )
        self._complete(layout)
        return layout

    def _of_department(self, data: Toml) -> bool:
        """Whether a form of an earlier stage is of the department; the self-evaluation has its own kind."""
        owner = self._one_of(data.get("of", PROJECT), "of", OWNERS)
        if "of" in data and data["form"] in OWNERS:
            raise self.wrong("of", "自评表是谁的表写在 form 里，不写这一项。")
        return bool(owner == DEPARTMENT)

    def _complete(self, layout: Layout) -> None:
        """Raises LayoutError unless `blocks` lists exactly the blocks that the file has."""
        for block in BLOCKS:
            if block in layout.blocks and not getattr(layout, block):
                raise self.wrong("blocks", f"列出了“{block}”，但文件里没有这一块。")
            if getattr(layout, block) and block not in layout.blocks:
                raise self.wrong("blocks", f"没有列出“{block}”，但文件里有这一块。")

    def _checked(
        self, data: object, where: str, types: Mapping[str, type], needed: Collection[str] = ()
    ) -> Toml:
        """The table, once its keys and the types of its values are checked. where: its key in the file."""
        if not isinstance(data, dict):
            raise self.wrong(where, f"应为表（{{ … }}），现在是“{data}”。")
        dot = f"{where}." if where else ""
        for key, value in data.items():
            if key not in types:
                raise self.wrong(f"{dot}{key}", f"不认识这一项，可用的有{'、'.join(sorted(types))}。")
            if not isinstance(value, types[key]) or isinstance(value, bool):
                raise self.wrong(f"{dot}{key}", f"应为{_WORDS[types[key]]}，现在是“{value}”。")
            if key == "span" and isinstance(value, int) and value < 1:
                raise self.wrong(f"{dot}span", f"应为1或更大，现在是{value}。")
        for key in needed:
            if key not in data:
                raise self.wrong(where or "顶层", f"缺少“{key}”。")
        return data

    def _one_of(self, value: str, where: str, allowed: Collection[str]) -> str:
        if value not in allowed:
            raise self.wrong(where, f"不认识“{value}”，可用的有{'、'.join(allowed)}。")
        return value

    def _texts(self, values: list[str], where: str, allowed: Collection[str] = ()) -> tuple[str, ...]:
        """Returns the values once each is a text, allowed, and not repeated."""
        for number, value in enumerate(values, 1):
            if not isinstance(value, str):
                raise self.wrong(f"{where}[{number}]", f"应为文字，现在是“{value}”。")
            if allowed:
                self._one_of(value, where, allowed)
        if len(set(values)) < len(values):
            raise self.wrong(where, "有重复。")
        return tuple(values)

    def _widths(self, values: list[float], where: str) -> tuple[float, ...]:
        for number, value in enumerate(values, 1):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 <= value <= 255:
                raise self.wrong(f"{where}[{number}]", f"列宽应为1到255之间的数，现在是“{value}”。")
        return tuple(values)

    def _width_of(self, beside: Beside | None, block: str) -> int:
        """The number of columns of a block: all, or those right of the label beside it."""
        return self.width - (beside.span if beside and block in beside.blocks else 0)

    def _fits(self, used: int, width: int, where: str) -> None:
        """Raises LayoutError unless the cells fill the width."""
        if used != width:
            raise self.wrong(where, f"各格合计占{used}列，应占{width}列。")

    def _rows(self, data: Toml, where: str, width: int) -> tuple[tuple[LayoutItem, ...], ...]:
        return tuple(
            self._row(row, f"{where}[{number}]", width) for number, row in enumerate(data.get(where, ()), 1)
        )

    def _row(self, row: object, where: str, width: int) -> tuple[LayoutItem, ...]:
        if not isinstance(row, list):
            raise self.wrong(where, f"应为列表，现在是“{row}”。")
        items = []
        for number, cell in enumerate(row, 1):
            here = f"{where}[{number}]"
            entry = self._checked(cell, here, _ITEM)
            field = entry.get("field", OTHER)
            scope, _, key = field.partition(".")
            if not (
                field in records.HEAD_KEYS
                or (scope == "goal" and key in records.GOAL_KEYS)
                or field.startswith(OTHER)
            ):
                fields = "、".join((*sorted(records.HEAD_KEYS), "goal.expected", "goal.actual"))
                raise self.wrong(
                    f"{here}.field", f"没有字段“{field}”，可用的有{fields}，其他的写成 {OTHER}名称。"
                )
            items.append(LayoutItem(**entry))
        self._fits(sum(item.span for item in items), width, where)
        return tuple(items)

    def _columns(self, data: Toml, where: str, keys: Collection[str]) -> tuple[LayoutColumn, ...]:
        columns = []
        for key, value in data.items():
            here = f"{where}.columns.{key}"
            if key not in keys and not key.startswith(OTHER):
                raise self.wrong(
                    here, f'没有字段“{key}”，可用的有{"、".join(sorted(keys))}，其他的写成 "{OTHER}名称"。'
                )
            columns.append(LayoutColumn(key, **self._checked(_labelled(value), here, _COLUMN, ("label",))))
        return tuple(columns)

    def _section(self, value: object, where: str) -> LayoutSection:
        entry = self._checked(_labelled(value), f"{where}.section", _SECTION, ("label",))
        self._one_of(entry.get("place", "left"), f"{where}.section.place", ("left", "over"))
        return LayoutSection(**entry)

    def _funding(self, data: Toml) -> FundingLayout:
        self._checked(data, "funding", _FUNDING, ("section", "columns", "rows", "total"))
        total = self._checked(data["total"], "funding.total", {"label": str, "place": str}, ("label",))
        source = self._checked(data.get("source", {}), "funding.source", _SOURCE)
        columns = self._columns(data["columns"], "funding", records.FUND_KEYS)
        printed = [column.key for column in columns]
        inline = self._pairs(data.get("inline", ()), "funding.inline")
        funding = FundingLayout(
            section=self._section(data["section"], "funding"),
            columns=columns,
            rows=self._texts(data["rows"], "funding.rows"),
            total=total["label"],
            total_place=self._one_of(total.get("place", "last"), "funding.total.place", ("first", "last")),
            source=source.get("label", ""),
            source_span=source.get("span", 1),
            source_place=self._one_of(source.get("place", "left"), "funding.source.place", ("left", "each")),
            points=data.get("points"),
            dashes=self._texts(data.get("dashes", []), "funding.dashes", printed),
            dash=data.get("dash", "—"),
            joined=self._texts(data.get("joined", []), "funding.joined", printed),
            inline=inline,
        )
        left = funding.section.span + (funding.source_span if funding.source_place == "left" else 0)
        self._fits(left + sum(column.span for column in columns), self.width, "funding.columns")
        return funding

    def _pairs(self, values: Collection[object], where: str) -> tuple[tuple[str, str], ...]:
        rows = [self._texts(value, where) if isinstance(value, list) else () for value in values]
        pairs = tuple((row[0], row[1]) for row in rows if len(row) == 2)
        if len(pairs) < len(rows):
            raise self.wrong(where, "每行应为左右两个文字。")
        return pairs

    def _table(self, data: Toml, where: str, keys: Collection[str], width: int) -> LayoutTable | None:
        """The table at this key of the file; None where there is none."""
        if where not in data:
            return None
        entry = self._checked(data[where], where, _TABLE, ("section", "columns"))
        table = LayoutTable(
            self._section(entry["section"], where),
            self._columns(entry["columns"], where, keys),
            entry.get("rows", 1),
            entry.get("total", ""),
        )
        self._fits(
            table.section.span + sum(column.span for column in table.columns), width, f"{where}.columns"
        )
        return table

    def _management(self, data: Toml) -> ManagementLayout:
        self._checked(data, "management", _MANAGEMENT, ("section", "columns", "topics"))
        table = ManagementLayout(
            self._section(data["section"], "management"),
            self._columns(data["columns"], "management", records.MANAGEMENT_KEYS),
            self._texts(data["topics"], "management.topics"),
            data.get("span", 1),
        )
        used = table.section.span + table.topic_span + sum(column.span for column in table.columns)
        self._fits(used, self.width, "management.columns")
        return table

    def _indicators(self, data: Toml) -> IndicatorLayout:
        self._checked(data, "indicators", _INDICATORS, ("section", "columns", "levels"))
        for name, seconds in data["levels"].items():
            if not isinstance(seconds, list):
                raise self.wrong(f"indicators.levels.{name}", f"应为列表，现在是“{seconds}”。")
        levels = tuple(
            (name, self._texts(seconds, f"indicators.levels.{name}"))
            for name, seconds in data["levels"].items()
        )
        columns = self._columns(data["columns"], "indicators", records.INDICATOR_KEYS)
        table = IndicatorLayout(
            self._section(data["section"], "indicators"), columns, levels, data.get("ready", 2)
        )
        left = table.section.span if table.section.place == "left" else 0
        self._fits(left + sum(column.span for column in table.columns), self.width, "indicators.columns")
        return table

    def _remark(self, data: object, where: str) -> tuple[str, int]:
        entry = self._checked(data, where, {"label": str, "span": int}, ("label",))
        return entry["label"], entry.get("span", 1)

    def _beside(self, data: Toml) -> Beside:
        self._checked(data, "beside", {"label": str, "blocks": list, "span": int}, ("label", "blocks"))
        return Beside(
            data["label"],
            self._texts(data["blocks"], "beside.blocks", ("goal", "overview", "tasks")),
            data.get("span", 1),
        )

    def _attached(self, data: object, where: str) -> Attached:
        entry = self._checked(data, where, _ATTACHED, ("sheet", "title", "widths", "rows"))
        widths = self._widths(entry["widths"], f"{where}.widths")
        rows = tuple(
            self._row(row, f"{where}.rows[{number}]", len(widths))
            for number, row in enumerate(entry["rows"], 1)
        )
        return Attached(entry["sheet"], entry["title"], widths, rows, entry.get("notes", ""))


def _labelled(value: object) -> object:
    """A text alone as a table with this label; any other value unchanged."""
    return {"label": value} if isinstance(value, str) else value
