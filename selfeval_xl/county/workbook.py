"""The county workbook: 总览 and the eight detail sheets, written by XlsxWriter in one go beside the old one, then put in its place."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputError
from ..grid import column_name
from .columns import HAND, LINK, Column, Sheet
from .formats import Formats
from .links import link_formula
from .live import Book
from .material import DASH

if TYPE_CHECKING:
    from ..templates.frame import Drawing

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
LONGEST_TEXT, CUT = 32_767, "…（原文过长，后面的见原表）"
LINE_HEIGHT, MOST_LINES = 13.5, 12
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FOOTER = "&L&9打印日期：&D&R&9第&P页 共&N页"
CHOICES = {
    ("deviations", "opinion"): ("认可", "补充说明", "退回"), ("findings", "opinion"): ("认可", "不认可"), ("projects", "public"): ("是", "否"),
    ("projects", "use"): ("优先保障", "正常安排", "压减", "取消"), ("projects", "second_grade"): ("优", "良", "中", "差"),
}
Row = Mapping[str, Any]


def write(out: Path, book: Book, title: str, way: str, overview: Callable, balance: Callable,
          archived: frozenset[str] = frozenset(), forms: Sequence[tuple[str, Drawing]] = ()) -> None:
    """Writes the workbook. way: from its folder to the received files. overview and balance write 总览 and what stands below 收件核对.
    archived: files in archives, which cannot be linked to. forms: names and drawings of further sheets.

    OutputError when the target cannot be written; then the old workbook is still whole.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError, XlsxFileError

    from ..templates.looks import Pen
    from ..templates.workbook import draw_sheet

    temporary = out.with_name(f".{out.stem}.{os.getpid()}.tmp.xlsx")
    try:
        file = xlsxwriter.Workbook(str(temporary), OPTIONS)
        file.set_calc_mode("auto")
        formats = Formats(file)
        front = file.add_worksheet("总览")
        for sheet in book.sheets.values():
            page = file.add_worksheet(sheet.title)
            rows = book.tables[sheet.key]
            _page(page, sheet, formats, title, len(rows))
            _heights(page, sheet, rows)
            _rows(page, sheet, rows, book, formats, way, archived)
            _totals(page, sheet, rows, book, formats)
            if sheet.key == "receipts":
                balance(page, formats, max(len(rows), 1) + 3)
        overview(front, formats, file.add_chart)
        pen = Pen(file)
        for name, drawing in forms:
            draw_sheet(file.add_worksheet(name), drawing, pen)
        front.activate()
        file.close()
        os.replace(temporary, out)
    except (OSError, FileCreateError, XlsxFileError) as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"汇总工作簿写不进“{out}”：文件正在Excel里打开、没有权限，或磁盘已满。请关闭文件后再试，原来的文件没有改动。") from error


def clean(text: str) -> str:
    """A text that a cell can hold: no control characters, cut with a mark where it is too long."""
    plain = text if text.isprintable() else _CONTROL.sub("", text)
    return plain if len(plain) <= LONGEST_TEXT else plain[:LONGEST_TEXT - len(CUT)] + CUT


def _page(page, sheet: Sheet, formats: Formats, title: str, count: int) -> None:
    """Widths, frozen head, filter over head and rows only, and the print set-up with the title in the header."""
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width, formats.column(column.format, column.kind == HAND))
        page.write_string(0, number, column.label, formats.head(column.kind == HAND))
        choices = CHOICES.get((sheet.key, column.key))
        if choices and count:
            page.data_validation(1, number, count, number, {"validate": "list", "source": list(choices), "error_type": "information"})
    page.set_row(0, 42)
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, max(count, 1), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(sheet.pages_across, 0)
    page.repeat_rows(0)
    page.repeat_columns(0, sheet.frozen - 1)
    page.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    page.print_black_and_white()
    page.hide_gridlines(0)
    page.set_header(f"&L&9 {_escape(title)}&C&12&B {_escape(sheet.title)}&R&9 金额单位：万元")
    page.set_footer(_FOOTER)


def _heights(page, sheet: Sheet, rows: Sequence[Row]) -> None:
    """Rows with long texts get the height they need, up to a limit: programs other than Excel do not fit rows on opening."""
    wrapped = [(column.key, column.width - 1) for column in sheet.columns if column.format == "wrap"]
    for line, row in enumerate(rows, 1):
        needed = 1
        for key, width in wrapped:
            text = row.get(key)
            if isinstance(text, str) and 2 * len(text) > width:
                needed = max(needed, -int(-len(text.encode("gbk", "replace")) // width))      # two columns wide, two bytes long
        if needed > 1:
            page.set_row(line, LINE_HEIGHT * min(needed, MOST_LINES) + 2)


def _escape(text: str) -> str:
    return text.replace("&", "&&")


def _rows(page, sheet: Sheet, rows: Sequence[Row], book: Book, formats: Formats, way: str, archived: frozenset[str]) -> None:
    for number, column in enumerate(sheet.columns):
        look = formats.column(column.format, column.kind == HAND)
        if column.kind == LINK:
            _links(page, number, rows, look, way, archived)
        elif column.live:
            template = _template(column, sheet, book)
            for line, row in enumerate(rows, 1):
                if row.get(column.key) == DASH:
                    page.write_string(line, number, DASH, look)
                    continue
                page.write_formula(line, number, "=" + template.replace("\0", str(line + 1)), look, _cached(row.get(column.key)))
        else:
            _values(page, number, column.key, rows, look)


def _template(column: Column, sheet: Sheet, book: Book) -> str:
    """The column's formula with a mark for the row's number."""
    own = re.compile(r"\{(\w+)\}")
    text = own.sub(lambda match: f"{column_name(sheet.place(match[1]))}\0", column.live.text)
    return book.expand(text, sheet.key, 0)


def _values(page, number: int, key: str, rows: Sequence[Row], look) -> None:
    write_string, write_number = page.write_string, page.write_number
    for line, row in enumerate(rows, 1):
        value = row.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, str):
            write_string(line, number, clean(value), look)
        elif isinstance(value, int):
            write_number(line, number, value, look)
        else:
            put(page, line, number, value, look)


def put(page, line: int, number: int, value: Any, look) -> None:
    """Text as text, whatever it begins with; numbers as numbers."""
    if isinstance(value, str):
        page.write_string(line, number, clean(value), look)
        return
    plain = float(value)
    if math.isfinite(plain):
        page.write_number(line, number, plain, look)
    else:
        page.write_string(line, number, str(value), look)


def _cached(value: Any) -> float | str:
    if value is None:
        return ""
    return float(value) if isinstance(value, (Decimal, int)) else value


def _links(page, number: int, rows: Sequence[Row], look, way: str, archived: frozenset[str]) -> None:
    for line, row in enumerate(rows, 1):
        formula = row.get("formula")
        if formula is None and row.get("file") not in archived:
            formula = link_formula(way, row.get("file"), row.get("sheet"), row.get("cell"))
        if formula:
            page.write_formula(line, number, "=" + formula, look, "打开")


def _totals(page, sheet: Sheet, rows: Sequence[Row], book: Book, formats: Formats) -> None:
    """The row below the filter: SUBTOTAL(109) of what can be summed, rates as total over total."""
    line = max(len(rows), 1) + 1
    sums = totals(sheet, rows)
    for number, column in enumerate(sheet.columns):
        look = formats.column(column.format, total=True)
        if number == 0:
            page.write_string(line, 0, "合计", look)
        elif column.total:
            letters = column_name(number)
            text = _funding_total(letters, sheet, line) if sheet.key == "funding" else f"SUBTOTAL(109,{letters}2:{letters}{line})"
            page.write_formula(line, number, f"={text}", look, _cached(sums[column.key]))
        elif column.live and column.live.in_total:
            page.write_formula(line, number, "=" + book.expand(column.live.text, sheet.key, line), look, _cached(sums[column.key]))
        else:
            page.write_blank(line, number, None, look)


def _funding_total(letters: str, sheet: Sheet, line: int) -> str:
    """Of the rows that the filter shows, only the total rows of project forms: sources and department forms would count twice."""
    kind, form = (column_name(sheet.place(key)) for key in ("kind", "form"))
    each = f"SUBTOTAL(109,OFFSET({letters}2,ROW({letters}2:{letters}{line})-ROW({letters}2),0))"
    return f'SUMPRODUCT({each},({kind}2:{kind}{line}="合计")*({form}2:{form}{line}="项目"))'


def totals(sheet: Sheet, rows: Sequence[Row]) -> dict[str, Any]:
    """The values of the totals row."""
    if sheet.key == "funding":
        rows = [row for row in rows if row["kind"] == "合计" and row["form"] == "项目"]
    sums: dict[str, Any] = {}
    for column in sheet.columns:
        if column.total:
            sums[column.key] = sum((row[column.key] for row in rows if isinstance(row.get(column.key), (Decimal, int))), Decimal(0))
    for column in sheet.columns:
        if column.live and column.live.in_total and column.live.value:
            sums[column.key] = column.live.value(sums)
    return sums
