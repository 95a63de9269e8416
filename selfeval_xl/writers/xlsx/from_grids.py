"""Writing of Grids as a new xlsx, for files that cannot be patched: xls, xlsb, ods and Word tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.model.display.cell import is_date_format
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.writers.xlsx.worksheet import LONGEST_TEXT, lines_needed, shown_width

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST = 8, 36
_LINE = 15.0  # points
_TALLEST = 400.0
_A4 = 9


def sheet_names(grids: Iterable[Grid]) -> list[str]:
    """A sheet name that Excel accepts for each Grid, in order: the Grid's own where possible, none twice."""
    names: list[str] = []
    for grid in grids:
        plain = _NOT_IN_NAMES.sub("_", grid.name).strip("'")[:_LONGEST_NAME] or "表"
        name, number = plain, 1
        while name.lower() in (taken.lower() for taken in names):
            number += 1
            tail = f"_{number}"
            name = plain[: _LONGEST_NAME - len(tail)] + tail
        names.append(name)
    return names


def write(grids: list[Grid], out: str | Path, widths: Sequence[Sequence[float]] = ()) -> dict[str, str]:
    """Writes the Grids as sheets of a new xlsx: values, merges, borders, fitting heights, one page wide.

    What was hidden stays hidden.

    widths: of the columns of each sheet in characters; by default they fit the texts. Returns the sheet's
    name for each Grid's name. Text stays text, also where it begins with an equals sign. Raises OSError
    where `out` cannot be written.
    """
    from xlsxwriter import Workbook

    names = sheet_names(grids)
    book = Workbook(
        str(out), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = _Formats(book)
    for number, (name, grid) in enumerate(zip(names, grids)):
        sheet = book.add_worksheet(name)
        if not grid.visible and any(other.visible for other in grids) and name != names[0]:
            sheet.hide()
        chosen = list(widths[number]) if number < len(widths) else []
        _set_up(sheet, grid, chosen or _widths(grid))
        _fill(sheet, grid, formats)
    if not grids:
        book.add_worksheet()
    book.close()
    return {grid.name: name for grid, name in zip(grids, names)}


class _Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool, bool], Format] = {}

    def get(self, number_format: str, framed: bool, title: bool = False) -> Format:
        """The format of cells with this number format, with or without a frame."""
        key = (number_format, framed, title)
        if key not in self._made:
            look: dict[str, object] = {
                "text_wrap": True,
                "valign": "vcenter",
                "font_name": "宋体",
                "font_size": 14 if title else 11,
                "num_format": number_format,
            }
            look |= {"border": 1} if framed else {}
            look |= {"bold": True, "align": "center"} if title else {}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def _set_up(sheet: Worksheet, grid: Grid, widths: list[float]) -> None:
    """Sets widths, heights and the page of a sheet."""
    rows, columns = grid.hidden() if grid.hidden else (frozenset[int](), frozenset[int]())
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, None, {"hidden": column in columns})
    for row in range(grid.height):
        sheet.set_row(row, _height(grid, row, widths), None, {"hidden": row in rows})
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    if sum(width for column, width in enumerate(widths) if column not in columns) > 110:
        sheet.set_landscape()
    sheet.set_margins(0.5, 0.5, 0.7, 0.7)
    if grid.caption:
        sheet.set_header(f"&C{grid.caption.replace('&', '&&')[:200]}")
    if grid.height:
        sheet.print_area(0, 0, grid.height - 1, max(len(widths) - 1, 0))


def _columns(grid: Grid) -> int:
    """The number of columns that values and merged areas take."""
    return max([grid.width, *(area.right + 1 for area in grid.merges)])


def _widths(grid: Grid) -> list[float]:
    """A width for each column from its texts; that of a merged text is shared out."""
    wanted = [float(_NARROWEST)] * _columns(grid)
    for row in range(grid.height):
        for column in range(grid.width):
            area = grid.area(row, column)
            if (area.top, area.left) != (row, column):
                continue
            text = grid.text(row, column)
            span = area.right - area.left + 1
            each = max((shown_width(line) for line in text.split("\n")), default=0) / span + 2
            for at in range(area.left, area.right + 1):
                wanted[at] = max(wanted[at], min(each, _WIDEST / (1 if span == 1 else 2)))
    return wanted


def _height(grid: Grid, row: int, widths: list[float]) -> float:
    """A height in points that is enough for the texts that end in this row."""
    needed = 1.0
    for column in range(len(widths)):
        area = grid.area(row, column)
        if area.left == column and area.bottom == row:
            text = grid.text(area.top, area.left)
            lines = lines_needed(text, sum(widths[area.left : area.right + 1])) if text else 1
            needed = max(needed, lines - (area.bottom - area.top))
    return min(needed * _LINE + 4, _TALLEST)


def _fill(sheet: Worksheet, grid: Grid, formats: _Formats) -> None:
    """Writes values and frames; a row with a single value that spans the sheet is a title without a frame."""
    width = _columns(grid)
    for area in grid.merges:
        sheet.merge_range(
            area.top,
            area.left,
            area.bottom,
            area.right,
            None,
            formats.get("General", not _alone(grid, area.top)),
        )
    for row in range(grid.height):
        framed = not _alone(grid, row)
        if framed and not any(_in_use(grid, row, column) for column in range(width)):
            continue
        for column in range(width):
            area = grid.area(row, column)
            if (area.top, area.left) == (row, column):
                _value(sheet, grid, row, column, formats, framed)


def _in_use(grid: Grid, row: int, column: int) -> bool:
    """Whether a cell is merged or has a value."""
    area = grid.area(row, column)
    return area.bottom > area.top or area.right > area.left or grid.value(row, column) not in (None, "")


def _alone(grid: Grid, row: int) -> bool:
    """Whether a row has a single value that spans the sheet."""
    filled = [column for column in range(grid.width) if grid.value(row, column) not in (None, "")]
    if len(filled) != 1:
        return False
    area: Area = grid.area(row, filled[0])
    return area.left == 0 and (area.right >= grid.width - 1 or area.right == 0) and area.bottom == area.top


def _value(sheet: Worksheet, grid: Grid, row: int, column: int, formats: _Formats, framed: bool) -> None:
    """Writes one cell."""
    value = grid.value(row, column)
    if value in (None, ""):
        sheet.write_blank(row, column, None, formats.get("General", framed))
    elif isinstance(value, str):
        text_format = "@" if value.lstrip()[:1] in tuple("=+-@") else "General"
        sheet.write_string(
            row, column, value[:LONGEST_TEXT], formats.get(text_format, framed, title=row == 0 and not framed)
        )
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, formats.get("General", framed))
    elif isinstance(value, (int, float)):
        sheet.write_number(
            row, column, value, formats.get(grid.number_format(row, column) or "General", framed)
        )
    elif isinstance(value, (datetime, date)):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        shown = grid.number_format(row, column) or ""
        date_format = shown if is_date_format(shown) else 'yyyy"年"m"月"d"日"'
        sheet.write_datetime(row, column, moment, formats.get(date_format, framed))
    else:
        sheet.write_string(row, column, str(value), formats.get("General", framed))
