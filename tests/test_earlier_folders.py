"""The folders of --declared and --monitored: each file that was not used is named once, with its folder."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl.county.earlier_stages import read_earlier, told_of_matches
from selfeval_xl.county.monitoring import monitor
from selfeval_xl.filings.grouping import gather
from selfeval_xl.readers import read_file
from support.monitoring_forms import Monitoring, Row, write
from test_stages_not_read import odd_sheet
from test_three_stages import Project, declare, evaluate

ROWS = (Row("数量指标", "改造点数量", "≥21处", "11处", "21处", "确定能"),)


@pytest.fixture
def mixed(tmp_path):
    """A folder with two declarations, two monitoring forms, a self-evaluation and a note, in subfolders."""
    for name in ("申报", "监控", "自评"):
        (tmp_path / "材料" / name).mkdir(parents=True)
    for number in (1, 2):
        project = Project(number)
        declare(tmp_path / "材料" / "申报" / f"表{number}.xlsx", project)
        form = Monitoring(project.name, project.department, "", 100, 50, 100, ROWS)
        write(tmp_path / "材料" / "监控" / f"表{number}.xlsx", form)
    evaluate(tmp_path / "材料" / "自评" / "表1.xlsx", Project(1))
    (tmp_path / "材料" / "说明.txt").write_text("说明", encoding="utf-8")
    return tmp_path / "材料"


def test_one_folder_for_both_stages_names_each_unused_file_once(mixed):
    found = read_earlier(mixed, mixed)
    assert len(found.forms.all) == 4
    assert found.notes == (
        "--declared、--monitored文件夹里的“说明.txt”、“自评/表1.xlsx”（是项目支出绩效自评表）里"
        "没有读出绩效目标申报表、绩效运行监控表，没有用上。",
    )


def test_self_evaluations_in_the_folder_that_is_evaluated_are_in_use(mixed):
    (note,) = read_earlier(mixed, mixed, evaluated=mixed).notes
    assert "自评" not in note and "“说明.txt”" in note


def test_a_folder_above_the_other_ones_knows_that_their_files_are_used(mixed):
    found = read_earlier(mixed, mixed / "监控", evaluated=mixed / "自评")
    assert found.notes == ("--declared文件夹里的“说明.txt”里没有读出绩效目标申报表，没有用上。",)


def test_a_file_of_the_other_stage_is_named_as_what_it_is(mixed):
    found = read_earlier(mixed / "监控", None)
    assert found.notes == (
        "--declared文件夹里的“表1.xlsx”（是绩效运行监控表）、“表2.xlsx”（是绩效运行监控表）里"
        "没有读出绩效目标申报表，没有用上。",
    )


def test_a_sheet_that_could_not_be_read_is_named_beside_those_that_were(mixed):
    path = mixed / "申报" / "表2.xlsx"
    book = openpyxl.load_workbook(path)
    odd_sheet(book, "项目支出绩效目标申报表")
    book.save(path)
    found = read_earlier(mixed / "申报", None)
    assert found.notes == (
        "--declared文件夹里的“表2.xlsx”：工作表“附表一”像是绩效目标申报表，但没有读出来；"
        "请核对表头文字是否完整。",
    )


def test_forms_without_a_self_evaluation_are_named_with_their_folder(mixed):
    found = read_earlier(mixed, mixed, evaluated=mixed)
    told = list(told_of_matches(found, gather([read_file(mixed / "自评" / "表1.xlsx")])))
    assert told == [
        "--declared读出绩效目标申报表2张；1张没有对上自评表：示例项目002（申报/表2.xlsx）。",
        "--monitored读出绩效运行监控表2张；1张没有对上自评表：示例项目002（监控/表2.xlsx）。",
    ]


def test_forms_of_other_months_are_named_with_their_file(mixed):
    project = Project(3)
    form = Monitoring(project.name, project.department, "", 100, 50, 100, ROWS, months="1-6月")
    write(mixed / "监控" / "表3.xlsx", form)
    made = monitor(mixed, mixed.parent / "监控.xlsx")
    assert any("示例项目003（1-6月，监控/表3.xlsx）" in note for note in made.notes), made.notes
