"""The sheets of the province workbook with their columns.

部门汇总 and 项目汇总 are the county's columns with the county in front.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.reasons import money_kinds
from selfeval_xl.county.departments.data import BLANK, EXEMPT, EXTRA, NONE, UNLISTED, UNSCORED
from selfeval_xl.county.intake.receipts import RESULTS
from selfeval_xl.county.sheets.columns import (
    FORMULA,
    HAND,
    NUMBER,
    Column,
    ColumnFormula,
    Sheet,
    amount,
    change_of,
    count,
    link,
    rate_of,
    share_of,
)
from selfeval_xl.county.sheets.departments import DEPARTMENTS as COUNTY_DEPARTMENTS
from selfeval_xl.county.sheets.departments import completion
from selfeval_xl.county.sheets.projects import PROJECTS as COUNTY_PROJECTS
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import ratio

DONE, FAILED = "已汇总", "没有汇总成"
AGREE, DISAGREE = "相符", "不符"
GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差", "unscored": UNSCORED}
FATES = {
    "whole": "采用",
    "part": "部分采用",
    "superseded": "被新版本替代",
    "repeated": "重复",
    "attached": "附件",
    "other_forms": "其他绩效表",
    "unreadable": "无法读取",
    "other": "非自评材料",
}
assert tuple(FATES.values()) == RESULTS
COUNTY = Column("county", "县区", 13, "wrap")
STATE = Column("state", "汇总情况", 10)


def source_key(number: int, amount: str) -> str:
    """The key of the column of 县区汇总 for an amount of a kind of money (number: in `money_kinds`)."""
    return f"source{number}_{amount}"


def _as_numbers(columns: tuple[Column, ...], *besides: str) -> Iterator[Column]:
    """A county's columns as they come from its store.

    Sums over the county's other sheets become numbers; columns that officers fill in are left out.
    """
    for column in columns:
        if column.kind == HAND or column.key in ("number", "link", *besides):
            continue
        yield replace(column, kind="", live=None) if column.live and column.live.value is None else column


DEPARTMENTS = Sheet(
    "departments",
    "部门汇总",
    (
        NUMBER,
        COUNTY,
        *_as_numbers(COUNTY_DEPARTMENTS.columns),
        Column("state", "当前状态", 9),
        Column("late", "是否逾期", 7),
        link("县区汇总表"),
    ),
    frozen=5,
)

PROJECTS = Sheet(
    "all_projects",
    "项目汇总",
    # The proposed use is for the county's officers, whose own column is not here.
    (NUMBER, COUNTY, *_as_numbers(COUNTY_PROJECTS.columns, "proposed_use"), link("县区汇总表")),
    frozen=7,
)

PROBLEMS = Sheet(
    "problems",
    "问题汇总",
    (
        NUMBER,
        COUNTY,
        Column("severity", "级别", 7),
        Column("rule", "规则编号", 9),
        Column("title", "规则名称", 34, "wrap"),
        count("departments", "涉及部门数", 10),
        count("projects", "涉及项目数", 10),
        count("count", "条数", 9),
        count("explained", "其中单位已说明", 10),
        link("县区汇总表"),
    ),
    frozen=5,
)

RECEIPTS = Sheet(
    "receipts",
    "收件核对",
    (
        NUMBER,
        COUNTY,
        STATE,
        Column("folder", "材料", 20, "wrap"),
        count("received", "收到文件", 8),
        *(count(key, label, 9) for key, label in FATES.items()),
        Column(
            "files_agree",
            "文件核对",
            9,
            "number",
            FORMULA,
            live=ColumnFormula(
                f'IF({{received}}={"+".join(f"{{{key}}}" for key in FATES)},"{AGREE}","{DISAGREE}")',
                lambda row: AGREE if row["received"] == sum(row[key] for key in FATES) else DISAGREE,
                True,
            ),
        ),
        count("recognised", "识别表数", 9),
        count("used", "采用表数", 9),
        count("replaced", "被替代表数", 9),
        count("duplicate", "重复表数", 9),
        Column(
            "forms_agree",
            "表核对",
            9,
            "number",
            FORMULA,
            live=ColumnFormula(
                f'IF({{recognised}}={{used}}+{{replaced}}+{{duplicate}},"{AGREE}","{DISAGREE}")',
                lambda row: (
                    AGREE
                    if row["recognised"] == row["used"] + row["replaced"] + row["duplicate"]
                    else DISAGREE
                ),
                True,
            ),
        ),
        link("县区汇总表"),
    ),
    frozen=3,
)


def _sum(
    sheet: str, key: str, label: str, format: str = "count", width: float = 8, of: str = "", where: str = ""
) -> Column:
    """A column with the county's sum over another sheet. of: that sheet's column, where its key differs."""
    return Column(
        key,
        label,
        width,
        format,
        FORMULA,
        True,
        ColumnFormula(f"SUMIFS({{{sheet}.{of or key}}},{{{sheet}.county}},{{county}}{where})"),
    )


def _count(
    sheet: str, key: str, label: str, column: str, criterion: str, width: float = 8, more: str = ""
) -> Column:
    """A column with the number of the county's rows on another sheet that fulfil a criterion."""
    return Column(
        key,
        label,
        width,
        "count",
        FORMULA,
        True,
        ColumnFormula(f'COUNTIFS({{{sheet}.county}},{{county}},{{{sheet}.{column}}},"{criterion}"{more})'),
    )


def _less(row: Mapping[str, Any], parts: Iterable[str], whole: str) -> Decimal | None:
    """1 − parts ÷ whole to 0.01%; None where the whole is 0."""
    rest = Decimal(row[whole]) - sum((Decimal(row[part]) for part in parts), Decimal(0))
    return ratio(rest, Decimal(row[whole])) if row[whole] else None


def _covered(key: str, label: str, due: str, *missing: str) -> Column:
    """A column with 1 − missing ÷ due to 0.01%; counties without a roster have neither."""
    rest = "-".join(f"{{{part}}}" for part in (due, *missing))
    return Column(
        key,
        label,
        10,
        "rate",
        FORMULA,
        live=ColumnFormula(
            f'IF({{{due}}}=0,"",ROUND(({rest})/{{{due}}},4))',
            lambda row: _less(row, missing, due),
            True,
        ),
    )


_LISTED = f',{{departments.section}},"<>{UNLISTED}"'

COUNTIES = Sheet(
    "counties",
    "县区汇总",
    (
        NUMBER,
        COUNTY,
        STATE,
        Column("remark", "说明", 30, "wrap"),
        _count("departments", "due", "应报部门", "section", f"<>{UNLISTED}"),
        _count("departments", "reported", "已报部门", "state", f"<>{NONE}", more=_LISTED),
        _count("departments", "unreported", "未报部门", "state", NONE),
        _covered("reported_rate", "报送率", "due", "unreported"),
        _sum("receipts", "files", "收到文件", of="received"),
        _sum("receipts", "forms", "识别表数", of="recognised"),
        _sum("receipts", "forms_used", "采用表数", of="used"),
        _sum("departments", "due_projects", "应评项目", of="due"),
        _sum("departments", "assessed", "已评项目"),
        _sum("departments", "missing", "漏报项目"),
        _count("all_projects", "unfilled", "未填报项目", "status", BLANK),
        _count("all_projects", "extra", "名册外项目", "status", EXTRA),
        _count("all_projects", "exempt", "免评项目", "status", EXEMPT),
        _covered("covered", "自评覆盖率", "due_projects", "missing", "unfilled"),
        _sum("departments", "department_forms", "整体自评表"),
        _sum("departments", "reports", "自评报告"),
        _sum("departments", "sealed", "盖章件"),
        *(
            _sum("all_projects", key, label, "money", 14)
            for key, label in zip(
                AMOUNTS, ("年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）"), strict=True
            )
        ),
        share_of("execution_rate", "执行率", "executed", "annual_budget"),
        _sum("all_projects", "unspent", "未执行金额（万元）", "money", 13),
        change_of("adjustment", "预算调整率", "annual_budget", "initial_budget"),
        rate_of("initial_rate", "按年初预算执行率", "executed", "initial_budget"),
        *(
            _sum("departments", key, label)
            for key, label in (
                ("indicators", "指标总数"),
                ("met", "已完成"),
                ("exceeded", "其中超额完成"),
                ("unmet", "未完成"),
                ("zero", "其中完成值为0"),
                ("undetermined", "待核定"),
                ("blank", "未填"),
            )
        ),
        Column(
            "completion_rate",
            "指标完成率",
            10,
            "rate",
            FORMULA,
            live=ColumnFormula(
                'IF({indicators}-{undetermined}-{blank}=0,"",'
                "ROUND({met}/({indicators}-{undetermined}-{blank}),4))",
                completion,
                True,
            ),
        ),
        _sum("departments", "unexplained", "偏差未说明数"),
        *(
            _sum("problems", key, f"{word}数", of="count", where=f',{{problems.severity}},"{word}"')
            for key, word in (("errors", "错误"), ("warnings", "核实"), ("notes", "提示"))
        ),
        *(_sum("departments", key, label, width=7) for key, label in GRADES.items() if label != UNSCORED),
        _count("all_projects", "unscored", UNSCORED, "grade", UNSCORED),
        *(
            amount(source_key(number, key), f"{kind}{label}（万元）")
            for number, kind in enumerate(money_kinds())
            for key, label in zip(AMOUNTS, ("年初预算数", "全年预算数", "全年执行数"), strict=True)
        ),
        Column(
            "agrees",
            "收件核对",
            9,
            "number",
            FORMULA,
            live=ColumnFormula(
                f'IF(COUNTIFS({{receipts.county}},{{county}},{{receipts.files_agree}},"{AGREE}",{{recei'
                f'pts.forms_agree}},"{AGREE}")=1,"{AGREE}","{DISAGREE}")'
            ),
        ),
        Column("file", "县区汇总表", 22, "wrap"),
        link(),
    ),
    frozen=3,
)

SHEETS = (COUNTIES, DEPARTMENTS, PROJECTS, PROBLEMS, RECEIPTS)
