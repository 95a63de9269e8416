"""Periods as people write them: the months of a monitoring (1-7月), the dates of a project (2024—2026年)."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import NamedTuple

from selfeval_xl.model.numerals import chinese_number
from selfeval_xl.model.quantity import tidy

Day = tuple[int, int, int]  # year, month, day


class Period(NamedTuple):
    """The first and the last day of a period."""

    first: Day
    last: Day


_SIGN = r"[-~—–至到]+"  # between the two ends of a span
_YEAR = r"(?:19|20)\d{2}"
_CHINESE = re.compile(r"[一二两三四五六七八九十]{1,3}(?=个?月|个?季度|[-~—–至到])")
_FULL_DATE = re.compile(  # 2024-07-31, 2024.7.31
    rf"(?<!\d)({_YEAR})[-./](1[0-2]|0?[1-9])[-./](3[01]|[12]\d|0?[1-9])(?!\d)[日号]?"
)
_COMPACT_DATE = re.compile(rf"(?<!\d)({_YEAR})(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])(?!\d)")  # 20240731
_YEAR_AND_MONTH = re.compile(  # 2024.7, 2024/07, 2024-07; not 2024-12 of nobody knows what
    rf"(?<!\d)({_YEAR})(?:[./](1[0-2]|0?[1-9])(?![\d月./])|-(0[1-9])(?![\d月./-]))"
)
_MONTHS = re.compile(  # 1-7月, 2024年1月1日至7月31日, 截至8月底, 前7个月
    rf"(?:^|[^\d])(?:(?:{_YEAR}年度?)?\d{{1,2}}(?:月份?)?(?:\d{{1,2}}[日号])?{_SIGN})?(?:{_YEAR}年度?)?"
    r"(?P<month>1[0-2]|0?[1-9])个?月份?(?:(?P<day>\d{1,2})[日号])?"
)
_QUARTERS = re.compile(r"(?:第?\d个?季?度?[-~—–至到]+第?)?(?P<quarter>[1-4])个?季度")  # 前3季度
_HALF = re.compile(r"(?<!下)半年")
_FULL_YEAR = re.compile(r"全年")
_WHOLE_MONTH = 28  # the day from which on a month is over


@lru_cache(maxsize=4096)
def last_month(text: str | None) -> int | None:
    """The last whole month that a monitoring covers: 7 of 1-7月; None where the text does not tell it.

    截至8月15日 covers July. A text that names two different ends tells none.
    """
    plain = _in_digits(tidy(text or ""))
    if not plain or len(plain) > 40 or "下半年" in plain:
        return None
    plain = _COMPACT_DATE.sub(r"\1年\2月\3日", _FULL_DATE.sub(r"\1年\2月\3日", plain))
    plain = _YEAR_AND_MONTH.sub(lambda match: f"{match[1]}年{match[2] or match[3]}月", plain)
    ends = {_month_of(match) for match in _MONTHS.finditer(plain)}
    ends |= {3 * int(match["quarter"]) for match in _QUARTERS.finditer(plain)}
    ends |= {6} if _HALF.search(plain) else set()
    ends |= {12} if _FULL_YEAR.search(plain) else set()
    return ends.pop() or None if len(ends) == 1 else None


def _month_of(match: re.Match[str]) -> int:
    """The last whole month; 0 before the end of January."""
    month, day = int(match["month"]), match["day"]
    return month - 1 if day and int(day) < _WHOLE_MONTH else month


def _in_digits(text: str) -> str:
    """The text with months and quarters in digits: 一至七月 is 1至7月."""
    return _CHINESE.sub(lambda match: str(chinese_number(match[0].replace("两", "二")) or match[0]), text)


_BRACKETS = re.compile(r"\([^()]{0,20}\)")
_YEARS_BEFORE = re.compile(r"^\d{1,2}年\((.{0,40})\)$")  # 3年(2024-2026年)
_END = re.compile(
    rf"^(?:自|从|起止时间:?|项目期:?)?(?:(?P<year>{_YEAR})年?度?)?"
    r"(?:(?P<month>1[0-2]|0?[1-9])月份?(?:(?P<day>3[01]|[12]\d|0?[1-9])[日号])?)?(?:底|末|止|为止)?$"
)


@lru_cache(maxsize=4096)
def dates_of(text: str | None) -> Period | None:
    """The dates of a project as its form prints them; None where the text does not tell both ends.

    2024年1月-2026年12月, 2024—2026年, 2024年 (the whole year). 3年 and 长期 tell neither, and so does a month
    by itself, which may be either.
    """
    plain = tidy(text or "")
    if not plain or len(plain) > 60:
        return None
    inner = _YEARS_BEFORE.match(plain)
    plain = inner[1] if inner else _BRACKETS.sub("", plain)
    plain = _COMPACT_DATE.sub(r"\1年\2月\3日", _FULL_DATE.sub(r"\1年\2月\3日", plain))
    plain = _YEAR_AND_MONTH.sub(lambda match: f"{match[1]}年{match[2] or match[3]}月", plain)
    ends = [_END.match(part) for part in re.split(_SIGN, plain)]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or first is None or last is None or not first["year"]:
        return None
    if len(ends) == 1 and first["month"]:
        return None
    return _period(first, last)


def _period(first: re.Match[str], last: re.Match[str]) -> Period | None:
    """The period between two ends; None where a day does not exist or the end comes first."""
    if not (last["year"] or last["month"]):
        return None
    year, until = int(first["year"]), int(last["year"] or first["year"])
    end = int(last["month"] or 12)
    begin_day, end_day = int(first["day"] or 1), int(last["day"] or monthrange(until, end)[1])
    begin = int(first["month"] or 1)
    if begin_day > monthrange(year, begin)[1] or end_day > monthrange(until, end)[1]:
        return None
    period = Period((year, begin, begin_day), (until, end, end_day))
    return period if period.first <= period.last else None
