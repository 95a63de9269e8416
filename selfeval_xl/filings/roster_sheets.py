"""The columns of the roster workbook's sheets, and the writing of an empty roster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.files import write_out
from selfeval_xl.model.money import AMOUNTS

if TYPE_CHECKING:
    import xlsxwriter

# Sheet, its columns in order: key and label. Names and order are an agreement with the bureau.
SHEETS: dict[str, tuple[tuple[str, str], ...]] = {
    "单位名册": (
        ("code", "部门编码"),
        ("name", "部门名称"),
        ("aliases", "别名"),
        ("parent", "上级部门编码"),
        ("section", "归口股室"),
        ("contact", "联系人"),
        ("phone", "联系电话"),
        ("deadline", "报送截止日期"),
        ("layout", "表式"),
        ("confirm", "负责人确认"),
    ),
    "项目": (
        ("department", "部门编码"),
        ("unit", "实施单位"),
        ("code", "项目编码"),
        ("name", "项目名称"),
        ("category", "项目类别"),
        ("source", "资金来源"),
        ("initial_budget", "年初预算数"),
        ("annual_budget", "全年预算数"),
        ("executed", "全年执行数"),
        ("money_unit", "金额单位"),
        ("exempt", "是否免评"),
        ("public", "是否公开"),
        ("private_reason", "不公开理由"),
    ),
    "绩效目标": (
        ("project", "项目编码"),
        ("level1", "一级指标"),
        ("level2", "二级指标"),
        ("name", "三级指标"),
        ("target", "年度指标值"),
        ("points", "分值"),
        ("last_target", "上年指标值"),
        ("last_actual", "上年完成值"),
    ),
    "采用版本": (("file", "文件名或指纹"), ("choice", "采用／不采用"), ("why", "理由")),
}
_WIDE = ("name", "unit", "file", "why", "private_reason")
_YES_OR_NO = ("是", "否")
_LOOK = {"font_name": "宋体", "font_size": 11}
_HEAD_LOOK = {"bold": True, **_LOOK, "bg_color": "#DDEBF7", "border": 1, "align": "center", "text_wrap": True}
_LAST_ROW = 2000  # last row with drop-down lists


def blank_roster(out: str | Path) -> Path:
    """Writes the empty roster workbook and returns its path; codes are text there.

    Raises OutputError.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    def write(temporary: str) -> None:
        book = xlsxwriter.Workbook(
            temporary, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        _write_sheets(book)
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error  # the system's error, of which it is made

    out = Path(out)
    write_out(out, write)
    return out


def _write_sheets(book: xlsxwriter.Workbook) -> None:
    """Adds the four sheets: heads, formats of the columns, drop-down lists where there is a choice."""
    from selfeval_xl import layouts

    text = book.add_format({"num_format": "@", **_LOOK})
    amount = book.add_format({"num_format": "#,##0.00", **_LOOK})
    head = book.add_format(_HEAD_LOOK)
    choices = {
        "layout": layouts.labels(),
        "exempt": _YES_OR_NO,
        "public": _YES_OR_NO,
        "confirm": _YES_OR_NO,
        "choice": ("采用", "不采用"),
        "money_unit": ("万元", "元"),
    }
    for title, columns in SHEETS.items():
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for number, (key, label) in enumerate(columns):
            sheet.set_column(number, number, 26 if key in _WIDE else 15, amount if key in AMOUNTS else text)
            sheet.write_string(0, number, label, head)
            if key in choices:
                options = {"validate": "list", "source": list(choices[key])}
                sheet.data_validation(1, number, _LAST_ROW, number, options)
