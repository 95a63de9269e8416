"""What the run before took from papers into 项目汇总, and where that stands now.

It is recorded in the store, so that the next run knows it from what a person typed. Where the store was left
behind (the workbook alone was copied), the sheet 复核汇总 says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval_xl.county.last_year_sheet import all_rows
from selfeval_xl.county.officer_columns import found_rows
from selfeval_xl.county.officer_workbook import Remark, Written, pages_of, plain_text
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.sheets.rechecked import BEFORE, PAPER, RECHECKED
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.quantity import points_of
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.own_workbook import values_of

FROM_PAPERS = "from_papers"  # the key of a fact in the store
HAD_PAPERS = "had_papers"  # another: whether that run read papers at all
NO_LONGER = (
    "这次没有读复核底稿（没有写 --reviewed）：上次“复核汇总”里没有复核完的项目这次不列，"
    "要列出来请加 --reviewed 抽查。"
)
VALUES = ("second_score", "second_grade")
_FORM = ("file", "sheet", "cell")
_PLACE = ("department_code", "department", "project_code", "project", "unit", *_FORM)
_PARTS = "\x1f"


def place_of(row: Mapping[str, Any]) -> str:
    """The texts of a project's row by which it is known in the next run."""
    return _PARTS.join(squeeze(plain_text(row.get(key))) for key in _PLACE)


def texts_of(place: str) -> dict[str, str]:
    """The texts of a place by column."""
    return dict(zip(_PLACE, place.split(_PARTS), strict=False))


def same_value(value: Any, other: str) -> bool:
    """Whether two values of a cell are the same: 85 and 85.00 are."""
    one, two = (plain_text(float(each) if isinstance(each, Decimal) else each) for each in (value, other))
    numbers = points_of(one), points_of(two)
    return one == two or None not in numbers and numbers[0] == numbers[1]


def drop_own(written: Written) -> dict[str, list[str]]:
    """Takes what the previous run itself put in out of the officers' remarks; returns what was taken out."""
    dropped = {}
    for remark in written.remarks:
        if remark.sheet != PROJECTS.key:
            continue
        place = place_of(remark.row)
        before = written.from_papers.get(place) or written.from_papers.get(_without_form(place), [])
        for key, value in zip(VALUES, before, strict=False):
            if value and key in remark.values and same_value(remark.values[key], value):
                del remark.values[key]
                dropped[place] = before
    written.remarks[:] = [remark for remark in written.remarks if remark.values]
    return dropped


def carried_to(projects: Rows, earlier: Mapping[str, list[str]]) -> dict[int, list[str]]:
    """What the run before put in, by number of the row in which its project stands now.

    A department may have sent the form again in another file, or with another name of the unit.
    """
    if not earlier:
        return {}
    now = {place_of(row): row["number"] for row in projects.rows()}
    moved = [Remark(PROJECTS.key, texts_of(place), {"": place}) for place in earlier if place not in now]
    found = {
        number: earlier[remark.values[""]] for remark, number in found_rows(PROJECTS.key, moved, projects)
    }
    return found | {now[place]: values for place, values in earlier.items() if place in now}


def read_from_papers(workbook: Path) -> dict[str, list[str]]:
    """What came from papers by the sheet 复核汇总, for a workbook without its store; empty without it."""
    try:
        values = values_of(workbook, RECHECKED.title)
    except UnreadableFile:
        return {}
    grids = [values.rows[name] for name in pages_of(RECHECKED.title, values.names)]
    return {
        place_of(row): [_text(row.get(key)) for key in VALUES]
        for row in all_rows(RECHECKED, grids)
        if row.get("source") in (PAPER, BEFORE)
    }


def _without_form(place: str) -> str:
    """The place of a project whose form is not known."""
    return _PARTS.join([*place.split(_PARTS)[: -len(_FORM)], *("" for _ in _FORM)])


def _text(value: Any) -> str:
    return "" if value is None else str(value)
