"""Sign, number and unit of a target or completed value, by formulas in helper columns.

A value is some words that may stand before, a sign (不低于, ≥), digits, a unit, and 以上 or the like. What
has anything else in it gets no number. Each function beside a formula computes the same in Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from selfeval_xl.templates.word_lists import area_of, last_of, last_word, numbers_of, words_of

_DIGITS = "0123456789."
_LONGEST = 16


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a value. at: the place of its first digit from 1; count: of digits. number: None where
    the words around it are not known.
    """

    at: int
    count: int
    sign: str = ""
    number: Decimal | None = None
    unit: str = ""


def start_formula(text: str) -> str:
    """The place of the first digit; one behind the end without any."""
    return f'IF({text}="",1,MIN(FIND({{0,1,2,3,4,5,6,7,8,9}},{text}&"0123456789")))'


def count_formula(text: str, at: str) -> str:
    """How many digits and points stand there."""
    letters = "{" + ",".join(map(str, range(1, _LONGEST + 2))) + "}"
    return f'IF({at}>LEN({text}),0,MATCH(TRUE,ISERROR(FIND(MID(MID({text},{at},{_LONGEST})&"#",{letters},1),"{_DIGITS}")),0)-1)'


def word_formula(text: str, at: str) -> str:
    """The words that are a sign right before the number."""
    return f'IF({at}=1,"",{last_word("符号词", f"LEFT({text},{at}-1)")})'


def after_formula(text: str, at: str, count: str) -> str:
    """以上 and the like at the end."""
    return f'IF({count}=0,"",{last_word("后词", f"MID({text},{at}+{count},99)")})'


def sign_formula(text: str, word: str, after: str) -> str:
    """The sign: that of 以上 where there is none before the number, or only 控制在."""
    before = f'IF({word}="","",INDEX({area_of("词的符号")},MATCH({word},{area_of("符号词")},0)))'
    behind = f"INDEX({area_of('后词的符号')},MATCH({after},{area_of('后词')},0))"
    return f'IF({after}="",{before},IF(OR({word}="",{word}="=",LEFT({text},3)="控制在"),{behind},{before}))'


def number_formula(text: str, at: str, count: str, word: str = '""') -> str:
    """The number; "" where other words stand before it than one knows."""
    lead = f"LEFT({text},{at}-1-LEN({word}))"
    known = f'IF({lead}="",TRUE,ISNUMBER(MATCH({lead},{area_of("前词")},0)))'
    return f'IF({count}=0,"",IF({known},IFERROR(VALUE(MID({text},{at},{count})),""),""))'


def unit_formula(text: str, at: str, count: str, after: str = '""') -> str:
    """What stands behind the number, without 以上."""
    return f'IF({count}=0,"",MID({text},{at}+{count},MAX(0,LEN({text})+1-{at}-{count}-LEN({after}))))'


def words_around(text: str, at: int, count: int) -> tuple[str, str]:
    """The words that are a sign before and behind the number of a target."""
    lead, rest = text[: at - 1], text[at - 1 + count :]
    return last_of("符号词", lead), last_of("后词", rest) if count else ""


def parts_of(text: str, limited: bool) -> Parts:
    """The parts of a tidied value. limited: it may have a sign (a target)."""
    at = next((place for place, letter in enumerate(text, 1) if letter in "0123456789"), len(text) + 1)
    behind = text[at - 1 :][:_LONGEST]
    count = len(behind) - len(behind.lstrip(_DIGITS))
    lead, rest = text[: at - 1], text[at - 1 + count :]
    word = after = ""
    if limited:
        word, after = words_around(text, at, count)
        rest = rest.removesuffix(after)
    sign = words_of("词的符号")[words_of("符号词").index(word)] if word else ""
    if after and (word in ("", "=") or text.startswith("控制在")):
        sign = words_of("后词的符号")[words_of("后词").index(after)]
    if not count:
        return Parts(at, 0, sign)
    lead = lead.removesuffix(word)
    try:
        number = Decimal(text[at - 1 : at - 1 + count])
    except InvalidOperation:
        number = None
    known = not lead or lead in words_of("前词")
    return Parts(at, count, sign, number if known else None, rest)


def factor_formula(unit: str, actual_unit: str, want: str, name: str) -> str:
    """What a completed value is multiplied by to be in the target's unit; "" where they do not compare."""
    listed, known = area_of("单位"), area_of("单位类")
    head = f'LEFT({unit},FIND("/",{unit}&"/")-1)'
    kinds = (f"INDEX({known},MATCH({one},{listed},0))" for one in (unit, actual_unit))
    factors = [f"INDEX({area_of('单位倍数')},MATCH({one},{listed},0))" for one in (actual_unit, unit)]
    near = f'IF(ISNUMBER(MATCH({unit}&"|"&{actual_unit},{area_of("相近单位")},0)),1,"")'
    converted = f'IFERROR(IF({"=".join(kinds)},{"/".join(factors)},{near}),"")'
    same = f'IF({unit}="",1,IF(ISNUMBER(MATCH({head},{listed},0)),1,""))'
    bare = f'IF({unit}="%","",IF(ISNUMBER(MATCH({head},{listed},0)),1,""))'
    counted = f"ISNUMBER(MATCH({actual_unit},{area_of('计数单位')},0))"
    unnamed = f'IF(AND({counted},ISERROR(FIND("（",{name})),ISERROR(FIND("(",{name}))),1,"")'
    of_hundred = f'IF({actual_unit}="%",IF({want}>1,1,""),{unnamed})'
    return (
        f"IF(EXACT({unit},{actual_unit}),{same},"
        f'IF({actual_unit}="",{bare},IF({unit}="",{of_hundred},{converted})))'
    )


def factor_of(unit: str, actual_unit: str, want: Decimal, name: str) -> Decimal | None:
    """The same factor; None where they do not compare."""
    listed = words_of("单位")
    if unit == actual_unit:
        return Decimal(1) if not unit or unit.partition("/")[0] in listed else None
    if not actual_unit:
        return Decimal(1) if unit != "%" and unit.partition("/")[0] in listed else None
    if not unit:
        if actual_unit == "%":
            return Decimal(1) if want > 1 else None
        unnamed = "（" not in name and "(" not in name
        return Decimal(1) if actual_unit in words_of("计数单位") and unnamed else None
    if unit not in listed or actual_unit not in listed:
        return None
    one, other = listed.index(unit), listed.index(actual_unit)
    if words_of("单位类")[one] == words_of("单位类")[other]:
        return numbers_of("单位倍数")[other] / numbers_of("单位倍数")[one]
    return Decimal(1) if f"{unit}|{actual_unit}" in words_of("相近单位") else None
