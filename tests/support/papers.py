"""Re-check papers, filled in as people do it: by their labels, with openpyxl."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

SHEET, HAND = "复核底稿", ("复核完成值", "复核得分", "佐证材料", "备注")


def table(book: openpyxl.Workbook) -> tuple[Any, dict[str, int], int, int]:
    """The sheet, its columns by label, and the first and last line of the rows to re-check."""
    sheet = book[SHEET]
    head = next(row for row in sheet.iter_rows() if row[0].value == "一级指标")
    places = {cell.value: cell.column for cell in head if cell.value}
    first = head[0].row + 1
    last = next(line for line in range(first, sheet.max_row + 1) if sheet.cell(line, 1).value == "合计") - 1
    return sheet, places, first, last


def rows(path: str | Path) -> list[dict[str, Any]]:
    """The rows to re-check by label, as they stand in the file."""
    sheet, places, first, last = table(openpyxl.load_workbook(path))
    return [
        {label: sheet.cell(line, place).value for label, place in places.items()}
        for line in range(first, last + 1)
    ]


def write(path: str | Path, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes into the rows of these indicators: values by label of the column."""
    book = openpyxl.load_workbook(path)
    sheet, places, first, last = table(book)
    for line in range(first, last + 1):
        for label, value in entries.get(sheet.cell(line, places["三级指标"]).value, {}).items():
            sheet.cell(line, places[label]).value = value
    book.save(path)


def agree(path: str | Path, less: Mapping[str, float] | None = None) -> None:
    """Gives every row the score of the self-evaluation, less these points by the indicator's name."""
    entries = {
        row["三级指标"]: {"复核得分": row["自评得分"] - (less or {}).get(row["三级指标"], 0)}
        for row in rows(path)
        if row["自评得分"] is not None
    }
    write(path, entries)


def sort_visible(path: str | Path) -> None:
    """Turns the rows round, but not the hidden columns, as who sorts what he sees does."""
    book = openpyxl.load_workbook(path)
    sheet, places, first, last = table(book)
    width = places["备注"]
    values = [
        [sheet.cell(line, column).value for column in range(1, width + 1)] for line in range(first, last + 1)
    ]
    for line, row in zip(range(first, last + 1), reversed(values), strict=True):
        for column, value in enumerate(row, 1):
            if column != places["差额"]:
                cell = sheet.cell(line, column)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # =100% is a text
    book.save(path)


def insert(path: str | Path, **entries: Any) -> int:
    """Inserts a row before the last one to re-check; returns its line."""
    book = openpyxl.load_workbook(path)
    sheet, places, _, last = table(book)
    sheet.insert_rows(last)
    for label, value in entries.items():
        sheet.cell(last, places[label]).value = value
    book.save(path)
    return last
