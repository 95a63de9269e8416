"""Whether two names speak of the same thing: without what is done with it and how it is measured."""

from __future__ import annotations

from functools import lru_cache

from selfeval_xl.model.forms import Indicator
from selfeval_xl.rules.indicators import bare
from selfeval_xl.rules.word_lists import pattern

_SHORTEST_PART = 3  # letters of a thing that is named as a part of another, where both do not do the same
_SHORTEST_SHORTENED = 4  # letters that a shortened name shares with the whole one, in their order
_LONGEST_COMMON = 5  # letters in a row that two names share where neither holds the other


def same_thing(row: Indicator, other: Indicator) -> bool:
    """Whether both names speak of one thing, to which neither does what the other does not.

    卫星电话购置数量 and 购置卫星电话验收合格率 do; 新建机井数量 and 维修机井合格率 do not.
    """
    shorter, longer = _things(row.name, other.name)
    if len(shorter) < 2:
        return False
    done, done_there = doings(row.name), doings(other.name)
    is_part = shorter in longer and (len(shorter) >= _SHORTEST_PART or bool(done & done_there))
    return shorter == longer or is_part or _share(shorter, longer)


def names_one_thing(text: str, name: str | None) -> bool:
    """Whether a part of a sentence names the thing of an indicator, perhaps shortened.

    视频互通网费 names 视频互联互通年租金; 农村厕所 does not name 农村危房改造数量.
    """
    from rapidfuzz.distance import LCSseq

    shorter, longer = _things(text, name)
    if len(shorter) < _SHORTEST_PART:
        return False
    if shorter in longer or _share(shorter, longer):
        return True
    alike = LCSseq.similarity(shorter, longer)
    return shorter[:2] == longer[:2] and alike >= _SHORTEST_SHORTENED and alike * 3 >= len(shorter) * 2


def _things(name: str | None, other: str | None) -> tuple[str, str]:
    """The things of two names, the shorter first; empty where one does what the other does not."""
    done, done_there = doings(name), doings(other)
    if done and done_there and done.isdisjoint(done_there):
        return "", ""
    shorter, longer = sorted((thing(name), thing(other)), key=len)
    return shorter, longer


@lru_cache(maxsize=4096)
def thing(name: str | None) -> str:
    """The name without what is done and how it is measured: 卫星电话 of 购置卫星电话验收合格率."""
    plain = pattern("neutral").sub("", pattern("measures").sub("", bare(name)))
    return pattern("doings").sub("", plain)


@lru_cache(maxsize=4096)
def doings(name: str | None) -> frozenset[str]:
    """What is done, by the name: 新建, 维修."""
    return frozenset(pattern("doings").findall(pattern("measures").sub("", bare(name))))


def _share(shorter: str, longer: str) -> bool:
    """Whether two things share a run of letters that is most of the shorter one."""
    size = max(_LONGEST_COMMON, (2 * len(shorter) + 2) // 3)
    return any(shorter[at : at + size] in longer for at in range(len(shorter) - size + 1))
