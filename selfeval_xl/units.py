"""Units as people write them: which measure they belong to and how many of its base unit one of them is."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Measure(NamedTuple):
    """A dimension (money, duration, share, count ...), and how many base units one of this unit is."""

    dimension: str
    factor: Decimal
    name: str


_TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "money": {"1": ("元", "人民币元", "块"), "10": ("十元",), "100": ("百元",), "1000": ("千元",), "10000": ("万元", "万"), "1000000": ("百万元",),
              "10000000": ("千万元",), "100000000": ("亿元", "亿")},
    "months": {"1": ("月", "个月", "月份"), "3": ("季度", "个季度", "季"), "12": ("年", "年度", "周年"), "6": ("半年",)},
    "minutes": {"1": ("分钟",), "60": ("小时", "个小时", "时", "学时", "课时"), "1440": ("天", "日", "工作日", "个工作日", "自然日"),
                "10080": ("周", "星期", "个星期")},
    "share": {"1": ("%", "％", "百分比", "个百分点", "百分点", "pct"), "0.1": ("‰", "千分之")},
    "length": {"1": ("米", "延米", "延长米", "m"), "1000": ("公里", "千米", "km"), "500": ("里",), "0.01": ("厘米", "cm"), "0.001": ("毫米",)},
    "area": {"1": ("平方米", "平米", "㎡", "m2", "m²"), "1000000": ("平方公里", "平方千米"), "10000": ("公顷", "万平方米", "万平米"),
             "666.6666666666667": ("亩",), "6666666.666666667": ("万亩",)},
    "mass": {"1": ("千克", "公斤", "kg"), "0.5": ("斤",), "1000": ("吨", "t"), "10000000": ("万吨",), "0.001": ("克", "g")},
    "volume": {"1": ("立方米", "立方", "方", "m3", "m³"), "10000": ("万立方米", "万方"), "0.001": ("升",)},
    "score": {"1": ("分",)},
}

# Counting words: each is its own measure; near ones are compared all the same and noted.
_COUNTERS = """人 名 位 人次 人天 户 户次 家 个 件 项 次 场 场次 期 份 部 台 套 辆 艘 架 座 处 所 间 栋 幢 条 本 册 篇 幅 张 块 只 头 匹 株 棵 棵 颗 粒 支 枚 把 床 盏 起 例 宗 桩 笔 批 组 队 班
 村 乡镇 镇 街道 社区 校 学校 企业 单位 项目 点 站 口 眼 片 段 层 面 节 课 门 科 种 类 款 版 期次 批次 套次 台次 车次 趟 班次 例次 人份 剂 剂次 份次 对 双 箱 袋 瓶 包 桶 盒 樘 扇 根 副
 级 倍 度 元 车 号 轮 遍 回 顿 餐 杯 顶 圈 堂 则 封 盘 罐 吨公里 GB TB MB M G T 兆 千瓦 千瓦时 kw kwh 度电 dB 分贝 ℃""".split()

_NEAR: tuple[frozenset[str], ...] = tuple(frozenset(group.split()) for group in (
    "人 人次 名 位 人份", "户 家 户次", "场 次 期 场次 批次 批 轮 遍 回 期次 台次 班次 趟 堂 节 课 车次", "个 处 座 所 点 站 项 件 家 栋 幢 村 社区 乡镇 镇 街道 项目 企业 单位 学校 校 间 口 眼",
    "台 套 部 辆 件 个 架 艘 支 只 把 床 副 顶", "份 本 册 张 篇 幅 件 条 期 则 封 项", "起 例 件 次 宗 桩 人", "条 段 处 个 根", "株 棵 颗", "头 只 匹 羽", "剂 剂次 支 份 人次", "类 种 项 个", "块 个 处", "笔 件 次 项 批",
))

UNITS: dict[str, Measure] = {
    name: Measure(dimension, Decimal(factor), names[0])
    for dimension, rows in _TABLE.items() for factor, names in rows.items() for name in names
}
for _name in _COUNTERS:
    UNITS.setdefault(_name, Measure("count", Decimal(1), _name))
for _name in ("人", "人次", "户", "头", "只", "株", "个", "份", "次", "册", "册次", "件", "羽", "棵", "条", "剂", "剂次", "台", "套"):
    UNITS[f"万{_name}"] = Measure("count", Decimal(10000), _name)
    UNITS[f"千{_name}"] = Measure("count", Decimal(1000), _name)
    UNITS[f"亿{_name}"] = Measure("count", Decimal(100000000), _name)

LONGEST = sorted(UNITS, key=len, reverse=True)
DAYS_A_MONTH = Decimal(30)


def measure(unit: str) -> Measure | None:
    """What this unit measures; compound units (元/人, 次/年) keep their denominator in the dimension; None if unknown."""
    if "/" in unit or "每" in unit:
        head, _, tail = unit.replace("每", "/").partition("/")
        base = UNITS.get(head)
        return base and Measure(f"{base.dimension}/{tail.replace('.', '').replace('·', '').replace('/', '')}", base.factor, unit)
    return UNITS.get(unit)


def near(one: str, other: str) -> bool:
    """Whether two counting words are close enough to compare (人 and 人次)."""
    return any(one in group and other in group for group in _NEAR)
