"""The SQLite file beside the output: opening it, and writing with a clear message when that fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selfeval_xl.errors import OutputError

TABLE = "answers"


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
