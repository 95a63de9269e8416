"""Detection of numbers typed over formulas of the issued template."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from selfeval_xl import layouts
from selfeval_xl.errors import SelfevalError
from selfeval_xl.layouts import Layout
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Grid, position
from selfeval_xl.model.money import AMOUNTS

_SUMMED = (*AMOUNTS, "forecast", "medium_budget")  # the amounts of a total row


def with_overtyped(form: Form, grid: Grid, layout_id: str) -> Form:
    """The form with the cells where a constant stands instead of the template's formula.

    Rows that people added need no formula.
    """
    layout = _layout(layout_id, form.kind, form.is_of_stage and form.of_department)
    if layout is None or grid.formulas is None or form.layout is None:
        return form
    filled = [
        (name, cell)
        for name in _calculated(form, layout)
        if grid.value(*(cell := position(name))) not in (None, "")
    ]
    if not filled:
        return form
    formulas = grid.formulas()
    typed = tuple(name for name, cell in filled if cell not in formulas)
    return replace(form, overtyped=typed) if typed else form


@cache
def _layout(layout_id: str, kind: str, of_department: bool) -> Layout | None:
    """The layout of this kind, or None where there is none."""
    try:
        return layouts.load(layout_id, kind, of_department)
    except SelfevalError:
        return None


def _calculated(form: Form, layout: Layout) -> list[str]:
    """The A1 names of the cells that hold a formula in this layout.

    These are the rates of the printed rows, the sums of the total row, and the total score and grade.
    """
    found: list[str | None] = []
    if layout.funding is not None:
        columns = {column.key for column in layout.funding.columns} - set(layout.funding.joined)
        printed = {label.removeprefix("其中：") for label in layout.funding.rows}
        for line in form.funding:
            keys = {"execution_rate"} if line.is_total or line.source in printed else set()
            if line.is_total:
                keys |= (set(_SUMMED) if printed else set()) | ({"score"} if layout.funding.points else set())
            found += [
                line.cells.get(key) for key in (*_SUMMED, "execution_rate", "score") if key in keys & columns
            ]
    if any(column.key == "score" for column in layout.indicators.columns):
        found += [
            form.cells.get(item.field) for item in layout.total if item.field in ("total_score", "grade")
        ]
    return [cell for cell in found if cell and "," not in cell]
