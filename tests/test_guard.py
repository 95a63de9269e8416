"""Hostile and broken packages: a sentence for who sent them, never a crash, a hang or much memory."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats import xml_walk
from selfeval_xl.readers.formats.cell_looks import CellLooks, looks_in
from selfeval_xl.readers.formats.guard import (
    few_cells,
    few_entries,
    honest_counts,
    open_package,
    pack,
    plain_xml,
    usual_cells,
)
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.readers.formats.xml_walk import small_enough, tree, walk, weight
from support.hostile import parts, repeated, row, sheet, with_packed_part, workbook, zipped

GOOD = sheet(row(1, "项目名称", 1))


def opened(tmp_path: Path, content: bytes, name: str = "件.xlsx"):
    path = tmp_path / name
    path.write_bytes(content)
    return open_source(path)


def only_problem(source):
    assert len(source.problems) == 1, source.problems
    return source.problems[0]


def test_far_corner_is_reported_and_the_form_is_read(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    source = opened(tmp_path, workbook(sheet(row(1, "项目名称", 2) + far)))
    assert source.grids[0].rows == [["项目名称", 2.0]]
    assert "XFD1048576" in only_problem(source).text


def test_values_that_span_too_large_a_rectangle_are_cut_to_the_near_ones(tmp_path):
    source = opened(
        tmp_path, workbook(sheet(row(1, "甲") + '<row r="90000"><c r="ZZ90000"><v>1</v></c></row>'))
    )
    assert source.grids[0].rows == [["甲"]]
    assert "ZZ90000" in only_problem(source).text


def test_cells_without_a_place_are_counted_and_cannot_hide_a_far_corner(tmp_path):
    wide = "<row>" + "<c><v>1</v></c>" * 5_000 + "</row>"
    source = opened(tmp_path, workbook(sheet('<row r="99999"><c><v>7</v></c></row>' + wide)))
    assert "共5001格" in only_problem(source).text
    small = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert opened(tmp_path, workbook(sheet(small))).grids[0].rows == [[1.0, 2.0], [3.0, None]]


@pytest.mark.parametrize("place", ["ZZZZZZZZ1", "A99999999", "AAAA1"])
def test_absurd_addresses_are_left_out(tmp_path, place):
    source = opened(tmp_path, workbook(sheet(row(1, "甲") + f'<row r="2"><c r="{place}"><v>1</v></c></row>')))
    assert source.grids[0].rows == [["甲"]]
    assert "太远" in only_problem(source).text


def test_65000_styled_empty_rows_are_read_at_once(tmp_path):
    empty = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{column}{n}" s="1"/>' for column in "ABG") + "</row>"
        for n in range(2, 65_002)
    )
    content = workbook(
        sheet(row(1, "项目名称", 1) + empty),
        styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="10"/></cellXfs>',
    )
    start = time.process_time()
    source = opened(tmp_path, content)
    assert time.process_time() - start < 2
    assert source.grids[0].rows == [["项目名称", 1.0]]
    assert not source.problems


def test_a_bomb_that_says_its_size_is_not_inflated(tmp_path):
    packed, size, checksum = repeated(b"<worksheet>", b" " * 1024, 200 << 10, b"</worksheet>")
    content = with_packed_part(parts(), "xl/worksheets/sheet1.xml", packed, size, checksum)
    source = opened(tmp_path, content)
    assert len(content) < 1 << 20
    assert only_problem(source).rule == "T08" and "过大" in only_problem(source).text


def test_a_header_that_lies_about_the_size_is_damage(tmp_path):
    packed, _, checksum = repeated(b"<worksheet>", b" " * 1024, 100 << 10, b"</worksheet>")
    problem = only_problem(
        opened(tmp_path, with_packed_part(parts(GOOD), "xl/styles.xml", packed, 500, checksum))
    )
    assert problem.rule == "T08" and "损坏" in problem.text


def test_a_wrong_checksum_is_damage(tmp_path):
    packed = zlib.compress(b"<a/>", 9)[2:-4]
    assert (
        "损坏"
        in only_problem(opened(tmp_path, with_packed_part(parts(GOOD), "xl/styles.xml", packed, 4, 1))).text
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_package_is_damage(tmp_path, share):
    content = workbook(sheet(row(1, *"甲乙丙丁")))
    problem = only_problem(opened(tmp_path, content[: int(len(content) * share)]))
    assert problem.rule == "T08" and "件.xlsx" in problem.text and "另存为xlsx" in problem.text


def test_entities_are_refused(tmp_path):
    bomb = f'<!DOCTYPE x [<!ENTITY a "{"ha" * 50}"><!ENTITY b "&a;&a;&a;">]>' + sheet(row(1, "&b;"))
    problem = only_problem(opened(tmp_path, workbook(bomb)))
    assert problem.rule == "T08" and "实体" in problem.text


def test_entities_cannot_hide_in_another_encoding():
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><a/>'
    for part in (hidden.encode("utf-16"), hidden.encode("utf-16-le"), hidden.encode("utf-16-be")):
        with pytest.raises(UnreadableFile):
            plain_xml(part)
    assert plain_xml('<?xml version="1.0" encoding="GBK"?><a>表</a>'.encode("gbk")) == "<a>表</a>".encode()


def test_a_million_merged_areas_are_cut(tmp_path):
    merges = "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 300_000 + "</mergeCells>"
    start = time.process_time()
    source = opened(tmp_path, workbook(sheet(row(1, "甲", 1), after=merges)))
    assert time.process_time() - start < 3
    assert source.grids[0].rows == [["甲", 1.0]]
    assert len(source.grids[0].merges) <= 20_001
    assert "合并单元格过多" in only_problem(source).text


def test_a_merged_area_over_the_whole_sheet_reaches_only_a_little_beyond_the_values(tmp_path):
    source = opened(
        tmp_path,
        workbook(
            sheet(
                row(1, "甲", 1), after='<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            )
        ),
    )
    area = source.grids[0].merges[0]
    assert (area.top, area.left) == (0, 0) and area.bottom < 100 and area.right < 100


def test_a_lying_count_of_shared_strings_reserves_nothing(tmp_path):
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" '
        'uniqueCount="4000000000"><si><t>甲</t></si></sst>'
    )
    source = opened(
        tmp_path,
        workbook(
            sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), extra={"xl/sharedStrings.xml": strings}
        ),
    )
    assert source.grids[0].rows == [["甲"]]
    assert b"4000000000" not in honest_counts(strings.encode())


@pytest.mark.soak
def test_a_dense_sheet_is_read_up_to_its_limit(tmp_path):
    source = opened(
        tmp_path, workbook(sheet("".join(row(number, *range(26)) for number in range(1, 20_001))))
    )
    assert source.grids[0].height <= 400_000 // 26 + 1
    assert "超过400000个" in only_problem(source).text


def test_a_part_that_names_itself_twice_cannot_slip_past(tmp_path):
    file = BytesIO(workbook(GOOD))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("xl/worksheets/sheet1.xml", sheet('<row r="1"><c r="XFD1048576"><v>1</v></c></row>'))
    assert opened(tmp_path, file.getvalue()).grids[0].rows == [["项目名称", 1.0]]


def test_an_encrypted_part_says_so(tmp_path):
    raw = bytearray(workbook(GOOD))
    with zipfile.ZipFile(BytesIO(bytes(raw))) as archive:
        directory = archive.start_dir
    while raw[directory : directory + 4] == b"PK\x01\x02":
        raw[directory + 8] |= 1
        name, extra, comment = struct.unpack_from("<HHH", raw, directory + 28)
        directory += 46 + name + extra + comment
    assert "密码" in only_problem(opened(tmp_path, bytes(raw))).text


def test_a_bomb_of_repeated_cells_in_ods_is_cut(tmp_path):
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    )
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet><table:table "
        f'table:name="甲">{row}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    source = opened(
        tmp_path,
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}),
        "件.ods",
    )
    assert source.kind == "ods"
    assert source.grids[0].height * source.grids[0].width <= 2_000_000
    assert any("只读了前面的" in problem.text for problem in source.problems)


def test_usual_cells_are_told_from_those_that_need_a_closer_look():
    assert usual_cells(b'<row r="1"><c r="A1" s="1"/><c r="CB9999"><v>1</v></c><col min="1"/></row>')
    for odd in (
        b'<c r="EA1">',
        b'<c r="A100000">',
        b'<c s="1" r="A1">',
        b"<c>",
        b"<x:c r='A1'>",
        b"<c r='A1'>",
        b'<c\nr="A1">',
        b'<c r="AB12345">',
    ):
        assert not usual_cells(b"<sheetData>" + odd + b"</sheetData>"), odd


def test_what_is_packed_is_what_was_read():
    content = {"甲.xml": b"<a/>", "b/c.bin": bytes(range(256)) * 300}
    with zipfile.ZipFile(pack(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == content
    assert open_package(pack(content).getvalue()).parts(content) == content


@pytest.mark.soak
def test_a_sheet_that_inflates_to_2_gb_is_refused_in_bounded_memory(tmp_path):
    import resource

    for size in ("true", "lie"):
        rows = (2 << 30) // 40
        packed, real, checksum = repeated(
            b"<worksheet><sheetData>",
            b'<row r="1"><c r="A1"><v>1</v></c></row>',
            rows,
            b"</sheetData></worksheet>",
        )
        content = with_packed_part(
            parts(), "xl/worksheets/sheet1.xml", packed, real if size == "true" else 1_000, checksum
        )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert only_problem(opened(tmp_path, content)).rule == "T08"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def peak_of(path: Path) -> tuple[str, int]:
    """The kind of a file that a process of its own opens, and the most memory that this takes, in kB."""
    script = (
        # not ru_maxrss: that starts with the parent's
        "import sys,re;from selfeval_xl.readers.formats.source import open_source;s=open_source(sys.argv[1]);"
        "print(s.kind, re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    command, root = [sys.executable, "-c", script, str(path)], Path(__file__).parents[1]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    kind, memory = answer.stdout.split()
    return kind, int(memory)


@pytest.mark.soak
def test_a_full_64_mb_of_text_stays_below_300_mb(tmp_path):
    text = "".join(row(n, "很长的说明" * 60) for n in range(1, 60_000))
    path = tmp_path / "大.xlsx"
    path.write_bytes(workbook(sheet(text)))
    _, memory = peak_of(path)
    assert open_source(path).grids[0].height == 59_999
    assert memory < 300_000


@pytest.mark.parametrize("at", ["cell", "style", "row", "column", "format", "year"])
def test_a_number_of_five_thousand_digits_costs_itself(tmp_path, at):
    digits = "9" * 5000
    old, new = {
        "cell": ("</c>", f'</c><c r="B1" t="s"><v>{digits}</v></c>'),
        "style": ('<c r="A1"', f'<c r="A1" s="{digits}"'),
        "row": ('<row r="1"', f'<row r="{digits}" hidden="1"'),
        "column": ("<sheetData>", f'<cols><col min="1" max="{digits}" hidden="1"/></cols><sheetData>'),
        "format": ("<cellXfs", f'<numFmts><numFmt numFmtId="{digits}" formatCode="0"/></numFmts><cellXfs'),
        "year": ("2024", digits),
    }[at]
    book = openpyxl.Workbook()
    book.active["A1"] = "项目支出绩效自评表"
    hidden = book.create_sheet("_selfeval")
    hidden.append(["year", "2024"])
    book.save(tmp_path / "好.xlsx")
    part = {"format": "xl/styles.xml", "year": "sheet2.xml"}.get(at, "sheet1.xml")
    with (
        zipfile.ZipFile(tmp_path / "好.xlsx") as source,
        zipfile.ZipFile(tmp_path / "坏.xlsx", "w") as target,
    ):
        for name in source.namelist():
            data = source.read(name).decode()
            assert not name.endswith(part) or old in data
            target.writestr(name, data.replace(old, new, 1) if name.endswith(part) else data)
    assert read_file(tmp_path / "坏.xlsx").kind == "xlsx"


def test_a_font_of_a_million_colours_costs_little_memory():
    colours = b'<color rgb="FFFFFFFF"/>' * 100_000
    xml = (
        b'<styleSheet><fonts><font><name val="Symbol"/>' + colours + b"</font></fonts>"
        b'<fills><fill><patternFill patternType="none"/></fill></fills>'
        b'<cellXfs><xf fontId="0" fillId="0"/></cellXfs></styleSheet>'
    )
    tracemalloc.start()
    looks = looks_in(xml)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert looks == CellLooks(frozenset((0,)), ((0, "Symbol"),)) and peak < 10_000_000


# Each takes 20 to 95 times its own size as elements.
MUCH_FOR_LITTLE = {
    "elements in one": (b"<a>", b"<b/>", b"</a>"),
    "attributes": (b"<a>", b'<b c=""/>', b"</a>"),
    "attributes of one": (b"<a><b", b' c%d="12"', b"/></a>"),
    "lines of a text": (b"<a>", b"ab\n", b"</a>"),
    "lines between signs": (b"<a>", b"ab&lt;", b"</a>"),
    "lines between remarks": (b"<a>", b"ab\n<!---->", b"</a>"),
    "runs": (b"<a>", b"<r>12</r>", b"</a>"),
}


def filled(place: str, size: int) -> bytes:
    """XML of this many bytes, filled with what takes much memory."""
    first, piece, last = MUCH_FOR_LITTLE[place]
    pieces = (piece % number if b"%d" in piece else piece for number in range(size // len(piece)))
    return first + b"".join(pieces) + last


@pytest.mark.parametrize("place", MUCH_FOR_LITTLE)
def test_xml_that_would_take_a_gigabyte_is_refused_before_it_does(place, monkeypatch):
    monkeypatch.setattr(xml_walk, "MAX_HELD", 100_000)
    monkeypatch.setattr(xml_walk, "MAX_WEIGHT", 5_000_000)
    small, large = filled(place, 40_000), filled(place, 300_000)
    assert sum(1 for _ in walk(small, frozenset("a"))) > 1 and small_enough(small) == small
    with pytest.raises(UnreadableFile):
        for _ in walk(large, frozenset("a")):
            pass
    with pytest.raises(UnreadableFile):
        small_enough(large)


def test_elements_that_are_seen_one_by_one_may_be_many(monkeypatch):
    monkeypatch.setattr(xml_walk, "MAX_HELD", 200_000)
    rows = filled("runs", 900_000)  # of 9 bytes each
    assert sum(event == "end" for event, _, _ in walk(rows, frozenset("r"))) == 100_000 + 1


@pytest.mark.parametrize(
    ("xml", "takes"),
    [
        (b"<a/>" * 1_000, 4_000 * 2 + 1_000 * 300),
        (b'<a b="1"></a>', 13 * 2 + 300 + 300),
        (b"a\nb&amp;", 8 * 2 + 2 * 90),
        ("😀a".encode(), 5 * 5),  # one rare sign makes all letters of a text wide
        (b"&#128512;", 9 * 5 + 90),
    ],
)
def test_xml_weighs_what_its_elements_attributes_and_lines_take(xml, takes):
    assert weight(xml) == takes


def test_a_workbook_whose_list_of_sheets_is_nested_a_million_times_stays_below_300_mb(tmp_path):
    content = parts(sheet(row(1, 1)))
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace("<sheets>", "<sheets>" * 1_000_000)
    path = tmp_path / "坏.xlsx"
    path.write_bytes(zipped(content))
    kind, memory = peak_of(path)
    assert kind == "xlsx" and memory < 200_000


@pytest.mark.parametrize("usual", [True, False])
def test_a_sheet_that_is_listed_five_thousand_times_is_read_once(tmp_path, usual):
    first = row(1, "甲", 2) if usual else row(1, "甲", 2).replace('<c r="B1"', '<c s="0" r="B1"')
    content = parts(sheet(first), sheet(row(1, "乙")))
    entry = '<sheet name="表A" sheetId="1" r:id="rId1"/>'
    for many in (entry * 5_000, entry + "".join(entry.replace("表A", f"表{each}") for each in range(5_000))):
        listed = content | {"xl/workbook.xml": content["xl/workbook.xml"].replace(entry, many)}
        source = opened(tmp_path, zipped(listed))
        assert [(grid.name, grid.text(0, 0)) for grid in source.grids] == [("表A", "甲"), ("表B", "乙")]
        assert not source.problems


def test_of_more_sheets_than_a_workbook_has_the_first_are_read(tmp_path):
    sheets = [sheet(row(1, number)) for number in range(1_002)]
    source = opened(tmp_path, workbook(*sheets, names=tuple(f"表{number}" for number in range(1_002))))
    assert len(source.grids) == 1_000 and source.grids[-1].text(0, 0) == "999"
    assert only_problem(source).text == "工作表超过1000张，只读了前面的。请拆成几个工作簿后再报送。"


def test_a_part_that_is_too_large_for_a_copy_is_one_sentence(tmp_path, monkeypatch):
    from selfeval_xl.model.edits import Edit, Look
    from selfeval_xl.writers.xlsx.apply import apply

    values = "".join(row(number, 1) for number in range(2, 4_000))
    path = tmp_path / "大.xlsx"
    path.write_bytes(workbook(sheet(row(1, "甲") + values)))
    monkeypatch.setattr(xml_walk, "MAX_HELD", 10_000)
    monkeypatch.setattr(xml_walk, "MAX_WEIGHT", 1_000_000)
    with pytest.raises(UnreadableFile, match="内容过大"):
        apply(path, [Edit("表A", "A1", "甲", "乙", Look.TEXT)], tmp_path / "副本.xlsx")


ENTRY = {
    "sheets": ("xl/workbook.xml", "</sheets>", '<sheet name="表{}" sheetId="1" r:id="rId1"/>', 10_001),
    "relationships": ("xl/_rels/workbook.xml.rels", "</Rel", '<Relationship Id="a{}" Target="b"/>', 20_001),
    "number formats": ("xl/styles.xml", "<cellXfs", '<numFmt numFmtId="{}" formatCode="0"/>', 20_001),
    "formulas": ("xl/worksheets/sheet1.xml", "</row>", "<c><f>1</f></c>", 400_001),
    "empty cells with a style": ("xl/worksheets/sheet1.xml", "</row>", '<c s="1"/>', 1_500_001),
}


@pytest.mark.parametrize("place", ENTRY)
def test_lists_longer_than_those_of_any_form_are_refused_at_once(tmp_path, place):
    styles = '<numFmts/><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs>'
    content = parts(sheet(row(1, "甲")), styles=styles)
    name, before, entry, many = ENTRY[place]
    more = "".join(map(entry.format, range(many))) if "{}" in entry else entry * many
    assert before in content[name]
    spoilt = content | {name: content[name].replace(before, more + before, 1)}
    began = time.process_time()
    source = opened(tmp_path, zipped(spoilt))
    assert time.process_time() - began < 2
    assert source.grids == [] and "展开后内容过大" in only_problem(source).text


@pytest.mark.parametrize(
    ("text", "endless"),
    [
        ("<t>{}</t>".format("a" * 5_000_000), True),
        ("<t>{}</t><t>{}</t>".format("a" * 4_000_000, "b" * 4_000_000), False),
        ("<t>a</t>" * 700_000 + "a" * 4_194_304, True),
        ("<t>a</t>" * 700_000, False),
        ("a" * 4_194_304, False),
    ],
)
def test_a_text_longer_than_any_cell_holds_is_noticed_wherever_it_stands(text, endless):
    if endless:
        with pytest.raises(UnreadableFile):
            few_cells(text.encode())
        with pytest.raises(UnreadableFile):
            few_entries(text.encode())
    else:
        assert few_cells(text.encode()) == few_entries(text.encode()) == text.encode()


@pytest.mark.parametrize("encoding", ["UTF-NaN", "utf-7", "euc-jp", "x" * 30])
def test_an_encoding_that_the_parser_does_not_know_is_broken_xml(encoding):
    xml = f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()
    for parse in (tree, lambda data: list(walk(data, frozenset()))):
        with pytest.raises(ElementTree.ParseError):
            parse(xml)
