"""What lies over the cells of a sheet of an xls: text boxes, pictures and notes, from its drawing records."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from selfeval_xl.model.grid import Area, Overlay
from selfeval_xl.readers.formats.overlays import note, shown_text
from selfeval_xl.readers.formats.xls_records import CONTINUE, sheet_records

_DRAWING, _OBJECT, _TEXT, _NOTE = 0x00EC, 0x005D, 0x01B6, 0x001C
_PICTURE_OBJECT = 8
_ANCHOR = b"\x00\x00\x10\xf0\x12\x00\x00\x00"  # head of the record with the cells of a shape
_ANCHOR_SIZE = 18


def has_overlays(stream: bytes) -> bool:
    """Whether a workbook stream has any shape over cells."""
    return _ANCHOR in stream


def overlays_in(stream: bytes, start: int) -> list[Overlay]:
    """What lies over the cells of the sheet whose records begin at `start`; damaged records are left out."""
    found: list[Overlay] = []
    areas: dict[int, Area | None] = {}  # by the object's number
    texts: dict[int, str] = {}
    notes: list[tuple[tuple[int, int], int]] = []
    area: Area | None = None
    number = wanted = 0  # of the object that is being read; characters of its text still to come
    for kind, offset, length in sheet_records(stream, start):
        data = stream[offset : offset + length]
        if kind == _DRAWING:
            area = _area(data) or area
        elif kind == _OBJECT and length >= 8:
            sort, number = struct.unpack_from("<HH", data, 4)
            if sort == _PICTURE_OBJECT:
                found.append(Overlay(Overlay.PICTURE, "", area))
            areas[number] = area
        elif kind == _TEXT and length >= 12:
            wanted, texts[number] = struct.unpack_from("<H", data, 10)[0], ""
        elif kind == CONTINUE and wanted and length:
            text = data[1:].decode("utf-16-le" if data[0] & 1 else "latin-1", "replace")[:wanted]
            texts[number] = texts.get(number, "") + text
            wanted -= len(text)
        elif kind == _NOTE and length >= 8:
            row, column, _, number = struct.unpack_from("<HHHH", data)
            notes.append(((row, column), number))
    for place, number in notes:
        areas.pop(number, None)
        found += _of_note(place, texts.get(number, ""))
    found += [
        Overlay(Overlay.BOX, shown_text(texts[number]), lying)
        for number, lying in areas.items()
        if texts.get(number, "").strip()
    ]
    return found


def _of_note(place: tuple[int, int], text: str) -> Iterator[Overlay]:
    """The note of a cell; Excel writes its author as the first line."""
    author, mark, _ = text.partition(":\n")
    return note(place, text, author if mark and len(author) <= 30 else "")


def _area(data: bytes) -> Area | None:
    """The cells under the last shape of a drawing record; None where it places none."""
    at = data.rfind(_ANCHOR)
    if at < 0 or at + len(_ANCHOR) + _ANCHOR_SIZE > len(data):
        return None
    left, _, top, _, right, across, bottom, down = struct.unpack_from("<8H", data, at + len(_ANCHOR) + 2)
    return Area(top, left, max(top, bottom - (not down)), max(left, right - (not across)))
