"""Units as people write them, each with its measure: dimension and number of base units."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


class Measure(NamedTuple):
    """The measure of a unit.

    dimension: money, months, share, count ... factor: how many base units one of this unit is.
    name: the unit's, without its scale (人 for 万人).
    """

    dimension: str
    factor: Decimal
    name: str


DAYS_A_MONTH = Decimal(30)
_SCALES = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}

# dimension -> {how many base units: the names}. The base of an area is a third of a square metre, so that 亩
# is a whole number.
_TABLE: dict[str, dict[str, str]] = {
    "money": {
        "1": "元 块 人民币元",
        "10": "十元",
        "100": "百元",
        "1000": "千元",
        "10000": "万元 万",
        "1000000": "百万元",
        "10000000": "千万元",
        "100000000": "亿元 亿",
    },
    "months": {
        "1": "月 个月 月份",
        "3": "季度 个季度 季",
        "6": "半年 学期 个学期",
        "12": "年 年度 周年 学年 个年度",
    },
    "minutes": {
        "1": "分钟",
        "60": "小时 个小时 时 学时 课时 个学时 个课时",
        "1440": "天 日 工作日 个工作日 自然日 个自然日 日历天",
        "10080": "周 星期 个星期",
    },
    "share": {"1": "% 百分比 个百分点 百分点 pct", "0.1": "‰ 千分之 千分比"},
    "length": {
        "1": "米 延米 延长米 m",
        "1000": "公里 千米 km KM Km",
        "500": "里",
        "0.01": "厘米 公分 cm",
        "0.001": "毫米 mm",
    },
    "area": {"3": "平方米 平米 平方 m2", "3000000": "平方公里 平方千米", "30000": "公顷", "2000": "亩"},
    "mass": {"1": "千克 公斤 kg KG Kg", "0.5": "斤", "1000": "吨 t", "0.001": "克 g"},
    "volume": {"1": "立方米 立方 方 m3", "0.001": "升 L"},
    "power": {"1": "千瓦 kw KW kW", "0.001": "瓦 W", "1000": "兆瓦 MW"},
    "energy": {"1": "千瓦时 度电 kwh kWh KWH"},
    "score": {"1": "分"},
}

# Counting words: each is its own measure; those in one group of _NEAR are compared all the same.
_COUNTERS = """
    人 名 位 人次 人天 户 户次 家 个 件 项 次 场 场次 期 份 部 台 套 台套 辆 艘 架 座 处 所 间 栋 幢 条 本 册
    册次 篇 幅 张 块 只 头 匹 羽 株 棵 颗 粒 支 枚 把 床 张床 盏 起 例 宗 桩 笔 批 组 队 班
    村 乡镇 乡 镇 县 街道 社区 校 学校 企业 单位 部门 机构 项目 点 站 口 眼 片 段 层 面 节 课 门 科 种 类 款
    版 期次 批次 套次 台次 车次 趟 班次 例次 人份 剂 剂次 份次 对 双 箱 袋 瓶 包 桶 盒 樘 扇 根 副
    级 倍 度 车 号 轮 遍 回 顿 餐 杯 顶 圈 堂 则 封 盘 罐 字 页 生 学生 吨公里 GB TB MB M G T 兆 dB 分贝 ℃ °C
    单 票 卷 盆 面次 人日 机时 标段 工日
""".split()

_NEAR: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "人 人次 名 位 人份 学生 生",
        "户 家 户次",
        "场 次 期 场次 批次 批 轮 遍 回 期次 台次 班次 趟 堂 节 课 车次 班",
        (
            "个 处 座 所 点 站 项 件 家 栋 幢 村 社区 乡镇 乡 镇 县 街道 项目 企业 单位 部门 机构 学校 校 "
            "间 口 眼 标段"
        ),
        "台 套 台套 部 辆 件 个 架 艘 支 只 把 床 副 顶",
        "份 本 册 张 篇 幅 件 条 期 则 封 项 卷",
        "起 例 件 次 宗 桩 人",
        "条 段 处 个 根",
        "株 棵 颗",
        "头 只 匹 羽",
        "剂 剂次 支 份 人次",
        "类 种 项 个 款",
        "块 个 处",
        "笔 件 次 项 批 单 票",
        "次 人次",
        "册 册次 本",
    )
)

UNITS: dict[str, Measure] = {
    name: Measure(dimension, Decimal(factor), names.split()[0])
    for dimension, rows in _TABLE.items()
    for factor, names in rows.items()
    for name in names.split()
}
for _name in _COUNTERS:
    UNITS.setdefault(_name, Measure("count", Decimal(1), _name))
# 万人, 千吨, 百万亩; money has its own names above, and 千米 stays one kilometre
for _scale, _times in _SCALES.items():
    for _name, _measure in list(UNITS.items()):
        if (
            _measure.dimension in ("count", "area", "mass", "volume", "length", "energy", "power")
            and _name[0] not in "十百千万亿"
        ):
            UNITS.setdefault(
                _scale + _name, Measure(_measure.dimension, _measure.factor * _times, _measure.name)
            )

LONGEST = sorted(UNITS, key=len, reverse=True)
_LONGEST = max(map(len, UNITS))
_PER = "/每"
_UNKNOWN_PART = re.compile(  # 灶 of 元/灶, 元/灶以上
    r"[\u4e00-\u9fff]{1,3}?(?=以上|以下|以内|及以|左右|[,;./·]|$)"
)


def leading_unit(text: str) -> str:
    """The longest known unit at the head of the text, or ""."""
    return next((text[:end] for end in range(min(_LONGEST, len(text)), 0, -1) if text[:end] in UNITS), "")


def split_unit(text: str) -> tuple[str, str]:
    """The unit at the head of the text, with its denominators (元/人.天), and the text behind it."""
    head = leading_unit(text)
    end = len(head)
    while head and end < len(text) and (text[end] in _PER or (end > len(head) and text[end] in ".·")):
        part = leading_unit(text[end + 1 :]) or (
            match[0] if (match := _UNKNOWN_PART.match(text, end + 1)) else ""
        )
        if not part:
            break
        end += 1 + len(part)
        end += len(leading_unit(text[end:]))  # 元/人年
    return text[:end], text[end:]


@lru_cache(maxsize=4096)
def measure(unit: str) -> Measure | None:
    """The measure of a unit; None for an unknown one.

    Compound units keep their denominator in the dimension (元/人, 元/亩), except 每年: the form is the
    year's.
    """
    head, per, tail = unit.replace("每", "/").partition("/")
    base = UNITS.get(head)
    tail = re.sub(r"[./·每]", "", tail)
    if base is None or not per or tail == "年" or (near(head, tail) and "人" not in (head, tail)):
        return base  # 台/套 means 台 or 套
    tail = "".join(sorted(tail))  # 元/人.天 and 元/天.人
    return Measure(
        f"{base.dimension}:{base.name}/{tail}" if base.dimension == "count" else f"{base.dimension}/{tail}",
        base.factor,
        base.name,
    )


def near(name: str, other: str) -> bool:
    """Whether two counting words are close enough to be compared (人 and 人次)."""
    return any(name in group and other in group for group in _NEAR)
