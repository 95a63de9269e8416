"""Days as people write them: 2026-11-24, 2026/11/24, 2026.11.24, 11月24日, 11.24, Excel's numbers."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

_FULL = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_TIGHT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_FIRST, _FIRST_SERIAL, _LAST_SERIAL = date(1899, 12, 30), 36526, 73050  # 2000 to 2099


def day_of(value: Any, near: date | None = None) -> date | None:
    """The day in a cell; None for nothing, or for what is no day. near: gives a year that is not written."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_serial(float(value))
    text = str(value or "").strip().split("T")[0]
    if re.fullmatch(r"\d{5}(?:\.\d*)?", text):
        return _of_serial(float(text))
    text = re.sub(r"(?<!\s)\s{1,9}\d{1,2}:\d{2}(?::\d{2})?$", "", text)
    match = _FULL.fullmatch(text) or _TIGHT.fullmatch(text)
    if match:
        return _day(*map(int, match.groups()))
    match = _SHORT.fullmatch(text)
    if match and near:
        month, day = map(int, match.groups())
        days = [_day(year, month, day) for year in (near.year - 1, near.year, near.year + 1)]
        return min((each for each in days if each), key=lambda each: abs(each - near), default=None)
    return None


def serial(day: date) -> int:
    """The number by which a spreadsheet keeps a day."""
    return (day - _FIRST).days


def _of_serial(number: float) -> date | None:
    """The day that a spreadsheet keeps as this number."""
    return _FIRST + timedelta(days=int(number)) if _FIRST_SERIAL <= number < _LAST_SERIAL else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
