"""Changes of sheet set-up that go with edits of the open book: row heights, widths, printing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.grid import column_name, position
from selfeval_xl.model.sheet_names import ADDED_COLUMNS
from selfeval_xl.writers.excel.journal import Setup
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.looks import OUR_COLUMN_WIDTH, SHEET_WIDTHS
from selfeval_xl.writers.xlsx.mark_records import AREA, PRINT, SETUPS, CellBefore, MarkRecords

NO_COMMENTS, COMMENTS_AT_END = -4142, 1
# Excel's PageSetup properties by their word in `Setup`.
_PAGE = {"black_and_white": "BlackAndWhite", "print_area": "PrintArea", "print_comments": "PrintComments"}


def refusals() -> tuple[type[BaseException], ...]:
    """The exceptions that a spreadsheet program raises when it refuses.

    On Windows that is the error of its object model, which xlwings has loaded by then.
    """
    from xlwings import XlwingsError

    return getattr(sys.modules.get("pywintypes"), "com_error", XlwingsError), XlwingsError


def set_page(sheet: Any, word: str, value: object) -> bool:
    """Sets one word of the page set-up; False where the program refuses, as Excel does without a printer."""
    try:
        setattr(sheet.PageSetup, word, value)
    except refusals():
        return False
    return True


def fit_rows(saved: Snapshot, edits: Sequence[Edit]) -> Iterator[Setup]:
    """The new heights of rows whose wrapped text does not fit: merged cells never grow by themselves."""
    for edit in edits:
        sheet = saved.sheet(edit.sheet)
        if not isinstance(edit.new, str) or edit.new == edit.old or edit.look not in (Look.STUB, Look.TEXT):
            continue
        if edit.sheet in SHEET_WIDTHS or sheet is None:
            continue
        cell = position(edit.cell)
        area = saved.grids[edit.sheet].area(*cell)
        before = sheet.height(area.bottom)
        sheet.make_room(area, edit.new, saved.book.styles.font_size(sheet.style(*cell)))
        if sheet.height(area.bottom) != before:
            yield Setup(edit.sheet, "row_height", str(area.bottom + 1), before, sheet.height(area.bottom))
        if edit.look is Look.STUB and not saved.book.styles.wraps(sheet.style(*cell)):
            yield Setup(edit.sheet, "wrap", edit.cell, False, True)


def set_apart(saved: Snapshot, edits: Sequence[Edit]) -> Iterator[Setup]:
    """The widths of our columns beside a form, and a print area left of them where the sheet has none."""
    columns: dict[str, set[int]] = {}
    for edit in edits:
        if edit.look is Look.HEAD and edit.sheet not in SHEET_WIDTHS and edit.new != edit.old:
            columns.setdefault(edit.sheet, set()).add(position(edit.cell)[1])
    for name, numbers in columns.items():
        sheet = saved.book.need_sheet(name)
        for column in sorted(numbers):
            yield Setup(name, "column_width", column_name(column), sheet.width(column), OUR_COLUMN_WIDTH)
        if saved.book.printed(name) is None:
            area = saved.book.area_left_of(min(numbers), saved.grids[name])
            yield Setup(name, "print_area", "", "", str(area))


def printing(saved: Snapshot, memory: MarkRecords) -> Iterator[Setup]:
    """Printing in black and white while a sheet has marks, so that tints do not reach paper; else as before.

    `memory` gets a record of how the sheet was printed, or loses it.
    """
    marked = {name for name, cell in memory if cell not in SETUPS}
    for name in dict.fromkeys([*marked, *(name for name, cell in memory if cell in SETUPS)]):
        sheet, record = saved.sheet(name), memory.get((name, PRINT))
        if sheet is None:
            continue
        if name in marked and record is None:
            before = sheet.print_setting("blackAndWhite")
            memory[name, PRINT] = CellBefore(name, PRINT, before)
            if before not in ("1", "true"):
                yield Setup(name, "black_and_white", "", False, True)
            if sheet.print_setting("cellComments") == "atEnd":
                yield Setup(name, "print_comments", "", COMMENTS_AT_END, NO_COMMENTS)
        elif name not in marked:
            yield from _as_before(saved, name, memory)


def _as_before(saved: Snapshot, name: str, memory: MarkRecords) -> Iterator[Setup]:
    """The set-up of a sheet before its marks and links; a print area that our columns still need stays."""
    colours, limit = memory.pop((name, PRINT), None), memory.pop((name, AREA), None)
    printed = saved.book.printed(name)
    if colours is not None and colours.fill not in ("1", "true"):
        yield Setup(name, "black_and_white", "", True, False)
    if (
        limit is not None
        and printed is not None
        and not any(ADDED_COLUMNS[0] in line[printed.right + 1 :] for line in saved.grids[name].rows)
    ):
        yield Setup(name, "print_area", "", str(printed), "")


def off_paper(saved: Snapshot, edits: Sequence[Edit], memory: MarkRecords) -> Iterator[Setup]:
    """A print area left of our links for a sheet that has none; `memory` gets a record of it."""
    for name in dict.fromkeys(edit.sheet for edit in edits if edit.look is Look.LINK):
        if saved.book.printed(name) is None:
            column = min(
                position(edit.cell)[1] for edit in edits if edit.sheet == name and edit.look is Look.LINK
            )
            area = str(saved.book.area_left_of(column, saved.grids[name]))
            memory[name, AREA] = CellBefore(name, AREA, "", area)
            yield Setup(name, "print_area", "", "", area)


def apply_setups(workbook: Any, setups: Sequence[Setup]) -> None:
    """Sets each word to its `after`."""
    with one_message(workbook, setups):
        for setup in setups:
            apply_setup(workbook, setup)


def apply_setup(workbook: Any, setup: Setup) -> None:
    """Sets a word to its `after`."""
    sheet = workbook.Sheets(setup.sheet)
    if setup.word in _PAGE:
        set_page(sheet, _PAGE[setup.word], setup.after)
    elif setup.word == "row_height":
        sheet.Range(f"{setup.where}:{setup.where}").RowHeight = setup.after
    elif setup.word == "column_width":
        sheet.Range(f"{setup.where}:{setup.where}").ColumnWidth = setup.after
    else:
        sheet.Range(setup.where).WrapText = setup.after


@contextmanager
def one_message(workbook: Any, setups: Sequence[Setup]) -> Iterator[None]:
    """Sends what is set of pages to the printer once, at the end of a `with` block.

    Else each word of each sheet is a question to the printer, which on a network takes a second.
    """
    held = any(setup.word in _PAGE for setup in setups) and _hold(workbook, True)
    try:
        yield
    finally:
        if held:
            _hold(workbook, False)


def _hold(workbook: Any, held: bool) -> bool:
    """Holds back the talk with the printer or ends that; False where the program refuses or cannot."""
    try:
        workbook.Application.PrintCommunication = not held
    except AttributeError:  # a program that has no such word
        return False
    except refusals():
        return False
    return True
