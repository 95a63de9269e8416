"""Rows of any text put into a funding table lose none of its lines."""

from __future__ import annotations

import pytest

from selfeval_xl.model.grid import Area
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.readers.recognition.form_finder import forms_in
from support.random_edits import TEXTS, Sheet, good_forms

FORMS = [(name, sheet) for name, sheet in good_forms() if len(forms_in(sheet.grid(), "a.xlsx").forms) == 1]
PLACES = ("first", "second", "across")


def amounts(sheet: Sheet) -> set[tuple]:
    """What each line of the form's funds says."""
    form = forms_in(sheet.grid(), "a.xlsx").forms[0]
    return {
        (line.source, *(getattr(line, key) for key in AMOUNTS), line.execution_rate)
        for line in form.funding
        if any(getattr(line, key) for key in AMOUNTS)
    }


def lines_of(sheet: Sheet) -> tuple[int, int]:
    """The first and the last row of the lines; a table without a head has none here."""
    form = forms_in(sheet.grid(), "a.xlsx").forms[0]
    rows = [
        int("".join(filter(str.isdigit, line.cells["executed"])))
        for line in form.funding
        if "executed" in line.cells
    ]
    return (form.frame.funding_head[1] + 1, max(rows) - 1) if form.frame.funding_head and rows else (0, -1)


def with_row(sheet: Sheet, at: int, text: str, place: str) -> Sheet:
    """A copy of the sheet with a row of this text."""
    copy = Sheet(dict(sheet.cells), list(sheet.merges), dict(sheet.formats))
    copy.move(lambda row, column: (row + (row >= at), column))
    column = 0 if place != "second" else 1
    while any(area.holds(at, column) for area in copy.merges):
        column += 1
    copy.cells[at, column] = text
    if place == "across" and column < copy.width - 1:
        copy.merges.append(Area(at, column, at, copy.width - 1))
    return copy


@pytest.mark.parametrize(("name", "sheet"), FORMS, ids=[name for name, _ in FORMS])
def test_a_row_in_the_middle_loses_no_line(name, sheet):
    first, last = lines_of(sheet)
    wanted = amounts(sheet)
    for at in range(first + 1, last + 1):
        for number, text in enumerate((*TEXTS, "", "年度总体目标见附件")):
            grown = with_row(sheet, at, text, PLACES[(number + at) % 3])
            assert wanted <= amounts(grown), (at, text)
