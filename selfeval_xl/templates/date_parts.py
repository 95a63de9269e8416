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
from selfeval_xl.templates.word_lists import area_of, has_one_of

# What is replaced, in this order, so that a date is 2024Y11-30: a year, a month and a day, 底 or 前.
_CHANGES = (
    ("-", "+"),
    ("/", "."),
    ("第", ""),
    *(
        (f"{quarter}季度", f"{month}-底")
        for quarter, month in zip("一二三四1234", (3, 6, 9, 12) * 2, strict=True)
    ),
    ("上旬", "10日"),
    ("中旬", "20日"),
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
    ("号", ""),
    ("日", ""),
    ("年", "Y"),
    ("月", "-"),
)
_LIMITS = (("≤", ""), ("=", ""))  # before a deadline
_BY, _LONGEST = "前完成", 24
_AFTER_YEAR = "Y.+"
_YEAR_ENDS = ("底", "Y底")
_NO_YEAR = 2000
_LATE, _EARLY = 10, 3  # 年底前 done in 2025年1月 may be a year too late


@dataclass(frozen=True, slots=True)
class Dated:
    """The parts of a date: year, and the month with its day as text (11-30, 11-底). dotted: 2024.11."""

    year: int | None
    rest: str
    dotted: bool = False

    @property
    def month(self) -> int | None:
        if self.rest in _YEAR_ENDS:
            return 12
        text, dash, _ = self.rest.partition("-")
        month = _whole(text) if dash or self.year else None
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


@dataclass(frozen=True, slots=True)
class DateCells:
    """The cells with the parts of a deadline and of the date of completion; the target's sign, the name."""

    year: str
    rest: str
    code: str
    due: str
    done_year: str
    done_code: str
    done: str
    sign: str
    name: str


def rewritten_formula(text: str, done: bool) -> str:
    """The date with its parts in order; "" for what is surely none. done: of a completion."""
    changed = f'LEFT({text},FIND("{_BY}",{text}&"{_BY}"))'  # 11月30日前 of 11月30日前完成资金支付
    for old, new in (*_CHANGES, *(() if done else _LIMITS)):
        changed = f'SUBSTITUTE({changed},"{old}","{new}")'
    quarters = f'AND(LEN({text})=3,RIGHT({text},2)="季度",ISNUMBER(FIND(LEFT({text}),"1234")))'
    no_date = f'ISNUMBER(FIND("%",{text}))' + ("" if done else f",{quarters}")
    return f'IF(OR({text}="",LEN({text})>{_LONGEST},{no_date}),"",{changed})'


def year_formula(rewritten: str) -> str:
    """The year of a rewritten date, "" without one."""
    mark = f'ISNUMBER(FIND(MID({rewritten},5,1),"{_AFTER_YEAR}"))'
    dated = f'AND(LEFT({rewritten},2)="20",LEN({rewritten})>4,{mark})'
    return f'IF({dated},IFERROR(VALUE(LEFT({rewritten},4)),""),"")'


def rest_formula(rewritten: str, year: str, done: bool) -> str:
    """Month and day of a rewritten date. done: 12.31 is a day too."""
    plain = rewritten
    if done:
        undated = f'AND(ISERROR(FIND("-",{rewritten})),RIGHT({rewritten})<>"前")'
        plain = f'IF({undated},SUBSTITUTE({rewritten},".","-"),{rewritten})'
    dated = f'SUBSTITUTE(SUBSTITUTE(MID({rewritten},6,9),".","-"),"+","-")'
    return f'IF({year}="",{plain},{dated})'


def _number(text: str, most: int) -> str:
    """The number from 1 to `most` that a text is, with or without a leading 0; an error for any other."""
    days = area_of("日数").rpartition("$")[0]
    padded = f"MATCH({text},{area_of('零日数')},0)"
    return f"IFERROR(MATCH({text},{days}${most + 1},0),{padded})"


def code_formula(rest: str, year: str, done: bool) -> str:
    """Month × 100 + day, the day 0 for a whole month; "" for what is no date. done: a year alone is 0."""
    dash = f'FIND("-",{rest}&IF({year}="","","-"))'
    month = f'IF(OR({rest}="底",{rest}="Y底"),12,{_number(f"LEFT({rest},{dash}-1)", 12)})'
    tail = f'IFERROR(MID({rest},FIND("-",{rest})+1,9),"")'
    day = _number(f'SUBSTITUTE({tail},"前","")', 31)
    day = f'IF(OR({tail}="",{tail}="底",{tail}="前"),0,{day})'
    alone = f'IF({year}="","",0)' if done else '""'
    return f'IF({rest}="",{alone},IFERROR(({month})*100+{day},""))'


def code_of(part: Dated, done: bool) -> int | None:
    """The same in Python. done: of a completion."""
    if done and part.year and not part.rest:
        return 0
    month, day = part.month, part.day
    return None if month is None or day < 0 else month * 100 + day


def due_formula(cells: DateCells, of_form: str) -> str:
    """The last day of a deadline.

    of_form: the year of the form; that of the completion stands in where nothing else tells one.
    """
    year, rest, code = cells.year, cells.rest, cells.code
    month, day = f"INT({code}/100)", f"MOD({code},100)"
    known = f'IF({of_form}<>"",{of_form},IF({cells.done_year}<>"",{cells.done_year},{_NO_YEAR}))'
    counts = f'IF({year}<>"",{year},{known})'
    dotted = f'ISNUMBER(FIND(".",{cells.done}))'
    found = f'AND({cells.done_code}>0,OR({cells.done_year}<>"",MOD({cells.done_code},100)>0))'
    dated = f'IF({cells.done_code}="",FALSE,IF({dotted},FALSE,{found}))'
    lasts = has_one_of("期间词", cells.name)
    in_month = f'IF(AND({cells.sign}="",{dated}),NOT({lasts}),FALSE)'
    whole = (
        f'IF(RIGHT({rest})="前",DATE({counts},{month},0),'
        f'IF(IF(OR(RIGHT({rest})="底",{year}<>""),TRUE,{in_month}),DATE({counts},{month}+1,0),""))'
    )
    exact = f'IF(DAY(DATE({counts},{month},{day}))={day},DATE({counts},{month},{day}),"")'
    return f'IF({code}="","",IF({day}>0,{exact},{whole}))'


def due_of(due: Dated, form_year: int | None, done: Dated, may_be_month: bool = False) -> date | None:
    """The last day of a deadline; None where it is none. may_be_month: 10月 may be October."""
    month, day = due.month, due.day
    if month is None or day < 0:
        return None
    year = due.year or form_year or done.year or _NO_YEAR
    if day:
        return date(year, month, day) if day <= monthrange(year, month)[1] else None
    if due.rest.endswith("前"):
        return date(year - (month == 1), (month - 2) % 12 + 1, monthrange(year, (month - 2) % 12 + 1)[1])
    dated = bool(code_of(done, True)) and not done.dotted and (done.year is not None or done.day > 0)
    if due.rest.endswith("底") or due.year or (may_be_month and dated):
        return date(year, month, monthrange(year, month)[1])
    return None


def verdict_formula(cells: DateCells, of_form: str, met: str, unmet: str) -> str:
    """met, unmet, or "" where the dates do not settle it."""
    year = f'IF({cells.done_year}="",YEAR({cells.due}),{cells.done_year})'
    month, day = f"INT({cells.done_code}/100)", f"MOD({cells.done_code},100)"
    doubt = (
        f'AND({cells.year}="",{of_form}="",{cells.done_year}<>"",{cells.code}>={_LATE * 100},'
        f"{cells.done_code}<{_EARLY * 100 + 100})"
    )
    last = f"IF({day}>0,DATE({year},{month},{day}),DATE({year},IF({month}=0,12,{month})+1,0))"
    begun = f"DATE({year},MAX(1,{month}),MAX(1,{day}))"
    settled = f'IF({last}<={cells.due},"{met}",IF({begun}>{cells.due},"{unmet}",""))'
    no_day = f"AND({day}>28,DAY({last})<>{day})"  # 31 February
    return f'IF(OR({cells.due}="",{cells.done_code}=""),"",IF(OR({doubt},{no_day}),"",{settled}))'


def is_met(due: Dated, last: date | None, done: Dated, form_year: int | None) -> bool | None:
    """Whether a deadline was kept; None where the dates do not settle it."""
    code = code_of(done, True)
    if last is None or code is None:
        return None
    assert due.month is not None
    month, day = divmod(code, 100)
    if due.year is None and form_year is None and done.year and due.month >= _LATE and month <= _EARLY:
        return None
    year = done.year or last.year
    if day:
        return date(year, month, day) <= last if day <= monthrange(year, month)[1] else None
    end = date(year, month or 12, monthrange(year, month or 12)[1])
    begun = date(year, month or 1, 1)
    return True if end <= last else False if begun > last else None


def rewritten(text: str, done: bool) -> str:
    """The text as `rewritten_formula` gives it."""
    quarters = not done and len(text) == 3 and text.endswith("季度") and text[0] in "1234"
    if len(text) > _LONGEST or "%" in text or quarters:
        return ""
    text = text[: f"{text}{_BY}".index(_BY) + 1]
    for old, new in (*_CHANGES, *(() if done else _LIMITS)):
        text = text.replace(old, new)
    return text


def dated(text: str, done: bool) -> Dated:
    """The parts of a rewritten date."""
    dotted = "." in text
    if text[:2] == "20" and len(text) > 4 and text[4] in _AFTER_YEAR and text[:4].isdecimal():
        return Dated(int(text[:4]), text[5:14].replace(".", "-").replace("+", "-"), dotted)
    undated = done and "-" not in text and not text.endswith("前")
    return Dated(None, text.replace(".", "-") if undated else text, dotted)


def serial_of(day: date | None) -> Decimal | str:
    """The serial number of a day as Excel counts; "" for none."""
    return "" if day is None else Decimal(int(serial(day)))
