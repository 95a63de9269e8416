"""Records of marked cells as they were before the mark, in the hidden sheet `_selfeval`, columns D to G.

Each cell has a row. Add-in, `return` and `check --mark` share these records, so each can undo the others.
Columns A and B of that sheet belong to the template's settings and are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selfeval_xl.model.grid import position
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.readers.formats.guard import LAST_COLUMN, LAST_ROW
from selfeval_xl.writers.xlsx.package import child
from selfeval_xl.writers.xlsx.workbook import Book
from selfeval_xl.writers.xlsx.worksheet import column_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COLUMNS = ("标注的工作表", "单元格", "原底色", "原批注")
FIRST = 3  # column D
# Words in the column 单元格 for records of a whole sheet: how it was printed, and the print area that we set.
PRINT, AREA = "打印", "打印区域"
SETUPS = frozenset((PRINT, AREA))


@dataclass(frozen=True, slots=True)
class CellBefore:
    """One cell before its mark.

    fill: "" none, "#RRGGBB", or a fill's XML. note: the note of a person, "" for none.

    A record with the cell 打印 keeps in `fill` whether the sheet was printed in black and white ("" no, "1"
    yes); one with the cell 打印区域 means that the sheet had no print area before our links, and keeps in
    `note` the one that it got.
    """

    sheet: str
    cell: str
    fill: str = ""
    note: str = ""


MarkRecords = dict[tuple[str, str], CellBefore]


def recall(book: Book) -> MarkRecords:
    """The records of a workbook by sheet and cell; empty where nothing is marked."""
    sheet = book.sheet(SETTINGS)
    if sheet is None or not any(column_of(cell, 0) >= FIRST for cell in sheet.root.iter("{*}c")):
        return {}  # nothing is marked: no need to look into thousands of shared strings
    texts = texts_of(book)
    found: MarkRecords = {}
    for row in sorted({row for row, column in texts if column == FIRST}):
        name, cell, fill, note = (texts.get((row, FIRST + number), "") for number in range(4))
        if name != COLUMNS[0] and (cell in SETUPS or _is_cell(cell)):
            found[name, cell] = CellBefore(name, cell, fill, note)
    return found


def _is_cell(name: str) -> bool:
    """Whether a sheet has a cell of this name: the hidden sheet may have been changed by hand."""
    try:
        row, column = position(name)
    except ValueError:
        return False
    return 0 <= row < LAST_ROW and 0 <= column < LAST_COLUMN


def texts_of(book: Book) -> dict[tuple[int, int], str]:
    """The texts of the hidden sheet by row and column; empty where there is none."""
    sheet = book.sheet(SETTINGS)
    if sheet is None:
        return {}
    part = next(
        (target for _, kind, target in book.package.related(book.part) if kind == "sharedStrings"), ""
    )
    strings = book.package.tree(part) if part else None  # of these only the ones that cells refer to are read
    return {position: text for position, cell in sheet.cells() if (text := _text(cell, strings))}


def _text(cell: Element, strings: Element | None) -> str:
    """The text of a cell of the hidden sheet, which holds only texts and plain numbers."""
    from selfeval_xl.readers.formats.sheet_xml import rich_text

    inline, value = child(cell, "is"), child(cell, "v")
    if inline is not None:
        return rich_text(inline)
    text = (value.text or "") if value is not None else ""
    if cell.get("t") != "s":
        return text
    number = whole(text, -1)
    return rich_text(strings[number]) if strings is not None and 0 <= number < len(strings) else ""


def remember(
    book: Book,
    memory: Mapping[tuple[str, str], CellBefore],
    old: Mapping[tuple[str, str], CellBefore] | None = None,
) -> None:
    """Writes the records over the old ones; `old` are those there now, looked up where they are not given."""
    old = recall(book) if old is None else old
    if dict(memory) == dict(old):
        return
    sheet = book.sheet(SETTINGS) or book.add_sheet(SETTINGS, "veryHidden")
    lines = table(memory)
    for row in range(max(len(lines), len(old) + 1)):
        line = lines[row] if row < len(lines) else ("", "", "", "")
        for number, text in enumerate(line):
            if text or sheet.find(row, FIRST + number) is not None:
                sheet.write(row, FIRST + number, text or None)


def table(memory: Mapping[tuple[str, str], CellBefore]) -> list[tuple[str, ...]]:
    """The records as rows of the hidden sheet below their head; empty where there is no record."""
    if not memory:
        return []
    return [COLUMNS, *((former.sheet, former.cell, former.fill, former.note) for former in memory.values())]
