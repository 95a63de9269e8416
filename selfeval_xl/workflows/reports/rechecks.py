"""What the county bulletin says of the re-check: from 复核得分 and 复核等级 of 项目汇总, as it is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.officer_workbook import plain_text
from selfeval_xl.county.private import without_private
from selfeval_xl.county.review.comparison import is_lower
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import mean
from selfeval_xl.model.quantity import money

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rechecks:
    """The figures of the re-check.

    checked: projects with a re-checked score or grade. scored: with both scores, over which the averages go.
    lower, higher: re-checked below or above. lowered: how many got a lower grade; named: those that may be
    named, as rows.
    """

    checked: int = 0
    scored: int = 0
    self_average: Decimal | None = None
    second_average: Decimal | None = None
    difference: Decimal | None = None
    lower: int = 0
    higher: int = 0
    lowered: int = 0
    named: Sequence[Row] = ()


def rechecks_of(projects: Sequence[Row], policy: Policy, private: frozenset[tuple[str, str]]) -> Rechecks:
    """The figures of the rows of 项目汇总. private: department and name of projects that are not named."""
    checked = [row for row in projects if _text(row, "second_score") or _text(row, "second_grade")]
    pairs = [
        (row["score"], second)
        for row in checked
        if (second := money(_text(row, "second_score"))) is not None and row.get("score") is not None
    ]
    lowered = [row for row in checked if is_lower(row.get("grade"), _text(row, "second_grade"), policy)]
    return Rechecks(
        len(checked),
        len(pairs),
        mean([own for own, _ in pairs]),
        mean([second for _, second in pairs]),
        mean([second - own for own, second in pairs]),
        sum(second < own for own, second in pairs),
        sum(second > own for own, second in pairs),
        len(lowered),
        tuple(without_private(lowered, private)),
    )


def sentence(found: Rechecks) -> str:
    """The paragraph of the bulletin; "" where nothing was re-checked."""
    if not found.checked:
        return ""
    text = f"财政已复核项目{found.checked}个"
    if found.scored:
        text += (
            f"，其中自评、复核都有得分的{found.scored}个，自评平均{_shown(found.self_average)}分，"
            f"复核平均{_shown(found.second_average)}分，平均偏差（复核减自评）{_shown(found.difference)}分；"
            f"复核低于自评的{found.lower}个，高于自评的{found.higher}个"
        )
    lowered = f"，等级降低的{found.lowered}个" if found.lowered else "，没有等级降低的"
    return f"{text}{lowered}{'，名单见附件' if found.named else ''}。"


def annex_row(row: Row) -> tuple[str, ...]:
    """The row of a project with a lower grade: department, project, and both scores and grades."""
    return (
        row["department"],
        row["project"] or "",
        _shown(row.get("score")),
        row.get("grade") or "",
        _text(row, "second_score"),
        _text(row, "second_grade"),
    )


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return plain_text(float(value) if isinstance(value, Decimal) else value)


def _shown(number: Decimal | None) -> str:
    return "" if number is None else plain_number(number)
