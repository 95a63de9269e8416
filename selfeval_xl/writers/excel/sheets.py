"""Sheets of the open book: the check that they can be changed, and the adding of sheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from selfeval_xl.errors import UsageError
from selfeval_xl.model.grid import column_name
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.writers.excel.page_setup import set_page
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.looks import SHEET_WIDTHS

VERY_HIDDEN = 2


def open_for_change(saved: Snapshot, names: Iterable[str], written: set[str]) -> None:
    """Raises UsageError where one of the sheets cannot be changed.

    Reasons are a password, a book that takes no new sheet, and rows hidden by a filter. written: the sheets
    whose values are to change; a tint harms no filtered row.
    """
    for name in names:
        if name not in saved.names:
            if saved.fixed_structure:
                raise UsageError(
                    f"工作簿的结构有保护，加不了工作表“{name}”。请先在“审阅－保护工作簿”里取消保护，"
                    "再按一次。"
                )
            continue
        protection = saved.protection(name)
        if protection and protection["password"]:
            raise UsageError(
                f"工作表“{name}”设了保护密码，不能写入。请先在“审阅－撤消工作表保护”"
                "里输入密码取消保护，再按一次。"
            )
        if name in written and name not in SHEET_WIDTHS and saved.filtered(name):
            raise UsageError(
                f"工作表“{name}”正在筛选，有的行藏着，写进去会错行。请先在“数据－筛选”里清除筛选，再按一次。"
            )


def show_all(workbook: Any, saved: Snapshot, written: Iterable[str]) -> None:
    """Lifts the filters that a person set on lists of ours, which are written anew as a whole."""
    for name in written:
        if name in SHEET_WIDTHS and name in saved.names and saved.filtered(name):
            workbook.Sheets(name).ShowAllData()


def add_sheet(workbook: Any, name: str, last: str) -> None:
    """Adds a sheet behind the sheet `last`, with the set-up for its name; the active sheet stays active."""
    active = workbook.ActiveSheet.Name
    workbook.Worksheets.Add(After=workbook.Sheets(last))
    workbook.ActiveSheet.Name = name
    sheet = workbook.Sheets(name)
    widths = SHEET_WIDTHS.get(name)
    if widths:
        for width in dict.fromkeys(widths):
            columns = [column_name(column) for column, each in enumerate(widths) if each == width]
            sheet.Range(",".join(f"{column}:{column}" for column in columns)).ColumnWidth = width
        window = workbook.Windows(1)
        window.SplitRow = 1
        window.FreezePanes = True
        set_page(sheet, "Orientation", 2)
        set_page(sheet, "Zoom", 60)
    workbook.Sheets(active).Activate()
    if name == SETTINGS:
        sheet.Visible = VERY_HIDDEN
