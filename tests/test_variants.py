"""Forms as other places print them, with none of the layouts that ship."""

from __future__ import annotations

from selfeval_xl.readers.recognition.form_finder import forms_in
from support.text_grid import grid_of

NUMBERED = """
| 项目支出绩效自评表 | < | < | < | < | < | < | < | < | < |
| （2022年度） | < | < | < | < | < | < | < | < | < |
| 项目名称 | < | 课后服务补助 | < | < | < | < | < | < | < |
| 主管部门 | < | 某区教育委员会 | < | < | 实施单位 | 某区第一小学 | < | < | < |
| 项目负责人 | < | 张三 | < | < | 联系电话 | 010-1234 | < | < | < |
| 项目资金\\n（万元） | < | | 年初预算数 | 全年预算数 | 全年执行数 | < | 分值 | 执行率 | 得分 |
| ^ | ^ | 年度资金总额 | 30.5 | 30.5 | 28.1 | < | 10 | 92.13% | 9.21 |
| ^ | ^ | 其中：当年财政拨款 | 30.5 | 30.5 | 28.1 | < | — | 92.13% | — |
| ^ | ^ | 上年结转资金 | 0 | 0 | 0 | < | — | | — |
| ^ | ^ | 其他资金 | | | | < | — | | — |
| 年度总体目标 | 预期目标 | < | < | < | 实际完成情况 | < | < | < | < |
| ^ | 目标1：开展课后服务。\\n目标2：提高质量。 | < | < | < | 目标1完成情况：已开展。 | < | < | < | < |
|绩效指标|一级指标|二级指标|三级指标|<|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施|
| ^ | 产\\n出\\n指\\n标\\n(50分) | 数量指标 | 指标1：服务学生人数 | < | ≥800人 | 812人 | 20 | 20 | |
| ^ | ^ | ^ | 指标2： | < | | | | | |
| ^ | ^ | ^ | …… | < | | | | | |
| ^ | ^ | 质量指标 | 指标1：服务覆盖率 | < | 100% | 98% | 30 | 29 | 个别学生自愿不参加 |
|^|效\\n益\\n指\\n标\\n(30分)|社会效益\\n指标|指标1：家长负担减轻|<|有效减轻|有效减轻|30|28| |
| ^ | 满意度\\n指标\\n(10分) | 服务对象满意度指标 | 指标1：家长满意度 | < | ≥90% | 95% | 10 | 10 | |
| 总分 | < | < | < | < | < | < | 100 | 96.21 | |
"""

SCORE_IN_THE_HEAD = """
| 附件1 | | | | | | | |
| 2023年度部门预算项目支出绩效自评表 | < | < | < | < | < | < | < |
| 单位：万元 | | | | | | | |
| 项目名称 | 信息化运维 | < | < | 项目编码 | SJ440000210012345 | < | < |
| 预算单位 | 省某厅本级 | < | < | 自评得分 | 92.5 | 自评等级 | 优 |
| 预算执行情况 | 资金来源 | 年初预算数 | 调整后预算数 | 实际支出数 | 执行率 | 偏差原因 | < |
| ^ | 合计 | 100 | 90 | 45 | 50% | 合同跨年支付 | < |
| ^ | 一般公共预算拨款 | 100 | 90 | 45 | 50% | | < |
| ^ | 政府性基金预算拨款 | | | | | | < |
| 年度绩效目标 | 保障系统稳定运行 | < | < | < | < | < | < |
| 目标完成情况 | 系统运行稳定 | < | < | < | < | < | < |
| 一级指标 | 二级指标 | 三级指标 | 预期指标值 | 实际完成指标值 | 指标权重 | 自评得分 | 未达标原因及改进措施 |
| 产出指标 | 数量指标 | 运维系统数量（个） | 12 | 12 | 30 | 30 | |
| | 时效指标 | 故障响应时间 | ≤2小时 | 1.5小时 | 20 | 20 | |
| 效益指标 | 社会效益 | 系统可用率 | 99.9% | 99.95% | 40 | 32.5 | |
| 满意度指标 | 服务对象满意度 | 用户满意度 | 90% | 0.93 | 10 | 10 | |
| 备注：本表由项目单位填写 | | | | | | | |
"""

LABELS_WITH_VALUES = """
| 省级预算项目支出绩效自评表 | < | < | < | < | < | < | < | < |
| 项目名称：农村电商扶持 | < | < | 主管部门：某县商务局 | < | < | 填报单位：某县电商中心 | < | < |
| 资金（万元） | 预算数(A) | 执行数(B) | 执行率(B/A) | 权重（10） | 得分 | | | |
| 总额 | 200 | 180 | 90% | 10 | 9 | | | |
| 其中：财政资金 | 200 | 180 | 90% | | | | | |
| 其他资金 | 0 | 0 | | | | | | |
| 年初设定目标 | < | < | < | 年度总体目标完成情况 | < | < | < | < |
| 扶持电商企业20家 | < | < | < | 扶持23家 | < | < | < | < |
|一级指标|二级指标|三级指标|权重|年度指标值（A）|全年完成值（B）|得分计算方法|得分|未完成原因分析|
| 产出指标(50) | 数量指标 | 扶持企业数量 | 25 | 20家 | 23家 | B/A | 25 | |
| ^ | 成本指标 | 补助标准 | 25 | 5万元/家 | 5万元/家 | | 25 | |
| 效益指标(30) | 经济效益指标 | 带动销售额 | 30 | 1000万元 | 900万元 | | 27 | 市场下行 |
| 满意度指标(10) | 满意度指标 | 企业满意度 | 10 | ≥90% | 96% | | 10 | |
| 合计 | < | < | 100 | | | | 96 | |
| 单位负责人签字： | | | 填表人： | | | 填报日期：2024年3月 | | |
"""

WITHOUT_LEVELS = """
| 2023年项目绩效自评表 | < | < | < | < | < | < | < |
| 项目名称 | 道路养护 | < | < | 实施单位 | 公路局 | < | < |
| 项目资金（元） | 年初预算 | 全年预算 | 全年执行 | 执行率 | 分值 | 得分 | 偏差说明 |
| 财政拨款 | 1000000 | 1000000 | 950000 | 0.95 | 10 | 9.5 | |
| 合计 | 1000000 | 1000000 | 950000 | 0.95 | 10 | 9.5 | |
| 绩效目标 | 养护100公里 | < | < | 完成情况 | 养护98公里 | < | < |
| 指标类型 | 指标名称 | 目标值 | 完成值 | 分值 | 得分 | 完成情况说明 | |
| 数量 | 养护里程 | 100公里 | 98公里 | 45 | 44 | 雨季影响 | |
| 质量 | 合格率 | 100% | 100% | 45 | 45 | | |
"""


def only(text: str):
    found = forms_in(grid_of(text), "a.xlsx")
    assert len(found.forms) == 1 and found.problems == []
    return found.forms[0]


def rows(form) -> list[tuple]:
    return [(row.level2, row.name, row.target, row.actual, row.points, row.score) for row in form.indicators]


def test_levels_with_line_breaks_and_points_and_numbered_indicators():
    form = only(NUMBERED)
    assert (form.year, form.project, form.department, form.unit, form.total_score) == (
        2022,
        "课后服务补助",
        "某区教育委员会",
        "某区第一小学",
        "96.21",
    )
    assert [row.level1 for row in form.indicators] == [
        "产出指标(50分)",
        "产出指标(50分)",
        "效益指标(30分)",
        "满意度指标(10分)",
    ]
    assert rows(form)[1] == (
        "质量指标",
        "指标1：服务覆盖率",
        "100%",
        "98%",
        "30",
        "29",
    ) and form.placeholders == (("D15", "指标2："), ("D16", "……"))
    assert form.goal.expected.startswith("目标1：") and form.signature == {
        "项目负责人": "张三",
        "联系电话": "010-1234",
    }


def test_score_and_grade_in_the_head_and_goals_beside_their_labels():
    form = only(SCORE_IN_THE_HEAD)
    assert (form.year, form.project, form.project_code, form.unit, form.total_score, form.grade) == (
        2023,
        "信息化运维",
        "SJ440000210012345",
        "省某厅本级",
        "92.5",
        "优",
    )
    assert (form.goal.expected, form.goal.actual) == ("保障系统稳定运行", "系统运行稳定")
    assert [(line.source, line.annual_budget, line.executed, line.note) for line in form.funding][:2] == [
        ("合计", "90", "45", "合同跨年支付"),
        ("一般公共预算拨款", "90", "45", None),
    ]
    assert rows(form)[2] == ("社会效益", "系统可用率", "99.9%", "99.95%", "40", "32.5") and form.has_notes


def test_labels_that_carry_their_value_and_points_before_targets():
    form = only(LABELS_WITH_VALUES)
    assert (form.project, form.department, form.unit, form.total_score, form.money_unit) == (
        "农村电商扶持",
        "某县商务局",
        "某县电商中心",
        "96",
        "万元",
    )
    assert [(line.source, line.annual_budget, line.execution_rate) for line in form.funding] == [
        ("合计", "200", "90%"),
        ("财政资金", "200", "90%"),
        ("其他资金", "0", None),
    ]
    assert (
        rows(form)[2] == ("经济效益指标", "带动销售额", "1000万元", "900万元", "30", "27")
        and form.indicators[2].note == "市场下行"
    )


def test_a_form_without_levels_and_with_the_goal_beside_its_label():
    form = only(WITHOUT_LEVELS)
    assert (form.money_unit, form.goal.expected, form.goal.actual) == ("元", "养护100公里", "养护98公里")
    assert (
        rows(form)
        == [
            ("数量", "养护里程", "100公里", "98公里", "45", "44"),
            ("质量", "合格率", "100%", "100%", "45", "45"),
        ]
        and form.indicators[0].note == "雨季影响"
    )
