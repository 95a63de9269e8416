"""Links from the marked rows of a form back to the list, in a column right of everything and never printed.

The links are recognised as HYPERLINK formulas to 校验结果 or 问题清单; what a person typed beside or between
them stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from selfeval_xl.model.edits import Edit, Formula, Look
from selfeval_xl.model.grid import Extent, Grid, a1, cell_names, position
from selfeval_xl.model.sheet_names import BACK_TO, RESULT_COLUMNS, RESULTS, sheet_link
from selfeval_xl.readers.formats.guard import LAST_COLUMN
from selfeval_xl.readers.recognition.back_links import links_in
from selfeval_xl.workflows.marking.progress import MENDED

GAP = 2  # from the last column in use to that of the links: one column stays free
MOST = 6  # most numbers that one link names
WHY, WHY_GONE = "回到清单的链接", "清单的链接已不用"
_SHEET, _CELLS, _STATE = (RESULT_COLUMNS.index(name) for name in ("工作表", "单元格", "状态"))

# By sheet: the number of each finding on the list, and a cell of the finding.
Listed = Mapping[str, Sequence[tuple[int, str]]]


def backlink_edits(
    listed: Listed,
    rows: Mapping[int, int],
    target: str,
    grids: Iterable[Grid],
    side_of: Callable[[str], Extent],
) -> list[Edit]:
    """The edits that link each row with a finding to the sheet `target`, and remove links of earlier checks.

    rows: the list's row (from 1) of each number. side_of: the extent of a sheet's print area and drawings.
    """
    return [
        edit
        for grid in grids
        if grid.name not in BACK_TO
        for edit in _on_sheet(grid, _by_row(grid, listed.get(grid.name, ())), rows, target, side_of)
    ]


def result_links(
    table: Sequence[Sequence[str]], grids: Iterable[Grid], side_of: Callable[[str], Extent]
) -> list[Edit]:
    """The edits of `backlink_edits` for the sheet 校验结果 with these rows below its head."""
    listed: dict[str, list[tuple[int, str]]] = {}
    for number, row in enumerate(table, 1):
        if row[_STATE] != MENDED:
            listed.setdefault(row[_SHEET], []).extend((number, cell) for cell in cell_names(row[_CELLS]))
    return backlink_edits(
        listed, {number: number + 1 for number in range(1, len(table) + 1)}, RESULTS, grids, side_of
    )


def unlink_edits(grids: Iterable[Grid]) -> list[Edit]:
    """The edits that remove all links to the list."""
    return [_removal(grid, cell) for grid in grids if grid.name not in BACK_TO for cell in links_in(grid)]


def _by_row(grid: Grid, listed: Iterable[tuple[int, str]]) -> dict[int, list[int]]:
    """The numbers of the findings by row of the sheet, each once, in order."""
    rows: dict[int, set[int]] = {}
    for number, cell in listed:
        rows.setdefault(grid.area(*position(cell)).top, set()).add(number)
    return {row: sorted(numbers) for row, numbers in rows.items()}


def _on_sheet(
    grid: Grid,
    numbers: Mapping[int, Sequence[int]],
    rows: Mapping[int, int],
    target: str,
    side_of: Callable[[str], Extent],
) -> list[Edit]:
    """The edits for one sheet. numbers: those of the findings in each row of the sheet."""
    present = links_in(grid)
    if not numbers and not present:
        return []
    column = min(column for _, column in present) if present else _free_column(grid, side_of(grid.name))
    links = {(row, column): _link(each, rows, target) for row, each in numbers.items()}
    if numbers:
        links[0, column] = _link(numbers.get(0, ()), rows, target, BACK_TO[target])
    edits = [_removal(grid, cell) for cell in present if cell not in links]
    for cell, formula in sorted(links.items(), key=lambda each: each[0]):
        old = grid.text(*cell).strip() or None
        if old is not None and cell not in present:
            continue  # a person typed here
        if present.get(cell) != f"={formula.text}" or old != formula.value:
            edits.append(Edit(grid.name, a1(*cell), old, formula, Look.LINK, WHY))
    return edits


def _free_column(grid: Grid, side: Extent) -> int:
    """The column right of all that the sheet holds, prints and draws, with a free one between.

    Where these reach to the last columns of the sheet (a title merged over whole rows) it is right of the
    values alone.
    """
    merged = max((area.right for area in grid.merges), default=0)
    column = max(grid.width - 1, merged, side.printed, side.drawn) + GAP
    return column if column < LAST_COLUMN else min(grid.width - 1 + GAP, LAST_COLUMN - 1)


def _link(numbers: Sequence[int], rows: Mapping[int, int], target: str, head: str = "") -> Formula:
    """A link to the list's row of the first number that names all numbers. head: the text before them."""
    text = f"{head}第{'、'.join(map(str, numbers[:MOST]))}条" if numbers else head
    return Formula(sheet_link(target, text, f"A{rows[numbers[0]] if numbers else 1}"), text)


def _removal(grid: Grid, cell: tuple[int, int]) -> Edit:
    """The edit that removes a link."""
    return Edit(grid.name, a1(*cell), grid.text(*cell).strip() or None, None, Look.UNLINK, WHY_GONE)


def numbers_by_cell(
    table: Sequence[Sequence[str]], grids: Iterable[Grid]
) -> dict[tuple[str, str], list[int]]:
    """The rows of 校验结果 that name a cell, by sheet and cell (of merged cells the top left one).

    Rows are counted from 1 below the head.
    """
    by_name: dict[str, Grid] = {grid.name: grid for grid in grids}
    found: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(table, 1):
        grid = by_name.get(row[_SHEET])
        if grid is None or row[_STATE] == MENDED:
            continue
        for cell in cell_names(row[_CELLS]):
            area = grid.area(*position(cell))
            found.setdefault((grid.name, a1(area.top, area.left)), []).append(number)
    return found
