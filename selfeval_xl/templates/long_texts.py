"""Which rows hold more text than their height shows, as a formula.

A merged cell does not grow with its text, and no formula knows how high a row is. So the formula goes by the
height that the row was made with: it says where to look before printing, not that something is wrong.
"""

from __future__ import annotations

import math

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.templates.drawing import Drawing, plain
from selfeval_xl.templates.heights import SIZES, font_size, line_width, row_heights

_TYPED = ("text", "long")  # looks of cells that a person writes sentences into
_LINE = 14.0  # points that a line of the usual size takes at least
_NARROW = "0123456789.,%() -"  # half as wide as a Chinese letter


def long_rows(drawing: Drawing) -> tuple[str, str]:
    """A formula for the numbers of the rows to look at, joined by 、, and what it gives now.

    Rows of indicators grow with their texts; the others have merged cells.
    """
    heights = row_heights(drawing.cells, drawing.widths)
    conditions: dict[int, list[str]] = {}
    long: set[int] = set()
    for cell in drawing.cells:
        top, bottom = cell.area.top, cell.area.bottom
        if not cell.entry or cell.look not in _TYPED or top in drawing.growing:
            continue
        width = sum(drawing.widths[cell.area.left : cell.area.right + 1])
        scale = font_size(cell, width) / SIZES[0]
        lines = math.floor(sum(heights[row] for row in range(top, bottom + 1)) / (_LINE * scale))
        in_a_line = round(line_width(cell, width) / scale, 1)
        conditions.setdefault(top, []).append(_is_long(a1(top, cell.area.left), lines, in_a_line))
        text = str(plain(cell.value) or "")
        if _width(text) > in_a_line * (lines - text.count("\n")):
            long.add(top)
    if not conditions:
        return '""', ""
    parts = [f'IF({"+".join(found)}>0,"、"&ROW($A{row + 1}),"")' for row, found in conditions.items()]
    return f"MID({'&'.join(parts)},2,99)", "、".join(str(row + 1) for row in conditions if row in long)


def _is_long(where: str, lines: int, in_a_line: float) -> str:
    """A formula that is 1 where the text of a cell takes more lines than these."""
    narrow = ",".join(f'"{letter}"' for letter in _NARROW)
    counted = f'SUMPRODUCT(LEN({where})-LEN(SUBSTITUTE({where},{{{narrow}}},"")))'
    breaks = f'LEN({where})-LEN(SUBSTITUTE({where},CHAR(10),""))'
    return f"IF(2*LEN({where})-{counted}>{in_a_line}*({lines}-({breaks})),1,0)"


def _width(text: str) -> int:
    """The width of a text in half-width letters, as the formula counts it."""
    return 2 * len(text) - sum(text.count(letter) for letter in _NARROW)


def told(rows: Formula) -> Formula:
    """A formula for the sentence about these rows; blank without any."""
    shown = f"第{rows.value}行字多" if rows.value else ""
    return Formula(f'IF(LEN({rows.text})=0,"","第"&{rows.text}&"行字多")', shown)
