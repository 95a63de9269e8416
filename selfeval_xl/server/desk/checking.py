"""The way of a draft through the workers: unpack, read each file, check them together."""

from __future__ import annotations

import itertools
import json
import shutil
import threading
from collections.abc import Generator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from selfeval_xl.errors import SelfevalError
from selfeval_xl.files import fingerprint
from selfeval_xl.server.desk import drafts, submissions
from selfeval_xl.server.desk.core import Core, packed
from selfeval_xl.server.desk.drafts import CHECKED, CHECKING, FAILED, QUEUED, UPLOADING, WORK, StoredFile
from selfeval_xl.server.desk.processes import CHECK, LATER, Lost

READ_SECONDS, CHECK_SECONDS, UNPACK_SECONDS = 60.0, 120.0, 120.0
Request = tuple[tuple[str, tuple[Any, ...]], float]  # name and arguments, and the longest time
Steps = Generator[Request, Any, None]
_PACKAGES = (".xlsx", ".xlsm", ".xltx", ".docx", ".docm", ".ods", ".odt", ".pptx", ".et", ".wps")


class Checking:
    """The queue of drafts to be checked, and of departments whose standing is to be counted anew."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._orders = itertools.count()
        self._queued: dict[str, int] = {}  # order of each draft that is not yet checked
        self._progress: dict[str, tuple[int, int]] = {}
        self._again: dict[str, bool] = {}  # departments that are being counted; whether once more
        self._lock = threading.Lock()

    def put(self, draft: str) -> bool:
        """Puts an uploaded draft into the queue; False where it is in it already."""
        if not drafts.set_status(self.core, draft, QUEUED, UPLOADING, QUEUED, CHECKING):
            return False
        with self._lock:
            if draft in self._queued:
                return False
            order = self._queued[draft] = next(self._orders)
        self._go_on(self._draft_steps(draft), CHECK, order, draft)
        return True

    def place(self, draft: str) -> int:
        """The place of a draft in the queue, from 1; 0 where it is not in it."""
        with self._lock:
            order = self._queued.get(draft)
            return 0 if order is None else sum(each <= order for each in self._queued.values())

    def progress(self, draft: str) -> tuple[int, int]:
        """How many of its files are read, and how many there are."""
        return self._progress.get(draft, (0, 0))

    def count_anew(self, department: str) -> None:
        """Counts the standing of a department when there is time, and again where more comes meanwhile."""
        with self._lock:
            running = department in self._again
            self._again[department] = running
        if not running:
            self._go_on(self._standing_steps(department), LATER, None, "")

    def _go_on(self, steps: Steps, urgency: int, rank: int | None, draft: str, answer: Any = None) -> None:
        """Gives the next step to the workers; a step's end gives the one after it.

        answer: of the step before, or its error.
        """
        try:
            if isinstance(answer, BaseException):
                request, seconds = steps.throw(answer)
            else:
                request, seconds = steps.send(answer)
        except StopIteration:
            self._forget(draft)
            return
        except BaseException as error:
            self._forget(draft)
            self._give_up(draft, error)
            return

        def done(future: Future[Any]) -> None:
            try:
                answer = future.result()
            except CancelledError:
                return  # the desk is being closed
            except BaseException as error:
                answer = error
            self._go_on(steps, urgency, rank, draft, answer)

        self.core.workers.submit(urgency, request, seconds, rank).add_done_callback(done)

    def _forget(self, draft: str) -> None:
        with self._lock:
            self._queued.pop(draft, None)
            self._progress.pop(draft, None)

    def _give_up(self, draft: str, error: BaseException) -> None:
        """Notes why a draft could not be checked, in words that tell nothing of the inside."""
        text = self.core.public(error) if isinstance(error, SelfevalError) else "校验时出错"
        try:
            drafts.set_status(self.core, draft, FAILED, error=f"没有校验成：{text}。请重新上传一次。")
        except SelfevalError:
            return  # the state cannot be written; the draft stays in the queue for the next start

    def _draft_steps(self, id: str) -> Steps:
        """The steps of a draft; it may be deleted meanwhile."""
        core, draft = self.core, drafts.by_id(self.core, id)
        if draft is None or not drafts.set_status(core, id, CHECKING, QUEUED):
            return
        work = drafts.folder_of(core, id) / WORK
        yield from self._unpack(id, drafts.files_folder(core, draft), work)
        files = drafts.files(core, id)
        folder = drafts.files_folder(core, draft)
        self._progress[id] = (0, len(files))
        for done, file in enumerate(files, 1):
            facts = yield from _read(str(folder / file.place), work / f"{file.n}.read", file.name)
            core.base.run(
                "UPDATE draft_files SET facts = ? WHERE draft = ? AND n = ?",
                packed(json.loads(file.facts) | facts),
                id,
                file.n,
            )
            self._progress[id] = (done, len(files))
        last = yield from self._kept(submissions.last_of(core, draft.department))
        kept = [str(work / f"{file.n}.read") for file in files]
        request = ("check", (str(work), kept, draft.department, [each for _, each in last]))
        result = yield request, CHECK_SECONDS + len(files)
        drafts.set_status(core, id, CHECKED, CHECKING, result=packed(result), error="")

    def _unpack(self, id: str, folder: Path, work: Path) -> Generator[Request, Any, None]:
        """Puts the members of each archive of a draft in its place, where all can be taken out."""
        core, limits = self.core, self.core.settings.limits
        files = drafts.files(core, id)
        for file in files:
            if not _may_be_archive(folder / file.place):
                continue
            most = limits.files - len(drafts.files(core, id))
            left = limits.draft_bytes - sum(each.size for each in drafts.files(core, id))
            target = work / f"zip{file.n}"
            try:
                found = yield ("unpack", (str(folder / file.place), str(target), most, left)), UNPACK_SECONDS
            except Lost as error:
                found = {"files": [], "trouble": str(error)}
            if found is None:
                continue
            trouble = found["trouble"] or ("" if found["files"] else "里面没有文件")
            if trouble:
                shutil.rmtree(target, ignore_errors=True)
                said = {"archive": f"“{file.name}”没有解压，按一个文件收：{trouble}。"}
                core.base.run(
                    "UPDATE draft_files SET facts = ? WHERE draft = ? AND n = ?", packed(said), id, file.n
                )
                continue
            _replace(core, id, file, found["files"], folder)
        drafts.number_anew(core, id)

    def _standing_steps(self, department: str) -> Steps:
        """The steps of counting a department: contents of each received file, then the whole."""
        core = self.core
        try:
            while True:
                received = yield from self._kept(submissions.all_of(core, department))
                files = [(str(path), kept) for path, kept in received]
                root = str(core.settings.receiving.resolve())
                kept = str(submissions.data_of(core, department))
                facts = yield ("standing", (root, files, department, kept)), CHECK_SECONDS + len(files)
                submissions.set_standing(core, department, facts)
                with self._lock:
                    if not self._again.get(department):
                        self._again.pop(department, None)
                        return
                    self._again[department] = False
        except SelfevalError as error:
            with self._lock:
                self._again.pop(department, None)
            with suppress(SelfevalError):  # the state may be what cannot be written
                core.note(None, "台账没有算成", department, core.public(error))

    def _kept(self, ids: list[str]) -> Generator[Request, Any, list[tuple[Path, str]]]:
        """The files of these submissions, each with its contents, which are read where they are not kept."""
        found: list[tuple[Path, str]] = []
        for id in ids:
            for n, path in submissions.places(self.core, id):
                kept = submissions.folder_of(self.core, id) / f"{n}.read"
                if not kept.is_file():
                    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    yield from _read(str(path), kept, path.name)
                found.append((path, str(kept)))
        return found


def _read(path: str, kept: Path, name: str) -> Generator[Request, Any, dict[str, Any]]:
    """The facts of a file, also of one that kills its reader."""
    try:
        facts = yield ("read", (path, str(kept))), READ_SECONDS
    except SelfevalError as error:
        facts = yield ("unread", (path, str(kept), name, str(error))), READ_SECONDS
    result: dict[str, Any] = facts
    return result


def _may_be_archive(path: Path) -> bool:
    """Whether a file begins like a zip and is not called like a workbook or document."""
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"PK" and path.suffix.lower() not in _PACKAGES
    except OSError:
        return False


def _replace(
    core: Core, draft: str, archive: StoredFile, members: list[tuple[str, str]], folder: Path
) -> None:
    """Puts files that were taken out in the place of their archive."""
    for name, path in members:
        taken = {file.place for file in drafts.files(core, draft)}
        shown = drafts.shown(f"{archive.name}/{name}")
        place = drafts.place_of(shown, taken)
        size, sha256 = fingerprint(path)
        Path(path).replace(folder / place)
        drafts.add(core, draft, place, shown, size, sha256, {"from": archive.name})
    core.base.run("DELETE FROM draft_files WHERE draft = ? AND n = ?", draft, archive.n)
    (folder / archive.place).unlink(missing_ok=True)
