"""Declarations and monitoring forms of many places are read by their labels (tests/stage_forms)."""

from __future__ import annotations

import re
import unicodedata

import pytest

from selfeval_xl.model.grid import Grid, position
from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from support.stage_tables import FOLDER, Comparison, compare, load, told
from support.text_grid import grid_of

FILES = sorted(FOLDER.glob("*.md"))
SHARE = 0.99


def compared(path) -> Comparison:
    table, wanted = load(path)
    found = all_forms_in(grid_of(table), "a.xlsx")
    return compare(path.stem, wanted, [told(form) for form in found.stage_forms])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_form_is_read(path):
    assert compared(path).wrong == []


def test_of_all_values_nearly_all_are_right():
    results = [compared(path) for path in FILES]
    asked = sum(result.asked for result in results)
    wrong = [line for result in results for line in result.wrong]
    assert len(FILES) >= 16 and asked >= 550
    assert 1 - len(wrong) / asked >= SHARE, wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_lost_without_a_word(path):
    """Each filled cell is a label, a value, furniture or unread; these forms have nothing that is unread."""
    found = all_forms_in(grid_of(load(path)[0]), "a.xlsx")
    assert [(unread.cells, unread.text) for form in found.stage_forms for unread in form.account.unread] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_value_names_its_cell(path):
    grid = grid_of(load(path)[0])
    wrong = []
    for form in all_forms_in(grid, "a.xlsx").stage_forms:
        for record in (form.goal, *form.funding, *form.indicators):
            for key in ("medium", "expected", "forecast", "medium_budget", "annual_budget", "executed"):
                wrong += _misplaced(grid, record, key)
            for key in ("target", "medium_target", "actual", "note", "name"):
                wrong += _misplaced(grid, record, key)
        for row in form.indicators:
            if row.outlook and not row.cells.get("outlook") or row.causes and not row.cells.get("causes"):
                wrong.append(row)
    assert wrong == []


def _misplaced(grid: Grid, record, key: str) -> list[str]:
    """The value where it does not stand in the cells that the record names."""
    value = getattr(record, key, None)
    if value is None:
        return []
    texts = [grid.text(*position(name)) for name in record.cells[key].split(",")]
    inside = "".join(map(_plain, texts))
    parts = [_plain(part) for part in re.split(r"[；\n]", value)]
    return [] if all(part in inside or inside in part for part in parts) else [f"{key}={value}: {texts}"]


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
