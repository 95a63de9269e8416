"""Rows in the store and rows in memory answer alike; sums lose nothing; an outline says what a file says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.assessment.policy import default
from selfeval_xl.county.database import TABLE, OpenStore
from selfeval_xl.county.intake.answers import AnswerCache
from selfeval_xl.county.intake.check_file import read_and_check
from selfeval_xl.county.intake.outline import outline, outlined
from selfeval_xl.county.sheets.columns import Column, Sheet, hand, link
from selfeval_xl.county.store.rows import ListedRows, StoredRows
from selfeval_xl.county.store.store import Store
from selfeval_xl.county.workbook.formulas import Criterion, WorkbookFormulas
from selfeval_xl.errors import OutputError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.numbers import decimal, exact, of_millionths
from selfeval_xl.workflows.demo.county import made_up
from support.counties import send

SHEET = Sheet(
    "things",
    "表",
    (
        Column("number", "序号", 6, "count"),
        Column("name", "名称"),
        Column("kind", "类别"),
        Column("amount", "金额", 10, "money"),
        Column("pieces", "数", 6, "count"),
        Column("rate", "率", 6, "rate"),
        hand("remark", "备注"),
        link(),
    ),
    counted=("kind",),
    summed=("amount",),
)
AMOUNTS = st.none() | st.decimals(-(10**9), 10**9, places=6) | st.just("—")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | st.text(st.characters(exclude_categories=("Cs",))),
            "kind": st.sampled_from("甲乙丙"),
            "amount": AMOUNTS,
            "pieces": st.none() | st.integers(0, 10**6),
            "rate": st.none() | st.decimals(0, 2, places=4),
        }
    ),
    max_size=12,
)


def table_of(rows) -> StoredRows:
    table = StoredRows(sqlite3.connect(":memory:"), SHEET, "things", Path("a.sqlite"))
    table.add(rows[:3])
    table.add(rows[3:])
    return table


@given(ROWS, st.integers(0, 12), st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_both_kinds_of_rows_say_the_same(rows, start, stop):
    stored, listed = table_of(rows), ListedRows(SHEET, [dict(row) for row in rows])
    if rows:
        for one in (stored, listed):
            one.change(len(rows), {"remark": "请核实", "kind": "丁"})
            one.change(1, {"amount": Decimal("0.1")})
    assert len(stored) == len(listed)
    assert [{key: value for key, value in row.items() if value is not None} for row in stored.rows()] == [
        {key: value for key, value in row.items() if value is not None} for row in listed.rows()
    ]
    for one, other in zip(stored.part(start, stop), listed.part(start, stop), strict=True):
        assert [float(value) if isinstance(value, Decimal) else value for value in one] == [
            float(value) if isinstance(value, Decimal) else value for value in other
        ]
    conditions = [
        (),
        (Criterion("kind", "=", "甲"),),
        (Criterion("kind", "<>", "甲"), Criterion("name", "<>", "")),
    ]
    books = [WorkbookFormulas((SHEET,), {"things": table}) for table in (stored, listed)]
    for asked in conditions:
        for ask in (
            lambda book, asked=asked: book.count("things", *asked),
            lambda book, asked=asked: book.total("things", "amount", *asked),
            lambda book, asked=asked: book.total("things", "pieces", *asked),
            lambda book: book.average("things", "rate", Criterion("kind", "=", "乙")),
            lambda book, asked=asked: book.distinct("things", ("kind",), *asked),
        ):
            assert ask(books[0]) == ask(books[1])


@given(st.lists(st.decimals(-(10**8), 10**8, places=6)))
def test_sums_of_what_comes_back_from_the_store_are_exact(amounts):
    assert of_millionths(sum(exact(decimal(float(amount))) for amount in amounts)) == sum(amounts, Decimal(0))


def test_rows_in_another_order_keep_what_officers_wrote():
    table = table_of(
        [
            {"name": name, "kind": "甲", "amount": amount}
            for name, amount in (("小", Decimal(1)), ("大", Decimal(9)), ("中", Decimal(5)))
        ]
    )
    table.change(2, {"remark": "最大"})
    made = table.sorted_by("-amount, number", "sorted")
    assert [(row["number"], row["name"], row["remark"]) for row in made.rows()] == [
        (1, "大", "最大"),
        (2, "中", None),
        (3, "小", None),
    ]


def test_an_unfinished_store_is_as_it_was(tmp_path):
    with closing(AnswerCache(tmp_path / "a.sqlite", default())):
        pass
    for finish in (True, False):
        store = Store(tmp_path / "a.sqlite")
        table = store.table(SHEET)
        table.add([{"name": f"{finish}", "kind": "甲"}])
        if finish:
            store.finish((SHEET,), {"things": table}, {"about": "一"})
        store.close()
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as base:
        assert base.execute("SELECT name FROM things").fetchall() == [("True",)]
        assert {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} == {
            TABLE,
            "things",
            "meta",
        }


def test_a_store_that_another_program_holds_is_said(tmp_path):
    with closing(AnswerCache(tmp_path / "a.sqlite", default())):
        pass
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        base = sqlite3.connect(tmp_path / "a.sqlite", timeout=0.1)
        with pytest.raises(OutputError, match="正被占用"):
            Store(tmp_path / "a.sqlite", OpenStore(base))
        base.close()


def test_an_outline_tells_who_sent_what(tmp_path):
    answers = []
    for department in made_up()[0][:4]:
        path = tmp_path / department.name / "a.xlsx"
        send(path, department)
        answers.append(read_and_check(path, default()))
    whole = gather([answer.file for answer in answers])
    short = gather([outlined(outline(answer), answer.file.path).file for answer in answers])
    keys = ("kind", "file", "sheet", "year", "project", "project_code", "department", "unit")
    assert [
        (
            filing.department,
            filing.department_code,
            filing.basis,
            [[getattr(form, key) for key in keys] for form in filing.forms],
        )
        for filing in short
    ] == [
        (
            filing.department,
            filing.department_code,
            filing.basis,
            [[getattr(form, key) for key in keys] for form in filing.forms],
        )
        for filing in whole
    ]
    assert sum(len(filing.forms) for filing in whole) > 10 and all(
        form.content_digest and not form.indicators for filing in short for form in filing.forms
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"file": 1}',
        (
            '{"file": ["", 1, "", ""], "settings": {}, "problems": [], "forms": [[1]], "reports": [], '
            '"words": []}'
        ),
    ],
)
def test_an_outline_of_somebody_else_is_refused(text):
    with pytest.raises((ValueError, LookupError, TypeError, AttributeError)):
        outlined(text, "a.xlsx")
