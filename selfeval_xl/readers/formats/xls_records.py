"""Reading of the records of an xls workbook stream.

They give what calamine leaves out (formats, hidden rows, errors) and show what would make it reserve too much
memory (cells far away).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selfeval_xl.readers.formats.grid_values import Place
from selfeval_xl.readers.formats.number_formats import BUILTIN

BOF, EOF, FILEPASS, BOUNDSHEET, SUPBOOK, FORMAT, XF = 0x0809, 0x000A, 0x002F, 0x0085, 0x01AE, 0x041E, 0x00E0
SST, DIMENSIONS = 0x00FC, 0x0200
ROW, COLINFO, MULRK, BOOLERR, FORMULA = 0x0208, 0x007D, 0x00BD, 0x0205, 0x0006
_VALUES = frozenset((0x0203, 0x00FD, 0x027E, 0x0204, 0x00D6, BOOLERR, FORMULA, MULRK))
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_INTERNAL = (b"\x01\x04", b"\x01\x3a")


@dataclass(slots=True)
class SheetRecords:
    """One sheet: the extent and number of its values, the style of each, errors, hidden rows and columns."""

    visible: bool = True
    bottom: int = 0
    right: int = 0
    count: int = 0
    styles: dict[Place, int] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(slots=True)
class BookRecords:
    """A workbook: its sheets by name, the number format of each cell style ("" for General), and its links.

    dimensions: offset and length of the records that declare how large a sheet is. lying: more shared strings
    are declared than fit into the stream. links, dde: it points to other files or programs.
    """

    sheets: dict[str, SheetRecords] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    dimensions: list[tuple[int, int]] = field(default_factory=list)
    encrypted: bool = False
    lying: bool = False
    links: bool = False
    dde: bool = False

    def formats_of(self, sheet: str) -> Mapping[Place, str]:
        """The number formats of a sheet's cells, of those that have one other than General."""
        styles = self.sheets[sheet].styles if sheet in self.sheets else {}
        return {
            place: self.formats[style]
            for place, style in styles.items()
            if style < len(self.formats) and self.formats[style]
        }


def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Kind, offset and length of each record; a last record that is cut off is left out."""
    end = len(stream)
    while start + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, start)
        if start + 4 + length > end:
            return
        yield kind, start + 4, length
        start += 4 + length


def scan(stream: bytes) -> BookRecords:
    """The contents of a workbook stream's records; damaged ones are passed over."""
    book = BookRecords()
    sheets: list[tuple[int, str, bool]] = []  # offset, name, visible
    custom: dict[int, str] = {}
    styles: list[int] = []
    biff8 = stream[4:6] != b"\x00\x05"
    for kind, offset, length in records(stream):
        data = stream[offset : offset + length]
        if kind == FILEPASS:
            book.encrypted = True
            return book
        if kind == BOUNDSHEET and length > 8:
            sheets.append((struct.unpack_from("<I", data)[0], _text(data, 6, biff8, 1), data[4] & 3 == 0))
        elif kind == SUPBOOK and length > 4 and data[2:4] not in _INTERNAL:
            book.dde |= b"\x03" in data[4:]
            book.links = True
        elif kind == FORMAT and length > 4:
            custom[struct.unpack_from("<H", data)[0]] = _text(data, 2, biff8, 2 if biff8 else 1)
        elif kind == XF and length >= 4:
            styles.append(struct.unpack_from("<H", data, 2)[0])
        elif kind == SST and length >= 8:
            book.lying = struct.unpack_from("<I", data, 4)[0] * 3 > len(stream)
        elif kind == EOF:
            break
    book.formats = [
        "" if name.lower() == "general" else name
        for name in (custom.get(number, BUILTIN.get(number, "")) for number in styles)
    ]
    for start, name, visible in sheets:
        book.sheets[name] = _sheet(stream, start, visible, book.dimensions)
    return book


def tamed(stream: bytes, book: BookRecords) -> bytes:
    """The stream without the claims of a sheet's size: calamine reserves that much memory unchecked."""
    quiet = bytearray(stream)
    for offset, length in book.dimensions:
        quiet[offset : offset + length] = bytes(length)
    return bytes(quiet)


def _text(data: bytes, offset: int, biff8: bool, width: int) -> str:
    """A string with its length in front: one byte a character, or two where the flag says so."""
    length = int.from_bytes(data[offset : offset + width], "little")
    offset += width
    if not biff8:
        return data[offset : offset + length].decode("gb18030", "replace")
    wide = offset < len(data) and data[offset] & 1
    return data[offset + 1 : offset + 1 + length * (2 if wide else 1)].decode(
        "utf-16-le" if wide else "latin-1", "replace"
    )


def _sheet(stream: bytes, start: int, visible: bool, dimensions: list[tuple[int, int]]) -> SheetRecords:
    """The records of one sheet, which begin at `start`; its claims of a size are added to `dimensions`."""
    sheet = SheetRecords(visible)
    depth = 0
    for kind, offset, length in records(stream, start):
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                break
        elif kind == DIMENSIONS:
            dimensions.append((offset, length))
        elif depth == 1:
            if kind in _VALUES and length >= 6:
                _value(sheet, stream, kind, offset, length)
            elif kind == ROW and length >= 14 and stream[offset + 12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", stream, offset)[0])
            elif kind == COLINFO and length >= 10 and stream[offset + 8] & 1:
                first, last = struct.unpack_from("<HH", stream, offset)
                sheet.hidden_columns.update(range(first, min(last, 255) + 1))
    return sheet


def _value(sheet: SheetRecords, stream: bytes, kind: int, offset: int, length: int) -> None:
    """Takes in a record of one or several values."""
    row, column, style = struct.unpack_from("<HHH", stream, offset)
    last = column
    if kind == MULRK:
        last = max(column, min((length - 6) // 6 - 1 + column, 255))
        for number in range(last - column + 1):
            sheet.styles[row, column + number] = struct.unpack_from("<H", stream, offset + 4 + number * 6)[0]
    else:
        sheet.styles[row, column] = style
    sheet.bottom, sheet.right = max(sheet.bottom, row + 1), max(sheet.right, last + 1)
    sheet.count += last - column + 1
    if kind == BOOLERR and length >= 8 and stream[offset + 7]:
        sheet.errors[row, column] = _ERRORS.get(stream[offset + 6], "#N/A")
    elif (
        kind == FORMULA
        and length >= 14
        and stream[offset + 12 : offset + 14] == b"\xff\xff"
        and stream[offset + 6] == 2
    ):
        sheet.errors[row, column] = _ERRORS.get(stream[offset + 8], "#N/A")
