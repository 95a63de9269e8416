"""The season: whether the desk takes submissions, for all and for one department.

Closed for all, a department may still send where an officer reopened it, or returned its filing, up to a day;
also once more, where its answer to the return was not right yet.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from selfeval_xl.server.desk.core import Core, day, key_of, need_officer, reason_of, typed_day
from selfeval_xl.server.desk.records import Season
from selfeval_xl.server.state.accounts import Account

ALL = ""  # the key of the season as a whole


def of_all(core: Core) -> Season:
    """The season as a whole."""
    row = core.base.row("SELECT open, reason FROM season WHERE department = ?", ALL)
    return Season(bool(row[0]), row[1]) if row else Season(True)


def of(core: Core, department: str) -> Season:
    """The season for a department, today."""
    whole = of_all(core)
    if whole.open:
        return whole
    row = core.base.row("SELECT reason, until FROM season WHERE department = ? AND open = 1", department)
    until = day(row[1]) if row else None
    if row and until and until >= date.today():
        return Season(True, row[0], until)
    returned = _last_return(core, department)
    until = day(returned[0]["until"]) if returned else None
    if returned and until and until >= date.today():
        return Season(True, "财政局退回修改", until)
    return whole


def _last_return(core: Core, department: str) -> tuple[dict[str, Any], float] | None:
    """The facts of the last return of a department, and when it was sent."""
    row = core.base.row(
        "SELECT facts, at FROM returns WHERE department = ? ORDER BY at DESC LIMIT 1", department
    )
    return (json.loads(row[0]), row[1]) if row else None


def open_return(core: Core, department: str) -> dict[str, Any] | None:
    """The facts of the last return, where the department has not answered it with a submission."""
    returned = _last_return(core, department)
    if returned is None:
        return None
    since = core.base.row(
        "SELECT 1 FROM submissions WHERE department = ? AND status = 'sent' AND at > ?",
        department,
        returned[1],
    )
    return None if since else returned[0]


def late_days(core: Core, department: str) -> tuple[date | None, int]:
    """The deadline that holds for a department now, and by how many days it is over.

    A return that is not answered has its own.
    """
    returned = open_return(core, department)
    deadline = day(core.department(department).deadline)
    if returned and returned["until"]:
        deadline = day(returned["until"])
    return deadline, max(0, (date.today() - deadline).days) if deadline else 0


def set_all(core: Core, who: Account, opened: bool, reason: str) -> None:
    """Closes or opens the season for all. Raises NotThere, Refused."""
    need_officer(who)
    reason = reason_of(reason, core.settings.limits.text)
    with core.base.transaction():
        core.base.run("REPLACE INTO season VALUES (?, ?, ?, '')", ALL, int(opened), reason)
        core.note(who, "重新开放收件" if opened else "结束收件", "", reason)


def reopen(core: Core, who: Account, key: str, reason: str, until: str) -> None:
    """Opens a closed season for one department up to a day. Raises NotThere, Refused."""
    need_officer(who)
    row = core.department(key)
    reason = reason_of(reason, core.settings.limits.text)
    last = typed_day(until, needed=True)
    assert last is not None, "a day is needed"
    with core.base.transaction():
        core.base.run("REPLACE INTO season VALUES (?, 1, ?, ?)", key_of(row), reason, last.isoformat())
        core.note(who, "单独开放报送", key_of(row), f"{row.name}，到{last:%Y-%m-%d}：{reason}")
