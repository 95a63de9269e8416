"""The indicator table of a form and its total row: levels merged like the printed form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.layouts import Layout
from selfeval_xl.layouts.layout import CAUSE, MEDIUM, OUTLOOK, LayoutColumn
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import Outlook
from selfeval_xl.model.grid import a1, column_name
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import points_of
from selfeval_xl.templates.drawing import Drawing, DrawnCell, positions, value_of
from selfeval_xl.templates.form_values import FormValues, Row, Value, as_entered, as_text, typed
from selfeval_xl.templates.references import above, body
from selfeval_xl.templates.verdict_formulas import add_live, score, year_column

LEVELS = ("level1", "level2", f"{MEDIUM}level2")
TICK = "√"
_OUTLOOKS = {outlook.value: outlook.label for outlook in Outlook}


def draw_indicators(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    """Draws the indicator table from this row on; returns the row below it."""
    table = layout.indicators
    left = table.section.span if table.section.place == "left" else 0
    at = positions(table.columns, left)
    grouped = any(column.group for column in table.columns)
    depth = 2 if grouped else 1
    _indicator_head(drawing, layout, row, at, depth)
    drawing.head = (row, row + depth - 1)
    rows = _indicator_rows(layout, form)
    first = row + depth
    if drawing.live:
        drawing.hidden = range(first + len(rows), first + max(len(rows), drawing.rows))
        rows += [{}] * len(drawing.hidden)
    for number, data in enumerate(rows):
        for column in table.columns:
            if column.key not in LEVELS:
                _indicator_cell(drawing, first + number, at[column.key], column, data)
            elif drawing.live:
                drawing.put(
                    first + number,
                    at[column.key],
                    "level",
                    as_entered(_given(column.key, data) or None),
                    span=column.span,
                    entry=True,
                    key=column.key,
                )
    if not drawing.live:
        _levels(drawing, table.columns, rows, first, at)
    if table.section.place == "left":
        drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=len(rows) + depth)
    drawing.table = (first, first + len(rows) - 1)
    if drawing.live:
        drawing.growing = range(first, first + len(rows))
    if drawing.is_judged:
        by_row = {first + number: data for number, data in enumerate(rows)}
        add_live(drawing, at, by_row, drawing.year, f"${column_name(year_column(drawing))}$1")
        _score_formulas(drawing, at, rows)
    return first + len(rows)


def _score_formulas(drawing: Drawing, at: Mapping[str, int], rows: Sequence[Row]) -> None:
    """Turns blank scores into formulas by the verdict; people may type over them."""
    if "score" not in at or "points" not in at:
        return
    first, _ = drawing.table
    for number, cell in enumerate(drawing.cells):
        if cell.key == "score" and cell.area.top >= first and cell.value is None:
            row = rows[cell.area.top - first]
            text, value = score(at, len(drawing.widths), row, drawing.policy, drawing.year)
            drawing.cells[number] = replace(cell, value=Formula(text, "" if value is None else value))


def _indicator_head(drawing: Drawing, layout: Layout, row: int, at: Mapping[str, int], depth: int) -> None:
    table = layout.indicators
    groups: dict[str, list[LayoutColumn]] = {}
    under = {column.key for column in table.columns} if table.section.place == "over" else set()
    covered = table.section.span if table.section.place == "over" else 0
    if covered:
        drawing.put(row, 0, "head", table.section.label, span=covered)
    for column in table.columns:
        label = drawing.label(column.label)
        if column.group:
            groups.setdefault(column.group, []).append(column)
            drawing.put(row + 1, at[column.key], "head", label, span=column.span)
        elif column.key in under and at[column.key] < covered:
            drawing.put(row + 1, at[column.key], "head", label, span=column.span)
        else:
            drawing.put(row, at[column.key], "head", label, span=column.span, rows=depth)
    for label, columns in groups.items():
        drawing.put(row, at[columns[0].key], "head", label, span=sum(column.span for column in columns))


def _indicator_rows(layout: Layout, form: FormValues) -> list[Row]:
    """The form's indicators, or empty rows with their levels where it has none."""
    if form.indicators:
        return list(form.indicators)
    if not layout.indicators.levels:
        return [{}] * layout.indicators.ready
    pairs = [(first, second) for first, seconds in layout.indicators.levels for second in seconds or ("",)]
    return [
        {"level1": first, "level2": second} for first, second in pairs for _ in range(layout.indicators.ready)
    ]


_LOOKS = {
    "name": "name",
    "note": "note",
    "operator": "choice",
    "unit": "choice",
    "outlook": "choice",
    f"{MEDIUM}name": "name",
    "other.remark": "note",
}


def _given(key: str, data: Row) -> Value:
    """The value of a column: a tick for a cause or an outlook, the medium term's name and level, the rest.

    An indicator has the same name for the medium term and the year unless the data says otherwise.
    """
    if key.startswith(CAUSE):
        named = key.removeprefix(CAUSE) in str(data.get("causes") or "").split("、")
        return data.get(key) or (TICK if named else None)
    if key.startswith(OUTLOOK):
        return TICK if data.get("outlook") == key.removeprefix(OUTLOOK) else None
    if key == "outlook":
        return _OUTLOOKS.get(str(data.get(key)), data.get(key))
    if key.startswith(MEDIUM) and key not in data:
        has_one = data.get("medium_target") or not data.get("target")
        return data.get(key.removeprefix(MEDIUM)) if has_one else None
    return data.get(key)


def _indicator_cell(drawing: Drawing, row: int, column: int, head: LayoutColumn, data: Row) -> None:
    value = _given(head.key, data)
    if head.key in ("points", "score"):
        number = None if value in (None, "") else points_of(str(value))
        shown = typed(value) if number is None else number
        look = "number" if head.key == "points" else "score"
        drawing.put(row, column, look, shown, span=head.span, entry=True, key=head.key)
    else:
        look = _LOOKS.get(head.key, "choice" if head.key.startswith((CAUSE, OUTLOOK)) else "target")
        drawing.put(
            row,
            column,
            look,
            as_text(value),
            span=head.span,
            entry=True,
            key=head.key,
        )


def _levels(
    drawing: Drawing, columns: Sequence[LayoutColumn], rows: Sequence[Row], first: int, at: Mapping[str, int]
) -> None:
    """Draws the levels, equal neighbours as one merged cell as on the printed form."""
    spans = {column.key: column.span for column in columns}
    for key in LEVELS:
        if key not in at:
            continue
        start = 0
        for number in range(1, len(rows) + 1):
            same = number < len(rows) and all(
                _given(level, rows[number]) == _given(level, rows[start]) for level in {key, "level1"}
            )
            if not same:
                drawing.put(
                    first + start,
                    at[key],
                    "label",
                    as_entered(_given(key, rows[start])),
                    span=spans[key],
                    rows=number - start,
                    key=key,
                )
                start = number


def draw_total(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    """Draws the total row with its sums and the grade; returns the row below it."""
    column = 0
    table = layout.indicators
    at = positions(table.columns, table.section.span if table.section.place == "left" else 0)
    first, last = drawing.table
    above = [cell for cell in drawing.cells if cell.area.top < first and not isinstance(cell.value, str)]
    funds = {cell.key: cell for cell in above if cell.key in ("points", "score")}
    total: Decimal | None = None
    for item in layout.total:
        if item.label is not None:
            drawing.put(row, column, "label", item.label, span=item.span)
        elif item.field in ("total_points", "total_score"):
            key = item.field.removeprefix("total_")
            formula = _sum(drawing, key, at[key], row, funds.get(key)) if key in at else None
            entered = form.fields.get(item.field)
            value = typed(entered) if entered else formula
            total = value_of(value) if key == "score" else total
            drawing.put(row, column, "number", value, span=item.span, key=item.field)
        elif item.field == "grade":
            drawing.put(
                row,
                column,
                "choice",
                as_entered(form.fields.get("grade") or None) or _grade(drawing, row, total),
                span=item.span,
                key="grade",
            )
        column += item.span
    return row + 1


def _sum(drawing: Drawing, key: str, column: int, row: int, fund: DrawnCell | None) -> Formula:
    """The sum over the indicators and the execution row; blank while no indicator has points or scores.

    row: of the formula, which may stand some rows below the table.
    """
    first, last = drawing.table
    end = "ROW()" if row == last + 1 else f"ROW($A${last + 2})"
    area = above(column, first - 1, end)
    values, names = (
        {cell.area.top: cell for cell in drawing.cells if cell.key == what and first <= cell.area.top <= last}
        for what in (key, "name")
    )
    numbers = [value for cell in values.values() if (value := value_of(cell.value)) is not None]
    fund_value = (value_of(fund.value) if fund else None) or Decimal(0)
    more = f"+N({a1(fund.area.top, fund.area.left)})" if fund else ""
    text, value = f"ROUND(SUM({area}){more},2)", rounded(sum(numbers, fund_value)) if numbers else None
    cap = _cap(drawing) if key == "score" else None
    if cap is not None:
        text = f"MIN({text},{cap[0]})"
        value = value if value is None or cap[1] is None else min(value, cap[1])
    none = f"COUNT({area})=0"
    if key == "score" and drawing.live:  # a sum without all of its parts is none
        named = next(iter(names.values())).area.left
        rows = f"(LEN({body(named, first - 1, end)})>0)*(LEN({body(column, first - 1, end)})=0)"
        blank = f"SUMPRODUCT({rows})>0"
        unpaid = f",LEN({a1(fund.area.top, fund.area.left)})=0" if fund else ""
        none = f"OR({none},{blank}{unpaid})"
        lacking = any(cell.value and value_of(values[row].value) is None for row, cell in names.items())
        value = None if lacking or (fund and value_of(fund.value) is None) else value
    return Formula(f'IF({none},"",{text})', "" if value is None else value)


_NO_CAP = 999  # above every total


def _cap(drawing: Drawing) -> tuple[str, Decimal | None] | None:
    """The formula of the highest total that the execution rate allows by the policy's score_caps.

    With it comes its value now, None where there is no limit. None where the policy sets no caps, or the form
    has no total row of money.
    """
    caps = [(Decimal(floor), cap) for floor, cap in drawing.policy.bands("score_caps")]
    amounts = [
        [cell for cell in drawing.cells if cell.key == key and cell.area.top < drawing.table[0]]
        for key in ("annual_budget", "executed")
    ]
    totals = [
        next(
            (cell for cell in cells if isinstance(cell.value, Formula)), cells[0] if len(cells) == 1 else None
        )
        for cells in amounts
    ]
    budget, spent = totals
    if not caps or budget is None or spent is None:
        return None
    annual, executed = (a1(cell.area.top, cell.area.left) for cell in (budget, spent))
    limits = ",".join(f"IF({executed}/{annual}<{floor},{cap},{_NO_CAP})" for floor, cap in caps)
    text = f"IF(COUNT({annual},{executed})<2,{_NO_CAP},IF({annual}=0,{_NO_CAP},MIN({limits})))"
    planned, paid = value_of(budget.value), value_of(spent.value)
    if not planned or paid is None:
        return text, None
    return text, min((cap for floor, cap in caps if paid / planned < floor), default=None)


def _grade(drawing: Drawing, row: int, total: Decimal | None) -> Formula | None:
    score = next((cell for cell in drawing.cells if cell.key == "total_score" and cell.area.top == row), None)
    if score is None:
        return None
    where = a1(row, score.area.left)
    bands = [(name.replace('"', '""'), floor) for name, floor in drawing.policy.bands("grades")]
    text = f'"{bands[-1][0]}"'
    for name, floor in reversed(bands[:-1]):
        text = f'IF({where}>={floor},"{name}",{text})'
    return Formula(f'IF({where}="","",{text})', "" if total is None else drawing.policy.grade(total))
