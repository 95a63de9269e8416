"""A county workbook and its store as version b23c5dd wrote them, every hand column filled: all comes back.

`old_county/` was made by that version's `consolidate` of the two files in it; its hand columns were filled
with their label and row, days as texts, before anything of the present version saw it.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.county.officer_workbook import plain_text
from support.season import rows_of
from support.sheet_blocks import table

OLD = Path(__file__).parent / "old_county"
HAND = {  # the hand columns of that version
    "部门汇总": ("审核意见", "审核人", "审核日期", "备注"),
    "项目汇总": (
        *("审核意见", "审核人", "审核日期", "复核得分", "复核等级"),
        *("结果应用建议", "是否公开", "不公开理由", "备注"),
    ),
    "偏差清单": ("原因分类（自动，可改）", "审核意见", "备注"),
    "审核问题": ("审核意见", "审核人"),
    "报送台账": ("最近退回日期", "催报次数", "最近催报日期", "备注"),
    "收件核对": ("备注",),
}
NAMES = {  # what a row is about
    "部门汇总": ("部门名称",),
    "项目汇总": ("部门名称", "项目名称"),
    "偏差清单": ("部门名称", "项目名称", "表别", "三级指标"),
    "审核问题": ("部门名称", "项目名称", "表别", "规则编号", "对象"),
    "报送台账": ("部门名称",),
    "收件核对": ("文件名",),
}


def opinions(path, title) -> list[tuple]:
    """Row, column and value of every filled hand cell of a sheet."""
    return sorted(
        (tuple(map(plain_text, (row[label] for label in NAMES[title]))), label, plain(row[label]))
        for row in rows_of(path, title)
        for label in HAND[title]
        if row[label] not in ("", None)
    )


def plain(value) -> str:
    """A value as text, whatever its type has become."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The old workbook, and the same after a run of the present version."""
    folder = tmp_path_factory.mktemp("old") / "county"
    shutil.copytree(OLD, folder)
    before = shutil.copy(folder / "县.xlsx", folder.parent / "旧.xlsx")
    return before, folder / "县.xlsx", consolidate(folder / "收到", folder / "县.xlsx")


@pytest.mark.parametrize("title", [title for title in HAND if title != "审核问题"])
def test_every_cell_of_a_sheet_is_in_its_row_again(again, title):
    before, after, _ = again
    written = opinions(before, title)
    assert written and opinions(after, title) == written


def test_opinions_on_findings_are_with_the_finding_or_listed_with_its_name(again):
    before, after, result = again
    written, now = opinions(before, "审核问题"), opinions(after, "审核问题")
    gone = list(written)
    for each in now:
        gone.remove(each)  # none has come to another finding
    findings = {
        tuple(map(plain_text, (row[label] for label in NAMES["审核问题"])))
        for row in rows_of(after, "审核问题")
    }
    assert not [row for row, _, _ in gone if row in findings]  # only what is no finding any more
    cells = table(after, "收件核对")
    top = next(number for number, row in enumerate(cells) if "未能带回的手工意见" in row)
    listed = sorted(
        (row[2], row[3], row[4], row[5], row[6])
        for row in (["", *filter(None, cells)] for cells in cells[top + 2 :])
        if len(row) == 7
    )
    assert listed == sorted((row[0], row[1], row[4], label, value) for row, label, value in gone)
    assert result.lost == len(gone)


def test_days_and_numbers_that_were_texts_are_days_and_numbers(again):
    _, after, _ = again
    for row in rows_of(after, "项目汇总"):
        assert isinstance(row["审核日期"], datetime) and isinstance(row["复核得分"], (int, float))
    assert all(isinstance(row["催报次数"], (int, float)) for row in rows_of(after, "报送台账"))


def test_the_old_store_is_set_aside_and_said(again):
    _, after, result = again
    assert any("其他版本" in note for note in result.notes)
    assert after.with_suffix(".sqlite").is_file() and after.with_name("县.sqlite.bak").is_file()
    assert "补充意见" in openpyxl.load_workbook(after).sheetnames
