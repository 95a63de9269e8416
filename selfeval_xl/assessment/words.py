"""Verdicts on targets in words, by comparing the words of target and completed value.

Words that are not understood are never met.
"""

from __future__ import annotations

import re
from functools import lru_cache

from selfeval_xl.model.forms import Cause, Judgement, Verdict
from selfeval_xl.model.quantity import Kind, Quantity, tidy
from selfeval_xl.model.units import UNITS

# How people say that a target in words was reached; compared after `_plain`, so without a leading 已 or 已经.
FULFILLED = frozenset(
    """
    达成预期指标 达成预期目标 达成年度指标 达成年度目标 达成目标 达成指标 达成预期 达成 已达成 全部达成
    完成 已完成 全部完成 已全部完成 按时完成 按期完成 如期完成 按计划完成 已按时完成 及时完成 按要求完成
    按质按量完成 保质保量完成 完成目标 完成指标 完成任务 完成年度目标 完成年度任务 圆满完成 顺利完成
    提前完成 超额完成 全面完成 完全完成 完成年初目标 完成预期目标 完成预期指标 已完成年度目标 目标完成
    任务完成 达标 已达标 全部达标 达到预期 达到预期目标 达到预期效果 达到预期指标 达到年度目标
    达到年度指标值 达到指标值 达到目标值 已达到 达到 达到目标 达到要求 达到标准 达预期 实现 已实现
    实现目标 实现预期目标 实现预期 全部实现 符合要求 符合预期 符合标准 符合规定 按时 按期 如期 及时
    按时按量 按要求执行 严格执行 已落实 落实到位 执行到位 到位 全部到位 执行完毕 办理完毕 100%完成
    完成100%
    """.split()
)

PARTIAL = re.compile(  # 基本完成, 稳步推进中
    r"基本|部分|大部|大多|初步|接近|正在|进行中|推进中|办理中|建设中|实施中|有待|一般|阶段性|多数|"
    r"主体完成|较好地?完成了?大|(?:继续|持续|有序|稳步)推进"
)
PLANNED = re.compile(  # 预计12月完成; not 达到预期目标, 计划生育
    r"预计|预期(?!目标|指标|效果|值)|拟|即将|可望|有望|争取|力争|计划(?!完成$|完成$|生育)|待|将于|将在"
)
FAILED = re.compile(  # 未完成, 延期; not 未发生, 未成年人
    r"未(?!发生|出现|超|发现|产生|突破|受|见|有|来|成年|央)|没有(?!发生|出现|超|发现)|无法|不达标|"
    r"不合格|不满意|不及时|不到位|无进展|尚未|取消|停止|终止|延期|推迟|滞后|失败|逾期|超期"
)

_NOTHING = re.compile(  # 不发生 of 不发生安全事故, 未出现任何
    r"^(?:不|未|无|没有|零|杜绝|避免|没)(?:再)?(?:发生|出现|产生|发现)?(?:过)?(?:任何)?"
)
_FORBIDS = re.compile(  # 无安全事故, 零投诉; not 无障碍
    r"^(?:无$|无(?![缝障害偿线人])|零|未发生|未出现|不发生|不出现|不产生|没有|杜绝|避免)"
)
_ZERO = re.compile(  # 未发生安全事故, 无投诉; not 无法统计
    r"^(?:从?未(?:发生|出现|产生|发现|收到)|不(?:发生|存在)|无(?!法|进展|故|力|人)|没有|没|零(?!星))"
    r"[^,;。、]{0,8}$"
)
_WORK = re.compile(  # 完成 of 没有完成, which is no 没有 of accidents
    r"完成|达|开展|实施|统计|支付|启动|到位|落实|及时|合格|满意"
)
_DONE = re.compile(  # 全部完成, 按期支付到位
    r"^(?:按时|按期|及时|如期|提前|全部|全面|圆满|顺利|均)*[^,;。、较]{0,6}(?:完毕|完成|达标|到位|落实)$"
)
_ALL = frozenset(
    (
        "全覆盖 全部覆盖 实现全覆盖 完成 全部完成 全面完成 全部 应保尽保 应发尽发 应收尽收 应补尽补 "
        "应享尽享 达标 全部达标 合格 全部合格 100%"
    ).split()
)

_GRADES = (
    {
        "优": 5,
        "优秀": 5,
        "优良": 4,
        "良": 4,
        "良好": 4,
        "中": 3,
        "中等": 3,
        "一般": 3,
        "合格": 3,
        "较差": 2,
        "低": 2,
        "差": 1,
        "不合格": 1,
    },
    {"高": 5, "较高": 4, "中": 3, "一般": 3, "较低": 2, "低": 1},
    {"好": 5, "较好": 4, "一般": 3, "较差": 2, "差": 1},
    {"强": 5, "较强": 4, "一般": 3, "较弱": 2, "弱": 1},
    {"大": 5, "较大": 4, "一般": 3, "较小": 2, "小": 1},
    {"非常满意": 5, "满意": 4, "一般": 2, "不满意": 1},
    {"及时": 3, "较及时": 2, "不及时": 1},
    {"合格": 2, "不合格": 1},
    {"健全": 3, "较健全": 2, "不健全": 1},
    {"完善": 3, "较完善": 2, "不完善": 1},
)
_OPPOSITES = tuple(map(frozenset, (("是", "否"), ("有", "无"), ("有", "没有"))))
_LEAST_GRADE = 3  # a target below it (低, 差) may want little, and a higher grade is then no success

_DEGREES = (
    ("有所", "一定", "逐步", "逐渐", "略", "稍"),
    ("较", "比较", "较为"),
    ("明显", "有效", "切实", "持续", "进一步", "稳步", "不断", "逐年"),
    ("显著", "大幅", "大幅度", "极大", "充分", "全面", "有力"),
)
_RANKS = {word: rank for rank, words in enumerate(_DEGREES) for word in words}
_DEGREE = re.compile("|".join(sorted(_RANKS, key=len, reverse=True)))
_SUBJECT = re.compile(  # 效果 of 效果明显
    r"^(?:效果|成效|作用|效益|影响|程度|改善|提升)|(?:效果|成效|作用|效益|程度)$"
)
_GRADE_LIST = re.compile(
    r"优[秀良]?良?好?中等?[低差合格不]{1,6}|[高好强][中一般低差弱]{2,4}"
)  # 优良中差, 高中低
_REVERSED = re.compile(r"[不未没难无]|仍|但|[A-Za-z\d]")  # III类 is not II类
_TURN = re.compile(  # 较上年提高, 同比下降
    r"(?:较|比|与)?(?:上年|去年|上一年|往年|上年度|同期|上年同期)?(?:相比)?(?:同比)?(?:有所|有|持续|"
    r"稳步|逐年|不断)?(?:(?P<up>提高|提升|增长|增加|上升)|下降|减少|降低|压减)(?:了)?"
)
_MONTHLY = re.compile(  # 每月15日前
    r"每(?P<what>个?月|季度?|季末|年\d{1,2}月)(?P<day>\d{1,2})[日号](?:之前|以前|前)"
)
_OVER = re.compile(r"(?:不得|不|未|没有)(?:超过|超出|超|突破)")  # 不得超过 of 不得超过概算
_AND = re.compile(r"[、和及与并且]")  # 和 of 全天候可用和安全
_AT_MOST = re.compile(r"[≤<]|不超过|以内|以下|不高于|控制|低于")  # 控制在3起以内
_FIGURE = re.compile(r"\d+(?:\.\d+)?")  # 12 of 开展12场
_DATED = re.compile(r"#[年月日:.-]|第#")  # #月 of 9月底前, 第# of 第3批, figures as #
_AND_ABOVE = re.compile(r"[及或]?以上$")  # III类及以上

MET, UNMET = Judgement(Verdict.MET), Judgement(Verdict.UNMET)
OPEN = Judgement(Verdict.UNDETERMINED, cause=Cause.WORDS)
IN_PART = Judgement(Verdict.UNDETERMINED, cause=Cause.PARTIAL)


_COMPARES = r"(?:[<>≤≥=≦≧＜＞]|不[少低高超]于|不大于|不小于|[大小高低多少]于(?:等于)?|超过|至少|达到?)"
_PLACEHOLDER = re.compile(
    rf"\A{_COMPARES}*[约近]?"
    r"(?:[XxＸｘ×✕]{1,4}|[*＊]{1,4}|[NnＮ]|[#＃]{1,3}|[?？]{1,3}|[_＿]{1,8}|[○〇□△]{1,4}|\.{2,}|…+|某|若干|\(\))"
    r"(?:[^\d<>≤≥=]{0,6}|%|％)|(?:待|未|尚未|暂未)(?:定|确定|补充|填)"
)


_WITHOUT_NUMBER = re.compile(rf"\A{_COMPARES}+([^\d]{{0,5}})")


@lru_cache(maxsize=4096)
def is_placeholder(target: str) -> bool:
    """Whether a target is a sign or word that stands for a value (≥XX人, N场, 待定), or lacks it (≥公里)."""
    if _PLACEHOLDER.fullmatch(target):
        return True
    without = _WITHOUT_NUMBER.fullmatch(target)
    return without is not None and (not without[1] or without[1] in UNITS)


def judge_words(target: str, actual: Quantity) -> Judgement:
    """The verdict on a completed value whose target is in words."""
    if is_placeholder(target):
        return Judgement(Verdict.UNDETERMINED, cause=Cause.NO_TARGET)
    if actual.kind is not Kind.NUMBER:
        return _judge_text(target, actual.words or str(actual))
    wanted = _plain(target)
    if _FORBIDS.match(wanted):
        return MET if actual.number == 0 else UNMET
    if actual.number is not None and actual.number > 0 and actual.unit and _turn(wanted):
        direction = _turn(_plain(actual.words))
        if direction:
            return MET if direction == _turn(wanted) else UNMET  # 较上年提高 and 提高0.5个百分点
    whole = actual.unit == "%" and actual.number is not None and actual.number >= 100
    if whole and (wanted in _ALL or (actual.words and says_done(actual.words))):
        return MET
    return _judge_text(target, str(actual))


def _turn(words: str) -> int:
    """1 where the words only ask for more than before (较上年提高), -1 for less, 0 for anything else."""
    match = _TURN.fullmatch(words)
    return 0 if match is None else 1 if match["up"] else -1


def says_none(words: str) -> bool:
    """Whether the words say that nothing of the kind happened: 无, 未发生, 零投诉."""
    return bool(_ZERO.match(words)) and not _WORK.search(words)


def says_all(words: str) -> bool:
    """Whether the words mean a hundred per cent: 全覆盖, 应保尽保."""
    return _plain(words) in _ALL - {"完成", "全部完成", "全面完成", "达标", "合格", "全部"}


def says_failed(words: str) -> bool:
    """Whether a short text says that the work was not done: 未完成, 延期."""
    return bool(FAILED.search(words)) and len(words) <= 16 and not PARTIAL.search(words)


def says_done(words: str) -> bool:
    """Whether the words say that it was done, not in part and not in the future."""
    plain = _plain(words)
    if plain in FULFILLED or words in FULFILLED:
        return True
    return bool(_DONE.match(plain)) and not (
        PARTIAL.search(plain) or PLANNED.search(plain) or FAILED.search(plain)
    )


def _plain(words: str) -> str:
    """The words for comparing: without punctuation, 的, 了 and a leading 已."""
    plain = re.sub(r"^(?:定性(?:指标)?:?|=)(?=.)", "", tidy(words))
    plain = re.sub(r"[,;:。、.!的了()\"“”'·]", "", plain).removeprefix("已经").removeprefix("已")
    return _OVER.sub("未超", plain)


_LACK = re.compile(r"(?:不够|不太|不甚|不|欠缺|欠|缺乏|缺少|缺|有失|未尽|未|无)(?P<what>[^,;。、]{2,6})")


def _alike_without_degree(one: str, other: str) -> bool:
    """Whether two states are the same but for a degree and an ending (完整性, 较完整)."""
    bare = [_DEGREE.sub("", word).removesuffix("性") for word in (one, other)]
    return one == other or (bare[0] == bare[1] and bool(bare[0]))


@lru_cache(maxsize=4096)
def _judge_text(target: str, actual: str) -> Judgement:
    """The verdict on two texts."""
    wanted, got = _plain(target), _plain(actual)
    if wanted == got:
        return MET
    if not got or not wanted:
        return OPEN
    due, done = _MONTHLY.match(wanted), _MONTHLY.match(got)
    if due and done and due["what"].strip("个度") == done["what"].strip("个度"):
        return MET if int(done["day"]) <= int(due["day"]) else UNMET  # 每月15日前 and 每月10日前发放
    if _AND_ABOVE.sub("", wanted) == got:
        return MET  # III类及以上 and III类
    if frozenset((wanted, got)) in _OPPOSITES:
        return UNMET
    lack = _LACK.fullmatch(got)
    if lack and _alike_without_degree(lack["what"], wanted):
        return UNMET  # 规范 and 不规范, 公平 and 有失公平
    if (
        _NOTHING.match(wanted)
        and _NOTHING.match(got)
        and _alike(_NOTHING.sub("", wanted), _NOTHING.sub("", got))
    ):
        return MET  # 不发生 and 未发生
    graded = _judge_grade(wanted, got)
    if graded:
        return graded
    if got in FULFILLED:
        return MET
    if FAILED.search(got) and not FAILED.search(wanted):
        return UNMET if len(got) <= 30 and not PARTIAL.search(got) else OPEN
    if (PARTIAL.search(got) and not PARTIAL.search(wanted)) or (
        PLANNED.search(got) and not PLANNED.search(wanted)
    ):
        return IN_PART
    if says_done(actual):
        return MET
    return _judge_likeness(target, wanted, got)


def _alike(text: str, other: str) -> bool:
    """Whether one text contains the other; an empty one, which is left of 未发生, is in every text."""
    return text in other or other in text


def _judge_grade(wanted: str, got: str) -> Judgement | None:
    """The verdict on grades (优 against 良); None where the texts are no grades.

    A target such as 低 may want little: more of it is not a success.
    """
    least = _AND_ABOVE.sub("", wanted)
    for grades in _GRADES:
        if least in grades and got in grades:
            if (
                grades[least] < _LEAST_GRADE
                and least not in ("较及时", "较健全", "较完善")
                and grades[got] != grades[least]
            ):
                return OPEN
            return MET if grades[got] >= grades[least] else UNMET
    return None


def _judge_likeness(target: str, wanted: str, got: str) -> Judgement:
    """The verdict on texts that are alike.

    One inside the other, the best of a list of grades, the same sentence with other numbers or another
    degree.
    """
    choices = list(wanted) if _GRADE_LIST.fullmatch(wanted) else re.split("/", tidy(target))
    if len(choices) > 1 and choices[0] == got:
        return MET  # 优/良/中/差, 是/否
    if wanted.startswith("是否") and got in ("是", "否"):
        return MET if got == "是" else UNMET
    if (
        len(wanted) >= 2
        and wanted in got
        and f"较{wanted}" not in got
        and not _REVERSED.search(got.replace(wanted, ""))
    ):
        return MET
    rest = wanted[len(got) :] if len(got) >= 2 and wanted.startswith(got) else None
    if (
        rest is not None
        and len(got) * 5 >= len(wanted) * 2
        and not _DEGREE.search(rest)
        and not _AND.search(rest)
    ):
        return MET  # 全天候可用 and 全天候
    if got in _RANKS and got in wanted and _SUBJECT.fullmatch(wanted.replace(got, "")):
        return MET  # 效果明显 and 明显
    if _FIGURE.search(wanted):
        return _judge_figures(wanted, got)
    return _judge_degree(wanted, got)


def _judge_figures(wanted: str, got: str) -> Judgement:
    """The verdict on the same words with other numbers: 开展12场,覆盖300人.

    Years, dates and limits settle nothing.
    """
    wording = _FIGURE.sub("#", wanted)
    if wording != _FIGURE.sub("#", got) or _DATED.search(wording) or _AT_MOST.search(wanted):
        return OPEN
    pairs = zip(_FIGURE.findall(wanted), _FIGURE.findall(got), strict=True)
    return MET if all(float(done) >= float(due) for due, done in pairs) else UNMET


def _judge_degree(wanted: str, got: str) -> Judgement:
    """The verdict on the same words with another degree (有所提升, 显著提升); a lower one is undetermined."""
    due, done = _DEGREE.search(wanted), _DEGREE.search(got)
    reached = due is not None and (_RANKS[done[0]] if done else 0) >= _RANKS[due[0]]
    if reached and _DEGREE.sub("", wanted) == _DEGREE.sub("", got):
        return MET
    return OPEN
