"""插入指标行: a row more in the indicator table of the open book, in the look of the row above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import UsageError
from ..forms import Form
from ..grid import Area, Grid, a1, position
from ..reading import understand
from ..reading.labels import squeeze
from ..sinks import live
from ..sinks.changes import Change
from ..sinks.live_sheets import open_for_change
from ..sinks.runs import runs
from ..sinks.saved import Saved
from .host import Host
from .references import shifted, with_row

_LEVELS = frozenset(("一级指标", "二级指标"))


def insert_indicator(host: Host) -> None:
    """Inserts a row below the selected indicator: borders, merged cells and height as in the row above;
    levels reach over it.
    """
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
        if (
            form.sheet == name
            and form.frame
            and form.frame.indicator_head
            and form.frame.indicator_head[1] < row <= form.frame.area.bottom
        ):
            column = _name_column(form, grid)
            if grid.area(row, column).left == column and not _is_total(grid, row, column):
                return form, grid
    raise UsageError("请先选中指标表里的一行（一条三级指标），再按“插入指标行”。")


def _is_total(grid: Grid, row: int, column: int) -> bool:
    return any(squeeze(grid.text(row, at))[:2] in ("总分", "合计", "总计") for at in range(column + 1))


def _head_columns(form: Form, grid: Grid) -> dict[str, int]:
    """The columns of the indicator head by their labels."""
    top, bottom = form.frame.indicator_head
    return {
        squeeze(grid.text(row, column)): column
        for row in range(top, bottom + 1)
        for column in range(grid.width)
        if grid.text(row, column)
    }


def _name_column(form: Form, grid: Grid) -> int:
    named = next(
        (indicator.cells["name"] for indicator in form.indicators if indicator.cells.get("name")), None
    )
    return (
        position(named.split(",")[0])[1]
        if named
        else _head_columns(form, grid).get("三级指标", form.frame.area.left)
    )


def _longer(form: Form, grid: Grid, row: int) -> Iterator[tuple[str, str]]:
    """Merged areas that end with the row and have to reach over the new one, as (old, new); also levels that
    are one cell yet.
    """
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
    return any(
        area.left in _level_columns(form, grid) and area.top > below and area.bottom > area.top
        for area in grid.merges
    )


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
    """Formulas over a column that ends with the row: they take in the new one.

    In places as they are after the insertion.
    """
    for grid in saved.grids.values():
        for (at, column), formula in saved.formulas(grid.name).items():
            if str(row + 1) not in formula or ":" not in formula or grid.name != name and name not in formula:
                continue
            longer = with_row(shifted(formula, name, row, grid.name == name), name, row, grid.name == name)
            before = shifted(formula, name, row, grid.name == name)
            if longer != before:
                cell = a1(at + (1 if grid.name == name and at > row else 0), column)
                yield Change(grid.name, cell, value=({"formula": before}, {"formula": longer}))
