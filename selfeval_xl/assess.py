"""Execution rate, attainment, deviation, verdict and expected score of what was read. Pure: records in, records out.

Sources: 财预〔2020〕10号 and the arithmetic of docs/architecture.md. All numbers are Decimal, rounding is half up.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from .forms import Cause, Form, FundingLine, Indicator, Judgement, Verdict
from .grid import percent_text
from .policy import Policy
from .quantity import Deadline, Kind, Quantity, money, parse, tidy
from .units import DAYS_A_MONTH, Measure, near

ZERO, ONE = Decimal(0), Decimal(1)

FULFILLED = frozenset("""达成预期指标 达成预期目标 达成年度指标 达成年度目标 达成目标 达成指标 达成 已达成 完成 已完成 全部完成 已全部完成 按时完成 按期完成 如期完成 按计划完成 已按时完成 及时完成
 按要求完成 完成目标 完成指标 完成年度目标 圆满完成 达标 已达标 全部达标 达到预期 达到预期目标 达到预期效果 达到预期指标 已达到 达到 达到目标 达到要求 实现 已实现 实现目标 实现预期目标 符合要求 符合预期
 完成年初目标 完成预期目标 已完成年度目标 全面完成 符合标准 达预期""".split())
PARTIAL = re.compile(r"基本|部分|大部|初步|正在|进行中|推进中|持续推进|有待|一般|较好地?完成了?大")
FAILED = re.compile(r"未(?!发生|出现|超|发现|产生|突破|受)|没有(?!发生|出现|超)|无法|不达标|不合格|不满意|无进展|尚未")
_DEGREES = (("不",), ("有所", "一定", "逐步", "逐渐", "略"), ("较", "比较"), ("明显", "有效", "切实", "持续", "进一步", "稳步", "不断"), ("显著", "大幅", "极大", "充分", "全面"))
_DEGREE = re.compile("|".join(word for words in _DEGREES[1:] for word in words))
_GRADES = ({"优": 5, "优秀": 5, "良": 4, "良好": 4, "中": 3, "中等": 3, "一般": 3, "低": 2, "较差": 2, "差": 1, "合格": 3, "不合格": 1},
           {"高": 5, "较高": 4, "中": 3, "一般": 3, "较低": 2, "低": 1}, {"好": 5, "较好": 4, "一般": 3, "较差": 2, "差": 1}, {"强": 5, "较强": 4, "一般": 3, "弱": 1},
           {"是": 2, "否": 1}, {"有": 2, "无": 1, "没有": 1}, {"满意": 4, "非常满意": 5, "基本满意": 3, "不满意": 1}, {"及时": 3, "较及时": 2, "不及时": 1})
_NOTHING = re.compile(r"^(?:不|未|无|没有|零|杜绝)(?:再)?(?:发生|出现|产生)?(?:过)?")
_RATE_NAME = re.compile(r"率|比例|占比|合规|及时|达标|程度|水平")


def assess(form: Form, policy: Policy) -> Form:
    """The same form with rates, judgements and expected scores filled in."""
    over = policy.number("over_fulfilment")
    return replace(
        form,
        funding=tuple(replace(line, rate=execution_rate(line)) for line in form.funding),
        indicators=tuple(_assess_indicator(indicator, over, policy) for indicator in form.indicators),
    )


def execution_rate(line: FundingLine) -> Decimal | None:
    """Executed over annual budget, exact; 0/0 is 0; None where a number is missing or money was paid over a zero budget."""
    budget, executed = line.amount("annual_budget"), line.amount("executed")
    if budget is None or executed is None:
        return None
    if budget == 0:
        return ZERO if executed == 0 else None
    return executed / budget


def rounded(ratio: Decimal, digits: int = 2) -> Decimal:
    """Half up, as Excel's ROUND."""
    return ratio.quantize(ONE.scaleb(-digits), ROUND_HALF_UP)


def shown(ratio: Decimal | None) -> str | None:
    """A ratio as it is printed: 99.86%."""
    return None if ratio is None else percent_text(ratio)


def _assess_indicator(indicator: Indicator, over: Decimal, policy: Policy) -> Indicator:
    target, actual = parse(indicator.target), parse(indicator.actual)
    judgement = judge(target, actual, cost=indicator.is_cost, name=indicator.name or "", over=over)
    return replace(indicator, target_quantity=target, actual_quantity=actual, judgement=judgement,
                   expected_score=expected_score(indicator, target, actual, judgement, policy))


def judge(target: Quantity, actual: Quantity, *, cost: bool = False, name: str = "", over: Decimal = Decimal("0.30")) -> Judgement:
    """Compares a completed value with its target.

    cost: `=` or no operator then means at most. name: of the indicator, for units that stand there and for rates.
    Without a completed value the verdict is None; what cannot be settled is undetermined, never met.
    """
    if actual.kind is Kind.EMPTY:
        return Judgement(None)
    if target.kind is Kind.EMPTY:
        return Judgement(Verdict.UNDETERMINED, cause=Cause.NO_TARGET)
    if target.kind is Kind.DEADLINE:
        return _judge_deadline(target, actual)
    if target.kind is Kind.TEXT:
        return _judge_words(target.words, actual.words if actual.kind is not Kind.NUMBER else str(actual), actual)
    if actual.kind is Kind.TEXT:
        return _judge_told(target, actual)
    if actual.kind is Kind.DEADLINE:
        return Judgement(Verdict.UNDETERMINED, cause=Cause.DIMENSION)
    if actual.kind is Kind.RANGE:
        return _judge_actual_range(target, actual, cost=cost, name=name, over=over)
    pair = _common(target, actual, name)
    if pair is None:
        return Judgement(Verdict.UNDETERMINED, cause=Cause.DIMENSION)
    wanted, upper, got = pair
    if target.kind is Kind.RANGE:
        return _judge_range(wanted, upper, got)
    return _judge_number(target, wanted, got, cost and not _RATE_NAME.search(name), over)


def _judge_number(target: Quantity, wanted: Decimal, got: Decimal, cost: bool, over: Decimal) -> Judgement:
    operator = target.operator or "="
    deviation = (got - wanted) / abs(wanted) if wanted else None
    if operator == "=" and cost:
        operator = "≤"
    if operator in "≤<":
        met = got < wanted if operator == "<" else got <= wanted
        return Judgement(Verdict.MET if met else Verdict.UNMET, None, deviation)
    if wanted == 0:
        met = {"=": got == 0, "≥": got >= 0, ">": got > 0}[operator]
        return Judgement(Verdict.MET if met else Verdict.UNMET, None, None)
    attainment = got / wanted if wanted > 0 else None
    met = got > wanted if operator == ">" else got >= wanted
    if not met and target.about and deviation is not None and deviation >= Decimal("-0.1"):
        return Judgement(Verdict.UNDETERMINED, attainment, deviation, Cause.WORDS)
    if not met:
        return Judgement(Verdict.UNMET, attainment, deviation)
    exceeded = deviation is not None and deviation > over and wanted > 0
    return Judgement(Verdict.EXCEEDED if exceeded else Verdict.MET, attainment, deviation)


def _judge_range(low: Decimal, high: Decimal, got: Decimal) -> Judgement:
    if got < low:
        return Judgement(Verdict.UNMET)
    if got > high:
        return Judgement(Verdict.UNDETERMINED, cause=Cause.ABOVE_RANGE)
    return Judgement(Verdict.MET)


def _judge_actual_range(target: Quantity, actual: Quantity, **how) -> Judgement:
    """A completed value given as a range is met only when both ends are."""
    ends = [judge(target, Quantity(Kind.NUMBER, number=number, unit=actual.unit), **how) for number in (actual.number, actual.upper)]
    verdicts = {end.verdict for end in ends}
    if len(verdicts) == 1:
        return Judgement(ends[0].verdict, cause=ends[0].cause)
    settled = verdicts <= {Verdict.MET, Verdict.EXCEEDED}
    return Judgement(Verdict.MET) if settled else Judgement(Verdict.UNDETERMINED, cause=Cause.WORDS)


def _common(target: Quantity, actual: Quantity, name: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """Target, its upper end and the completed value in one unit; None across dimensions."""
    low, high, got = target.number or ZERO, target.upper or ZERO, actual.number or ZERO
    if target.unit == actual.unit or (not target.unit and not actual.unit):
        return low, high, got
    one, other = target.measure, actual.measure
    if not actual.unit:
        if one and one.dimension == "share" and one.factor == 1 and 0 < got <= 1 and low > 10:
            got *= 100                                # 0.96 typed where 96% was meant
        if one and one.dimension == "money" and one.factor >= 10_000 and low and got / low >= 1000:
            return None                               # 20000 against 2万元: typed in another unit, or a slip
        return low, high, got
    if not target.unit:
        if other and other.dimension == "share" and low <= 1 < got and "." in str(low):
            low, high = low * 100, high * 100
        factor = _named_unit(name, other)
        return low, high, got * factor
    if one is None or other is None:
        return (low, high, got) if _alike(target.unit, actual.unit) else None
    factors = _factors(one, other)
    return factors and (low * factors[0], high * factors[0], got * factors[1])


def _named_unit(name: str, other: Measure | None) -> Decimal:
    """A target without unit, a completed value with one: the unit in the name (万元) decides, else they are the same."""
    match = re.search(r"[(（]([^()（）]{1,4})[)）]\s*$", name)
    if match and other:
        named = parse(f"1{match[1]}").measure
        if named and named.dimension == other.dimension:
            return other.factor / named.factor
    return ONE


def _factors(one: Measure, other: Measure) -> tuple[Decimal, Decimal] | None:
    if one.dimension == other.dimension and (one.dimension != "count" or one.name == other.name or near(one.name, other.name)):
        return one.factor, other.factor
    if {one.dimension, other.dimension} == {"months", "minutes"}:
        minutes_a_month = DAYS_A_MONTH * 1440
        if one.name == "月" and one.factor == 12 or other.factor == 12 and other.name == "月":
            minutes_a_month = Decimal(365 * 1440) / 12
        return (one.factor * minutes_a_month, other.factor) if one.dimension == "months" else (one.factor, other.factor * minutes_a_month)
    return None


def _alike(one: str, other: str) -> bool:
    """Unknown units are compared when one stands in the other (人 and 受训人)."""
    return one in other or other in one


def _judge_deadline(target: Quantity, actual: Quantity) -> Judgement:
    due = target.deadline
    assert due is not None
    if actual.kind is Kind.DEADLINE and actual.deadline:
        return _compare_dates(due, actual.deadline)
    if actual.kind is Kind.NUMBER and actual.unit in ("月", "月份") and actual.number and 1 <= actual.number <= 12 and actual.number % 1 == 0:
        return _compare_dates(due, Deadline(int(actual.number)))
    if actual.kind is Kind.TEXT:
        return _judge_words(target.words, actual.words, actual)
    return Judgement(Verdict.UNDETERMINED, cause=Cause.DIMENSION)


def _compare_dates(due: Deadline, done: Deadline) -> Judgement:
    year = due.year or done.year or 2000
    limit, finished = due.last_day(year), replace(done, before=False).last_day(year)
    if not done.day and (limit[0], limit[1]) == (finished[0], finished[1]):
        return Judgement(Verdict.MET if limit[2] >= 28 else Verdict.UNDETERMINED, cause=None if limit[2] >= 28 else Cause.WORDS)
    return Judgement(Verdict.MET if finished <= limit else Verdict.UNMET)


def _judge_told(target: Quantity, actual: Quantity) -> Judgement:
    """A numeric target, the completed value in words."""
    words = actual.words
    if target.number == 0 and re.fullmatch(r"(无|没有|未发生|未出现|零|没有发生|无发生|零发生).{0,8}", words):
        return Judgement(Verdict.MET)
    if FAILED.search(words) and len(words) <= 12 and not PARTIAL.search(words):
        return Judgement(Verdict.UNMET, cause=Cause.NOT_A_NUMBER)
    return Judgement(Verdict.UNDETERMINED, cause=Cause.NOT_A_NUMBER)


def _plain(words: str) -> str:
    return re.sub(r"[,;:。、.!（）()\"“”'%s]" % "的了", "", tidy(words)).removeprefix("已经").removeprefix("已")


@lru_cache(maxsize=4096)
def _judge_text(target: str, actual: str) -> Judgement:
    wanted, got = _plain(target), _plain(actual)
    if wanted == got or tidy(target) == tidy(actual):
        return Judgement(Verdict.MET)
    if _NOTHING.match(wanted) and _NOTHING.match(got) and _NOTHING.sub("", wanted) == _NOTHING.sub("", got):
        return Judgement(Verdict.MET)                 # 不发生 and 未发生
    if FAILED.search(got) and not FAILED.search(wanted):
        return Judgement(Verdict.UNMET)
    if PARTIAL.search(got) and not PARTIAL.search(wanted):
        return Judgement(Verdict.UNDETERMINED, cause=Cause.PARTIAL)
    if got in FULFILLED or tidy(actual) in FULFILLED:
        return Judgement(Verdict.MET)
    for grades in _GRADES:
        if wanted in grades and got in grades:
            return Judgement(Verdict.MET if grades[got] >= grades[wanted] else Verdict.UNMET)
    if len(wanted) >= 2 and wanted in got and not re.search(r"[不未没难]", got.replace(wanted, "")):
        return Judgement(Verdict.MET)
    if "/" in target and target.split("/")[0] == actual and len(target.split("/")) > 2:
        return Judgement(Verdict.MET)
    if len(got) >= 2 and wanted.startswith(got) and not _DEGREE.search(wanted[len(got):]):
        return Judgement(Verdict.MET)
    return _judge_degree(wanted, got)


def _judge_degree(wanted: str, got: str) -> Judgement:
    """有所提升 against 显著提升: the same words but for the degree."""
    if _DEGREE.sub("", wanted) == _DEGREE.sub("", got) and _degree(got) is not None and _degree(wanted) is not None:
        if _degree(got) >= _degree(wanted):
            return Judgement(Verdict.MET)
    return Judgement(Verdict.UNDETERMINED, cause=Cause.WORDS)


def _degree(words: str) -> int | None:
    match = _DEGREE.search(words)
    return next((rank for rank, names in enumerate(_DEGREES) if match and match[0] in names), None)


def _judge_words(target: str, actual: str, quantity: Quantity) -> Judgement:
    if quantity.kind is Kind.NUMBER and re.match(r"^(无|不发生|未发生|零|不出现|杜绝)", tidy(target)):
        return Judgement(Verdict.MET if quantity.number == 0 else Verdict.UNMET)
    return _judge_text(target, actual)


def expected_score(indicator: Indicator, target: Quantity, actual: Quantity, judgement: Judgement, policy: Policy) -> Decimal | None:
    """The score that the completion earns, two decimals, where points are printed and the target is a number; else None."""
    points = money(indicator.points)
    if points is None or target.kind is not Kind.NUMBER or actual.kind is not Kind.NUMBER or judgement.verdict in (None, Verdict.UNDETERMINED):
        return None
    if judgement.verdict in (Verdict.MET, Verdict.EXCEEDED):
        return rounded(points)
    if judgement.attainment is not None:
        return rounded(points * max(ZERO, min(ONE, judgement.attainment)))
    deviation = judgement.deviation
    if deviation is None or deviation <= -ONE:
        return ZERO if target.number == 0 else None
    share = ONE / (ONE + deviation) if policy["score_at_most"] == "proportional" else max(ZERO, ONE - deviation)
    return rounded(points * share)
