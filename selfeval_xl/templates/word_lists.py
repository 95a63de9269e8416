"""The words that formulas look for, in columns of the hidden sheet 指标库: one copy for all formulas."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import product

from selfeval_xl.assessment.direction import bad_words
from selfeval_xl.assessment.verdicts import DURATIONS, FULFILLED, judge
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.grid import a1
from selfeval_xl.model.quantity import SIGN_OF, parse
from selfeval_xl.model.sheet_names import LISTS
from selfeval_xl.model.units import UNITS, near

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

NO_VALUE = ("/", "\\", "-", "－", "—", "——", "–")  # the same on both sides, and yet nothing is met
STANDS_FOR_A_VALUE = tuple(
    "X x Ｘ ｘ × ✕ ＊ N n # ？ _ … .. 某 若干 待定 未定 暂定 待补充 待确定 待确认 待填".split()
)
NO_REASON = ("无", "没有", "无偏差", "无原因", "不涉及", "已完成", "完成", *NO_VALUE)
# Words that may stand before a number, on both sides; others may turn its meaning (下降5%, 未完成3个).
LEADS = tuple(
    """
    完成 已完成 实际完成 全年完成 共完成 累计完成 共 共计 合计 累计 实际 达到 达 培训 开展培训
    完成培训 举办 开展 组织 覆盖 满意度 群众满意度 满意率 建设 新建 改造 改建 维修 修建 采购 购置
    购买 发放 补助 资助 救助 检查 巡查 服务 受益 惠及 带动 种植 绿化 清理 处理 办理 印发 发布 更新
    安装 控制在 为 平均 每年 全年 全部 约束 发生 =
    """.split()
)
# Words of growing and falling before a number: both sides have to say the same, or one nothing.
_DIRECTIONS = dict.fromkeys(
    "增长 增加 提高 提升 上升 同比增长 同比增加 同比提高 比上年增长 较上年增长 较上年提高".split(), "1"
) | dict.fromkeys("下降 降低 减少 压减 同比下降 同比减少 比上年下降 较上年下降 较上年减少".split(), "2")
_BETWEEN = ("-", "--", "～", "—", "——", "–", "至", "到")  # the ends of a range
_UP_TO = ("且≤", "≤且", "同时≤")  # between the ends of ≥95%且≤100%
_NAMED_UNITS = tuple("个名户场项件次处座家台所份篇期")  # may have what they count behind: 个村, 名学生
_MORE = ("余", "多")
_NOT_NAMES = (*_MORE, "左", "均", "以", "/", "(")  # behind 人 or 个: 人左右, 次均
_AT_LEAST = ("≥", ">", "超过", "不低于", "不少于")  # before a completed value, for a target of ≥
_AFTER_WORDS = {
    "内": "≤",
    "以内": "≤",
    "之内": "≤",
    "以下": "≤",
    "及以下": "≤",
    "或以下": "≤",
} | dict.fromkeys(("以上", "及以上", "或以上"), "≥")
_KINDS = ("money", "length", "area", "mass", "volume", "minutes", "months", "share", "energy", "power")
_NEAR_UNITS = tuple(
    """
    人 人次 名 户 家 场 次 期 场次 批 个 处 座 所 项 件 台 套 台套 部 辆 份 本 册 条 起 例 株 棵 头
    只 村
    """.split()
)
_GRADES = tuple(
    """
    优 优秀 良 良好 中 一般 差 高 较高 低 较低 好 较好 强 较强 是 否 有 无 没有 合格 不合格 满意
    非常满意 不满意 及时 较及时 不及时 健全 较健全 不健全 完善 较完善 不完善 规范 不规范 达标
    不达标 全覆盖 应保尽保 应发尽发 应补尽补 是否完成 是/否 优/良/中/低/差 优/良/中/差 高/中/低
    优良中差 高中低 良及以上 良好以上 良好及以上 优良 效果明显 效果显著 成效明显 成效显著 作用明显
    明显 显著 较明显 不明显 较显著 较弱 弱 不超预算 不超过预算 未超预算 未超过预算 未发生事故 完成 100%
    =100% ≥100% 全部覆盖 零起 零次 1起 1次 无事故 不发生 未发生 零事故 零投诉 零发生 0 0起 0次
    0件 0例 0人
    """.split()
)
NONE = tuple(
    """
    无 零 没有 未发生 没有发生 未出现 无发生 零发生 零投诉 零事故 无事故 无投诉 未发生事故
    """.split()
)
_WORKS = "支付完毕 支付完成 发放完毕 发放完成 发放到位 支付到位 拨付到位 建设完成 验收完成 实施完毕".split()
_PLANNED = "预计 预期 拟 即将 可望 有望 争取 力争 计划 待 将".split()  # a number that was not reached yet
_FORBIDDEN = tuple(
    "不发生 不出现 不产生 未发生 未出现 零 无事故 无投诉 无安全 无重大 无质量 杜绝 避免".split()
)
FAILED = tuple(
    """
    未完成 没有完成 尚未完成 未按时完成 未按期完成 未及时完成 未开展 没有开展 尚未开展 未实施
    未启动 尚未启动 未达标 不达标 未达到 未达成 未达到目标 未达到预期 未改善 未明显改善 没有改善
    未提升 未提高 未落实 未执行 未支付 延期 推迟 未建立 未建成 未验收
    """.split()
)
# A completed value with one of them is more than the words of the target, or less (基本完成, 没有明显改善).
CAREFUL = tuple(
    """
    基本 部分 大部 大多 初步 接近 正在 进行中 推进 中 有待 一般 阶段性 多数 预计 预期 拟 即将 可望
    有望 争取 力争 计划 待 将 未 没 无 不 难 仍 但 较 取消 停止 终止 延期 推迟 滞后 失败 逾期 超期
    有所 低 差 少 A B C I a b c i
    """.split()
)
_NEGATIONS = ("未", "不", "没", "无", "难", "仍", "但", "延", "停", "取消", "失败", "推迟", "滞后", "逾期")
_NUMERALS = tuple("一二三四五六七八九十两百千万亿零半几")
_DEGREES = {
    word: str(rank)
    for rank, words in enumerate(
        (
            ("有所", "一定", "逐步", "逐渐"),
            ("比较", "较为"),
            ("明显", "有效", "切实", "持续", "进一步", "稳步", "不断", "逐年"),
            ("显著", "大幅", "大幅度", "极大", "充分", "全面", "有力"),
        )
    )
    for word in words
}


_NUMBERS = ("单位倍数", "程度级", "中文数值", "升降")


def _in_chinese(number: int) -> str:
    """A whole number below 10,000 as a numeral: 一百零五, 一千五百."""
    text, gap = "", False
    for place, scale in zip(f"{number:04}", ("千", "百", "十", ""), strict=True):
        if place == "0":
            gap = bool(text)
            continue
        text += ("零" if gap else "") + "零一二三四五六七八九"[int(place)] + scale
        gap = False
    return text.removeprefix("一") if 10 <= number < 20 else text


@cache
def numerals() -> dict[str, int]:
    """The Chinese numerals that the formulas know: to 200, then in tens, from 1,000 in hundreds."""
    numbers = [*range(1, 201), *range(210, 1000, 10), *range(1000, 10_000, 100)]
    found = {_in_chinese(number): number for number in numbers}
    return found | {"两": 2, "两百": 200, "两千": 2000, "百": 100}


def _by_length(words: Iterable[str]) -> tuple[str, ...]:
    """The words with the longest last: the last that fits is taken."""
    return tuple(sorted(dict.fromkeys(words), key=lambda word: (len(word), word)))


_SCALES = "十百千万亿"
_SCALED = (
    "万元",
    "亿元",
    "万",
    "亿",
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
    "万平方米",
    "万立方米",
    "万公里",
    "万次",
    "万份",
    "万株",
    "万只",
    "万头",
    "万册",
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
        if unit not in ("号", "里")
        and (unit[0] not in _SCALES or unit in _SCALED)
        and not (unit.isascii() and unit.isalpha())  # m and M are one for Excel
    )


def _kind(unit: str) -> str:
    """The words that are equal for units that can be converted into each other."""
    measure = UNITS[unit]
    return measure.dimension if measure.dimension in _KINDS else f"{measure.dimension}:{measure.name}"


@cache
def _settled_words() -> dict[str, str]:
    """The verdicts on pairs of words and grades, by target|completed value, as `judge` gives them."""
    found = {}
    for target, actual in product(_GRADES, _GRADES):
        verdict = judge(parse(target), parse(actual)).verdict
        whole = target.endswith("100%") and not actual[-1:].isdigit() and "%" not in actual
        counted = target.strip("=≥")[:1].isdigit() and not whole
        if target != actual and not counted and verdict in (Verdict.MET, Verdict.UNMET):
            found[f"{target}|{actual}"] = verdict.label
    return found


@cache
def _fulfilled() -> tuple[str, ...]:
    """Words that fulfil whatever target in words, as `judge` says."""
    told = [word for word in FULFILLED if not word[:1].isdigit()]
    words = [*told, *(f"{ahead}{word}" for ahead in ("已", "已经") for word in (*told, *_WORKS)), *_WORKS]
    return _by_length(word for word in words if judge(parse("改善环境"), parse(word)).verdict is Verdict.MET)


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """The words that the formulas look for by head: the first columns of the sheet 指标库, in order."""
    units = listed_units()
    signs = {word: sign for word, sign in SIGN_OF.items() if "(" not in word}
    sign_words, after_words = _by_length(signs), _by_length(_AFTER_WORDS)
    degrees = _by_length(_DEGREES)
    return {
        **_unit_lists(units),
        "越小越好": bad_words(),
        "不是值": NO_VALUE,
        "占位": STANDS_FOR_A_VALUE,
        "比率": RATE_WORDS,
        "无原因": (":", *(f":{words}" for words in NO_REASON)),
        "前词": LEADS,
        "符号词": sign_words,
        "词的符号": tuple(signs[word] for word in sign_words),
        "后词": after_words,
        "后词的符号": tuple(_AFTER_WORDS[word] for word in after_words),
        "判词": tuple(_settled_words()),
        "判词结果": tuple(_settled_words().values()),
        "达成": _fulfilled(),
        "未成": FAILED,
        "没有": NONE,
        "慎用": CAREFUL,
        "否定": _NEGATIONS,
        "数字": _NUMERALS,
        "中文数": _by_length(numerals()),
        "中文数值": tuple(str(numerals()[word]) for word in _by_length(numerals())),
        "升降词": tuple(_DIRECTIONS),
        "升降": tuple(_DIRECTIONS.values()),
        "区间号": _BETWEEN,
        "且号": _UP_TO,
        "带名单位": _NAMED_UNITS,
        "余多": _MORE,
        "别名": _NOT_NAMES,
        "更多": _AT_LEAST,
        "禁词": tuple(_FORBIDDEN),
        "期间词": DURATIONS,
        "打算": tuple(_PLANNED),
        "日数": tuple(str(day) for day in range(1, 32)),
        "零日数": tuple(f"{day:02}" for day in range(1, 10)),
        "程度": degrees,
        "程度级": tuple(_DEGREES[word] for word in degrees),
    }


def _unit_lists(units: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The lists about units: their kinds and factors, those that count things, those that are nearly one."""
    return {
        "单位": units,
        "单位类": tuple(map(_kind, units)),
        "单位倍数": tuple(str(UNITS[unit].factor) for unit in units),
        "计数单位": tuple(
            unit for unit in units if UNITS[unit].dimension == "count" and unit[0] not in _SCALES
        ),
        "相近单位": tuple(
            f"{one}|{other}"
            for one, other in product(_NEAR_UNITS, _NEAR_UNITS)
            if one != other and near(one, other)
        ),
    }


def words_of(head: str) -> tuple[str, ...]:
    """The words of a list."""
    return word_lists()[head]


def listed(head: str) -> tuple[str | Decimal, ...]:
    """The entries of a list as they stand on the sheet: words, or numbers to count with."""
    return numbers_of(head) if head in _NUMBERS else words_of(head)


@cache
def numbers_of(head: str) -> tuple[Decimal, ...]:
    """The numbers of a list of numbers."""
    return tuple(map(Decimal, words_of(head)))


def last_word(head: str, text: str) -> str:
    """A formula for the longest word of a list that the text ends with, "" without one."""
    words = area_of(head)
    return f'IFERROR(LOOKUP(2,1/(RIGHT({text},LEN({words}))={words}),{words}),"")'


def last_of(head: str, text: str) -> str:
    """The same in Python."""
    return next((word for word in reversed(words_of(head)) if text.endswith(word)), "")


def area_of(head: str) -> str:
    """The area of a list of words on the sheet 指标库. Raises ValueError for another head."""
    lists = word_lists()
    column = a1(0, list(lists).index(head))[:-1]
    return f"{LISTS}!${column}$2:${column}${len(lists[head]) + 1}"


def has_one_of(head: str, text: str) -> str:
    """A formula that is true where the text has a word of the list in it."""
    return f"SUMPRODUCT(--ISNUMBER(FIND({area_of(head)},{text})))>0"
