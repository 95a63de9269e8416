"""指标明细: one row an indicator."""

from __future__ import annotations

from collections.abc import Iterator

from selfeval_xl.county.departments.data import CountedForm, CountyData, DepartmentData
from selfeval_xl.county.sheets.columns import EARLIER, FORM, HEAD, LEVELS, PLACE, Column, Sheet, link
from selfeval_xl.county.sheets.earlier_columns import earlier_of
from selfeval_xl.county.sheets.row_heads import Row, first_cell, form_head, place
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import Indicator
from selfeval_xl.model.numbers import rate4
from selfeval_xl.model.quantity import Kind, money
from selfeval_xl.model.text import squeeze

INDICATORS = Sheet(
    "indicators",
    "指标明细",
    (
        *HEAD,
        FORM,
        *LEVELS,
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
        *EARLIER,
        Column("last_target", "上年指标值", 11),
        Column("last_actual", "上年完成值", 11),
        *PLACE,
        link(),
    ),
    counted=("form", "level1", "verdict"),
)


def indicator_rows(entry: DepartmentData, material: CountyData) -> Iterator[Row]:
    """The rows of 指标明细 of a department, with the rules that fired and the roster's last-year values."""
    for form in entry.forms:
        rules, earlier = _rules_by_cell(form.findings), earlier_of(form)
        code = form.form.project_code or (form.ledger.code if form.ledger else None) or ""
        for row in form.form.indicators:
            last = material.targets.get((code, squeeze(row.name or ""))) if material.targets else None
            yield {
                **_indicator(form, row),
                "rules": "、".join(
                    dict.fromkeys(rule for cell in row.cells.values() for rule in rules.get(cell, ()))
                ),
                **earlier(row),
                "last_target": last.last_target if last else None,
                "last_actual": last.last_actual if last else None,
            }


def _rules_by_cell(findings: list[Finding]) -> dict[str, list[str]]:
    """The rules that found something, by cell."""
    rules: dict[str, list[str]] = {}
    for finding in findings:
        for cell in (finding.cell or "").split(","):
            if cell:
                rules.setdefault(cell, []).append(finding.rule)
    return rules


def _indicator(form: CountedForm, row: Indicator) -> Row:
    """The columns of 指标明细 that an indicator gives by itself."""
    wanted, done = row.target_quantity, row.actual_quantity
    operator, number_wanted = None, None
    if wanted is not None and wanted.kind is Kind.NUMBER:
        operator, number_wanted = wanted.operator or "=", wanted.number
    elif wanted is not None and wanted.kind is Kind.TEXT:
        operator = "定性"
    score = money(row.score)
    return {
        **form_head(form),
        "level1": row.level1,
        "level2": row.level2,
        "name": row.name,
        "target": row.target,
        "operator": operator,
        "number_wanted": number_wanted,
        "measure": (wanted.unit if wanted else None) or row.unit,
        "actual": row.actual,
        "number_done": done.number if done is not None and done.kind is Kind.NUMBER else None,
        "attainment": rate4(row.attainment),
        "deviation": rate4(row.deviation),
        "verdict": row.verdict.label if row.verdict else None,
        "points": money(row.points),
        "score": score,
        "expected_score": row.expected_score,
        "score_difference": None
        if score is None or row.expected_score is None
        else score - row.expected_score,
        "note": row.note,
        **place(form, first_cell(row.cells.get("actual") or row.cells.get("name"))),
    }
