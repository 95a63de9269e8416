"""Reading: forms are found by what their labels say, wherever they stand."""

from __future__ import annotations

import pytest

from selfeval_xl.model.codes import split_code
from selfeval_xl.model.forms import DEPARTMENT, PROJECT
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.readers.recognition.indicators import join_target
from support.text_grid import grid_of

PROJECT_FORM = """
| 项目支出绩效自评表 | < | < | < | < | < | < |
| 项目名称 | 应急管理项目 | < | < | < | < | < |
| 实施单位 | 示例县应急局 | < | < | < | < | < |
| 资金情况\\n(万元) | 项目资金 | < | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 |
| ^ | 当年财政拨款 | < | 132.71 | 57.04 | 56.96 | '99.86% |
| ^ | 其他资金 | < | 0 | 0 | 0 | '0.00% |
| ^ | 年度资金总和 | < | 132.71 | 57.04 | 56.96 | '99.86% |
| 年度总体目标 | 预期目标 | < | < | 实际完成情况 | < | < |
| ^ | 保障网络畅通； | < | < | 已经完成。 | < | < |
| 绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因分析及改进措施 |
| ^ | 成本指标 | 经济成本指标 | 年租金 | '>=149040元 | 0元 | 资金未下达。 |
| ^ | 产出指标 | 数量指标 | 卫星电话数量 | '=25部 | 0 | |
| ^ | ^ | ^ | 巡查次数 | '=12次 | 12次 | |
| ^ | 效益指标 | 社会效益指标 | 畅通率 | '>=99% | 99% | |
"""

SCORED_FORM = """
| 项目支出绩效自评表 | < | < | < | < | < | < | < | < | < |
| （2023年度） | < | < | < | < | < | < | < | < | < |
| 项目名称 | < | 51000021R000000019951-工资性支出 | < | < | < | < | < | < | < |
| 主管部门 | < | 219001-棠溪镇人民政府 | < | 实施单位 | 棠溪镇中心小学 | < | < | < | < |
| 项目资金（元） | < | | 年初预算数 | 全年预算数 | < | 全年执行数 | 分值 | 执行率 | 得分 |
| ^ | ^ | 年度资金总额 | 1000 | 2000 | < | 1500 | 10 | 75.00% | 7.5 |
| ^ | ^ | 其中：财政拨款 | 1000 | 2000 | < | 1500 | — | | — |
| ^ | ^ | 其中：中央补助 | | 500 | < | 500 | — | | — |
| ^ | ^ | 县级资金 | | 1500 | < | 1000 | — | | — |
| ^ | ^ | 其他资金 | — | — | < | — | — | | — |
| 年度总体目标 | 预期目标 | < | < | < | < | 实际完成情况 | < | < | < |
| ^ | 发放工资 | < | < | < | < | 已发放 | < | < | < |
| 绩效指标 | < | < | 年度指标值 | < | < | 实际完成值 | 分值 | 得分 | 偏差原因分析及改进措施 |
| 一级指标 | 二级指标 | 三级指标 | 指标性质 | 指标值 | 度量单位 | ^ | ^ | ^ | ^ |
| 产出指标 | 数量指标 | 发放人数 | ≥ | 735 | 人次 | 735 | 50 | 50 | |
| 产出指标 | 质量指标 | 发放准确率 | = | 100 | % | 98% | 30 | 29 | 个别有误，已更正 |
| 满意度指标 | 服务对象满意度指标 | 指标1： | | | | | | | |
| 满意度指标 | 服务对象满意度指标 | 教师满意度 | 定性 | 满意 | | 满意 | 10 | 10 | |
| 其他需要说明事项 | < | 无 | < | < | < | < | < | < | < |
| 总分 | < | < | < | < | < | < | 100 | 96.5 | 优 |
| 填表人：张三 | | | 联系电话：0000 | | | | | | |
"""


def only(text: str):
    found = forms_in(grid_of(text), "a.xlsx")
    assert len(found.forms) == 1
    return found.forms[0]


def test_a_plain_project_form_is_read_with_its_cells():
    form = only(PROJECT_FORM)
    assert (form.kind, form.project, form.unit, form.money_unit, form.year) == (
        PROJECT,
        "应急管理项目",
        "示例县应急局",
        "万元",
        None,
    )
    assert [line.source for line in form.funding] == ["当年财政拨款", "其他资金", "合计"]
    total = form.total_funding
    assert (total.initial_budget, total.annual_budget, total.executed, total.execution_rate) == (
        "132.71",
        "57.04",
        "56.96",
        "99.86%",
    )
    assert total.cells["executed"] == "F7"
    assert (form.goal.expected, form.goal.actual, form.goal.cells["actual"]) == (
        "保障网络畅通；",
        "已经完成。",
        "E9",
    )
    assert [(row.level1, row.level2, row.name, row.target, row.actual) for row in form.indicators] == [
        ("成本指标", "经济成本指标", "年租金", ">=149040元", "0元"),
        ("产出指标", "数量指标", "卫星电话数量", "=25部", "0"),
        ("产出指标", "数量指标", "巡查次数", "=12次", "12次"),
        ("效益指标", "社会效益指标", "畅通率", ">=99%", "99%"),
    ]
    assert form.indicators[1].note is None and form.indicators[1].cells["note"] == "G12"


def test_split_targets_codes_parts_and_totals_are_understood():
    form = only(SCORED_FORM)
    assert (form.year, form.money_unit, form.total_points, form.total_score, form.grade) == (
        2023,
        "元",
        "100",
        "96.5",
        "优",
    )
    assert (form.project_code, form.project) == ("51000021R000000019951", "工资性支出")
    assert (form.department_code, form.department, form.unit) == (
        "219001",
        "棠溪镇人民政府",
        "棠溪镇中心小学",
    )
    assert [(line.source, line.part_of) for line in form.funding] == [
        ("合计", None),
        ("财政拨款", None),
        ("中央补助", "财政拨款"),
        ("县级资金", "财政拨款"),
        ("其他资金", None),
    ]
    assert (
        form.funding[-1].executed is None
        and form.funding[0].points == "10"
        and form.funding[1].points is None
    )
    assert [row.target for row in form.indicators] == ["≥735人次", "=100%", "满意"]
    assert form.indicators[0].cells["target"] == "D15,E15,F15"
    assert form.placeholders == (("C17", "指标1："),)
    assert form.signature == {"填表人": "张三", "联系电话": "0000"}


@pytest.mark.parametrize(
    "text, code, name",
    [
        ("51000021R000000019951-工资性支出", "51000021R000000019951", "工资性支出"),
        ("219001-棠溪镇人民政府", "219001", "棠溪镇人民政府"),
        ("301001 县应急管理局", "301001", "县应急管理局"),
        ("[101]县教育局", "101", "县教育局"),
        ("2023年度道路建设", None, "2023年度道路建设"),
        ("2022-2023年道路建设", None, "2022-2023年道路建设"),
        ("120急救车购置", None, "120急救车购置"),
        ("柳河县应急管理局", None, "柳河县应急管理局"),
    ],
)
def test_codes_are_split_from_names_and_stay_text(text, code, name):
    assert split_code(text) == (code, name)


@pytest.mark.parametrize(
    "operator, value, unit, joined",
    [
        ("≧", "735", "人次", "≧735人次"),
        ("═", "100", "%", "═100%"),
        ("定量指标", "≤100%", "%", "≤100%"),
        ("定性指标", "高", None, "高"),
        (None, "95%", "%", "95%"),
        ("≥", "≥95", "%", "≥95%"),
        ("=", "12次", "次", "=12次"),
        ("定性", "优", "等级", "优"),
        ("≤", None, "次", None),
        ("≥", "90%-95%", "%", "90%-95%"),
    ],
)
def test_split_targets_are_joined_without_doubling(operator, value, unit, joined):
    assert join_target(operator, value, unit) == joined


def stacked(*tables: str) -> str:
    return "\n".join(table.strip() for table in tables)


def test_two_forms_one_below_the_other():
    found = forms_in(grid_of(stacked(PROJECT_FORM, SCORED_FORM)), "a.xlsx")
    assert [(form.project, len(form.indicators)) for form in found.forms] == [
        ("应急管理项目", 4),
        ("工资性支出", 3),
    ]


def beside(one: str, other: str) -> str:
    """The two tables side by side with an empty column between."""
    left = [line.strip().strip("|").split("|") for line in one.strip().splitlines()]
    right = [line.strip().strip("|") for line in other.strip().splitlines()]
    width = max(map(len, left))
    left += [[]] * (len(right) - len(left))
    right += [""] * (len(left) - len(right))
    return "\n".join(
        "|".join([*row, *[""] * (width - len(row)), "", line]) for row, line in zip(left, right, strict=True)
    )


def test_two_forms_side_by_side():
    found = forms_in(grid_of(beside(PROJECT_FORM, PROJECT_FORM)), "a.xlsx")
    assert [
        (
            form.project,
            len(form.indicators),
            form.indicators[0].cells["target"],
            form.total_funding.cells["executed"],
        )
        for form in found.forms
    ] == [("应急管理项目", 4, "E11", "F7"), ("应急管理项目", 4, "M11", "N7")]


def test_a_department_form_with_tasks():
    form = only("""
| 部门整体支出绩效自评表 | < | < | < | < | < | < |
| 部门名称 | < | 示例县应急局 | < | < | < | < |
| 年度目标 | < | 做好应急管理 | < | < | < | < |
| 绩效目标实际完成情况 | < | 全部完成 | < | < | < | < |
| 年度主要任务 | < | 序号 | 任务名称 | 主要内容 | < | 实际完成情况 |
| ^ | ^ | 1 | 综合项目 | 普查、宣传 | < | 已完成 |
| 年度绩效目标完成情况 | < | 一级指标 | 二级指标 | 三级指标 | 目标值 | 完成值 |
| ^ | ^ | 产出指标 | 数量指标 | 培训场次 | '≥10场 | 10场 |
""")
    assert (form.kind, form.department, form.goal.expected, form.goal.actual) == (
        DEPARTMENT,
        "示例县应急局",
        "做好应急管理",
        "全部完成",
    )
    assert [(task.number, task.name, task.outcome, task.cells["outcome"]) for task in form.tasks] == [
        ("1", "综合项目", "已完成", "G6")
    ]
    assert [row.name for row in form.indicators] == ["培训场次"]


def test_sheets_of_ours_and_unrelated_tables_hold_no_form():
    assert forms_in(grid_of(PROJECT_FORM, "校验结果"), "a.xlsx").forms == []
    assert forms_in(grid_of("| 序号 | 姓名 | 金额 |\n| 1 | 张三 | 100 |"), "a.xlsx").forms == []


def test_formulas_saved_without_their_value_are_computed_again():
    grid = grid_of(
        PROJECT_FORM.replace("'99.86%", "")
        .replace("| 年度资金总和 | < | 132.71 | 57.04 | 56.96", "| 年度资金总和 | < | | | ")
        .replace("| 12次 |", "| |")
    )
    grid.formulas = lambda: dict.fromkeys(((4, 6), (6, 3), (6, 4), (6, 5), (6, 6), (12, 5)), "=x")
    found = forms_in(grid, "a.xlsx")
    total = found.forms[0].total_funding
    assert (total.initial_budget, total.annual_budget, total.executed, total.execution_rate) == (
        "132.71",
        "57.04",
        "56.96",
        "99.86%",
    )
    assert found.forms[0].funding[0].execution_rate == "99.86%"
    assert [(problem.cell, "没有保存算出的数" in problem.text) for problem in found.problems] == [
        ("F13", True)
    ]


def test_hidden_rows_columns_and_sheets_are_told():
    grid = grid_of(PROJECT_FORM)
    grid.hidden = lambda: (frozenset((11, 40)), frozenset((5,)))
    assert [
        (problem.rule, "第12行、F列" in problem.text) for problem in forms_in(grid, "a.xlsx").problems
    ] == [("T05", True)]
    grid = grid_of(PROJECT_FORM)
    grid.visible = False
    assert [problem.rule for problem in forms_in(grid, "a.xlsx").problems] == ["T05"]


def test_it_is_told_by_what_each_part_was_recognised_and_what_was_not_read():
    found = forms_in(
        grid_of(
            PROJECT_FORM.replace("年度指标值", "年度指示值")
            .replace("全年执行数", "支付数")
            .replace("| 12次 | |", "| 12次 | |核对过|")
        ),
        "a.xlsx",
    )
    assert "指标表头：E10“年度指示值”（近似“年度指标值”）" in found.evidence
    assert "资金表头：F4“支付数”（同义词）" in found.evidence
    assert "项目名称：A2“项目名称”（标签）" in found.evidence
    assert [(each.cells, each.text) for each in found.forms[0].account.unread] == [("H13", "核对过")]
    assert [(problem.cell, "年度指标值" in problem.text) for problem in found.problems] == [("E10", True)]


def test_numbers_beyond_reason_are_shown_and_break_nothing():
    grid = grid_of(PROJECT_FORM.replace("'99.86%", "99.86%"))
    grid.rows[4][6], grid.rows[4][5], grid.rows[4][4] = 1.7e308, float("inf"), float("nan")
    assert len(forms_in(grid, "a.xlsx").forms) == 1
