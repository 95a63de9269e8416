"""The funding tables of monitoring forms, however their heads say the months, the money and its unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from support.text_grid import grid_of

FORM = """
| 2025年度项目支出绩效目标跟踪监控表 | < | < | < | < | < | < |
| 项目名称 | 乡村道路养护 | 主管部门 | 某县交通运输局 | 实施单位 | 某县公路所 | |
{funds}
| 年度目标 | 养护乡村道路300公里。 | < | < | < | < | < |
| 一级指标 | 二级指标 | 三级指标 | 年度指标值 | {months}完成情况 | 全年预计完成情况 | 偏差原因 |
| 产出指标 | 数量指标 | 养护里程 | ≥300公里 | 120公里 | 300公里 | |
"""


def read(funds: str, months: str = ""):
    """The one form with these rows of funds, which leaves no cell unread."""
    table = FORM.format(funds=funds.strip(), months=months)
    (form,) = all_forms_in(grid_of(table), "a.xlsx").stage_forms
    assert [(unread.cells, unread.text) for unread in form.account.unread] == []
    assert [(row.name, row.actual) for row in form.indicators] == [("养护里程", "120公里")]
    return form


def line(form, source: str) -> dict[str, str]:
    """The amounts of a source by key."""
    (found,) = [line for line in form.funding if line.source == source]
    keys = ("initial_budget", "annual_budget", "executed", "execution_rate", "forecast")
    return {key: value for key in keys if (value := getattr(found, key)) is not None}


def test_the_sheet_of_the_report_is_read():
    form = read("""
| 资金来源 | 年初预算（元） | 上半年支出（元） | 支出进度 | 全年预计支出（元） | | |
| 年度资金总额 | 1000000 | 380000 | 38% | 950000 | | |
| 其中：财政拨款 | 800000 | 300000 | 37.5% | 780000 | | |
| 其他 | 200000 | 80000 | 40% | 170000 | | |""")
    assert (form.money_unit, form.through) == ("元", "上半年")
    assert line(form, "合计") == {
        "initial_budget": "1000000",
        "executed": "380000",
        "execution_rate": "38%",
        "forecast": "950000",
    }
    assert line(form, "财政拨款")["executed"] == "300000"
    assert line(form, "其他")["forecast"] == "170000"


MONTHS = {
    "上半年": "上半年",
    "1-6月": "1-6月",
    "1—7月": "1—7月",
    "1至8月份": "1至8月份",
    "截至6月底": "截至6月底",
    "截止2025年6月30日": "截止2025年6月30日",
    "前三季度": "前三季度",
    "1-3季度": "1-3季度",
    "一至三季度": "一至三季度",
    "半年度": "半年度",
    "6月末": "6月末",
    "至9月底": "至9月底",
    "2025年1-6月": "1-6月",
    "1-6月累计": "1-6月",
}
SPENT = (
    *("支出", "执行", "支付", "使用", "拨付", "完成", "支出数", "执行数", "支付金额", "使用资金", "拨付资金"),
    *(
        "完成数",
        "资金支出额",
        "实际支付数",
        "预算执行数",
        "资金使用情况",
        "累计拨付金额",
        "已支出",
        "完成投资",
    ),
)
BUDGETS = {
    "年初预算": "initial_budget",
    "年初预算安排数": "initial_budget",
    "年初预算批复数": "initial_budget",
    "年初下达数": "initial_budget",
    "年初安排": "initial_budget",
    "预算": "annual_budget",
    "预算数": "annual_budget",
    "预算安排": "annual_budget",
    "安排资金": "annual_budget",
    "资金安排数": "annual_budget",
    "预算下达数": "annual_budget",
    "下达资金": "annual_budget",
    "核定预算": "annual_budget",
    "预算核定数": "annual_budget",
    "全年预算批复数": "annual_budget",
    "当年预算安排金额": "annual_budget",
    "调整后预算": "annual_budget",
}
RATES = ("支出进度", "执行率", "支付率", "资金使用率", "拨付进度", "预算完成率", "支出比例", "累计支付进度")
FORECASTS = (
    *("全年预计支出", "预计全年支出数", "全年预计执行", "年底预计支付数", "预计年底支出", "全年预计使用资金"),
    *("全年预计拨付数", "预计全年完成数", "全年预计完成", "全年预计", "到年底预计支出额"),
)
UNITS = {
    "（元）": "元",
    "(元)": "元",
    "（万元）": "万元",
    "(单位：元)": "元",
    "／万元": "万元",
    "/元": "元",
    "[万元]": "万元",
    "【元】": "元",
    "（人民币元）": "元",
    "，万元": "万元",
    " 万元": "万元",
    "单位：元": "元",
}


def _heads(budget, months, spent, rate, forecast, unit="（万元）") -> str:
    return f"""
| 资金来源 | {budget}{unit} | {months}{spent}{unit} | {months}{rate} | {forecast}{unit} | | |
| 年度资金总额 | 50 | 20 | 40% | 48 | | |
| 其中：财政拨款 | 30 | 10 | 33.33% | 29 | | |
| 其他资金 | 20 | 10 | 50% | 19 | | |"""


@pytest.mark.parametrize("spent", SPENT)
@pytest.mark.parametrize("number", range(5))
def test_months_and_money_in_any_words(spent, number):
    """Each word with five of the ways to say the months, the budget, the rate and the forecast."""
    shift = SPENT.index(spent) + number * 3
    months = list(MONTHS)[shift % len(MONTHS)]
    budget = list(BUDGETS)[shift % len(BUDGETS)]
    form = read(
        _heads(budget, months, spent, RATES[shift % len(RATES)], FORECASTS[shift % len(FORECASTS)]),
        months,
    )
    assert form.through == MONTHS[months]
    assert line(form, "合计") == {
        BUDGETS[budget]: "50",
        "executed": "20",
        "execution_rate": "40%",
        "forecast": "48",
    }


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_in_a_head_is_the_forms(unit):
    form = read(_heads("年初预算", "上半年", "支出", "支出进度", "全年预计支出", unit))
    assert form.money_unit == UNITS[unit]
    assert line(form, "财政拨款")["executed"] == "10"


def test_each_head_has_its_own_unit():
    form = read("""
| 资金来源 | 年初预算（万元） | 上半年支出/元 | 支出进度 | 全年预计支出（万元） | | |
| 年度资金总额 | 50 | 200000 | 40% | 48 | | |
| 其中：财政拨款 | 50 | 200000 | 40% | 48 | | |""")
    assert form.money_unit == "万元"
    assert line(form, "财政拨款")["executed"] == "20"


def test_the_unit_stands_beside_the_heads():
    form = read("""
| 资金来源 | 年初预算 | 上半年支出 | 支出进度 | 全年预计支出 | 单位：元 | |
| 年度资金总额 | 500000 | 200000 | 40% | 480000 | | |""")
    assert form.money_unit == "元" and line(form, "合计")["executed"] == "200000"


@pytest.mark.parametrize("head", ["支出进度", "支出进度（%）", "执行率%"])
@pytest.mark.parametrize("rates", [("38", "37.5", "40"), ("38%", "37.5%", "40%"), ("0.38", "0.375", "0.4")])
def test_a_rate_is_percent_as_the_amounts_show(head, rates):
    form = read(f"""
| 资金来源 | 年初预算（万元） | 上半年支出（万元） | {head} | 全年预计支出（万元） | | |
| 年度资金总额 | 100 | 38 | {rates[0]} | 95 | | |
| 其中：财政拨款 | 80 | 30 | {rates[1]} | 78 | | |
| 其他 | 20 | 8 | {rates[2]} | 17 | | |""")
    assert all(line.execution_rate.endswith("%") for line in form.funding)
    got = [Decimal(line.execution_rate.rstrip("%")) for line in form.funding]
    assert got == [Decimal("38"), Decimal("37.5"), Decimal("40")]


def test_a_table_without_a_total():
    form = read("""
| 资金来源 | 年初预算（万元） | 上半年支出（万元） | 支出进度 | 全年预计支出（万元） | | |
| 财政拨款 | 80 | 30 | 37.5% | 78 | | |
| 其他 | 20 | 8 | 40% | 17 | | |""")
    assert [(line.source, line.part_of, line.executed) for line in form.funding] == [
        ("财政拨款", None, "30"),
        ("其他", None, "8"),
    ]


def test_sources_are_columns():
    form = read("""
| 资金情况（万元） | 合计 | 财政拨款 | 其他资金 | | | |
| 年初预算安排 | 100 | 80 | 20 | | | |
| 截至6月底支出 | 38 | 30 | 8 | | | |
| 支出进度 | 38% | 37.5% | 40% | | | |
| 全年预计支出 | 95 | 78 | 17 | | | |""")
    assert form.through == "截至6月底"
    assert line(form, "合计") == {
        "initial_budget": "100",
        "executed": "38",
        "execution_rate": "38%",
        "forecast": "95",
    }
    assert line(form, "其他资金") == {
        "initial_budget": "20",
        "executed": "8",
        "execution_rate": "40%",
        "forecast": "17",
    }


def test_sources_are_columns_without_a_total():
    form = read("""
| 资金来源 | 财政拨款（万元） | 其他资金（万元） | | | | |
| 预算下达数 | 80 | 20 | | | | |
| 1-6月拨付 | 30 | 8 | | | | |
| 全年预计拨付 | 78 | 17 | | | | |""")
    assert (form.through, form.money_unit) == ("1-6月", "万元")
    assert line(form, "财政拨款") == {"annual_budget": "80", "executed": "30", "forecast": "78"}
    assert line(form, "其他资金") == {"annual_budget": "20", "executed": "8", "forecast": "17"}


TWO_ROWS = {
    "the budget reaches down": """
| 资金来源 | 年初预算数 | 上半年执行情况 | < | 全年预计支出 | | |
| ^ | ^ | 支出数 | 执行率 | ^ | | |""",
    "words above, what it is below": """
| 资金来源 | 预算安排（万元） | 资金支出（万元） | < | < | | |
| ^ | 年初 | 上半年 | 支出进度 | 全年预计 | | |""",
    "a heading above all": """
| 资金来源 | 资金情况（万元） | < | < | < | | |
| ^ | 年初预算 | 上半年支出 | 支出进度 | 全年预计支出 | | |""",
    "the months above": """
| 资金来源 | 年初预算 | 1-6月 | < | 全年预计支出 | | |
| ^ | ^ | 支出 | 进度 | ^ | | |""",
}


@pytest.mark.parametrize("name", TWO_ROWS)
def test_a_head_of_two_rows(name):
    form = read(
        TWO_ROWS[name]
        + """
| 年度资金总额 | 100 | 38 | 38% | 95 | | |
| 其中：财政拨款 | 80 | 30 | 37.5% | 78 | | |
| 其他 | 20 | 8 | 40% | 17 | | |"""
    )
    assert line(form, "合计") == {
        "initial_budget": "100",
        "executed": "38",
        "execution_rate": "38%",
        "forecast": "95",
    }
    assert line(form, "其他")["executed"] == "8"
    assert form.through == ("1-6月" if name == "the months above" else "上半年")


def test_two_budgets_below_one_head():
    form = read("""
| 资金来源 | 预算数（万元） | < | 上半年支出（万元） | 支出进度 | 全年预计支出（万元） | |
| ^ | 年初 | 调整后 | ^ | ^ | ^ | |
| 年度资金总额 | 100 | 90 | 38 | 42.22% | 88 | |
| 其中：财政拨款 | 100 | 90 | 38 | 42.22% | 88 | |""")
    assert line(form, "财政拨款") == {
        "initial_budget": "100",
        "annual_budget": "90",
        "executed": "38",
        "execution_rate": "42.22%",
        "forecast": "88",
    }


def test_words_of_money_elsewhere_are_no_heads():
    """安排 and 支出 in other cells, where no budget and no payment stand side by side."""
    form = read(
        """
| 资金来源 | 年初预算（万元） | 上半年支出（万元） | 支出进度 | 全年预计支出（万元） | | |
| 年度资金总额 | 50 | 20 | 40% | 48 | | |
| 资金安排说明 | 县级财政安排，按进度支出 | < | < | < | < | < |""".replace("资金安排说明", "项目概况")
    )
    assert len(form.funding) == 1
    assert list(form.remarks.values()) == ["县级财政安排，按进度支出"]
