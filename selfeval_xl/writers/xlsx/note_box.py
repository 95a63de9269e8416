"""Size and position of a note's box, because the default box cuts long notes off.

A person's note that gets our text added gets a larger box; its old position is kept in the shape's
alternative text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from selfeval_xl.model.numbers import whole
from selfeval_xl.writers.xlsx.worksheet import Worksheet, lines_needed

# (Narrow characters a line, width in points); the second is for notes that would be taller than a screen.
WIDTHS = ((40, 240), (70, 400))
MOST_LINES = 30
LINE, MARGIN = 14, 10  # points
_PIXELS = 4 / 3  # of a point
_LEFT, _TOP = 12, 6  # pixels from the corner of the cell right above
_MOST_STEPS = 500  # columns or rows that one box is measured over
_ANCHOR = re.compile(rb"(<x:Anchor>\s*)([\d,\s]*?)(\s*</x:Anchor>)")
_OLD_ANCHOR = re.compile(rb' alt="selfeval-box:([\d, ]*)"')


def size(text: str) -> tuple[int, int]:
    """Width and height in points of a box that shows all of the text."""
    boxes = [(width, lines_needed(text, letters)) for letters, width in WIDTHS]
    width, lines = next((box for box in boxes if box[1] <= MOST_LINES), boxes[-1])
    return width, lines * LINE + MARGIN


def anchor(sheet: Worksheet, row: int, column: int, width: int, height: int) -> str:
    """The anchor of a box of this size right of a cell, as a drawing spells it.

    It has column, pixels, row, pixels of the first corner, then of the last. width, height: in points.
    """
    top = max(row - 1, 0)
    right, across = _reached(partial(_column_pixels, sheet), column + 1, _LEFT + round(width * _PIXELS))
    bottom, down = _reached(partial(_row_pixels, sheet), top, _TOP + round(height * _PIXELS))
    return f"{column + 1}, {_LEFT}, {top}, {_TOP}, {right}, {across}, {bottom}, {down}"


def enlarged(shape: bytes, sheet: Worksheet, row: int, column: int, text: str) -> bytes:
    """The shape with room for the text; unchanged where it has that already or has no anchor."""
    found = _ANCHOR.search(shape)
    numbers = [whole(number.decode()) for number in re.findall(rb"\d+", found[2])] if found else []
    if len(numbers) != 8 or _OLD_ANCHOR.search(shape) or b" alt=" in shape.partition(b">")[0]:
        return shape
    width, height = size(text)
    across = _between(partial(_column_pixels, sheet), numbers[0], numbers[1], numbers[4], numbers[5])
    down = _between(partial(_row_pixels, sheet), numbers[2], numbers[3], numbers[6], numbers[7])
    if across >= width * _PIXELS and down >= height * _PIXELS:
        return shape
    old_anchor = b' alt="selfeval-box:%s"' % b", ".join(b"%d" % number for number in numbers)
    return _ANCHOR.sub(
        lambda match: match[1] + anchor(sheet, row, column, width, height).encode() + match[3], shape
    ).replace(b"<v:shape", b"<v:shape" + old_anchor, 1)


def as_before(shape: bytes) -> bytes:
    """The shape with the anchor that it had before it was enlarged."""
    old_anchor = _OLD_ANCHOR.search(shape)
    if old_anchor is None:
        return shape
    return _ANCHOR.sub(
        lambda match: match[1] + old_anchor[1] + match[3], shape.replace(old_anchor[0], b"", 1)
    )


def _column_pixels(sheet: Worksheet, column: int) -> int:
    width = sheet.width(column)
    return round(width * 7 + 5) if width else 0


def _row_pixels(sheet: Worksheet, row: int) -> int:
    return round(sheet.height(row) * _PIXELS)


def _reached(extent: Callable[[int], int], first: int, pixels: int) -> tuple[int, int]:
    """The column or row that lies this many pixels behind the start of the first, and the pixels inside it.

    extent: the pixels of a column or row.
    """
    number = first
    while (here := extent(number)) < pixels and number < first + _MOST_STEPS:
        pixels -= here
        number += 1
    return number, pixels


def _between(extent: Callable[[int], int], first: int, start: int, last: int, end: int) -> int:
    """The pixels from `start` inside the first column or row to `end` inside the last."""
    return sum(extent(number) for number in range(first, min(last, first + _MOST_STEPS))) - start + end
