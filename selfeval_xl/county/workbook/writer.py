"""Writes the county workbook (总览 and detail sheets) beside the old one, which it replaces at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval_xl.assessment.reasons import causes
from selfeval_xl.county.sheets.columns import HAND, Sheet
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.formulas import WorkbookFormulas
from selfeval_xl.county.workbook.package import pack, sheet_part
from selfeval_xl.county.workbook.row_xml import cached, long_sheet, rows_as_xml
from selfeval_xl.errors import OutputError
from selfeval_xl.files import put
from selfeval_xl.model.grid import column_name
from selfeval_xl.model.numbers import exact, of_millionths

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from selfeval_xl.templates.drawing import Drawing

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_FOOTER = "&L&9打印日期：&D&R&9第&P页 共&N页"
_DISPOSALS = ("继续执行", "调整预算", "调整目标", "暂缓拨款", "停止执行")
# What officers may choose from, by sheet and column; other entries are allowed.
CHOICES = {
    ("deviations", "cause"): causes(),
    ("supplements", "treatment"): ("本次修改", "本次说明"),
    ("submissions", "send_back"): ("是", "否"),
    ("deviations", "opinion"): ("认可", "补充说明", "退回"),
    ("findings", "opinion"): ("认可", "不认可"),
    ("findings", "disposal"): _DISPOSALS,
    ("projects", "disposal"): _DISPOSALS,
    ("projects", "public"): ("是", "否"),
    ("projects", "use"): ("优先保障", "正常安排", "压减", "取消"),
    ("projects", "second_grade"): ("优", "良", "中", "差"),
    ("appraisals", "confirmed"): ("是", "否"),
}


def write(
    out: Path,
    book: WorkbookFormulas,
    title: str,
    link_prefix: str,
    overview: Callable[[Any, Formats, Callable[[dict], Any]], None],
    balance: Callable[[Any, Formats, int], None],
    archived: frozenset[str] = frozenset(),
    forms: Sequence[tuple[str, Drawing]] = (),
) -> None:
    """Writes the workbook.

    link_prefix: path from its folder to the received files. overview: writes 总览 (takes worksheet, formats,
    a maker of charts). balance: writes the blocks below 收件核对 (takes worksheet, formats, first row).
    archived: files in archives, which cannot be linked to. forms: names and drawings of further sheets.

    Raises OutputError where the target cannot be written; then the old workbook is still whole.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError, XlsxFileError

    from selfeval_xl.templates.cell_styles import Pen
    from selfeval_xl.templates.workbook import draw_sheet

    temporary = out.with_name(f".{out.stem}.{os.getpid()}.tmp.xlsx")
    skeleton = out.with_name(f".{out.stem}.{os.getpid()}a.tmp.xlsx")
    try:
        file = xlsxwriter.Workbook(str(skeleton), OPTIONS)
        file.set_calc_mode("auto")
        formats = Formats(file)
        front = file.add_worksheet("总览")
        long_rows = _add_tables(file, book, formats, title, link_prefix, archived, balance)
        overview(front, formats, file.add_chart)
        pen = Pen(file)
        for name, drawing in forms:
            draw_sheet(file.add_worksheet(name), drawing, pen)
        front.activate()
        file.close()
        pack(skeleton, temporary, long_rows)
        put(temporary, out, own=True)  # its hand columns were read back
        for leftover in out.parent.glob(f".{escape(out.stem)}.*.tmp.xlsx"):  # of runs that were killed
            leftover.unlink(missing_ok=True)
    except (OSError, FileCreateError, XlsxFileError) as error:
        raise OutputError(
            f"汇总工作簿写不进“{out}”：文件正在Excel里打开、没有权限，或磁盘已满。请关闭文件后再试，"
            "原来的文件没有改动。"
        ) from error
    finally:
        for leftover in (temporary, skeleton):
            leftover.unlink(missing_ok=True)


def _add_tables(
    file: Workbook,
    book: WorkbookFormulas,
    formats: Formats,
    title: str,
    link_prefix: str,
    archived: frozenset[str],
    balance: Callable[[Any, Formats, int], None],
) -> dict[str, tuple[int, Iterable[str]]]:
    """Adds the worksheets of all tables without their rows.

    Returns for each worksheet, by its part in the package, the number of its rows and these as XML.
    """
    texts: dict[str, str] = {}
    long_rows: dict[str, tuple[int, Iterable[str]]] = {}
    for sheet in book.sheets.values():
        for part in book.pages(sheet.key):
            page = file.add_worksheet(part.title, worksheet_class=long_sheet())
            rows, count = book.tables[sheet.key], part.stop - part.start
            _set_up(page, sheet, formats, title, count, part.title)
            page.after = count + 1
            long_rows[sheet_part(page.index)] = (
                count,
                rows_as_xml(
                    sheet, rows.part(part.start, part.stop), book, formats, link_prefix, archived, texts
                ),
            )
            if not sheet.spare:
                _write_totals(page, sheet, count, totals(rows, part.start, part.stop), book, formats)
            if sheet.besides:
                _write_other_findings(page, sheet, count, book, formats)
            if sheet.key == "receipts":
                balance(page, formats, max(count, 1) + 3)
    return long_rows


def _set_up(page: Any, sheet: Sheet, formats: Formats, title: str, count: int, name: str) -> None:
    """Sets widths, head, choices, filter and print set-up of a worksheet. count: of rows. name: its own."""
    last = count + sheet.spare
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width, formats.column(column.format, column.kind == HAND))
        page.write_string(0, number, column.label, formats.head(column.kind == HAND))
        choices = CHOICES.get((sheet.key, column.key))
        if choices and last:
            page.data_validation(
                1,
                number,
                last,
                number,
                {"validate": "list", "source": list(choices), "error_type": "information"},
            )
    page.set_row(0, 42)
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(sheet.pages_across, 0)
    page.repeat_rows(0)
    page.repeat_columns(0, sheet.frozen - 1)
    page.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    page.print_black_and_white()
    page.hide_gridlines(0)
    page.set_header(f"&L&9 {_escape(title)}&C&12&B {_escape(name)}&R&9 金额单位：万元")
    page.set_footer(_FOOTER)


def _escape(text: str) -> str:
    """The text for a header, in which & begins a code."""
    return text.replace("&", "&&")


def _write_totals(
    page: Any, sheet: Sheet, count: int, sums: Mapping[str, Any], book: WorkbookFormulas, formats: Formats
) -> None:
    """Writes the row below the filter: SUBTOTAL(109) of columns with totals, rates as total over total."""
    line = max(count, 1) + 1
    for number, column in enumerate(sheet.columns):
        look = formats.column(column.format, total=True)
        if number == 0:
            page.write_string(line, 0, "合计", look)
        elif column.total:
            letters = column_name(number)
            text = (
                _funding_total(letters, sheet, line)
                if sheet.key == "funding"
                else f"SUBTOTAL(109,{letters}2:{letters}{line})"
            )
            page.write_formula(line, number, f"={text}", look, cached(sums[column.key]))
        elif column.live and column.live.in_total:
            page.write_formula(
                line,
                number,
                "=" + book.expand(column.live.text, sheet.key, line),
                look,
                cached(sums[column.key]),
            )
        else:
            page.write_blank(line, number, None, look)


def _write_other_findings(
    page: Any, sheet: Sheet, count: int, book: WorkbookFormulas, formats: Formats
) -> None:
    """Says in the totals row of 项目汇总 what is to be done besides its rows, and in all departments.

    The department's own form, its report and so on have no row there.
    """
    parts, text = [], ""
    for start, of_rest in ((sheet.besides, True), ("；部门合计", False)):
        words = start
        for key, label in (("fix", "须修改"), ("explain", "、须说明")):
            whole, own = book.total("departments", key), book.total("projects", key)
            number = whole.number - own.number if of_rest else whole.number
            formula = f"({whole.text}-{own.text})" if of_rest else whole.text
            parts.append(f'"{words}{label}"&{formula}&"处"')
            text += f"{words}{label}{int(number)}处"
            words = ""
    look = formats.column("wrap", total=True)
    page.write_formula(max(count, 1) + 1, sheet.place("main_findings"), f"={'&'.join(parts)}", look, text)


def _funding_total(letters: str, sheet: Sheet, line: int) -> str:
    """The total of a column of 资金明细: of the rows that the filter shows, the total rows of project forms.

    With sources and department forms, money would count twice.
    """
    kind, form = (column_name(sheet.place(key)) for key in ("kind", "form"))
    each = f"SUBTOTAL(109,OFFSET({letters}2,ROW({letters}2:{letters}{line})-ROW({letters}2),0))"
    return f'SUMPRODUCT({each},({kind}2:{kind}{line}="合计")*({form}2:{form}{line}="项目"))'


def totals(rows: Rows, start: int, stop: int) -> dict[str, Any]:
    """The values of the totals row below these rows, by column."""
    sheet = rows.sheet
    keys = [column.key for column in sheet.columns if column.total]
    tests = ("kind", "form") if sheet.key == "funding" else ()
    summed = [0] * len(keys)
    for row in rows.picked(*keys, *tests, start=start, stop=stop) if keys else ():
        if tests and row[-2:] != ("合计", "项目"):
            continue
        for position, value in enumerate(row[: len(keys)]):
            if value is not None and not isinstance(value, str):
                summed[position] += exact(value)
    sums: dict[str, Any] = {key: of_millionths(total) for key, total in zip(keys, summed, strict=True)}
    for column in sheet.columns:
        if column.live and column.live.in_total and column.live.value:
            sums[column.key] = column.live.value(sums)
    return sums
