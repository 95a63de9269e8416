"""Only 年初预算数 and 全年执行数: the initial budget is the denominator; what is read stays as printed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from selfeval_xl.assessment import policy
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.county.departments.data import CountedForm
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules.runner import check
from support.text_grid import grid_of

FORM = """
| 项目支出绩效自评表 | < | < | < | < | < | < | < |
| 项目名称 | 技能培训 | < | < | 实施单位 | 某县培训中心 | < | < |
| 项目资金（万元） | | 年初预算数 | 全年执行数 | 分值 | 执行率 | 得分 | |
| ^ | 年度资金总额 | 60 | {executed} | 10 | {rate} | | |
| ^ | 其中：财政拨款 | 60 | {executed} | | {rate} | | |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因 |
| 产出指标 | 数量指标 | 培训人数 | ≥300人 | 320人 | 50 | 50 | |
| 效益指标 | 社会效益指标 | 持证率 | ≥80% | 85% | 40 | 40 | |
"""


def form_with(executed: str, rate: str):
    return forms_in(grid_of(FORM.format(executed=executed, rate=rate)), "a.xlsx").forms[0]


def test_the_record_keeps_what_is_printed_and_the_rate_is_over_the_initial_budget():
    total = assess(form_with("30", "50.00%"), policy.default()).total_funding
    assert (total.initial_budget, total.annual_budget, total.executed) == ("60", None, "30")
    assert (total.budget_key, total.budget, total.rate) == ("initial_budget", 60, Decimal("0.5"))


@pytest.mark.parametrize(
    ("executed", "rate", "rule"),
    [("30", "95.00%", "F02"), ("66", "110.00%", "F03"), ("50", "83.33%", "F05"), ("30", "50.00%", "F12")],
)
def test_rules_of_money_look_at_the_initial_budget(executed, rate, rule):
    file = ReadFile(path="a.xlsx", forms=(form_with(executed, rate),))
    assert rule in {finding.rule for finding in check(gather([file]), files=[file])}


def test_the_county_counts_the_initial_budget():
    form = form_with("30", "50.00%")
    assert CountedForm(form, "a.xlsx", None).amount("annual_budget") == 60
