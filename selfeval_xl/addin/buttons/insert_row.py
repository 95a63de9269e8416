"""The button 插入指标行: a new row in an indicator table of the open book, in the look of the row above."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selfeval_xl.addin.buttons.formula_references import shifted, with_row
from selfeval_xl.addin.host import Host
from selfeval_xl.errors import UsageError
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Area, Grid, a1, position
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers import understand
from selfeval_xl.writers.excel import apply
from selfeval_xl.writers.excel.journal import JournalEntry
from selfeval_xl.writers.excel.runs import runs
from selfeval_xl.writers.excel.sheets import open_for_change
from selfeval_xl.writers.excel.snapshot import Snapshot

_LEVELS = frozenset(("一级指标", "二级指标"))


@dataclass(frozen=True, slots=True)
class _IndicatorTable:
    """A form with an indicator table. area: of the form. head: first and last row of the table's head."""

    form: Form
    grid: Grid
    area: Area
    head: tuple[int, int]


def insert_indicator(host: Host) -> None:
    """Inserts a row below the selected indicator.

    Borders, merged cells and height are as in the row above; levels reach over it.
    """
    name, row = host.active, host.selection()[0].top
    with host.saved() as saved:
        table = _table_at(saved, name, row)
        grid = table.grid
        sheet_xml = saved.sheet(name)
        assert sheet_xml is not None  # its grid has just been read
        row = grid.area(row, _name_column(table)).bottom
        open_for_change(saved, [name], {name})
        merges = list(_longer(table, row))
        with host.quietly("DisplayAlerts"), apply.unprotected(host.workbook, saved, [name]):
            sheet = host.workbook.Sheets(name)
            sheet.Rows(row + 2).Insert()
            host.journal.inserted.append((name, row + 1, merges))
            sheet.Range(f"{row + 2}:{row + 2}").RowHeight = sheet_xml.height(row)
            for area in grid.merges:
                if area.top == area.bottom == row:
                    sheet.Range(str(Area(row + 1, area.left, row + 1, area.right))).Merge()
            for old, longer in merges:
                sheet.Range(old).UnMerge()
                sheet.Range(longer).Merge()
            changes = [*_longer_sums(saved, name, row), *_same_levels(table, row)]
            apply.write(host.workbook, changes)
            host.journal.changes += [*changes, *_copied_formulas(sheet, saved, name, row)]
    host.select(name, a1(row + 1, _name_column(table)))
    host.progress(f"已在第{row + 1}行下面插入一行，请填写三级指标。")


def _table_at(saved: Snapshot, name: str, row: int) -> _IndicatorTable:
    """The indicator table that has this row. Raises UsageError where there is none."""
    for form in understand(saved.source).every_form:
        if form.sheet != name or form.frame is None or form.frame.indicator_head is None:
            continue
        table = _IndicatorTable(form, saved.grids[name], form.frame.area, form.frame.indicator_head)
        if table.head[1] < row <= table.area.bottom:
            column = _name_column(table)
            if table.grid.area(row, column).left == column and not _is_total(table.grid, row, column):
                return table
    raise UsageError("请先选中指标表里的一行（一条三级指标），再按“插入指标行”。")


def _is_total(grid: Grid, row: int, column: int) -> bool:
    """Whether the row is a total, by a label in the cells up to this column."""
    return any(squeeze(grid.text(row, at))[:2] in ("总分", "合计", "总计") for at in range(column + 1))


def _head_columns(table: _IndicatorTable) -> dict[str, int]:
    """The columns of the indicator head by their labels."""
    top, bottom = table.head
    return {
        squeeze(table.grid.text(row, column)): column
        for row in range(top, bottom + 1)
        for column in range(table.grid.width)
        if table.grid.text(row, column)
    }


def _name_column(table: _IndicatorTable) -> int:
    """The column of 三级指标."""
    for indicator in table.form.indicators:
        if indicator.cells.get("name"):
            return position(indicator.cells["name"].split(",")[0])[1]
    return _head_columns(table).get("三级指标", table.area.left)


def _longer(table: _IndicatorTable, row: int) -> Iterator[tuple[str, str]]:
    """The merged areas that end with the row and have to take in the new one, as (old, new).

    They include levels of a single cell, on forms that merge levels.
    """
    levels = _level_columns(table) if _merges_levels(table) else set()
    for column in range(table.area.left, table.area.right + 1):
        area = table.grid.area(row, column)
        if area.left == column and area.bottom == row and (area.top < row or column in levels):
            old = a1(row, column) if (area.top, area.left) == (area.bottom, area.right) else str(area)
            yield old, str(Area(area.top, area.left, row + 1, area.right))


def _level_columns(table: _IndicatorTable) -> set[int]:
    """The columns of 一级指标 and 二级指标."""
    return {column for label, column in _head_columns(table).items() if label in _LEVELS}


def _merges_levels(table: _IndicatorTable) -> bool:
    """Whether equal levels are one merged cell on this form; else each row has its own."""
    return any(
        area.left in _level_columns(table) and area.top > table.head[1] and area.bottom > area.top
        for area in table.grid.merges
    )


def _same_levels(table: _IndicatorTable, row: int) -> Iterator[JournalEntry]:
    """The changes that copy the levels of the row above, on forms where each row has its own."""
    if _merges_levels(table):
        return
    for column in sorted(_level_columns(table)):
        text = table.grid.text(row, column)
        if text:
            yield JournalEntry(table.form.sheet, a1(row + 1, column), value=(None, text))


def _copied_formulas(sheet: Any, saved: Snapshot, name: str, row: int) -> list[JournalEntry]:
    """Copies the formulas of the row above into the new one and returns the changes, for undoing."""
    pictures = saved.grids[name].pictures
    cells = {place: "" for place in saved.formulas(name) if place[0] == row and place not in pictures}
    for area, _ in runs(cells):
        sheet.Range(str(area)).Copy(sheet.Range(str(Area(row + 1, area.left, row + 1, area.right))))
    return [JournalEntry(name, a1(row + 1, column), value=(None, {"formula": ""})) for _, column in cells]


def _longer_sums(saved: Snapshot, name: str, row: int) -> Iterator[JournalEntry]:
    """The changes of formulas over a column that ends with the row: they take in the new one.

    Cells are named as they are after the insertion.
    """
    for grid in saved.grids.values():
        for (formula_row, column), formula in saved.formulas(grid.name).items():
            if str(row + 1) not in formula or ":" not in formula or grid.name != name and name not in formula:
                continue
            longer = with_row(shifted(formula, name, row, grid.name == name), name, row, grid.name == name)
            before = shifted(formula, name, row, grid.name == name)
            if longer != before:
                moved = grid.name == name and formula_row > row
                cell = a1(formula_row + 1 if moved else formula_row, column)
                yield JournalEntry(grid.name, cell, value=({"formula": before}, {"formula": longer}))
