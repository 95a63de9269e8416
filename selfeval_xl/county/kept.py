"""The cache of the workers' answers in the county's store: what each file contains and what was found on it.

Answers are taken from the store when they are needed, so that memory does not grow with them, and unchanged
files are not read again. A file is unchanged when its bytes, its name, the program and the policy are. The
answers are data only: whoever changes the store can make no code run (see `packing`).
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
    """The cached answers in one store.

    known: keys of the answers that earlier runs left there. salt: digest of program and policy, part of every
    key. Raises OutputError where the store cannot be written; a damaged store is put aside and begun anew.
    """

    def __init__(self, path: Path, policy: Policy) -> None:
        self.path = path
        self._requested: set[bytes] = set()
        self.salt = (
            program()
            + hashlib.sha256(
                pickle.dumps((dict(policy.parameters), dict(policy.rules), policy.county_rules), 5)
            ).hexdigest()
        )
        self._unwritten: list[tuple[bytes, str, bytes]] = []
        self.base = connect(path)
        with writing(path):
            if [name for _, name, *_ in self.base.execute(f"PRAGMA table_info({TABLE})")] != _COLUMNS:
                self.base.execute(f"DROP TABLE IF EXISTS {TABLE}")
                self.base.execute(f"CREATE TABLE {TABLE} (key BLOB PRIMARY KEY, outline TEXT, answer BLOB)")
            self.known: set[bytes] = {key for (key,) in self.base.execute(f"SELECT key FROM {TABLE}")}

    def key(self, sha256: str, name: str) -> bytes:
        """The key of the answer on a file with these bytes and this name; the answer survives `prune`."""
        key = hashlib.sha256(f"{sha256}{name}{self.salt}".encode()).digest()
        self._requested.add(key)
        return key

    def outline(self, key: bytes, path: str) -> Outline | None:
        """The cached outline of a file that now lies at this path; None where none can be decoded."""
        row = self.base.execute(f"SELECT outline FROM {TABLE} WHERE key = ?", (key,)).fetchone()
        try:
            return outlined(row[0], path) if row else None
        except (ValueError, LookupError, TypeError, AttributeError):
            return None

    def get(self, key: bytes) -> Checked | None:
        """The whole cached answer; None where none can be decoded."""
        row = self.base.execute(f"SELECT answer FROM {TABLE} WHERE key = ?", (key,)).fetchone()
        return unpacked(row[0]) if row else None

    def put(self, key: bytes, outline: str, answer: bytes) -> None:
        """Adds an answer; it is written together with others."""
        self._unwritten.append((key, outline, answer))
        if len(self._unwritten) >= _AT_ONCE:
            self.flush()

    def replace(self, key: bytes, outline: str, answer: bytes) -> None:
        """Replaces an answer that could not be decoded, in whatever transaction is open."""
        with writing(self.path):
            self.base.execute(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", (key, outline, answer))

    def flush(self) -> None:
        """Writes the answers that were added since the last commit."""
        with writing(self.path):
            self.base.executemany(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?)", self._unwritten)
            self.base.commit()
        self._unwritten.clear()

    def prune(self) -> None:
        """Deletes the answers whose key this run did not ask for: their files are gone or changed."""
        self.flush()
        with writing(self.path):
            self.base.executemany(
                f"DELETE FROM {TABLE} WHERE key = ?", [(key,) for key in self.known - self._requested]
            )
            self.base.commit()
        self.known, self._requested = set(), set()

    def close(self) -> None:
        """Writes the remaining answers and closes the store."""
        try:
            self.flush()
        finally:
            self.base.close()


def connect(path: Path) -> sqlite3.Connection:
    """Opens the store for writing; a file that is no database any more is renamed to .bak and begun anew.

    Raises OutputError where the store cannot be opened, or is another program's database.
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
    """The open database; OutputError where it holds tables but none of ours."""
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
    """Turns errors of the system and of SQLite in the block into an OutputError that names the store."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"汇总数据写不进“{path}”：文件夹不存在、没有权限、磁盘已满，或文件正被占用。请检查后再试。"
        ) from error


@cache
def program() -> str:
    """A digest of the program: its version, and name, size and time of each of its files."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(Path(__file__).parents[1].rglob("*")):
        if file.suffix in (".py", ".toml", ".lark"):
            status = file.stat()
            digest.update(f"{file}{status.st_size}{status.st_mtime_ns}".encode())
    return digest.hexdigest()
