"""What the county bulletin says of the re-check: from 复核得分 and 复核等级 of 项目汇总, as it is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import UNSCORED
from selfeval_xl.county.last_year_sheet import all_rows
from selfeval_xl.county.officer_workbook import pages_of
from selfeval_xl.county.private import without_private
from selfeval_xl.county.review.comparison import DONE, is_lower
from selfeval_xl.county.sheets.rechecked import RECHECKED
from selfeval_xl.county.written_result import REVIEWED, WrittenResult, is_written, result_of, score_of
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import mean
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.own_workbook import values_of

Row = Mapping[str, Any]
Project = tuple[str, ...]
NO_PROJECTS: Counter[Project] = Counter()
_SAME = ("department_code", "department", "project_code", "project", "unit")
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Rechecks:
    """The figures of the re-check.

    checked: projects that were re-checked; unscored: of these, with forms that have no scores. scored: with
    both scores, over which the averages go. lower, higher: re-checked below or above. lowered: how many got
    a lower grade; named: those that may be named, as rows. unusable: with a score that is no number from 0
    to 100. uncompared: with a grade that is unknown, or with none. faults: department, project and what does
    not count there.
    """

    checked: int = 0
    unscored: int = 0
    scored: int = 0
    self_average: Decimal | None = None
    second_average: Decimal | None = None
    difference: Decimal | None = None
    lower: int = 0
    higher: int = 0
    lowered: int = 0
    named: Sequence[Row] = ()
    unusable: int = 0
    uncompared: int = 0
    faults: Sequence[str] = ()


def unscored_in(workbook: Path | None) -> Counter[Project]:
    """The projects without scores that were re-checked, as 复核汇总 of a county workbook lists them.

    In 项目汇总 nothing stands for them. None: there is no workbook.
    """
    if workbook is None:
        return Counter()
    values = values_of(workbook, RECHECKED.title)
    grids = [values.rows[name] for name in pages_of(RECHECKED.title, values.names)]
    return Counter(
        _project(row)
        for row in all_rows(RECHECKED, grids)
        if row.get("state") == DONE and _is_unscored(row.get("second_score"), row.get("second_grade"))
    )


def rechecks_of(
    projects: Sequence[Row],
    policy: Policy,
    private: frozenset[tuple[str, str]],
    unscored: Counter[Project] = NO_PROJECTS,
) -> Rechecks:
    """The figures of the rows of 项目汇总.

    private: department and name of projects that are not named. unscored: as `unscored_in` gives them.
    """
    checked, without = _written_results(projects, policy)
    scored_now = Counter(_project(row) for row, _ in checked)  # an officer gave one a score since
    number = ((unscored - scored_now) | without).total()
    pairs = [
        (own, result.score)
        for row, result in checked
        if (own := score_of(row.get("score"))) is not None and result.score is not None
    ]
    grades = {name for name, _ in policy.bands("grades")}
    lowered = [
        {**row, "second_score": result.score, "second_grade": result.grade}
        for row, result in checked
        if is_lower(row.get("grade"), result.grade, policy)
    ]
    return Rechecks(
        checked=len(checked) + number,
        unscored=number,
        scored=len(pairs),
        self_average=mean([own for own, _ in pairs]),
        second_average=mean([second for _, second in pairs]),
        difference=mean([second - own for own, second in pairs]),
        lower=sum(second < own for own, second in pairs),
        higher=sum(second > own for own, second in pairs),
        lowered=len(lowered),
        named=tuple(without_private(lowered, private)),
        unusable=sum(
            any(is_written(row.get(key)) and score_of(row[key]) is None for key in ("score", "second_score"))
            for row, _ in checked
        ),
        uncompared=sum(row.get("grade") not in grades or result.grade is None for row, result in checked),
        faults=tuple(
            f"{row['department']}“{row['project'] or ''}”（{result.fault}）"
            for row, result in checked
            if result.fault
        ),
    )


def _written_results(
    projects: Sequence[Row], policy: Policy
) -> tuple[list[tuple[Row, WrittenResult]], Counter[Project]]:
    """The rows with a re-checked score or grade and what they say; and the projects that are not scored."""
    checked: list[tuple[Row, WrittenResult]] = []
    without: Counter[Project] = Counter()
    for row in projects:
        score, grade = row.get("second_score"), row.get("second_grade")
        if _is_unscored(score, grade):
            without[_project(row)] += 1
        elif is_written(score) or is_written(grade):
            checked.append((row, result_of(REVIEWED, score, grade, policy)))
    return checked, without


def sentence(found: Rechecks) -> str:
    """The paragraph of the bulletin; "" where nothing was re-checked."""
    if not found.checked:
        return ""
    text = f"财政已复核项目{found.checked}个"
    text += f"（其中不评分{found.unscored}个）" if found.unscored else ""
    if found.scored:
        text += (
            f"，其中自评、复核都有得分的{found.scored}个，自评平均{_shown(found.self_average)}分，"
            f"复核平均{_shown(found.second_average)}分，平均偏差（复核减自评）{_shown(found.difference)}分；"
            f"复核低于自评的{found.lower}个，高于自评的{found.higher}个"
        )
    compared = found.checked - found.unscored - found.uncompared
    if compared:
        text += f"，等级降低的{found.lowered}个" if found.lowered else "，没有等级降低的"
        text += "，名单见附件" if found.named else ""
    rest = (
        f"得分不是0到100的数、没有算进平均的{found.unusable}个" if found.unusable else "",
        f"没有等级或等级未知、没有比等级的{found.uncompared}个" if found.uncompared else "",
    )
    return "；".join(filter(None, (text, *rest))) + "。"


def told(found: Rechecks) -> str:
    """What the officer has to mend, with names; "" for nothing. It is not for the bulletin."""
    if not found.faults:
        return ""
    more = f"等{len(found.faults)}个" if len(found.faults) > _MOST_NAMES else ""
    return f"项目汇总里的复核结果有没有算进去的：{'、'.join(found.faults[:_MOST_NAMES])}{more}，请核对。"


def annex_row(row: Row) -> tuple[str, ...]:
    """The row of a project with a lower grade: department, project, and both scores and grades."""
    return (
        row["department"],
        row["project"] or "",
        _shown(row.get("score")),
        row.get("grade") or "",
        _shown(row.get("second_score")),
        row.get("second_grade") or "",
    )


def _project(row: Row) -> Project:
    """The texts by which a project is the same in 项目汇总 and 复核汇总."""
    return tuple(squeeze(str(row.get(key) or "")) for key in _SAME)


def _is_unscored(score: Any, grade: Any) -> bool:
    """Whether the re-check of a form without scores stands there."""
    return not is_written(score) and squeeze(str(grade or "")) == UNSCORED


def _shown(number: Decimal | None) -> str:
    return "" if number is None else plain_number(number)
