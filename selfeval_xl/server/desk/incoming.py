"""A file on its way in: written piece by piece within bounds, complete or not there at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from selfeval_xl.errors import OutputError, Refused, cause_of

MEGABYTE = 1 << 20


class IncomingFile:
    """A file that is being received: `write` its pieces, then `finish` it; `drop` it when the sender stops.

    Raises Refused where it, or the upload as a whole, gets too large, OutputError where it cannot be kept.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        most: int,
        left: int,
        taken: Callable[[IncomingFile], None] = lambda file: None,
    ) -> None:
        """path: where it will lie. name: as it is shown. most: bytes of it; left: of the upload as a whole.

        taken: called with the finished file.
        """
        self.path, self.name, self.size, self.sha256 = path, name, 0, ""
        self._most, self._left, self._taken = most, left, taken
        self._digest = hashlib.sha256()
        self._open = True
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        except OSError as error:
            raise self._fault(error) from error

    def write(self, piece: bytes) -> None:
        """Appends bytes."""
        self.size += len(piece)
        if self.size > self._most:
            self.drop()
            raise Refused(
                f"“{self.name}”超过{self._most // MEGABYTE}MB，没有收下。"
                "请删去工作簿里的图片，或把扫描件存得小一些再试。"
            )
        if self.size > self._left:
            self.drop()
            raise Refused("这一次的文件加起来太大，没有收下。请分几次上传，或把扫描件存得小一些再试。")
        self._digest.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            self.drop()
            raise self._fault(error) from error

    def finish(self) -> None:
        """Ends the file, which is then taken."""
        if not self._open:
            return
        try:
            self._file.close()
        except OSError as error:
            self.drop()
            raise self._fault(error) from error
        self._open = False
        self.sha256 = self._digest.hexdigest()
        try:
            self._taken(self)
        except BaseException:
            self.path.unlink(missing_ok=True)
            raise

    def drop(self) -> None:
        """Deletes what has come, unless it is finished; harmless at any time."""
        if not self._open:
            return
        self._open = False
        try:
            self._file.close()
        except OSError:
            pass  # it is to be deleted anyhow
        self.path.unlink(missing_ok=True)

    def _fault(self, error: OSError) -> OutputError:
        return OutputError(f"“{self.name}”没有收下：{cause_of(error)}。请告知财政局，稍后再试。")
