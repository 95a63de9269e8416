"""What became of the findings of the last run: still there in a newer version (未修改), or gone with it (已修改)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .material import EXPLAINED, MENDED, NEW, OLD
from .store import meta, rows

Row = dict[str, Any]
_KEPT = ("section", "department_code", "department", "project_code", "project", "form", "severity", "treatment", "rule", "title", "subject", "value", "expected", "message",
         "hint", "explanation")


def mark(tables: Mapping[str, list[Row]], store: Path) -> None:
    """Sets 状态 of the findings by what the store of the last run says, and adds those that were mended since, after all others.

    A finding is 未修改 or 已修改 only where another version of its form has come since; a rule that was switched off mends nothing.
    """
    if meta(store, "about") is None:
        return
    before = _keyed(rows(store, "findings"))
    prints = {row["path"]: row["fingerprint"] for row in rows(store, "receipts")}
    places = _places(tables)
    for row in tables["findings"]:
        found = before.get(_key(row))
        old = found.pop(0) if found else None
        if old is not None and row["status"] == NEW and (old["status"] in (OLD, MENDED) or _newer(old, places, prints)):
            row["status"] = OLD
    left = [old for found in before.values() for old in found]
    tables["findings"] += [_mended(old, places) for old in left if _form(old) in places and old["status"] != EXPLAINED
                           and (old["status"] == MENDED or _newer(old, places, prints))]


def _keyed(found: Any) -> dict[tuple, list[Row]]:
    keyed: dict[tuple, list[Row]] = {}
    for row in found:
        keyed.setdefault(_key(row), []).append(row)
    return keyed


def _key(row: Row) -> tuple:
    return (*_form(row), row["rule"], row["subject"] or "")


def _form(row: Row) -> tuple:
    return (row["department"] or "", row["project"] or "", row["form"] or "")


def _places(tables: Mapping[str, Sequence[Row]]) -> dict[tuple, Row]:
    """File, sheet and fingerprint of every form that counts."""
    prints = {row["path"]: row["fingerprint"] for row in tables["receipts"]}
    found: dict[tuple, Row] = {}
    for row in (*tables["indicators"], *tables["funding"]):
        found.setdefault(_form(row), {"file": row["file"], "sheet": row["sheet"], "fingerprint": prints.get(row["file"])})
    return found


def _newer(old: Row, places: Mapping[tuple, Row], prints: Mapping[str, str]) -> bool:
    """Whether the form now comes from a file with other contents."""
    place = places.get(_form(old))
    return place is not None and prints.get(old["file"]) is not None and prints[old["file"]] != place["fingerprint"]


def _mended(old: Row, places: Mapping[tuple, Row]) -> Row:
    place = places[_form(old)]
    return {**{key: old[key] for key in _KEPT}, "status": MENDED, "file": place["file"], "sheet": place["sheet"], "cell": old["cell"]}
