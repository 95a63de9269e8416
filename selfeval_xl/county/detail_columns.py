"""The columns of 资金明细, 指标明细, 偏差清单 and 审核问题: names and order are agreed with the bureau."""

from __future__ import annotations

from .columns import HAND, HEAD, PLACE, Column, Sheet, hand, link, money, rate_of, rest_of

_FORM = Column("form", "表别", 9)
_LEVELS = (
    Column("level1", "一级指标", 11, "wrap"),
    Column("level2", "二级指标", 13, "wrap"),
    Column("name", "三级指标", 22, "wrap"),
)

FUNDING = Sheet(
    "funding",
    "资金明细",
    (
        *HEAD,
        _FORM,
        Column("kind", "行类型", 8),
        Column("source", "资金来源（原表）", 20, "wrap"),
        Column("category", "资金来源（归类）", 14),
        money("initial_budget", "年初预算数（万元）"),
        money("annual_budget", "全年预算数（万元）"),
        money("executed", "全年执行数（万元）"),
        rate_of("execution_rate", "执行率（计算）", "executed", "annual_budget"),
        Column("stated_rate", "执行率（填报）", 10, "printed"),
        rest_of("unspent", "未执行金额（万元）", "annual_budget", "executed"),
        Column("points", "分值", 7, "number"),
        Column("score", "得分", 7, "number"),
        money("ledger_budget", "台账全年预算数（万元）"),
        money("ledger_executed", "台账支付数（万元）"),
        rest_of("ledger_difference", "与台账差额（万元）", "annual_budget", "ledger_budget", total=False),
        Column("money_unit", "原表金额单位", 8),
        *PLACE,
        link(),
    ),
    counted=("form", "kind", "category"),
    summed=("initial_budget", "annual_budget", "executed"),
)

INDICATORS = Sheet(
    "indicators",
    "指标明细",
    (
        *HEAD,
        _FORM,
        *_LEVELS,
        Column("target", "年度指标值（原文）", 15, "wrap"),
        Column("operator", "指标性质", 6),
        Column("number_wanted", "指标值", 10, "number"),
        Column("measure", "计量单位", 8),
        Column("actual", "实际完成值（原文）", 15, "wrap"),
        Column("number_done", "完成数值", 10, "number"),
        Column("attainment", "完成率", 10, "rate"),
        Column("deviation", "偏差率", 10, "rate"),
        Column("verdict", "判定", 9),
        Column("points", "分值", 7, "number"),
        Column("score", "自评得分", 8, "number"),
        Column("expected_score", "测算得分（仅评分表式）", 9, "number"),
        Column("score_difference", "得分差", 8, "number"),
        Column("note", "偏差原因分析及改进措施", 40, "wrap"),
        Column("rules", "涉及规则", 12),
        Column("last_target", "上年指标值", 11),
        Column("last_actual", "上年完成值", 11),
        *PLACE,
        link(),
    ),
    counted=("form", "level1", "verdict"),
)

DEVIATIONS = Sheet(
    "deviations",
    "偏差清单",
    (
        *HEAD,
        money("project_budget", "项目全年预算数（万元）", total=False),
        Column("project_rate", "项目执行率", 10, "rate"),
        _FORM,
        *_LEVELS,
        Column("target", "年度指标值", 15, "wrap"),
        Column("actual", "实际完成值", 15, "wrap"),
        Column("attainment", "完成率", 10, "rate"),
        Column("deviation", "偏差率", 10, "rate"),
        Column("kind", "偏差类型", 10),
        Column("note", "偏差原因分析及改进措施（原文）", 40, "wrap"),
        Column("has_reason", "有无原因", 7),
        Column("has_measure", "有无改进措施", 8),
        Column("cause", "原因分类（自动，可改）", 20, "wrap", HAND),
        hand("opinion", "审核意见", 14),
        hand("remark", "备注", 14),
        *PLACE,
        link(),
    ),
    counted=("form", "kind", "cause"),
)

FINDINGS = Sheet(
    "findings",
    "审核问题",
    (
        *HEAD,
        _FORM,
        Column("severity", "级别", 6),
        Column("treatment", "处理方式", 9),
        Column("rule", "规则编号", 7),
        Column("title", "规则名称", 22, "wrap"),
        Column("subject", "对象", 18, "wrap"),
        Column("value", "填报内容", 22, "wrap"),
        Column("expected", "应为或参考", 18, "wrap"),
        Column("message", "问题说明", 44, "wrap"),
        Column("hint", "修改建议", 30, "wrap"),
        Column("explanation", "单位说明", 18, "wrap"),
        Column("status", "状态", 8),
        hand("opinion", "审核意见", 12),
        hand("officer", "审核人", 9),
        *PLACE,
        link("定位"),
    ),
    counted=("status", "severity", "rule"),
)
