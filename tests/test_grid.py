"""A sheet's values as a person sees them: merged areas, percent formats, dates, names of cells."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.model.grid import Area, Grid, a1, column_name, percent_text, plain_number, position
from support.text_grid import grid_of

SHEET = """
| 项目支出绩效自评表 | < | < |
| 资金情况 | 年初预算数 | 执行率 |
| ^ | 132.71 | 99.86% |
| | 0 | '0.50% |
"""


@pytest.mark.parametrize(
    "row, column, name",
    [
        (0, 0, "A1"),
        (11, 6, "G12"),
        (0, 25, "Z1"),
        (0, 26, "AA1"),
        (99, 701, "ZZ100"),
        (1048575, 16383, "XFD1048576"),
    ],
)
def test_cells_have_names(row, column, name):
    assert a1(row, column) == name and position(name) == (row, column)


@pytest.mark.parametrize("name", ["$B$7", "b7", "B$7"])
def test_names_are_read_with_dollars_and_small_letters(name):
    assert position(name) == (6, 1)


@pytest.mark.parametrize("name", ["", "7", "B", "B7:C8", "表1", "ABCD1", "B-1"])
def test_what_is_no_cell_is_refused(name):
    with pytest.raises(ValueError, match="not a cell"):
        position(name)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_every_cell_is_found_by_its_name(row, column):
    assert position(a1(row, column)) == (row, column) and column_name(column).isupper()


def test_a_merged_area_has_its_value_in_the_top_left_cell_only():
    grid = grid_of(SHEET)
    assert [grid.text(0, column) for column in range(3)] == ["项目支出绩效自评表", "", ""]
    assert {str(grid.area(0, column)) for column in range(3)} == {"A1:C1"} and str(grid.area(2, 0)) == "A2:A3"
    assert grid.area(3, 1) == Area(3, 1, 3, 1) and not grid.area(3, 1).holds(2, 1)


def test_values_read_as_displayed():
    grid = grid_of(SHEET)
    assert [grid.text(row, column) for row, column in ((2, 1), (2, 2), (3, 0), (3, 1), (3, 2))] == [
        "132.71",
        "99.86%",
        "",
        "0",
        "0.50%",
    ]
    assert (grid.height, grid.width, grid.number_format(2, 2), grid.number_format(2, 1)) == (
        4,
        3,
        "0.00%",
        None,
    )


def test_outside_the_sheet_there_is_nothing():
    grid = grid_of(SHEET)
    assert [grid.value(row, column) for row, column in ((-1, 0), (0, -1), (4, 0), (0, 3))] == [
        None
    ] * 4 and Grid("空", []).width == 0


@pytest.mark.parametrize(
    "value, number_format, text",
    [
        (1.0, "0%", "100%"),
        (1, "0.00%", "100.00%"),
        (0.99859, "0.00%", "99.86%"),
        (0.005, "0%", "1%"),
        (-0.025, "0.0%", "-2.5%"),
        (12.0, None, "12"),
        (0.1 + 0.2, None, "0.3"),
        (1e15, None, "1000000000000000"),
        (0.5, '0"%"', "1%"),
        (98.5, '0.00"%"', "98.50%"),
        (True, None, "是"),
        (False, None, "否"),
        (date(2024, 11, 30), None, "2024年11月30日"),
        (datetime(2024, 11, 3, 8), None, "2024年11月3日"),
        ("=1人", "@", "=1人"),
        (0, None, "0"),
        (1e30, "0%", "1" + "0" * 32 + "%"),
    ],
)
def test_a_cell_shows_what_its_format_makes_of_it(value, number_format, text):
    assert (
        Grid("表", [[value]], formats=lambda: {(0, 0): number_format} if number_format else {}).text(0, 0)
        == text
    )


@pytest.mark.parametrize(
    "number, text",
    [
        (132.71, "132.71"),
        (57.0, "57"),
        (1e-7, "0.0000001"),
        (Decimal("1.50"), "1.5"),
        (Decimal(100), "100"),
        (-0.5, "-0.5"),
        (220000000000000, "220000000000000"),
    ],
)
def test_numbers_are_written_as_typed(number, text):
    assert plain_number(number) == text


@pytest.mark.parametrize(
    "ratio, digits, text",
    [
        ("0.99859", 2, "99.86%"),
        ("0.998549", 2, "99.85%"),
        ("0.00005", 2, "0.01%"),
        ("-1", 2, "-100.00%"),
        ("0", 2, "0.00%"),
        ("1.5", 0, "150%"),
    ],
)
def test_percents_round_half_up(ratio, digits, text):
    assert percent_text(Decimal(ratio), digits) == text


def test_formats_are_looked_up_once_and_only_when_asked():
    asked = []
    grid = Grid("表", [["甲", 0.5]], formats=lambda: asked.append(1) or {(0, 1): "0%"})
    assert grid.text(0, 0) == "甲" and not asked
    assert grid.text(0, 1) == grid.text(0, 1) == "50%" and asked == [1]
