"""A drawing as a worksheet: merged cells, borders, fonts and widths like the printed form. Written with XlsxWriter."""

from __future__ import annotations

import math
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..edits import Formula
from ..errors import OutputError
from ..grid import a1
from ..layouts import Layout
from ..sheets import SETTINGS
from .frame import Cell, Drawing

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BODY, TITLE = "宋体", "黑体"
TINT = "#FFF8E1"                          # cells to fill in; does not print
BUILT = datetime(2024, 1, 1)              # one date for every build, so that two builds are byte-equal
_LINE, _LEAST = 15.0, 21.0                # points

_LOOKS: dict[str, dict] = {
    "title": {"font_name": TITLE, "font_size": 18, "align": "center", "border": 0},
    "subtitle": {"font_size": 11, "align": "center", "border": 0},
    "signature": {"font_size": 10, "align": "left", "border": 0},
    "label": {"align": "center"},
    "head": {"align": "center"},
    "text": {"align": "left", "num_format": "@"},
    "name": {"align": "left", "num_format": "@"},
    "note": {"align": "left", "num_format": "@"},
    "long": {"align": "left", "num_format": "@", "valign": "vcenter"},
    "target": {"align": "center", "num_format": "@"},
    "choice": {"align": "center"},
    "money": {"align": "right", "num_format": "#,##0.00"},
    "number": {"align": "center", "num_format": "0.##"},
    "percent": {"align": "center", "num_format": "0.00%"},
}


class Pen:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.formats: dict[tuple[str, bool], Format] = {}

    def look(self, name: str, entry: bool) -> Format:
        if (name, entry) not in self.formats:
            told = {"font_name": BODY, "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1, "locked": not entry, **_LOOKS[name]}
            if entry:
                told |= {"bg_color": TINT}
            self.formats[name, entry] = self.book.add_format(told)
        return self.formats[name, entry]


def write_book(out: str | Path, sheets: Sequence[tuple[str, Drawing]], settings: Mapping[str, str]) -> None:
    """Writes a department workbook: the forms, and the very hidden sheet of settings. OutputError where that is not possible."""
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    target = Path(out)
    place = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, place = tempfile.mkstemp(suffix=".xlsx", dir=target.parent)
        os.close(handle)
        book = xlsxwriter.Workbook(place, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        book.set_properties({"title": sheets[0][0], "created": BUILT})
        pen = Pen(book)
        for name, drawing in sheets:
            draw_sheet(book.add_worksheet(name), drawing, pen)
        _write_settings(book, settings)
        book.close()
        os.replace(place, target)
    except (OSError, XlsxWriterException) as error:
        if place and os.path.exists(place):
            os.unlink(place)
        raise OutputError(f"写不了“{target}”：{error}。请确认文件没有被打开、文件夹可写、磁盘有空间。") from error


def draw_sheet(sheet: Worksheet, drawing: Drawing, pen: Pen) -> None:
    """All cells of a drawing, widths, heights and the print set-up."""
    layout = drawing.layout
    for column, width in enumerate(layout.widths):
        sheet.set_column(column, column, width)
    for cell in drawing.cells:
        _write(sheet, cell, pen)
    for row, height in _heights(drawing.cells, layout).items():
        sheet.set_row(row, height)
    _set_up_page(sheet, drawing)


def _write(sheet: Worksheet, cell: Cell, pen: Pen) -> None:
    look, area, value = pen.look(cell.look, cell.entry), cell.area, cell.value
    if area.top != area.bottom or area.left != area.right:
        sheet.merge_range(area.top, area.left, area.bottom, area.right, "", look)
    if isinstance(value, Formula):
        cached = float(value.value) if isinstance(value.value, Decimal) else value.value
        sheet.write_formula(area.top, area.left, f"={value.text}", look, cached)
    elif isinstance(value, Decimal):
        sheet.write_number(area.top, area.left, float(value), look)
    elif value in (None, ""):
        sheet.write_blank(area.top, area.left, None, look)
    else:
        sheet.write_string(area.top, area.left, str(value), look)


def text_width(text: str) -> int:
    """Width in half-width characters of the longest line."""
    return max((sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line) for line in text.split("\n")), default=0)


def lines_needed(text: str, width: float) -> int:
    """How many printed lines a text takes in a cell of this width in characters."""
    return sum(max(1, math.ceil(text_width(line) * 1.05 / max(width - 1, 1))) for line in text.split("\n"))


def _heights(cells: Iterable[Cell], layout: Layout) -> dict[int, float]:
    """Row heights for the texts: merged cells do not fit their height by themselves. Long texts over several rows share them."""
    heights: dict[int, float] = {}
    tall: list[tuple[Cell, float]] = []
    for cell in cells:
        rows = cell.area.bottom - cell.area.top + 1
        width = sum(layout.widths[cell.area.left: cell.area.right + 1])
        text = cell.value if isinstance(cell.value, str) else ""
        needed = lines_needed(text, width) * _LINE + 6 if text else _LEAST
        if cell.look == "title":
            needed = 34.0
        elif cell.look == "long" and cell.entry and not text:
            needed = 48.0 if cell.key.startswith("goal") else 30.0
        if rows == 1:
            heights[cell.area.top] = max(heights.get(cell.area.top, _LEAST), needed)
        else:
            tall.append((cell, needed))
    for cell, needed in tall:
        span = range(cell.area.top, cell.area.bottom + 1)
        have = sum(heights.get(row, _LEAST) for row in span)
        if have < needed:
            for row in span:
                heights[row] = heights.get(row, _LEAST) + (needed - have) / len(span)
    return {row: min(height, 409.0) for row, height in heights.items()}


def _set_up_page(sheet: Worksheet, drawing: Drawing) -> None:
    """A4, one page wide, the title on each page, page numbers; tints do not reach paper."""
    layout = drawing.layout
    sheet.set_paper(9)
    if layout.orientation == "landscape":
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.repeat_rows(0)
    sheet.print_black_and_white()
    bottom = drawing.bottom + (1 if layout.signature else 0)
    sheet.print_area(0, 0, bottom, len(layout.widths) - 1)
    sheet.set_footer("&C&9第 &P 页 共 &N 页")
    sheet.hide_gridlines(2)


def _write_settings(book: Workbook, settings: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(SETTINGS)
    for row, (key, value) in enumerate(settings.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()


def cell_name(cell: Cell) -> str:
    return a1(cell.area.top, cell.area.left)
