"""County rules: a condition in the words of the forms, exact numbers, and nothing violated by what is
unknown.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl.errors import PolicyError
from selfeval_xl.rules.condition import parse_condition

KNOWN = frozenset(
    (
        "全年执行数",
        "全年预算数",
        "年初预算数",
        "分值合计",
        "执行率",
        "项目名称",
        "判定",
        "偏差原因分析及改进措施",
    )
)
VALUES = {
    "全年执行数": Decimal("5"),
    "全年预算数": Decimal("4"),
    "分值合计": Decimal("100"),
    "执行率": Decimal("0.9"),
    "项目名称": "工资发放",
    "判定": "未完成",
    "偏差原因分析及改进措施": None,
    "年初预算数": None,
}


@pytest.mark.parametrize(
    "text",
    [
        "非 " * 3000 + "分值合计 = 100",
        "1" + " + 1" * 3000 + " > 分值合计",
        "-" * 3000 + "1 < 分值合计",
        "分值合计 = 100" + " 且 分值合计 = 100" * 3000,
        "(" * 3000 + "分值合计" + ")" * 3000 + " = 100" + " 或 执行率 > 0" * 3000,
    ],
    ids=["not", "plus", "minus", "and", "or"],
)
def test_a_condition_without_end_is_refused_with_a_sentence(text):
    with pytest.raises(PolicyError, match="条件太长.*拆成几条"):
        parse_condition(text, KNOWN)


def test_a_condition_that_a_person_would_write_is_not_too_long():
    text = "分值合计 = 100" + " 且 (分值合计 - 100 = 0 或 非 执行率 > 1)" * 20
    assert parse_condition(text, KNOWN).holds(VALUES) is True


@pytest.mark.parametrize(
    "text, holds",
    [
        ("全年执行数 <= 全年预算数", False),
        ("分值合计 = 100", True),
        ("=分值合计=100", True),
        ("执行率 >= 0.9", True),
        ("执行率>=90%", True),
        ("执行率 ≥ 90%", True),
        ("执行率<>0.9", False),
        ("全年执行数/全年预算数 < 1.5 且 分值合计=100", True),
        ("全年执行数 - 全年预算数 = 1", True),
        ("-全年执行数 < 0", True),
        ("2+3*4 = 14", True),
        ("(2+3)*4 = 20", True),
        ("10-3-2 = 5", True),
        ("0.1+0.2 = 0.3", True),
        ("非 分值合计=100", False),
        ("分值合计=1 或 分值合计=100", True),
        ("AND(分值合计=100,执行率>1)", False),
        ('如果(判定="未完成", 非 为空(偏差原因分析及改进措施))', False),
        ("包含(项目名称,“工资”)", True),
        ("字数(项目名称) = 4", True),
        ("ABS(全年预算数-全年执行数) <= 1", True),
        ("ROUND(执行率,0)=1", True),
        ("最大(1,2,3)=3", True),
        ('判定 = "已完成"', False),
        ("全年执行数＜＝全年预算数", False),
        ("年初预算数 > 0", None),
        ("年初预算数 > 0 或 分值合计=100", True),
        ("年初预算数 > 0 且 分值合计=1", False),
        ("年初预算数 > 0 且 分值合计=100", None),
        ("全年执行数 / (分值合计-100) > 1", None),
        ("项目名称 > 3", None),
        ("项目名称 = 3", None),
        ("全年执行数 > 5", False),
        ("全年执行数 < 5", False),
        ("AND(分值合计=100,年初预算数>0)", None),
        ("OR(分值合计=100,年初预算数>0)", True),
        ("NOT(分值合计=100)", False),
        ("NOT(年初预算数)", None),
        ("非 年初预算数", None),
        ("包含(项目名称,“奖金”)", False),
        ("如果(分值合计, 1=2)", None),
        ("如果(分值合计=1, 1=2)", True),
        ("如果(分值合计=1, 1=1, 1=2)", False),
    ],
)
def test_a_condition_holds_or_not_or_cannot_be_told(text, holds):
    assert parse_condition(text, KNOWN).holds(VALUES) is holds


@pytest.mark.parametrize(
    "text, told",
    [
        ("全年执行 <= 1", "是不是“全年执行数”"),
        ("全年执行数 <=", "看不懂|没有写完"),
        ("全年执行数 $ 3", "从第7个字起看不懂"),
        ("", "没有写完|看不懂"),
        ("(1=1", "没有写完|看不懂"),
        ("import os", "看不懂"),
    ],
)
def test_what_is_wrong_with_a_condition_is_told(text, told):
    with pytest.raises(PolicyError, match=told):
        parse_condition(text, KNOWN)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='全年执行数预算=<>()+-*/ 1290.%且或非"', max_size=30))
def test_no_text_breaks_the_parser(text):
    try:
        condition = parse_condition(text, KNOWN)
    except PolicyError:
        return
    assert condition.holds(VALUES) in (True, False, None)
