"""Where a number was typed over a formula: cells of a workbook of ours that its template calculates and that
hold a constant now.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from .. import layouts
from ..errors import SelfevalError
from ..forms import Form
from ..grid import Grid, position
from ..layouts import Layout

_AMOUNTS = frozenset(("initial_budget", "annual_budget", "executed"))


def with_overtyped(form: Form, grid: Grid, layout_id: str) -> Form:
    """The form with the cells where a constant stands instead of the template's formula; of rows that people
    added nothing is asked.
    """
    layout = _layout(layout_id, form.kind)
    if layout is None or grid.formulas is None or form.layout is None:
        return form
    filled = [
        (name, place)
        for name in _calculated(form, layout)
        if grid.value(*(place := position(name))) not in (None, "")
    ]
    if not filled:
        return form
    formulas = grid.formulas()
    typed = tuple(name for name, place in filled if place not in formulas)
    return replace(form, overtyped=typed) if typed else form


@cache
def _layout(layout_id: str, kind: str) -> Layout | None:
    try:
        return layouts.load(layout_id, kind)
    except SelfevalError:
        return None


def _calculated(form: Form, layout: Layout) -> list[str]:
    """The cells that hold a formula in this layout: rates of the printed rows, sums of the total row, scores
    that follow.
    """
    found: list[str | None] = []
    if layout.funding is not None:
        columns = {column.key for column in layout.funding.columns} - set(layout.funding.joined)
        printed = {label.removeprefix("其中：") for label in layout.funding.rows}
        for line in form.funding:
            keys = {"execution_rate"} if line.is_total or line.source in printed else set()
            if line.is_total:
                keys |= (_AMOUNTS if printed else set()) | ({"score"} if layout.funding.points else set())
            found += [
                line.cells.get(key)
                for key in ("initial_budget", "annual_budget", "executed", "execution_rate", "score")
                if key in keys & columns
            ]
    if any(column.key == "score" for column in layout.indicators.columns):
        found += [
            form.cells.get(item.field) for item in layout.total if item.field in ("total_score", "grade")
        ]
    return [cell for cell in found if cell and "," not in cell]
