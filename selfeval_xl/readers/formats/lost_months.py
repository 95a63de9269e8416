"""The heads of our monitoring workbooks, built again where a file keeps no values of formulas.

They are formulas that follow the months on the cover (1-7月执行数). A program that computes nothing saves
them without a text, and a table without heads cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfeval_xl.model.grid import Grid, position
from selfeval_xl.model.sheet_names import COVER

MONTHS_LABEL = "监控月份"  # on the cover, left of the months
_HEAD = re.compile(
    r"=?\s?IF\(LEN\((?P<sheet>[^!()]{1,60})!(?P<cell>\$?[A-Z]{1,3}\$?\d{1,7})\)=0,"
    r"\"(?P<usual>[^\"]{1,20})\",(?P=sheet)!(?P=cell)\)(?:&\"(?P<rest>[^\"]{0,20})\")?\s?\Z"
)


def restore_heads(grids: Iterable[Grid]) -> None:
    """Writes the texts of such heads into the Grids of a workbook that has lost them."""
    by_name = {grid.name: grid for grid in grids}
    cover = by_name.get(COVER)
    months = _months_on(cover) if cover is not None else None
    if months is None:
        return
    for grid in by_name.values():
        if grid.formulas is None or any(_follows(text, months) for cells in grid.rows for text in cells):
            continue
        for (row, column), formula in grid.formulas().items():
            match = _HEAD.match(formula)
            if match is None or grid.value(row, column) is not None:
                continue
            source = by_name.get(match["sheet"].strip("'").replace("''", "'"))
            if source is None:
                continue
            shown = source.text(*position(match["cell"])) or match["usual"]
            _put(grid, row, column, f"{shown}{match['rest'] or ''}")


def _months_on(cover: Grid) -> str | None:
    """The months that the cover prints beside their label, "" where they are empty; None without a label."""
    return next(
        (cover.text(row, 1) for row in range(cover.height) if cover.value(row, 0) == MONTHS_LABEL), None
    )


def _follows(value: object, months: str) -> bool:
    """Whether a cell has a head that follows the months: nothing is lost then."""
    return isinstance(value, str) and len(value) > len(months) > 0 and value.startswith(months)


def _put(grid: Grid, row: int, column: int, text: str) -> None:
    """Writes a text into a Grid."""
    while len(grid.rows) <= row:
        grid.rows.append([])
    cells = grid.rows[row]
    cells += [None] * (column + 1 - len(cells))
    cells[column] = text
