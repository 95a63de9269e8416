"""What was read: the answers of the workers, kept in the county's store.

They are taken from there when they are needed, so that
memory does not grow with them, and unchanged files are not read again.

A file is unchanged when its bytes, its name, the program and the policy are. What is kept is data only:
whoever changes the
store can make no code run (see `packing`).
"""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from .. import __version__
from ..errors import OutputError
from ..policy import Policy
from .checked import Checked
from .outline import Outline, outlined
from .packing import unpacked

TABLE = "answers"
_COLUMNS = ["key", "outline", "answer"]
_AT_ONCE = 200  # answers between two commits: what a killed run has read is not lost


class Kept:
    """The answers in one store; known: the keys of those that an earlier run left there.

    Raises OutputError where the store cannot be written; one that is damaged begins anew.
    """

    def __init__(self, path: Path, policy: Policy) -> None:
        self.path, self._asked = path, set()
        self.salt = (
            program()
            + hashlib.sha256(
                pickle.dumps((dict(policy.parameters), dict(policy.rules), policy.county_rules), 5)
            ).hexdigest()
        )
        self._waiting: list[tuple[bytes, str, bytes]] = []
        self.base = connect(path)
        with writing(path):
            if [name for _, name, *_ in self.base.execute(f"PRAGMA table_info({TABLE})")] != _COLUMNS:
                self.base.execute(f"DROP TABLE IF EXISTS {TABLE}")
                self.base.execute(f"CREATE TABLE {TABLE} (key BLOB PRIMARY KEY, outline TEXT, answer BLOB)")
            self.known = {key for (key,) in self.base.execute(f"SELECT key FROM {TABLE}")}

    def key(self, sha256: str, name: str) -> bytes:
        """What an answer is kept under."""
        key = hashlib.sha256(f"{sha256}{name}{self.salt}".encode()).digest()
        self._asked.add(key)
        return key

    def outline(self, key: bytes, path: str) -> Outline | None:
        """The outline of a file that was read before, lying at this path now; None where there is none that
        can be read.
        """
        found = self.base.execute(f"SELECT outline FROM {TABLE} WHERE key = ?", (key,)).fetchone()
        try:
            return outlined(found[0], path) if found else None
        except (ValueError, LookupError, TypeError, AttributeError):
            return None

    def get(self, key: bytes) -> Checked | None:
        """The whole answer; None where there is none that can be read."""
        found = self.base.execute(f"SELECT answer FROM {TABLE} WHERE key = ?", (key,)).fetchone()
        return unpacked(found[0]) if found else None

    def put(self, key: bytes, outline: str, answer: bytes) -> None:
        """Keeps an answer."""
        self._waiting.append((key, outline, answer))
        if len(self._waiting) >= _AT_ONCE:
            self.flush()

    def mend(self, key: bytes, outline: str, answer: bytes) -> None:
        """Replaces an answer that could not be read, as part of whatever is being written."""
        with writing(self.path):
            self.base.execute(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", (key, outline, answer))

    def flush(self) -> None:
        """Writes what waits."""
        with writing(self.path):
            self.base.executemany(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", self._waiting)
            self.base.commit()
        self._waiting.clear()

    def forget(self) -> None:
        """Writes what waits, and forgets the answers that nobody asked for in this run: their files are gone
        or changed.
        """
        self.flush()
        with writing(self.path):
            self.base.executemany(
                f"DELETE FROM {TABLE} WHERE key = ?", [(key,) for key in self.known - self._asked]
            )
            self.base.commit()
        self.known, self._asked = frozenset(), set()

    def close(self) -> None:
        """Writes what waits and closes the store."""
        try:
            self.flush()
        finally:
            self.base.close()


def connect(path: Path) -> sqlite3.Connection:
    """The store, ready to be written; one that is no database any more is put aside and begun anew.

    OutputError where that is not possible.
    """
    with writing(path):
        try:
            return _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            path.replace(path.with_name(f"{path.name}.bak"))
            return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=10)
    try:
        base.execute("PRAGMA synchronous = NORMAL")
        tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and not tables & {TABLE, "meta"}:
            raise OutputError(
                f"“{path}”是别的程序的数据库，没有改动它。汇总数据要写在这里，请给汇总工作簿换一个文件名。"
            )
    except (sqlite3.Error, OutputError):
        base.close()
        raise
    return base


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the system or SQLite refuses into one sentence (OutputError)."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"汇总数据写不进“{path}”：文件夹不存在、没有权限、磁盘已满，或文件正被占用。请检查后再试。"
        ) from error


@cache
def program() -> str:
    """What the program is: its version, and size and time of each of its files."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(Path(__file__).parents[1].rglob("*")):
        if file.suffix in (".py", ".toml", ".lark"):
            about = file.stat()
            digest.update(f"{file}{about.st_size}{about.st_mtime_ns}".encode())
    return digest.hexdigest()
