"""Whether a text says of one thing both that it was done and that it was not."""

from __future__ import annotations

import re

from selfeval_xl.rules.texts import phrases

_PAIRS = (("no_work", "work_done"), ("not_paid", "all_paid"))
_CLAUSE_ENDS = "，。；;,：:!！?？\n"
_PART = re.compile(r"[。；;!！?？\n]+")
# What begins or ends the subject of a clause without naming a thing of its own: 年度各项工作, 目前该项目.
_NO_NAME = (
    r"(?:年度|全年|本年|当年|今年|目前|截至|年底|各项|所有|全部|全体|整个|整体|总体|本|该|此|其|各|我局|我单位|我乡|我镇|我校|单位|"
    r"项目|工程|任务|工作|目标|建设|资金|经费|款项|费用|并且|而且|并|且|但|而|现|均|都|也|已经|已|仍|还|的)"
)
_BEFORE = re.compile(rf"{_NO_NAME}|[\s\d、.．）)]")
_BEHIND = re.compile(rf"{_NO_NAME}\Z")
_NUMBERED = re.compile(
    r"\s{0,4}(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）、.．]|[①-⑳]|[一二三四五六]是|其[一二三四])"
)
_BEFORE_VERB = re.compile(r"由于|因|已|未|尚|均|都|无|没|[，,：:]|\Z")
_SHORTEST_NAME = 2
_LONGEST_CLAUSE = 24
_LONGEST_SENTENCE = 48
_LONGEST_SUBJECT = 60


def contradiction(text: str) -> tuple[str, str] | None:
    """The clauses of a denial and of a claim in one text that contradict each other, or None.

    A text that names the missing part is fine, and so are halves about different things.
    """
    if phrases("partly").search(text):
        return None
    for denied, claimed in _PAIRS:
        denial = phrases(denied).search(text)
        if denial:
            elsewhere = text[: denial.start()] + "。" * len(denial[0]) + text[denial.end() :]
            claim = phrases(claimed).search(elsewhere)
            if claim and not _about_different_things(text, denial, claim):
                return _quoted(text, denial, claim), _quoted(text, claim, denial)
    return None


def _start(match: re.Match[str]) -> int:
    """Where the words of a match begin, behind the mark before them."""
    return match.start() + len(match[0]) - len(match[0].lstrip("，。；;,、:： \n"))


def _quoted(text: str, match: re.Match[str], other: re.Match[str]) -> str:
    """The clause of a match; one that names nothing (项目目前无进展) with what its sentence says before it.

    other: what contradicts it, which is quoted by itself.
    """
    first = max((mark.end() for mark in _PART.finditer(text, 0, _start(match))), default=0)
    sentence = text[first : match.end()].strip()
    if (
        len(_subject(text, match)) < _SHORTEST_NAME
        and len(sentence) <= _LONGEST_SENTENCE
        and not first <= _start(other) < match.end()
    ):
        return sentence
    return _clause(text, match)


def _clause(text: str, match: re.Match[str]) -> str:
    """The clause of a match, shortened to its end where it is long."""
    first = max((text.rfind(mark, 0, _start(match)) for mark in _CLAUSE_ENDS), default=-1) + 1
    clause = text[first : match.end()].strip(" 、")
    return clause if len(clause) <= _LONGEST_CLAUSE else text[_start(match) : match.end()].strip(" 、")


def _about_different_things(text: str, denial: re.Match[str], claim: re.Match[str]) -> bool:
    """Whether both clauses name a thing of their own, or stand in items of a list."""
    one, other = _subject(text, denial), _subject(text, claim)
    if min(len(one), len(other)) >= _SHORTEST_NAME and one not in other and other not in one:
        return True
    here, there = _part(text, _start(denial)), _part(text, _start(claim))
    return here != there and _lists(here) and _lists(there)


def _subject(text: str, match: re.Match[str]) -> str:
    """What the clause of a match names before its words, without what names nothing of its own."""
    start = _start(match)
    first = max((text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    plain = text[max(first, start - _LONGEST_SUBJECT) : start].strip()
    while match_before := _BEFORE.match(plain):
        plain = plain[match_before.end() :]
    while match_behind := _BEHIND.search(plain):
        plain = plain[: match_behind.start()].strip()
    return plain


def _part(text: str, place: int) -> str:
    """The sentence, or the part of one before a semicolon, that holds this place."""
    first = max((mark.end() for mark in _PART.finditer(text, 0, place)), default=0)
    end = _PART.search(text, place)
    return text[first : end.start() if end else len(text)]


def _lists(part: str) -> bool:
    """Whether a part of a text is an item with a number, or begins with several things (甲、乙已完成)."""
    verb = _BEFORE_VERB.search(part)
    return bool(_NUMBERED.match(part)) or "、" in part[1 : verb.start() if verb else len(part)]
