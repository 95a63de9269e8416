"""Targets and completed values as people write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.model.deadlines import Deadline
from selfeval_xl.model.numerals import chinese_number
from selfeval_xl.model.quantity import EMPTY, SIGN_OF, Kind, is_blank, is_void, money, parse, percent, tidy
from selfeval_xl.model.units import UNITS, measure, near, split_unit

# as written | operator | number | unit; ~ before the number: about
NUMBERS = """
>=149040元 | ≥ | 149040 | 元
=30000元 | = | 30000 | 元
=1人 | = | 1 | 人
=25部 | = | 25 | 部
>=99% | ≥ | 99 | %
=12月 | = | 12 | 月
=1年 | = | 1 | 年
=14万元 | = | 14 | 万元
$\\geq 290$ 万元 | ≥ | 290 | 万元
$\\geq 99\\%$ | ≥ | 99 | %
$\\geqslant 99 \\%$ | ≥ | 99 | %
$\\leq 5\\%$ | ≤ | 5 | %
$\\ge95$% | ≥ | 95 | %
$30000 \\text{元}$ | | 30000 | 元
≧ 735 人次 | ≥ | 735 | 人次
═ 100 % | = | 100 | %
≥50个 | ≥ | 50 | 个
≥100百分比 | ≥ | 100 | 百分比
≤90万元 | ≤ | 90 | 万元
38508人 | | 38508 | 人
不少于12种 | ≥ | 12 | 种
100.00% | | 100.00 | %
≤10次 | ≤ | 10 | 次
100%覆盖 | | 100 | %
0起 | | 0 | 起
0人次 | | 0 | 人次
不低于95% | ≥ | 95 | %
小于0.9‰ | < | 0.9 | ‰
200余人 | | ~200 | 人
3万余人 | | ~3 | 万人
30余万元 | | ~30 | 万元
5年多 | | ~5 | 年
约300人 | | ~300 | 人
大约300人 | | ~300 | 人
近300人 | | ~300 | 人
10%左右 | | ~10 | %
≥约300人 | ≥ | ~300 | 人
95%以上 | ≥ | 95 | %
95%（含）以上 | ≥ | 95 | %
95%及以上 | ≥ | 95 | %
50人以下 | ≤ | 50 | 人
3天内 | ≤ | 3 | 天
30日之内 | ≤ | 30 | 日
5个工作日以内 | ≤ | 5 | 个工作日
控制在5%以内 | ≤ | 5 | %
控制在90%以上 | ≥ | 90 | %
17元/人.天 | | 17 | 元/人.天
17元/人·天 | | 17 | 元/人·天
500元/人/月 | | 500 | 元/人/月
1600元/亩 | | 1600 | 元/亩
1000元/人以上 | ≥ | 1000 | 元/人
大于90% | > | 90 | %
超过90% | > | 90 | %
不足90% | < | 90 | %
未超过90% | ≤ | 90 | %
854万(其中400万元…) | | 854 | 万
854万，其中400万元为中央资金 | | 854 | 万
≥928小时 | ≥ | 928 | 小时
≥1000万元/年 | ≥ | 1000 | 万元/年
≤-5% | ≤ | -5 | %
同比增长≥5% | ≥ | 5 | %
亩产≥2005.2 | ≥ | 2005.2 |
亩产约2005.2 | | ~2005.2 |
同比增长5% | | 5 | %
三次 | | 3 | 次
≥十二场 | ≥ | 12 | 场
三万元 | | 3 | 万元
一百零五人以上 | ≥ | 105 | 人
１００％ | | 100 | %
＞=5次 | ≥ | 5 | 次
149,040元 | | 149040 | 元
149，040元 | | 149040 | 元
1,234,567.89元 | | 1234567.89 | 元
百分之九十五 | | 95 | %
百分之95以上 | ≥ | 95 | %
百分之九十五点五 | | 95.5 | %
千分之三 | | 3 | ‰
九成以上 | ≥ | 90 | %
九成半 | | 95 | %
≥1000㎡ | ≥ | 1000 | 平方米
≥1000m² | ≥ | 1000 | 平方米
500m3 | | 500 | 立方米
2.5万人 | | 2.5 | 万人
1.2万 | | 1.2 | 万
&ge;95% | ≥ | 95 | %
&lt;5&nbsp;次 | < | 5 | 次
<p>≥95%</p> | ≥ | 95 | %
定量≥95% | ≥ | 95 | %
大于（等于）95% | ≥ | 95 | %
每年4次 | | 4 | 次
培训12场 | | 12 | 场
完成率95% | | 95 | %
≥3个村 | ≥ | 3 | 个
5个百分点 | | 5 | 个百分点
0.96 | | 0.96 |
.96 | | 0.96 |
-3.5 | | -3.5 |
≥50 | ≥ | 50 |
5学时 | | 5 | 学时
≥2000立方米 | ≥ | 2000 | 立方米
3000米 | | 3000 | 米
12月 | | 12 | 月
3月内 | ≤ | 3 | 月
半年1次 | | 1 | 次
"""


@pytest.mark.parametrize("line", NUMBERS.strip().splitlines())
def test_numbers_with_their_operator_and_unit(line):
    text, operator, number, unit = (part.strip() for part in line.split("|"))
    quantity = parse(text)
    assert (quantity.kind, quantity.operator, quantity.number, quantity.unit, quantity.about) == (
        Kind.NUMBER,
        operator,
        Decimal(number.lstrip("~")),
        unit,
        number.startswith("~"),
    )


@pytest.mark.parametrize("word, sign", sorted(SIGN_OF.items()))
def test_every_operator_is_read_before_a_number(word, sign):
    quantity = parse(f"{word}95%")
    assert (quantity.kind, quantity.operator, quantity.number, quantity.unit) == (Kind.NUMBER, sign, 95, "%")


@pytest.mark.parametrize(
    "text, low, high, unit",
    [
        ("90%-95%", 90, 95, "%"),
        ("90%～95%", 90, 95, "%"),
        ("90-95%", 90, 95, "%"),
        ("90%—95%", 90, 95, "%"),
        ("90%至95%之间", 90, 95, "%"),
        ("≥95%且≤100%", 95, 100, "%"),
        ("≥95%,≤100%", 95, 100, "%"),
        ("≤100%且≥95%", 95, 100, "%"),
        ("95%≤满意度≤100%", 95, 100, "%"),
        ("95%≤x<100%", 95, 100, "%"),
        ("不低于90%，不高于95%", 90, 95, "%"),
        ("大于90%小于95%", 90, 95, "%"),
        ("5-10人", 5, 10, "人"),
        ("9-99人", 9, 99, "人"),
        ("0-0.0%", 0, 0, "%"),
        ("3至5天", 3, 5, "天"),
        ("1万-2万元", 1, 2, "万元"),
        ("500米-1公里", Decimal("0.5"), 1, "公里"),
        ("-5%~5%", -5, 5, "%"),
        ("控制在90%-95%", 90, 95, "%"),
        ("3-6个月", 3, 6, "个月"),
        ("$90\\%\\sim95\\%$", 90, 95, "%"),
        ("1,000-2,000元", 1000, 2000, "元"),
    ],
)
def test_ranges(text, low, high, unit):
    quantity = parse(text)
    assert (quantity.kind, quantity.number, quantity.upper, quantity.unit) == (Kind.RANGE, low, high, unit)


DEADLINES = """
11月底前 | 11月底前
9月前 | 9月前
11月份前 | 11月前
11月份 | 11月底前
2021年11月30日前完成资金支付 | 2021年11月30日前
2023年12月31日 | 2023年12月31日前
2024年12月底前 | 2024年12月底前
2024年9月前 | 2024年9月前
2024-11-30 | 2024年11月30日前
2024/11/30 | 2024年11月30日前
2024.11.30 | 2024年11月30日前
2024.11.30前 | 2024年11月30日前
2024.11 | 2024年11月底前
2024-11 | 2024年11月底前
2024年11月 | 2024年11月底前
11月30日 | 11月30日前
11月30号之前 | 11月30日前
12月完成 | 12月底前
年底前 | 12月底前
年内完成 | 12月底前
2024年底 | 2024年12月底前
2024年末前完成验收 | 2024年12月底前
第三季度 | 9月底前
三季度末 | 9月底前
2024年第4季度 | 2024年12月底前
上半年 | 6月底前
2024年下半年 | 2024年12月底前
6月上旬 | 6月10日前
6月中旬前 | 6月20日前
6月下旬 | 6月底前
6月初 | 6月10日前
截至2024年12月31日 | 2024年12月31日前
≤2024年12月31日 | 2024年12月31日前
=2024年12月31日 | 2024年12月31日前
不晚于12月15日 | 12月15日前
十二月底前 | 12月底前
二〇二四年十一月三十日前 | 2024年11月30日前
1-12月 | 12月底前
1月-12月 | 12月底前
2024年1-12月 | 2024年12月底前
2024年1月1日至2024年12月31日 | 2024年12月31日前
2024年1月1日至12月31日 | 2024年12月31日前
2024.1.1-2024.12.31 | 2024年12月31日前
2024年2月29日 | 2024年2月29日前
"""


@pytest.mark.parametrize("line", DEADLINES.strip().splitlines())
def test_deadlines(line):
    text, wanted = (part.strip() for part in line.split("|"))
    quantity = parse(text)
    assert (quantity.kind, str(quantity.deadline)) == (Kind.DEADLINE, wanted)


@pytest.mark.parametrize(
    "deadline, last",
    [
        (Deadline(9, before=True), (2023, 8, 31)),
        (Deadline(1, before=True), (2022, 12, 31)),
        (Deadline(2), (2023, 2, 28)),
        (Deadline(2, 2024), (2024, 2, 29)),
        (Deadline(6, day=10), (2023, 6, 10)),
    ],
)
def test_the_last_day_that_keeps_a_deadline(deadline, last):
    assert deadline.last_day(2023) == last


@pytest.mark.parametrize(
    "text",
    """严格执行相关制度规定 高 全天候可用 是 显著提升 …较上年减少 持续影响
 优/良/中/低/差 效果明显 有所减轻 逐年提升 2023-2024年 2023年-2024年 完成12场培训，覆盖300人 1:5 7×24小时
 2024年 无 第1批 第三批 一般 三级 一次性完成 G318 COVID-19 5×8 1.2.3 未完成95% 完成80个，未达标
 每月10日前 2023年2月30日 10-5 2024年完成 ≥ % 元 千方百计 万无一失""".split()
    + ["9" * 40, "9" * 19, "0." + "1" * 30, "长" * 200],
)
def test_what_is_no_single_quantity_stays_text(text):
    assert parse(text).kind is Kind.TEXT and parse(text).words == tidy(text)


def test_empty_is_empty_and_zero_is_an_answer():
    assert [parse(text) for text in (None, "", " ", "/", "—", "-", "——", "／", "－", "N/A")] == [EMPTY] * 10
    assert (
        parse("0").kind is Kind.NUMBER
        and not is_blank("0")
        and is_blank("无")
        and not is_void("无")
        and not is_void("0")
    )


@pytest.mark.parametrize(
    "text", [" " * 40, " " * 40 + "—", "&nbsp;" * 5, "<br/>" * 5, "<p>" * 9 + "/" + "</p>" * 9]
)
def test_a_cell_of_spaces_is_empty_however_long(text):
    assert is_blank(text) and is_void(text) and parse(text) is EMPTY


@pytest.mark.parametrize(
    "text, number",
    [
        ("132.71", "132.71"),
        ("149,040.5", "149040.5"),
        ("１２．５", "12.5"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("-3.2", "-3.2"),
        ("(3.2)", "-3.2"),
        ("（3.2）", "-3.2"),
        ("¥3.2", "3.2"),
        (".5", ".5"),
        ("约30", None),
        ("—", None),
        ("12万", None),
        (None, None),
        ("", None),
        ("9" * 40, None),
        ("1e5", None),
        ("٣", None),
        ("三", None),
    ],
)
def test_money(text, number):
    assert money(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    "text, ratio",
    [
        ("99.86%", "0.9986"),
        ("１００％", "1"),
        ("99.86", "99.86"),
        ("1,200%", "12"),
        ("—", None),
        ("%", None),
        (None, None),
    ],
)
def test_percent(text, ratio):
    assert percent(text) == (None if ratio is None else Decimal(ratio))


@pytest.mark.parametrize(
    "text, number",
    [
        ("三", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("两千", 2000),
        ("二〇二四", 2024),
        ("九百九十九", 999),
        ("甲", None),
        ("", None),
        ("一" * 30, None),
    ],
)
def test_chinese_numbers(text, number):
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    "text, plain",
    [
        ("≥ 95 ％", "≥95%"),
        ("<p>完成。</p>", "完成"),
        ("甲&nbsp;乙", "甲乙"),
        ("（100字以内）", "(100字以内)"),
        ("a\u200bb\u3000c", "abc"),
        ("100 m²", "100平方米"),
        ("。", "。"),
        ("$x$", "x"),
    ],
)
def test_tidied_texts(text, plain):
    assert tidy(text) == plain


@pytest.mark.parametrize(
    "text, unit, rest",
    [
        ("元/人.天以上", "元/人.天", "以上"),
        ("万人次", "万人次", ""),
        ("个工作日内", "个工作日", "内"),
        ("元/学生", "元/学生", ""),
        ("元/标准化厂房", "元", "/标准化厂房"),
        ("甲", "", "甲"),
    ],
)
def test_units_are_split_off_whole(text, unit, rest):
    assert split_unit(text) == (unit, rest)


def test_units_of_one_measure_convert_without_a_remainder():
    assert (
        measure("公顷").factor == 15 * measure("亩").factor
        and measure("万吨").factor == 10**7
        and measure("千米") == measure("公里")
    )
    assert (
        measure("元/人.天").dimension == measure("万元/人/天").dimension != measure("元/人").dimension
        and measure("次/年") == measure("次")
        and measure("甲") is None
    )
    assert all(entry.factor > 0 for entry in UNITS.values())


@pytest.mark.parametrize(
    "one, other, close",
    [
        ("人", "人次", True),
        ("户", "家", True),
        ("场", "次", True),
        ("个", "处", True),
        ("人", "公里", False),
        ("部", "份", False),
    ],
)
def test_counting_words_that_are_near(one, other, close):
    assert near(one, other) is near(other, one) is close


LETTERS = (
    "0123456789.,-%≥≤><=＝~～至约余左右以上下内前月日年底初季度第半万元人次个亿千百十三五成分之点（"
    "）()/每 高优良完成$\\geq&;:"
)


def meaning(text: str):
    quantity = parse(text)
    return (
        quantity.kind,
        quantity.operator,
        quantity.number,
        quantity.upper,
        quantity.unit,
        quantity.about,
        quantity.deadline,
    )


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet=LETTERS, max_size=20)))
def test_no_text_breaks_the_parser(text):
    assert parse(text).kind in Kind
    assert isinstance(money(text), Decimal | None) and isinstance(percent(text), Decimal | None)


@settings(max_examples=700, deadline=None)
@given(st.text(alphabet=LETTERS, max_size=16))
def test_what_is_printed_reads_as_the_same_again(text):
    assert meaning(str(parse(text))) == meaning(text)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*SIGN_OF, ""]),
    st.sampled_from(["", "约"]),
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from(sorted(UNITS)),
)
def test_every_composed_value_is_read_and_printed_again(operator, about, number, unit):
    text = f"{operator}{about}{number:f}{unit}"
    quantity = parse(text)
    if (unit.startswith("年") or unit == "个年度") and not operator:
        return  # 2024年 is no number of years
    assert (quantity.operator, quantity.number, quantity.about) == (
        SIGN_OF.get(operator, ""),
        number,
        bool(about),
    )
    assert quantity.unit == tidy(f"1{unit}")[1:] and meaning(str(quantity)) == meaning(text)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 12),
    st.one_of(st.none(), st.integers(1990, 2099)),
    st.one_of(st.none(), st.integers(1, 28)),
    st.booleans(),
)
def test_every_deadline_is_printed_and_read_again(month, year, day, before):
    deadline = Deadline(month, year, day, before and day is None)
    assert parse(str(deadline)).deadline == deadline


@settings(max_examples=100, deadline=None)
@given(st.decimals(min_value=-(10**6), max_value=10**6, places=3))
def test_a_percent_is_a_hundredth(number):
    assert Fraction(percent(f"{number:f}%")) * 100 == Fraction(money(f"{number:f}"))
