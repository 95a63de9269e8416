"""口令.xlsx: the codes of the departments, printed as strips to be cut apart; the only place in clear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from selfeval_xl.files import check_replaceable, write_out

SHEET = "口令"
COLUMNS = ("部门编码", "部门名称", "填报人口令", "负责人口令", "收件台地址")
_WIDTHS = (12, 28, 20, 20, 34)
_LOOK = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "border": 4, "text_wrap": True}


def check_place(out: Path) -> None:
    """Raises UsageError or NotReplaced where the workbook cannot be written, before any code ends."""
    from selfeval_xl.errors import OutputError, UsageError

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"口令表的文件名请以.xlsx结尾，现在写的是“{out.name}”。")
    if not out.parent.is_dir():
        raise OutputError(f"没有文件夹“{out.parent}”，口令表没有写出。请先建好文件夹，或换一个位置。")
    check_replaceable(out)


def write(out: Path, rows: Sequence[tuple[str, str, str, str]], address: str) -> None:
    """Writes the workbook. rows: code, name, codes of filler and lead. Raises OutputError, NotReplaced."""
    import xlsxwriter

    def draw(temporary: str) -> None:
        book = xlsxwriter.Workbook(temporary, {"strings_to_formulas": False, "strings_to_urls": False})
        sheet = book.add_worksheet(SHEET)
        head = book.add_format({**_LOOK, "bold": True, "bg_color": "#DDEBF7", "align": "center"})
        text = book.add_format({**_LOOK, "num_format": "@"})
        code = book.add_format({**_LOOK, "num_format": "@", "font_name": "Consolas", "font_size": 14})
        for column, (label, width) in enumerate(zip(COLUMNS, _WIDTHS)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, label, head)
        for row, line in enumerate(rows, 1):
            sheet.set_row(row, 42)
            for column, value in enumerate((*line, address)):
                sheet.write_string(row, column, value, code if column in (2, 3) else text)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L口令只发本单位，不要转发、不要拍照&R第&P页 共&N页")
        book.close()

    write_out(out, draw)
    out.chmod(0o600)
