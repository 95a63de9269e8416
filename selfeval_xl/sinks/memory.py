"""What stood at a marked cell before we marked it, kept in the hidden sheet `_selfeval`, columns D to G, a row a cell.

Add-in, `return` and `check --mark` share these records, so that each can undo the other. Columns A and B of that sheet
belong to the template's settings and are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..sheets import SETTINGS
from .book import Book

COLUMNS = ("标注的工作表", "单元格", "原底色", "原批注")
FIRST = 3                     # column D
PRINT = "打印"                # in the column 单元格: how the sheet was printed


@dataclass(frozen=True, slots=True)
class Former:
    """One cell before its mark. fill: "" none, "#RRGGBB", or a fill's XML; note: what a person had written, "" for nothing.

    A record with the cell 打印 keeps in `fill` whether the sheet was printed in black and white ("" no, "1" yes).
    """

    sheet: str
    cell: str
    fill: str = ""
    note: str = ""


Memory = dict[tuple[str, str], Former]


def recall(book: Book) -> Memory:
    """All records by sheet and cell; empty where nothing is marked."""
    texts = texts_of(book)
    found: Memory = {}
    for row in sorted({row for row, column in texts if column == FIRST}):
        name, cell, fill, note = (texts.get((row, FIRST + number), "") for number in range(4))
        if name != COLUMNS[0] and cell:
            found[name, cell] = Former(name, cell, fill, note)
    return found


def texts_of(book: Book) -> dict[tuple[int, int], str]:
    """All that the hidden sheet says, by row and column; empty where there is none."""
    from functools import cache

    from lxml import etree

    from ..reading.sheetxml import Styles, read_exactly, strings_in

    sheet = book.sheet(SETTINGS)
    if sheet is None:
        return {}
    strings = next((target for _, kind, target in book.package.related(book.part) if kind == "sharedStrings"), "")
    values = read_exactly(etree.tostring(sheet.root), cache(lambda: strings_in(book.package.read(strings))), Styles).values
    return {place: str(value or "") for place, value in values.items()}


def remember(book: Book, memory: Mapping[tuple[str, str], Former]) -> None:
    """Writes all records, in the place of those that were there."""
    old = recall(book)
    if dict(memory) == old:
        return
    sheet = book.sheet(SETTINGS) or book.add_sheet(SETTINGS, "veryHidden")
    lines = [COLUMNS, *((former.sheet, former.cell, former.fill, former.note) for former in memory.values())] if memory else []
    for row in range(max(len(lines), len(old) + 1)):
        line = lines[row] if row < len(lines) else ("", "", "", "")
        for number, text in enumerate(line):
            if text or sheet.find(row, FIRST + number) is not None:
                sheet.write(row, FIRST + number, text or None)
