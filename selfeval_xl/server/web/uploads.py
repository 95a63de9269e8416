"""Files that a browser sends, from the network straight to the disk.

A body of multipart/form-data is parsed as it comes; of a file no more than one piece is in memory. Heads of
parts, names and the few fields beside the files are bounded, the files by whoever keeps them (IncomingFile).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from selfeval_xl.errors import Refused
from selfeval_xl.server.desk import IncomingFile

MOST_HEADS, LONGEST_HEAD = 8, 4096  # of one part: how many lines, and bytes of all together
MOST_FIELDS, LONGEST_FIELD = 10, 4096
PIECE = 128 << 10  # bytes that are gathered for one step on the disk
BROKEN = "上传的内容不完整，没有收下。请再传一次。"
NO_FILE = "没有选文件。请先选好要交的文件，再点“上传并校验”。"

OpenFile = Callable[[str], IncomingFile]


@dataclass
class _Part:
    """A part of the body: its head while it comes, then a field's value or a file."""

    heads: list[tuple[bytearray, bytearray]] = field(default_factory=list)
    size: int = 0
    name: str = ""
    value: bytearray | None = None
    file: IncomingFile | None = None


class Receiver:
    """Takes a body piece by piece. `fields` are the fields so far, `files` how many files were finished.

    allowed: asked with the fields when the first file begins; raises where nothing may be sent. open_file: is
    given each file's name as the browser has it, and keeps the file.
    """

    def __init__(
        self, boundary: bytes, allowed: Callable[[dict[str, str]], None], open_file: OpenFile
    ) -> None:
        self.fields: dict[str, str] = {}
        self.files = 0
        self.ended = False
        self._allowed, self._open_file = allowed, open_file
        self._part: _Part | None = None
        self._may_send = False
        callbacks: Any = {
            "on_part_begin": self._begin,
            "on_header_begin": self._head,
            "on_header_field": lambda data, start, end: self._head_bytes(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._head_bytes(1, data[start:end]),
            "on_headers_finished": self._heads_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def feed(self, piece: bytes) -> None:
        """Takes the next bytes of the body. Raises Refused and what the callables raise."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise Refused(BROKEN) from error

    def finish(self) -> None:
        """The body has come to its end. Raises Refused where it is cut short, or has no file."""
        if not self.ended:
            raise Refused(BROKEN)
        if not self.files:
            self._allowed(self.fields)
            raise Refused(NO_FILE)

    def break_off(self) -> None:
        """Gives up the file that was being received."""
        if self._part is not None and self._part.file is not None:
            self._part.file.drop()
            self._part = None

    @property
    def part(self) -> _Part:
        """The part that is being received."""
        if self._part is None:
            raise Refused(BROKEN)
        return self._part

    def _begin(self) -> None:
        self._part = _Part()

    def _head(self) -> None:
        self.part.heads.append((bytearray(), bytearray()))
        if len(self.part.heads) > MOST_HEADS:
            raise Refused(BROKEN)

    def _head_bytes(self, side: int, data: bytes) -> None:
        self.part.size += len(data)
        if self.part.size > LONGEST_HEAD or not self.part.heads:
            raise Refused("有一个文件的名称太长，没有收下。请改短文件名再传。")
        self.part.heads[-1][side].extend(data)

    def _heads_finished(self) -> None:
        part = self.part
        heads = {bytes(name).strip().lower(): bytes(value) for name, value in part.heads}
        kind, options = parse_options_header(heads.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise Refused(BROKEN)
        part.name = options[b"name"].decode("utf-8", "replace")
        if b"filename" not in options:
            part.value = bytearray()
            if len(self.fields) >= MOST_FIELDS:
                raise Refused(BROKEN)
            return
        shown_name = options[b"filename"].decode("utf-8", "replace")
        if not shown_name:  # a browser sends an empty part for a box in which nothing was chosen
            return
        if not self._may_send:
            self._allowed(self.fields)
            self._may_send = True
        part.file = self._open_file(shown_name)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.part
        if part.file is not None:
            part.file.write(data[start:end])
        elif part.value is not None:
            part.value.extend(data[start:end])
            if len(part.value) > LONGEST_FIELD:
                raise Refused(BROKEN)

    def _end(self) -> None:
        part = self.part
        if part.file is not None:
            part.file.finish()
            self.files += 1
        elif part.value is not None:
            self.fields[part.name] = bytes(part.value).decode("utf-8", "replace")
        self._part = None

    def _all(self) -> None:
        self.ended = True


async def receive(
    request: Request, allowed: Callable[[dict[str, str]], None], open_file: OpenFile
) -> Receiver:
    """Receives all files of a request. Raises Refused, and what the callables raise; see Receiver.

    Whatever goes wrong, also that the sender is gone: the file that was being received is dropped.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not 1 <= len(options.get(b"boundary", b"")) <= 200:
        raise Refused(BROKEN)
    receiver = Receiver(options[b"boundary"], allowed, open_file)
    gathered = bytearray()
    try:
        async for piece in request.stream():
            gathered += piece
            if len(gathered) >= PIECE:
                await run_in_threadpool(receiver.feed, bytes(gathered))
                gathered.clear()
        if gathered:
            await run_in_threadpool(receiver.feed, bytes(gathered))
        receiver.finish()
    except ClientDisconnect as gone:
        raise Refused(BROKEN) from gone
    finally:
        if not receiver.ended or receiver._part is not None:
            await run_in_threadpool(receiver.break_off)
    return receiver
