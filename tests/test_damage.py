"""Forms that were damaged on their way still give every value, with its cell."""

from __future__ import annotations

import pytest

from damage import DAMAGES
from selfeval_xl.grid import position
from selfeval_xl.quantity import tidy
from selfeval_xl.reading.find import forms_in
from test_reading import PROJECT_FORM, SCORED_FORM
from text_grid import grid_of


def values(form):
    """Every value of a form with its cells, as (what, value, cell)."""
    for key in ("project", "department", "unit", "total_score", "grade"):
        yield key, getattr(form, key), form.cells.get(key)
    for key in ("expected", "actual"):
        yield f"goal.{key}", getattr(form.goal, key), form.goal.cells.get(key)
    for line in form.funding:
        for key in ("initial_budget", "annual_budget", "executed", "execution_rate"):
            yield f"{line.source}.{key}", getattr(line, key), line.cells.get(key)
    for row in form.indicators:
        for key in ("level1", "level2", "name", "target", "actual", "points", "score", "note"):
            yield f"{row.name}.{key}", getattr(row, key), row.cells.get(key)


def plain(value):
    """A value without what a damage may change of its writing."""
    if value is None:
        return None
    text = tidy(value).replace(",", "").replace("≧", "≥").replace(">=", "≥").replace("\\geq", "≥")
    return text[:-3] if text.endswith(".00") else text


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("table", [PROJECT_FORM, SCORED_FORM], ids=["jilin-2024", "yunnan"])
def test_damaged_forms_read_the_same(table, damage):
    grid = grid_of(table)
    whole = forms_in(grid, "a.xlsx").forms[0]
    damaged, place = DAMAGES[damage](grid_of(table))
    found = forms_in(damaged, "a.xlsx").forms
    assert len(found) == 1
    got = list(values(found[0]))
    want = list(values(whole))
    assert [(plain(what), plain(value)) for what, value, _ in got] == [(plain(what), plain(value)) for what, value, _ in want]
    for (what, value, cells), (_, _, now) in zip(want, got, strict=True):
        if cells and value is not None and not what.endswith(("level1", "level2")):
            assert [place(*position(cell)) for cell in cells.split(",")] == [position(cell) for cell in now.split(",")], what
