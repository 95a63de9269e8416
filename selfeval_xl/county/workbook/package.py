"""Packs a workbook with long sheets: copies XlsxWriter's package and puts the rows in at their marks.

A second thread packs rows while the next ones are made; they are never in a file of their own.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from selfeval_xl.county.workbook.row_xml import MARK

_LONG = 500_000  # rows from which a sheet may be larger than 2 GB
_MOST_WAITING = 8  # pieces made before they are packed


def sheet_part(index: int) -> str:
    """The name of a worksheet's part. index: its position in the workbook, from 0."""
    return f"xl/worksheets/sheet{index + 1}.xml"


def pack(skeleton: Path, target: Path, rows: Mapping[str, tuple[int, Iterable[str]]]) -> None:
    """Writes the workbook.

    skeleton: as XlsxWriter left it. rows: by part, how many rows and the pieces of their XML. Raises OSError
    where it cannot be written.
    """
    with ZipFile(skeleton) as source, ZipFile(target, "w", ZIP_DEFLATED) as package:
        for entry in source.infolist():
            fresh = ZipInfo(entry.filename, entry.date_time)
            fresh.compress_type, fresh.external_attr, fresh.create_system = (
                entry.compress_type,
                entry.external_attr,
                entry.create_system,
            )
            if entry.filename not in rows:
                package.writestr(fresh, source.read(entry))
                continue
            count, pieces = rows[entry.filename]
            head, _, tail = source.read(entry).partition(MARK.encode())
            with package.open(fresh, "w", force_zip64=count > _LONG) as part, _Packing(part) as packing:
                packing.put(head)
                for piece in pieces:
                    packing.put(piece.encode())
                packing.put(tail)


class _Packing:
    """Writes pieces to a part in a thread of its own; an error there is raised by `put` or at the end."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self._error: Exception | None = None
        self._waiting: queue.Queue[bytes | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, daemon=True)

    def put(self, piece: bytes) -> None:
        """Hands the next piece to the thread; waits while too many are waiting."""
        if self._error:
            raise self._error
        self._waiting.put(piece)

    def _work(self) -> None:
        """Writes pieces until there is a None; after an error it only takes them, so `put` never hangs."""
        while (piece := self._waiting.get()) is not None:
            if self._error is None:
                try:
                    self._part.write(piece)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the rows are made
                    self._error = error

    def __enter__(self) -> _Packing:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._waiting.put(None)
        self._thread.join()
        if self._error and error[0] is None:
            raise self._error
