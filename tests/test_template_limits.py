"""What Excel does not forgive and no validator tells: limits of lists, names, texts and areas, in every
template and every filled workbook.
"""

from __future__ import annotations

import itertools
import re
import zipfile

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from support.fillings import filling

SINCE_2010 = re.compile(
    r"(?<![A-Z])(LET|LAMBDA|XLOOKUP|XMATCH|FILTER|UNIQUE|SORT|SEQUENCE|TEXTJOIN|CONCAT|IFS|SWITCH|"
    r"MAXIFS|MINIFS|TEXTSPLIT|_xlfn\.[A-Z.]+)\("
)
WITH_A_WAY_OUT = "IFERROR(_xlfn.SHEET("  # an older Excel gives the other argument
LONGEST_FORMULA, LONGEST_TEXT, LONGEST_CONDITION = 8192, 32767, 255


IN_SOAK = ("transfer",)  # what it has of its own is tested with the layouts
IDS = [
    pytest.param(one, marks=pytest.mark.soak) if one in IN_SOAK else pytest.param(one)
    for one in layouts.ids()
]


@pytest.fixture(scope="module", params=IDS)
def files(request, tmp_path_factory):
    """A blank and a filled workbook of a layout."""
    folder = tmp_path_factory.mktemp("limits")
    blank, filled = folder / "blank.xlsx", folder / "filled.xlsx"
    templates.write(request.param, blank, 2024)
    by_kind = {layout.kind: filling(layout) for layout in layouts.sheets_of(request.param)}
    templates.fill_in(
        request.param,
        filled,
        projects=[by_kind["project"]] * 2 if "project" in by_kind else [],
        department=by_kind.get("department"),
        year=2024,
        cover={},
        protect=True,
    )
    return blank, filled


@pytest.fixture(scope="module")
def books(files):
    """Both, each with its path, all of it read once."""
    return [(path, openpyxl.load_workbook(path)) for path in files]


def overlapping(areas) -> list[tuple[str, str]]:
    return [
        (str(one), str(other))
        for one, other in itertools.combinations(areas, 2)
        if one.min_row <= other.max_row
        and other.min_row <= one.max_row
        and one.min_col <= other.max_col
        and other.min_col <= one.max_col
    ]


def test_names_of_sheets_are_short_and_plain(books):
    for _, book in books:
        names = book.sheetnames
        assert len({name.casefold() for name in names}) == len(names)
        assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_no_merged_areas_and_no_checks_overlap(books):
    for _, book in books:
        for sheet in book.worksheets:
            assert overlapping(sheet.merged_cells.ranges) == [], sheet.title
            assert (
                overlapping(
                    [area for told in sheet.data_validations.dataValidation for area in told.sqref.ranges]
                )
                == []
            ), sheet.title


def test_lists_and_messages_keep_to_their_lengths(books):
    for _, book in books:
        for sheet in book.worksheets:
            for told in sheet.data_validations.dataValidation:
                assert (
                    max(len(told.formula1 or ""), len(told.formula2 or ""), len(told.prompt or "")) <= 255
                    and len(told.error or "") <= 225
                ), told.sqref
                assert len(told.promptTitle or "") <= 32 and len(told.errorTitle or "") <= 32
                assert told.prompt or told.error or told.type == "list"
            for rules in sheet.conditional_formatting:
                assert all(
                    len(formula) <= LONGEST_CONDITION for rule in rules.rules for formula in rule.formula
                )


def test_no_cell_and_no_formula_is_too_long_and_every_function_is_an_old_one(books):
    for _, book in books:
        for sheet in book.worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
                if cell.data_type == "f":
                    younger = SINCE_2010.search(cell.value.replace(WITH_A_WAY_OUT, ""))
                    assert len(cell.value) <= LONGEST_FORMULA and not younger, (
                        f"{sheet.title}!{cell.coordinate}"
                    )
                    nested = max(
                        itertools.accumulate(
                            1 if letter == "(" else -1 if letter == ")" else 0
                            for letter in re.sub('"[^"]*"', "", cell.value)
                        )
                    )
                    assert nested <= 64
                else:
                    assert len(cell.value) <= LONGEST_TEXT


def test_blank_workbooks_stay_small_and_a_row_fits_the_packers_window(files):
    """Rows of the same formulas pack well while the row before is near enough to be seen."""
    blank, _ = files
    assert blank.stat().st_size < 650_000
    for path in files:
        parts = zipfile.ZipFile(path)
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                rows = re.findall(rb"<row .*?</row>", parts.read(name), re.DOTALL)
                assert max(map(len, rows), default=0) < 32_000, name


def test_no_macros_no_links_to_other_files_no_outline_and_no_names_of_ours(books):
    for path, book in books:
        parts = zipfile.ZipFile(path)
        assert not [
            name
            for name in parts.namelist()
            if "vba" in name or "externalLink" in name or "calcChain" in name
        ]
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"outlineLevel" not in parts.read(name)
        assert not list(book.defined_names)


def test_the_filled_workbook_is_valid_and_its_formulas_agree_with_libreoffice(
    files, assert_valid_ooxml, assert_formulas_agree
):
    _, filled = files
    assert_valid_ooxml(filled)
    assert_formulas_agree(filled)
