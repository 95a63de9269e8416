"""The projects of all counties, read from the counties' stores whenever somebody asks: a province has more than fit into memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..county.columns import LINK, Sheet
from ..county.links import link_formula

FORMULA_KEY = "formula"       # where a row has the formula of its link
_ROW = "\0"


@dataclass(frozen=True, slots=True)
class Source:
    """One county's store. name: of the county; book: its workbook's file name."""

    name: str
    book: str
    store: Path


def opened(store: Path) -> sqlite3.Connection:
    """A county's store, to be read only."""
    return sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)


def plain(value: Any) -> Any:
    """A number of a store as Decimal: a float's shortest digits are those that were put in."""
    return Decimal(repr(value)) if value.__class__ is float else value


class Row:
    """One row by column key; only what is asked for is converted."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: dict[str, int], values: Sequence[Any]) -> None:
        self._places, self._values = places, values

    def get(self, key: str, default: Any = None) -> Any:
        place = self._places.get(key)
        return default if place is None else plain(self._values[place])

    def __getitem__(self, key: str) -> Any:
        return plain(self._values[self._places[key]])


class CountyRows:
    """The rows of one table of all counties, county after county, numbered from 1 through. A part of them is no copy."""

    def __init__(self, sheet: Sheet, table: str, title: str, sources: Sequence[Source]) -> None:
        """table: its name in the stores; title: of the worksheet of the county workbook on which the row stands."""
        self.sheet, self._table, self._title = sheet, table, title
        self._sources: list[tuple[Source, int, int]] = []
        self._keys = tuple(FORMULA_KEY if column.kind == LINK else column.key for column in sheet.columns)
        self._start = self._stop = 0
        for source in sources:
            with closing(opened(source.store)) as base:
                (count,) = base.execute(f"SELECT count(*) FROM {table}").fetchone()
            self._sources.append((source, self._stop, self._stop + count))
            self._stop += count

    def __len__(self) -> int:
        return self._stop - self._start

    def __getitem__(self, where: int | slice) -> Any:
        if isinstance(where, slice):
            start, stop, _ = where.indices(len(self))
            part = object.__new__(CountyRows)
            part.__dict__ |= self.__dict__ | {"_start": self._start + start, "_stop": self._start + max(start, stop)}
            return part
        return next(iter(self[where:where + 1]))

    def __iter__(self) -> Iterator[Row]:
        return self.rows()

    def rows(self) -> Iterator[Row]:
        """Every row by column."""
        places = {key: place for place, key in enumerate(self._keys)}
        return (Row(places, values) for values in self.picked(*self._keys))

    def part(self, start: int, stop: int) -> Iterator[tuple]:
        """Rows as the values of all columns in their order; in the column of links the formula."""
        return self.picked(*self._keys, start=start, stop=stop)

    def picked(self, *keys: str, start: int = 0, stop: int | None = None) -> Iterator[tuple]:
        """The values of some columns, row by row; numbers are floats."""
        first, last = self._start + start, self._stop if stop is None else min(self._stop, self._start + stop)
        for source, begin, end in self._sources:
            if begin < last and first < end:
                with closing(opened(source.store)) as base:
                    yield from base.execute(*self._query(keys, source, begin, max(first, begin) - begin, min(last, end) - begin))

    def _query(self, keys: Sequence[str], source: Source, before: int, start: int, stop: int) -> tuple[str, list[Any]]:
        """What asks a county for its rows from start (counted from 0) to before stop. A row stands one line below its number on its sheet."""
        above, _, below = (link_formula("", source.book, self._title, f"A{_ROW}") or "").rpartition(_ROW)
        own: dict[str, tuple[str, list[Any]]] = {
            "number": ("rowid + ?", [before]), "county": ("?", [source.name]),
            FORMULA_KEY: ("? || (rowid + 1) || ?", [above, below]) if below else ("NULL", []),
        }
        told = [own.get(key, (key, [])) for key in keys]
        values = [value for _, several in told for value in several]
        return (f"SELECT {', '.join(text for text, _ in told)} FROM {self._table} WHERE rowid > ? AND rowid <= ? ORDER BY rowid", [*values, start, stop])
