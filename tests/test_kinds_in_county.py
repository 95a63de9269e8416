"""A county whose departments each send another kind of file: all are received, counted and matched."""

from __future__ import annotations

import docx
import pytest
import xlsxwriter

from selfeval_xl import layouts
from selfeval_xl.county import consolidate
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.workbook import Page, write_book
from support.fillings import filling
from support.rosters import department, project, write_roster
from support.season import rows_of
from support.text_workbooks import by_row, separated, shown, table_tags, xml_workbook

LAYOUT = layouts.load("mof-2020", "project")
CODE = "2205242400000000123{}"  # 20 digits; as a number the last ones are lost


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


def with_number(path, drawing) -> None:
    """An xlsx with a line for the project's code, typed as a number."""
    book = xlsxwriter.Workbook(path.with_suffix(".xlsx"))
    sheet = book.add_worksheet("自评表")
    for row, line in by_row(drawing).items():
        for cell in line:
            sheet.write_string(row + (row > 2), cell.area.left, shown(cell))
    sheet.write(3, 0, "项目编码")
    sheet.write(3, 1, float(CODE.format("5") + "0"))
    book.close()


WRITERS = (as_xlsx, as_docx, as_page, as_xml, as_csv, with_number)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The county workbook of one file of each kind, and a file that nobody can read."""
    folder = tmp_path_factory.mktemp("kinds")
    received = folder / "收到"
    received.mkdir()
    for number, write in enumerate(WRITERS):
        data = filling(LAYOUT) | {"project": f"公路养护{number}期", "department": f"示例县第{number}局"}
        data["unit"] = data["department"]
        write(received / f"{number}号", draw(LAYOUT, data, 2024))
    (received / "网页.mht").write_bytes(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
    roster = write_roster(
        folder / "名册.xlsx",
        单位名册=[department(f"10{number}", f"示例县第{number}局") for number in range(len(WRITERS))],
        项目=[
            project(CODE.format(f"{number}0"), f"10{number}", f"公路养护{number}期")
            for number in range(len(WRITERS))
        ],
    )
    out = folder / "全县.xlsx"
    return consolidate(received, out, roster=roster), out


def test_every_file_is_taken_and_the_balance_holds(county):
    done, out = county
    results = {row["文件名"]: row["处理结果"] for row in rows_of(out, "收件核对")}
    assert len(results) == len(WRITERS) + 1
    assert [name for name, result in results.items() if result != "采用"] == ["网页.mht"]
    assert results["网页.mht"] == "无法读取"


def test_no_project_is_missing_and_none_is_beside_the_roster(county):
    _, out = county
    rules = [row["规则编号"] for row in rows_of(out, "审核问题")]
    assert not {"X10", "X11"} & set(rules) and rules.count("T11") == 1
    projects = {row["项目名称"]: row["项目编码"] for row in rows_of(out, "项目汇总") if row["项目名称"]}
    assert {f"公路养护{n}期": CODE.format(f"{n}0") for n in range(len(WRITERS))}.items() <= projects.items()
