"""The months to which a monitoring form's figures go, as its labels and titles print them (1-7月, 上半年)."""

from __future__ import annotations

import re

_DASH = r"(?:[-‐-―−－~～〜_]{1,3}|至|到)"
_NUMBER = r"[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]?"
_YEAR = r"(?:20\d\d年)?"
_END = rf"{_NUMBER}月(?:份|底|末)?(?:\d{{1,2}}[日号])?"
# Periods that have an end: 1—8月份, 1月-7月, 截至2024年7月31日, 至9月底, 上半年, 前三季度.
_TELLING = (
    rf"(?:1|一|１)月?份?{_DASH}{_NUMBER}月份?",
    rf"(?:截[至止]到?|至){_YEAR}{_END}",
    rf"{_NUMBER}月(?:底|末)",
    r"上半年度?|半年度|(?<![下上])半年(?!度)",
    r"前(?:\d|[一二三四五六七八九十])个月",
    rf"前[二三23]个?季度|第?[一1]个?(?:季度)?{_DASH}第?[二三23]个?季度|第?[一二三]季度",
)
# Those that a blank form leaves open or that name no month.
_OPEN = (
    rf"(?:1|一)月?份?{_DASH}(?:[nNxX×*]{{1,2}}|[(（][\s_]*[)）])?月份?(?:底|末)?",
    rf"截[至止]到?{_YEAR}(?:[nNxX]|目前)?月?(?:份|底|末)?",
    r"年中|监控(?:期[内末]?|时[段点])|当前|目前|至今|年初至今|今年以来|本年以来|本期",
)
_THROUGH = re.compile("|".join(_TELLING))
_MONTHS = re.compile(rf"{_YEAR}(?:{'|'.join((*_TELLING, *_OPEN))})")
_ONLY_MONTHS = re.compile(
    rf"\A(?:监控(?:期间|时段|时间|区间|时点)[:：])?[(（\[〔]?{_YEAR}(?:度)?(?:{_THROUGH.pattern})[)）\]〕]?\Z"
)
_YEAR_BEFORE = re.compile(rf"(20\d\d)年(?:度)?(?:{_THROUGH.pattern})|截[至止]到?(20\d\d)年")
_SINCE = re.compile(r"^的?(?:累计)?")


def without_months(text: str) -> str:
    """A label without the months that it names: 执行数 of 1-7月执行数."""
    plain = _MONTHS.sub("", text)
    return text if plain == text else _SINCE.sub("", plain)


def months_in(text: str) -> str | None:
    """The months to which a label or a title goes, as printed (1—7月); None where it names none."""
    match = _THROUGH.search(re.sub(r"\s", "", text))
    return re.sub(r"[()（）]", "", match[0]) if match else None


def is_line_of_months(text: str) -> bool:
    """Whether a text is the months of a monitoring form and nothing else (（2024年1—7月）)."""
    return _ONLY_MONTHS.match(re.sub(r"\s", "", text)) is not None


def year_of_months(text: str) -> int | None:
    """The year that stands before the months (2024年1-7月); None where there is none."""
    match = _YEAR_BEFORE.search(re.sub(r"\s", "", text))
    return int(match[1] or match[2]) if match else None
