"""What goes wrong inside: a sentence with a number for the person, the whole for whoever runs the desk."""

from __future__ import annotations

import os
import secrets
import sys
import threading
import traceback
from datetime import datetime
from pathlib import Path

from selfeval_xl.errors import OutputError, SelfevalError
from selfeval_xl.model.text import printable

LARGEST_LOG = 4 << 20
TROUBLE = (
    "收件台的电脑现在存不了文件，刚才的操作没有做成，已经给了回执的不受影响。"
    "请稍后再试，或告诉财政局（编号{number}）。"
)
BROKEN = (
    "收件台出错了，刚才的操作可能没有做成，已经给了回执的不受影响。"
    "请再试一次；还不行的，把编号{number}告诉财政局。"
)


class Faults:
    """Keeps faults in a file of the desk's state, and says each once on standard error."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._lock = threading.Lock()

    def trouble(self, error: SelfevalError) -> str:
        """The sentence for an error of the desk's computer; its own may name folders."""
        number = self._keep(error)
        return (TROUBLE if isinstance(error, OutputError) else BROKEN).format(number=number)

    def broken(self, error: Exception) -> str:
        """The sentence for an error that nobody expected."""
        return BROKEN.format(number=self._keep(error))

    def _keep(self, error: Exception) -> str:
        now = datetime.now()
        number = f"{now:%m%d-%H%M%S}-{secrets.token_hex(2)}"
        said = str(error) if isinstance(error, SelfevalError) else f"程序出错（{type(error).__name__}）"
        print(
            printable(f"{now:%H:%M:%S} 编号{number}：{said} 详情在 {self.log}"), file=sys.stderr, flush=True
        )
        text = "".join(traceback.format_exception(error))
        with self._lock:
            try:
                self._append(f"== {number}\n{text}\n")
            except OSError:  # the disk is full: what stands on the screen has to do
                pass
        return number

    def _append(self, text: str) -> None:
        """Appends to the file, which starts anew when it has grown too large."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            flags |= os.O_TRUNC
        handle = os.open(self.log, flags, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
