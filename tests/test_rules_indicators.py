"""The rules on the design of indicators, one indicator or a few at a time."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.model.forms import PROJECT, TOTAL, Form, FundingLine, Indicator
from selfeval_xl.rules import indicator_targets, indicators


def row(number: int, text: str) -> Indicator:
    """An indicator written `一级 二级 三级 指标值 完成值`; _ is an empty cell."""
    values = [None if value == "_" else value for value in text.split()]
    cells = {key: f"{letter}{number}" for key, letter in zip(("level1", "level2", "name", "target"), "BCDE")}
    return Indicator(**dict(zip(("level1", "level2", "name", "target", "actual"), values)), cells=cells)


def form(*rows: str, executed: str = "100") -> Form:
    """A form with these indicators from row 12 on and an amount spent, in 万元."""
    return Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet="表",
        money_unit="万元",
        funding=(FundingLine(source=TOTAL, annual_budget="100", executed=executed),),
        indicators=tuple(row(number, text) for number, text in enumerate(rows, 12)),
        indicator_columns=frozenset(("level1", "level2", "name", "target", "actual")),
    )


def found(rule, *rows: str) -> list[str | None]:
    return [finding.cell for finding in rule(form(*rows), default())]


def test_a_vague_target_alone_is_not_counted() -> None:
    one, two = "产出指标 质量指标 台账管理 逐步完善 _", "产出指标 质量指标 队伍建设 基本建立 _"
    (alone,) = indicator_targets.target_cannot_be_assessed(form(one), default())
    (both,) = indicator_targets.target_cannot_be_assessed(form(one, two), default())
    assert alone.message == "“台账管理”的指标值“逐步完善”不好考核。"
    assert (both.message, both.cell) == (
        "“台账管理”等2个指标的指标值（如“逐步完善”）不好考核。",
        "E12,E13",
    )


@pytest.mark.parametrize(
    "rows, cells",
    [
        (("成本指标 经济成本指标 项目总成本 ≤40万元 _",), ["E12"]),
        (("成本指标 经济成本指标 项目总成本 ≤60万元 _",), []),
        (("成本指标 经济成本指标 项目总成本 ≤400000元 _",), ["E12"]),
        (
            (
                "成本指标 经济成本指标 维修成本 ≤20万元 _",
                "成本指标 经济成本指标 监理成本 ≤20万元 _",
            ),
            ["E12,E13"],
        ),
        (
            (
                "成本指标 经济成本指标 维修成本 ≤20万元 _",
                "成本指标 社会成本指标 扰民投诉 ≤2件 _",
            ),
            [],
        ),
        (("成本指标 经济成本指标 人均培训成本 ≤400元 _",), []),
        (("成本指标 经济成本指标 项目总成本 控制在预算内 _",), []),
        (("产出指标 数量指标 维修水闸数量 ≥5处 _",), []),
    ],
)
def test_costs_that_cover_little_of_the_money(rows: tuple[str, ...], cells: list[str]) -> None:
    assert found(indicator_targets.cost_covers_little, *rows) == cells


@pytest.mark.parametrize(
    "name, cells",
    [
        ("支付改造资金 =50万元", ["D12"]),
        ("改造房屋面积 ≥500平方米", []),
        ("支付改造资金 _", []),
        ("_ =50万元", []),
    ],
)
@pytest.mark.parametrize("level2, counts", [("数量指标", True), ("经济成本指标", False)])
def test_a_payment_is_no_quantity(name: str, cells: list[str], level2: str, counts: bool) -> None:
    rows = f"产出指标 {level2} {name} _"
    assert found(indicator_targets.payment_as_quantity, rows) == (cells if counts else [])


@pytest.mark.parametrize(
    "written, level",
    [
        ("产出指标", "产出"),
        ("产出数量指标(20分)", "数量"),
        ("数量指标", "数量"),
        ("时效指标（10分）", "时效"),
        ("产出", "产出"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_level_is_told_without_what_stands_around_it(written: str | None, level: str) -> None:
    assert indicators.level(written) == level


@pytest.mark.parametrize(
    "rows, cells",
    [
        (("数量指标 数量指标 维修水闸数量 ≥5处 _",), ["B12"]),
        (("数量指标 数量指标 维修水闸数量 ≥5处 _", "数量指标 数量指标 维修堤防长度 ≥5公里 _"), ["B12"]),
        (("产出指标 经济效益指标 带动增收 ≥5万元 _",), ["C12"]),
        (("产出指标 数量指标 维修水闸数量 ≥5处 _",), []),
        (("其他指标 数量指标 维修水闸数量 ≥5处 _",), []),
        (("_ 数量指标 维修水闸数量 ≥5处 _",), []),
    ],
)
def test_levels_in_the_wrong_place(rows: tuple[str, ...], cells: list[str]) -> None:
    assert found(indicators.level_in_wrong_place, *rows) == cells


@pytest.mark.parametrize(
    "others, cells",
    [
        (("产出指标 数量指标 维修水闸数量 ≥5处 6处", "产出指标 质量指标 堤防验收合格率 ≥95% 97%"), ["D14"]),
        (("产出指标 质量指标 堤防验收合格率 ≥95% 97%", "产出指标 数量指标 维修水闸数量 ≥5处 6处"), ["D14"]),
        (("产出指标 质量指标 堤防验收合格率 ≥95% 97%", "产出指标 数量指标 维修泵站数量 ≥5处 6处"), []),
        (("产出指标 质量指标 堤防验收合格率 ≥95% 97%", "成本指标 成本指标 维修水闸数量 ≥5处 6处"), ["D14"]),
        (("产出指标 质量指标 堤防验收合格率 ≥95% 97%", "成本指标 成本指标 维修水闸数量 ≤7处 6处"), []),
    ],
)
def test_an_indicator_that_stands_twice(others: tuple[str, ...], cells: list[str]) -> None:
    rows = (*others, "产出指标 数量指标 维修水闸数量 ≥5处 6处")
    assert found(indicators.same_indicator_twice, *rows) == cells


@pytest.mark.parametrize(
    "text, fires",
    [
        ("资金支付数量 ≥50万元", True),
        ("发放补贴金额 ≥30万元", True),
        ("下达资金 120万元", True),
        ("资金拨付金额 =100万元", True),
        ("兑付奖补资金 ≥15万元", True),
        ("拨付村级运转经费 =36.5万元", True),
        ("支付笔数 ≥20笔", False),
        ("发放补贴人数 ≥300人", False),
        ("发放小额贷款金额 ≥300万元", False),
        ("招商引资到位资金 ≥5亿元", False),
        ("争取上级资金 ≥800万元", False),
        ("追回拖欠工资金额 ≥50万元", False),
        ("农产品销售额 ≥100万元", False),
    ],
)
def test_payments_in_disguise(text: str, fires: bool) -> None:
    cells = found(indicator_targets.payment_as_quantity, f"产出指标 数量指标 {text} _")
    assert cells == (["D12"] if fires else [])


@pytest.mark.parametrize(
    "text, fires",
    [
        ("产出指标 质量指标 培训人数 ≥300人 _", True),
        ("产出指标 时效指标 巡查场次 ≥12场 _", True),
        ("产出指标 质量指标 改造面积 ≥500平方米 _", True),
        ("满意度指标 服务对象满意度指标 调查户数 ≥50户 _", True),
        ("产出指标 质量指标 培训合格人数 ≥290人 _", False),
        ("产出指标 质量指标 获奖场次 ≥2场 _", False),
        ("产出指标 质量指标 安全事故次数 0次 _", False),
        ("产出指标 数量指标 培训人数 ≥300人 _", False),
        ("效益指标 社会效益指标 受益人数 ≥300人 _", False),
    ],
)
def test_counts_below_a_level_that_counts_nothing(text: str, fires: bool) -> None:
    assert found(indicators.name_unlike_level, text) == (["D12"] if fires else [])


@pytest.mark.parametrize(
    "text, fires",
    [
        ("产出指标 数量指标 印发宣传册 5000 5000", True),
        ("产出指标 数量指标 培训村干部 120 130", True),
        ("产出指标 数量指标 更换路灯 80 80", True),
        ("产出指标 数量指标 培训人次 120 130", False),
        ("产出指标 数量指标 帮扶脱贫户 120 130", False),
        ("产出指标 数量指标 印发宣传册册数 5000 5000", False),
        ("产出指标 数量指标 监测天数（天） 30 30", False),
        ("产出指标 数量指标 配套变压器3台 3 3", False),
        ("产出指标 数量指标 更换路灯 80 80盏", False),
    ],
)
def test_numbers_without_a_unit(text: str, fires: bool) -> None:
    assert found(indicator_targets.number_without_unit, text) == (["E12"] if fires else [])


@pytest.mark.parametrize(
    "rows, fires",
    [
        (("产出指标 数量指标 培训人数 ≥300人 310人", "产出指标 数量指标 培训人数（人） ≥300 310"), True),
        (("产出指标 质量指标 验收合格率 ≥95% 98%", "产出指标 质量指标 验收合格率 100% 100%"), True),
        (("产出指标 质量指标 验收合格率 ≥95% 98%", "效益指标 社会效益指标 验收合格率 ≥95% 98%"), True),
        (
            ("产出指标 数量指标 培训人次 ≥30人次 31人次", "效益指标 社会效益指标 培训人次 ≥50人次 52人次"),
            False,
        ),
        (
            (
                "产出指标 数量指标 培训人数（第一期） ≥30人 31人",
                "产出指标 数量指标 培训人数（第二期） ≥30人 31人",
            ),
            False,
        ),
    ],
)
def test_one_indicator_in_two_places(rows: tuple[str, str], fires: bool) -> None:
    assert found(indicators.same_indicator_twice, *rows) == (["D13"] if fires else [])


@pytest.mark.parametrize(
    "target, fires",
    [
        ("大于XX公里", True),
        ("≥公里", True),
        ("≥", True),
        ("不少于**人次", True),
        ("超过N场", True),
        ("至少__户", True),
        ("大于5公里", False),
        ("不超时", False),
        ("达标", False),
        ("高于上年", False),
        ("≥95%", False),
    ],
)
def test_targets_that_stand_for_a_value(target: str, fires: bool) -> None:
    cells = found(indicator_targets.target_is_a_placeholder, f"产出指标 数量指标 修建渠道长度 {target} _")
    assert cells == (["E12"] if fires else [])


@pytest.mark.parametrize(
    "text, fires",
    [
        ("社会效益显著率 ≥95%", True),
        ("经济效益提升程度 100%", True),
        ("改善民生 ≥90%", True),
        ("有效促进就业 ≥95%", True),
        ("提升单位形象 ≥95%", True),
        ("保障机关运转 100%", True),
        ("知晓率 ≥90%", False),
        ("促进就业人数 ≥200人", False),
        ("改善办学条件学校覆盖率 100%", False),
        ("提高劳动生产率 ≥5%", False),
        ("带动农户增收额 ≥2000元", False),
    ],
)
def test_slogans_with_a_percentage(text: str, fires: bool) -> None:
    cells = found(indicator_targets.benefit_is_hollow, f"效益指标 社会效益指标 {text} _")
    assert cells == (["D12"] if fires else [])


@pytest.mark.parametrize(
    "text, rule",
    [
        ("社会效益指标 公共服务能力提升程度 明显提升", "I13"),
        ("社会效益指标 社会影响力 持续扩大", "I13"),
        ("可持续影响指标 促进产业发展 长期", "I13"),
        ("社会效益指标 公共服务能力提升程度 ≥95%", "I18"),
        ("社会效益指标 政策知晓率 ≥90%", None),
        ("社会效益指标 重大安全事故 不发生", None),
    ],
)
def test_a_hollow_benefit_in_words_is_one_that_cannot_be_assessed(text: str, rule: str | None) -> None:
    in_words = found(indicator_targets.target_cannot_be_assessed, f"效益指标 {text} _")
    in_percent = found(indicator_targets.benefit_is_hollow, f"效益指标 {text} _")
    assert (bool(in_words), bool(in_percent)) == (rule == "I13", rule == "I18")


@pytest.mark.parametrize(
    "name, fires", [("1年", True), ("100%", True), ("1290.3平方米冷库建设", False), ("5G基站", False)]
)
def test_a_name_that_is_only_a_quantity(name: str, fires: bool) -> None:
    assert found(indicators.name_says_nothing, f"产出指标 数量指标 {name} ≥1个 1个") == (
        ["D12"] if fires else []
    )


@pytest.mark.parametrize(
    "text, example",
    [
        ("_ _ 质量 ≥95% _", "“渠道工程验收合格率”"),
        ("_ 时效指标 指标 ≥95% _", "“工程完工时间”"),
        ("满意度指标 _ 指标 ≥95% _", "“参训农户满意度”"),
        ("_ _ 数量 ≥5处 _", "“设备采购数量”"),
    ],
)
def test_a_name_that_says_nothing_is_told_names_of_its_level(text: str, example: str) -> None:
    (finding,) = indicators.name_says_nothing(form(text), default())
    assert example in finding.hint


@pytest.mark.parametrize(
    "text, fires",
    [
        ("产出指标 数量指标 培训人数 ≥99% _", True),
        ("产出指标 数量指标 培训人数 95%-99% _", True),
        ("产出指标 数量指标 培训人数 ≥99 _", False),
        ("产出指标 数量指标 培训人数 全部参加 _", False),
        ("产出指标 数量指标 培训人数 2024年12月底前 _", False),
        ("产出指标 数量指标 培训人数 _ _", False),
        ("产出指标 质量指标 培训合格率 ≥5个 _", True),
        ("产出指标 质量指标 培训合格率 ≥5吾 _", False),
    ],
)
def test_a_unit_that_the_name_does_not_fit(text: str, fires: bool) -> None:
    assert bool(found(indicator_targets.unit_unlike_name, text)) is fires
