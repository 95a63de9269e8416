"""The county's rows in one SQLite file beside the workbook: workbook, pandas tables and scripts are views of
it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .columns import Sheet
from .kept import TABLE, connect, writing
from .table import Rows, Table

if TYPE_CHECKING:
    import pandas

_EXTRA = "meta"
UNWRITTEN = "unwritten"  # the fact: fingerprint of the workbook, where officers had written nothing into it
_FRESH = "fresh_"
sqlite3.register_adapter(Decimal, float)


class Store:
    """The county's tables being made anew, in one transaction: a run that is killed leaves the store as it
    was.

    One table per sheet; its columns are the sheet's keys, numbers as REAL (money in 万元), everything else as
    TEXT. Until `finish` the
    tables of the last run are there too. Raises OutputError where the store cannot be written.
    """

    def __init__(self, path: Path, base: sqlite3.Connection | None = None) -> None:
        """base: the store already open; else it is opened, and closed at the end."""
        self.path, self._own = path, base is None
        self.base = base or connect(path)
        with writing(path):
            self.base.commit()
            self.base.execute("BEGIN IMMEDIATE")

    def table(self, sheet: Sheet, name: str = "") -> Table:
        """An empty table for the rows of a sheet. name: another than the sheet's, for what is only needed on
        the way.
        """
        with writing(self.path):
            return Table(self.base, sheet, self.name(sheet, name), self.path)

    @staticmethod
    def temporary(name: str) -> str:
        """What a new table of this name is called until the end."""
        return f"{_FRESH}{name}"

    @staticmethod
    def name(sheet: Sheet, name: str = "") -> str:
        """What a new table is called until the end."""
        return f"{_FRESH}{name or sheet.key}"

    def tables(self) -> set[str]:
        """The tables that the last run left."""
        return {
            name
            for (name,) in self.base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != TABLE and not name.startswith(_FRESH)
        }

    def finish(self, sheets: Sequence[Sheet], tables: Mapping[str, Rows], meta: Mapping[str, str]) -> None:
        """Puts the new tables in the place of the old ones."""
        with writing(self.path):
            for name in self.tables():
                self.base.execute(f"DROP TABLE {name}")
            for sheet in sheets:
                rows = tables[sheet.key]
                if not isinstance(rows, Table):
                    made = self.table(sheet)
                    made.add(rows.rows())
            for (name,) in self.base.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'fresh\\_%' ESCAPE '\\'"
            ).fetchall():
                self.base.execute(f"ALTER TABLE {name} RENAME TO {name.removeprefix(_FRESH)}")
            self.base.execute(f"CREATE TABLE {_EXTRA} (key TEXT PRIMARY KEY, value TEXT)")
            self.base.executemany(f"INSERT INTO {_EXTRA} VALUES (?, ?)", meta.items())
            self.base.commit()

    def close(self) -> None:
        """Gives up what was not finished."""
        self.base.rollback()
        if self._own:
            self.base.close()


def read(path: Path, table: str) -> pandas.DataFrame:
    """One table of the store as a DataFrame. UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError(
            '取数据表要用pandas，这台机器上没有安装。请先运行：pip install "selfeval-xl[tables]"。'
        ) from error

    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return pandas.read_sql_query(f"SELECT * FROM {table}", database)  # noqa: S608 - the name is one of ours


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
        for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608
            yield dict(row)
