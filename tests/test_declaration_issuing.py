"""Declarations are issued, filled in by a person, read back whole, and become next year's targets."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from support.declarations import declare
from support.issued import book
from support.rosters import department, make_roster, project, write_roster

ASKED = IssueOptions("mof-2015", 2026, "内网邮箱", "李四", stage="declaration")
SHEET = "项目02"  # 操场改造, of which the roster names no targets
TYPED = {
    "D5": "延续项目",
    "F5": "2026年-2028年",
    "E7": "300",
    "G8": "2.5",
    "D10": "三年改造操场3片，改善2000名学生的运动条件。",
    "F10": "改造操场1片，师生满意度达到95%以上。",
    "D12": "改造操场数量",
    "E12": "≥3片",
    "G12": "改造操场数量",
    "H12": "≥1片",
    "G16": "完工时间",
    "H16": "11月底前",
    "G18": "改造成本",
    "H18": "≤59.54万元",
    "G22": "受益学生人数",
    "H22": "≥600人",
    "G28": "师生满意度",
    "H28": "≥95%",
}
TARGETS = [
    ("产出指标", "数量指标", "改造操场数量", "≥1片"),
    ("产出指标", "时效指标", "完工时间", "11月底前"),
    ("产出指标", "成本指标", "改造成本", "≤59.54万元"),
    ("效益指标", "社会效益指标", "受益学生人数", "≥600人"),
    ("满意度指标", "服务对象满意度指标", "师生满意度", "≥95%"),
]


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    folder = tmp_path_factory.mktemp("申报下发")
    more = [project("P9", "102", "河道清淤", 年初预算数=33)]
    return issuing.issue(make_roster(folder / "名册.xlsx", projects=more), folder / "下发", asked=ASKED)


@pytest.fixture(scope="module")
def returned(issued, libreoffice, tmp_path_factory):
    """The workbook of 县教育局 after a person has typed into 项目02 in a spreadsheet program."""
    cells = [(SHEET, cell, text) for cell, text in TYPED.items()]
    return libreoffice.type(book(issued), cells, tmp_path_factory.mktemp("申报表") / "教育局.xlsx")


def test_the_budget_that_is_applied_for_is_the_initial_one(issued):
    """1,490,400元 are 149.04万元; without 年初预算数 it is 全年预算数; 33万元 is 年初预算数 alone."""
    forms = {
        form.project: form.total_funding.annual_budget
        for number in (0, 1)
        for form in read_file(book(issued, number)).stage_forms
        if form.project
    }
    assert forms == {
        "校舍维修": "149.04",
        "操场改造": "57.04",
        "涉密项目": "1",
        "灌区维修": "12.5",
        "河道清淤": "33",
    }


def test_it_is_valid_and_agrees_with_libreoffice(issued, assert_valid_ooxml, assert_formulas_agree):
    assert_valid_ooxml(book(issued))
    assert_formulas_agree(book(issued))


def test_what_a_person_typed_is_read_back_whole(returned):
    file = read_file(returned)
    assert file.problems == () and file.forms == () and file.unread == []
    form = next(form for form in file.stage_forms if form.sheet == SHEET)
    assert (form.project, form.project_code, form.unit, form.year, form.period) == (
        *("操场改造", "P2", "第一小学", 2026),
        "2026年-2028年",
    )
    lines = {line.source: (line.annual_budget, line.medium_budget) for line in form.funding}
    assert lines == {"合计": ("59.54", "300"), "财政拨款": ("57.04", "300"), "其他资金": ("2.5", None)}
    assert (form.goal.medium, form.goal.expected) == (TYPED["D10"], TYPED["F10"])
    rows = [(row.level1, row.level2, row.name, row.target) for row in form.indicators if row.target]
    assert rows == TARGETS
    assert [row.medium_target for row in form.indicators if row.medium_target] == ["≥3片"]


def test_nothing_is_wrong_with_what_a_careful_person_typed(returned):
    file = read_file(returned)
    found = check(gather([file], stages=True), None, [file])
    assert [
        (each.rule, each.cell, each.message)
        for each in found
        if each.sheet == SHEET and each.treatment == "fix"
    ] == []


def test_next_years_self_evaluation_is_issued_with_these_targets(returned, tmp_path):
    (tmp_path / "申报").mkdir()
    (tmp_path / "申报" / "教育局.xlsx").write_bytes(returned.read_bytes())
    asked = IssueOptions("mof-2020", 2026)
    roster = make_roster(tmp_path / "名册.xlsx")
    done = issuing.issue(roster, tmp_path / "下发", asked=asked, targets=tmp_path / "申报")
    form = next(form for form in read_file(book(done)).forms if form.project == "操场改造")
    assert [(row.name, row.target) for row in form.indicators] == [
        (name, target) for _, _, name, target in TARGETS
    ]
    assert form.goal.expected == TYPED["F10"]
    assert not [line for line in done.problems if line.startswith("--targets")]


def test_declarations_of_another_year_and_of_nobody_are_named(tmp_path):
    (tmp_path / "申报" / "水利").mkdir(parents=True)
    declare(tmp_path / "申报" / "水利" / "饮水.xlsx", "农村饮水安全", "县水利局", year=2025)
    declare(tmp_path / "申报" / "水利" / "水库.xlsx", "水库除险加固", "县水利局", year=2026)
    declare(tmp_path / "申报" / "多的.xlsx", "名册没有的项目", "县水利局", year=2026)
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("101", "县水利局")],
        项目=[project("A1", "101", "农村饮水安全"), project("A2", "101", "水库除险加固")],
    )
    done = issuing.issue(
        roster, tmp_path / "下发", asked=IssueOptions("mof-2020", 2026), targets=tmp_path / "申报"
    )
    assert [line for line in done.problems if line.startswith("--targets")] == [
        "--targets里有1张2025年度的申报表，这次下发的是2026年度，没有用：农村饮水安全（水利/饮水.xlsx）。"
        "确要沿用的，请把指标写进名册的“绩效目标”。",
        "--targets里有1张申报表没有对上名册的项目，没有用：名册没有的项目（多的.xlsx）。请核对项目名称、编码和部门。",
    ]
    sheet = openpyxl.load_workbook(tmp_path / "下发" / "下发清单.xlsx")["名册问题"]
    assert any("2025年度的申报表" in str(cell.value) for row in sheet.iter_rows() for cell in row)
