"""HYPERLINK formulas from a row to file, sheet and cell, with paths relative to the workbook's folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePath

from selfeval_xl.model.sheet_names import sheet_prefix
from selfeval_xl.readers.formats.kinds import SHEET_ENDINGS

LONGEST = 255  # of a text inside a formula, and of what HYPERLINK takes
OPEN_FILE = "打开"


def relative_folder(folder: Path, out: Path) -> str:
    """The path from the workbook's folder to the files, with / at the end; absolute across drives."""
    try:
        path = os.path.relpath(folder.resolve(), out.resolve().parent)
    except ValueError:
        path = str(folder.resolve())
    plain = PurePath(path).as_posix()
    return "" if plain == "." else f"{plain}/"


def link_formula(
    link_prefix: str, file: str | None, sheet: str | None, cell: str | None, label: str = OPEN_FILE
) -> str | None:
    """The formula that opens the file at the cell; None where there is no file or its address is too long.

    link_prefix: path to the files, as `relative_folder` gives it. A Word file is opened at its beginning.
    """
    return link_to(link_prefix, file, sheet, label)(cell)


def link_to(
    link_prefix: str, file: str | None, sheet: str | None, label: str = OPEN_FILE
) -> Callable[[str | None], str | None]:
    """A function that returns the formula for each cell of a sheet of this file; see `link_formula`."""
    if not file:
        return lambda cell: None
    address = f"{link_prefix}{file}".replace("%", "%25").replace("#", "%23")
    points_into = False
    if sheet and file.lower().endswith(SHEET_ENDINGS):
        address += "#" + sheet_prefix(sheet)
        points_into = True
    # XlsxWriter takes SORT( in a file's name for a function
    begin, end, room = (
        'HYPERLINK("' + address.replace('"', '""').replace("(", '"&"('),
        f'","{label}")',
        LONGEST - len(address),
    )

    def formula(cell: str | None) -> str | None:
        cell = (cell or "A1").partition(",")[0] if points_into else ""
        return f"{begin}{cell}{end}" if len(cell) <= room else None

    return formula
