"""Drawings written as a workbook with XlsxWriter: cells, widths, page set-up and the hidden settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.files import make_folder, write_out
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.sheet_names import LISTS, SETTINGS
from selfeval_xl.templates.cell_styles import NORMAL, Pen
from selfeval_xl.templates.conditional_formats import add_signals, signals
from selfeval_xl.templates.drawing import Drawing, DrawnCell
from selfeval_xl.templates.entry_help import add_help
from selfeval_xl.templates.heights import SIZES, font_size, row_heights
from selfeval_xl.templates.lists import Levels
from selfeval_xl.templates.stage_signals import stage_signals

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MARK = "＿＿"  # placeholder in the footer; 生成报送件 writes number and code there
_ALLOWED = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "objects": True,
    "scenarios": True,
    "sort": True,
    "autofilter": True,
}
NOTE = {"author": "财政局", "font_name": "宋体", "font_size": 9, "x_scale": 1.6, "y_scale": 0.9}
BUILT = datetime(2024, 1, 1)  # one date for every build, so that two builds are byte-equal


class Shown(str):
    """A text as the cached value of a formula.

    XlsxWriter writes no type for an empty text, as if the value were unknown; here it is known to be empty.
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return bool(self) and str.__eq__(self, other)


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet to write. levels: where the lists for its level cells stand. hidden: until it is needed."""

    name: str
    drawing: Drawing
    levels: Levels | None = None
    hidden: bool = False


def write_book(
    out: str | Path,
    pages: Sequence[Page],
    settings: Mapping[str, str],
    lists: Sequence[Sequence[str | Decimal]] = (),
    protect: bool = False,
) -> None:
    """Writes a department workbook: the pages, the hidden lists, and the very hidden sheet of settings.

    lists: the columns of 指标库, no such sheet without them. protect: sheets are protected without a
    password; formats, rows and objects may be changed all the same. Raises OutputError where writing is not
    possible.
    """
    import xlsxwriter

    def write(temporary: str) -> None:
        book = xlsxwriter.Workbook(
            temporary,
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": NORMAL,
            },
        )
        book.set_properties({"title": pages[0].name, "created": BUILT})
        pen = Pen(book)
        for page in pages:
            sheet = book.add_worksheet(page.name, plain_sheet())
            draw_sheet(sheet, page.drawing, pen, page.levels)
            if page.drawing.live:
                found = signals if page.drawing.is_judged else stage_signals
                add_signals(book, sheet, found(page.drawing))
            if protect:
                sheet.protect("", _ALLOWED)
            if page.hidden:
                sheet.hide()
        if lists:
            _write_lists(book, lists)
        _write_settings(book, settings)
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise error.args[0] from error  # the system's error, of which it is made

    target = Path(out)
    make_folder(target.parent)
    write_out(target, write)


@cache
def plain_sheet() -> type[Worksheet]:
    """A worksheet class that takes formulas as they are, and whose rows may grow.

    XlsxWriter looks for thirty functions newer than Excel 2010 in each formula, which takes half of the time
    of a workbook.
    """
    from xlsxwriter.worksheet import Worksheet

    class PlainSheet(Worksheet):
        growing: range = range(0)  # rows that grow with their text, counted from 0

        def _xml_start_tag_unencoded(self, tag: str, attributes: list) -> None:
            if tag == "row" and dict(attributes)["r"] - 1 in self.growing:
                attributes = [(key, value) for key, value in attributes if key != "customHeight"]
            super()._xml_start_tag_unencoded(tag, attributes)

        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return PlainSheet


def draw_sheet(sheet: Worksheet, drawing: Drawing, pen: Pen, levels: Levels | None = None) -> None:
    """Writes all cells of a drawing, widths, heights, help while typing, and the print set-up."""
    for column, width in enumerate(drawing.widths):
        sheet.set_column(column, column, width)
    for cell in drawing.cells:
        size = font_size(cell, sum(drawing.widths[cell.area.left : cell.area.right + 1]))
        _write(sheet, cell, pen.look(cell.look, cell.entry, size if size < SIZES[0] else None))
    for cell in drawing.beside:
        _write(sheet, cell, pen.look(cell.look, cell.entry))
    heights = row_heights(drawing.cells, drawing.widths)
    for row, height in heights.items():
        sheet.set_row(row, height, None, {"hidden": True} if row in drawing.hidden else {})
    sheet.growing = drawing.growing
    if drawing.frozen:
        sheet.freeze_panes(drawing.frozen, 0)
    _set_beside(sheet, drawing)
    add_help(sheet, drawing.cells, levels, drawing.money_unit, drawing.stage)
    for (row, column), text in drawing.notes.items():
        sheet.write_comment(row, column, text, NOTE)
    _set_up_page(sheet, drawing, heights)


def _set_beside(sheet: Worksheet, drawing: Drawing) -> None:
    for column, width in drawing.beside_widths.items():
        sheet.set_column(column, column, width)
    if drawing.hidden_columns:
        sheet.set_column(
            drawing.hidden_columns.start, drawing.hidden_columns.stop - 1, 9, None, {"hidden": True}
        )


def _write(sheet: Worksheet, cell: DrawnCell, look: Format) -> None:
    area, value = cell.area, cell.value
    if area.top != area.bottom or area.left != area.right:
        sheet.merge_range(area.top, area.left, area.bottom, area.right, "", look)
    if isinstance(value, Formula):
        cached = float(value.value) if isinstance(value.value, Decimal) else Shown(value.value)
        sheet.write_formula(area.top, area.left, f"={value.text}", look, cached)
    elif isinstance(value, Decimal):
        sheet.write_number(area.top, area.left, float(value), look)
    elif value in (None, ""):
        sheet.write_blank(area.top, area.left, None, look)
    else:
        sheet.write_string(area.top, area.left, str(value), look)


def _set_up_page(sheet: Worksheet, drawing: Drawing, heights: Mapping[int, float]) -> None:
    """Sets the page to A4, one page wide, heads and numbers on each page, no tints on paper."""
    sheet.set_paper(9)
    landscape = drawing.orientation == "landscape"
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)  # a form that is a little longer takes a second page and stays readable
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.repeat_rows(*(drawing.head or (0, drawing.title)))
    sheet.print_black_and_white()
    sheet.print_area(0, 0, max(heights), len(drawing.widths) - 1)
    sheet.set_footer(f"&L&9报送序号 {MARK}　校验码 {MARK}&C&9第 &P 页 共 &N 页&R&9打印时间 &D &T")
    sheet.hide_gridlines(2)


def _write_lists(book: Workbook, lists: Sequence[Sequence[str | Decimal]]) -> None:
    sheet = book.add_worksheet(LISTS)
    for column, values in enumerate(lists):
        for row, value in enumerate(values):
            if isinstance(value, Decimal):
                sheet.write_number(row, column, float(value))
            else:
                sheet.write_string(row, column, value)
    sheet.hide()


def _write_settings(book: Workbook, settings: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(SETTINGS)
    for row, (key, value) in enumerate(settings.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
