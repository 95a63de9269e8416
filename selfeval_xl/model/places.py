"""Where something stands, in words by which a person finds it.

A workbook shows the names of its sheets and cells; a Word file shows neither, so there tables and rows are
counted. Records and JSON keep sheet and cell names for both (表1, E11).
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import PurePath
from typing import Protocol


class Placed(Protocol):
    """What stands on a sheet of a file."""

    @property
    def file(self) -> str: ...

    @property
    def sheet(self) -> str: ...


_WORD_ENDINGS = (".docx", ".docm", ".doc", ".wps")
_CELL = re.compile(r"[A-Z]{1,3}(\d+)(?::[A-Z]{1,3}(\d+))?")
_TABLE = re.compile(r"表(\d+)$")
_MOST_ROWS = 8


def is_word(file: str) -> bool:
    """Whether a file is opened with a word processor."""
    return file.lower().endswith(_WORD_ENDINGS)


def cells_shown(file: str, cells: str | None) -> str:
    """The cells as a person finds them in this file: "G12,G15" or 第12、15行; "" for none."""
    if not cells or not is_word(file):
        return cells or ""
    rows = {row for first, last in _CELL.findall(cells) for row in range(int(first), int(last or first) + 1)}
    runs = [list(run) for _, run in groupby(enumerate(sorted(rows)), lambda pair: pair[1] - pair[0])]
    spans = [(run[0][1], run[-1][1]) for run in runs]
    texts = [
        str(low) if low == high else f"{low}{'、' if high == low + 1 else '至'}{high}" for low, high in spans
    ]
    return f"第{'、'.join(texts[:_MOST_ROWS])}行{'等' if len(texts) > _MOST_ROWS else ''}" if texts else ""


def sheet_shown(file: str, sheet: str | None) -> str:
    """The sheet as a person finds it in this file: its name, or 第1个表 for 表1 of a Word file."""
    table = _TABLE.match(sheet or "") if is_word(file) else None
    return f"第{table[1]}个表" if table else sheet or ""


def form_place(form: Placed, seen_from: str) -> str:
    """The sheet of a form as a message about a form of another file (or the same) names it."""
    sheet = sheet_shown(form.file, form.sheet)
    return sheet if form.file == seen_from else f"{PurePath(form.file).name}”的“{sheet}"


def place_shown(file: str, sheet: str, cell: str) -> str:
    """Sheet and cell as one text: 项目01!G12, or 第1个表第12行 of a Word file."""
    join = "" if is_word(file) else "!"
    return f"{sheet_shown(file, sheet)}{join}{cells_shown(file, cell)}"
