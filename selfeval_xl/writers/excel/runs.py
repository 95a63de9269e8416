"""Grouping of cells into runs: rectangles that can be written at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

from selfeval_xl.model.grid import Area

Place = tuple[int, int]
Key = TypeVar("Key", bound=Hashable)


def runs(cells: Mapping[Place, Key]) -> list[tuple[Area, Key]]:
    """Rectangles that cover exactly these cells, each of cells with the same key; rows from top to bottom.

    Neighbours in a row become a stretch, equal stretches below each other a rectangle.
    """
    found: list[tuple[Area, Key]] = []
    open_above: dict[tuple[int, int, Key], int] = {}  # stretch (left, right, key) -> its number in found
    last_row = -2
    for row, stretches in _stretches(cells).items():
        if row != last_row + 1:
            open_above = {}
        here: dict[tuple[int, int, Key], int] = {}
        for stretch in stretches:
            number = open_above.get(stretch)
            if number is None:
                number = len(found)
                found.append((Area(row, stretch[0], row, stretch[1]), stretch[2]))
            else:
                area, key = found[number]
                found[number] = Area(area.top, area.left, row, area.right), key
            here[stretch] = number
        open_above, last_row = here, row
    return found


def _stretches(cells: Mapping[Place, Key]) -> dict[int, list[tuple[int, int, Key]]]:
    """The stretches of neighbours with the same key by row, as (first column, last column, key)."""
    rows: dict[int, list[tuple[int, int, Key]]] = {}
    for (row, column), key in sorted(cells.items(), key=lambda each: each[0]):
        stretches = rows.setdefault(row, [])
        if stretches and stretches[-1][1] == column - 1 and stretches[-1][2] == key:
            stretches[-1] = stretches[-1][0], column, key
        else:
            stretches.append((column, column, key))
    return rows


def bounds(cells: Mapping[Place, object] | set[Place]) -> Area:
    """The smallest rectangle around these cells; there is at least one."""
    rows, columns = zip(*cells)
    return Area(min(rows), min(columns), max(rows), max(columns))
