"""Issuing for an earlier stage: monitoring workbooks with projects, budgets and targets of the roster."""

from __future__ import annotations

import openpyxl
import pytest
from typer.testing import CliRunner

from selfeval_xl.cli.app import app
from selfeval_xl.errors import LayoutError
from selfeval_xl.readers import read_file
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from support.issued import book
from support.rosters import make_roster

MONITORING = IssueOptions("mof-2019", 2024, "内网邮箱", "李四", stage="monitoring", through="1-8月")


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    folder = tmp_path_factory.mktemp("issue")
    return issuing.issue(make_roster(folder / "名册.xlsx"), folder / "下发", asked=MONITORING)


def test_each_department_gets_a_monitoring_workbook_with_its_projects(issued):
    assert [contents.file for contents, _ in issued.departments] == [
        "101_县教育局_2024年度绩效运行监控表.xlsx",
        "102_县水利局_2024年度绩效运行监控表.xlsx",
    ]
    file = read_file(book(issued))
    assert file.problems == () and file.forms == ()
    whole, *projects = file.stage_forms
    assert (whole.of_department, whole.department, whole.department_code) == (True, "县教育局", "101")
    assert [(form.project, form.project_code, form.unit, form.through) for form in projects] == [
        ("校舍维修", "P1", "县教育局", "1-8月"),
        ("操场改造", "P2", "第一小学", "1-8月"),
        ("涉密项目", "P3", "县教育局", "1-8月"),
    ]
    assert {(form.department_code, form.year) for form in projects} == {("101", 2024)}


def test_the_budget_and_the_targets_of_the_roster_are_filled_in_and_nothing_that_was_done(issued):
    """1,490,400元 are 149.04万元."""
    form = next(form for form in read_file(book(issued)).stage_forms if form.project == "校舍维修")
    total = form.total_funding
    assert (total.initial_budget, total.executed, total.forecast) == ("149.04", None, None)
    assert {(row.name, row.target) for row in form.indicators} == {
        ("维修校舍面积", "≥1200平方米"),
        ("完工时间", "11月底前"),
        ("维修费用", "=30000元"),
        ("师生满意度", "≥95%"),
    }
    assert {(row.actual, row.forecast, row.outlook, row.causes) for row in form.indicators} == {
        (None, None, None, ())
    }


def test_a_budget_that_the_form_has_no_column_for_is_told(issued):
    assert (
        "县教育局的项目操场改造（P2）、涉密项目（P3）在名册里只有全年预算数，财政部2019（mof-2019）的表只印"
        "年初预算数，表里的预算是空的；请在名册“项目”里补上年初预算数。"
    ) in issued.problems


def test_what_was_issued_is_locked_and_written_down(issued):
    workbook = openpyxl.load_workbook(book(issued))
    rows = {row[0].value: row[1].value for row in workbook["_selfeval"].iter_rows()}
    assert (rows["stage"], rows["layout"], rows["department_code"], rows["contact"]) == (
        *("monitoring", "mof-2019", "101", "李四"),
    )
    locked = {key.split("|")[2]: text for key, text in rows.items() if key.startswith("issued|项目01|")}
    assert {"校舍维修", "县教育局", "149.04", "≥1200平方米"} <= set(locked.values())
    assert all(workbook["项目01"][cell].protection.locked for cell in locked)


def test_the_cover_says_what_is_due(issued):
    sheet = openpyxl.load_workbook(book(issued), data_only=True)["填报说明"]
    texts = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert texts["监控月份"] == "1-8月" and texts["报送方式"] == "内网邮箱"
    assert texts["要报回的"] == (
        "1. 项目绩效运行监控表3张（每个项目一张，目录见下）\n2. 部门整体绩效运行监控表1张\n"
        "3. 签字盖章后的扫描件1份（PDF或照片）"
    )


def test_it_is_valid_and_agrees_with_libreoffice(issued, assert_valid_ooxml, assert_formulas_agree):
    assert_valid_ooxml(book(issued))
    assert_formulas_agree(book(issued))


def test_an_unknown_layout_of_the_stage_stops_before_anything_is_written(tmp_path):
    roster = make_roster(tmp_path / "名册.xlsx")
    with pytest.raises(LayoutError, match="没有绩效运行监控的表式“yunnan”"):
        issuing.issue(roster, tmp_path / "下发", asked=IssueOptions("yunnan", 2024, stage="monitoring"))
    assert not (tmp_path / "下发").exists()


@pytest.mark.parametrize(
    "options, told",
    [
        (["--stage", "监督"], "没有环节“监督”"),
        (["--through", "1-7月"], "只和 --stage monitoring 一起写"),
        (["--stage", "monitoring", "--through", "七月"], "--through 写成 1-7月 这样，现在是“七月”"),
    ],
)
def test_what_does_not_fit_is_a_sentence(options, told, tmp_path):
    roster = make_roster(tmp_path / "名册.xlsx")
    done = CliRunner().invoke(app, ["issue", str(roster), "-o", str(tmp_path / "下发"), *options])
    assert done.exit_code != 0 and told in done.output + str(done.exception)
    assert not (tmp_path / "下发").exists()
