"""Drawing of a form from its layout: the position, text and look of every cell.

No file and no spreadsheet program is involved. The same drawing becomes a blank template, a filled form,
or a Grid for the reader's tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.layouts import Layout
from selfeval_xl.layouts.layout import Attached, LayoutItem
from selfeval_xl.model.edits import Formula
from selfeval_xl.templates.drawing import NO_YEAR, READY, Drawing, DrawnCell
from selfeval_xl.templates.form_values import Data, FormValues, as_entered, as_text, form_values, typed
from selfeval_xl.templates.funding_block import draw_funding
from selfeval_xl.templates.indicator_block import draw_indicators, draw_total
from selfeval_xl.templates.points_note import add_points_note
from selfeval_xl.templates.self_check_formulas import add_facts
from selfeval_xl.templates.task_block import draw_tasks

__all__ = ["DrawnCell", "Data", "Drawing", "draw", "draw_attached"]


def draw(
    layout: Layout,
    form: Data | None = None,
    year: int | None = None,
    live: bool = False,
    policy: Policy | None = None,
    rows: int = READY,
    through: str | Formula = "",
) -> Drawing:
    """The drawing of a layout's form, filled with `form` (blank without one).

    form: plain data by field key: project, unit ..., goal {expected, actual}, funding (rows with source and
    amounts as typed; execution_rate only where it replaces the formula), total (amounts that replace the
    total row's formulas), tasks, indicators, remarks, grade, signature (names by label), other (by the key
    after `other.`).
    live: for filling in on screen, with a level cell in each row, hidden spare rows, and formulas beside the
    indicators. policy: the thresholds of the formulas, the default ones without it. rows: of the table that
    is filled in on screen, at least. through: the months of a monitoring form, where they are not the
    layout's.
    """
    values = form_values(form)
    drawing = Drawing(layout.widths, layout.orientation, live=live, policy=policy or default(), rows=rows)
    drawing.money_unit, drawing.stage = layout.money_unit, layout.stage
    drawing.through = through or layout.through
    shown_year = str(year or values.fields.get("year") or NO_YEAR)
    drawing.year = int(shown_year) if shown_year.isdecimal() else None
    row = _titles(drawing, layout, shown_year)
    if layout.subhead:
        row = _rows(drawing, [layout.subhead], values, row, framed=False)
    tops = {}
    for block in layout.blocks:
        tops[block] = row
        row = _BLOCKS[block](drawing, layout, values, row)
        tops[f"{block} end"] = row
    if layout.beside:
        first, last = tops[layout.beside.blocks[0]], tops[f"{layout.beside.blocks[-1]} end"]
        drawing.put(first, 0, "label", layout.beside.label, span=layout.beside.span, rows=last - first)
    drawing.bottom = row - 1
    row = _signature(drawing, layout, values, row)
    for number, note in enumerate(layout.notes):
        drawing.put(row + number, 0, "plain", note, span=len(layout.widths))
    if live:
        drawing.frozen = drawing.title + 1  # the progress stands beside the title
    if drawing.is_judged:
        add_facts(drawing, values)
        add_points_note(drawing)
    return drawing


def _titles(drawing: Drawing, layout: Layout, year: str) -> int:
    """Draws caption, title and subtitle; returns the row below."""
    row, width = 0, len(layout.widths)
    if layout.caption:
        drawing.put(row, 0, "plain", layout.caption, span=width)
        row += 1
    drawing.title = row
    drawing.put(row, 0, "title", layout.title.format(year=year), span=width)
    if layout.subtitle:
        row += 1
        drawing.put(row, 0, "subtitle", layout.subtitle.format(year=year), span=width)
    return row + 1


def draw_attached(table: Attached, form: Data | None = None, year: int | None = None) -> Drawing:
    """The drawing of a layout's further table, which stands on a sheet of its own."""
    values = form_values(form)
    drawing = Drawing(table.widths)
    entered = str(year or values.fields.get("year") or "")
    number = re.search(r"\d{4}", entered)
    years = {"year": entered or NO_YEAR, "previous": str(int(number[0]) - 1) if number else NO_YEAR}
    width = len(table.widths)
    drawing.put(0, 0, "title", table.title.format(**years), span=width)
    rows = [
        [replace(item, label=item.label.format(**years)) if item.label else item for item in items]
        for items in table.rows
    ]
    row = _rows(drawing, rows, values, 1)
    drawing.bottom = row - 1
    if table.notes:
        drawing.bottom = row
        drawing.put(row, 0, "plain", table.notes, span=width)
    return drawing


def _head(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    return _rows(drawing, layout.head, form, row)


def _overview(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    return _rows(drawing, layout.overview, form, row, start=layout.start("overview"))


def _rows(
    drawing: Drawing,
    rows: Sequence[Sequence[LayoutItem]],
    form: FormValues,
    row: int,
    start: int = 0,
    framed: bool = True,
) -> int:
    """Draws rows of labels and fields; returns the row below them."""
    for items in rows:
        column = start
        for item in items:
            value = form.field(item.field) if item.field else None
            text = as_text(value)
            if item.field and item.label:
                drawing.put(
                    row,
                    column,
                    "text" if framed else "plain",
                    f"{item.label}{text or ''}",
                    span=item.span,
                    entry=True,
                    key=item.field,
                )
            elif item.field:
                look = _LOOKS.get(item.field, "long" if item.field.startswith("goal.") else "text")
                drawing.put(
                    row,
                    column,
                    look,
                    typed(value) if look == "number" else text,
                    span=item.span,
                    entry=True,
                    key=item.field,
                )
            else:
                drawing.put(row, column, "label" if framed else "plain", item.label, span=item.span)
            column += item.span
        row += 1
    return row


def _signature(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    """The labels to sign at, below the frame, each name behind its label; returns the row below."""
    labels = layout.signature
    lines = -(-len(labels) // _SIGNED_IN_A_LINE)
    length = -(-len(labels) // max(lines, 1))
    for line in range(lines):
        _signature_line(drawing, form, row + line, labels[line * length : (line + 1) * length])
    return row + lines


def _signature_line(drawing: Drawing, form: FormValues, row: int, labels: Sequence[str]) -> None:
    """Labels to sign at, spread over the width of the form."""
    widths, count = drawing.widths, len(labels)
    ends = [sum(widths) * number / count for number in range(1, count + 1)]
    column = 0
    for number, label in enumerate(labels):
        last = column
        rest = count - number - 1
        while (
            rest
            and last + 1 < len(widths) - rest
            and sum(widths[: last + 2]) <= ends[number] + widths[last + 1] / 2
        ):
            last += 1
        last = last if rest else len(widths) - 1
        drawing.put(
            row,
            column,
            "plain",
            f"{label}{form.signature.get(label.strip('：'), '')}",
            span=last - column + 1,
            entry=True,
            key="signature",
        )
        column = last + 1


def _goal(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    table = layout.goal
    assert table is not None  # the layout reader lets no block be listed that is not there
    start = layout.start("goal")
    drawing.put(row, start, "label", table.section.label, span=table.section.span, rows=2)
    column = start + table.section.span
    for head in table.columns:
        drawing.put(row, column, "head", head.label, span=head.span)
        drawing.put(
            row + 1,
            column,
            "long",
            as_entered(form.goal.get(head.key)),
            span=head.span,
            entry=True,
            key=f"goal.{head.key}",
        )
        column += head.span
    return row + 2


def _management(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    table = layout.management
    assert table is not None  # the layout reader lets no block be listed that is not there
    given = {str(line.get("label")): line for line in form.management}
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=len(table.topics) + 1)
    column = table.section.span
    drawing.put(row, column, "head", None, span=table.topic_span)
    for number, topic in enumerate(table.topics, 1):
        drawing.put(row + number, column, "label", topic, span=table.topic_span)
    column += table.topic_span
    for head in table.columns:
        drawing.put(row, column, "head", head.label, span=head.span)
        for number, topic in enumerate(table.topics, 1):
            text = as_entered(given.get(topic, {}).get(head.key))
            key = f"management.{head.key}"
            drawing.put(row + number, column, "long", text, span=head.span, entry=True, key=key)
        column += head.span
    return row + len(table.topics) + 1


def _remarks(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    width = len(layout.widths)
    for label, span in layout.remarks:
        drawing.put(row, 0, "label", label, span=span)
        text = as_entered(form.remarks.get(label))
        drawing.put(row, span, "long", text, span=width - span, entry=True, key=label)
        row += 1
    return row


_SIGNED_IN_A_LINE = 4  # labels to sign at, at most
_LOOKS = {"total_score": "number", "total_points": "number"}
_BLOCKS = {
    "head": _head,
    "goal": _goal,
    "overview": _overview,
    "funding": draw_funding,
    "management": _management,
    "tasks": draw_tasks,
    "indicators": draw_indicators,
    "total": draw_total,
    "remarks": _remarks,
}
