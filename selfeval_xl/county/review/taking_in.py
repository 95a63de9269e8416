"""Takes the re-check into 项目汇总: scores and grades of papers, where nobody typed them by hand.

What a run put in is known to the next one (`before`), so that it knows it from what a person typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.officer_workbook import plain_text
from selfeval_xl.county.review.before import VALUES, carried_to, place_of, same_value
from selfeval_xl.county.review.comparison import DONE, NOT_SENT, CheckedProject, is_lower
from selfeval_xl.county.review.placing import place
from selfeval_xl.county.review.reading import Reviewed
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.sheets.rechecked import BEFORE, PAPER, TYPED
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.written_result import REVIEWED, result_of

_LABELS = {"second_score": "复核得分", "second_grade": "复核等级"}
_HEAD = ("section", "department_code", "department", "project_code", "project", "unit")
TYPED_OTHER = "“{project}”的{label}手工填的是{typed}，底稿是{paper}；用手工填的，请核对。"
NO_GRADE = "手工填的得分和底稿不同，底稿的等级没有带进来，等级按手工填的得分"
STAYED = (
    "这次没有读复核底稿（没有写 --reviewed）：上次从底稿带进来的复核得分、复核等级留着，{count}个项目；"
    "主要偏差原因、底稿和没有复核完的项目这次不列，要列出来请加 --reviewed 抽查。"
)
GONE = "上次从底稿带进来的复核得分，这次的底稿里没有了，已经去掉：{names}。"
OTHER_YEAR = (
    "底稿是{years}年度的，这次汇总的是{now}年度，没有带进来：{names}。请把它们移走，或换成本年度的底稿。"
)
DOUBTFUL = (
    "底稿是项目汇总里哪一个项目的说不准（同名的有几个，或者实施单位、项目编码不一样），没有带进来：{names}。"
    "请核对后手工填复核得分，或者重新抽取底稿。"
)
NO_PROJECT = "底稿的项目在项目汇总里找不到，没有带进来：{names}。"
ODD = "读复核底稿时有{count}处没有计入或要处理，请运行 selfeval review {folder} -o 复核汇总.xlsx 看“未计入”。"
_MOST_NAMES = 5
Row = dict[str, Any]


@dataclass(slots=True)
class Rechecked:
    """What was taken in. rows: of 复核汇总. from_papers: the papers' values, by place of the project."""

    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    from_papers: dict[str, list[str]] = field(default_factory=dict)


def take_in(
    tables: Mapping[str, Rows],
    reviewed: Reviewed | None,
    policy: Policy,
    earlier: Mapping[str, list[str]],
    year: int | None = None,
) -> Rechecked:
    """Puts the papers' scores into 项目汇总 and makes the rows of 复核汇总.

    reviewed: None: there are no papers now, and what stands in 项目汇总 stays. earlier: what the previous run
    put in: with papers, as far as it was taken out again. year: of the forms; papers of another one are not
    taken in.
    """
    result = Rechecked()
    projects = tables[PROJECTS.key]
    papers = _by_row(_of_year(reviewed, year, result), projects, result) if reviewed else {}
    carried = carried_to(projects, earlier)
    rows = list(projects.rows())
    for row in rows:
        project = papers.get(row["number"])
        typed = {key: row.get(key) for key in VALUES}
        note = _put_in(row, project, projects, result) if project else ""
        own = reviewed is None and row["number"] in carried
        if own:
            note, own = _stay(row, carried[row["number"]], projects, result)
        if project or any(plain_text(value) for value in typed.values()):
            listed = _row(row, project, typed, note, policy)
            if own:
                listed["source"] = BEFORE
            result.rows.append(listed)
    for number, row in enumerate(result.rows, 1):
        row["number"] = number
    if reviewed is None:
        if result.from_papers:
            result.notes.append(STAYED.format(count=len(result.from_papers)))
        return result
    gone = [row["project"] for row in rows if row["number"] in carried and not _has_score(row)]
    if gone:
        result.notes.append(GONE.format(names=_listed(gone)))
    if reviewed.apart:
        result.notes.append(ODD.format(count=len(reviewed.apart), folder=reviewed.folder))
    return result


def _stay(row: Row, before: Sequence[str], projects: Rows, result: Rechecked) -> tuple[str, bool]:
    """Keeps what came from papers before, without papers now; a note, and whether the score is still theirs.

    A grade of theirs does not stay beside a score that somebody typed since.
    """
    kept = [value if value and same_value(row.get(key), value) else "" for key, value in zip(VALUES, before)]
    score, grade = kept
    if not score and _has_score(row):
        if grade:
            projects.change(row["number"], {"second_grade": None})
            row["second_grade"] = None
            return NO_GRADE, False
        return "", False
    if any(kept):
        result.from_papers[place_of(row)] = kept
    return "", bool(score)


def _has_score(row: Row) -> bool:
    return bool(plain_text(_plain(row.get("second_score"))))


def _of_year(reviewed: Reviewed, year: int | None, result: Rechecked) -> list[CheckedProject]:
    """The projects of the year, or of no known one; of papers of other years there is a note."""
    now = str(year or "")
    now = now or max((each.head.year for each in reviewed.projects), default="")
    papers = [*reviewed.projects, *reviewed.other_years]
    others = [each.head for each in papers if each.head.year not in ("", now) and each.state != NOT_SENT]
    if others:
        years = "、".join(sorted({head.year for head in others}))
        names = _listed([head.title for head in others])
        result.notes.append(OTHER_YEAR.format(years=years, now=now, names=names))
    return [each for each in papers if each.head.year in ("", now)]


def _by_row(
    checked: Sequence[CheckedProject], projects: Rows, result: Rechecked
) -> dict[int, CheckedProject]:
    """The project of the re-check by the number of its row in 项目汇总; those without one are noted."""
    found = place([each.head for each in checked], projects.rows())
    for sentence, papers in ((DOUBTFUL, found.doubtful), (NO_PROJECT, found.strange)):
        if papers:
            result.notes.append(sentence.format(names=_listed([checked[n].head.title for n in papers])))
    return {number: checked[paper] for number, paper in found.by_row.items()}


def _put_in(row: Row, project: CheckedProject, projects: Rows, result: Rechecked) -> str:
    """Puts score and grade of a paper into a row where they are empty; returns what has to be said of it."""
    if project.state != DONE or project.score is None:
        return ""
    values: Row = {}
    said: list[str] = []
    for key, value in zip(VALUES, (project.score, project.grade), strict=True):
        typed = plain_text(_plain(row.get(key)))
        if not typed:
            if key == "second_grade" and said:
                said.append(NO_GRADE)
                continue
            values[key] = value
        elif not same_value(typed, str(value)):
            text = TYPED_OTHER.format(
                project=row["project"], label=_LABELS[key], typed=typed, paper=plain_text(_plain(value))
            )
            said.append(text.rstrip("。"))
            result.notes.append(text)
    if values:
        projects.change(row["number"], values)
        row |= values
        result.from_papers[place_of(row)] = [str(values.get(key) or "") for key in VALUES]
        if "second_score" in values:  # 0 is a score
            result.from_papers[place_of(row)][0] = str(values["second_score"])
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


def _plain(value: Any) -> Any:
    """The value with decimals as floats, for `plain_text`."""
    return float(value) if isinstance(value, Decimal) else value


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:_MOST_NAMES]) + (f"等{len(names)}个" if len(names) > _MOST_NAMES else "")
