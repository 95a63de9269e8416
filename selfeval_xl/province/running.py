"""The counties one after the other, each in a process of its own: one that fails costs itself only."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..county import County
from ..reading.child import receive, send
from .child import START, Order, Refused, Step
from .folders import Place

KILLED = "汇总时程序被中断（内存不够，或被结束），没有做完；其他县区不受影响。请关掉其他程序，再运行一次。"
BROKEN = "汇总时程序出错，没有做完；其他县区不受影响。请把这个记录文件发给开发者：{log}"
NO_START = "汇总的程序启动不了（{cause}）。请重新安装selfeval-xl后再试。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one county: its figures, or why there are none. book: its workbook, whether it was
    written or not.
    """

    place: Place
    book: Path
    county: County | None = None
    reason: str = ""


def run(place: Place, order: Order, progress: Callable[[int, int, str], None] | None = None) -> Outcome:
    """Consolidates one county in a child process and waits for it. progress(done, all, file name)."""
    with tempfile.TemporaryFile() as noise:
        try:
            answer = _ask(order, noise, progress)
        except OSError as error:
            answer = Refused(NO_START.format(cause=error.strerror or error))
        if answer is None:
            answer = Refused(_died(noise))
    if isinstance(answer, Refused):
        return Outcome(
            place, order.out, reason=_without_folders(answer.text, place.path.parent, order.out.parent)
        )
    return Outcome(place, order.out, answer)


def _without_folders(text: str, *folders: Path) -> str:
    """The reason goes into a workbook that is passed on: only the names, not where they lie on this machine."""
    for folder in folders:
        text = text.replace(f"{folder}{os.sep}", "")
    return text


def _died(noise: BinaryIO) -> str:
    """Why there is no answer; what Python said before its end is saved where a person can find it."""
    noise.seek(0)
    said = noise.read()
    if b"Traceback" not in said:
        return KILLED
    with tempfile.NamedTemporaryFile(prefix="selfeval-", suffix=".log", delete=False) as log:
        log.write(said)
    return BROKEN.format(log=log.name)


def _ask(
    order: Order, noise: BinaryIO, progress: Callable[[int, int, str], None] | None
) -> County | Refused | None:
    """The child's last word; None where it died without one."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=noise,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    root = str(Path(__file__).resolve().parents[2])
    try:
        process.stdin.write(pickle.dumps([root, *(place for place in sys.path if place and place != root)]))
        send(process.stdin, order)
        while isinstance(answer := receive(process.stdout), Step):
            if progress:
                progress(answer.done, answer.whole, answer.name)
        process.wait()
        return answer
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        return None
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                pipe.close()
            except OSError:
                continue  # what was still to be said to a dead process is of no use
