"""Deadlines and dates of completion, by formulas in helper columns: 2024年11月底前, 10月, 2024-11-30.

A deadline is its last day as a serial number. A date of completion without a day is its month. Each function
beside a formula computes the same in Python.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from selfeval_xl.model.grid import serial
from selfeval_xl.templates.word_lists import area_of

# What is replaced, in this order, so that a date is a year, a month and a day joined by -, then 底 or 前.
_CHANGES = (
    ("第", ""),
    *(
        (f"{quarter}季度", f"{month}-底")
        for quarter, month in zip("一二三四1234", (3, 6, 9, 12) * 2, strict=True)
    ),
    ("上半年", "6-底"),
    ("下半年", "12-底"),
    ("以前", "前"),
    ("之前", "前"),
    ("完成", ""),
    ("年内", "年底"),
    ("末", "底"),
    ("底底", "底"),
    ("底前", "底"),
    ("截至", ""),
    ("截止", ""),
    ("≤", ""),
    ("=", ""),
    ("号", ""),
    ("日", ""),
    ("年", "-"),
    ("月", "-"),
    (".", "-"),
    ("/", "-"),
)
_BY, _LONGEST = "前完成", 24
_NO_YEAR = 2000
_LATE, _EARLY = 10, 3  # 年底前 done in 2025年1月 may be a year too late


@dataclass(frozen=True, slots=True)
class Dated:
    """The parts of a date: year, and the month with its day as text (11-30, 11-底)."""

    year: int | None
    rest: str

    @property
    def month(self) -> int | None:
        if self.rest in ("底", "-底"):
            return 12
        month = _whole(self.rest.partition("-")[0])
        return month if month is not None and 1 <= month <= 12 else None

    @property
    def tail(self) -> str:
        return self.rest.partition("-")[2]

    @property
    def day(self) -> int:
        """The day, 0 for a whole month, -1 for what is none."""
        if self.tail in ("", "底", "前"):
            return 0
        day = _whole(self.tail.replace("前", ""))
        return day if day is not None and 1 <= day <= 31 else -1


def _whole(text: str) -> int | None:
    return int(text) if 1 <= len(text) <= 2 and text.isascii() and text.isdecimal() else None


def rewritten_formula(text: str) -> str:
    """The date with its parts joined by -; "" for what is surely none."""
    changed = f'LEFT({text},FIND("{_BY}",{text}&"{_BY}"))'  # 11月30日前 of 11月30日前完成资金支付
    for old, new in _CHANGES:
        changed = f'SUBSTITUTE({changed},"{old}","{new}")'
    return f'IF(OR({text}="",LEN({text})>{_LONGEST},ISNUMBER(FIND("%",{text}))),"",{changed})'


def year_formula(rewritten: str) -> str:
    """The year of a rewritten date, "" without one."""
    dated = f'AND(LEFT({rewritten},2)="20",MID({rewritten},5,1)="-")'
    return f'IF({dated},IFERROR(VALUE(LEFT({rewritten},4)),""),"")'


def rest_formula(rewritten: str, year: str) -> str:
    """Month and day of a rewritten date."""
    return f'IF({year}="",{rewritten},MID({rewritten},6,9))'


def _number(text: str, most: int) -> str:
    """The number from 1 to `most` that a text is, with or without a leading 0; an error for any other."""
    days = area_of("日数").rpartition("$")[0]
    padded = f"MATCH({text},{area_of('零日数')},0)"
    return f"IFERROR(MATCH({text},{days}${most + 1},0),{padded})"


def code_formula(rest: str) -> str:
    """Month × 100 + day, the day 0 for a whole month; "" for what is no date."""
    dash = f'FIND("-",{rest}&"-")'
    month = f'IF(OR({rest}="底",{rest}="-底"),12,{_number(f"LEFT({rest},{dash}-1)", 12)})'
    tail = f"MID({rest},{dash}+1,9)"
    day = _number(f'SUBSTITUTE({tail},"前","")', 31)
    day = f'IF(OR({tail}="",{tail}="底",{tail}="前"),0,{day})'
    return f'IF({rest}="","",IFERROR(({month})*100+{day},""))'


def code_of(part: Dated) -> int | None:
    """The same in Python."""
    month, day = part.month, part.day
    return None if month is None or day < 0 else month * 100 + day


def due_formula(year: str, rest: str, code: str, of_form: str, done_year: str) -> str:
    """The last day of a deadline.

    of_form: the year of the form; done_year: of the completion, which stands in where nothing else tells one.
    """
    month, day = f"INT({code}/100)", f"MOD({code},100)"
    counts = f'IF({year}<>"",{year},IF({of_form}<>"",{of_form},IF({done_year}<>"",{done_year},{_NO_YEAR})))'
    whole = (
        f'IF(RIGHT({rest})="前",DATE({counts},{month},0),'
        f'IF(OR(RIGHT({rest})="底",{year}<>""),DATE({counts},{month}+1,0),""))'
    )
    exact = f'IF(DAY(DATE({counts},{month},{day}))={day},DATE({counts},{month},{day}),"")'
    return f'IF({code}="","",IF({day}>0,{exact},{whole}))'


def due_of(due: Dated, form_year: int | None, done: Dated) -> date | None:
    """The last day of a deadline; None where it is none."""
    month, day = due.month, due.day
    if month is None or day < 0:
        return None
    year = due.year or form_year or done.year or _NO_YEAR
    if day:
        return date(year, month, day) if day <= monthrange(year, month)[1] else None
    if due.rest.endswith("前"):
        return date(year - (month == 1), (month - 2) % 12 + 1, monthrange(year, (month - 2) % 12 + 1)[1])
    if due.rest.endswith("底") or due.year:
        return date(year, month, monthrange(year, month)[1])
    return None


@dataclass(frozen=True, slots=True)
class DateCells:
    """The cells with the parts of a deadline and of the date of completion."""

    year: str
    code: str
    due: str
    done_year: str
    done_code: str


def verdict_formula(cells: DateCells, of_form: str, met: str, unmet: str) -> str:
    """met, unmet, or "" where the dates do not settle it."""
    year = f'IF({cells.done_year}="",YEAR({cells.due}),{cells.done_year})'
    month, day = f"INT({cells.done_code}/100)", f"MOD({cells.done_code},100)"
    doubt = (
        f'AND({cells.year}="",{of_form}="",{cells.done_year}<>"",{cells.code}>={_LATE * 100},'
        f"{cells.done_code}<{_EARLY * 100 + 100})"
    )
    last = f"IF({day}>0,DATE({year},{month},{day}),DATE({year},{month}+1,0))"
    begun = f"DATE({year},{month},MAX(1,{day}))"
    settled = f'IF({last}<={cells.due},"{met}",IF({begun}>{cells.due},"{unmet}",""))'
    return f'IF(OR({cells.due}="",{cells.done_code}=""),"",IF({doubt},"",{settled}))'


def is_met(due: Dated, last: date | None, done: Dated, form_year: int | None) -> bool | None:
    """Whether a deadline was kept; None where the dates do not settle it."""
    month, day = done.month, done.day
    if last is None or month is None or day < 0:
        return None
    assert due.month is not None
    if due.year is None and form_year is None and done.year and due.month >= _LATE and month <= _EARLY:
        return None
    year = done.year or last.year
    if day:
        moment = date.fromordinal(date(year, month, 1).toordinal() + day - 1)
        return moment <= last
    end, begun = date(year, month, monthrange(year, month)[1]), date(year, month, 1)
    return True if end <= last else False if begun > last else None


def rewritten(text: str) -> str:
    """The text as `rewritten_formula` gives it."""
    if len(text) > _LONGEST or "%" in text:
        return ""
    text = text[: f"{text}{_BY}".index(_BY) + 1]
    for old, new in _CHANGES:
        text = text.replace(old, new)
    return text


def dated(text: str) -> Dated:
    """The parts of a rewritten date."""
    if text[:2] == "20" and text[4:5] == "-" and text[:4].isascii() and text[:4].isdecimal():
        return Dated(int(text[:4]), text[5:14])
    return Dated(None, text)


def serial_of(day: date | None) -> Decimal | str:
    """The serial number of a day as Excel counts; "" for none."""
    return "" if day is None else Decimal(int(serial(day)))
