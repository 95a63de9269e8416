"""What the bureau issued on a form: locked, written down in `_selfeval`, and beside it what was reported last
year.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ..grid import a1, plain_number
from .drawing import Cell, Data, Drawing

ISSUED = "issued"  # rows of the hidden sheet: issued|sheet|cell and the text as issued
_BY_HAND = ("signature", "inline")  # a label and what is written behind it


def issued_key(sheet: str, cell: str) -> str:
    """The key of an issued cell in the hidden sheet."""
    return f"{ISSUED}|{sheet}|{cell}"


def seal(sheet: str, drawing: Drawing, form: Data | None) -> dict[str, str]:
    """Locks every value that the data gives, where the form is `issued`, and returns them by their key for
    the hidden sheet.

    An indicator with `draft` (taken over from last year) stays open. `hint` of an indicator becomes a note at
    its completed value.
    """
    form = form or {}
    rows = {drawing.table[0] + number: row for number, row in enumerate(form.get("indicators") or ())}
    for cell in drawing.cells:
        hint = rows.get(cell.area.top, {}).get("hint") if cell.key == "actual" else None
        if hint:
            drawing.notes[cell.area.top, cell.area.left] = str(hint)
    if not form.get("issued"):
        return {}
    issued = {}
    for number, cell in enumerate(drawing.cells):
        if (
            cell.entry
            and cell.key not in _BY_HAND
            and _told(cell)
            and not rows.get(cell.area.top, {}).get("draft")
        ):
            drawing.cells[number] = replace(cell, entry=False)
            issued[issued_key(sheet, a1(cell.area.top, cell.area.left))] = _text(cell.value)
    return issued


def _told(cell: Cell) -> bool:
    """Whether a person or the roster gave the value; a label that waits for its value (部门：) is none."""
    return isinstance(cell.value, Decimal) or (
        isinstance(cell.value, str)
        and bool(cell.value.strip())
        and not cell.value.rstrip().endswith(("：", ":"))
    )


def _text(value: object) -> str:
    return plain_number(value) if isinstance(value, Decimal) else str(value)
