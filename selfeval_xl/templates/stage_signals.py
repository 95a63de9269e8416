"""The conditional formats of the forms of the earlier stages: what is missing, and what contradicts itself.

They point at what is certain; a target is never judged in mid-year.
"""

from __future__ import annotations

from collections.abc import Iterator

from selfeval_xl.layouts.layout import CAUSE, MEDIUM, OUTLOOK
from selfeval_xl.model.forms import Outlook
from selfeval_xl.model.grid import Area, a1
from selfeval_xl.templates.conditional_formats import (
    MISSING,
    OVER,
    WRONG,
    Signal,
    columns_of,
    level_signals,
)
from selfeval_xl.templates.drawing import Drawing, DrawnCell

_MAY_GO_DOWN = "%％‰率年月日"  # marks of rates and dates
# The columns that a named indicator needs, by the column of its name.
_NEEDED = {
    "name": ("target", "actual", "forecast", "outlook"),
    f"{MEDIUM}name": ("medium_target",),
}


def stage_signals(drawing: Drawing) -> Iterator[Signal]:
    """All conditional formats of a live form; formulas are relative to the first row of their area."""
    first, last = drawing.table
    at = columns_of(drawing)
    yield from level_signals(first, last, at)
    for name, keys in _NEEDED.items():
        for key in keys:
            if name in at and key in at:
                text = f"AND({_filled(first, at[name])},NOT({_filled(first, at[key])}))"
                yield Signal(Area(first, at[key], last, at[key]), text, {"bg_color": MISSING})
    yield from _outlooks(first, last, at)
    if "forecast" in at:
        area = Area(first, at["forecast"], last, at["forecast"])
        done, forecast = (f"${a1(first, at[key])}" for key in ("actual", "forecast"))
        for formula in less_formulas(forecast, done):
            yield Signal(area, formula, {"bg_color": WRONG})
    yield from _money(drawing)
    yield from _tasks(drawing)


def _filled(row: int, column: int) -> str:
    return f"LEN(${a1(row, column)})>0"


def _outlooks(first: int, last: int, at: dict[str, int]) -> Iterator[Signal]:
    """Signals for an outlook that is not told or told twice, and for an impossible one without a cause."""
    ticks = [at[f"{OUTLOOK}{each.value}"] for each in Outlook if f"{OUTLOOK}{each.value}" in at]
    impossible = f'${a1(first, at["outlook"])}="{Outlook.IMPOSSIBLE.label}"' if "outlook" in at else ""
    if ticks:
        area = Area(first, min(ticks), last, max(ticks))
        told = "+".join(f"({_filled(first, column)})" for column in ticks)
        yield Signal(area, f"{told}>1", {"bg_color": WRONG})
        yield Signal(area, f"AND({_filled(first, at['name'])},{told}=0)", {"bg_color": MISSING})
        impossible = _filled(first, ticks[-1])
    causes = [column for key, column in at.items() if key.startswith(CAUSE)]
    if impossible and "note" in at:
        given = "+".join(f"({_filled(first, column)})" for column in (*causes, at["note"]))
        area = Area(first, min([*causes, at["note"]]), last, at["note"])
        yield Signal(area, f"AND({impossible},{given}=0)", {"bg_color": WRONG})


def less_formulas(one: str, other: str) -> tuple[str, ...]:
    """Formulas, one of which is true where both cells are numbers of the same unit and the first is less.

    Without a unit, or with one of one or two letters; rates and dates may well go down. A conditional format
    takes 255 letters, so there are several.
    """
    counts = f'ISERROR(FIND(RIGHT({one},1),"{_MAY_GO_DOWN}"))'
    formulas = [f"AND({counts},IFERROR(VALUE({one})<VALUE({other}),FALSE))"]
    for length in (1, 2):
        unit, same = f"RIGHT({one},{length})", f"RIGHT({one},{length})=RIGHT({other},{length})"
        numbers = "<".join(f"VALUE(LEFT({cell},LEN({cell})-{length}))" for cell in (one, other))
        formulas.append(f"AND({same},ISERROR(-LEFT({unit},1)),{counts},IFERROR({numbers},FALSE))")
    return tuple(formulas)


def _money(drawing: Drawing) -> Iterator[Signal]:
    """Signals for a forecast below what was executed or above the budget, and for too much executed."""
    rows: dict[int, dict[str, DrawnCell]] = {}
    for cell in drawing.cells:
        if cell.area.top < drawing.table[0]:
            rows.setdefault(cell.area.top, {})[cell.key] = cell
    for row, cells in rows.items():
        at = {key: f"${a1(row, cell.area.left)}" for key, cell in cells.items()}
        budget = next((key for key in ("annual_budget", "initial_budget") if key in at), "")
        if "executed" not in at:
            continue
        pairs = [("executed", budget, OVER if budget == "initial_budget" else WRONG)] if budget else []
        if "forecast" in at:
            yield _above(cells["forecast"], at["executed"], at["forecast"], WRONG)
            pairs.append(("forecast", budget, OVER))
        for key, limit, tint in pairs:
            yield _above(cells[key], at[key], at[limit], tint)


def _above(cell: DrawnCell, more: str, less: str, tint: str) -> Signal:
    """A signal on a cell where the first of two amounts is above the second."""
    return Signal(
        cell.area, f"AND(ISNUMBER({more}),ISNUMBER({less}),N({more})>N({less}))", {"bg_color": tint}
    )


def _tasks(drawing: Drawing) -> Iterator[Signal]:
    """Signals for the total of a task that is not the sum of its sources, all of them filled in."""
    rows: dict[int, list[DrawnCell]] = {}
    for cell in drawing.cells:
        if cell.key.startswith("task.") and cell.look == "money" and cell.entry:
            rows.setdefault(cell.area.top, []).append(cell)
    for row, (total, *parts) in rows.items():
        if parts:
            whole, area = (
                f"${a1(row, total.area.left)}",
                f"${a1(row, parts[0].area.left)}:${a1(row, parts[-1].area.left)}",
            )
            text = f"AND(ISNUMBER({whole}),COUNT({area})={len(parts)},ABS(N({whole})-SUM({area}))>0.005)"
            yield Signal(total.area, text, {"bg_color": WRONG})
