"""报送: a checked draft becomes a submission: signed copies, one folder among the received files, a receipt.

The folder is made whole under a hidden name, made durable and renamed; only then is there a receipt. What a
kill interrupts is finished or forgotten at the next start: a folder that has its name gets its receipt.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from selfeval_xl.errors import NotThere, OutputError, Refused, SelfevalError, cause_of
from selfeval_xl.files import fingerprint
from selfeval_xl.filings.roster import Department
from selfeval_xl.model.findings import Counts
from selfeval_xl.server.desk import draft_view, drafts, season, submissions
from selfeval_xl.server.desk.core import HIDDEN, Core, key_of, new_id, packed, reason_of, sync_folder
from selfeval_xl.server.desk.drafts import CHECKED, SENDING, SENT, WAITING, WORK, Draft, StoredFile
from selfeval_xl.server.desk.processes import URGENT, answer_of
from selfeval_xl.server.desk.submissions import DONE, PENDING, Submission
from selfeval_xl.server.state import accounts
from selfeval_xl.server.state.accounts import FILLER, LEAD, Account

SIGN_SECONDS = 60.0
BEGUN = f"{HIDDEN}desk-"  # begins the hidden folders in which a submission is made
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Going:
    """A submission on its way. explained: what was typed, by number, for each file by its number."""

    id: str
    row: Department
    draft: Draft
    number: int
    files: list[StoredFile]
    explained: dict[int, dict[int, str]]
    hidden: Path


def submit(core: Core, who: Account, id: str) -> str | None:
    """Sends a draft; returns the id of the submission, None where it now waits for the 负责人.

    Raises NotThere, Refused, OutputError.
    """
    draft = drafts.find(core, who, id)
    row = core.own(who)
    if draft.status == SENT and draft.submission:
        return draft.submission
    if draft.account != who.id:
        raise NotThere
    if row.confirm and who.role == FILLER:
        _refuse_hindered(core, draft)
        with core.base.transaction():
            if not drafts.set_status(core, id, WAITING, CHECKED, reason=""):
                raise _not_ready()
            core.note(who, "送负责人确认", id, f"{row.name}，文件{len(drafts.files(core, id))}个")
        return None
    return _accept(core, who, draft, CHECKED)


def confirm(core: Core, who: Account, id: str) -> str:
    """The 负责人 confirms a waiting draft; returns the id of the submission. Raises NotThere, Refused."""
    draft = drafts.find(core, who, id)
    if draft.status == SENT and draft.submission:
        return draft.submission
    if who.role != LEAD:
        raise NotThere
    return _accept(core, who, draft, WAITING)


def hand_back(core: Core, who: Account, id: str, reason: str) -> None:
    """The 负责人 gives a waiting draft back. Raises NotThere, Refused."""
    drafts.find(core, who, id)
    if who.role != LEAD:
        raise NotThere
    reason = reason_of(reason, core.settings.limits.text)
    with core.base.transaction():
        if not drafts.set_status(core, id, CHECKED, WAITING, reason=reason):
            raise Refused("这一份现在不是等负责人确认，不能退回填报人。")
        drafts.count_anew(core, id)
        core.note(who, "负责人退回填报人", id, reason)


def _not_ready() -> Refused:
    return Refused("这一份已经变了：没有校验完，或已经送负责人、已经报送。请刷新页面再看。")


def _refuse_hindered(core: Core, draft: Draft) -> None:
    """Raises Refused where something hinders sending the draft."""
    files = drafts.files(core, draft.id)
    hindrances = draft_view.hindrances_of(core, draft, files, json.loads(draft.result))
    if hindrances:
        raise Refused("\n".join(hindrances))


def _accept(core: Core, who: Account, draft: Draft, status: str) -> str:
    """Makes the submission of a draft that has this status; returns its id."""
    row = core.department(draft.department)
    with core.alone(f"accept:{draft.department}"):
        left = next((each for each in submissions.pending(core) if each.draft == draft.id), None)
        if left is not None and _is_finished(core, who, left):
            return left.id
        again = drafts.by_id(core, draft.id)  # somebody may have sent it meanwhile
        if again is not None and again.submission:
            return again.submission
        if again is None or again.status != status:
            raise _not_ready()
        _refuse_hindered(core, draft)
        if not drafts.set_status(core, draft.id, SENDING, status):
            raise _not_ready()
        hidden = None
        try:
            going = _begun(core, row, draft)
            hidden = going.hidden
            facts = _facts(core, who, going, _stored(core, going))
            _finish(core, who, going, facts)
            return going.id
        except BaseException as error:
            if hidden is not None and hidden.exists():
                shutil.rmtree(hidden, ignore_errors=True)
            drafts.set_status(core, draft.id, status, SENDING)
            if isinstance(error, OSError):
                raise OutputError(f"没有报送成：{cause_of(error)}。请告知财政局，稍后再报送。") from error
            raise


def _begun(core: Core, row: Department, draft: Draft) -> _Going:
    """The submission with its number and an empty hidden folder."""
    files = drafts.files(core, draft.id)
    in_books = max((json.loads(file.facts).get("number", 0) for file in files), default=0)
    number = max(submissions.last_number(core, draft.department), in_books) + 1
    typed = drafts.explanations(core, draft.id)
    explained: dict[int, dict[int, str]] = {}
    for finding in draft_view.result(drafts.folder_of(core, draft.id) / WORK).get("rows", []):
        if finding["explained_in"] and finding["number"] in typed:
            explained.setdefault(finding["explained_in"], {})[finding["number"]] = typed[finding["number"]]
    id = new_id()
    of_department = core.settings.receiving / core.folder_of(row)
    hidden = of_department / f"{BEGUN}{id}"
    hidden.mkdir(parents=True)
    return _Going(id, row, draft, number, files, explained, hidden)


def _stored(core: Core, going: _Going) -> list[Facts]:
    """Writes the files into the hidden folder, signed or byte for byte; what the receipt says of each."""
    folder = drafts.files_folder(core, going.draft)
    signing = _signing(core, going, folder)
    stored = []
    for file in going.files:
        source = folder / file.place
        if fingerprint(source)[1] != file.sha256:
            raise Refused(f"“{file.name}”校验以后变了，没有报送。请重新上传。")
        signed = _signed(core, file, signing[file.n]) if file.n in signing else None
        target = Path(signed["path"]) if signed else going.hidden / file.place
        if signed is None:
            _copy(source, target)
        _make_durable(target)
        size, sha256 = fingerprint(target)
        stored.append(
            {
                "n": file.n,
                "name": file.name,
                "stored": target.name,
                "size": file.size,
                "received": file.sha256,
                "sha256": sha256,
                "kept": size,
                "code": signed["code"] if signed else "",
                "forms": json.loads(file.facts).get("forms", 0),
            }
        )
    sync_folder(going.hidden)
    return stored


def _signing(core: Core, going: _Going, folder: Path) -> dict[int, Future[Any]]:
    """The signed copies that the workers are writing, by number of the file."""
    work = str(drafts.folder_of(core, going.draft.id) / WORK)
    books = [file for file in going.files if _is_workbook(file)]
    main = min((file.n for file in books), default=0)  # findings on a report in Word are explained in it
    return {
        file.n: core.workers.submit(
            URGENT,
            (
                "sign",
                (
                    work,
                    file.n,
                    str(folder / file.place),
                    str(going.hidden / file.place),
                    going.number,
                    going.explained.get(file.n, {}),
                    file.n == main,
                ),
            ),
            SIGN_SECONDS,
        )
        for file in books
    }


def _signed(core: Core, file: StoredFile, future: Future[Any]) -> Facts | None:
    """What is known of a signed copy; None for a file stored as it came. Raises Refused, OutputError."""
    try:
        signed: Facts | None = answer_of(future)
    except (OutputError, Refused):
        raise
    except SelfevalError as error:
        raise Refused(f"“{file.name}”没有写成报送件：{core.public(error)}。请再点一次报送。") from error
    return signed


def _is_workbook(file: StoredFile) -> bool:
    """Whether a file is an xlsx with forms, which carries number, code and explanations."""
    facts = json.loads(file.facts)
    return facts.get("kind") == "xlsx" and bool(facts.get("tables"))


def _copy(source: Path, target: Path) -> None:
    """Copies the bytes of a file to a new one."""
    with open(source, "rb") as read, open(target, "xb") as written:
        shutil.copyfileobj(read, written, 1 << 20)


def _make_durable(path: Path) -> None:
    """Waits until the bytes of a file are on the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _facts(core: Core, who: Account, going: _Going, stored: list[Facts]) -> Facts:
    """What the receipt says."""
    filler = accounts.by_id(core.base, going.draft.account)
    confirmed = who.role == LEAD and filler is not None and filler.id != who.id
    deadline, late = season.late_days(core, going.draft.department)
    counts = _counts(core, going)
    now = season.of(core, going.draft.department)
    return {
        "by": filler.label if filler else who.label,
        "confirmed_by": who.label if confirmed else "",
        "account": who.id,
        "address": core.address_of(who),
        "deadline": deadline.isoformat() if deadline else "",
        "late": late,
        "counts": list(counts),
        "files": stored,
        "reopened": now.why if now.until else "",
    }


def _counts(core: Core, going: _Going) -> Counts:
    """The counts of the findings, with what was explained on the page; the findings are kept with it."""
    kept = draft_view.result(drafts.folder_of(core, going.draft.id) / WORK)
    typed = {n: text for texts in going.explained.values() for n, text in texts.items()}
    for row in kept.get("rows", []):
        if row["number"] in typed:
            row["explanation"] = typed[row["number"]]
    rows = draft_view.finding_rows(kept.get("rows", []), {}, {})
    folder = submissions.folder_of(core, going.id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    return draft_view.counts_with(json.loads(going.draft.result), rows)


def _finish(core: Core, who: Account, going: _Going, facts: Facts) -> None:
    """Gives the folder its name, and then the department its receipt."""
    target = going.hidden.with_name(_folder_name(core, going.number, datetime.now()))
    if os.path.lexists(target):
        raise Refused("收件文件夹里已经有同名的文件夹，没有报送。请过一秒再点报送。", 1)
    folder = target.relative_to(core.settings.receiving).as_posix()
    try:
        core.base.add(
            "submissions",
            id=going.id,
            department=key_of(going.row),
            number=going.number,
            at=time.time(),
            status=PENDING,
            folder=folder,
            draft=going.draft.id,
            facts=packed(facts),
        )
    except sqlite3.IntegrityError as error:
        raise Refused("这个报送序号刚才已经用了，没有报送。请再点一次报送。", 1) from error
    try:
        os.rename(going.hidden, target)
    except OSError:
        core.base.run("DELETE FROM submissions WHERE id = ? AND status = 'pending'", going.id)
        raise
    sync_folder(target.parent)
    _give_receipt(core, who, going.id, "报送")
    drafts.delete_files(core, going.draft.id)


def _folder_name(core: Core, number: int, now: datetime) -> str:
    """第3次_20260327-153012, or without the dash where a department of the roster has the code 153012."""
    name = f"第{number}次_{now:%Y%m%d-%H%M%S}"
    return name if core.roster.named_in(name) is None else f"第{number}次_T{now:%Y%m%dT%H%M%S}"


def _give_receipt(core: Core, who: Account | None, id: str, what: str) -> None:
    """Turns a pending submission, whose folder is in its place, into one with a receipt."""
    row = core.base.row("SELECT department, number, draft, facts FROM submissions WHERE id = ?", id)
    assert row is not None, "a pending submission is there"
    facts = json.loads(row[3])
    names = "、".join(file["name"] for file in facts["files"][:5])
    more = f"等{len(facts['files'])}个文件" if len(facts["files"]) > 5 else ""
    by = f"，负责人确认：{facts['confirmed_by']}" if facts["confirmed_by"] else ""
    detail = f"{core.department(row[0]).name}第{row[1]}次报送：{names}{more}；填报：{facts['by']}{by}"
    with core.base.transaction():
        core.base.run("UPDATE submissions SET status = ? WHERE id = ?", DONE, id)
        drafts.set_status(core, row[2], SENT, submission=id)
        core.note(who, what, id, detail, facts["address"])


def _is_finished(core: Core, who: Account | None, left: Submission) -> bool:
    """Gives the receipt of a submission that was interrupted where its folder has its name; else forgets it.

    who: whoever asks for it again; None at the start of the desk.
    """
    if (core.settings.receiving / left.folder).is_dir():
        _give_receipt(core, who, left.id, "报送" if who else "补发回执")
        drafts.delete_files(core, left.draft)
        return True
    core.base.run("DELETE FROM submissions WHERE id = ? AND status = 'pending'", left.id)
    shutil.rmtree(submissions.folder_of(core, left.id), ignore_errors=True)
    return False


def heal(core: Core) -> None:
    """Takes up the drafts that nobody is sending any more: the disk was full when that was to be noted."""
    for id, department in core.base.rows("SELECT id, department FROM drafts WHERE status = 'sending'"):
        with core.alone(f"accept:{department}"):  # so nobody is just sending it
            left = next((each for each in submissions.pending(core) if each.draft == id), None)
            if left is None or not _is_finished(core, None, left):
                drafts.set_status(core, id, CHECKED, SENDING)


def recover(core: Core) -> list[str]:
    """Finishes or forgets what a kill interrupted, before anybody else comes; sentences about it."""
    told = [
        f"上次中断时“{each.folder}”已经收好，补发了回执。"
        for each in submissions.pending(core)
        if _is_finished(core, None, each)
    ]
    heal(core)
    for row in core.roster.reporting:
        folder = core.settings.receiving / core.folder_of(row)
        if folder.is_dir():
            for left in folder.glob(f"{BEGUN}*"):
                shutil.rmtree(left, ignore_errors=True)
    return told
