"""Reading of Excel's old xls (and WPS's et): values by calamine, everything else from the records."""

from __future__ import annotations

from functools import partial
from io import BytesIO

from python_calamine import CalamineWorkbook

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid, Value
from selfeval_xl.readers.formats.calamine import Corners, open_calamine, sheet_values, worksheets
from selfeval_xl.readers.formats.cell_looks import set_symbols, unseen_places
from selfeval_xl.readers.formats.cells_without_value import without_no_values
from selfeval_xl.readers.formats.compound_file import packed
from selfeval_xl.readers.formats.grid_values import (
    TOO_MANY_MERGES,
    TOO_MANY_VALUES,
    clean,
    far_text,
    merged,
    put,
    trimmed,
)
from selfeval_xl.readers.formats.guard import DAMAGED
from selfeval_xl.readers.formats.xls_damage import close_cut_sheets, only_charts, opened_in_part, reason
from selfeval_xl.readers.formats.xls_overlays import has_overlays, overlays_in
from selfeval_xl.readers.formats.xls_records import BookRecords, SheetRecords, scan


def read_xls(name: str, stream: bytes) -> tuple[list[Grid], list[Problem], BookRecords]:
    """Every sheet as a Grid, the problems, and the workbook's records.

    stream: the file's workbook stream of this name (Workbook, or Book before 1997); calamine gets a file with
    this stream alone. Raises UnreadableFile when it is damaged.
    """
    book = scan(stream)
    problems: list[Problem] = []
    if book.encrypted:
        return [], problems, book
    if book.lying:
        raise UnreadableFile(DAMAGED)
    drawn = has_overlays(stream)
    opened, damaged = _opened(name, book, stream)
    with opened:
        grids = []
        for number, sheet in worksheets(opened):
            records = book.sheets[number] if number < len(book.sheets) else SheetRecords()
            values, corners = sheet_values(opened, number)
            rows = trimmed(values)
            put(rows, {place: text for place, text in records.texts.items() if clean(text) is not None})
            put(rows, records.errors)
            grid = _grid(records.name or sheet, rows, corners, records, book, problems)
            if drawn:
                grid.overlays = partial(overlays_in, stream, records.start)
            grids.append(grid)
            if number in damaged:
                problems.append(Problem(damaged[number], sheet=grid.name, rule="T08"))
    return grids, problems, book


def _opened(name: str, book: BookRecords, stream: bytes) -> tuple[CalamineWorkbook, dict[int, str]]:
    """The workbook as calamine reads it, and the sentences on its damaged sheets by number."""
    if not book.whole or only_charts(book):
        raise reason(book, stream)
    damaged = close_cut_sheets(book, stream)
    try:
        return open_calamine(BytesIO(packed(name, bytes(book.tamed)))), damaged
    except UnreadableFile:
        opened, broken = opened_in_part(name, book, stream)
        return opened, damaged | broken


def _grid(
    name: str,
    rows: list[list[Value]],
    corners: Corners,
    records: SheetRecords,
    book: BookRecords,
    problems: list[Problem],
) -> Grid:
    """One sheet as a Grid; what had to be left out of it is added to the problems."""
    set_symbols(rows, records.styles, book.looks)
    areas, left_out = merged(corners, rows)
    for text in (
        TOO_MANY_VALUES if records.too_many else "",
        far_text(sorted(records.far)) if records.far else "",
        TOO_MANY_MERGES if left_out else "",
    ):
        if text:
            problems.append(Problem(text, sheet=name, rule="T01"))
    emptied = without_no_values(rows, dict, records.errors)
    return Grid(
        name,
        rows,
        areas,
        records.visible,
        formats=partial(book.formats_of, records),
        hidden=lambda: (frozenset(records.hidden_rows), frozenset(records.hidden_columns)),
        errors=emptied.errors_of(lambda: records.errors),
        pictures=emptied.pictures,
        unsaved=frozenset(emptied.formulas),
        codes=lambda: set(book.formats),
        unseen=lambda: unseen_places(records.styles, book.looks),
    )
