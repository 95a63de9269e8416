"""The program's columns 完成率, 偏差率, 判定: right of the form's print area, or on a sheet 偏差计算."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.model.grid import Extent, Grid, a1, percent_text, position
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, DEVIATIONS
from selfeval_xl.readers.recognition.back_links import links_in

HEADS = ("工作表", "单元格", "三级指标", "年度指标值", "实际完成值", *ADDED_COLUMNS)
GAP = 2  # from the form's last column to the first of these: one column stays free
FAR = 14  # from the form's last column to the first of these at most: farther away nobody would see them
WHY_HEAD, WHY = "程序计算的列，在打印区域之外", "按年度指标值和实际完成值计算"


def right_edge(form: Form, grid: Grid) -> int:
    """The last column of a form: that of its cells, merged ones whole, and of its head up to a gap."""
    names = [*form.cells.values(), *form.goal.cells.values()]
    for part in (*form.funding, *form.indicators, *form.tasks):
        names += part.cells.values()
    cells = [position(name) for joined in names for name in joined.split(",") if name]
    edge = max((grid.area(*cell).right for cell in cells), default=0)
    if form.frame and form.frame.indicator_head:
        for row in range(form.frame.indicator_head[0], form.frame.indicator_head[1] + 1):
            column = form.frame.area.left
            area = grid.area(row, column)
            while grid.text(area.top, area.left).strip() and not _begins_ours(grid, row, column):
                edge = max(edge, area.right)
                column = area.right + 1
                area = grid.area(row, column)
    return edge


def beside(form: Form, grid: Grid, side: Extent | None = None) -> int | None:
    """The place of the three columns for this form: where they are, else right of the sheet's contents.

    Returns the first column; None where something else is right of the indicators, or where the columns would
    be far away.
    """
    rows, side = _rows(form), side or Extent()
    if rows is None:
        return None
    present = our_columns(form, grid)
    if present is not None:
        return present
    edge = right_edge(form, grid)
    head, last = rows[0], max(row for row, _ in rows[1])
    foreign, links = _foreign(grid), links_in(grid)
    if any(edge < column and (row, column) not in links for row, column in foreign if head <= row <= last):
        return None
    used = max((column for _, column in foreign), default=0)
    start = max(edge, used, side.printed, side.drawn) + GAP
    return start if start - edge <= FAR else None


def _foreign(grid: Grid) -> list[tuple[int, int]]:
    """The filled cells, as (row, column), outside the program's columns; of merged areas the last column."""
    starts = {
        column
        for row in range(grid.height)
        for column in range(grid.width)
        if _begins_ours(grid, row, column)
    }
    our_numbers = {start + number for start in starts for number in range(len(ADDED_COLUMNS))}
    filled = [
        (row, column)
        for row, values in enumerate(grid.rows)
        for column, value in enumerate(values)
        if value not in (None, "") and column not in our_numbers
    ]
    return filled + [(row, area.right) for area in grid.merges for row in range(area.top, area.bottom + 1)]


def our_columns(form: Form, grid: Grid) -> int | None:
    """The first of the program's columns in the form's indicator head; None where they are not there yet."""
    head = form.frame.indicator_head if form.frame else None
    for row in range(head[0], head[1] + 1) if head else ():
        for column in range(grid.width):
            if _begins_ours(grid, row, column):
                return column
    return None


def _begins_ours(grid: Grid, row: int, column: int) -> bool:
    """Whether the heads of the program's three columns begin at this cell."""
    return all(grid.text(row, column + number).strip() == name for number, name in enumerate(ADDED_COLUMNS))


def _rows(form: Form) -> tuple[int, list[tuple[int, Indicator]]] | None:
    """The row of the heads, and each indicator with its row; None for a form without an indicator table."""
    if form.frame is None or form.frame.indicator_head is None or not form.indicators:
        return None
    return form.frame.indicator_head[1], [(_row_of(indicator), indicator) for indicator in form.indicators]


def _row_of(indicator: Indicator) -> int:
    """The row of an indicator on its sheet, counted from 0."""
    name = indicator.cells.get("name") or next(iter(indicator.cells.values()))
    return position(name.split(",")[0])[0]


def columns_edits(form: Form, grid: Grid, first: int) -> list[Edit]:
    """The edits that write the columns for an assessed form from column `first` on, where cells differ.

    A template's own formulas stay: a value over one would be out of date with the next change.
    """
    rows = _rows(form)
    if rows is None:
        return []
    head, indicators = rows
    edits = [
        _edit(grid, head, first + number, name, Look.HEAD, WHY_HEAD)
        for number, name in enumerate(ADDED_COLUMNS)
    ]
    formulas = grid.formulas() if grid.formulas else {}
    for row, indicator in indicators:
        edits += [
            _edit(grid, row, first + number, value, look, WHY)
            for number, (value, look) in enumerate(_values(indicator))
            if (row, first + number) not in formulas
        ]
    return [edit for edit in edits if edit is not None]


def _values(indicator: Indicator) -> tuple[tuple[Decimal | str | None, Look], ...]:
    """The values of the three columns with their looks."""
    verdict = indicator.verdict
    return (
        (_share(indicator.attainment), Look.RATIO),
        (_share(indicator.deviation), Look.RATIO),
        (verdict.label if verdict else None, Look.TEXT),
    )


def _share(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else rounded(ratio, 4)


def _edit(
    grid: Grid, row: int, column: int, value: Decimal | str | None, look: Look, why: str
) -> Edit | None:
    """The edit that writes a value; None where the cell shows it already."""
    old = grid.text(row, column).strip()
    new = percent_text(value) if isinstance(value, Decimal) else value or ""
    return None if old == new else Edit(grid.name, a1(row, column), old or None, value, look, why)


def listed_edits(forms: Iterable[Form], listed: Grid | None) -> list[Edit]:
    """The edits of the sheet 偏差计算 for assessed forms without room beside them.

    Each indicator has a row, found again by sheet and cell. listed: the sheet as it is, None where there is
    none yet. Rows of other forms and of indicators that are gone stay.
    """
    grid = listed or Grid(DEVIATIONS, [])
    rows = {(grid.text(row, 0), grid.text(row, 1)): row for row in range(1, grid.height)}
    edits = [_edit(grid, 0, column, name, Look.HEAD, WHY_HEAD) for column, name in enumerate(HEADS)]
    free = max(grid.height, 1)
    for form in forms:
        for indicator in form.indicators:
            name = indicator.cells.get("actual") or indicator.cells.get("name") or "A1"
            cell = a1(_row_of(indicator), position(name.split(",")[0])[1])
            row = rows.get((form.sheet, cell))
            if row is None:
                row, free = free, free + 1
            texts = [
                (text, Look.TEXT)
                for text in (form.sheet, cell, indicator.name, indicator.target, indicator.actual)
            ]
            edits += [
                _edit(grid, row, column, value, look, WHY)
                for column, (value, look) in enumerate([*texts, *_values(indicator)])
            ]
    return [replace(edit, sheet=DEVIATIONS) for edit in edits if edit is not None]
