"""Targets and completed values as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.quantity import Kind, chinese_number, is_blank, is_void, money, parse, percent

NUMBERS = """
>=149040元 | ≥ | 149040 | 元
=30000元 | = | 30000 | 元
=12月 | = | 12 | 月
$\\geq 290$ 万元 | ≥ | 290 | 万元
$\\geq 99\\%$ | ≥ | 99 | %
≧ 735 人次 | ≥ | 735 | 人次
═ 100 % | = | 100 | %
≥100百分比 | ≥ | 100 | 百分比
38508人 | | 38508 | 人
不少于12种 | ≥ | 12 | 种
100.00% | | 100.00 | %
100%覆盖 | | 100 | %
不低于95% | ≥ | 95 | %
小于0.9‰ | < | 0.9 | ‰
200余人 | | 200 | 人
95%以上 | ≥ | 95 | %
17元/人.天 | | 17 | 元/人.天
1600元/亩 | | 1600 | 元/亩
大于90% | > | 90 | %
854万(其中400万元…) | | 854 | 万
≥1000万元/年 | ≥ | 1000 | 万元/年
≤-5% | ≤ | -5 | %
同比增长≥5% | ≥ | 5 | %
三次 | | 3 | 次
１００％ | | 100 | %
149,040元 | | 149040 | 元
约300人 | | 300 | 人
10%左右 | | 10 | %
百分之九十五 | | 95 | %
3天内 | ≤ | 3 | 天
＞=5次 | ≥ | 5 | 次
≥1000㎡ | ≥ | 1000 | 平方米
0起 | | 0 | 起
2.5万人 | | 2.5 | 万人
"""


@pytest.mark.parametrize("line", NUMBERS.strip().splitlines())
def test_numbers_with_their_operator_and_unit(line):
    text, operator, number, unit = (part.strip() for part in line.split("|"))
    quantity = parse(text)
    assert (quantity.kind, quantity.operator, quantity.number, quantity.unit) == (Kind.NUMBER, operator, Decimal(number), unit)


@pytest.mark.parametrize("text, low, high, unit", [("90%-95%", 90, 95, "%"), ("90%～95%", 90, 95, "%"), ("≥95%且≤100%", 95, 100, "%"), ("5-10人", 5, 10, "人"), ("3至5天", 3, 5, "天")])
def test_ranges(text, low, high, unit):
    quantity = parse(text)
    assert (quantity.kind, quantity.number, quantity.upper, quantity.unit) == (Kind.RANGE, low, high, unit)


@pytest.mark.parametrize("text, year, month, day", [
    ("11月底前", None, 11, None), ("9月前", None, 9, None), ("2021年11月30日前完成资金支付", 2021, 11, 30), ("2023年12月31日", 2023, 12, 31), ("2024年12月底前", 2024, 12, None),
    ("年底前", None, 12, None), ("第三季度", None, 9, None), ("2024-11-30", 2024, 11, 30), ("2024.11.30", 2024, 11, 30), ("上半年", None, 6, None), ("2024.11", 2024, 11, None),
])
def test_deadlines(text, year, month, day):
    quantity = parse(text)
    assert quantity.kind is Kind.DEADLINE
    assert (quantity.deadline.year, quantity.deadline.month, quantity.deadline.day) == (year, month, day)


@pytest.mark.parametrize("text", ["严格执行相关制度规定", "高", "全天候可用", "是", "显著提升", "较上年减少", "持续影响", "优/良/中/低/差", "2023-2024年", "完成12场培训，覆盖300人", "1:5", "7×24小时",
                                  "2024年", "无", "9" * 40])
def test_what_is_no_single_quantity_stays_text(text):
    assert parse(text).kind is Kind.TEXT


def test_empty_is_empty_and_zero_is_an_answer():
    assert [parse(text).kind for text in (None, "", " ", "/", "—", "-", "——")] == [Kind.EMPTY] * 7
    assert parse("0").kind is Kind.NUMBER and not is_blank("0") and is_blank("无") and not is_void("无")


@pytest.mark.parametrize("text, number", [("132.71", "132.71"), ("149,040.5", "149040.5"), ("１２．５", "12.5"), ("0", "0"), ("0.00", "0.00"), ("-3.2", "-3.2"), ("(3.2)", "-3.2"), ("约30", None), ("—", None),
                                          ("12万", None), (None, None), ("", None), ("9" * 40, None)])
def test_money(text, number):
    assert money(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize("text, ratio", [("99.86%", "0.9986"), ("100%", "1"), ("99.86", "99.86"), ("—", None)])
def test_percent(text, ratio):
    assert percent(text) == (None if ratio is None else Decimal(ratio))


@pytest.mark.parametrize("text, number", [("三", 3), ("十二", 12), ("二十", 20), ("一百零五", 105), ("两千", 2000), ("甲", None)])
def test_chinese_numbers(text, number):
    assert chinese_number(text) == number


LETTERS = "0123456789.,-%≥≤><=＝~～至约余左右以上下内前月日年底万元人次个亿千百十三五（）()/每 高优良完成$\\geq"


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet=LETTERS, max_size=20)))
def test_no_text_breaks_the_parser(text):
    assert parse(text).kind in Kind
    money(text), percent(text)


@settings(max_examples=600, deadline=None)
@given(st.text(alphabet=LETTERS, max_size=16))
def test_what_is_printed_reads_as_the_same_again(text):
    first = parse(text)
    second = parse(str(first))
    assert (second.kind, second.operator, second.number, second.upper, second.unit, second.about, second.deadline) == (
        first.kind, first.operator, first.number, first.upper, first.unit, first.about, first.deadline)
