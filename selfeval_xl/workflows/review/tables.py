"""A plain table on a worksheet, for the list of the sample and for the summary of the papers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from selfeval_xl.county.sheets.columns import Column
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.row_xml import clean
from selfeval_xl.templates.heights import lines_needed

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


class Live(NamedTuple):
    """A formula without its `=`, and its value now."""

    text: str
    value: Decimal | str | int | None


_LINE, _MOST = 13.5, 400.0  # points
Value = str | int | Decimal | Live | None


def write_table(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    formats: Formats,
    frozen: int = 0,
    printed: int = 0,
) -> None:
    """Writes head and rows with a frozen head, a filter, and A4 across, one page wide.

    printed: how many columns come on paper; 0 for all.
    """
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.label, formats.head())
        look = formats.column(column.format)
        for line, row in enumerate(rows, 1):
            write_cell(sheet, line, place, row[place], look)
    sheet.set_row(0, 30)
    for line, row in enumerate(rows, 1):
        sheet.set_row(line, _height(columns, row))
    if printed:
        sheet.print_area(0, 0, max(len(rows), 1), printed - 1)
    sheet.freeze_panes(1, frozen)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    print_across(sheet)


def _height(columns: Sequence[Column], row: Sequence[Value]) -> float:
    """The height of a row in points, for its longest text."""
    lines = (
        lines_needed(value, column.width)
        for column, value in zip(columns, row, strict=True)
        if isinstance(value, str) and column.format == "wrap"
    )
    return min(_MOST, max(lines, default=1) * _LINE + 4)


def print_across(sheet: Worksheet) -> None:
    """Sets the print: A4 across, one page wide, the head on each page, without tints."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.print_black_and_white()
    sheet.set_footer("&L&9打印日期：&D&R&9第&P页 共&N页")


def write_cell(sheet: Worksheet, line: int, place: int, value: Value, look: Format) -> None:
    """Writes one cell; a text is never taken for a formula."""
    if isinstance(value, Live):
        now = value.value
        sheet.write_formula(
            line, place, f"={value.text}", look, "" if now is None else float(now) if _is_number(now) else now
        )
    elif value is None or value == "":
        sheet.write_blank(line, place, None, look)
    elif isinstance(value, str):
        sheet.write_string(line, place, clean(value), look)
    else:
        sheet.write_number(line, place, float(value), look)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal))
