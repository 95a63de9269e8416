"""Targets of indicators: filled in, with a unit and an operator that fit, and such that can be judged.

Targets were fixed with the budget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.text_models import raises
from selfeval_xl.assessment.words import is_placeholder
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.model.money import amount_names, yuan
from selfeval_xl.model.quantity import Kind, tidy
from selfeval_xl.rules.indicators import ASKED, bare, level, named, quantity, without_target_by_design
from selfeval_xl.rules.missing_units import lacks_unit, unit_is_asked
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.texts import cells, several
from selfeval_xl.rules.word_lists import pattern, words


def _is_ratio_or_duration(row: Indicator) -> bool:
    measure = quantity(row).measure
    return measure is not None and measure.dimension.startswith(("share", "months", "minutes"))


@rule(
    "I02",
    "成本指标用了“≥”或“>”",
    Severity.ERROR,
    asks="成本指标用“≤”或“=”，不用“≥”。节约率、降低率、最低补助标准一类除外。",
    stages=EVERY_STAGE,
)
def cost_at_least(form: Form, policy: Policy) -> Iterator[Finding]:
    """A cost is kept below its target: ≤ or =.

    Exempt: 节约率, 降低率, 压减率, subsidy floors and standards, ratios.
    """
    for row in form.indicators:
        if (
            row.is_cost
            and quantity(row).operator in ("≥", ">")
            and not pattern("saving").search(bare(row.name))
            and not _is_ratio_or_duration(row)
        ):
            if quantity(row).unit in ("项", "个", "次", "人", "户"):
                continue
            yield row.finding(
                "target",
                f"成本指标{named(row)}的指标值是“{row.target}”，用“≥”等于花得越多越好。",
                expected=f"≤{str(quantity(row)).lstrip('≥>')}",
                hint="成本指标改用“≤”或“=”。",
            )


@rule(
    "I03",
    "数量指标用了“≤”",
    Severity.WARNING,
    asks="要完成的数量用“≥”或“=”，不用“≤”。事故、投诉、办结天数、余额一类越少越好的除外。",
    stages=EVERY_STAGE,
)
def quantity_at_most(form: Form, policy: Policy) -> Iterator[Finding]:
    """A quantity to be delivered has a floor, not a ceiling.

    Exempt: bad events (事故, 投诉, 死亡, 超标), waiting (平均办结天数), what is left undone (未整改), debts.
    """
    for row in form.indicators:
        if (
            level(row.level2) == "数量"
            and quantity(row).operator in ("≤", "<")
            and not pattern("bad_events").search(bare(row.name))
            and not pattern("ceilings").search(bare(row.name))
        ):
            yield row.finding(
                "target",
                f"数量指标{named(row)}的指标值是“{row.target}”，用“≤”等于做得越少越好。",
                hint="要完成的数量改用“≥”或“=”。",
                expected=f"≥{str(quantity(row)).lstrip('≤<')}",
            )


_SHARE = re.compile(
    r"开放|开展|运行|使用|更新|维护|运转|服务|供应|供给|实施|开通|率|比|占|增|完成|覆盖|达标|控制|变动|下降|减少|满意|程度|知晓|保障|足额|及时|发放|到位|全部|任务|"
    r"执行|落实|进度|面$|度$"
)


@rule(
    "I05",
    "指标值的单位与名称不符",
    Severity.ERROR,
    asks="指标值的单位与名称相符：问人数的不填百分比，问比率的不填个数。",
    stages=EVERY_STAGE,
)
def unit_unlike_name(form: Form, policy: Policy) -> Iterator[Finding]:
    """The target's unit fits the name: a number of people is no percentage, a rate no count.

    Nor does a thing that is counted (视频会议系统, under 数量指标) have a percentage; what is done or held
    (全年免费开放) may, so such names are left alone.
    """
    for row in form.indicators:
        target, name = quantity(row), bare(row.name)
        if target.measure is None:
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
                f"{named(row)}在数量指标下面，指标值却是“{row.target}”，没有数量。",
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


@rule(
    "I06",
    "没有填年度指标值",
    Severity.ERROR,
    asks="每个指标都要有年度指标值。",
    treatment=Treatment.FIX,
    stages=EVERY_STAGE,
)
def target_missing(form: Form, policy: Policy) -> Iterator[Finding]:
    """Every named indicator has a target; a score card asks for neither targets nor completed values.

    An indicator of the whole project (中期指标值) need not be one of this year.
    """
    if form.indicator_columns and not form.indicator_columns & ASKED:
        return
    rows = [
        row
        for row in form.indicators
        if row.name
        and row.target is None
        and row.medium_target is None
        and not without_target_by_design(form, row)
    ]
    if rows:
        yield _of_targets(rows, "没有填年度指标值。", "按预算批复的绩效目标填写指标值和单位。")


def _of_targets(rows: Sequence[Indicator], fault: str, hint: str) -> Finding:
    """One finding on the targets of these indicators."""
    return replace(
        rows[0].finding("target", f"{several([bare(row.name) for row in rows])}{fault}", hint=hint),
        cell=cells(*(row.cells.get("target") for row in rows)),
    )


@rule(
    "I07",
    "指标值没有单位",
    Severity.WARNING,
    asks="数字指标值要有单位（写在指标值、名称、单位栏或完成值里都行）。",
    stages=EVERY_STAGE,
)
def number_without_unit(form: Form, policy: Policy) -> Iterator[Finding]:
    """A numeric target has a unit: its own, in the name, in the unit column or in the completed value.

    Where target and completed value are so far apart that D03, D06 or S04 ask for the unit, they alone do.
    """
    rows = [row for row in form.indicators if lacks_unit(row) and not unit_is_asked(row, form)]
    if rows:
        shown = f"“{rows[0].target}”" if len(rows) == 1 else "只有数字，"
        yield _of_targets(rows, f"的指标值{shown}没有单位。", "补上单位，例如“个”“人次”“万元”“%”。")


@rule(
    "I11",
    "比率指标值超过100%",
    Severity.WARNING,
    asks="部分占整体的比率，指标值不超过100%。增长率一类除外。",
    stages=EVERY_STAGE,
)
def ratio_above_100(form: Form, policy: Policy) -> Iterator[Finding]:
    """A ratio of a part to its whole is not above 100 % (exempt: 增长率, 覆盖率 and such, upper limits)."""
    for row in form.indicators:
        target = quantity(row)
        if (
            target.kind is Kind.NUMBER
            and target.unit == "%"
            and target.number is not None
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


@rule(
    "I12",
    "把支付金额当作数量指标",
    Severity.WARNING,
    asks="数量指标反映做了多少事，不用支付了多少钱代替。",
    stages=EVERY_STAGE,
)
def payment_as_quantity(form: Form, policy: Policy) -> Iterator[Finding]:
    """An amount paid is no output: quantity indicators count what was done."""
    for row in form.indicators:
        if level(row.level2) == "数量" and row.name and row.target and _is_payment(row, policy):
            yield row.finding(
                "name",
                f"数量指标{named(row)}只是付了多少钱，没有反映做了什么。",
                hint="改成完成的数量，例如人数、户数、公里数；金额放到成本指标。",
            )


_ABOUT_MONEY = re.compile("[付拨兑发补贴缴偿奖薪酬费款资金支助还]")  # without one a count is no payment


def _is_payment(row: Indicator, policy: Policy) -> bool:
    """Whether an indicator in money or times only says what was paid."""
    measure, name = quantity(row).measure, bare(row.name)
    if pattern("paid_items").search(name) or pattern("shares").search(name):
        return False
    if measure is not None and measure.dimension.startswith("money") and pattern("payments").search(name):
        return not pattern("earned").search(name)
    in_money = measure is not None and measure.dimension.startswith("money")
    counted = measure is None or measure.dimension == "count"
    may_be = in_money or (counted and _ABOUT_MONEY.search(name))
    return bool(may_be) and raises("payment", _with_target(row), policy)


def _with_target(row: Indicator) -> str:
    """Name and target as the judgements on texts want them."""
    return f"{bare(row.name)} | {tidy(row.target or '')}"


@rule(
    "I17",
    "指标值是占位符",
    Severity.ERROR,
    asks="指标值要填数，不能留着“≥XX人”“≥**处”这样的占位符。",
    stages=EVERY_STAGE,
)
def target_is_a_placeholder(form: Form, policy: Policy) -> Iterator[Finding]:
    """A target is a value, and no sign that stands for one (≥XX人, ≥**处, ≥N场)."""
    rows = [row for row in form.indicators if row.target and is_placeholder(tidy(row.target))]
    if rows:
        fault = f"的指标值是占位符“{rows[0].target}”，没有填数。"
        yield _of_targets(rows, fault, "按预算批复的绩效目标填写指标值和单位。")


_DONE_OR_NOT = re.compile(  # 完成, 通过验收: it is or it is not
    r"^(?:已|按时|按期|如期|全部|全面|按计划|按要求)*(?:完成|完工|竣工|达标|合格|建成|交付|通过验收|验收合格|到位|落实|是)(?:。|\Z)"
)
_AGAINST_BEFORE = re.compile(r"^(?:比|较|与|同)(?:上年|去年|上一年|前一年|往年|基期)")  # 较上年提高
_MEASURED = re.compile(r"(?:率|度|量|数|值|额|比|面积|收入|产量|人次|人数)$")
_SCALE = re.compile(r"^(?:优|良|中|低|差|好|坏|高|一般|[、/，,])+$")
_BUILT = re.compile(  # there or not, whole or not: the papers show it
    r"(?:制度|机制|办法|预案|规划|方案|台账|平台|档案)(?:建设|建立|健全|完善|完备)?(?:性|情况|程度)?$"
)
_FORBIDDEN = re.compile(r"^(?:不|未|无|零|0|杜绝|避免|没有)")  # 不发生: it happened or not


def _is_hollow(row: Indicator, policy: Policy) -> bool:
    """Whether nobody can count, look up or ask what a benefit indicator says (a state, in words or %)."""
    target = quantity(row)
    if target.kind is Kind.DEADLINE or (target.kind is not Kind.TEXT and target.unit not in ("%", "")):
        return False
    words_of_target = tidy(row.target or "")
    if _DONE_OR_NOT.search(words_of_target):
        return False
    if _AGAINST_BEFORE.search(words_of_target) and _MEASURED.search(bare(row.name)):
        return False
    if _BUILT.search(bare(row.name)) or _FORBIDDEN.search(tidy(row.target or "")):
        return False
    slogan = target.kind is not Kind.TEXT and pattern("slogans").search(bare(row.name))
    return bool(slogan) or raises("hollow", _with_target(row), policy)


_BENEFIT = re.compile("效益|效果|影响")


def _hollow_benefits(form: Form, policy: Policy, in_words: bool) -> Iterator[Indicator]:
    """The benefit indicators that nobody can count, look up or ask about.

    in_words: those with a target in words, else the others.
    """
    for row in form.indicators:
        if (
            row.name
            and row.target
            and _BENEFIT.search(level(row.level2) or level(row.level1))
            and (quantity(row).kind is Kind.TEXT) is in_words
            and "满意" not in f"{row.level1}{row.level2}{row.name}"
            and _is_hollow(row, policy)
        ):
            yield row


@rule(
    "I18",
    "效益指标空泛",
    Severity.WARNING,
    asks="效益指标要数得清、查得到或问得到，不是一种感受、一句口号加一个百分比。",
    stages=EVERY_STAGE,
)
def benefit_is_hollow(form: Form, policy: Policy) -> Iterator[Finding]:
    """A benefit can be counted, looked up or asked in a survey (not: 社会效益明显 ≥95%).

    A hollow one whose target is in words is I13's.
    """
    rows = list(_hollow_benefits(form, policy, in_words=False))
    if rows:
        first = rows[0]
        more, shown = (f"等{len(rows)}个效益指标", "如") if len(rows) > 1 else ("", "是")
        yield replace(
            first.finding(
                "name",
                f"{named(first)}{more}（指标值{shown}“{first.target}”）说得笼统，没有写出看什么、数什么。",
                hint="下年改成数得清、查得到的效果，例如受益人数、增收金额、事故起数、知晓率。",
                value=first.name,
            ),
            cell=cells(*(row.cells.get("name") for row in rows)),
        )


@rule(
    "I13",
    "定性指标值难以考核",
    Severity.NOTE,
    asks="定性指标值要能考核，“促进发展”“逐步提高”一类不好判断。",
    stages=EVERY_STAGE,
)
def target_cannot_be_assessed(form: Form, policy: Policy) -> Iterator[Finding]:
    """A qualitative target can be assessed (not: 好坏, 基本建立, 促进发展), and so can a benefit in words."""
    vague = words("unassessable")
    hollow = {id(row) for row in _hollow_benefits(form, policy, in_words=True)}
    rows = [row for row in form.indicators if row.target and (tidy(row.target) in vague or id(row) in hollow)]
    scales = [row for row in rows if _is_scale(row)]
    if scales:
        yield _of_targets(
            scales,
            f"的指标值“{scales[0].target}”是几个等次，没有写要达到哪一等。",
            "写明要达到的等次（例如“优”），或改成能数得清、查得到的指标值。",
        )
    rows = [row for row in rows if not _is_scale(row)]
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


def _is_scale(row: Indicator) -> bool:
    """Whether the target lists grades (优良中低差, 好坏) and not the one to be reached."""
    target = tidy(row.target or "")
    return (
        bool(_SCALE.match(target))
        and len(re.sub(r"[、/，,]|一般", "", target)) >= 2
        and len(set(target)) >= 2
    )


@rule(
    "I14",
    "成本指标覆盖的资金偏少",
    Severity.NOTE,
    asks="成本指标覆盖主要支出（参数，默认一半）。",
    stages=EVERY_STAGE,
)
def cost_covers_little(form: Form, policy: Policy) -> Iterator[Finding]:
    """Cost indicators cover most of the money spent (policy: half of it), before the year is over: budgeted.

    Only where all of them are totals in money.
    """
    line = form.total_funding
    key = "executed" if line is None or not form.is_of_stage else line.budget_key
    spent = line.amount(key) if line else None
    costs = [row for row in form.indicators if row.is_cost]
    if line is None or not spent or not costs:
        return
    amounts = [_total_cost(row) for row in costs]
    if any(amount is None for amount in amounts):
        return
    total = sum((amount for amount in amounts if amount is not None), Decimal(0)) / yuan(form, Decimal(1))
    share = total / spent
    if share < policy.number("cost_coverage"):
        yield replace(
            costs[0].finding(
                "target",
                (
                    f"成本指标的指标值合计{total.normalize():f}{form.money_unit}，只占"
                    f"{amount_names(form)[key]}{getattr(line, key)}{form.money_unit}的{share * 100:.0f}%。"
                ),
                hint="下年申报时，主要的支出都设成本指标。",
            ),
            cell=cells(*(row.cells.get("target") for row in costs)),
        )


_OF_ONE = re.compile(  # 单处建设成本, not 清单处
    r"人均|单价|标准|每|单位|均|/|(?<![订清名账菜])单(?:个|处|座|套|次|户|台|辆|人|间|件|场|班|亩|项|床|份|栋|株|公里)"
)


def _total_cost(row: Indicator) -> Decimal | None:
    """The target of a cost indicator in 元; None where it is no total in money."""
    target = quantity(row)
    if target.kind is not Kind.NUMBER or target.number is None or target.measure is None:
        return None
    if target.measure.dimension != "money" or _OF_ONE.search(bare(row.name)):
        return None
    return target.number * target.measure.factor
