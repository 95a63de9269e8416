"""Rows that a page break leaves within a form: blank ones, page numbers, the title once more (续表)."""

from __future__ import annotations

import re

from selfeval_xl.model.grid import Area
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.recognition.scan import ScannedSheet

_PAGE = re.compile(
    r"\A[-—–―]+\d{1,3}[-—–―]+|第\d{1,3}页(?:[,，/]?共\d{1,3}页)?|共\d{1,3}页|\d{1,3}/\d{1,3}页?"
)
_CONTINUED = re.compile(r"续表|[(]续[)表上]?|续上[页表]|[接转][上下][页表]|^续")
_LONGEST = 60


def breaks_page(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether a row is blank, or holds only a page number or the title of a continued table."""
    columns = sheet.filled(row, area.left, area.right)
    if not columns:
        return not any(held.top < row <= held.bottom for held in _above(sheet, row, area))
    text = sheet.lines[row][columns[0]]
    if len(columns) > 1 or len(text) > _LONGEST:
        return False
    plain = squeeze(text)
    return bool(_PAGE.fullmatch(plain) or _CONTINUED.search(plain))


def _above(sheet: ScannedSheet, row: int, area: Area) -> list[Area]:
    """The merged areas over cells of this row."""
    return [
        held
        for column in range(area.left, area.right + 1)
        if (held := sheet.grid.merged().get((row, column)))
    ]
