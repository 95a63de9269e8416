"""A received file is opened by what it is: values, merged areas and formats are the same in every format."""

from __future__ import annotations

import shutil
import struct
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from selfeval_xl.errors import UsageError
from selfeval_xl.model.grid import Area
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.readers import read_file
from selfeval_xl.readers.folder import collect
from selfeval_xl.readers.formats.compound_file import Compound, packed
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.readers.formats.xls_records import records
from support.hostile import OFFICE, RELS, compound, row, sheet, workbook, zipped

FILES = Path(__file__).parent / "files"

STYLES = (
    '<numFmts count="2"><numFmt numFmtId="176" formatCode="0.0%"/><numFmt numFmtId="177" '
    'formatCode="yyyy/m/d"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="176"/><xf numFmtId="177"/><xf '
    'numFmtId="49"/><xf numFmtId="2"/></cellXfs>'
)
BOF = struct.pack("<HHHH12x", 0x0809, 16, 0x0600, 5)  # the first record of an xls workbook
FORM = sheet(
    '<row r="1"><c r="A1" t="inlineStr"><is><t>项目支出绩效自评表</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>执行率</t></is></c><c r="B2" s="1"><v>0.9986</v></c><c '
    'r="C2" s="2"><v>1</v></c>'
    '<c r="D2" s="3"><v>45626</v></c><c r="E2" s="4" t="inlineStr"><is><t>=30000元</t></is></c></row>'
    '<row r="3" hidden="1"><c r="A3" s="5"><v>132.71</v></c><c r="B3"><v>0</v></c><c r="C3" '
    't="inlineStr"><is><t>  </t></is></c></row>'
    '<row r="4"><c r="A4" t="e"><f>A9/0</f><v>#DIV/0!</v></c><c r="B4"><f>SUM(A3:A3)</f><v>132.71</v></'
    "c></row>",
    before='<cols><col min="3" max="4" hidden="1"/></cols>',
    after='<mergeCells count="2"><mergeCell ref="A1:E1"/><mergeCell ref="A2:A3"/></mergeCells>',
)


def save(folder: Path, content: bytes, name: str = "件.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.fixture
def form(tmp_path):
    return open_source(save(tmp_path, workbook(FORM, styles=STYLES)))


def test_values_keep_their_kind_and_blank_text_is_nothing(form):
    assert form.grids[0].rows == [
        ["项目支出绩效自评表", None, None, None, None],
        ["执行率", 0.9986, 1.0, date(2024, 11, 30), "=30000元"],
        [132.71, 0.0, None, None, None],
        ["#DIV/0!", 132.71, None, None, None],
    ]


def test_cells_are_shown_as_excel_shows_them(form):
    grid = form.grids[0]
    assert [grid.text(1, column) for column in range(5)] == [
        "执行率",
        "99.86%",
        "100.0%",
        "2024年11月30日",
        "=30000元",
    ]
    assert grid.formats()[2, 0] == "0.00"


def test_merges_formulas_errors_and_what_is_hidden_come_from_the_xml(form):
    grid = form.grids[0]
    assert grid.merges == [Area(0, 0, 0, 4), Area(1, 0, 2, 0)]
    assert grid.formulas() == {(3, 0): "=A9/0", (3, 1): "=SUM(A3:A3)"}
    assert grid.errors() == {(3, 0): "#DIV/0!"}
    assert grid.hidden() == (frozenset({2}), frozenset({2, 3}))


def test_a_formula_without_its_result_is_empty_but_known(tmp_path):
    grid = open_source(
        save(tmp_path, workbook(sheet('<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1/A2</f></c></row>')))
    ).grids[0]
    assert grid.value(0, 1) is None
    assert grid.formulas() == {(0, 1): "=A1/A2"}


def test_a_shared_formula_is_written_out_for_each_cell(tmp_path):
    data = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1/C1</f></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c><c r="B2"><v>1</v></c></row>'
    )
    assert open_source(save(tmp_path, workbook(sheet(data)))).grids[0].formulas() == {
        (0, 0): "=B1/C1",
        (1, 0): "=B2/C2",
    }


def test_the_exact_reader_and_calamine_agree(tmp_path, form):
    prefixed = FORM.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    other = open_source(save(tmp_path, workbook(prefixed, styles=STYLES), "前缀.xlsx"))
    assert not other.problems
    for one, two in zip(form.grids, other.grids, strict=True):
        assert two.rows == one.rows
        assert two.merges == one.merges
        assert two.formats() == {
            place: shown for place, shown in one.formats().items() if one.value(*place) is not None
        }
        assert (two.formulas(), two.errors(), two.hidden()) == (one.formulas(), one.errors(), one.hidden())


def test_an_error_that_calamine_does_not_know_costs_nothing(tmp_path):
    source = open_source(
        save(
            tmp_path, workbook(sheet(row(1, "甲", 1) + '<row r="2"><c r="A2" t="e"><v>#SPILL!</v></c></row>'))
        )
    )
    assert source.grids[0].rows == [["甲", 1.0], ["#SPILL!", None]]


def test_hidden_sheets_are_read_and_our_own_becomes_settings(tmp_path):
    ours = sheet(row(1, "layout", "jilin-2024") + row(2, "year", 2024) + row(3, "submission"))
    content = workbook(
        sheet(row(1, "甲")),
        sheet(row(1, "乙")),
        ours,
        names=("明", "暗", SETTINGS),
        states={2: "hidden", 3: "veryHidden"},
    )
    source = open_source(save(tmp_path, content))
    assert [(grid.name, grid.visible) for grid in source.grids] == [("明", True), ("暗", False)]
    assert source.settings == {"layout": "jilin-2024", "year": "2024", "submission": ""}


def test_the_time_saved_inside_the_file_is_told(tmp_path):
    core = (
        '<cp:coreProperties xmlns:cp="c" xmlns:dcterms="d"><dcterms:modified>2025-03-28T08:15:00Z</'
        "dcterms:modified></cp:coreProperties>"
    )
    assert (
        open_source(save(tmp_path, workbook(sheet(row(1, "甲")), extra={"docProps/core.xml": core}))).saved
        == "2025-03-28T08:15:00Z"
    )
    assert open_source(save(tmp_path, workbook(sheet(row(1, "甲"))))).saved is None


def test_macros_are_told_but_not_in_our_own_template(tmp_path):
    macro = {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}
    source = open_source(save(tmp_path, workbook(sheet(row(1, "甲")), extra=macro)))
    assert [(problem.rule, "宏" in problem.text) for problem in source.problems] == [("T07", True)]
    assert not open_source(
        save(
            tmp_path,
            workbook(sheet(row(1, "甲")), sheet(row(1, "id", "x")), names=("表", SETTINGS), extra=macro),
        )
    ).problems


def test_external_links_and_dde_are_told(tmp_path):
    for xml, word in (
        ("<externalLink><externalBook/></externalLink>", "链接"),
        ("<externalLink><ddeLink ddeService='cmd'/></externalLink>", "DDE"),
    ):
        source = open_source(
            save(tmp_path, workbook(sheet(row(1, "甲")), extra={"xl/externalLinks/externalLink1.xml": xml}))
        )
        assert [problem.rule for problem in source.problems] == ["T07"] and word in source.problems[0].text


@pytest.mark.parametrize(
    ("content", "kind", "rule", "word"),
    [
        (b"", "empty", "T01", "空文件"),
        (b"\0" * 5000, "empty", "T01", "空文件"),
        ("部门,项目\n甲,乙\n".encode("gbk"), "text", "T01", "纯文本"),
        (b'<?xml version="1.0"?><settings/>', "text", "T01", "XML"),
        (b"Rar!\x1a\x07\x01\0" + b"x" * 50, "rar", "T01", "解压"),
        (b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "7z", "T01", "解压"),
        (zipped({"a.txt": "x"}), "zip", "T01", "解压"),
        (bytes(range(256)) * 40, "unknown", "T01", "不是自评表"),
        (b"PK\x03\x04 no zip at all", "unknown", "T08", "损坏"),
        (
            compound(("EncryptedPackage", b"x" * 5000), ("EncryptionInfo", b"y" * 5000)),
            "encrypted",
            "T08",
            "密码",
        ),
        (compound(("WordDocument", b"x" * 5000)), "doc", "T01", "另存为.docx"),
        (rb"{\rtf1\ansi\ansicpg936 {\trowd }}", "doc", "T01", "另存为.docx"),
        (
            zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
            "doc",
            "T01",
            "另存为.docx",
        ),
        (
            compound(("Workbook", BOF + struct.pack("<HHH", 0x2F, 2, 0) + b"\0" * 5000)),
            "encrypted",
            "T08",
            "密码",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "unknown", "T08", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unknown", "T08", "损坏"),
    ],
)
def test_what_is_no_workbook_is_named_with_its_remedy(tmp_path, content, kind, rule, word):
    source = open_source(save(tmp_path, content))
    assert source.kind == kind
    assert [problem.rule for problem in source.problems] == [rule]
    assert "件.xlsx" in source.problems[0].text and word in source.problems[0].text


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"%PDF-1.4 x", "pdf"), (b"\xff\xd8\xff\xe0 x", "image"), (b"\x89PNG\r\n\x1a\n", "image")],
)
def test_a_scan_is_an_attachment_and_no_fault(tmp_path, content, kind):
    source = open_source(save(tmp_path, content, "盖章件.xlsx"))
    assert (source.kind, source.problems) == (kind, [])


def test_a_name_says_nothing_about_the_content(tmp_path):
    content = workbook(sheet(row(1, "甲")))
    for name in ("件.xls", "件.et", "件.docx", "😀" * 20 + ".dat", "长" * 80):
        assert open_source(save(tmp_path, content, name)).kind == "xlsx"


def test_a_circle_of_sectors_is_damage(tmp_path):
    content = bytearray(compound(("Workbook", b"x" * 5000)))
    struct.pack_into("<I", content, len(content) - 512, 0)
    source = open_source(save(tmp_path, bytes(content), "件.xls"))
    assert [problem.rule for problem in source.problems] == ["T08"]


@pytest.mark.parametrize("size", [1, 4096, 7 << 20, 9 << 20])
def test_a_stream_packed_alone_comes_back_whole(size):
    stream = bytes(range(1, 252)) * (size // 251 + 1)
    assert Compound(packed("Workbook", stream)).stream("Workbook").rstrip(b"\0") == stream


def test_a_lying_count_of_strings_in_xls_is_damage(tmp_path):
    stream = BOF + struct.pack("<HHII", 0xFC, 8, 1, 0x7FFFFFFF) + struct.pack("<HH", 0x0A, 0)
    assert [
        problem.rule for problem in open_source(save(tmp_path, packed("Workbook", stream), "件.xls")).problems
    ] == ["T08"]


def test_only_a_missing_file_raises(tmp_path):
    with pytest.raises(UsageError, match="找不到文件"):
        open_source(tmp_path / "没有.xlsx")
    with pytest.raises(UsageError, match="文件夹"):
        open_source(tmp_path)


def test_a_folder_is_walked_without_lock_files(tmp_path):
    for name in (
        "乙/~$表.xlsx",
        "乙/表.xlsx",
        "甲.docx",
        "Thumbs.db",
        ".DS_Store",
        "__MACOSX/._表.xlsx",
        ".~lock.表.xlsx#",
        "乙/丙/说明.pdf",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [str(path.relative_to(tmp_path)) for path in collect(tmp_path)] == [
        "甲.docx",
        "乙/表.xlsx",
        "乙/丙/说明.pdf",
    ]
    with pytest.raises(UsageError, match="找不到文件夹"):
        collect(tmp_path / "没有")


@pytest.fixture(scope="module")
def saved_by_libreoffice(tmp_path_factory, libreoffice):
    """The form above (表) and the real filing (真, where it is there) as xlsx, and as LibreOffice saves them:
    (xlsx, xls, ods) by name.
    """
    folder = tmp_path_factory.mktemp("lo")
    save(folder, workbook(FORM, sheet(row(1, "暗", 2)), styles=STYLES, states={2: "hidden"}), "表.xlsx")
    for real in (Path(__file__).parents[2] / "shared" / "seed").glob("*.xlsx"):
        shutil.copy(real, folder / "真.xlsx")
    return {
        path.stem: (path, *(libreoffice.convert(path, kind, folder) for kind in ("xls", "ods")))
        for path in sorted(folder.glob("*.xlsx"))
    }


def test_xls_and_ods_say_the_same_as_xlsx(saved_by_libreoffice):
    for paths in saved_by_libreoffice.values():
        one, *others = [open_source(path) for path in paths]
        assert [other.kind for other in others] == ["xls", "ods"]
        for other in others:
            assert other.saved is not None or one.saved is None
            for grid, same in zip(one.grids, other.grids, strict=True):
                assert (same.name, same.visible, same.rows) == (grid.name, grid.visible, grid.rows)
                assert set(same.merges) == set(grid.merges)
                assert same.hidden() == grid.hidden()
                assert same.errors() == grid.errors()
                places = [(row, column) for row in range(grid.height) for column in range(grid.width)]
                assert [same.text(*place) for place in places] == [grid.text(*place) for place in places]


def test_formulas_of_ods_are_in_excels_words(saved_by_libreoffice):
    assert open_source(saved_by_libreoffice["表"][2]).grids[0].formulas()[3, 1] == "=SUM(A3:A3)"


def test_a_cut_or_broken_xls_is_a_problem(saved_by_libreoffice, tmp_path):
    whole = saved_by_libreoffice["表"][1].read_bytes()
    for share in (0.3, 0.6, 0.9):
        source = open_source(save(tmp_path, whole[: int(len(whole) * share)], "断.xls"))
        assert source.problems or source.grids


def test_a_far_cell_in_xls_is_reported_and_the_form_is_read(tmp_path, saved_by_libreoffice):
    data = bytearray(saved_by_libreoffice["表"][1].read_bytes())
    stream = Compound(bytes(data)).stream("Workbook")
    number = next(
        at
        for kind, at, _ in records(stream)
        if kind == 0x00FD and stream[at : at + 4] == struct.pack("<HH", 1, 4)
    )
    at = data.index(stream[number : number + 10])
    struct.pack_into("<HH", data, at, 65535, 255)
    source = open_source(save(tmp_path, bytes(data), "远.xls"))
    assert "IV65536" in source.problems[0].text
    assert source.grids[0].rows[1][:2] == ["执行率", 0.9986]


def _record(kind: int, data: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb(cells: bytes) -> bytes:
    """A binary workbook with one sheet of these cell records, A1:B1 merged."""
    relations = (
        f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{OFFICE}/%s" Target="%s"/></'
        "Relationships>"
    )
    styles = (
        _record(278, b"")
        + _record(615, struct.pack("<I", 1))
        + _record(44, struct.pack("<H", 176) + _wide("0.0%"))
        + _record(616, b"")
    )
    for number_format in (0, 176):
        styles += _record(617, struct.pack("<I", 2)) * (number_format == 0) + _record(
            47, struct.pack("<HH12x", 0, number_format)
        )
    styles += _record(618, b"") + _record(279, b"")
    listed = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("自评表"))
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations % ("officeDocument", "xl/workbook.bin"),
            "xl/_rels/workbook.bin.rels": relations % ("worksheet", "worksheets/sheet1.bin"),
            "xl/styles.bin": styles,
            "xl/workbook.bin": _record(131, b"")
            + _record(143, b"")
            + listed
            + _record(144, b"")
            + _record(132, b""),
            "xl/worksheets/sheet1.bin": b"".join(
                (
                    _record(129, b""),
                    _record(148, struct.pack("<IIII", 0, 1, 0, 1)),
                    _record(145, b""),
                    cells,
                    _record(146, b""),
                    _record(177, struct.pack("<I", 1)),
                    _record(176, struct.pack("<IIII", 0, 0, 0, 1)),
                    _record(178, b""),
                    _record(130, b""),
                )
            ),
        }
    )


def test_a_binary_workbook_gives_values_merges_and_formats(tmp_path):
    cells = _record(0, struct.pack("<I21x", 0)) + _record(6, struct.pack("<II", 0, 0) + _wide("执行率"))
    cells += _record(0, struct.pack("<I21x", 1)) + _record(5, struct.pack("<IId", 1, 1, 0.9))
    source = open_source(save(tmp_path, _xlsb(cells), "件.xlsb"))
    assert (source.kind, source.problems) == ("xlsb", [])
    grid = source.grids[0]
    assert (grid.name, grid.rows, grid.merges) == (
        "自评表",
        [["执行率", None], [None, 0.9]],
        [Area(0, 0, 0, 1)],
    )
    assert grid.text(1, 1) == "90.0%"


def test_a_far_cell_in_a_binary_workbook_is_told(tmp_path):
    corners = ((0, 0), (1_048_575, 16_383))
    cells = b"".join(
        _record(0, struct.pack("<I21x", at)) + _record(5, struct.pack("<IId", column, 0, 1.0))
        for at, column in corners
    )
    assert "太远" in open_source(save(tmp_path, _xlsb(cells), "件.xlsb")).problems[0].text


def test_cells_that_calamine_would_pass_over_are_told_and_not_lost(tmp_path):
    cells = (
        _record(0, struct.pack("<I21x", 0))
        + _record(6, struct.pack("<II", 0, 0) + _wide("执行率"))
        + _record(16, struct.pack("<Id", 0, 0.9))
    )
    problem = open_source(save(tmp_path, _xlsb(cells), "件.xlsb")).problems[0]
    assert problem.rule == "T01" and "另存为xlsx" in problem.text


def test_a_binary_workbook_reads_like_the_workbook_it_was_made_from():
    """files/filled.xlsb was written by SheetJS from files/filled.xlsx, one full record for each cell, as
    Excel does.
    """
    first, second = (read_file(FILES / f"filled.{kind}") for kind in ("xlsx", "xlsb"))
    assert len(first.forms) == 2 and first.problems == second.problems == ()
    assert [replace(form, file="") for form in second.forms] == [
        replace(form, file="") for form in first.forms
    ]


def test_hidden_rows_of_excels_own_files_are_seen():
    """Excel writes an attribute of a namespace into its rows, which a parser refuses where the tag stands
    alone.
    """
    from selfeval_xl.readers.formats.sheet_xml import hidden_in

    xml = (
        b'<worksheet xmlns:x14ac="urn:a"><cols><col min="3" max="4" width="9.140625" hidden="1" '
        b'customWidth="1"/></cols><sheetData>'
        b'<row r="2" spans="1:7" hidden="1" x14ac:dyDescent="0.25"/><row r="3" spans="1:7" ht="15.75" '
        b'x14ac:dyDescent="0.2"/></sheetData></worksheet>'
    )
    assert hidden_in(xml) == (frozenset({1}), frozenset({2, 3}))
