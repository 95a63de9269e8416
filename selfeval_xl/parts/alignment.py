"""Which row of one state of a sheet is which row of another: people insert and delete rows between the two."""

from __future__ import annotations

from collections.abc import Mapping

Place = tuple[int, int]
Row = Mapping[int, str]  # texts of a row by column, empty cells left out

_BLANK, _OTHER = (
    0.2,
    0.1,
)  # two empty rows; two rows that share nothing: better beside each other than both alone


def rows_of(texts: Mapping[Place, str]) -> list[Row]:
    """The texts of a sheet row by row, from the first row to the last that holds any."""
    rows: list[dict[int, str]] = [{} for _ in range(max((row for row, _ in texts), default=-1) + 1)]
    for (row, column), text in texts.items():
        if text:
            rows[row][column] = text
    return rows


def align(old: list[Row], new: list[Row]) -> dict[int, int]:
    """For each row of `new` that is a row of `old`, which one; in order, so that most texts stand where they
    stood.

    Rows of `new` that are missing were inserted, rows of `old` that are no value were deleted.
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


def _align(old: list[Row], new: list[Row]) -> dict[int, int]:
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


def _likeness(one: Row, other: Row) -> float:
    same = sum(len(text) > 0 and other.get(column) == text for column, text in one.items())
    return float(same) if same else _BLANK if not one and not other else _OTHER
