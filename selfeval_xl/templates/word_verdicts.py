"""Verdicts in words, by a formula: the same words, fulfilled, failed, grades, and degrees (显著改善).

What no rule here knows is left open. `word_verdict` computes the same in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from selfeval_xl.model.forms import Verdict
from selfeval_xl.templates.word_lists import NO_VALUE, area_of, has_one_of, words_of

MET, UNMET = Verdict.MET.label, Verdict.UNMET.label
_DENIALS = ("未", "没有", "尚未", "不")
_LONG = 8  # characters: a longer target with a numeral in it is a sentence (进一步提升)


@dataclass(frozen=True, slots=True)
class WordCells:
    """References: the tidied texts, whether they have digits (the places of the first), the deadline."""

    target: str
    actual: str
    at: str
    actual_at: str
    due: str
    want: str
    sign: str


def word_formula(cells: WordCells) -> str:
    """已完成, 未完成 or ""; blank where the target stands for a value (≥XX人)."""
    target, actual = cells.target, cells.actual
    plain = f"{cells.at}>LEN({target})"
    counted = f"AND(LEN({target})<={_LONG},{has_one_of('数字', target)})"
    said = f'IF({cells.due}<>"",TRUE,IF({plain},NOT({counted}),FALSE))'
    same = f"IF(EXACT({target},{actual}),ISNA(MATCH({target},{area_of('不是值')},0)),FALSE)"
    pairs = f'MATCH({target}&"|"&{actual},{area_of("判词")},0)'
    reached = f"ISNUMBER(MATCH({actual},{area_of('达成')},0))"
    denied = ",".join(f'{actual}="{word}"&{target}' for word in _DENIALS)
    fails = f"OR(ISNUMBER(MATCH({actual},{area_of('未成')},0)),{denied})"
    failed = f"IF({fails},NOT({has_one_of('否定', target)}),FALSE)"
    nothing = (
        f'IF(ISNUMBER(MATCH({actual},{area_of("没有")},0)),IF({cells.want}="",FALSE,{cells.want}=0),FALSE)'
    )
    none = f'IF(OR({cells.sign}="",{cells.sign}="=",{cells.sign}="≤"),{nothing},FALSE)'
    in_words = f"AND({plain},{cells.actual_at}>LEN({actual}),LEN({target})>1)"
    rest = f'IF({in_words},IF({_contained(target, actual)},"{MET}",{_degree(target, actual)}),"")'
    outcome = f'IF({reached},"{MET}",IF({failed},"{UNMET}",{rest}))'
    settled = f'IFERROR(INDEX({area_of("判词结果")},{pairs}),IF({none},"{MET}",IF({said},{outcome},"")))'
    return (
        f'IF(OR({target}="",{actual}=""),"",IF({has_one_of("占位", target)},"",IF({same},"{MET}",{settled})))'
    )


def _contained(target: str, actual: str) -> str:
    """Whether the completed value has the target's words and nothing that takes them back."""
    careful = has_one_of("慎用", f'SUBSTITUTE({actual},{target},"")')
    return f"IF(ISNUMBER(FIND({target},{actual})),NOT({careful}),FALSE)"


def _degree(target: str, actual: str) -> str:
    """met where the words are the same but for a degree that is as high."""
    words, ranks = area_of("程度"), area_of("程度级")
    one, other = (f"LOOKUP(2,1/ISNUMBER(FIND({words},{text})),{words})" for text in (target, actual))
    rank, reached = (f"LOOKUP(2,1/ISNUMBER(FIND({words},{text})),{ranks})" for text in (target, actual))
    same = f'SUBSTITUTE({target},{one},"")=SUBSTITUTE({actual},{other},"")'
    return f'IFERROR(IF(AND({same},{reached}>={rank}),"{MET}",""),"")'


def word_verdict(target: str, actual: str, is_deadline: bool, wants_none: bool) -> str:
    """The verdict of the formula. wants_none: the target is 0 or at most 0."""
    if not target or not actual or _has_one_of("占位", target):
        return ""
    if target == actual and target not in NO_VALUE:
        return MET
    pair = f"{target}|{actual}"
    if pair in words_of("判词"):
        return words_of("判词结果")[words_of("判词").index(pair)]
    if wants_none and actual in words_of("没有"):
        return MET
    plain = not _has_digit(target)
    counted = len(target) <= _LONG and _has_one_of("数字", target)
    if not (is_deadline or (plain and not counted)):
        return ""
    if actual in words_of("达成"):
        return MET
    denied = actual in words_of("未成") or actual in [f"{word}{target}" for word in _DENIALS]
    if denied and not _has_one_of("否定", target):
        return UNMET
    if not plain or _has_digit(actual) or len(target) < 2:
        return ""
    if target in actual and not _has_one_of("慎用", actual.replace(target, "")):
        return MET
    return _degree_verdict(target, actual)


def _degree_verdict(target: str, actual: str) -> str:
    one, other = (
        next((word for word in reversed(words_of("程度")) if word in text), "") for text in (target, actual)
    )
    if not one or not other or target.replace(one, "") != actual.replace(other, ""):
        return ""
    ranks = dict(zip(words_of("程度"), words_of("程度级"), strict=True))
    return MET if ranks[other] >= ranks[one] else ""


def _has_digit(text: str) -> bool:
    return any("0" <= letter <= "9" for letter in text)


def _has_one_of(head: str, text: str) -> bool:
    return any(word in text for word in words_of(head))
