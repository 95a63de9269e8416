"""`selfeval watch`: a workbook is checked whenever it is saved, and its marked copy beside it is opened.

The workbook itself is never written. Files are polled by time and size: that works on shared folders, where
the systems' own notices do not arrive, and needs no library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.errors import SelfevalError, UsageError, cause_of
from selfeval_xl.files import free_name, replacing, take_over_origin
from selfeval_xl.model.findings import Counts
from selfeval_xl.readers.formats.kinds import SHEET_ENDINGS

if TYPE_CHECKING:
    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.filings.roster import Roster

# The names of files that this program writes end so: copies, the list of a merge, what a split keeps.
OURS = ("_标注", "_已填", "_改", "_合并清单", "部门工作簿_拆分留底", "部门工作簿_拆分留底_旧")
PAUSE = 1.0  # seconds between two polls
SETTLED = 1.5  # seconds for which a file must not have changed: Excel and WPS save in several steps
Stamp = tuple[int, int]  # the time of change (ns) and the size of a file


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """The result of checking one saved file.

    out: the marked copy; None where it could not be made, and `trouble` is the reason. active: what the copy
    would do if it were opened; it is not opened then. unsigned: it has lost the file's digital signatures.
    """

    file: Path
    counts: Counts = Counts()
    out: Path | None = None
    trouble: str = ""
    active: tuple[str, ...] = ()
    unsigned: bool = False


def watched_files(folder: Path) -> dict[Path, Stamp]:
    """The stamps of the workbooks below the folder, without lock files and copies by this program.

    Folders that cannot be opened are among them, so that the check says so.
    """
    from selfeval_xl.readers.folder import collect

    found = {}
    for path in collect(folder):
        is_workbook = path.suffix.lower() in SHEET_ENDINGS
        if path.stem.rstrip("0123456789").endswith(OURS) or not (is_workbook or path.is_dir()):
            continue
        try:
            found[path] = _stamp(path)
        except OSError:  # gone since the folder was read: a program is just saving
            continue
    return found


class Settling:
    """The files that were saved since they were last returned and have stayed the same for a while."""

    def __init__(self, stamps: dict[Path, Stamp], settled: float = SETTLED) -> None:
        self.stamps, self.settled = dict(stamps), settled
        self.moving: dict[Path, tuple[Stamp, float]] = {}

    def look(self, now_there: dict[Path, Stamp], now: float) -> list[Path]:
        """Returns the files that are ready now. now: seconds of a clock that never runs back."""
        ready = []
        for path, stamp in now_there.items():
            if self.stamps.get(path) == stamp:
                self.moving.pop(path, None)
            elif path not in self.moving or self.moving[path][0] != stamp:
                self.moving[path] = stamp, now
            elif now - self.moving[path][1] >= self.settled:
                del self.moving[path]
                self.stamps[path] = stamp
                ready.append(path)
        for path in set(self.moving) - set(now_there):
            del self.moving[path]
        return ready


def check_saved(
    path: Path,
    policy: Policy | None,
    written: dict[Path, Stamp] | None = None,
    folder: Path | None = None,
    roster: Roster | None = None,
) -> WatchedFile:
    """Checks one workbook and writes the marked copy `…_标注` beside it.

    folder: the watched one, out of which no link is followed. written: the copies of this run as they were
    written; only those are replaced. A copy that somebody has changed since, or that is not among them,
    stays, and the new one gets a number.
    """
    from selfeval_xl.filings.grouping import gather
    from selfeval_xl.filings.stages import with_not_read
    from selfeval_xl.readers import read_files
    from selfeval_xl.readers.folder import not_opened
    from selfeval_xl.readers.formats.active_content import active_content
    from selfeval_xl.rules.runner import check
    from selfeval_xl.workflows.marking.marks import mark

    written = {} if written is None else written
    trouble = not_opened(path, folder or path.parent)
    if trouble:
        return WatchedFile(path, trouble=f"“{path.name}”{trouble}。")
    try:
        out = _free(path, written)
        files = list(map(with_not_read, read_files([path])))
        findings = check(gather(files, stages=True), policy, files, roster)
        with replacing():  # a free name, or a copy of this run that nobody has changed
            unsigned = mark(path, findings, out).unsigned
    except SelfevalError as error:
        return WatchedFile(path, trouble=str(error))
    except OSError as error:
        return WatchedFile(path, trouble=f"读写文件时出错：{cause_of(error)}。保存好以后会再校验。")
    take_over_origin(path, out)
    written[out] = _stamp(out)
    return WatchedFile(path, findings.counts, out, active=active_content(out), unsigned=unsigned)


def _free(path: Path, written: dict[Path, Stamp]) -> Path:
    """A free path for the marked copy, or that of a copy of this run that nobody has changed."""
    ending = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    return free_name(
        path.with_name(f"{path.stem}_标注{ending}"),
        lambda out: out.exists() and written.get(out) != _stamp(out),
        between="",
    )


def _stamp(path: Path) -> Stamp:
    """The time of change (ns) and the size of a file."""
    state = path.stat()
    return state.st_mtime_ns, state.st_size


def watch(
    folder: Path,
    policy: Policy | None,
    *,
    roster: Roster | None = None,
    once: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[WatchedFile]:
    """Yields the result for each file after it was saved, without end.

    once: only for every file that is there now. Raises UsageError where there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"找不到文件夹“{folder}”。这里要写文件夹，例如放自评表的那个。")
    present = watched_files(folder)
    written: dict[Path, Stamp] = {}
    if once:
        yield from (check_saved(path, policy, written, folder, roster) for path in present)
        return
    settling = Settling(present)
    while True:
        for path in settling.look(watched_files(folder), clock()):
            yield check_saved(path, policy, written, folder, roster)
        sleep(PAUSE)


def open_beside(checked: WatchedFile) -> bool:
    """Opens the marked copy with the program of its kind, unless there is active content in it.

    Returns False where it is not opened, where that fails, or where there is no desktop to open it on.
    """
    path = checked.out
    if path is None or checked.active:
        return False
    try:
        if sys.platform == "win32":
            if not os.environ.get("SESSIONNAME"):
                return False
            os.startfile(path)
        else:
            opener = shutil.which("xdg-open") if os.environ.get("XDG_CURRENT_DESKTOP") else None
            if opener is None:
                return False
            quiet = subprocess.DEVNULL
            subprocess.Popen(
                [opener, path.resolve()], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )
    except OSError:
        return False
    return True
