"""Rates, verdicts, attainment and scores: exact, rounded half up, and never met where it cannot be known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess, execution_rate, judge
from selfeval_xl.assessment.words import FULFILLED
from selfeval_xl.model.forms import PROJECT, Cause, Form, FundingLine, Indicator
from selfeval_xl.model.numbers import rounded, shown
from selfeval_xl.model.quantity import parse
from support.judged_deadlines import DEADLINES
from support.judged_pairs import (
    AS_PEOPLE_WRITE_THEM,
    IN_WORDS,
    OPERATORS,
    TOLD_IN_WORDS,
    UNITS,
    WORDS_AROUND,
)


@pytest.mark.parametrize(
    "line",
    [
        line
        for table in (AS_PEOPLE_WRITE_THEM, OPERATORS, UNITS, WORDS_AROUND, TOLD_IN_WORDS)
        for line in table.strip().splitlines()
    ],
)
def test_completed_values_are_judged_with_their_attainment(line):
    target, actual, verdict, attainment = (
        part.strip() for part in (f"{line}|" if line.count("|") == 2 else line).split("|")
    )
    judgement = judge(parse(target), parse(actual))
    assert (judgement.verdict.value, shown(judgement.attainment) or "") == (verdict, attainment)


@pytest.mark.parametrize(
    "line", [line for table in (IN_WORDS, DEADLINES) for line in table.strip().splitlines()]
)
def test_words_and_deadlines_are_judged(line):
    target, actual, verdict = (part.strip() for part in line.split("|"))
    judgement = judge(parse(target), parse(actual))
    assert (judgement.verdict.value, judgement.attainment) == (verdict, None)


COSTS = """
=30000元 | 35000元 | | unmet | 16.67%
=30000元 | 28000元 | | met | -6.67%
30000元 | 30000元 | | met | 0.00%
30000元 | 0元 | | met | -100.00%
>=149040元 | 0元 | | unmet | -100.00%
≥14万元 | 149040元 | | met | 6.46%
≤5万元 | 49999元 | | met | -0.00%
≤5万元 | 5.1万元 | | unmet | 2.00%
17元/人.天 | 18元/人.天 | 培训标准 | unmet | 5.88%
100% | 95% | 成本控制率 | met | -5.00%
100% | 95% | 资金使用合规率 | unmet | -5.00%
"""


@pytest.mark.parametrize("line", COSTS.strip().splitlines())
def test_a_cost_without_an_operator_is_kept_below_its_target(line):
    target, actual, name, verdict, deviation = (part.strip() for part in line.split("|"))
    judgement = judge(parse(target), parse(actual), cost=True, name=name)
    assert (judgement.verdict.value, shown(judgement.deviation)) == (verdict, deviation)
    assert judgement.attainment is None or target[0] in ">≥" or "率" in name


NAMES = """
数量 | 10月 | 9月 | 完成时间 | met
数量 | 10月 | 11月 | 完成时限 | unmet
数量 | 10月 | 9月 | 租期 | unmet
数量 | 10月 | 11月 | 租赁时长 | met
数量 | 20 | 200000元 | 投入资金（万元） | met
数量 | 20 | 199999元 | 投入资金（万元） | unmet
数量 | ≥5% | 下降6% | 能耗下降率 | met
数量 | ≥5% | 下降6% | 收入增长率 | unmet
数量 | ≥5% | 上升6% | 能耗下降率 | unmet
数量 | 2%-4% | -3% | 能耗下降率 | met
数量 | 2%-4% | 下降3% | 能耗下降率 | met
数量 | 2%-4% | 上升3% | 能耗下降率 | unmet
数量 | 2%-4% | 下降3% | 收入增长率 | unmet
数量 | 2%-4% | 增长3% | 收入增长率 | met
数量 | 2%-4% | 下降3% | 价格变动率 | undetermined
数量 | -5%~5% | 下降3% | 价格变动率 | met
数量 | -5%~5% | 下降6% | 价格变动率 | unmet
数量 | -5%~5% | 上升3% | 价格变动率 | met
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_the_name_settles_what_the_values_leave_open(line):
    _, target, actual, name, verdict = (part.strip() for part in line.split("|"))
    assert judge(parse(target), parse(actual), name=name).verdict.value == verdict


@pytest.mark.parametrize(
    "target, actual, deviation",
    [
        ("≥100个", "120个", "20.00%"),
        ("≥100个", "80个", "-20.00%"),
        ("≤100元", "125元", "25.00%"),
        ("≤100元", "80元", "-20.00%"),
        ("=25部", "0部", "-100.00%"),
        ("≤-5%", "-3%", "40.00%"),
        ("≤-5%", "-6%", "-20.00%"),
        ("0起", "1起", None),
        ("90%-95%", "85%", None),
        ("高", "低", None),
        ("≤0%", "1%", None),
    ],
)
def test_a_deviation_is_signed_and_bad_upwards_where_the_target_is_a_limit(target, actual, deviation):
    assert shown(judge(parse(target), parse(actual)).deviation) == deviation


@pytest.mark.parametrize(
    "actual, over, verdict",
    [
        ("130", "0.30", "met"),
        ("130.01", "0.30", "exceeded"),
        ("121", "0.20", "exceeded"),
        ("1000", "10", "met"),
    ],
)
def test_only_more_than_the_threshold_is_over_fulfilment(actual, over, verdict):
    assert judge(parse("≥100"), parse(actual), over=Decimal(over)).verdict.value == verdict


def test_costs_limits_and_ranges_are_never_over_fulfilled():
    assert {
        judge(parse(target), parse("1"), cost=True).verdict.value
        for target in ("=100元", "≤100元", "100元", "1-2元")
    } == {"met"}


@pytest.mark.parametrize(
    "target, actual, cause",
    [
        ("≥10件", "100%", Cause.DIMENSION),
        ("≥95%", "完成", Cause.NOT_A_NUMBER),
        ("完成", "基本完成", Cause.PARTIAL),
        ("90%-95%", "97%", Cause.ABOVE_RANGE),
        (None, "5个", Cause.NO_TARGET),
        ("显著提升", "不清楚", Cause.WORDS),
        ("12月底前", "100%", Cause.DIMENSION),
        ("≥2万元", "20000", Cause.DIMENSION),
    ],
)
def test_what_cannot_be_judged_says_why(target, actual, cause):
    judgement = judge(parse(target), parse(actual))
    assert (judgement.verdict.value, judgement.cause) == ("undetermined", cause)


@pytest.mark.parametrize("actual", [None, "", " ", "—", "/", "-", "——"])
def test_nothing_filled_in_has_no_verdict(actual):
    assert {
        judge(parse(target), parse(actual)).verdict for target in ("≥5个", "高", "12月底前", "1-2", None)
    } == {None}


@pytest.mark.parametrize("words", sorted(FULFILLED))
def test_every_way_to_say_fulfilled_meets_a_target_in_words(words):
    assert judge(parse("保障工作正常运转"), parse(words)).verdict.value == "met"


@pytest.mark.parametrize(
    "year, actual, verdict",
    [
        (2024, "2025年1月10日", "unmet"),
        (2024, "2024年12月10日", "met"),
        (None, "2024年12月10日", "met"),
        (2024, "2025年", "unmet"),
        (2024, "2024年", "met"),
    ],
)
def test_a_deadline_without_a_year_lies_in_the_year_of_the_form(year, actual, verdict):
    form = Form(
        kind=PROJECT,
        file="a",
        sheet="b",
        year=year,
        indicators=(Indicator(target="12月底前", actual=actual),),
    )
    assert assess(form, default()).indicators[0].verdict.value == verdict


def half_up(exact: Fraction, digits: int) -> Fraction:
    """ROUND as Excel defines it, without Decimal: away from zero from the half on."""
    scaled = abs(exact) * 10**digits
    return (1 if exact >= 0 else -1) * Fraction(
        (scaled.numerator * 2 + scaled.denominator) // (2 * scaled.denominator), 10**digits
    )


AMOUNTS = st.decimals(min_value="-99999999999.99", max_value="99999999999.99", places=2)


@settings(max_examples=150, deadline=None)
@given(AMOUNTS, AMOUNTS.filter(bool), st.integers(0, 6))
def test_rates_agree_with_excels_round(executed, budget, digits):
    line = FundingLine(source="合计", annual_budget=f"{budget:f}", executed=f"{executed:f}")
    assert Fraction(rounded(execution_rate(line), digits)) == half_up(
        Fraction(executed) / Fraction(budget), digits
    )


@settings(max_examples=150, deadline=None)
@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.integers(0, 4),
)
def test_rounding_agrees_with_excels_round(number, digits):
    assert Fraction(rounded(number, digits)) == half_up(Fraction(number), digits)


@pytest.mark.parametrize(
    "number, digits, text",
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.5", 0, "3"),
        ("0.99859", 4, "0.9986"),
        ("1e30", 2, "1" + "0" * 30 + ".00"),
        ("1.005", 2, "1.01"),
    ],
)
def test_halves_go_up(number, digits, text):
    assert str(rounded(Decimal(number), digits)) == text


@pytest.mark.parametrize(
    "budget, executed, rate",
    [
        ("0", "0.00", "0.00%"),
        ("57.04", "56.96", "99.86%"),
        ("3", "1", "33.33%"),
        ("8", "9", "112.50%"),
        ("0", "3", None),
        (None, "3", None),
        ("3", "", None),
        ("—", "3", None),
        ("0.000000000000000001", "999999999999999999", "99999999999999999900000000000000000000.00%"),
    ],
)
def test_execution_rates(budget, executed, rate):
    assert shown(execution_rate(FundingLine(source="合计", annual_budget=budget, executed=executed))) == rate


SAME = [
    ("元", "万元", 10_000),
    ("千元", "万元", 10),
    ("万元", "亿元", 10_000),
    ("米", "公里", 1000),
    ("平方米", "公顷", 10_000),
    ("亩", "万亩", 10_000),
    ("公斤", "吨", 1000),
    ("分钟", "小时", 60),
    ("小时", "天", 24),
    ("月", "年", 12),
    ("个月", "个季度", 3),
    ("人", "万人", 10_000),
    ("‰", "%", 10),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SAME),
    st.sampled_from(["≥", "≤", "=", ">", "<", ""]),
    st.integers(1, 10**5),
    st.integers(0, 10**5),
    st.booleans(),
)
def test_the_verdict_is_the_same_in_another_unit(units, operator, target, actual, cost):
    small, large, factor = units
    target, actual = target * factor, actual * factor
    judged = judge(parse(f"{operator}{target}{small}"), parse(f"{actual}{small}"), cost=cost)
    if small == "月" and (not operator or target >= 1900 * 12 or actual >= 1900 * 12):
        return  # 10月 may be October, 2024年 a year
    assert (
        judge(parse(f"{operator}{target // factor}{large}"), parse(f"{actual}{small}"), cost=cost) == judged
    )
    assert (
        judge(parse(f"{operator}{target}{small}"), parse(f"{actual // factor}{large}"), cost=cost) == judged
    )
    assert (
        judge(parse(f"{operator}{target // factor}{large}"), parse(f"{actual // factor}{large}"), cost=cost)
        == judged
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 10**6), st.integers(0, 2 * 10**6))
def test_attainment_and_deviation_are_one_apart(target, actual):
    judgement = judge(parse(f"≥{target}个"), parse(f"{actual}个"))
    assert (
        judgement.attainment is not None
        and abs(judgement.attainment - judgement.deviation - 1) < Decimal("1e-20"),
        judgement.verdict.value == "unmet",
    ) == (True, actual < target)


def scored(
    target: str, actual: str, points: str | None = "10", way: str = "proportional", level1: str = "产出指标"
) -> Decimal | None:
    policy = default()
    policy = replace(
        policy,
        parameters={
            **policy.parameters,
            "score_at_most": replace(policy.parameters["score_at_most"], value=way),
        },
    )
    form = Form(
        kind=PROJECT,
        file="a",
        sheet="b",
        indicators=(Indicator(level1=level1, target=target, actual=actual, points=points),),
    )
    return assess(form, policy).indicators[0].expected_score


@pytest.mark.parametrize(
    "target, actual, way, score",
    [
        ("≥100个", "80个", "proportional", "8.00"),
        ("≥100个", "120个", "proportional", "10.00"),
        ("=100个", "99.95个", "proportional", "10.00"),
        ("≥3个", "1个", "proportional", "3.33"),
        ("≥3个", "0个", "linear", "0.00"),
        ("≤100元", "125元", "proportional", "8.00"),
        ("≤100元", "400元", "proportional", "2.50"),
        ("≤100元", "90元", "proportional", "10.00"),
        ("≤100元", "125元", "linear", "7.50"),
        ("≤100元", "199元", "linear", "0.10"),
        ("≤100元", "200元", "linear", "0.00"),
        ("≤100元", "250元", "linear", "0.00"),
        ("≤100元", "90元", "linear", "10.00"),
        ("0起", "0起", "proportional", "10.00"),
        ("0起", "1起", "proportional", "0"),
        ("高", "高", "proportional", None),
        ("≥5个", "完成", "proportional", None),
        ("≥5个", "50%", "linear", None),
        ("≥5%", "-1%", "linear", "0.00"),
    ],
)
def test_expected_scores(target, actual, way, score):
    assert scored(target, actual, way=way) == (None if score is None else Decimal(score))


def test_a_cost_without_operator_is_scored_as_a_limit():
    assert scored("=30000元", "37500元", level1="成本指标") == 8 and scored(
        "=30000元", "37500元", way="linear", level1="成本指标"
    ) == Decimal("7.5")


def test_no_points_no_score():
    assert scored("≥5个", "5个", points=None) is None and scored("≥5个", "5个", points="十") is None


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 1000),
    st.integers(0, 3000),
    st.integers(1, 50),
    st.sampled_from(["≥", "≤", "=", ">", "<", ""]),
    st.sampled_from(["proportional", "linear"]),
)
def test_a_score_lies_between_nothing_and_its_points(target, actual, points, operator, way):
    assert 0 <= scored(f"{operator}{target}个", f"{actual}个", str(points), way) <= points


WORDY = (
    "0123456789.,-%≥≤><=~至约余近不足以上内前月日年底万元人次个/每未无高优良完成基本下降增长$\\geq第批（）"
)
VALUES = st.one_of(st.none(), st.text(max_size=20), st.text(alphabet=WORDY, max_size=14))


@settings(max_examples=300, deadline=None)
@given(VALUES, VALUES, VALUES, st.booleans())
def test_no_text_breaks_the_assessment(target, actual, points, cost):
    form = Form(
        kind=PROJECT,
        file="a",
        sheet="b",
        year=2024,
        funding=(FundingLine(source="合计", executed=actual, annual_budget=points),),
        indicators=(
            Indicator(level1="成本指标" if cost else None, target=target, actual=actual, points=points),
        ),
    )
    judged = assess(form, default())
    assert shown(judged.indicators[0].attainment) != "" and shown(judged.funding[0].rate) != ""


@pytest.mark.parametrize(
    "text", ["9" * 40, "0." + "0" * 30 + "1", "9" * 18 + "万亿元", "1" + ",000" * 9, "99999999999999999%"]
)
def test_absurd_numbers_are_judged_like_any_other(text):
    form = Form(
        kind=PROJECT,
        file="a",
        sheet="b",
        indicators=(
            Indicator(target="≥0.000001", actual=text, points="10"),
            Indicator(target=text, actual="0.000001", points=text),
        ),
        funding=(FundingLine(source="合计", annual_budget="0.01", executed=text),),
    )
    assert all(row.verdict is not None for row in assess(form, default()).indicators)


# Name, target and completed value without a sign: smaller is better, dates, parts of a year. `?` stands for
# undetermined; a slash for either. From a trial with an accountant, and others of the kinds.
DIRECTIONS = """
差错率 | 1% | 2% | unmet/?
差错率 | 1% | 0.5% | met/?
事故率 | 0.5% | 0.8% | unmet/?
投诉次数 | 2次 | 5次 | unmet/?
审批时限 | 3天 | 5天 | unmet/?
响应时间 | 30分钟 | 45分钟 | unmet/?
响应时间 | 30分钟 | 20分钟 | met/?
支付时间 | 5日 | 8日 | unmet/?
施工工期 | 120天 | 130天 | unmet/?
办结时限 | 10个工作日 | 12个工作日 | unmet/?
耗电量 | 1000度 | 1200度 | unmet/?
漏损率 | 12% | 20% | unmet/?
漏损率 | 12% | 11% | met/?
败诉率 | 5% | 8% | unmet/?
退件率 | 3% | 1% | met/?
上访批次 | 5批 | 3批 | met/?
死亡人数 | 0人 | 1人 | unmet
不合格率 | 2% | 3% | unmet/?
办件时长 | 5天 | 3天 | met/?
租金时间 | 12月 | 0月 | unmet/?
卫星电话数量 | 25部 | 20部 | unmet
培训人数 | 100人 | 150人 | exceeded
投诉办结率 | 95% | 98% | met
事故隐患整改数 | 10处 | 8处 | unmet
服务时长 | 100小时 | 80小时 | unmet
故障修复台数 | 10台 | 12台 | met
检查频次 | 每季度1次 | 4次 | met
检查频次 | 每季度1次 | 3次 | ?
检查频次 | 每月2次 | 20次 | ?
巡查次数 | 每周1次 | 52次 | met
巡查次数 | 每星期1次 | 52次 | met
巡查次数 | 每旬1次 | 36次 | met
巡查次数 | 每天1次 | 365次 | met
巡查次数 | 每日2次 | 730次 | met
检查次数 | 每半年1次 | 2次 | met
检查次数 | 每年2次 | 2次 | met
完成时间 | 20240630 | 20240701 | unmet
完成时间 | 20240630 | 20240629 | met
完成时间 | 年底前 | 2025年1月 | ?
完成时间 | 年底前 | 次年1月 | unmet
完成时限 | 12月底前 | 2024年11月 | met
满意度 | [90%,95%] | 93% | met
满意度 | [90%,95%] | 88% | unmet
森林火灾发生率 | ≤0.064次/10万公顷 | 0.05次/10万公顷 | met
森林火灾发生率 | ≤0.064次/10万公顷 | 0.08次/10万公顷 | unmet
合格率 | ≥0.95% | 96% | ?
"""


@pytest.mark.parametrize("line", DIRECTIONS.strip().splitlines())
def test_without_a_sign_more_of_something_bad_is_never_exceeded(line):
    name, target, actual, verdicts = (part.strip() for part in line.split("|"))
    found = judge(parse(target), parse(actual), name=name).verdict.value
    assert {"undetermined": "?"}.get(found, found) in verdicts.split("/")


@pytest.mark.parametrize(
    "name, target, actual, verdict",
    [
        ("节约资金", "节约5万元", "节约3万元", "unmet"),
        ("节约资金", "节约5万元", "节约6万元", "met"),
        ("人均成本", "500元", "600元", "unmet"),
    ],
)
def test_a_cost_that_was_saved_is_the_more_the_better(name, target, actual, verdict):
    assert judge(parse(target), parse(actual), cost=True, name=name).verdict.value == verdict
