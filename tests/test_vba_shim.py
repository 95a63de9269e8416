"""The VBA shim: what can be proved about it without Excel. Compile and painting run in LibreOffice."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import olefile
import openpyxl
import pytest
from lxml import etree

from selfeval_xl import templates
from selfeval_xl.addin.ribbon import ribbon
from selfeval_xl.model.escapes import escaped
from selfeval_xl.workflows.demo.county import seed_filing
from selfeval_xl.workflows.marking.marks import unmark
from selfeval_xl.workflows.marking.result_list import COLUMNS
from selfeval_xl.writers.xlsx import note_box
from support import ribbon_schema
from support.command import ROOT, selfeval

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # oletools calls old names of its parser

sys.path.insert(0, str(ROOT / "vba_shim"))
import build  # noqa: E402

SHIPPED = ROOT / "selfeval_xl" / "addin" / "setup"
FILES = (build.ADDIN, build.TEMPLATE)
OWN_TAB = {build.ADDIN: False, build.TEMPLATE: True}  # as in build.sources
PROBE = "\nPublic Function zzProbe{0}() As Long\n    zzProbe{0} = 4711\nEnd Function\n"
PAINT = """
Public Function zzPaint(ByVal path As String, ByVal only As String) As String
    zzPaint = PaintAll(ThisWorkbook, ReadLines(path), only)
End Function
Public Function zzClear() As String
    PlainClearAll ThisWorkbook
    zzClear = "cleared"
End Function
Public Function zzDecode(ByVal text As String) As String
    zzDecode = Decode(text)
End Function
"""


SIZES = """
Public Function zzSizes() As String
    Dim sheet As Object, number As Long
    For Each sheet In ThisWorkbook.Worksheets
        For number = 1 To sheet.Comments.Count
            zzSizes = zzSizes & CStr(sheet.Comments(number).Shape.Width) & "|"
            zzSizes = zzSizes & CStr(sheet.Comments(number).Shape.Height) & "|"
            zzSizes = zzSizes & sheet.Comments(number).Text & "~"
        Next number
    Next sheet
End Function
"""


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def libreoffice(libreoffice):
    """The running LibreOffice while it is young: after hundreds of books its Basic is three times as slow."""
    libreoffice.renew(most=30)
    return libreoffice


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("addin")
    build.build_addin(folder / build.ADDIN)
    build.build_template(folder / build.TEMPLATE)
    return folder


@pytest.mark.parametrize("name", FILES)
def test_what_is_shipped_is_a_fresh_build_part_by_part(fresh, name):
    shipped, built = parts(SHIPPED / name), parts(fresh / name)
    assert list(shipped) == list(built)
    assert [part for part in built if shipped[part] != built[part]] == [], "run `make addin`"


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_clean(assert_valid_ooxml, name):
    assert_valid_ooxml(SHIPPED / name)


def test_every_source_is_ascii_with_lines_that_vba_takes():
    for name, text in build.sources().items():
        assert text.isascii(), name
        assert max(map(len, text.splitlines())) < 1000, name


@pytest.mark.parametrize("name", FILES)
def test_olevba_reads_every_module_back(name):
    from oletools.olevba import VBA_Parser

    parser = VBA_Parser(str(SHIPPED / name))
    found = {Path(module).stem: code.replace("\r\n", "\n") for _, _, module, code in parser.extract_macros()}
    parser.close()
    for module, text in build.sources(OWN_TAB[name]).items():
        assert text.strip() in found[module], module


@pytest.mark.parametrize("name", FILES)
def test_the_projects_hold_sources_only_as_ms_ovba_asks_of_a_writer(name):
    """2.3.4.1: the version is FFFF, there is no cache; so each source begins at the beginning of its
    stream.
    """
    from oletools.olevba import decompress_stream
    from pyopenvba import ExcelFile

    project = olefile.OleFileIO(io.BytesIO(parts(SHIPPED / name)["xl/vbaProject.bin"]))
    assert project.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("CC61FFFF000000")
    modules = [entry[1] for entry in project.listdir() if entry[0] == "VBA" and entry[1][0] not in "_d"]
    for module in modules:
        assert b"Attribute VB_Name" in decompress_stream(
            bytearray(project.openstream(f"VBA/{module}").read())
        )
    directory = bytes(decompress_stream(bytearray(project.openstream("VBA/dir").read())))
    offsets = re.findall(rb"\x31\x00\x04\x00\x00\x00(.{4})", directory, re.S)
    assert offsets == [bytes(4)] * len(modules) and len(modules) > 8
    assert b"MSO.DLL" not in directory  # a desk with WPS may not have it
    with ExcelFile(SHIPPED / name) as book:
        assert book.validate() == []
        read = {module: book.get_module(module).replace("\r\n", "\n") for module in book.module_names()}
    for module, text in build.sources(OWN_TAB[name]).items():
        assert text.strip() in read[module], module


def code_of(module: str) -> str:
    """The source of a module without its comments."""
    return re.sub("(?m)^ *'.*", "", build.sources()[module])


def test_a_received_workbook_cannot_say_which_program_is_run():
    """The interpreter is asked of the add-in's own sheet and of the user's folder, of nothing else."""
    settings = code_of("SelfevalSettings")
    assert "ActiveWorkbook" not in settings and "SheetOf(ThisWorkbook, CONF)" in settings
    assert 'ReadLines(StateFolder() & "\\interpreter.txt")' in settings
    started = [
        (name, line.strip())
        for name in build.sources()
        for line in code_of(name).splitlines()
        if re.search(r"CreateObject|GetObject|\bShell\b|\.Run\b|\.Exec\b|cmd", line)
        and name != "SelfevalTexts"
    ]
    assert started == [
        ("SelfevalStart", 'Set shell = CreateObject("WScript.Shell")'),
        ("SelfevalStart", "StartPython = shell.Run(StartLine(), 0, True)"),
    ]


def test_nothing_of_a_workbook_is_on_a_command_line():
    """What is run is the registered Python and words that are the same for every click."""
    (line,) = re.findall(r"StartLine = (.*)", code_of("SelfevalStart"))
    assert line == 'Chr(34) & Interpreter() & Chr(34) & " -P -B -X utf8 -m selfeval_xl.addin"'
    assert "Workbook" not in code_of("SelfevalStart") and ".Name" not in code_of("SelfevalStart")


@pytest.mark.parametrize("name", FILES)
def test_callbacks_named_in_the_ribbon_exist_with_the_right_signature(name):
    wanted = {
        "onAction": r"\(control As Object\)",
        "getVisible": r"\(control As Object, ByRef visible As Variant\)",
        "onLoad": r"\(ribbon As Object\)",
    }
    code = "\n".join(build.sources(OWN_TAB[name]).values())
    called = set()
    for part in ("customUI/customUI.xml", "customUI/customUI14.xml"):
        for element in etree.fromstring(parts(SHIPPED / name)[part]).iter():
            called |= {(key, value) for key, value in element.attrib.items() if key in wanted}
    assert {key for key, _ in called} == set(wanted)
    for key, value in called:
        assert re.search(rf"^Public Sub {value}{wanted[key]}", code, re.M), value


def test_add_in_and_workbook_have_no_name_in_common_that_the_ribbon_calls():
    """Excel may look for a callback in any open project: a received workbook's old code would be run."""
    public = [
        set(re.findall(r"(?m)^Public Sub (\w*_\w+)", "\n".join(build.sources(own_tab).values())))
        for own_tab in (False, True)
    ]
    assert len(public[0]) == len(public[1]) >= 4 and not public[0] & public[1]
    for own_tab, names in enumerate(public):
        ribbon_text = build.ribbon_xml("customUI14", bool(own_tab)).decode()
        assert set(re.findall(r'="(\w+_On\w+|\w+Visible)"', ribbon_text)) <= names


def test_the_ribbon_shows_the_buttons_in_their_groups_and_order():
    for part in ("customUI", "customUI14"):
        root = etree.fromstring(build.ribbon_xml(part))
        groups = [
            (element.get("label"), [button.get("label") for button in element])
            for element in root.iter("{*}group")
        ]
        wanted = [
            (group.label, [button.label for button in ribbon().buttons if button.group == group.id])
            for group in ribbon().groups
        ]
        assert groups == [(label, labels) for label, labels in wanted if labels]
        hidden = [element.get("label") for element in root.iter("{*}group") if element.get("getVisible")]
        assert hidden == ["财政审核"]


@pytest.mark.parametrize("part,schema", [("customUI", "customUI.xsd"), ("customUI14", "customui14.xsd")])
@pytest.mark.parametrize("own_tab", [False, True])
def test_the_ribbon_is_valid_against_microsofts_schema(shared, part, schema, own_tab):
    rules = ribbon_schema.load(shared / "schemas" / schema)
    assert rules.validate(etree.fromstring(build.ribbon_xml(part, own_tab))), rules.error_log
    assert not rules.validate(
        etree.fromstring(build.ribbon_xml(part, own_tab).replace(b'size="large"', b'size="huge"'))
    )


def test_every_picture_is_one_of_excels(shared):
    known = set()
    for name in ("m365_excelcontrols.xlsx", "office2013_excelcontrols.xlsx"):
        book = openpyxl.load_workbook(shared / "schemas" / name, read_only=True)
        names = {str(row[0]) for sheet in book for row in sheet.iter_rows(values_only=True, max_col=1)}
        known = names if not known else known & names
    assert {button.image for button in ribbon().buttons} <= known


def test_escapes_are_ascii_and_come_back(libreoffice, seed_book):
    text = "=30000元，“\\”±㎡\U0001f600"
    assert escaped(text).isascii() and "\\u5143" in escaped(text)
    assert libreoffice.run(seed_book, [("SelfevalPlain", "zzDecode", [escaped(text)])]) == [text]


@pytest.fixture(scope="module")
def plain_book(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("plain") / "自评表.xlsx"
    data = seed_filing()
    templates.fill_in("jilin-2024", out, projects=[data["project"]], department=data["department"], year=2024)
    book = openpyxl.load_workbook(out)
    sheet = next(sheet for sheet in book if sheet["F12"].value == "0元")
    sheet["F12"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00B050")
    sheet["F12"].comment = openpyxl.comments.Comment("张三：已核对", "张三")
    book.save(out)
    return out


@pytest.fixture(scope="module")
def seed_book(plain_book) -> Path:
    """The figures of the filing with the modules in it, as WPS would see the form and the add-in together."""
    return build.build_book(
        plain_book, plain_book.with_suffix(".xlsm"), extra={"SelfevalPlain": PAINT, "SelfevalNotes": SIZES}
    )


def test_every_module_compiles(libreoffice, plain_book, tmp_path):
    modules = list(build.sources())
    book = build.build_book(
        plain_book, tmp_path / "探.xlsm", extra={module: PROBE.format(module) for module in modules}
    )
    assert libreoffice.run(book, [(module, f"zzProbe{module}", []) for module in modules]) == [4711] * len(
        modules
    )


def test_a_module_with_an_error_does_not_compile(libreoffice, plain_book, tmp_path):
    broken = build.build_book(
        plain_book,
        tmp_path / "坏.xlsm",
        extra={"SelfevalPlain": PROBE.format("") + "\nPublic Sub Broken(\n    If Then\n"},
    )
    assert libreoffice.run(broken, [("SelfevalPlain", "zzProbe", [])]) == [None]


class Painted(NamedTuple):
    """The workbook after the macros: painted once and twice, cleared after each, one sheet painted alone;
    the sentence of the first painting and of that of one sheet, and the sizes of the boxes after the first.
    """

    once: Path
    twice: Path
    cleared: Path
    twice_cleared: Path
    one_sheet: Path
    sentence: str
    sentence_of_one: str
    sizes: str


@pytest.fixture(scope="module")
def table(plain_book, tmp_path_factory) -> Path:
    """The findings as the command hands them to the macros."""
    path = tmp_path_factory.mktemp("tsv") / "found.tsv"
    path.write_text(selfeval("check", plain_book, "--tsv", "--ascii").stdout, encoding="ascii")
    return path


@pytest.fixture(scope="module")
def only(table) -> str:
    """The first project's sheet with findings."""
    names = sorted({row.split("\t")[4] for row in table.read_text().splitlines()[1:-1] if row.split("\t")[5]})
    return next(name for name in map(_decoded, names) if name.startswith("项目"))


@pytest.fixture(scope="module")
def painted(libreoffice, seed_book, table, only, tmp_path_factory) -> Painted:
    """All that the macros do in three sittings, each with the workbook opened anew; a painting takes 6 s."""
    folder = tmp_path_factory.mktemp("painted")
    once, twice, cleared, twice_cleared, one_sheet = (folder / f"{number}.xlsx" for number in range(5))
    whole, clear = ("SelfevalPlain", "zzPaint", [str(table), ""]), ("SelfevalPlain", "zzClear", [])
    first = libreoffice.run(
        seed_book,
        [whole, ("SelfevalNotes", "zzSizes", []), whole, clear],
        copies={0: once, 2: twice, 3: twice_cleared},
    )
    libreoffice.run(seed_book, [whole, clear], copies={1: cleared})
    alone = libreoffice.run(
        seed_book, [whole, ("SelfevalPlain", "zzPaint", [str(table), only])], copies={1: one_sheet}
    )
    return Painted(once, twice, cleared, twice_cleared, one_sheet, first[0], alone[1], first[1])


def test_the_way_without_com_paints_what_the_command_found_and_takes_it_away(
    painted, plain_book, table, tmp_path
):
    lines, in_chinese = table.read_text(), selfeval("check", plain_book, "--tsv").stdout
    assert lines.isascii() and not in_chinese.isascii()
    assert len(lines.splitlines()) == len(in_chinese.splitlines()) + 1 > 6
    found = [line.split("\t") for line in in_chinese.splitlines()[1:]]
    counted = Counter(row[1] for row in found)
    bureau = f"，财政核实{counted['财政核实']}处" if counted["财政核实"] else ""
    assert painted.sentence.startswith(
        f"校验完成：须修改{counted['本次修改']}处，须说明{counted['本次说明']}处，"
        f"下年完善{counted['下年完善']}处{bureau}。"
    )

    book, before = openpyxl.load_workbook(painted.once), openpyxl.load_workbook(plain_book)
    results = [list(row) for row in book["校验结果"].iter_rows(values_only=True)]
    assert results[0][:13] == list(COLUMNS) and len(results) == len(found) + 1
    assert sorted((row[3], row[9]) for row in results[1:]) == sorted((row[2], row[9]) for row in found)
    assert [row[1] for row in results[1:]] == sorted(
        (row[1] for row in results[1:]), key=["错误", "核实", "提示"].index
    )
    marked = {
        (row[4], cell)
        for row in found
        for cell in row[5].split(",")
        if row[5] and row[4] in before.sheetnames
    }
    for sheet, cell in marked:
        assert book[sheet][cell].fill.fgColor.rgb[-6:] in ("FFC7CE", "FFEB9C", "DDEBF7"), (sheet, cell)
        assert re.search(
            r"(错误|核实|提示)，(本次修改|本次说明|下年完善|财政核实)：", book[sheet][cell].comment.text
        )
        assert book[sheet][cell].value == before[sheet][cell].value
    assert book["_selfeval"].sheet_state != "visible"

    unmark(painted.once, tmp_path / "unmarked.xlsx")
    for path in (painted.cleared, painted.twice_cleared, tmp_path / "unmarked.xlsx"):
        after = openpyxl.load_workbook(path)
        for sheet, cell in marked:
            old, new = before[sheet][cell], after[sheet][cell]
            assert (new.comment.text if new.comment else None) == (
                old.comment.text if old.comment else None
            ), (path.name, sheet, cell)
            assert _colour(new) == _colour(old), (path.name, sheet, cell)


def links(book, name: str) -> dict[str, str]:
    return {
        cell.coordinate: cell.value
        for row in book[name].iter_rows()
        for cell in row
        if str(cell.value).startswith("=HYPERLINK(\"#'校验结果'!")
    }


def test_the_way_without_com_links_both_ways_and_clears_the_links(painted, plain_book):
    book = openpyxl.load_workbook(painted.twice)
    rows = [
        row
        for row in book["校验结果"].iter_rows(min_row=2, values_only=True)
        if row[4] in book.sheetnames and row[5]
    ]
    for row in rows:
        cell = (
            row[5].rpartition(',"')[2].removesuffix('")').split(",")[0]
            if row[5].startswith("=")
            else row[5].split(",")[0]
        )
        found = {
            place: formula
            for place, formula in links(book, row[4]).items()
            if place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        }
        assert any(
            str(row[0]) in formula.rpartition("第")[2].partition("条")[0].split("、")
            for formula in found.values()
        ), (row, found)
    for name in {row[4] for row in rows}:
        assert (
            "回校验结果" in links(book, name)[next(iter(links(book, name)))]
            and len({re.sub(r"\d", "", place) for place in links(book, name)}) == 1
        )
    before = openpyxl.load_workbook(plain_book)
    for path in (painted.cleared, painted.twice_cleared):
        cleared = openpyxl.load_workbook(path)
        for name in before.sheetnames:
            assert links(cleared, name) == {} and cleared[name].print_area == before[name].print_area


def test_the_way_without_com_checks_one_sheet_and_leaves_the_others(painted, only):
    assert painted.sentence_of_one.startswith(f"“{only}”校验完成：须修改")
    before, after = openpyxl.load_workbook(painted.once), openpyxl.load_workbook(painted.one_sheet)
    others = [name for name in before.sheetnames if name not in (only, "校验结果", "_selfeval")]
    notes = [
        {
            (name, cell.coordinate): (cell.comment.text, _colour(cell))
            for name in others
            for row in book[name].iter_rows()
            for cell in row
            if cell.comment
        }
        for book in (before, after)
    ]
    assert notes[0] == notes[1] and notes[0]
    rows = [
        [row[1:] for row in book["校验结果"].iter_rows(min_row=2, values_only=True) if row[3]]
        for book in (before, after)
    ]
    assert sorted(row[:11] for row in rows[0]) == sorted(row[:11] for row in rows[1])
    assert {row[3]: row[-1] for row in rows[1]} == {
        name: "新发现" if name != only else "未修改" for name in {row[3] for row in rows[1]}
    }
    assert [row[0] for row in after["校验结果"].iter_rows(min_row=2, values_only=True) if row[3]] == list(
        range(1, len(rows[1]) + 1)
    )


def _decoded(text: str) -> str:
    return re.sub(r"\\u([0-9A-F]{4})", lambda match: chr(int(match[1], 16)), text)


def test_boxes_of_notes_are_as_large_as_their_text(painted):
    found = [
        line.split("|") for line in painted.sizes.split("~") if line
    ]  # LibreOffice makes a box higher where its own font needs it
    assert len(found) > 5
    for width, height, text in found:
        lines = note_box.size(text)
        assert abs(float(width) - lines[0]) <= 2 and lines[1] - 2 <= float(height) <= lines[1] * 1.3 + 6, (
            width,
            height,
            lines,
        )


def _colour(cell) -> str | None:
    return cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type == "solid" else None
