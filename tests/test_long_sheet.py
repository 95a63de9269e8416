"""Rows written straight to XML are, cell by cell, what XlsxWriter would have written; long tables go on on a
second sheet.
"""

from __future__ import annotations

from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlsxwriter

from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.sheets.columns import HAND, LINK
from selfeval_xl.county.tables import SHEETS, build
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.formulas import WorkbookFormulas
from selfeval_xl.county.workbook.package import pack, sheet_part
from selfeval_xl.county.workbook.row_xml import MARK, clean, rows_as_xml
from selfeval_xl.county.workbook.writer import OPTIONS, write
from support.county_files import form, material, published, received

TEXTS = (
    "=30000元",
    " 前后有空格 ",
    "两\n行",
    "a&b<c>d\"e'f",
    "_x000A_",
    "表\t格",
    "\x07响铃",
    "长" * 40_000,
    "😀",
    "0012",
    "1E5",
    "+1",
    "<w>",
)


FILES = [
    received(
        f"{number}.xlsx",
        form("", f"{text[:50]}{number}", department=("甲局", "乙局")[number % 2], total_score="91.25"),
    )
    for number, text in enumerate(TEXTS)
]


def plainly(path, book):
    """The same rows by XlsxWriter itself."""
    file = xlsxwriter.Workbook(str(path), OPTIONS)
    formats = Formats(file)
    for sheet in book.sheets.values():
        page = file.add_worksheet(sheet.title)
        for number, column in enumerate(sheet.columns):
            look = formats.column(column.format, column.kind == HAND)
            for line, row in enumerate(book.tables[sheet.key].rows(), 1):
                value = row.get(column.key)
                if column.kind == LINK:
                    continue
                if column.live and value != "—":
                    page.write_formula(
                        line,
                        number,
                        "=" + book.expand(column.live.text, sheet.key, line),
                        look,
                        "" if value is None else value if isinstance(value, str) else float(value),
                    )
                elif isinstance(value, str) and value:
                    page.write_string(line, number, clean(value), look)
                elif value not in (None, ""):
                    page.write_number(line, number, float(value), look)
    file.close()


def looks(cell):
    return (
        cell.number_format,
        cell.font.name,
        cell.font.b,
        cell.font.color.rgb if cell.font.color else None,
        cell.alignment.wrap_text,
        cell.alignment.horizontal,
        cell.alignment.vertical,
        cell.fill.fgColor.rgb,
    )


@pytest.mark.parametrize("values", [False, True], ids=["formulas", "values"])
def test_both_ways_of_writing_are_equal_cell_by_cell(tmp_path, values):
    book = WorkbookFormulas(SHEETS, build(material(*FILES)))
    for rows in book.tables.values():
        for number, row in enumerate(rows.rows()):
            row |= {
                "message": TEXTS[number % len(TEXTS)],
                "note": TEXTS[number % len(TEXTS)],
                "score": (None, Decimal("1E+3"), Decimal("0.1"))[number % 3],
            }
    write(
        tmp_path / "快.xlsx",
        book,
        "标题",
        "",
        lambda page, formats, chart: None,
        lambda page, formats, line: None,
    )
    plainly(tmp_path / "慢.xlsx", book)
    fast, slow = (
        openpyxl.load_workbook(tmp_path / name, data_only=values) for name in ("快.xlsx", "慢.xlsx")
    )
    compared = 0
    for sheet in SHEETS:
        hyperlink = {number for number, column in enumerate(sheet.columns, 1) if column.kind == LINK}
        for line in range(2, len(book.tables[sheet.key]) + 2):
            for number in range(1, len(sheet.columns) + 1):
                one, other = fast[sheet.title].cell(line, number), slow[sheet.title].cell(line, number)
                if number in hyperlink or other.value is None and one.value in (None, ""):
                    continue
                told = (
                    one.value.replace("_x005F_", "_") if isinstance(one.value, str) else one.value
                )  # openpyxl takes the escape off shared texts only
                assert (told, one.data_type, looks(one)) == (other.value, other.data_type, looks(other)), (
                    sheet.title,
                    one.coordinate,
                )
                compared += 1
    assert compared > 1500


def test_a_row_without_values_is_an_empty_row():
    class Look:
        def _get_xf_index(self):
            return 7

    class Looks:
        def column(self, *args):
            return Look()

    sheet = SHEETS[-1]
    assert "".join(
        rows_as_xml(
            sheet,
            [(None,) * len(sheet.columns), (3, "a<b", *[None] * (len(sheet.columns) - 2))],
            WorkbookFormulas(SHEETS, {sheet.key: []}),
            Looks(),
            "",
            frozenset(),
            {},
        )
    ) == (
        '<row r="2"></row><row r="3"><c r="A3" s="7"><v>3</v></c><c r="B3" s="7" '
        't="inlineStr"><is><t>a&lt;b</t></is></c></row>'
    )


@pytest.fixture(scope="module")
def torn(tmp_path_factory):
    """A county on worksheets of at most 12 rows, and the same on one each."""
    place = tmp_path_factory.mktemp("long")
    return published(place / "短.xlsx", *FILES, most_rows=12), published(place / "长.xlsx", *FILES)


def test_a_long_table_goes_on_on_a_second_sheet_and_nothing_is_lost(torn):
    short, long = (openpyxl.load_workbook(county.out, data_only=True) for county in torn)
    parts = [name for name in short.sheetnames if name.startswith("指标明细")]
    assert parts[:3] == ["指标明细", "指标明细（2）", "指标明细（3）"] and [
        name for name in long.sheetnames if name.startswith("指标明细")
    ] == ["指标明细"]

    def rows(book, names):
        return [
            [cell.value for cell in row]
            for name in names
            for row in book[name].iter_rows(min_row=2)
            if isinstance(row[0].value, int)
        ]

    assert rows(short, parts) == rows(long, ["指标明细"]) and all(
        short[name].max_row <= 14 and short[name].auto_filter.ref for name in parts
    )


def test_the_front_page_adds_the_sheets_up(torn, assert_formulas_agree, assert_valid_ooxml):
    short, long = (
        [
            [cell.value for cell in row]
            for row in openpyxl.load_workbook(county.out, data_only=True)["总览"].iter_rows()
        ]
        for county in torn
    )
    assert short == long
    assert_formulas_agree(torn[0].out)
    assert_valid_ooxml(torn[0].out)


def test_words_on_a_second_sheet_come_back(torn):
    book = openpyxl.load_workbook(torn[0].out)
    sheet = book["偏差清单（2）"]
    sheet.cell(2, next(cell.column for cell in sheet[1] if cell.value == "备注")).value = "请核实"
    out = torn[0].out.with_name("改.xlsx")
    book.save(out)
    again = published(out, *FILES, old=read_written(out, SHEETS), most_rows=12)
    assert (again.carried, again.lost) == (1, 0)


def packed(tmp_path, rows, target=None):
    """A workbook with one long sheet: its head, then these pieces."""
    skeleton = tmp_path / "a.xlsx"
    with ZipFile(skeleton, "w", ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", f"<sheetData>{MARK}</sheetData>")
        file.writestr("xl/styles.xml", "<styleSheet/>")
    pack(skeleton, target or tmp_path / "b.xlsx", {sheet_part(0): (len(rows), iter(rows))})
    with ZipFile(tmp_path / "b.xlsx") as file:
        assert file.testzip() is None and file.namelist() == ["xl/worksheets/sheet1.xml", "xl/styles.xml"]
        return file.read("xl/worksheets/sheet1.xml").decode()


def test_rows_stand_in_the_place_of_the_mark(tmp_path):
    assert packed(tmp_path, []) == "<sheetData></sheetData>"
    many = [f'<row r="{number}"/>' * 50 for number in range(400)]
    assert packed(tmp_path, many) == f"<sheetData>{''.join(many)}</sheetData>"


def test_what_goes_wrong_while_rows_are_made_or_packed_is_raised(tmp_path, monkeypatch):
    def failing():
        yield "<row/>"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pack_of = {sheet_part(0): (2, failing())}
        packed(tmp_path, [])
        pack(tmp_path / "a.xlsx", tmp_path / "c.xlsx", pack_of)

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zipfile._ZipWriteFile.write", full)
    with pytest.raises(OSError, match="No space"):
        packed(tmp_path, ["<row/>"] * 100)
