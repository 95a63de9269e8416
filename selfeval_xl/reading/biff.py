"""The records of an xls workbook stream: what calamine does not tell (formats, hidden rows, errors) or must
not meet (far cells).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .cells import Place
from .formats import BUILTIN

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
    """One sheet: the extent of its values, the style of each, and what is hidden or in error."""

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
    """A workbook: its sheets by name, the number format of each cell style, and what it points to outside.

    dimensions: offset and length of the records that claim how large a sheet is. lying: more shared strings
    are claimed than fit.
    """

    sheets: dict[str, SheetRecords] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    dimensions: list[tuple[int, int]] = field(default_factory=list)
    encrypted: bool = False
    lying: bool = False
    links: bool = False
    dde: bool = False

    def formats_of(self, sheet: str) -> Mapping[Place, str]:
        styles = self.sheets[sheet].styles if sheet in self.sheets else {}
        return {
            place: self.formats[style]
            for place, style in styles.items()
            if style < len(self.formats) and self.formats[style]
        }


def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Kind, offset and length of each record; a cut last record ends it."""
    end = len(stream)
    while start + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, start)
        if start + 4 + length > end:
            return
        yield kind, start + 4, length
        start += 4 + length


def scan(stream: bytes) -> BookRecords:
    """What the records of a workbook stream say; damaged records are passed over."""
    book = BookRecords()
    places: list[tuple[int, str, bool]] = []
    custom: dict[int, str] = {}
    styles: list[int] = []
    biff8 = stream[4:6] != b"\x00\x05"
    for kind, at, length in records(stream):
        data = stream[at : at + length]
        if kind == FILEPASS:
            book.encrypted = True
            return book
        if kind == BOUNDSHEET and length > 8:
            places.append((struct.unpack_from("<I", data)[0], _text(data, 6, biff8, 1), data[4] & 3 == 0))
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
    for start, name, visible in places:
        book.sheets[name] = _sheet(stream, start, visible, book.dimensions)
    return book


def tamed(stream: bytes, book: BookRecords) -> bytes:
    """The stream without claims of a sheet's size: room for the whole of it would be reserved unseen."""
    quiet = bytearray(stream)
    for at, length in book.dimensions:
        quiet[at : at + length] = bytes(length)
    return bytes(quiet)


def _text(data: bytes, at: int, biff8: bool, width: int) -> str:
    """A string with its length in front: one byte a character, or two where the flag says so."""
    length = int.from_bytes(data[at : at + width], "little")
    at += width
    if not biff8:
        return data[at : at + length].decode("gb18030", "replace")
    wide = at < len(data) and data[at] & 1
    return data[at + 1 : at + 1 + length * (2 if wide else 1)].decode(
        "utf-16-le" if wide else "latin-1", "replace"
    )


def _sheet(stream: bytes, start: int, visible: bool, dimensions: list[tuple[int, int]]) -> SheetRecords:
    sheet = SheetRecords(visible)
    depth = 0
    for kind, at, length in records(stream, start):
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                break
        elif kind == DIMENSIONS:
            dimensions.append((at, length))
        elif depth == 1:
            if kind in _VALUES and length >= 6:
                _value(sheet, stream, kind, at, length)
            elif kind == ROW and length >= 14 and stream[at + 12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", stream, at)[0])
            elif kind == COLINFO and length >= 10 and stream[at + 8] & 1:
                first, last = struct.unpack_from("<HH", stream, at)
                sheet.hidden_columns.update(range(first, min(last, 255) + 1))
    return sheet


def _value(sheet: SheetRecords, stream: bytes, kind: int, at: int, length: int) -> None:
    row, column, style = struct.unpack_from("<HHH", stream, at)
    last = column
    if kind == MULRK:
        last = max(column, min((length - 6) // 6 - 1 + column, 255))
        for number in range(last - column + 1):
            sheet.styles[row, column + number] = struct.unpack_from("<H", stream, at + 4 + number * 6)[0]
    else:
        sheet.styles[row, column] = style
    sheet.bottom, sheet.right = max(sheet.bottom, row + 1), max(sheet.right, last + 1)
    sheet.count += last - column + 1
    if kind == BOOLERR and length >= 8 and stream[at + 7]:
        sheet.errors[row, column] = _ERRORS.get(stream[at + 6], "#N/A")
    elif (
        kind == FORMULA and length >= 14 and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2
    ):
        sheet.errors[row, column] = _ERRORS.get(stream[at + 8], "#N/A")
