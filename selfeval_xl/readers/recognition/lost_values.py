"""Recomputation of formulas that were saved without their value and therefore read as empty.

Rates, totals and scores are computed again, anything else is a problem.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from selfeval_xl.model.forms import Form, FundingLine, Problem
from selfeval_xl.model.grid import Grid, percent_text, plain_number, position
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import money


def recomputed(form: Form, grid: Grid) -> tuple[Form, list[Problem]]:
    """The form with lost values computed, and a problem for each formula whose value cannot be known."""
    # A dash is read as empty too, but its cell has a value.
    empty = {name for name in _empty_cells(form) if grid.value(*position(name)) is None}
    if not empty or grid.formulas is None:
        return form, []
    formulas = grid.formulas()
    lost = {name for name in empty if position(name) in formulas}
    if lost and grid.blanks is not None:
        blanks = grid.blanks()
        lost = {name for name in lost if position(name) not in blanks}
    if not lost:
        return form, []
    sources = [line for line in form.funding if not line.is_total and line.part_of is None]
    funding = tuple(_line(line, sources, lost) for line in form.funding)
    form = replace(form, funding=funding)
    if form.total_score is None and form.cells.get("total_score") in lost:
        form = replace(
            form,
            total_score=_sum(
                [row.score for row in form.indicators] + [line.score for line in funding if line.is_total]
            ),
        )
    settled = {
        line.cells.get(key)
        for line in funding
        for key in (*AMOUNTS, "execution_rate")
        if getattr(line, key) is not None
    }
    settled |= {form.cells.get("total_score")} if form.total_score else set()
    settled |= _rightly_blank(form, sources)
    return form, [
        Problem(
            f"{grid.name}!{name}是公式，文件里没有保存算出的数，读不到。请用Excel打开，保存后再报送。",
            grid.name,
            name,
        )
        for name in sorted(lost - settled, key=position)
    ]


def _empty_cells(form: Form) -> set[str]:
    """The A1 names of empty cells in rows that are filled in."""
    found: set[str] = set()
    for line in form.funding:
        if any(getattr(line, key) is not None for key in AMOUNTS) or line.is_total:
            keys = (*AMOUNTS, "execution_rate", "score") if line.is_total else (*AMOUNTS, "execution_rate")
            found |= {line.cells[key] for key in keys if key in line.cells and getattr(line, key) is None}
    for row in form.indicators:
        found |= {
            cell
            for key, cell in row.cells.items()
            if key in ("actual", "score", "points") and getattr(row, key) is None and cell
        }
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
                for key in AMOUNTS
                if all(getattr(source, key) is None for source in sources)
            }
        if line.annual_budget is None or line.executed is None:
            blank |= {line.cells.get("execution_rate"), line.cells.get("score")}
    for row in form.indicators:
        if row.actual is None or row.points is None:
            blank.add(row.cells.get("score"))
    if all(row.score is None for row in form.indicators):
        blank.add(form.cells.get("total_score"))
    return blank


def _line(line: FundingLine, sources: list[FundingLine], lost: set[str]) -> FundingLine:
    """The line with its lost amounts (of the total row) and its lost rate computed."""
    if line.is_total:
        line = replace(
            line,
            initial_budget=_total("initial_budget", line, sources, lost),
            annual_budget=_total("annual_budget", line, sources, lost),
            executed=_total("executed", line, sources, lost),
        )
    budget, executed = line.amount("annual_budget"), line.amount("executed")
    if (
        line.execution_rate is None
        and line.cells.get("execution_rate") in lost
        and budget is not None
        and executed is not None
    ):
        if budget or not executed:
            line = replace(line, execution_rate=percent_text(executed / budget if budget else Decimal(0)))
    return line


def _total(key: str, line: FundingLine, sources: list[FundingLine], lost: set[str]) -> str | None:
    """An amount of the total row, computed where it was lost."""
    amount: str | None = getattr(line, key)
    if amount is None and line.cells.get(key) in lost:
        return _sum([getattr(source, key) for source in sources])
    return amount


def _sum(values: list[str | None]) -> str | None:
    """The sum of the amounts that are numbers; None where none is."""
    numbers = [number for number in map(money, values) if number is not None]
    return plain_number(sum(numbers)) if numbers else None
