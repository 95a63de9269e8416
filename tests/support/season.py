"""What departments and officers do in the season of a county, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import openpyxl

from selfeval_xl.model.edits import Edit
from selfeval_xl.model.grid import position
from selfeval_xl.model.sheet_names import RETURNED
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.writers.xlsx.apply import apply


def rows_of(path: str | Path, title: str) -> list[dict]:
    """The rows of a sheet by the labels of its head, down to the totals; empty cells are ""."""
    book = openpyxl.load_workbook(path, data_only=True)
    table = [["" if value is None else value for value in row] for row in book[title].values]
    rows = []
    for values in table[1:]:
        if "合计" in values[:2]:
            break
        rows.append(dict(zip(table[0], values, strict=True)))
    return rows


def listed(path: str | Path) -> list[dict]:
    """The rows of 问题清单 with their line on the sheet under 行."""
    (grid,) = [grid for grid in open_source(path).grids if grid.name == RETURNED]
    heads = [grid.text(0, column).strip() for column in range(grid.width)]
    return [
        dict(zip(heads, (grid.text(row, column).strip() for column in range(grid.width)), strict=True))
        | {"行": row + 1}
        for row in range(1, grid.height)
        if grid.text(row, heads.index("规则编号")).strip()
    ]


def resubmit(
    returned: str | Path,
    out: str | Path,
    explained: Mapping[str, str] | None = None,
    typed: Mapping[tuple[str, str], object] | None = None,
    when: float = 0,
) -> Path:
    """A returned workbook as a department sends it again.

    explained: text for 单位说明 by rule. typed: values by sheet and cell. when: seconds that it comes later.
    """
    rows = listed(returned)
    edits = [
        Edit(RETURNED, f"L{row['行']}", row["单位说明"] or None, text)
        for rule, text in (explained or {}).items()
        for row in rows
        if row["规则编号"] == rule and row["处理方式"] == "本次说明"
    ]
    grids = {grid.name: grid for grid in open_source(returned).grids}
    for (sheet, cell), value in (typed or {}).items():
        edits.append(Edit(sheet, cell, grids[sheet].text(*position(cell)).strip() or None, value))
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    applied = apply(returned, edits, out)
    assert not applied.refused, applied.refused
    if when:
        status = out.stat()
        os.utime(out, (status.st_atime, status.st_mtime + when))
    return out


def write_hand(path: str | Path, title: str, where: Mapping[str, object], **cells: object) -> int:
    """Writes into the rows of a county workbook whose columns have these values; returns how many."""
    book = openpyxl.load_workbook(path)
    sheet = book[title]
    heads = {cell.value: cell.column for cell in sheet[1]}
    number = 0
    for row in range(2, sheet.max_row + 1):
        if all((sheet.cell(row, heads[label]).value or "") == value for label, value in where.items()):
            number += 1
            for label, value in cells.items():
                sheet.cell(row, heads[label]).value = value
    book.save(path)
    return number


def append_row(path: str | Path, title: str, **cells: object) -> None:
    """Writes a row below the last filled one of a sheet without totals (补充意见)."""
    book = openpyxl.load_workbook(path)
    sheet = book[title]
    heads = {cell.value: cell.column for cell in sheet[1]}
    row = 2
    while any(sheet.cell(row, column).value not in (None, "") for column in heads.values()):
        row += 1
    for label, value in cells.items():
        sheet.cell(row, heads[label]).value = value
    book.save(path)
