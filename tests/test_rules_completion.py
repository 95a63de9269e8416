"""The rules on completed values and their reasons, one indicator or a few at a time."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import PROJECT, Form, Indicator
from selfeval_xl.rules import completion, outlooks


def form(*rows: str, **more) -> Form:
    """A form with indicators from row 12 on, each `指标值 完成值 [分值 得分 说明]`; _ is an empty cell."""
    made = []
    for number, text in enumerate(rows, 12):
        values = [None if value == "_" else value for value in text.split()]
        keys = ("target", "actual", "points", "score", "note")
        cells = {key: f"{letter}{number}" for key, letter in zip(keys, "EFGHI")}
        made.append(Indicator(name=f"事项{number}", cells=cells, **dict(zip(keys, values))))
    return assess(
        Form(kind=PROJECT, file="a.xlsx", sheet="表", year=2024, indicators=tuple(made), **more), default()
    )


def test_only_the_cell_that_holds_a_picture_is_told_to_hold_one() -> None:
    missing = form("≥5处 _", "≥6处 _", "≥7处 7处", pictures=("F13", "F14"))
    assert [
        (finding.cell, "图片" in finding.message) for finding in completion.actual_missing(missing, default())
    ] == [("F13", True), ("F12", False)]


SAME = ("≥5处 5处", "≥266米 266米", "≥95% 95%", "≥2000亩 2000亩", "≥90户 90户")


@pytest.mark.parametrize(
    "row, count",
    [
        ("=0起 0起", 6),
        ("90%-95% 90%~95%", 6),
        ("效果明显 效果明显", 6),
        ("2024年11月底前 2024年11月底", 6),
        ("≥5年 60个月", 6),
        # a target in words that was met in other words stands beside those that are alike
        ("严格执行相关制度规定 达成预期指标", 5),
        # a value better than its target, or within it, is another one
        ("2024年11月底前 2024年10月", 0),
        ("11月底前 10月", 0),
        ("90%-95% 92%", 0),
        ("90%-95% 90%", 0),
        ("≥10个 11个", 0),
        # and so is one that cannot be judged, or is missing
        ("完善制度 基本完善", 0),
        ("≥10个 _", 0),
    ],
)
def test_values_that_are_all_the_same_as_their_targets(row: str, count: int) -> None:
    told = [finding.message for finding in completion.everything_exactly_met(form(*SAME, row), default())]
    assert told == ([f"{count}个指标的实际完成值都和指标值一模一样。"] if count else [])


@pytest.mark.parametrize(
    "row, told",
    [
        ("≥5处 6处 10 10 因资金未到位，维修尚未开始", "得了满分"),
        ("≥5处 6处 10 8 因资金未到位，维修尚未开始", "已完成"),
        ("≥5处 6处 10 _ 因资金未到位，维修尚未开始", "已完成"),
        ("≥5处 6处 _ 10 因资金未到位，维修尚未开始", "已完成"),
        ("≥5处 6处 0 0 因资金未到位，维修尚未开始", "已完成"),
        ("完善制度 基本完善 10 10 因资金未到位，维修尚未开始", "得了满分"),
        ("完善制度 基本完善 10 8 因资金未到位，维修尚未开始", None),
        ("完善制度 基本完善 _ _ 因资金未到位，维修尚未开始", None),
        ("≥5处 3处 10 10 因资金未到位，维修尚未开始", None),
    ],
)
def test_a_note_that_denies_what_was_scored_or_met(row: str, told: str | None) -> None:
    findings = list(outlooks.verdict_unlike_note(form(row), default()))
    assert [told in finding.message for finding in findings] == ([True] if told else [])
