"""执行率 as a sentence on forms that print no such column: after what was attained or in the remark, only
where asked for, once.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.workflows.filling.fill import fill, rate_sentences
from support.add_in import ONE, opened
from support.command import selfeval
from support.text_grid import grid_of

FORM = """
    | 项目支出绩效自评表 | <            | <          | <          | <          | <      |
    | 项目名称           | 防汛         | <          | <          | <          | <      |
    | 资金情况（{unit}） |              | 年初预算数 | 全年预算数 | 全年执行数 | {last} |
    | ^                  | 当年财政拨款 | 132.71 | {amounts} |
    | ^                  | 年度资金总额 | 132.71 | {amounts} |
    | 年度总体目标       | 预期目标     | < | 实际完成情况 | < | < |
    | ^                  | 保汛期安全   | < | {attained} | < | < |
    | 绩效指标           | 一级指标     | 二级指标   | 三级指标   | 年度指标值 | 实际完成值 |
    | ^                  | 产出指标     | 数量指标   | 手机数量   | '=25部     | 25部   |
"""


def told(unit="万元", last="备注", amounts="57.04 | 51.2 | ", attained="汛期安全。", overwrite=False):
    grid = grid_of(FORM.format(unit=unit, last=last, amounts=amounts, attained=attained))
    return [
        (edit.cell, edit.old, edit.new)
        for edit in rate_sentences([grid], forms_in(grid, "").forms, overwrite)
    ]


def test_the_sentence_stands_behind_what_was_attained():
    ((cell, old, new),) = told()
    assert (cell, old) == ("D7", "汛期安全。")
    assert new == "汛期安全。\n全年预算57.04万元，执行51.20万元，执行率89.76%。未执行原因：【待补充】"


@pytest.mark.parametrize(
    ("unit", "amounts", "said"),
    [
        (
            "元",
            "570400 | 512000 | ",
            "全年预算57.04万元，执行51.20万元，执行率89.76%。未执行原因：【待补充】",
        ),
        ("万元", "57.045 | 57.045 | ", "全年预算57.05万元，执行57.05万元，执行率100.00%。"),
        ("元", "30 | 20 | ", "全年预算0.003万元，执行0.002万元，执行率66.67%。未执行原因：【待补充】"),
        ("万元", "100 | 0 | ", "全年预算100.00万元，执行0.00万元，执行率0.00%。未执行原因：【待补充】"),
    ],
)
def test_amounts_are_in_ten_thousands_rounded_half_up(unit, amounts, said):
    assert told(unit, amounts=amounts)[0][2].endswith(f"\n{said}")


def test_without_a_text_of_what_was_attained_it_goes_into_the_remark():
    assert [(cell, old) for cell, old, _ in told(attained="")] == [("F5", None)]


@pytest.mark.parametrize("more", [{"last": "执行率"}, {"amounts": "57.04 |  | "}, {"amounts": "0 | 0 | "}])
def test_a_form_with_a_column_for_the_rate_or_without_amounts_gets_none(more):
    assert told(**more) == []


def test_a_sentence_that_stands_there_is_left_alone_also_where_its_reason_was_completed():
    done = "汛期安全。全年预算57.04万元，执行51.20万元，执行率89.76%。未执行原因：工程款下年结算。"
    assert told(attained=done) == told(attained=done, overwrite=True) == []
    assert told(attained=done, amounts="57.04 | 57.04 | ") == []
    ((_, _, new),) = told(attained=done, amounts="57.04 | 52.00 | ", overwrite=True)
    assert new == done.replace("51.20", "52.00").replace("89.76", "91.16")


def without_rate(two_projects: Path, out: Path) -> Path:
    """The department's workbook with forms that have 备注 where 执行率 was."""
    file = openpyxl.load_workbook(two_projects)
    for name in ("项目01", "项目02"):
        file[name]["G4"] = "备注"
        for row in range(5, 9):
            file[name][f"G{row}"] = None
    file.save(out)
    return out


def test_fill_writes_it_only_when_told_to_and_only_once(two_projects, tmp_path):
    source = without_rate(two_projects, tmp_path / "无执行率.xlsx")
    plain, out, again = tmp_path / "a.xlsx", tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    fill(source, plain)
    assert "万元，执行" not in str(openpyxl.load_workbook(plain)[ONE]["E10"].value)
    assert selfeval("fill", source, "-o", out, "--rate-sentence").returncode == 0
    text = openpyxl.load_workbook(out)[ONE]["E10"].value
    assert text.startswith(
        "完成养护118.5公里。\n全年预算113.00万元，执行106.19万元，执行率93.97%。未执行原因：【待补充】"
    )
    assert not [edit for edit in fill(out, again, rate_sentence=True).edits if edit.cell == "E10"]


def test_the_button_asks_first_and_undo_takes_it_back(two_projects, home, book, press, excel):
    api = opened(excel, without_rate(two_projects, home / "无执行率.xlsx"))
    before = api.Sheets(ONE).Range("E10").Value
    asked = press("compute_rates", "no")
    assert (
        f"{ONE} E10：全年预算113.00万元，执行106.19万元，执行率93.97%。未执行原因：【待补充】" in asked
        and "没有执行率一栏" in asked
    )
    assert api.Sheets(ONE).Range("E10").Value == before
    assert "写入执行率说明2处" in press("compute_rates", "yes")
    written = api.Sheets(ONE).Range("E10").Value
    assert written.startswith(before) and written.endswith("未执行原因：【待补充】")
    assert press("compute_rates") == "执行率和合计都已填好，没有要计算的格。"
    press("undo")
    assert api.Sheets(ONE).Range("E10").Value == before
