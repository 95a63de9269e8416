"""The funding table of a form: sources, totals and rates, with live formulas and the values they have now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.scoring import execution_score
from selfeval_xl.layouts import Layout
from selfeval_xl.layouts.layout import FundingLayout
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import money
from selfeval_xl.templates.drawing import CellValue, Drawing, positions, value_of
from selfeval_xl.templates.form_values import FormValues, Row, as_entered, typed
from selfeval_xl.templates.references import above, below, own

FORM_AMOUNTS = (*AMOUNTS, "forecast", "medium_budget")  # all columns that hold amounts
_Amounts = Mapping[str, CellValue]  # the amounts of a row by column key; those of the total row are formulas


def draw_funding(drawing: Drawing, layout: Layout, form: FormValues, row: int) -> int:
    """Draws the funding table from this row on; returns the row below it."""
    table = layout.funding
    assert table is not None  # the layout reader lets no block be listed that is not there
    if table.source_place == "each":
        return _draw_side_by_side(drawing, table, form, row)
    at = positions(table.columns, table.section.span + table.source_span)
    lines = _source_lines(table.rows, form)
    count = len(lines) + 1
    drawing.put(
        row, 0, "label", table.section.label, span=table.section.span, rows=count + 1 + len(table.inline)
    )
    drawing.put(row, table.section.span, "head", table.source or None, span=table.source_span)
    for column in table.columns:
        drawing.put(row, at[column.key], "head", drawing.label(column.label), span=column.span)
    total_row = row + 1 if table.total_place == "first" else row + count
    first = row + 2 if table.total_place == "first" else row + 1
    for number, (label, line) in enumerate(lines):
        amounts = {key: typed(line.get(key)) for key in FORM_AMOUNTS}
        _funding_row(drawing, table, first + number, label, line, amounts, at, points=None)
    total = _total_amounts(form, [line for _, line in lines], table.total_place, (row, row + count + 1), at)
    _funding_row(drawing, table, total_row, table.total, form.total, total, at, points=table.points)
    for column in table.columns:
        if column.key in table.joined:
            rows = (form.total, *(line for _, line in lines))
            drawing.put(
                row + 1,
                at[column.key],
                "long",
                next((str(line[column.key]) for line in rows if line.get(column.key)), None),
                span=column.span,
                rows=count,
                entry=True,
                key=f"funding.{column.key}",
            )
    drawing.money = (row + 1, row + count)
    return _draw_inline(drawing, table, form, row + count + 1)


def _draw_side_by_side(drawing: Drawing, table: FundingLayout, form: FormValues, row: int) -> int:
    """Draws amounts that each have their label to the left, the total first; returns the row below them."""
    lines = _source_lines(table.rows, form)
    count = len(lines) + 1
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=count)
    begin = positions(table.columns, table.section.span)
    at = {key: column + table.source_span for key, column in begin.items()}
    total = _total_amounts(form, [line for _, line in lines], "first", (row - 1, row + count), at)
    for column in table.columns:
        for number, (label, line) in enumerate([(column.label, form.total), *lines]):
            drawing.put(row + number, begin[column.key], "label", label, span=table.source_span)
            drawing.put(
                row + number,
                at[column.key],
                "money",
                typed(line.get(column.key)) if number else total[column.key],
                span=column.span - table.source_span,
                entry=number > 0,
                key=column.key,
            )
    drawing.money = (row, row + count - 1)
    return row + count


def _draw_inline(drawing: Drawing, table: FundingLayout, form: FormValues, row: int) -> int:
    """Draws the rows whose labels take their amount in the same cell, in a left and a right half."""
    start, width = table.section.span, len(drawing.widths)
    half = (width - start) // 2
    for left, right in table.inline:
        for column, span, label in ((start, half, left), (start + half, width - start - half, right)):
            amount = form.inline.get(label.removeprefix("其中：").strip("："), "")
            drawing.put(row, column, "text", f"{label}{amount}", span=span, entry=True, key="inline")
        row += 1
    return row


def _source_lines(labels: Sequence[str], form: FormValues) -> list[tuple[str, Row]]:
    """The printed source rows with their data, and rows that only the data has."""
    by_source = {str(line["source"]): line for line in form.funding}
    lines = [(label, by_source.pop(label.removeprefix("其中："), {})) for label in labels]
    return lines + list(by_source.items())


def _total_amounts(
    form: FormValues, lines: Sequence[Row], place: str, around: tuple[int, int], at: Mapping[str, int]
) -> _Amounts:
    """The amounts of the total row: those of the form's `total`, else sums as formulas with their value.

    around: the rows of the head above and of what comes below, between which all sources stand.
    """
    total: dict[str, CellValue] = {}
    for key in FORM_AMOUNTS:
        if key not in at:
            continue
        if key in form.total or not lines:
            total[key] = typed(form.total.get(key))
            continue
        amounts = [money(str(line[key])) for line in lines if line.get(key) not in (None, "")]
        numbers = [number for number in amounts if number is not None]
        area = below(at[key], around[1]) if place == "first" else above(at[key], around[0])
        total[key] = Formula(
            f'IF(COUNT({area})=0,"",ROUND(SUM({area}),2))',
            rounded(sum(numbers, Decimal(0))) if numbers else "",
        )
    return total


def _funding_row(
    drawing: Drawing,
    table: FundingLayout,
    row: int,
    label: str,
    line: Row,
    amounts: _Amounts,
    at: Mapping[str, int],
    points: str | None,
) -> None:
    is_total = label == table.total
    drawing.put(row, table.section.span, "label", label, span=table.source_span)
    for column in table.columns:
        if column.key in table.joined:
            continue
        if (
            column.key in table.dashes
            and not is_total
            and column.key not in (*FORM_AMOUNTS, "execution_rate")
        ):
            drawing.put(row, at[column.key], "choice", table.dash, span=column.span)
            continue
        if column.key in FORM_AMOUNTS:
            look, value = "money", amounts.get(column.key)
        else:
            look, value = _look_and_value(column.key, line, amounts, at, points, drawing.policy)
        drawing.put(
            row,
            at[column.key],
            look,
            value,
            span=column.span,
            entry=look == "long" or (look == "money" and (not is_total or not table.rows)),
            key=column.key,
        )


def _look_and_value(
    key: str,
    line: Row,
    amounts: _Amounts,
    at: Mapping[str, int],
    points: str | None,
    policy: Policy,
) -> tuple[str, CellValue]:
    """The look and value of a cell that is no amount; rates and scores are formulas unless typed."""
    value = line.get(key)
    if key == "execution_rate":
        return "percent", str(value) if value else _rate(amounts, at)
    if key == "points":
        return "number", typed(points)
    if key == "score":
        return "number", typed(value) if value else _execution_score(amounts, at, points, policy)
    return "long", as_entered(value)


def _budget_key(at: Mapping[str, int]) -> str:
    """The budget that the rate is of: the annual one, the initial one where no other is printed."""
    return "annual_budget" if "annual_budget" in at else "initial_budget"


def _exact_ratio(amounts: _Amounts, at: Mapping[str, int]) -> Decimal | None:
    """The ratio of executed amount to budget, not rounded; 0/0 is 0, anything else over 0 is None."""
    budget, executed = value_of(amounts.get(_budget_key(at))), value_of(amounts.get("executed"))
    if budget is None or executed is None or (budget == 0 and executed != 0):
        return None
    return executed / budget if budget else Decimal(0)


def _rate(amounts: _Amounts, at: Mapping[str, int]) -> Formula:
    budget, executed = own(at[_budget_key(at)]), own(at["executed"])
    ratio = _exact_ratio(amounts, at)
    text = (
        f'IF(COUNT({budget},{executed})<2,"",IF({budget}=0,IF({executed}=0,0,""),ROUND({executed}/'
        f"{budget},4)))"
    )
    return Formula(text, "" if ratio is None else rounded(ratio, 4))


def _execution_score(
    amounts: _Amounts, at: Mapping[str, int], points: str | None, policy: Policy
) -> Formula | None:
    """Points × min(1, rate), or what the policy's execution_score_bands give."""
    if points is None:
        return None
    budget, executed, full = own(at["annual_budget"]), own(at["executed"]), own(at["points"])
    ratio = _exact_ratio(amounts, at)
    score = f"ROUND({full}*MIN(1,{executed}/{budget}),2)"
    if bands := sorted((Decimal(floor), given) for floor, given in policy.bands("execution_score_bands")):
        given = "0"
        for floor, points_given in bands:
            given = f"IF({executed}/{budget}>={floor},{points_given},{given})"
        score = f"MIN({full},{given})"
    text = f'IF(COUNT({budget},{executed})<2,"",IF({budget}=0,IF({executed}=0,0,""),{score}))'
    return Formula(text, "" if ratio is None else execution_score(Decimal(points), ratio, policy))
