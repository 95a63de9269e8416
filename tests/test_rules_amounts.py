"""The funding rules on missing amounts, on the only budget, and on what follows from a wrong total."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import Filing, Form, Goal, Indicator, ReadFile
from selfeval_xl.rules import budget_changes, funding, funding_and_indicators, missing_amounts
from selfeval_xl.rules.runner import check
from support.money_forms import form, found


@pytest.mark.parametrize(
    "rows, told",
    [
        (("财政拨款 — — — _", "合计 — — — _"), "资金表一个金额也没有填。"),
        (("财政拨款 无 无 无 _", "合计 / / / _"), "资金表一个金额也没有填。"),
        (("财政拨款 100 _ 90 _", "合计 100 _ 90 _"), "资金表只填了年初预算数，没有填全年预算数。"),
        (("财政拨款 100 100 — _", "合计 100 100 — _"), "资金表没有填执行数。"),
        (("财政拨款 — — 90 _", "合计 — — 90 _"), "资金表没有填预算数。"),
        (("财政拨款 0 0 0 _", "合计 0 0 0 _"), None),
        (("财政拨款 _ 100 90 _", "合计 _ 100 90 _"), None),
        (("财政拨款 100 100 0 _", "其他资金 — — — _", "合计 100 100 0 _"), None),
        (("财政拨款 100 约100 0 _", "合计 100 约100 0 _"), None),  # no number: F08 names it
    ],
)
def test_amounts_that_are_not_there(rows: tuple[str, ...], told: str | None) -> None:
    messages = [finding.message for finding in missing_amounts.no_amounts(form(*rows), default())]
    assert messages == ([told] if told else [])


def initial_only(*rows: str) -> Form:
    """A form that prints only 年初预算数 and 全年执行数."""
    checked = form(*rows)
    lines = tuple(
        replace(line, cells={key: cell for key, cell in line.cells.items() if key != "annual_budget"})
        for line in checked.funding
    )
    return assess(replace(checked, funding=lines), default())


@pytest.mark.parametrize(
    "row, rules",
    [
        ("合计 50 _ 0 _", ["F13"]),
        ("合计 0 _ 12 _", ["F04"]),
        ("合计 50 _ 49 _", []),
        ("合计 50 _ 51 _", ["F03"]),
        ("合计 50 _ 20 _", ["F05"]),
        ("合计 50 _ _ _", ["F16"]),
    ],
)
def test_the_initial_budget_counts_where_it_is_the_only_one(row: str, rules: list[str]) -> None:
    checked = initial_only(row)
    by_rule = {
        "F03": funding.spent_more_than_budget,
        "F04": funding.paid_without_budget,
        "F05": funding.low_rate_without_reason,
        "F13": budget_changes.nothing_spent,
        "F16": missing_amounts.no_amounts,
    }
    findings = [finding for rule in by_rule.values() for finding in rule(checked, default())]
    assert [rule for rule, function in by_rule.items() if list(function(checked, default()))] == (
        rules if rules != ["F13"] else ["F05", "F13"]  # F13 silences F05
    )
    assert not any("全年预算" in finding.message for finding in findings)


def managed(name: str, target: str, actual: str, executed: str, unit: str | None = None) -> list[str]:
    row = Indicator(name=name, target=target, actual=actual, unit=unit, cells={"actual": "F12"})
    checked = form(f"合计 100 100 {executed} _", indicators=(row,))
    return [
        finding.expected for finding in funding_and_indicators.indicator_unlike_own_money(checked, default())
    ]


@pytest.mark.parametrize(
    "name, target, actual, executed, right",
    [
        ("资金使用率（%）", "≥95", "96", "50", ["50.00%"]),
        ("资金使用率（%）", "≥95", "96", "96", []),
        ("预算执行率", "≥0.95", "0.9", "50", ["50.00%"]),
        ("预算执行率", "≥0.95", "0.9", "90", []),
        ("经费支出率", "≥95%", "98", "60", ["60.00%"]),
        ("项目资金支付率", "100%", "100%", "88.5", ["88.50%"]),
        ("预算执行率", "≥95", "3", "50", []),  # 3 of what is unknown
    ],
)
def test_a_rate_of_management_however_it_is_written(name, target, actual, executed, right) -> None:
    assert managed(name, target, actual, executed) == right


@pytest.mark.parametrize(
    "note, silent",
    [
        ("施工顺利。", False),
        ("按计划推进。", False),
        ("群众反映良好。", False),
        ("验收合格。", False),
        ("质保金未到支付期。", True),
        ("财政资金未下达。", True),
        ("跨年项目，尾款次年支付。", True),
        ("征地受阻，工程进度滞后。", True),
    ],
)
def test_a_reason_about_something_else_explains_no_low_rate(note: str, silent: bool) -> None:
    row = Indicator(name="修建渠道长度", target="≥2公里", actual="2公里", note=note, cells={"note": "H12"})
    checked = form(
        "合计 100 100 50 _",
        indicators=(row, replace(row, name="修建涵洞数量")),
        indicator_columns=frozenset(("note",)),
    )
    for rule in (funding.low_rate_without_reason, funding_and_indicators.low_rate_yet_all_met):
        assert (not list(rule(checked, default()))) == silent


@pytest.mark.parametrize(
    "rows, rule, fires",
    [
        # the total budget was added up wrongly: F01 alone
        (
            ("财政拨款 _ 80 80 _", "其他资金 _ 20 20 _", "合计 _ 90 100 _"),
            funding.spent_more_than_budget,
            False,
        ),
        (
            ("财政拨款 _ 80 90 _", "其他资金 _ 20 20 _", "合计 _ 90 110 _"),
            funding.spent_more_than_budget,
            True,
        ),
        (
            ("财政拨款 80 80 80 _", "其他资金 20 20 20 _", "合计 100 150 100 _"),
            budget_changes.budget_changed_without_reason,
            False,
        ),
        (
            ("财政拨款 80 130 80 _", "其他资金 20 20 20 _", "合计 100 160 100 _"),
            budget_changes.budget_changed_without_reason,
            True,
        ),
    ],
)
def test_what_follows_from_a_wrong_total_is_no_second_finding(rows, rule, fires) -> None:
    checked = form(*rows)
    assert list(funding.total_is_not_the_sum(checked, default()))
    assert bool(found(rule, checked)) == fires


@pytest.mark.parametrize(
    "outcome, told",
    [
        ("", "表里没有说明余下的钱是节约了还是没有支付。"),
        ("已完成护林员补助经费支付。", "目标完成情况写了“已完成护林员补助经费支付”，没有写余下的钱是"),
        ("工程款已全部支付完毕，效果良好。", "目标完成情况写了“工程款已全部支付完毕”，没有写余下的钱是"),
        ("设备款已结清。", "目标完成情况写了“设备款已结清”，没有写余下的钱是"),
    ],
)
def test_a_low_rate_with_every_indicator_met_is_asked_about_once(outcome: str, told: str) -> None:
    rows = tuple(
        Indicator(name=f"修建渠道{number}", target="≥2公里", actual="2公里", cells={"actual": f"F{number}"})
        for number in (12, 13)
    )
    checked = form(
        "合计 50 50 20 _", indicators=rows, goal=Goal(actual=outcome or None, cells={"actual": "E9"})
    )
    filing = Filing(
        department="甲局", forms=(checked,), files=(ReadFile(path=checked.file, forms=(checked,)),)
    )
    (finding,) = [each for each in check([filing]) if each.rule in ("F05", "F12")]
    assert finding.rule == "F12" and told in finding.message
    assert finding.message.startswith(
        "合计执行率40.00%（全年预算数50万元，执行20万元），填报的2个指标全部完成，"
    )
