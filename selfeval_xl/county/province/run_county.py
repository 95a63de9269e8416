"""Runs each county in a process of its own, so that one that fails stops no other."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from selfeval_xl.county.province.county_process import START, Order, Refused, Step
from selfeval_xl.county.province.folders import Place
from selfeval_xl.county.result import County
from selfeval_xl.workers import receive, start_child

KILLED = "汇总时程序被中断（内存不够，或被结束），没有做完；其他县区不受影响。请关掉其他程序，再运行一次。"
BROKEN = "汇总时程序出错，没有做完；其他县区不受影响。请把这个记录文件发给开发者：{log}"
NO_START = "汇总的程序启动不了（{cause}）。请重新安装selfeval-xl后再试。"


@dataclass(frozen=True, slots=True)
class CountyOutcome:
    """The outcome of one county: its figures, or the reason why there are none.

    book: the path of its workbook, whether it was written or not.
    """

    place: Place
    book: Path
    county: County | None = None
    reason: str = ""


def run(place: Place, order: Order, progress: Callable[[int, int, str], None] | None = None) -> CountyOutcome:
    """Consolidates one county in a child process and waits for it. progress(done, all, file name)."""
    with tempfile.TemporaryFile() as noise:
        try:
            answer = _ask(order, noise, progress)
        except OSError as error:
            answer = Refused(NO_START.format(cause=error.strerror or error))
        if answer is None:
            answer = Refused(_died(noise))
    if isinstance(answer, Refused):
        return CountyOutcome(
            place, order.out, reason=_without_folders(answer.text, place.path.parent, order.out.parent)
        )
    return CountyOutcome(place, order.out, answer)


def _without_folders(text: str, *folders: Path) -> str:
    """The reason with bare file names, because it goes into a workbook that leaves this machine."""
    for folder in folders:
        text = text.replace(f"{folder}{os.sep}", "")
    return text


def _died(noise: BinaryIO) -> str:
    """The reason why there is no answer. noise: what the child printed; a traceback in it goes to a log."""
    noise.seek(0)
    output = noise.read()
    if b"Traceback" not in output:
        return KILLED
    with tempfile.NamedTemporaryFile(prefix="selfeval-", suffix=".log", delete=False) as log:
        log.write(output)
    return BROKEN.format(log=log.name)


def _ask(
    order: Order, noise: BinaryIO, progress: Callable[[int, int, str], None] | None
) -> County | Refused | None:
    """The child's last answer; None where it died without one."""
    child = start_child(START, noise)
    try:
        child.begin(order)
        while isinstance(answer := receive(child.answers), Step):
            if progress:
                progress(answer.done, answer.whole, answer.name)
        child.process.wait()
        return answer
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        return None
    finally:
        child.end()
