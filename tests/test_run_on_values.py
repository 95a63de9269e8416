"""A heading cell in which several fields run on is cut into them, on forms of every stage."""

from __future__ import annotations

import pytest

from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from support.text_grid import grid_of

TITLES = {
    "self": "2025年度项目支出绩效自评表",
    "monitoring": "2025年度项目支出绩效目标运行监控表",
    "declaration": "2025年度项目支出绩效目标申报表",
}
HEADS = {
    "self": "年度指标值 | 实际完成值 | 得分",
    "monitoring": "年度指标值 | 执行情况 | 全年预计完成情况",
    "declaration": "指标值 | 备注 | ",
}


def read(stage: str, rows: str):
    """The form of a stage with these rows in its heading."""
    table = f"""
| {TITLES[stage]} | < | < | < | < | < |
{rows.strip()}
| 一级指标 | 二级指标 | 三级指标 | {HEADS[stage]} |
| 产出指标 | 数量指标 | 养护里程 | ≥300公里 | | |"""
    found = all_forms_in(grid_of(table), "a.xlsx")
    (form,) = [*found.forms, *found.stage_forms]
    assert form.account.unread == ()
    return form


PROJECT, DEPARTMENT, UNIT = "乡村道路养护", "某县交通运输局", "某县公路局"
CELLS = (
    f"项目名称：{PROJECT}　主管部门：{DEPARTMENT}　实施单位：{UNIT}",
    f"项目名称：{PROJECT} 主管部门：{DEPARTMENT} 实施单位（盖章）：{UNIT}",
    f"项目名称:{PROJECT},主管部门:{DEPARTMENT},实施单位:{UNIT}",
    f"项目名称：{PROJECT}；主管部门：{DEPARTMENT}；实施单位：{UNIT}。",
    f"项目名称：{PROJECT}主管部门：{DEPARTMENT}实施单位：{UNIT}",
    f"项目名称：{PROJECT}（主管部门：{DEPARTMENT}，实施单位：{UNIT}）",
    f"项目名称：{PROJECT}、主管部门：{DEPARTMENT}、实施单位：{UNIT}、金额单位：万元",
    f"项目名称：{PROJECT}/主管部门：{DEPARTMENT}/实施单位：{UNIT}单位：万元",
)


@pytest.mark.parametrize("stage", TITLES)
@pytest.mark.parametrize("cell", CELLS)
def test_label_and_value_after_value(stage, cell):
    form = read(stage, f"| {cell} | < | < | < | < | < |")
    assert (form.project, form.department, form.unit) == (PROJECT, DEPARTMENT, UNIT)


@pytest.mark.parametrize("stage", TITLES)
@pytest.mark.parametrize("between", ["　", " ", "，", "；", "\\n", ""])
def test_a_value_beside_its_label_runs_on(stage, between):
    form = read(
        stage,
        f"""
| 项目名称 | {PROJECT}{between}项目编码：43012525T000000123456 | < | < | < | < |
| 主管部门 | {DEPARTMENT}{between}实施单位：{UNIT} | < | < | < | < |""",
    )
    assert (form.project, form.department, form.unit) == (PROJECT, DEPARTMENT, UNIT)
    assert form.project_code == "43012525T000000123456"


@pytest.mark.parametrize("stage", TITLES)
@pytest.mark.parametrize("label", ["监控时点", "填报日期", "联系电话", "项目负责人", "项目属性"])
@pytest.mark.parametrize("between", ["　", "，", ""])
def test_any_label_ends_the_value(stage, label, between):
    form = read(
        stage,
        f"""
| 项目名称 | {PROJECT} | < | < | < | < |
| 实施单位：{UNIT}{between}{label}：2025年7月31日 | < | < | < | < | < |""",
    )
    assert form.unit == UNIT
    assert {**form.details, **form.signature}[label] == "2025年7月31日"


def test_the_months_are_those_of_the_day_of_monitoring():
    form = read("monitoring", f"| 实施单位：{UNIT}　监控时点：2025年7月31日 | < | < | < | < | < |")
    assert (form.unit, form.through) == (UNIT, "2025年7月31日")


@pytest.mark.parametrize("stage", TITLES)
@pytest.mark.parametrize(
    "name",
    [
        "“十四五”规划：乡村道路养护",
        "乡村道路养护（第二期：县乡道）",
        "部门联动：县级应急指挥",
        "主管部门网站建设",
    ],
)
def test_a_colon_in_a_name_is_no_field(stage, name):
    form = read(stage, f"| 项目名称 | {name} | < | 实施单位 | {UNIT} | < |")
    assert (form.project, form.unit) == (name, UNIT)


@pytest.mark.parametrize("stage", TITLES)
def test_a_name_ends_with_the_word_project(stage):
    form = read(stage, f"| 项目名称：乡村道路养护项目主管部门：{DEPARTMENT} | < | < | < | < | < |")
    assert (form.project, form.department) == ("乡村道路养护项目", DEPARTMENT)


@pytest.mark.parametrize("stage", TITLES)
def test_the_unit_of_money_is_no_part_of_a_name(stage):
    form = read(stage, f"| 填报单位：{UNIT}　　单位：元 | < | < | < | < | < |")
    assert form.unit == UNIT
