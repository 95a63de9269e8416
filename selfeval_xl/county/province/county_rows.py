"""The projects of all counties, read from the counties' stores on demand.

A province has more of them than fit into memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval_xl.county.sheets.columns import LINK, Sheet
from selfeval_xl.county.workbook.source_links import link_formula
from selfeval_xl.model.numbers import decimal

FORMULA_KEY = "formula"  # the key of the link's formula in a row
_ROW = "\0"  # stands for the row's number in the formula of a link, which SQL puts in


@dataclass(frozen=True, slots=True)
class CountyStore:
    """One county's store. name: of the county; book: its workbook's file name."""

    name: str
    book: str
    store: Path


def opened(store: Path) -> sqlite3.Connection:
    """A county's store, opened for reading only."""
    return sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)


def plain(value: Any) -> Any:
    """A value of a store, a float as Decimal: its shortest digits are those that were put in."""
    return decimal(value) if value.__class__ is float else value


class CountyRows:
    """The rows of one table of all counties, county after county and numbered through from 1.

    See the protocol `county.store.rows.Rows`.
    """

    def __init__(self, sheet: Sheet, table: str, title: str, sources: Sequence[CountyStore]) -> None:
        """table: its name in the stores. title: the county workbook's worksheet that has the rows."""
        self.sheet, self._table, self._title = sheet, table, title
        self._sources: list[tuple[CountyStore, int, int]] = []
        self._keys = tuple(FORMULA_KEY if column.kind == LINK else column.key for column in sheet.columns)
        self._count = 0
        for source in sources:
            with closing(opened(source.store)) as base:
                (count,) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
            self._sources.append((source, self._count, self._count + count))
            self._count += count

    def __len__(self) -> int:
        return self._count

    def part(self, start: int, stop: int) -> Iterator[tuple]:
        """The rows as values of all columns in their order; in the column of links the formula."""
        return self.picked(*self._keys, start=start, stop=stop)

    def picked(self, *keys: str, start: int = 0, stop: int | None = None) -> Iterator[tuple]:
        """The values of some columns, row by row; numbers are floats."""
        last = self._count if stop is None else min(self._count, stop)
        for source, begin, end in self._sources:
            if begin < last and start < end:
                with closing(opened(source.store)) as base:
                    yield from base.execute(
                        *self._query(keys, source, begin, max(start, begin) - begin, min(last, end) - begin)
                    )

    def _query(
        self, keys: Sequence[str], source: CountyStore, before: int, start: int, stop: int
    ) -> tuple[str, list[Any]]:
        """The query, with its parameters, for a county's rows from start (counted from 0) to before stop.

        before: rows of the counties before it. On its sheet a row stands one line below its number.
        """
        above, _, below = (link_formula("", source.book, self._title, f"A{_ROW}") or "").rpartition(_ROW)
        computed: dict[str, tuple[str, list[Any]]] = {
            "number": ("rowid + ?", [before]),
            "county": ("?", [source.name]),
            FORMULA_KEY: ("? || (rowid + 1) || ?", [above, below]) if below else ("NULL", []),
        }
        columns = [computed.get(key, (key, [])) for key in keys]
        values = [value for _, parameters in columns for value in parameters]
        return (
            (
                f"SELECT {', '.join(text for text, _ in columns)} FROM {self._table} WHERE rowid > ? AND "
                "rowid <= ? ORDER BY rowid"
            ),
            [*values, start, stop],
        )
