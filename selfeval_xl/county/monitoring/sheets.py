"""The sheets of the monitoring workbook and their columns; some are the county workbook's."""

from __future__ import annotations

from dataclasses import replace

from selfeval_xl.county.intake.receipts import RESULTS as COUNTY_RESULTS
from selfeval_xl.county.sheets.columns import (
    FORM,
    FORMULA,
    HEAD,
    LEVELS,
    PLACE,
    Column,
    ColumnFormula,
    Sheet,
    amount,
    count,
    hand,
    link,
    rate_of,
    rest_of,
    share_of,
)
from selfeval_xl.county.sheets.departments import amount_of, projects_with, sum_of
from selfeval_xl.county.sheets.findings import FINDINGS
from selfeval_xl.county.sheets.receipts import RECEIPTS
from selfeval_xl.county.sheets.submissions import SUBMISSIONS

# How the results and columns of the county workbook are called in April to October.
_WORDS = {"应评": "应报", "整体自评表": "部门监控表", "自评": "监控"}
AMOUNTS = ("initial_budget", "annual_budget", "executed", "forecast")
OUTLOOKS = {"certain": "确定能", "possible": "有可能", "impossible": "完全不可能"}
# Counts of indicators, by column: what the unit ticked, and what its forecast means against the target.
COUNTS = ("indicators", *OUTLOOKS, "unchosen", "will_meet", "will_miss", "unclear", "no_forecast")
WARNING, ENTRY = "预警", "填报问题"


def monitored(text: str) -> str:
    """A word of the county workbook as the monitoring workbook says it (非自评材料: 非监控材料)."""
    for word, other in _WORDS.items():
        text = text.replace(word, other)
    return text


RESULTS = tuple(map(monitored, COUNTY_RESULTS))


def _found(key: str, label: str, column: str, word: str) -> Column:
    """A column of 部门汇总: how many rows of 预警清单 have this word, without those not agreed with."""
    text = (
        f'COUNTIFS({{findings.department}},{{department}},{{findings.{column}}},"{word}",'
        '{findings.status},"<>已说明",{findings.opinion},"<>不认可*")'
    )
    if column == "group":
        text = text.replace('{findings.status},"<>已说明",', "")
    return Column(key, label, 7, "count", FORMULA, True, ColumnFormula(text))


_OF_INDICATORS = (
    ("indicators", "指标总数"),
    ("certain", "确定能"),
    ("possible", "有可能"),
    ("impossible", "完全不可能"),
    ("unchosen", "可能性未选"),
    ("will_meet", "预计完成"),
    ("will_miss", "预计完不成"),
    ("unclear", "预计待核定"),
    ("no_forecast", "预计未填"),
)

DEPARTMENTS = Sheet(
    "departments",
    "部门汇总",
    (
        *HEAD[:4],
        projects_with("due", "应报项目数", "已报", "未填报", "漏报"),
        projects_with("assessed", "已报项目数", "已报", "名册外"),
        projects_with("unfilled", "未填报项目数", "未填报"),
        projects_with("missing", "漏报项目数", "漏报"),
        count("department_forms", "部门监控表"),
        amount_of("initial_budget", "年初预算数（万元）"),
        amount_of("annual_budget", "全年预算数（万元）"),
        amount_of("executed", "1—n月执行数（万元）"),
        share_of("execution_rate", "1—n月执行率", "executed", "annual_budget"),
        amount_of("forecast", "全年预计执行数（万元）"),
        share_of("forecast_rate", "预计执行率", "forecast", "annual_budget"),
        *(sum_of(key, label) for key, label in _OF_INDICATORS),
        _found("alarms", "预警数", "group", WARNING),
        _found("fix", "须修改数", "treatment", "本次修改"),
        _found("explain", "须说明数", "treatment", "本次说明"),
        hand("opinion", "审核意见", 20),
        hand("officer", "审核人", 9),
        hand("reviewed", "审核日期", 11, "date"),
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
        Column("status", "报送状态", 9),
        Column("through", "监控期间", 10),
        amount("initial_budget", "年初预算数（万元）"),
        amount("annual_budget", "全年预算数（万元）"),
        amount("executed", "1—n月执行数（万元）"),
        rate_of("execution_rate", "1—n月执行率", "executed", "annual_budget"),
        Column("stated_rate", "填报执行率", 10, "printed"),
        Column("due_rate", "应达进度（参数）", 9, "rate"),
        amount("forecast", "全年预计执行数（万元）"),
        rate_of("forecast_rate", "预计执行率", "forecast", "annual_budget"),
        rest_of("unspent", "预计未执行金额（万元）", "annual_budget", "forecast"),
        *(count(key, label) for key, label in _OF_INDICATORS),
        count("alarms", "预警数"),
        count("fix", "须修改数"),
        count("explain", "须说明数"),
        Column("main_findings", "主要问题（最重三条）", 40, "wrap"),
        hand("disposal", "处置意见", 14),
        hand("demand", "整改要求", 24),
        hand("mended", "整改结果", 24),
        hand("officer", "审核人", 9),
        hand("reviewed", "审核日期", 11, "date"),
        Column("money_unit", "原表金额单位", 8),
        *PLACE,
        link(),
        hand("remark", "备注", 16),
    ),
    counted=("status", "execution_rate", "annual_budget", "executed"),
    summed=(*AMOUNTS, "unspent"),
    besides="另有部门监控表等",
)

INDICATORS = Sheet(
    "indicators",
    "指标明细",
    (
        *HEAD,
        FORM,
        *LEVELS,
        Column("target", "年度指标值（原文）", 15, "wrap"),
        Column("actual", "1—n月完成情况", 15, "wrap"),
        Column("progress", "完成进度", 10, "rate"),
        Column("forecast", "全年预计完成情况", 15, "wrap"),
        Column("will", "预计判定", 9),
        Column("outlook", "完成目标可能性", 11),
        Column("causes", "偏差原因类别", 18, "wrap"),
        Column("note", "原因说明", 40, "wrap"),
        Column("rules", "涉及规则", 12),
        *PLACE,
        link(),
    ),
    counted=("form", "outlook", "will"),
)

_OF_FINDINGS = {column.key: column for column in FINDINGS.columns}
ALARMS = Sheet(
    "findings",
    "预警清单",
    (
        *HEAD,
        FORM,
        Column("group", "类别", 9),
        *(
            _OF_FINDINGS[key]
            for key in (
                *("severity", "treatment", "rule", "title", "subject", "value", "expected"),
                *("message", "hint", "explanation", "status", "opinion"),
            )
        ),
        hand("disposal", "处置意见", 14),
        hand("officer", "审核人", 9),
        *PLACE,
        link("定位"),
    ),
    counted=("group", "status", "treatment", "rule"),
)

_NOT_IN_LEDGER = ("reports",)
SUBMITTED = replace(
    SUBMISSIONS,
    columns=tuple(
        replace(column, label=monitored(column.label))
        for column in SUBMISSIONS.columns
        if column.key not in _NOT_IN_LEDGER
    ),
)
RECEIVED = RECEIPTS

SHEETS = (DEPARTMENTS, PROJECTS, INDICATORS, ALARMS, SUBMITTED, RECEIVED)
