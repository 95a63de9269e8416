"""The columns of 部门汇总 and 项目汇总: names and order are agreed with the bureau."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .arithmetic import ratio
from .columns import (
    FORMULA,
    HEAD,
    PLACE,
    Column,
    Live,
    Sheet,
    change_of,
    count,
    hand,
    link,
    money,
    rate_of,
    rest_of,
    share_of,
)


def _sum(key: str, label: str, format: str = "count", width: float = 7) -> Column:
    """A column of 部门汇总: the department's sum over the same column of 项目汇总."""
    return Column(
        key,
        label,
        width,
        format,
        FORMULA,
        True,
        Live(f"SUMIFS({{projects.{key}}},{{projects.department}},{{department}})"),
    )


def _projects(key: str, label: str, *statuses: str) -> Column:
    """A column of 部门汇总: how many rows of 项目汇总 have one of these 报送状态."""
    text = "+".join(
        f'COUNTIFS({{projects.department}},{{department}},{{projects.status}},"{status}")'
        for status in statuses
    )
    return Column(key, label, 7, "count", FORMULA, True, Live(text))


def _graded(key: str, grade: str) -> Column:
    """A column of 部门汇总: how many rows of 项目汇总 have this grade."""
    return Column(
        key,
        grade,
        6,
        "count",
        FORMULA,
        True,
        Live(f'COUNTIFS({{projects.department}},{{department}},{{projects.grade}},"{grade}")'),
    )


def _found(key: str, label: str, column: str, word: str) -> Column:
    """A column of 部门汇总: how many rows of 审核问题 have this word in a column, without 已修改.

    Counted there and not over 项目汇总, so that findings on the department's own form count too.
    """
    current = "" if column == "status" else ',{findings.status},"<>已修改"'
    return Column(
        key,
        label,
        7,
        "count",
        FORMULA,
        True,
        Live(f'COUNTIFS({{findings.department}},{{department}},{{findings.{column}}},"{word}"{current})'),
    )


def completion(row: Mapping[str, Any]) -> Decimal | None:
    """指标完成率 of a row: 已完成 ÷ (指标总数 − 待核定) to 0.01%; None where no indicator is determined."""
    determined = row["indicators"] - row["undetermined"]
    return ratio(Decimal(row["met"]), Decimal(determined)) if determined else None


_COMPLETED = Column(
    "completion_rate",
    "指标完成率",
    10,
    "rate",
    FORMULA,
    live=Live(
        'IF({indicators}-{undetermined}=0,"",ROUND({met}/({indicators}-{undetermined}),4))', completion, True
    ),
)

DEPARTMENTS = Sheet(
    "departments",
    "部门汇总",
    (
        *HEAD[:4],
        count("units", "所属单位数"),
        _projects("due", "应评项目数", "已报", "漏报"),
        _projects("assessed", "已评项目数", "已报", "名册外"),
        _projects("missing", "漏报项目数", "漏报"),
        count("department_forms", "整体自评表"),
        count("reports", "自评报告"),
        count("sealed", "盖章件"),
        _sum("initial_budget", "年初预算数（万元）", "money", 13),
        _sum("annual_budget", "全年预算数（万元）", "money", 13),
        _sum("executed", "全年执行数（万元）", "money", 13),
        share_of("execution_rate", "执行率", "executed", "annual_budget"),
        rest_of("unspent", "未执行金额（万元）", "annual_budget", "executed"),
        change_of("adjustment", "预算调整率", "annual_budget", "initial_budget"),
        _sum("indicators", "指标总数"),
        _sum("met", "已完成"),
        _sum("exceeded", "其中超额完成"),
        _sum("unmet", "未完成"),
        _sum("zero", "其中完成值为0"),
        _sum("undetermined", "待核定"),
        _COMPLETED,
        _sum("unexplained", "偏差未说明数"),
        _found("errors", "错误数", "severity", "错误"),
        _found("warnings", "核实数", "severity", "核实"),
        _found("notes", "提示数", "severity", "提示"),
        _found("explained", "单位已说明数", "status", "已说明"),
        Column(
            "average_score",
            "项目自评平均分",
            9,
            "number",
            FORMULA,
            live=Live('IFERROR(ROUND(AVERAGEIFS({projects.score},{projects.department},{department}),2),"")'),
        ),
        _graded("excellent", "优"),
        _graded("good", "良"),
        _graded("fair", "中"),
        _graded("poor", "差"),
        Column("department_score", "整体自评得分", 9, "number"),
        Column("department_grade", "整体自评等级", 8),
        Column("advice", "校验建议", 12),
        hand("opinion", "审核意见", 20),
        hand("officer", "审核人", 9),
        hand("reviewed", "审核日期", 11),
        hand("remark", "备注", 16),
    ),
    frozen=4,
)

PROJECTS = Sheet(
    "projects",
    "项目汇总",
    (
        *HEAD,
        Column("supervisor", "主管部门", 20, "wrap"),
        Column("unit", "实施单位", 20, "wrap"),
        Column("category", "项目类别", 10),
        Column("status", "报送状态", 9),
        money("initial_budget", "年初预算数（万元）"),
        money("annual_budget", "全年预算数（万元）"),
        money("executed", "全年执行数（万元）"),
        rate_of("execution_rate", "执行率", "executed", "annual_budget"),
        Column("stated_rate", "填报执行率", 10, "printed"),
        rest_of("unspent", "未执行金额（万元）", "annual_budget", "executed"),
        change_of("adjustment", "预算调整率", "annual_budget", "initial_budget"),
        rate_of("initial_rate", "按年初预算执行率", "executed", "initial_budget"),
        money("ledger_budget", "台账全年预算数（万元）"),
        money("ledger_executed", "台账支付数（万元）"),
        count("indicators", "指标总数"),
        count("met", "已完成"),
        count("exceeded", "其中超额完成"),
        count("unmet", "未完成"),
        count("zero", "其中完成值为0"),
        count("undetermined", "待核定"),
        count("unexplained", "偏差未说明数"),
        Column("score", "自评得分", 9, "number"),
        Column("grade", "自评等级", 8),
        count("errors", "错误数"),
        count("warnings", "核实数"),
        count("notes", "提示数"),
        Column("main_findings", "主要问题（最重三条）", 40, "wrap"),
        Column("advice", "校验建议", 12),
        hand("opinion", "审核意见", 20),
        hand("officer", "审核人", 9),
        hand("reviewed", "审核日期", 11),
        Column("sample", "建议抽查", 8),
        Column("sample_reason", "抽查理由", 16, "wrap"),
        hand("second_score", "复核得分", 9),
        hand("second_grade", "复核等级", 9),
        hand("use", "结果应用建议", 13),
        hand("public", "是否公开", 8),
        hand("private_reason", "不公开理由", 16),
        Column("last_year", "与上年对比", 9),
        Column("layout", "表式", 14),
        Column("money_unit", "原表金额单位", 8),
        *PLACE,
        link(),
        hand("remark", "备注", 16),
    ),
    counted=("status", "execution_rate", "annual_budget", "executed", "score", "grade"),
    summed=("initial_budget", "annual_budget", "executed", "unspent", "score"),
)
