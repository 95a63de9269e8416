"""Wrong codes: five in a row lock a department, and an address, for a minute, then for twice as long."""

from __future__ import annotations

import hashlib
import math
import time

from selfeval_xl.server.state.database import Database

ALLOWED, FIRST, LONGEST = 5, 60.0, 900.0
_FORGOTTEN = 3600.0  # seconds after which earlier locks no longer lengthen the next one


def locked(base: Database, *keys: str) -> int:
    """The seconds until all of these (a login, an address) may try again; 0 where they may."""
    now = time.time()
    left = [
        row[0] - now
        for key in keys
        if (row := base.row("SELECT until FROM attempts WHERE key = ?", _hashed(key)))
    ]
    return math.ceil(max((seconds for seconds in left if seconds > 0), default=0))


def claim(base: Database, key: str) -> int:
    """Counts an attempt as a wrong one before its code is looked at; `succeeded` takes it back.

    So many attempts at once are not more than one after the other. Returns the seconds to wait where this is
    locked, and counts nothing then.
    """
    with base.transaction():
        seconds = locked(base, key)
        if not seconds:
            failed(base, key)
    return seconds


def failed(base: Database, key: str) -> None:
    """Counts a wrong code."""
    now, key = time.time(), _hashed(key)
    with base.transaction():
        base.run("DELETE FROM attempts WHERE at < ?", now - _FORGOTTEN)
        row = base.row("SELECT failed, locks FROM attempts WHERE key = ?", key)
        count, locks = (row[0] + 1, row[1]) if row else (1, 0)
        until = 0.0
        if count >= ALLOWED:
            until = now + min(LONGEST, FIRST * 2**locks)
            count, locks = 0, locks + 1
        base.run("REPLACE INTO attempts VALUES (?, ?, ?, ?, ?)", key, count, locks, until, now)


def succeeded(base: Database, key: str) -> None:
    """Forgets the wrong codes."""
    base.run("DELETE FROM attempts WHERE key = ?", _hashed(key))


def _hashed(key: str) -> str:
    """Keys are digests: what a stranger types is as long as he likes, and may be a code."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
