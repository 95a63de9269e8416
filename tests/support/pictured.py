"""A form in which one reason is due, and pictures in its cells as WPS, Excel and Word keep them."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

import docx
import xlsxwriter

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import position
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.xlsb import records
from selfeval_xl.rules.runner import check
from support.workbooks import parts

SHEET = "xl/worksheets/sheet1.xml"
FILES = Path(__file__).parents[1] / "files"
IDENTITY = "ID_5F2C88B1A0D94E6BBF0E3C77D2A1E904"
DISPIMG = f'DISPIMG("{IDENTITY}",1)'
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005"
    "0001ffa70ae0b30000000049454e44ae426082"
)
ROWS = [
    ["项目支出绩效自评表"],
    ["项目名称", "村级道路养护", "年度", "2024"],
    ["主管部门", "某县交通运输局", "实施单位", "某县公路段"],
    ["资金（万元）", "年初预算数", "全年预算数", "全年执行数", "执行率", "分值", "得分"],
    ["年度资金总额", "60", "60", "60", "100%", "10", "10"],
    [
        "一级指标",
        "二级指标",
        "三级指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ],
    ["产出指标", "数量指标", "养护里程", "≥80公里", "85公里", "30", "30", ""],
    ["产出指标", "质量指标", "路面完好率", "≥95%", "88%", "20", "18.5", ""],
    ["效益指标", "社会效益指标", "受益村庄", "≥12个", "12个", "30", "30", ""],
    ["满意度指标", "满意度指标", "群众满意度", "≥90%", "93%", "10", "10", ""],
]
LENGTH, UNMET, SATISFIED = "E7", "H8", "E10"  # a completed value, a due reason, another completed value
A_DUE_REASON = "“路面完好率”指标值“≥95%”，实际完成“88%”（完成率92.63%），未完成，也没有说明原因。"
IS_PICTURE = "格子里是一张图片，图片不算说明，请把原因写成文字。"


def workbook(path: Path, changes: dict[str, str] | None = None, add=None) -> Path:
    """The form as a workbook. changes: texts by cell. add: called with the worksheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("自评")
        for row, cells in enumerate(ROWS):
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(row, column, text)
        for cell, text in (changes or {}).items():
            sheet.write_string(*position(cell), text)
        if add:
            add(sheet)
    return path


def patched(path: Path, replaced: dict[str, str]) -> Path:
    """The same workbook with other XML for some cells, by name: what follows `<c r="E7"`."""
    sheet = parts(path)[SHEET].decode()
    for cell, xml in replaced.items():
        element = f'<c r="{cell}"{xml}'
        before, found, after = sheet.partition(f'<c r="{cell}"')
        if found:
            sheet = before + element + re.sub(r"^[^>]*?(?:/>|>.*?</c>)", "", after)
        else:
            before, row, after = sheet.partition(f'<row r="{cell.strip("ABCDEFGH")}"')
            sheet = before + row + after.replace("</row>", f"{element}</row>", 1)
    return with_parts(path, {SHEET: sheet.encode()})


def with_parts(path: Path, changed: dict[str, bytes]) -> Path:
    """The same package with other parts."""
    found = parts(path) | changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in found.items():
            archive.writestr(name, part)
    return path


def by_wps(*cells: str) -> dict[str, str]:
    """The XML that WPS writes for pictures in these cells."""
    quoted = DISPIMG.replace('"', "&quot;")
    return dict.fromkeys(cells, f' t="str"><f>_xlfn.{quoted}</f><v>={quoted}</v></c>')


def only(path: Path) -> Form:
    """The one form of a file."""
    (form,) = read_file(path).forms
    return form


def findings(path: Path) -> list[tuple[str, str | None, str]]:
    """Rule, cell and message of the findings of a file."""
    file = read_file(path)
    return [(each.rule, each.cell, each.message) for each in check(gather([file]), files=[file])]


def embedded(path: Path, *cells: str, image: bool = False) -> Path:
    """The form with pictures of Excel's in these cells; `image`: those of the function IMAGE."""
    picture = path.with_suffix(".png")
    picture.write_bytes(PICTURE)
    workbook(path, add=lambda sheet: [sheet.embed_image(cell, str(picture)) for cell in cells])
    if not image:
        return path
    return patched(
        path,
        dict.fromkeys(cells, ' t="e" vm="1"><f>_xlfn.IMAGE("https://a.cn/b.png")</f><v>#VALUE!</v></c>'),
    )


def record(kind: int, data: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary(path: Path, cell: str, replaced: bytes, others: dict[str, bytes] | None = None) -> Path:
    """files/filled.xlsb with other records in place of a cell of 项目01, and more parts."""
    found, row = parts(FILES / "filled.xlsb"), -1
    sheet = b""
    for kind, data in records(found["xl/worksheets/sheet2.bin"]):
        row = struct.unpack_from("<I", data)[0] if kind == 0 else row
        here = 0 < kind < 12 and (row, struct.unpack_from("<I", data)[0]) == position(cell)
        sheet += replaced if here else record(kind, data)
    found |= {"xl/worksheets/sheet2.bin": sheet, **(others or {})}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in found.items():
            archive.writestr(name, part)
    return path


BOX = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
    "<w:txbxContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:txbxContent>"
    "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def document(path: Path, change) -> Path:
    """The form as a table of a Word document, after change(document, table)."""
    made = docx.Document()
    table = made.add_table(len(ROWS), 8)
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    change(made, table)
    made.save(path)
    return path
