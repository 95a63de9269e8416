"""Excel's old xls (and WPS's old et): values through calamine, the rest from the records themselves."""

from __future__ import annotations

import struct
from functools import partial
from io import BytesIO

from ..errors import UnreadableFile
from ..forms import Problem
from ..grid import Grid
from .biff import BookRecords, SheetRecords, scan, tamed
from .cells import (
    TOO_MANY_MERGES,
    TOO_MANY_VALUES,
    clean,
    far_text,
    filled,
    merged,
    put,
    trimmed,
    within_limits,
)
from .guard import DAMAGED, MAX_CELLS, MAX_VALUES
from .ole import packed
from .opened import open_calamine, sheet_values, worksheets

_XLRD_STUMBLES = (
    AssertionError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
)  # over damaged records


def read_xls(name: str, stream: bytes) -> tuple[list[Grid], list[Problem], BookRecords]:
    """Every sheet as a Grid. stream: the file's workbook stream of this name (Workbook, or Book before 1997).

    The libraries get a file with this stream alone. UnreadableFile when it is damaged.
    """
    book = scan(stream)
    problems: list[Problem] = []
    if book.encrypted:
        return [], problems, book
    if book.lying:
        raise UnreadableFile(DAMAGED)
    data = packed(name, tamed(stream, book))
    if any(
        sheet.bottom * sheet.right > MAX_CELLS or sheet.count > MAX_VALUES for sheet in book.sheets.values()
    ):
        return _through_xlrd(data, book, problems), problems, book
    with open_calamine(BytesIO(data)) as opened:
        grids = []
        for number, sheet in worksheets(opened):
            known = book.sheets.get(sheet, SheetRecords())
            values, corners = sheet_values(opened, number)
            rows = trimmed(values)
            for place, text in known.errors.items():
                put(rows, place, text)
            grids.append(_grid(sheet, rows, corners, known, book, problems))
    return grids, problems, book


def _grid(
    name: str, rows: list, corners: list, known: SheetRecords, book: BookRecords, problems: list[Problem]
) -> Grid:
    areas, left_out = merged(corners, rows)
    if left_out:
        problems.append(Problem(TOO_MANY_MERGES, sheet=name, rule="T01"))
    return Grid(
        name,
        rows,
        areas,
        known.visible,
        formats=partial(book.formats_of, name),
        hidden=lambda: (frozenset(known.hidden_rows), frozenset(known.hidden_columns)),
        errors=lambda: known.errors,
    )


def _through_xlrd(data: bytes, book: BookRecords, problems: list[Problem]) -> list[Grid]:
    """Sheets with a value far away: xlrd keeps rows as long as they are, calamine would make room for the
    whole rectangle.
    """
    import xlrd
    from xlrd.compdoc import CompDocError
    from xlrd.xldate import XLDateError, xldate_as_datetime

    try:
        opened = xlrd.open_workbook(file_contents=data, ragged_rows=True, logfile=_Silent())
    except (xlrd.XLRDError, CompDocError, struct.error, *_XLRD_STUMBLES) as error:
        raise UnreadableFile(DAMAGED) from error
    grids = []
    for sheet in opened.sheets():
        known = book.sheets.get(sheet.name, SheetRecords())
        values = {}
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                value = cell.value
                if cell.ctype == xlrd.XL_CELL_DATE:
                    try:
                        moment = xldate_as_datetime(value, opened.datemode)
                        value = moment if value % 1 else moment.date()
                    except (XLDateError, OverflowError, ValueError):
                        value = cell.value
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    value = bool(value)
                elif cell.ctype == xlrd.XL_CELL_ERROR:
                    value = known.errors.get((row, column), "#N/A")
                value = clean(value)
                if value is not None and len(values) < MAX_VALUES:
                    values[row, column] = value
        if len(values) == MAX_VALUES:
            problems.append(Problem(TOO_MANY_VALUES, sheet=sheet.name, rule="T01"))
        far = within_limits(values)
        if far:
            problems.append(Problem(far_text(far), sheet=sheet.name, rule="T01"))
        corners = [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells]
        grids.append(_grid(sheet.name, filled(values), corners, known, book, problems))
    return grids


class _Silent:
    """xlrd writes remarks about odd files somewhere; nobody reads them here."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""
