"""The head of a form: years in any writing, names that are none, labels above their values, signatures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.model.grid import Grid
from selfeval_xl.readers.recognition.form_finder import forms_in
from support.text_grid import grid_of

TABLE = """
| 年度目标 | 设备全年可用 | < | 目标完成情况 | 全年可用 | < |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 得分 |
| 产出指标 | 数量指标 | 巡检次数 | ≥12次 | 12次 | 50 |
| 效益指标 | 社会效益指标 | 故障率 | ≤1% | 0.5% | 40 |
"""
TITLE = "| 项目支出绩效自评表 | < | < | < | < | < |"
NAMES = "| 项目名称 | 设备运维 | < | 主管部门 | 临江县信息中心 | < |"


def grid(*head: str, foot: str = "") -> Grid:
    return grid_of("\n".join((*head, TABLE.strip(), foot)).strip())


def read(*head: str, foot: str = ""):
    """The only form of a sheet; all its cells must be accounted for."""
    found = forms_in(grid(*head, foot=foot), "a.xlsx")
    (form,) = found.forms
    assert [each.cells for each in form.account.unread] == []
    return form


@pytest.mark.parametrize(
    "line",
    [
        "（2023年度）",
        "(２０２３年度)",
        "２０２３ 年",
        "〔 2023 〕年度",
        "（2 0 2 3 年度）",
        "2023",
        "二〇二三年度",
        "（二○二三年）",
        "二零二三年度",
        "自评年度：2023",
        "评价年度：２０２３年",
    ],
)
def test_the_year_on_a_line_of_its_own(line):
    assert read(TITLE, f"| {line} | < | < | < | < | < |", NAMES).year == 2023


@pytest.mark.parametrize(
    "title",
    [
        "2023年度项目支出绩效自评表",
        "临江县2023年项目支出绩效自评表",
        "临江县项目支出绩效自评表（２０２３年）",
        "临江县项目支出绩效自评表（2023）",
        "二〇二三年项目支出绩效自评表",
        "临江县2023项目支出绩效自评表",
        "2023年度设备运维项目自评",
        "2023年临江县设备运维评价表",
    ],
)
def test_the_year_in_the_title(title):
    assert read(f"| {title} | < | < | < | < | < |", NAMES).year == 2023


def test_the_year_in_the_paragraph_above_a_word_table():
    sheet = replace(grid(NAMES), caption="临江县二〇二三年度项目支出绩效自评表")
    assert forms_in(sheet, "a.docx").forms[0].year == 2023


@pytest.mark.parametrize("line", ["12345", "20231231", "202", "2023年3月12日"])
def test_no_year_is_made_of_other_numbers(line):
    found = forms_in(grid(TITLE, f"| '{line} | < | < | < | < | < |", NAMES), "a.xlsx")
    assert found.forms[0].year is None


@pytest.mark.parametrize(
    "beside",
    [
        "单位:万元",
        "（单位：元）",
        "金额单位：人民币万元",
        "2023年3月1日",
        "填表人：",
        "联系电话：12345",
        "盖章",
        "（公章）",
    ],
)
def test_a_department_is_no_unit_of_money_no_date_and_no_signature(beside):
    form = forms_in(grid(TITLE, f"| 部门名称 | {beside} | < | 项目名称 | 设备运维 | < |"), "a.xlsx").forms[0]
    assert form.department is None and form.project == "设备运维"


def test_values_stand_below_their_labels():
    form = read(
        TITLE,
        "| 项目名称 | < | 主管部门 | < | 实施单位 | < |",
        "| 设备运维 | < | 临江县数据局 | < | 临江县信息中心 | < |",
    )
    assert (form.project, form.department, form.unit) == ("设备运维", "临江县数据局", "临江县信息中心")
    assert (form.cells["project"], form.cells["department"], form.cells["unit"]) == ("A3", "C3", "E3")


def test_values_stand_above_their_labels():
    form = read(
        TITLE,
        "| 设备运维 | < | 临江县数据局 | < | 临江县信息中心 | < |",
        "| （项目名称） | < | （主管部门） | < | （实施单位） | < |",
    )
    assert (form.project, form.department, form.unit) == ("设备运维", "临江县数据局", "临江县信息中心")


def test_empty_labels_take_nothing_from_the_rows_below():
    form = forms_in(
        grid(TITLE, "| 主管部门 | | | 实施单位 | | |", "| 项目名称 | 设备运维 | < | < | < | < |"), "a.xlsx"
    ).forms[0]
    assert (form.project, form.department, form.unit) == ("设备运维", None, None)


@pytest.mark.parametrize(
    ("row", "department", "details"),
    [
        (
            "| 中央主管部门 | 水利部 | < | 地方主管部门 | 临江县水利局 | < |",
            "临江县水利局",
            {"中央主管部门": "水利部"},
        ),
        (
            "| 地方财政部门 | 临江县财政局 | < | 地方主管部门 | 临江县水利局 | < |",
            "临江县水利局",
            {"地方财政部门": "临江县财政局"},
        ),
        (
            "| 项目主管单位 | 临江县水利局 | < | 合同编号 | 2023-7 | < |",
            "临江县水利局",
            {"合同编号": "2023-7"},
        ),
        ("| 主管部门 | 临江县水利局 | < | 主管单位 | 临江县水利局 | < |", "临江县水利局", {}),
    ],
)
def test_a_second_department_is_kept_with_its_label(row, department, details):
    form = read(TITLE, "| 项目名称 | 设备运维 | < | < | < | < |", row)
    assert form.department == department and dict(form.details) == details


def test_names_and_units_stand_behind_their_labels_in_one_cell():
    form = read(
        TITLE, "| 项目名称：设备运维  主管部门：临江县数据局；单位（盖章）： 单位：万元 | < | < | < | < | < |"
    )
    assert (form.project, form.department, form.money_unit) == ("设备运维", "临江县数据局", "万元")


@pytest.mark.parametrize(
    ("foot", "signature"),
    [
        (
            "| 单位领导审签：高某 | < | < | 日期：2024.3.1 | < | < |",
            {"单位领导审签": "高某", "日期": "2024.3.1"},
        ),
        (
            "| 项目负责人（签字） | 高某 | < | 分管领导签名 | 吴某 | < |",
            {"项目负责人": "高某", "分管领导签名": "吴某"},
        ),
        (
            "| 填报人：高某  联系电话：123456  填表日期：2024年3月1日 | < | < | < | < | < |",
            {"填报人": "高某", "联系电话": "123456", "填表日期": "2024年3月1日"},
        ),
        ("| 单位（公章）：        年   月   日 | < | < | < | < | < |", {}),
        ("| 主要负责人签章： | < | 股室负责人签字： | < | 法人代表（签名）： | < |", {}),
    ],
)
def test_signatures_in_any_wording(foot, signature):
    form = read(TITLE, NAMES, foot=foot)
    assert {label: text for label, text in form.signature.items() if text} == signature
    assert form.department == "临江县信息中心"


@pytest.mark.parametrize(
    "foot",
    [
        "| 其他需要说明的问题 | 设备 | 已移交 | 乡镇 | < | < |",
        "| 其他需要说明的问题： | < | < | < | < | < |\n| 设备已移交乡镇 | < | < | < | < | < |",
        "| 其他需要说明的问题：设备已移交乡镇 | < | < | < | < | < |",
        "| 其他需要说明的问题 | 设备 | < | < | < | < |\n| ^ | 已移交乡镇 | < | < | < | < |",
    ],
)
def test_remarks_beside_and_below_their_label(foot):
    (text,) = read(TITLE, NAMES, foot=foot).remarks.values()
    assert "".join(text.split()) == "设备已移交乡镇"


def test_title_year_and_names_stand_in_the_paragraphs_above_a_word_table():
    above = ("临江县项目支出绩效自评表", "（2023年度）", "主管部门：临江县数据局    单位：万元")
    table = grid("| 项目名称 | 设备运维 | < | 实施单位 | 临江县信息中心 | < |")
    form = forms_in(replace(table, caption=above[-1], above=above), "a.docx").forms[0]
    assert (form.title, form.year) == ("临江县项目支出绩效自评表", 2023)
    assert (form.department, form.unit) == ("临江县数据局", "临江县信息中心")
