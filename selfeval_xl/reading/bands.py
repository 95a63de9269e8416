"""Forms side by side: which columns each of them has."""

from __future__ import annotations

from .labels import core, roles
from .scan import Label, Sheet

Title = tuple[int, int, str]  # row, column, text
Band = tuple[int, int]  # first and last column


def bands(
    sheet: Sheet, row: int, names: list[Label], everywhere: list[Label], titles: list[Title]
) -> list[Band]:
    """The bands of the forms whose head stands in this row; one band over the whole width where forms stand
    one below the other.

    names: the labels 三级指标 of the row; everywhere: those of the whole sheet.
    """
    width = sheet.grid.width
    if len(everywhere) < 2:
        return [(0, width - 1)]
    starts = [
        0,
        *(
            _below_titles(row, everywhere, titles)
            or _behind_gaps(sheet, everywhere)
            or _repeated(sheet, row, names)
        ),
    ]
    found = [
        (left, (starts[number + 1] if number + 1 < len(starts) else width) - 1)
        for number, left in enumerate(starts)
    ]
    return [(left, right) for left, right in found if any(left <= label.column <= right for label in names)]


def _below_titles(row: int, names: list[Label], titles: list[Title]) -> list[int]:
    """Titles side by side (a form number may stand above one of them), each with a head below it, say where
    the second form and those after it begin.
    """
    top = max((at for at, _, _ in titles if at <= row), default=-1)
    starts = sorted({column for at, column, _ in titles if top - 2 <= at <= top})
    if len(starts) < 2:
        return []
    after = min((at for at, _, _ in titles if at > row), default=10**7)
    below = [label.column for label in names if top < label.row < after]
    ends = [*starts[1:], 10**7]
    headed = all(
        any(left <= column < right for column in below) for left, right in zip(starts, ends, strict=True)
    )
    return starts[1:] if headed else []


def _behind_gaps(sheet: Sheet, names: list[Label]) -> list[int]:
    """Columns behind one that is empty from top to bottom, where heads stand on both sides of it."""
    places = sorted({label.column for label in names})
    if len(places) < 2:
        return []
    used = {column for row in range(sheet.grid.height) for column in sheet.lines[row]} | {
        column for _, column in sheet.grid.merged()
    }
    gaps = [column for column in range(places[0] + 1, places[-1]) if column not in used]
    starts = [column + 1 for column in gaps if column + 1 in used]
    kept: list[int] = []
    for start in starts:
        end = next((other for other in starts if other > start), places[-1] + 1)
        if any(start <= column < end for column in places):
            kept.append(start)
    return kept


def _repeated(sheet: Sheet, row: int, names: list[Label]) -> list[int]:
    """Where a column of the head comes for the second time in this row."""
    starts: list[int] = []
    seen: set[str] = set()
    for label in sheet.rows[row] if len(names) > 1 else ():
        word = core(label.text)  # 三级指标 beside 四级指标 is no second form
        if word in seen and any(
            role.scope == "指标" and role.key in ("level1", "level2", "name", "target")
            for role in label.roles
        ):
            starts.append(_with_section(sheet, row, label.column))
            seen = set()
        seen.add(word)
    return starts


def _with_section(sheet: Sheet, row: int, column: int) -> int:
    """The section cell (绩效指标) left of the first level belongs to the same form."""
    before = sheet.grid.area(row, column - 1)
    text = sheet.text(row, column - 1)
    is_section = text and any(role.scope == "指标栏" for role in roles(text))
    return before.left if is_section else column
