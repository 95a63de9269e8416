"""What is damaged in an xls workbook stream: a damaged sheet costs its own end, or itself, and no other."""

from __future__ import annotations

import struct
from io import BytesIO

from python_calamine import CalamineWorkbook

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.calamine import open_calamine
from selfeval_xl.readers.formats.compound_file import packed
from selfeval_xl.readers.formats.guard import DAMAGED
from selfeval_xl.readers.formats.xls_records import BOF, EOF, BookRecords, SheetRecords, records

MAX_TRIED = 256 << 20  # bytes of all the copies in which sheets are tried one by one
_EMPTY = struct.pack("<HHHHHHIIHH", BOF, 16, 0x600, 0x10, 0, 0, 0, 0, EOF, 0)  # a sheet without cells
_MEND = "请用Excel或WPS打开并修复，另存为xlsx再报送；打不开的请单位重新保存一份。"
ONLY_CHARTS = "里没有工作表，只有图表或宏；请核对文件，把填好的表格另存为xlsx再报送。"
BROKEN_SHEET = f"这张工作表已损坏，没有读取。{_MEND}"
CUT_SHEET = "这张工作表的后半部分已损坏，只读到第{row}行。" + _MEND
NO_SHEET = "的数据从第{at}字节起损坏（共{size}字节），工作表一张也读不出来；" + _MEND


def reason(book: BookRecords, stream: bytes) -> UnreadableFile:
    """Why no sheet of a workbook can be read."""
    if not book.whole:
        at = _end(stream, 0)[0]
        return UnreadableFile(NO_SHEET.format(at=at + 1, size=len(stream)))
    return UnreadableFile(ONLY_CHARTS if only_charts(book) else DAMAGED)


def only_charts(book: BookRecords) -> bool:
    """Whether no sheet of a workbook holds cells."""
    return 0 < book.charts == len(book.sheets)


def close_cut_sheets(book: BookRecords, stream: bytes) -> dict[int, str]:
    """Ends each sheet that is cut off or broken before its damage; the sentence on each by its number."""
    told: dict[int, str] = {}
    for number, sheet in enumerate(book.sheets):
        if sheet.whole:
            continue
        end, depth = _end(stream, sheet.start)
        if depth and sheet.bottom:
            ends = struct.pack("<HH", EOF, 0) * depth
            book.tamed[end : end + len(ends)] = ends
            told[number] = CUT_SHEET.format(row=sheet.bottom)
        else:
            _empty(book.tamed, sheet)
            told[number] = BROKEN_SHEET
    return told


def opened_in_part(name: str, book: BookRecords, stream: bytes) -> tuple[CalamineWorkbook, dict[int, str]]:
    """The workbook without the sheets that calamine cannot read, and the sentence on each by its number.

    name: of the workbook stream. Raises UnreadableFile where no sheet can be read.
    """
    if len(book.sheets) * len(stream) > MAX_TRIED:
        raise reason(book, stream)
    told = {}
    for number, sheet in enumerate(book.sheets):
        alone = bytearray(book.tamed)
        for other in book.sheets:
            if other is not sheet:
                _empty(alone, other)
        try:
            open_calamine(BytesIO(packed(name, bytes(alone)))).close()
        except UnreadableFile:
            told[number] = BROKEN_SHEET
    if len(told) == len(book.sheets):
        raise reason(book, stream)
    for number in told:
        _empty(book.tamed, book.sheets[number])
    return open_calamine(BytesIO(packed(name, bytes(book.tamed)))), told


def _end(stream: bytes, start: int) -> tuple[int, int]:
    """The offset behind the last whole record of the part that begins here, and how many parts it is in."""
    end, depth = start, 0
    for kind, offset, length in records(stream, start):
        end = offset + length
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 0:
            break
    return end, depth


def _empty(tamed: bytearray, sheet: SheetRecords) -> None:
    """Makes the record that lists a sheet point to a sheet without cells."""
    struct.pack_into("<I", tamed, sheet.listed, len(tamed))
    tamed += _EMPTY
