"""The formulas beside the indicators: what they say is what `judge` says, and where they do not know they say
that they do not understand.
"""

from __future__ import annotations

import itertools

import pytest

from selfeval_xl import templates
from selfeval_xl.assessment.verdicts import judge
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.quantity import parse
from selfeval_xl.templates.verdict_formulas import UNCLEAR, settle
from support import in_cell_pairs, judged_deadlines, judged_pairs

PAIRS = [
    tuple(part.strip() for part in line.split("|"))[:2]
    for module in (judged_pairs, judged_deadlines, in_cell_pairs)
    for table in vars(module).values()
    if isinstance(table, str)
    for line in table.splitlines()
    if line.count("|") >= 2
]
LABELS = {verdict.name.lower(): verdict.label for verdict in Verdict}
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
        ("2024年11月底前", "2024年10月", "已完成", None),
        ("2024年11月底前", "2024年12月2日", "未完成", None),
        ("2024年11月15日前", "2024年11月", "看不懂，请核对写法", None),
        ("明显改善", "明显改善", "已完成", None),
        ("≥XX人", "≥XX人", "看不懂，请核对写法", None),
        ("=14万元", "149040元", "已完成", "1.0646"),
        ("≥1季度", "3个月", "已完成", "1.0000"),
        ("≥95%", "９７%", "看不懂，有全角数字", None),
        ("≥95%", "50件", "看不懂，请核对写法", None),
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


def test_what_published_forms_and_accountants_write_is_judged():
    """Of the pairs with an answer nine in ten are judged, none wrongly, none against the program."""
    rows = [
        [part.strip() for part in line.split("|")]
        for table in (in_cell_pairs.FROM_PUBLISHED_FORMS, in_cell_pairs.AS_ACCOUNTANTS_TYPE)
        for line in table.splitlines()
        if line
    ]
    judged = decidable = 0
    for target, actual, right in rows:
        year = 2023 if "2023" in target else 2024
        settled = settle(target, actual, False, "", year=year)
        verdict = judge(parse(target), parse(actual), year=year).verdict
        assert verdict is not None and verdict.label == LABELS[right], (target, actual)
        decidable += right != "undetermined"
        if not settled.verdict.startswith(UNCLEAR):
            assert settled.verdict == LABELS[right], (target, actual)
            judged += 1
    print(f"{judged} of {decidable}")
    assert len(rows) >= 190 and judged >= 0.9 * decidable


def test_of_what_people_write_in_the_strangest_ways_most_is_judged():
    rows = [
        [part.strip() for part in line.split("|")]
        for module in (judged_pairs, judged_deadlines)
        for table in vars(module).values()
        if isinstance(table, str)
        for line in table.splitlines()
        if line.count("|") >= 2
    ]
    rows = [row for row in rows if row[2] in ("met", "unmet", "exceeded")]
    settled = [settle(target, actual, False, "").verdict for target, actual, *_ in rows]
    judged = sum(not verdict.startswith(UNCLEAR) for verdict in settled)
    print(f"{judged} of {len(rows)}")
    assert judged >= 0.68 * len(rows)


@pytest.mark.office
def test_the_formulas_give_in_a_spreadsheet_program_what_python_says(tmp_path, assert_formulas_agree):
    names = ("完成情况", "差错率", "工期", "办结时限", "成本控制")
    forms = []
    for begin in range(0, len(PAIRS), 60):
        rows = [
            {
                "level1": "产出指标" if number % 7 else "成本指标",
                "level2": "数量指标",
                "name": names[number % 5],
                "target": target,
                "actual": actual,
                "points": "10",
            }
            for number, (target, actual) in enumerate(PAIRS[begin : begin + 60])
        ]
        forms.append({"project": f"项目{begin}", "indicators": rows})
    path = tmp_path / "a.xlsx"
    templates.fill_in("mof-2021", path, projects=forms, department={}, year=2024, cover={})
    assert_formulas_agree(path)
