"""Targets and sources of money on the issued forms, from the roster and from last year's workbook."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl import layouts
from selfeval_xl.county import consolidate
from selfeval_xl.errors import UsageError
from selfeval_xl.filings.roster import Target, read_roster
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.quantity import parse
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.indicators import join_target
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions, plan
from selfeval_xl.workflows.issuing.form_data import funding, in_printed_order, strange_levels, target_cells
from selfeval_xl.workflows.issuing.last_year import LastYear
from selfeval_xl.writers.xlsx.apply import apply
from support.issued import book, forms, issue_two
from support.rosters import TARGETS, department, make_roster, project, target, write_roster


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    return issue_two(tmp_path_factory.mktemp("issue"))


def test_projects_and_targets_come_from_last_years_county_workbook_as_drafts(issued, tmp_path):
    form = forms(issued)["校舍维修"]
    (tmp_path / "收到").mkdir()
    apply(
        book(issued),
        [Edit(form.sheet, row.cells["actual"], None, "100平方米") for row in form.indicators],
        tmp_path / "收到" / "甲.xlsx",
    )
    last = consolidate(tmp_path / "收到", tmp_path / "上年汇总.xlsx").out
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("101", "县教育局"), department("102", "县水利局")],
        项目=[project("W1", "102", "灌区维修")],
        绩效目标=[target("W1", row) for row in TARGETS],
    )
    done = issuing.issue(roster, tmp_path / "下发", asked=IssueOptions(year=2025), last=last)
    read = read_file(book(done))
    again = next(each for each in read.forms if each.project == "校舍维修")
    assert again.project_code == "P1" and {row.name: row.target for row in again.indicators} == {
        row.name: row.target for row in form.indicators
    }
    assert not [key for key in read.settings if key.startswith("issued|") and again.sheet in key]
    sheet = openpyxl.load_workbook(book(done))[again.sheet]
    assert not sheet[again.indicators[0].cells["target"]].protection.locked
    assert (
        sheet[again.indicators[0].cells["actual"]].comment.text
        == f"上年（2024年度）\n指标值：{again.indicators[0].target}\n完成值：100平方米"
    )
    assert (
        "上年" in {item.targets_from for item in done.departments[0][0].items}
        and done.departments[1][0].items[0].targets_from == "名册"
    )


def test_targets_of_the_roster_get_last_years_figures_of_the_same_indicator(tmp_path):
    roster = read_roster(
        write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[department("1", "甲局")],
            项目=[project("P1", "1", "校舍维修")],
            绩效目标=[target("P1", row) for row in TARGETS],
        )
    )
    before = (
        Target("P1", "师生 满意度", last_target="≥90%", last_actual="91%"),
        Target("P1", "维修校舍面积", last_target="x", last_actual="y"),
    )
    planned, _ = plan(roster, IssueOptions(year=2025), LastYear(2024, targets={("1", "P1"): before}))
    hints = {row["name"]: (row.get("hint"), row.get("draft")) for row in planned[0].projects[0]["indicators"]}
    assert (
        hints["师生满意度"] == ("上年（2024年度）\n指标值：≥90%\n完成值：91%", None)
        and "≥1000平方米" in hints["维修校舍面积"][0]
        and hints["完工时间"] == (None, None)
    )


def test_last_years_workbook_that_is_none_is_refused(tmp_path):
    roster = make_roster(tmp_path / "名册.xlsx")
    with pytest.raises(UsageError, match="不是全县汇总工作簿"):
        issuing.issue(roster, tmp_path / "下发", last=roster)
    with pytest.raises(UsageError, match="找不到上年"):
        issuing.issue(roster, tmp_path / "下发", last=tmp_path / "没有.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"PK\3\4broken")
    with pytest.raises(UsageError, match="打不开"):
        issuing.issue(roster, tmp_path / "下发", last=tmp_path / "坏.xlsx")


SPLIT = {"operator", "target", "unit"}


@pytest.mark.parametrize(
    "text",
    [
        ">=149040元",
        "=30000元",
        "30000元",
        "≥95%",
        "≤10次",
        "明显改善",
        "11月底前",
        "不少于12种",
        "90%-95%",
        "=12月",
        "≥1000万元/年",
        "17元/人.天",
        "约300人",
        "0起",
        "95%以上",
    ],
)
def test_a_target_taken_apart_reads_as_the_same_target(text):
    cells = target_cells(SPLIT, text)
    assert parse(join_target(cells.get("operator"), cells["target"], cells.get("unit"))) == parse(text)


def test_a_target_goes_into_the_columns_of_the_form():
    assert target_cells(SPLIT, "≥95%") == {"target": "95", "operator": "≥", "unit": "%"} and target_cells(
        {"target"}, "≥95%"
    ) == {"target": "≥95%"}
    assert (
        target_cells({"operator", "unit", "initial_target"}, "≥5公里")
        == {"initial_target": "≥5公里", "operator": "定量指标"}
        and target_cells(SPLIT, "") == {}
    )


def test_a_source_finds_its_printed_row_by_name_or_kind(tmp_path):
    rows = read_roster(
        make_roster(
            tmp_path / "名册.xlsx",
            projects=[
                project("a", "102", "甲", 资金来源=source, 全年预算数=1)
                for source in (None, "一般公共预算", "单位资金", "其他资金（含结转)")
            ],
        )
    ).projects[-4:]
    layout = layouts.load("mof-2020")
    assert [(line["source"], line["annual_budget"]) for line in funding(layout, rows)] == [
        ("当年财政拨款", "2"),
        ("其他资金", "2"),
    ]


def test_levels_that_a_form_does_not_print_come_last_and_are_told():
    layout = layouts.load("mof-2020")
    rows = [
        Target("a", "费用", "成本指标", "经济成本指标"),
        Target("a", "满意", "满意度指标", "服务对象满意度指标"),
        Target("a", "数量", "产出指标", "数量指标"),
    ]
    assert [row.name for row in in_printed_order(layout, rows)] == ["数量", "满意", "费用"]
    assert (
        strange_levels(layout, rows) == ["成本指标/经济成本指标"]
        and strange_levels(layouts.load("yunnan"), rows[1:]) == []
    )


def test_planning_is_pure_and_in_roster_order(tmp_path):
    planned, problems = plan(read_roster(make_roster(tmp_path / "名册.xlsx")), IssueOptions(year=2024))
    assert (
        [contents.department.code for contents in planned] == ["101", "102"]
        and len(problems) == 2
        and "操场改造（P2）、涉密项目（P3）在“绩效目标”里没有指标" in problems[0]
        and "成本指标/经济成本指标" in problems[1]
    )
