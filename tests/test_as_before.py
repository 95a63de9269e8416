"""A county of which nothing has changed since the last run keeps its workbook; any change makes it anew."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.assessment.policy import RulePolicy, default
from selfeval_xl.county import as_before, consolidate
from selfeval_xl.filings.roster_sheets import blank_roster
from selfeval_xl.workflows.demo.county import made_up
from support.counties import fill_county
from support.workbooks import values

pytestmark = pytest.mark.slow  # two runs over a county in every test


@pytest.fixture
def place(tmp_path):
    """Three departments' workbooks, a roster, and the workbook of a first run."""
    fill_county(tmp_path / "收到", made_up()[0][:3])
    blank_roster(tmp_path / "名册.xlsx")
    run(tmp_path)
    return tmp_path


def run(place: Path, **options):
    return consolidate(place / "收到", place / "全县.xlsx", roster=place / "名册.xlsx", **options)


def stamps(place: Path) -> list[tuple[int, int]]:
    """Identity and time of workbook and store."""
    return [
        (state.st_ino, state.st_mtime_ns)
        for state in map(os.stat, (place / "全县.xlsx", place / "全县.sqlite"))
    ]


def test_nothing_is_read_or_written(place, monkeypatch):
    before, written = stamps(place), values(place / "全县.xlsx")
    made = consolidate(place / "收到", place / "另一份.xlsx", roster=place / "名册.xlsx")
    monkeypatch.setattr("selfeval_xl.readers.read_files", None)
    again = run(place)
    assert stamps(place) == before and values(place / "全县.xlsx") == written
    assert again.unchanged and again.notes == ()
    assert again.told == ("收到的材料、名册和参数都和上次汇总时一样，“全县.xlsx”没有重写。",)
    assert replace(again, out=made.out, store=made.store, unchanged=False) == made
    assert len(again.projects) == again.project_forms > 0
    assert run(place) == again


def received(place: Path) -> Path:
    return sorted((place / "收到").rglob("*.xlsx"))[0]


def other_contents(place: Path) -> dict:
    file = received(place)
    book = openpyxl.load_workbook(file)
    book.worksheets[0]["Z60"] = "改过"
    state = file.stat()
    book.save(file)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))  # as messengers leave the time
    return {}


def other_time(place: Path) -> dict:
    os.utime(received(place), (1_700_000_000, 1_700_000_000))
    return {}


def another_file(place: Path) -> dict:
    (place / "收到" / "说明.txt").write_text("盖章件随后报来", encoding="utf-8")
    return {}


def one_file_less(place: Path) -> dict:
    received(place).unlink()
    return {}


def another_name(place: Path) -> dict:
    received(place).rename(received(place).with_name("改名.xlsx"))
    return {}


def another_roster(place: Path) -> dict:
    book = openpyxl.load_workbook(place / "名册.xlsx")
    book["单位名册"].append(["999", "示例县新局"])
    book.save(place / "名册.xlsx")
    return {}


def another_policy(place: Path) -> dict:
    return {"policy": replace(default(), rules={"D04": RulePolicy(on=False)})}


def words_of_officers(place: Path) -> dict:
    book = openpyxl.load_workbook(place / "全县.xlsx")
    sheet = book["报送台账"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("备注") + 1).value = "已电话催过"
    book.save(place / "全县.xlsx")
    return {}


def a_store_changed_by_hand(place: Path) -> dict:
    with closing(sqlite3.connect(place / "全县.sqlite")) as base, base:
        base.execute("UPDATE projects SET annual_budget = 1")
    return {}


def no_store(place: Path) -> dict:
    (place / "全县.sqlite").unlink()
    return {}


def no_workbook(place: Path) -> dict:
    (place / "全县.xlsx").unlink()
    return {}


def a_table_of_last_year(place: Path) -> dict:
    (place / "上年.xlsx").write_bytes((place / "全县.xlsx").read_bytes())
    return {"against": place / "上年.xlsx"}


@pytest.mark.parametrize(
    "change",
    [
        other_contents,
        other_time,
        another_file,
        one_file_less,
        another_name,
        another_roster,
        another_policy,
        words_of_officers,
        a_store_changed_by_hand,
        no_store,
        no_workbook,
        a_table_of_last_year,
    ],
    ids=lambda change: change.__name__,
)
def test_any_change_makes_it_anew(place, change: Callable[[Path], dict]):
    options = change(place)
    before, county = stamps(place) if change not in (no_store, no_workbook) else None, run(place, **options)
    assert not county.unchanged and stamps(place) != before


def test_a_changed_file_is_in_the_workbook(place):
    other_contents(place)
    county = run(place)
    made = consolidate(place / "收到", place / "另一份.xlsx", roster=place / "名册.xlsx")
    names = ("收件核对", "项目汇总", "指标明细")
    kept, anew = values(county.out), values(made.out)
    assert all(kept[name] == anew[name] for name in names)


def test_another_day_makes_it_anew(place, monkeypatch):
    class Tomorrow(date):
        @classmethod
        def today(cls):
            return cls(2031, 1, 1)

    monkeypatch.setattr(as_before, "date", Tomorrow)
    assert not run(place).unchanged


def test_without_the_users_folder_it_is_made_anew(place, monkeypatch, tmp_path):
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "另一个家"))
    assert not run(place).unchanged


def test_what_officers_wrote_is_there_after_a_run_without_change(place):
    words_of_officers(place)
    assert run(place).carried == 1
    again = run(place)
    assert again.carried == 1 and again.unchanged
    sheet = openpyxl.load_workbook(again.out)["报送台账"]
    assert "已电话催过" in [cell.value for cell in sheet[2]]
