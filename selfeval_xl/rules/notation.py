"""The notation of values: untidy or mixed ways of writing them, and the proper one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from selfeval_xl.model.forms import Form, FundingLine, Indicator
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import Kind, tidy

_UNTIDY = re.compile(r"[０-９Ａ-Ｚａ-ｚ％＝＞＜．＋－]|^\s|\s$|(?<=\d)\s+(?=[\d%％])|(?<=[≥≤><=])\s+(?=\d)")
_SPELLINGS = {  # the ways to write each operator, the proper one first
    "≥": ("≥", "≧", "⩾", ">=", "＞＝", "＞=", "≥="),
    "≤": ("≤", "≦", "⩽", "<=", "＜＝", "＜=", "≤="),
    "=": ("=", "═", "﹦", "==", "＝"),
}
_PLAIN_SIGN = {spelling: sign for sign, spellings in _SPELLINGS.items() for spelling in spellings}
_SIGN = re.compile("|".join(sorted(map(re.escape, _PLAIN_SIGN), key=len, reverse=True)))
# 1,500.00 as accountants write it, which is no fault.
_SEPARATED = re.compile(r"\A[-+]?[¥￥]?\s*\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?")


_OWN_UNIT = re.compile(r"[元万亿千]\Z")


class Value(NamedTuple):
    """A typed value: its record, the key of its field, and the text."""

    record: FundingLine | Indicator
    key: str
    text: str


def indicator_values(form: Form) -> Iterator[Value]:
    """The targets and completed values that stand in a cell of their own."""
    for row in form.indicators:
        for key in ("target", "actual", "forecast", "medium_target"):
            text = getattr(row, key)
            if text and "," not in row.cells.get(key, ","):
                yield Value(row, key, text)


def is_untidy(value: Value) -> bool:
    """Whether the value has full-width letters or stray spaces."""
    return bool(_UNTIDY.search(value.text))


def mixed_operators(values: Iterable[Value]) -> Iterator[tuple[list[str], list[Value]]]:
    """Yields, for each operator written in several ways, these ways and the values not in the proper one."""
    by_spelling: dict[str, dict[str, list[Value]]] = {sign: defaultdict(list) for sign in _SPELLINGS}
    for value in values:
        match = _SIGN.match(value.text)
        if match:
            by_spelling[_PLAIN_SIGN[match[0]]][match[0]].append(value)
    for sign, used in by_spelling.items():
        if len(used) > 1:
            best, *others = sorted(used, key=_SPELLINGS[sign].index)
            wrong = [value for spelling, found in used.items() if spelling != best for value in found]
            yield [best, *others], wrong


def typed_amounts(form: Form) -> Iterator[Value]:
    """Yields amounts typed with a unit of their own (12.5万元 in a 万元 cell).

    Not where the head of the column has the unit, nor in a cell that the form fills with several amounts, nor
    where every amount has its unit, because no head says it.
    """
    bare = [
        (line, key) for line in form.funding for key in AMOUNTS if line.amount(key) and key not in line.typed
    ]
    if not bare:
        return iter(())
    times = Counter(cell for line in form.funding for cell in line.cells.values())
    return (
        Value(line, key, text)
        for line in form.funding
        for key, text in line.typed.items()
        if not _SEPARATED.fullmatch(text)
        and (_OWN_UNIT.search(tidy(text)) or _UNTIDY.search(text))
        and times[line.cells.get(key, "")] <= 1
    )


def fractions(form: Form) -> Iterator[Value]:
    """Yields completed values that are ratios where a percent is due: 0.96 against ≥95%."""
    for row in form.indicators:
        if row.actual and _as_percent(row):
            yield Value(row, "actual", row.actual)


_A_FEW_PERCENT = 10  # against a target of so few, 0.96 may well be 0.96%


def _as_percent(row: Indicator) -> str | None:
    """The completed value in percent where it is a bare ratio against a large percentage, else None."""
    target, actual = row.target_quantity, row.actual_quantity
    if target is None or target.unit != "%" or target.number is None or target.number <= _A_FEW_PERCENT:
        return None
    if actual is None or actual.kind is not Kind.NUMBER or actual.unit or actual.number is None:
        return None
    is_ratio = 0 < actual.number <= 1
    return f"{plain_number(actual.number * 100)}%" if is_ratio else None


def mended(value: Value) -> str:
    """The value as it should stand: amounts as plain numbers, ratios as percent, everything else tidied."""
    record, key, text = value
    if isinstance(record, FundingLine):
        amount: str = getattr(record, key)
        return amount
    return (key == "actual" and _as_percent(record)) or _tidied(text)


def _tidied(text: str) -> str:
    """The value in half-width letters, without spaces, its operator in the proper spelling."""
    plain = tidy(text)
    sign = _SIGN.match(plain)
    return _PLAIN_SIGN[sign[0]] + plain[sign.end() :] if sign else plain
