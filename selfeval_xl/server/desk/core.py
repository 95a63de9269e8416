"""What all parts of the desk share: settings, state, roster, policy, workers, and who may reach what."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import NotThere, Refused
from selfeval_xl.files import safe_name
from selfeval_xl.filings.roster import Department, Roster
from selfeval_xl.model.dates import day_of
from selfeval_xl.model.findings import Counts
from selfeval_xl.server.desk.processes import Processes
from selfeval_xl.server.desk.settings import Settings
from selfeval_xl.server.state import log
from selfeval_xl.server.state.accounts import Account
from selfeval_xl.server.state.database import Database

HIDDEN = ".~"  # begins the names in the receiving folder that no command reads


@dataclass(slots=True)
class Core:
    """An open desk's own. workers: that check. officer_worker: for the long jobs of officers, one by one."""

    settings: Settings
    base: Database
    roster: Roster
    policy: Policy
    workers: Processes
    officer_worker: Processes
    due: dict[str, list[Any]] | None = None  # the projects due by department, once counted
    _rows: dict[str, Department] | None = None
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    _locks: threading.Lock = field(default_factory=threading.Lock)

    @property
    def state(self) -> Path:
        """The folder of the state."""
        return self.settings.state_place

    def department(self, key: str) -> Department:
        """The roster department with this key. Raises NotThere."""
        if self._rows is None:
            self._rows = {key_of(row): row for row in self.roster.reporting}
        row = self._rows.get(key)
        if row is None:
            raise NotThere
        return row

    def own(self, who: Account) -> Department:
        """The department of this account. Raises NotThere for officers."""
        if who.is_officer:
            raise NotThere
        return self.department(who.department)

    def may_see(self, who: Account, department: str) -> None:
        """Raises NotThere where this account may not see things of this department."""
        if not who.is_officer and who.department != department:
            raise NotThere

    def note(
        self, who: Account | None, what: str, subject: str = "", detail: str = "", address: str = ""
    ) -> None:
        """Adds a line to the log."""
        log.write(self.base, who, what, subject, detail, address or self.address_of(who))

    def address_of(self, who: Account | None) -> str:
        """The address of the account's last session."""
        if who is None:
            return ""
        row = self.base.row(
            "SELECT address FROM sessions WHERE account = ? ORDER BY seen DESC LIMIT 1", who.id
        )
        return str(row[0]) if row else ""

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """A block that only one thread is in for this key."""
        with self._locks:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            yield

    def public(self, text: object) -> str:
        """A sentence without the folders of this computer, which are nobody's business on a page."""
        settings, plain = self.settings, str(text)
        places = (settings.receiving, self.state, settings.county_workbook.parent, settings.roster.parent)
        for place in sorted({str(each) for one in places for each in (one, one.resolve())}, key=len)[::-1]:
            plain = plain.replace(f"{place}{os.sep}", "").replace(place, Path(place).name)
        return plain

    def folder_of(self, row: Department) -> str:
        """The name of a department's folder among the received files."""
        return safe_name(f"{row.code}{row.name}")


def need_officer(who: Account) -> None:
    """Raises NotThere where this is no officer."""
    if not who.is_officer:
        raise NotThere


def key_of(row: Department) -> str:
    """The key of a department: its code, else its name."""
    return row.code or row.name


def new_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_hex(12)


def moment(seconds: float) -> datetime:
    """A time of the state as a local one."""
    return datetime.fromtimestamp(seconds).astimezone()


def day(text: str) -> date | None:
    """The day of an ISO text; None for ""."""
    return date.fromisoformat(text) if text else None


def typed_day(text: str, needed: bool = False) -> date | None:
    """A day as an officer typed it. Raises Refused for what is no day, or lies in the past."""
    if not text.strip() and not needed:
        return None
    found = day_of(text, date.today())
    if found is None:
        raise Refused(f"日期“{text[:40]}”看不懂，请写成 {date.today():%Y-%m-%d} 这样（年-月-日）。")
    if found < date.today():
        raise Refused(f"日期“{found:%Y-%m-%d}”已经过了，请写今天或以后的日期。")
    return found


def plain_text(text: str, most: int, what: str) -> str:
    """A text as a person typed it, without signs that no file can hold. Raises Refused if it is too long."""
    kept = "".join(sign for sign in text if sign in "\n\t" or sign.isprintable()).strip()
    kept = kept.encode("utf-8", "replace").decode()
    if len(kept) > most:
        raise Refused(f"{what}太长（{len(kept)}字），请写在{most}字以内。")
    return kept


def reason_of(text: str, most: int) -> str:
    """A reason, which must not be empty. Raises Refused."""
    kept = plain_text(text, most, "理由")
    if not kept:
        raise Refused("请写理由。")
    return kept


def counts_of(numbers: Any) -> Counts:
    """Counts as they were kept; none for what was not counted."""
    return Counts(*numbers) if numbers else Counts()


def packed(facts: object) -> str:
    """Facts as they are kept in the state."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable, where the system can do that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
