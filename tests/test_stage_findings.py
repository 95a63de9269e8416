"""What is said of monitoring forms and declarations in their own words: totals, formulas, names."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl import layouts
from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import DECLARATION, MONITORING, PROJECT
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from selfeval_xl.rules.funding import impossible_rate, total_is_not_the_sum
from selfeval_xl.rules.members import with_members
from selfeval_xl.rules.monitoring import money_is_late
from selfeval_xl.rules.narrative import untidy_values
from selfeval_xl.rules.structure import formula_broken_or_overtyped
from selfeval_xl.templates.stage_book import fill_in_stage
from selfeval_xl.workflows.filling.fill import fill, left_empty
from support.stage_fillings import form_of
from support.text_grid import grid_of
from test_stage_forms import write_workbook

FORM = """
| 2025年度项目支出绩效目标跟踪监控表（上半年） | < | < | < | < |
| 项目名称 | 老旧小区改造 | 实施单位 | 某县房产服务中心 | |
| 资金来源 | 年初预算（元） | 上半年支出（元） | 支出进度 | 全年预计支出（元） |
| 年度资金总额 | 1000000 | {total} | {rate} | 950000 |
| 其中：财政拨款 | 800000 | {first} | 37.5% | 780000 |
{last}
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 上半年完成情况 |
| 产出指标 | 数量指标 | 改造小区数量 | ≥25处 | 10处 |
"""
OTHER = "| 其他 | 200000 | 80000 | 40% | 170000 |"


def table(total="380000", rate="38%", first="300000", last=OTHER) -> str:
    return FORM.format(total=total, rate=rate, first=first, last=last)


def read(text: str):
    (form,) = all_forms_in(grid_of(text), "a.xlsx").stage_forms
    return assess(form, default())


def test_the_half_year_is_behind_below_40_percent():
    (finding,) = money_is_late(read(table()), default())
    assert finding.message.startswith("到6月底执行率38.00%，低于预警线40%")
    assert list(money_is_late(read(table(total="400000", rate="40%", first="320000")), default())) == []


@pytest.mark.parametrize(
    ("total", "rate", "sums", "rates"),
    [
        ("480000", "38%", 1, 0),  # right for the sum: the total alone is wrong
        ("480000", "48%", 1, 0),  # follows from the wrong total
        ("480000", "52%", 1, 1),  # right for neither
        ("380000", "52%", 0, 1),
        ("380000", "38%", 0, 0),
    ],
)
def test_a_wrong_total_is_one_finding(total, rate, sums, rates):
    form = read(table(total=total, rate=rate))
    assert len(list(total_is_not_the_sum(form, default()))) == sums
    assert len(list(impossible_rate(form, default()))) == rates


def test_amounts_are_named_as_on_the_form():
    form = read(table(first="30万元", last=OTHER.replace("80000", "8万元")))
    (finding,) = untidy_values(form, default())
    assert [member.text for member in with_members(replace(finding, rule="N08"), form).members] == [
        "“财政拨款”的上半年执行数“300000”",
        "“其他”的上半年执行数“80000”",
    ]


def test_a_total_that_stays_empty_is_said(tmp_path):
    write_workbook(tmp_path / "a.xlsx", table(total="", rate="", last=""))
    done = fill(tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    assert [edit.cell for edit in done.edits] == []
    assert done.problems == (
        "Sheet!C4：上半年执行数的合计是空的，下面只列了财政拨款，可能不是全部资金，没有代填；请核对后填写。",
    )


def test_a_total_that_can_be_filled_is_and_nothing_is_said():
    text = table(total="", rate="")
    assert left_empty(read(text), grid_of(text)) == []


def test_a_source_that_is_no_number_leaves_the_total_empty_and_is_said():
    text = table(total="", rate="", first="待定")
    (sentence,) = left_empty(read(text), grid_of(text))
    assert "“财政拨款”填的“待定”不是数" in sentence


@pytest.mark.parametrize(
    ("stage", "layout_id", "typed"),
    [
        (MONITORING, "mof-2019", {"执行率": "H6", "全年预计执行数": "M6"}),
        (DECLARATION, "mof-2015", {"年度资金": "G6"}),
    ],
)
def test_a_number_typed_over_a_formula_of_ours(stage, layout_id, typed, tmp_path):
    layout = next(each for each in layouts.sheets_of(layout_id, stage) if each.owner == PROJECT)
    path = tmp_path / "a.xlsx"
    months = "1-8月" if stage == MONITORING else ""
    fill_in_stage(stage, layout_id, path, projects=[form_of(layout)], year=2025, through=months)
    (form,) = read_file(path).stage_forms
    assert form.overtyped == () and list(formula_broken_or_overtyped(form, default())) == []
    book = openpyxl.load_workbook(path)
    for cell in typed.values():
        assert str(book["项目01"][cell].value).startswith("=")
        book["项目01"][cell].value = 0.5
    book.save(path)
    (form,) = read_file(path).stage_forms
    assert set(form.overtyped) == set(typed.values())
    (finding,) = formula_broken_or_overtyped(form, default())
    assert any(name in finding.message for name in typed)


def test_one_source_of_the_year_is_no_complete_list():
    """其他资金 is printed for the whole term only."""
    form = read("""
| 2026年度项目支出绩效目标申报表 | < | < | < | < | < |
| 项目名称 | 农村危房改造 | < | 项目期 | 2025-2027年 | < |
| 资金（万元） | 中期资金总额 | 财政拨款 | 其他资金 | 年度资金总额 | 其中：财政拨款 |
| ^ | 900 | 850 | 50 | 300 | 280 |
| 一级指标 | 二级指标 | 三级指标 | 指标值 | 备注 | |
| 产出指标 | 数量指标 | 改造户数 | 200户 | | |""")
    assert list(total_is_not_the_sum(form, default())) == []
