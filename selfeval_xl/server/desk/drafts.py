"""Drafts: what a department has uploaded to try, and which leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.files import FORBIDDEN, safe_name, unique
from selfeval_xl.readers.folder import is_left_behind
from selfeval_xl.server.desk.core import Core, new_id, packed, plain_text
from selfeval_xl.server.desk.incoming import IncomingFile
from selfeval_xl.server.state import sessions
from selfeval_xl.server.state.accounts import Account

UPLOADING, QUEUED, CHECKING, CHECKED = "uploading", "queued", "checking", "checked"
FAILED, WAITING, SENDING, SENT = "failed", "waiting", "sending", "sent"
WORK = "work"  # the folder in a draft for what the workers keep
RESULT = "result.json"  # what the check has found, in it
HANDED_BACK_HOURS = 7 * 24.0
ROOM = 256 << 20  # bytes of the disk that stay free
_UPLOAD_SECONDS = 900.0  # after which an upload that did not end has broken off
_PARTS, _LONGEST = 6, 80  # folders of a name that are shown, letters of each
_COLUMNS = "id, account, department, created, status, error, reason, result, submission, passed_over"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as the state has it. reason: of the 负责人 who gave it back. result: of the check, as JSON.

    passed_over: names of the files that were no filing (~$表.xlsx), as a JSON list.
    """

    id: str
    account: int
    department: str
    created: float
    status: str
    error: str
    reason: str
    result: str
    submission: str
    passed_over: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a draft. place: its name in the draft's folder. facts: of reading it, as JSON."""

    n: int
    name: str
    place: str
    size: int
    sha256: str
    facts: str


def folder_of(core: Core, draft: str) -> Path:
    """The folder of a draft, whose id is one of the state."""
    return core.state / "drafts" / draft


def files_folder(core: Core, draft: Draft) -> Path:
    """The folder of its files: called like the department's, by which a form without a name is known."""
    return folder_of(core, draft.id) / core.folder_of(core.department(draft.department))


def new(core: Core, who: Account, address: str) -> str:
    """A new draft; returns its id. Raises Refused where there are too many, or no room."""
    row = core.own(who)
    limits = core.settings.limits
    open_drafts = core.base.rows(
        f"SELECT {_COLUMNS} FROM drafts WHERE account = ? AND status NOT IN ('waiting', 'sent')"
        " AND reason = '' ORDER BY created",
        who.id,
    )
    for old in open_drafts[: max(0, len(open_drafts) - limits.drafts + 1)]:
        draft = Draft(*old)
        broken_off = draft.status == UPLOADING and time.time() - draft.created > _UPLOAD_SECONDS
        if broken_off or draft.status not in (UPLOADING, QUEUED, CHECKING, SENDING):
            delete(core, draft.id)
        else:
            raise Refused(f"还有{len(open_drafts)}次上传没有校验完，请等它们校验完再上传。", 30)
    waiting = core.base.row("SELECT count(*) FROM drafts WHERE status IN ('queued', 'checking')")
    if waiting and waiting[0] >= limits.waiting:
        raise Refused("现在排队校验的太多，请过几分钟再上传。", 300)
    drafts = core.state / "drafts"
    drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = core.base.row("SELECT coalesce(sum(size), 0) FROM draft_files")
    if shutil.disk_usage(drafts).free < ROOM or kept and kept[0] >= limits.state_bytes:
        raise Refused("收件台的磁盘快满了，现在收不了文件。请告知财政局。")
    id = new_id()
    core.base.add(
        "drafts",
        id=id,
        account=who.id,
        department=row.code or row.name,
        address=address,
        created=time.time(),
        status=UPLOADING,
    )
    (drafts / id / WORK).mkdir(mode=0o700, parents=True)
    return id


def find(core: Core, who: Account, draft: str) -> Draft:
    """A draft of this account's department: one's own, and for the 负责人 what waits. Raises NotThere."""
    row = core.base.row(f"SELECT {_COLUMNS} FROM drafts WHERE id = ?", draft[:64])
    if row is None or who.is_officer:
        raise NotThere
    found = Draft(*row)
    shared = found.status in (WAITING, SENT, SENDING)
    if found.department != who.department or not (found.account == who.id or shared):
        raise NotThere
    return found


def by_id(core: Core, draft: str) -> Draft | None:
    """The draft with this id, for the desk itself."""
    row = core.base.row(f"SELECT {_COLUMNS} FROM drafts WHERE id = ?", draft)
    return Draft(*row) if row else None


def files(core: Core, draft: str) -> list[StoredFile]:
    """The files of a draft in the order in which they came."""
    rows = core.base.rows(
        "SELECT n, name, place, size, sha256, facts FROM draft_files WHERE draft = ? ORDER BY n", draft
    )
    return [StoredFile(*row) for row in rows]


def add_file(core: Core, who: Account, draft: str, shown_name: str) -> IncomingFile:
    """A file of a draft that is being received. Raises NotThere, Refused."""
    found = find(core, who, draft)
    if found.status != UPLOADING:
        raise Refused("这一次上传已经结束，请重新上传。")
    here, limits = files(core, draft), core.settings.limits
    if len(here) >= limits.files:
        raise Refused(f"一次最多上传{limits.files}个文件，请分几次上传，或打成压缩包。")
    name = shown(shown_name)
    folder = files_folder(core, found)
    path = folder / place_of(name, {file.place for file in here})
    left = limits.draft_bytes - sum(file.size for file in here)
    if is_left_behind(PurePosixPath(name).name):
        passing = path.with_name(f".~{new_id()}")
        return IncomingFile(passing, name, limits.file_bytes, left, partial(_pass_over, core, draft, name))

    def taken(file: IncomingFile) -> None:
        add(core, draft, file.path.name, name, file.size, file.sha256)

    return IncomingFile(path, name, limits.file_bytes, left, taken)


def add(core: Core, draft: str, place: str, name: str, size: int, sha256: str, facts: object = None) -> int:
    """Adds a file that lies in the folder of a draft; returns its number."""
    try:
        with core.base.transaction():
            row = core.base.row("SELECT coalesce(max(n), 0) + 1 FROM draft_files WHERE draft = ?", draft)
            number = int(row[0]) if row else 1
            core.base.add(
                "draft_files",
                draft=draft,
                n=number,
                name=name,
                place=place,
                size=size,
                sha256=sha256,
                facts=packed(facts or {}),
            )
    except sqlite3.IntegrityError as error:  # the draft was deleted while its file came
        raise NotThere from error
    return number


def number_anew(core: Core, draft: str) -> None:
    """Numbers the files of a draft from 1 without gaps."""
    with core.base.transaction():
        for number, file in enumerate(files(core, draft), 1):
            core.base.run("UPDATE draft_files SET n = ? WHERE draft = ? AND n = ?", number, draft, file.n)


def _pass_over(core: Core, draft: str, name: str, file: IncomingFile) -> None:
    """Deletes the lock file of a program, or the like, that came with a folder, and keeps its name."""
    file.path.unlink(missing_ok=True)
    with core.base.transaction():
        row = core.base.row("SELECT passed_over FROM drafts WHERE id = ?", draft)
        names = json.loads(row[0]) if row else []
        core.base.run("UPDATE drafts SET passed_over = ? WHERE id = ?", packed([*names, name]), draft)


def shown(name: str) -> str:
    """The name that a browser sent, with its folders, as it is shown: no way up, nothing invisible."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/")[-4000:]).encode("utf-8", "replace").decode()
    parts = [FORBIDDEN.sub("_", part).strip() for part in text.split("/")]
    parts = [part for part in parts if part not in ("", ".", "..")][-_PARTS:]
    if not parts:
        return "未命名"
    return "/".join([*(part[:_LONGEST] for part in parts[:-1]), _short(parts[-1])])


def _short(name: str) -> str:
    """A file name of bounded length that keeps its ending."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        return name[:_LONGEST]
    return f"{stem[: _LONGEST - len(ending) - 1]}{dot}{ending}"


def place_of(name: str, taken: set[str]) -> str:
    """A file name for the disk that none of the taken ones is like."""
    last = PurePosixPath(name).name
    stem, dot, ending = last.rpartition(".")
    plain = ending if stem and ending.isascii() and ending.isalnum() and len(ending) <= 10 else ""
    stem = safe_name(stem if plain else last)
    stems = {each.rpartition(".")[0].casefold() if "." in each else each.casefold() for each in taken}
    return f"{unique(stem, stems)}.{plain}" if plain else unique(stem, stems)


def explanations(core: Core, draft: str) -> dict[int, str]:
    """What was typed on the page, by number of the finding."""
    rows = core.base.rows("SELECT number, text FROM explanations WHERE draft = ?", draft)
    return {row[0]: row[1] for row in rows}


def explain(core: Core, who: Account, draft: str, texts: Mapping[int, str]) -> None:
    """Keeps explanations by number; "" takes one away. Raises Refused."""
    found = find(core, who, draft)
    if found.status != CHECKED or found.account != who.id:
        raise Refused("现在不能改单位说明：这一份没有校验完，或已经送负责人、已经报送。")
    most = core.settings.limits.text
    try:
        rows = json.loads((folder_of(core, draft) / WORK / RESULT).read_text(encoding="utf-8"))["rows"]
    except OSError as error:
        raise Refused("这一份已经不在了，请重新上传。") from error
    can = {row["number"] for row in rows if row["explained_in"]}
    kept = {
        number: plain_text(text, most, f"第{number}条的单位说明")
        for number, text in texts.items()
        if number in can
    }
    with core.base.transaction():
        for number, text in kept.items():
            if text:
                core.base.run("REPLACE INTO explanations VALUES (?, ?, ?)", draft, number, text)
            else:
                core.base.run("DELETE FROM explanations WHERE draft = ? AND number = ?", draft, number)


def set_status(core: Core, draft: str, status: str, *only: str, **more: str) -> bool:
    """Sets the status, where it is one of `only` (any, where none are given); whether it was set.

    more: further columns, which are ours and never a person's.
    """
    columns = "".join(f", {name} = ?" for name in more)
    where = f" AND status IN ({', '.join('?' * len(only))})" if only else ""
    changed = core.base.run(
        f"UPDATE drafts SET status = ?{columns} WHERE id = ?{where}", status, *more.values(), draft, *only
    )
    return changed > 0


def count_anew(core: Core, draft: str) -> None:
    """Lets the time of a draft begin anew."""
    core.base.run("UPDATE drafts SET created = ? WHERE id = ?", time.time(), draft)


def drop(core: Core, who: Account, draft: str) -> None:
    """Deletes a draft of this account. Raises Refused where it waits or is being sent."""
    found = find(core, who, draft)
    if found.account != who.id or found.status in (SENDING, SENT, WAITING):
        raise Refused("这一份已经送负责人或已经报送，不能删除。")
    delete(core, draft)


def delete(core: Core, draft: str) -> None:
    """Deletes a draft and its files."""
    core.base.run("DELETE FROM drafts WHERE id = ?", draft)
    shutil.rmtree(folder_of(core, draft), ignore_errors=True)


def delete_files(core: Core, draft: str) -> None:
    """Deletes the files of a draft that was sent; its line stays, so that its page leads to the receipt."""
    with core.base.transaction():
        core.base.run("DELETE FROM draft_files WHERE draft = ?", draft)
        core.base.run("DELETE FROM explanations WHERE draft = ?", draft)
    shutil.rmtree(folder_of(core, draft), ignore_errors=True)


def sweep(core: Core) -> None:
    """Deletes the drafts whose time is over: a day, or the end of their account's sessions.

    What the 负责人 handed back stays for a week: the 填报人 need not be there when that happens.
    """
    sessions.end_old(core.base)
    live, now = sessions.live(core.base), time.time()
    for row in core.base.rows(f"SELECT {_COLUMNS} FROM drafts WHERE status NOT IN ('waiting', 'sending')"):
        draft = Draft(*row)
        hours = HANDED_BACK_HOURS if draft.reason else core.settings.limits.draft_hours
        kept = draft.account in live or draft.status == SENT or draft.reason
        if draft.created < now - hours * 3600 or not kept:
            delete(core, draft.id)


def sweep_folders(core: Core) -> None:
    """Deletes folders that the state no longer knows; at the start, when nothing is on its way."""
    known = {row[0] for row in core.base.rows("SELECT id FROM drafts WHERE status <> 'sent'")}
    sent = {row[0] for row in core.base.rows("SELECT id FROM submissions")}
    for place, ids in ((core.state / "drafts", known), (core.state / "submissions", sent)):
        for folder in place.iterdir() if place.is_dir() else ():
            if folder.name not in ids:
                shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(core.state / "incoming", ignore_errors=True)
