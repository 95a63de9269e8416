"""The formulas beside the indicators: what they say is what `judge` says, and where they do not know they say
that they do not understand.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest

from selfeval_xl import templates
from selfeval_xl.assessment.verdicts import judge
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.numerals import chinese_number
from selfeval_xl.model.quantity import parse
from selfeval_xl.templates.verdict_formulas import UNCLEAR, settle
from selfeval_xl.templates.word_lists import numerals
from support import in_cell_pairs, judged_deadlines, judged_pairs, pairs_of_staff

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
        ("≥95%", "完成", "看不懂，完成值没有数", None),
        ("≥95%", "97.3", "已完成", "1.0242"),
        ("≥95%", "0.973", "已完成", "1.0242"),
        ("≥5%", "0.9", "看不懂，完成值缺%", None),
        ("≤5%", "0.9", "看不懂，完成值缺%", None),
        ("2024年11月底前", "2024年10月", "已完成", None),
        ("2024年11月底前", "2024年12月2日", "未完成", None),
        ("2024年11月15日前", "2024年11月", "看不懂，请核对写法", None),
        ("明显改善", "明显改善", "已完成", None),
        ("≥XX人", "≥XX人", "看不懂，请核对写法", None),
        ("=14万元", "149040元", "已完成", "1.0646"),
        ("≥1季度", "3个月", "已完成", "1.0000"),
        ("≥95%", "９７%", "已完成", "1.0211"),
        ("≥95%", "50件", "看不懂，请核对单位", None),
        ("90%-95%", "97%", "看不懂，高于指标值的范围，请核对", None),
        ("90%-95%", "92%", "已完成", None),
        ("90-95", "89", "未完成", None),
        ("三次", "两次", "未完成", "0.6667"),
        ("一百二十人", "120人", "已完成", "1.0000"),
        ("≥12公里", "12500m", "看不懂，请核对写法", None),
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


def pairs_of(*tables: str) -> list[list[str]]:
    """The rows of text tables: target, completed value, right verdict and what follows."""
    lines = [line for table in tables for line in table.splitlines() if line.count("|") >= 2]
    return [[part.strip(" ").replace("⏎", "\n") for part in line.split("|")] for line in lines]


def share_judged(rows: Iterable[tuple[str, str, str, str, bool, int]]) -> tuple[float, int]:
    """The share of decidable pairs that the formulas judge, and how many the program judges right.

    A row is target, completed value, right verdicts, name, whether a cost, and year. No verdict of the
    formulas may be wrong or other than the program's.
    """
    decidable = judged = by_program = 0
    for target, actual, right, name, cost, year in rows:
        labels = [LABELS[{"?": "undetermined"}.get(each, each)] for each in right.split("/")]
        settled = settle(target, actual, cost, name, year=year).verdict
        verdict = judge(parse(target), parse(actual), cost=cost, name=name, year=year).verdict
        assert settled and verdict is not None, (target, actual)
        by_program += verdict.label in labels
        settles = not settled.startswith(UNCLEAR)
        assert not settles or settled == verdict.label, (target, actual, "against the program")
        assert not settles or settled in labels, (target, actual, "wrong")
        if len(labels) == 1 and labels[0] != Verdict.UNDETERMINED.label:
            decidable += 1
            judged += settles
    print(f"in cell {judged} of {decidable}, program {by_program}")
    return judged / decidable, by_program


def test_what_published_forms_and_accountants_write_is_judged():
    """Of the pairs with an answer nine in ten are judged, none wrongly, none against the program."""
    rows = pairs_of(in_cell_pairs.FROM_PUBLISHED_FORMS, in_cell_pairs.AS_ACCOUNTANTS_TYPE)
    given = [(*row[:3], "", False, 2023 if "2023" in row[0] else 2024) for row in rows]
    share, by_program = share_judged(given)
    assert len(rows) >= 190 and share >= 0.9 and by_program == len(rows)


def test_of_what_people_write_in_the_strangest_ways_most_is_judged():
    modules = (judged_pairs, judged_deadlines)
    tables = (table for module in modules for table in vars(module).values() if isinstance(table, str))
    rows = pairs_of(*tables)
    decided = [(*row[:3], "", False, 2024) for row in rows if row[2] in ("met", "unmet", "exceeded")]
    share, by_program = share_judged(decided)
    assert len(decided) >= 450 and share >= 0.9 and by_program == len(decided)


def test_the_numerals_that_the_formulas_know_are_what_the_program_reads():
    assert numerals() and all(chinese_number(word) == number for word, number in numerals().items())


def staff_rows() -> list[tuple[str, str, str, str, bool, int]]:
    """The pairs of `pairs_of_staff`, those in three columns joined as the formula joins them."""
    tables = {name: table for name, table in vars(pairs_of_staff).items() if name.isupper()}
    parted = pairs_of(tables.pop("SPLIT"))
    rows = [
        (target, actual, right, names[0] if names else "", head == "COSTS", 2024)
        for head, table in tables.items()
        for target, actual, right, *names in pairs_of(table)
    ]
    joined = [
        (f"{sign.removeprefix('定性')}{value}{unit}", actual, right, "", False, 2024)
        for sign, value, unit, actual, right in parted
    ]
    return rows + joined


def test_what_an_accountant_types_is_judged_by_the_program_and_in_the_cell():
    rows = staff_rows()
    share, by_program = share_judged(rows)
    assert len(rows) >= 488 and share >= 0.9 and by_program >= 0.98 * len(rows)


@pytest.mark.office
def test_the_formulas_give_in_a_spreadsheet_program_what_python_says(tmp_path, assert_formulas_agree):
    names = ("完成情况", "差错率", "工期", "办结时限", "成本控制")
    pairs = [*PAIRS, *((target, actual) for target, actual, *_ in staff_rows())]
    forms = []
    for begin in range(0, len(pairs), 60):
        rows = [
            {
                "level1": "产出指标" if number % 7 else "成本指标",
                "level2": "数量指标",
                "name": names[number % 5],
                "target": target,
                "actual": actual,
                "points": "10",
            }
            for number, (target, actual) in enumerate(pairs[begin : begin + 60])
        ]
        forms.append({"project": f"项目{begin}", "indicators": rows})
    path = tmp_path / "a.xlsx"
    templates.fill_in("mof-2021", path, projects=forms, department={}, year=2024, cover={})
    assert_formulas_agree(path)


@pytest.mark.office
def test_a_target_in_three_columns_is_judged_in_a_spreadsheet_program_as_in_python(
    tmp_path, assert_formulas_agree
):
    rows = [
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "name": f"数量{number}",
            "operator": sign,
            "target": value,
            "unit": unit,
            "actual": actual,
            "points": "10",
        }
        for number, (sign, value, unit, actual, _) in enumerate(pairs_of(pairs_of_staff.SPLIT))
    ]
    path = tmp_path / "a.xlsx"
    form = {"project": "项目", "indicators": rows}
    templates.fill_in("yunnan", path, projects=[form], department={}, year=2024, cover={})
    assert_formulas_agree(path)
