"""Marks that `check --mark` left as conditional formats, in the open book: 清除标注 and 校验 take them away,
a person's own rules stay.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill

from selfeval_xl.filings.grouping import gather
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.marks import mark
from support.add_in import ONE, RED, opened


@pytest.fixture
def marked(two_projects, home) -> Path:
    """The workbook as `check --mark` leaves it, with a rule of a person on the column of actual values."""
    own, out = home / "自己的规则.xlsx", home / "标注.xlsx"
    file = openpyxl.load_workbook(two_projects)
    file[ONE].conditional_formatting.add(
        "F12:F30", CellIsRule(operator="equal", formula=['"0部"'], fill=PatternFill(bgColor="FF00B050"))
    )
    file.save(own)
    read = read_file(own)
    mark(own, list(check(gather([read]), files=[read])), out)
    return out


def rules(api, folder: Path) -> tuple[int, int]:
    """Sheets with rules of ours, and whether the person's is there."""
    path = folder / "规则.xlsx"
    api.SaveCopyAs(str(path))
    with zipfile.ZipFile(path) as package:
        parts = [
            package.read(name).decode()
            for name in package.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    return sum("校验标注&quot;&lt;&gt;" in part or '校验标注"&lt;&gt;' in part for part in parts), sum(
        "0部&quot;</formula>" in part or '0部"</formula>' in part for part in parts
    )


def test_clearing_takes_the_rules_away_and_leaves_a_persons(marked, home, book, press, excel):
    api = opened(excel, marked)
    assert rules(api, home)[0] >= 2 and rules(api, home)[1] == 1
    assert press("clear_marks").startswith("已清除")
    assert rules(api, home) == (0, 1)
    press("undo")
    assert api.Sheets(ONE).Range("G18").Interior.Color == RED and api.Sheets(ONE).Range(
        "G18"
    ).Comment.Text().startswith("错误")
    press("clear_marks")
    assert api.Sheets(ONE).Range("G18").Interior.Color != RED and rules(api, home) == (0, 1)


def test_a_new_check_has_one_tint_a_cell_and_a_check_of_one_sheet_leaves_the_others_rules(
    marked, home, book, press, excel
):
    api = opened(excel, marked)
    before = rules(api, home)[0]
    api.Sheets(ONE).Activate()
    press("check_sheet")
    assert rules(api, home) == (before - 1, 1) and api.Sheets(ONE).Range("G18").Interior.Color == RED
    press("check_book")
    assert rules(api, home) == (0, 1)
    press("clear_marks")
    assert api.Sheets(ONE).Range("G18").Interior.Color != RED
