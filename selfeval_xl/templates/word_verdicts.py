"""Verdicts in words, by a formula: the same words, fulfilled, failed, grades, and degrees (显著改善).

What no rule here knows is left open. `word_verdict` computes the same in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from selfeval_xl.model.forms import Verdict
from selfeval_xl.templates.value_parts import Parts
from selfeval_xl.templates.word_lists import NO_VALUE, area_of, has_one_of, words_of

MET, UNMET = Verdict.MET.label, Verdict.UNMET.label
_DENIALS = ("未", "没有", "尚未", "不")
_YEAR = 1900  # from here on a completed value may be a year
_LONG = 8  # characters: a longer target with a numeral in it is a sentence (进一步提升)


@dataclass(frozen=True, slots=True)
class WordGoal:
    """References: the tidied target, the place of its first digit, the deadline, number, sign and unit."""

    text: str
    at: str
    due: str
    number: str
    sign: str
    unit: str


@dataclass(frozen=True, slots=True)
class WordDone:
    """References: the tidied completed value, the place of its first digit, number and unit."""

    text: str
    at: str
    number: str
    unit: str


def word_formula(goal: WordGoal, done: WordDone) -> str:
    """已完成, 未完成 or ""; blank where the target stands for a value (≥XX人)."""
    target, actual = goal.text, done.text
    plain = f"{goal.at}>LEN({target})"
    counted = f"AND(LEN({target})<={_LONG},{has_one_of('数字', target)})"
    said = f'IF({goal.due}<>"",TRUE,IF({plain},NOT({counted}),FALSE))'
    planned = f"IF({plain},FALSE,{has_one_of('打算', actual)})"
    beyond = f'IF({goal.number}="",FALSE,AND({goal.number}=0,OR({goal.sign}=">",{goal.sign}="<")))'  # >0
    none = f"OR(ISNUMBER(MATCH({target},{area_of('不是值')},0)),{planned},{beyond})"
    same = f"IF(EXACT({target},{actual}),NOT({none}),FALSE)"
    pairs = f'MATCH({target}&"|"&{actual},{area_of("判词")},0)'
    reached = f"ISNUMBER(MATCH({actual},{area_of('达成')},0))"
    undone = f"ISNUMBER(MATCH({actual},{area_of('未成')},0))"
    denied = ",".join(f'{actual}="{word}"&{target}' for word in _DENIALS)
    failed = f"IF(OR({undone},{denied}),NOT({has_one_of('否定', target)}),FALSE)"
    in_words = f"AND({plain},{done.at}>LEN({actual}),LEN({target})>1)"
    rest = f'IF({in_words},IF({_contained(target, actual)},"{MET}",{_degree(target, actual)}),"")'
    outcome = f'IF({reached},"{MET}",IF({failed},"{UNMET}",{_forbidden(goal, done, rest)}))'
    counts = f'IF({goal.number}="","",IF({_none_wanted(goal, done)},"{MET}",IF({undone},"{UNMET}","")))'
    settled = f"IFERROR(INDEX({area_of('判词结果')},{pairs}),IF({said},{outcome},{counts}))"
    return (
        f'IF(OR({target}="",{actual}=""),"",IF({has_one_of("占位", target)},"",IF({same},"{MET}",{settled})))'
    )


def _none_wanted(goal: WordGoal, done: WordDone) -> str:
    """Whether nothing of the kind happened where none was to happen, or at most some."""
    none = f"ISNUMBER(MATCH({done.text},{area_of('没有')},0))"
    loose = f'AND({goal.number}=0,OR({goal.sign}="",{goal.sign}="=",{goal.sign}="≤"))'
    few = f'AND({goal.number}>0,OR({goal.sign}="≤",{goal.sign}="<"),{_counted(goal.unit)})'
    return f"IF({none},OR({loose},{few}),FALSE)"


def _counted(unit: str) -> str:
    return f'OR({unit}="",ISNUMBER(MATCH({unit},{area_of("计数单位")},0)))'


def _forbidden(goal: WordGoal, done: WordDone, rest: str) -> str:
    """met for none of what is not to happen, unmet for some of it; `rest` for any other target."""
    forbids = f"SUMPRODUCT(--(LEFT({goal.text},LEN({area_of('禁词')}))={area_of('禁词')}))>0"
    applies = (
        f'IF({done.number}="",FALSE,IF(AND({_counted(done.unit)},{done.number}<{_YEAR}),{forbids},FALSE))'
    )
    return f'IF({applies},IF({done.number}=0,"{MET}","{UNMET}"),{rest})'


def _contained(target: str, actual: str) -> str:
    """Whether the completed value has the target's words and nothing that takes them back."""
    careful = has_one_of("慎用", f'SUBSTITUTE({actual},{target},"")')
    return f"IF(ISNUMBER(FIND({target},{actual})),NOT({careful}),FALSE)"


def _degree(target: str, actual: str) -> str:
    """met where the words are the same but for a degree that is as high."""
    words, ranks = area_of("程度"), area_of("程度级")
    one, other = (f"LOOKUP(2,1/ISNUMBER(FIND({words},{text})),{words})" for text in (target, actual))
    rank, reached = (f"LOOKUP(2,1/ISNUMBER(FIND({words},{text})),{ranks})" for text in (target, actual))
    bare = f'SUBSTITUTE({target},{one},"")'
    same = f'{bare}=SUBSTITUTE({actual},{other},"")'
    least = f'IFERROR(IF(AND({bare}={actual},{rank}=0),"{MET}",""),"")'  # 逐步提高 and 提高
    return f'IFERROR(IF(AND({same},{reached}>={rank}),"{MET}",""),{least})'


def word_verdict(target: str, actual: str, is_deadline: bool, goal: Parts, done: Parts) -> str:
    """The verdict of the formula. goal, done: the parts of the two texts."""
    if not target or not actual or _has_one_of("占位", target):
        return ""
    planned = goal.count > 0 and _has_one_of("打算", actual)
    beyond = goal.number == 0 and goal.sign in (">", "<")
    if target == actual and target not in NO_VALUE and not planned and not beyond:
        return MET
    pair = f"{target}|{actual}"
    if pair in words_of("判词"):
        return words_of("判词结果")[words_of("判词").index(pair)]
    plain = not goal.count
    undone = actual in words_of("未成")
    if not (is_deadline or (plain and not (len(target) <= _LONG and _has_one_of("数字", target)))):
        if goal.number is None:
            return ""
        return MET if _wants_none(goal) and actual in words_of("没有") else UNMET if undone else ""
    if actual in words_of("达成"):
        return MET
    denied = undone or actual in [f"{word}{target}" for word in _DENIALS]
    if denied and not _has_one_of("否定", target):
        return UNMET
    counts = done.number is not None and _counts(done.unit) and done.number < _YEAR
    if done.number is not None and counts and target.startswith(words_of("禁词")):
        return UNMET if done.number else MET
    if not plain or done.count or len(target) < 2:
        return ""
    if target in actual and not _has_one_of("慎用", actual.replace(target, "")):
        return MET
    return _degree_verdict(target, actual)


def _wants_none(goal: Parts) -> bool:
    if goal.number == 0:
        return goal.sign in ("", "=", "≤")
    return goal.sign in ("≤", "<") and _counts(goal.unit)


def _counts(unit: str) -> bool:
    return not unit or unit in words_of("计数单位")


def _degree_verdict(target: str, actual: str) -> str:
    one, other = (
        next((word for word in reversed(words_of("程度")) if word in text), "") for text in (target, actual)
    )
    ranks = dict(zip(words_of("程度"), words_of("程度级"), strict=True)) | {"": "0"}
    if not one or target.replace(one, "") != (actual.replace(other, "") if other else actual):
        return ""
    return MET if ranks[other] >= ranks[one] else ""


def _has_one_of(head: str, text: str) -> bool:
    return any(word in text for word in words_of(head))
