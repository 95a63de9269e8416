"""What stands below 收件核对: the balance of files and forms, and what officers wrote that found no row any
more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..grid import a1
from .collecting import RESULTS
from .formats import Formats
from .live import Book, Cell, Condition

LOST_TITLE = "未能带回的手工意见"
LOST_HEADS = ("工作表", "部门名称", "项目名称", "对象", "列名", "内容")
Lost = tuple[str, ...]
_LABEL, _VALUE = 1, 2
LOST_PLACES = (1, 3, 5, 7, 9, 10)


def balance_cells(book: Book, forms: dict[str, int], line: int) -> dict[str, Cell]:
    """References to the balance of the forms, for 总览; `line`: where the block below 收件核对 begins,
    counted from 0.
    """
    first = line + 2 + len(RESULTS) + 1
    keys = ("recognised", "used", "superseded", "duplicate", "agrees")
    values: dict[str, Any] = {**forms, "agrees": agreement(forms)}
    return {
        key: Cell(f"'收件核对'!{a1(first + number, _VALUE)}", values[key]) for number, key in enumerate(keys)
    }


def agreement(forms: dict[str, int]) -> str:
    return (
        "相符" if forms["recognised"] == forms["used"] + forms["superseded"] + forms["duplicate"] else "不符"
    )


def write_below(
    page, formats: Formats, line: int, book: Book, forms: dict[str, int], lost: Sequence[Lost]
) -> None:
    """The balance, then the lost remarks."""
    look, head = formats.get(border=1), formats.get(bold=True, border=1)

    def put(row: int, label: str, cell: Cell | int) -> str:
        page.write_string(row, _LABEL, label, look)
        if isinstance(cell, int):
            page.write_number(row, _VALUE, cell, look)
        else:
            page.write_formula(
                row,
                _VALUE,
                "=" + cell.text,
                look,
                cell.value if isinstance(cell.value, str) else float(cell.value or 0),
            )
        return a1(row, _VALUE)

    page.write_string(line, _LABEL, "核对：文件", head)
    received = put(line + 1, "收到", book.count("receipts"))
    counts = [book.count("receipts", Condition("result", "=", result)) for result in RESULTS]
    places = [
        put(line + 2 + number, result, cell)
        for number, (result, cell) in enumerate(zip(RESULTS, counts, strict=True))
    ]
    fits = sum(cell.value for cell in counts) == len(book.tables["receipts"])
    page.write_formula(
        line + 1,
        _VALUE + 1,
        f'=IF({received}=SUM({places[0]}:{places[-1]}),"相符","不符")',
        look,
        "相符" if fits else "不符",
    )
    first = line + 2 + len(RESULTS)
    page.write_string(first, _LABEL, "核对：表（识别 = 采用 + 被替代 + 重复）", head)
    put(first + 1, "识别表数", Cell(book.total_cell("receipts", "forms"), forms["recognised"]))
    put(first + 2, "采用表数", Cell(book.total_cell("receipts", "forms_used"), forms["used"]))
    put(first + 3, "被替代表数", forms["superseded"])
    put(first + 4, "重复表数", forms["duplicate"])
    recognised, used, duplicate = (a1(first + number, _VALUE) for number in (1, 2, 4))
    put(
        first + 5, "表核对", Cell(f'IF({recognised}=SUM({used}:{duplicate}),"相符","不符")', agreement(forms))
    )
    if lost:
        _lost(page, formats, first + 8, lost)


def _lost(page, formats: Formats, line: int, lost: Sequence[Lost]) -> None:
    page.write_string(line, _LABEL, LOST_TITLE, formats.get(bold=True))
    look = formats.get(border=1, text_wrap=True, num_format="@")
    for column, label in zip(LOST_PLACES, LOST_HEADS, strict=True):
        page.write_string(line + 1, column, label, formats.head())
    for number, entry in enumerate(lost, line + 2):
        for column, text in zip(LOST_PLACES, entry, strict=True):
            page.write_string(number, column, text, look)
