"""Forms that were damaged on their way still give every value, with its cell."""

from __future__ import annotations

import pytest

from selfeval_xl import layouts
from selfeval_xl.model.grid import position
from selfeval_xl.model.quantity import tidy
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.templates.frame import draw
from support.damage import DAMAGES
from support.fillings import filling


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
    text = (
        tidy(value)
        .replace(",", "")
        .replace("≧", "≥")
        .replace(">=", "≥")
        .replace("\\geq", "≥")
        .replace("\\leq", "≤")
    )
    return text[:-3] if text.endswith(".00") else text


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("layout", layouts.load_all(), ids=lambda layout: f"{layout.id}.{layout.kind}")
def test_damaged_forms_read_the_same(layout, damage):
    data = filling(layout)
    whole = forms_in(draw(layout, data).grid("表"), "a.xlsx").forms[0]
    damaged, place, forms = DAMAGES[damage](draw(layout, data).grid("表"))
    found = forms_in(damaged, "a.xlsx").forms
    assert len(found) == forms
    got, want = list(values(found[0])), list(values(whole))
    assert [(plain(what), plain(value)) for what, value, _ in got] == [
        (plain(what), plain(value)) for what, value, _ in want
    ]
    for (what, value, cells), (_, _, now) in zip(want, got, strict=True):
        if cells and value is not None and not what.endswith(("level1", "level2")):
            assert [place(*position(cell)) for cell in cells.split(",")] == [
                position(cell) for cell in now.split(",")
            ], what


@pytest.mark.parametrize(
    "layout", [layouts.load("mof-2020"), layouts.load("sichuan-0013zp")], ids=lambda layout: layout.id
)
def test_a_form_of_three_hundred_indicators_is_read_whole(layout):
    data = filling(layout)
    data["indicators"] = [
        {**data["indicators"][number % 6], "name": f"事项{number}"} for number in range(300)
    ]
    assert [row.name for row in forms_in(draw(layout, data).grid("表"), "a.xlsx").forms[0].indicators] == [
        f"事项{number}" for number in range(300)
    ]


@pytest.mark.parametrize(
    "layout", [layouts.load("jilin-2024"), layouts.load("mof-2020")], ids=lambda layout: layout.id
)
def test_errors_in_cells_stay_what_they_are(layout):
    grid = draw(layout, filling(layout)).grid("表")
    row, column = next(
        (r, c) for r, line in enumerate(grid.rows) for c, value in enumerate(line) if value == "118.5公里"
    )
    grid.rows[row][column] = "#REF!"
    assert forms_in(grid, "a.xlsx").forms[0].indicators[0].actual == "#REF!"
