"""Which row of 项目汇总 belongs to the project of a paper: only one about which there can be no doubt.

A score that lands on another project is worse than one that an officer has to type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from selfeval_xl.county.officer_workbook import plain_text
from selfeval_xl.county.review.paper import PaperHead
from selfeval_xl.model.text import squeeze

_TEXTS = ("department_code", "department", "project_code", "project", "unit", "file", "sheet", "cell")
Texts = Mapping[str, str]


@dataclass(slots=True)
class Placed:
    """Papers by the number of their row, and those without one.

    doubtful: those that fit several rows, or one whose unit or code is another. strange: those that fit none.
    """

    by_row: dict[int, int] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)


def place(heads: Sequence[PaperHead], rows: Iterable[Mapping[str, Any]]) -> Placed:
    """Finds the row of each paper: by code or name with the unit, the safest way first.

    A row that fits several papers equally well goes to none of them.
    """
    texts = {row["number"]: _texts(row) for row in rows}
    by_text: dict[tuple[str, str], set[int]] = {}
    for number, each in texts.items():
        for key in ("project_code", "project"):
            if each[key]:
                by_text.setdefault((key, each[key]), set()).add(number)
    wanted = [_texts({key: getattr(head, key) for key in _TEXTS}) for head in heads]
    near = [
        sorted(
            number
            for key in ("project_code", "project")
            for number in by_text.get((key, each[key]), ())
            if key == "project_code" or number not in by_text.get(("project_code", each["project_code"]), ())
        )
        for each in wanted
    ]
    result = Placed()
    left = list(range(len(heads)))
    for fits in _WAYS:
        found = {paper: [n for n in near[paper] if fits(wanted[paper], texts[n])] for paper in left}
        for paper in left:
            numbers = found[paper]
            rivals = [other for other in left if other != paper and numbers and numbers[0] in found[other]]
            if len(numbers) == 1 and not rivals and numbers[0] not in result.by_row:
                result.by_row[numbers[0]] = paper
        left = [paper for paper in left if paper not in result.by_row.values()]
    for paper in left:
        same = [n for n in near[paper] if _same_department(wanted[paper], texts[n])]
        (result.doubtful if same else result.strange).append(paper)
    return result


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {key: squeeze(plain_text(row.get(key))) for key in _TEXTS}


def _same_department(paper: Texts, row: Texts) -> bool:
    if paper["department_code"] and row["department_code"]:
        return paper["department_code"] == row["department_code"]
    return paper["department"] == row["department"]


def _same(paper: Texts, row: Texts, *keys: str) -> bool:
    return all(paper[key] == row[key] for key in keys)


def _agree(paper: Texts, row: Texts, key: str) -> bool:
    """Whether the texts are the same, or one of them is not known."""
    return not paper[key] or not row[key] or paper[key] == row[key]


def _same_form(paper: Texts, row: Texts) -> bool:
    return _exactly(paper, row) and _same(paper, row, "file", "sheet", "cell")


def _exactly(paper: Texts, row: Texts) -> bool:
    return _same_department(paper, row) and _same(paper, row, "project_code", "project", "unit")


def _by_code(paper: Texts, row: Texts) -> bool:
    known = bool(paper["project_code"])
    return known and _same_department(paper, row) and _same(paper, row, "project_code", "unit")


def _by_name(paper: Texts, row: Texts) -> bool:
    return (
        _same_department(paper, row)
        and _same(paper, row, "project", "unit")
        and _agree(paper, row, "project_code")
    )


def _without_unit(paper: Texts, row: Texts) -> bool:
    """By code, else name, where one of the two has no unit."""
    if not _same_department(paper, row) or not _agree(paper, row, "unit"):
        return False
    if paper["project_code"] and row["project_code"]:
        return paper["project_code"] == row["project_code"]
    return paper["project"] == row["project"]


_WAYS: tuple[Callable[[Texts, Texts], bool], ...] = (_same_form, _exactly, _by_code, _by_name, _without_unit)
