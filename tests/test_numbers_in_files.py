"""A number of thousands of digits, or of no size at all, costs itself wherever a file writes one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import selfeval_xl
from selfeval_xl.errors import SelfevalError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.marks import mark, unmark
from selfeval_xl.workflows.returns.mark_file import mark_return
from selfeval_xl.workflows.splitting.split import split
from selfeval_xl.workflows.submission import submit
from support.dressed_form import dressed_form
from support.odd_packages import written
from support.workbooks import parts

LONG = "9" * 5000
# Part and pattern of a number, which has its digits as the only group.
PLACES = {
    "number of a sheet": ("xl/workbook.xml", r'sheetId="(\d+)"'),
    "sheet of a name": ("xl/workbook.xml", r'localSheetId="(\d+)"'),
    "end of a print area": ("xl/workbook.xml", r"\$A\$1:\$[A-Z]+\$(\d+)"),
    "font of a style": ("xl/styles.xml", r'<cellXfs.*?<xf [^>]*fontId="(\d+)"'),
    "fill of a style": ("xl/styles.xml", r'<cellXfs.*<xf [^>]*fillId="(\d+)"'),
    "number format of a style": ("xl/styles.xml", r'<cellXfs.*<xf numFmtId="(\d+)"'),
    "number format": ("xl/styles.xml", r'<numFmt numFmtId="(\d+)"'),
    "size of a font": ("xl/styles.xml", r'<sz val="(\d+)"'),
    "colour": ("xl/styles.xml", r'<fgColor rgb="(\w+)"'),
    "row": ("xl/worksheets/sheet1.xml", r'<row r="(8)"'),
    "row of a cell": ("xl/worksheets/sheet1.xml", r'<c r="E(8)"'),
    "style of a cell": ("xl/worksheets/sheet1.xml", r'<c r="E8" s="(\d+)"'),
    "shared text of a cell": ("xl/worksheets/sheet1.xml", r'<c r="E8"[^>]* t="s"[^>]*><v>(\d+)<'),
    "value of a cell": ("xl/worksheets/sheet1.xml", r'<c r="F8"[^>]*><v>(\d+)<'),
    "result of a formula": ("xl/worksheets/sheet1.xml", r"</f><v>(\d+)<"),
    "first column": ("xl/worksheets/sheet1.xml", r'<col min="(\d+)"'),
    "last column": ("xl/worksheets/sheet1.xml", r'<col [^>]*max="(\d+)"'),
    "width of a column": ("xl/worksheets/sheet1.xml", r'<col [^>]*width="([\d.]+)"'),
    "height of a row": ("xl/worksheets/sheet1.xml", r' ht="([\d.]+)"'),
    "priority of a rule": ("xl/worksheets/sheet1.xml", r'priority="(\d+)"'),
    "used range": ("xl/worksheets/sheet1.xml", r'<dimension ref="A1:[A-Z]+(\d+)"'),
    "author of a note": ("xl/comments1.xml", r'authorId="(\d+)"'),
    "cell of a note": ("xl/comments1.xml", r'ref="E(\d+)"'),
    "name of a note's box": ("xl/drawings/vmlDrawing1.vml", r"_x0000_s(\d+)"),
    "block of boxes": ("xl/drawings/vmlDrawing1.vml", r'<o:idmap [^>]*data="(\d+)"'),
    "place of a box": ("xl/drawings/vmlDrawing1.vml", r"<x:Anchor>\s*(\d+),"),
    "row of a drawing": ("xl/drawings/drawing1.xml", r"<xdr:row>(\d+)<"),
    "column of a drawing": ("xl/drawings/drawing1.xml", r"<xdr:col>(\d+)<"),
    "cell of a remembered mark": ("xl/worksheets/sheet4.xml", r"<t[^>]*>[A-Z]+(\d+)</t>"),
    "row of the remembered marks": ("xl/worksheets/sheet4.xml", r'<row r="(\d+)"'),
}
SIZES = ("width of a column", "height of a row", "size of a font", "value of a cell", "result of a formula")


def found_in(path: Path) -> list[Finding]:
    """The findings of a check of one file."""
    file = read_file(path)
    return list(check(gather([file], stages=True), None, [file]))


COMMANDS: dict[str, Callable[[Path, Path], object]] = {
    "mark": lambda path, out: mark(path, found_in(path), out),
    "unmark": unmark,
    "fill": selfeval_xl.fill,
    "return": lambda path, out: mark_return(path, out, found_in(path)),
    "submit": lambda path, out: submit(path, out.parent),
    "split": lambda path, out: split(path, out.parent / "单张"),
}


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> dict[str, bytes]:
    """The parts of a form that has been checked and marked once."""
    folder = tmp_path_factory.mktemp("form")
    form = dressed_form(folder / "好.xlsx")
    mark(form, found_in(form), folder / "标注.xlsx")
    return parts(folder / "标注.xlsx")


def spoilt(content: dict[str, bytes], place: str, number: str, path: Path) -> Path:
    """Writes the workbook with this number at a place, where there has to be one."""
    name, pattern = PLACES[place]
    text = content[name].decode()
    found = re.search(pattern, text, re.DOTALL)
    assert found, place
    changed = text[: found.start(1)] + number + text[found.end(1) :]
    return written(path, content | {name: changed.encode()})


def run_all(path: Path) -> list[str]:
    """Runs each command on the file; the names of those that wrote a copy, which can be read."""
    done = []
    for name, command in COMMANDS.items():
        out = path.parent / name / "结果.xlsx"
        out.parent.mkdir()
        try:
            command(path, out)
        except SelfevalError as error:
            assert re.search("[一-鿿]", str(error))
            continue
        done.append(name)
        for copy in out.parent.rglob("*.xlsx"):
            assert open_source(copy).grids, (name, copy.name)
    return done


@pytest.mark.parametrize("place", PLACES)
def test_a_number_of_five_thousand_digits_stops_no_command(tmp_path, marked, place):
    done = run_all(spoilt(marked, place, LONG, tmp_path / "坏.xlsx"))
    assert "mark" in done and "return" in done, done


@pytest.mark.parametrize("place", SIZES)
def test_a_size_that_is_none_stops_no_command(tmp_path, marked, place):
    number = "NaN" if place == "width of a column" else "-7" if place == "size of a font" else "1e999"
    done = run_all(spoilt(marked, place, number, tmp_path / "坏.xlsx"))
    assert done == list(COMMANDS)


def test_a_place_outside_of_the_sheet_is_no_print_area_and_holds_no_drawing(tmp_path, marked):
    from selfeval_xl.writers.xlsx.opened import open_workbook

    for place in ("end of a print area", "row of a drawing", "column of a drawing"):
        opened = open_workbook(spoilt(marked, place, "1048577", tmp_path / f"{place}.xlsx"))
        extents = opened.extents("自评表")
        assert extents.printed is None or extents.printed.bottom < 1_048_576
        assert extents.drawn is None or (extents.drawn.bottom < 1_048_576 and extents.drawn.right < 16_384)


def test_links_go_right_of_the_values_where_the_print_area_reaches_over_the_whole_width(tmp_path):
    content = parts(dressed_form(tmp_path / "窄.xlsx"))
    book, sheet = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
    assert b"$A$1:$H$11" in content[book]
    content[book] = content[book].replace(b"$A$1:$H$11", b"$A$1:$XFD$11")
    path = written(tmp_path / "宽.xlsx", content)
    mark_return(path, tmp_path / "退回.xlsx", found_in(path))
    cells = re.findall(rb'<c r="([A-Z]+)\d+"', parts(tmp_path / "退回.xlsx")[sheet])
    assert max(cells, key=lambda letters: (len(letters), letters)) == b"J"  # H is the last value
