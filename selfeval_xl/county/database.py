"""The SQLite file beside the output: opening it, and writing with a clear message when that fails.

A store names itself in the header of the file, by `application_id` and `user_version`. Only a store of this
version is used; one of another version is set aside, and another program's database is never changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from selfeval_xl.errors import OutputError
from selfeval_xl.files import free_name

TABLE = "answers"
COLUMNS = ("key", "outline", "answer")
META = "meta"  # the table of facts about the run
# What reading a damaged store raises: SQLite's message may quote bytes of it that are no text.
DAMAGE = (sqlite3.Error, UnicodeDecodeError)
APPLICATION = int.from_bytes(b"SFXL")
VERSION = 1  # of the tables and of what is in them; a store of another one is set aside
ASIDE = ".bak"  # the ending that is added to the name of a store that was set aside
# The columns of `answers` in stores made before they named themselves.
_UNNAMED = (COLUMNS, ("key", "answer"))


class StoreKind(Enum):
    """What a file of the store's name is."""

    NEW = auto()
    CURRENT = auto()
    OUTDATED = auto()  # a store of another version, or with other tables than ours
    FOREIGN = auto()


class OpenStore(NamedTuple):
    """An open store. notes: a sentence for the person where an earlier file was set aside."""

    base: sqlite3.Connection
    notes: tuple[str, ...] = ()


def connect(path: Path) -> OpenStore:
    """Opens the store for writing.

    A store of another version, and a file that is no database any more, is renamed to a free name and begun
    anew. Raises OutputError where the store cannot be opened, or is another program's database.
    """
    with writing(path):
        try:
            base = sqlite3.connect(path, timeout=10)
            try:
                base.execute("PRAGMA synchronous = NORMAL")
                kind = kind_of(base)
                if kind is StoreKind.NEW:
                    _name(base)
                elif kind is StoreKind.CURRENT and base.execute("PRAGMA quick_check(1)").fetchone() != (
                    "ok",
                ):
                    raise sqlite3.DatabaseError("pages that contradict each other")
            except BaseException:
                base.close()
                raise
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            return _anew(path, "已经损坏，打不开了")
        if kind in (StoreKind.NEW, StoreKind.CURRENT):
            return OpenStore(base)
        base.close()
        if kind is StoreKind.OUTDATED:
            return _anew(path, "是程序的其他版本留下的汇总数据，这个版本不能接着用")
    raise OutputError(
        f"“{path}”是别的程序的数据库，没有改动它。汇总数据要写在这里，请给汇总工作簿换一个文件名。"
    )


def _anew(path: Path, reason: str) -> OpenStore:
    """Sets the file aside under a free name and begins a new store. reason: in Chinese, after its name."""
    aside = free_name(path.with_name(f"{path.name}{ASIDE}"))
    path.rename(aside)
    base = sqlite3.connect(path, timeout=10)
    base.execute("PRAGMA synchronous = NORMAL")
    _name(base)
    note = f"“{path.name}”{reason}，已改名为“{aside.name}”；收到的文件这次全部重新读取，结果不受影响。"
    return OpenStore(base, (note,))


def _name(base: sqlite3.Connection) -> None:
    """Writes the store's name and version into the header of the file, both or none."""
    base.execute("BEGIN IMMEDIATE")
    base.execute(f"PRAGMA application_id = {APPLICATION}")
    base.execute(f"PRAGMA user_version = {VERSION}")
    base.commit()


def kind_of(base: sqlite3.Connection) -> StoreKind:
    """What this database is, by its header and the names of its tables.

    Raises sqlite3.DatabaseError where the file is no database.
    """
    entries = base.execute("SELECT type, name FROM sqlite_master").fetchall()
    (application,) = base.execute("PRAGMA application_id").fetchone()
    (version,) = base.execute("PRAGMA user_version").fetchone()
    columns = tuple(name for _, name, *_ in base.execute(f"PRAGMA table_info({TABLE})"))
    if application == APPLICATION:
        # a view or a trigger may be without end
        plain = all(entry in ("table", "index") for entry, _ in entries)
        current = version == VERSION and plain and columns in (COLUMNS, ())
        return StoreKind.CURRENT if current else StoreKind.OUTDATED
    if application:
        return StoreKind.FOREIGN
    if not entries:
        return StoreKind.NEW
    unnamed = ("table", TABLE) in entries and columns in _UNNAMED
    return StoreKind.OUTDATED if unnamed else StoreKind.FOREIGN


def reading(path: Path) -> closing[sqlite3.Connection]:
    """A context with the store, opened for reading only."""
    return closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns errors of the system and of SQLite in the block into an OutputError that names the store."""
    try:
        yield
    except (OSError, *DAMAGE) as error:
        raise OutputError(
            f"汇总数据写不进“{path}”：文件夹不存在、没有权限、磁盘已满，或文件正被占用。请检查后再试。"
        ) from error
