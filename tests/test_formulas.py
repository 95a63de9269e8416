"""Formulas computed in Python, against what Excel's documentation and LibreOffice say of them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl.model.formulas.evaluation import evaluate
from selfeval_xl.model.formulas.functions import FUNCTIONS
from selfeval_xl.model.formulas.syntax import parse, ranges_in
from selfeval_xl.model.formulas.values import ErrorValue, Matrix, Place, UnknownFormula
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.readers.formats.sheet_xml import moved
from selfeval_xl.writers.xlsx.opened import open_workbook
from selfeval_xl.writers.xlsx.recalculation import recalculate

HERE = {"A1": 12.0, "A2": "12座", "A3": None, "A4": "", "A5": True, "B1": 3.0, "B2": "≥95%", "B3": "３"}
BUILT = sorted((Path(__file__).resolve().parents[1] / "workbook_templates").glob("*.xlsx"))
IN_THE_SUITE = "yunnan"  # of the templates: each takes a minute or more


class Sheet:
    """The cells of one small sheet, and of another that has 7 in its first cell."""

    def has_sheet(self, name):
        return name in ("表", "项目 01")

    def sheets(self):
        return ["表", "项目 01"]

    def height(self, sheet):
        return 5

    def area(self, sheet, area: Area) -> Matrix:
        cells = HERE if sheet == "表" else {"A1": 7.0}
        return Matrix(
            tuple(
                tuple(cells.get(a1(row, column)) for column in range(area.left, area.right + 1))
                for row in range(area.top, area.bottom + 1)
            ),
            is_range=True,
        )


def value(formula: str, cell: str = "C2"):
    return evaluate(formula, Place("表", *position(cell)), Sheet())


REF, NA, BAD, DIV = map(ErrorValue, ("#REF!", "#N/A", "#VALUE!", "#DIV/0!"))


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        ("=1+2*3^2", 19.0),
        ("=-2^2", 4.0),  # Excel binds the sign more tightly
        ("=50%", 0.5),
        ('="12"+1', 13.0),
        ("=A2+1", BAD),
        ("=A3+1", 1.0),
        ("=A3", 0.0),
        ("=A4+1", BAD),
        ("=1/A3", DIV),
        ('=A1&"元"', "12元"),
        ('=0.1+0.2&""', "0.3"),
        ('=A3=""', True),
        ("=A3=0", True),
        ("=A4=0", False),
        ('="abc"="ABC"', True),
        ("=A2>1000", True),  # a text is more than any number
        ("=TRUE>A2", True),
        ('=IF(A1>10,"多","少")', "多"),
        ("=IF(A1<10,1)", False),
        ("=IF(1/0>1,1,2)", DIV),
        ('=IFERROR(VALUE(A2),"")', ""),
        ("=IFERROR(1/0,)", 0.0),
        ("=SUM(A1:B3)", 15.0),
        ("=COUNT(A1:B5)", 2.0),
        ("=COUNTA(A1:A5)", 4.0),
        ("=MAX(A1:A5,20)", 20.0),
        ("=ROUND(2.675,2)", 2.68),
        ("=ROUND(-0.5,0)", -1.0),
        ("=ROUND(1.005*100,0)", 101.0),
        ("=AND(A1>1,B1>1)", True),
        ("=OR(A2:A3,FALSE)", False),
        ("=NOT(A1=12)", False),
        ("=LEN(A2)", 3.0),
        ('=MID("指标值",2,1)', "标"),
        ('=MID("ab",5,1)', ""),
        ('=LEFT("≥95%")', "≥"),
        ('=FIND("5",B2)', 3.0),
        ('=FIND("x",B2)', BAD),
        ('=ISNUMBER(FIND("x",B2))', False),
        ('=SUBSTITUTE(B2,"≥","")', "95%"),
        ('=VALUE(SUBSTITUTE(B2,"≥",""))', 0.95),
        ('=EXACT("a","A")', False),
        ('=TRIM("  a   b ")', "a b"),
        ('=SUMPRODUCT(--EXACT(A1:A5,"12座"))', 1.0),
        ('=SUMPRODUCT((A1:A2="12座")*(B1:B2="≥95%"))', 1.0),
        ('=COUNTIF(A1:A5,"12*")', 1.0),
        ('=COUNTIF(A1:A5,">5")', 1.0),
        ('=COUNTIF(A1:A5,"<>12座")', 4.0),
        ('=MATCH("12座",A1:A5,0)', 2.0),
        ('=MATCH("没有",A1:A5,0)', NA),
        ('=ISNA(MATCH("没有",A1:A5,0))', True),
        ('=MATCH(TRUE,ISERROR(FIND(MID("12座",{1,2,3},1),"0123456789")),0)', 3.0),
        ("=INDEX(A1:B2,2,2)", "≥95%"),
        ("=INDEX($A:$A,ROW())", "12座"),
        ("=SUM(A$1:INDEX($A:$A,ROW()-1))", 12.0),
        ("=SUM(OFFSET(A1,0,1,1,1))", 3.0),
        ("=ROW()", 2.0),
        ("=DATE(2024,11,30)", 45626.0),
        ("=DATE(2024,13,1)", 45658.0),  # runs on into 2025
        ("=YEAR(DATE(2024,2,30))", 2024.0),
        ("=DAY(DATE(2024,2,30))", 1.0),
        ("=MONTH(45626)", 11.0),
        ("=LOOKUP(5,{1,3,6},{10,30,60})", 30.0),
        ("=LOOKUP(9,A1:A5)", NA),
        ("=CELL(\"address\",'项目 01'!A1)", "'项目 01'!$A$1"),
        ("=ROW(B3)", 3.0),
        ("=ROWS(A1:A5)", 5.0),
        ("='项目 01'!A1", 7.0),
        ("=SUM('表:项目 01'!A1)", 19.0),
        ("=INDIRECT(\"'项目 01'!A1\")", 7.0),
        ("=INDIRECT(\"'没有'!A1\")", REF),
        ("=ISREF(INDIRECT(\"'没有'!A1\"))", False),
        ("=ISREF(INDIRECT(\"'项目 01'!A1\"))", True),
        ("=没有!A1", REF),
        ('=HYPERLINK("#表!A1","到表")', "到表"),
        ("=N(A2)", 0.0),
        ("=ISTEXT(A2)", True),
        ("=#REF!+1", REF),
        ("=CHAR(10)", "\n"),
        ('=LEN(REPT("a",32767))', 32767.0),  # the longest text of a cell
        ('=REPT("a",32768)', BAD),
        ('=REPT("a",32767)&"b"', BAD),
        ('=SUBSTITUTE(REPT("a",32767),"a","bb")', BAD),
        ('=LEN(SUBSTITUTE(REPT("ab",16000),"ab","c"))', 16000.0),
    ],
)
def test_a_formula_has_the_value_that_excel_gives(formula, right):
    assert value(formula) == right and type(value(formula)) is type(right)


@pytest.mark.parametrize(
    "formula",
    [
        "=PHONETIC(A1)",
        "=TODAY()",
        '=VALUE("11/12")',  # a date in some languages
        '="２"+1',
        "=VLOOKUP(1,A1:B2,2,TRUE)",
        '="乙">"甲"',  # the order of Chinese letters depends on the computer
        "=A1:B",
        "=(1",
        "=名称",
        '=LEN("𠮷")',  # Excel counts two
        "=SUM(A1:ZZ9999)",
        '=SUBSTITUTE(A2,"座","台",1)',  # with one argument more than we know
        "=IF()",
        "=ROUND()",
        "=COUNTBLANK()",
        "=LEFT(A2,1,2)",
        "=1E308*10",  # larger than any number
        "=INT(-1E308*10)",
        f"={'9' * 400}",
    ],
)
def test_what_is_not_known_for_certain_has_no_value(formula):
    with pytest.raises(UnknownFormula):
        value(formula)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_no_number_of_arguments_makes_a_function_fail(function):
    for arguments in ("", "A1", '"x"', "A1:B3,1E308", "1,A2,-1", "A1:B3,A1:B3,A1:B3", "1,2,3,4,5,6"):
        try:
            value(f"={function}({arguments})")
        except UnknownFormula:
            continue


@given(st.text(alphabet="ABCROW$:(),\"'!&=<>+-*/1290%{};项表INDEXSUM ", max_size=40))
def test_no_text_makes_the_reading_of_formulas_fail(text):
    try:
        parse(text)
        value(text)
    except UnknownFormula:
        pass
    ranges_in(text, 3)


def test_a_cell_of_the_own_row_is_no_whole_column():
    formula = "=INDEX($F:$F,ROW())+INDEX($G:$G,3)&INDEX(AC:AC,ROW())"
    assert [named.area for named in ranges_in(formula, 19)] == [
        Area(19, 5, 19, 5),
        Area(0, 6, 1_048_575, 6),
        Area(19, 28, 19, 28),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if path.stem == IN_THE_SUITE else pytest.mark.soak, id=path.stem)
        for path in BUILT
    ],
)
def test_every_formula_of_the_templates_is_computed_as_it_is_cached(path):
    """LibreOffice holds what is cached to be right (test_template_limits)."""
    opened = open_workbook(path)
    before = {
        (sheet.title, cell.coordinate): cell.value
        for sheet in openpyxl.load_workbook(path, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
    }
    every = [
        (grid.name, row, column)
        for grid in opened.source.grids
        for row in range(grid.height + 2)
        for column in range(grid.width + 2)
        if grid.formulas is None or (row, column) not in grid.formulas()
    ]
    recalculate(opened.book, opened.grids, every)
    after = openpyxl.load_workbook(BytesIO(opened.book.package.bytes()), data_only=True)
    assert {
        (sheet.title, cell.coordinate): cell.value
        for sheet in after
        for row in sheet.iter_rows()
        for cell in row
        if (cell.value or "") != (before[sheet.title, cell.coordinate] or "")
    } == {}


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        ("=A1+$B$1+B$2+$C3", "=B3+$B$1+C$2+$C5"),
        ('=IF(A1="B2","x",LOG10(A2))', '=IF(B3="B2","x",LOG10(B4))'),
        ("='A1 表'!A1&指标库!$A$2:$A$9", "='A1 表'!B3&指标库!$A$2:$A$9"),
        ("=INDEX($F:$F,ROW())", "=INDEX($F:$F,ROW())"),
        ("=SUM(F:F)", "=SUM(G:G)"),
    ],
)
def test_a_shared_formula_is_moved_as_a_spreadsheet_program_does(formula, right):
    assert moved(formula, (0, 0), (2, 1)) == right
