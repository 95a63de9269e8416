"""项目汇总: one row a project, reported or missing."""

from __future__ import annotations

from collections.abc import Iterator

from selfeval_xl.county.departments.data import (
    BLANK,
    EXEMPT,
    MISSING,
    NONE,
    CountedForm,
    CountyData,
    DepartmentData,
    advice,
    counts,
)
from selfeval_xl.county.sheets.columns import (
    HEAD,
    PLACE,
    Column,
    Sheet,
    amount,
    change_of,
    count,
    hand,
    link,
    rate_of,
    rest_of,
)
from selfeval_xl.county.sheets.row_heads import Row, form_cell, head, place
from selfeval_xl.filings.roster import Project
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import change, difference, ratio

PROJECTS = Sheet(
    "projects",
    "项目汇总",
    (
        *HEAD,
        Column("supervisor", "主管部门", 20, "wrap"),
        Column("unit", "实施单位", 20, "wrap"),
        Column("category", "项目类别", 10),
        Column("status", "报送状态", 9),
        amount("initial_budget", "年初预算数（万元）"),
        amount("annual_budget", "全年预算数（万元）"),
        amount("executed", "全年执行数（万元）"),
        rate_of("execution_rate", "执行率", "executed", "annual_budget"),
        Column("stated_rate", "填报执行率", 10, "printed"),
        rest_of("unspent", "未执行金额（万元）", "annual_budget", "executed"),
        change_of("adjustment", "预算调整率", "annual_budget", "initial_budget"),
        rate_of("initial_rate", "按年初预算执行率", "executed", "initial_budget"),
        amount("ledger_budget", "台账全年预算数（万元）"),
        amount("ledger_executed", "台账支付数（万元）"),
        count("indicators", "指标总数"),
        count("met", "已完成"),
        count("exceeded", "其中超额完成"),
        count("unmet", "未完成"),
        count("zero", "其中完成值为0"),
        count("undetermined", "待核定"),
        count("blank", "未填"),
        count("unexplained", "偏差未说明数"),
        Column("score", "自评得分", 9, "number"),
        Column("grade", "自评等级", 8),
        count("fix", "须修改数"),
        count("explain", "须说明数"),
        count("errors", "错误数"),
        count("warnings", "核实数"),
        count("notes", "提示数"),
        Column("main_findings", "主要问题（最重三条）", 40, "wrap"),
        Column("advice", "校验建议", 12),
        hand("opinion", "审核意见", 20),
        hand("officer", "审核人", 9),
        hand("reviewed", "审核日期", 11, "date"),
        Column("sample", "建议抽查", 8),
        Column("sample_reason", "抽查理由", 16, "wrap"),
        hand("second_score", "复核得分", 9, "number"),
        hand("second_grade", "复核等级", 9),
        Column("proposed_use", "结果应用建议（程序）", 24, "wrap"),
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
    besides="另有部门整体表、自评报告等",
)
VERDICTS = ("indicators", "met", "exceeded", "unmet", "zero", "undetermined", "blank", "unexplained")
GRADES = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}


def project_rows(entry: DepartmentData, material: CountyData) -> Iterator[Row]:
    """The rows of 项目汇总 of a department: its project forms, then the missing and the exempt projects."""
    for form in entry.projects:
        yield _project(form, material)
    for status, projects in ((MISSING, entry.missing), (EXEMPT, entry.exempt)):
        for project in projects:
            yield _absent(entry, project, status)


def _project(form: CountedForm, material: CountyData) -> Row:
    """The row of 项目汇总 of a project form."""
    record, ledger = form.form, form.ledger
    row = {
        **head(form.entry),
        "project_code": record.project_code or (ledger.code if ledger else None),
        "project": form.project_name,
        "supervisor": record.department,
        "unit": record.unit,
        "category": ledger.category if ledger else None,
        "status": form.status,
        # What stands in a form that nobody has filled in is the bureau's own: nothing was reported.
        **{key: None if form.status == BLANK else form.amount(key) for key in AMOUNTS},
        "stated_rate": record.total_funding.execution_rate if record.total_funding else None,
        "ledger_budget": ledger.annual_budget if ledger else None,
        "ledger_executed": ledger.executed if ledger else None,
        **form.verdicts(),
        "score": form.score(),
        "grade": None if form.status == BLANK else form.grade(material.policy),
        **counts(form.findings),
        "main_findings": main_findings(form.findings),
        "advice": advice(form.findings) if form.entry.came else NONE,
        "layout": record.layout or "其他表式",
        "money_unit": record.money_unit or "万元",
        **place(form, form_cell(form)),
    }
    return _with_all_rates(row)


def _absent(entry: DepartmentData, project: Project, status: str) -> Row:
    """The row of a project of the roster of which no form came."""
    row = {
        **head(entry),
        "project_code": project.code,
        "project": project.name,
        "unit": project.unit,
        "category": project.category,
        "status": status,
        **dict.fromkeys(AMOUNTS),
        "ledger_budget": project.annual_budget,
        "ledger_executed": project.executed,
        "advice": NONE if status == MISSING else status,
    }
    return _with_all_rates(row)


def with_rates(row: Row) -> Row:
    """The row with what is computed from its amounts, as the columns' formulas do it."""
    row["execution_rate"] = ratio(row["executed"], row["annual_budget"])
    row["unspent"] = difference(row["annual_budget"], row["executed"])
    row["adjustment"] = change(row["annual_budget"], row["initial_budget"])
    return row


def _with_all_rates(row: Row) -> Row:
    """The row with the rates of 部门汇总 and the rate on the initial budget."""
    return with_rates(row) | {"initial_rate": ratio(row["executed"], row["initial_budget"])}


def main_findings(findings: list[Finding], ordered: bool = False) -> str:
    """主要问题: the titles of the three gravest findings, each once, with its cell. ordered: as given."""
    if not ordered:
        findings = sorted(findings, key=lambda finding: (finding.rank, finding.rule))
    titles = dict.fromkeys(
        f"{finding.title}（{finding.shown_cells}）" if finding.cell else finding.title for finding in findings
    )
    return "；".join(list(titles)[:3])
