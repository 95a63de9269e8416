"""Execution rate, attainment, deviation, verdict and expected score of forms (财预〔2020〕10号).

Forms go in, assessed forms come out. All numbers are Decimal, rounding is half up.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from selfeval_xl.assessment.deadline_verdicts import judge_deadline, may_be_month, undetermined, verdict_of
from selfeval_xl.assessment.direction import smaller_is_better
from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.scoring import expected_score
from selfeval_xl.assessment.words import (
    FULFILLED,
    PLANNED,
    judge_words,
    says_all,
    says_done,
    says_failed,
    says_none,
)
from selfeval_xl.model.deadlines import Deadline, read_compact
from selfeval_xl.model.forms import Cause, Form, FundingLine, Indicator, Judgement, Verdict
from selfeval_xl.model.numbers import EXACT, ONE, ZERO, rounded, shown
from selfeval_xl.model.quantity import Kind, Quantity, money, parse
from selfeval_xl.model.records import replace
from selfeval_xl.model.units import DAYS_A_MONTH, Measure, near

__all__ = ["FULFILLED", "assess", "execution_rate", "expected_score", "judge", "rounded", "shown"]

_ROUGHLY = Decimal("0.1")  # against 约300人, 290 cannot be called too few, nor 31 too much against 约30万元

Pair = tuple[Decimal, Decimal, Decimal]  # target, its upper end and the completed value, in one unit

_RATE_NAME = re.compile(r"率|比例|占比|合规|及时|达标|程度|水平")  # 验收合格率
_COST_RATE_NAME = re.compile(r"控制率|成本率|超支率|变动率|增长率")  # 成本控制率
_DATE_NAME = re.compile(r"时间|时限|期限|日期|节点|进度|按期|及时|时效")  # 完成时间
DURATIONS = ("时长", "工期", "租期", "周期", "月数", "期数", "月份数", "持续", "使用年限")
_DURATION_NAME = re.compile("|".join(DURATIONS))  # 施工工期
_DOWN = re.compile(r"下降|降低|减少|压减|缩减|下滑|减幅|降幅|负增长")  # 较上年下降2%
_UP = re.compile(r"(?<!负)增长|增加|提高|提升|上升|增幅|上涨")  # 同比增长5%
_UNIT_IN_NAME = re.compile(r"[(（]([^()（）]{1,6})[)）]\s*$")  # 万元 of 总成本（万元）


_SAVED = re.compile(r"节约|节省|节支|结余|压减|降低|减少")  # 节约5万元: the more the better
_EVERY = re.compile(r"每(?:个|一)?(?P<part>半年|季度|季|月|周|星期|旬|日|天)")
_TIMES_A_YEAR = {
    "半年": 2,
    "季度": 4,
    "季": 4,
    "月": 12,
    "周": 52,
    "星期": 52,
    "旬": 36,
    "日": 365,
    "天": 365,
}
_TOO_MANY_TIMES = 50


def assess(form: Form, policy: Policy) -> Form:
    """The same form with rates, judgements and expected scores filled in.

    The indicators of the earlier stages get their quantities alone: there the year is not over.
    """
    over = policy.number("over_fulfilment")
    funding = tuple(replace(line, rate=execution_rate(line)) for line in form.funding)
    if form.is_of_stage:
        rows = tuple(
            replace(row, target_quantity=parse(row.target), actual_quantity=parse(row.actual))
            for row in form.indicators
        )
        return replace(form, funding=funding, indicators=rows)
    return replace(
        form,
        funding=funding,
        indicators=tuple(
            _assess_indicator(indicator, over, policy, form.year) for indicator in form.indicators
        ),
    )


def execution_rate(line: FundingLine) -> Decimal | None:
    """The execution rate of a fund row: executed over the budget that counts, exact.

    0/0 is 0; None where a number is missing or money was paid over a zero budget.
    """
    budget, executed = line.budget, line.amount("executed")
    if budget is None or executed is None:
        return None
    if budget == 0:
        return ZERO if executed == 0 else None
    return EXACT.divide(executed, budget)


def _assess_indicator(indicator: Indicator, over: Decimal, policy: Policy, year: int | None) -> Indicator:
    """The indicator with its quantities, judgement and expected score."""
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
    """The judgement on a completed value against its target.

    cost: `=` or no operator then means at most. name: of the indicator, which may name a unit, a rate or a
    date. over: the deviation from which a target is exceeded. year: of the form, for deadlines without one.
    Without a completed value the verdict is None; what cannot be settled is undetermined, never met.
    """
    if actual.kind is Kind.EMPTY:
        return Judgement(None)
    if target.kind is Kind.EMPTY:
        return undetermined(Cause.NO_TARGET)
    target, actual = _month_or_months(target, actual, name)
    target, actual = _as_dates(target, actual)
    if target.kind is Kind.DEADLINE:
        return judge_deadline(target, actual, year)
    if target.kind is Kind.TEXT:
        return judge_words(target.words, actual)
    if actual.kind is Kind.TEXT:
        return _judge_words_for_number(target, actual)
    if actual.kind is Kind.DEADLINE:
        amount = money(actual.words)  # 2024.11 is an amount where one was asked for
        if amount is None:
            return undetermined(Cause.DIMENSION)
        actual = Quantity(Kind.NUMBER, number=amount)
    if PLANNED.search(actual.words):
        return undetermined(Cause.WORDS)
    if actual.kind is Kind.RANGE:
        return _judge_actual_range(target, actual, cost=cost, name=name, over=over, year=year)
    target, fewer_open = _in_a_year(target, actual)
    at_most = _smaller_is_better(target, cost, name)
    if at_most is not None:
        judgement = _judge_numbers(target, actual, at_most, name, over)
    else:
        judgement = _agreed(*(_judge_numbers(target, actual, way, name, over) for way in (True, False)))
    if judgement.verdict is Verdict.EXCEEDED and _lacks_its_unit(target, actual, judgement):
        return undetermined(Cause.DIMENSION)
    if fewer_open and judgement.verdict is Verdict.UNMET:
        return replace(judgement, verdict=Verdict.UNDETERMINED, cause=Cause.WORDS)
    return judgement


_FAR = 1000  # times the target, from which on a number without a unit may be one in another unit


def _lacks_its_unit(target: Quantity, actual: Quantity, judgement: Judgement) -> bool:
    """Whether a number without a unit is so large that it may be one in another: 12300 for ≥12公里."""
    return bool(target.unit) and not actual.unit and (judgement.attainment or 0) >= _FAR


def _agreed(one: Judgement, other: Judgement) -> Judgement:
    """What two ways to read a target agree in; undetermined where they do not."""
    if one.verdict is other.verdict:
        return one
    return undetermined(Cause.DIRECTION, one.attainment or other.attainment, one.deviation)


_FALL = re.compile(r"(?:[较比]上年(?:度)?|较去年|同比)?(?:下降|降低|减少|压减|压缩|缩减|削减)$")
_FALL_NAME = re.compile(r"(?:降幅|(?:下降|降低|压减|压缩|缩减|削减)(?:率|比例|幅度|比率|额))$")


def _smaller_is_better(target: Quantity, cost: bool, name: str) -> bool | None:
    """Whether the target is the most that is allowed; None where neither its sign nor the name tells.

    Without a sign a name that measures something bad, slow or costly means at most (差错率, 审批时限), and so
    does a cost, unless it is one that was saved (节约5万元).
    """
    if target.operator not in ("=", ""):
        return target.operator in ("≤", "<")
    if _FALL.match(target.words) or _FALL_NAME.search(name):
        return False  # the more it falls, the better: 下降3%, 三公经费降幅
    if cost and _counts_as_cost(name):
        return not (_SAVED.search(target.words) or _SAVED.search(name))
    return False if _SAVED.search(name) else smaller_is_better(name)


def _in_a_year(target: Quantity, actual: Quantity) -> tuple[Quantity, bool]:
    """The target for the whole year where it is given for a part of one (每季度1次 against 4次).

    Also whether fewer settle nothing then, since not every part of the year may have had its turn.
    """
    every = _EVERY.search(target.words)
    if (
        every is None
        or _EVERY.search(actual.words)
        or target.number is None
        or target.kind is not Kind.NUMBER
    ):
        return target, False
    times = _TIMES_A_YEAR[every["part"]]
    return replace(target, number=target.number * times), times > 1


def _counts_as_cost(name: str) -> bool:
    """Whether less is better for a cost indicator of this name: 总成本, 成本控制率; not 支付及时率."""
    return not _RATE_NAME.search(name) or bool(_COST_RATE_NAME.search(name))


def _month_or_months(target: Quantity, actual: Quantity, name: str) -> tuple[Quantity, Quantity]:
    """Target and completed value, with 10月 as a deadline beside a date or where the name asks for one."""
    if not may_be_month(target) or _DURATION_NAME.search(name):
        return target, actual
    dated = (
        actual.kind is Kind.DEADLINE
        and actual.deadline is not None
        and bool(re.search(r"[月年日-]", actual.words))
    )
    if dated or (_DATE_NAME.search(name) and may_be_month(actual)):
        due = Deadline(int(target.number or 0))
        return Quantity(Kind.DEADLINE, deadline=due, words=str(target)), actual
    return target, actual


def _as_dates(target: Quantity, actual: Quantity) -> tuple[Quantity, Quantity]:
    """Target and completed value, as dates where both are written like 20240630."""
    if target.unit or actual.unit or target.operator not in ("", "≤", "="):
        return target, actual
    due, done = (read_compact(str(one.number)) if one.number else None for one in (target, actual))
    if due is None or done is None:
        return target, actual
    return (
        Quantity(Kind.DEADLINE, deadline=due, words=target.words),
        Quantity(Kind.DEADLINE, deadline=done, words=actual.words),
    )


def _judge_numbers(target: Quantity, actual: Quantity, at_most: bool, name: str, over: Decimal) -> Judgement:
    """The judgement on two numbers; undetermined where the ways to read them do not agree."""
    months = target.unit == actual.unit == "月" and may_be_month(target) and not _DURATION_NAME.search(name)
    if months and target.number != actual.number:
        return undetermined(Cause.WORDS)  # 10月, 9月: a month earlier, or a month short
    readings = [_judge_pair(target, pair, at_most, over) for pair in _in_one_unit(target, actual, name)]
    if not readings:
        return undetermined(Cause.DIMENSION)
    first = readings[0]
    if any(reading.verdict is not first.verdict for reading in readings[1:]):
        return undetermined(Cause.WORDS)
    return _judge_limit(first, actual, at_most)


def _judge_pair(target: Quantity, pair: Pair, at_most: bool, over: Decimal) -> Judgement:
    """The judgement on one reading of target and completed value."""
    wanted, upper, got = pair
    if target.kind is Kind.RANGE:
        return _judge_range(wanted, upper, got)
    operator = "≤" if at_most and target.operator != "<" else target.operator or "="
    deviation = EXACT.divide(got - wanted, abs(wanted)) if wanted else None
    roughly = target.about and deviation is not None and abs(deviation) <= _ROUGHLY
    if operator in "≤<":
        if got > wanted and roughly:
            return undetermined(Cause.WORDS, None, deviation)
        return Judgement(verdict_of(got < wanted or (operator == "≤" and got == wanted)), None, deviation)
    if wanted == 0:
        return Judgement(verdict_of({"=": got == 0, "≥": got >= 0, ">": got > 0}[operator]))
    if wanted < 0 and operator == "=" and got != wanted:
        # Target -5%, done -6%: the form does not say in which direction it should go.
        return undetermined(Cause.WORDS, None, deviation)
    attainment = EXACT.divide(got, wanted) if wanted > 0 else None
    if got < wanted or (operator == ">" and got == wanted):
        if roughly:
            return undetermined(Cause.WORDS, attainment, deviation)
        return Judgement(Verdict.UNMET, attainment, deviation)
    exceeded = deviation is not None and wanted > 0 and deviation > over
    return Judgement(Verdict.EXCEEDED if exceeded else Verdict.MET, attainment, deviation)


def _judge_range(low: Decimal, high: Decimal, got: Decimal) -> Judgement:
    if got < low:
        return Judgement(Verdict.UNMET)
    return Judgement(Verdict.MET) if got <= high else undetermined(Cause.ABOVE_RANGE)


def _judge_limit(judgement: Judgement, actual: Quantity, at_most: bool) -> Judgement:
    """The judgement where the completed value is itself a limit (不足200人, 近200人).

    Such a value settles only what lies on the safe side of it. judgement: that on its number.
    """
    met = judgement.verdict in (Verdict.MET, Verdict.EXCEEDED)
    exactly = judgement.deviation == 0
    if "近" in actual.words and actual.about and exactly and not at_most:
        return undetermined(Cause.WORDS, judgement.attainment, judgement.deviation)
    if actual.operator == "<" and exactly and not at_most:
        return replace(judgement, verdict=Verdict.UNMET)
    if actual.operator == ">" and exactly:
        return replace(judgement, verdict=verdict_of(not at_most))
    wrong_side = ("≤", "<") if not at_most else ("≥", ">")
    if actual.operator in wrong_side and met and not (at_most and actual.operator == ">" and exactly):
        return undetermined(Cause.WORDS, judgement.attainment, judgement.deviation)
    if actual.operator == "<" and at_most and exactly:
        return replace(judgement, verdict=Verdict.MET)
    return judgement


def _judge_actual_range(
    target: Quantity, actual: Quantity, *, cost: bool, name: str, over: Decimal, year: int | None
) -> Judgement:
    """The judgement on a completed value given as a range: met only when both ends are."""
    ends = [
        judge(
            target,
            Quantity(Kind.NUMBER, number=number, unit=actual.unit),
            cost=cost,
            name=name,
            over=over,
            year=year,
        )
        for number in (actual.number, actual.upper)
    ]
    verdicts = {end.verdict for end in ends}
    if len(verdicts) == 1:
        return Judgement(ends[0].verdict, cause=ends[0].cause)
    return (
        Judgement(Verdict.MET) if verdicts <= {Verdict.MET, Verdict.EXCEEDED} else undetermined(Cause.WORDS)
    )


def _in_one_unit(target: Quantity, actual: Quantity, name: str) -> list[Pair]:
    """The pairs of target and completed value in one unit, one for each way to read them.

    Empty across dimensions.
    """
    low, high, got = target.number or ZERO, target.upper or ZERO, actual.number or ZERO
    signs = _signs(target, actual, name)
    wanted_in, got_in = _unit_measure(target, actual), _unit_measure(actual, target)
    if target.unit == actual.unit or (not target.unit and not actual.unit):
        pairs = [(low, high, got)]
        if target.unit == "%" and 0 < low <= 1 and got >= low * _TOO_MANY_TIMES:
            pairs.append((low * 100, high * 100, got))  # 0.95 with a unit of its own column, and 96%
    elif not actual.unit:
        pairs = _without_unit(low, high, got, target)
    elif not target.unit:
        pairs = _target_without_unit(low, high, got, actual, name)
    elif wanted_in is None or got_in is None:
        pairs = [(low, high, got)] if target.unit in actual.unit or actual.unit in target.unit else []
    else:
        factors = _factors(wanted_in, got_in)
        pairs = [(low * factors[0], high * factors[0], got * factors[1])] if factors else []
    return [(low, high, got * sign) for low, high, got in pairs for sign in signs]


def _signs(target: Quantity, actual: Quantity, name: str) -> tuple[int, ...]:
    """The signs with which a completed value is read: 下降2% against a target of growth is -2%.

    Both signs where the form does not say in which direction the target goes.
    """
    wanted, got = _direction(target.words) or _direction(name), _direction(actual.words)
    aim = target.number or ZERO
    if actual.number and actual.number < 0:
        return (-1,) if wanted < 0 and aim > 0 else (1,)
    if not got or wanted == got:
        return (1,)
    if wanted or aim < 0:
        return (-1,) if wanted or got < 0 else (1,)
    return (-1, 1) if got < 0 else (1,)


def _direction(words: str) -> int:
    """-1 for words of falling, 1 for words of growing, else 0."""
    return -1 if _DOWN.search(words) else 1 if _UP.search(words) else 0


def _unit_measure(quantity: Quantity, other: Quantity) -> Measure | None:
    """The measure of a quantity's unit.

    A bare 万 or 亿 is money only beside money, else it multiplies the other's unit.
    """
    measure = quantity.measure
    if (
        measure is None
        or quantity.unit not in ("万", "亿")
        or not other.unit
        or other.measure is None
        or other.measure.dimension.startswith("money")
    ):
        return measure
    return Measure(other.measure.dimension, measure.factor, other.measure.name)


def _without_unit(low: Decimal, high: Decimal, got: Decimal, target: Quantity) -> list[Pair]:
    """The pairs for a completed value without unit: in the target's, or a fraction for per cents."""
    plain, fraction = (low, high, got), (low, high, got * 100)
    if (
        target.measure
        and target.measure.dimension == "share"
        and target.measure.factor == 1
        and 0 < got <= 1 < low
    ):
        return [fraction] if low > 10 else [plain, fraction]
    if ("万" in target.unit[:2] or "亿" in target.unit[:2]) and low and abs(got / low) >= 1000:
        return []  # 20000 against 2万元: typed in another unit, or a slip
    return [plain]


def _target_without_unit(
    low: Decimal, high: Decimal, got: Decimal, actual: Quantity, name: str
) -> list[Pair]:
    """The pairs for a target without unit: in the unit of the name (万元), else in the completed value's."""
    got_in = actual.measure
    if got_in and got_in.dimension == "share" and 0 < low <= 1 < got:
        return [(low * 100, high * 100, got)]  # 0.95 and 96%
    match = _UNIT_IN_NAME.search(name)
    named = parse(f"1{match[1]}").measure if match else None
    if named and got_in and named.dimension == got_in.dimension:
        return [(low, high, EXACT.divide(got * got_in.factor, named.factor))]
    if got_in and actual.unit in ("万", "亿"):
        return [(low, high, got * got_in.factor), (low, high, got)]
    return [(low, high, got)]


def _factors(target: Measure, actual: Measure) -> tuple[Decimal, Decimal] | None:
    """The factors that bring target and completed value into one unit; None across dimensions."""
    if target.dimension == actual.dimension and (
        target.dimension != "count" or target.name == actual.name or near(target.name, actual.name)
    ):
        return target.factor, actual.factor
    if (target.dimension, actual.dimension) == ("months", "minutes"):
        return target.factor * _minutes_a_month(target), actual.factor
    if (target.dimension, actual.dimension) == ("minutes", "months"):
        return target.factor, actual.factor * _minutes_a_month(actual)
    return None


def _minutes_a_month(months: Measure) -> Decimal:
    """The minutes of a month of 30 days, or of a twelfth of 365 days where the unit is a year."""
    return Decimal(365 * 1440) / 12 if months.factor == 12 else DAYS_A_MONTH * 1440


def _judge_words_for_number(target: Quantity, actual: Quantity) -> Judgement:
    """The judgement on a completed value in words against a numeric target."""
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
    return undetermined(Cause.NOT_A_NUMBER)
