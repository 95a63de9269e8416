"""The jobs of officers in the background, one at a time: county workbook, returns, reading of opinions."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from selfeval_xl.errors import NotThere, OutputError, Refused, SelfevalError, cause_of
from selfeval_xl.files import free_name
from selfeval_xl.filings.roster import Department
from selfeval_xl.server.desk import returning, submissions
from selfeval_xl.server.desk.core import (
    Core,
    day,
    key_of,
    moment,
    need_officer,
    new_id,
    packed,
    reason_of,
    sync_folder,
    typed_day,
)
from selfeval_xl.server.desk.incoming import IncomingFile
from selfeval_xl.server.desk.long_jobs import read_progress
from selfeval_xl.server.desk.processes import CHECK, LATER, URGENT, answer_of
from selfeval_xl.server.desk.records import CountyView, Job, Reminder, ReturnView, StoredFile
from selfeval_xl.server.state.accounts import Account

COUNTY, RETURN = "county", "return"
JOB_SECONDS, SHORT_SECONDS = 2 * 3600.0, 120.0
COUNTY_BYTES = 200 << 20  # of an officer's workbook
_KEPT = 50  # jobs that are remembered
_FAULT = "没有做成：程序出错。请再试一次；还不行，请在命令行做，并告知维护人员。"
Facts = dict[str, Any]


@dataclass(slots=True)
class _Job:
    """A job. sent: the id of the return that was sent."""

    id: str
    kind: str
    future: Future[Any]
    key: str = ""
    reason: str = ""
    until: str = ""
    sent: str = ""


class OfficerJobs:
    """The jobs of this run of the desk; those of an earlier one are gone, and so are their files."""

    def __init__(self, core: Core, serving: bool = True) -> None:
        self.core = core
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._folder = core.state / "jobs"
        if serving:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._reading: Future[Any] | None = None
        self._reminders: tuple[object, tuple[Reminder, ...]] | None = None

    def make_county(self, who: Account) -> str:
        """Starts the consolidation, or returns the id of the one that is under way. Raises NotThere."""
        need_officer(who)
        settings = self.core.settings
        with self._lock:
            running = self._running(COUNTY)
            if running:
                return running
            id = new_id()
            arguments = (
                str(settings.receiving.resolve()),
                str(settings.county_workbook),
                str(settings.roster),
                _processes(settings.checkers),
                str(self._folder / f"{id}.progress"),
            )
            future = self.core.officer_worker.submit(CHECK, ("county", arguments), JOB_SECONDS)
            self._keep(_Job(id, COUNTY, future))
        self.core.note(who, "汇总全县", "", settings.county_workbook.name)
        future.add_done_callback(lambda _: self._look_into_county())
        return id

    def prepare_return(self, who: Account, key: str, reason: str, until: str) -> str:
        """Starts a return; returns the id of the job. Raises NotThere, Refused."""
        need_officer(who)
        core, settings = self.core, self.core.settings
        row = core.department(key)
        reason, last = reason_of(reason, settings.limits.text), typed_day(until)
        if not submissions.last_of(core, key):
            raise Refused(f"{row.name}还没有报送过，没有可以退回的；请用催报。")
        id = new_id()
        workbook = settings.county_workbook
        arguments = (
            str(settings.receiving.resolve()),
            str(self._folder / id),
            str(settings.roster),
            str(workbook) if workbook.is_file() else "",
            key_of(row),
            last.isoformat() if last else "",
            _processes(settings.checkers),
            str(self._folder / f"{id}.progress"),
        )
        future = core.officer_worker.submit(CHECK, ("return", arguments), JOB_SECONDS)
        with self._lock:
            self._keep(_Job(id, RETURN, future, key, reason, last.isoformat() if last else ""))
        core.note(who, "准备退回", key, f"{row.name}：{reason}")
        return id

    def send_return(self, who: Account, id: str) -> ReturnView:
        """Sends a prepared return, once. Raises NotThere, Refused."""
        need_officer(who)
        job = self._find(id)
        if job.kind != RETURN:
            raise NotThere
        with self.core.alone(f"job:{id}"):
            if not job.sent:
                if not job.future.done() or job.future.exception() is not None:
                    raise Refused("退回件还没有做好，不能发出。")
                prepared = job.future.result()
                until = day(prepared["until"])
                if until and until < date.today():
                    raise Refused("报回的日期已经过了，请重新准备退回。")
                job.sent = returning.send(self.core, who, job.key, prepared, self._folder / id, job.reason)
        return returning.view(self.core, who, job.sent)

    def prepared_file(self, who: Account, id: str, n: int) -> StoredFile:
        """A marked file of a return that is not yet sent. Raises NotThere."""
        need_officer(who)
        job = self._find(id)
        if job.sent:
            return returning.file(self.core, who, job.sent, n)
        if job.kind != RETURN or not job.future.done() or job.future.exception() is not None:
            raise NotThere
        return returning.file_in(self._folder / id, job.future.result()["files"], n)

    def job(self, who: Account, id: str) -> Job:
        """A job as it stands. Raises NotThere."""
        need_officer(who)
        job = self._find(id)
        done, total, text = read_progress(self._folder / f"{id}.progress")
        status, error, outcome = _state(job.future)
        facts = outcome if isinstance(outcome, dict) else {}
        problems = "".join(facts.get("problems", ()))
        if isinstance(outcome, str):
            text = outcome
        elif facts:
            text = _about_return(facts) + problems
        return Job(
            id=id,
            kind=job.kind,
            status=status,
            done=done,
            all=total,
            text=self.core.public(text),
            error=self.core.public(error),
            key=job.key,
            department=self.core.department(job.key).name if job.key else "",
            reason=job.reason,
            until=day(facts.get("until") or job.until),
            notice=facts.get("notice", ""),
            files=tuple(Path(name).name for name in facts.get("files", ())),
            sent=job.sent,
        )

    def refresh(self) -> None:
        """Reads the opinions in the county workbook again, in the background, where it was changed."""
        workbook = self.core.settings.county_workbook
        if workbook.is_file() and self._noted().get("stamp") != _stamp(workbook):
            self._look_into_county()

    def county(self, who: Account) -> CountyView:
        """The county workbook as it stands. Raises NotThere."""
        need_officer(who)
        workbook = self.core.settings.county_workbook
        with self._lock:
            running = self._running(COUNTY)
        if not workbook.is_file():
            return CountyView(None, None, 0, (), running)
        noted = self._noted()
        problems = list(noted.get("problems", ()))
        if noted.get("stamp") != _stamp(workbook):
            self._look_into_county()
            problems = ["汇总工作簿刚改过，正在读里面的审核意见，请稍后刷新。"]
        made = moment(workbook.stat().st_mtime)
        return CountyView(workbook, made, noted.get("rows", 0), tuple(problems), running)

    def take_county(self, who: Account, incoming: IncomingFile) -> str:
        """Puts an officer's workbook into its place. Raises NotThere, Refused, OutputError."""
        need_officer(who)
        workbook = self.core.settings.county_workbook
        with self._lock:
            if self._running(COUNTY):
                raise Refused("正在汇总，请等汇总完再上传，免得互相覆盖。", 60)
        try:
            request = ("opinions", (str(incoming.path),))
            found = answer_of(self.core.workers.submit(URGENT, request, SHORT_SECONDS))
        except SelfevalError as error:
            incoming.path.unlink(missing_ok=True)
            text = self.core.public(str(error).replace(str(incoming.path), incoming.name))
            raise Refused(f"“{incoming.name}”没有收下：{text}") from error
        with self.core.alone("county"):
            kept = _put(incoming.path, workbook)
        self._keep_opinions(workbook, found)
        beside = f"原来的一份改名为“{kept}”留在旁边。" if kept else ""
        self.core.note(who, "上传汇总工作簿", "", f"{incoming.name}，审核意见{found['rows']}行")
        return f"已收下，里面有审核意见{found['rows']}行。{beside}再次汇总时意见会带回。"

    def reminders(self, who: Account) -> tuple[Reminder, ...]:
        """The reminders of today, for departments and then for their sections. Raises NotThere.

        They are counted anew where anything has come since.
        """
        need_officer(who)
        core, rows = self.core, {key_of(row): row for row in self.core.roster.reporting}
        with core.alone("reminders"):
            counted = (date.today(), core.base.row("SELECT count(*), max(at) FROM standings"))
            if self._reminders is None or self._reminders[0] != counted:
                kept = {
                    key: str(path) if (path := submissions.data_of(core, key)).is_file() else ""
                    for key in rows
                }
                request = ("reminders", (str(core.settings.receiving.resolve()), kept))
                found = answer_of(core.workers.submit(URGENT, request, SHORT_SECONDS))
                self._reminders = counted, tuple(_reminder(each, rows) for each in found)
            return self._reminders[1]

    def reminder(self, who: Account, key: str) -> Reminder:
        """The reminder for one department, without text where nothing is missing. Raises NotThere."""
        need_officer(who)
        row = self.core.department(key)
        none = Reminder(key, row.name, row.contact, row.phone, "")
        return next((each for each in self.reminders(who) if each.key == key), none)

    def _keep(self, job: _Job) -> None:
        """Remembers a job, and forgets the oldest that has ended."""
        for old in [each for each in self._jobs.values() if each.future.done()][
            : max(0, len(self._jobs) - _KEPT)
        ]:
            del self._jobs[old.id]
            shutil.rmtree(self._folder / old.id, ignore_errors=True)
        self._jobs[job.id] = job

    def _find(self, id: str) -> _Job:
        with self._lock:
            job = self._jobs.get(id)
        if job is None:
            raise NotThere
        return job

    def _running(self, kind: str) -> str:
        """The id of a job of this kind that has not ended; "" for none."""
        return next(
            (each.id for each in self._jobs.values() if each.kind == kind and not each.future.done()), ""
        )

    def _noted(self) -> Facts:
        """What was noted of the county workbook when it was read last."""
        from json import loads

        row = self.core.base.row("SELECT text FROM notes WHERE key = ?", returning.OPINIONS)
        noted: Facts = loads(row[0]) if row else {}
        return noted

    def _look_into_county(self) -> None:
        """Reads the officers' opinions in the county workbook, in the background, once at a time."""
        workbook = self.core.settings.county_workbook
        with self._lock:
            if self._reading is not None and not self._reading.done() or not workbook.is_file():
                return
            self._reading = self.core.workers.submit(LATER, ("opinions", (str(workbook),)), SHORT_SECONDS)

        def done(future: Future[Any]) -> None:
            try:
                self._keep_opinions(workbook, future.result())
            except SelfevalError as error:
                self._keep_opinions(workbook, {"departments": {}, "rows": 0, "problems": [str(error)]})

        self._reading.add_done_callback(done)

    def _keep_opinions(self, workbook: Path, found: Facts) -> None:
        facts = {**found, "stamp": _stamp(workbook)}
        self.core.base.run("REPLACE INTO notes VALUES (?, ?)", returning.OPINIONS, packed(facts))


def _reminder(each: Facts, rows: Mapping[str, Department]) -> Reminder:
    """A reminder for a department, or for the section that it names."""
    row = rows.get(each["key"])
    if row is None:
        return Reminder("", each["section"], "", "", each["text"])
    return Reminder(each["key"], row.name, row.contact, row.phone, each["text"])


def _processes(checkers: int | None) -> int:
    """How many processes read for an officer's job: pages and departments come first."""
    return max(1, (checkers or 2) - 1)


def _stamp(path: Path) -> list[int]:
    """Time and size of a file, by which a changed one is known."""
    try:
        state = path.stat()
    except OSError:
        return []
    return [state.st_mtime_ns, state.st_size]


def _state(future: Future[Any]) -> tuple[str, str, Any]:
    """Status, error and outcome of a job."""
    if not future.done():
        return ("running" if future.running() else "waiting"), "", None
    if future.cancelled():
        return "failed", "没有做成：收件台停了。请再试一次。", None
    error = future.exception()
    if error is not None:
        return "failed", f"没有做成：{error}" if isinstance(error, SelfevalError) else _FAULT, None
    return "done", "", future.result()


def _about_return(facts: Facts) -> str:
    """What a prepared return is, in a sentence."""
    if not facts["files"]:
        return f"没有要改、要说明的，没有退回件；发出的只有退回理由。{facts['told']}"
    return f"退回件{len(facts['files'])}个，要改、要说明的{facts['open']}处。{facts['told']}"


def _put(path: Path, workbook: Path) -> str:
    """Puts a file into the place of the county workbook; the name under which the one there is kept.

    Raises OutputError.
    """
    between = workbook.with_name(f".~{new_id()}.xlsx")
    kept = ""
    try:
        shutil.copyfile(path, between)
        with open(between, "rb+") as file:
            os.fsync(file.fileno())
        if workbook.is_file():
            aside = free_name(workbook.with_name(f"{workbook.stem}_留底{workbook.suffix}"))
            workbook.rename(aside)
            kept = aside.name
        between.rename(workbook)
        sync_folder(workbook.parent)
        path.unlink(missing_ok=True)
    except OSError as error:
        between.unlink(missing_ok=True)
        raise OutputError(f"汇总工作簿写不进“{workbook.parent}”：{cause_of(error)}。") from error
    return kept
