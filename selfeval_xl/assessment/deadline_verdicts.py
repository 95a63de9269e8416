"""The judgement on completed values whose target is a deadline."""

from __future__ import annotations

import re
from calendar import monthrange
from decimal import Decimal

from selfeval_xl.assessment.words import PLANNED, judge_words
from selfeval_xl.model.deadlines import Deadline, read_compact
from selfeval_xl.model.forms import Cause, Judgement, Verdict
from selfeval_xl.model.quantity import Kind, Quantity

_YEAR = 2000  # stands in where neither date nor form has a year; a leap year

_DONE_IN_YEAR = re.compile(r"(20\d{2})年度?(?:内?完成)?")  # 2024年内完成

_NEXT_YEAR = re.compile(r"^(?:次年|明年|来年|下一?年度?|翌年)")

_LATE, _EARLY = 10, 3  # 年底前 done in 2025年1月 may be a year too late


def undetermined(
    cause: Cause, attainment: Decimal | None = None, deviation: Decimal | None = None
) -> Judgement:
    return Judgement(Verdict.UNDETERMINED, attainment, deviation, cause)


def verdict_of(met: bool) -> Verdict:
    return Verdict.MET if met else Verdict.UNMET


def may_be_month(quantity: Quantity) -> bool:
    """Whether a quantity such as 10月 may be October."""
    number = quantity.number
    if (
        quantity.kind is not Kind.NUMBER
        or quantity.unit not in ("月", "月份")
        or quantity.operator
        or number is None
    ):
        return False
    return 1 <= number <= 12 and number % 1 == 0


def judge_deadline(target: Quantity, actual: Quantity, year: int | None) -> Judgement:
    """The judgement on a completed value whose target is a deadline."""
    due = target.deadline
    if due is None:
        return undetermined(Cause.NO_TARGET)
    if due.year is None and _NEXT_YEAR.search(actual.words) and not _NEXT_YEAR.search(target.words):
        return Judgement(Verdict.UNMET)
    if actual.kind is Kind.DEADLINE and actual.deadline:
        planned = PLANNED.search(actual.words) and not PLANNED.search(target.words)
        return undetermined(Cause.WORDS) if planned else _compare_dates(due, actual.deadline, year)
    if actual.kind is Kind.NUMBER:
        return _judge_numeric_date(due, actual, year)
    if actual.kind is Kind.TEXT:
        done_in = _DONE_IN_YEAR.fullmatch(actual.words)
        return _compare_years(due, int(done_in[1]), year) if done_in else judge_words(target.words, actual)
    return undetermined(Cause.DIMENSION)


def _judge_numeric_date(due: Deadline, actual: Quantity, year: int | None) -> Judgement:
    """The judgement on 10月, 12.31 or 20241130 as the date of completion.

    12个月 counts as done by a deadline at the end of a year.
    """
    if may_be_month(actual):
        return _compare_dates(due, Deadline(int(actual.number or 0)), year)
    date = None if actual.unit or actual.operator else read_compact(str(actual))
    if date:
        return _compare_dates(due, date, year)
    if actual.unit in ("季度", "季") and actual.number in (1, 2, 3, 4):
        return _compare_dates(due, Deadline(int(actual.number) * 3), year)
    measure = actual.measure
    if (
        measure
        and measure.dimension == "months"
        and due.month == 12
        and not due.day
        and actual.number
        and actual.number * measure.factor == 12
    ):
        return Judgement(Verdict.MET)
    return undetermined(Cause.DIMENSION)


def _compare_dates(due: Deadline, done: Deadline, form_year: int | None) -> Judgement:
    """The judgement on a date of completion: met by a day not later than the deadline.

    A month without a day is settled only where all its days lie on one side.
    """
    year = due.year or form_year or done.year or _YEAR
    if not (due.year or form_year) and done.year and due.month >= _LATE and done.month <= _EARLY:
        return undetermined(Cause.WORDS)  # 年底前 and 2025年1月, where nothing tells the year of the form
    limit = due.last_day(year)
    if done.day:
        return Judgement(verdict_of((done.year or limit[0], done.month, done.day) <= limit))
    month = (done.year or due.year or (year if due.month > 1 or not due.before else limit[0]), done.month)
    if month == limit[:2] and limit[2] < monthrange(*month)[1]:
        return undetermined(Cause.WORDS)
    return Judgement(verdict_of(month <= limit[:2]))


def _compare_years(due: Deadline, done: int, form_year: int | None) -> Judgement:
    """The judgement where only the year of completion is known."""
    last = due.last_day(due.year or form_year or done)
    if done == last[0] and last[1:] != (12, 31):
        return undetermined(Cause.WORDS)
    return Judgement(verdict_of(done <= last[0]))
