"""Reads the blocks of 总览 and the totals rows of the county workbook as a person does: by their labels."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl

_HALF = 12  # columns of the left half of the page


def table(path: str | Path, title: str) -> list[list]:
    """All cells of a sheet."""
    return [list(row) for row in openpyxl.load_workbook(path, data_only=True)[title].values]


def block(path: str | Path, title: str, side: int | None = None) -> list[dict]:
    """The rows of a block of 总览, each by its heads; it ends where its half of the page has nothing more.

    title: how its heading begins. side: only the columns from this one on.
    """
    cells = table(path, "总览")
    top, left = next(
        (row, column)
        for row, values in enumerate(cells)
        for column, value in enumerate(values)
        if isinstance(value, str) and value.startswith(title)
    )
    whole = not any(cells[top][_HALF:]) and left == 0
    right = len(cells[top]) if whole or left else _HALF
    heads = {column: cells[top + 1][column] for column in range(left, right)}
    heads = {column: label for column, label in heads.items() if label is not None}
    rows = []
    for values in cells[top + 2 :]:
        if all(values[column] is None for column in heads):
            break
        if isinstance(values[left], str) and values[left][1:2] == "、":
            break
        rows.append({label: values[column] for column, label in heads.items()})
    return rows


def totals(path: str | Path, title: str) -> dict[str, object]:
    """The totals row of a sheet by its heads."""
    cells = table(path, title)
    row = next(values for values in cells[1:] if "合计" in values[:2])
    return {label: value for label, value in zip(cells[0], row, strict=True) if value is not None}


def same(expected: object, found: object) -> bool:
    """Whether a cell holds what is expected: nothing is "" or None, numbers are compared to a millionth."""
    if expected in (None, ""):
        return found in (None, "")
    if isinstance(expected, (int, Decimal)) and isinstance(found, (int, float)):
        return abs(Decimal(str(found)) - expected) < Decimal("0.000001")
    return expected == found


def differing(expected: dict, found: dict) -> dict[str, tuple]:
    """What differs: label, expected and found."""
    return {
        label: (value, found.get(label))
        for label, value in expected.items()
        if label not in found or not same(value, found[label])
    }
