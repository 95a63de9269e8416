"""The list of a merge as a workbook: a row for each project, and a row for each thing that needs a person."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from selfeval_xl.files import write_out
from selfeval_xl.workflows.splitting.combining import Line, ProjectStatus

_Row = Sequence[str | int]
# The columns of the two sheets: label, width.
_PROJECTS = (
    ("序号", 6),
    ("工作表", 10),
    ("项目编码", 24),
    ("项目名称", 32),
    ("交回情况", 13),
    ("交回的文件", 44),
    ("带回格数", 9),
    ("冲突格数", 9),
    ("没有带回格数", 12),
)
_LINES = (
    ("序号", 6),
    ("类别", 9),
    ("工作表", 10),
    ("单元格", 9),
    ("项目名称", 28),
    ("部门工作簿里", 26),
    ("交回的表里", 46),
    ("原因", 40),
)


def write_list(path: Path, statuses: Sequence[ProjectStatus], lines: Sequence[Line]) -> None:
    """Writes the list. Raises OutputError where it cannot be written."""
    projects: list[_Row] = [
        [
            number,
            row.sheet,
            row.code,
            row.project,
            row.status,
            "、".join(row.files),
            row.landed,
            row.conflicts,
            row.strays,
        ]
        for number, row in enumerate(statuses, 1)
    ]
    open_lines: list[_Row] = [
        [number, line.kind, line.sheet, line.cell, line.project, line.kept, line.told, line.why]
        for number, line in enumerate(lines, 1)
    ]
    with tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as folder:
        book = Path(folder) / "list.xlsx"
        _write(book, (("交回情况", _PROJECTS, projects), ("要看的", _LINES, open_lines)))
        write_out(path, lambda file: Path(file).write_bytes(book.read_bytes()))


def _write(path: Path, tables: Sequence[tuple[str, Sequence[tuple[str, int]], Sequence[_Row]]]) -> None:
    """Writes a workbook with a sheet for each table: its title, its columns (label and width), its rows."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    look = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "text_wrap": True, "border": 1}
    head = book.add_format(look | {"bold": True, "bg_color": "#DDEBF7", "align": "center"})
    text = book.add_format(look | {"num_format": "@"})
    number = book.add_format(look | {"align": "center"})
    for title, columns, rows in tables:
        sheet = book.add_worksheet(title)
        for column, (label, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, label, head)
            for row, values in enumerate(rows, 1):
                value = values[column]
                if isinstance(value, int):
                    sheet.write_number(row, column, value, number)
                else:
                    sheet.write_string(row, column, value, text)
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    book.close()
