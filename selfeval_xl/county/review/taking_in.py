"""Takes the re-check into 项目汇总: scores and grades of papers, where nobody typed them by hand.

What a run put in is recorded in the store, so that the next one knows it from what a person typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.officer_columns import found_rows
from selfeval_xl.county.officer_workbook import Remark, Written, plain_text
from selfeval_xl.county.review.comparison import DONE, CheckedProject, is_lower
from selfeval_xl.county.review.paper import PaperHead
from selfeval_xl.county.review.reading import Reviewed
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.sheets.rechecked import PAPER, TYPED
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.written_result import REVIEWED, result_of
from selfeval_xl.model.quantity import points_of
from selfeval_xl.model.text import squeeze

FROM_PAPERS = "from_papers"  # the key of a fact in the store
_PLACE = ("department", "project_code", "project", "unit", "file", "sheet", "cell")
_VALUES = ("second_score", "second_grade")
_LABELS = {"second_score": "复核得分", "second_grade": "复核等级"}
_HEAD = ("section", "department_code", "department", "project_code", "project", "unit")
TYPED_OTHER = "“{project}”的{label}手工填的是{typed}，底稿是{paper}；用手工填的，请核对。"
NO_GRADE = "手工填的得分和底稿不同，底稿的等级没有带进来，等级按手工填的得分"
GONE = "上次从底稿带进来的复核得分，这次的底稿里没有了，已经去掉：{names}。"
NO_PROJECT = "底稿的项目在项目汇总里找不到，没有带进来：{names}。"
ODD = "读复核底稿时有{count}处没有计入或要处理，请运行 selfeval review {folder} -o 复核汇总.xlsx 看“未计入”。"
BEFORE = "上次的底稿"
_MOST_NAMES = 5
Row = dict[str, Any]


@dataclass(slots=True)
class Rechecked:
    """What was taken in. rows: of 复核汇总. from_papers: the papers' values, by place of the project."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    from_papers: dict[str, list[str]] = field(default_factory=dict)


def drop_own(written: Written) -> dict[str, list[str]]:
    """Takes what the previous run itself put in out of the officers' remarks; returns what was taken out."""
    dropped = {}
    for remark in written.remarks:
        if remark.sheet != PROJECTS.key:
            continue
        place = _place(remark.row)
        before = written.from_papers.get(place, [])
        for key, value in zip(_VALUES, before, strict=False):
            if value and key in remark.values and _same(remark.values[key], value):
                del remark.values[key]
                dropped[place] = before
    written.remarks[:] = [remark for remark in written.remarks if remark.values]
    return dropped


def take_in(
    tables: Mapping[str, Rows], reviewed: Reviewed | None, policy: Policy, earlier: Mapping[str, list[str]]
) -> Rechecked:
    """Puts the papers' scores into 项目汇总 and makes the rows of 复核汇总.

    reviewed: None: there are no papers now, and what stands in 项目汇总 stays. earlier: what the previous run
    put in: with papers, as far as it was taken out again.
    """
    result = Rechecked()
    projects = tables[PROJECTS.key]
    papers = _by_row(reviewed.projects, projects, result) if reviewed else {}
    rows = list(projects.rows())
    for row in rows:
        project = papers.get(row["number"])
        typed = {key: row.get(key) for key in _VALUES}
        note = _put_in(row, project, projects, result) if project else ""
        if project or any(plain_text(value) for value in typed.values()):
            listed = _row(row, project, typed, note, policy)
            if reviewed is None and _place(row) in earlier:
                listed["source"] = BEFORE
            result.rows.append(listed)
    for number, row in enumerate(result.rows, 1):
        row["number"] = number
    if reviewed is None:
        result.from_papers = dict(earlier)
        return result
    names = {_place(row): row["project"] for row in rows}
    gone = [names.get(place, "") for place in earlier if place not in result.from_papers]
    if gone:
        result.notes.append(GONE.format(names=_listed(gone)))
    if reviewed.apart:
        result.notes.append(ODD.format(count=len(reviewed.apart), folder=reviewed.folder))
    return result


def _by_row(
    checked: Sequence[CheckedProject], projects: Rows, result: Rechecked
) -> dict[int, CheckedProject]:
    """The project of the re-check by the number of its row in 项目汇总; those without one are noted."""
    remarks = [Remark(PROJECTS.key, _texts(each.head), {}) for each in checked]
    by_remark = {id(remark): each for remark, each in zip(remarks, checked, strict=True)}
    found = {number: by_remark[id(remark)] for remark, number in found_rows(PROJECTS.key, remarks, projects)}
    strange = [by_remark[id(remark)].head.project for remark in remarks if not remark.used]
    if strange:
        result.notes.append(NO_PROJECT.format(names=_listed(strange)))
    return found


def _texts(head: PaperHead) -> dict[str, str]:
    """The texts by which the project of a paper is found."""
    return {key: getattr(head, key) for key in _HEAD}


def _put_in(row: Row, project: CheckedProject, projects: Rows, result: Rechecked) -> str:
    """Puts score and grade of a paper into a row where they are empty; returns what has to be said of it."""
    if project.state != DONE or project.score is None:
        return ""
    values: Row = {}
    said: list[str] = []
    for key, value in zip(_VALUES, (project.score, project.grade), strict=True):
        typed = plain_text(_plain(row.get(key)))
        if not typed:
            if key == "second_grade" and said:
                said.append(NO_GRADE)
                continue
            values[key] = value
        elif not _same(typed, str(value)):
            text = TYPED_OTHER.format(
                project=row["project"], label=_LABELS[key], typed=typed, paper=plain_text(_plain(value))
            )
            said.append(text.rstrip("。"))
            result.notes.append(text)
    if values:
        projects.change(row["number"], values)
        row |= values
        result.from_papers[_place(row)] = [str(values.get(key) or "") for key in _VALUES]
        if "second_score" in values:  # 0 is a score
            result.from_papers[_place(row)][0] = str(values["second_score"])
    return "；".join(said)


def _row(row: Row, project: CheckedProject | None, typed: Row, note: str, policy: Policy) -> Row:
    """A row of 复核汇总. typed: what stood in 复核得分 and 复核等级 before the papers were taken in."""
    written_grade = plain_text(row.get("second_grade")) or (project.grade if project and note == "" else None)
    result = result_of(REVIEWED, row.get("second_score"), written_grade, policy)
    notes = [note, result.fault]
    if project and project.head.score != row.get("score") and project.state == DONE:
        was, now = (plain_text(_plain(each)) or "空" for each in (project.head.score, row.get("score")))
        notes.append(f"抽查以后自评得分由{was}变为{now}")
    notes += [text for _, text in project.faults] if project else []
    by_hand = any(plain_text(value) for value in typed.values())
    if by_hand and project and project.state != DONE:
        notes.append(f"手工填的算已复核（底稿：{project.state}）")
    return {
        **{key: row.get(key) for key in _HEAD},
        "score": row.get("score"),
        "second_score": result.score,
        "difference": None if None in (result.score, row.get("score")) else result.score - row["score"],
        "grade": row.get("grade"),
        "second_grade": result.grade or written_grade,
        "lowered": "是" if is_lower(row.get("grade"), result.grade, policy) else "",
        "causes": project.causes if project else "",
        "state": project.state if project and not by_hand else DONE,
        "source": TYPED if by_hand else PAPER if result.score is not None else "",
        "note": "；".join(text.rstrip("。") for text in notes if text),
        "paper": project.file if project else "",
    }


def _place(row: Mapping[str, Any]) -> str:
    """The texts of a project's row by which it is known in the next run."""
    return "\x1f".join(squeeze(plain_text(row.get(key))) for key in _PLACE)


def _same(value: Any, other: str) -> bool:
    """Whether two values of a cell are the same: 85 and 85.00 are."""
    one, two = plain_text(_plain(value)), plain_text(_plain(other))
    numbers = points_of(one), points_of(two)
    return one == two or None not in numbers and numbers[0] == numbers[1]


def _plain(value: Any) -> Any:
    """The value with decimals as floats, for `plain_text`."""
    return float(value) if isinstance(value, Decimal) else value


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:_MOST_NAMES]) + (f"等{len(names)}个" if len(names) > _MOST_NAMES else "")
