"""The values of a workbook of our own that people have had since: last year's, the officers', a list.

It is far larger than a received file may be, so the reader's bounds do not hold for it; and who can change it
can make calamine abort, so that it is read in a process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval_xl.errors import UnreadableFile, UsageError

SECONDS = 600.0  # a county of 100,000 forms takes a minute
MEMORY = 4 << 30
_READ = f"{__name__}:values_here"
Rows = Sequence[Sequence[Any]]  # the values of a worksheet from A1, row by row


@dataclass(frozen=True, slots=True)
class WorkbookValues:
    """The names of all worksheets, and by name the rows of those that were asked for."""

    names: tuple[str, ...]
    rows: dict[str, Rows]


def values_of(path: str | Path, *titles: str) -> WorkbookValues:
    """The values of the worksheets of these titles, with those on which they continue: 指标明细（2）.

    Without titles those of all worksheets.
    Raises UnreadableFile, whose text is for programmers, where the file is no workbook or a damaged one.
    """
    from selfeval_xl.workers import read_files

    answer: Any = next(read_files([path], function=_READ, context=titles, seconds=SECONDS, memory=MEMORY))
    if isinstance(answer, WorkbookValues):
        return answer
    raise UnreadableFile("；".join(problem.text for problem in answer.problems))


def values_here(path: str, context: tuple[str, ...]) -> WorkbookValues:
    """The values, read in this process, which a hostile file ends. context: the titles."""
    from python_calamine import CalamineWorkbook

    from selfeval_xl.readers.formats.calamine import calamine_fails

    if not Path(path).is_file():
        raise UsageError(f"找不到文件“{path}”。")
    with calamine_fails(), CalamineWorkbook.from_path(path) as book:
        names = tuple(book.sheet_names)
        wanted = [
            name
            for name in names
            if not context or any(name == title or name.startswith(f"{title}（") for title in context)
        ]
        return WorkbookValues(
            names,
            {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in wanted},
        )
