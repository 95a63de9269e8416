"""Rows and cells of a Word table that are seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import W, is_on, local, value

if TYPE_CHECKING:
    from lxml.etree import _Element

_AROUND = ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
_LOWEST = 60  # twentieths of a point, below which no letter of a row is seen


def rows(table: _Element) -> Iterator[_Element]:
    """The rows of a table, also those in content controls."""
    return _inside(table, "tr")


def cells(row: _Element) -> Iterator[_Element]:
    """The cells of a row that were not deleted under tracking."""
    return (cell for cell in _inside(row, "tc") if cell.find(f"{W}tcPr/{W}cellDel") is None)


def _inside(parent: _Element, name: str) -> Iterator[_Element]:
    waiting = list(reversed(parent))
    while waiting:
        child = waiting.pop()
        if local(child) == name:
            yield child
        elif local(child) in _AROUND:
            waiting += reversed(child)


def is_row_shown(row: _Element) -> bool:
    """Whether a row is seen: neither hidden nor deleted nor too low for letters."""
    properties = row.find(f"{W}trPr")
    if properties is None:
        return True
    if is_on(properties.find(f"{W}hidden")) or properties.find(f"{W}del") is not None:
        return False
    height = properties.find(f"{W}trHeight")
    text = value(height)
    return not (
        value(height, "hRule") == "exact" and text.isdecimal() and len(text) < 6 and int(text) < _LOWEST
    )


def merged_cells(shown: list[_Element]) -> dict[_Element, str]:
    """restart or continue for each cell of these rows that belongs to cells above or below, by its element.

    A cell that goes on where nothing above it does begins a new area: its text is seen.
    """
    found: dict[_Element, str] = {}
    above: dict[int, int] = {}
    for row in shown:
        open_areas: dict[int, int] = {}
        column = _count(row.find(f"{W}trPr/{W}gridBefore"))
        for cell in cells(row):
            width = max(1, _count(cell.find(f"{W}tcPr/{W}gridSpan")))
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None:
                goes_on = value(merge, default="continue") != "restart" and above.get(column) == width
                found[cell] = "continue" if goes_on else "restart"
                open_areas[column] = width
            column += width
        above = open_areas
    return found


def _count(element: _Element | None) -> int:
    text = value(element)
    return int(text) if text.isdecimal() and len(text) < 5 else 0
