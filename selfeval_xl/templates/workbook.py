"""Drawings as a workbook: merged cells, widths, page set-up and the hidden settings. Written with XlsxWriter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..edits import Formula
from ..errors import OutputError
from ..sheets import SETTINGS
from .entry_help import add_help
from .frame import Cell, Drawing
from .heights import SIZES, font_size, pages_tall, row_heights
from .looks import Pen

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

NOTE = {"author": "财政局", "font_name": "宋体", "font_size": 9, "x_scale": 1.6, "y_scale": 0.9}
FREE = {name: True for name in ("objects", "scenarios", "format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "insert_hyperlinks")}
BUILT = datetime(2024, 1, 1)              # one date for every build, so that two builds are byte-equal


def write_book(out: str | Path, sheets: Sequence[tuple[str, Drawing]], settings: Mapping[str, str], protect: bool = False) -> None:
    """Writes a department workbook: the forms, and the very hidden sheet of settings. OutputError where that is not possible.

    protect: locked cells cannot be changed; no password, and formats, rows and drawings stay free.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    target = Path(out)
    place = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, place = tempfile.mkstemp(suffix=".xlsx", dir=target.parent)
        os.close(handle)
        os.chmod(place, 0o644)            # mkstemp makes files that nobody else may read
        book = xlsxwriter.Workbook(place, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        book.set_properties({"title": sheets[0][0], "created": BUILT})
        pen = Pen(book)
        for name, drawing in sheets:
            sheet = book.add_worksheet(name)
            draw_sheet(sheet, drawing, pen)
            if protect:
                sheet.protect("", FREE)
        _write_settings(book, settings)
        book.close()
        os.replace(place, target)
    except (OSError, XlsxWriterException) as error:
        if place and os.path.exists(place):
            os.unlink(place)
        raise OutputError(f"写不了“{target}”：{error}。请确认文件没有被打开、文件夹可写、磁盘有空间。") from error


def draw_sheet(sheet: Worksheet, drawing: Drawing, pen: Pen) -> None:
    """All cells of a drawing, widths, heights, help while typing, and the print set-up."""
    for column, width in enumerate(drawing.widths):
        sheet.set_column(column, column, width)
    for cell in drawing.cells:
        size = font_size(cell, sum(drawing.widths[cell.area.left: cell.area.right + 1]))
        _write(sheet, cell, pen.look(cell.look, cell.entry, size if size < SIZES[0] else None))
    heights = row_heights(drawing.cells, drawing.widths)
    for row, height in heights.items():
        sheet.set_row(row, height)
    add_help(sheet, drawing.cells)
    for (row, column), text in drawing.notes.items():
        sheet.write_comment(row, column, text, NOTE)
    _set_up_page(sheet, drawing, heights)


def _write(sheet: Worksheet, cell: Cell, look: Format) -> None:
    area, value = cell.area, cell.value
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


def _set_up_page(sheet: Worksheet, drawing: Drawing, heights: Mapping[int, float]) -> None:
    """A4, one page wide, the title on each page, page numbers; tints do not reach paper."""
    sheet.set_paper(9)
    landscape = drawing.orientation == "landscape"
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, pages_tall(heights, drawing.widths, landscape))
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.repeat_rows(0, drawing.title)
    sheet.print_black_and_white()
    sheet.print_area(0, 0, max(heights), len(drawing.widths) - 1)
    sheet.set_footer("&C&9第 &P 页 共 &N 页")
    sheet.hide_gridlines(2)


def _write_settings(book: Workbook, settings: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(SETTINGS)
    for row, (key, value) in enumerate(settings.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
