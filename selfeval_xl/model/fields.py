"""The table of fields: one row per field of the forms.

JSON keys, county columns, labels and rule names come from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the forms.

    scope: 表 (once a form), 资金行, 目标, 任务, 指标. key: in code and JSON. label: on screen.
    type: text, code, money, percent, number, year, grade, verdict. unit: as printed.
    width: of a column, in characters.
    """

    scope: str
    key: str
    label: str
    type: str = "text"
    unit: str = ""
    width: int = 16


FORM, FUND, GOAL, TASK, INDICATOR = "表", "资金行", "目标", "任务", "指标"

FIELDS: tuple[Field, ...] = (
    Field(FORM, "project", "项目名称", width=30),
    Field(FORM, "project_code", "项目编码", "code", width=20),
    Field(FORM, "department", "主管部门", width=22),
    Field(FORM, "department_code", "部门编码", "code", width=12),
    Field(FORM, "unit", "实施单位", width=22),
    Field(FORM, "unit_code", "单位编码", "code", width=12),
    Field(FORM, "year", "年度", "year", width=8),
    Field(FORM, "money_unit", "原表金额单位", width=8),
    Field(FORM, "total_score", "自评得分", "number", "分", 10),
    Field(FORM, "grade", "自评等级", "grade", width=8),
    Field(FUND, "source", "资金来源", width=18),
    Field(FUND, "part_of", "所属资金来源", width=18),
    Field(FUND, "initial_budget", "年初预算数", "money", "万元", 14),
    Field(FUND, "annual_budget", "全年预算数", "money", "万元", 14),
    Field(FUND, "executed", "全年执行数", "money", "万元", 14),
    Field(FUND, "execution_rate", "执行率", "percent", "%", 10),
    Field(FUND, "points", "分值", "number", "分", 8),
    Field(FUND, "score", "得分", "number", "分", 8),
    Field(GOAL, "initial", "年初绩效目标", width=40),
    Field(GOAL, "expected", "预期目标", width=40),
    Field(GOAL, "actual", "实际完成情况", width=40),
    Field(TASK, "number", "序号", width=6),
    Field(TASK, "name", "任务名称", width=20),
    Field(TASK, "content", "主要内容", width=30),
    Field(TASK, "outcome", "实际完成情况", width=30),
    Field(INDICATOR, "level1", "一级指标", width=12),
    Field(INDICATOR, "level2", "二级指标", width=14),
    Field(INDICATOR, "name", "三级指标", width=24),
    Field(INDICATOR, "target", "年度指标值", width=14),
    Field(INDICATOR, "initial_target", "年初指标值", width=14),
    Field(INDICATOR, "actual", "实际完成值", width=14),
    Field(INDICATOR, "points", "分值", "number", "分", 8),
    Field(INDICATOR, "score", "得分", "number", "分", 8),
    Field(INDICATOR, "note", "偏差原因分析及改进措施", width=34),
    Field(INDICATOR, "attainment", "完成率", "percent", "%", 10),
    Field(INDICATOR, "deviation", "偏差率", "percent", "%", 10),
    Field(INDICATOR, "verdict", "判定", "verdict", width=10),
)

# Fields that `assess` computes or that a county rule's condition may ask for, besides those that are read.
COMPUTED: tuple[Field, ...] = (
    Field(FORM, "initial_budget", "年初预算数", "money", "万元"),
    Field(FORM, "annual_budget", "全年预算数", "money", "万元"),
    Field(FORM, "executed", "全年执行数", "money", "万元"),
    Field(FORM, "execution_rate", "执行率", "percent"),
    Field(FORM, "forecast", "全年预计执行数", "money", "万元"),
    Field(FORM, "through", "监控期间"),
    Field(FORM, "points_total", "分值合计", "number", "分"),
    Field(FORM, "score_sum", "得分合计", "number", "分"),
    Field(FORM, "indicator_count", "指标个数", "number", "个"),
    Field(FORM, "unmet_count", "未完成指标数", "number", "个"),
    Field(FORM, "expected", "预期目标"),
    Field(FORM, "actual", "实际完成情况"),
    Field(FUND, "rate", "计算执行率", "percent"),
    Field(FUND, "forecast", "全年预计执行数", "money", "万元"),
    Field(INDICATOR, "target_number", "指标数值", "number"),
    Field(INDICATOR, "actual_number", "完成数值", "number"),
    Field(INDICATOR, "unit", "计量单位"),
    Field(INDICATOR, "forecast", "全年预计完成情况"),
    Field(INDICATOR, "forecast_number", "预计数值", "number"),
    Field(INDICATOR, "outlook", "完成目标可能性"),
)

_BY_KEY = {(field.scope, field.key): field for field in FIELDS}


def field(scope: str, key: str) -> Field:
    """The field of this scope and key. Raises KeyError."""
    return _BY_KEY[scope, key]


def find(scope: str, key: str) -> Field | None:
    """The field of this scope and key, or None."""
    return _BY_KEY.get((scope, key))


def keys(scope: str) -> tuple[str, ...]:
    """The keys of one scope in table order."""
    return tuple(row.key for row in FIELDS if row.scope == scope)
