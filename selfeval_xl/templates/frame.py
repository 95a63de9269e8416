"""A form drawn from its layout: which cell stands where, what it says, how it is to look. Pure: no file, no spreadsheet program.

The same drawing becomes a blank template, a filled form, or a Grid for the reader's tests.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..layouts import Layout
from ..layouts.layout import Item
from .drawing import Cell, Data, Drawing, field_of, typed
from .funding_block import draw_funding
from .indicator_block import draw_indicators, draw_total

__all__ = ["Cell", "Data", "Drawing", "draw"]


def draw(layout: Layout, form: Data | None = None, year: int | None = None) -> Drawing:
    """The form of this layout, filled with `form` (blank without one).

    form: plain data by field key: project, unit ..., goal {expected, actual}, funding (rows with source and amounts as typed;
    execution_rate only where it was typed over), total (amounts of the total row typed over), tasks, indicators, remarks, grade.
    """
    form = form or {}
    drawing = Drawing(layout)
    width = len(layout.widths)
    row = 0
    shown_year = str(year or form.get("year") or "　　　")
    if layout.caption:
        drawing.put(row, 0, "signature", layout.caption, span=width)
        row += 1
    drawing.put(row, 0, "title", layout.title.format(year=shown_year), span=width)
    if layout.subtitle:
        row += 1
        drawing.put(row, 0, "subtitle", layout.subtitle.format(year=shown_year), span=width)
    row += 1
    for block in layout.blocks:
        row = _BLOCKS[block](drawing, layout, form, row)
    drawing.bottom = row - 1
    if layout.signature:
        drawing.put(row, 0, "signature", layout.signature, span=width)
    return drawing


def _head(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    return _rows(drawing, layout.head, form, row)


def _overview(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    return _rows(drawing, layout.overview, form, row)


def _rows(drawing: Drawing, rows: Sequence[Sequence[Item]], form: Data, row: int) -> int:
    for items in rows:
        column = 0
        for item in items:
            if item.field:
                look = "long" if item.field.startswith("goal.") else "text"
                value = field_of(form, item.field)
                drawing.put(row, column, look, str(value) if value not in (None, "") else None, span=item.span, entry=True, key=item.field)
            else:
                drawing.put(row, column, "label", item.label, span=item.span)
            column += item.span
        row += 1
    return row


def _goal(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.goal
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=2)
    column = table.section.span
    for head in table.columns:
        drawing.put(row, column, "head", head.label, span=head.span)
        drawing.put(row + 1, column, "long", field_of(form, f"goal.{head.key}"), span=head.span, entry=True, key=f"goal.{head.key}")
        column += head.span
    return row + 2


def _tasks(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.tasks
    tasks: Sequence[Data] = form.get("tasks") or [{"number": str(number)} for number in range(1, table.rows + 1)]
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=len(tasks) + 1)
    column = table.section.span
    for head in table.columns:
        drawing.put(row, column, "head", head.label, span=head.span)
        for number, task in enumerate(tasks, 1):
            value = typed(task.get(head.key)) if head.key == "number" else task.get(head.key)
            drawing.put(row + number, column, "number" if head.key == "number" else "long", value, span=head.span, entry=True, key=head.key)
        column += head.span
    return row + len(tasks) + 1


def _remarks(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    width = len(layout.widths)
    given = form.get("remarks") or {}
    for label, span in layout.remarks:
        drawing.put(row, 0, "label", label, span=span)
        drawing.put(row, span, "long", given.get(label), span=width - span, entry=True, key=label)
        row += 1
    return row


_BLOCKS = {"head": _head, "goal": _goal, "overview": _overview, "funding": draw_funding, "tasks": _tasks, "indicators": draw_indicators, "total": draw_total,
           "remarks": _remarks}
