"""The two blocks below the rows of 收件核对: the balance of files and forms, and remarks without a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from selfeval_xl.county.intake.receipts import RESULTS
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.formulas import Computed, Criterion, WorkbookFormulas
from selfeval_xl.model.grid import a1

LOST_TITLE = "未能带回的手工意见"
LOST_HEADS = ("工作表", "部门名称", "项目名称", "对象", "列名", "内容")
LOST_PLACES = (1, 3, 5, 7, 9, 10)  # the columns of these heads
Lost = tuple[str, ...]  # an officer's remark whose row is gone, in the order of LOST_HEADS
_LABEL, _VALUE = 1, 2  # the columns of the balance


def balance_cells(book: WorkbookFormulas, forms: dict[str, int], line: int) -> dict[str, Computed]:
    """References from 总览 to the balance of the forms. line: row where the blocks begin, counted from 0.

    forms: counts by recognised, used, superseded, duplicate; "agrees" is added (相符 or 不符).
    """
    first = line + 2 + len(RESULTS) + 1
    keys = ("recognised", "used", "superseded", "duplicate", "agrees")
    values: dict[str, Any] = {**forms, "agrees": agreement(forms)}
    return {
        key: Computed(f"'收件核对'!{a1(first + number, _VALUE)}", values[key])
        for number, key in enumerate(keys)
    }


def agreement(forms: dict[str, int]) -> str:
    """相符 if every recognised form was used, superseded or a duplicate, else 不符."""
    return (
        "相符" if forms["recognised"] == forms["used"] + forms["superseded"] + forms["duplicate"] else "不符"
    )


def write_below(
    page: Any,
    formats: Formats,
    line: int,
    book: WorkbookFormulas,
    forms: dict[str, int],
    lost: Sequence[Lost],
    results: Sequence[str] = RESULTS,
) -> None:
    """Writes the balance from row `line` on, then the remarks that found no row, if any.

    page: XlsxWriter's worksheet of 收件核对. forms: as in `balance_cells`. results: those a file can have.
    """
    block = _Block(page, formats)
    _file_balance(block, line, book, results)
    first = line + 2 + len(RESULTS)
    _form_balance(block, first, book, forms)
    if lost:
        _lost_remarks(page, formats, first + 8, lost)


class _Block:
    """Labels and figures in the two columns of the balance."""

    def __init__(self, page: Any, formats: Formats) -> None:
        self.page = page
        self.look, self.head_look = formats.get(border=1), formats.get(bold=True, border=1)

    def head(self, row: int, text: str) -> None:
        """Writes the heading of a balance."""
        self.page.write_string(row, _LABEL, text, self.head_look)

    def put(self, row: int, label: str, cell: Computed | int) -> str:
        """Writes a label with its figure and returns the figure's address."""
        self.page.write_string(row, _LABEL, label, self.look)
        if isinstance(cell, int):
            self.page.write_number(row, _VALUE, cell, self.look)
        else:
            value = cell.value if isinstance(cell.value, str) else float(cell.value or 0)
            self.page.write_formula(row, _VALUE, "=" + cell.text, self.look, value)
        return a1(row, _VALUE)


def _file_balance(block: _Block, line: int, book: WorkbookFormulas, results: Sequence[str]) -> None:
    """Writes how many files were received, and how many of them ended in each result."""
    block.head(line, "核对：文件")
    received = block.put(line + 1, "收到", book.count("receipts"))
    counts = [book.count("receipts", Criterion("result", "=", result)) for result in results]
    addresses = [
        block.put(row, result, cell)
        for row, (result, cell) in enumerate(zip(results, counts, strict=True), line + 2)
    ]
    fits = sum(cell.number for cell in counts) == len(book.tables["receipts"])
    block.page.write_formula(
        line + 1,
        _VALUE + 1,
        f'=IF({received}=SUM({addresses[0]}:{addresses[-1]}),"相符","不符")',
        block.look,
        "相符" if fits else "不符",
    )


def _form_balance(block: _Block, line: int, book: WorkbookFormulas, forms: dict[str, int]) -> None:
    """Writes the number of recognised forms, and of those used, superseded and repeated."""
    block.head(line, "核对：表（识别 = 采用 + 被替代 + 重复）")
    recognised = block.put(
        line + 1, "识别表数", Computed(book.total_cell("receipts", "forms"), forms["recognised"])
    )
    used = block.put(line + 2, "采用表数", Computed(book.total_cell("receipts", "forms_used"), forms["used"]))
    block.put(line + 3, "被替代表数", forms["superseded"])
    duplicate = block.put(line + 4, "重复表数", forms["duplicate"])
    block.put(
        line + 5,
        "表核对",
        Computed(f'IF({recognised}=SUM({used}:{duplicate}),"相符","不符")', agreement(forms)),
    )


def _lost_remarks(page: Any, formats: Formats, line: int, lost: Sequence[Lost]) -> None:
    """Writes the remarks that found no row any more; the next run reads them from here."""
    page.write_string(line, _LABEL, LOST_TITLE, formats.get(bold=True))
    look = formats.get(border=1, text_wrap=True, num_format="@")
    for column, label in zip(LOST_PLACES, LOST_HEADS, strict=True):
        page.write_string(line + 1, column, label, formats.head())
    for row, remark in enumerate(lost, line + 2):
        for column, text in zip(LOST_PLACES, remark, strict=True):
            page.write_string(row, column, text, look)
