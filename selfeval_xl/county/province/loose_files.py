"""The list below 收件核对: files of no county, each with its reason, and remarks on the folders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_UP, Decimal
from typing import Any

from selfeval_xl.county.province.folders import Loose
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.row_xml import clean

TITLE, NONE = "未归入县区的文件（没有读取，也没有计入上面的数）", "没有"
HEADS = ("序号", "文件", "大小（KB）", "原因", "需要做什么")
_COLUMNS = (0, 1, 4, 5, 11)  # those of the sheet above: number, folder, count, and wide ones
_LAST = 16  # the last column over which the list reaches


def write_below(page: Any, formats: Formats, line: int, loose: Sequence[Loose], notes: Sequence[str]) -> None:
    """Writes the list from this line on, then the notes, a line each."""
    page.write_string(line, 1, TITLE, formats.get(bold=True))
    line += 1
    look = formats.get(border=1, num_format="@", text_wrap=True)
    number = formats.get(border=1, num_format="0.0")
    for column, head in zip(_COLUMNS, HEADS, strict=True):
        _put(page, line, column, head, formats.head())
    for order, file in enumerate(loose, 1):
        page.write_number(line + order, 0, order, formats.get(border=1))
        for column, value in ((1, file.name), (5, file.reason), (11, file.action)):
            _put(page, line + order, column, clean(value), look)
        page.write_number(
            line + order, 4, float((Decimal(file.size) / 1024).quantize(Decimal("0.1"), ROUND_UP)), number
        )
        page.set_row(line + order, 27)
    if not loose:
        _put(page, line + 1, 1, NONE, look)
    for order, note in enumerate(notes, line + max(1, len(loose)) + 2):
        page.write_string(order, 1, clean(note), formats.get())


def _put(page: Any, line: int, column: int, text: str, look: Any) -> None:
    """Writes a text over the columns up to the next one of the list."""
    last = next((other for other in _COLUMNS if other > column), _LAST + 1) - 1
    if last > column:
        page.merge_range(line, column, line, last, "", look)
    page.write_string(line, column, text, look)
