"""A store that was changed by hand, or is damaged, gives the right workbook all the same, in the same run."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.errors import SelfevalError
from selfeval_xl.workflows.demo.county import made_up
from support.counties import fill_county


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A folder of received files, and the workbook and store that it gives."""
    place = tmp_path_factory.mktemp("county")
    (place / "收到").mkdir()
    fill_county(place / "收到", made_up()[0][:4])
    consolidate(place / "收到", place / "汇总.xlsx")
    return place


def figures(path):
    """What stands in 项目汇总."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return [row[:20] for row in book["项目汇总"].iter_rows(values_only=True)]


@pytest.fixture
def place(tmp_path, county):
    for name in ("汇总.xlsx", "汇总.sqlite"):
        shutil.copy2(county / name, tmp_path / name)
    return tmp_path


CHANGES = {
    "ten times the amounts": "UPDATE projects SET executed = executed * 10",
    "no rows": "UPDATE shares SET projects_after = 'x'",
    "text that is no UTF-8": "UPDATE projects SET project = CAST(x'ff41' AS TEXT)",
    "a fact": "UPDATE meta SET value = '[1' WHERE key = 'returned'",
    "no facts": "DROP TABLE meta",
    "a table of others": "CREATE TABLE others (a)",
    "no shares": "DROP TABLE shares",
    "a list that is none": "UPDATE shares SET signs = '['",
    "a trigger": "CREATE TRIGGER t AFTER DELETE ON answers BEGIN SELECT 1; END",
    "a view": "DROP TABLE meta; CREATE VIEW meta AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
    "FROM n) SELECT i AS key, i AS value FROM n",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_by_hand_is_made_anew_and_said(place, county, change):
    with closing(sqlite3.connect(place / "汇总.sqlite")) as base:
        base.executescript(CHANGES[change])
    made = consolidate(county / "收到", place / "汇总.xlsx")
    assert figures(made.out) == figures(county / "汇总.xlsx")
    assert made.notes
    again = consolidate(county / "收到", place / "汇总.xlsx")
    assert figures(again.out) == figures(county / "汇总.xlsx") and not again.notes


def test_an_unchanged_store_is_said_nothing_of(place, county):
    assert not consolidate(county / "收到", place / "汇总.xlsx").notes


def test_a_store_whose_own_words_are_no_text(place, county):
    """SQLite quotes them in its message, which Python then cannot read."""
    data = (place / "汇总.sqlite").read_bytes()
    assert b'CREATE TABLE "shares"' in data
    (place / "汇总.sqlite").write_bytes(data.replace(b'CREATE TABLE "shares"', b'CREATE \xc8ABLE "shares"'))
    made = consolidate(county / "收到", place / "汇总.xlsx")
    assert figures(made.out) == figures(county / "汇总.xlsx") and made.notes


def _damaged(place, county, seed):
    """A run over a store with some changed bytes is right, or one sentence and the old; the next is right."""
    rnd = random.Random(seed)
    data = bytearray((place / "汇总.sqlite").read_bytes())
    for _ in range((1, 3, 30)[seed % 3]):
        data[rnd.randrange(len(data))] = rnd.randrange(256)
    (place / "汇总.sqlite").write_bytes(data)
    before = (place / "汇总.xlsx").read_bytes()
    try:
        consolidate(county / "收到", place / "汇总.xlsx")
    except SelfevalError as error:
        assert "\n" not in str(error).strip()
        assert (place / "汇总.xlsx").read_bytes() == before
        consolidate(county / "收到", place / "汇总.xlsx")
    assert figures(place / "汇总.xlsx") == figures(county / "汇总.xlsx")
    again = consolidate(county / "收到", place / "汇总.xlsx")
    assert figures(again.out) == figures(county / "汇总.xlsx") and not again.notes


@pytest.mark.parametrize("seed", range(6))
def test_random_damage(place, county, seed):
    _damaged(place, county, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 160))
def test_sixty_random_damages(place, county, seed):
    _damaged(place, county, seed)
