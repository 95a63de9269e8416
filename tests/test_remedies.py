"""Remedies name only places that the form has (D03, F05, F13)."""

from __future__ import annotations

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules.runner import check
from support.text_grid import grid_of

HEAD = """| 项目支出绩效自评表 | < | < | < | < | < |
| （2024年度） | < | < | < | < | < |
| 项目名称 | 机房运维 | < | 主管部门 | 临江县信息中心 | < |"""
GOALS = {
    True: "| 年度目标 | 巡检机房12次，年底前完成 | < | 目标完成情况 | 巡检了机房 | < |",
    False: "| 年度目标 | 巡检机房12次，年底前完成 | < | < | < | < |",
}


def hints(*, money_note: bool, outcome: bool, note: bool, remark: bool, executed: int = 70) -> dict[str, str]:
    """The remedies of a form with a low rate and an unmet indicator, by rule."""
    reason = "| 资金 | 年初预算数 | 全年预算数 | 全年执行数 | 执行率 | " + (
        "说明 |" if money_note else "得分 |"
    )
    rate = f"{executed}.00%"
    sources = "年度资金总额", "当年财政拨款"
    funds = "\n".join(f"| {source} | 100 | 100 | {executed} | {rate} |  |" for source in sources)
    last = "偏差原因分析及改进措施" if note else "得分"
    rows = f"""| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | {last} |
| 产出指标 | 数量指标 | 机柜更换数量 | ≥12台 | 9台 |  |
| 效益指标 | 社会效益指标 | 业务系统可用率 | ≥98% | 99.5% |  |
| 满意度指标 | 满意度指标 | 用户满意度 | ≥90% | 95% |  |"""
    foot = ["| 其他需要说明事项 |  | < | < | < | < |"] if remark else []
    text = "\n".join((HEAD, reason, funds, GOALS[outcome], rows, *foot))
    (form,) = forms_in(grid_of(text), "a.xlsx").forms
    file = ReadFile(path="a.xlsx", kind="xlsx", forms=(form,))
    return {finding.rule: finding.hint for finding in check(gather([file]), None, [file])}


@pytest.mark.parametrize(
    ("room", "place"),
    [
        ((True, True, True, True), "在偏差原因、资金的原因说明或目标完成情况里"),
        ((False, True, False, False), "在目标完成情况里"),
        ((False, True, False, True), "在目标完成情况、其他需要说明事项里"),
        ((True, False, False, False), "在资金的原因说明里"),
        ((False, False, True, False), "在偏差原因里"),
        ((False, False, False, False), "另附书面说明，"),
    ],
)
def test_a_remedy_names_the_places_that_the_form_has(room, place):
    money_note, outcome, note, remark = room
    found = hints(money_note=money_note, outcome=outcome, note=note, remark=remark)
    assert (
        found["F05"] == f"{place}写明资金没有用完的原因和下一步打算；由财政资金未下达造成的，照实写明即可。"
    )
    if note:
        assert found["D03"] == "写明没有达到的原因，以及下一步怎么做。"
    else:
        assert found["D03"] == f"{place}写明原因和下一步怎么做。"


def test_nothing_spent_is_explained_where_there_is_room():
    found = hints(money_note=False, outcome=True, note=False, remark=False, executed=0)
    assert found["F13"] == "与财政局确认免评；不免评的，在目标完成情况里写明原因。"
