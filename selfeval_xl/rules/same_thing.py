"""Whether two indicators speak of the same thing: their names without what is done and how it is measured."""

from __future__ import annotations

from functools import lru_cache

from selfeval_xl.model.forms import Indicator
from selfeval_xl.rules.indicators import bare
from selfeval_xl.rules.word_lists import pattern

_SHORTEST_PART = 3  # letters of a thing that is named as a part of another, where both do not do the same
_LONGEST_COMMON = 5  # letters in a row that two names share where neither holds the other


def same_thing(row: Indicator, other: Indicator) -> bool:
    """Whether both names speak of one thing, to which neither does what the other does not.

    卫星电话购置数量 and 购置卫星电话验收合格率 do; 新建机井数量 and 维修机井合格率 do not.
    """
    doings, others = _doings(row.name), _doings(other.name)
    if doings and others and doings.isdisjoint(others):
        return False
    thing, another = sorted((_thing(row.name), _thing(other.name)), key=len)
    if len(thing) < 2:
        return False
    is_part = thing in another and (len(thing) >= _SHORTEST_PART or bool(doings & others))
    return thing == another or is_part or _share(thing, another)


@lru_cache(maxsize=4096)
def _thing(name: str | None) -> str:
    """The name without what is done and how it is measured: 卫星电话 of 购置卫星电话验收合格率."""
    return pattern("doings").sub("", pattern("measures").sub("", bare(name)))


@lru_cache(maxsize=4096)
def _doings(name: str | None) -> frozenset[str]:
    """What is done, by the name: 新建, 维修."""
    return frozenset(pattern("doings").findall(pattern("measures").sub("", bare(name))))


def _share(thing: str, another: str) -> bool:
    """Whether two things share a run of letters that is most of the shorter one."""
    size = max(_LONGEST_COMMON, (2 * len(thing) + 2) // 3)
    return any(thing[at : at + size] in another for at in range(len(thing) - size + 1))
