"""The county's store: its rows in one SQLite file beside the workbook, which is made from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval_xl.county.database import TABLE, connect, writing
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.store.rows import Rows, StoredRows
from selfeval_xl.errors import UsageError

if TYPE_CHECKING:
    import pandas

_META = "meta"  # the table of facts about the run
UNWRITTEN = "unwritten"  # the key of a fact: the workbook's fingerprint if nothing of officers is in it
_FRESH = "fresh_"  # the names of tables begin with it until `finish`
sqlite3.register_adapter(Decimal, float)  # SQLite has no decimals; `rows.decoded` gives them back


class Store:
    """The store while a run makes its tables, in one transaction: a killed run leaves the store as it was.

    One table per sheet; its columns are the sheet's keys, numbers as REAL (money in 万元), everything else as
    TEXT. Until `finish` the tables of the previous run are there too. Raises OutputError where the store
    cannot be written.
    """

    def __init__(self, path: Path, base: sqlite3.Connection | None = None) -> None:
        """base: the store if it is open already; else it is opened here, and closed by `close`."""
        self.path, self._opened_here = path, base is None
        self.base = base or connect(path)
        with writing(path):
            self.base.commit()
            self.base.execute("BEGIN IMMEDIATE")

    def table(self, sheet: Sheet, name: str = "") -> StoredRows:
        """Creates an empty table for the rows of a sheet. name: instead of the sheet's, if only interim."""
        with writing(self.path):
            return StoredRows(self.base, sheet, self.name(sheet, name), self.path)

    @staticmethod
    def temporary(name: str) -> str:
        """The name under which a new table is made; `finish` renames it."""
        return f"{_FRESH}{name}"

    @staticmethod
    def name(sheet: Sheet, name: str = "") -> str:
        """The name under which the new table of a sheet is made; `finish` renames it."""
        return f"{_FRESH}{name or sheet.key}"

    def tables(self) -> set[str]:
        """The names of the tables that the previous run left."""
        return {
            name
            for (name,) in self.base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != TABLE and not name.startswith(_FRESH)
        }

    def finish(self, sheets: Sequence[Sheet], tables: Mapping[str, Rows], meta: Mapping[str, str]) -> None:
        """Replaces the previous run's tables by the new ones, writes the facts and commits."""
        with writing(self.path):
            for name in self.tables():
                self.base.execute(f"DROP TABLE {name}")
            for sheet in sheets:
                rows = tables[sheet.key]
                if not isinstance(rows, StoredRows):
                    self.table(sheet).add(rows.rows())
            for (name,) in self.base.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'fresh\\_%' ESCAPE '\\'"
            ).fetchall():
                self.base.execute(f"ALTER TABLE {name} RENAME TO {name.removeprefix(_FRESH)}")
            self.base.execute(f"CREATE TABLE {_META} (key TEXT PRIMARY KEY, value TEXT)")
            self.base.executemany(f"INSERT INTO {_META} VALUES (?, ?)", meta.items())
            self.base.commit()

    def close(self) -> None:
        """Rolls back what was not finished, and closes the store if it was opened here."""
        self.base.rollback()
        if self._opened_here:
            self.base.close()


def read(path: Path, table: str) -> pandas.DataFrame:
    """One table of the store as a DataFrame. Raises UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError(
            '取数据表要用pandas，这台机器上没有安装。请先运行：pip install "selfeval-xl[tables]"。'
        ) from error

    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return pandas.read_sql_query(f"SELECT * FROM {table}", database)  # noqa: S608 - the name is one of ours


def meta(path: Path, key: str) -> str | None:
    """A fact about the run that made the store; None where there is no such store or fact."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute(f"SELECT value FROM {_META} WHERE key = ?", (key,)).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None


def rows(path: Path, table: str) -> Iterator[dict[str, Any]]:
    """The rows of one table of the store by column, without pandas."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608
            yield dict(row)
