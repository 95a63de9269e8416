"""Dates, times of day and durations under a section of a number format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from selfeval_xl.model.display.code import Section, Token
from selfeval_xl.model.display.numerals import digits_in, read_out

LAST_DAY = 2_958_465  # 9999-12-31
_DAY = 86_400
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_HAN_DAYS = "一二三四五六日"
_HAN_MONTHS = "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月".split()
_CHINESE = ("804", "404", "1004", "c04", "zh")  # how locales of Chinese end or begin
_SYSTEM_DATE, _SYSTEM_TIME = "f800", "f400"


class Moment(NamedTuple):
    """A serial number in its parts. seconds: since midnight, rounded to what is shown. weekday: 0 is Monday.

    total: all seconds since day 0, for durations.
    """

    year: int
    month: int
    day: int
    weekday: int
    seconds: Decimal
    total: Decimal


def moment(serial: Decimal, places: int = 0, epoch_1904: bool = False) -> Moment:
    """The parts of a serial number. places: decimals of the seconds shown.

    Day 0 is 1900-01-00 and day 60 is 1900-02-29, as in Excel.
    """
    total = (serial * _DAY).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    days, seconds = divmod(total, _DAY)
    number = int(days) + (1462 if epoch_1904 else 0)
    weekday = (number + 5) % 7
    if number == 60:
        return Moment(1900, 2, 29, weekday, seconds, total)
    if number == 0:
        return Moment(1900, 1, 0, weekday, seconds, total)
    when = date(1899, 12, 31 if number < 60 else 30) + timedelta(days=min(number, LAST_DAY))
    return Moment(when.year, when.month, when.day, weekday, seconds, total)


def date_text(section: Section, serial: Decimal, epoch_1904: bool = False) -> str:
    """The text of a serial number that is not negative under a section of dates."""
    chinese = section.locale.startswith("zh") or section.locale.endswith(_CHINESE)
    tokens: Sequence[Token] = section.tokens
    if section.locale == _SYSTEM_DATE:
        tokens = _LONG_DATE
    elif section.locale == _SYSTEM_TIME:
        tokens = _LONG_TIME
    places = max((_places(token.text) for token in tokens if token.kind == "date"), default=0)
    when = moment(serial, places, epoch_1904)
    half_day = any(_is_half(token) for token in tokens)
    pieces = []
    for number, token in enumerate(tokens):
        if token.kind == "elapsed":
            pieces.append(_elapsed(token.text, when.total))
        elif token.kind == "date":
            text = _part(token.text, when, half_day, _is_minute(tokens, number), chinese)
            pieces.append(_in_numerals(text, token.text, section.numerals))
        else:
            pieces.append(" " if token.kind == "space" else token.text)
    return "".join(pieces)


_LONG_DATE = [
    Token("date", "yyyy"),
    Token("text", "年"),
    Token("date", "m"),
    Token("text", "月"),
    Token("date", "d"),
    Token("text", "日"),
]
_LONG_TIME = [
    Token("date", "h"),
    Token("text", ":"),
    Token("date", "mm"),
    Token("text", ":"),
    Token("date", "ss"),
]


def _in_numerals(text: str, part: str, numerals: int) -> str:
    """The part in Chinese numerals, years digit by digit, where the section asks for them."""
    if not numerals or not text.isdecimal():
        return text
    return (
        digits_in(text, numerals) if part[0] in "ye" else read_out(str(int(text)), numerals, short_ten=True)
    )


def shown_parts(section: Section) -> frozenset[str]:
    """The parts that a section of dates shows: year, month, day, time, elapsed; words: a month's name."""
    found = set()
    for number, token in enumerate(section.tokens):
        if token.kind == "elapsed":
            found.add("elapsed")
        elif token.kind == "date":
            sign = token.text[0]
            if sign in "hs" or _is_half(token) or _is_minute(section.tokens, number):
                found.add("time")
            elif sign in "yeb":
                found.add("year")
            elif sign == "m":
                found |= {"month", "words"} if len(token.text) > 2 else {"month"}
            elif sign == "d":
                found.add("day" if len(token.text) < 3 else "weekday")
            elif sign == "a":
                found.add("weekday")
    if section.locale == _SYSTEM_DATE:
        return frozenset(("year", "month", "day"))
    return frozenset(found)


def _is_half(token: Token) -> bool:
    """Whether a token is AM/PM, A/P or 上午/下午."""
    return token.kind == "date" and "/" in token.text


def _places(part: str) -> int:
    """The decimals of a part of seconds."""
    return len(part.partition(".")[2])


def _is_minute(tokens: Sequence[Token], number: int) -> bool:
    """Whether the m or mm at this position is minutes: it stands behind hours or before seconds."""
    if tokens[number].text not in ("m", "mm"):
        return False
    parts = [
        (place, token.text[0])
        for place, token in enumerate(tokens)
        if token.kind in ("date", "elapsed") and not _is_half(token)
    ]
    at = [place for place, _ in parts].index(number)
    before = parts[at - 1][1] if at else ""
    after = parts[at + 1][1] if at + 1 < len(parts) else ""
    return before == "h" or after == "s"


def _elapsed(part: str, total: Decimal) -> str:
    """The whole hours, minutes or seconds of a duration."""
    unit = {"h": 3600, "m": 60, "s": 1}[part[0]]
    return str(int(total // unit)).rjust(len(part), "0")


def _part(part: str, when: Moment, half_day: bool, minute: bool, chinese: bool) -> str:
    """One part of a date: yyyy, m, ddd, hh, ss.00, AM/PM."""
    hour, rest = divmod(int(when.seconds), 3600)
    if "/" in part:
        return _half_text(part, hour, chinese)
    sign, width = part[0], len(part)
    if minute:
        return str(rest // 60).rjust(width, "0")
    if sign == "h":
        return str((hour - 1) % 12 + 1 if half_day else hour).rjust(min(width, 2), "0")
    if sign == "s":
        whole, _, decimals = format(when.seconds % 60, "f").partition(".")
        places = _places(part)
        width = min(len(part.partition(".")[0]), 2)
        return whole.rjust(width, "0") + (f".{decimals[:places].ljust(places, '0')}" if places else "")
    if sign == "y":
        return f"{when.year:04}" if width > 2 else f"{when.year % 100:02}"
    if sign == "e":
        return str(when.year)
    if sign == "b":
        return str(when.year + 543)[0 if width > 2 else 2 :]
    if sign == "m":
        return _month_text(when.month, width, chinese)
    if sign == "a":
        return ("星期" if width == 4 else "") + _HAN_DAYS[when.weekday]
    if sign == "d":
        if width < 3:
            return str(when.day).rjust(width, "0")
        if chinese:
            return ("周" if width == 3 else "星期") + _HAN_DAYS[when.weekday]
        return _DAYS[when.weekday][: 3 if width == 3 else None]
    return ""  # g, the era, which has no name here


def _month_text(month: int, width: int, chinese: bool) -> str:
    """A month: 1, 01, Jan, January, J."""
    if width < 3:
        return str(month).rjust(width, "0")
    if chinese:
        return _HAN_MONTHS[month - 1]
    return _MONTHS[month - 1][: {3: 3, 5: 1}.get(width)]


def _half_text(part: str, hour: int, chinese: bool) -> str:
    """The half of the day as the code spells it: PM, p, 下午."""
    if part.lower() == "am/pm":
        return ("上午", "下午")[hour >= 12] if chinese else ("AM", "PM")[hour >= 12]
    return part.partition("/")[2 if hour >= 12 else 0]
