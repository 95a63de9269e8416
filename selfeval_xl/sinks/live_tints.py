"""Tints by conditional format, as `check --mark` and returns leave them, in the open book: seen in the copy,
taken away in the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..edits import Look
from ..findings import Severity
from .live_setup import refusals
from .looks import TINTS
from .notes import LEVELS, SEPARATOR
from .saved import Saved
from .tints import WORD, tinted

_TINT_OF = dict(zip(LEVELS, (TINTS[Look(severity.value)] for severity in Severity), strict=True))


class Ruled:
    """Which cells of the copy carry such a tint."""

    def __init__(self, saved: Saved) -> None:
        self._saved = saved
        self._cells: dict[str, frozenset[str]] = {}

    def cells(self, name: str) -> frozenset[str]:
        if name not in self._cells:
            sheet = self._saved.sheet(name)
            self._cells[name] = frozenset(tinted(sheet)) if sheet is not None else frozenset()
        return self._cells[name]

    def tint(self, name: str, cell: str) -> str:
        """The colour that a cell shows by its rule, which its note tells; "" where it has none."""
        if cell not in self.cells(name):
            return ""
        ours = (self._saved.note(name, cell) or "").rpartition(SEPARATOR)[2]
        return next((tint for level, tint in _TINT_OF.items() if ours.startswith(level)), TINTS[Look.NOTE])

    def remove(self, workbook: Any, names: Iterable[str]) -> None:
        """Deletes the rules of ours on these sheets in the program; rules of people stay."""
        for name in names:
            left = len(self.cells(name))
            rules = workbook.Sheets(name).Cells.FormatConditions if left else None
            for number in reversed(range(1, rules.Count + 1)) if left else ():
                if WORD in _formula(rules, number):
                    rules(number).Delete()


def _formula(rules: Any, number: int) -> str:
    """The formula of a rule; "" for colour scales and the like, which have none."""
    try:
        return str(rules(number).Formula1)
    except (AttributeError, *refusals()):
        return ""
