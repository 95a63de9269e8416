"""Detection of hidden content: forms on hidden sheets, hidden rows or columns, and values nobody can see."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfeval_xl.model.forms import FORM_NAMES, Form, Problem
from selfeval_xl.model.grid import Area, Grid, Value, a1, column_name

IS_LEVEL = re.compile(r"[\u4e00-\u9fff]{2,14}指标等?$")  # 数量指标, of which empty rows may have one
_NAMED = 5  # most rows, columns or cells that a sentence names


def hidden_content(form: Form, grid: Grid) -> list[Problem]:
    """The problems (rule T05) of a form that is hidden in part or whole; none where all of it shows."""
    if not grid.visible:
        what = FORM_NAMES[form.kind] if form.is_of_stage else "自评表"
        return [Problem(f"工作表“{grid.name}”是隐藏的，里面有一张{what}。", grid.name, rule="T05")]
    if form.frame is None:
        return []
    return [*_hidden_lines(form.frame.area, grid), *_unseen_cells(form.frame.area, grid)]


def _is_content(value: Value) -> bool:
    """Whether a value is more than the printed level of a row without an indicator."""
    return value is not None and not (isinstance(value, str) and IS_LEVEL.match(value.strip()))


def _hidden_lines(area: Area, grid: Grid) -> list[Problem]:
    """The problem of hidden rows and columns that have values."""
    if grid.hidden is None:
        return []
    hidden_rows, hidden_columns = grid.hidden()
    rows = {
        row
        for row in hidden_rows
        if area.top <= row <= area.bottom
        and any(_is_content(grid.value(row, column)) for column in range(area.left, area.right + 1))
    }
    columns = {
        column
        for column in hidden_columns
        if area.left <= column <= area.right
        and any(grid.value(row, column) is not None for row in range(area.top, area.bottom + 1))
    }
    if not rows and not columns:
        return []
    named = _named(f"第{row + 1}行" for row in sorted(rows)) + _named(
        f"{column_name(column)}列" for column in sorted(columns)
    )
    text = f"工作表“{grid.name}”的{'、'.join(named)}是隐藏的，里面有内容。"
    return [Problem(text, grid.name, rule="T05")]


def _unseen_cells(area: Area, grid: Grid) -> list[Problem]:
    """The problem of values that a number format or the colour of the letters makes invisible."""
    places = [place for place in grid.invisible() if area.holds(*place)]
    if not places:
        return []
    named = _named(a1(*place) for place in places)
    count = f"等{len(places)}格" if len(places) > len(named) else ""
    text = (
        f"工作表“{grid.name}”的{'、'.join(named)}{count}里有内容，但是看不见"
        "（单元格格式不显示数值，或者字和底色同色）。"
    )
    return [Problem(text, grid.name, a1(*places[0]), rule="T05")]


def _named(names: Iterable[str]) -> list[str]:
    """The first few names."""
    return list(names)[:_NAMED]
