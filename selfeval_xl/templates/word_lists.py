"""The words that formulas look for, in columns of the hidden sheet 指标库: one copy for all formulas."""

from __future__ import annotations

from functools import cache

from selfeval_xl.assessment.direction import bad_words
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import LISTS
from selfeval_xl.model.units import UNITS

RATE_WORDS = (
    "率",
    "比例",
    "占比",
    "合规",
    "及时",
    "达标",
    "程度",
    "水平",
    "节约",
    "节省",
    "节支",
    "结余",
    "压减",
    "降低",
    "减少",
    "降幅",
    "下降",
    "压缩",
    "缩减",
    "削减",
)  # for a cost indicator with one of them in its name, more may be better or worse

WIDE_DIGITS = tuple("０１２３４５６７８９．")
NO_VALUE = ("/", "\\", "-", "－", "—", "——", "–")  # the same on both sides, and yet nothing is met
STANDS_FOR_A_VALUE = (
    "X",
    "x",
    "Ｘ",
    "ｘ",
    "×",
    "✕",
    "*",
    "＊",
    "N",
    "n",
    "#",
    "?",
    "？",
    "_",
    "…",
    "..",
    "某",
    "若干",
    "定",
    "待",
)
NO_REASON = ("无", "没有", "无偏差", "无原因", "不涉及", "已完成", "完成", *NO_VALUE)
_SCALES = "十百千万亿"
_SCALED = (
    "万元",
    "亿元",
    "千元",
    "百元",
    "千克",
    "千米",
    "千瓦",
    "千瓦时",
    "万人",
    "万人次",
    "万户",
    "万亩",
    "万吨",
    "万千瓦时",
    "亿千瓦时",
    "千分之",
    "百分比",
    "百分点",
)


@cache
def listed_units() -> tuple[str, ...]:
    """The units that the formulas know, in the order of the sheet 指标库.

    These are the units without a scale (十 to 亿) in front, and the usual ones with one.
    """
    return tuple(
        unit
        for unit in UNITS
        if unit not in ("日", "号", "里") and (unit[0] not in _SCALES or unit in _SCALED)
    )


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """The words that the formulas look for by head: the first columns of the sheet 指标库, in order."""
    return {
        "单位": listed_units(),
        "越小越好": bad_words(),
        "不是值": NO_VALUE,
        "占位": STANDS_FOR_A_VALUE,
        "全角": WIDE_DIGITS,
        "比率": RATE_WORDS,
        "无原因": (":", *(f":{words}" for words in NO_REASON)),
    }


def area_of(head: str) -> str:
    """The area of a list of words on the sheet 指标库. Raises ValueError for another head."""
    lists = word_lists()
    column = a1(0, list(lists).index(head))[:-1]
    return f"{LISTS}!${column}$2:${column}${len(lists[head]) + 1}"


def has_one_of(head: str, text: str) -> str:
    """A formula that is true where the text has a word of the list in it."""
    return f"SUMPRODUCT(--ISNUMBER(FIND({area_of(head)},{text})))>0"
