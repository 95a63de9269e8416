"""新增项目表, 插入指标行: more room in the open book, in the look that its forms have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ..deviations import our_columns
from ..errors import UsageError
from ..forms import PROJECT, Form
from ..grid import Area, Grid, a1, position
from ..reading import understand
from ..reading.labels import squeeze
from ..sheets import ADDED_COLUMNS
from ..sinks import live
from ..sinks.changes import Change
from ..sinks.interior import can_restore
from ..sinks.live_sheets import open_for_change
from ..sinks.runs import runs
from ..sinks.saved import Saved
from .host import Host

NAME = "项目{:02}"
# What of a project's form is its own; department, unit and the printed labels stay.
_HEAD = ("project", "project_code", "total_score", "grade")
_FUNDS = ("initial_budget", "annual_budget", "executed", "execution_rate", "score", "note")
_INDICATOR = ("name", "target", "initial_target", "operator", "unit", "actual", "points", "score", "note")
_LEVELS = frozenset(("一级指标", "二级指标"))


def add_project(host: Host) -> None:
    """Adds an empty project form: a copy of the one in front (else of the last one) with its own values taken out."""
    with host.saved() as saved:
        pattern = _pattern(saved, host.active)
        name = next(name for number in range(1, 1000) if (name := NAME.format(number)) not in saved.names)
        open_for_change(saved, [pattern.sheet, name], set())
        changes = _together([*_cleared(saved, pattern, name), *_unmarked(saved, pattern.sheet, name)])
        with host.quietly("DisplayAlerts"):
            host.workbook.Sheets(pattern.sheet).Copy(After=host.workbook.Sheets(_last_project(saved)))
            host.workbook.ActiveSheet.Name = name
            host.journal.added.append(name)
            with live.unprotected(host.workbook, saved, [name], like=pattern.sheet):
                live.write(host.workbook, changes)
                host.workbook.Sheets(name).Range(str(pattern.frame.area)).ClearComments()
    host.select(name, (pattern.cells.get("project") or "A1").split(",")[0])
    host.say(f"已新增“{name}”，样式照“{pattern.sheet}”。请从项目名称填起。")


def _pattern(saved: Saved, active: str) -> Form:
    forms = understand(saved.source).forms
    counts = [form.sheet for form in forms]
    alone = [form for form in forms if form.kind == PROJECT and counts.count(form.sheet) == 1]
    if not alone:
        raise UsageError("这个工作簿里没有单独成表的项目支出绩效自评表，没有样式可以照。请打开部门工作簿再按。")
    return next((form for form in alone if form.sheet == active), alone[-1])


def _last_project(saved: Saved) -> str:
    return [form.sheet for form in understand(saved.source).forms if form.kind == PROJECT][-1]


def _cleared(saved: Saved, form: Form, name: str) -> Iterator[Change]:
    """What the pattern's own values become in the copy: nothing; a value behind its label leaves the label."""
    grid = saved.grids[form.sheet]
    for cell, value in _own_values(form):
        content = saved.content(form.sheet, cell)
        if content is None or isinstance(content, dict) and "formula" in content:
            continue
        rest = content.removesuffix(value) if isinstance(content, str) and value and content != value and content.endswith(value) else ""
        yield Change(name, cell, value=(content, rest or None))
    start = our_columns(form, grid)
    for row in range(form.frame.indicator_head[0], grid.height) if start is not None else ():
        for column in range(start, start + len(ADDED_COLUMNS)):
            content = saved.content(form.sheet, a1(row, column))
            if content is not None and content not in ADDED_COLUMNS and not isinstance(content, dict):         # a template's own formulas stay
                yield Change(name, a1(row, column), value=(content, None))


def _own_values(form: Form) -> Iterator[tuple[str, str]]:
    """Cell and value of everything that belongs to this project alone."""
    parts = [(form, _HEAD), (form.goal, ("initial", "expected", "actual"))]
    parts += [(line, _FUNDS) for line in form.funding] + [(indicator, _INDICATOR) for indicator in form.indicators]
    for part, keys in parts:
        for key in keys:
            for cell in (part.cells.get(key) or "").split(","):
                if cell:
                    yield cell, str(getattr(part, key, None) or "")


def _together(changes: Iterable[Change]) -> list[Change]:
    """One change a cell: its value of one, its fill of another."""
    found: dict[str, Change] = {}
    for change in changes:
        told = {name: getattr(change, name) for name in ("value", "fill") if getattr(change, name) is not None}
        found[change.cell] = replace(found.get(change.cell, change), **told)
    return list(found.values())


def _unmarked(saved: Saved, sheet: str, name: str) -> Iterator[Change]:
    """Tints of marks do not go into the copy."""
    for former in saved.former:
        if former.sheet == sheet:
            fill = saved.fill(sheet, former.cell)
            if fill != former.fill and can_restore(former.fill):
                yield Change(name, former.cell, fill=(fill, former.fill))


def insert_indicator(host: Host) -> None:
    """Inserts a row below the selected indicator: borders, merged cells and height as in the row above; levels reach over it."""
    name, row = host.active, host.selection()[0].top
    with host.saved() as saved:
        form, grid = _form_at(saved, name, row)
        row = grid.area(row, _name_column(form, grid)).bottom
        open_for_change(saved, [name], {name})
        merges = list(_longer(form, grid, row))
        with host.quietly("DisplayAlerts"), live.unprotected(host.workbook, saved, [name]):
            sheet = host.workbook.Sheets(name)
            sheet.Rows(row + 2).Insert()
            host.journal.inserted.append((name, row + 1, merges))
            sheet.Range(f"{row + 2}:{row + 2}").RowHeight = saved.sheet(name).height(row)
            for area in grid.merges:
                if area.top == area.bottom == row:
                    sheet.Range(str(Area(row + 1, area.left, row + 1, area.right))).Merge()
            for old, longer in merges:
                sheet.Range(old).UnMerge()
                sheet.Range(longer).Merge()
            changes = [*_longer_sums(saved, name, row), *_same_levels(form, grid, row)]
            live.write(host.workbook, changes)
            host.journal.changes += [*changes, *_copied_formulas(sheet, saved, name, row)]
    host.select(name, a1(row + 1, _name_column(form, grid)))
    host.progress(f"已在第{row + 1}行下面插入一行，请填写三级指标。")


def _form_at(saved: Saved, name: str, row: int) -> tuple[Form, Grid]:
    """The form whose indicator table has this row; UsageError where there is none."""
    grid = saved.grids.get(name)
    for form in understand(saved.source).forms:
        if form.sheet == name and form.frame and form.frame.indicator_head and form.frame.indicator_head[1] < row <= form.frame.area.bottom:
            column = _name_column(form, grid)
            if grid.area(row, column).left == column and not _is_total(grid, row, column):
                return form, grid
    raise UsageError("请先选中指标表里的一行（一条三级指标），再按“插入指标行”。")


def _is_total(grid: Grid, row: int, column: int) -> bool:
    return any(squeeze(grid.text(row, at))[:2] in ("总分", "合计", "总计") for at in range(column + 1))


def _head_columns(form: Form, grid: Grid) -> dict[str, int]:
    """The columns of the indicator head by their labels."""
    top, bottom = form.frame.indicator_head
    return {squeeze(grid.text(row, column)): column for row in range(top, bottom + 1) for column in range(grid.width) if grid.text(row, column)}


def _name_column(form: Form, grid: Grid) -> int:
    named = next((indicator.cells["name"] for indicator in form.indicators if indicator.cells.get("name")), None)
    return position(named.split(",")[0])[1] if named else _head_columns(form, grid).get("三级指标", form.frame.area.left)


def _longer(form: Form, grid: Grid, row: int) -> Iterator[tuple[str, str]]:
    """Merged areas that end with the row and have to reach over the new one, as (old, new); also levels that are one cell yet."""
    levels = _level_columns(form, grid) if _merges_levels(form, grid) else set()
    for column in range(form.frame.area.left, form.frame.area.right + 1):
        area = grid.area(row, column)
        if area.left == column and area.bottom == row and (area.top < row or column in levels):
            old = a1(row, column) if (area.top, area.left) == (area.bottom, area.right) else str(area)
            yield old, str(Area(area.top, area.left, row + 1, area.right))


def _level_columns(form: Form, grid: Grid) -> set[int]:
    return {column for label, column in _head_columns(form, grid).items() if label in _LEVELS}


def _merges_levels(form: Form, grid: Grid) -> bool:
    """Whether equal levels are one merged cell on this form; else each row says its own."""
    below = form.frame.indicator_head[1]
    return any(area.left in _level_columns(form, grid) and area.top > below and area.bottom > area.top for area in grid.merges)


def _same_levels(form: Form, grid: Grid, row: int) -> Iterator[Change]:
    """Where each row says its own levels, the new one says those of the row above."""
    for column in () if _merges_levels(form, grid) else sorted(_level_columns(form, grid)):
        if grid.text(row, column):
            yield Change(form.sheet, a1(row + 1, column), value=(None, grid.text(row, column)))


def _copied_formulas(sheet: Any, saved: Saved, name: str, row: int) -> list[Change]:
    """Formulas that the row above has for itself go into the new one, as the program copies them."""
    own = {(row, column): "" for at, column in saved.formulas(name) if at == row}
    for area, _ in runs(own):
        sheet.Range(str(area)).Copy(sheet.Range(str(Area(row + 1, area.left, row + 1, area.right))))
    return [Change(name, a1(row + 1, column), value=(None, {"formula": ""})) for _, column in own]


def _longer_sums(saved: Saved, name: str, row: int) -> Iterator[Change]:
    """Formulas over a column that ends with the row: they take in the new one. In places as they are after the insertion."""
    for grid in saved.grids.values():
        for (at, column), formula in saved.formulas(grid.name).items():
            if str(row + 1) not in formula or ":" not in formula or grid.name != name and name not in formula:
                continue
            longer = with_row(shifted(formula, name, row, grid.name == name), name, row, grid.name == name)
            before = shifted(formula, name, row, grid.name == name)
            if longer != before:
                cell = a1(at + (1 if grid.name == name and at > row else 0), column)
                yield Change(grid.name, cell, value=({"formula": before}, {"formula": longer}))


_REFERENCE = re.compile(r"((?:'(?:[^']|'')+'|[\w.\u4e00-\u9fff]+)!)?(\$?[A-Z]{1,3}\$?)(\d+)(?::(\$?[A-Z]{1,3}\$?)(\d+))?(?![\w(])")


def with_row(formula: str, sheet: str, row: int, own: bool) -> str:
    """The formula with ranges on this sheet that end in the row (counted from 0) reaching one row further. own: it stands on this sheet itself."""
    def longer(match: re.Match) -> str:
        told, column, first, other, last = match.groups()
        if other is None or not _means(told, sheet, own) or int(last) != row + 1 or int(first) > row:
            return match[0]
        return f"{told or ''}{column}{first}:{other}{row + 2}"
    return _outside_texts(formula, longer)


def shifted(formula: str, sheet: str, row: int, own: bool) -> str:
    """The formula as the program has it after a row was inserted below the row: everything farther down is one row further."""
    def moved(match: re.Match) -> str:
        told, column, first, other, last = match.groups()
        if not _means(told, sheet, own):
            return match[0]
        start = f"{told or ''}{column}{int(first) + (int(first) > row + 1)}"
        return start if other is None else f"{start}:{other}{int(last) + (int(last) > row + 1)}"
    return _outside_texts(formula, moved)


def _means(told: str | None, sheet: str, own: bool) -> bool:
    """Whether a reference with this sheet's name before it (or with none) is one to the sheet."""
    return own if told is None else told[:-1].strip("'").replace("''", "'") == sheet


def _outside_texts(formula: str, change: Any) -> str:
    """Changes references, but nothing between quotation marks."""
    return "".join(part if part.startswith('"') else _REFERENCE.sub(change, part) for part in re.split(r'("(?:[^"]|"")*")', formula))
