"""Submissions as the state has them: what was received, by whom, and how the department stands by it."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval_xl.errors import NotThere
from selfeval_xl.server.desk.core import Core, packed
from selfeval_xl.server.state.accounts import Account

PENDING, DONE = "pending", "sent"
_COLUMNS = "id, department, number, at, status, folder, draft, facts"
_COUNTED_WITH = "counted with"  # the note of what the standings depend on
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission. folder: below the receiving folder. facts: what its receipt says."""

    id: str
    department: str
    number: int
    at: float
    status: str
    folder: str
    draft: str
    facts: Facts


def _submission(row: tuple[Any, ...]) -> Submission:
    id, department, number, at, status, folder, draft, facts = row
    return Submission(id, department, number, at, status, folder, draft, json.loads(facts))


def find(core: Core, who: Account, id: str) -> Submission:
    """A submission that this account may see. Raises NotThere."""
    row = core.base.row(f"SELECT {_COLUMNS} FROM submissions WHERE id = ? AND status = 'sent'", id[:64])
    if row is None:
        raise NotThere
    found = _submission(row)
    core.may_see(who, found.department)
    return found


def of(core: Core, department: str) -> list[Submission]:
    """The submissions of a department, the first one first."""
    rows = core.base.rows(
        f"SELECT {_COLUMNS} FROM submissions WHERE department = ? AND status = 'sent' ORDER BY number",
        department,
    )
    return [_submission(row) for row in rows]


def every(core: Core) -> dict[str, list[Submission]]:
    """The submissions of all departments, the first one first."""
    found: dict[str, list[Submission]] = {}
    rows = core.base.rows(f"SELECT {_COLUMNS} FROM submissions WHERE status = 'sent' ORDER BY number")
    for each in map(_submission, rows):
        found.setdefault(each.department, []).append(each)
    return found


def pending(core: Core) -> list[Submission]:
    """The submissions that were begun and have no receipt."""
    return [
        _submission(row)
        for row in core.base.rows(f"SELECT {_COLUMNS} FROM submissions WHERE status = 'pending'")
    ]


def last_number(core: Core, department: str) -> int:
    """The highest number of a department's submissions, 0 for none."""
    row = core.base.row("SELECT coalesce(max(number), 0) FROM submissions WHERE department = ?", department)
    return int(row[0]) if row else 0


def all_of(core: Core, department: str) -> list[str]:
    """The ids of a department's submissions."""
    return [each.id for each in of(core, department)]


def last_of(core: Core, department: str) -> list[str]:
    """The id of the last submission of a department, in a list; none where there is none."""
    return all_of(core, department)[-1:]


def folder_of(core: Core, id: str) -> Path:
    """The desk's own folder for a submission: contents of its files, findings."""
    return core.state / "submissions" / id


def places(core: Core, id: str) -> list[tuple[int, Path]]:
    """The files of a submission in the receiving folder, each with its number."""
    row = core.base.row("SELECT folder, facts FROM submissions WHERE id = ?", id)
    if row is None:
        return []
    folder = core.settings.receiving.resolve() / row[0]
    return [(file["n"], folder / file["stored"]) for file in json.loads(row[1])["files"]]


def data_of(core: Core, department: str) -> Path:
    """The place of what is kept of a department for reminders."""
    return core.state / "standings" / f"{hashlib.sha256(department.encode()).hexdigest()[:24]}.pickle"


def is_counted_with(core: Core, what: str) -> bool:
    """Whether the standings were counted with this program, roster and policy."""
    row = core.base.row("SELECT text FROM notes WHERE key = ?", _COUNTED_WITH)
    return row is not None and row[0] == what


def set_counted_with(core: Core, what: str) -> None:
    """Notes with what the standings are counted."""
    core.base.run("REPLACE INTO notes VALUES (?, ?)", _COUNTED_WITH, what)


def forget_contents(core: Core) -> None:
    """Deletes the contents that were kept, which another version of the program may read differently."""
    for path in (core.state / "submissions").glob("*/*.read"):
        path.unlink(missing_ok=True)
    for path in (core.state / "standings").glob("*.pickle"):
        path.unlink(missing_ok=True)


def standing(core: Core, department: str) -> Facts:
    """How a department stands, as it was counted last; empty where it was not."""
    row = core.base.row("SELECT facts FROM standings WHERE department = ?", department)
    facts: Facts = json.loads(row[0]) if row else {}
    return facts


def standings(core: Core) -> dict[str, Facts]:
    """The same of all departments, without their findings."""
    rows = core.base.rows("SELECT department, json_remove(facts, '$.findings') FROM standings")
    return {row[0]: json.loads(row[1]) for row in rows}


def set_standing(core: Core, department: str, facts: Facts) -> None:
    """Keeps how a department stands."""
    core.base.run("REPLACE INTO standings VALUES (?, ?, ?)", department, time.time(), packed(facts))
