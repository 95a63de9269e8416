"""The rows of a county sheet, in the store or in memory.

Most are in a table of the store (`StoredRows`), since a county's indicators do not fit into memory; sheets
with a row for each department are in a list (`ListedRows`). Both answer the same questions (`Rows`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from selfeval_xl.county.database import writing
from selfeval_xl.county.sheets.columns import HAND, LINK, Sheet
from selfeval_xl.model.numbers import decimal

NUMBERS = ("money", "number", "rate", "count")
NUMBER = "number"  # the row's number, from 1: the key of the table
Row = Mapping[str, Any]


class Rows(Protocol):
    """The rows of a sheet, numbered from 1."""

    sheet: Sheet

    def __len__(self) -> int: ...

    def picked(self, *keys: str, start: int = 0, stop: int | None = None) -> Iterator[tuple]:
        """The values of some columns, for the rows after `start` up to `stop`. Numbers may be floats."""

    def part(self, start: int, stop: int) -> Iterator[Sequence[Any]]:
        """The values of all columns in their order, row by row; of a link column the row's own formula."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row by column, numbers as Decimal and counts as int."""

    def change(self, number: int, values: Row) -> None:
        """Sets values of the row with this number."""


def stored_keys(sheet: Sheet) -> tuple[str, ...]:
    """The keys of the columns that are stored: not those that officers fill in, not links.

    But for cause, which begins with the program's proposal, and a sheet that is the officers' alone.
    """
    return tuple(
        column.key
        for column in sheet.columns
        if column.kind != LINK and (column.kind != HAND or column.key == "cause" or sheet.spare)
    )


def create(base: sqlite3.Connection, name: str, sheet: Sheet) -> None:
    """Creates a table for the rows of a sheet: numbers as REAL (money in 万元), everything else as TEXT."""
    types = {column.key: "REAL" if column.format in NUMBERS else "TEXT" for column in sheet.columns} | {
        NUMBER: "INTEGER PRIMARY KEY"
    }
    base.execute(f"CREATE TABLE {name} ({', '.join(f'{key} {types[key]}' for key in stored_keys(sheet))})")


class StoredRows:
    """Rows in a table of the store.

    written: what officers wrote, by the row's number; it is not stored. path: of the store, for the message
    when it cannot be written.
    """

    def __init__(self, base: sqlite3.Connection, sheet: Sheet, name: str, path: Path) -> None:
        self.base, self.sheet, self.name, self.path = base, sheet, name, path
        self.keys = tuple(key for key in stored_keys(sheet) if key != NUMBER)
        self.count = 0
        self.written: dict[int, dict[str, Any]] = {}
        self._insert = (
            f"INSERT INTO {name} ({', '.join(self.keys)}) VALUES ({', '.join('?' * len(self.keys))})"
        )
        create(base, name, sheet)

    def __len__(self) -> int:
        return self.count

    def add(self, rows: Iterable[Row]) -> None:
        """Adds rows at the end."""
        values = [tuple(map(row.get, self.keys)) for row in rows]
        with writing(self.path):
            self.base.executemany(self._insert, values)
        self.count += len(values)

    def add_from(
        self,
        other: str,
        where: str = "",
        order: str = NUMBER,
        values: Sequence[Any] = (),
        computed: Mapping[str, str] | None = None,
    ) -> None:
        """Adds rows of another table with the same columns.

        where: SQL clause, with `values` for its question marks. order: as in SQL. computed: SQL expression by
        column, instead of the column's value.
        """
        selected = ", ".join((computed or {}).get(key, key) for key in self.keys)
        with writing(self.path):
            added = self.base.execute(
                (
                    f"INSERT INTO {self.name} ({', '.join(self.keys)}) SELECT {selected} FROM {other} "
                    f"{where} ORDER BY {order}"
                ),
                values,
            )
        self.count += added.rowcount

    def picked(self, *keys: str, start: int = 0, stop: int | None = None) -> Iterator[tuple]:
        stored = {NUMBER, *self.keys}
        columns = ", ".join(key if key in stored else "NULL" for key in keys)
        where = f" WHERE {NUMBER} > {start} AND {NUMBER} <= {stop}" if start or stop is not None else ""
        rows = self.base.execute(f"SELECT {columns} FROM {self.name}{where} ORDER BY {NUMBER}")
        return self._with_written(rows, keys, start) if self._is_written(keys) else rows

    def _is_written(self, keys: Iterable[str]) -> bool:
        """Whether officers have written into one of these columns."""
        wanted = set(keys)
        return any(not wanted.isdisjoint(values) for values in self.written.values())

    def _with_written(self, rows: Iterable[tuple], keys: Sequence[str], start: int) -> Iterator[tuple]:
        """The rows with what officers wrote instead of what is stored."""
        for number, row in enumerate(rows, start + 1):
            written = self.written.get(number)
            yield (
                tuple(written.get(key, value) for key, value in zip(keys, row, strict=True))
                if written
                else row
            )

    def part(self, start: int, stop: int) -> Iterator[Sequence[Any]]:
        return self.picked(*(column.key for column in self.sheet.columns), start=start, stop=stop)

    def rows(self) -> Iterator[dict[str, Any]]:
        keys = [column.key for column in self.sheet.columns]
        return (decoded(self.sheet, keys, row) for row in self.part(0, self.count))

    def change(self, number: int, values: Row) -> None:
        stored = {key: value for key, value in values.items() if key in self.keys}
        if stored:
            with writing(self.path):
                self.base.execute(
                    f"UPDATE {self.name} SET {', '.join(f'{key} = ?' for key in stored)} WHERE {NUMBER} = ?",
                    (*stored.values(), number),
                )
        if len(stored) < len(values):
            self.written.setdefault(number, {}).update(
                {key: value for key, value in values.items() if key not in stored}
            )

    def drop(self) -> None:
        """Drops the table."""
        with writing(self.path):
            self.base.execute(f"DROP TABLE {self.name}")

    def sorted_by(self, order: str, name: str) -> StoredRows:
        """Moves the rows into a table of this name, in another order (as in SQL), and drops this table."""
        ordered = StoredRows(self.base, self.sheet, name, self.path)
        if self.written:
            new_numbers = {
                old: new
                for new, (old,) in enumerate(
                    self.base.execute(f"SELECT {NUMBER} FROM {self.name} ORDER BY {order}"), 1
                )
            }
            ordered.written = {new_numbers[number]: values for number, values in self.written.items()}
        ordered.add_from(self.name, order=order)
        self.drop()
        return ordered


def _whole(value: float) -> int | float:
    """A count as int; a number that is not whole stays as it is."""
    return int(value) if value.is_integer() else value


_DECODERS = {"count": _whole, **dict.fromkeys(("money", "number", "rate"), decimal)}


def decoded(sheet: Sheet, keys: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """A stored row by column, numbers as Decimal and counts as int. keys: of the values, in their order."""
    decoders = _decoders(sheet)
    return {
        key: decoders[key](value) if value.__class__ is float else value
        for key, value in zip(keys, values, strict=True)
    }


@cache
def _decoders(sheet: Sheet) -> dict[str, Callable[[float], Any]]:
    """By column, the function that turns a stored float into the column's value."""
    return {column.key: _DECODERS.get(column.format, str) for column in sheet.columns}


class ListedRows:
    """Rows in memory; they get their numbers here."""

    def __init__(self, sheet: Sheet, rows: list[dict[str, Any]]) -> None:
        self.sheet, self._rows = sheet, rows
        for number, row in enumerate(rows, 1):
            row[NUMBER] = number

    def __len__(self) -> int:
        return len(self._rows)

    def picked(self, *keys: str, start: int = 0, stop: int | None = None) -> Iterator[tuple]:
        return (tuple(map(row.get, keys)) for row in islice(self._rows, start, stop))

    def part(self, start: int, stop: int) -> Iterator[Sequence[Any]]:
        return self.picked(
            *("formula" if column.kind == LINK else column.key for column in self.sheet.columns),
            start=start,
            stop=stop,
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows)

    def change(self, number: int, values: Row) -> None:
        self._rows[number - 1] |= values
