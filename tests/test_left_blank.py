"""What is printed and left blank: heading fields (T02), lines of signatures (T09), rows of dots (N02)."""

from __future__ import annotations

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules.runner import check
from support.text_grid import grid_of

TITLE = "| 项目支出绩效自评表 | < | < | < | < | < |"
YEAR = "| （2024年度） | < | < | < | < | < |"
NAMES = "| 项目名称 | 机房运维 | < | 主管部门 | 临江县信息中心 | < |"
GOAL = "| 年度目标 | 机房全年可用3间 | < | 目标完成情况 | 机房全年可用3间，巡检12次 | < |"
ROWS = """| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因 |
| 产出指标 | 数量指标 | 巡检次数 | ≥12次 | 12次 |  |
"""
REST = """| 效益指标 | 社会效益指标 | 故障率 | ≤1% | 0.5% |  |
| 满意度指标 | 满意度指标 | 用户满意度 | ≥90% | 95% |  |"""


def form_of(*lines: str):
    """The only form of a sheet; no cell of it may be left unread."""
    (form,) = forms_in(grid_of("\n".join(lines)), "a.xlsx").forms
    assert [each.text for each in form.account.unread] == []
    return form


def told(rule: str, *lines: str) -> list[tuple[str | None, str]]:
    """Cell and message of each finding of a rule on the only form of a sheet."""
    file = ReadFile(path="a.xlsx", kind="xlsx", forms=(form_of(*lines),))
    found = check(gather([file]), None, [file])
    return [(finding.cell, finding.message) for finding in found if finding.rule == rule]


@pytest.mark.parametrize(
    ("head", "cell", "fields"),
    [
        ("| 项目名称： | < | < | 主管部门：信息中心 | < | < |", "A3", "“项目名称”"),
        ("| 项目名称：机房运维 | < | < | 主管部门： | < | < |", "D3", "“主管部门”"),
        ("| 项目名称：机房运维      主管部门： | < | < | < | < | < |", "A3", "“主管部门”"),
        ("| 主管部门：      项目名称：机房运维 | < | < | < | < | < |", "A3", "“主管部门”"),
        ("| 项目名称 | 主管部门 | 信息中心 | < | < | < |", "A3", "“项目名称”"),
        ("| 项目名称 | ______ | < | 主管部门 | 信息中心 | < |", "B3", "“项目名称”"),
        ("| 项目名称 | 机房运维 | < | 主管部门 | ××× | < |", "E3", "“主管部门”"),
        ("| 项目名称 | （填写项目全称） | < | 主管部门 | 信息中心 | < |", "B3", "“项目名称”"),
        ("| 项目名称 | （请填写） | < | 主管部门 | XXXX | < |", "B3,E3", "“项目名称”、“主管部门”"),
        ("| 项目名称 | 机房运维 | < | 实施单位 | — | < |", "E3", "“实施单位”"),
    ],
)
def test_a_heading_field_that_is_printed_and_left_blank(head, cell, fields):
    assert told("T02", TITLE, YEAR, head, GOAL, ROWS + REST) == [(cell, f"表头的{fields}没有填。")]


@pytest.mark.parametrize(
    "head",
    [
        NAMES,
        "| 项目名称：机房运维      主管部门：信息中心 | < | < | < | < | < |",
        "| 项目名称 | XX路改造 | < | 主管部门 | 信息中心（科技局） | < |",
        "| 项目名称 | （2024）机房运维 | < | 主管部门 | 信息中心 | < |",
    ],
)
def test_heading_fields_that_are_filled_in(head):
    assert told("T02", TITLE, YEAR, head, GOAL, ROWS + REST) == []


def test_a_line_to_be_stamped_below_the_table_is_no_heading_field():
    foot = "| 填报单位（盖章）：          主管部门（盖章）： | < | < | < | < | < |"
    assert told("T02", TITLE, YEAR, NAMES, GOAL, ROWS + REST, foot) == []


@pytest.mark.parametrize(
    ("lines", "cell"),
    [
        ((TITLE, "| （20__年度） | < | < | < | < | < |"), "A2"),
        ((TITLE, "| （20XX年度） | < | < | < | < | < |"), "A2"),
        ((TITLE, "| （     年） | < | < | < | < | < |"), "A2"),
        ((TITLE, "| ＿＿＿＿年度 | < | < | < | < | < |"), "A2"),
        (("| 年度项目支出绩效自评表 | < | < | < | < | < |",), None),
        (("| 20××年度项目支出绩效自评表 | < | < | < | < | < |",), None),
        (("| 项目支出绩效自评表（20  年度） | < | < | < | < | < |",), None),
    ],
)
def test_a_year_that_is_printed_and_left_blank(lines, cell):
    assert told("T02", *lines, NAMES, GOAL, ROWS + REST) == [(cell, "表头的“年度”没有填。")]


@pytest.mark.parametrize(
    ("foot", "signature"),
    [
        ("填表人：      联系电话：      日期：", {"填表人": None, "联系电话": None, "日期": None}),
        ("填表人：周敏      联系电话：      日期：", {"填表人": "周敏", "联系电话": None, "日期": None}),
        ("填表人：周敏　　联系电话：　　日期：", {"填表人": "周敏", "联系电话": None, "日期": None}),
        (
            "填表人：周敏 联系电话： 日期：2025年3月1日",
            {"填表人": "周敏", "联系电话": None, "日期": "2025年3月1日"},
        ),
        ("填表人：联系电话：日期：", {"填表人": None, "联系电话": None, "日期": None}),
        (
            "填表人：周敏联系电话：填报日期：2025-03-01",
            {"填表人": "周敏", "联系电话": None, "填报日期": "2025-03-01"},
        ),
        ("填表人：周敏，联系电话：，日期：", {"填表人": "周敏", "联系电话": None, "日期": None}),
        ("填表人：周敏\\n联系电话：\\n日期：", {"填表人": "周敏", "联系电话": None, "日期": None}),
        ("负责人：____  填表人：____  电话：0435-72", {"负责人": None, "填表人": None, "电话": "0435-72"}),
        ("项目负责人（签字）：      填表人（签字）：周敏", {"项目负责人": None, "填表人": "周敏"}),
        ("单位（公章）：      填报人：周敏", {"单位公章": None, "填报人": "周敏"}),
        ("填表人：周敏   电话：72   日期：   年   月   日", {"填表人": "周敏", "电话": "72", "日期": None}),
    ],
)
def test_several_signatures_in_one_cell(foot, signature):
    lines = TITLE, YEAR, NAMES, GOAL, ROWS + REST, f"| {foot} | < | < | < | < | < |"
    assert form_of(*lines).signature == signature
    empty = "、".join(f"“{label}”" for label, name in signature.items() if name is None)
    (finding,) = told("T09", *lines)
    said = f"{empty}处没有盖章" if "公章" in empty else f"签字栏的{empty}没有填"
    assert finding[0] == "A9" and finding[1].startswith(said)


def test_a_line_of_signatures_that_is_filled_in():
    foot = "| 填表人：周敏      联系电话：0435-72      日期：2025年3月1日 | < | < | < | < | < |"
    assert told("T09", TITLE, YEAR, NAMES, GOAL, ROWS + REST, foot) == []


@pytest.mark.parametrize(
    ("row", "cell", "text"),
    [
        ("|  |  | …… |  |  |  |", "C7", "……"),
        ("|  |  | ...... |  |  |  |", "C7", "......"),
        ("|  |  | 。。。 |  |  |  |", "C7", "。。。"),
        ("|  |  | ······ |  |  |  |", "C7", "······"),
        ("|  | 质量指标 | …… |  |  |  |", "C7", "……"),
        ("|  |  | …… | …… | …… |  |", "C7", "……"),
        ("| …… | …… | …… |  |  |  |", "C7", "……"),
        ("|  | …… |  |  |  |  |", "B7", "……"),
        ("| …… |  |  |  |  |  |", "A7", "……"),
        ("|  |  | 指标2：×× |  |  |  |", "C7", "指标2：××"),
        ("|  |  | 指标n |  |  |  |", "C7", "指标n"),
        ("|  |  | 指标二： |  |  |  |", "C7", "指标二："),
        ("|  |  | XXX |  |  |  |", "C7", "XXX"),
    ],
)
def test_a_row_that_was_left_as_printed(row, cell, text):
    lines = TITLE, YEAR, NAMES, GOAL, ROWS + row, REST
    assert len(form_of(*lines).indicators) == 3
    assert told("N02", *lines) == [(cell, f"有1行只有“{text}”这样的占位文字，没有指标。")]


def test_rows_of_dots_are_told_together_and_a_dash_is_an_answer():
    dots = "|  |  | …… |  |  |  |\n|  | 质量指标 | …… |  |  |  |\n|  |  | —— | —— | —— |  |\n"
    ((cell, message),) = told("N02", TITLE, YEAR, NAMES, GOAL, ROWS + dots + REST)
    assert (cell, message) == ("C7,C8", "有2行只有“……”这样的占位文字，没有指标。")
    filled = "|  |  | 机房巡查……次数 | ≥3次 | 3次 |  |\n"
    assert told("N02", TITLE, YEAR, NAMES, GOAL, ROWS + filled + REST) == []
