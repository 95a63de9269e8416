"""Rules on what a project is to reach: within its dates, and the year's part no more than the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import DECLARATION, Form, FundingLine, Indicator
from selfeval_xl.model.money import amount_names
from selfeval_xl.model.periods import Day, Period, dates_of
from selfeval_xl.model.quantity import parse
from selfeval_xl.rules.amounts_done import adds_up, amount_of
from selfeval_xl.rules.indicators import named
from selfeval_xl.rules.registry import BEFORE_IT, rule
from selfeval_xl.rules.sums import amount_span
from selfeval_xl.rules.texts import cells


@rule(
    "M06",
    "时限不在项目期内",
    Severity.WARNING,
    asks="指标值里的时限在项目期（起止年月）之内。项目期只写“3年”“长期”的，看不出起止，不查。",
    stages=BEFORE_IT,
)
def deadline_outside_the_project(form: Form, policy: Policy) -> Iterator[Finding]:
    """A deadline in a target lies between the first and the last day of the project (项目期)."""
    period = dates_of(form.period)
    if period is None:
        return
    for row in form.indicators:
        key = next((key for key in ("target", "medium_target") if _is_outside(form, row, key, period)), None)
        if key is not None:
            yield replace(
                row.finding(
                    key,
                    f"{named(row)}的时限是“{getattr(row, key)}”，不在项目期“{form.period}”之内。",
                    expected=f"{_written(period.first)}至{_written(period.last)}",
                    hint="核对时限和项目期，写错的改正；都对的请说明。",
                ),
                cell=cells(row.cells.get(key), form.cells.get("period")),
            )


def _is_outside(form: Form, row: Indicator, key: str, period: Period) -> bool:
    """Whether a target has a deadline outside the period; False where its year is not known."""
    deadline = parse(getattr(row, key)).deadline
    year = (deadline.year if deadline else None) or (form.year if key == "target" else None)
    if deadline is None or year is None:
        return False
    return not period.first <= deadline.last_day(year) <= period.last


def _written(day: Day) -> str:
    return "{}年{}月{}日".format(*day)


@rule(
    "M07",
    "年度目标大于中期目标",
    Severity.WARNING,
    asks=(
        "年度资金不大于中期资金；同一个指标，能累计的数量，年度指标值不大于中期指标值。比率、单价、成本和常年不变的"
        "人数不查；中期资金填0的，不是跨年项目，也不查。"
    ),
    stages=(DECLARATION,),
)
def year_above_the_whole(form: Form, policy: Policy) -> Iterator[Finding]:
    """What one year is to reach or may spend is no more than the whole project.

    Looked at: money, and work that adds up.
    """
    over = [line for line in form.funding if _is_more(line)]
    top = [line for line in over if line.is_total] or [line for line in over if line.part_of is None] or over
    if top:
        names = amount_names(form)
        listed = "；".join(f"{line.source}年度{line.annual_budget}，中期{line.medium_budget}" for line in top)
        yield replace(
            top[0].finding(
                "annual_budget",
                f"{names['annual_budget']}大于{names['medium_budget']}：{listed}（{form.money_unit}）。",
                expected=f"不大于{top[0].medium_budget}",
                hint="中期资金是整个项目期的，包括这一年；核对这两个数，填错的改正。",
            ),
            cell=cells(*(line.cells.get(key) for line in top for key in ("annual_budget", "medium_budget"))),
        )
    for row in form.indicators:
        whole, year = (amount_of(row, text, is_target=True) for text in (row.medium_target, row.target))
        if adds_up(row) and whole and year and whole.is_below(year):
            yield replace(
                row.finding(
                    "target",
                    f"{named(row)}年度指标值“{row.target}”，大于中期指标值“{row.medium_target}”。",
                    expected=f"不大于{str(parse(row.medium_target)).lstrip('≥>=')}",
                    hint="中期指标值是整个项目期的，包括这一年；核对这两个数，填错的改正。",
                ),
                cell=cells(row.cells.get("target"), row.cells.get("medium_target")),
            )


def _is_more(line: FundingLine) -> bool:
    """Whether the year's money is more than that of the whole project, whatever was rounded."""
    year, whole = amount_span(line, "annual_budget"), amount_span(line, "medium_budget")
    return (
        year is not None
        and whole is not None
        and bool(line.amount("medium_budget"))
        and year.low > whole.high
    )
