"""Rates, verdicts, attainment and scores: exact, rounded half up, and never met where it cannot be known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.assess import assess, execution_rate, judge, rounded, shown
from selfeval_xl.forms import PROJECT, Form, FundingLine, Indicator
from selfeval_xl.policy import default
from selfeval_xl.quantity import parse

PAIRS = """
>=149040元 | 0元 | unmet | 0.00%
≥50个 | 50 | met | 100.00%
$\\geq 99\\%$ | 99% | met | 100.00%
≤90万元 | 90 | met |
严格执行相关制度规定 | 达成预期指标 | met |
38508人 | 37442人 | unmet | 97.23%
100.00% | 97.30% | unmet | 97.30%
高 | 高 | met |
全天候可用 | 全天候 | met |
0起 | 0起 | met |
0起 | 无 | met |
0起 | 1起 | unmet |
是 | 是 | met |
200 | 200余人 | met | 100.00%
11月底前 | 10月 | met |
9月前 | 7月 | met |
9月前 | 9月 | unmet |
≤4 | 4 | met |
是 | 基本达到 | undetermined |
显著提升 | 显著提升 | met |
≥928小时 | 909.93小时 | unmet | 98.05%
=12月 | 12个月 | met | 100.00%
=12月 | 1年 | met | 100.00%
2021年11月30日前完成资金支付 | 已完成 | met |
2024年12月31日前 | 2025年1月5日 | unmet |
年底前 | 2024年12月20日 | met |
100%覆盖 | 100% | met | 100.00%
≥2000座 | 3061座 | exceeded | 153.05%
≥2200篇 | 2859篇 | met | 129.95%
≥100 | 130 | met | 130.00%
≥100 | 130.1 | exceeded | 130.10%
≥95% | 0.96 | met | 101.05%
90%-95% | 92% | met |
90%-95% | 85% | unmet |
90%-95% | 97% | undetermined |
效果明显 | 明显 | undetermined |
不低于95% | 完成 | undetermined |
≥10件 | 100% | undetermined |
优 | 良 | unmet |
良 | 优 | met |
有所提升 | 显著提升 | met |
明显改善 | 有所改善 | undetermined |
无事故 | 0 | met |
不发生 | 未发生 | met |
≤-5% | -6% | met |
≤-5% | -3% | unmet |
=14万元 | 149040元 | met | 106.46%
12月底前 | 100% | undetermined |
≥2万元 | 20000 | undetermined |
≥50家 | 50户 | met | 100.00%
10人 | 10人次 | met | 100.00%
≥1000㎡ | 1000平方米 | met | 100.00%
完成 | 未完成 | unmet |
达标 | 已达标 | met |
≥5个 | 未完成 | unmet |
"""


@pytest.mark.parametrize("line", PAIRS.strip().splitlines())
def test_completed_values_are_judged(line):
    target, actual, verdict, attainment = (part.strip() for part in line.split("|"))
    judgement = judge(parse(target), parse(actual))
    assert (judgement.verdict.value, shown(judgement.attainment)) == (verdict, attainment or None)


@pytest.mark.parametrize("target, actual, verdict", [("=30000元", "35000元", "unmet"), ("=30000元", "28000元", "met"), ("30000元", "30000元", "met"), (">=149040元", "0元", "unmet"), ("≤5万元", "49999元", "met")])
def test_a_cost_is_kept_below_its_target(target, actual, verdict):
    assert judge(parse(target), parse(actual), cost=True).verdict.value == verdict


def test_nothing_filled_in_has_no_verdict():
    assert judge(parse("≥5个"), parse(None)).verdict is None and judge(parse("≥5个"), parse("—")).verdict is None


@settings(max_examples=400, deadline=None)
@given(st.decimals(min_value=0, max_value=10**9, places=2), st.decimals(min_value="0.01", max_value=10**9, places=2))
def test_rates_agree_with_excels_round(executed, budget):
    line = FundingLine(source="合计", annual_budget=str(budget), executed=str(executed))
    exact = Fraction(executed) / Fraction(budget) * 10000
    half_up = exact.numerator * 2 // exact.denominator
    assert rounded(execution_rate(line), 4) == Decimal((half_up + 1) // 2) / 10000


def test_zero_over_zero_is_zero_and_payment_over_a_zero_budget_has_no_rate():
    assert execution_rate(FundingLine(source="x", annual_budget="0", executed="0.00")) == 0
    assert execution_rate(FundingLine(source="x", annual_budget="0", executed="3")) is None
    assert execution_rate(FundingLine(source="x", annual_budget=None, executed="3")) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_units_are_converted_before_comparing(target, actual):
    plain = judge(parse(f"≥{target}元"), parse(f"{actual}元"))
    assert judge(parse(f"≥{Decimal(target) / 10000:f}万元"), parse(f"{actual}元")) == plain == judge(parse(f"≥{target}元"), parse(f"{Decimal(actual) / 10000:f}万元"))


def scored(target: str, actual: str, points: str = "10", way: str = "proportional") -> Decimal | None:
    policy = default()
    policy = replace(policy, parameters={**policy.parameters, "score_at_most": replace(policy.parameters["score_at_most"], value=way)})
    form = Form(kind=PROJECT, file="a", sheet="b", indicators=(Indicator(target=target, actual=actual, points=points),))
    return assess(form, policy).indicators[0].expected_score


@pytest.mark.parametrize("target, actual, way, score", [
    ("≥100个", "80个", "proportional", "8.00"), ("≥100个", "120个", "proportional", "10.00"), ("≤100元", "125元", "proportional", "8.00"), ("≤100元", "125元", "linear", "7.50"),
    ("≤100元", "250元", "linear", "0.00"), ("≤100元", "90元", "linear", "10.00"), ("高", "高", "proportional", None), ("≥3个", "1个", "proportional", "3.33"),
])
def test_expected_scores(target, actual, way, score):
    assert scored(target, actual, way=way) == (None if score is None else Decimal(score))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=5))
def test_no_text_breaks_the_assessment(target, actual, points):
    form = Form(kind=PROJECT, file="a", sheet="b", indicators=(Indicator(target=target, actual=actual, points=points),), funding=(FundingLine(source=target, executed=actual, annual_budget=points),))
    assess(form, default())
