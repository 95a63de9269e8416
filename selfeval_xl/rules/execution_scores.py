"""The rule on the score of the execution rate, in the funding table or as an indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.scoring import execution_score
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Form, FundingLine, Indicator
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.quantity import is_void, money, points_of, tidy
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.texts import says_something


@rule("S08", "执行率得分不对", Severity.ERROR, asks="执行率得分＝分值×执行率。", needs="scores")
def execution_score_wrong(form: Form, policy: Policy) -> Iterator[Finding]:
    """The execution score is points × execution rate, never above the points (财预〔2020〕10号).

    So is that of an indicator called 预算执行率 which has no target of its own.
    """
    line = main_line(form)
    if line is None or line.rate is None or not line.budget:
        return
    rates = [line.rate, *filter(None, (_printed_rate(line),))]
    scored: list[tuple[FundingLine | Indicator, Decimal | None, Decimal | None]] = [
        (line, points_of(line.points), points_of(line.score))
    ]
    scored += [(row, points_of(row.points), points_of(row.score)) for row in _rows_of_execution(form)]
    for row, points, score in scored:
        if not points or score is None or score > points:
            continue
        right = execution_score(points, line.rate, policy)
        accepted = [execution_score(points, rate, policy) for rate in rates]
        if all(abs(score - wanted) > policy.number("score_tolerance") for wanted in accepted):
            yield row.finding(
                "score",
                (
                    f"执行率{shown(line.rate)}，分值{plain_number(points)}分，执行率得分应是{plain_number(right)}分，"
                    f"填的是{plain_number(score)}分。"
                ),
                expected=plain_number(right),
                hint="按本县的分档计执行率得分。"
                if policy.bands("execution_score_bands")
                else "执行率得分＝分值×执行率，超过100%的按100%算；有其他计分办法的，请写明。",
            )


_OF_EXECUTION = re.compile(r"^(?:指标\d*[:：.、]?)?(?:部门|项目)?(?:预算|资金)?执行率(?:[(（]%?[)）])?$")


def is_of_execution(row: Indicator) -> bool:
    """Whether an indicator is the execution rate, scored as the row of the money is, without a target."""
    return bool(_OF_EXECUTION.match(tidy(row.name or ""))) and is_void(row.target)


def judged_by_rate(form: Form, row: Indicator) -> bool:
    """Whether the form's own rate says what the row's score should be."""
    line = main_line(form)
    return is_of_execution(row) and line is not None and line.rate is not None and bool(line.budget)


def _rows_of_execution(form: Form) -> list[Indicator]:
    """The indicators that are the execution rate, without those whose deduction has a reason."""
    return [row for row in form.indicators if is_of_execution(row) and not says_something(row.note)]


def _printed_rate(line: FundingLine) -> Decimal | None:
    """The printed rate as a ratio. A score that follows from a wrong rate is not wrong twice (F02)."""
    text = tidy(line.execution_rate or "")
    rate = money(text.rstrip("%"))
    return rate / 100 if rate is not None and "%" in text else None
