"""Deadlines and dates as people write them: 11月底前, 2024-11-30, 第三季度, 1-12月."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from selfeval_xl.model.numerals import chinese_number

_LEAP_YEAR = 2024  # stands in for a missing year, so that 29 February is accepted


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline; year and day are None where they are not written.

    before: the month itself is too late (9月前).
    """

    month: int
    year: int | None = None
    day: int | None = None
    before: bool = False

    def last_day(self, year: int) -> tuple[int, int, int]:
        """The last day on which the deadline is still kept, as (year, month, day).

        year: used where the deadline has none. 9月前 ends with August, 9月底前 with September.
        """
        year, month = self.year or year, self.month
        if self.day:
            return year, month, self.day
        if self.before:
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        return year, month, monthrange(year, month)[1]

    def __str__(self) -> str:
        year = f"{self.year}年" if self.year else ""
        day = f"{self.day}日" if self.day else ""
        return f"{year}{self.month}月{day or ('' if self.before else '底')}前"


_YEAR = r"(?P<year>(?:19|20)\d{2})"
_BY_WORDS = r"(?:之前|以前|前|内|止)?"
_END_WORDS = r"(?:末|底|内)?"
_AFTER_WORDS = r"[,]?(?P<done>[^\d]*)$"
_LEAD = re.compile(  # 不晚于, 预计于, ≤
    r"^(?:截至|截止到?|最迟|最晚|不晚于|不迟于|早于|已于|预计|计划|力争|争取|应|须|于|在|到|至|=|当年|"
    r"本年|(?P<sign>≤|<=|<))+"
)
# After ≤ only what can be no duration: 2024年9月, 9月30日, 9月底, 2024-09.
_UNDOUBTED = re.compile(r"\d年\d|月\d+[日号]|[底末旬初前]|^\d{4}[-./]\d")
_YEAR_END = re.compile(
    rf"^(?:{_YEAR}年?度?|当年|本年度?|年)?(?:年?(?:年底|年末|底|末|年终|年内|内|全年|12月底))"
    rf"{_BY_WORDS}{_AFTER_WORDS}"
)  # 2024年底前, 年内完成, 本年度12月底
_QUARTER = re.compile(
    rf"^(?:{_YEAR}年)?(?P<quarter>第[一二三四1-4]季度?|[一二三四]季度|[1-4]季度(?=[末底前内之以完]))"
    rf"{_END_WORDS}{_BY_WORDS}{_AFTER_WORDS}"
)  # 第三季度, 2024年二季度末前完成
_HALF = re.compile(  # 上半年, 2024年下半年底前
    rf"^(?:{_YEAR}年)?(?P<half>[上下])半年(?:末|底)?{_BY_WORDS}{_AFTER_WORDS}"
)
_DATE = re.compile(
    rf"(?:{_YEAR}[年./-])?(?P<month>1[0-2]|0?[1-9])(?!\d)(?:[月./-]|$)(?:(?P<day>3[01]|[12]\d|0?[1-9])"
    r"(?![\d月])[日号]?)?"
)  # 2024年11月30日, 2024-11-30, 11月
_COMPACT = re.compile(  # 20241130
    r"^(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])$"
)
_MONTH_AND_DAY = re.compile(  # 12.31, 11/30日
    r"^(?P<month>1[0-2]|0?[1-9])[./](?P<day>3[01]|[12]\d|0?[1-9])[日号]?$"
)
_PART = re.compile(r"(?:月?底|末|份|中旬|下旬|上旬|初|中)")  # 底 of 11月底
_BY = re.compile(r"(?:之前|以前|前|止|内|之内|以内)")  # 前 of 11月底前
# 完成 of 12月完成
_DONE = re.compile(r"(?:完成|支付|验收|竣工|交付|发放|投入|开工|建成|拨付|交工|完工|实施|启用|到位)")
_PART_DAYS = {"上旬": 10, "初": 10, "中旬": 20, "中": 20}
_SPAN_START = re.compile(
    r"^(?:(?P<year>(?:19|20)\d{2})[年./-])?(?:0?[1-9]|1[0-2])(?:[月./-](?:(?:0?[1-9]|[12]\d|3[01])"
    r"[日号]?)?)?[初底]?$"
)  # 2024年1月1日 of 2024年1月1日至12月31日, 1 of 1-12月
_SPAN = re.compile(r"[-~至到—]+")  # 至 of 1月至12月
_CHINESE_IN_DATE = re.compile(
    r"(?<![零〇一二三四五六七八九十])[零〇一二三四五六七八九十]+(?=[年月日号])"
)  # 十二 of 十二月底
_NO_DATE_AFTER = re.compile(r"[≥≤><=%]|增长|下降|提高|较|未|没有")  # 增长 of 12月增长5%
_SIGNS = "前月底末年日号季半旬"


def read_deadline(text: str) -> Deadline | None:
    """The deadline that a tidied text gives; None where it gives none.

    A bare 12月 is a duration, 12月底 or 12月完成 a deadline.
    """
    if not any(sign in text for sign in _SIGNS) and not re.match(r"(?:19|20)\d{2}[-./]\d", text):
        return None
    lead = _LEAD.match(text)
    plain = text[lead.end() :] if lead else text
    if lead and lead["sign"] and not _UNDOUBTED.search(plain):
        return None
    for pattern in (_YEAR_END, _QUARTER, _HALF):
        for wording in dict.fromkeys((text, plain)):
            match = pattern.match(wording)
            if match and _may_follow(match["done"]):
                return Deadline(_month(match), int(match["year"]) if match["year"] else None)
    if not re.search(r"\d", plain[:1]):
        plain = _CHINESE_IN_DATE.sub(lambda match: str(chinese_number(match[0]) or match[0]), plain)
    return _date(plain) or _end_of_span(plain)


def read_compact(text: str) -> Deadline | None:
    """The date of 20241130, 12.31 or 11.30日, where a date is expected; None for anything else."""
    match = _COMPACT.match(text) or _MONTH_AND_DAY.match(text)
    if not match:
        return None
    return _valid(
        int(match["month"]), int(match["year"]) if "year" in match.re.groupindex else None, int(match["day"])
    )


def _month(match: re.Match[str]) -> int:
    """The last month of the quarter, half or whole year that was matched."""
    groups = match.groupdict()
    if groups.get("quarter"):
        quarter = groups["quarter"].strip("第季度")
        return 3 * (chinese_number(quarter) or int(quarter))
    return 6 if groups.get("half") == "上" else 12


def _valid(month: int, year: int | None, day: int | None, before: bool = False) -> Deadline | None:
    """The deadline of these parts; None where the month has no such day."""
    if day and day > monthrange(year or _LEAP_YEAR, month)[1]:
        return None
    return Deadline(month, year, day, before)


def _date(plain: str, in_span: bool = False) -> Deadline | None:
    """The deadline that a date gives; in_span: as the end of a span a bare month is one too."""
    match = _DATE.match(plain)
    if not match:
        return None
    digits, rest = match[0], plain[match.end() :]
    if not re.search(r"[月日号年]", digits) and not (
        match["year"] and (match["day"] or plain == digits or _BY.match(rest))
    ):
        return None
    part = word[0] if (word := _PART.match(rest)) else ""
    rest = rest[len(part) :]
    by = word[0] if (word := _BY.match(rest)) else ""
    rest = rest[len(by) :]
    if not match["year"] and not match["day"] and not in_span:
        if not part and (by.endswith("内") or not by and not _DONE.match(rest)):
            return None  # 12月 and 3月内 are durations
        if part == "份" and not by and not rest:
            return Deadline(int(match["month"]))
    if re.search(r"\d", rest) or not _may_follow(rest):
        return None
    day = int(match["day"]) if match["day"] else _PART_DAYS.get(part)
    before = by in ("前", "以前", "之前") and part in ("", "份") and day is None
    return _valid(int(match["month"]), int(match["year"]) if match["year"] else None, day, before)


def _end_of_span(plain: str) -> Deadline | None:
    """The deadline of a span, which is its end: 1-12月, 2024年1月1日至12月31日."""
    for separator in _SPAN.finditer(plain):
        start = _SPAN_START.match(plain[: separator.start()])
        end = _date(plain[separator.end() :], in_span=True) if start else None
        if start and end:
            year = int(start["year"]) if start["year"] else None
            return Deadline(end.month, end.year or year, end.day, end.before)
    return None


def _may_follow(rest: str) -> bool:
    """Whether the words after a date leave it a deadline (完成资金支付) and not a count or rate."""
    return len(rest) <= 20 and not _NO_DATE_AFTER.search(rest)
