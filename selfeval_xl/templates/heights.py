"""Row heights for the texts of a form.

Merged cells do not fit their height by themselves, and a text that is cut off is lost on paper.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence

from selfeval_xl.templates.drawing import CellValue, DrawnCell, plain

_LINE, _LEAST, _MOST = 15.0, 24.0, 409.0  # points; Excel has no taller row
SIZES = (10.5, 9.0, 8.0, 7.0, 6.0)  # font sizes, the next one for texts that no row could hold
_WIDER = 1.05  # letters take a little more than a column's width says
_TITLE, _GOAL, _LONG = 36.0, 84.0, 36.0  # points of a title, and of an empty goal or long text
_INDENTED, _INDENT = (
    ("text", "shown", "name", "note", "long"),
    1.3,
)  # looks; width of the indent in characters


def text_width(text: str) -> int:
    """The width of the longest line in half-width characters."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)
            for line in text.split("\n")
        ),
        default=0,
    )


def lines_needed(text: str, width: float) -> int:
    """The number of printed lines that a text takes in a cell of this width in characters."""
    return sum(max(1, math.ceil(text_width(line) * _WIDER / max(width - 1, 1))) for line in text.split("\n"))


def row_heights(cells: Iterable[DrawnCell], widths: Sequence[float]) -> dict[int, float]:
    """The height in points of every row with cells; a cell over several rows spreads its need over them."""
    heights: dict[int, float] = {}
    tall: list[tuple[DrawnCell, float]] = []
    levels: dict[int, CellValue] = {}
    for cell in cells:
        if cell.look == "level":
            above, levels[cell.area.left] = levels.get(cell.area.left), cell.value
            if above == cell.value:
                continue  # a repeat is not shown
        needed = _needed(cell, sum(widths[cell.area.left : cell.area.right + 1]))
        if cell.area.top == cell.area.bottom:
            heights[cell.area.top] = max(heights.get(cell.area.top, _LEAST), needed)
        else:
            tall.append((cell, needed))
    for cell, needed in tall:
        span = range(cell.area.top, cell.area.bottom + 1)
        have = sum(heights.get(row, _LEAST) for row in span)
        for row in span:
            heights[row] = heights.get(row, _LEAST) + max(0.0, needed - have) / len(span)
    return {row: min(height, _MOST) for row, height in heights.items()}


def _needed(cell: DrawnCell, width: float) -> float:
    """The height in points that a cell of this width in characters needs, a formula for what it shows now."""
    text = shown if isinstance(shown := plain(cell.value), str) else ""
    if cell.look == "title":
        return _TITLE
    if cell.look == "long" and cell.entry and not text:
        return _GOAL if cell.key.startswith(("goal", "report")) else _LONG
    return _text_height(cell, text, width, font_size(cell, width)) if text else _LEAST


def _text_height(cell: DrawnCell, text: str, width: float, size: float) -> float:
    scale = size / SIZES[0]
    return lines_needed(text, (width - _INDENT * (cell.look in _INDENTED)) / scale) * _LINE * scale + 9


def line_width(cell: DrawnCell, width: float) -> float:
    """How many half-width letters of the usual size a line of the cell holds, as `lines_needed` counts."""
    return (width - _INDENT * (cell.look in _INDENTED) - 1) / _WIDER


def font_size(cell: DrawnCell, width: float) -> float:
    """The largest font size in points with which the text of a one-row cell fits into the tallest row."""
    text = (
        cell.value
        if isinstance(cell.value, str) and cell.area.top == cell.area.bottom and cell.look != "title"
        else ""
    )
    return next(
        (size for size in SIZES if not text or _text_height(cell, text, width, size) <= _MOST), SIZES[-1]
    )
