"""Numbers that a form tells of what its indicators measure, where they are not the completed values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.model.quantity import Kind, Quantity, parse, tidy
from selfeval_xl.model.units import leading_unit, measure, near, split_unit
from selfeval_xl.rules.indicators import named
from selfeval_xl.rules.same_thing import doings, thing
from selfeval_xl.rules.sums import Span, decimals, printed
from selfeval_xl.rules.texts import FormText, cells, outcomes, phrases
from selfeval_xl.rules.word_lists import pattern

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_BETWEEN = re.compile(r"(?:数量|人数|户数|场次|里程|面积|数)?(?:共计|合计|总计|共|达到了?|达|为|是|:|了)?")
_BEHIND = re.compile(r"以上|以下|以内|及以上|[,，。;；、!！)）(（]|并|且|和|及|与|\Z")
_LONGEST_LEAD = 12  # letters
_SHORTEST_THING = 2
_SENTENCE = re.compile(r"[。；;!！?？\n]")


class _Told(NamedTuple):
    """A number that a text tells of a thing: its words, the quantity, and what was done with the thing."""

    words: str
    quantity: Quantity
    doings: frozenset[str]


def figures_unlike_indicators(form: Form) -> Iterator[Finding]:
    """A finding on each outcome or remark that tells other numbers than the completed values of the form."""
    for text in outcomes(form):
        if text.what == "任务完成情况" or not _NUMBER.search(text.text):
            continue  # one task may do a part of what an indicator of the department counts
        plain = tidy(text.text)
        units = {
            unit for match in _NUMBER.finditer(plain) if (unit := leading_unit(plain[match.end() :][:6]))
        }
        pairs = [
            (told, row)
            for row in form.indicators
            if _may_differ(row, plain, units) and (told := _other_number(plain, row, form.indicators))
        ]
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


def _may_differ(row: Indicator, plain: str, units: Iterable[str]) -> bool:
    """Whether the text may tell another completed value: it has such a unit, and not this value."""
    actual = row.actual_quantity
    if actual is None or actual.kind is not Kind.NUMBER or actual.about:
        return False
    return any(_alike(unit, actual.unit) for unit in units) and f"{actual.number}{actual.unit}" not in plain


def _other_number(plain: str, row: Indicator, rows: Iterable[Indicator]) -> _Told | None:
    """The one number that a text tells of the row's thing, where it is not the completed value.

    rows: all of the form; where another one has the same thing, nothing can be said.
    """
    what, actual = thing(row.name), row.actual_quantity
    if actual is None or len(what) < _SHORTEST_THING or what not in plain:
        return None
    found = [told for told in _numbers_of(plain, what) if _comparable(told.quantity, actual)]
    if len(found) != 1 or not _is_result(plain, found[0]):
        return None
    (told,) = found
    done = doings(row.name)
    if (done and told.doings and done.isdisjoint(told.doings)) or not _differs(told.quantity, actual):
        return None
    same = (other for other in rows if other is not row and what in thing(other.name))
    return None if any(_comparable(other.actual_quantity, actual) for other in same) else told


@cache
def _lead() -> re.Pattern[str]:
    """What stands before a thing that is told of: a new clause, and what was done with it."""
    done = f"{pattern('doings').pattern}|{pattern('neutral').pattern}"
    return re.compile(rf"(?:\A|[^\w]|[\d年共已了县我市局对])(?:{done})*\Z")


def _numbers_of(plain: str, what: str) -> Iterator[_Told]:
    """The numbers right behind a thing, which itself begins a clause or follows what was done with it."""
    for place in re.finditer(re.escape(what), plain):
        between = _BETWEEN.match(plain, place.end())
        number = _NUMBER.match(plain, between.end()) if between else None
        lead = _lead().search(plain, max(0, place.start() - _LONGEST_LEAD), place.start()) if number else None
        if number is None or lead is None:
            continue
        unit, rest = split_unit(plain[number.end() :])
        behind = _BEHIND.match(rest)
        if unit and behind:
            value = plain[number.start() : len(plain) - len(rest)] + (behind[0] if "以" in behind[0] else "")
            done = frozenset(pattern("doings").findall(lead[0]))
            yield _Told(f"{plain[place.start() : number.start()]}{value}", parse(value), done)


def _comparable(one: Quantity | None, other: Quantity) -> bool:
    """Whether two quantities are numbers of one kind, with units that can be compared."""
    return one is not None and one.kind is Kind.NUMBER and _alike(one.unit, other.unit)


@lru_cache(maxsize=4096)
def _alike(unit: str, other: str) -> bool:
    """Whether both units are known and can be compared."""
    one, two = measure(unit), measure(other)
    if one is None or two is None or one.dimension != two.dimension:
        return False
    return one.dimension != "count" or one.name == two.name or near(one.name, two.name)


def _is_result(plain: str, told: _Told) -> bool:
    """Whether the sentence tells the number as what was reached."""
    at = plain.find(told.words)
    sentence_end = _SENTENCE.search(plain, at)
    start = max((match.end() for match in _SENTENCE.finditer(plain, 0, at)), default=0)
    return not phrases("no_result").search(
        plain[start : sentence_end.start() if sentence_end else len(plain)]
    )


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
