"""The public copy of a form: its own cells and nothing else, cleaned, with persons' numbers masked.

It is built anew from the cells that the form shows, so that nothing hidden, noted, marked or written beside
the form can come along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, PROJECT, Form
from selfeval_xl.model.grid import Area, Grid, Value, position
from selfeval_xl.rules.narrative import clean
from selfeval_xl.rules.public import beside_label, without_personal
from selfeval_xl.workflows.filling.deviation_columns import right_edge

_WHOLE = {DEPARTMENT: "绩效自评表", DECLARATION: "绩效目标申报表", MONITORING: "绩效运行监控表"}
_NAMES = {PROJECT: "项目支出绩效自评表"} | {
    kind: f"项目支出{_WHOLE[kind]}" for kind in (DECLARATION, MONITORING)
}


@dataclass(frozen=True, slots=True)
class PublicForm:
    """The sheet to be written. masked: count of masked numbers. columns: its columns in the file's sheet."""

    grid: Grid
    masked: int
    columns: range


def public_form(form: Form, grid: Grid) -> PublicForm:
    """The form's cells from its title to its last row, without signatures and without what is hidden."""
    area = _extent(form, grid)
    hidden_rows, hidden_columns = grid.hidden() if grid.hidden else (frozenset(), frozenset())
    invisible = set(grid.invisible())
    computed = _computed(form)
    rows: list[list[Value]] = []
    masked = 0
    for row in range(area.top, area.bottom + 1):
        line: list[Value] = []
        for column in range(area.left, area.right + 1):
            value = grid.value(row, column)
            if row in hidden_rows or column in hidden_columns or (row, column) in invisible:
                value = None
            elif isinstance(value, str):
                value = grid.text(row, column)
            elif value is None:
                value = computed.get((row, column))
            shown, count = _cleaned(value, grid, row, column)
            line.append(shown)
            masked += count
        rows.append(line)
    merges = [
        Area(each.top - area.top, each.left - area.left, each.bottom - area.top, each.right - area.left)
        for each in grid.merges
        if area.holds(each.top, each.left) and area.holds(each.bottom, each.right)
    ]
    formats = {
        (row - area.top, column - area.left): text
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
        if (text := grid.number_format(row, column))
    }
    return PublicForm(
        Grid(name_of(form), rows, merges, formats=lambda: formats), masked, range(area.left, area.right + 1)
    )


def _computed(form: Form) -> dict[tuple[int, int], str]:
    """The values, by cell, that the reader computed for formulas saved without one: rates, totals, scores."""
    pairs = [
        (line.cells.get(key), getattr(line, key))
        for line in form.funding
        for key in ("initial_budget", "annual_budget", "executed", "execution_rate", "score")
    ]
    pairs.append((form.cells.get("total_score"), form.total_score))
    return {position(cell): value for cell, value in pairs if cell and "," not in cell and value is not None}


def name_of(form: Form) -> str:
    """The name of a form's public sheet."""
    return form.project or _NAMES[form.kind] if form.is_of_project else f"部门整体支出{_WHOLE[form.kind]}"


def texts_of(form: PublicForm) -> Iterator[str]:
    """Every text of the public copy."""
    return (value for line in form.grid.rows for value in line if isinstance(value, str))


def _extent(form: Form, grid: Grid) -> Area:
    """The area of the form without its signatures and without anything beside it."""
    top, left = (form.frame.area.top, form.frame.area.left) if form.frame else (0, 0)
    names = [name for key, name in form.cells.items() if key not in form.signature]
    names += form.goal.cells.values()
    for part in (*form.funding, *form.indicators, *form.tasks):
        names += part.cells.values()
    names += [name for name, _ in form.placeholders]
    positions = [position(name) for joined in names for name in joined.split(",") if name]
    bottom = max((grid.area(*at).bottom for at in positions), default=top)
    return Area(top, left, bottom, max(right_edge(form, grid), left))


def _cleaned(value: Value, grid: Grid, row: int, column: int) -> tuple[Value, int]:
    """The value with personal numbers masked, and how many there were."""
    if value is None or isinstance(value, (bool, date)):
        return value, 0
    text = clean(value) if isinstance(value, str) else grid.text(row, column)
    shown, count = without_personal(text)
    if not count and (hidden := beside_label(_left_of(grid, row, column), text)) is not None:
        shown, count = hidden, 1
    return (shown, count) if count or isinstance(value, str) else (value, 0)


def _left_of(grid: Grid, row: int, column: int) -> str:
    """The text of the nearest cell left of this one, which is its label in the head of a form."""
    return next(
        (
            text
            for before in range(column - 1, -1, -1)
            if (text := grid.text(grid.area(row, before).top, grid.area(row, before).left).strip())
        ),
        "",
    )
