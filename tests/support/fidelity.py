"""A workbook with everything in it that a person can put there and a program may lose."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

FORM, CHOICES, HIDDEN, OTHER = "项目01", "选项", "底稿", "别的表"
NOTE = "这一格我问过财政局，张三"


def seal() -> io.BytesIO:
    """A red square as PNG, standing for a seal."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = 40
    rows = b"".join(b"\0" + bytes((200, 30, 30)) * size for _ in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def build(path: Path) -> Path:
    """Writes the workbook, with macros where the name ends with .xlsm."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    form, choices, hidden, other = (book.add_worksheet(name) for name in (FORM, CHOICES, HIDDEN, OTHER))
    hidden.hide()
    framed = book.add_format(
        {
            "border": 1,
            "border_color": "#1F4E79",
            "font_name": "仿宋",
            "font_size": 12,
            "text_wrap": True,
            "align": "center",
            "locked": False,
        }
    )
    yellow = book.add_format({"border": 2, "bg_color": "#FFFF00", "num_format": "0.00"})
    percent = book.add_format({"border": 1, "num_format": "0.00%"})
    red = book.add_format({"bold": True, "font_color": "red"})
    form.merge_range("A1:G1", "项目支出绩效自评表", framed)
    form.write_row(
        "A11",
        [
            "绩效指标",
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            "实际完成值",
            "偏差原因分析及改进措施",
        ],
        framed,
    )
    for column, number in zip("DEF", (132.71, 57.04, 56.96)):
        form.write_number(f"{column}5", number, yellow)
    form.write_formula("G5", "F5/E5", percent, 0.9985974754558206)
    form.write_blank("G6", None, percent)
    form.write_string("D12", "视频互联互通年租金", framed)
    form.write_string("E12", ">=149040元", framed)
    form.write_string("F12", "0元", framed)
    form.write_blank("G12", None, framed)
    form.write_rich_string("D13", "费用", red, "（重要）", "合计")
    form.write_string("E13", "=30000元", framed)
    form.insert_image("A16", "seal.png", {"image_data": seal()})
    form.insert_textbox("D16", "（盖章处）")
    form.data_validation("B3", {"validate": "list", "source": f"={CHOICES}!$A$1:$A$3"})
    form.write_comment("F12", NOTE, {"author": "张三"})
    form.conditional_format(
        "D5:F8",
        {"type": "cell", "criteria": ">", "value": 100, "format": book.add_format({"bg_color": "#FFC7CE"})},
    )
    form.conditional_format("D9:D10", {"type": "data_bar", "data_bar_2010": True})
    form.repeat_rows(0)
    form.set_landscape()
    form.set_paper(9)
    form.fit_to_pages(1, 0)
    form.set_footer("&C第&P页")
    form.set_column("A:G", 14)
    form.freeze_panes(1, 0)
    choices.write_column("A1", ["甲", "乙", "丙"])
    hidden.write_column("A1", [1, 2])
    hidden.write_formula("B1", "SUM(A1:A2)", None, 3)
    other.write_formula("A1", f"{FORM}!G5*100", None, 99.85974754558206)
    other.insert_button("B2", {"caption": "按钮"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"={FORM}!$D$5:$F$5"})
    other.insert_chart("D2", chart)
    book.define_name("名单", f"={CHOICES}!$A$1:$A$3")
    if path.suffix == ".xlsm":
        book.add_vba_project(
            io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"macros" * 300), is_stream=True
        )
    book.close()
    return path
