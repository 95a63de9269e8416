"""部门汇总: one row a department; its sums over 项目汇总 are formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from selfeval_xl.county.departments.data import (
    BLANK,
    DASH,
    EXTRA,
    MISSING,
    NONE,
    REPORTED,
    CountyData,
    DepartmentData,
    advice,
    counts,
)
from selfeval_xl.county.sheets.columns import (
    FORMULA,
    HEAD,
    Column,
    ColumnFormula,
    Sheet,
    change_of,
    count,
    hand,
    share_of,
)
from selfeval_xl.county.sheets.projects import GRADES, VERDICTS, with_rates
from selfeval_xl.county.sheets.row_heads import Row, head
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import mean, ratio
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.formats.kinds import ATTACHMENTS

_SUM = "SUMIFS({{projects.{key}}},{{projects.department}},{{department}})"


def sum_of(key: str, label: str) -> Column:
    """A column of 部门汇总: the department's sum over the same column of 项目汇总."""
    return Column(key, label, 7, "count", FORMULA, True, ColumnFormula(_SUM.format(key=key)))


def amount_of(key: str, label: str) -> Column:
    """The same of amounts; empty where none of its projects has one, for an unknown amount is not 0."""
    known = f'COUNTIFS({{projects.department}},{{department}},{{projects.{key}}},">-1E+99")'
    text = f'IF({known}=0,"",{_SUM.format(key=key)})'
    return Column(key, label, 13, "money", FORMULA, True, ColumnFormula(text))


def projects_with(key: str, label: str, *statuses: str) -> Column:
    """A column of 部门汇总: how many rows of 项目汇总 have one of these 报送状态."""
    text = "+".join(
        f'COUNTIFS({{projects.department}},{{department}},{{projects.status}},"{status}")'
        for status in statuses
    )
    return Column(key, label, 7, "count", FORMULA, True, ColumnFormula(text))


def _graded(key: str, grade: str) -> Column:
    """A column of 部门汇总: how many rows of 项目汇总 have this grade."""
    return Column(
        key,
        grade,
        6,
        "count",
        FORMULA,
        True,
        ColumnFormula(f'COUNTIFS({{projects.department}},{{department}},{{projects.grade}},"{grade}")'),
    )


def _found(key: str, label: str, column: str, word: str, *settled: str) -> Column:
    """A column of 部门汇总: how many rows of 审核问题 have this word in a column, without 已修改.

    Counted there and not over 项目汇总, so that findings on the department's own form count too. What an
    officer does not agree with (不认可) does not count. settled: further states that do not count.
    """
    states = () if column == "status" else ("已修改", *settled)
    current = "".join(f',{{findings.status}},"<>{state}"' for state in states)
    current += ',{findings.opinion},"<>不认可*"'
    return Column(
        key,
        label,
        7,
        "count",
        FORMULA,
        True,
        ColumnFormula(
            f'COUNTIFS({{findings.department}},{{department}},{{findings.{column}}},"{word}"{current})'
        ),
    )


def completion(row: Mapping[str, Any]) -> Decimal | None:
    """指标完成率 of a row to 0.01%: 已完成 ÷ (指标总数 − 待核定 − 未填); None where none is determined."""
    determined = row["indicators"] - row["undetermined"] - row["blank"]
    return ratio(Decimal(row["met"]), Decimal(determined)) if determined else None


_COMPLETED = Column(
    "completion_rate",
    "指标完成率",
    10,
    "rate",
    FORMULA,
    live=ColumnFormula(
        'IF({indicators}-{undetermined}-{blank}=0,"",ROUND({met}/({indicators}-{undetermined}-{blank}),4))',
        completion,
        True,
    ),
)

DEPARTMENTS = Sheet(
    "departments",
    "部门汇总",
    (
        *HEAD[:4],
        count("units", "所属单位数"),
        projects_with("due", "应评项目数", "已报", "未填报", "漏报"),
        projects_with("assessed", "已评项目数", "已报", "名册外"),
        projects_with("missing", "漏报项目数", "漏报"),
        count("department_forms", "整体自评表"),
        count("reports", "自评报告"),
        count("sealed", "盖章件"),
        amount_of("initial_budget", "年初预算数（万元）"),
        amount_of("annual_budget", "全年预算数（万元）"),
        amount_of("executed", "全年执行数（万元）"),
        share_of("execution_rate", "执行率", "executed", "annual_budget"),
        amount_of("unspent", "未执行金额（万元）"),
        change_of("adjustment", "预算调整率", "annual_budget", "initial_budget"),
        sum_of("indicators", "指标总数"),
        sum_of("met", "已完成"),
        sum_of("exceeded", "其中超额完成"),
        sum_of("unmet", "未完成"),
        sum_of("zero", "其中完成值为0"),
        sum_of("undetermined", "待核定"),
        sum_of("blank", "未填"),
        _COMPLETED,
        sum_of("unexplained", "偏差未说明数"),
        _found("fix", "须修改数", "treatment", "本次修改"),
        _found("explain", "须说明数", "treatment", "本次说明", "已说明"),
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
            live=ColumnFormula(
                'IFERROR(ROUND(AVERAGEIFS({projects.score},{projects.department},{department}),2),"")'
            ),
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
        hand("reviewed", "审核日期", 11, "date"),
        hand("remark", "备注", 16),
    ),
    frozen=4,
)


def department_row(entry: DepartmentData, projects: Sequence[Row], material: CountyData) -> Row:
    """The row of 部门汇总 of a department. projects: its rows of 项目汇总, summed as the formulas do it."""
    statuses = [row["status"] for row in projects]
    due = sum(map(statuses.count, (REPORTED, BLANK, MISSING)))
    has_projects = bool(material.roster and material.roster.projects)
    row: Row = {
        **head(entry),
        "units": units_of(entry, material),
        "due": due if has_projects else DASH,
        "assessed": statuses.count(REPORTED) + statuses.count(EXTRA),
        "missing": statuses.count(MISSING) if has_projects else DASH,
        "department_forms": len(entry.filled_wholes),
        "reports": len(entry.reports),
        "sealed": sealed(entry),
        **{key: sum((item.get(key) or 0 for item in projects), Decimal(0)) for key in VERDICTS},
        **{key: sum(item.get("grade") == grade for item in projects) for key, grade in GRADES.items()},
        **counts(entry.findings),
        "explained": sum(finding.status == "explained" for finding in entry.findings),
        "average_score": mean([item["score"] for item in projects if item.get("score") is not None]),
    }
    row["completion_rate"] = completion(row)
    if entry.wholes:
        row["department_score"] = entry.wholes[0].score()
        row["department_grade"] = entry.wholes[0].grade(material.policy)
    row["advice"] = advice(entry.findings) if entry.came else NONE
    row = with_rates(row | _known_sums(projects, AMOUNTS)) | _known_sums(projects, ("unspent",))
    return row if row["annual_budget"] else row | {"execution_rate": None}


def _known_sums(projects: Sequence[Row], keys: Sequence[str]) -> Row:
    """The sums of these columns of 项目汇总; None where no project has an amount."""
    known = {key: [item[key] for item in projects if item.get(key) is not None] for key in keys}
    return {key: sum(amounts, Decimal(0)) if amounts else None for key, amounts in known.items()}


def units_of(entry: DepartmentData, material: CountyData) -> int:
    """所属单位数: the subordinate units in the roster; without one, the units named on the project forms."""
    if material.roster and entry.row:
        return len(material.roster.below(entry.code))
    return len({squeeze(form.form.unit) for form in entry.projects if form.form.unit})


def sealed(entry: DepartmentData) -> int:
    """盖章件: the number of scans and pictures that came with the filing."""
    return sum(receipt.result == "附件" and receipt.file.kind in ATTACHMENTS for receipt in entry.receipts)
