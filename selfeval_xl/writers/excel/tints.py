"""Tints that `check --mark` and returns left in the open book as conditional formats.

They are found in the saved copy and deleted in the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from selfeval_xl.model.edits import Look
from selfeval_xl.model.notes import BEGINNINGS, SEPARATOR
from selfeval_xl.writers.excel.page_setup import refusals
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.looks import TINTS
from selfeval_xl.writers.xlsx.tints import WORD, tinted

_TINT_OF = {begin: TINTS[Look(severity.value)] for begin, severity in BEGINNINGS.items()}


class TintRules:
    """The tints of the saved copy, by sheet and cell."""

    def __init__(self, saved: Snapshot) -> None:
        self._saved = saved
        self._cells: dict[str, frozenset[str]] = {}

    def cells(self, name: str) -> frozenset[str]:
        """The cells of a sheet that carry such a tint."""
        if name not in self._cells:
            sheet = self._saved.sheet(name)
            self._cells[name] = frozenset(tinted(sheet)) if sheet is not None else frozenset()
        return self._cells[name]

    def tint(self, name: str, cell: str) -> str:
        """The colour that a cell shows by a rule of ours, by the severity in its note; "" without a rule."""
        if cell not in self.cells(name):
            return ""
        our_note = (self._saved.note(name, cell) or "").rpartition(SEPARATOR)[2]
        return next(
            (tint for level, tint in _TINT_OF.items() if our_note.startswith(level)), TINTS[Look.NOTE]
        )

    def remove(self, workbook: Any, names: Iterable[str]) -> None:
        """Deletes the rules of ours on these sheets in the program; rules of people stay."""
        for name in filter(self.cells, names):
            rules = workbook.Sheets(name).Cells.FormatConditions
            for number in reversed(range(1, rules.Count + 1)):
                if WORD in _formula(rules, number):
                    rules(number).Delete()


def _formula(rules: Any, number: int) -> str:
    """The formula of a rule; "" for colour scales and the like, which have none."""
    try:
        return str(rules(number).Formula1)
    except AttributeError:
        return ""
    except refusals():
        return ""
