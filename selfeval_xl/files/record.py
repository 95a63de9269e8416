"""The record of the files that this program wrote: path and SHA-256, in the user's own folder.

It never lies beside the files, which are sent on. Where it cannot be kept or read, nothing fails: the next
run does not know its own file and asks.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from pathlib import Path

_NAME = "written.sqlite"
_MOST = 100_000  # files; the ones written longest ago are forgotten
_SECONDS = 2.0  # to wait for another process
_TABLE = "CREATE TABLE IF NOT EXISTS written (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL)"


def state_folder() -> Path:
    """The user's folder for what the program keeps, which may not exist yet.

    %APPDATA%\\selfeval_xl on Windows, ~/.config/selfeval_xl elsewhere, or the one that SELFEVAL_HOME names.
    """
    home = os.environ.get("SELFEVAL_HOME")
    if home:
        return Path(home)
    if os.environ.get("APPDATA"):
        return Path(os.environ["APPDATA"]) / "selfeval_xl"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()) / "selfeval_xl"


def record(path: Path, sha256: str) -> None:
    """Keeps that this program wrote the file with these bytes."""
    _carry_out("REPLACE INTO written VALUES (?, ?)", _key(path), sha256)
    _carry_out("DELETE FROM written WHERE rowid <= (SELECT max(rowid) FROM written) - ?", _MOST)


def recorded(path: Path) -> str:
    """The SHA-256 of the file as this program wrote it; "" where it did not, or that is not known."""
    rows = _carry_out("SELECT sha256 FROM written WHERE path = ?", _key(path))
    return str(rows[0][0]) if rows else ""


def _carry_out(statement: str, *values: str | int) -> list[tuple[str]]:
    """The rows of a statement on the record; none where it cannot be used. A damaged one is deleted."""
    import sqlite3

    try:
        file = state_folder() / _NAME
        file.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # no such folder can be made, or the user has no home
        return []
    try:
        with closing(sqlite3.connect(file, timeout=_SECONDS, isolation_level=None)) as base:
            base.execute("PRAGMA synchronous = OFF")
            base.execute(_TABLE)
            return base.execute(statement, values).fetchall()
    except sqlite3.OperationalError:
        return []
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # its message may quote bytes that are no text
        _delete(file)
        return []


def _delete(file: Path) -> None:
    """Deletes a damaged record, if that is possible."""
    try:
        file.unlink()
    except OSError:
        return


def _key(path: Path) -> str:
    """A digest of the absolute path, so that the record tells nobody the names of files."""
    return hashlib.sha256(os.fsencode(os.path.normcase(path.resolve()))).hexdigest()
