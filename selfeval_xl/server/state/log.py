"""The log (流水): who did what, when. Lines are only added, and each carries the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from selfeval_xl.server.state.accounts import Account
from selfeval_xl.server.state.database import Database

LINES = 100  # on a page
_FIELDS = "n, at, account, who, address, what, subject, detail, previous_sha, sha"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. account: None for the desk itself, or somebody who is not logged in."""

    n: int
    at: str
    account: int | None
    who: str
    address: str
    what: str
    subject: str
    detail: str
    previous_sha: str
    sha: str

    @property
    def expected(self) -> str:
        """The hash that the line should have."""
        content = [
            self.n,
            self.at,
            self.account,
            self.who,
            self.address,
            self.what,
            self.subject,
            self.detail,
        ]
        text = json.dumps([self.previous_sha, *content], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write(
    base: Database,
    who: Account | None,
    what: str,
    subject: str = "",
    detail: str = "",
    address: str = "",
    name: str = "收件台",
) -> None:
    """Adds a line. subject: the department, submission or account it is about. name: of `who` None."""
    with base.transaction():
        row = base.row("SELECT n, sha FROM log ORDER BY n DESC LIMIT 1")
        n, previous = (row[0] + 1, row[1]) if row else (1, "")
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        label = who.label if who else name
        entry = Entry(n, at, who.id if who else None, label, address, what, subject, detail, previous, "")
        base.run(
            f"INSERT INTO log ({_FIELDS}) VALUES ({', '.join('?' * 10)})",
            n,
            at,
            entry.account,
            label,
            address,
            what,
            subject,
            detail,
            previous,
            entry.expected,
        )


def page(base: Database, number: int) -> tuple[list[Entry], int]:
    """The lines of a page, the newest first, and the number of pages. number: from 1."""
    row = base.row("SELECT count(*) FROM log")
    pages = max(1, -(-(row[0] if row else 0) // LINES))
    start = (min(max(number, 1), pages) - 1) * LINES
    rows = base.rows(f"SELECT {_FIELDS} FROM log ORDER BY n DESC LIMIT ? OFFSET ?", LINES, start)
    return [Entry(*row) for row in rows], pages


def about(base: Database, subject: str) -> list[Entry]:
    """The lines about a subject, the oldest first."""
    rows = base.rows(f"SELECT {_FIELDS} FROM log WHERE subject = ? ORDER BY n", subject)
    return [Entry(*row) for row in rows]


def problem(base: Database, since: int = 0) -> tuple[str, int]:
    """What is wrong with the chain after line `since`, "" for nothing; and the last line that holds."""
    before, last = "", since
    if since:
        row = base.row("SELECT sha FROM log WHERE n = ?", since)
        if row is None:
            return f"流水第{since}条不见了，流水被人改过。请保留现状，查明原因。", 0
        before = row[0]
    while rows := base.rows(f"SELECT {_FIELDS} FROM log WHERE n > ? ORDER BY n LIMIT 1000", last):
        for entry in (Entry(*row) for row in rows):
            if entry.n != last + 1 or entry.previous_sha != before or entry.sha != entry.expected:
                return f"流水第{entry.n}条和前后对不上，流水被人改过。请保留现状，查明原因。", last
            before, last = entry.sha, entry.n
    return "", last
