"""Reading of Excel's old xls (and WPS's et): values by calamine, everything else from the records."""

from __future__ import annotations

import struct
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid, Value
from selfeval_xl.readers.formats.calamine import Corners, open_calamine, sheet_values, worksheets
from selfeval_xl.readers.formats.compound_file import packed
from selfeval_xl.readers.formats.grid_values import (
    TOO_MANY_MERGES,
    TOO_MANY_VALUES,
    Place,
    RawValue,
    clean,
    far_text,
    filled,
    merged,
    put,
    trimmed,
    within_limits,
)
from selfeval_xl.readers.formats.guard import DAMAGED, MAX_CELLS, MAX_VALUES
from selfeval_xl.readers.formats.xls_records import BookRecords, SheetRecords, scan, tamed

if TYPE_CHECKING:
    from datetime import datetime

    from xlrd.sheet import Cell

_DATE, _BOOLEAN, _ERROR = 3, 4, 5  # xlrd's XL_CELL_DATE and so on; xlrd itself is imported only when needed
# Exceptions that xlrd raises on damaged records.
_XLRD_ERRORS = (
    AssertionError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
)


def read_xls(name: str, stream: bytes) -> tuple[list[Grid], list[Problem], BookRecords]:
    """Every sheet as a Grid, the problems, and the workbook's records.

    stream: the file's workbook stream of this name (Workbook, or Book before 1997); the libraries get a file
    with this stream alone. Raises UnreadableFile when it is damaged.
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
            records = book.sheets.get(sheet, SheetRecords())
            values, corners = sheet_values(opened, number)
            rows = trimmed(values)
            for place, text in records.errors.items():
                put(rows, place, text)
            grids.append(_grid(sheet, rows, corners, records, book, problems))
    return grids, problems, book


def _grid(
    name: str,
    rows: list[list[Value]],
    corners: Corners,
    records: SheetRecords,
    book: BookRecords,
    problems: list[Problem],
) -> Grid:
    """One sheet as a Grid; merged areas that had to be left out are added to the problems."""
    areas, left_out = merged(corners, rows)
    if left_out:
        problems.append(Problem(TOO_MANY_MERGES, sheet=name, rule="T01"))
    return Grid(
        name,
        rows,
        areas,
        records.visible,
        formats=partial(book.formats_of, name),
        hidden=lambda: (frozenset(records.hidden_rows), frozenset(records.hidden_columns)),
        errors=lambda: records.errors,
    )


def _through_xlrd(data: bytes, book: BookRecords, problems: list[Problem]) -> list[Grid]:
    """The sheets of a workbook with a value far away, through xlrd.

    It keeps rows as long as they are, calamine would make room for the whole rectangle.
    """
    import xlrd
    from xlrd.compdoc import CompDocError

    try:
        opened = xlrd.open_workbook(file_contents=data, ragged_rows=True, logfile=_Silent())
    except (xlrd.XLRDError, CompDocError, struct.error, *_XLRD_ERRORS) as error:
        raise UnreadableFile(DAMAGED) from error
    grids = []
    for sheet in opened.sheets():
        records = book.sheets.get(sheet.name, SheetRecords())
        values: dict[Place, Value] = {}
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                if cell.ctype == _ERROR:
                    value: Value = records.errors.get((row, column), "#N/A")
                else:
                    value = clean(_xlrd_value(cell, opened.datemode))
                if value is not None and len(values) < MAX_VALUES:
                    values[row, column] = value
        if len(values) == MAX_VALUES:
            problems.append(Problem(TOO_MANY_VALUES, sheet=sheet.name, rule="T01"))
        far = within_limits(values)
        if far:
            problems.append(Problem(far_text(far), sheet=sheet.name, rule="T01"))
        corners = [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells]
        grids.append(_grid(sheet.name, filled(values), corners, records, book, problems))
    return grids


def _xlrd_value(cell: Cell, datemode: int) -> RawValue:
    """The value of one of xlrd's cells that is no error. datemode: 1 where dates count from 1904."""
    if cell.ctype == _DATE:
        from xlrd.xldate import XLDateError, xldate_as_datetime

        try:
            moment: datetime = xldate_as_datetime(cell.value, datemode)
        except (XLDateError, OverflowError, ValueError):
            return float(cell.value)
        return moment if cell.value % 1 else moment.date()
    if cell.ctype == _BOOLEAN:
        return bool(cell.value)
    value: str | float = cell.value
    return value


class _Silent:
    """A log that drops what is written: xlrd's remarks about odd files are not used."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Does nothing."""
