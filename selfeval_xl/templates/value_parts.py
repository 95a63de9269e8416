"""Sign, number and unit of a target or completed value, by formulas in helper columns.

A value is some words that may stand before, a sign (不低于, ≥), digits, a unit, and 以上 or the like. What
has anything else in it gets no number. Each function beside a formula computes the same in Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from selfeval_xl.templates.word_lists import area_of, has_one_of, last_of, last_word, numbers_of, words_of

_DIGITS = "0123456789."
_LONGEST = 16
_NAMED = 4  # characters: 个村, 名小学生
_FAR_YEAR = 1900  # from here on the end of a range may be a year
_MORE = "以上"  # behind a completed value, for a target of ≥
ABOUT = "约"  # before a target's number: a little less settles nothing
SCALES = ("万", "亿")  # units by themselves: money beside money, else as many of the other's


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a value.

    at: the place of its first digit from 1; count: of digits. lead: the words before sign and number.
    number: None where the words around it are not known. rest: what follows it, without 以上; next_at,
    next_count: the second number in that. upper: the end of a range.
    """

    at: int
    count: int
    lead: str = ""
    sign: str = ""
    number: Decimal | None = None
    rest: str = ""
    next_at: int = 1
    next_count: int = 0
    upper: Decimal | None = None
    unit: str = ""

    @property
    def joined(self) -> str:
        """What joins the two numbers of a range."""
        if not self.next_count:
            return ""
        unit, before = self.rest[self.next_at - 1 + self.next_count :], self.rest[: self.next_at - 1]
        return before.removeprefix(unit)

    @property
    def is_floor(self) -> bool:
        """Whether it is a lower limit alone."""
        return self.sign == "≥" and self.upper is None


@dataclass(frozen=True, slots=True)
class RangeCells:
    """References to the parts of a target that tell a range."""

    lead: str
    sign: str
    number: str
    rest: str
    next_at: str
    next_count: str
    joined: str
    after: str


@dataclass(frozen=True, slots=True)
class FactorCells:
    """References to the units and numbers of a target and its completed value."""

    unit: str
    actual_unit: str
    want: str
    got: str


def start_formula(text: str) -> str:
    """The place of the first digit; one behind the end without any."""
    return f'IF({text}="",1,MIN(FIND({{0,1,2,3,4,5,6,7,8,9}},{text}&"0123456789")))'


def count_formula(text: str, at: str) -> str:
    """How many digits and points stand there."""
    letters = "{" + ",".join(map(str, range(1, _LONGEST + 2))) + "}"
    behind = f'MID({text},{at},{_LONGEST})&"#"'
    return f'IF({at}>LEN({text}),0,MATCH(TRUE,ISERROR(FIND(MID({behind},{letters},1),"{_DIGITS}")),0)-1)'


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
    loose = f'OR({before}="",{before}="=",LEFT({text},3)="控制在")'
    return f'IF({after}="",{before},IF({loose},{behind},{before}))'


def lead_formula(text: str, at: str, word: str) -> str:
    """The words before the sign and the number of a target."""
    return f"LEFT({text},{at}-1-LEN({word}))"


def number_formula(text: str, at: str, count: str, known: str) -> str:
    """The number; "" where other words stand before it than one knows. known: whether one knows them."""
    return f'IF({count}=0,"",IF({known},IFERROR(VALUE(MID({text},{at},{count})),""),""))'


def _is_in(head: str, text: str) -> str:
    return f"ISNUMBER(MATCH({text},{area_of(head)},0))"


def known_lead(lead: str) -> str:
    """Whether one knows the words before the number of a target."""
    return f'IF({lead}="",TRUE,OR({_is_in("前词", lead)},{_is_in("升降词", lead)},{lead}="{ABOUT}"))'


def known_before(lead: str, of_target: str, floor: str) -> str:
    """Whether one knows the words before a completed value: the same direction, 超过 for ≥.

    floor: whether the target is a lower limit alone (≥).
    """
    one, other = (
        f"INDEX({area_of('升降')},MATCH({text},{area_of('升降词')},0))" for text in (lead, of_target)
    )
    more = f"IF({floor},{_is_in('更多', lead)},FALSE)"
    return f'IF({lead}="",TRUE,OR({_is_in("前词", lead)},{more},IFERROR({one}={other},FALSE)))'


def rest_formula(text: str, at: str, count: str, after: str = '""', floor: str = "") -> str:
    """What stands behind the number, without 以上. floor: of a completed value, as in `known_before`."""
    rest = f"MID({text},{at}+{count},MAX(0,LEN({text})+1-{at}-{count}-LEN({after})))"
    if floor:
        rest = f'IF({floor},SUBSTITUTE({rest},"{_MORE}",""),{rest})'
    return f'IF({count}=0,"",{rest})'


def join_formula(rest: str, at: str, count: str) -> str:
    """What joins the two numbers of a range, without the unit that stands behind both: - of 90%-95%."""
    unit, before = f"MID({rest},{at}+{count},99)", f"LEFT({rest},{at}-1)"
    return f'IF({count}=0,"",IF(LEFT({before},LEN({unit}))={unit},MID({before},LEN({unit})+1,9),{before}))'


def upper_formula(parts: RangeCells) -> str:
    """The end of a range: 95 of 90%-95% and of ≥90%且≤95%; "" for anything else."""
    rest, at, count, low, sign = parts.rest, parts.next_at, parts.next_count, parts.number, parts.sign
    joins = f'IF({sign}="",{_is_in("区间号", parts.joined)},AND({sign}="≥",{_is_in("且号", parts.joined)}))'
    high, unit = f"VALUE(MID({rest},{at},{count}))", f"MID({rest},{at}+{count},99)"
    dated = f'OR({high}>={_FAR_YEAR},{unit}="月",{unit}="日",AND({unit}="",{low}<=12))'
    alone = f'OR({low}="",{parts.lead}<>"",{parts.after}<>"")'
    settled = f'IF({alone},"",IF({joins},IFERROR(IF(OR({high}<{low},{dated}),"",{high}),""),""))'
    return f'IF({count}=0,"",{settled})'


def unit_formula(rest: str, upper: str = "", at: str = "", count: str = "") -> str:
    """The unit behind the number or the end of the range, without what it counts (个 of 个村)."""
    named = (
        f"IF(AND(LEN({rest})<={_NAMED},{_is_in('带名单位', f'LEFT({rest})')}),NOT(OR({_is_in('单位', rest)},"
        f"{_is_in('别名', f'MID({rest},2,1)')},{has_one_of('慎用', rest)})),FALSE)"
    )
    if upper:
        return f'IF({upper}<>"",MID({rest},{at}+{count},99),IF({named},LEFT({rest}),{rest}))'
    about = f"IF({_is_in('余多', f'LEFT({rest})')},MID({rest},2,99),{rest})"
    return f"IF({named},LEFT({rest}),{about})"


def words_around(text: str, at: int, count: int) -> tuple[str, str]:
    """The words that are a sign before and behind the number of a target."""
    lead, rest = text[: at - 1], text[at - 1 + count :]
    return last_of("符号词", lead), last_of("后词", rest) if count else ""


def parts_of(text: str, target: Parts | None = None) -> Parts:
    """The parts of a tidied value. target: those of its target, None for a target itself."""
    at = next((place for place, letter in enumerate(text, 1) if letter in "0123456789"), len(text) + 1)
    count = _digits_at(text, at)
    word, after = words_around(text, at, count) if target is None else ("", "")
    rest = text[at - 1 + count :].removesuffix(after) if count else ""
    lead = text[: at - 1].removesuffix(word)
    sign = words_of("词的符号")[words_of("符号词").index(word)] if word else ""
    if after and (sign in ("", "=") or text.startswith("控制在")):
        sign = words_of("后词的符号")[words_of("后词").index(after)]
    if not count:
        return Parts(at, 0, lead, sign)
    known = _known_lead(lead) if target is None else _known_before(lead, target)
    number = _number_at(text, at, count) if known else None
    if target is not None:
        rest = rest.replace(_MORE, "") if target.is_floor else rest
        unit = _unit_of(rest)
        unit = unit[1:] if unit[:1] in words_of("余多") else unit
        return Parts(at, count, lead, sign, number, rest, unit=unit)
    next_at = next((place for place, letter in enumerate(rest, 1) if letter in "0123456789"), len(rest) + 1)
    found = Parts(at, count, lead, sign, number, rest, next_at, _digits_at(rest, next_at))
    upper = None if after else _upper_of(found)
    unit = _unit_of(rest) if upper is None else rest[next_at - 1 + found.next_count :]
    return replace(found, upper=upper, unit=unit)


def _digits_at(text: str, at: int) -> int:
    behind = text[at - 1 :][:_LONGEST]
    return len(behind) - len(behind.lstrip(_DIGITS))


def _number_at(text: str, at: int, count: int) -> Decimal | None:
    try:
        return Decimal(text[at - 1 : at - 1 + count])
    except InvalidOperation:
        return None


def _known_lead(lead: str) -> bool:
    return not lead or lead in words_of("前词") or lead in words_of("升降词") or lead == ABOUT


def _known_before(lead: str, target: Parts) -> bool:
    ways = dict(zip(words_of("升降词"), words_of("升降"), strict=True))
    same = lead in ways and ways[lead] == ways.get(target.lead)
    more = target.is_floor and lead in words_of("更多")
    return not lead or lead in words_of("前词") or more or same


def _upper_of(parts: Parts) -> Decimal | None:
    low, joins = parts.number, {"≥": "且号", "": "区间号"}.get(parts.sign)
    if low is None or parts.lead or joins is None or parts.joined not in words_of(joins):
        return None
    high = _number_at(parts.rest, parts.next_at, parts.next_count)
    unit = parts.rest[parts.next_at - 1 + parts.next_count :]
    if high is None or high < low or high >= _FAR_YEAR or unit in ("月", "日") or (not unit and low <= 12):
        return None
    return high


def _unit_of(rest: str) -> str:
    """The unit at the head of what follows a number: 个 of 个村."""
    named = len(rest) <= _NAMED and rest[:1] in words_of("带名单位") and rest not in words_of("单位")
    if named and rest[1:2] not in words_of("别名") and not any(word in rest for word in words_of("慎用")):
        return rest[:1]
    return rest


def factor_formula(cells: FactorCells, name: str) -> str:
    """What a completed value is multiplied by to be in the target's unit; "" where they do not compare."""
    unit, actual_unit, want, got = cells.unit, cells.actual_unit, cells.want, cells.got
    listed, known = area_of("单位"), area_of("单位类")
    head = f'LEFT({unit},FIND("/",{unit}&"/")-1)'
    kinds = (f"INDEX({known},MATCH({one},{listed},0))" for one in (unit, actual_unit))
    factors = [f"INDEX({area_of('单位倍数')},MATCH({one},{listed},0))" for one in (actual_unit, unit)]
    pair = f'{unit}&"|"&{actual_unit}'
    near = f'IF({_is_in("相近单位", pair)},1,"")'
    scales = ",".join(f'{one}="{scale}"' for one in (unit, actual_unit) for scale in SCALES)
    converted = f'IFERROR(IF(OR({"=".join(kinds)},{scales}),{"/".join(factors)},{near}),"")'
    same = f'IF({unit}="",1,IF({_is_in("单位", head)},1,""))'
    share = f"IF(AND({got}>0,{got}<=1,{want}>1),100,1)"
    bare = f'IF({unit}="%",{share},IF({_is_in("单位", head)},1,""))'
    counted = _is_in("计数单位", actual_unit)
    unnamed = f'IF(AND({counted},ISERROR(FIND("（",{name})),ISERROR(FIND("(",{name}))),1,"")'
    of_hundred = f'IF({actual_unit}="%",IF(AND({want}>0,{want}<=1,{got}>1),0.01,1),{unnamed})'
    return (
        f"IF(EXACT({unit},{actual_unit}),{same},"
        f'IF({actual_unit}="",{bare},IF({unit}="",{of_hundred},{converted})))'
    )


def factor_of(goal: Parts, done: Parts, name: str) -> Decimal | None:
    """The same factor; None where they do not compare."""
    listed, unit, actual_unit = words_of("单位"), goal.unit, done.unit
    want, got = goal.number or Decimal(0), done.number or Decimal(0)
    if unit == actual_unit:
        return Decimal(1) if not unit or unit.partition("/")[0] in listed else None
    if not actual_unit and unit == "%":
        return Decimal(100 if 0 < got <= 1 < want else 1)
    if not actual_unit:
        return Decimal(1) if unit.partition("/")[0] in listed else None
    if not unit:
        if actual_unit == "%":
            return Decimal("0.01") if 0 < want <= 1 < got else Decimal(1)
        unnamed = "（" not in name and "(" not in name
        return Decimal(1) if actual_unit in words_of("计数单位") and unnamed else None
    if unit not in listed or actual_unit not in listed:
        return None
    one, other = listed.index(unit), listed.index(actual_unit)
    scaled = unit in SCALES or actual_unit in SCALES
    if scaled or words_of("单位类")[one] == words_of("单位类")[other]:
        return numbers_of("单位倍数")[other] / numbers_of("单位倍数")[one]
    return Decimal(1) if f"{unit}|{actual_unit}" in words_of("相近单位") else None
