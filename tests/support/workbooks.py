"""The contents of a workbook, for comparison with another."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl


def values(path: str | Path) -> dict[str, list[list]]:
    """All values by sheet, row by row."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def parts(path: str | Path) -> dict[str, bytes]:
    """The parts of the package by name."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}
