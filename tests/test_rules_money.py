"""The funding rules on single amounts: which sums and rates are right, which are not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from selfeval_xl.assessment.policy import Parameter, Policy, default
from selfeval_xl.model.findings import Severity
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, TOTAL, FundingLine, Goal, Indicator
from selfeval_xl.rules import amounts_apart, budget_changes, funding, funding_and_indicators
from support.money_forms import form, found


def rate_fits(budget: str, executed: str, rate: str, unit: str = "万元") -> bool:
    return not found(funding.impossible_rate, form(f"{TOTAL} _ {budget} {executed} {rate}", unit=unit))


@pytest.mark.parametrize(
    "budget, executed, rate",
    [
        ("57.04", "56.96", "99.86%"),
        ("57.04", "56.96", "99.9%"),
        ("57.04", "56.96", "99.86"),
        ("57.04", "56.96", "0.9986"),
        ("57.04", "56.96", "１００％"),
        ("2987.6", "2270.58", "76%"),
        ("2987.6", "2270.58", "76.00%"),
        ("387664.62", "387664.62", "100%"),
        ("329.77", "338.31", "102.59%"),
        ("0", "0", "0.00%"),
        ("0", "0", "—"),
        ("0", "0", "_"),
        ("0", "0", "/"),
        ("0", "0", "0"),
        ("100", "100", "1"),
        ("100", "0", "0.00%"),
        ("100", "0", "0"),
        ("0.03", "0.01", "33.33%"),
        ("0.03", "0.01", "45%"),
        ("3", "2", "66.67%"),
        ("3", "2", "66.66%"),
        ("3", "2", "66.6%"),
        ("3", "2", "66.7%"),
        ("3", "2", "67%"),
        ("387664.62", "258443.08", "66.67%"),
        ("387664.62", "258443.08", "66.66%"),
        ("861", "365", "42.37%"),
        ("_", "10", "50%"),
        ("10", "_", "50%"),
        ("10", "7.5", "见附件"),
        ("10", "10", "#DIV/0!"),
        ("-5", "3", "12%"),
    ],
)
def test_a_rate_that_these_amounts_can_give_is_right(budget: str, executed: str, rate: str) -> None:
    assert rate_fits(budget, executed, rate)


@pytest.mark.parametrize(
    "budget, executed, rate, right",
    [
        ("57.04", "56.96", "42.92%", "99.86%"),
        ("57.04", "56.96", "98.86%", "99.86%"),
        ("100", "95", "99%", "95.00%"),
        ("10", "10", "95%", "100.00%"),
        ("2987.6", "2270.58", "77%", "76.00%"),
        ("0", "0", "100%", "0.00%"),
        ("100", "0", "100%", "0.00%"),
        ("57.04", "56.96", "9.986", "99.86%"),
        ("100", "100", "99%", "100.00%"),
        ("100", "50", "0%", "50.00%"),
    ],
)
def test_a_rate_that_no_amounts_like_these_give_is_wrong(
    budget: str, executed: str, rate: str, right: str
) -> None:
    wrong = list(funding.impossible_rate(form(f"{TOTAL} _ {budget} {executed} {rate}"), default()))
    assert [(finding.cell, finding.value, finding.expected) for finding in wrong] == [("F5", rate, right)]


def test_a_rate_on_the_initial_budget_is_told_as_such() -> None:
    wrong = next(iter(funding.impossible_rate(form(f"{TOTAL} 132.71 57.04 56.96 42.92%"), default())))
    assert "年初预算" in wrong.hint


@pytest.mark.parametrize(
    "rows",
    [
        (
            "合计 132.71 57.04 56.96 _",
            "当年财政拨款 132.71 57.04 56.96 _",
            "上年结转资金 0 0 0 _",
            "其他资金 0 0 0 _",
        ),
        (
            "合计 _ 100.01 99.98 _",
            "当年财政拨款 _ 33.33 33.33 _",
            "上年结转资金 _ 33.33 33.33 _",
            "其他资金 _ 33.33 33.33 _",
        ),
        ("合计 _ 100 90 _", "财政拨款 _ 80 80 _"),  # 其中 alone is partial
        (
            "合计 _ 100 90 _",
            "财政拨款 _ 100 90 _",
            ">中央补助 _ 60 60 _",
            ">县级资金 _ 40 30 _",
            "其他资金 _ _ _ _",
        ),
        (
            "合计 _ 100 90 _",
            "财政拨款 _ 100 90 _",
            "中央补助 _ 60 60 _",
            "县级资金 _ 40 30 _",
            "其他资金 _ 0 0 _",
        ),  # parts unmarked
        ("合计 _ 100 90 _", "财政拨款 _ _ _ _", "其他资金 _ _ _ _"),
        (
            "合计 _ 100 90 _",
            "财政拨款 _ 90 80 _",
            "其他资金 _ 10 10 _",
            "基本支出 _ 60 60 _",
            "项目支出 _ 40 30 _",
        ),
    ],
)
def test_totals_that_are_the_sum_or_need_not_be(rows: tuple[str, ...]) -> None:
    assert found(funding.total_is_not_the_sum, form(*rows)) == []


@pytest.mark.parametrize(
    "rows, sums",
    [
        # levels of government side by side are the sources of the total
        (
            ("县级资金 60 60 60 _", "中央补助 30 30 30 _", "省级补助 20 20 20 _", "合计 100 100 100 _"),
            ["110"] * 3,
        ),
        (("中央资金 _ 60 60 _", "省级资金 _ 30 30 _", "合计 _ 100 90 _"), ["90"]),
        (("县级资金 _ 60 60 _", "中央补助 _ 30 30 _", "其他资金 _ 0 0 _", "合计 _ 100 90 _"), ["90"]),
        (("上级补助 _ 80 80 _", "县级资金 _ 30 30 _", "合计 _ 100 110 _"), ["110"]),
        (("市级财政 _ 12.5 12.5 _", "区级财政 _ 7.5 7.5 _", "合计 _ 20 21 _"), ["20.0"]),
        (("县级资金 _ 50 50 _", "中央补助 _ 30 30 _", "省级补助 _ 20 20 _", "合计 _ 100 100 _"), []),
        # but parts of fiscal money as a whole, and of a row that is their sum
        (("财政拨款 _ 100 100 _", "中央补助 _ 60 60 _", "县级配套 _ 40 40 _", "合计 _ 100 100 _"), []),
        (
            (
                "财政拨款 _ 100 _ _",
                "中央补助 _ 60 _ _",
                "县级资金 _ 30 _ _",
                "其他资金 _ 20 _ _",
                "合计 _ 120 _ _",
            ),
            [],
        ),
        (
            (
                "一般公共预算 _ 100 _ _",
                "中央 _ 60 _ _",
                "县级 _ 40 _ _",
                "政府性基金 _ 20 _ _",
                "合计 _ 120 _ _",
            ),
            [],
        ),
        (("上级资金 _ 80 _ _", "中央 _ 50 _ _", "省级 _ 30 _ _", "县级 _ 20 _ _", "合计 _ 100 _ _"), []),
        (("中央补助 _ 60 60 _", "合计 _ 100 100 _"), []),
        # of which not all need be listed
        (("一般公共预算 _ 100 _ _", "中央 _ 60 _ _", "其他资金 _ 20 _ _", "合计 _ 120 _ _"), []),
        (("专项拨款 _ 100 _ _", "省级 _ 60 _ _", "其他资金 _ 20 _ _", "合计 _ 120 _ _"), []),
        (("单位资金 _ 100 _ _", "省级 _ 60 _ _", "其他资金 _ 20 _ _", "合计 _ 120 _ _"), ["180"]),
    ],
)
def test_sources_named_after_levels_of_government(rows: tuple[str, ...], sums: list[str]) -> None:
    wrong = funding.total_is_not_the_sum(form(*rows), default())
    assert [finding.expected for finding in wrong] == sums


@pytest.mark.parametrize(
    "rows, cells",
    [
        (("合计 _ 100 90 _", "财政拨款 _ 80 80 _", "其他资金 _ 10 10 _"), ["D5,D6,D7"]),
        (("合计 _ 100 90 _", "财政拨款 _ 80 70 _", "其他资金 _ _ _ _"), ["D5,D6", "E5,E6"]),
        (("合计 _ 100 90 _", "财政拨款 _ 120 90 _"), ["D5,D6"]),
        (("合计 _ 100 _ _", "当年财政拨款 _ 60 _ _", "上年结转资金 _ 30 _ _"), ["D5,D6,D7"]),
        (("合计 10 100 90 _", "财政拨款 12 100 90 _", "其他资金 0 0 0 _"), ["C5,C6,C7"]),
        (("合计 _ _ _ _", "财政拨款 _ 10 10 _", "其他资金 _ 5 5 _"), ["D5,D6,D7", "E5,E6,E7"]),
    ],
)
def test_totals_that_are_not_the_sum(rows: tuple[str, ...], cells: list[str]) -> None:
    assert found(funding.total_is_not_the_sum, form(*rows)) == cells


def test_more_spent_than_budgeted_is_one_finding_with_all_cells() -> None:
    over = list(
        funding.spent_more_than_budget(
            form(
                "合计 329.77 329.77 338.31 102.59%",
                "当年财政拨款 329.77 329.77 338.31 102.59%",
                "其他资金 0 0 0 _",
            ),
            default(),
        )
    )
    assert [(finding.cell, finding.severity) for finding in over] == [("E5,E6", None)]


def test_more_spent_of_the_units_own_money_is_only_asked_about() -> None:
    over = list(
        funding.spent_more_than_budget(
            form("合计 _ 110 105 _", "财政拨款 _ 100 90 _", "单位资金 _ 10 15 _"), default()
        )
    )
    assert [(finding.cell, finding.severity) for finding in over] == [("E7", Severity.WARNING)]


@pytest.mark.parametrize(
    "row, cells",
    [
        ("合计 _ 0.5 0.8 160%", ["E5"]),
        ("合计 _ 0.01 0.02 200%", ["E5"]),
        ("合计 _ 0.8 0.8 100%", []),
        ("合计 _ -1 0.5 _", []),
    ],
)
def test_more_spent_than_a_small_budget(row: str, cells: list[str]) -> None:
    assert found(funding.spent_more_than_budget, form(row)) == cells


@pytest.mark.parametrize(
    "rows, cells",
    [
        (("合计 0 0 5 _", "财政拨款 0 0 5 _"), ["E5,E6"]),
        (("合计 0 10 10 _", "上年结转资金 0 0 5 _", "财政拨款 0 10 5 _"), ["E6"]),
        (("合计 0 10 10 _", "上年结转资金 _ _ 5 _", "财政拨款 0 10 5 _"), ["E6"]),
        (("合计 0 0 0 _",), []),
        (("合计 5 _ 5 _",), []),
        (("合计 _ _ 5 _",), []),
        (("合计 0 10 0 _",), []),
    ],
)
def test_payments_over_no_budget(rows: tuple[str, ...], cells: list[str]) -> None:
    assert found(funding.paid_without_budget, form(*rows)) == cells


LOW = ("合计 100 100 76 76%",)


def test_a_low_rate_wants_a_reason_and_any_reason_does() -> None:
    (finding,) = funding.low_rate_without_reason(form(*LOW), default())
    assert finding.cell == "F5,E5" and "低于90%，表里没有说明原因" in finding.message
    explained = [
        form(*LOW, goal=Goal(actual="完成主体工程，因验收未完成，质保金未支付。")),
        form(*LOW, remarks={"其他需要说明事项": "结余资金由财政收回"}),
        form(*LOW, indicators=(Indicator(name="数量", note="资金下达较晚，明年加快支付"),)),
    ]
    assert [found(funding.low_rate_without_reason, one) for one in explained] == [[], [], []]


@pytest.mark.parametrize(
    "told",
    [
        {"goal": Goal(actual="较好地完成了各项履职任务。")},
        {"remarks": {"其他需要说明事项": "无"}},
        {"remarks": {"改进措施": "结合自评情况，分析存在的问题及原因。(200字以内)"}},
        {"indicators": (Indicator(name="数量", note="无"),)},
        {"indicators": (Indicator(name="数量", note="剩余农户不愿意参加培训"),)},
        {"indicators": (Indicator(name="数量", note="原因：【待补充】；改进措施：【待补充】"),)},
    ],
)
def test_what_explains_nothing_is_no_reason(told: dict) -> None:
    assert found(funding.low_rate_without_reason, form(*LOW, **told)) == ["F5,E5"]


@pytest.mark.parametrize("rows", ["合计 100 100 90 90%", "合计 0 0 0 _", "合计 100 100 _ _", "合计 _ _ _ _"])
def test_rates_that_need_no_reason(rows: str) -> None:
    assert found(funding.low_rate_without_reason, form(rows)) == []


@pytest.mark.parametrize(
    "row, unit, fires",
    [
        ("合计 861.1 2030.12 2030.12 _", "万元", True),
        ("合计 238.93 251.89 251.89 _", "万元", False),
        ("合计 0 50 50 _", "万元", False),
        ("合计 _ 50 50 _", "万元", False),
        ("合计 2 2.9 2.9 _", "万元", False),
        ("合计 20000 29000 29000 _", "元", False),
        ("合计 20000 49000 49000 _", "元", True),
        ("合计 100 120 120 _", "万元", False),
        ("合计 100 0 0 _", "万元", False),
        ("合计 100 79.99 79.99 _", "万元", True),
    ],
)
def test_large_changes_of_the_budget_want_a_reason(row: str, unit: str, fires: bool) -> None:
    assert bool(found(budget_changes.budget_changed_without_reason, form(row, unit=unit))) is fires


@pytest.mark.parametrize(
    "row, told", [("合计 1 1.5 1.5 _", "增加了50.00%"), ("合计 1.5 1 1 _", "减少了33.33%")]
)
def test_a_change_is_told_with_its_direction(row: str, told: str) -> None:
    (finding,) = budget_changes.budget_changed_without_reason(form(row, unit="亿元"), default())
    assert told in finding.message


def test_a_changed_budget_is_asked_about_on_department_forms_only() -> None:
    row = "合计 861.1 2030.12 2030.12 _"
    severities = [
        next(iter(budget_changes.budget_changed_without_reason(form(row, kind=kind), default()))).severity
        for kind in (PROJECT, DEPARTMENT)
    ]
    assert severities == [None, Severity.WARNING]
    assert (
        found(
            budget_changes.budget_changed_without_reason,
            form(row, remarks={"说明": "年中追加上级专项资金1169万元"}),
        )
        == []
    )


@pytest.mark.parametrize(
    "row, fires",
    [
        ("合计 _ 57.04 569600 _", True),
        ("合计 _ 570400 56.96 _", True),
        ("合计 _ 57.04 56.96 _", False),
        ("合计 _ 100 0.5 _", False),
        ("合计 _ 100000 9000 _", False),
        ("合计 0 0 0 _", False),
    ],
)
def test_yuan_in_a_ten_thousand_cell(row: str, fires: bool) -> None:
    assert bool(found(amounts_apart.yuan_typed_as_ten_thousand, form(row))) is fires


@pytest.mark.parametrize(
    "total, source, cells",
    [
        ("0.5", "5000", ["D5,D6"]),
        ("5000", "0.5", ["D5,D6"]),
        ("0.5", "0.5", []),
        ("0.5", "500", []),
        ("0", "0", []),
        ("-0.5", "-5000", []),
    ],
)
def test_a_total_in_another_unit_than_its_sources(total: str, source: str, cells: list[str]) -> None:
    rows = (f"合计 _ {total} _ _", f"当年财政拨款 _ {source} _ _")
    assert found(amounts_apart.yuan_typed_as_ten_thousand, form(*rows)) == cells


def test_the_funds_are_compared_with_money_indicators() -> None:
    cost = Indicator(
        name="项目成本",
        level1="成本指标",
        target="≤387664.62元",
        actual="387664.62元",
        cells={"target": "E9"},
    )
    assert found(
        amounts_apart.yuan_typed_as_ten_thousand, form("合计 _ 387664.62 387664.62 _", indicators=(cost,))
    ) == ["D5,E9"]
    spent_only = form("合计 _ _ 387664.62 _", indicators=(cost,))
    assert found(amounts_apart.yuan_typed_as_ten_thousand, spent_only) == ["E5,E9"]
    assert (
        found(
            amounts_apart.yuan_typed_as_ten_thousand,
            form("合计 _ 387664.62 387664.62 _", unit="元", indicators=(cost,)),
        )
        == []
    )


@pytest.mark.parametrize("target", ["≤3.8万元", "387664.62元~400000元", "≥2状元", "3个单元", "元旦前"])
@pytest.mark.parametrize("row", ["合计 _ 387664.62 _ _", "合计 _ -3 0 _", "合计 _ _ _ _"])
def test_other_values_with_yuan_are_no_amount_of_the_funds(row: str, target: str) -> None:
    rows = (Indicator(name="改造", level1="产出指标", target=target, actual=None, cells={"target": "E9"}),)
    assert found(amounts_apart.yuan_typed_as_ten_thousand, form(row, indicators=rows)) == []


@pytest.mark.parametrize(
    "row, told",
    [
        ("合计 一百 10 10 _", [(None, "C5")]),
        ("合计 _ 一百 10 _", [(None, "D5")]),
        ("合计 10 -3 0 _", [(Severity.WARNING, "D5")]),
        ("合计 — / 无 _", []),
        ("合计 1,234.50 10 10 _", []),
        ("合计 #REF! 10 10 _", []),
    ],
)
def test_amounts_are_numbers(row: str, told: list) -> None:
    assert [
        (finding.severity, finding.cell) for finding in funding.amount_is_no_number(form(row), default())
    ] == told


@pytest.mark.parametrize(
    "row, fires",
    [
        ("合计 132.71 57.04 56.96 _", True),
        ("合计 132.71 57.04 30 _", False),
        ("合计 60 57.04 56.96 _", False),
        ("合计 0 57.04 56.96 _", False),
        ("合计 861.1 2030.12 2030.12 _", False),
    ],
)
def test_a_rate_reached_only_by_cutting_the_budget(row: str, fires: bool) -> None:
    assert bool(found(budget_changes.rate_only_after_cut, form(row))) is fires


def test_a_share_of_nothing_is_no_rate() -> None:
    made = form("合计 _ 100 0 _", "应付款 _ _ 5 _")
    total = replace(made.funding[0], typed={"executed": "0万元"})
    rate = Indicator(name="应付款率", target="≤5%", actual="5%")
    checked = replace(made, funding=(total, made.funding[1]), indicators=(rate,))
    assert found(funding_and_indicators.indicator_unlike_own_money, checked) == []


def test_amounts_are_compared_with_the_ledger_in_its_unit() -> None:
    ledger = FundingLine(source=TOTAL, annual_budget="38.77", executed="30")
    wrong = list(
        funding.unlike_the_ledger(form("合计 _ 387664.62 387664.62 _", unit="元"), default(), ledger)
    )
    assert [(finding.cell, finding.expected) for finding in wrong] == [("E5", "30万元")]


@pytest.mark.parametrize("row", ["合计 _ _ 40 _", "合计 _ 38.77 40 _"])
@pytest.mark.parametrize("booked", [None, "38.77"])
def test_an_amount_that_one_side_lacks_hides_no_other(row: str, booked: str | None) -> None:
    ledger = FundingLine(source=TOTAL, annual_budget=booked, executed="30")
    assert [finding.cell for finding in funding.unlike_the_ledger(form(row), default(), ledger)] == ["E5"]


@pytest.mark.parametrize(
    "filled, booked, told",
    [("5000", "0.5", True), ("0.5", "5000", True), ("0.6", "0.4", False), ("0", "5000", False)],
)
def test_a_wrong_unit_is_suspected_where_the_ledger_has_ten_thousand_times(filled, booked, told) -> None:
    ledger = FundingLine(source=TOTAL, annual_budget=booked)
    (finding,) = funding.unlike_the_ledger(form(f"合计 _ {filled} _ _"), default(), ledger)
    assert ("正好相差一万倍" in finding.message) is told


@pytest.mark.parametrize("rest, cells", [("40.03", []), ("40.04", ["D5,D6,D7"])])
@pytest.mark.parametrize(
    "rule, names",
    [
        (funding.breakdowns_differ, ("基本支出", "项目支出")),
        (funding.total_is_not_the_sum, ("当年财政拨款", "其他资金")),
    ],
)
def test_what_a_county_allows_beyond_rounding_holds_for_each_row(rule, names, rest, cells) -> None:
    policy = Policy(default().parameters | {"funding_tolerance": Parameter("", Decimal("0.01"))})
    rows = ("合计 _ 100.00 _ _", f"{names[0]} _ 60.00 _ _", f"{names[1]} _ {rest} _ _")
    assert [finding.cell for finding in rule(form(*rows), policy)] == cells


@pytest.mark.parametrize(
    "unmet, judged, rate, fires",
    [
        (2, 6, "95", True),
        (2, 6, "94.99", False),
        (3, 10, "100", True),
        (2, 7, "100", False),
        (2, 2, "100", True),
        (1, 3, "100", False),
        (1, 1, "100", False),
    ],
)
def test_money_spent_while_much_is_unmet(unmet: int, judged: int, rate: str, fires: bool) -> None:
    rows = tuple(
        Indicator(name=f"事项{number}", target="≥5处", actual="3处" if number < unmet else "5处")
        for number in range(judged)
    )
    checked = form(f"合计 _ 100 {rate} _", indicators=rows)
    assert bool(found(funding_and_indicators.spent_but_unmet, checked)) is fires


@pytest.mark.parametrize(
    "row, told, fires",
    [
        ("合计 100 100 0 _", {}, True),
        ("合计 100 0 0 _", {}, True),
        ("合计 0 0 0 _", {}, False),
        ("合计 100 100 _ _", {}, False),
        ("合计 100 100 1 _", {}, False),
        ("合计 100 100 0 _", {"goal": Goal(actual="由于财政资金未下达，项目未实施。")}, False),
    ],
)
def test_a_budget_without_spending_is_asked_about(row: str, told: dict, fires: bool) -> None:
    assert bool(found(budget_changes.nothing_spent, form(row, **told))) is fires
