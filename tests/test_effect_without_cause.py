"""D12: a quality or benefit that is said to be reached although the same thing was not done at all."""

from __future__ import annotations

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.model.forms import PROJECT, Form, Indicator
from selfeval_xl.rules.completion import effect_without_cause


def told(*rows: str) -> list[str | None]:
    """The cells of the findings on rows written `二级 三级 指标值 完成值`."""
    made = []
    for number, text in enumerate(rows, 12):
        second, name, target, actual = text.split()
        first = {"质量": "产出指标", "数量": "产出指标", "时效": "产出指标", "成本": "产出指标"}.get(
            second[:2], "效益指标"
        )
        made.append(
            Indicator(
                level1=first,
                level2=second,
                name=name,
                target=target,
                actual=actual,
                cells={"actual": f"F{number}"},
            )
        )
    form = assess(Form(kind=PROJECT, file="a.xlsx", sheet="表", indicators=tuple(made)), default())
    return [finding.cell for finding in effect_without_cause(form, default())]


@pytest.mark.parametrize(
    ("nothing", "effect"),
    [
        ("数量指标 卫星电话购置数量 =25部 0部", "质量指标 购置卫星电话验收合格率 ≥95% 100%"),
        ("数量指标 水毁道路修复里程 ≥12公里 0公里", "质量指标 道路修复质量合格率 ≥95% 98%"),
        ("数量指标 高标准农田建设面积 ≥3000亩 0亩", "社会效益指标 高标准农田灌溉保证率 ≥90% 95%"),
        ("数量指标 新建机井数量 ≥6眼 0眼", "质量指标 机井验收合格率 100% 100%"),
        ("数量指标 农村户厕改造户数 ≥200户 0户", "质量指标 户厕改造合格率 ≥98% 99%"),
        ("数量指标 培训场次 ≥4场 0场", "质量指标 培训合格率 ≥90% 96%"),
        ("数量指标 发放技能培训补贴人数 ≥100人 0人", "社会效益指标 技能培训补贴受益人数 ≥100人 100人"),
        ("时效指标 视频互联互通租金时间 =12月 0月", "质量指标 视频互联互通畅通率 ≥99% 99%"),
        ("成本指标 县级应急广播平台租金 ≥14万元 0万元", "质量指标 应急广播平台正常运行率 ≥99% 100%"),
        ("数量指标 应急视频会议系统安装数量 ≥5套 0套", "质量指标 应急视频会议系统畅通率 ≥99% 99.5%"),
    ],
)
def test_an_effect_of_what_was_not_done(nothing, effect):
    assert told(nothing, effect) == ["F13,F12"]


@pytest.mark.parametrize(
    "rows",
    [
        ("数量指标 安全培训人数 ≥100人 0人", "质量指标 技能培训合格率 ≥90% 96%"),
        ("数量指标 新建机井数量 ≥6眼 0眼", "质量指标 维修机井合格率 100% 100%"),
        ("数量指标 森林防火宣传场次 ≥6场 0场", "社会效益指标 森林火灾受害率 ≤0.9‰ 0.1‰"),
        ("数量指标 道路硬化里程 ≥5公里 0公里", "质量指标 道路照明合格率 ≥95% 98%"),
        ("数量指标 安全事故起数 ≤0起 0起", "质量指标 安全生产检查合格率 ≥95% 98%"),
        ("数量指标 培训场次 ≥4场 0场", "质量指标 培训合格率 ≥90% 0%"),
        ("数量指标 培训场次 ≥4场 3场", "质量指标 培训合格率 ≥90% 96%"),
        ("数量指标 购置设备数量 ≥4台 0台", "社会效益指标 带动就业人数 ≥40人 45人"),
        ("数量指标 工程数量 ≥4个 0个", "质量指标 工程合格率 100% 100%", "数量指标 完成工程数量 ≥2个 2个"),
        (
            "数量指标 硬化道路里程 ≥5公里 0公里",
            "质量指标 道路验收合格率 ≥95% 98%",
            "数量指标 维修道路里程 ≥8公里 8公里",
        ),
        ("数量指标 检查企业数量 ≥20家 0家", "社会效益指标 企业满意程度 ≥90% 95%"),
    ],
)
def test_another_thing_or_one_that_was_done(rows):
    assert told(*rows) == []
