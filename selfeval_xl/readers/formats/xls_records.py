"""Reading of the records of an xls workbook stream.

They give what calamine leaves out (formats, hidden rows, errors) and show what it would take amiss: claims of
a size, cells far away, code pages, and texts that go on in another record. In `BookRecords.tamed` these are
written otherwise, each in its place.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selfeval_xl.readers.formats.binary_looks import xls_looks
from selfeval_xl.readers.formats.cell_looks import CellLooks
from selfeval_xl.readers.formats.grid_values import Place
from selfeval_xl.readers.formats.guard import FAR_COLUMN, MAX_CELLS, MAX_VALUES, NEAR_COLUMN, NEAR_ROW
from selfeval_xl.readers.formats.number_formats import BUILTIN

BOF, EOF, FILEPASS, BOUNDSHEET, SUPBOOK, FORMAT, XF = 0x0809, 0x000A, 0x002F, 0x0085, 0x01AE, 0x041E, 0x00E0
CODEPAGE, SST, CONTINUE, DIMENSIONS = 0x0042, 0x00FC, 0x003C, 0x0200
ROW, COLINFO, MULRK, BOOLERR, FORMULA, STRING = 0x0208, 0x007D, 0x00BD, 0x0205, 0x0006, 0x0207
_TWO, _THREE = struct.Struct("<HH"), struct.Struct("<HHH")
UNREAD = 0x0FFF  # no record of Excel's, so that nobody reads it
_LABEL, _RICH_LABEL = 0x0204, 0x00D6
_VALUES = frozenset((0x0203, 0x00FD, 0x027E, _LABEL, _RICH_LABEL, BOOLERR, FORMULA, MULRK))
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
_ERROR, _EMPTY_TEXT = 2, 3  # what a formula may give besides numbers
_UTF16, _WESTERN = 1200, 1252
# Python's codecs of code pages that are not called cp and the number.
_CODECS = {936: "gb18030", 10000: "mac_roman", 10002: "big5", 10008: "gb18030", 10029: "mac_latin2"}


@dataclass(slots=True)
class SheetRecords:
    """One sheet: the extent and number of its values, the style of each, errors, hidden rows and columns.

    start: offset of its records. listed: offset of the record that lists it. whole: whether its records go
    on to their end. name, texts: only of books from before 1997, whose double-byte text calamine
    cannot read. far: the cells with a value too far away to be read. too_many: more values than are read.
    """

    name: str = ""
    visible: bool = True
    start: int = 0
    listed: int = 0
    whole: bool = True
    bottom: int = 0
    right: int = 0
    count: int = 0
    styles: dict[Place, int] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    texts: dict[Place, str] = field(default_factory=dict)
    far: list[Place] = field(default_factory=list)
    too_many: bool = False


@dataclass(slots=True)
class BookRecords:
    """A workbook: its sheets in order, the number format of each cell style ("" for General), and its links.

    tamed: the stream as calamine reads it rightly, and without reserving memory for what is not there.
    lying: more shared strings are declared than fit into the stream, or two sheets begin at one place. links,
    dde: it points to other files or programs. looks: those of the cell styles. whole: whether the records
    before those of the sheets go on to their end. charts: the number of sheets that hold no cells.
    """

    tamed: bytearray
    sheets: list[SheetRecords] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    encrypted: bool = False
    lying: bool = False
    links: bool = False
    dde: bool = False
    looks: CellLooks = field(default_factory=CellLooks)
    whole: bool = False
    charts: int = 0

    def formats_of(self, sheet: SheetRecords) -> Mapping[Place, str]:
        """The number formats of a sheet's cells, of those that have one other than General."""
        return {
            place: self.formats[style]
            for place, style in sheet.styles.items()
            if style < len(self.formats) and self.formats[style]
        }


def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Kind, offset and length of each record; a last record that is cut off is left out."""
    end = len(stream)
    unpack = _TWO.unpack_from
    while start + 4 <= end:
        kind, length = unpack(stream, start)
        if start + 4 + length > end:
            return
        yield kind, start + 4, length
        start += 4 + length


def scan(stream: bytes) -> BookRecords:
    """The contents of a workbook stream's records; damaged ones are passed over."""
    book = BookRecords(bytearray(stream))
    sheets: dict[int, SheetRecords] = {}  # by offset
    custom: dict[int, str] = {}
    styles: list[int] = []
    encoding = "" if stream[4:6] != b"\x00\x05" else _codec(0)
    for kind, offset, length in records(stream):
        data = stream[offset : offset + length]
        if kind == FILEPASS:
            book.encrypted = True
            return book
        if kind == BOUNDSHEET and length >= 7:
            book.charts += data[5] != 0
            start = struct.unpack_from("<I", data)[0]
            book.lying |= start in sheets
            name = _text(data, 6, 1, encoding) if encoding else ""
            sheets[start] = SheetRecords(name, data[4] & 3 == 0, start, offset)
        elif kind == CODEPAGE and length == 2:
            # Since Excel 97 all text is UTF-16, whatever stands here: JExcelApi, for one, writes 1252.
            struct.pack_into("<H", book.tamed, offset, _WESTERN if encoding else _UTF16)
            encoding = _codec(struct.unpack("<H", data)[0]) if encoding else ""
        elif kind == SUPBOOK and length > 4 and data[2:4] not in _INTERNAL:
            book.dde |= b"\x03" in data[4:]
            book.links = True
        elif kind == FORMAT and length > 4:
            custom[struct.unpack_from("<H", data)[0]] = _text(data, 2, 1 if encoding else 2, encoding)
        elif kind == XF and length >= 4:
            styles.append(struct.unpack_from("<H", data, 2)[0])
        elif kind == SST and length >= 8:
            book.lying |= struct.unpack_from("<I", data, 4)[0] * 3 > len(stream)
            _join_shared_characters(book.tamed, stream, offset)
        elif kind == EOF:
            book.whole = True
            break
    book.formats = [
        "" if name.lower() == "general" else name
        for name in (custom.get(number, BUILTIN.get(number, "")) for number in styles)
    ]
    if not encoding:
        book.looks = xls_looks((kind, stream[at : at + length]) for kind, at, length in records(stream))
    if not book.lying:
        book.sheets = [*sheets.values()]
        for start, sheet in sheets.items():
            _read_sheet(sheet, book.tamed, stream, start, encoding)
    return book


def _codec(code_page: int) -> str:
    """Python's codec for a code page; that of China where there is none."""
    name = _CODECS.get(code_page, f"cp{code_page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return _codec(936)


def _join_shared_characters(tamed: bytearray, stream: bytes, start: int) -> None:
    """Brings together the halves of characters of four bytes that two records of the shared strings share.

    calamine reads each record by itself. The first half moves over: the head of the next record stands two
    bytes earlier then. start: offset of the data of the record SST.
    """
    head, size = start - 4, struct.unpack_from("<H", stream, start - 2)[0]  # of the record before
    for kind, offset, length in records(stream, start + size):
        if kind != CONTINUE:
            break
        first, second = stream[offset - 6 : offset - 4], stream[offset : offset + 3]
        whole = size > 2 and 2 < length < 0xFFFE
        if whole and second[0] == 1 and first[1] & 0xFC == 0xD8 and second[2] & 0xFC == 0xDC:
            struct.pack_into("<H", tamed, head + 2, size - 2)
            head, size = offset - 6, length + 2
            struct.pack_into("<HHB2s", tamed, head, CONTINUE, size, 1, first)
        else:
            head, size = offset - 4, length


def _join_text(tamed: bytearray, stream: bytes, start: int, length: int) -> None:
    """Puts a formula's long text into one record; calamine reads none but the first.

    start, length: of the data of the record STRING. Nothing is read in what is left over at its end.
    """
    text, heads = stream[start : start + length], 0
    for kind, offset, size in records(stream, start + length):
        if kind != CONTINUE or not size or stream[offset] != stream[start + 2] or len(text) + size > 0xFFFF:
            break
        text += stream[offset + 1 : offset + size]
        heads += 5  # of the record, and whether a character has one byte or two
    if heads:
        _TWO.pack_into(tamed, start - 4, STRING, len(text))
        tamed[start : start + len(text)] = text
        _TWO.pack_into(tamed, start + len(text), UNREAD, heads - 4)


def _text(data: bytes, offset: int, width: int, encoding: str) -> str:
    """A text with its length, of `width` bytes, in front.

    Without an encoding (since 1997) it is UTF-16 or Latin-1, as the flag after the length says.
    """
    length = int.from_bytes(data[offset : offset + width], "little")
    offset += width
    if encoding:
        return data[offset : offset + length].decode(encoding, "replace")
    wide = offset < len(data) and data[offset] & 1
    return data[offset + 1 : offset + 1 + length * (2 if wide else 1)].decode(
        "utf-16-le" if wide else "latin-1", "replace"
    )


def sheet_records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """The records of the sheet that begins here; of charts inside it only those that declare a size.

    The last one is EOF, where the sheet is whole.
    """
    depth = 0
    for kind, offset, length in records(stream, start):
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                yield kind, offset, length
                return
        elif depth == 1 or kind == DIMENSIONS:
            yield kind, offset, length


def _read_sheet(sheet: SheetRecords, tamed: bytearray, stream: bytes, start: int, encoding: str) -> None:
    """Takes in the records of a sheet, which begin at `start`."""
    cell: Place = (0, 0)
    kind = 0
    for kind, offset, length in sheet_records(stream, start):
        if kind in _VALUES and length >= 6:
            cell = _value(sheet, stream, kind, offset, length)
            if encoding and kind in (_LABEL, _RICH_LABEL):
                sheet.texts[cell] = _text(stream[offset : offset + length], 6, 2, encoding)
        elif kind == DIMENSIONS:
            tamed[offset : offset + length] = bytes(length)
        elif kind == STRING and encoding:
            sheet.texts[cell] = _text(stream[offset : offset + length], 0, 2, encoding)
        elif kind == STRING and stream[offset + length : offset + length + 2] == b"\x3c\0":
            _join_text(tamed, stream, offset, length)
        elif kind == ROW and length >= 14 and stream[offset + 12] & 0x20:
            sheet.hidden_rows.add(struct.unpack_from("<H", stream, offset)[0])
        elif kind == COLINFO and length >= 10 and stream[offset + 8] & 1:
            first, last = struct.unpack_from("<HH", stream, offset)
            sheet.hidden_columns.update(range(first, min(last, 255) + 1))
    sheet.whole = kind == EOF
    if sheet.right > FAR_COLUMN or sheet.bottom * sheet.right > MAX_CELLS or sheet.count > MAX_VALUES:
        _leave_out(sheet, tamed, stream, start)


def _last(kind: int, column: int, length: int) -> int:
    """The last column of a record of one or several values."""
    return max(column, min((length - 6) // 6 - 1 + column, 255)) if kind == MULRK else column


def _special(stream: bytes, kind: int, offset: int, length: int) -> int | None:
    """What a formula gives if it gives no number: 0 a text, 1 a truth value, _ERROR or _EMPTY_TEXT."""
    if kind == FORMULA and length >= 14 and stream[offset + 12 : offset + 14] == b"\xff\xff":
        return stream[offset + 6]
    return None


def _value(sheet: SheetRecords, stream: bytes, kind: int, offset: int, length: int) -> Place:
    """Takes in a record of one or several values, and returns the place of the first.

    Of more than are read it takes in only how far they reach.
    """
    row, column, style = _THREE.unpack_from(stream, offset)
    last = _last(kind, column, length)
    if row >= sheet.bottom:
        sheet.bottom = row + 1
    if last >= sheet.right:
        sheet.right = last + 1
    special = _special(stream, kind, offset, length) if kind == FORMULA else None
    if special != _EMPTY_TEXT:
        sheet.count += last - column + 1
    if sheet.count > MAX_VALUES:
        return row, column
    sheet.styles[row, column] = style
    for number in range(1, last - column + 1):
        sheet.styles[row, column + number] = struct.unpack_from("<H", stream, offset + 4 + number * 6)[0]
    if kind == BOOLERR and length >= 8 and stream[offset + 7]:
        sheet.errors[row, column] = _ERRORS.get(stream[offset + 6], "#N/A")
    elif special == _ERROR:
        sheet.errors[row, column] = _ERRORS.get(stream[offset + 8], "#N/A")
    return row, column


def _leave_out(sheet: SheetRecords, tamed: bytearray, stream: bytes, start: int) -> None:
    """Takes values out of a sheet which has too many, spans too much or has columns that no program has.

    calamine makes room for the whole rectangle. They are taken out of the sheet's styles, errors and texts.
    """
    spread = sheet.bottom * sheet.right > MAX_CELLS
    count, gone = 0, False
    for kind, offset, length in sheet_records(stream, start):
        if kind == STRING and gone:  # the text of a formula that was left out
            struct.pack_into("<H", tamed, offset - 4, UNREAD)
        elif kind in _VALUES and length >= 6:
            row, column = _TWO.unpack_from(stream, offset)
            last = _last(kind, column, length)
            empty = _special(stream, kind, offset, length) == _EMPTY_TEXT
            count += 0 if empty else last - column + 1
            sheet.too_many |= count > MAX_VALUES
            near = NEAR_COLUMN if spread and row < NEAR_ROW else 0 if spread else FAR_COLUMN
            first = column if count > MAX_VALUES else max(column, near)
            gone = first == column
            if gone:
                struct.pack_into("<H", tamed, offset - 4, UNREAD)
            elif first <= last:
                _shorten(tamed, offset, length, first - column)
            for place in ((row, number) for number in range(first, last + 1)):
                sheet.styles.pop(place, None)
                sheet.errors.pop(place, None)
                sheet.texts.pop(place, None)
                if not empty and count <= MAX_VALUES:
                    sheet.far.append(place)


def _shorten(tamed: bytearray, offset: int, length: int, kept: int) -> None:
    """Shortens a record MULRK to its first values; nothing is read in the rest."""
    end = 4 + 6 * kept
    struct.pack_into("<H", tamed, offset - 2, end + 2)
    _THREE.pack_into(tamed, offset + end, NEAR_COLUMN - 1, UNREAD, length - end - 6)
