"""Workbooks that are issued with the targets of approved declarations."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl.readers import read_file
from selfeval_xl.workflows.issuing import issue
from support.command import selfeval
from support.rosters import department, project, target, write_roster
from test_three_stages import Project, declare


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    folder = tmp_path_factory.mktemp("下发")
    (folder / "申报").mkdir()
    for number in range(3):
        declare(folder / "申报" / f"{number}.xlsx", Project(number))
    declare(folder / "申报" / "又一份.xlsx", Project(7 * 10 + 2))  # another project of 示例局2
    openpyxl.Workbook().save(folder / "申报" / "空的.xlsx")
    roster = write_roster(
        folder / "单位名册.xlsx",
        单位名册=[department(f"10{number}", f"示例局{number}") for number in range(3)],
        项目=[
            project("A0", "100", "示例项目000"),
            project("A1", "101", "示例项目001"),
            project("A2", "102", "示例项目002"),
            project("A3", "102", "没有申报的项目"),
        ],
        绩效目标=[target("A1", ("产出指标", "数量指标", "名册里的指标", "≥7个", "", "", ""))],
    )
    told: list[str] = []
    done = issue(roster, folder / "下发", targets=folder / "申报", warned=told.extend)
    forms = {
        form.project: form
        for file in (folder / "下发").glob("1*.xlsx")
        for form in read_file(file).forms
        if form.kind == "project" and form.project
    }
    return done, forms, told


def test_targets_and_goal_come_from_the_declaration(issued):
    _, forms, _ = issued
    assert [(row.name, row.target) for row in forms["示例项目000"].indicators] == [
        ("改造点数量", "≥20处"),
        ("群众满意度", "≥90%"),
    ]
    assert forms["示例项目000"].goal.expected == "按计划完成改造任务，提高群众满意度。"
    assert [(row.name, row.target) for row in forms["示例项目002"].indicators][0] == ("改造点数量", "≥22处")


def test_the_roster_goes_before_the_declaration(issued):
    _, forms, _ = issued
    assert [(row.name, row.target) for row in forms["示例项目001"].indicators] == [("名册里的指标", "≥7个")]


def test_the_index_says_where_targets_came_from(issued):
    done, _, told = issued
    came = {item.name: item.targets_from for contents, _ in done.departments for item in contents.items}
    assert came == {
        "示例项目000": "申报表",
        "示例项目001": "名册",
        "示例项目002": "申报表",
        "没有申报的项目": "无",
    }
    assert any("空的.xlsx" in line and "没有读出绩效目标申报表" in line for line in told)


def test_two_declarations_of_one_project_are_asked_about(issued, tmp_path):
    (tmp_path / "申报").mkdir()
    declare(tmp_path / "申报" / "甲.xlsx", Project(3))
    other = openpyxl.load_workbook(tmp_path / "申报" / "甲.xlsx")
    other.active["E11"] = "≥99处"
    other.save(tmp_path / "申报" / "乙.xlsx")
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("103", "示例局3")],
        项目=[project("A3", "103", "示例项目003")],
    )
    run = selfeval("issue", roster, "-o", tmp_path / "下发", "--targets", tmp_path / "申报")
    assert run.returncode == 0 and "2张申报表都对得上" in run.stdout + run.stderr
    (file,) = (tmp_path / "下发").glob("103*.xlsx")
    (form,) = [form for form in read_file(file).forms if form.kind == "project" and form.project]
    assert not [row for row in form.indicators if row.name]
