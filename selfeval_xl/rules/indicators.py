"""Indicator design: names that say something, levels that fit, enough indicators with a balanced weight.

Targets were fixed with the budget; see `indicator_targets` for the rules about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.model.places import cells_shown
from selfeval_xl.model.quantity import Kind, Quantity, money, parse, tidy
from selfeval_xl.model.units import UNITS
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.word_lists import pattern, pattern_table, texts_by_key, word_table, words

_PREFIX = re.compile(r"^指标\d+[:：、.]?")
_TAIL = re.compile(r"[(（][^()（）]*[)）]|指标|等$|情况$")
_DIGITS = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十]+")


@lru_cache(maxsize=16_384)
def bare(name: str | None) -> str:
    """The name without 指标1： in front and without spaces."""
    return _PREFIX.sub("", tidy(name or "")).strip()


@lru_cache(maxsize=4096)
def level(text: str | None) -> str:
    """The level without 指标, (50分), 等 and 产出 in front: 产出数量指标(20分) is 数量."""
    plain = _TAIL.sub("", tidy(text or ""))
    return plain.removeprefix("产出") or plain


ASKED = frozenset(
    ("target", "initial_target", "adjusted_target", "actual")
)  # columns that a score card lacks


def quantity(indicator: Indicator) -> Quantity:
    """The target as a quantity."""
    return indicator.target_quantity or parse(indicator.target)


_MANAGED = re.compile("决策|过程|投入|管理|立项|规范")


def without_target_by_design(form: Form, row: Indicator) -> bool:
    """Whether the row is scored by a standard and has no target: 决策, 过程 where no row has one."""
    return bool(_MANAGED.search(row.level1 or "")) and not any(
        other.target is not None for other in form.indicators if other.level1 == row.level1
    )


def named(indicator: Indicator) -> str:
    """The indicator's name in quotes, as messages mention it."""
    return f"“{bare(indicator.name) or indicator.name or '没有名称的指标'}”"


def with_unit(text: str | None, row: Indicator) -> str:
    """A value as messages show it: a bare number with the unit of its own column."""
    plain = parse(text)
    bare_number = plain.kind is Kind.NUMBER and not plain.unit and row.unit
    return f"{text}{row.unit}" if bare_number else text or ""


@rule(
    "I01",
    "指标名称没有说清",
    Severity.ERROR,
    asks="三级指标的名称要看得出衡量什么；只写“数量”“费用”“成本”“人数”或重复上级指标名称的，不具体。",
    stages=EVERY_STAGE,
)
def name_says_nothing(form: Form, policy: Policy) -> Iterator[Finding]:
    """A third-level name says what is measured (财预〔2020〕10号：指标应细化、量化).

    数量, 费用, 成本, 人数 or the level's own name say nothing.
    """
    if form.indicator_columns and not form.indicator_columns & ASKED:
        return  # the names of a score card are the frame's
    for row in form.indicators:
        if row.name is not None and _says_nothing(row):
            yield row.finding(
                "name",
                f"三级指标只写“{row.name}”，看不出衡量的是什么。",
                hint=f"写出具体事项，例如{_example(row)}。",
            )


def _example(row: Indicator) -> str:
    """Names that say something, of the row's level."""
    levels = f"{row.name or ''}{row.level2 or ''}{row.level1 or ''}"
    return next(
        (names for word, names in texts_by_key("example_names").items() if word in levels),
        "“设备采购数量”“培训人次”",
    )


_ONLY_A_QUANTITY = re.compile(r"\d[\d.,]{0,12}(\D{1,3})")  # 1年; not 1290.3平方米冷库建设


def _says_nothing(row: Indicator) -> bool:
    """Whether the name is an empty word or repeats a level of its row."""
    plain = bare(row.name).removesuffix("指标")
    quantity_alone = _ONLY_A_QUANTITY.fullmatch(plain)
    if plain in words("empty_names") or (quantity_alone and quantity_alone[1] in UNITS):
        return True
    repeats_stem = plain in (level(row.level1), level(row.level2))
    repeats_level = bool(plain) and plain == level(row.name) and bare(row.name) in _levels(row)
    return (repeats_stem and not _says_something_more(plain)) or (repeats_level and not plain.endswith("率"))


def _says_something_more(name: str) -> bool:
    """Whether a name that repeats its level (服务对象满意度, 预算执行率) still says what is measured.

    Bureaus accept such names.
    """
    return name.endswith(("满意度", "率")) and len(name) > 3


def _levels(row: Indicator) -> tuple[str, str]:
    """The first and second level as printed, without spaces."""
    return tidy(row.level1 or ""), tidy(row.level2 or "")


@rule(
    "I04",
    "三级指标放错了类别",
    Severity.WARNING,
    asks="三级指标放在相符的二级指标下面，例如网络畅通率不放在满意度下面。",
    stages=EVERY_STAGE,
)
def name_unlike_level(form: Form, policy: Policy) -> Iterator[Finding]:
    """The third level fits its second level.

    Not: 网络畅通率 under 满意度, 安全率 under 经济效益, 排查周期 under 时效.
    """
    for row in form.indicators:
        second, name = level(row.level2), bare(row.name)
        for key, misfit in pattern_table("level_misfits").items():
            is_satisfaction = "满意" in key and "满意" in name
            if key in second and misfit.search(name) and not is_satisfaction:
                yield row.finding(
                    "name",
                    f"{named(row)}{_what_it_says(name)}，放在“{tidy(row.level2 or '')}”下面不合适。",
                    hint=f"下年申报时{_first(name)}移到{_fitting_level(row, form)}下面。",
                    value=row.name,
                )
                break


def _what_it_says(name: str) -> str:
    """What a name says, as a sentence goes on behind it."""
    return next(
        (says for says, names in pattern_table("what_names_say").items() if names.search(name)),
        "说的是别的事",
    )


def _first(name: str) -> str:
    """What is to be done with a name before it is moved; "" for most."""
    return next((what for what, names in pattern_table("renamed_first").items() if names.search(name)), "")


def _fitting_level(row: Indicator, form: Form) -> str:
    """The second level below which the name belongs, as this form prints it; where none is sure, two."""
    for fitting, names in pattern_table("fitting_levels").items():
        stem = level(fitting)
        if names.search(bare(row.name)) and stem not in (row.level2 or ""):
            printed = (tidy(other.level2 or "") for other in form.indicators)
            return f"“{next((text for text in printed if stem in text), fitting)}”"
    return "“数量指标”“质量指标”里相符的一个"


@rule(
    "I08",
    "同一指标填了两次",
    Severity.WARNING,
    asks="同一张表里不重复填同一个指标；只差数字、地点、时间的不算重复。",
    stages=EVERY_STAGE,
)
def same_indicator_twice(form: Form, policy: Policy) -> Iterator[Finding]:
    """No indicator stands twice on a form, not even nearly.

    Exempt: names that differ only in number, place or time.
    """
    from rapidfuzz.fuzz import ratio

    seen: list[tuple[str, str, str, Indicator]] = []
    threshold = float(policy.number("near_name")) * 100
    for row in form.indicators:
        name = bare(row.name)
        if not name:
            continue
        unbracketed, without_fillers = _unbracketed(name), _without_fillers(name)
        for other_name, other_unbracketed, other_without, other in seen:
            same = unbracketed == other_unbracketed
            if same and level(row.level2) != level(other.level2) and not _have_same_values(row, other):
                continue
            if not same and (
                len(name) < _SHORTEST_ALIKE
                or not (
                    without_fillers == other_without
                    or ratio(name, other_name, score_cutoff=threshold) >= threshold
                )
                or not _are_one(row, other)
            ):
                continue
            there = cells_shown(form.file, other.cells.get("name")) or "上面"
            yield row.finding(
                "name",
                (
                    f"{named(row)}和{there}的{named(other)}"
                    f"{'是同一个指标' if same else '几乎一样'}，填了两次。"
                ),
                hint="核对后保留一个；确是两件事的，把名称写得有区别。",
                value=row.name,
                expected=None,
            )
            break
        seen.append((name, unbracketed, without_fillers, row))


@lru_cache(maxsize=4096)
def _unbracketed(name: str) -> str:
    """The name without a unit in brackets at its end: 培训人数（人） is 培训人数."""
    bracketed = re.fullmatch(r"\A(.+?)[(（]([^()（）]{1,6})[)）]", name)
    return bracketed[1] if bracketed and parse(f"1{bracketed[2]}").unit else name


_FILLERS = re.compile(
    "使用|工作|项目|实际|相关|总体|年度|本年|全年"
)  # words without which a name says the same


@lru_cache(maxsize=4096)
def _without_fillers(name: str) -> str:
    """The name without the words that say nothing of it."""
    return _FILLERS.sub("", name)


_SHORTEST_ALIKE = 6  # letters of a name of which another can be a near copy


def _are_one(row: Indicator, other: Indicator) -> bool:
    """Whether two indicators of nearly the same name have the same values and do not differ in a detail."""
    return not _differ_in_detail(bare(row.name), bare(other.name)) and _have_same_values(row, other)


def _have_same_values(row: Indicator, other: Indicator) -> bool:
    return parse(row.target) == parse(other.target) and parse(row.actual) == parse(other.actual)


@lru_cache(maxsize=4096)
def _numberless(name: str) -> str:
    """The name with a # for every number."""
    return _DIGITS.sub("#", name)


# Two names that differ in one of these letters (a place, a time, opposite words) name different things.
_DISTINGUISHING_LETTERS = frozenset(
    "新旧上下前后春夏秋冬东南西北一二三四五六七八九十男女老幼小中高初县乡镇村市省区校学教师家长"
    "生员医患增减收支进出购修建养大内外甲乙丙丁ABCDE"
)


def _differ_in_detail(name: str, other: str) -> bool:
    """Whether two names differ only in a number, or in a place, a time or opposite words."""
    if _numberless(name) == _numberless(other):
        return True
    return not _DISTINGUISHING_LETTERS.isdisjoint(set(name) ^ set(other))


@rule(
    "I09",
    "缺少一级指标",
    Severity.NOTE,
    asks="产出指标、效益指标都要有，满意度指标一般也要有。没有分级的表不查。",
    stages=EVERY_STAGE,
)
def first_level_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """产出 and 效益 are required (W), 满意度 is expected (财预〔2020〕10号附件的指标框架).

    Forms without level columns are exempt, and score cards, whose levels are those of their frame.
    """
    if "level1" not in form.indicator_columns or not form.indicators or not form.indicator_columns & ASKED:
        return
    text = "|".join(f"{row.level1}|{row.level2}" for row in form.indicators)
    if not form.is_of_project and not re.search(r"产出|效益", text):
        return  # the form follows another indicator frame (履职效能, 管理效率 ...)
    for word, synonyms, severity in (
        ("产出", r"产出|履职|数量|质量", Severity.WARNING),
        ("效益", r"效益|效果|效应|可持续", Severity.WARNING),
        ("满意度", r"满意", Severity.NOTE),
    ):
        if not re.search(synonyms, text) and not (word == "满意度" and _asks_no_satisfaction(form)):
            yield replace(
                form.finding(
                    None, f"没有{word}指标。", hint=f"下年申报时补上{word}指标。", severity=severity
                ),
                subject=f"{word}指标",
            )


def _asks_no_satisfaction(form: Form) -> bool:
    """Whether an indicator of another level is about satisfaction, or the money only pays wages.

    Wages have their own fixed indicators, without anybody whom the project serves.
    """
    pays_wages = bool(pattern("wages").search(form.project or ""))
    return pays_wages or any("满意" in bare(row.name) for row in form.indicators)


@rule(
    "I10",
    "一级、二级指标名称不对",
    Severity.ERROR,
    asks="一级、二级指标用规定的名称，放在规定的位置。",
    stages=EVERY_STAGE,
)
def level_in_wrong_place(form: Form, policy: Policy) -> Iterator[Finding]:
    """First and second levels carry the names of the frame, each in its place.

    Not: 一级 = 数量指标; 经济成本指标 under 产出.
    """
    first_levels, firsts_of = words("level1"), word_table("level2")
    reported: set[str] = set()
    for row in form.indicators:
        first, second = _first_level(row), level(row.level2)
        if first and first not in first_levels and first in firsts_of and row.level1 not in reported:
            reported.add(row.level1 or "")
            yield row.finding(
                "level1",
                f"一级指标写成了“{row.level1}”，它是二级指标。",
                hint=f"一级指标应写“{firsts_of[first][0]}指标”，“{row.level1}”写在二级指标栏。",
                value=row.level1,
            )
        elif (
            second in firsts_of
            and first in ("产出", "成本", "效益", "效果", "满意度")
            and not any(word in first for word in firsts_of[second])
            and f"{first}/{second}" not in reported
        ):
            reported.add(f"{first}/{second}")
            yield row.finding(
                "level2",
                f"“{row.level2}”放在一级指标“{row.level1}”下面不对。",
                hint=(
                    f"下年申报时移到“{firsts_of[second][0]}指标”下面，两处的指标和分值一起调整；"
                    f"内容属于{first}的，改用“{seconds[0]}指标”等{first}类的二级指标。"
                    if (seconds := _seconds_of(first)) and form.has_scores
                    else f"“{row.level2}”应放在“{firsts_of[second][0]}指标”下面。"
                ),
                value=row.level2,
            )


def _seconds_of(first: str) -> list[str]:
    """The second levels that may stand under a first one."""
    return [second for second, firsts in word_table("level2").items() if first in firsts]


def _first_level(row: Indicator) -> str:
    """The first level without its extras; whatever begins with 产出 is 产出."""
    return "产出" if tidy(row.level1 or "").startswith("产出") else level(row.level1)


@rule(
    "I15",
    "一个指标分值过大",
    Severity.NOTE,
    asks="一个指标的分值不超过全部指标的一半（参数）。",
    needs="scores",
    stages=EVERY_STAGE,
)
def one_carries_most(form: Form, policy: Policy) -> Iterator[Finding]:
    """No single indicator carries most of the weight (policy: more than half of all indicators' points).

    Of too few indicators one always does; these are asked for more (I16).
    """
    if len(form.indicators) < policy.number("least_indicators"):
        return
    weighed = [(row, points) for row in form.indicators if (points := money(row.points))]
    total = sum((points for _, points in weighed), Decimal(0))
    for row, points in weighed:
        if len(weighed) >= 2 and points / total > policy.number("heavy_weight"):
            yield row.finding(
                "points",
                f"{named(row)}一个指标就占{row.points}分，超过指标总分值的一半。",
                hint="下年把分值分到更多的指标上。",
            )


@rule(
    "I16",
    "指标太少",
    Severity.NOTE,
    asks="指标不能太少（参数，默认3个），也不能只有百分比。",
    stages=EVERY_STAGE,
)
def too_few(form: Form, policy: Policy) -> Iterator[Finding]:
    """A form has enough indicators to show what was done (policy), and not percentages only."""
    least = policy.number("least_indicators")
    if 0 < len(form.indicators) < least:
        yield replace(
            form.finding(
                None,
                f"全表只有{len(form.indicators)}个三级指标，反映不出项目做了什么。",
                hint=f"下年至少设{least}个指标，把做了多少、做得怎样、有什么效果都写出来。",
            ),
            cell=form.indicators[0].cells.get("name"),
        )
    elif len(form.indicators) >= least and all(quantity(row).unit == "%" for row in form.indicators):
        yield replace(
            form.finding(None, "所有指标都是百分比，看不出做了多少事。", hint="下年增加能数得清的数量指标。"),
            cell=form.indicators[0].cells.get("target"),
        )
