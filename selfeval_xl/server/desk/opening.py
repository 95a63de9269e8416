"""Opening and closing the desk: places, state, what a kill interrupted, the workers, the sweeping."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from selfeval_xl.errors import OutputError, SelfevalError, UsageError, cause_of
from selfeval_xl.files import fingerprint
from selfeval_xl.filings.roster import read_roster
from selfeval_xl.rules.county_file import load
from selfeval_xl.server.desk import accepting, drafts, entrance, submissions
from selfeval_xl.server.desk.checking import Checking
from selfeval_xl.server.desk.core import HIDDEN, Core, key_of, new_id
from selfeval_xl.server.desk.jobs import OfficerJobs
from selfeval_xl.server.desk.processes import Processes
from selfeval_xl.server.desk.settings import Settings
from selfeval_xl.server.desk.worker import Context
from selfeval_xl.server.state import log
from selfeval_xl.server.state.database import NAME, Database
from selfeval_xl.version import __version__

SWEEP_SECONDS = 300.0
OFFICER_MEMORY = 6 << 30
_LOCK = "desk.lock"


@dataclass(slots=True)
class Opened:
    """An open desk. lock: the open file that keeps a second desk away. stop: ends the sweeping."""

    core: Core
    checking: Checking
    jobs: OfficerJobs
    messages: list[str]
    lock: IO[bytes] | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def opened(settings: Settings, serving: bool) -> Opened:
    """The open desk. Raises UsageError, OutputError, PolicyError."""
    _check_places(settings)
    if not settings.roster.is_file():
        raise UsageError(f"找不到单位名册“{settings.roster}”。请核对文件名和所在文件夹。")
    roster, policy = read_roster(settings.roster), load(settings.policy)
    keys = [key_of(row) for row in roster.reporting]
    if not keys:
        raise UsageError(f"单位名册“{settings.roster}”里没有部门，收件台开不了。请先填好名册。")
    state = _made(settings.state_place)
    lock = _locked(state / _LOCK) if serving else None
    try:
        base = Database(state / NAME)
    except BaseException:
        if lock:
            lock.close()
        raise
    context = Context(roster, policy)
    count = (settings.checkers or os.cpu_count() or 2) if serving else 0
    core = Core(
        settings,
        base,
        roster,
        policy,
        Processes(count, context),
        Processes(1 if serving else 0, context, OFFICER_MEMORY),
    )
    messages = list(roster.problems)
    problem, _ = log.problem(base)
    messages += [problem] if problem else []
    checking = Checking(core)
    if serving:
        messages += entrance.add_new_departments(core)
        messages += accepting.recover(core)
        drafts.sweep_folders(core)
    found = Opened(core, checking, OfficerJobs(core, serving), messages, lock)
    if serving:
        _begin(found)
    return found


def _begin(found: Opened) -> None:
    """Takes up what waits in the queue, and starts the sweeping."""
    core = found.core
    for row in core.base.rows(
        "SELECT id FROM drafts WHERE status IN ('queued', 'checking') ORDER BY created"
    ):
        found.checking.put(row[0])
    counted_with = _counted_with(core)
    if not submissions.is_counted_with(core, counted_with):
        submissions.forget_contents(core)
        for key in submissions.every(core):
            found.checking.count_anew(key)
        submissions.set_counted_with(core, counted_with)
    for key in submissions.every(core):
        if not submissions.standing(core, key):
            found.checking.count_anew(key)

    def sweep() -> None:
        while not found.stop.wait(SWEEP_SECONDS):
            try:
                drafts.sweep(core)
                accepting.heal(core)
            except SelfevalError:
                continue  # the disk is full, or the state is locked: the next round may work

    threading.Thread(target=sweep, daemon=True).start()


def _counted_with(core: Core) -> str:
    """What the departments' standings depend on besides their files: program, roster and policy."""
    policy = core.settings.policy
    return " ".join((__version__, core.roster.sha256, fingerprint(policy)[1] if policy else ""))


def close(found: Opened) -> None:
    """Stops the desk: what was accepted is finished before the state is closed."""
    found.stop.set()
    for row in found.core.roster.reporting:
        with found.core.alone(f"accept:{key_of(row)}"):
            pass  # whoever is sending now ends first
    found.core.workers.close()
    found.core.officer_worker.close()
    found.core.base.close()
    if found.lock:
        found.lock.close()


def _check_places(settings: Settings) -> None:
    """Raises UsageError or OutputError where the folders are not as they have to be."""
    receiving = settings.receiving
    if not receiving.is_dir():
        raise UsageError(f"找不到收件文件夹“{receiving}”。请先建好，再开收件台。")
    inside = receiving.resolve()
    for place, what in ((settings.state_place, "收件台的状态"), (settings.county_workbook, "汇总工作簿")):
        if place.resolve() == inside or inside in place.resolve().parents:
            raise UsageError(f"{what}不要放在收件文件夹“{receiving}”里，会被当成报来的材料。请换一个位置。")
    if settings.county_workbook.suffix.lower() != ".xlsx":
        raise UsageError(f"汇总工作簿的文件名应以.xlsx结尾，现在写的是“{settings.county_workbook.name}”。")
    probe = receiving / f"{HIDDEN}{new_id()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(f"收件文件夹“{receiving}”写不进去：{cause_of(error)}。") from error


def _made(state: Path) -> Path:
    """The folder of the state, for its owner alone. Raises OutputError."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        state.chmod(0o700)
    except OSError as error:
        raise OutputError(
            f"收件台的状态写不进“{state}”：{cause_of(error)}。请用 --state 换一个文件夹。"
        ) from error
    return state


def _locked(path: Path) -> IO[bytes]:
    """The open lock file. Raises UsageError where another desk has it."""
    try:
        file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+")
    except OSError as error:
        raise OutputError(f"收件台的状态写不进“{path.parent}”：{cause_of(error)}。") from error
    try:
        _take(file)
    except OSError as error:
        file.close()
        raise UsageError("这个收件文件夹的收件台已经在运行。先停了那一个，再开这一个。") from error
    return file


def _take(file: IO[bytes]) -> None:
    """Locks a file for this process. Raises OSError where another one has it."""
    take: Callable[[int], None]
    try:
        import fcntl
    except ImportError:
        import msvcrt

        def take(handle: int) -> None:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:

        def take(handle: int) -> None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    take(file.fileno())
