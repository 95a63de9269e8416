"""The score rules on forms made of a few rows: what adds up, what is in proportion, what is not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from selfeval_xl.assessment.policy import Parameter, Policy, default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import PROJECT, TOTAL, Form, FundingLine, Goal, Indicator
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules import completion, execution_scores, missing_scores, scores, totals
from selfeval_xl.rules.indicator_targets import target_missing
from support.text_grid import grid_of

COLUMNS = frozenset(("level1", "level2", "name", "target", "actual", "points", "score", "note"))


def row(number: int, text: str, level1: str = "产出指标") -> Indicator:
    """`指标值 完成值 分值 得分 [说明]`; _ is an empty cell."""
    target, actual, points, score, *note = [None if value == "_" else value for value in text.split()]
    cells = {
        key: f"{letter}{number}"
        for key, letter in zip(("level1", "name", "target", "actual", "points", "score", "note"), "BDEFGHI")
    }
    return Indicator(
        level1=level1,
        name=f"事项{number}",
        target=target,
        actual=actual,
        points=points,
        score=score,
        note=note[0] if note else None,
        cells=cells,
    )


NO_NOTES = COLUMNS - {"note"}


def form(
    *rows: str, funds: str = "100 100 10 10", total: str | None = None, policy: Policy | None = None, **more
) -> Form:
    """funds: `全年预算 全年执行 分值 得分` of the total row."""
    annual, executed, points, score = [None if value == "_" else value for value in funds.split()]
    line = FundingLine(
        source=TOTAL,
        annual_budget=annual,
        executed=executed,
        points=points,
        score=score,
        cells={"points": "H5", "score": "J5", "execution_rate": "I5"},
    )
    columns = more.pop("columns", COLUMNS)
    made = Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        funding=(line,),
        indicators=tuple(row(number, text) for number, text in enumerate(rows, 12)),
        indicator_columns=columns,
        total_score=total,
        cells={"total_score": "H30", "grade": "I30", "total_points": "G30"},
        **more,
    )
    return assess(made, policy or default())


def found(rule, checked: Form, policy: Policy | None = None) -> list[str | None]:
    return [finding.cell for finding in rule(checked, policy or default())]


FULL = ("≥10个 10个 60 60", "≥90% 95% 30 30")


@pytest.mark.parametrize(
    "rows, funds",
    [
        (FULL, "100 100 10 10"),
        (("≥10个 10个 60 60", "≥90% 95% 40 40"), "100 100 _ _"),
        (("≥10个 10个 60 60", "≥90% 95% 40 40"), "100 100 10 10"),  # the indicators alone are 100
        (FULL, "100 100 _ _"),
        (("≥1个 1个 50 _", "≥1个 1个 40 _"), "1 1 10 _"),
        (("≥10个 10个 60% 60", "≥90% 95% 30% 30"), "100 100 10% 10"),
        (("≥10个 10个 60分 60分", "≥90% 95% 30分 30分"), "100 100 10分 10分"),
        (("≥1个 1个 33.33 33", "≥1个 1个 33.33 33", "≥1个 1个 33.34 33"), "1 1 _ _"),
        (("≥1个 1个 _ _", "≥1个 1个 _ _", "≥1个 1个 5 5"), "1 1 10 10"),
    ],
)
def test_points_that_add_up(rows: tuple[str, ...], funds: str) -> None:
    assert found(scores.points_do_not_add_up, form(*rows, funds=funds)) == []


@pytest.mark.parametrize("printed", [None, "90"])
def test_points_that_do_not_add_up_to_100(printed: str | None) -> None:
    checked = form("≥10个 10个 50 50", "≥90% 95% 30 30", total_points=printed)
    wrong = list(scores.points_do_not_add_up(checked, default()))
    assert [(finding.cell, finding.value, finding.expected) for finding in wrong] == [("G30", "90", "100")]


def test_points_merged_over_rows_count_once() -> None:
    one, other, last = row(12, "≥1个 1个 60 60"), row(13, "≥2个 2个 60 60"), row(14, "≥3个 3个 30 30")
    merged = replace(other, cells=other.cells | {"points": "G12", "score": "H12"})
    checked = replace(form(), indicators=(one, merged, last))
    assert found(scores.points_do_not_add_up, checked) == []
    assert found(scores.scores_do_not_add_up, replace(checked, total_score="100")) == []


def test_points_below_a_level_add_up_to_what_it_prints() -> None:
    checked = form(*FULL)
    level = [
        replace(one, level1="产出指标（80分）", cells=one.cells | {"level1": "B12"})
        for one in checked.indicators
    ]
    assert found(scores.points_do_not_add_up, replace(checked, indicators=tuple(level))) == ["B12,G12,G13"]
    right = [
        replace(one, level1="产出指标（90分）", cells=one.cells | {"level1": "B12"})
        for one in checked.indicators
    ]
    assert found(scores.points_do_not_add_up, replace(checked, indicators=tuple(right))) == []


def test_scores_above_their_points() -> None:
    assert found(
        scores.score_above_points,
        form("≥10个 10个 10 12", "≥10个 10个 10 10", "≥10个 10个 10 _", funds="1 1 10 11", total="101"),
    ) == ["J5", "H12"]
    assert found(scores.score_above_points, form("≥10个 10个 10 10", total="101")) == ["H30"]


@pytest.mark.parametrize(
    "text, cells",
    [
        ("≥10个 10个 10 7", ["H12,I12"]),
        ("≥10个 10个 10 7 资料归档不全", []),
        ("≥10个 10个 10 10", []),
        ("≥10个 10个 10 _", []),
        ("≥10个 8个 10 8", []),
        ("有效 有效 10 9", ["H12,I12"]),
        ("≥10个 10个 10 7 无", ["H12,I12"]),
        ("有效 基本有效 10 8", ["H12,I12"]),
        ("≥10个 _ 10 0", []),
    ],
)
def test_a_deduction_wants_its_reason(text: str, cells: list[str]) -> None:
    assert found(scores.deduction_without_reason, form(text)) == cells


@pytest.mark.parametrize(
    "text, cells",
    [
        ("≥10个 8个 10 8", []),
        ("≥10个 8个 10 10", ["H12"]),
        ("≥10个 8个 10 5", []),
        ("≥10个 8个 10 5 验收推迟,明年一季度补齐", []),
        ("≥10个 10个 10 7", []),
        ("≥3个 2个 10 6.67", []),
        ("≥3个 2个 10 6.7", []),
        ("≤10个 20个 10 5", []),
        ("≤10个 20个 10 10", ["H12"]),
        ("有效 一般 10 10", []),
        ("≥10个 15个 10 10", []),
        ("≥10个 8个 10 _", []),
        ("≥90% 45% 10 5", []),
        ("≥10个 8个 10 12", []),
    ],
)
def test_scores_follow_the_completion(text: str, cells: list[str]) -> None:
    assert found(scores.score_out_of_proportion, form(text)) == cells


def test_a_low_score_is_asked_about_here_where_the_form_has_no_reason_column() -> None:
    assert found(scores.score_out_of_proportion, form("≥10个 8个 10 5", columns=NO_NOTES)) == ["H12"]
    assert found(scores.score_out_of_proportion, form("≥10个 8个 10 8", columns=NO_NOTES)) == []
    assert found(scores.deduction_without_reason, form("≥10个 10个 10 7", columns=NO_NOTES)) == []


@pytest.mark.parametrize(
    "total, cells", [("100", []), ("100.00", []), ("99.99", []), ("99", ["H30"]), (None, []), ("100分", [])]
)
def test_the_total_is_the_sum(total: str | None, cells: list[str]) -> None:
    assert found(scores.scores_do_not_add_up, form(*FULL, total=total)) == cells


def test_a_row_of_no_points_owes_no_score_to_the_total() -> None:
    assert found(scores.scores_do_not_add_up, form(*FULL, "≥1个 1个 0 _", total="100")) == []


def test_a_total_may_be_printed_rounded() -> None:
    assert found(scores.scores_do_not_add_up, form("≥10个 10个 60 57.6", "≥90% 95% 30 30", total="98")) == []


def test_a_total_is_not_checked_where_a_score_is_missing() -> None:
    assert found(scores.scores_do_not_add_up, form("≥10个 10个 60 60", "≥90% 95% 30 _", total="100")) == []
    assert found(scores.scores_do_not_add_up, form(*FULL, funds="100 100 10 _", total="100")) == []
    assert found(scores.scores_do_not_add_up, form(*FULL, funds="100 100 _ _", total="100")) == []


@pytest.mark.parametrize(
    "text, cells",
    [
        ("显著提升 基本提升 10 10", ["H12"]),
        ("显著提升 基本提升 10 8", []),
        ("显著提升 显著提升 10 10", []),
        ("显著提升 未提升 10 7", ["H12"]),
        ("显著提升 未提升 10 6", []),
        ("显著提升 显著提升 10 5 资料不全", ["H12"]),
        ("≥10个 5个 10 10", []),
    ],
)
def test_qualitative_scores_stay_in_their_band(text: str, cells: list[str]) -> None:
    assert found(scores.quality_outside_band, form(text)) == cells


@pytest.mark.parametrize("total, cells", [("0", []), ("0.00", []), ("-1", ["H30"]), (None, [])])
def test_a_total_of_nothing_is_not_below_zero(total: str | None, cells: list[str]) -> None:
    assert found(missing_scores.score_below_zero, form("≥10个 0个 90 0", total=total)) == cells


@pytest.mark.parametrize(
    "total, grade, cells",
    [
        ("96", "优", []),
        ("90", "优秀", []),
        ("89.9", "优", ["I30"]),
        ("85", "良好", []),
        ("70", "中", []),
        ("59", "差", []),
        ("96", "良", ["I30"]),
        ("96", "合格", []),
        ("96", None, []),
        (None, "优", []),
    ],
)
def test_the_grade_is_that_of_the_total(total: str | None, grade: str | None, cells: list[str]) -> None:
    assert found(scores.grade_unlike_total, form(*FULL, total=total, grade=grade)) == cells


@pytest.mark.parametrize(
    "funds, cells",
    [
        ("2987.6 2270.58 10 7.6", []),
        ("100 100 10 10", []),
        ("57.04 56.96 10 10", []),
        ("57.04 56.96 10 9.99", []),
        ("100 76 10 10", ["J5"]),
        ("100 110 10 10", []),
        ("100 76 10 _", []),
        ("100 76 _ _", []),
        ("0 0 10 10", []),
        ("100 0 10 0", []),
        ("100 0 10 10", ["J5"]),
        ("100 76 20 15.2", []),
    ],
)
def test_the_execution_score_is_points_times_rate(funds: str, cells: list[str]) -> None:
    assert found(execution_scores.execution_score_wrong, form(*FULL, funds=funds)) == cells


@pytest.mark.parametrize("printed, cells", [("80%", []), ("85%", ["J5"]), (None, ["J5"])])
def test_a_score_that_follows_from_a_wrong_rate_is_not_wrong_twice(printed, cells) -> None:
    low = form(*FULL, funds="100 76 10 8")
    told = replace(low, funding=(replace(low.funding[0], execution_rate=printed),))
    assert found(execution_scores.execution_score_wrong, told) == cells


def test_a_cap_is_off_until_a_county_sets_one() -> None:
    low = form(*FULL, funds="100 76 10 7.6", total="97.6")
    assert found(scores.score_above_cap, low) == []
    capped = Policy(
        default().parameters
        | {"score_caps": Parameter("score_caps", (("0.8", Decimal(90)), ("0.6", Decimal(80))))}
    )
    assert found(scores.score_above_cap, low, capped) == ["H30"]


@pytest.mark.parametrize(
    "text, cells",
    [
        ("_ 10个 10 10", ["H12,E12"]),
        ("≥10个 _ 10 10", ["H12,F12"]),
        ("≥10个 _ 10 0", []),
        ("0起 0起 10 10", []),
        ("无 无 10 10", []),
        ("≥10个 / 10 10", ["H12,F12"]),
    ],
)
def test_full_marks_need_a_target_and_a_completion(text: str, cells: list[str]) -> None:
    assert found(scores.full_marks_for_nothing, form(text)) == cells


@pytest.mark.parametrize(
    "name, level2, told",
    [
        ("培训场次", "数量指标", "“培训场次”没有填实际完成值"),
        (None, "数量指标", "“数量指标”没有填实际完成值"),
        (None, None, "“这一行”没有填实际完成值"),
    ],
)
def test_a_row_without_a_name_is_told_by_its_level(name: str | None, level2: str | None, told: str) -> None:
    made = form("≥10个 _ 10 10")
    rows = (replace(made.indicators[0], name=name, level2=level2),)
    (finding,) = scores.full_marks_for_nothing(replace(made, indicators=rows), default())
    assert told in finding.message


def test_a_perfect_total_with_something_unmet() -> None:
    assert found(totals.perfect_total_with_faults, form("≥10个 8个 90 90", total="100")) == ["H30"]
    assert found(
        totals.perfect_total_with_faults, form("≥10个 10个 90 90", funds="100 80 10 10", total="100")
    ) == ["H30"]
    assert found(totals.perfect_total_with_faults, form("≥10个 10个 90 90", total="100")) == []
    assert found(totals.perfect_total_with_faults, form("≥10个 8个 90 72", total="82")) == []


def test_a_low_grade_wants_reasons_and_measures() -> None:
    assert found(totals.low_result_unexplained, form("≥10个 5个 90 45", total="55")) == ["H30"]
    assert (
        found(
            totals.low_result_unexplained, form("≥10个 5个 90 45 由于招标推迟,今后加快前期工作", total="55")
        )
        == []
    )
    assert found(totals.low_result_unexplained, form("≥10个 9个 90 81", total="91")) == []


@pytest.mark.parametrize(
    "remark, fires",
    [
        ("由于连续降雨，全年有四个月无法进场施工", False),
        ("无", True),
        ("请说明得分较低的主要原因（200字以内）", True),
    ],
)
def test_a_remark_of_some_length_is_a_reason_for_a_low_grade(remark: str, fires: bool) -> None:
    told = form("≥10个 5个 90 45 今后加快前期工作", total="55", remarks={"其他需要说明事项": remark})
    assert found(totals.low_result_unexplained, told) == (["H30"] if fires else [])


def test_a_low_rate_that_is_explained_still_wants_measures() -> None:
    told = form("≥10个 10个 90 90", funds="100 40 10 4", total="94", goal=Goal(actual="质保金未支付。"))
    assert found(totals.low_result_unexplained, told) == ["I5"]
    assert (
        found(
            totals.low_result_unexplained, replace(told, goal=Goal(actual="质保金未支付，下一步尽快办理。"))
        )
        == []
    )
    assert found(totals.low_result_unexplained, replace(told, goal=Goal(actual="完成各项工作。"))) == []


SCORE_CARD = """
| 项目支出绩效自评表 | < | < | < | < | < |
| 项目名称 | 水闸维修 | | | | |
| 一级指标 | 二级指标 | 三级指标 | {head} | 分值 | 自评得分 |
| 投入 | 项目立项 | 立项依据充分 | {texts[0]} | 40 | 40 |
| 产出 | 产出数量 | 维修水闸数量 | {texts[1]} | 60 | 60 |
"""


@pytest.mark.parametrize(
    ("head", "texts", "cells"),
    [
        ("评价标准", ("依据齐全得满分", "完成计划得满分"), []),
        ("评价标准", ("", ""), []),
        ("年度指标值", ("", "5座"), []),  # 决策 is scored by a standard
        ("年度指标值", ("", ""), ["D5"]),
    ],
)
def test_only_a_form_that_asks_for_targets_misses_them(head, texts, cells):
    (read,) = forms_in(grid_of(SCORE_CARD.format(head=head, texts=texts)), "a").forms
    assert [row.name for row in read.indicators] == ["立项依据充分", "维修水闸数量"]
    assert [finding.cell for finding in target_missing(read, default())] == cells


@pytest.mark.parametrize("printed, cells", [("90", []), ("40", ["B12,G12,G13"])])
def test_a_level_that_is_repeated_in_every_row_is_one(printed: str, cells: list[str]) -> None:
    """产出指标（90分） in each row, in a cell of its own, is not a level of each row."""
    level = [replace(one, level1=f"产出指标（{printed}分）") for one in form(*FULL).indicators]
    assert found(scores.points_do_not_add_up, replace(form(*FULL), indicators=tuple(level))) == cells


@pytest.mark.parametrize(
    "rows, funds, total, cells",
    [
        # 100 points of the indicators, and the rate's ten beside them
        (("≥10个 10个 70 70", "≥90% 95% 30 30"), "100 100 10 10", "100", []),
        (("≥10个 10个 70 70", "≥90% 95% 30 30"), "100 100 10 10", "110", []),
        (("≥10个 10个 70 70", "≥90% 95% 30 25 扣5分"), "100 100 10 10", "98", ["H30"]),
        # 90 of the indicators: the rate's ten are part of the total
        (FULL, "100 100 10 10", "90", ["H30"]),
    ],
)
def test_a_rate_that_stands_beside_a_hundred_points(rows, funds, total, cells) -> None:
    assert found(scores.scores_do_not_add_up, form(*rows, funds=funds, total=total)) == cells


@pytest.mark.parametrize(
    "rows, funds, total, fires",
    [
        (("≥10个 10个 _ 60", "≥90% 95% _ 30"), "100 100 _ _", None, True),
        (("≥10个 10个 _ _", "≥90% 95% _ _"), "100 100 _ _", "38.25", True),
        (("≥10个 10个 _ _", "≥90% 95% _ _"), "100 100 _ _", None, False),  # a county that gives no scores
    ],
)
def test_points_that_are_not_there(rows, funds, total, fires) -> None:
    assert bool(found(scores.points_do_not_add_up, form(*rows, funds=funds, total=total))) == fires


@pytest.mark.parametrize(
    "note",
    [
        "工程尚在审计，资金未支付",  # surely a cause alone
        "项目尾款还在走支付流程",  # not sure
        "质保金到期后支付。财政资金紧张。",
        "项目跨年度实施，按合同约定付款",
        "招标晚，进度滞后，明年一季度付清",  # a measure
    ],
)
def test_a_reason_is_with_or_without_a_measure_for_both_rules_alike(note):
    """D04 and S12 on one form: neither calls a reason unaccompanied that the other lets pass."""
    made = form(f"≥10个 5个 90 45 {note}", total="55")
    without_measure = found(completion.reason_without_measure, made) != []
    assert (found(totals.low_result_unexplained, made) != []) is without_measure
