"""Files as other programs write them are read."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.model.grid import Area, Overlay, a1, position
from selfeval_xl.readers.formats.compound_file import packed
from selfeval_xl.readers.formats.source import Source, open_source
from selfeval_xl.readers.formats.xlsb import records
from support import biff
from support.command import ROOT
from support.odd_packages import OTHERS, RELATIONS, TYPES, Parts, moved, others, written
from support.workbooks import parts

FILES = Path(__file__).parent / "files"


def told(source: Source) -> list[tuple[str, str]]:
    return [(problem.rule, problem.text) for problem in source.problems]


def seen(source: Source) -> list[tuple]:
    """What a person sees in a file: names, texts, merged areas."""
    return [
        (
            grid.name,
            grid.visible,
            [[grid.text(row, column) for column in range(grid.width)] for row in range(grid.height)],
            grid.merges,
        )
        for grid in source.grids
    ]


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> Path:
    """A workbook with texts, a percent, a merged area, a hidden sheet and a note."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    sheet.append(["项目名称", "示例项目", None])
    sheet.append([0.9986, 57.04, "是"])
    sheet["A2"].number_format = "0.00%"
    sheet.merge_cells("B1:C1")
    sheet["A1"].comment = openpyxl.comments.Comment("请核实", "人")
    book.create_sheet("库").sheet_state = "hidden"
    book["库"]["A1"] = "共享的文字"
    path = tmp_path_factory.mktemp("usual") / "a.xlsx"
    book.save(path)
    return path


def renamed(content: Parts, old: str, new: str) -> Parts:
    """The package with one part under another name, wherever it is referred to by its whole name."""
    near = f'"{old.removeprefix("xl/")}"'.encode()
    return {
        (new if name == old else name): data.replace(near, f'"/{old}"'.encode()).replace(
            f'"/{old}"'.encode(), f'"/{new}"'.encode()
        )
        if name == TYPES or name.endswith(".rels")
        else data
        for name, data in content.items()
    }


@pytest.mark.parametrize("folder", ["wtf", "", "a/b/c"])
@pytest.mark.parametrize("ending", ["xlsx", "xlsb"])
def test_a_workbook_in_another_folder_is_read(tmp_path, usual, folder, ending):
    form = usual if ending == "xlsx" else FILES / "filled.xlsb"
    source = open_source(written(tmp_path / f"件.{ending}", moved(parts(form), folder)))
    assert (source.kind, told(source)) == (ending, [])
    assert seen(source) == seen(open_source(form))


def test_what_lies_over_the_cells_is_seen_in_another_folder_too(tmp_path, usual):
    source = open_source(written(tmp_path / "件.xlsx", moved(parts(usual), "wtf")))
    [note] = source.grids[0].overlays()
    assert (note.kind, note.text, note.area) == (Overlay.NOTE, "请核实", Area(0, 0, 0, 0))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("xl/worksheets/sheet1.xml", "xl/blatt.xml"),
        ("xl/worksheets/sheet1.xml", "daten/eins.xml"),
        ("xl/sharedStrings.xml", "xl/texte.xml"),
        ("xl/styles.xml", "stil/formate.xml"),
        ("xl/workbook.xml", "xl/book.xml"),
    ],
)
def test_a_part_with_another_name_is_read(tmp_path, usual, old, new):
    """Texts and formats would be lost without a word where only the usual names are looked for."""
    content = renamed(parts(usual), old, new)
    if old == "xl/workbook.xml":
        content["xl/_rels/book.xml.rels"] = content.pop("xl/_rels/workbook.xml.rels")
        content[RELATIONS] = content[RELATIONS].replace(b'"xl/workbook.xml"', b'"xl/book.xml"')
    if "worksheets" in old:
        name = new.rpartition("/")
        content[f"{name[0]}/_rels/{name[2]}.rels"] = content.pop("xl/worksheets/_rels/sheet1.xml.rels")
    source = open_source(written(tmp_path / "件.xlsx", content))
    assert (source.kind, told(source)) == ("xlsx", [])
    assert seen(source) == seen(open_source(usual))


def test_a_workbook_that_is_only_left_over_is_not_read(tmp_path, usual):
    """Office opens what the relationships say, not what is called xl/workbook.xml."""
    other = openpyxl.Workbook()
    other.active["A1"] = "旧的"
    other.save(tmp_path / "旧.xlsx")
    content = moved(parts(usual), "neu") | {
        name: data for name, data in parts(tmp_path / "旧.xlsx").items() if name.startswith("xl/")
    }
    source = open_source(written(tmp_path / "件.xlsx", content))
    assert [grid.name for grid in source.grids] == ["表", "库"]


def test_a_word_file_with_another_main_part_is_read(tmp_path):
    """Word in a browser writes word/document2.xml."""
    from docx import Document

    document = Document()
    document.add_table(1, 2).rows[0].cells[0].text = "项目名称"
    document.save(tmp_path / "a.docx")
    content = renamed(parts(tmp_path / "a.docx"), "word/document.xml", "word/document2.xml")
    content["word/_rels/document2.xml.rels"] = content.pop("word/_rels/document.xml.rels")
    content[RELATIONS] = content[RELATIONS].replace(b"word/document.xml", b"word/document2.xml")
    source = open_source(written(tmp_path / "件.docx", content))
    assert (source.kind, told(source), source.grids[0].text(0, 0)) == ("docx", [], "项目名称")


@pytest.mark.parametrize(
    "relations",
    [
        b"",
        b"<not xml",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b'<Relationships><Relationship Type="x/officeDocument" Target="nirgends.xml"/></Relationships>',
    ],
)
def test_relationships_that_lead_nowhere_leave_the_usual_names(tmp_path, usual, relations):
    content = parts(usual) | {RELATIONS: relations}
    source = open_source(written(tmp_path / "件.xlsx", content))
    assert source.kind == "xlsx" and [grid.name for grid in source.grids] in ([], ["表", "库"])


CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:{kind}>'
    '<table:table table:name="表"><table:table-row><table:table-cell office:value-type="string">'
    "<text:p>项目名称</text:p></table:table-cell></table:table-row></table:table>"
    "</office:{kind}></office:body></office:document-content>"
)


@pytest.mark.parametrize("mimetype", [None, b"", b"application/vnd.oasis.opendocument.spreadsheet"])
def test_an_ods_is_known_without_its_mimetype(tmp_path, mimetype):
    content = {"content.xml": CONTENT.format(kind="spreadsheet").encode()}
    content |= {} if mimetype is None else {"mimetype": mimetype}
    source = open_source(written(tmp_path / "件.ods", content))
    assert (source.kind, told(source), source.grids[0].rows) == ("ods", [], [["项目名称"]])


def test_other_documents_without_mimetype_are_what_they_are(tmp_path):
    text = open_source(written(tmp_path / "件.ods", {"content.xml": CONTENT.format(kind="text").encode()}))
    assert (text.kind, text.grids) == ("doc", []) and "OpenDocument文字文件" in text.problems[0].text
    archive = open_source(written(tmp_path / "件.zip", {"content.xml": b"<a/>"}))
    assert archive.kind == "zip"


def with_far_cells(part: bytes, *places: tuple[int, int]) -> bytes:
    """The part of an xlsb sheet with the number 7 in these cells too, behind all rows."""
    result = b""
    for kind, data in records(part):
        if kind == 146:  # the end of the rows
            for row, column in places:
                head = struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0)
                result += bytes((0, len(head))) + head
                cell = struct.pack("<IId", column, 0, 7.0)
                result += bytes((5, len(cell))) + cell
        length, size = len(data), b""
        while length > 0x7F:
            size, length = size + bytes((length & 0x7F | 0x80,)), length >> 7
        size += bytes((length,))
        result += (bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))) + size + data
    return result


@pytest.mark.parametrize("places", [((1_048_575, 0),), ((200, 16_383), (1_048_575, 16_383))])
def test_far_cells_of_xlsb_cost_themselves_only(tmp_path, places):
    content = parts(FILES / "filled.xlsb")
    sheet = next(name for name in content if name.startswith("xl/worksheets/") and name.endswith(".bin"))
    content[sheet] = with_far_cells(content[sheet], *places)
    source = open_source(written(tmp_path / "远.xlsb", content))
    assert seen(source) == seen(open_source(FILES / "filled.xlsb"))
    named = "、".join(a1(*place) for place in places)
    assert told(source) == [
        (
            "T01",
            f"有内容的单元格离表格太远，没有读取：{named}（共{len(places)}格）。请删除表格以外的内容后再保存。",
        )
    ]


def test_a_sheet_of_xls_that_breaks_off_is_read_as_far_as_it_goes(tmp_path):
    first = biff.text(0, 0, "项目名称") + biff.number(1, 0, 57.04)
    stream = biff.stream(first + biff.text(2, 0, "后面的"), biff.text(0, 0, "第二张"))
    at = stream.index("后面的".encode("utf-16-le")) - 13  # the head of the record
    broken = stream[: at + 2] + b"\xff\xff" + stream[at + 4 :]
    (tmp_path / "坏.xls").write_bytes(packed("Workbook", broken))
    source = open_source(tmp_path / "坏.xls")
    assert [grid.rows for grid in source.grids] == [[["项目名称"], [57.04]], [["第二张"]]]
    [(rule, text)] = told(source)
    assert rule == "T08" and source.problems[0].sheet == "表0"
    assert text.startswith("这张工作表的后半部分已损坏，只读到第2行。")


def test_a_sheet_of_xls_that_is_not_there_costs_itself_only(tmp_path):
    stream = biff.stream(biff.text(0, 0, "第一张"), biff.text(0, 0, "第二张"))
    cut = stream[: stream.index("第二张".encode("utf-16-le")) - 51]  # without the second sheet
    (tmp_path / "坏.xls").write_bytes(packed("Workbook", cut))
    source = open_source(tmp_path / "坏.xls")
    assert source.grids[0].rows == [["第一张"]]
    assert [(rule, text[:16]) for rule, text in told(source)] == [("T08", "这张工作表已损坏，没有读取。请用")]


def test_an_xls_without_its_list_of_sheets_says_where_it_breaks_off(tmp_path):
    stream = biff.stream(biff.text(0, 0, "甲"))
    at = stream.index(b"\x85\0")
    broken = stream[: at + 2] + b"\xff\xff" + stream[at + 4 :]
    (tmp_path / "坏.xls").write_bytes(packed("Workbook", broken))
    source = open_source(tmp_path / "坏.xls")
    assert source.grids == []
    [(rule, text)] = told(source)
    assert rule == "T08"
    assert text.startswith(f"“坏.xls”的数据从第{at + 1}字节起损坏（共") and "一张也读不出来" in text


def test_an_xls_of_charts_alone_says_so(tmp_path):
    stream = bytearray(biff.stream(b""))
    stream[stream.index(b"\x85\0") + 9] = 2  # the kind of the sheet: a chart
    (tmp_path / "图.xls").write_bytes(packed("Workbook", bytes(stream)))
    assert told(open_source(tmp_path / "图.xls")) == [
        ("T08", "“图.xls”里没有工作表，只有图表或宏；请核对文件，把填好的表格另存为xlsx再报送。")
    ]


READ = (
    "import re, sys\nfrom selfeval_xl.readers.reading import read_file\n"
    "for path in sys.argv[1:]:\n    read_file(path)\n"
    "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
)


RUN = (
    "import re, sys\nfrom selfeval_xl.cli import main\n"
    "try:\n    main()\nexcept SystemExit:\n    pass\n"
    "print('\\n' + re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
)


def memory_of(*arguments: Path | str, code: str = READ) -> int:
    """The most memory, in MB, of a process that reads these files or runs this command."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("the memory of a process is read from /proc")
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return int(run.stdout.split()[-1]) >> 10


@pytest.mark.slow
def test_a_sheet_of_long_formula_texts_stays_within_300_mb(tmp_path, usual):
    """Each formula adds a letter to the text of the one above: 170,000 texts of up to 555 letters, 54 MB."""
    letters = "abcdefghijklmnopqrstuvwxyz" * 22
    rows = []
    for row in range(1, 10_000):
        cells = [
            f'<c r="{column}{row}" t="str"><f t="shared" si="0"/><v>{letters[: row // 18]}</v></c>'
            for column in "ABCDEFGHIJKLMNOPQ"
        ]
        rows.append(f'<row r="{row}">{"".join(cells)}</row>')
    sheet = "xl/worksheets/sheet1.xml"
    content = parts(usual)
    head, _, tail = content[sheet].partition(b"<sheetData>")
    content[sheet] = head + b"<sheetData>" + "".join(rows).encode() + tail[tail.index(b"</sheetData>") :]
    assert 50 << 20 < len(content[sheet]) < 60 << 20
    assert memory_of(written(tmp_path / "长.xlsx", content)) <= 300


# What is damaged in the files that cannot be read, and the cells that are too far away.
SAID = {
    "61300.xls": "数据从第1667字节起损坏",
    "64130.xls": "里没有工作表，只有图表",
    "apachepoi_51535.xls.xlsb": "没有读取：IV1、A65536、IV65536（共3格）",
    "apachepoi_SharedFormulaTest.xls.xlsb": "没有读取：DY1、DZ1、DY2等（共32格）",
}
UNREADABLE = ("61300.xls", "64130.xls")
KINDS = {".xlsx": "xlsx", ".xls": "xls", ".et": "xls", ".xlsb": "xlsb", ".ods": "ods"}


@pytest.mark.parametrize("path", others(*KINDS), ids=lambda path: path.name if path else "")
def test_files_of_others_are_read(path):
    source = open_source(path)
    said = "".join(problem.text for problem in source.problems)
    assert source.kind == KINDS[path.suffix]
    assert (SAID[path.name] in said) if path.name in SAID else said == ""
    assert bool(source.grids) is (path.name not in UNREADABLE)


@pytest.mark.parametrize(
    ("name", "sheet", "cells"),
    [
        ("wtf_path.xlsx", "SheetJS", {"A1": "1", "B1": "200%", "D2": "sheetjs"}),
        ("wtf_path.xlsb", "Hidden", {"A1": "H", "D3": "sh33t"}),
        ("rootZipFiles.xlsx", "Data", {"A1": "TEST CELL"}),
        ("minimal_package.xlsx", "Sheet1", {"A1": "ARREST BOOKINGS for 01/30/17", "A3": "BKG_NUM"}),
        ("nomimetype.ods", "Sheet1", {"A1": "Hello", "B1": "World"}),
        ("apachepoi_51535.xls.xlsb", "Sheet1", {"A1": "Top Left Cell"}),
        ("apachepoi_SharedFormulaTest.xls.xlsb", "0", {"A1": "1", "B8": "2", "H11": "8"}),
    ],
)
def test_values_of_others_are_those_of_libreoffice(name, sheet, cells):
    if not OTHERS.is_dir():
        pytest.skip("no files of others are here")
    grid = next(grid for grid in open_source(OTHERS / name).grids if grid.name == sheet)
    assert {cell: grid.text(*position(cell)) for cell in cells} == cells


@pytest.mark.slow
def test_files_of_others_stay_within_300_mb():
    if not OTHERS.is_dir():
        pytest.skip("no files of others are here")
    assert memory_of(*others(*KINDS)) <= 300


@pytest.mark.slow
@pytest.mark.parametrize("command", [("check", "--mark"), ("fill", "-o")])
def test_marked_and_filled_copies_of_others_stay_within_300_mb(command, tmp_path):
    if not OTHERS.is_dir():
        pytest.skip("no files of others are here")
    name, option = command
    out = tmp_path / ("标注" if name == "check" else "填.xlsx")
    run = [name, str(OTHERS / "large_strings.xlsx"), option, str(out)]
    assert memory_of(*run, code=RUN) <= 300 and out.exists()
