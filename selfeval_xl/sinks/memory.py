"""What stood at a marked cell before we marked it, kept in the hidden sheet `_selfeval`, columns D to G, a
row a cell.

Add-in, `return` and `check --mark` share these records, so that each can undo the other. Columns A and B of
that sheet
belong to the template's settings and are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..grid import position
from ..sheets import SETTINGS
from .book import Book
from .package import child

COLUMNS = ("标注的工作表", "单元格", "原底色", "原批注")
FIRST = 3  # column D
PRINT, AREA = (
    "打印",
    "打印区域",
)  # in the column 单元格: how the sheet was printed; the print area that it got from us
SETUPS = frozenset((PRINT, AREA))


@dataclass(frozen=True, slots=True)
class Former:
    """One cell before its mark. fill: "" none, "#RRGGBB", or a fill's XML; note: what a person had written,
    "" for nothing.

    A record with the cell 打印 keeps in `fill` whether the sheet was printed in black and white ("" no, "1"
    yes); one with the
    cell 打印区域 says that the sheet had no print area before our links, and in `note` which one it got.
    """

    sheet: str
    cell: str
    fill: str = ""
    note: str = ""


Memory = dict[tuple[str, str], Former]


def recall(book: Book) -> Memory:
    """All records by sheet and cell; empty where nothing is marked."""
    sheet = book.sheet(SETTINGS)
    if sheet is None or not any(
        position(cell.get("r") or "A1")[1] >= FIRST for cell in sheet.root.iter("{*}c")
    ):
        return {}  # nothing is marked: no need to look into thousands of shared strings
    texts = texts_of(book)
    found: Memory = {}
    for row in sorted({row for row, column in texts if column == FIRST}):
        name, cell, fill, note = (texts.get((row, FIRST + number), "") for number in range(4))
        if name != COLUMNS[0] and cell:
            found[name, cell] = Former(name, cell, fill, note)
    return found


def texts_of(book: Book) -> dict[tuple[int, int], str]:
    """All that the hidden sheet says, by row and column; empty where there is none."""
    sheet = book.sheet(SETTINGS)
    if sheet is None:
        return {}
    part = next(
        (target for _, kind, target in book.package.related(book.part) if kind == "sharedStrings"), ""
    )
    strings = book.package.tree(part) if part else None  # only those that the sheet names are looked at
    return {place: text for place, cell in sheet.cells() if (text := _text(cell, strings))}


def _text(cell, strings) -> str:
    """What a cell of the hidden sheet says; our own sheet has texts and plain numbers only."""
    from ..reading.sheetxml import rich_text

    inline, value = child(cell, "is"), child(cell, "v")
    if inline is not None:
        return rich_text(inline)
    text = (value.text or "") if value is not None else ""
    if cell.get("t") != "s":
        return text
    return (
        rich_text(strings[int(text)])
        if strings is not None and text.isdecimal() and int(text) < len(strings)
        else ""
    )


def remember(
    book: Book, memory: Mapping[tuple[str, str], Former], old: Mapping[tuple[str, str], Former] | None = None
) -> None:
    """Writes all records, in the place of the old ones, which are there now (looked up where they are not
    given).
    """
    old = recall(book) if old is None else old
    if dict(memory) == dict(old):
        return
    sheet = book.sheet(SETTINGS) or book.add_sheet(SETTINGS, "veryHidden")
    lines = (
        [COLUMNS, *((former.sheet, former.cell, former.fill, former.note) for former in memory.values())]
        if memory
        else []
    )
    for row in range(max(len(lines), len(old) + 1)):
        line = lines[row] if row < len(lines) else ("", "", "", "")
        for number, text in enumerate(line):
            if text or sheet.find(row, FIRST + number) is not None:
                sheet.write(row, FIRST + number, text or None)
