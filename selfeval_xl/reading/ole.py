"""The old compound file (xls, doc, encrypted packages): its directory and streams, with every chain of sectors bounded."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..errors import UnreadableFile
from .guard import DAMAGED

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA             # this and above are no sector numbers
_ENTRY = 128
_LAST_SAVED = 13              # property number in \x05SummaryInformation


@dataclass(frozen=True, slots=True)
class Entry:
    """type: 1 storage, 2 stream, 5 root."""

    name: str
    type: int
    start: int
    size: int


class Compound:
    """A compound file in memory; `root` has the entries on its top level by name."""

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
        start = (number + 1) << self._shift
        return self.data[start:start + (1 << self._shift)]

    @staticmethod
    def _numbers(raw: bytes) -> array:
        numbers = array("I")
        numbers.frombytes(raw[:len(raw) // 4 * 4])
        return numbers

    def _read_fat(self) -> array:
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
        """The sectors from `start` on; a chain that is longer than the file goes round in a circle."""
        found = []
        while start < _END:
            if len(found) > len(self.data) >> self._shift or start >= len(self._fat):
                raise UnreadableFile(DAMAGED)
            found.append(self._sector(start))
            start = self._fat[start]
        return b"".join(found)

    def _root_level(self, raw: bytes) -> Mapping[str, Entry]:
        entries, links = [], []
        for offset in range(0, len(raw) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", raw, offset + 64)
            links.append(struct.unpack_from("<III", raw, offset + 68))
            start, size = struct.unpack_from("<II", raw, offset + 116)
            name = raw[offset:offset + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            entries.append(Entry(name, kind, start, size))
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
            return self._chain(entry.start)[:entry.size]
        parts, number = [], entry.start
        while number < _END:
            if len(parts) > len(self._mini_fat) or number >= len(self._mini_fat):
                raise UnreadableFile(DAMAGED)
            parts.append(self._mini[number * 64:number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(parts)[:entry.size]

    def saved(self) -> str | None:
        """When the file was last saved, from its summary, as ISO text in UTC."""
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
