"""HYPERLINK formulas from a row to file, sheet and cell, with paths relative to the workbook's folder."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

LONGEST = 255                 # of a text inside a formula, and of what HYPERLINK takes
OPEN_FILE = "打开"
_SHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def relative_folder(folder: Path, out: Path) -> str:
    """The way from the workbook's folder to the folder of received files, with / and a closing /; absolute across drives."""
    try:
        way = os.path.relpath(folder.resolve(), out.resolve().parent)
    except ValueError:
        way = str(folder.resolve())
    plain = PurePath(way).as_posix()
    return "" if plain == "." else f"{plain}/"


def link_formula(way: str, file: str | None, sheet: str | None, cell: str | None, label: str = OPEN_FILE) -> str | None:
    """The formula that opens the file at the cell; None where there is no file or the address is too long for Excel.

    A Word file can only be opened, not pointed into.
    """
    if not file:
        return None
    address = f"{way}{file}".replace("%", "%25").replace("#", "%23")
    if sheet and file.lower().endswith(_SHEETS):
        address += "#'" + sheet.replace("'", "''") + f"'!{(cell or 'A1').split(',')[0]}"
    if len(address) > LONGEST:
        return None
    address = address.replace('"', '""')
    if "(" in address:                # XlsxWriter takes SORT( in a file's name for a function
        address = address.replace("(", '"&"(')
    return f'HYPERLINK("{address}","{label}")'


def inside(sheet: str, label: str, cell: str = "A1") -> str:
    """The formula that jumps to another sheet of the same workbook."""
    return f"HYPERLINK(\"#'{sheet}'!{cell}\",\"{label}\")"
