"""The values, merged areas and limits of a Grid, from the cells of a sheet in any spreadsheet format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Area, Value, a1
from selfeval_xl.readers.formats.guard import (
    FAR_COLUMN,
    FAR_ROW,
    MAX_CELLS,
    MAX_MERGES,
    MAX_SHEETS,
    MAX_VALUES,
    NEAR_COLUMN,
    NEAR_ROW,
)

MARGIN = 32  # rows and columns that a merged area may reach beyond the last value
MAX_MERGED_CELLS = 200_000  # cells under all merged areas of a sheet
TOO_MANY_MERGES = "合并单元格过多或互相重叠，多出的没有采用。请删除表格以外的合并单元格后再保存。"
TOO_MANY_SHEETS = f"工作表超过{MAX_SHEETS}张，只读了前面的。请拆成几个工作簿后再报送。"
TOO_MANY_VALUES = f"有内容的单元格超过{MAX_VALUES}个，只读了前面的。请只保留自评表后再报送。"

Place = tuple[int, int]  # row and column
RawValue = Value | time | timedelta  # a cell's value as a library gives it


def clean(value: RawValue) -> Value:
    """A library's value as a Grid's.

    Blank text is None, a time of day is text, a duration is a number of days.
    """
    if value.__class__ is str:
        return value if value and not value.isspace() else None
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, time):
        return _clock_text(value)
    return value


def _clock_text(clock: time) -> str:
    """A time of day as a cell displays it: 8:30, or 8:30:05."""
    return clock.strftime("%H:%M:%S").removesuffix(":00").removeprefix("0")


def trimmed(rows: Iterable[Sequence[RawValue]]) -> list[list[Value]]:
    """Cleaned rows without the empty rows and columns at the end."""
    table = [
        [
            None
            if value == ""
            else value
            if value.__class__ is float or (value.__class__ is str and not value.isspace())  # type: ignore[union-attr]
            else clean(value)
            for value in row
        ]
        for row in rows
    ]
    while table and not any(value is not None for value in table[-1]):
        table.pop()
    width = max((_length(row) for row in table), default=0)
    for row in table:
        del row[width:]
    return table


def _length(row: list[Value]) -> int:
    """The number of cells up to the last that has a value."""
    for column in range(len(row), 0, -1):
        if row[column - 1] is not None:
            return column
    return 0


def within_limits(values: dict[Place, Value]) -> list[Place]:
    """The cells too far away for a form, in order; they are taken out of `values`."""
    far = [place for place in values if place[0] >= FAR_ROW or place[1] >= FAR_COLUMN]
    for place in far:
        del values[place]
    bottom = max((row for row, _ in values), default=-1) + 1
    right = max((column for _, column in values), default=-1) + 1
    if bottom * right > MAX_CELLS:
        near = [place for place in values if place[0] >= NEAR_ROW or place[1] >= NEAR_COLUMN]
        for place in near:
            del values[place]
        far += near
    return sorted(far)


def filled(values: Mapping[Place, Value]) -> list[list[Value]]:
    """Rows from A1 to the last row and column that have a value."""
    bottom = max((row for row, _ in values), default=-1) + 1
    right = max((column for _, column in values), default=-1) + 1
    rows: list[list[Value]] = [[None] * right for _ in range(bottom)]
    for (row, column), value in values.items():
        rows[row][column] = value
    return rows


def far_text(far: list[Place]) -> str:
    """The sentence about cells that were left out."""
    named = "、".join(a1(row, column) for row, column in far[:3])
    return (
        "有内容的单元格离表格太远，没有读取："
        f"{named}{'等' if len(far) > 3 else ''}（共{len(far)}格）。请删除表格以外的内容后再保存。"
    )


def merged(areas: Iterable[tuple[Place, Place]], rows: list[list[Value]]) -> tuple[list[Area], bool]:
    """The merged areas that begin among the values, and whether any had to be left out.

    None reaches far beyond the values. The sum of their cells is limited, because a Grid looks them up cell
    by cell and overlapping areas are no form's.
    """
    height, width = len(rows), max(map(len, rows), default=0)
    found: list[Area] = []
    cells = 0
    for (top, left), (bottom, right) in areas:
        if top >= height or left >= width or top > bottom or left > right:
            continue
        if bottom >= height or right >= width:
            bottom, right = min(bottom, height - 1 + MARGIN), min(right, width - 1 + MARGIN)
        cells += (bottom - top + 1) * (right - left + 1)
        if cells > MAX_MERGED_CELLS:
            return found, True
        if (top, left) != (bottom, right):
            found.append(Area(top, left, bottom, right))
    return found, False


def laid_out(
    sheet: str, values: dict[Place, Value], corners: Sequence[tuple[Place, Place]] = (), complete: bool = True
) -> tuple[list[list[Value]], list[Area], list[Problem]]:
    """The rows and merged areas of a sheet within the limits, and the problems of what was left out.

    complete: whether all values were kept. Cells too far away are taken out of `values`.
    """
    far = within_limits(values)
    rows = filled(values)
    areas, left_out = merged(corners, rows)
    texts = (
        far_text(far) if far else "",
        "" if complete else TOO_MANY_VALUES,
        TOO_MANY_MERGES if left_out or len(corners) > MAX_MERGES else "",
    )
    return rows, areas, [Problem(text, sheet=sheet, rule="T01") for text in texts if text]


def serial_date(number: float, epoch_1904: bool = False) -> datetime | date | str:
    """The date of an Excel serial number; a time of day is text such as 8:30."""
    if number < 1:
        return _clock_text((datetime(1900, 1, 1) + timedelta(days=number)).time())
    if epoch_1904:
        number += 1462
    moment = datetime(1899, 12, 30 if number >= 60 else 31) + timedelta(
        milliseconds=round(number * 86_400_000)
    )
    return moment if number % 1 else moment.date()


def put(rows: list[list[Value]], values: Mapping[Place, Value]) -> None:
    """Sets cells; the rows, all of one length, are extended where cells lie outside."""
    if not values:
        return
    height = max(row for row, _ in values) + 1
    width = max(max(column for _, column in values) + 1, len(rows[0]) if rows else 0)
    rows.extend([] for _ in range(height - len(rows)))
    for cells in rows:
        cells.extend([None] * (width - len(cells)))
    for (row, column), value in values.items():
        rows[row][column] = value
