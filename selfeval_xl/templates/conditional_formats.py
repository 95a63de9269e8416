"""The conditional formats of a form: tints for what is missing or wrong, and levels that look merged.

None of them print.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.grid import Area, a1
from selfeval_xl.templates.drawing import Drawing, DrawnCell
from selfeval_xl.templates.indicator_block import LEVELS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MISSING, UNMET, OVER, WRONG = "#FFE699", "#F8CBAD", "#DDEBF7", "#FFC7CE"
_HIDDEN = {"num_format": ";;;", "font_color": "#FFFFFF"}
_SIDES = {"left": 1, "right": 1}  # LibreOffice takes all lines from the format that holds


@dataclass(frozen=True, slots=True)
class Signal:
    """A conditional format: its area, the formula for the first cell, and XlsxWriter's format properties."""

    area: Area
    formula: str
    look: dict = field(default_factory=dict)


def add_signals(book: Workbook, sheet: Worksheet, found: Iterable[Signal]) -> None:
    """Writes the conditional formats of a live form."""
    made: dict[tuple, object] = {}
    for signal in found:
        key = tuple(sorted(signal.look.items()))
        if key not in made:
            made[key] = book.add_format(signal.look)
        area = signal.area
        sheet.conditional_format(
            area.top,
            area.left,
            area.bottom,
            area.right,
            {"type": "formula", "criteria": f"={signal.formula}", "format": made[key]},
        )


def signals(drawing: Drawing) -> Iterator[Signal]:
    """All conditional formats of a live form of the self-evaluation.

    Formulas are relative to the first row of the table.
    """
    first, last = drawing.table
    at = columns_of(drawing)
    yield from level_signals(first, last, at)
    name = f"${a1(first, at['name'])}"
    for key in ("target", "actual"):
        if key in at:
            yield Signal(
                _column(first, last, at[key]),
                f"AND(LEN({name})>0,LEN(${a1(first, at[key])})=0)",
                {"bg_color": MISSING},
            )
    if "score" in at and "actual" in at:
        done, given = (f"LEN(${a1(first, at[key])})" for key in ("actual", "score"))
        yield Signal(
            _column(first, last, at["score"]), f"AND(LEN({name})>0,{done}>0,{given}=0)", {"bg_color": MISSING}
        )
    if "note" in at:
        verdict = f"${a1(first, drawing.hidden_columns.start - 1)}"
        note = f"LEN(${a1(first, at['note'])})=0"
        yield Signal(
            _column(first, last, at["note"]),
            f'AND({verdict}="{Verdict.UNMET.label}",{note})',
            {"bg_color": UNMET},
        )
        yield Signal(
            _column(first, last, at["note"]),
            f'AND({verdict}="{Verdict.EXCEEDED.label}",{note})',
            {"bg_color": OVER},
        )
    yield from _money(drawing)


def columns_of(drawing: Drawing) -> dict[str, int]:
    """The columns of the table of indicators by key."""
    first = drawing.table[0]
    return {cell.key: cell.area.left for cell in drawing.cells if cell.area.top == first and cell.key}


def _column(first: int, last: int, column: int) -> Area:
    return Area(first, column, last, column)


def level_signals(first: int, last: int, at: dict[str, int]) -> Iterator[Signal]:
    """Signals that hide repeated levels and draw lines between different ones; one holds for a cell."""
    for key in LEVELS:
        if key not in at:
            continue
        columns = list(dict.fromkeys((at.get("level1", at[key]), at[key])))
        above, below = (_same_as(first, first + step, columns) for step in (-1, 1))
        area = _column(first, last, at[key])
        yield Signal(area, f"AND(NOT({above}),NOT({below}))", {"top": 1, "bottom": 1, **_SIDES})
        yield Signal(area, f"AND(NOT({above}),{below})", {"top": 1, **_SIDES})
        yield Signal(area, f"AND({above},NOT({below}))", {"bottom": 1, **_SIDES, **_HIDDEN})
        yield Signal(area, f"AND({above},{below})", dict(_HIDDEN))


def _same_as(row: int, other: int, columns: Iterable[int]) -> str:
    """A formula: the two rows are equal in these columns."""
    return "AND(" + ",".join(f"${a1(row, column)}=${a1(other, column)}" for column in columns) + ")"


def _money(drawing: Drawing) -> Iterator[Signal]:
    """Signals for amounts executed above the budget, and for rates above 100%."""
    rows: dict[int, dict[str, DrawnCell]] = {}
    for cell in drawing.cells:
        if cell.key in ("annual_budget", "executed", "execution_rate") and cell.area.top < drawing.table[0]:
            rows.setdefault(cell.area.top, {})[cell.key] = cell
    for row, cells in rows.items():
        if "annual_budget" in cells and "executed" in cells:
            budget, spent = (a1(row, cells[key].area.left) for key in ("annual_budget", "executed"))
            yield Signal(
                cells["executed"].area,
                f"AND(ISNUMBER({budget}),ISNUMBER({spent}),N({spent})>N({budget}))",
                {"bg_color": WRONG},
            )
        if "execution_rate" in cells:
            yield Signal(
                cells["execution_rate"].area,
                f"N({a1(row, cells['execution_rate'].area.left)})>{Decimal(1)}",
                {"bg_color": WRONG},
            )
