"""A file that is no xlsx goes back as one: what was hidden stays so, and the notice says what changed."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from selfeval_xl.model.grid import Grid
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.returns.send_back import send_back
from selfeval_xl.writers.xlsx import from_grids
from support.counties import send


def test_hidden_rows_and_columns_stay_hidden(tmp_path):
    grid = Grid(
        "项目01",
        [["项目名称", "校舍维修", "辅助"], ["辅助行", "1", "2"], ["全年执行数", "20", "3"]],
        hidden=lambda: (frozenset((1,)), frozenset((2,))),
    )
    from_grids.write([grid, Grid("没有隐藏的", [["甲"]])], tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["项目01"]
    assert [number for number, row in sheet.row_dimensions.items() if row.hidden] == [2]
    assert [name for name, column in sheet.column_dimensions.items() if column.hidden] == ["C"]
    assert not any(row.hidden for row in book["没有隐藏的"].row_dimensions.values())


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_the_notice_on_an_xls_says_that_totals_are_numbers_now(tmp_path, kind, libreoffice):
    send(tmp_path / "a.xlsx", made_up()[0][0])
    (tmp_path / "收到").mkdir()
    if kind == "xls":
        libreoffice.convert(tmp_path / "a.xlsx", "xls", tmp_path / "收到")
    else:
        (tmp_path / "a.xlsx").rename(tmp_path / "收到" / "a.xlsx")
    send_back(tmp_path / "收到", tmp_path / "退", today=date(2025, 4, 1))
    (notice,) = (tmp_path / "退").rglob("退回通知.txt")
    assert ("原件是xls格式" in notice.read_text("utf-8-sig")) == (kind == "xls")
