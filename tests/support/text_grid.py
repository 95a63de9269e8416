"""A Grid from a text table: one line a row, cells between bars.

A cell `<` is merged with the one at its left, a cell `^` with the one above.
"""

from __future__ import annotations

import re

from selfeval_xl.model.grid import Area, Grid


def grid_of(text: str, name: str = "表") -> Grid:
    """The Grid of a table: numbers become numbers, `50%` a number with a percent format, '=1人 (with its
    leading quote) stays text.
    """
    table = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.strip().splitlines()
    ]
    width = max(map(len, table))
    table = [row + [""] * (width - len(row)) for row in table]
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    rows, formats = [], {}
    for r, line in enumerate(table):
        row = []
        for c, cell in enumerate(line):
            if cell in ("<", "^"):
                owner[r, c] = owner[r, c - 1] if cell == "<" else owner[r - 1, c]
                spans[owner[r, c]].append((r, c))
                row.append(None)
                continue
            owner[r, c] = (r, c)
            spans[r, c] = [(r, c)]
            row.append(_value(cell, r, c, formats))
        rows.append(row)
    merges = [
        Area(r, c, max(x for x, _ in cells), max(y for _, y in cells))
        for (r, c), cells in spans.items()
        if len(cells) > 1
    ]
    return Grid(name, rows, merges, formats=lambda: formats)


def _value(cell: str, r: int, c: int, formats: dict) -> str | float | None:
    """The value of a cell of the table; adds the format of a percentage to `formats`."""
    if not cell:
        return None
    if cell.startswith("'"):
        return cell[1:]
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell)
    percent = re.fullmatch(r"(-?\d+(?:\.(\d+))?)%", cell)
    if percent:
        formats[r, c] = "0%" if not percent[2] else f"0.{'0' * len(percent[2])}%"
        return float(percent[1]) / 100
    return cell.replace("\\n", "\n")
