"""The process that consolidates one county; it ends with that county, and so gives its memory back."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county import consolidate
from selfeval_xl.county.result import County
from selfeval_xl.errors import SelfevalError, cause_of
from selfeval_xl.workers import receive, send

START = "from selfeval_xl.county.province.county_process import serve;serve()"
_BETWEEN = 0.1  # seconds between two messages about progress


@dataclass(frozen=True, slots=True)
class Order:
    """The job of one county's process: the arguments of `county.consolidate`."""

    folder: Path
    out: Path
    roster: Path | None
    policy: Policy
    against: Path | None
    with_forms: bool
    jobs: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A message about progress: `done` of `whole` files are read, the last one is `name`."""

    done: int
    whole: int
    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer for a county that cannot be consolidated; the text is for people."""

    text: str


def serve() -> None:
    """Carries out an order from standard input and ends; ends earlier when the parent does.

    Standard output gets Steps and at last a County or a Refused.
    """
    order, answers = receive(sys.stdin.buffer), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between the answers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    send(answers, _answer(order, answers))


def _answer(order: Order, answers: BinaryIO) -> County | Refused:
    """The county as ordered; where that is impossible, the reason."""
    try:
        return consolidate(
            order.folder,
            order.out,
            roster=order.roster,
            policy=order.policy,
            against=order.against,
            with_forms=order.with_forms,
            jobs=order.jobs,
            progress=_ProgressSender(answers),
        )
    except SelfevalError as error:
        return Refused(str(error))
    except MemoryError:
        return Refused("内存不够，没有做完。请关掉其他程序再试。")
    except OSError as error:
        return Refused(
            f"读写文件时出错{f'（{error.filename}）' if error.filename else ''}：{cause_of(error)}。"
            "请处理后再试。"
        )


class _ProgressSender:
    """Sends the progress of reading to the parent, at most once every `_BETWEEN` seconds."""

    def __init__(self, answers: BinaryIO) -> None:
        self.answers, self.last = answers, 0.0

    def __call__(self, done: int, whole: int, name: str) -> None:
        now = time.monotonic()
        if done == whole or now - self.last >= _BETWEEN:
            self.last = now
            send(self.answers, Step(done, whole, name))


def _end_with_parent() -> None:
    """Ends this process when the parent closes standard input, as it does when it dies."""
    while os.read(0, 1):  # not through sys.stdin: its lock would be held when this process ends
        continue
    os._exit(1)
