"""Boxes of notes: large enough for the text whatever the columns and rows beside them, and a person's box as
it was once ours is gone.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.writers.xlsx import note_box
from selfeval_xl.writers.xlsx.apply import apply
from selfeval_xl.writers.xlsx.opened import open_workbook

LONG = "\n".join(
    (
        f"错误（须修改）：第{number}条，年度指标值25部，实际完成0部，偏差率-100.00%，没有说明原因，"
        "也没有写下一步怎么改。"
    )
    for number in range(1, 12)
)
SHORT = "错误（须修改）：没有填。"


def plain(path: Path, widths: list[float], height: float, note: str = "") -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("表")
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_default_row(height)
    sheet.write("B2", "0元")
    if note:
        sheet.write_comment("B2", note)
    book.close()
    return path


def boxes(path: Path) -> list[tuple[int, int]]:
    """Width and height in pixels of every note's box, by its anchor and the sheet's columns and rows."""
    with zipfile.ZipFile(path) as package:
        drawing = next(package.read(name).decode() for name in package.namelist() if name.endswith(".vml"))
    sheet = open_workbook(path).book.sheet("表")
    found = []
    for told in re.findall(r"<x:Anchor>(.*?)</x:Anchor>", drawing, re.DOTALL):
        left, start, top, above, right, end, bottom, below = map(int, told.split(","))
        across = (
            sum(round(sheet.width(at) * 7 + 5) if sheet.width(at) else 0 for at in range(left, right))
            - start
            + end
        )
        found.append(
            (across, sum(round(sheet.height(at) * 4 / 3) for at in range(top, bottom)) - above + below)
        )
    return found


@pytest.mark.parametrize(
    ("widths", "height"),
    [([8.43] * 12, 15), ([3.0] * 12, 40), ([40.0] * 12, 9), ([12, 13, 14, 0, 0, 34], 22)],
)
@pytest.mark.parametrize("text", [SHORT, LONG, LONG * 2])
def test_a_box_holds_its_text_beside_columns_and_rows_of_any_size(tmp_path, widths, height, text):
    source, out = plain(tmp_path / "a.xlsx", widths, height), tmp_path / "b.xlsx"
    apply(source, [Edit("表", "B2", "0元", "0元", Look.ERROR, remark=text)], out)
    across, down = note_box.size(text)
    ((width, tall),) = boxes(out)
    assert abs(width - across * 4 / 3) <= 2 and abs(tall - down * 4 / 3) <= 2


def test_a_long_text_gets_a_wider_box_and_never_a_cut_one():
    narrow, wide = note_box.size(SHORT), note_box.size(LONG * 2)
    assert narrow[0] < wide[0] and wide[1] > 30 * note_box.LINE and narrow[1] < 60


def test_a_persons_box_grows_with_ours_and_comes_back(tmp_path, assert_valid_ooxml):
    source = plain(tmp_path / "a.xlsx", [9] * 6, 15, note="张三：问过")
    apply(source, [Edit("表", "B2", "0元", "0元", Look.ERROR, remark=LONG)], tmp_path / "b.xlsx")
    ((width, tall),) = boxes(tmp_path / "b.xlsx")
    assert tall >= note_box.size(LONG)[1] * 4 / 3 - 2 and (width, tall) > boxes(source)[0]
    assert_valid_ooxml(tmp_path / "b.xlsx")
    apply(tmp_path / "b.xlsx", [Edit("表", "B2", "0元", "0元", Look.RESTORE)], tmp_path / "c.xlsx")
    assert boxes(tmp_path / "c.xlsx") == boxes(source)
