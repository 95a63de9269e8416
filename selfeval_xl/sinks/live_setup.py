"""What of a sheet's set-up goes with edits of the open book: row heights, widths, print area, printing in
black and white.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..edits import Edit, Look
from ..grid import Area, column_name, position
from ..sheets import ADDED_COLUMNS
from .changes import Setup
from .looks import OUR_COLUMN_WIDTH, SHEET_WIDTHS
from .memory import AREA, PRINT, SETUPS, Former, Memory
from .saved import Saved

NO_COMMENTS, COMMENTS_AT_END = -4142, 1


def refusals() -> tuple[type[BaseException], ...]:
    """What a spreadsheet program raises when it refuses: on Windows the error of its object model, which
    xlwings has loaded by then.
    """
    from xlwings import XlwingsError

    return getattr(sys.modules.get("pywintypes"), "com_error", XlwingsError), XlwingsError


def set_page(sheet: Any, word: str, value: object) -> bool:
    """Sets one word of the page set-up; False where the program refuses, as Excel does on a machine without
    any printer.
    """
    try:
        setattr(sheet.PageSetup, word, value)
    except refusals():
        return False
    return True


def fit_rows(saved: Saved, edits: Sequence[Edit]) -> Iterator[Setup]:
    """Rows that get higher because a text, wrapped, does not fit: merged cells never do that by themselves."""
    for edit in edits:
        sheet = saved.sheet(edit.sheet)
        written = isinstance(edit.new, str) and edit.new != edit.old and edit.look in (Look.STUB, Look.TEXT)
        if not written or edit.sheet in SHEET_WIDTHS or sheet is None:
            continue
        place = position(edit.cell)
        area = saved.grids[edit.sheet].area(*place)
        before = sheet.height(area.bottom)
        sheet.make_room(area, edit.new, saved.book.styles.font_size(sheet.style(*place)))
        if sheet.height(area.bottom) != before:
            yield Setup(edit.sheet, "row_height", str(area.bottom + 1), before, sheet.height(area.bottom))
        if edit.look is Look.STUB and not saved.book.styles.wraps(sheet.style(*place)):
            yield Setup(edit.sheet, "wrap", edit.cell, False, True)


def set_apart(saved: Saved, edits: Sequence[Edit]) -> Iterator[Setup]:
    """Columns of ours beside a form get a width, and where the sheet printed all it holds, it now prints what
    stands left of them.
    """
    columns: dict[str, set[int]] = {}
    for edit in edits:
        if edit.look is Look.HEAD and edit.sheet not in SHEET_WIDTHS and edit.new != edit.old:
            columns.setdefault(edit.sheet, set()).add(position(edit.cell)[1])
    for name, ours in columns.items():
        sheet, grid = saved.sheet(name), saved.grids[name]
        for column in sorted(ours):
            yield Setup(name, "column_width", column_name(column), sheet.width(column), OUR_COLUMN_WIDTH)
        if saved.book.printed(name) is None:
            yield Setup(name, "print_area", "", "", str(_left_of(min(ours), saved, name, grid)))


def _left_of(first: int, saved: Saved, name: str, grid: Any) -> Area:
    """All that a sheet holds left of a column."""
    used = [area.right for area in grid.merges if area.right < first]
    used += [
        column for line in grid.rows for column, value in enumerate(line[:first]) if value not in (None, "")
    ]
    drawn = saved.book.drawn(name)
    right = max([*used, *([drawn.right] if drawn and drawn.right < first else [])], default=0)
    return Area(
        0,
        0,
        max([grid.height - 1, *(area.bottom for area in grid.merges), *([drawn.bottom] if drawn else [])]),
        right,
    )


def printing(saved: Saved, memory: Memory) -> Iterator[Setup]:
    """Tints do not reach paper while a sheet has marks; without any it is printed as before.

    Keeps in `memory` how that was.
    """
    marked = {name for name, cell in memory if cell not in SETUPS}
    for name in dict.fromkeys([*marked, *(name for name, cell in memory if cell in SETUPS)]):
        sheet, known = saved.sheet(name), memory.get((name, PRINT))
        if sheet is None:
            continue
        if name in marked and known is None:
            before = sheet.print_setting("blackAndWhite")
            memory[name, PRINT] = Former(name, PRINT, before)
            if before not in ("1", "true"):
                yield Setup(name, "black_and_white", "", False, True)
            if sheet.print_setting("cellComments") == "atEnd":
                yield Setup(name, "print_comments", "", COMMENTS_AT_END, NO_COMMENTS)
        elif name not in marked:
            yield from _as_before(saved, name, memory)


def _as_before(saved: Saved, name: str, memory: Memory) -> Iterator[Setup]:
    """The sheet is printed as before its marks and links; a print area that leaves our columns out is needed
    still.
    """
    known, limited, printed = (
        memory.pop((name, PRINT), None),
        memory.pop((name, AREA), None),
        saved.book.printed(name),
    )
    if known is not None and known.fill not in ("1", "true"):
        yield Setup(name, "black_and_white", "", True, False)
    if (
        limited is not None
        and printed is not None
        and not any(ADDED_COLUMNS[0] in line[printed.right + 1 :] for line in saved.grids[name].rows)
    ):
        yield Setup(name, "print_area", "", str(printed), "")


def off_paper(saved: Saved, edits: Sequence[Edit], memory: Memory) -> Iterator[Setup]:
    """Where a sheet printed all it holds, it prints what stands left of our links while it has some.

    Keeps in `memory` that it did.
    """
    for name in dict.fromkeys(edit.sheet for edit in edits if edit.look is Look.LINK):
        if saved.book.printed(name) is None:
            column = min(
                position(edit.cell)[1] for edit in edits if edit.sheet == name and edit.look is Look.LINK
            )
            area = str(_left_of(column, saved, name, saved.grids[name]))
            memory[name, AREA] = Former(name, AREA, "", area)
            yield Setup(name, "print_area", "", "", area)


def apply_setups(workbook: Any, setups: Iterable[Setup]) -> None:
    """Sets each word as its `after` says."""
    for setup in setups:
        sheet = workbook.Sheets(setup.sheet)
        if setup.word in _PAGE:
            set_page(sheet, _PAGE[setup.word], setup.after)
        elif setup.word == "row_height":
            sheet.Range(f"{setup.where}:{setup.where}").RowHeight = setup.after
        elif setup.word == "column_width":
            sheet.Range(f"{setup.where}:{setup.where}").ColumnWidth = setup.after
        else:
            sheet.Range(setup.where).WrapText = setup.after


_PAGE = {"black_and_white": "BlackAndWhite", "print_area": "PrintArea", "print_comments": "PrintComments"}
