"""Links from the marked rows of a form back to the list, in one column right of everything, outside the print
area.

Every cell of ours there is a HYPERLINK to 校验结果 or 问题清单 and is known by that: what a person typed
beside or between stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from .deviations import Side
from .edits import Edit, Formula, Look
from .grid import Grid, a1, cell_names, position
from .links import links_in
from .progress import MENDED
from .sheets import BACK_TO, RESULT_COLUMNS, RESULTS

GAP = 2
MOST = 6  # numbers that one link names
WHY, WHY_GONE = "回到清单的链接", "清单的链接已不用"
_SHEET, _CELLS, _STATE = (RESULT_COLUMNS.index(name) for name in ("工作表", "单元格", "状态"))

Listed = Mapping[
    str, Sequence[tuple[int, str]]
]  # by sheet: the number of each finding on the list, and a cell of it


def backlink_edits(
    listed: Listed,
    rows: Mapping[int, int],
    target: str,
    grids: Iterable[Grid],
    side_of: Callable[[str], Side],
) -> list[Edit]:
    """The edits that put a link to the sheet `target` into each row with a finding, and take away all earlier
    ones.

    rows: the list's row (from 1) of each number. side_of: what stands on a sheet besides values.
    """
    return [
        edit
        for grid in grids
        if grid.name not in BACK_TO
        for edit in _on_sheet(grid, _by_row(grid, listed.get(grid.name, ())), rows, target, side_of)
    ]


def result_links(
    table: Sequence[Sequence[str]], grids: Iterable[Grid], side_of: Callable[[str], Side]
) -> list[Edit]:
    """The same for the sheet 校验结果 with these rows below its head."""
    listed: dict[str, list[tuple[int, str]]] = {}
    for number, row in enumerate(table, 1):
        if row[_STATE] != MENDED:
            listed.setdefault(row[_SHEET], []).extend((number, cell) for cell in cell_names(row[_CELLS]))
    return backlink_edits(
        listed, {number: number + 1 for number in range(1, len(table) + 1)}, RESULTS, grids, side_of
    )


def unlink_edits(grids: Iterable[Grid]) -> list[Edit]:
    """The edits that take all links of ours away."""
    return [_gone(grid, place) for grid in grids if grid.name not in BACK_TO for place in links_in(grid)]


def _by_row(grid: Grid, listed: Iterable[tuple[int, str]]) -> dict[int, list[int]]:
    """The numbers by the row of the sheet, each once, in order."""
    rows: dict[int, set[int]] = {}
    for number, cell in listed:
        rows.setdefault(grid.area(*position(cell)).top, set()).add(number)
    return {row: sorted(numbers) for row, numbers in rows.items()}


def _on_sheet(
    grid: Grid,
    numbers: Mapping[int, Sequence[int]],
    rows: Mapping[int, int],
    target: str,
    side_of: Callable[[str], Side],
) -> list[Edit]:
    there = links_in(grid)
    if not numbers and not there:
        return []
    column = min(column for _, column in there) if there else _free_column(grid, side_of(grid.name))
    new = {(row, column): _link(each, rows, target) for row, each in numbers.items()}
    if numbers:
        new[0, column] = _link(numbers.get(0, ()), rows, target, BACK_TO[target])
    edits = [_gone(grid, place) for place in there if place not in new]
    for place, formula in sorted(new.items(), key=lambda each: each[0]):
        old = grid.text(*place).strip() or None
        if old is not None and place not in there:
            continue  # a person's
        if there.get(place) != f"={formula.text}" or old != formula.value:
            edits.append(Edit(grid.name, a1(*place), old, formula, Look.LINK, WHY))
    return edits


def _free_column(grid: Grid, side: Side) -> int:
    """Right of all that the sheet holds, prints and draws, with a column between."""
    return (
        max(grid.width - 1, max((area.right for area in grid.merges), default=0), side.printed, side.drawn)
        + GAP
    )


def _link(numbers: Sequence[int], rows: Mapping[int, int], target: str, head: str = "") -> Formula:
    """A link to the row of the first number, that names them all; head: what stands before them."""
    text = f"{head}第{'、'.join(map(str, numbers[:MOST]))}条" if numbers else head
    return Formula(f'HYPERLINK("#\'{target}\'!A{rows[numbers[0]] if numbers else 1}","{text}")', text)


def _gone(grid: Grid, place: tuple[int, int]) -> Edit:
    return Edit(grid.name, a1(*place), grid.text(*place).strip() or None, None, Look.BARE, WHY_GONE)


def numbers_by_cell(
    table: Sequence[Sequence[str]], grids: Iterable[Grid]
) -> dict[tuple[str, str], list[int]]:
    """By sheet and cell (the top left one of merged cells): the rows of 校验结果, counted from 1 below its
    head, that name it.
    """
    by_name: dict[str, Grid] = {grid.name: grid for grid in grids}
    found: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(table, 1):
        grid = by_name.get(row[_SHEET])
        for cell in cell_names(row[_CELLS]) if grid is not None and row[_STATE] != MENDED else ():
            area = grid.area(*position(cell))
            found.setdefault((grid.name, a1(area.top, area.left)), []).append(number)
    return found
