"""A small form of another program with what a copy has to carry along: notes, names, colours, drawings."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

ROWS = (
    ("项目支出绩效自评表",),
    ("项目名称", "道路养护"),
    ("实施单位", "示例县交通局"),
    ("项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
    ("", "年度资金总额", 100, 100, 90, 10, 0.8, 9),
    ("年度总体目标", "完成道路养护30公里", "", "完成20公里"),
    (
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因及改进措施",
    ),
    ("产出指标", "数量指标", "养护里程", "≥30公里", "20公里", 50, 50, ""),
    ("效益指标", "社会效益指标", "出行便利", "≥90%", "95%", 40, 40, ""),
    ("总分", "", "", "", "", 100, 99, ""),
)


def dressed_form(path: Path) -> Path:
    """Writes the form on the first of two sheets."""
    book = xlsxwriter.Workbook(str(path))
    sheet, other = book.add_worksheet("自评表"), book.add_worksheet("别的")
    look = {"border": 1, "text_wrap": True, "font_size": 12}
    plain = book.add_format(look | {"num_format": '0.00"元"', "bg_color": "#FFEEDD", "bold": True})
    shaded = book.add_format({"num_format": "0.00%", "pattern": 5, "fg_color": "#112233"})
    for row, values in enumerate(ROWS):
        for column, value in enumerate(values):
            sheet.write(row, column, value, shaded if column == 6 else plain)
    sheet.write_formula("G10", "=SUM(G8:G9)+9", plain, 99)
    sheet.write_comment("E8", "核一下")
    sheet.conditional_format(
        "E8:E9",
        {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format({"bg_color": "#FFFF00"})},
    )
    sheet.print_area("A1:H11")
    sheet.set_column("A:B", 14)
    sheet.set_row(5, 40)
    sheet.insert_textbox("J3", "印章")
    book.define_name("总额", "=自评表!$F$10")
    book.define_name("自评表!局部", "=自评表!$F$9")
    other.write_formula("A1", "=自评表!G10", plain, 99)
    other.print_area("A1:B2")
    book.close()
    return path
