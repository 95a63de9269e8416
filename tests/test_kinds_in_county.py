"""A county whose departments each send another kind of file: all are received, counted and matched."""

from __future__ import annotations

import re
import zipfile

import docx
import openpyxl
import pytest
import xlsxwriter

from selfeval_xl import layouts
from selfeval_xl.county import consolidate
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.workbook import Page, write_book
from support.encrypted import agile
from support.fillings import filling
from support.rosters import department, project, write_roster
from support.season import rows_of
from support.text_workbooks import by_row, separated, shown, table_tags, xml_workbook

LAYOUT = layouts.load("mof-2020", "project")
CODE = "2205242400000000123{}"  # 21 digits; as a number the last ones are lost


def as_xlsx(path, drawing) -> None:
    write_book(path.with_suffix(".xlsx"), [Page("自评表", drawing)], {})


def as_docx(path, drawing) -> None:
    document = docx.Document()
    document.add_paragraph("（2024年度）")
    rows = by_row(drawing)
    table = document.add_table(len(rows), max(cell.area.right for cell in drawing.cells) + 1)
    cells = [row.cells for row in table.rows]
    for line in rows.values():
        for cell in line:
            corner = cells[cell.area.top][cell.area.left]
            if (cell.area.top, cell.area.left) != (cell.area.bottom, cell.area.right):
                corner = corner.merge(cells[cell.area.bottom][cell.area.right])
            corner.text = shown(cell)
    document.save(path.with_suffix(".docx"))


def as_page(path, drawing) -> None:
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body>'
    path.with_suffix(".xls").write_bytes(f"{head}{table_tags(drawing)}</body></html>".encode("gbk"))


def as_xml(path, drawing) -> None:
    path.with_suffix(".xls").write_text(xml_workbook(drawing, "自评表"), "utf-8")


def as_csv(path, drawing) -> None:
    path.with_suffix(".csv").write_bytes(separated(drawing).encode("gbk"))


def as_text_of_a_script(path, drawing) -> None:
    """A table in UTF-16 whose rows end with their last value."""
    lines = [line.rstrip("\t") for line in separated(drawing, "\t").splitlines()]
    path.with_suffix(".tsv").write_bytes("\r\n".join(lines).encode("utf-16"))


def as_page_with_boxes(path, drawing) -> None:
    """The page on which the form was typed in, in UTF-8 behind empty lines."""
    page = re.sub(r"(<td[^>]*>)([^<]*\d[^<]*)(</td>)", r'\1<input value="\2">\3', table_tags(drawing))
    path.with_suffix(".xls").write_text("\n" * 2500 + f"<form>{page}</form>", "utf-8")


def with_number(path, drawing) -> None:
    """An xlsx with a line for the project's code, typed as a number."""
    book = xlsxwriter.Workbook(path.with_suffix(".xlsx"))
    sheet = book.add_worksheet("自评表")
    for row, line in by_row(drawing).items():
        for cell in line:
            sheet.write_string(row + (row > 2), cell.area.left, shown(cell))
    sheet.write(3, 0, "项目编码")
    sheet.write(3, 1, float(CODE.format("05")))
    book.close()


def with_default_password(path, drawing) -> None:
    """An xlsx under the password that Excel itself gives and asks nobody for."""
    as_xlsx(path, drawing)
    plain = path.with_suffix(".xlsx")
    plain.write_bytes(agile(plain.read_bytes()))


def in_archive(path, drawing) -> None:
    as_page(path, drawing)
    page = path.with_suffix(".xls")
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.write(page, page.name)
    page.unlink()


WRITERS = (
    as_xlsx,
    as_docx,
    as_page,
    as_xml,
    as_csv,
    with_number,
    with_default_password,
    in_archive,
    as_text_of_a_script,
    as_page_with_boxes,
)
CONVERTED = ("xls", "ods")  # by LibreOffice
DEPARTMENTS = len(WRITERS) + len(CONVERTED)
BESIDE = {  # what else lies in a folder: its bytes and what becomes of it
    "网页.mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "无法读取"),
    "盖章件.pdf": (b"%PDF-1.4\n%%EOF", "附件"),
    "照片.jpg": (b"\xff\xd8\xff\xe0" + b"\0" * 100, "附件"),
    "打包.rar": (b"Rar!\x1a\x07\x01\0" + b"x" * 50, "无法读取"),
    "空.xlsx": (b"", "无法读取"),
    "说明.txt": ("请查收。".encode(), "非自评材料"),
    "监控.csv": (
        "2024年项目支出绩效运行监控表,,\n项目名称,养路,\n一级指标,二级指标,年度指标值\n".encode(),
        "其他绩效表",
    ),
}


@pytest.fixture(scope="module")
def county(tmp_path_factory, libreoffice):
    """The county workbook of one file of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    received = folder / "收到"
    received.mkdir()
    for number, write in enumerate((*WRITERS, *[as_xlsx] * len(CONVERTED))):
        data = filling(LAYOUT) | {"project": f"公路养护{number}期", "department": f"示例县第{number}局"}
        data["unit"] = data["department"]
        write(received / f"{number}号", draw(LAYOUT, data, 2024))
    for number, kind in enumerate(CONVERTED, len(WRITERS)):
        libreoffice.convert(received / f"{number}号.xlsx", kind, received)
        (received / f"{number}号.xlsx").unlink()
    for name, (data, _) in BESIDE.items():
        (received / name).write_bytes(data)
    roster = write_roster(
        folder / "名册.xlsx",
        单位名册=[department(f"{100 + number}", f"示例县第{number}局") for number in range(DEPARTMENTS)],
        项目=[
            project(CODE.format(f"{number:02}"), f"{100 + number}", f"公路养护{number}期")
            for number in range(DEPARTMENTS)
        ],
    )
    out = folder / "全县.xlsx"
    return consolidate(received, out, roster=roster), out


def test_every_file_is_taken_or_said_and_the_balance_holds(county):
    _, out = county
    results = {row["文件名"]: row["处理结果"] for row in rows_of(out, "收件核对")}
    assert {name: results.pop(name) for name in BESIDE} == {
        name: result for name, (_, result) in BESIDE.items()
    }
    results.pop("7号.zip", None)
    assert len(results) == DEPARTMENTS and set(results.values()) == {"采用"}
    texts = [cell.value for row in openpyxl.load_workbook(out, data_only=True)["收件核对"] for cell in row]
    assert "相符" in texts and "不符" not in texts


def test_no_project_is_missing_and_none_is_beside_the_roster(county):
    _, out = county
    rules = [row["规则编号"] for row in rows_of(out, "审核问题")]
    assert not {"X10", "X11"} & set(rules) and rules.count("T11") == 1
    projects = {row["项目名称"]: row["项目编码"] for row in rows_of(out, "项目汇总") if row["项目名称"]}
    assert {f"公路养护{n}期": CODE.format(f"{n:02}") for n in range(DEPARTMENTS)}.items() <= projects.items()
