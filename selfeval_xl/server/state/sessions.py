"""The sessions: a random token in a cookie, its hash here; twelve hours at most, two hours idle."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from selfeval_xl.server.state import accounts
from selfeval_xl.server.state.accounts import Account
from selfeval_xl.server.state.database import Database

LONGEST, IDLE = 12 * 3600.0, 2 * 3600.0
_NOTED = 60.0  # seconds between two notes that a session is in use


@dataclass(frozen=True, slots=True)
class Session:
    """A session. csrf: the token that every form must carry. address: from which the person logged in."""

    account: Account
    csrf: str
    address: str


def begin(base: Database, account: Account, address: str) -> tuple[str, Session]:
    """A new session: the token for the cookie, which is kept nowhere, and what it stands for."""
    token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), time.time()
    with base.transaction():
        base.add(
            "sessions",
            token=_hashed(token),
            account=account.id,
            csrf=csrf,
            address=address,
            created=now,
            seen=now,
        )
        accounts.saw(base, account.id)
    return token, Session(account, csrf, address)


def find(base: Database, token: str) -> Session | None:
    """The session of a token, whose idle time begins anew; None where there is none that is still valid."""
    if not 20 <= len(token) <= 100:
        return None
    row = base.row(
        "SELECT account, csrf, address, created, seen FROM sessions WHERE token = ?", _hashed(token)
    )
    now = time.time()
    if row is None or now - row[3] > LONGEST or now - row[4] > IDLE:
        return None
    account = accounts.by_id(base, row[0])
    if account is None or account.disabled:
        return None
    if now - row[4] > _NOTED:
        base.run("UPDATE sessions SET seen = ? WHERE token = ?", now, _hashed(token))
    return Session(account, row[1], row[2])


def end(base: Database, token: str) -> None:
    """Ends a session."""
    base.run("DELETE FROM sessions WHERE token = ?", _hashed(token))


def end_others(base: Database, account: int, kept: str = "") -> None:
    """Ends all sessions of an account. kept: the form token of the one that stays."""
    base.run("DELETE FROM sessions WHERE account = ? AND csrf <> ?", account, kept)


def end_old(base: Database) -> int:
    """Deletes the sessions that have run out; returns their number."""
    now = time.time()
    return base.run("DELETE FROM sessions WHERE created < ? OR seen < ?", now - LONGEST, now - IDLE)


def live(base: Database) -> set[int]:
    """The accounts that have a session."""
    return {row[0] for row in base.rows("SELECT DISTINCT account FROM sessions")}


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
