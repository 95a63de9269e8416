"""Old xls workbooks built record by record."""

from __future__ import annotations

import struct

from selfeval_xl.readers.formats.compound_file import packed

PERCENT, CLOCK = 1, 2  # cell styles: 0.00% and h:mm; 0 is General
_FORMATS = (0, 10, 20)


def record(kind: int, data: bytes = b"") -> bytes:
    """One record."""
    return struct.pack("<HH", kind, len(data)) + data


def begin(kind: int, version: int = 0x600) -> bytes:
    """The first record of a part. kind: 5 workbook, 0x10 worksheet, 0x20 chart."""
    return record(0x809, struct.pack("<HHHHII", version, kind, 0x1234, 1997, 0, 0))


def wide(text: str) -> bytes:
    """A text with its length in front, two bytes a character."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return struct.pack("<HB", len(raw) // 2, 1) + raw


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """A cell with a number."""
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def numbers(row: int, column: int, count: int) -> bytes:
    """Cells with the numbers 0, 1, 2 ... beside each other, in one record."""
    cells = b"".join(struct.pack("<HI", 0, index << 2 | 2) for index in range(count))
    return record(0xBD, struct.pack("<HH", row, column) + cells + struct.pack("<H", column + count - 1))


def text(row: int, column: int, value: str) -> bytes:
    """A cell with a text of its own."""
    return record(0x204, struct.pack("<HHH", row, column, 0) + wide(value))


def shared(row: int, column: int, index: int) -> bytes:
    """A cell with a shared string."""
    return record(0xFD, struct.pack("<HHHI", row, column, 0, index))


def formula(row: int, column: int, value: str, piece: int = 8224) -> bytes:
    """A formula that gives this text, which goes on in another record after `piece` bytes."""
    given = struct.pack("<HHH8sHIH", row, column, 0, b"\0\0\0\0\0\0\xff\xff", 0, 0, 0)
    raw = wide(value)
    pieces = [record(0x207, raw[:piece])]
    pieces += [record(0x3C, b"\1" + raw[at : at + piece - 1]) for at in range(piece, len(raw), piece - 1)]
    return record(0x06, given) + b"".join(pieces)


def merge(*areas: tuple[int, int, int, int]) -> bytes:
    """Merged areas: first and last row, first and last column."""
    return record(
        0xE5, struct.pack("<H", len(areas)) + b"".join(struct.pack("<HHHH", *area) for area in areas)
    )


def strings(values: list[str], size: int) -> bytes:
    """The shared strings in records of this size, which end wherever they are full, as Excel's do."""
    pieces = [struct.pack("<II", len(values), len(values))]
    for value in values:
        head, raw = wide(value)[:3], wide(value)[3:]
        if size - len(pieces[-1]) < len(head):
            pieces.append(b"")
        pieces[-1] += head
        while raw:
            room = (size - len(pieces[-1])) // 2 * 2
            pieces[-1] += raw[:room]
            raw = raw[room:]
            if raw:
                pieces.append(b"\1")
    return record(0xFC, pieces[0]) + b"".join(record(0x3C, piece) for piece in pieces[1:])


def stream(
    *sheets: bytes, before: bytes = b"", code_page: int = 1200, name: bytes = b"", state: int = 0
) -> bytes:
    """A workbook stream of sheets with these records.

    before: records of the whole workbook. code_page: 0 for none. name: the sheets' name in a book of before
    1997, which is made where there is one. state: 1 for hidden sheets.
    """
    version = 0x500 if name else 0x600
    head = begin(5, version) + (record(0x42, struct.pack("<H", code_page)) if code_page else b"")
    for number_format in _FORMATS:
        head += record(0xE0, struct.pack("<HH16x", 0, number_format))
    head += before
    titles = [
        bytes([len(name)]) + name if name else b"\2\1" + f"表{index}".encode("utf-16-le")
        for index in range(len(sheets))
    ]
    start = len(head) + sum(10 + len(title) for title in titles) + 4
    body = b""
    for title, records in zip(titles, sheets, strict=True):
        head += record(0x85, struct.pack("<IBB", start + len(body), state, 0) + title)
        body += begin(0x10, version) + record(0x200, bytes(14)) + records + record(0x0A)
    return head + record(0x0A) + body


def book(
    *sheets: bytes, before: bytes = b"", code_page: int = 1200, name: bytes = b"", state: int = 0
) -> bytes:
    """A file with the stream of these sheets (see stream)."""
    content = stream(*sheets, before=before, code_page=code_page, name=name, state=state)
    return packed("Book" if name else "Workbook", content)
