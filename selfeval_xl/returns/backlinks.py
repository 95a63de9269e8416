"""Links from the marked rows of a form back to the list, in one column right of everything, outside the print area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..deviations import Side
from ..edits import Edit, Formula, Look
from ..findings import Finding
from ..grid import Grid, a1, position
from ..marks import WHY, cells_of
from ..sheets import BACK, RETURNED

GAP = 2


def backlink_edits(marked: Iterable[tuple[int, Finding]], rows: Mapping[int, int], grids: Sequence[Grid], sides: Mapping[str, Side]) -> list[Edit]:
    """The edits that put a link into each row with marks, and take away those of an earlier return.

    marked: number on the list and finding. rows: the list's row (from 1) of each number. sides: by sheet, what stands there besides values.
    """
    wanted: dict[str, dict[int, list[int]]] = {}
    for number, finding in marked:
        for cell in cells_of(finding):
            wanted.setdefault(finding.sheet or "", {}).setdefault(position(cell)[0], []).append(number)
    edits = []
    for grid in grids:
        if grid.name != RETURNED:
            edits += _on_sheet(grid, wanted.get(grid.name, {}), rows, sides.get(grid.name, Side()))
    return edits


def column_of_links(grid: Grid) -> int | None:
    """Where our links stand on a sheet already: the column headed 回问题清单."""
    return next((column for column in range(grid.width) if grid.text(0, column).strip() == BACK), None)


def _on_sheet(grid: Grid, links: Mapping[int, list[int]], rows: Mapping[int, int], side: Side) -> list[Edit]:
    there = column_of_links(grid)
    if not links and there is None:
        return []
    column = there if there is not None else max(grid.width - 1, max((area.right for area in grid.merges), default=0), side.printed, side.drawn) + GAP
    old = {row: grid.text(row, column).strip() for row in range(grid.height) if grid.text(row, column).strip()}
    new = {row: _link(sorted(set(numbers)), rows) for row, numbers in links.items() if row}
    edits = [] if old.get(0) == BACK else [Edit(grid.name, a1(0, column), old.get(0), BACK, Look.HEAD, WHY)]
    formulas = (grid.formulas() if grid.formulas else {}) if old else {}
    for row in sorted(set(old) | set(new)):
        link = new.get(row)
        if row and (link is None or link.value != old.get(row) or formulas.get((row, column)) != f"={link.text}"):
            edits.append(Edit(grid.name, a1(row, column), old.get(row), link, Look.TEXT if link else Look.KEEP, WHY))
    return edits


def _link(numbers: Sequence[int], rows: Mapping[int, int]) -> Formula:
    text = f"第{'、'.join(map(str, numbers[:6]))}条"
    return Formula(f"HYPERLINK(\"#'{RETURNED}'!A{rows[numbers[0]]}\",\"{text}\")", text)
