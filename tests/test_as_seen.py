"""A form is read as a person sees it, also where formats, fonts and invisible signs stand between."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
import xlsxwriter
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl.styles import Font, PatternFill

from selfeval_xl import layouts
from selfeval_xl.addin.buttons.amounts import wan_edits
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.model.text import seen
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.cell_looks import without_symbol_fonts
from selfeval_xl.readers.formats.sheet_xml import formulas_in
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.readers.formats.xlsb import records
from selfeval_xl.rules.runner import check
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.workbook import Page, write_book
from selfeval_xl.workflows.marking.marks import mark
from selfeval_xl.workflows.publishing.forms import public_form
from support.fillings import filling

LAYOUT = layouts.load("mof-2020")
FILES = Path(__file__).parent / "files"


@pytest.fixture
def path(tmp_path) -> Path:
    """A filled form of mof-2020: money in rows 8 to 11, indicators below."""
    write_book(tmp_path / "表.xlsx", [Page("自评表", draw(LAYOUT, filling(LAYOUT), 2024))], {})
    return tmp_path / "表.xlsx"


def changed(path: Path, change) -> Path:
    """The workbook after a change of its first sheet by openpyxl, values instead of formulas."""
    book = openpyxl.load_workbook(path)
    shown = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("=") and cell.data_type == "f":
                cell.value = shown[cell.coordinate].value
    change(sheet)
    book.save(path)
    return path


def cell_of(form, name: str, key: str) -> str:
    """The cell of a field of the indicator with this name."""
    return next(row.cells[key] for row in form.indicators if row.name == name)


def amounts(path: Path) -> list[tuple[str | None, ...]]:
    """The amounts of the first form in a file."""
    form = read_file(path).forms[0]
    return [(line.initial_budget, line.annual_budget, line.executed) for line in form.funding]


def money_cells(path: Path) -> list[str]:
    """The cells of the amounts of the first form in a file."""
    keys = ("initial_budget", "annual_budget", "executed")
    return [line.cells[key] for line in read_file(path).forms[0].funding for key in keys]


@pytest.mark.parametrize(
    "number_format, factor",
    [("0\\.0,", 10_000), ('0!.0,"万元"', 10_000), ("#,##0.00,", 1000), ('0.00"万元"', 1)],
)
def test_an_amount_is_the_one_on_display(path, number_format, factor):
    before, cells = amounts(path), money_cells(path)

    def scale(sheet):
        for cell in cells:
            if isinstance(sheet[cell].value, (int, float)):
                sheet[cell].value = round(sheet[cell].value * factor, 6)
                sheet[cell].number_format = number_format

    changed(path, scale)
    digits = 1 if ".0," in number_format else 2
    for want, got in zip(before, amounts(path), strict=True):
        for number, text in zip(want, got, strict=True):
            assert number == text or abs(float(number) - float(text)) <= 0.5 * 10**-digits + 1e-9
    assert not [finding for finding in check(gather([read_file(path)])) if finding.rule == "F07"]


def test_amounts_that_are_only_grouped_stay_as_typed(path):
    before, cells = amounts(path), money_cells(path)

    def group(sheet):
        for cell in cells:
            sheet[cell].number_format = '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ '

    assert amounts(changed(path, group)) == before


def test_words_of_a_format_belong_to_the_value(path):
    row = read_file(path).forms[0].indicators[0]

    def word(sheet):
        sheet[row.cells["target"]].value, sheet[row.cells["actual"]].value = 45, 50
        sheet[row.cells["target"]].number_format = '"不少于"0"场"'
        sheet[row.cells["actual"]].number_format = '[>=10]0"场";"仅"0"场"'

    read = read_file(changed(path, word)).forms[0].indicators[0]
    assert (read.target, read.actual) == ("不少于45场", "50场")


def test_a_month_is_not_read_as_its_first_day(path):
    row = read_file(path).forms[0].indicators[3]

    def month(sheet):
        sheet[row.cells["target"]].value = 45627
        sheet[row.cells["target"]].number_format = 'yyyy"年"m"月";@'

    assert read_file(changed(path, month)).forms[0].indicators[3].target == "2024年12月"


def test_signs_that_nobody_sees_are_no_part_of_labels_names_and_numbers(path):
    before = read_file(path).forms[0]

    def strew(sheet):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and len(cell.value) > 1:
                    cell.value = f"\ufeff{cell.value[0]}\u00ad\u2067{cell.value[1:]}\u3164"

    form = read_file(changed(path, strew)).forms[0]
    assert (form.layout, form.project, form.department) == (before.layout, before.project, before.department)
    assert [(row.name, row.target, row.actual) for row in form.indicators] == [
        (row.name, row.target, row.actual) for row in before.indicators
    ]
    assert not read_file(path).problems


def test_a_mark_compares_with_what_the_file_has(path, tmp_path):
    form = read_file(path).forms[0]
    row = form.indicators[0]

    def spoil(sheet):
        sheet[row.cells["actual"]].value = "待\u200b定"

    changed(path, spoil)
    mark(path, check(gather([read_file(path)])), tmp_path / "标注.xlsx")
    with zipfile.ZipFile(tmp_path / "标注.xlsx") as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "待\u200b定" in sheet.partition("conditionalFormatting")[2]


@pytest.mark.parametrize(
    "text, shown",
    [
        ("第一条\r\r\n第二条", "第一条\n第二条"),
        ("产出\r指标", "产出\n指标"),
        ("120\r公里", "120公里"),
        ("1\u00a0205.5", "1 205.5"),
        ("\u202a35%\u202c", "35%"),
        ("\uf0a325%", "≤25%"),
        ("\uf0fe优 \uf0a8良", "☑优 □良"),
        ("第一\u2028第二\x0b第三", "第一\n第二\n第三"),
    ],
)
def test_a_text_is_what_a_person_sees_of_it(text, shown):
    assert seen(text) == shown


@pytest.mark.parametrize("year", ["（２０２３年度）", "2023\u200b年度"])
def test_the_year_is_read_in_any_width(path, year):
    def set_year(sheet):
        for row in sheet.iter_rows(max_row=4):
            for cell in row:
                if isinstance(cell.value, str) and "2024" in cell.value:
                    cell.value = year

    assert read_file(changed(path, set_year)).forms[0].year == 2023


def t05(path: Path) -> list[str]:
    """The texts of the problems of hidden content in a file."""
    return [problem.text for problem in read_file(path).problems if problem.rule == "T05"]


def test_rows_and_columns_without_size_are_hidden(path):
    def shrink(sheet):
        sheet.row_dimensions[14].height = 0
        sheet.column_dimensions["E"].width = 0

    assert t05(path) == []
    (text,) = t05(changed(path, shrink))
    assert "第14行" in text


@pytest.mark.parametrize("height", ["0", "0.0"])
def test_a_height_of_nought_is_read_however_it_is_written(tmp_path, height):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet().write_row(0, 0, ["甲", "乙"])
    book.close()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b'<row r="1"', f'<row r="1" ht="{height}" customHeight="1"'.encode())
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    assert open_source(tmp_path / "b.xlsx").grids[0].hidden() == (frozenset({0}), frozenset())


@pytest.mark.parametrize(
    "colour, ground, unseen",
    [
        ("FFFFFFFF", None, True),
        ("00FFFFFF", "FFFFFFFF", True),
        ("FFFFFFFF", "FF1F4E78", False),
        ("FF000000", None, False),
    ],
)
def test_letters_in_the_colour_of_their_ground_are_reported(path, colour, ground, unseen):
    row = read_file(path).forms[0].indicators[0]

    def paint(sheet):
        sheet[row.cells["actual"]].font = Font(color=colour)
        fill = PatternFill("solid", fgColor=ground) if ground else PatternFill(None)
        sheet[row.cells["actual"]].fill = fill

    found = t05(changed(path, paint))
    assert [row.cells["actual"] in text for text in found] == ([True] if unseen else [])


def test_a_value_that_its_format_hides_is_reported_and_kept(path):
    row = read_file(path).forms[0].indicators[0]

    def hide(sheet):
        sheet[row.cells["actual"]].value = 118
        sheet[row.cells["actual"]].number_format = ";;;"

    (text,) = t05(changed(path, hide))
    assert row.cells["actual"] in text
    assert read_file(path).forms[0].indicators[0].actual == "118"


def test_letters_in_a_symbol_font_are_the_signs_they_show(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    symbol, dings = book.add_format({"font_name": "Symbol"}), book.add_format({"font_name": "Wingdings"})
    sheet.write_rich_string(0, 0, symbol, "£", "35%", " ", dings, "þ", "优")
    sheet.write_string(1, 0, "³", symbol)
    sheet.write_string(2, 0, "³", book.add_format({"font_name": "宋体"}))
    sheet.write_string(3, 0, "25处，约", symbol)
    book.close()
    assert [row[0] for row in open_source(tmp_path / "a.xlsx").grids[0].rows] == [
        "≤35% ☑优",
        "≥",
        "³",
        "25处，约",
    ]


def word_form(folder: Path, change) -> Path:
    """A form in a Word table after a change of the paragraph of its first completed value."""
    document = docx.Document()
    drawing = draw(LAYOUT, filling(LAYOUT), 2024)
    width = max(cell.area.right for cell in drawing.cells) + 1
    table = document.add_table(max(cell.area.bottom for cell in drawing.cells) + 1, width)
    cells = [row.cells for row in table.rows]
    actual = filling(LAYOUT)["indicators"][0]["actual"]
    found = None
    for cell in drawing.cells:
        value = getattr(cell.value, "value", cell.value)
        corner = cells[cell.area.top][cell.area.left]
        if (cell.area.top, cell.area.left) != (cell.area.bottom, cell.area.right):
            corner = corner.merge(cells[cell.area.bottom][cell.area.right])
        corner.text = "" if value is None else str(value)
        if value == actual and found is None:
            found = corner.paragraphs[0]
    change(found)
    document.save(folder / "表.docx")
    return folder / "表.docx"


def symbol(font: str, code: str):
    """A `sym` element."""
    element = OxmlElement("w:sym")
    element.set(qn("w:font"), font)
    element.set(qn("w:char"), code)
    return element


def test_word_symbols_are_the_signs_they_show(tmp_path):
    def change(paragraph):
        paragraph.text = ""
        paragraph.add_run()._r.append(symbol("Symbol", "F0A3"))
        paragraph.add_run("35%")
        run = paragraph.add_run("±")
        run.font.name = "Symbol"
        paragraph.add_run("2%")

    assert read_file(word_form(tmp_path, change)).forms[0].indicators[0].actual == "≤35%±2%"


def test_a_report_has_no_signs_that_nobody_sees(tmp_path):
    document = docx.Document()
    document.add_paragraph("全年\u200b执行率\uf0b395%\u00ad。")
    document.save(tmp_path / "报告.docx")
    assert open_source(tmp_path / "报告.docx").blocks == [(0, "全年执行率≥95%。")]


@pytest.mark.parametrize("switch, text", [(None, "118公里"), ("0", "118公里左右")])
def test_hidden_words_are_no_part_of_a_value_and_are_reported(tmp_path, switch, text):
    def change(paragraph):
        paragraph.text = "118公里"
        run = paragraph.add_run("左右")
        run.font.hidden = True
        if switch is not None:
            run._r.rPr.find(qn("w:vanish")).set(qn("w:val"), switch)

    path = word_form(tmp_path, change)
    assert read_file(path).forms[0].indicators[0].actual == text
    assert ["左右" in found for found in t05(path)] == ([] if switch else [True])


def test_what_nobody_sees_is_not_published(path):
    row = read_file(path).forms[0].indicators[0]

    def hide(sheet):
        for key, text in (("actual", "117公里"), ("target", "≥116公里")):
            sheet[row.cells[key]].value = text
        sheet[row.cells["actual"]].font = Font(color="FFFFFFFF")
        sheet[row.cells["actual"]].fill = PatternFill(None)

    changed(path, hide)
    public = public_form(read_file(path).forms[0], open_source(path).grids[0])
    values = {value for line in public.grid.rows for value in line}
    assert "≥116公里" in values and "117公里" not in values


def test_an_amount_that_is_shown_in_wan_already_is_not_converted():
    formats = {(0, 0): "0!.0000"}
    grid = Grid("表", [[1205000.0, 300000.0]], formats=lambda: formats, codes=formats.values)
    assert [edit.cell for edit in wan_edits(grid, [Area(0, 0, 0, 1)])] == ["B1"]


def test_a_broken_total_of_scores_is_reported_with_its_cell(path):
    form = read_file(path).forms[0]

    def spoil(sheet):
        sheet[form.cells["total_score"]].value = "#REF!"
        sheet[form.cells["total_score"]].data_type = "e"

    changed(path, spoil)
    (finding,) = [each for each in check(gather([read_file(path)])) if each.rule == "T06"]
    assert form.cells["total_score"] in finding.cell


def test_whole_numbers_under_a_date_format_are_dates_in_xlsb_too(tmp_path):
    """The book is files/filled.xlsb with every cell format made that of a date (built-in 14)."""
    with zipfile.ZipFile(FILES / "filled.xlsb") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    styles = parts["xl/styles.bin"]
    for kind, content in records(styles):
        if kind == 47:
            styles = styles.replace(content, content[:2] + struct.pack("<H", 14) + content[4:])
    parts["xl/styles.bin"] = styles
    with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    values = [value for grid in open_source(tmp_path / "a.xlsb").grids for row in grid.rows for value in row]
    assert not [value for value in values if isinstance(value, float)]


@pytest.mark.office
def test_xls_and_ods_show_what_xlsx_shows(tmp_path, libreoffice):
    codes = [
        "0\\.0000", '"≤"0"%"', '0"处"', '0.00"%"', '[>=100]"高"0;"低"0', '0;-0;"零"', 'yyyy"年"m"月"',
        'm"月"d"日"', "[h]:mm", "# ?/?", "0.00E+00", "#,##0,", '0.0,,"百万"', "[$¥-804]#,##0.00", '@"人"',
        'General"人"', "000-0000", "0.##", "yyyy-mm-dd", ";;;", '"共"0"天";"负"0"天";"无"',
    ]  # fmt: skip
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    for row, code in enumerate(codes):
        style = book.add_format({"num_format": code})
        for column, value in enumerate((1205000, 45626)):
            sheet.write_number(row, column, value, style)
        sheet.write_string(row, 2, code)
    book.close()
    paths = [tmp_path / "a.xlsx"]
    paths += [libreoffice.convert(paths[0], kind, tmp_path) for kind in ("xls", "ods")]
    shown = []
    for path in paths:
        grid = open_source(path).grids[0]
        places = [(row, column) for row in range(len(codes)) for column in range(2)]
        shown.append([(grid.displayed(*place), grid.text(*place), grid.scaled(*place)) for place in places])
    assert shown[0] == shown[1] == shown[2]


@pytest.mark.office
def test_xls_and_ods_tell_what_nobody_sees(tmp_path, libreoffice):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    white = {"font_color": "#FFFFFF"}
    looks = [white, {**white, "bg_color": "#FFFFFF"}, {**white, "bg_color": "#1F4E78"}, {}]
    for column, look in enumerate(looks):
        sheet.write_string(0, column, "甲", book.add_format(look))
    sheet.write_number(1, 0, 5, book.add_format({"num_format": ";;;"}))
    sheet.write_string(2, 0, "³", book.add_format({"font_name": "Symbol"}))
    sheet.write_string(3, 0, "乙")
    sheet.set_row(3, 0)
    book.close()
    paths = [tmp_path / "a.xlsx"]
    paths += [libreoffice.convert(paths[0], kind, tmp_path) for kind in ("xls", "ods")]
    for path in paths:
        grid = open_source(path).grids[0]
        assert grid.invisible() == [(0, 0), (0, 1), (1, 0)], path.suffix
        assert grid.value(2, 0) == "≥", path.suffix
        assert 3 in grid.hidden()[0], path.suffix


def test_white_letters_and_symbol_fonts_of_xlsb_are_seen(tmp_path):
    """The book is files/filled.xlsb with every letter made white and in Symbol, on no ground."""
    with zipfile.ZipFile(FILES / "filled.xlsb") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    styles = parts["xl/styles.bin"]
    for kind, content in records(styles):
        if kind == 43:
            name = "Symbol".encode("utf-16-le")
            white = content[:12] + b"\x05\x00\x00\x00\xff\xff\xff\xff" + content[20:21]
            changed_font = white + struct.pack("<I", 6) + name
            old, new = bytes([43, len(content)]) + content, bytes([43, len(changed_font)]) + changed_font
            styles = styles.replace(old, new)
        elif kind == 45:
            styles = styles.replace(content, bytes(4) + content[4:])
    parts["xl/styles.bin"] = styles
    with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    grid = open_source(tmp_path / "a.xlsb").grids[0]
    assert len(grid.invisible()) > 20


def test_bytes_that_are_no_text_cost_nothing_but_themselves():
    formula = b'<row><c r="A1"><f>SUM(B1)+"\xff"</f><v>3</v></c></row>'
    assert dict(formulas_in(formula, usual=True)) == {(0, 0): '=SUM(B1)+"\ufffd"'}
    run = b'<r><rPr><rFont val="Symbol"/></rPr><t>\xff\xb3</t></r>'
    assert b"\xef\xbf\xbd" in without_symbol_fonts(run)
