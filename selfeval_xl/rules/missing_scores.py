"""Scores that cannot stand: below zero, or not given where something was completed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Form, FundingLine, Indicator, Task
from selfeval_xl.model.quantity import is_blank, points_of
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.scores import Scored, all_scored, number
from selfeval_xl.rules.texts import cells, several


@rule("S13", "得分小于0", Severity.ERROR, asks="得分不小于0。", needs="scores")
def score_below_zero(form: Form, policy: Policy) -> Iterator[Finding]:
    """No score is below 0: 0 is the least that can be given."""
    for item in all_scored(form):
        if item.score is not None and item.score < 0:
            yield item.row.finding(
                "score",
                f"“{item.row.subject}”得分是{number(item.score)}分，小于0。",
                expected=f"0至{number(item.points)}",
                hint="得分最少是0分，请改正。",
            )
    total = points_of(form.total_score)
    if total is not None and total < 0:
        yield form.finding(
            "total_score", f"总分是{number(total)}分，小于0。", hint="核对各行得分，重新计算总分。"
        )


@rule(
    "S14",
    "没有填得分",
    Severity.ERROR,
    asks="有分值、填了完成值的每一行都要有得分，总分才算数。",
    needs="scores",
)
def score_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """A row with points and a completed value has its score; until then the total is not final."""
    if "score" not in form.indicator_columns:
        return
    missing = unscored(form)
    if not missing:
        return
    points = sum((item.points for item in missing), start=missing[0].points * 0)
    total = f"，总分{form.total_score}分不能算数" if points_of(form.total_score) is not None else ""
    names = several([_name(item) for item in missing], "等{}行")
    sum_of = "共" if len(missing) > 1 else ""
    yield replace(
        missing[0].row.finding(
            "score",
            f"{names}没有填得分（分值{sum_of}{number(points)}分）{total}。",
            hint="按完成情况填上得分；一分不得的填0。",
        ),
        cell=cells(*(item.row.cells.get("score") for item in missing)),
    )


def _name(item: Scored) -> str | None:
    """The row as messages name it; that of the money is 预算执行率."""
    return "预算执行率" if isinstance(item.row, FundingLine) else item.row.subject


def unscored(form: Form) -> list[Scored]:
    """The rows with points and a completed value, or an execution rate, that have no score."""
    return [
        item
        for item in all_scored(form)
        if item.points and item.score is None and is_blank(item.row.score) and _is_completed(item.row)
    ]


def _is_completed(row: FundingLine | Indicator | Task) -> bool:
    """Whether the row says what was done or spent."""
    if isinstance(row, Indicator):
        return not is_blank(row.actual)
    if isinstance(row, Task):
        return not is_blank(row.outcome)
    return row.rate is not None
