"""What became of the findings of the last run: still there in a newer version (未修改), or gone with it
(已修改).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .material import EXPLAINED, MENDED, NEW, OLD

Row = dict[str, Any]
_KEPT = (
    "section",
    "department_code",
    "department",
    "project_code",
    "project",
    "form",
    "severity",
    "treatment",
    "rule",
    "title",
    "subject",
    "value",
    "expected",
    "message",
    "hint",
    "explanation",
)
_ASKED = ("status", "file", "cell")


class Since:
    """The findings of the last run, department by department. prints: fingerprints of the files of this run,
    by path below the folder.

    A finding is 未修改 or 已修改 only where another version of its form has come since; a rule that was
    switched off mends nothing.
    """

    def __init__(self, base: sqlite3.Connection, known: bool, prints: Mapping[str, str]) -> None:
        """known: whether there was a last run."""
        self.base, self.known, self.prints = base, known, prints
        if known:
            base.execute("CREATE INDEX IF NOT EXISTS findings_department ON findings (department)")
        self.before: dict[str, str] = (
            dict(base.execute("SELECT path, fingerprint FROM receipts")) if known else {}
        )

    def mark(self, department: str, findings: Sequence[Row], forms: Iterable[Row]) -> list[Row]:
        """Sets 状态 of a department's findings. forms: rows of its forms, with file and sheet.

        Returns those that were mended since.
        """
        if not self.known:
            return []
        before: dict[tuple, list[Row]] = {}
        for old in self._last(department):
            before.setdefault(_key(old), []).append(old)
        places: dict[tuple, Row] = {}
        for row in forms:
            places.setdefault(_form(row), row)
        for row in findings:
            found = before.get(_key(row))
            old = found.pop(0) if found else None
            if (
                old is not None
                and row["status"] == NEW
                and (old["status"] in (OLD, MENDED) or self._newer(old, places))
            ):
                row["status"] = OLD
        left = (old for found in before.values() for old in found)
        return [
            _mended(old, places[_form(old)])
            for old in left
            if _form(old) in places
            and old["status"] != EXPLAINED
            and (old["status"] == MENDED or self._newer(old, places))
        ]

    def _last(self, department: str) -> Iterator[Row]:
        keys = (*_KEPT, *_ASKED)
        for row in self.base.execute(
            f"SELECT {', '.join(keys)} FROM findings WHERE department = ? ORDER BY number", (department,)
        ):
            yield dict(zip(keys, row, strict=True))

    def _newer(self, old: Row, places: Mapping[tuple, Row]) -> bool:
        """Whether the form now comes from a file with other contents."""
        place = places.get(_form(old))
        print_before = self.before.get(old["file"])
        return (
            place is not None and print_before is not None and print_before != self.prints.get(place["file"])
        )


def _key(row: Row) -> tuple:
    return (*_form(row), row["rule"], row["subject"] or "")


def _form(row: Row) -> tuple:
    return (row["department"] or "", row["project"] or "", row["form"] or "")


def _mended(old: Row, place: Row) -> Row:
    return {
        **{key: old[key] for key in _KEPT},
        "status": MENDED,
        "file": place["file"],
        "sheet": place["sheet"],
        "cell": old["cell"],
    }
