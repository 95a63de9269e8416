"""The changes of references in formulas when a row is inserted."""

from __future__ import annotations

import re
from collections.abc import Callable

_REFERENCE = re.compile(  # G12, $G$12:H15, '项目 01'!G12
    r"((?:(?<!')'(?:[^']|''){1,31}'|[\w.\u4e00-\u9fff]{1,31})!)?(\$?[A-Z]{1,3}\$?)(\d{1,7})"
    r"(?::(\$?[A-Z]{1,3}\$?)(\d{1,7}))?(?![\w(])"
)


def with_row(formula: str, sheet: str, row: int, same_sheet: bool) -> str:
    """The formula whose ranges on this sheet that end in the row (counted from 0) reach one row further.

    Ranges within the row stay: they sum across it. same_sheet: whether the formula itself is on this sheet.
    """

    def longer(match: re.Match[str]) -> str:
        prefix, column, first, last_column, last = match.groups()
        if last is None or not _means(prefix, sheet, same_sheet) or int(last) != row + 1 or int(first) > row:
            return match[0]
        return f"{prefix or ''}{column}{first}:{last_column}{row + 2}"

    return _outside_texts(formula, longer)


def shifted(formula: str, sheet: str, row: int, same_sheet: bool) -> str:
    """The formula as Excel has it after a row was inserted below the row (counted from 0).

    Everything farther down is one row further.
    """

    def moved(match: re.Match[str]) -> str:
        prefix, column, first, last_column, last = match.groups()
        if not _means(prefix, sheet, same_sheet):
            return match[0]
        start = f"{prefix or ''}{column}{int(first) + (int(first) > row + 1)}"
        return start if last is None else f"{start}:{last_column}{int(last) + (int(last) > row + 1)}"

    return _outside_texts(formula, moved)


def _means(prefix: str | None, sheet: str, same_sheet: bool) -> bool:
    """Whether a reference with this prefix ('项目 01'!, or none) points to the sheet."""
    return same_sheet if prefix is None else prefix[:-1].strip("'").replace("''", "'") == sheet


def _outside_texts(formula: str, change: Callable[[re.Match[str]], str]) -> str:
    """The formula with its references changed, but nothing between quotation marks."""
    return "".join(
        part if part.startswith('"') else _REFERENCE.sub(change, part)
        for part in re.split(r'("(?:[^"]|"")*")', formula)
    )
