"""How large the box of a note has to be for its text, and where it lies: Excel's own box cuts long notes off.

A person's note that ours is put behind gets a larger box; how it lay before is kept in the shape's
alternative text.
"""

from __future__ import annotations

import re

from .worksheet import Worksheet, lines_needed

# Narrow characters a line, width in points; the second where the first would get higher than a screen.
WIDTHS = ((40, 240), (70, 400))
MOST_LINES = 30
LINE, MARGIN = 14, 10  # points
_PIXELS = 4 / 3  # of a point
_LEFT, _TOP = 12, 6  # pixels from the corner of the cell right above
_ANCHOR = re.compile(rb"(<x:Anchor>\s*)([\d,\s]*?)(\s*</x:Anchor>)")
_KEPT = re.compile(rb' alt="selfeval-box:([\d, ]*)"')


def size(text: str) -> tuple[int, int]:
    """Width and height in points of a box that shows all of the text."""
    for letters, width in WIDTHS:
        lines = lines_needed(text, letters)
        if lines <= MOST_LINES:
            break
    return width, lines * LINE + MARGIN


def anchor(sheet: Worksheet, row: int, column: int, width: int, height: int) -> str:
    """Where a box of this size lies right of a cell: column, pixels, row, pixels of its corners, as a drawing
    says it.
    """
    top = max(row - 1, 0)
    right, left_over = _reached(
        lambda at: _column_pixels(sheet, at), column + 1, _LEFT + round(width * _PIXELS)
    )
    bottom, rest = _reached(lambda at: round(sheet.height(at) * _PIXELS), top, _TOP + round(height * _PIXELS))
    return f"{column + 1}, {_LEFT}, {top}, {_TOP}, {right}, {left_over}, {bottom}, {rest}"


def enlarged(shape: bytes, sheet: Worksheet, row: int, column: int, text: str) -> bytes:
    """The shape with room for the text; as it is where it has that already or says nothing of its place."""
    found = _ANCHOR.search(shape)
    numbers = [int(number) for number in re.findall(rb"\d+", found[2])] if found else []
    if len(numbers) != 8 or _KEPT.search(shape) or b" alt=" in shape.partition(b">")[0]:
        return shape
    width, height = size(text)
    across = _between(lambda at: _column_pixels(sheet, at), numbers[0], numbers[1], numbers[4], numbers[5])
    down = _between(
        lambda at: round(sheet.height(at) * _PIXELS), numbers[2], numbers[3], numbers[6], numbers[7]
    )
    if across >= width * _PIXELS and down >= height * _PIXELS:
        return shape
    kept = b' alt="selfeval-box:%s"' % b", ".join(b"%d" % number for number in numbers)
    return _ANCHOR.sub(
        lambda match: match[1] + anchor(sheet, row, column, width, height).encode() + match[3], shape
    ).replace(b"<v:shape", b"<v:shape" + kept, 1)


def as_before(shape: bytes) -> bytes:
    """The shape as it lay before it was enlarged."""
    kept = _KEPT.search(shape)
    if kept is None:
        return shape
    return _ANCHOR.sub(lambda match: match[1] + kept[1] + match[3], shape.replace(kept[0], b"", 1))


def _column_pixels(sheet: Worksheet, column: int) -> int:
    width = sheet.width(column)
    return round(width * 7 + 5) if width else 0


def _reached(extent, first: int, pixels: int) -> tuple[int, int]:
    """The column or row in which this many pixels from the beginning of the first end, and how far into it."""
    at = first
    while (here := extent(at)) < pixels and at < first + 500:
        pixels -= here
        at += 1
    return at, pixels


def _between(extent, first: int, start: int, last: int, end: int) -> int:
    return sum(extent(at) for at in range(first, min(last, first + 500))) - start + end
