"""Forms of the earlier stages filled in as plain data for any layout."""

from __future__ import annotations

from selfeval_xl.layouts import Layout
from selfeval_xl.model.forms import MONITORING

ROADS = {"level1": "产出指标", "level2": "数量指标", "name": "养护公路里程", "target": "≥120公里"}
COST = {"level1": "产出指标", "level2": "成本指标", "name": "人均培训费用", "target": "=30000元"}
MONITORED = [
    ROADS
    | {
        "actual": "60公里",
        "forecast": "118公里",
        "outlook": "possible",
        "causes": "经费保障、其他",
        "note": "雨季施工受阻；下半年加快进度。",
        "other.remark": "已报批",
    },
    COST | {"actual": "0元", "forecast": "=30000元", "outlook": "certain"},
    ROADS | {"name": "水毁修复处数", "target": "≥3处", "actual": "2处"},
]
DECLARED = [ROADS | {"medium_target": "≥360公里"}, COST]
MONEY = [
    {"initial_budget": "120.5", "annual_budget": "110.5", "executed": "50.25", "forecast": "110.5"},
    {"initial_budget": "10", "annual_budget": "0", "executed": "0", "forecast": "0"},
]


def form_of(layout: Layout) -> dict:
    """Data for every cell that a layout of an earlier stage prints."""
    monitored = layout.stage == MONITORING
    form = {
        "project": "农村公路养护",
        "department": "201-示例县交通运输局",
        "unit": "示例县公路段",
        "period": "2025年-2027年",
        "goal": {"expected": "养护公路120公里。", "medium": "三年养护公路360公里。"},
        "other": {"nature": "延续项目", "中央主管部门": "交通运输部", "省级财政部门": "吉林省财政厅"},
        "indicators": MONITORED if monitored else DECLARED,
    }
    if layout.funding:
        sources = [label.removeprefix("其中：") for label in layout.funding.rows]
        declared = [{"annual_budget": "100.25", "medium_budget": "300"}, {"annual_budget": "20"}]
        amounts = MONEY if monitored else declared
        form["funding"] = [
            {"source": source, **amount} for source, amount in zip(sources, amounts, strict=True)
        ]
    if layout.tasks:
        form["tasks"] = [
            {
                "name": "公路养护",
                "content": "日常养护",
                "budget": "130.5",
                "other.财政拨款": "120.5",
                "other.其他资金": "10",
            },
            {"name": "安全检查", "content": "检查12次", "budget": "5", "other.财政拨款": "5"},
        ]
    return form
