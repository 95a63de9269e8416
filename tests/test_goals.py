"""The goal and its outcome in the shapes that forms print: heads, labels beside, labels inside, rows."""

from __future__ import annotations

import pytest

from selfeval_xl.readers.recognition.form_finder import forms_in
from support.text_grid import grid_of

HEAD = """| 项目支出绩效自评表 | < | < | < | < | < | < | < |
| （2023年度） | < | < | < | < | < | < | < |
| 项目名称 | 村道 | < | < | 主管部门 | 县交通局 | < | < |"""
TABLE = """| 绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |
| ^ | 产出指标 | 数量指标 | 维修村道里程 | ≥12公里 | 13公里 | 50 | 50 |"""

SHAPES = {
    "the number inside the goal": (
        "| 年度总体目标 | 目标1：建设A。 | < | < | 完成情况：建成B。 | < | < | < |",
        ("目标1：建设A。", "B4", "建成B。", "E4"),
    ),
    "the section as the goal's label": (
        "| 年度总体目标 | 建设A。 | < | < | 全年实际完成情况 | 建成B。 | < | < |",
        ("建设A。", "B4", "建成B。", "F4"),
    ),
    "the section's words as a head": (
        "| 年度总体目标 | 年度总体目标 | < | < | < | 全年实际完成情况 | < | < |\n"
        "| ^ | 建设A。 | < | < | < | 建成B。 | < | < |",
        ("建设A。", "B5", "建成B。", "F5"),
    ),
    "several rows below the heads": (
        "| 总体目标 | 预期目标 | < | < | < | 实际完成情况 | < | < |\n"
        "| ^ | 目标1：A | < | < | < | 完成1：B | < | < |\n"
        "| ^ | 目标2：C | < | < | < | 完成2：D | < | < |",
        ("目标1：A\n目标2：C", "B5,B6", "完成1：B\n完成2：D", "F5,F6"),
    ),
    "several rows beside the labels": (
        "| 年度绩效目标 | 一、A | < | < | < | < | < | < |\n"
        "| ^ | 二、C | < | < | < | < | < | < |\n"
        "| 目标完成情况 | 一、B | < | < | < | < | < | < |\n"
        "| ^ | 二、D | < | < | < | < | < | < |",
        ("一、A\n二、C", "B4,B5", "一、B\n二、D", "B6,B7"),
    ),
    "both in one cell and one line": (
        "| 年度总体目标 | 设定目标：建设A。完成目标：建成B。 | < | < | < | < | < | < |",
        ("建设A。", "B4", "建成B。", "B4"),
    ),
    "both in one cell below a head": (
        "| 年度总体目标完成情况 | < | < | < | < | < | < | < |\n"
        "| 年初设定目标：建设A\\n全年完成情况：建成B | < | < | < | < | < | < | < |",
        ("建设A", "A5", "建成B", "A5"),
    ),
    "labels inside, one below the other": (
        "| 项目绩效目标 | 年度目标：建设A | < | < | < | < | < | < |\n"
        "| ^ | 完成情况：建成B | < | < | < | < | < | < |",
        ("建设A", "B4", "建成B", "B5"),
    ),
    "numbered labels in rows": (
        "| 年度目标1 | A | < | < | 目标1完成情况 | B | < | < |\n"
        "| 年度目标2 | C | < | < | 目标2完成情况 | D | < | < |",
        ("A\nC", "B4,B5", "B\nD", "F4,F5"),
    ),
    "rows below headings": (
        "| 一、年度目标 | < | < | < | < | < | < | < |\n"
        "| A | < | < | < | < | < | < | < |\n"
        "| C | < | < | < | < | < | < | < |\n"
        "| 二、目标完成情况 | < | < | < | < | < | < | < |\n"
        "| B | < | < | < | < | < | < | < |",
        ("A\nC", "A5,A6", "B", "A8"),
    ),
    "an empty goal below its head": (
        "| 年度总体目标 | 预期目标 | < | < | < | 实际完成情况 | < | < |\n| ^ | | < | < | < | B | < | < |",
        (None, "B5", "B", "F5"),
    ),
    "an empty outcome beside its label": (
        "| 预期目标 | A | < | < | 实际完成情况 |  | < | < |",
        ("A", "B4", None, "F4"),
    ),
    "the year in the goal's row": (
        "| 年度 | 2023 | < | 年度目标 | A | < | 完成情况 | B |",
        ("A", "E4", "B", "H4"),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_goal_and_outcome_are_read_with_their_cells(shape):
    rows, expected = SHAPES[shape]
    (form,) = forms_in(grid_of(f"{HEAD}\n{rows}\n{TABLE}"), "a.xlsx").forms
    goal = form.goal
    assert (goal.expected, goal.cells["expected"], goal.actual, goal.cells["actual"]) == expected
    assert [unread.cells for unread in form.account.unread] == [] and form.year == 2023


def test_reasons_beside_the_goal_are_remarks():
    rows = (
        "| 年度总体目标 | 序号 | 年度目标 | < | 完成情况 | < | 未完成原因 | < |\n"
        "| ^ | 1 | A | < | B | < | | < |\n| ^ | 2 | C | < | D | < | 缺钱 | < |"
    )
    (form,) = forms_in(grid_of(f"{HEAD}\n{rows}\n{TABLE}"), "a.xlsx").forms
    assert (form.goal.expected, form.goal.actual) == ("A\nC", "B\nD")
    assert dict(form.remarks) == {"未完成原因": "缺钱"} and form.account.unread == ()


def test_a_remark_across_the_goals_is_no_goal():
    rows = (
        "| 年度总体目标 | 预期目标 | < | < | < | 实际完成情况 | < | < |\n| ^ | A | < | < | < | B | < | < |\n"
        "| 请核对后报送 | < | < | < | < | < | < | < |"
    )
    (form,) = forms_in(grid_of(f"{HEAD}\n{rows}\n{TABLE}"), "a.xlsx").forms
    assert (form.goal.expected, form.goal.actual) == ("A", "B")


def test_a_rate_beside_the_outcome_is_a_detail_and_no_outcome():
    rows = (
        "| 目标完成情况 | 年度预期目标 | < | < | 具体完成情况 | < | < | 总体完成率 |\n"
        "| ^ | A | < | < | B | < | < | 100% |\n| ^ | C | < | < | D | < | < | 95% |"
    )
    (form,) = forms_in(grid_of(f"{HEAD}\n{rows}\n{TABLE}"), "a.xlsx").forms
    assert (form.goal.expected, form.goal.actual) == ("A\nC", "B\nD")
    assert dict(form.details) == {"总体完成率": "100%\n95%"} and form.account.unread == ()


def test_a_head_that_nobody_knows_beside_the_goals_is_no_outcome():
    rows = (
        "| 目标完成情况 | 年度预期目标 | < | < | 具体完成情况 | < | < | 进展快慢 |\n"
        "| ^ | A | < | < | B | < | < | 较快 |"
    )
    (form,) = forms_in(grid_of(f"{HEAD}\n{rows}\n{TABLE}"), "a.xlsx").forms
    assert (form.goal.expected, form.goal.actual) == ("A", "B")
    assert "H5" in [unread.cells for unread in form.account.unread]
