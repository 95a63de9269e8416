"""Returns (退回) as the state has them, and the officers' opinions in the county workbook."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from selfeval_xl.errors import NotThere
from selfeval_xl.server.desk import draft_view, submissions
from selfeval_xl.server.desk.core import Core, day, moment, new_id, packed
from selfeval_xl.server.desk.records import ReturnLine, ReturnView, StoredFile
from selfeval_xl.server.state.accounts import Account

OPINIONS = "opinions"  # the note of what stands in the county workbook
Facts = dict[str, Any]


def folder_of(core: Core, id: str) -> Path:
    """The folder of a return's files."""
    return core.state / "returns" / id


def lines(core: Core, department: str) -> tuple[ReturnLine, ...]:
    """The returns of a department, the newest first."""
    last = core.base.row(
        "SELECT max(at) FROM submissions WHERE department = ? AND status = 'sent'", department
    )
    since = last[0] or 0.0 if last else 0.0
    rows = core.base.rows(
        "SELECT id, at, facts FROM returns WHERE department = ? ORDER BY at DESC", department
    )
    found = []
    for id, at, text in rows:
        facts = json.loads(text)
        found.append(ReturnLine(id, moment(at), facts["reason"], day(facts["until"]), since > at))
    return tuple(found)


def send(core: Core, who: Account, key: str, prepared: Facts, files: Path, reason: str) -> str:
    """Keeps a prepared return for its department; returns its id. files: the folder of the marked files."""
    id, row = new_id(), core.department(key)
    target = folder_of(core, id)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if files.is_dir():
        shutil.move(files, target)
    facts = {
        "by": who.label,
        "reason": reason,
        "until": prepared["until"],
        "notice": prepared["notice"],
        "files": prepared["files"],
    }
    last = submissions.last_of(core, key)
    with core.base.transaction():
        core.base.add("returns", id=id, department=key, at=time.time(), facts=packed(facts))
        detail = f"{row.name}，{prepared['until']}前报回：{reason}"
        core.note(who, "退回修改", last[0] if last else key, detail)
    return id


def view(core: Core, who: Account, id: str) -> ReturnView:
    """A return. Raises NotThere."""
    department, at, facts = _find(core, who, id)
    row = core.department(department)
    answer = core.base.row(
        "SELECT id FROM submissions WHERE department = ? AND status = 'sent' AND at > ? ORDER BY at LIMIT 1",
        department,
        at,
    )
    kept = draft_view.result(submissions.folder_of(core, answer[0])) if answer else {}
    return ReturnView(
        id,
        row.name,
        row.code,
        moment(at),
        facts["by"],
        facts["reason"],
        day(facts["until"]),
        facts["notice"],
        tuple(Path(name).name for name in facts["files"]),
        answer is not None,
        draft_view.change_rows(kept.get("changes", [])),
    )


def file(core: Core, who: Account, id: str, n: int) -> StoredFile:
    """A marked file of a return. Raises NotThere."""
    _, _, facts = _find(core, who, id)
    return file_in(folder_of(core, id), facts["files"], n)


def file_in(folder: Path, names: list[str], n: int) -> StoredFile:
    """The file with this number, from 1. Raises NotThere."""
    if not 1 <= n <= len(names):
        raise NotThere
    path = folder / names[n - 1]
    if not path.is_file():
        raise NotThere
    return StoredFile(path, path.name)


def _find(core: Core, who: Account, id: str) -> tuple[str, float, Facts]:
    """Department, time and facts of a return. Raises NotThere."""
    row = core.base.row("SELECT department, at, facts FROM returns WHERE id = ?", id[:64])
    if row is None:
        raise NotThere
    core.may_see(who, row[0])
    return row[0], row[1], json.loads(row[2])


def opinions(core: Core) -> dict[str, Facts]:
    """What officers wrote into the county workbook, by department, as it was read last."""
    row = core.base.row("SELECT text FROM notes WHERE key = ?", OPINIONS)
    found: dict[str, Facts] = json.loads(row[0]).get("departments", {}) if row else {}
    return found
