"""The self-evaluation beside its declaration and its monitoring: targets, completion, outlook.

`filings.stages` finds the forms; here nothing is guessed: what cannot be compared is no finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import has_reason
from selfeval_xl.filings.stages import EarlierForms
from selfeval_xl.model.findings import Finding, Related, Severity, Treatment
from selfeval_xl.model.forms import FORM_NAMES, MONITORING, Form, Indicator, Outlook, Verdict
from selfeval_xl.model.money import amount_names
from selfeval_xl.model.places import cells_shown, form_place
from selfeval_xl.model.quantity import Kind, Quantity, is_blank, parse
from selfeval_xl.rules.across import in_base_units, related
from selfeval_xl.rules.amounts_done import adds_up, amount_of
from selfeval_xl.rules.funding_table import main_line
from selfeval_xl.rules.indicator_changes import changes, told
from selfeval_xl.rules.indicators import bare, level, named
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.sums import amount_span, in_ten_thousand

_IN_BRACKETS = re.compile(r"[(（][^()（）]{0,8}[)）]$")  # 改造数量（处）
_COUNTED = re.compile(r"(?:数量|个数|总数|数|量)$")  # 维修学校数量, 维修学校数
_PUNCTUATION = re.compile(r"[\W_]+")
_ALIKE = 40  # percent of likeness from which two targets in words may say the same
_SAYS_HOW_MUCH = re.compile(  # 全覆盖 may be 100%, 不发生 0, 达标 any number
    r"[\d零〇一二两三四五六七八九十百千全均无不未按]|完成|达标|合格|达到|到位|足额|及时|所有"
)
_SPECIFIC = 6  # letters of a target in words that says something of its own: 建立长效机制, not 显著提升
_Key = tuple[str, ...]  # by which two indicators are one


@rule(
    "X14",
    "与目标申报表、运行监控表不符",
    Severity.WARNING,
    asks=(
        "自评表的指标和批复的目标申报表一样，不少也不多，年度指标值一致（换算单位后比较）；能累计的完成数、执行数不小于监控时已经报过的数；"
        "监控时“确定能”完成的，自评未完成要说明；比监控时的全年预计少30%（参数）以上的，列为核实。"
    ),
    needs="stages",
)
def unlike_earlier_stages(form: Form, policy: Policy, earlier: EarlierForms) -> Iterator[Finding]:
    """The self-evaluation agrees with what was declared and with what monitoring reported.

    Its indicators and their targets are those of the approved declaration, what adds up is no less than
    monitoring had reported as done nor far less than it forecast (policy), and what monitoring held for
    certain was reached. `earlier`: the forms of this project at the earlier stages.
    """
    if earlier.declaration is not None:
        yield from unlike_declaration(form, earlier.declaration)
    if (before := earlier.declaration or earlier.monitoring) is not None:
        yield from other_indicators(form, before)
    if earlier.monitoring is not None:
        yield from unlike_monitoring(form, earlier.monitoring, policy.number("over_fulfilment"))
    if earlier.ambiguous:
        yield _undecided(form, earlier)


def _undecided(form: Form, earlier: EarlierForms) -> Finding:
    """The note on forms of which nobody knows which one belongs to this self-evaluation."""
    listed = "、".join(f"“{form_place(each, form.file)}”" for each in earlier.ambiguous)
    kinds = "、".join(dict.fromkeys(FORM_NAMES[each.kind] for each in earlier.ambiguous))
    return replace(
        form.finding(
            "project",
            f"有{len(earlier.ambiguous)}张{kinds}都对得上这个项目（{listed}），分不清是哪一张，没有比对。",
            severity=Severity.NOTE,
            hint="请财政只留批复的（最近的）那一张，再比对一次。",
            related=tuple(Related(each.file, each.sheet, None) for each in earlier.ambiguous),
        ),
        treatment=Treatment.BUREAU,
    )


def pairs(form: Form, other: Form) -> Iterator[tuple[Indicator, Indicator]]:
    """Yields the indicators of one form, each with the same one of another stage.

    They are one by their levels and name, else by their name, else by the name without a unit in brackets and
    without 数量, 数 at its end; a name that stands several times on either form is nobody's.
    """
    matched: set[int] = set()
    for key in (_levels_and_name, _name, _core):
        there = _unique(other, key)
        for own_key, row in _unique(form, key).items():
            match = there.get(own_key)
            if match is not None and id(row) not in matched and id(match) not in matched:
                matched |= {id(row), id(match)}
                yield row, match


def _levels_and_name(row: Indicator) -> _Key:
    return level(row.level1), level(row.level2), _PUNCTUATION.sub("", bare(row.name))


def _name(row: Indicator) -> _Key:
    return (_PUNCTUATION.sub("", bare(row.name)),)


def _core(row: Indicator) -> _Key:
    plain = _PUNCTUATION.sub("", _IN_BRACKETS.sub("", bare(row.name)))
    return (_COUNTED.sub("", plain) or plain,)


def _unique(form: Form, key: Callable[[Indicator], _Key]) -> Mapping[_Key, Indicator]:
    """The named indicators whose key no other one has."""
    rows = [(key(row), row) for row in form.indicators if bare(row.name)]
    counts = Counter(text for text, _ in rows)
    return {text: row for text, row in rows if counts[text] == 1}


def unlike_declaration(form: Form, declaration: Form) -> Iterator[Finding]:
    """The findings on targets that differ from the approved declaration's."""
    for row, declared in pairs(form, declaration):
        if is_blank(row.target) or is_blank(declared.target):
            continue
        texts = [text for text in (row.target, row.initial_target) if text]
        if all(targets_differ(text, declared.target or "", form.year) for text in texts):
            yield row.finding(
                "target",
                f"{named(row)}的年度指标值是“{row.target}”，"
                f"{_told(form, declaration, declared, 'target')}是“{declared.target}”。",
                expected=declared.target,
                hint="按批复的指标值改；批复后调整过的，请说明依据。",
                related=related(declaration, declared.cells.get("target")),
            )


def other_indicators(form: Form, other: Form) -> Iterator[Finding]:
    """The findings on indicators that only one of the two forms has."""
    matched = list(pairs(form, other))
    found = changes(form.indicators, other.indicators, matched, lambda row: _core(row)[0])
    return told(form, other, found, bool(matched))


def targets_differ(text: str, declared: str, year: int | None = None) -> bool:
    """Whether two targets of one indicator surely differ.

    Numbers are compared in base units within half a last digit; `=` and no sign go with both directions.
    year: for deadlines without one.
    """
    here, there = parse(text), parse(declared)
    if here.kind is Kind.DEADLINE and there.kind is Kind.DEADLINE and here.deadline and there.deadline:
        if year is None and (here.deadline.year is None or there.deadline.year is None):
            return False
        return here.deadline.last_day(year or 0) != there.deadline.last_day(year or 0)
    if here.kind is Kind.RANGE and there.kind is Kind.RANGE:
        return here.unit == there.unit and (here.number, here.upper) != (there.number, there.upper)
    if here.kind is Kind.NUMBER and there.kind is Kind.NUMBER:
        return _numbers_differ(here, there)
    if here.kind is Kind.TEXT and there.kind is Kind.TEXT:
        return _words_differ(text, declared)
    in_words = here if here.kind is Kind.TEXT else there
    return {here.kind, there.kind} == {Kind.NUMBER, Kind.TEXT} and not _SAYS_HOW_MUCH.search(in_words.words)


def _numbers_differ(here: Quantity, there: Quantity) -> bool:
    """Whether two numeric targets differ in number, direction or kind of unit."""
    one, other = in_base_units(here), in_base_units(there)
    if one is None or other is None or here.about or there.about:
        return False
    if one.dimension != other.dimension:
        return "share" in (one.dimension, other.dimension) and None not in (here.measure, there.measure)
    known = here.measure or there.measure
    if bool(here.unit) != bool(there.unit) and (known is None or known.factor != 1):
        return False  # 3000 against 0.3万元: a bare number may be in any unit
    if here.unit and there.unit and (here.measure is None) != (there.measure is None):
        return False
    at_most = [quantity.operator in ("≤", "<") for quantity in (here, there)]
    if at_most[0] != at_most[1] and "=" not in (here.operator or "=", there.operator or "="):
        return True
    return abs(one.value - other.value) > max(one.half_digit, other.half_digit)


def _words_differ(text: str, declared: str) -> bool:
    """Whether two targets in words are unlike: one is specific, none holds the other, few letters agree."""
    from rapidfuzz.fuzz import ratio

    one, other = (_PUNCTUATION.sub("", each) for each in (text, declared))
    if one in other or other in one or max(len(one), len(other)) < _SPECIFIC:
        return False
    return ratio(one, other) < _ALIKE


def unlike_monitoring(form: Form, monitoring: Form, far: Decimal) -> Iterator[Finding]:
    """The findings on less than monitoring had reported, and on what it held for certain and is unmet.

    far: the part of a forecast by which a result may fall short of it.
    """
    yield from _less_money(form, monitoring, far)
    for row, before in pairs(form, monitoring):
        less = _is_less(row, before)
        certain = before.outlook is Outlook.CERTAIN and row.verdict is Verdict.UNMET
        if not (less or certain):
            yield from _far_from_forecast(form, monitoring, row, before, far)
            continue
        told = _told(form, monitoring, before, "actual" if less else "outlook")
        reasons = [f"{told}已完成“{before.actual}”"] if less else []
        if certain:
            reasons.append(f"{'' if less else told}写“确定能”完成")
        explained = not less and has_reason(row.note)
        finding = row.finding(
            "actual",
            f"{named(row)}年度指标值“{row.target}”，实际完成“{row.actual}”"
            f"{'，未完成' if certain else ''}；{'，'.join(reasons)}{'；表里写了原因' if explained else ''}。",
            expected=f"不小于{before.actual}" if less else row.target,
            hint="请财政核实写的原因。"
            if explained
            else "核对完成值和监控时报的数，填错的改正；都对的，说明后来发生了什么。",
            related=(
                *(related(monitoring, before.cells.get("actual")) if less else ()),
                *(related(monitoring, before.cells.get("outlook")) if certain else ()),
            ),
        )
        yield replace(finding, treatment=Treatment.BUREAU) if explained else finding


def _far_from_forecast(
    form: Form, monitoring: Form, row: Indicator, before: Indicator, far: Decimal
) -> Iterator[Finding]:
    """The finding on a result that adds up and is far below its forecast."""
    done, forecast = amount_of(row, row.actual), amount_of(before, before.forecast)
    if not (adds_up(row) and done and forecast and done.compares(forecast)):
        return
    if done.value < forecast.value * (1 - far):
        yield row.finding(
            "actual",
            f"{named(row)}实际完成“{row.actual}”，{_told(form, monitoring, before, 'forecast')}"
            f"全年预计“{before.forecast}”，差得远。",
            expected=before.forecast,
            hint="核对完成值和监控时的预计，填错的改正；都对的，说明后来发生了什么。",
            related=related(monitoring, before.cells.get("forecast")),
        )


def _is_less(row: Indicator, before: Indicator) -> bool:
    """Whether less is done than monitoring had reported of work that adds up."""
    done, reported = amount_of(row, row.actual), amount_of(before, before.actual)
    return bool(adds_up(row) and done and reported and done.is_below(reported))


def _less_money(form: Form, monitoring: Form, far: Decimal) -> Iterator[Finding]:
    """The finding on an executed total below what monitoring had reported, or far below what it forecast."""
    line, before = main_line(form), main_line(monitoring)
    executed = amount_span(line, "executed") if line else None
    if line is None or before is None or executed is None:
        return
    spent = in_ten_thousand(form, executed).high
    for key, part, how in (("executed", Decimal(1), "小于"), ("forecast", 1 - far, "远小于")):
        then = amount_span(before, key)
        if then is None or spent >= in_ten_thousand(monitoring, then).low * part:
            continue
        place, cell = form_place(monitoring, form.file), cells_shown(monitoring.file, before.cells.get(key))
        told = f"{getattr(before, key)}{monitoring.money_unit or ''}"
        yield line.finding(
            "executed",
            f"全年执行数{line.executed}{form.money_unit or ''}，"
            f"{how}{FORM_NAMES[MONITORING]}“{place}”{cell}的"
            f"{amount_names(monitoring)[key]}{told}。",
            expected=f"不小于{told}" if key == "executed" else told,
            hint="核对两个数，填错的改正；有退款冲减的请说明。",
            related=related(monitoring, before.cells.get(key)),
        )
        return


def _told(form: Form, other: Form, row: Indicator, key: str) -> str:
    """The other form and the cell in it, as sentences mention them: 绩效目标申报表“表1”F12."""
    cell = cells_shown(other.file, row.cells.get(key))
    return f"{FORM_NAMES[other.kind]}“{form_place(other, form.file)}”{cell}"
