"""Old xls workbooks: what calamine would take wrongly, what is left out, and what xlrd makes of them."""

from __future__ import annotations

import random
import struct
import time
from io import StringIO
from pathlib import Path

import pytest
import xlrd

from selfeval_xl.model.display.cell import is_date_format
from selfeval_xl.model.grid import Area, Value
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.readers.formats.compound_file import packed
from selfeval_xl.readers.formats.grid_values import TOO_MANY_VALUES, clean, filled, merged, serial_date
from selfeval_xl.readers.formats.guard import MAX_VALUES
from selfeval_xl.readers.formats.number_formats import BUILTIN
from selfeval_xl.readers.formats.source import Source, open_source
from support.biff import (
    CLOCK,
    PERCENT,
    book,
    formula,
    merge,
    number,
    numbers,
    record,
    shared,
    stream,
    strings,
    text,
)

ROOT = Path(__file__).parents[1]
OTHERS = ROOT.parent / "shared" / "others"
FAR = number(65535, 255, 1.0)


@pytest.fixture
def opened(tmp_path):
    """The Source of a file with this content."""

    def open_content(content: bytes) -> Source:
        path = tmp_path / "件.xls"
        path.write_bytes(content)
        return open_source(path)

    return open_content


@pytest.mark.parametrize("size", range(60, 72))
def test_a_rare_character_between_two_records_is_whole(opened, size):
    values = ["王𠮷文", "𠮷" * 40, "甲" + "𠮷" * 40, "乙", "A𠮷" * 60]
    cells = b"".join(shared(row, 0, row) for row in range(len(values)))
    grid = opened(book(cells, before=strings(values, size))).grids[0]
    assert [row[0] for row in grid.rows] == values


@pytest.mark.parametrize("length", [4111, 12_000, 32_766])
def test_a_formulas_text_is_read_to_its_end(opened, length):
    value = "甲乙𠮷" * (length // 4) + "末"
    grid = opened(book(formula(0, 0, value) + text(1, 0, "后"))).grids[0]
    assert grid.rows == [[value], ["后"]]


@pytest.mark.parametrize("code_page", [0, 936, 1200, 1252, 10008])
def test_text_of_excel_97_is_utf16_whatever_the_code_page(opened, code_page):
    """JExcelApi, of which many systems export, writes 1252; Excel writes 1200."""
    source = opened(book(text(0, 0, "执行率"), code_page=code_page))
    assert (source.problems, source.grids[0].name, source.grids[0].rows) == ([], "表0", [["执行率"]])


@pytest.mark.parametrize(
    ("code_page", "encoding"), [(0, "gbk"), (936, "gbk"), (10008, "gbk"), (950, "big5"), (10002, "big5")]
)
def test_a_book_of_before_1997_keeps_its_names_states_and_formats(opened, code_page, encoding):
    cells = record(0x204, struct.pack("<HHHH", 0, 0, 0, 4) + "中文".encode(encoding)) + number(
        0, 1, 0.5, PERCENT
    )
    given = struct.pack("<HHH8sHIH", 1, 0, 0, b"\0\0\0\0\0\0\xff\xff", 0, 0, 0)
    cells += record(0x06, given) + record(0x207, struct.pack("<H", 2) + "末".encode(encoding))
    source = opened(book(cells, code_page=code_page, name="自表".encode(encoding), state=1))
    grid = source.grids[0]
    assert (grid.name, grid.visible, grid.rows, grid.text(0, 1)) == (
        "自表",
        False,
        [["中文", 0.5], ["末", None]],
        "50.00%",
    )


def test_a_book_of_before_1997_may_have_a_sheet_with_a_name_of_one_letter(opened):
    grid = opened(book(number(0, 0, 0.5, PERCENT), name=b"A", state=1)).grids[0]
    assert (grid.name, grid.visible, grid.text(0, 0)) == ("A", False, "50.00%")


@pytest.mark.parametrize("name", ["WORKBOOK", "workbook"])
def test_a_streams_name_is_the_same_in_capitals(opened, name):
    source = opened(packed(name, stream(text(0, 0, "甲"))))
    assert (source.kind, source.problems, source.grids[0].rows) == ("xls", [], [["甲"]])


def test_a_sheet_with_a_far_cell_keeps_its_areas_times_and_errors(opened):
    cells = text(0, 0, "自评表") + number(1, 0, 0.9986, PERCENT) + number(1, 1, 0.354166666666667, CLOCK)
    cells += record(0x205, struct.pack("<HHHBB", 1, 2, 0, 0x17, 1)) + formula(1, 3, "甲")
    cells += formula(30_000, 0, "远") + text(2, 0, "末") + merge((0, 0, 0, 3), (1, 2, 0, 0)) + FAR
    source = opened(book(cells, text(0, 0, "第二张")))
    grid = source.grids[0]
    assert [problem.text for problem in source.problems] == [
        "有内容的单元格离表格太远，没有读取：A30001、IV65536（共2格）。请删除表格以外的内容后再保存。"
    ]
    assert grid.rows == [
        ["自评表", None, None, None],
        [0.9986, "8:30", "#REF!", "甲"],
        ["末", None, None, None],
    ]
    assert grid.merges == [Area(0, 0, 0, 3), Area(1, 0, 2, 0)]
    assert (grid.text(1, 0), grid.formats()) == ("99.86%", {(1, 0): "0.00%", (1, 1): "h:mm"})
    assert grid.errors() == {(1, 2): "#REF!"}
    assert source.grids[1].rows == [["第二张"]]


def test_of_a_row_of_numbers_only_the_far_ones_are_left_out(opened):
    source = opened(book(numbers(0, 95, 20) + text(1, 0, "甲") + FAR))
    assert source.grids[0].rows[0][95:] == [0, 1, 2, 3, 4]
    assert source.grids[0].rows[1][0] == "甲"
    assert "：CW1、CX1、CY1等（共16格）" in source.problems[0].text


@pytest.mark.parametrize(
    "pieces", [(b"", b"\1\0\xdc"), (b"\xd8", b"\1\0\xdc"), (b"\1\0\xd8", b"\1\0\xdc" + bytes(65_530))]
)
def test_pieces_of_shared_strings_too_short_or_long_for_half_a_character(opened, pieces):
    table = record(0xFC, struct.pack("<II", 1, 1) + b"\1\0\1") + b"".join(
        record(0x3C, piece) for piece in pieces
    )
    source = opened(book(text(0, 0, "甲"), before=table))
    assert source.problems or source.grids


def test_a_formula_with_an_empty_text_far_away_is_no_content(opened):
    empty = record(0x06, struct.pack("<HHH8sHIH", 65535, 255, 0, b"\3\0\0\0\0\0\xff\xff", 0, 0, 0))
    source = opened(book(text(0, 0, "甲") + empty))
    assert (source.problems, source.grids[0].rows) == ([], [["甲"]])


def test_of_too_many_values_the_first_are_read(opened):
    rows = MAX_VALUES // 200
    source = opened(book(b"".join(numbers(row, 0, 200) for row in range(rows + 5))))
    grid = source.grids[0]
    assert [problem.text for problem in source.problems] == [TOO_MANY_VALUES]
    assert (grid.height, grid.rows[-1][-1], len(grid.formats())) == (rows, 199, 0)


def test_two_sheets_at_one_place_are_damage(opened):
    one = stream(text(0, 0, "甲"))
    twice = stream(text(0, 0, "甲"), text(0, 0, "乙"))
    places = [at for at in range(len(twice)) if twice[at : at + 2] == b"\x85\0" and twice[at + 3] == 0]
    start = twice[places[0] + 4 : places[0] + 8]
    lying = twice[: places[1] + 4] + start + twice[places[1] + 8 :]
    assert opened(packed("Workbook", one)).problems == []
    assert [problem.rule for problem in opened(packed("Workbook", lying)).problems] == ["T08"]


def _link(last_row: int) -> bytes:
    """A hyperlink over all columns of these rows."""
    guid = b"\xd0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b"
    return record(0x1B8, struct.pack("<HHHH", 0, last_row, 0, 255) + guid + b"\2\0\0\0\0\0\0\0")


def _doubling_names(count: int) -> bytes:
    """Names of which each is the one before twice: 200 characters, 400, 800 ..."""
    names = b""
    for index in range(count):
        before = b"\x23" + struct.pack("<HH", index, 0)
        means = before * 2 + b"\x08" if index else b"\x17\xc8\0" + b"a" * 200
        names += record(
            0x18, struct.pack("<HBBH8x", 0, 1, len(means), 0)[:14].ljust(14, b"\0") + b"\0n" + means
        )
    return names


@pytest.mark.parametrize("far", [b"", FAR])
def test_links_and_names_cost_nothing(opened, far):
    """xlrd, which read sheets with far cells, notes each cell of a link and works out each name."""
    content = book(text(0, 0, "甲") + far + _link(65535) * 50, before=_doubling_names(40))
    started = time.process_time()
    assert opened(content).grids[0].rows == [["甲"]]
    assert time.process_time() - started < 1


def _as_xlrd_reads(path: Path) -> list[tuple[object, ...]]:
    """Each sheet as xlrd reads it: name, visible, values, areas, number formats, hidden rows and columns.

    Built-in formats are those of Chinese Excel, and a date is what our own readers take for one.
    """
    opened = xlrd.open_workbook(path, formatting_info=True, ragged_rows=True, logfile=StringIO())
    custom = {found.format_key: found.format_str for found in opened.format_list}
    styles = [custom.get(style.format_key, BUILTIN.get(style.format_key, "")) for style in opened.xf_list]
    sheets = []
    for sheet in (sheet for sheet in opened.sheets() if sheet.name != SETTINGS):
        values, formats = {}, {}
        for place, cell in (
            ((row, column), cell) for row in range(sheet.nrows) for column, cell in enumerate(sheet.row(row))
        ):
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            shown = styles[cell.xf_index]
            if shown and shown.lower() != "general":
                formats[place] = shown
            values[place] = _xlrd_value(cell, shown, opened.datemode == 1)
        rows = filled({place: value for place, value in values.items() if value is not None})
        rows = [[None if _is_picture(value) else value for value in cells] for cells in rows]
        areas = (((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells)
        hidden = tuple(
            frozenset(number for number, found in listed.items() if found.hidden)
            for listed in (sheet.rowinfo_map, sheet.colinfo_map)
        )
        sheets.append(
            (sheet.name, not sheet.visibility & 3, rows, set(merged(areas, rows)[0]), formats, hidden)
        )
    return sheets


def _is_picture(value: Value) -> bool:
    """Whether xlrd gives the text of a picture of WPS, which is no value of ours."""
    return isinstance(value, str) and value.startswith("=DISPIMG(")


def _xlrd_value(cell: xlrd.sheet.Cell, shown: str, epoch_1904: bool) -> Value:
    """The value of one of xlrd's cells as a Grid has it."""
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        dated = is_date_format(shown) and 0 <= cell.value < 2_958_466
        return serial_date(cell.value, epoch_1904) if dated else cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return xlrd.error_text_from_code[cell.value] if cell.ctype == xlrd.XL_CELL_ERROR else clean(cell.value)


def _as_we_read(path: Path) -> list[tuple[object, ...]]:
    """The same of our own reading."""
    return [
        (grid.name, grid.visible, grid.rows, set(grid.merges), grid.formats(), grid.hidden())
        for grid in open_source(path).grids
    ]


def test_xlrd_reads_the_same_of_what_libreoffice_saves(libreoffice, tmp_path):
    """With this and the next two tests the choice between xlrd and our reader can be made again."""
    saved = sorted((ROOT / "workbook_templates").glob("*.xlsx"))
    saved += sorted((ROOT.parent / "shared" / "samples" / "forms").glob("*.xlsx"))[:5]
    for source in saved:
        path = libreoffice.convert(source, "xls", tmp_path)
        assert _as_we_read(path) == _as_xlrd_reads(path), source.name


@pytest.mark.parametrize("path", [*OTHERS.rglob("*.xls"), *OTHERS.glob("*.et")], ids=lambda path: path.name)
def test_xlrd_reads_the_same_of_what_others_saved(path):
    if path.name in ("61300.xls", "64130.xls"):  # no sheet is listed in them
        assert [problem.rule for problem in open_source(path).problems] == ["T08"]
    else:
        assert _as_we_read(path) == _as_xlrd_reads(path)


@pytest.mark.parametrize(
    "content",
    [
        book(formula(0, 0, "王𠮷文")),
        book(shared(0, 0, 0), before=strings(["𠮷" * 40], 61)),
        book(number(0, 0, 1.0, 99)),
    ],
    ids=["a formula's rare character", "a rare character between two records", "a style that is not there"],
)
def test_xlrd_refuses_a_whole_workbook_that_we_read(content, opened):
    with pytest.raises((xlrd.XLRDError, ValueError, KeyError)):
        xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=StringIO())
    assert opened(content).problems == [] and opened(content).grids[0].rows


@pytest.mark.parametrize("name", [b"", "自表".encode("gbk")], ids=["since 1997", "before"])
def test_damage_anywhere_in_the_records_is_a_problem_or_nothing(opened, name):
    cells = text(0, 0, "自评表") + shared(1, 0, 1) + numbers(2, 95, 20) + formula(3, 0, "甲" * 5000)
    table = strings(["王𠮷文", "𠮷" * 40], 61)
    whole = stream(cells + merge((0, 0, 0, 3)) + FAR, text(0, 0, "乙"), before=table, name=name)
    chance = random.Random(20241130)
    for _ in range(300):
        damaged = bytearray(whole[: chance.choice((len(whole), len(whole), chance.randrange(len(whole))))])
        for _ in range(chance.choice((1, 1, 3, 10))):
            damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 0xFF, chance.randrange(256)))
        opened(packed("Book" if name else "Workbook", bytes(damaged)))
