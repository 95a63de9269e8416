"""References in formulas when a row is inserted."""

from __future__ import annotations

import re
from collections.abc import Callable

_REFERENCE = re.compile(
    r"((?:'(?:[^']|'')+'|[\w.\u4e00-\u9fff]+)!)?(\$?[A-Z]{1,3}\$?)(\d+)(?::(\$?[A-Z]{1,3}\$?)(\d+))?(?![\w(])"
)


def with_row(formula: str, sheet: str, row: int, own: bool) -> str:
    """The formula with ranges on this sheet that end in the row (counted from 0) reaching one row further.
    own: it stands on this sheet itself.
    """

    def longer(match: re.Match) -> str:
        told, column, first, other, last = match.groups()
        if other is None or not _means(told, sheet, own) or int(last) != row + 1 or int(first) > row:
            return match[0]
        return f"{told or ''}{column}{first}:{other}{row + 2}"

    return _outside_texts(formula, longer)


def shifted(formula: str, sheet: str, row: int, own: bool) -> str:
    """The formula as the program has it after a row was inserted below the row: everything farther down is
    one row further.
    """

    def moved(match: re.Match) -> str:
        told, column, first, other, last = match.groups()
        if not _means(told, sheet, own):
            return match[0]
        start = f"{told or ''}{column}{int(first) + (int(first) > row + 1)}"
        return start if other is None else f"{start}:{other}{int(last) + (int(last) > row + 1)}"

    return _outside_texts(formula, moved)


def _means(told: str | None, sheet: str, own: bool) -> bool:
    """Whether a reference with this sheet's name before it (or with none) is one to the sheet."""
    return own if told is None else told[:-1].strip("'").replace("''", "'") == sheet


def _outside_texts(formula: str, change: Callable[[re.Match], str]) -> str:
    """Changes references, but nothing between quotation marks."""
    return "".join(
        part if part.startswith('"') else _REFERENCE.sub(change, part)
        for part in re.split(r'("(?:[^"]|"")*")', formula)
    )
