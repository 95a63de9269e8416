"""The index 下发清单.xlsx: departments' workbooks, projects with their sheets, problems of the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl import layouts
from selfeval_xl.county.workbook.source_links import OPEN_FILE, link_formula
from selfeval_xl.errors import OutputError
from selfeval_xl.files import write_out
from selfeval_xl.workflows.issuing.contents import Contents, IndexItem
from selfeval_xl.workflows.issuing.writing import FAILED, KEPT, IssueOutcome

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SENT, PROJECTS, PROBLEMS = "下发清单", "项目", "名册问题"
FINGERPRINT = "文件指纹"
_LETTERING = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "border": 1}
_FORMATS: dict[str, dict[str, object]] = {
    "text": {"num_format": "@", "text_wrap": True},
    "count": {"num_format": "0", "align": "center"},
    "money": {"num_format": "#,##0.00"},
    "mark": {"num_format": "@", "font_color": "#808080"},
    "link": {"font_color": "#0563C1", "underline": 1},
    "head": {"bold": True, "bg_color": "#DDEBF7", "align": "center", "text_wrap": True},
}
Column = tuple[str, str, float]  # label, format, width in characters
_SENT: tuple[Column, ...] = (
    ("序号", "count", 6),
    ("归口股室", "text", 10),
    ("部门编码", "text", 11),
    ("部门名称", "text", 24),
    ("联系人", "text", 10),
    ("联系电话", "text", 14),
    ("报送截止日期", "text", 12),
    ("表式", "text", 14),
    ("文件", "text", 36),
    ("打开", "link", 7),
    ("项目表", "count", 8),
    ("指标", "count", 8),
    ("免评项目", "count", 9),
    ("不公开项目", "count", 10),
    ("全年预算数（万元）", "money", 16),
    ("结果", "text", 10),
    ("说明", "text", 26),
    (FINGERPRINT, "mark", 18),
)
# Columns with a total below.
_SUMMED = ("项目表", "指标", "免评项目", "不公开项目", "全年预算数（万元）")
_PROJECTS: tuple[Column, ...] = (
    ("序号", "count", 6),
    ("归口股室", "text", 10),
    ("部门编码", "text", 11),
    ("部门名称", "text", 22),
    ("项目编码", "text", 24),
    ("项目名称", "text", 30),
    ("实施单位", "text", 22),
    ("状态", "text", 8),
    ("工作表", "text", 9),
    ("指标", "count", 7),
    ("指标来自", "text", 9),
    ("全年预算数（万元）", "money", 16),
    ("是否公开", "text", 9),
    ("说明", "text", 24),
)
_SUMMED_PROJECTS = ("指标", "全年预算数（万元）")
_PROBLEMS: tuple[Column, ...] = (("序号", "count", 6), ("问题", "text", 110))


def write_index(
    path: Path,
    departments: Sequence[tuple[Contents, IssueOutcome]],
    problems: Sequence[str],
    before: Mapping[str, str],
) -> None:
    """Writes the index. before: fingerprints of the last run, kept for files that were left as they are.

    Raises OutputError where that fails.
    """
    try:
        write_out(path, lambda file: _write_book(file, departments, problems, before))
    except OutputError as error:
        raise type(error)(f"{error}各部门的工作簿已经写好。") from error


def _write_book(
    file: str,
    departments: Sequence[tuple[Contents, IssueOutcome]],
    problems: Sequence[str],
    before: Mapping[str, str],
) -> None:
    """Writes the workbook of the index to this file."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(
        file, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = {name: book.add_format({**_LETTERING, **look}) for name, look in _FORMATS.items()}
    rows = [_sent(number, *row, before) for number, row in enumerate(departments, 1)]
    _table(book.add_worksheet(SENT), _SENT, rows, formats, _SUMMED)
    items = [(contents, item) for contents, _ in departments for item in contents.items]
    rows = [_project(number, *row) for number, row in enumerate(items, 1)]
    _table(book.add_worksheet(PROJECTS), _PROJECTS, rows, formats, _SUMMED_PROJECTS)
    if problems:
        rows = [[number, text] for number, text in enumerate(problems, 1)]
        _table(book.add_worksheet(PROBLEMS), _PROBLEMS, rows, formats)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error  # the system's error, of which it is made


def known_files(path: Path) -> dict[str, str]:
    """The fingerprints, by name, of the files in the index of the last run; empty without a readable one."""
    from selfeval_xl.errors import UnreadableFile
    from selfeval_xl.readers.own_workbook import values_of

    if not path.is_file():
        return {}
    try:
        rows = values_of(path, SENT).rows.get(SENT, ())
    except UnreadableFile:
        return {}
    heads = [str(value) for value in rows[0]] if rows else []
    if "文件" not in heads or FINGERPRINT not in heads:
        return {}
    name, mark = heads.index("文件"), heads.index(FINGERPRINT)
    return {str(row[name]): str(row[mark]) for row in rows[1:] if row[name] and row[mark]}


def _sent(
    number: int, contents: Contents, outcome: IssueOutcome, before: Mapping[str, str]
) -> list[str | int | Decimal | None]:
    """The row of one department."""
    department, items = contents.department, contents.items
    sheets = [item for item in items if item.sheet]
    fingerprint = before.get(contents.file, "") if outcome.result in (KEPT, FAILED) else outcome.sha256
    return [
        number,
        department.section,
        department.code,
        department.name,
        department.contact,
        department.phone,
        department.deadline,
        layouts.label(contents.layout, contents.stage),
        contents.file,
        "" if outcome.result == FAILED else contents.file,
        len(sheets),
        contents.targets,
        len(items) - len(sheets),
        sum(bool(item.public) for item in items),
        _budget(sheets),
        outcome.result,
        outcome.why,
        fingerprint,
    ]


def _budget(items: Sequence[IndexItem]) -> Decimal | None:
    """The sum of the annual budgets in 万元; None where none is given."""
    amounts = [item.annual_budget for item in items if item.annual_budget is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def _project(number: int, contents: Contents, item: IndexItem) -> list[str | int | Decimal | None]:
    """The row of one project."""
    department = contents.department
    return [
        number,
        department.section,
        department.code,
        department.name,
        item.code,
        item.name,
        item.unit,
        item.status,
        item.sheet,
        item.targets if item.sheet else None,
        item.targets_from if item.sheet else "",
        item.annual_budget,
        item.public,
        item.why,
    ]


def _table(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    formats: Mapping[str, Format],
    summed: Sequence[str] = (),
) -> None:
    """Writes a table with a frozen head row and a filter; totals below it for the columns `summed`."""
    for column, (label, kind, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, label, formats["head"])
        for number, row in enumerate(rows, 1):
            _cell(sheet, number, column, row[column], formats[kind], kind)
    sheet.freeze_panes(1, 4 if len(columns) > 4 else 0)
    if not rows:
        return
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    _print_set_up(sheet, len(rows) + 1, [width for _, kind, width in columns if kind != "mark"])
    for column, (label, kind, _) in enumerate(columns):
        if label in summed:
            letter = chr(65 + column)
            total = sum((Decimal(str(row[column])) for row in rows if row[column] is not None), Decimal(0))
            sheet.write_formula(
                len(rows) + 1,
                column,
                f"=SUBTOTAL(109,{letter}2:{letter}{len(rows) + 1})",
                formats[kind],
                float(total),
            )
    if summed:
        sheet.write_string(len(rows) + 1, 0, "合计", formats["text"])


def _print_set_up(sheet: Worksheet, last: int, widths: Sequence[float]) -> None:
    """Sets A4, one page wide, without the fingerprints at the right end, which only the program reads."""
    sheet.set_paper(9)
    if sum(widths) > 100:
        sheet.set_landscape()
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.print_area(0, 0, last, len(widths) - 1)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&9第 &P 页 共 &N 页")


def _cell(sheet: Worksheet, row: int, column: int, value: object, look: Format, kind: str) -> None:
    """Writes one cell. kind: the name of its format."""
    if value in (None, ""):
        sheet.write_blank(row, column, None, look)
    elif kind == "link":
        _link(sheet, row, column, str(value), look)
    elif isinstance(value, (int, Decimal)):
        sheet.write_number(row, column, float(value), look)
    else:
        sheet.write_string(row, column, str(value), look)


def _link(sheet: Worksheet, row: int, column: int, name: str, look: Format) -> None:
    """Writes a link to the file beside the index."""
    formula = link_formula("", name, None, None)
    if formula:
        sheet.write_formula(row, column, f"={formula}", look, OPEN_FILE)
    else:
        sheet.write_blank(row, column, None, look)
