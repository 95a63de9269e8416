"""Findings that a reviewer can sign: true statements, possible remedies, one finding a cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import PROJECT, TOTAL, Form, FundingLine, Goal, Indicator, ReadFile
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules import completion, funding, indicators, narrative, notation, reports
from selfeval_xl.rules.contradictions import contradiction
from selfeval_xl.rules.runner import check
from selfeval_xl.rules.same_thing import names_one_thing
from support.text_grid import grid_of

HEAD = """
| 项目支出绩效自评表 | < | < | < | < | < | < | < |
| （2024年度） | < | < | < | < | < | < | < |
| 项目名称 | 乡镇敬老院运转 | < | < | < | < | < | < |
| {department} | {name} | < | < | 实施单位 | 某县敬老院 | {phone} | |
| 项目资金（万元） | | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分 |
| ^ | 年度资金总额 | 80 | 80 | 80 | 10 | 100% | 10 |
| 年度总体目标 | 预期目标 | < | < | 实际完成情况 | < | < | < |
| ^ | 供养老人120人 | < | < | 供养老人126人 | < | < | < |
| 绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 |
| ^ | 产出指标 | 数量指标 | 供养老人数 | ≥120人 | 126人 | 50 | 50 |
| ^ | 效益指标 | 社会效益指标 | 入住率 | ≥80% | 85% | 30 | 30 |
| ^ | 满意度指标 | 服务对象满意度指标 | 老人满意度 | ≥90% | 96% | 10 | 10 |
| 总分 | < | < | < | < | < | 100 | 100 |
"""


def findings(table: str):
    (form,) = forms_in(grid_of(table), "敬老院.xlsx").forms
    file = ReadFile(path="敬老院.xlsx", kind="xlsx", forms=(form,))
    return check(gather([file]), files=[file])


def only(table: str, rule: str):
    (finding,) = [finding for finding in findings(table) if finding.rule == rule]
    return finding


@pytest.mark.parametrize("label", ["主管部门", "预算部门", "主管部门（单位）"])
def test_an_empty_field_of_the_head_is_called_as_the_form_prints_it(label):
    finding = only(HEAD.format(department=label, name="", phone=""), "T02")
    assert finding.message == f"表头的“{label.partition('（')[0]}”没有填。"


SIGNED = HEAD.format(department="项目负责人", name="赵某", phone="联系电话") + (
    "| 项目负责人（签字）：      填表日期：2025年3月1日 | < | < | < | < | < | < | < |"
)


def test_a_telephone_in_the_head_is_no_signature_and_a_name_there_signs_nothing():
    finding = only(SIGNED, "T09")
    assert finding.message == "表头的“联系电话”和签字栏的“项目负责人（签字）”没有填。"
    assert finding.cell == "G4,A14"


def test_a_seal_is_stamped_and_not_filled_in():
    table = HEAD.format(department="主管部门", name="某县民政局", phone="") + (
        "| 单位（公章）：     填报人：孙某     填表日期：2025年3月1日 | < | < | < | < | < | < | < |"
    )
    assert only(table, "T09").message == "“单位公章”处没有盖章，一起校验的文件里也没有盖章扫描件。"


EXPERT = """
| 财政项目支出绩效评价表 | < | < | < | < | < |
| 项目名称：桥梁加固 | < | < | 项目单位（盖章）：某县公路段 | < | < |
| 一级指标 | 二级指标 | 三级指标 | 自评得分 | 专家评分 | 自评情况 |
| 合计 | < | < | 95 | {total} | |
| 前期工作 | 前期研究 | 论证决策10分 | 10 | 9 | 经县政府常务会研究。 |
| 实施过程 | 资金管理 | 资金支付40分 | 38 | 36.5 | 支付率95%。 |
| 项目绩效 | 项目产出 | 产出数量50分 | 47 | 45 | 加固桥梁9座，计划10座。 |
"""


def test_the_total_of_an_expert_is_read_where_it_is_the_sum_and_else_asked_about():
    assert [finding.rule for finding in findings(EXPERT.format(total="90.5")) if finding.rule == "T10"] == []
    other = only(EXPERT.format(total="80.5"), "T10")
    assert (other.cell, other.severity) == ("E4", Severity.WARNING)
    assert other.message == "表里有内容没有读进来：“80.5”（E4），没有参加校验。"


def row(name: str, target: str, actual: str | None = None, level2: str = "数量指标", **more) -> Indicator:
    cells = {key: f"{letter}12" for key, letter in zip(("name", "target", "actual", "note"), "DEFG")}
    made = {"level1": "产出指标", "level2": level2, "name": name, "target": target, "actual": actual}
    return Indicator(**{**made, "cells": cells, **more})


def form(*rows: Indicator, line: FundingLine | None = None, actual: str = "", **more) -> Form:
    columns = frozenset(("level1", "level2", "name", "target", "actual", "note"))
    made = Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        project="项目",
        money_unit="万元",
        funding=(line,) if line else (),
        goal=Goal(actual=actual or None, cells={"actual": "E9"}),
        indicators=rows,
        indicator_columns=columns,
        **more,
    )
    return assess(made, default())


@pytest.mark.parametrize(
    ("name", "level2", "says", "place"),
    [
        ("消防设施检查周期", "时效指标", "说的是多久做一次，不是什么时候完成", "“数量指标”"),
        ("村级广播覆盖率", "时效指标", "说的是做到了多大比例", "“数量指标”“质量指标”里相符的一个"),
        ("溺水事故数", "服务对象满意度指标", "说的是有没有出事", "“社会效益指标”"),
        ("课桌成本", "数量指标", "说的是花多少钱", "“成本指标”"),
        ("补贴兑现及时率", "质量指标", "说的是做得及不及时", "“时效指标”"),
    ],
)
def test_what_is_in_the_wrong_level_is_told_why_and_where_it_belongs(name, level2, says, place):
    (finding,) = indicators.name_unlike_level(form(row(name, "≥1", level2=level2)), default())
    assert finding.message == f"“{name}”{says}，放在“{level2}”下面不合适。"
    assert finding.hint == f"下年申报时移到{place}下面。"


@pytest.mark.parametrize("name", ["机房租赁时间", "专线租金时间", "车辆租期", "物业服务期限", "设备租用时间"])
def test_how_long_something_is_rented_may_be_a_matter_of_time(name):
    """Many bureaus accept the period of a service (服务期限12个月) under 时效指标."""
    assert not list(indicators.name_unlike_level(form(row(name, "=12个月", level2="时效指标")), default()))


def test_the_right_level_is_called_as_the_form_prints_it():
    rows = (row("课桌成本", "≤9万元"), row("采购课桌", "≥9张", level2="产出数量"))
    other = row("采购费用", "≤9万元", level2="经济成本指标", level1="成本指标")
    (finding,) = indicators.name_unlike_level(form(*rows, other), default())
    assert finding.hint == "下年申报时移到“经济成本指标”下面。"


def test_a_level_in_the_wrong_place_can_be_mended_on_a_form_with_points():
    wrong = row("带动就业人数", "≥9人", level2="社会效益指标", level1="产出指标（50分）", points="50")
    (finding,) = indicators.level_in_wrong_place(form(wrong), default())
    assert "分值一起调整" in finding.hint and "改用“数量指标”等产出类的二级指标" in finding.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("项目至今尚未实施，年度目标任务圆满完成。", ("项目至今尚未实施", "年度目标任务圆满完成")),
        ("项目目前无进展。本年工程已全部完工。", ("项目目前无进展", "本年工程已全部完工")),
        (
            "护林员补助资金未下达，项目目前无进展。防火宣传项目已经完成。",
            ("护林员补助资金未下达，项目目前无进展", "防火宣传项目已经完成"),
        ),
        ("项目无进展，全年资金未下达，年度目标任务圆满完成。", ("项目无进展", "年度目标任务圆满完成")),
        ("东区管网改造项目尚未开工；西区管网改造项目已完成。", None),
        ("1.桥梁检测项目尚未开工。2.路面养护工程已全部完成。", None),
        ("培训经费尚未支付，会议费用已全部支付完毕。", None),
        ("资金尚未支付，全年资金已支付完毕。", ("资金尚未支付", "全年资金已支付完毕")),
        ("一是宣传、培训项目未开展；二是普查、登记项目已完成。", None),
    ],
)
def test_halves_about_different_things_are_no_contradiction(text, expected):
    assert contradiction(text) == expected


def test_a_contradiction_is_quoted_and_asked_about():
    (finding,) = narrative.text_contradicts_itself(
        form(actual="项目目前无进展。本年度项目已全部完成。"), default()
    )
    assert finding.message == (
        "目标完成情况里一处写“项目目前无进展”，一处写“本年度项目已全部完成”，说法不一致。"
    )


@pytest.mark.parametrize(
    ("item", "name", "same"),
    [
        ("山洪预警广播费", "山洪预警广播租用费用", True),
        ("智慧社区平台", "智慧社区管理平台租金", True),
        ("农村厕所改造", "农村危房改造数量", False),
        ("河道采砂规划", "维修堤防长度", False),
        ("新建机井", "维修机井数量", False),
    ],
)
def test_a_part_of_a_task_names_the_thing_of_an_indicator(item, name, same):
    assert names_one_thing(item, name) is same


def line(executed: str, **more) -> FundingLine:
    cells = {"annual_budget": "E6", "executed": "F6", "execution_rate": "G6"}
    return FundingLine(source=TOTAL, annual_budget="100", executed=executed, cells=cells, **more)


@pytest.mark.parametrize(
    ("text", "came", "asked"),
    [
        ("按审定价结算，较预算节约30万元。", None, False),
        ("审计核定后工程结算低于预算。", None, False),
        ("水电费据实结算。", None, False),
        ("完成物业服务。", "71", False),  # 70 of the 71 that arrived
        ("完成物业服务。", "95", True),
        ("完成物业服务。", "100", True),
        ("完成物业服务。", None, True),
    ],
)
def test_a_settled_bill_and_money_that_never_came_explain_a_low_rate(text, came, asked):
    received = {"other": {"实际到位资金": came}} if came else {}
    found = list(funding.low_rate_without_reason(form(line=line("70", **received), actual=text), default()))
    assert bool(found) is asked


def test_a_settlement_that_does_not_tell_of_the_rest_is_asked_about():
    (finding,) = funding.low_rate_without_reason(
        form(line=line("70"), actual="完成培训，已与承办单位结清费用。"), default()
    )
    assert "目标完成情况写了“已与承办单位结清费用”，没有写余下的钱是结余还是没有支付。" in finding.message
    assert "结算后的结余还是没有支付" in finding.hint


def test_numbers_far_apart_without_a_unit_are_asked_for_it_and_not_called_unmet():
    one = form(row("净水设备购置", "260", "12", note=None))
    (finding,) = [each for each in _rules_of(one) if each.rule in ("D03", "I07", "S04")]
    assert (finding.rule, finding.severity, finding.treatment) == ("D03", Severity.WARNING, Treatment.EXPLAIN)
    assert finding.message == (
        "“净水设备购置”指标值“260”，实际完成“12”，都没有写单位，看不出是不是同一个单位。"
    )
    scored = form(row("净水设备购置", "260", "12", points="10", score="10"))
    (finding,) = [each for each in _rules_of(scored) if each.rule in ("D03", "I07", "S04")]
    assert (finding.rule, finding.severity) == ("S04", Severity.WARNING) and "单位相同的话" in finding.message


def test_far_beyond_without_a_unit_is_asked_for_it_too():
    (finding,) = [
        each for each in _rules_of(form(row("净水设备购置", "12", "260"))) if each.rule in ("D06", "I07")
    ]
    assert finding.rule == "D06" and "都没有写单位" in finding.message


def _rules_of(made: Form):
    file = ReadFile(path="a.xlsx", kind="xlsx", forms=(made,))
    return check(gather([file]), files=[file])


def test_breakdowns_that_differ_name_the_sum_that_is_off():
    table = """
| 部门整体支出绩效自评表 | < | < | < | < | < |
| 部门名称 | 某县图书馆 | < | < | < | 单位：万元 |
| 按收入性质分 | 全年预算数 | 全年执行数 | 按支出性质分 | 全年预算数 | 全年执行数 |
| 财政拨款 | 500 | 480 | 基本支出 | 300 | 300 |
| 合计 | 500 | 480 | 项目支出 | 170 | 180 |
| | | | 合计 | 470 | 480 |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 偏差原因 |
| 产出指标 | 数量指标 | 接待读者人次 | ≥9000人次 | 9600人次 | |
"""
    finding = only(table, "F15")
    assert (finding.value, finding.expected) == ("470", "500")


def test_amounts_whose_unit_the_form_prints_itself_are_no_untidy_values():
    own = line("70", typed={"executed": "700000"})  # the column's head says 元
    assert list(notation.typed_amounts(form(line=own))) == []
    with_unit = line("70", typed={"executed": "70万元"})
    assert [value.text for value in notation.typed_amounts(form(line=with_unit))] == ["70万元"]
    everywhere = line("70", typed={"executed": "70万元", "annual_budget": "100万元"})
    assert list(notation.typed_amounts(form(line=everywhere))) == []


def test_a_form_that_came_as_word_and_as_workbook_is_counted_once():
    unmet = form(row("新建公厕", "≥9座", "4座"), department="某县住建局")
    again = replace(unmet, file="b.docx", goal=Goal(expected="新建公厕9座"))
    other = replace(unmet, project="另一个项目")
    files = [ReadFile(path=each.file, kind="xlsx", forms=(each,)) for each in (unmet, again)]
    (filing,) = gather(files)
    assert len(filing.forms) == 2 and len(reports._unmet(filing)) == 1
    assert len(reports._unmet(replace(filing, forms=(unmet, again, other)))) == 2


@pytest.mark.parametrize(("executed", "left"), [("100", False), ("61", True)])
def test_guidance_for_a_reason_on_the_funds_may_stay_where_none_is_due(executed, left):
    guidance = "执行率未达到90%的需说明原因(100字以内)"
    with_guidance = form(line=line(executed, note=guidance))
    assert (
        any("填写说明" in found.message for found in narrative.guidance_left(with_guidance, default()))
        is left
    )


def test_a_level_that_lacks_points_is_said_once():
    table = HEAD.format(department="主管部门", name="某县民政局", phone="")
    table = table.replace("产出指标 | 数量", "产出指标（50分） | 数量").replace(
        "126人 | 50 | 50", "126人 | 40 | 40"
    )
    found = [finding.message for finding in findings(table) if finding.rule == "S01"]
    assert found == ["一级指标“产出指标（50分）”下面各行分值加起来是40分，不是50分。"]


@pytest.mark.parametrize(
    ("target", "actual", "said"),
    [
        ("≥10%", "25.4", "高出15.4个百分点（超出154.00%）"),
        ("≥10%", "25.4%", "高出15.4个百分点（超出154.00%）"),
        ("≥10件", "16件", "超出60.00%"),
    ],
)
def test_a_rate_that_is_exceeded_is_told_in_points_of_percent(target, actual, said):
    (finding,) = completion.exceeded_without_word(form(row("投诉下降率", target, actual)), default())
    assert f"，{said}，没有说明原因。" in finding.message


@pytest.mark.parametrize(
    ("level2", "zero", "hint"), [("经济成本指标", "0元", "没有支付"), ("数量指标", "0套", "不会有效果")]
)
def test_an_effect_beside_an_unpaid_bill_asks_for_a_word(level2, zero, hint):
    level1 = "成本指标" if "成本" in level2 else "产出指标"
    other = row("防火监控系统", zero.replace("0", "≥9"), zero, level2=level2, level1=level1)
    effect = row("防火监控系统正常运行率", "≥95%", "99%", level2="质量指标")
    (finding,) = completion.effect_without_cause(form(other, effect), default())
    assert hint in finding.hint
