"""Detection of hidden content: forms on hidden sheets, filled cells in hidden rows or columns."""

from __future__ import annotations

from selfeval_xl.model.forms import Form, Problem
from selfeval_xl.model.grid import Grid, column_name


def hidden_content(form: Form, grid: Grid) -> Problem | None:
    """The problem (rule T05) of a form that is hidden in part or whole; None where all of it shows."""
    if not grid.visible:
        return Problem(f"工作表“{grid.name}”是隐藏的，里面有一张自评表。", grid.name, rule="T05")
    if grid.hidden is None or form.frame is None:
        return None
    hidden_rows, hidden_columns = grid.hidden()
    area = form.frame.area
    rows = {
        row
        for row in hidden_rows
        if area.top <= row <= area.bottom
        and any(grid.value(row, column) is not None for column in range(area.left, area.right + 1))
    }
    columns = {
        column
        for column in hidden_columns
        if area.left <= column <= area.right
        and any(grid.value(row, column) is not None for row in range(area.top, area.bottom + 1))
    }
    if not rows and not columns:
        return None
    named = [f"第{row + 1}行" for row in sorted(rows)[:5]] + [
        f"{column_name(column)}列" for column in sorted(columns)[:5]
    ]
    return Problem(f"工作表“{grid.name}”的{'、'.join(named)}是隐藏的，里面有内容。", grid.name, rule="T05")
