"""`selfeval watch`: a workbook is checked whenever it is saved; the marked copy lies beside it and is opened.
The workbook itself is never written.

Polling by time and size: it works on shared folders, where the systems' own notices do not arrive, and needs
no library.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import SelfevalError, UsageError, cause_of

KINDS = frozenset((".xlsx", ".xlsm", ".xls", ".ods"))
OURS = ("_标注", "_已填", "_改")  # copies that we wrote ourselves
PAUSE = 1.0  # seconds between two looks
SETTLED = 1.5  # seconds a file must have stayed as it is: Excel and WPS save in several steps

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at one saved file gave. out: the marked copy, None where it could not be made; then
    `trouble` says why.
    """

    file: Path
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    out: Path | None = None
    trouble: str = ""


def watched_files(folder: Path) -> dict[Path, Stamp]:
    """The workbooks below the folder with time of change (ns) and size; lock files and copies of ours are
    passed over.
    """
    from .reading.collect import collect

    found = {}
    for path in collect(folder):
        if path.suffix.lower() not in KINDS or path.stem.rstrip("0123456789").endswith(OURS):
            continue
        try:
            found[path] = _stamp(path)
        except OSError:  # gone since the folder was read: a program is just saving
            continue
    return found


class Settling:
    """Which files were saved since they were last handed out, once they have stayed the same for a while."""

    def __init__(self, known: dict[Path, Stamp], settled: float = SETTLED) -> None:
        self.known, self.settled = dict(known), settled
        self.moving: dict[Path, tuple[Stamp, float]] = {}

    def look(self, now_there: dict[Path, Stamp], now: float) -> list[Path]:
        """now: seconds of a clock that never runs back."""
        ready = []
        for path, stamp in now_there.items():
            if self.known.get(path) == stamp:
                self.moving.pop(path, None)
            elif path not in self.moving or self.moving[path][0] != stamp:
                self.moving[path] = stamp, now
            elif now - self.moving[path][1] >= self.settled:
                del self.moving[path]
                self.known[path] = stamp
                ready.append(path)
        for path in set(self.moving) - set(now_there):
            del self.moving[path]
        return ready


def check_saved(path: Path, policy, written: dict[Path, Stamp] | None = None) -> Checked:
    """Checks one workbook and writes the marked copy `…_标注` beside it.

    written: the copies of this run as they were written; only those are replaced. A copy in which somebody
    has written since, or that is
    not known, stays, and the new one gets a number.
    """
    from .checking import check
    from .filing import gather
    from .findings import Severity
    from .marks import mark
    from .reading import read_files

    written = {} if written is None else written
    try:
        out = _free(path, written)
        found = list(read_files([path]))
        findings = check(gather(found), policy, found)
        counts = [findings.count(severity) for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)]
        mark(path, findings, out)
    except SelfevalError as error:
        return Checked(path, trouble=str(error))
    except OSError as error:
        return Checked(path, trouble=f"读写文件时出错：{cause_of(error)}。保存好以后会再校验。")
    written[out] = _stamp(out)
    return Checked(path, *counts, out)


def _free(path: Path, written: dict[Path, Stamp]) -> Path:
    ending = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    number, out = 1, path.with_name(f"{path.stem}_标注{ending}")
    while out.exists() and written.get(out) != _stamp(out):
        number += 1
        out = path.with_name(f"{path.stem}_标注{number}{ending}")
    return out


def _stamp(path: Path) -> Stamp:
    state = path.stat()
    return state.st_mtime_ns, state.st_size


def watch(
    folder: Path,
    policy,
    *,
    once: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Checked]:
    """Each file after it was saved, without end; once: every file that is there now, then the end.

    Raises UsageError where there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"找不到文件夹“{folder}”。这里要写文件夹，例如放自评表的那个。")
    there, written = watched_files(folder), {}
    if once:
        yield from (check_saved(path, policy, written) for path in there)
        return
    settling = Settling(there)
    while True:
        for path in settling.look(watched_files(folder), clock()):
            yield check_saved(path, policy, written)
        sleep(PAUSE)


def open_beside(path: Path) -> bool:
    """Opens a file with the program of its kind, on a Windows desktop only; False where that is not so or
    does not work.
    """
    if sys.platform != "win32" or not os.environ.get("SESSIONNAME"):
        return False
    try:
        os.startfile(path)
    except OSError:
        return False
    return True
