"""Forms side by side on a sheet: the band of columns of each."""

from __future__ import annotations

from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.labels import has_scope
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

Title = tuple[int, int, str]  # row, column, text
Band = tuple[int, int]  # first and last column


def bands(
    sheet: ScannedSheet, row: int, names: list[Label], everywhere: list[Label], titles: list[Title]
) -> list[Band]:
    """The bands of the forms whose indicator head stands in this row, left to right.

    There is one band over the whole width where forms stand one below the other. names: the labels 三级指标
    of the row. everywhere: the labels 三级指标 of the whole sheet.
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
    """The first columns of the second and later forms, by titles side by side with a head below each.

    A form number may stand above one of the titles.
    """
    top = max((title_row for title_row, _, _ in titles if title_row <= row), default=-1)
    starts = sorted({column for title_row, column, _ in titles if top - 2 <= title_row <= top})
    if len(starts) < 2:
        return []
    after = min((title_row for title_row, _, _ in titles if title_row > row), default=10**7)
    below = [label.column for label in names if top < label.row < after]
    ends = [*starts[1:], 10**7]
    headed = all(
        any(left <= column < right for column in below) for left, right in zip(starts, ends, strict=True)
    )
    return starts[1:] if headed else []


def _behind_gaps(sheet: ScannedSheet, names: list[Label]) -> list[int]:
    """The columns right of one that is empty from top to bottom, where heads stand on both sides of it."""
    heads = sorted({label.column for label in names})
    if len(heads) < 2:
        return []
    used = {column for row in range(sheet.grid.height) for column in sheet.lines[row]} | {
        column for _, column in sheet.grid.merged()
    }
    gaps = [column for column in range(heads[0] + 1, heads[-1]) if column not in used]
    starts = [column + 1 for column in gaps if column + 1 in used]
    headed: list[int] = []
    for start in starts:
        end = next((other for other in starts if other > start), heads[-1] + 1)
        if any(start <= column < end for column in heads):
            headed.append(start)
    return headed


def _repeated(sheet: ScannedSheet, row: int, names: list[Label]) -> list[int]:
    """The columns at which a second head begins in this row: one of its labels is repeated there."""
    starts: list[int] = []
    seen: set[str] = set()
    for label in sheet.rows[row] if len(names) > 1 else ():
        word = core(label.text)  # the text, not the key: 三级指标 beside 四级指标 is no second form
        if word in seen and any(
            role.scope == "指标" and role.key in ("level1", "level2", "name", "target")
            for role in label.roles
        ):
            starts.append(_with_section(sheet, row, label.column))
            seen = set()
        seen.add(word)
    return starts


def _with_section(sheet: ScannedSheet, row: int, column: int) -> int:
    """The first column of a form: that of the section cell (绩效指标) left of its first level, if any."""
    before = sheet.grid.area(row, column - 1)
    text = sheet.text(row, column - 1)
    is_section = text and has_scope(text, "指标栏")
    return before.left if is_section else column
