"""Every key of a row is a column of its sheet, and every column is filled by somebody."""

from __future__ import annotations

import pytest

from selfeval_xl.county.sheets.columns import HAND
from selfeval_xl.county.study import study
from selfeval_xl.county.tables import SHEETS, build
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.demo.county import made_up
from support.counties import fill_county

# Filled when the workbook is written: links to the received files, last year's figures, proposals.
FILLED_LATER = {"link", "last_year", "formula", "proposed_use"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The rows of every sheet, by sheet, of four departments of the demo county, some with planted faults."""
    folder = tmp_path_factory.mktemp("material")
    departments, _ = made_up()
    fill_county(folder, departments[:4])
    return build(study(folder, None, load(None), 1))


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.key for sheet in SHEETS])
def test_a_row_has_the_keys_of_its_columns(tables, sheet):
    rows = tables[sheet.key]
    given = set().union(*rows)
    columns = {column.key for column in sheet.columns}
    computed = {column.key for column in sheet.columns if column.live or column.kind == HAND}
    assert rows or sheet.spare
    assert given - columns - FILLED_LATER == set(), "keys that are no column: their values would be lost"
    assert columns - computed - given - FILLED_LATER == set(), "columns that no row fills"
