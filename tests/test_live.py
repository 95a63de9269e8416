"""The formulas beside the indicators: what they say is what `judge` says, and where they do not know they say
nothing.
"""

from __future__ import annotations

import itertools

import pytest

from selfeval_xl.assessment.verdicts import judge
from selfeval_xl.model.quantity import parse
from selfeval_xl.templates.verdict_formulas import UNCLEAR, settle
from support import judged_pairs

PAIRS = [
    tuple(part.strip() for part in line.split("|"))[:2]
    for table in vars(judged_pairs).values()
    if isinstance(table, str)
    for line in table.splitlines()
    if line.count("|") >= 2
]
VALUES = (
    "3",
    "0",
    "12月",
    "10月",
    "95%",
    "97.5%",
    "100%",
    "1,200元",
    "14万元",
    "0.5",
    "5次",
    "1年",
    "2024年",
    "30日",
    "优",
    "完成",
    "",
)
TARGETS = tuple(sign + value for sign in ("", "≥", "<=", "=", "＞", "<") for value in VALUES if value)


@pytest.mark.parametrize("cost", [False, True])
@pytest.mark.parametrize("name", ["完成情况", "费用控制率", "成本支出", "租用时间", "工期"])
def test_a_verdict_of_the_formulas_is_the_programs_verdict(cost, name):
    told = 0
    for target, actual in [*PAIRS, *itertools.product(TARGETS, VALUES)]:
        settled = settle(target, actual, cost, name)
        if settled.verdict and not settled.verdict.startswith(UNCLEAR):
            judged = judge(parse(target), parse(actual), cost=cost, name=name)
            assert judged.verdict is not None and settled.verdict == judged.verdict.label, (target, actual)
            told += 1
    assert told > 150


@pytest.mark.parametrize(
    ("target", "actual", "verdict", "attainment"),
    [
        ("≥95%", "97.3%", "已完成", "1.0242"),
        (">=149040元", "0元", "未完成", "0.0000"),
        ("=12月", "0月", "未完成", "0.0000"),
        ("≤10次", "8次", "已完成", None),
        ("≤10次", "11次", "未完成", None),
        ("≥100个", "131", "超额完成", "1.3100"),
        ("=25部", "25部", "已完成", "1.0000"),
        ("38508人", "37442人", "未完成", "0.9723"),
        ("≥ 1,000 元", "1000元", "已完成", "1.0000"),
        ("≥95%", "完成", "看不懂，请核对写法", None),
        ("≥95%", "97.3", "看不懂，完成值缺%", None),
        ("2024年11月底前", "2024年10月", "看不懂，请核对写法", None),
        ("明显改善", "明显改善", "已完成", None),
        ("≥XX人", "≥XX人", "看不懂，请核对写法", None),
        ("=14万元", "149040元", "看不懂，请核对写法", None),
        ("10月", "9月", "看不懂，请核对写法", None),
        ("", "3次", "", None),
    ],
)
def test_common_targets_are_settled_and_the_rest_is_said_to_be_unclear(target, actual, verdict, attainment):
    settled = settle(target, actual, False, "数量")
    assert (
        settled.verdict,
        settled.attainment if settled.attainment is None else str(settled.attainment),
    ) == (verdict, attainment)
