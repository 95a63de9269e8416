"""The county's rows in one SQLite file beside the workbook: workbook, pandas tables and scripts are views of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .columns import Sheet
from .kept import TABLE, connect, writing

if TYPE_CHECKING:
    import pandas

_NUMBERS = ("money", "number", "rate", "count")
_EXTRA = "meta"
sqlite3.register_adapter(Decimal, float)


def save(path: Path, sheets: tuple[Sheet, ...], tables: Mapping[str, list[dict[str, Any]]], meta: Mapping[str, str]) -> None:
    """Puts all rows into the store in one transaction: a run that is killed leaves it as it was. OutputError when it cannot be written.

    One table per sheet; its columns are the sheet's keys, numbers as REAL (money in 万元), everything else as TEXT.
    """
    with writing(path), closing(connect(path)) as database:
        database.execute("BEGIN IMMEDIATE")
        for name in [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name != TABLE]:
            database.execute(f"DROP TABLE {name}")
        for sheet in sheets:
            _table(database, sheet, tables[sheet.key])
        database.execute(f"CREATE TABLE {_EXTRA} (key TEXT PRIMARY KEY, value TEXT)")
        database.executemany(f"INSERT INTO {_EXTRA} VALUES (?, ?)", meta.items())
        database.commit()


def stored_keys(sheet: Sheet) -> tuple[str, ...]:
    """The columns of a sheet that hold data: not the officers' own, not the links."""
    return tuple(column.key for column in sheet.columns if column.kind != "链" and (column.kind != "手" or column.key == "cause"))


def _table(database: sqlite3.Connection, sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    keys = stored_keys(sheet)
    types = {column.key: "REAL" if column.format in _NUMBERS else "TEXT" for column in sheet.columns}
    database.execute(f"CREATE TABLE {sheet.key} ({', '.join(f'{key} {types[key]}' for key in keys)})")
    marks = ", ".join("?" * len(keys))
    database.executemany(f"INSERT INTO {sheet.key} VALUES ({marks})", (tuple(map(row.get, keys)) for row in rows))


def read(path: Path, table: str) -> pandas.DataFrame:
    """One table of the store as a DataFrame. UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError("取数据表要用pandas，这台机器上没有安装。请先运行：pip install \"selfeval-xl[tables]\"。") from error

    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return pandas.read_sql_query(f"SELECT * FROM {table}", database)      # noqa: S608 - the name is one of ours


def meta(path: Path, key: str) -> str | None:
    """One of the facts about the run that made the store; None where there is no such store or fact."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(f"SELECT value FROM {_EXTRA} WHERE key = ?", (key,)).fetchone()
    except sqlite3.Error:
        return None
    return found[0] if found else None


def rows(path: Path, table: str) -> Iterator[dict[str, Any]]:
    """The rows of one table, without pandas."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        for row in database.execute(f"SELECT * FROM {table}"):    # noqa: S608
            yield dict(row)
