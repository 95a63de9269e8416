"""Execution rate, attainment, deviation, verdict and expected score of what was read.

Pure: records in, records out.

Sources: 财预〔2020〕10号 and the arithmetic of docs/architecture.md. All numbers are Decimal, rounding is
half up.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from .deadlines import Deadline, read_compact
from .forms import Cause, Form, FundingLine, Indicator, Judgement, Verdict
from .grid import percent_text
from .policy import Policy
from .qualitative import FULFILLED, PLANNED, judge_words, says_all, says_done, says_failed, says_none
from .quantity import Kind, Quantity, money, parse
from .units import DAYS_A_MONTH, Measure, near

__all__ = ["FULFILLED", "assess", "execution_rate", "expected_score", "judge", "rounded", "shown"]

ZERO, ONE = Decimal(0), Decimal(1)
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)  # quotients of numbers of 18 digits, never rounded twice
_YEAR = 2000  # where neither the date nor the form says one: a leap year
_ROUGHLY = Decimal("-0.1")  # 约300人: nobody can say that 290 are too few

_RATE_NAME = re.compile(r"率|比例|占比|合规|及时|达标|程度|水平")
_COST_RATE_NAME = re.compile(r"控制率|成本率|超支率|变动率|增长率")
_DATE_NAME = re.compile(r"时间|时限|期限|日期|节点|进度|按期|及时|时效")
_DURATION_NAME = re.compile(r"时长|工期|租期|周期|月数|期数|月份数|持续|使用年限")
_DOWN, _UP = (
    re.compile(r"下降|降低|减少|压减|缩减|下滑|减幅|降幅|负增长"),
    re.compile(r"(?<!负)增长|增加|提高|提升|上升|增幅|上涨"),
)
_UNIT_IN_NAME = re.compile(r"[(（]([^()（）]{1,6})[)）]\s*$")


def assess(form: Form, policy: Policy) -> Form:
    """The same form with rates, judgements and expected scores filled in."""
    over = policy.number("over_fulfilment")
    return replace(
        form,
        funding=tuple(replace(line, rate=execution_rate(line)) for line in form.funding),
        indicators=tuple(
            _assess_indicator(indicator, over, policy, form.year) for indicator in form.indicators
        ),
    )


def execution_rate(line: FundingLine) -> Decimal | None:
    """Executed over annual budget, exact; 0/0 is 0; None where a number is missing or money was paid over a
    zero budget.
    """
    budget, executed = line.amount("annual_budget"), line.amount("executed")
    if budget is None or executed is None:
        return None
    if budget == 0:
        return ZERO if executed == 0 else None
    return _EXACT.divide(executed, budget)


def rounded(ratio: Decimal, digits: int = 2) -> Decimal:
    """Half up (away from zero), as Excel's ROUND."""
    return ratio.quantize(ONE.scaleb(-digits), ROUND_HALF_UP, _EXACT)


def shown(ratio: Decimal | None) -> str | None:
    """A ratio as it is printed: 99.86%."""
    return None if ratio is None else percent_text(ratio)


def _assess_indicator(indicator: Indicator, over: Decimal, policy: Policy, year: int | None) -> Indicator:
    target, actual = parse(indicator.target), parse(indicator.actual)
    judgement = judge(target, actual, cost=indicator.is_cost, name=indicator.name or "", over=over, year=year)
    return replace(
        indicator,
        target_quantity=target,
        actual_quantity=actual,
        judgement=judgement,
        expected_score=expected_score(indicator, target, actual, judgement, policy),
    )


@lru_cache(maxsize=20_000)
def judge(
    target: Quantity,
    actual: Quantity,
    *,
    cost: bool = False,
    name: str = "",
    over: Decimal = Decimal("0.30"),
    year: int | None = None,
) -> Judgement:
    """Compares a completed value with its target.

    cost: `=` or no operator then means at most. name: of the indicator, for units that stand there, rates and
    dates.
    year: of the form, for deadlines without one. Without a completed value the verdict is None; what cannot
    be settled
    is undetermined, never met.
    """
    if actual.kind is Kind.EMPTY:
        return Judgement(None)
    if target.kind is Kind.EMPTY:
        return _open(Cause.NO_TARGET)
    target, actual = _month_or_months(target, actual, name)
    if target.kind is Kind.DEADLINE:
        return _judge_deadline(target, actual, year)
    if target.kind is Kind.TEXT:
        return judge_words(target.words, actual)
    if actual.kind is Kind.TEXT:
        return _judge_told(target, actual)
    if actual.kind is Kind.DEADLINE:
        plain = money(actual.words)  # 2024.11 is an amount where one was asked for
        if plain is None:
            return _open(Cause.DIMENSION)
        actual = Quantity(Kind.NUMBER, number=plain)
    if PLANNED.search(actual.words):
        return _open(Cause.WORDS)
    at_most = target.operator in ("≤", "<") or (
        target.operator in ("=", "") and cost and _counts_as_cost(name)
    )
    if actual.kind is Kind.RANGE:
        return _judge_actual_range(target, actual, cost=cost, name=name, over=over, year=year)
    return _judge_numbers(target, actual, at_most, name, over)


def _open(cause: Cause, attainment: Decimal | None = None, deviation: Decimal | None = None) -> Judgement:
    return Judgement(Verdict.UNDETERMINED, attainment, deviation, cause)


def _verdict(met: bool) -> Verdict:
    return Verdict.MET if met else Verdict.UNMET


def _counts_as_cost(name: str) -> bool:
    return not _RATE_NAME.search(name) or bool(_COST_RATE_NAME.search(name))


def _month_or_months(target: Quantity, actual: Quantity, name: str) -> tuple[Quantity, Quantity]:
    """10月 without an operator is October where the other side is a date or the name asks for one."""
    if not _may_be_month(target) or _DURATION_NAME.search(name):
        return target, actual
    dated = (
        actual.kind is Kind.DEADLINE
        and actual.deadline is not None
        and bool(re.search(r"[月年日-]", actual.words))
    )
    if dated or (_DATE_NAME.search(name) and _may_be_month(actual)):
        due = Deadline(int(target.number or 0))
        return Quantity(Kind.DEADLINE, deadline=due, words=str(target)), actual
    return target, actual


def _may_be_month(quantity: Quantity) -> bool:
    number = quantity.number
    if (
        quantity.kind is not Kind.NUMBER
        or quantity.unit not in ("月", "月份")
        or quantity.operator
        or number is None
    ):
        return False
    return 1 <= number <= 12 and number % 1 == 0


def _judge_numbers(target: Quantity, actual: Quantity, at_most: bool, name: str, over: Decimal) -> Judgement:
    months = target.unit == actual.unit == "月" and _may_be_month(target) and not _DURATION_NAME.search(name)
    if months and target.number != actual.number:
        return _open(Cause.WORDS)  # 10月, 9月: a month earlier, or a month short
    readings = [_judge_pair(target, pair, at_most, over) for pair in _common(target, actual, name)]
    if not readings:
        return _open(Cause.DIMENSION)
    first = readings[0]
    if any(reading.verdict is not first.verdict for reading in readings[1:]):
        return _open(Cause.WORDS)
    return _as_far_as_told(first, actual, at_most)


def _judge_pair(
    target: Quantity, pair: tuple[Decimal, Decimal, Decimal], at_most: bool, over: Decimal
) -> Judgement:
    wanted, upper, got = pair
    if target.kind is Kind.RANGE:
        return _judge_range(wanted, upper, got)
    operator = "≤" if at_most and target.operator != "<" else target.operator or "="
    deviation = _EXACT.divide(got - wanted, abs(wanted)) if wanted else None
    if operator in "≤<":
        return Judgement(_verdict(got < wanted or (operator == "≤" and got == wanted)), None, deviation)
    if wanted == 0:
        return Judgement(_verdict({"=": got == 0, "≥": got >= 0, ">": got > 0}[operator]))
    if wanted < 0 and operator == "=" and got != wanted:
        return _open(
            Cause.WORDS, None, deviation
        )  # -5%, done -6%: nobody said in which direction it should go
    attainment = _EXACT.divide(got, wanted) if wanted > 0 else None
    if got < wanted or (operator == ">" and got == wanted):
        roughly = target.about and deviation is not None and deviation >= _ROUGHLY
        return (
            _open(Cause.WORDS, attainment, deviation)
            if roughly
            else Judgement(Verdict.UNMET, attainment, deviation)
        )
    exceeded = deviation is not None and wanted > 0 and deviation > over
    return Judgement(Verdict.EXCEEDED if exceeded else Verdict.MET, attainment, deviation)


def _judge_range(low: Decimal, high: Decimal, got: Decimal) -> Judgement:
    if got < low:
        return Judgement(Verdict.UNMET)
    return Judgement(Verdict.MET) if got <= high else _open(Cause.ABOVE_RANGE)


def _as_far_as_told(judgement: Judgement, actual: Quantity, at_most: bool) -> Judgement:
    """A completed value that is itself a limit (不足200人, 近200人) settles only what lies on the safe side
    of it.
    """
    met = judgement.verdict in (Verdict.MET, Verdict.EXCEEDED)
    exactly = judgement.deviation == 0
    if "近" in actual.words and actual.about and exactly and not at_most:
        return _open(Cause.WORDS, judgement.attainment, judgement.deviation)
    if actual.operator == "<" and exactly and not at_most:
        return replace(judgement, verdict=Verdict.UNMET)
    if actual.operator == ">" and exactly:
        return replace(judgement, verdict=_verdict(not at_most))
    wrong_side = ("≤", "<") if not at_most else ("≥", ">")
    if actual.operator in wrong_side and met and not (at_most and actual.operator == ">" and exactly):
        return _open(Cause.WORDS, judgement.attainment, judgement.deviation)
    return (
        replace(judgement, verdict=Verdict.MET)
        if actual.operator == "<" and at_most and exactly
        else judgement
    )


def _judge_actual_range(target: Quantity, actual: Quantity, **how) -> Judgement:
    """A completed value given as a range is met only when both ends are."""
    ends = [
        judge(target, Quantity(Kind.NUMBER, number=number, unit=actual.unit), **how)
        for number in (actual.number, actual.upper)
    ]
    verdicts = {end.verdict for end in ends}
    if len(verdicts) == 1:
        return Judgement(ends[0].verdict, cause=ends[0].cause)
    return Judgement(Verdict.MET) if verdicts <= {Verdict.MET, Verdict.EXCEEDED} else _open(Cause.WORDS)


Pair = tuple[Decimal, Decimal, Decimal]


def _common(target: Quantity, actual: Quantity, name: str) -> list[Pair]:
    """Target, its upper end and the completed value in one unit, once for each way to read them; empty across
    dimensions.
    """
    low, high, got = target.number or ZERO, target.upper or ZERO, actual.number or ZERO
    signs = _signs(target, actual, name)
    one, other = _unit_measure(target, actual), _unit_measure(actual, target)
    if target.unit == actual.unit or (not target.unit and not actual.unit):
        pairs = [(low, high, got)]
    elif not actual.unit:
        pairs = _without_unit(low, high, got, target)
    elif not target.unit:
        pairs = _target_without_unit(low, high, got, actual, name)
    elif one is None or other is None:
        pairs = [(low, high, got)] if target.unit in actual.unit or actual.unit in target.unit else []
    else:
        factors = _factors(one, other)
        pairs = [(low * factors[0], high * factors[0], got * factors[1])] if factors else []
    return [(low, high, got * sign) for low, high, got in pairs for sign in signs]


def _signs(target: Quantity, actual: Quantity, name: str) -> tuple[int, ...]:
    """下降2% against a target of growth is -2%; where nobody said in which direction the target goes, both
    readings count.
    """
    got, number = _direction(actual.words), actual.number
    if number is None or target.kind is not Kind.NUMBER:
        return (1,)
    wanted = _direction(target.words) or _direction(name)
    if number < 0:
        return (-1,) if wanted < 0 and target.number is not None and target.number > 0 else (1,)
    if not got or wanted == got:
        return (1,)
    if wanted or (target.number is not None and target.number < 0):
        return (-1,) if wanted or got < 0 else (1,)
    return (-1, 1) if got < 0 else (1,)


def _direction(words: str) -> int:
    return -1 if _DOWN.search(words) else 1 if _UP.search(words) else 0


def _unit_measure(quantity: Quantity, other: Quantity) -> Measure | None:
    """The measure of a unit; a bare 万 or 亿 is money only beside money, else it multiplies the other's unit."""
    own = quantity.measure
    if (
        own is None
        or quantity.unit not in ("万", "亿")
        or not other.unit
        or other.measure is None
        or other.measure.dimension.startswith("money")
    ):
        return own
    return Measure(other.measure.dimension, own.factor, other.measure.name)


def _without_unit(low: Decimal, high: Decimal, got: Decimal, target: Quantity) -> list[Pair]:
    """A completed value without unit: the target's unit, or a fraction where per cents were asked for."""
    plain, fraction = (low, high, got), (low, high, got * 100)
    if (
        target.measure
        and target.measure.dimension == "share"
        and target.measure.factor == 1
        and 0 < got <= 1 < low
    ):
        return [fraction] if low > 10 else [plain, fraction]
    if "万" in target.unit[:2] or "亿" in target.unit[:2]:
        return (
            [] if low and abs(got / low) >= 1000 else [plain]
        )  # 20000 against 2万元: typed in another unit, or a slip
    return [plain]


def _target_without_unit(
    low: Decimal, high: Decimal, got: Decimal, actual: Quantity, name: str
) -> list[Pair]:
    """A target without unit, a completed value with one: the unit in the name (万元) decides, else they are
    the same.
    """
    other = actual.measure
    if other and other.dimension == "share" and 0 < low <= 1 < got:
        return [(low * 100, high * 100, got)]  # 0.95 and 96%
    match = _UNIT_IN_NAME.search(name)
    named = parse(f"1{match[1]}").measure if match else None
    if named and other and named.dimension == other.dimension:
        return [(low, high, _EXACT.divide(got * other.factor, named.factor))]
    if other and actual.unit in ("万", "亿"):
        return [(low, high, got * other.factor), (low, high, got)]
    return [(low, high, got)]


def _factors(one: Measure, other: Measure) -> tuple[Decimal, Decimal] | None:
    """By what both sides are multiplied to stand in one unit; None across dimensions."""
    if one.dimension == other.dimension and (
        one.dimension != "count" or one.name == other.name or near(one.name, other.name)
    ):
        return one.factor, other.factor
    if {one.dimension, other.dimension} == {"months", "minutes"}:
        months = one if one.dimension == "months" else other
        minutes_a_month = Decimal(365 * 1440) / 12 if months.factor == 12 else DAYS_A_MONTH * 1440
        return (
            (one.factor * minutes_a_month, other.factor)
            if months is one
            else (one.factor, other.factor * minutes_a_month)
        )
    return None


def _judge_deadline(target: Quantity, actual: Quantity, year: int | None) -> Judgement:
    due = target.deadline
    if due is None:
        return _open(Cause.NO_TARGET)
    if actual.kind is Kind.DEADLINE and actual.deadline:
        planned = PLANNED.search(actual.words) and not PLANNED.search(target.words)
        return _open(Cause.WORDS) if planned else _compare_dates(due, actual.deadline, year)
    if actual.kind is Kind.NUMBER:
        return _judge_numeric_date(due, actual, year)
    if actual.kind is Kind.TEXT:
        done_in = re.fullmatch(r"(20\d{2})年度?(?:内?完成)?", actual.words)
        return _compare_years(due, int(done_in[1]), year) if done_in else judge_words(target.words, actual)
    return _open(Cause.DIMENSION)


def _judge_numeric_date(due: Deadline, actual: Quantity, year: int | None) -> Judgement:
    """10月, 12.31 or 20241130 as the day when it was done; 12个月 of a year that was due to its end."""
    if _may_be_month(actual):
        return _compare_dates(due, Deadline(int(actual.number or 0)), year)
    written = None if actual.unit or actual.operator else read_compact(str(actual))
    if written:
        return _compare_dates(due, written, year)
    if actual.unit in ("季度", "季") and actual.number in (1, 2, 3, 4):
        return _compare_dates(due, Deadline(int(actual.number) * 3), year)
    own = actual.measure
    if (
        own
        and own.dimension == "months"
        and due.month == 12
        and not due.day
        and actual.number
        and actual.number * own.factor == 12
    ):
        return Judgement(Verdict.MET)
    return _open(Cause.DIMENSION)


def _compare_dates(due: Deadline, done: Deadline, form_year: int | None) -> Judgement:
    """Met by a day not later. A month without a day is settled only where all its days lie on one side."""
    year = due.year or form_year or done.year or _YEAR
    limit = due.last_day(year)
    if done.day:
        return Judgement(_verdict((done.year or limit[0], done.month, done.day) <= limit))
    month = (done.year or due.year or (year if due.month > 1 or not due.before else limit[0]), done.month)
    if month == limit[:2] and limit[2] < monthrange(*month)[1]:
        return _open(Cause.WORDS)
    return Judgement(_verdict(month <= limit[:2]))


def _compare_years(due: Deadline, done: int, form_year: int | None) -> Judgement:
    last = due.last_day(due.year or form_year or done)
    if done == last[0] and last[1:] != (12, 31):
        return _open(Cause.WORDS)
    return Judgement(_verdict(done <= last[0]))


def _judge_told(target: Quantity, actual: Quantity) -> Judgement:
    """A numeric target, the completed value in words."""
    words = actual.words
    counted = target.measure is None or target.measure.dimension == "count"
    if says_none(words) and (
        target.number == 0
        or (target.operator in ("≤", "<") and counted and target.number and target.number > 0)
    ):
        return Judgement(Verdict.MET)
    if (
        says_all(words)
        and target.unit == "%"
        and target.number is not None
        and target.operator in ("", "=", "≥")
        and target.number == 100
    ):
        return Judgement(Verdict.MET, ONE, ZERO)
    if says_failed(words) and not says_done(words):
        return Judgement(Verdict.UNMET, cause=Cause.NOT_A_NUMBER)
    return _open(Cause.NOT_A_NUMBER)


def expected_score(
    indicator: Indicator, target: Quantity, actual: Quantity, judgement: Judgement, policy: Policy
) -> Decimal | None:
    """The score that the completion earns, two decimals, where points are printed and the target is a number;
    else None.

    ≥ and =: points × min(1, actual/target). ≤: by policy points × target/actual, or points × (1 − excess), 0
    from twice the target.
    Exceeded: all points, less the policy's over_deduction for each part of the deviation beyond the
    threshold.
    """
    points = money(indicator.points)
    if (
        points is None
        or target.kind is not Kind.NUMBER
        or actual.kind is not Kind.NUMBER
        or judgement.verdict in (None, Verdict.UNDETERMINED)
    ):
        return None
    if (
        judgement.verdict is Verdict.EXCEEDED
        and judgement.deviation is not None
        and (factor := policy.number("over_deduction"))
    ):
        beyond = _EXACT.subtract(judgement.deviation, policy.number("over_fulfilment"))
        return rounded(_EXACT.multiply(points, max(ZERO, ONE - _EXACT.multiply(factor, max(ZERO, beyond)))))
    if judgement.verdict in (Verdict.MET, Verdict.EXCEEDED):
        return rounded(points)
    if judgement.attainment is not None:
        return rounded(_EXACT.multiply(points, max(ZERO, min(ONE, judgement.attainment))))
    deviation = judgement.deviation
    if deviation is None or deviation <= -ONE:
        return ZERO if target.number == 0 else None
    share = (
        _EXACT.divide(ONE, ONE + deviation)
        if policy["score_at_most"] == "proportional"
        else max(ZERO, ONE - deviation)
    )
    return rounded(_EXACT.multiply(points, share))
