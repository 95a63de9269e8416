"""Access to calamine: opening a file, the values of a sheet, and failures (also panics) as errors."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.grid_values import RawValue
from selfeval_xl.readers.formats.guard import DAMAGED, MAX_SHEETS

Corners = list[tuple[tuple[int, int], tuple[int, int]]]  # top left and bottom right of each merged area


@contextmanager
def calamine_fails() -> Iterator[None]:
    """Raises UnreadableFile for every failure of calamine inside the block.

    Its Rust code panics on some damaged files; that exception is no `Exception` and known only by its name.
    """
    try:
        yield
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise UnreadableFile(DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile(DAMAGED) from error


def open_calamine(file: BytesIO) -> CalamineWorkbook:
    """The workbook in this file; UnreadableFile when calamine cannot read it."""
    with calamine_fails():
        return CalamineWorkbook.from_filelike(file)


def worksheets(opened: CalamineWorkbook, without: Collection[int] = frozenset()) -> Iterator[tuple[int, str]]:
    """Number and name of each sheet that has cells; of far too many, one more than is read.

    without: numbers of sheets to leave out.
    """
    listed = (
        (number, meta.name)
        for number, meta in enumerate(opened.sheets_metadata)
        if meta.typ == SheetTypeEnum.WorkSheet and number not in without
    )
    return islice(listed, MAX_SHEETS + 1)


def sheet_values(opened: CalamineWorkbook, number: int) -> tuple[Sequence[Sequence[RawValue]], Corners]:
    """The rows of a sheet from A1 as calamine gives them, and the corners of its merged areas.

    Raises UnreadableFile when calamine cannot read the sheet.
    """
    with calamine_fails():
        sheet = opened.get_sheet_by_index(number)
        return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
