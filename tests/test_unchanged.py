"""Departments of which nothing has changed keep the rows of the last run: the workbook is the one that a run
without them gives.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.assessment.policy import RulePolicy, default
from selfeval_xl.county import consolidate, officer_workbook
from selfeval_xl.county.departments.streaming import StreamedDepartments
from selfeval_xl.county.store.store import DIGEST, UNWRITTEN
from selfeval_xl.county.unchanged import SHARES
from selfeval_xl.filings.roster_sheets import blank_roster
from selfeval_xl.workflows.demo.county import made_up
from support.counties import send
from support.stores import without_shares
from support.workbooks import values

pytestmark = pytest.mark.slow  # two or more runs over a county in every test

LONG_TEXT = "全面完成年度建设任务，改善群众生产生活条件，提高公共服务水平，促进县域经济社会持续发展。"


def arrive(place: Path, department, **data) -> None:
    """A department's filing comes in, perhaps with other projects."""
    send(place / "收到" / department.name / f"{department.name}.xlsx", department, **data)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A folder of six departments, and the workbook of a first run."""
    place = tmp_path_factory.mktemp("unchanged")
    for department in made_up()[0][:6]:
        arrive(place, department)
    consolidate(place / "收到", place / "全县.xlsx")
    return place


def _file(place: Path, number: int) -> Path:
    return sorted((place / "收到").rglob("*.xlsx"))[number]


def nothing(place: Path) -> dict:
    return {}


def another_version(place: Path) -> dict:
    one = made_up()[0][1]
    arrive(place, one, projects=[{**one.projects[0], "project": "新项目"}, *one.projects[1:]])
    return {}


def gone(place: Path) -> dict:
    _file(place, 2).unlink()
    return {}


def one_more(place: Path) -> dict:
    arrive(place, made_up()[0][6])
    return {}


def a_scan(place: Path) -> dict:
    (_file(place, 0).parent / "盖章.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    return {}


def not_ours(place: Path) -> dict:
    (place / "收到" / "通知.docx").write_bytes(b"nonsense")
    return {}


def same_words(place: Path) -> dict:
    for number in (0, 3):
        one = made_up()[0][number]
        arrive(
            place,
            one,
            projects=[{**one.projects[0], "goal": {"expected": LONG_TEXT, "actual": LONG_TEXT}}],
        )
    return {}


def a_duplicate(place: Path) -> dict:
    shutil.copy(_file(place, 0), place / "收到" / "再报.xlsx")
    return {}


def other_policy(place: Path) -> dict:
    return {"policy": replace(default(), rules={"T09": RulePolicy(on=False)})}


def a_roster(place: Path) -> dict:
    blank_roster(place / "名册.xlsx")
    book = openpyxl.load_workbook(place / "名册.xlsx")
    for line, one in enumerate(made_up()[0][:7], 2):
        book["单位名册"].cell(line, 1, one.code)
        book["单位名册"].cell(line, 2, one.name)
    book.save(place / "名册.xlsx")
    return {"roster": place / "名册.xlsx"}


def last_year(place: Path) -> dict:
    shutil.copy(place / "全县.xlsx", place / "上年.xlsx")
    return {"against": place / "上年.xlsx"}


def the_forms(place: Path) -> dict:
    return {"with_forms": True}


def words_of_officers(place: Path) -> dict:
    book = openpyxl.load_workbook(place / "全县.xlsx")
    sheet = book["偏差清单"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["原因分类（自动，可改）"]).value = "天气原因"
    sheet.cell(3, heads["备注"]).value = "请核实"
    book["部门汇总"].cell(
        2, next(cell.column for cell in book["部门汇总"][1] if cell.value == "审核意见")
    ).value = "通过"
    book.save(place / "全县.xlsx")
    return {}


def words_taken_back(place: Path) -> dict:
    words_of_officers(place)
    consolidate(place / "收到", place / "全县.xlsx")
    book = openpyxl.load_workbook(place / "全县.xlsx")
    sheet = book["偏差清单"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        if sheet.cell(line, heads["原因分类（自动，可改）"]).value == "天气原因":
            sheet.cell(line, heads["原因分类（自动，可改）"]).value = None
    book.save(place / "全县.xlsx")
    return {}


def without_last_year_again(place: Path) -> dict:
    consolidate(place / "收到", place / "全县.xlsx", **last_year(place))
    return {}


def mended_before(place: Path) -> dict:
    another_version(place)
    consolidate(place / "收到", place / "全县.xlsx")
    arrive(place, made_up()[0][4], projects=made_up()[0][4].projects[:2])
    return {}


CHANGES: tuple[Callable[[Path], dict], ...] = (
    nothing,
    another_version,
    gone,
    one_more,
    a_scan,
    not_ours,
    same_words,
    a_duplicate,
    other_policy,
    a_roster,
    last_year,
    the_forms,
    words_of_officers,
    words_taken_back,
    without_last_year_again,
    mended_before,
)


def contents(store: Path) -> dict[str, list]:
    with closing(sqlite3.connect(store)) as base:
        names = [
            name
            for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in ("answers", SHARES)
        ]
        base.executemany(
            "DELETE FROM meta WHERE key = ?", [(UNWRITTEN,), (DIGEST,)]
        )  # a fingerprint, with the time stamp in it
        return {name: base.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_rows_kept_are_those_that_would_be_made(first, tmp_path, change):
    place = tmp_path / "县"
    shutil.copytree(first, place)
    more = change(place)
    for name in ("全县", "上年"):
        if (place / f"{name}.xlsx").exists():
            shutil.copy(place / f"{name}.xlsx", place / f"{name}全部.xlsx")
    shutil.copy(place / "全县.sqlite", place / "全县全部.sqlite")
    without_shares(place / "全县全部.sqlite")
    kept = consolidate(place / "收到", place / "全县.xlsx", **more)
    made = consolidate(place / "收到", place / "全县全部.xlsx", **more)
    assert contents(kept.store) == contents(made.store)
    assert values(kept.out) == values(made.out)
    assert replace(kept, out=made.out, store=made.store) == made


def test_a_workbook_without_a_word_of_officers_is_not_read_again(first, tmp_path, monkeypatch):
    place = tmp_path / "县"
    shutil.copytree(first, place)
    read, real = [], officer_workbook.read_written
    monkeypatch.setattr(officer_workbook, "read_written", lambda *given: read.append(given) or real(*given))
    consolidate(place / "收到", place / "全县.xlsx")
    assert not read
    words_of_officers(place)
    # once: the second run finds everything as before
    assert [consolidate(place / "收到", place / "全县.xlsx").carried for _ in range(2)] == [3, 3]
    assert len(read) == 1


def test_only_the_changed_department_is_looked_at(first, tmp_path, monkeypatch):
    place = tmp_path / "县"
    shutil.copytree(first, place)
    another_version(place)
    filled, real = [], StreamedDepartments._take

    def listening(self, turn, batch):
        filled.append(turn.entry.name)
        real(self, turn, batch)

    monkeypatch.setattr(StreamedDepartments, "_take", listening)
    consolidate(place / "收到", place / "全县.xlsx")
    assert filled == [made_up()[0][1].name]


def test_many_changes_one_after_the_other(first, tmp_path):
    """Whatever happened between the runs, the last workbook is that of a run that knows only the findings
    before.
    """
    place = tmp_path / "县"
    shutil.copytree(first, place)
    source = random.Random(5)
    for change in source.sample(CHANGES[1:8], 5):
        change(place)
        consolidate(place / "收到", place / "全县.xlsx")
    again = consolidate(place / "收到", place / "全县.xlsx")
    without_shares(again.store)
    kept = values(again.out)
    assert values(consolidate(place / "收到", place / "全县.xlsx").out) == kept
