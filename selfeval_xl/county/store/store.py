"""The county's store: its rows in one SQLite file beside the workbook, which is made from them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.county.database import (
    DAMAGE,
    META,
    TABLE,
    OpenStore,
    StoreKind,
    connect,
    kind_of,
    reading,
    writing,
)
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.store.rows import Rows, StoredRows
from selfeval_xl.errors import UsageError

if TYPE_CHECKING:
    import pandas

UNWRITTEN = "unwritten"  # the key of a fact: the workbook's fingerprint if nothing of officers is in it
DIGEST = "digest"  # the key of a fact: the digest of all rows
CHANGED = "“{name}”里的汇总数据在上次汇总以后被改动过，没有接着用；这次全部重新计算，结果不受影响。"
_FACT = f"SELECT value FROM {META} WHERE key = ?"
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'"  # a view may be endless
_FRESH = "fresh_"  # the names of tables begin with it until `finish`
sqlite3.register_adapter(Decimal, float)  # SQLite has no decimals; `rows.decoded` gives them back


class Store:
    """The store while a run makes its tables, in one transaction: a killed run leaves the store as it was.

    One table per sheet; its columns are the sheet's keys, numbers as REAL (money in 万元), everything else as
    TEXT. Until `finish` the tables of the previous run are there too. Raises OutputError where the store
    cannot be written.
    """

    def __init__(self, path: Path, store: OpenStore | None = None) -> None:
        """store: if it is open already; else it is opened here, and closed by `close`.

        intact: whether the tables of the previous run are as it wrote them; else nothing is taken from them.
        """
        self.path, self._opened_here = path, store is None
        self.base, self.notes = store or connect(path)
        with writing(path):
            previous = self.tables()
            self.intact = META in previous and _digest(self.base, previous) == _recorded_digest(self.base)
            if previous and not self.intact:
                self.notes += (CHANGED.format(name=path.name),)
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
            self.base.execute(f"CREATE TABLE {META} (key TEXT PRIMARY KEY, value TEXT)")
            self.base.executemany(f"INSERT INTO {META} VALUES (?, ?)", meta.items())
            digest = _digest(self.base, self.tables())
            self.base.execute(f"INSERT INTO {META} VALUES (?, ?)", (DIGEST, digest))
            self.base.commit()

    def close(self) -> None:
        """Rolls back what was not finished, and closes the store if it was opened here."""
        self.base.rollback()
        if self._opened_here:
            self.base.close()


def _digest(base: sqlite3.Connection, tables: Iterable[str]) -> str:
    """A digest of all rows of these tables, but for the digest itself; "" where they cannot be read."""
    digest = hashlib.sha256()
    try:
        for name in sorted(tables):
            where = f"WHERE key <> '{DIGEST}'" if name == META else ""
            digest.update(name.encode())
            for row in base.execute(f'SELECT * FROM "{name}" {where} ORDER BY rowid'):
                digest.update(repr(row).encode("utf-8", "surrogatepass"))
    except (sqlite3.Error, ValueError, OverflowError):
        return ""
    return digest.hexdigest()


def _recorded_digest(base: sqlite3.Connection) -> str | None:
    """The digest that the previous run recorded; None where it did not."""
    try:
        row = base.execute(_FACT, (DIGEST,)).fetchone()
    except DAMAGE:
        return None
    return row[0] if row and row[0] else None


def read(path: Path, table: str) -> pandas.DataFrame:
    """One table of the store as a DataFrame. Raises UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError(
            '取数据表要用pandas，这台机器上没有安装。请先运行：pip install "selfeval-xl[tables]"。'
        ) from error

    try:
        with reading(path) as base:
            if kind_of(base) is StoreKind.CURRENT:
                return pandas.read_sql_query(f"SELECT * FROM {table}", base)  # noqa: S608 - one of ours
    except (*DAMAGE, pandas.errors.DatabaseError):
        pass  # gone or damaged since
    raise UsageError(f"“{path}”不在了，或者已经不是这次汇总留下的数据。请重新汇总。")


def meta(path: Path, key: str) -> str | None:
    """A fact about the run that made the store; None where there is no such store or fact."""
    if not path.is_file():
        return None
    try:
        with reading(path) as base:
            row = (
                base.execute(_FACT, (key,)).fetchone()
                if base.execute(_HAS_TABLE, (META,)).fetchone()
                else None
            )
    except DAMAGE:
        return None
    return row[0] if row and isinstance(row[0], str) else None


def has_table(path: Path, name: str) -> bool:
    """Whether the run that made the store wrote this table; not where there is no such store."""
    if not path.is_file():
        return False
    try:
        with reading(path) as base:
            return base.execute(_HAS_TABLE, (name,)).fetchone() is not None
    except DAMAGE:
        return False
