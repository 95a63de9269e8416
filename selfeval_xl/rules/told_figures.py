"""Numbers that a form tells of what its indicators measure, where they are not the completed values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.model.quantity import Kind, Quantity, parse, tidy
from selfeval_xl.model.units import near, split_unit
from selfeval_xl.rules.indicators import named
from selfeval_xl.rules.same_thing import doings, thing
from selfeval_xl.rules.sums import Span, decimals, printed
from selfeval_xl.rules.texts import FormText, cells, outcomes, phrases
from selfeval_xl.rules.word_lists import pattern

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_BETWEEN = re.compile(r"(?:数量|人数|户数|场次|里程|面积|数)?(?:共计|合计|总计|共|达到了?|达|为|是|:|了)?")
_BEHIND = re.compile(r"以上|以下|以内|及以上|[,，。;；、!！)）(（]|并|且|和|及|与|\Z")
_SENTENCE = re.compile(r"[。；;!！?？\n]")


class _Told(NamedTuple):
    """A number that a text tells of a thing: its words, the quantity, and what was done with the thing."""

    words: str
    quantity: Quantity
    doings: frozenset[str]


def figures_unlike_indicators(form: Form) -> Iterator[Finding]:
    """A finding on each outcome or remark that tells other numbers than the completed values of the form."""
    rows = [row for row in form.indicators if row.actual_quantity and row.actual_quantity.kind is Kind.NUMBER]
    for text in outcomes(form):
        if text.what == "任务完成情况":
            continue  # one task may do a part of what an indicator of the department counts
        pairs = [(told, row) for row in rows if (told := _other_number(text, row, rows)) is not None]
        if pairs:
            yield _finding(text, pairs)


def _finding(text: FormText, pairs: list[tuple[_Told, Indicator]]) -> Finding:
    """The finding on the numbers of one text."""
    told, row = pairs[0]
    one = f"写“{told.words}”，{named(row)}的实际完成值是“{row.actual}”，两处对不上。"
    return Finding(
        message=f"{text.what}{one}"
        if len(pairs) == 1
        else f"{text.what}有{len(pairs)}个数和指标对不上：{one}",
        value=told.words,
        expected=row.actual,
        subject=text.what,
        hint="核对实际完成数，两处改成一致；口径不同的，在文字里写明。",
        cell=cells(text.cell, *(row.cells.get("actual") for _, row in pairs)),
    )


def _other_number(text: FormText, row: Indicator, rows: list[Indicator]) -> _Told | None:
    """The one number that the text tells of the row's thing, where it is not the completed value."""
    what, actual = thing(row.name), row.actual_quantity
    if actual is None or actual.about or len(what) < 2 or what not in text.text:
        return None
    plain = tidy(text.text)
    if any(
        other is not row and what in thing(other.name) and _comparable(other.actual_quantity, actual)
        for other in rows
    ):
        return None
    found = [told for told in _numbers_of(plain, what) if _comparable(told.quantity, actual)]
    if len(found) != 1 or not _stands_alone(plain, found[0], actual):
        return None
    (told,) = found
    is_other = not doings(row.name) or not told.doings or not doings(row.name).isdisjoint(told.doings)
    return told if is_other and _differs(told.quantity, actual) else None


@cache
def _lead() -> re.Pattern[str]:
    """What stands before a thing that is told of: a new clause, and what was done with it."""
    done = f"{pattern('doings').pattern}|{pattern('neutral').pattern}"
    return re.compile(rf"(?:\A|[^\w]|[\d年共已了县我市局对])(?:{done})*\Z")


def _numbers_of(plain: str, what: str) -> Iterator[_Told]:
    """The numbers right behind a thing, which itself begins a clause or follows what was done with it."""
    for place in re.finditer(re.escape(what), plain):
        lead = _lead().search(plain[: place.start()])
        between = _BETWEEN.match(plain, place.end())
        number = _NUMBER.match(plain, between.end()) if lead and between else None
        if lead is None or number is None:
            continue
        unit, rest = split_unit(plain[number.end() :])
        behind = _BEHIND.match(rest)
        if unit and behind:
            value = plain[number.start() : len(plain) - len(rest)] + (behind[0] if "以" in behind[0] else "")
            done = frozenset(pattern("doings").findall(lead[0]))
            yield _Told(f"{plain[place.start() : number.start()]}{value}", parse(value), done)


def _comparable(one: Quantity | None, other: Quantity) -> bool:
    """Whether two quantities are numbers of one kind, with units that can be compared."""
    if one is None or one.kind is not Kind.NUMBER or one.measure is None or other.measure is None:
        return False
    alike = one.measure.name == other.measure.name or near(one.measure.name, other.measure.name)
    return one.measure.dimension == other.measure.dimension and (one.measure.dimension != "count" or alike)


def _stands_alone(plain: str, told: _Told, actual: Quantity) -> bool:
    """Whether the sentence tells the number as what was reached, and the text nowhere has the right one."""
    at = plain.find(told.words)
    sentence_end = _SENTENCE.search(plain, at)
    start = max((match.end() for match in _SENTENCE.finditer(plain, 0, at)), default=0)
    sentence = plain[start : sentence_end.start() if sentence_end else len(plain)]
    return not phrases("no_result").search(sentence) and f"{actual.number}{actual.unit}" not in plain


def _differs(told: Quantity, actual: Quantity) -> bool:
    """Whether the number told cannot be the completed value, both as exact as they are written."""
    here, there = _span(told), _span(actual)
    if told.operator in ("≥", ">"):
        return there.high < here.low
    if told.operator in ("≤", "<"):
        return there.low > here.high
    return not told.about and (here.high <= there.low or there.high <= here.low)  # 16处 and 15处 only touch


def _span(quantity: Quantity) -> Span:
    """The numbers, in base units, that a quantity may stand for."""
    assert quantity.number is not None and quantity.measure is not None
    return printed(quantity.number, decimals(str(quantity.number))).times(quantity.measure.factor)
