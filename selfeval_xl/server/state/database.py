"""The database of the desk's state: one SQLite file, named in its header, never overwritten.

Its log refuses changes by triggers. A file that is damaged, another program's, or of a newer version is left
as it is, with a sentence that says so.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selfeval_xl.errors import OutputError, cause_of

NAME = "desk.sqlite"
APPLICATION = int.from_bytes(b"SFDK")
VERSION = 1
_SECONDS = 10.0  # to wait for another process
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)  # SQLite's message may quote bytes that are no text
_TABLES = """
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, role TEXT NOT NULL, department TEXT NOT NULL, name TEXT NOT NULL,
    salt BLOB NOT NULL, hash BLOB NOT NULL, disabled INTEGER NOT NULL DEFAULT 0, changed REAL NOT NULL,
    seen REAL);
CREATE UNIQUE INDEX one_account
    ON accounts (role, department, CASE role WHEN 'officer' THEN name ELSE '' END);
CREATE TABLE sessions (
    token TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts (id), csrf TEXT NOT NULL,
    address TEXT NOT NULL, created REAL NOT NULL, seen REAL NOT NULL);
CREATE TABLE attempts (
    key TEXT PRIMARY KEY, failed INTEGER NOT NULL, locks INTEGER NOT NULL, until REAL NOT NULL,
    at REAL NOT NULL);
CREATE TABLE drafts (
    id TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts (id), department TEXT NOT NULL,
    address TEXT NOT NULL, created REAL NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT '{}', submission TEXT NOT NULL DEFAULT '',
    passed_over TEXT NOT NULL DEFAULT '[]');
CREATE TABLE draft_files (
    draft TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE, n INTEGER NOT NULL, name TEXT NOT NULL,
    place TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (draft, n));
CREATE TABLE explanations (
    draft TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE, number INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (draft, number));
CREATE TABLE submissions (
    id TEXT PRIMARY KEY, department TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL,
    status TEXT NOT NULL, folder TEXT NOT NULL, draft TEXT NOT NULL, facts TEXT NOT NULL,
    UNIQUE (department, number));
CREATE TABLE standings (department TEXT PRIMARY KEY, at REAL NOT NULL, facts TEXT NOT NULL);
CREATE TABLE returns (
    id TEXT PRIMARY KEY, department TEXT NOT NULL, at REAL NOT NULL, facts TEXT NOT NULL);
CREATE TABLE season (
    department TEXT PRIMARY KEY, open INTEGER NOT NULL, reason TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE notes (key TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE log (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, account INTEGER, who TEXT NOT NULL, address TEXT NOT NULL,
    what TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, previous_sha TEXT NOT NULL,
    sha TEXT NOT NULL);
CREATE TRIGGER log_stays BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_is_kept BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE INDEX submissions_of ON submissions (department, number);
CREATE INDEX returns_of ON returns (department, at);
CREATE INDEX log_about ON log (subject);
"""


class Database:
    """The open database; its methods may be called from any thread, one works at a time.

    All of them raise OutputError where the file cannot be read or written (disk full, locked, damaged).
    """

    def __init__(self, path: Path) -> None:
        """Opens the database, or makes it. Raises OutputError; the file is left as it is then."""
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        new = not path.exists()
        if not new and not path.stat().st_size and _has_work(path.parent):
            raise OutputError(
                f"收件台的状态“{path}”是空的：口令、回执和流水都不在里面了，没有改动它。"
                "请从备份恢复这个文件；确实要从头开始，先把它所在的文件夹移走。"
            )
        with self._errors():
            if new:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._base = sqlite3.connect(
                path, timeout=_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._base.close()
                raise

    def _prepare(self) -> None:
        """Checks the file and makes the tables in a new one."""
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        tables = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application not in (0, APPLICATION) or (not application and tables):
            raise OutputError(
                f"“{self.path}”是别的程序的数据库，没有改动它。收件台的状态请放到别的文件夹（--state）。"
            )
        if version > VERSION:
            raise OutputError(f"“{self.path}”是更新版本的程序写的，这个版本不能用，没有改动它。请升级程序。")
        if self._base.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("pages that contradict each other")
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._base.execute(f"PRAGMA {pragma}")
        if not application:
            with self.transaction():
                for statement in _statements(_TABLES):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA application_id = {APPLICATION}")
                self._base.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A block whose changes are kept all or none; one inside another is part of it."""
        with self._lock, self._errors():
            if self._depth:
                yield
                return
            self._base.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
            else:
                try:
                    self._base.execute("COMMIT")
                except sqlite3.Error:
                    self._roll_back()
                    raise
            finally:
                self._depth -= 1

    def _roll_back(self) -> None:
        """Undoes the open transaction; SQLite may have done so itself, as on a full disk."""
        if self._base.in_transaction:
            self._base.execute("ROLLBACK")

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._lock, self._errors():
            return self._base.execute(statement, values).fetchall()

    def row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of a query; None for none."""
        with self._lock, self._errors():
            found: tuple[Any, ...] | None = self._base.execute(statement, values).fetchone()
            return found

    def run(self, statement: str, *values: object) -> int:
        """Carries out one change, durably outside of a transaction; returns the number of rows changed."""
        with self._lock, self._errors():
            return self._base.execute(statement, values).rowcount

    def add(self, table: str, **values: object) -> None:
        """Adds a row. table and names are ours, never a person's."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._base.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turns errors of SQLite and the system into an OutputError that says what to do."""
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except _DAMAGE as error:
            raise OutputError(_sentence(self.path, error)) from error
        except OSError as error:
            raise OutputError(f"收件台的状态写不进“{self.path.parent}”：{cause_of(error)}。") from error


def _has_work(folder: Path) -> bool:
    """Whether a desk has worked in this folder: it holds more than an empty state and the lock beside it."""
    return any(entry.is_dir() for entry in folder.iterdir())


def _statements(text: str) -> Sequence[str]:
    """The single statements; a trigger has a semicolon inside."""
    found, begun = [], ""
    for line in text.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found


def _sentence(path: Path, error: Exception) -> str:
    """What is said of an error of SQLite."""
    if isinstance(error, sqlite3.OperationalError):
        return (
            f"收件台的状态“{path.name}”现在写不进去：磁盘已满，或被其他程序占用。"
            "没有改动任何东西，请腾出空间或关闭占用它的程序后再试。"
        )
    return (
        f"收件台的状态“{path}”已经损坏或不是数据库，没有改动它。"
        "请从备份恢复这个文件，或把它移走后重新生成口令；收件文件夹里的材料不受影响。"
    )
