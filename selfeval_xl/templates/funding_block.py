"""The funding table of a form: sources, totals and rates, with live formulas and the values they have now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..assessing import rounded
from ..edits import Formula
from ..grid import a1
from ..layouts import Layout
from ..quantity import money
from .drawing import Data, Drawing, positions, typed, value_of

AMOUNTS = ("initial_budget", "annual_budget", "executed")


def draw_funding(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.funding
    start = table.section.span + table.source_span
    at = positions(table.columns, start)
    lines = _funding_lines(table.rows, form)
    count = len(lines) + 1
    drawing.put(
        row, 0, "label", table.section.label, span=table.section.span, rows=count + 1 + len(table.inline)
    )
    drawing.put(row, table.section.span, "head", table.source or None, span=table.source_span)
    for column in table.columns:
        drawing.put(row, at[column.key], "head", column.label, span=column.span)
    total_row = row + 1 if table.total_place == "first" else row + count
    first = row + 2 if table.total_place == "first" else row + 1
    for number, (label, line) in enumerate(lines):
        _funding_row(drawing, layout, first + number, label, line, at, points=None)
    total = _total_line(form, [line for _, line in lines], (first, first + len(lines) - 1), at)
    _funding_row(drawing, layout, total_row, table.total, total, at, points=table.points)
    for column in table.columns:
        if column.key in table.joined:
            told = next(
                (
                    str(line[column.key])
                    for line in (form.get("total") or {}, *(line for _, line in lines))
                    if line.get(column.key)
                ),
                None,
            )
            drawing.put(
                row + 1,
                at[column.key],
                "long",
                told,
                span=column.span,
                rows=count,
                entry=True,
                key=f"funding.{column.key}",
            )
    return _inline(drawing, layout, form, row + count + 1)


def _inline(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    """Rows whose labels take their amount in the same cell, in a left and a right half."""
    table = layout.funding
    start, width = table.section.span, len(layout.widths)
    half = (width - start) // 2
    given: Data = form.get("inline") or {}
    for left, right in table.inline:
        for column, span, label in ((start, half, left), (start + half, width - start - half, right)):
            drawing.put(
                row,
                column,
                "text",
                f"{label}{given.get(label.removeprefix('其中：').strip('：'), '')}",
                span=span,
                entry=True,
                key="inline",
            )
        row += 1
    return row


def _funding_lines(labels: Sequence[str], form: Data) -> list[tuple[str, Data]]:
    """The printed source rows with their data, and rows that only the data has."""
    given = {str(line["source"]): line for line in form.get("funding") or ()}
    lines = [(label, given.pop(label.removeprefix("其中："), {})) for label in labels]
    return lines + [(source, line) for source, line in given.items()]


def _total_line(form: Data, lines: Sequence[Data], rows: tuple[int, int], at: Mapping[str, int]) -> dict:
    """The total row: sums as formulas with their value, unless `total` types over them."""
    over = form.get("total") or {}
    line: dict = {}
    for key in AMOUNTS:
        if key not in at:
            continue
        numbers = [
            number
            for number in (money(str(row[key])) if row.get(key) not in (None, "") else None for row in lines)
            if number is not None
        ]
        area = f"{a1(rows[0], at[key])}:{a1(rows[1], at[key])}"
        if key in over or not lines:
            line[key] = typed(over.get(key))
            continue
        line[key] = Formula(
            f'IF(COUNT({area})=0,"",ROUND(SUM({area}),2))', rounded(sum(numbers)) if numbers else ""
        )
    for key in ("execution_rate", "score"):
        if over.get(key):
            line[key] = over[key]
    return line


def _funding_row(
    drawing: Drawing,
    layout: Layout,
    row: int,
    label: str,
    line: Data,
    at: Mapping[str, int],
    points: str | None,
) -> None:
    table = layout.funding
    is_total = label == table.total
    drawing.put(row, table.section.span, "label", label, span=table.source_span)
    for column in table.columns:
        value = line.get(column.key)
        if column.key in table.joined:
            continue
        if column.key in AMOUNTS:
            amount = value if isinstance(value, Formula) else typed(value)
            drawing.put(
                row,
                at[column.key],
                "money",
                amount,
                span=column.span,
                entry=not is_total or not table.rows,
                key=column.key,
            )
        elif column.key == "execution_rate":
            drawing.put(
                row,
                at[column.key],
                "percent",
                str(value) if value else _rate(row, line, at),
                span=column.span,
                entry=False,
                key=column.key,
            )
        elif column.key in table.dashes and not is_total:
            drawing.put(row, at[column.key], "choice", table.dash, span=column.span)
        elif column.key == "points":
            drawing.put(row, at[column.key], "number", typed(points), span=column.span, key="points")
        elif column.key == "score":
            score = typed(value) if value else _execution_score(row, line, at, points)
            drawing.put(row, at[column.key], "number", score, span=column.span, key="score")
        else:
            drawing.put(row, at[column.key], "long", value, span=column.span, entry=True, key=column.key)


def _ratio(line: Data) -> Decimal | None:
    """Executed over annual budget, as the formula computes it; 0/0 is 0."""
    budget, executed = value_of(line.get("annual_budget")), value_of(line.get("executed"))
    if budget is None or executed is None or (budget == 0 and executed != 0):
        return None
    return rounded(executed / budget, 4) if budget else Decimal(0)


def _rate(row: int, line: Data, at: Mapping[str, int]) -> Formula:
    budget, executed = a1(row, at["annual_budget"]), a1(row, at["executed"])
    ratio = _ratio(line)
    text = (
        f'IF(COUNT({budget},{executed})<2,"",IF({budget}=0,IF({executed}=0,0,""),ROUND({executed}/'
        f"{budget},4)))"
    )
    return Formula(text, "" if ratio is None else ratio)


def _execution_score(row: int, line: Data, at: Mapping[str, int], points: str | None) -> Formula | None:
    """Points × min(1, rate)."""
    if points is None:
        return None
    budget, executed, given = a1(row, at["annual_budget"]), a1(row, at["executed"]), a1(row, at["points"])
    ratio, share = _ratio(line), None
    if ratio is not None:
        exact = (
            value_of(line["executed"]) / value_of(line["annual_budget"])
            if value_of(line["annual_budget"])
            else Decimal(0)
        )
        share = rounded(Decimal(points) * min(Decimal(1), exact))
    text = (
        f'IF(COUNT({budget},{executed})<2,"",IF({budget}=0,IF({executed}=0,0,"")'
        f",ROUND({given}*MIN(1,{executed}/{budget}),2)))"
    )
    return Formula(text, "" if share is None else share)
