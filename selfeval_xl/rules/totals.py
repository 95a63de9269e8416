"""Rules on the total score: full marks with faults, and low results that nobody explains."""

from __future__ import annotations

from collections.abc import Iterator

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Form, Verdict
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.quantity import points_of
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.scores import HUNDRED, all_scored, number
from selfeval_xl.rules.texts import explains_money, is_instruction, names_measure


@rule(
    "S11",
    "有未完成的却得满分",
    Severity.WARNING,
    asks="有指标未完成，或执行率低于说明线的，总分不应是100分。",
    needs="scores",
)
def perfect_total_with_faults(form: Form, policy: Policy) -> Iterator[Finding]:
    """A total of 100 does not go with an unmet indicator or an execution rate below 90% (policy)."""
    if points_of(form.total_score) != HUNDRED:
        return
    line = main_line(form)
    unmet = [row for row in form.indicators if row.verdict is Verdict.UNMET]
    faults = [f"指标“{row.name}”未完成" for row in unmet[:3]]
    if len(unmet) > 3:
        faults.append(f"等共{len(unmet)}个指标未完成")
    if (
        line is not None
        and line.rate is not None
        and line.budget
        and line.rate < policy.number("execution_floor")
    ):
        faults.append(f"执行率只有{shown(line.rate)}")
    if faults:
        yield form.finding(
            "total_score", f"总分是100分，但{'，'.join(faults)}。", hint="核对得分，按实际完成情况扣分。"
        )


@rule(
    "S12",
    "得分或执行率低没有说明",
    Severity.WARNING,
    asks="得分低、等级为中或差、执行率低的，要有说明和措施。",
    needs="scores",
)
def low_result_unexplained(form: Form, policy: Policy) -> Iterator[Finding]:
    """A grade 中 or 差, or a rate below 60% (policy), needs an explanation and measures.

    Without any reason a low rate is F05's.
    """
    line, total = main_line(form), points_of(form.total_score)
    if any(item.score is None and item.points for item in all_scored(form)):
        total = None  # not final while a score is missing (S14)
    low_rate = (
        line is not None
        and line.rate is not None
        and line.budget
        and line.rate < policy.number("execution_low")
    )
    low_grades = [name for name, _ in policy.bands("grades")[2:]]
    low_grade = policy.grade(total) in low_grades if total is not None and total <= HUNDRED else False
    if not low_rate and not low_grade:
        return
    reasons, measures = explains_money(form, policy) or _has_remarks(form), names_measure(form, policy)
    missing = "没有写改进措施" if reasons else "没有说明原因和改进措施"
    if reasons and measures:
        return
    if low_grade and total is not None:
        graded = f"{'等级为' if form.grade else '按分数属于'}“{policy.grade(total)}”"
        yield form.finding(
            "total_score",
            f"总分{number(total)}分，{graded}，{missing}。",
            hint="写明得分低的原因，以及下一步怎么改进。",
        )
    elif low_rate and line is not None and reasons:
        yield line.finding(
            "execution_rate",
            f"执行率只有{shown(line.rate)}，{missing}。",
            hint="写明下一步怎样加快支出。",
            value=line.execution_rate or shown(line.rate),
        )


def _has_remarks(form: Form) -> bool:
    """Whether any remark of the form is a text of some length."""
    return any(len(text) >= 10 and not is_instruction(text) for text in form.remarks.values() if text)
