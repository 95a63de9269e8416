"""Locking of the values that the bureau issued, and their record for the hidden sheet `_selfeval`."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from selfeval_xl.model.grid import a1, plain_number
from selfeval_xl.templates.drawing import CellValue, Drawing, DrawnCell
from selfeval_xl.templates.form_values import Data, form_values

ISSUED = "issued"  # rows of the hidden sheet: issued|sheet|cell and the text as issued
_BY_HAND = ("signature", "inline")  # keys of cells that stay open: the value follows a printed label


def issued_key(sheet: str, cell: str) -> str:
    """The key of an issued cell in the hidden sheet."""
    return f"{ISSUED}|{sheet}|{cell}"


def seal(sheet: str, drawing: Drawing, form: Data | None) -> dict[str, str]:
    """Locks every value that the data gives, where the form is `issued`; returns them by their key.

    An indicator with `draft` (taken over from last year) stays open. `hint` of an indicator becomes a note at
    its completed value.
    """
    values = form_values(form)
    rows = {drawing.table[0] + number: row for number, row in enumerate(values.indicators)}
    for cell in drawing.cells:
        hint = rows.get(cell.area.top, {}).get("hint") if cell.key == "actual" else None
        if hint:
            drawing.notes[cell.area.top, cell.area.left] = str(hint)
    if not values.fields.get("issued"):
        return {}
    issued = {}
    for number, cell in enumerate(drawing.cells):
        draft = rows.get(cell.area.top, {}).get("draft")
        if cell.entry and cell.key not in _BY_HAND and _has_value(cell) and not draft:
            drawing.cells[number] = replace(cell, entry=False)
            issued[issued_key(sheet, a1(cell.area.top, cell.area.left))] = _text(cell.value)
    return issued


def _has_value(cell: DrawnCell) -> bool:
    """Whether a person or the roster gave the value; a label that waits for its value (部门：) is none."""
    return isinstance(cell.value, Decimal) or (
        isinstance(cell.value, str)
        and bool(cell.value.strip())
        and not cell.value.rstrip().endswith(("：", ":"))
    )


def _text(value: CellValue) -> str:
    return plain_number(value) if isinstance(value, Decimal) else str(value)
