"""LibreOffice computes what the program wrote, on every county workbook of the season."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow  # a season is played once


@pytest.mark.parametrize("which", ["first", "second", "after"])
def test_recalculation_changes_nothing(season, which, assert_formulas_agree):
    assert_formulas_agree(getattr(season, which))


@pytest.mark.parametrize("which", ["first", "second", "after"])
def test_the_workbooks_are_valid(season, which, assert_valid_ooxml):
    assert_valid_ooxml(getattr(season, which))
