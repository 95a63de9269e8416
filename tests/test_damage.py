"""Forms that were damaged on their way still give every value, with its cell."""

from __future__ import annotations

import pytest

from selfeval_xl import layouts
from selfeval_xl.model.grid import position
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.templates.frame import draw
from support.damage import DAMAGES, plain, values
from support.fillings import filling


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
