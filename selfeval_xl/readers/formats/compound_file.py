"""The old compound file (xls, doc, encrypted packages): its directory and streams.

Every chain of sectors is bounded.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import DAMAGED

SECTOR = 512  # bytes, of what `packed` writes
SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # from here on values are markers, not sector numbers
_LIST, _TABLE, _LAST, _FREE = 0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF
_IN_HEADER, _SMALL = 109, 4096
_ENTRY = 128
# Names are the same in capitals and small letters; some programs write WORKBOOK.
_USUAL = {
    name.lower(): name
    for name in (
        *("Workbook", "Book", "WordDocument", "_VBA_PROJECT_CUR"),
        *("EncryptedPackage", "EncryptionInfo"),
    )
}
_LAST_SAVED = 13  # property number in \x05SummaryInformation


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the directory. type: 1 storage, 2 stream, 5 root. start: first sector. size: in bytes."""

    name: str
    type: int
    start: int
    size: int


class Compound:
    """A compound file in memory. root: the entries on its top level by name, spelled as Office does."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            self._shift = struct.unpack_from("<H", data, 30)[0]
            if self._shift not in (9, 12):
                raise UnreadableFile(DAMAGED)
            self._fat = self._read_fat()
            first_directory, _, self._cutoff, first_mini_fat = struct.unpack_from("<IIII", data, 48)
            entries = self._chain(first_directory)
            self._mini_fat = self._numbers(self._chain(first_mini_fat))
            self.root = self._root_level(entries)
        except (struct.error, IndexError) as error:
            raise UnreadableFile(DAMAGED) from error

    def _sector(self, number: int) -> bytes:
        """One sector; the header before sector 0 counts as one."""
        start = (number + 1) << self._shift
        return self.data[start : start + (1 << self._shift)]

    @staticmethod
    def _numbers(raw: bytes) -> array[int]:
        """The sector numbers in these bytes."""
        numbers = array("I")
        numbers.frombytes(raw[: len(raw) // 4 * 4])
        return numbers

    def _read_fat(self) -> array[int]:
        """The table of sectors: for each the number of the next one in its chain."""
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        following = struct.unpack_from("<I", self.data, 68)[0]
        for _ in range(len(self.data) >> self._shift):
            if following >= _END:
                break
            numbers = self._numbers(self._sector(following))
            if not numbers:
                break
            sectors += numbers[:-1]
            following = numbers[-1]
        return self._numbers(b"".join(self._sector(number) for number in sectors if number < _END))

    def _chain(self, start: int) -> bytes:
        """The sectors of the chain that begins at `start`; UnreadableFile where it runs in a circle."""
        found: list[bytes] = []
        while start < _END:
            if len(found) > len(self.data) >> self._shift or start >= len(self._fat):
                raise UnreadableFile(DAMAGED)
            found.append(self._sector(start))
            start = self._fat[start]
        return b"".join(found)

    def _root_level(self, raw: bytes) -> Mapping[str, Entry]:
        """The entries below the root of this directory, by name."""
        entries, links = [], []
        for offset in range(0, len(raw) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", raw, offset + 64)
            links.append(struct.unpack_from("<III", raw, offset + 68))
            start, size = struct.unpack_from("<II", raw, offset + 116)
            name = raw[offset : offset + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            entries.append(Entry(_USUAL.get(name.lower(), name), kind, start, size))
        if not entries:
            raise UnreadableFile(DAMAGED)
        self._mini = self._chain(entries[0].start) if entries[0].start < _END else b""
        root: dict[str, Entry] = {}
        waiting, seen = [links[0][2]], set()
        while waiting:
            number = waiting.pop()
            if number < len(entries) and number not in seen:
                seen.add(number)
                root[entries[number].name] = entries[number]
                waiting += links[number][:2]
        return root

    def stream(self, name: str) -> bytes | None:
        """A stream of the top level, or None where there is none."""
        entry = self.root.get(name)
        if entry is None or entry.type != 2:
            return None
        if entry.size >= self._cutoff:
            return self._chain(entry.start)[: entry.size]
        parts: list[bytes] = []
        number = entry.start
        while number < _END:
            if len(parts) > len(self._mini_fat) or number >= len(self._mini_fat):
                raise UnreadableFile(DAMAGED)
            parts.append(self._mini[number * 64 : number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(parts)[: entry.size]

    def saved(self) -> str | None:
        """The time of the last save from the file's summary, as ISO text in UTC; None where it has none."""
        try:
            summary = self.stream("\x05SummaryInformation") or b""
            section = struct.unpack_from("<I", summary, 44)[0]
            for number in range(min(struct.unpack_from("<I", summary, section + 4)[0], 100)):
                key, offset = struct.unpack_from("<II", summary, section + 8 + number * 8)
                if key == _LAST_SAVED:
                    ticks = struct.unpack_from("<Q", summary, section + offset + 4)[0]
                    moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
                    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 1980 else None
        except (struct.error, OverflowError, UnreadableFile):
            return None
        return None


def packed(name: str, stream: bytes) -> bytes:
    """A compound file with this one stream and nothing else, for a library that needs a file.

    Sectors: the stream, one of directory, the tables of sectors, then the lists of those tables beyond the
    109 in the header.
    """
    stream = stream.ljust(-(-max(len(stream), _SMALL) // SECTOR) * SECTOR, b"\0")
    pieces, numbers = len(stream) // SECTOR, SECTOR // 4
    tables = lists = 0
    while tables * numbers < pieces + 1 + tables + lists:
        tables += 1
        lists = -(-max(0, tables - _IN_HEADER) // (numbers - 1))
    chain = [*range(1, pieces), _LAST, _LAST, *[_TABLE] * tables, *[_LIST] * lists]
    fat = array("I", chain + [_FREE] * (tables * numbers - len(chain))).tobytes()
    table_sectors = [pieces + 1 + number for number in range(tables)]
    further = table_sectors[_IN_HEADER:] + [_FREE] * (lists * (numbers - 1) - max(0, tables - _IN_HEADER))
    first_list = pieces + 1 + tables
    listed = b"".join(
        array(
            "I",
            [
                *further[index * (numbers - 1) : (index + 1) * (numbers - 1)],
                first_list + index + 1 if index + 1 < lists else _LAST,
            ],
        ).tobytes()
        for index in range(lists)
    )
    head = SIGNATURE + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, tables, pieces, 0, _SMALL, _LAST, 0, first_list if lists else _LAST, lists)
    head += struct.pack("<109I", *table_sectors[:_IN_HEADER], *[_FREE] * (_IN_HEADER - len(table_sectors)))
    directory = _entry("Root Entry", 5, 1, _LAST, 0) + _entry(name, 2, _FREE, 0, len(stream))
    return head + stream + directory.ljust(SECTOR, b"\0") + fat + listed


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    """An entry of the directory, 128 bytes."""
    title = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(title), kind, 1, _FREE, _FREE, child)
    return (title.ljust(64, b"\0") + links).ljust(116, b"\0") + struct.pack("<III", start, size, 0)
