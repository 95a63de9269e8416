"""Totals and rates of forms of the earlier stages; what was done so far is no deviation."""

from __future__ import annotations

import openpyxl

from selfeval_xl.readers import read_file
from selfeval_xl.workflows.filling.fill import fill
from selfeval_xl.workflows.submission import submit
from support.command import selfeval
from support.monitoring_forms import Monitoring, Row, write

FORM = Monitoring(
    "农村饮水安全",
    "县水利局",
    "101",
    120,
    66,
    120,
    (Row("数量指标", "改造数量", "≥30处", "18处", "30处", "确定能"),),
)


def blanked(path, *cells):
    """The form without the values of these cells."""
    write(path, FORM)
    book = openpyxl.load_workbook(path)
    for cell in cells:
        book.active[cell] = None
    book.save(path)
    return path


def test_blank_rates_and_totals_are_filled_in(tmp_path):
    path = blanked(tmp_path / "监控.xlsx", "F6", "F7", "D6", "E6", "G6")
    filled = fill(path, tmp_path / "已填.xlsx")
    assert filled.problems == ()
    sheet = openpyxl.load_workbook(tmp_path / "已填.xlsx").active
    assert [sheet[cell].value for cell in ("D6", "E6", "F6", "G6", "F7")] == [120, 66, 0.55, 120, 0.55]
    whys = [edit.why for edit in filled.edits if edit.cell == "F6"]
    assert whys == ["1-7月执行率＝1-7月执行数÷年初预算数（合计：66÷120）"]
    assert not fill(tmp_path / "已填.xlsx", tmp_path / "再填.xlsx").edits


def test_nothing_is_written_beside_the_form(tmp_path):
    path = write(tmp_path / "监控.xlsx", FORM)
    fill(path, tmp_path / "已填.xlsx")
    before, after = openpyxl.load_workbook(path), openpyxl.load_workbook(tmp_path / "已填.xlsx")
    assert after.sheetnames == before.sheetnames
    assert after.active.dimensions == before.active.dimensions


def test_sheets_that_stand_ready_are_not_told_of(tmp_path):
    for stage in ("self", "monitoring"):
        blank = tmp_path / f"{stage}.xlsx"
        assert selfeval("template", "--stage", stage, "-o", blank).returncode == 0
        run = selfeval("fill", blank, "-o", tmp_path / f"{stage}_已填.xlsx")
        assert run.returncode == 0 and "隐藏" not in run.stdout + run.stderr


def test_the_submission_is_named_by_its_stage(tmp_path):
    path = write(tmp_path / "监控.xlsx", FORM)
    submitted = submit(path, tmp_path / "报送", agree=lambda counts: True)
    assert submitted.out.name == "101_县水利局_2024年度绩效运行监控_第1次.xlsx"
    again = read_file(submitted.out)
    assert again.settings["submission"] == "1" and len(again.stage_forms) == 1
