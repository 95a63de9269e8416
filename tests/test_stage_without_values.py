"""Our stage workbooks, saved by a program that keeps no value of a formula, say what they say with values."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl import layouts
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, PROJECT
from selfeval_xl.model.sheet_names import COVER
from selfeval_xl.readers import read_file
from selfeval_xl.templates.stage_book import fill_in_stage
from selfeval_xl.workflows.filling.fill import fill
from support.stage_fillings import form_of

BOOKS = [(stage, layout_id) for stage in (MONITORING, DECLARATION) for layout_id in layouts.ids(stage)]


def saved(path, out, months: str = ""):
    """The workbook as such a program saves it, with other months on the cover where some are given."""
    book = openpyxl.load_workbook(path)
    if months:
        cover = book[COVER]
        place = next(cell for (cell,) in cover["A1:A40"] if cell.value == "监控月份")
        place.offset(column=1).value = months
    book.save(out)
    return out


@pytest.fixture(scope="module", params=BOOKS, ids=[f"{stage}-{name}" for stage, name in BOOKS])
def book(request, tmp_path_factory):
    stage, layout_id = request.param
    owners = {layout.owner: layout for layout in layouts.sheets_of(layout_id, stage)}
    path = tmp_path_factory.mktemp("books") / f"{stage}-{layout_id}.xlsx"
    fill_in_stage(
        stage,
        layout_id,
        path,
        projects=[form_of(owners[PROJECT])],
        department=form_of(owners[DEPARTMENT]) if DEPARTMENT in owners else None,
        year=2025,
        through="1-8月" if stage == MONITORING else "",
        ready=2,
    )
    return path


def test_it_reads_as_with_its_values(book, tmp_path):
    right, got = read_file(book), read_file(saved(book, tmp_path / "b.xlsx"))
    assert [problem.text for problem in got.problems] == [problem.text for problem in right.problems]
    same = {"file": "", "account": None}
    assert len(got.stage_forms) == len(right.stage_forms) >= 1
    for one, other in zip(right.stage_forms, got.stage_forms):
        for left, read in zip(one.funding, other.funding, strict=True):
            assert _amounts(left) == _amounts(read)
        assert replace(one, funding=(), **same) == replace(other, funding=(), **same)
        assert not other.account.unread
        assert other.through == ("1-8月" if one.kind == MONITORING else None)


def _amounts(line) -> dict:
    keys = ("initial_budget", "annual_budget", "medium_budget", "executed", "forecast")
    return {
        "source": line.source,
        "cells": line.cells,
        "rate": None if line.execution_rate is None else float(line.execution_rate.rstrip("%")),
        **{key: line.amount(key) for key in keys},
    }


def test_the_months_are_those_of_the_cover(book, tmp_path):
    if book.name.startswith(DECLARATION):
        pytest.skip("a declaration has no months")
    got = read_file(saved(book, tmp_path / "b.xlsx", "1-10月"))
    assert [form.through for form in got.stage_forms] == ["1-10月"] * len(got.stage_forms)


def test_it_is_filled_as_with_its_values(book, tmp_path):
    """No total and no rate is missing there: they are formulas."""
    done = fill(saved(book, tmp_path / "b.xlsx"), tmp_path / "out.xlsx")
    assert [edit.cell for edit in done.edits] == [
        edit.cell for edit in fill(book, tmp_path / "right.xlsx").edits
    ]
    assert done.problems == ()
