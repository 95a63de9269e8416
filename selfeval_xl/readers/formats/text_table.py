"""Reading of tables saved as text: values with commas, tabs or semicolons between them (CSV, TSV)."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid, Value
from selfeval_xl.readers.formats.grid_values import Place, clean, laid_out
from selfeval_xl.readers.formats.guard import MAX_VALUES, TOO_BIG
from selfeval_xl.readers.formats.plain_text import sheet_name, text_of
from selfeval_xl.readers.formats.source import Source

_SIGNS = "\t,;|"  # between values; the likeliest first
_HEAD = 64 << 10  # bytes by which a table is known
_LEAST_ROWS, _LEAST_COLUMNS = 3, 3
_LONGEST = 32_767  # letters of a cell in Excel
_KEPT_AS_TEXT = re.compile(r'\A="((?:[^"]|"")*)"\Z')  # ="00123", which Excel shows as 00123


def is_table(data: bytes) -> bool:
    """Whether a text is a table: most of its first rows have several values, three of them three or more."""
    head = data[:_HEAD]
    if len(data) > _HEAD:
        head = head[: head.rfind(b"\n") + 1] or head
    try:
        text, _ = text_of(head)
    except UnreadableFile:
        return False
    return _sign(text) is not None


def read_into(source: Source, data: bytes) -> None:
    """Reads a table of text as one sheet; UnreadableFile where it is too big or no text."""
    text, lost = text_of(data)
    sign = _sign(text[:_HEAD]) or ","
    if text.count(sign) + text.count("\n") > MAX_VALUES * 4:
        raise UnreadableFile(TOO_BIG)
    values: dict[Place, Value] = {}
    complete = True
    for row, cells in enumerate(_rows(text, sign)):
        for column, cell in enumerate(cells):
            value = clean(_as_typed(cell))
            if value is None:
                continue
            if len(values) >= MAX_VALUES:
                complete = False
                break
            values[row, column] = value
    sheet = sheet_name(source.name)
    rows, _, problems = laid_out(sheet, values, complete=complete)
    if lost:
        problems.append(Problem(lost, rule="T01"))
    source.add([Grid(sheet, rows)], problems)


def _as_typed(cell: str) -> str:
    """A value without what only keeps Excel from taking it for a number."""
    cell = cell.strip()
    match = _KEPT_AS_TEXT.match(cell)
    return match[1].replace('""', '"').strip() if match else cell


def _rows(text: str, sign: str) -> Iterator[list[str]]:
    """The rows of a text; a value in quotes may go on over several lines. Raises UnreadableFile."""
    csv.field_size_limit(1 << 20)
    lines = csv.reader(StringIO(text, newline=""), delimiter=sign)
    try:
        yield from lines
    except csv.Error as error:
        raise UnreadableFile(
            "里面的表格断在中间，读不下去；请用Excel打开核对后，另存为xlsx再报送。"
        ) from error


def _sign(text: str) -> str | None:
    """What stands between the values of a text; None where it is no table.

    It is the sign that gives the most rows the same number of values, as Excel writes them, if these are most
    of all rows; else the one that most rows have: a script ends each row with its last value.
    """
    even: list[tuple[int, str]] = []
    ragged: list[tuple[int, str]] = []
    for sign in _SIGNS:
        if sign not in text:
            continue
        try:
            widths = [len(cells) for cells in _first(_rows(text, sign), 200) if any(map(str.strip, cells))]
        except UnreadableFile:
            continue
        counts = Counter(width for width in widths if width >= _LEAST_COLUMNS)
        if not counts or counts.total() < _LEAST_ROWS:
            continue
        _, rows = counts.most_common(1)[0]
        several = sum(width > 1 for width in widths)
        if rows >= _LEAST_ROWS and rows * 2 > len(widths):
            even.append((rows, sign))
        elif several * 2 > len(widths):
            ragged.append((several, sign))
    return max(even or ragged, key=lambda each: each[0], default=(0, None))[1]


def _first(rows: Iterator[list[str]], most: int) -> Iterator[list[str]]:
    """The first rows; a text cut within quotes ends them."""
    for _, row in zip(range(most), rows, strict=False):
        yield row
