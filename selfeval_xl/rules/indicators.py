"""Indicator design: names that say something, levels that fit, targets that can be judged.

Targets were fixed with the budget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from ..findings import Finding, Severity
from ..forms import DEPARTMENT, Form, Indicator
from ..policy import Policy
from ..quantity import Kind, Quantity, money, parse, tidy
from .registry import rule
from .texts import cells, several
from .words import pattern, table, words

_PREFIX = re.compile(r"^指标\d+[:：、.]?")
_TAIL = re.compile(r"[(（][^()（）]*[)）]|指标|等$|情况$")
_DIGITS = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十]+")


@lru_cache(maxsize=16_384)
def bare(name: str | None) -> str:
    """A name without 指标1：, without spaces and brackets."""
    return _PREFIX.sub("", tidy(name or "")).strip()


@lru_cache(maxsize=4096)
def level(text: str | None) -> str:
    """A level without 指标, (50分), 等 and 产出 in front: 产出数量指标(20分) is 数量."""
    plain = _TAIL.sub("", tidy(text or ""))
    return plain[2:] if plain.startswith("产出") and len(plain) > 2 else plain


def quantity(indicator: Indicator) -> Quantity:
    return indicator.target_quantity or parse(indicator.target)


def named(indicator: Indicator) -> str:
    return f"“{bare(indicator.name) or indicator.name or '没有名称的指标'}”"


@rule("I01", "指标名称没有说清", Severity.ERROR)
def name_says_nothing(form: Form, policy: Policy) -> Iterator[Finding]:
    """A third-level name says what is measured; 数量, 费用, 成本, 人数 or the level's own name say nothing
    (财预〔2020〕10号：指标应细化、量化).
    """
    empty = words("empty_names")
    for row in form.indicators:
        if row.name is None:
            continue
        plain = bare(row.name).removesuffix("指标")
        if (
            plain in empty
            or (plain in (level(row.level1), level(row.level2)) and not _names_the_asked(plain))
            or (
                plain
                and not plain.endswith("率")
                and plain == level(row.name)
                and bare(row.name) in _levels(row)
            )
        ):
            yield row.finding(
                "name",
                f"三级指标只写“{row.name}”，看不出衡量的是什么。",
                hint="写出具体事项，例如“卫星电话采购数量”“安全培训人数”。",
            )


def _names_the_asked(name: str) -> bool:
    """服务对象满意度 or 预算执行率 repeats its level, yet says what is measured; bureaus accept it."""
    return name.endswith(("满意度", "率")) and len(name) > 3


def _levels(row: Indicator) -> tuple[str, str]:
    return tidy(row.level1 or ""), tidy(row.level2 or "")


def _is_money_ratio(row: Indicator) -> bool:
    measure = quantity(row).measure
    return bool(
        measure
        and (
            measure.dimension.startswith("share")
            or measure.dimension.startswith("months")
            or measure.dimension.startswith("minutes")
        )
    )


@rule("I02", "成本指标用了“≥”或“>”", Severity.ERROR)
def cost_at_least(form: Form, policy: Policy) -> Iterator[Finding]:
    """A cost is kept below its target: ≤ or = (exempt: 节约率, 降低率, 压减率, subsidy floors and standards,
    ratios).
    """
    for row in form.indicators:
        if (
            row.is_cost
            and quantity(row).operator in ("≥", ">")
            and not pattern("saving").search(bare(row.name))
            and not _is_money_ratio(row)
        ):
            if quantity(row).unit in ("项", "个", "次", "人", "户"):
                continue
            yield row.finding(
                "target",
                f"成本指标{named(row)}的指标值是“{row.target}”，用“≥”等于花得越多越好。",
                expected=f"≤{str(quantity(row)).lstrip('≥>')}",
                hint="成本指标改用“≤”或“=”。",
            )


@rule("I03", "数量指标用了“≤”", Severity.WARNING)
def quantity_at_most(form: Form, policy: Policy) -> Iterator[Finding]:
    """A quantity to be delivered has a floor, not a ceiling (exempt: bad events such as 事故, 投诉, 死亡,
    超标).
    """
    for row in form.indicators:
        if (
            level(row.level2) == "数量"
            and quantity(row).operator in ("≤", "<")
            and not pattern("bad_events").search(bare(row.name))
        ):
            yield row.finding(
                "target",
                f"数量指标{named(row)}的指标值是“{row.target}”，用“≤”等于做得越少越好。",
                hint="要完成的数量改用“≥”或“=”。",
                expected=f"≥{str(quantity(row)).lstrip('≤<')}",
            )


@rule("I04", "三级指标放错了类别", Severity.WARNING)
def name_unlike_level(form: Form, policy: Policy) -> Iterator[Finding]:
    """The third level fits its second level (not: 网络畅通率 under 满意度, 安全率 under 经济效益, 排查周期
    under 时效).
    """
    for row in form.indicators:
        second = level(row.level2)
        for key, misfit in table("level_misfits").items():
            if (
                key in second
                and misfit.search(bare(row.name))
                and not ("满意" in key and "满意" in bare(row.name))
            ):
                yield row.finding(
                    "name",
                    f"{named(row)}放在“{row.level2}”下面不合适。",
                    hint="下年申报时移到相符的二级指标下面。",
                    value=row.name,
                )
                break


_SHARE = re.compile(
    r"率|比|占|增|完成|覆盖|达标|控制|变动|下降|减少|满意|程度|知晓|保障|足额|及时|发放|到位|全部|任务|"
    r"执行|落实|进度|面$|度$"
)


@rule("I05", "指标值的单位与名称不符", Severity.ERROR)
def unit_unlike_name(form: Form, policy: Policy) -> Iterator[Finding]:
    """The target's unit can be the unit of what the name names: a number of people is no percentage, a rate
    no count.

    A percentage under 数量指标 whose name asks for nothing that has one is asked about (W).
    """
    for row in form.indicators:
        target, name = quantity(row), bare(row.name)
        if target.kind not in (Kind.NUMBER, Kind.RANGE) or not target.unit or target.measure is None:
            continue
        dimension = target.measure.dimension
        if (
            dimension == "share"
            and pattern("counts").search(name)
            and not re.search(r"率|比|占|增长|完成|覆盖|达标|控制|变动|下降|减少", name)
        ):
            yield row.finding(
                "target",
                f"{named(row)}问的是数量，指标值却是“{row.target}”。",
                hint="改成带人、次、个等单位的数量，或把名称改成“……率”。",
            )
        elif dimension == "share" and "数量" in (row.level2 or "") and not _SHARE.search(name):
            yield row.finding(
                "target",
                f"{named(row)}在数量指标下面，指标值却是“{row.target}”，看不出数的是什么。",
                severity=Severity.WARNING,
                hint="改成带单位的数量，例如“3套”；要衡量比率的，把名称改成“……率”，移到质量指标下面。",
            )
        elif (
            dimension == "count"
            and pattern("rates").search(name)
            and "频率" not in name
            and "/" not in target.unit
        ):
            yield row.finding(
                "target",
                f"{named(row)}问的是比率，指标值却是“{row.target}”。",
                hint="改成百分比，例如“≥95%”，或把名称改成数量。",
            )


@rule("I06", "没有填年度指标值", Severity.ERROR)
def target_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """Every named indicator has a target."""
    rows = [row for row in form.indicators if row.name and row.target is None]
    if rows:
        yield replace(
            rows[0].finding(
                "target",
                f"{several([bare(row.name) for row in rows])}没有填年度指标值。",
                hint="按预算批复的绩效目标填写指标值和单位。",
            ),
            cell=cells(*(row.cells.get("target") for row in rows)),
        )


@rule("I07", "指标值没有单位", Severity.WARNING)
def number_without_unit(form: Form, policy: Policy) -> Iterator[Finding]:
    """A numeric target has a unit: in itself, in the name, in a column of its own or in the completed value."""
    rows = [row for row in form.indicators if _lacks_unit(row)]
    if rows:
        told = f"“{rows[0].target}”" if len(rows) == 1 else "只有数字，"
        yield replace(
            rows[0].finding(
                "target",
                f"{several([bare(row.name) for row in rows])}的指标值{told}没有单位。",
                hint="补上单位，例如“个”“人次”“万元”“%”。",
            ),
            cell=cells(*(row.cells.get("target") for row in rows)),
        )


def _lacks_unit(row: Indicator) -> bool:
    target, actual, name = quantity(row), row.actual_quantity or parse(row.actual), bare(row.name)
    if target.kind is not Kind.NUMBER or target.unit or row.unit or actual.unit or target.number == 0:
        return False
    return not (_unit_in(name) or pattern("rates").search(name))


def _unit_in(name: str) -> bool:
    """Whether the name says the unit itself: 人数, 培训次数, (万元)."""
    return bool(
        re.search(
            r"(?:人|户|次|个|件|场|台|套|部|处|项|批|份|家|座|头|株|期|篇|册|辆|天|课时|亩|公里|吨|"
            r"平方米|万元|元|%|分|条|名)(?:数|数量|次)?(?:[)）])?$",
            name,
        )
    )


@rule("I08", "同一指标填了两次", Severity.WARNING)
def same_indicator_twice(form: Form, policy: Policy) -> Iterator[Finding]:
    """No indicator stands twice on a form, not even nearly (exempt: names that differ only in number, place
    or time).
    """
    from rapidfuzz.fuzz import ratio

    seen: list[Indicator] = []
    threshold = float(policy.number("near_name")) * 100
    for row in form.indicators:
        name = bare(row.name)
        if not name:
            continue
        for other in seen:
            before = bare(other.name)
            same = name == before and level(row.level2) == level(other.level2)
            near = (
                len(name) >= 6
                and name != before
                and ratio(name, before, score_cutoff=threshold) >= threshold
                and not _differ_in_detail(name, before)
                and parse(row.target) == parse(other.target)
                and parse(row.actual) == parse(other.actual)
            )
            if same or near:
                yield row.finding(
                    "name",
                    (
                        f"{named(row)}和{other.cells.get('name', '上面')}的{named(other)}"
                        f"{'是同一个指标' if same else '几乎一样'}，填了两次。"
                    ),
                    hint="核对后保留一个；确是两件事的，把名称写得有区别。",
                    value=row.name,
                    expected=None,
                )
                break
        seen.append(row)


@lru_cache(maxsize=4096)
def _numberless(name: str) -> str:
    return _DIGITS.sub("#", name)


def _differ_in_detail(one: str, other: str) -> bool:
    """Names that differ only in a number, a place or a time name different things, and so do opposite words."""
    if _numberless(one) == _numberless(other):
        return True
    changed = set(one) ^ set(other)
    return bool(
        changed
        & set(
            "新旧上下前后春夏秋冬东南西北一二三四五六七八九十男女老幼小中高初县乡镇村市省区校学教师家长"
            "生员医患增减收支进出购修建养大内外甲乙丙丁ABCDE"
        )
    )


@rule("I09", "缺少一级指标", Severity.NOTE)
def first_level_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """产出 and 效益 are required (W), 满意度 is expected (财预〔2020〕10号附件的指标框架).

    Not for forms without level columns.
    """
    if "level1" not in form.indicator_columns or not form.indicators:
        return
    text = "|".join(f"{row.level1}|{row.level2}" for row in form.indicators)
    if form.kind == DEPARTMENT and not re.search(r"产出|效益", text):
        return  # a frame of its own (履职效能, 管理效率 ...)
    for word, alike, severity in (
        ("产出", r"产出|履职|数量|质量", Severity.WARNING),
        ("效益", r"效益|效果|效应|可持续", Severity.WARNING),
        ("满意度", r"满意", Severity.NOTE),
    ):
        if not re.search(alike, text) and not (
            word == "满意度" and any("满意" in bare(row.name) for row in form.indicators)
        ):
            yield replace(
                form.finding(
                    None, f"没有{word}指标。", hint=f"下年申报时补上{word}指标。", severity=severity
                ),
                subject=f"{word}指标",
            )


@rule("I10", "一级、二级指标名称不对", Severity.ERROR)
def level_in_wrong_place(form: Form, policy: Policy) -> Iterator[Finding]:
    """First and second levels carry the names of the frame, each in its place (not: 一级 = 数量指标;
    经济成本指标 under 产出).
    """
    known = words("level1")
    seconds = table("level2")
    told: set[str] = set()
    for row in form.indicators:
        first, second = (
            level(row.level1)
            if row.level1 and not tidy(row.level1).startswith("产出")
            else ("产出" if row.level1 else ""),
            level(row.level2),
        )
        if first and first not in known and first in seconds and row.level1 not in told:
            told.add(row.level1 or "")
            yield row.finding(
                "level1",
                f"一级指标写成了“{row.level1}”，它是二级指标。",
                hint=f"一级指标应写“{seconds[first][0]}指标”，“{row.level1}”写在二级指标栏。",
                value=row.level1,
            )
        elif (
            first
            and second in seconds
            and first in ("产出", "成本", "效益", "效果", "满意度")
            and not any(word in first for word in seconds[second])
            and f"{first}/{second}" not in told
        ):
            told.add(f"{first}/{second}")
            yield row.finding(
                "level2",
                f"“{row.level2}”放在一级指标“{row.level1}”下面不对。",
                hint=f"“{row.level2}”应放在“{seconds[second][0]}指标”下面。",
                value=row.level2,
            )


@rule("I11", "比率指标值超过100%", Severity.WARNING)
def ratio_above_100(form: Form, policy: Policy) -> Iterator[Finding]:
    """A ratio of a part to its whole is not above 100 % (exempt: 增长率, 覆盖 beyond, upper limits)."""
    for row in form.indicators:
        target = quantity(row)
        if (
            target.kind is Kind.NUMBER
            and target.unit == "%"
            and target.number > 100
            and target.operator not in ("≤", "<")
            and not pattern("beyond_100").search(bare(row.name))
        ):
            yield row.finding(
                "target",
                f"{named(row)}的指标值是“{row.target}”，比率不会超过100%。",
                expected="不超过100%",
                hint="核对指标值。",
            )


@rule("I12", "把支付金额当作数量指标", Severity.WARNING)
def payment_as_quantity(form: Form, policy: Policy) -> Iterator[Finding]:
    """An amount paid is no output: quantity indicators count what was done."""
    for row in form.indicators:
        measure = quantity(row).measure
        if (
            level(row.level2) == "数量"
            and measure
            and measure.dimension == "money"
            and pattern("payment").search(bare(row.name))
        ):
            yield row.finding(
                "name",
                f"数量指标{named(row)}只是支付的金额，没有反映做了什么。",
                hint="改成完成的数量，例如人数、户数、公里数；金额放到成本指标。",
            )


@rule("I13", "定性指标值难以考核", Severity.NOTE)
def target_cannot_be_assessed(form: Form, policy: Policy) -> Iterator[Finding]:
    """A qualitative target can be assessed (not: 好坏, 基本建立, 促进发展)."""
    vague = words("unassessable")
    rows = [
        row
        for row in form.indicators
        if row.target
        and (tidy(row.target) in vague or (bare(row.name).startswith("促进") and quantity(row).unit == "%"))
    ]
    if rows:
        first = rows[0]
        more = f"等{len(rows)}个指标" if len(rows) > 1 else ""
        yield replace(
            first.finding(
                "target",
                f"{named(first)}{more}的指标值（如“{first.target}”）不好考核。"
                if more
                else f"{named(first)}的指标值“{first.target}”不好考核。",
                hint="改成能数得清、查得到的指标值，或写明达到什么程度算完成。",
            ),
            cell=cells(*(row.cells.get("target") for row in rows)),
        )


@rule("I14", "成本指标覆盖的资金偏少", Severity.NOTE)
def cost_covers_little(form: Form, policy: Policy) -> Iterator[Finding]:
    """Cost indicators cover most of the money spent (policy: half of it).

    Only where all of them are totals in money.
    """
    line = form.total_funding
    executed = line.amount("executed") if line else None
    costs = [row for row in form.indicators if row.is_cost]
    if not executed or not costs:
        return
    unit = parse(f"1{form.money_unit or '万元'}").measure
    total = Decimal(0)
    for row in costs:
        target = quantity(row)
        if (
            target.kind is not Kind.NUMBER
            or target.measure is None
            or target.measure.dimension != "money"
            or re.search(r"人均|单价|标准|每|单位|均|/", bare(row.name))
        ):
            return
        total += target.number * target.measure.factor / unit.factor
    share = total / executed
    if share < policy.number("cost_coverage"):
        yield replace(
            costs[0].finding(
                "target",
                (
                    f"成本指标合计{total.normalize():f}{form.money_unit}，"
                    f"只占全年执行数{line.executed}{form.money_unit}的{share * 100:.0f}%。"
                ),
                hint="下年申报时，主要的支出都设成本指标。",
            ),
            cell=cells(*(row.cells.get("target") for row in costs)),
        )


@rule("I15", "一个指标分值过大", Severity.NOTE, needs="scores")
def one_carries_most(form: Form, policy: Policy) -> Iterator[Finding]:
    """No single indicator carries most of the weight (policy: more than half of all indicators' points)."""
    weighed = [(row, money(row.points)) for row in form.indicators]
    weighed = [(row, points) for row, points in weighed if points]
    total = sum(points for _, points in weighed)
    for row, points in weighed:
        if len(weighed) >= 2 and points / total > policy.number("heavy_weight"):
            yield row.finding(
                "points",
                f"{named(row)}一个指标就占{row.points}分，超过指标总分值的一半。",
                hint="下年把分值分到更多的指标上。",
            )


@rule("I16", "指标太少", Severity.NOTE)
def too_few(form: Form, policy: Policy) -> Iterator[Finding]:
    """A form has enough indicators to show what was done (policy), and not percentages only."""
    least = policy.number("least_indicators")
    if 0 < len(form.indicators) < least:
        yield replace(
            form.finding(
                None,
                f"全表只有{len(form.indicators)}个三级指标，反映不出项目做了什么。",
                hint=f"下年至少设{least}个指标，数量、质量、时效和效益都要有。",
            ),
            cell=form.indicators[0].cells.get("name"),
        )
    elif len(form.indicators) >= least and all(quantity(row).unit == "%" for row in form.indicators):
        yield replace(
            form.finding(None, "所有指标都是百分比，看不出做了多少事。", hint="下年增加能数得清的数量指标。"),
            cell=form.indicators[0].cells.get("target"),
        )
