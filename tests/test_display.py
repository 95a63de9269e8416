"""Number formats show what Excel shows: the triples below, and files whose display Excel itself recorded.

Sources of the triples: ECMA-376 part 1 (18.8.30, 18.8.31), pages of Microsoft on custom number formats, the
tables of SheetJS SSF and of borgar/numfmt, workbooks of Apache POI, and for East Asian formats what the
function TEXT of Excel is documented to give.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from selfeval_xl.model.display.cell import Effect, changes_texts, displayed, effect, is_date_format
from selfeval_xl.model.grid import Grid, number_text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.display import FOLDER, measure, same  # noqa: E402

_DAY = 45626  # 2024-11-30, a Saturday
_HALF_PAST_TWO = _DAY + 14.5 / 24
ACCOUNTS = '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-'
DOLLARS = '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)'
GRADES = '[>=100]"A"0;[<=-100]"B"0;"C"0'
PHONE = "[<=9999999]###-####;(###) ###-####"

NUMBERS = [
    (1234.567, "0", "1235"),
    (1234.567, "0.00", "1234.57"),
    (1234.567, "#,##0", "1,235"),
    (1234567.891, "#,##0.00", "1,234,567.89"),
    (0.5, "0", "1"),
    (2.5, "0", "3"),
    (-2.5, "0", "-3"),
    (1.005, "0.00", "1.01"),
    (12.3, "000.00", "012.30"),
    (12.3, "#.##", "12.3"),
    (1, "#.##", "1."),
    (0, "#.##", "."),
    (0, "#", ""),
    (0.5, ".00", ".50"),
    (1234, ".0", "1234.0"),
    (123.456, "0.0#", "123.46"),
    (15.04, "0.0#", "15.04"),
    (12345, "0.0#", "12345.0"),
    (0.00012345, "0.0#", "0.0"),
    (10.29, "#.###000", "10.29000"),
    (1, "0??", "0 1"),
    (12, "????", "  12"),
    (12.3, "??.??", "12.3 "),
    (1234567, "0,0", "1,234,567"),
    (1234567, ",0", ",1234567"),
    (1234567, "?,?????????", "    1,234,567"),
    (12345, "00,000.00,", "00,012.35"),
    (1234567, "0,", "1235"),
    (1234567, "0.0,,", "1.2"),
    (1234567, "#,.#,", "1.2"),
    (6000000, '#,,"M"', "6M"),
    (2950, "0.0,", "3.0"),
    (0.0123, "0.00%", "1.23%"),
    (0.0295, "0.0%", "3.0%"),
    (0.95, "0%", "95%"),
    (123.45, "0,0.00%%", "1,234,500.00%%"),
    (98.5, '0.00"%"', "98.50%"),
    (0.00101, "###\\###\\##0.00", "##0.00"),
    (101, "###\\###\\##0.00", "#1#01.00"),
    (941051630, "00000-0000", "94105-1630"),
    (123456789, "000-00-0000", "123-45-6789"),
    (12345, "000#0#0#0##00##00##0#########", "0000000000012345"),
    (3.14159, '"This is a ".00"test"000', "This is a 3.14test159"),
    (1205000, "0!.0000", "120.5000"),
    (1205000, "0\\.0000", "120.5000"),
    (1205000, "0!.0,", "120.5"),
    (1205000, '0!.0,"万"', "120.5万"),
    (123456789, '0!.0000,"万"', "12.3457万"),
    (7, "0!.0000", "0.0007"),
    (-1205000, "0!.0000", "-120.5000"),
]
SECTIONS = [
    (-5, "0;0", "5"),
    (-5, "0;-0", "-5"),
    (-5, "-0", "--5"),
    (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
    (1234.5, "#,##0.00_);(#,##0.00)", "1,234.50 "),
    (-1234.5, "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
    (-0.01, "0.0", "0.0"),
    (-0.01, "0.0;-0.0", "-0.0"),
    (1, DOLLARS, " $1 "),
    (-1, DOLLARS, " $(1)"),
    (0, DOLLARS, " $- "),
    ("TODO", DOLLARS, " TODO "),
    (0, ACCOUNTS, " -   "),
    (1205, ACCOUNTS, " 1,205.00 "),
    (5, ";;;", ""),
    (-5, ";;;", ""),
    ("甲", ";;;", ""),
    (0, "0;-0;;@", ""),
    ("甲", "0;-0;;@", "甲"),
    (0, '0;-0;"无"', "无"),
    (1, '"foo";"bar";"baz";"qux"', "foo"),
    (-1, '"foo";"bar";"baz";"qux"', "bar"),
    (0, '"foo";"bar";"baz";"qux"', "baz"),
    ("x", '"foo";"bar";"baz";"qux"', "qux"),
    (0, '"foo";"bar";@', "foo"),
    (6.3, GRADES, "C6"),
    (-6.3, GRADES, "-C6"),
    (120, GRADES, "A120"),
    (-120, GRADES, "B120"),
    (10, '[<10]#" Wow"', "10"),
    (1, '[< 10]#" Wow"', "1 Wow"),
    (-6.3, '[<=0]"B"0', "-B6"),
    (-6.3, '[<=-100]"B"0;"C"0', "C6"),
    (8675309, PHONE, "867-5309"),
    (2813308004, PHONE, "(281) 330-8004"),
    (51, "[Red][=50]General;[Blue]000", "051"),
    (150, '[红色][>=100]"超"0;0', "超150"),
    (50, "[颜色 10]0", "50"),
    (50, "[Color10]0", "50"),
    (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
    (-1234.5, "￥#,##0.00;￥-#,##0.00", "￥-1,234.50"),
    (3.14159, "[$₹-4009]\\ #,##0.00", "₹ 3.14"),
    (-51968287, '"Rs."#,##0.00', "-Rs.51,968,287.00"),
    (5, '"≤"0"%"', "≤5%"),
    (26, '0"处"', "26处"),
    (0.95, '"≥"0%', "≥95%"),
    (8, 'G/通用格式"人"', "8人"),
    (8.5, 'General"人"', "8.5人"),
    ("8", '@"人"', "8人"),
    ("jello", "-@-@-", "-jello-jello-"),
    ("jello", '"hi"', "hi"),
    (5, '0*-"元"', "5元"),
]
OTHER_KINDS = [
    (12345, "0.00E+00", "1.23E+04"),
    (0.00012, "0.0E+0", "1.2E-4"),
    (1234567, "##0.0E+0", "1.2E+6"),
    (123456, "##0.0E+0", "123.5E+3"),
    (123456.789, "#e-#", "1e5"),
    (99999, "0.0E+00", "1.0E+05"),
    (2.33e-32, "0.000E+000", "2.330E-032"),
    (0, "0.00E+00", "0.00E+00"),
    (0.5, "# ?/?", " 1/2"),
    (-1.2, "# ?/?", "-1 1/5"),
    (12.3, "# ??/??", "12  3/10"),
    (12345.6789, "# ??/16", "12345 11/16"),
    (123.45, "# ?/4", "123 2/4"),
    (1, "# ?/?", "1    "),
    (12.3, "??/??", "123/10"),
    (0, "0/0", "0/1"),
    (12.345, "0 0/0", "12 1/3"),
    (1, "General", "1"),
    (0.1 + 0.2, "General", "0.3"),
    (1 / 3, "General", "0.333333333"),
    (1234567.891, "General", "1234567.891"),
    (12345678901.5, "General", "12345678902"),
    (123456789012, "General", "1.23457E+11"),
    (99999999999.6, "General", "1E+11"),
    (1.234567e-5, "General", "1.23457E-05"),
    (0.000012, "General", "0.000012"),
    (1.2e-10, "General", "1.2E-10"),
    (-12.5, "General", "-12.5"),
    (123, "[DBNum1]General", "一百二十三"),
    (10203.5, "[DBNum2][$-804]General", "壹万零贰佰零叁.伍"),
    (123, "[DBNum2]0", "壹贰叁"),
    (12, "[DBNum1]General", "一十二"),
]
DATES = [
    (_DAY, "yyyy/m/d", "2024/11/30"),
    (_DAY, "yyyy-mm-dd", "2024-11-30"),
    (_DAY, 'yyyy"年"m"月"d"日"', "2024年11月30日"),
    (_DAY, "yyyy\\年m\\月;@", "2024年11月"),
    (_DAY, 'm"月"d"日"', "11月30日"),
    (_DAY, "m/d/yy", "11/30/24"),
    (_DAY, "d-mmm-yy", "30-Nov-24"),
    (_DAY, "mmmm d, yyyy", "November 30, 2024"),
    (_DAY, "mmmmm", "N"),
    (_DAY, "ddd dddd", "Sat Saturday"),
    (_DAY, "aaa aaaa", "六 星期六"),
    (_DAY, "[$-804]dddd", "星期六"),
    (_DAY, "[$-804]mmmm", "十一月"),
    (_DAY, "[$-F800]dddd, mmmm dd, yyyy", "2024年11月30日"),
    (_DAY, '[DBNum1][$-804]yyyy"年"m"月"d"日"', "二〇二四年十一月三十日"),
    (_HALF_PAST_TWO, "yyyy/m/d h:mm", "2024/11/30 14:30"),
    (_HALF_PAST_TWO, "h:mm AM/PM", "2:30 PM"),
    (_HALF_PAST_TWO, "hh:mm:ss a/p", "02:30:00 p"),
    (_HALF_PAST_TWO, '上午/下午h"时"mm"分"', "下午2时30分"),
    (_HALF_PAST_TWO, "[$-804]AM/PM h:mm", "下午 2:30"),
    (0.7, "hh:mm AM/PM", "04:48 PM"),
    (0.5, "hh:mm:ss AM/PM", "12:00:00 PM"),
    (0.70707, "hh:mm:ss.000", "16:58:10.848"),
    (0.0007, "mm:ss", "01:00"),
    (1.5, "[h]:mm", "36:00"),
    (2.9999999999999996, "[h]:mm:ss;@", "72:00:00"),
    (123.456, "[M]", "177776"),
    (123.456, "[ss]", "10666598"),
    (1, "yyyy-m-d", "1900-1-1"),
    (59, "yyyy-m-d", "1900-2-28"),
    (60, "yyyy-m-d", "1900-2-29"),
    (61, "yyyy-m-d", "1900-3-1"),
    (2958465, "yyyy-m-d", "9999-12-31"),
    (1234, "MMMM dddd", "May Monday"),
    (0.7, "e", "1900"),
]
TRIPLES = [*NUMBERS, *SECTIONS, *OTHER_KINDS, *DATES]


@pytest.mark.parametrize("value, number_format, shown", TRIPLES)
def test_a_value_is_displayed_as_in_excel(value, number_format, shown):
    assert displayed(value, number_format) == shown


def test_dates_may_count_from_1904():
    assert displayed(_DAY - 1462, "yyyy-m-d", epoch_1904=True) == "2024-11-30"


@pytest.mark.parametrize(
    "number_format", ['"', "\\", "[", "[h", "*", "_", "0;;;;;0", "", "/", "E+", "0" * 400]
)
def test_a_code_that_excel_would_not_take_is_shown_somehow(number_format):
    assert all(isinstance(displayed(value, number_format), str) for value in (0, -1.5, 1e300, "甲"))


@pytest.mark.parametrize(
    "number_format, number, found",
    [
        ("#,##0.00_);[Red](#,##0.00)", -5, Effect.NONE),
        ("￥#,##0.00", 5, Effect.NONE),
        (ACCOUNTS, 0, Effect.NONE),
        ("0.0%", 5, Effect.PERCENT),
        ("0!.0000", 5, Effect.SCALED),
        ("0,", 5, Effect.SCALED),
        ('0"处"', 5, Effect.WORDED),
        ("0;0", -5, Effect.WORDED),
        ("0;0", 5, Effect.NONE),
        ("yyyy/m/d", 5, Effect.DATE),
        (";;;", 5, Effect.HIDDEN),
        ("0;-0;;@", 0, Effect.NONE),
    ],
)
def test_what_a_format_does_to_a_number(number_format, number, found):
    assert effect(number, number_format) is found


@pytest.mark.parametrize(
    "value, number_format, text",
    [
        (20000.456, "#,##0.00", "20000.456"),
        (20000.456, ACCOUNTS, "20000.456"),
        (20000.456, "0", "20000.456"),
        (-3, "0_);(0)", "-3"),
        (0, ACCOUNTS, "0"),
        (0, "0;-0;;@", "0"),
        (0.9986, "0.00%", "99.86%"),
        (0.955, "0.#%", "95.5%"),
        (1205000, "0!.0000", "120.5"),
        (-1205000, "0!.0,_);(0!.0,)", "-120.5"),
        (2500000, '0!.00,"万元"', "25.00万元"),
        (36500000, "#,##0,", "36500"),
        (45, '"不少于"0"场"', "不少于45场"),
        (12345, "000000", "012345"),
        (0.5, "# ?/?", "0.5"),
        (1200000, "0.00E+00", "1200000"),
        (1.5, "[h]:mm", "36:00"),
        (_DAY, "yyyy/m/d", "2024年11月30日"),
        (_DAY, "d-mmm-yy", "2024年11月30日"),
        (_DAY, 'yyyy"年"m"月"', "2024年11月"),
        (7, ";;;", "7"),
        (1205000, "[DBNum2][$RMB]General;[Red][DBNum2][$RMB]General", "1205000"),
        (1205.5, '"RMB"#,##0.00', "1205.5"),
        (12, "[$万元]0", "万元12"),
        (5, '"-"0', "-5"),
        (-5, "0.00\u3000", "-5"),
    ],
)
def test_the_text_of_a_number_is_what_a_person_takes_from_it(value, number_format, text):
    assert number_text(value, number_format) == text


def grid_of(value, number_format: str) -> Grid:
    """A sheet with one cell."""
    formats = {(0, 0): number_format}
    return Grid("表", [[value]], formats=lambda: formats, codes=formats.values)


@pytest.mark.parametrize(
    "value, number_format, text",
    [
        (date(2024, 12, 1), 'yyyy"年"m"月"', "2024年12月"),
        (date(2024, 6, 30), 'm"月"d"日"', "6月30日"),
        (date(2024, 12, 1), "mmm-yy", "2024年12月"),
        (date(2024, 11, 30), "yyyy-m-d", "2024年11月30日"),
        (datetime(2024, 11, 30, 8), "yyyy/m/d h:mm", "2024年11月30日"),
        (date(1900, 1, 26), '0"day"', "26day"),
        ("25", '"≥"@"处"', "≥25处"),
        ("甲", "_(@_)", "甲"),
        ("甲", "0.00", "甲"),
    ],
)
def test_the_text_of_a_cell_follows_its_format(value, number_format, text):
    assert grid_of(value, number_format).text(0, 0) == text


def test_a_cell_tells_the_number_behind_a_scaled_one():
    assert grid_of(1205000.0, "0!.0000").scaled(0, 0) == Decimal(1205000)
    assert grid_of(1205000.0, '0!.0,"万"').scaled(0, 0) == Decimal(1205000)
    assert grid_of(-3.0, "0;0").scaled(0, 0) == Decimal(-3)
    for value, number_format in ((1205.0, "#,##0.00"), (0.5, "0%"), (5.0, '0"处"'), ("5", "0!.0000")):
        assert grid_of(value, number_format).scaled(0, 0) is None


def test_a_cell_that_shows_nothing_is_known():
    assert grid_of(5.0, ";;;").hides(0, 0) and grid_of("甲", ";;;").hides(0, 0)
    assert not grid_of(0.0, "0;-0;;@").hides(0, 0) and not grid_of("甲", "0;-0;;@").hides(0, 0)


def test_a_clock_and_a_date_are_displayed_under_their_format():
    assert grid_of("14:30", "h:mm AM/PM").displayed(0, 0) == "2:30 PM"
    assert grid_of(date(2024, 11, 30), "m/d/yy").displayed(0, 0) == "11/30/24"
    assert grid_of(True, "0").displayed(0, 0) == "TRUE"


def test_formats_of_dates_and_of_texts_are_told_apart():
    dates = ["yyyy/m/d", "h:mm", "[$-804]aaaa;@", "mmss.0", '上午/下午h"时"']
    others = ["0.00", "[Red]0", '"d"0', "[h]:mm", "General", "\\y0", "@", "0.00E+00", "G/通用格式"]
    assert [code for code in (*dates, *others) if is_date_format(code)] == dates
    texts = ['@"处"', '"hi"', '0;-0;0;"甲"']
    assert [code for code in (*texts, "@", "0", ACCOUNTS, ";;;", "0;@") if changes_texts(code)] == texts


def test_cells_are_the_same_at_the_decimals_shown():
    assert same("1,234.50", "1234.5") and same("甲", "甲") and not same("1.5", "1.6") and not same("1", "甲")


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the files of others are not beside the repository")
def test_files_whose_display_excel_recorded_are_shown_alike():
    cells, formats = measure(FOLDER)
    assert cells.cells > 3000 and formats.cells > 700
    assert cells.share >= 0.99 and formats.share >= 0.99
