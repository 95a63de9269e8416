"""Empty rows of a workbook of ours, which the submission hides so that they do not print.

No formula hides a row and no print area leaves rows out of its middle, so the sheets that people type into
keep them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Area, Grid, position
from selfeval_xl.readers.recognition.hidden_content import IS_LEVEL

_TOTAL = re.compile(r"合\s*计$")


def empty_indicator_rows(grid: Grid, form: Form, printed: Area) -> set[int]:
    """The rows of the form's table of indicators that hold nothing but levels, counted from 0.

    The first row of a level stays where others of the level have an indicator: its label stands there.
    """
    named = [
        position(cells.split(",")[0])[0] for row in form.indicators for cells in row.cells.values() if cells
    ]
    if not named:
        return set()
    hidden = grid.hidden()[1] if grid.hidden else frozenset[int]()
    shown = [column for column in range(grid.width) if column not in hidden]
    last = max(named)
    while last < printed.bottom and _is_empty(grid, last + 1, printed, shown):
        last += 1
    rows = range(min(named), last + 1)
    empty = {row for row in rows if _is_empty(grid, row, printed, shown)}
    return empty - _labels(grid, rows, empty, printed)


def empty_lines(grid: Grid, printed: Area, first: int, count: int) -> tuple[set[int], set[int]]:
    """The lines of 项目自评汇总表 to hide and those to show; none unless as many as `count` are filled.

    first: the row of the first line. So a file without stored results keeps all of its lines.
    """
    last = next(
        (row for row in range(first, grid.height) if _TOTAL.match(grid.text(row, printed.left))), first
    )
    lines = set(range(first, last))
    filled = {row for row in lines if any(grid.text(row, column).strip() for column in _columns(printed))}
    return (lines - filled, filled) if len(filled) == count else (set(), set())


def _columns(printed: Area) -> range:
    return range(printed.left, printed.right + 1)


def _is_empty(grid: Grid, row: int, printed: Area, shown: Sequence[int]) -> bool:
    """Whether a row has nothing but levels. shown: the columns that are seen, also beside the form."""
    texts = (text for column in shown if (text := grid.text(row, column).strip()))
    merged = any(area.top <= row <= area.bottom and area.top != area.bottom for area in _own(grid, printed))
    return not merged and all(map(IS_LEVEL.match, texts))


def _own(grid: Grid, printed: Area) -> Sequence[Area]:
    """The merged areas over rows, without that of the section's label at the left."""
    return [area for area in grid.merges if area.left > printed.left]


def _labels(grid: Grid, rows: range, empty: Collection[int], printed: Area) -> set[int]:
    """The empty rows in which the label of a level stands that has an indicator further down."""
    kept: set[int] = set()
    levels = {
        row: [text for column in _columns(printed) if IS_LEVEL.match(text := grid.text(row, column).strip())]
        for row in rows
    }
    for depth in (1, 2):
        start = rows.start
        for row in range(rows.start, rows.stop + 1):
            if row < rows.stop and levels[row][:depth] == levels[start][:depth]:
                continue
            if (
                levels[start][:depth]
                and start in empty
                and any(each not in empty for each in range(start, row))
            ):
                kept.add(start)
            start = row
    return kept
