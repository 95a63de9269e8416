"""Recomputation of formulas that were saved without their value and therefore read as empty.

Plain formulas are computed again, else totals and rates from the amounts of the form; anything else is a
problem. A total is never the sum of what is left: it is unknown where one of its summands is.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from selfeval_xl.model.forms import Form, FundingLine, Indicator, Problem
from selfeval_xl.model.grid import Grid, percent_text, plain_number, position
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import is_blank, money
from selfeval_xl.readers.recognition.formula_values import FormulaValues

_MONEY = (*AMOUNTS, "forecast", "medium_budget")
_COMPUTED = (*_MONEY, "execution_rate", "score", "points", "actual")
_SCORE_DECIMALS = 2
_Row = TypeVar("_Row", FundingLine, Indicator)


def recomputed(form: Form, grid: Grid) -> tuple[Form, list[Problem]]:
    """The form with lost values computed, and a problem for each formula whose value cannot be known."""
    # A dash is read as empty too, but its cell has a value.
    empty = {name for name in _empty_cells(form) if grid.value(*position(name)) is None}
    if not empty or grid.formulas is None:
        return form, []
    formulas = grid.formulas()
    lost = {name for name in empty if position(name) in formulas} - set(form.pictures)
    if lost and grid.blanks is not None:
        blanks = grid.blanks()
        lost = {name for name in lost if position(name) not in blanks}
    if not lost:
        return form, []
    values = FormulaValues(grid)
    sources = [_line(line, [], lost, values) for line in form.funding if not line.is_total]
    first_level = [line for line in sources if line.part_of is None]
    others = iter(sources)
    funding = tuple(
        _line(line, first_level, lost, values) if line.is_total else next(others) for line in form.funding
    )
    indicators = tuple(_indicator(row, lost, values) for row in form.indicators)
    form = replace(form, funding=funding, indicators=indicators)
    form = _with_total_score(form, lost, values)
    settled = {
        line.cells.get(key)
        for line in (*funding, *indicators)
        for key in _COMPUTED
        if getattr(line, key, None) is not None
    }
    settled |= {form.cells.get("total_score")} if form.total_score else set()
    settled |= _rightly_blank(form, first_level) | {name for name in lost if values.is_empty(name)}
    return form, [
        Problem(
            f"{grid.name}!{name}是公式，文件里没有保存算出的数，读不到。请用Excel打开，保存后再报送。",
            grid.name,
            name,
        )
        for name in sorted(lost - settled, key=position)
    ]


def _empty_cells(form: Form) -> set[str]:
    """The A1 names of empty cells that a formula may have to fill; rates in rows that have amounts."""
    found: set[str] = set()
    for line in form.funding:
        filled = any(getattr(line, key) is not None for key in _MONEY)
        keys = (*_MONEY, *(("execution_rate",) if filled or line.is_total else ()))
        keys += ("score",) if line.is_total else ()
        found |= {line.cells[key] for key in keys if key in line.cells and getattr(line, key) is None}
    for row in form.indicators:
        for key in ("actual", "score", "points"):
            if getattr(row, key) is None and (cell := row.cells.get(key)):
                found.add(cell)
    if form.total_score is None and "total_score" in form.cells:
        found.add(form.cells["total_score"])
    return {name for name in found if "," not in name}


def _rightly_blank(form: Form, sources: list[FundingLine]) -> set[str | None]:
    """The cells whose formula has no input yet, so that it is right to be blank."""
    blank: set[str | None] = set()
    for line in form.funding:
        if line.is_total:
            blank |= {
                line.cells.get(key)
                for key in _MONEY
                if all(getattr(source, key) is None for source in sources)
            }
        if line.budget is None or line.executed is None:
            blank |= {line.cells.get("execution_rate"), line.cells.get("score")}
    for row in form.indicators:
        if row.actual is None or row.points is None:
            blank.add(row.cells.get("score"))
    if all(row.score is None for row in form.indicators):
        blank.add(form.cells.get("total_score"))
    return blank


def _line(
    line: FundingLine, sources: list[FundingLine], lost: set[str], values: FormulaValues
) -> FundingLine:
    """The line with its lost amounts, its lost rate and its lost score computed.

    sources: those that the total row sums up, where its formula says nothing.
    """
    for key in _MONEY:
        cell = line.cells.get(key)
        if getattr(line, key) is None and cell in lost and cell is not None:
            converted = any(key in source.typed for source in sources)
            amount = None if converted else values.text(cell)
            if amount is None and line.is_total:
                amount = _sum(key, sources, lost)
            line = _replaced(line, key, amount)
    cell = line.cells.get("execution_rate")
    if line.execution_rate is None and cell in lost and cell is not None:
        text = values.text(cell, 4)
        rate = text if text is not None and text.endswith("%") else _rate(line) or text
        line = replace(line, execution_rate=rate)
    cell = line.cells.get("score")
    if line.score is None and cell in lost and cell is not None:
        line = replace(line, score=values.text(cell, _SCORE_DECIMALS))
    return line


def _rate(line: FundingLine) -> str | None:
    """The execution rate from the amounts of the line; None where they give none."""
    budget, executed = line.budget, line.amount("executed")
    if budget is None or executed is None or not (budget or not executed):
        return None
    return percent_text(executed / budget if budget else Decimal(0))


def _indicator(row: Indicator, lost: set[str], values: FormulaValues) -> Indicator:
    """The indicator with its lost completed value, points and score computed."""
    for key in ("actual", "points", "score"):
        cell = row.cells.get(key)
        if getattr(row, key) is None and cell in lost and cell is not None:
            row = _replaced(row, key, values.text(cell, 6 if key == "actual" else _SCORE_DECIMALS))
    return row


def _replaced(row: _Row, key: str, text: str | None) -> _Row:
    """The row with another text in one of its fields."""
    changes: dict[str, Any] = {key: text}
    return replace(row, **changes)


def _with_total_score(form: Form, lost: set[str], values: FormulaValues) -> Form:
    """The form with its lost total score; it stays unknown while a score that belongs to it is.

    A row with points and a completed value has a score that belongs to the total.
    """
    cell = form.cells.get("total_score")
    if form.total_score is not None or cell is None or cell not in lost:
        return form
    rows = [(row.points, row.actual, row.score) for row in form.indicators]
    rows += [(line.points, line.executed, line.score) for line in form.funding if line.is_total]
    if any(score is None and not is_blank(points) and not is_blank(done) for points, done, score in rows):
        return form
    total = values.text(cell, _SCORE_DECIMALS)
    if total is None:
        scores = [number for _, _, score in rows if (number := money(score)) is not None]
        total = plain_number(sum(scores)) if scores else None
    return replace(form, total_score=total)


def _sum(key: str, lines: list[FundingLine], lost: set[str]) -> str | None:
    """The sum of these lines' amounts; None where one of them is unknown or none is there."""
    if any(getattr(line, key) is None and line.cells.get(key) in lost for line in lines):
        return None
    texts = [text for line in lines if not is_blank(text := getattr(line, key))]
    numbers = [number for text in texts if (number := money(text)) is not None]
    return plain_number(sum(numbers)) if numbers and len(numbers) == len(texts) else None
