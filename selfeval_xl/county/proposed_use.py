"""结果应用建议（程序） of 项目汇总: what the policy proposes for the next budget, with rule and figures.

The re-checked grade counts where officers have one, else the self-evaluated. Nothing is proposed where the
grade is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.use_of_results import (
    BY_GRADE,
    TWO_YEARS,
    rates_of,
    rules_of,
    shown_below,
    weight,
)
from selfeval_xl.county.departments.data import BLANK, EXEMPT, MISSING
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.written_result import REVIEWED, STATED, is_written, result_of
from selfeval_xl.model.grid import plain_number

_COLUMNS = {REVIEWED: ("second_score", "second_grade"), STATED: ("score", "grade")}
_KEYS = (
    *("number", "status", "execution_rate", "proposed_use"),
    *(key for keys in _COLUMNS.values() for key in keys),
)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade that counts; name is None where it is unknown. words: its kind and score, else why."""

    name: str | None
    words: str


def propose_uses(projects: Rows, policy: Policy, last_year: Mapping[int, Row] | None) -> None:
    """Fills the column. last_year: last year's row by the number of this year's; None without last year."""
    changed = {}
    for values in projects.picked(*_KEYS):
        row = dict(zip(_KEYS, values, strict=True))
        earlier = None if last_year is None else last_year.get(row["number"], {})
        text = proposal(row, policy, earlier)
        if text != row["proposed_use"]:
            changed[row["number"]] = text
    for number, text in changed.items():
        projects.change(number, {"proposed_use": text})


def proposal(row: Row, policy: Policy, last_year: Row | None) -> str:
    """The proposal for a project, or why there is none.

    last_year: its row of last year's 项目汇总; empty where it has none, None where no workbook was given.
    """
    if row["status"] == EXEMPT:
        return "免评项目，不提建议"
    grade = grade_of(row, policy)
    if grade.name is None:
        return f"等级未知：{grade.words}，不提建议"
    use = rules_of(policy, BY_GRADE).get(grade.name)
    if use is None:
        return f"{grade.words}：参数“{policy.parameters[BY_GRADE].label}”里没有这个等级，不提建议"
    fired, notes = [(use, grade.words)], []
    for found, note in (_two_years(grade, policy, last_year), _low_rate(row, policy)):
        fired += found
        notes += note
    gravest = max((use for use, _ in fired), key=weight)
    several = len({use for use, _ in fired}) > 1
    reasons = [f"{words}→{use}" if several else words for use, words in fired]
    return f"{gravest}：{'；'.join([*reasons, *notes])}"


def grade_of(row: Row, policy: Policy) -> Grade:
    """The grade of a project: of the re-check where officers wrote one, else of the self-evaluation."""
    reviewed = any(is_written(row.get(key)) for key in _COLUMNS[REVIEWED])
    if not reviewed and row.get("status") in (MISSING, BLANK):
        return Grade(None, f"{row['status']}，没有自评结果")
    kind = REVIEWED if reviewed else STATED
    score_key, grade_key = _COLUMNS[kind]
    result = result_of(kind, row.get(score_key), row.get(grade_key), policy)
    if result.grade is None:
        return Grade(None, result.fault or f"没有{kind}得分和等级")
    score = "没有得分" if result.score is None else f"{kind}得分{plain_number(result.score)}"
    return Grade(result.grade, f"{kind}等级{result.grade}，{score}")


_Found = tuple[list[tuple[str, str]], list[str]]


def _two_years(grade: Grade, policy: Policy, last_year: Row | None) -> _Found:
    """The rules on two consecutive years that fire, and what could not be judged."""
    names = [name for name, _ in policy.bands("grades")]
    lowest = names.index(grade.name) if grade.name else 0
    rules = {low: use for low, use in rules_of(policy, TWO_YEARS).items() if low in names}
    possible = {low: use for low, use in rules.items() if lowest >= names.index(low)}
    if not possible or last_year == {}:
        return [], []
    if last_year is None:
        return [], ["没有给上年汇总表，连续两年没有判断"]
    before = grade_of(last_year, policy)
    if before.name is None:
        return [], [f"上年等级未知（{before.words}），连续两年没有判断"]
    both = [low for low in possible if names.index(before.name) >= names.index(low)]
    if not both:
        return [], []
    low = max(both, key=lambda each: weight(possible[each]))
    return [(possible[low], f"连续两年{low}{'及以下' if low != names[-1] else ''}（上年{before.words}）")], []


def _low_rate(row: Row, policy: Policy) -> _Found:
    """The rule on the execution rate that fires, and what could not be judged."""
    rules = rates_of(policy)
    if not rules:
        return [], []
    if row.get("execution_rate") is None:
        return [], ["执行率未知，没有按执行率判断"]
    rate = Decimal(str(row["execution_rate"]))
    below = [(line, use) for line, use in rules if rate < line]
    if not below:
        return [], []
    line, use = max(below, key=lambda each: (weight(each[1]), -each[0]))
    return [(use, shown_below(rate, line))], []
