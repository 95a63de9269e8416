"""The alignment of the rows of two states of a sheet: people insert and delete rows between the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Place = tuple[int, int]
Row = Mapping[int, str]  # texts of a row by column, empty cells left out
_BLANK = 0.2  # the likeness of two empty rows
_OTHER = 0.1  # the likeness of two rows that share nothing: to align them is better than to leave both alone


def rows_of(texts: Mapping[Place, str]) -> Sequence[Row]:
    """The texts of a sheet row by row, from the first row to the last that holds any."""
    rows: list[dict[int, str]] = [{} for _ in range(max((row for row, _ in texts), default=-1) + 1)]
    for (row, column), text in texts.items():
        if text:
            rows[row][column] = text
    return rows


def align(old: Sequence[Row], new: Sequence[Row]) -> dict[int, int]:
    """The rows of `new` that are rows of `old`, by number: new row to old row, in order.

    The alignment keeps most texts in their row. A row of `new` that is no key was inserted, a row of `old`
    that is no value was deleted.
    """
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found = {row: row for row in range(head)} | {
        len(new) - 1 - step: len(old) - 1 - step for step in range(tail)
    }
    middle = _align(old[head : len(old) - tail], new[head : len(new) - tail])
    return found | {head + row: head + other for row, other in middle.items()}


def _align(old: Sequence[Row], new: Sequence[Row]) -> dict[int, int]:
    """The alignment with the most equal texts (Needleman and Wunsch 1970, gaps cost nothing)."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(1, len(old) + 1):
        for j in range(1, len(new) + 1):
            best[i][j] = max(
                best[i - 1][j - 1] + _likeness(old[i - 1], new[j - 1]), best[i - 1][j], best[i][j - 1]
            )
    found = {}
    i, j = len(old), len(new)
    while i and j:
        if best[i][j] == best[i - 1][j - 1] + _likeness(old[i - 1], new[j - 1]):
            i, j = i - 1, j - 1
            found[j] = i
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return found


def _likeness(old: Row, new: Row) -> float:
    """The number of equal texts of two rows; without any, `_BLANK` or `_OTHER`."""
    same = sum(len(text) > 0 and new.get(column) == text for column, text in old.items())
    return float(same) if same else _BLANK if not old and not new else _OTHER
