"""状态 of findings since the previous run: still in a newer version of a form (未修改), or gone (已修改)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from selfeval_xl.county.departments.data import EXPLAINED, MENDED, NEW, STILL_OPEN
from selfeval_xl.county.departments.supplementary import RULE as SUPPLEMENT

Row = dict[str, Any]
_COPIED = (
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
_COMPARED = ("status", "file", "cell")


class PreviousFindings:
    """The findings of the previous run, queried department by department.

    A finding becomes 未修改 or 已修改 only where another version of its form has come since; a rule that was
    switched off mends nothing.
    """

    def __init__(self, base: sqlite3.Connection, has_previous: bool, prints: Mapping[str, str]) -> None:
        """Opens the findings in the store `base`.

        has_previous: whether there was a previous run. prints: fingerprints of this run's files, by their
        path below the folder.
        """
        self._base, self._has_previous, self._prints = base, has_previous, prints
        if has_previous:
            base.execute("CREATE INDEX IF NOT EXISTS findings_department ON findings (department)")
        self._previous_prints: dict[str, str] = (
            dict(base.execute("SELECT path, fingerprint FROM receipts")) if has_previous else {}
        )

    def mark(self, department: str, findings: Sequence[Row], forms: Iterable[Row]) -> list[Row]:
        """Sets 状态 of a department's findings and returns rows for those that have been mended.

        forms: rows of the department's forms, with file and sheet.
        """
        if not self._has_previous:
            return []
        previous: dict[tuple, list[Row]] = {}
        for old in self._previous(department):
            previous.setdefault(_finding_key(old), []).append(old)
        current_forms: dict[tuple, Row] = {}
        for row in forms:
            current_forms.setdefault(_form_key(row), row)
        for row in findings:
            matches = previous.get(_finding_key(row))
            match = matches.pop(0) if matches else None
            if match is not None and row["rule"] == SUPPLEMENT and row["status"] == NEW:
                row["status"] = _since_officers_said_it(row, match)
            elif (
                match is not None
                and row["status"] == NEW
                and (match["status"] in (STILL_OPEN, MENDED) or self._is_replaced(match, current_forms))
            ):
                row["status"] = STILL_OPEN
        gone = (old for matches in previous.values() for old in matches)
        return [
            _mended(old, current_forms[_form_key(old)])
            for old in gone
            if _form_key(old) in current_forms
            and old["status"] != EXPLAINED
            and (old["status"] == MENDED or self._is_replaced(old, current_forms))
        ]

    def _previous(self, department: str) -> Iterator[Row]:
        """The department's findings of the previous run, in their order."""
        keys = (*_COPIED, *_COMPARED)
        for row in self._base.execute(
            f"SELECT {', '.join(keys)} FROM findings WHERE department = ? ORDER BY number", (department,)
        ):
            yield dict(zip(keys, row, strict=True))

    def _is_replaced(self, old: Row, current_forms: Mapping[tuple, Row]) -> bool:
        """Whether the finding's form now comes from a file with other contents."""
        form = current_forms.get(_form_key(old))
        previous_print = self._previous_prints.get(old["file"])
        return (
            form is not None
            and previous_print is not None
            and previous_print != self._prints.get(form["file"])
        )


def _since_officers_said_it(row: Row, match: Row) -> str:
    """状态 of an officer's own finding: it is mended when its cell holds something else than before."""
    changed = row["value"] is not None and match["value"] is not None and row["value"] != match["value"]
    return MENDED if changed or match["status"] == MENDED else STILL_OPEN


def _finding_key(row: Row) -> tuple:
    """The values by which a finding is known again in another run."""
    return (*_form_key(row), row["rule"], row["subject"] or "")


def _form_key(row: Row) -> tuple:
    """The values by which a form is known again in another run."""
    return (row["department"] or "", row["project"] or "", row["form"] or "")


def _mended(old: Row, form: Row) -> Row:
    """The row of a mended finding; it points to where the form is now."""
    return {
        **{key: old[key] for key in _COPIED},
        "status": MENDED,
        "file": form["file"],
        "sheet": form["sheet"],
        "cell": old["cell"],
    }
