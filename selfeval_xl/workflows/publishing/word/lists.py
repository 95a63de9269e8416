"""The lists of a Word file: only the levels that a text uses go into its public copy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import W, kept, local, new, value

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEVELS = 9
_LONGEST_SIGN = 80  # letters before a paragraph of a list


@dataclass(slots=True)
class Lists:
    """The lists of a received file. numbers: the new numbers of lists by the old ones. levels: those used."""

    root: _Element | None
    numbers: dict[str, str] = field(default_factory=dict)
    levels: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _lists: dict[str, _Element] = field(default_factory=dict)
    _kinds: dict[str, _Element] = field(default_factory=dict)
    _named: dict[str, _Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in () if self.root is None else self.root:
            if local(each) == "num":
                self._lists.setdefault(value(each, "numId"), each)
            elif local(each) == "abstractNum":
                self._kinds.setdefault(value(each, "abstractNumId"), each)
                if style := value(each.find(f"{W}styleLink")):
                    self._named.setdefault(style, each)

    def use(self, number: str, level: int, style: str) -> None:
        """Notes that a paragraph uses this level of a list."""
        if self.number(number) != "0":
            self.levels[self._abstract(number)].add(min(level, _LEVELS - 1))

    def number(self, number: str) -> str:
        """The new number of a list; 0 for none."""
        if not self._abstract(number):
            return "0"
        return self.numbers.setdefault(number, str(len(self.numbers) + 1))

    def level_of(self, number: str, style: str) -> int:
        """The level of a list that a style has."""
        for level in self._levels_of(self._abstract(number)):
            if style and value(level.find(f"{W}pStyle")) == style:
                return _number(value(level, "ilvl"))
        return 0

    def _abstract(self, number: str) -> str:
        """The identity of the kind of a list; "" for none."""
        found = self._lists.get(number)
        return "" if found is None else value(found.find(f"{W}abstractNumId"))

    def _levels_of(self, abstract: str) -> list[_Element]:
        """The levels of a kind of list, also of one that stands under the name of a style."""
        kind = self._kinds.get(abstract)
        if kind is not None:
            kind = self._named.get(value(kind.find(f"{W}numStyleLink")), kind)
        return [] if kind is None else [each for each in kind if local(each) == "lvl"][:_LEVELS]

    def part(self, fonts: dict[str, str], styles: dict[str, str]) -> _Element | None:
        """The lists that are used, as a part of the public copy; None where there are none.

        fonts: of the theme. styles: the new identities of those that are used.
        """
        made = new("numbering")
        abstracts: dict[str, str] = {}
        for number in self.numbers:
            abstract = self._abstract(number)
            if abstract not in abstracts:
                abstracts[abstract] = str(len(abstracts))
                made.append(self._kind(abstract, abstracts[abstract], fonts, styles))
        for number, new_number in self.numbers.items():
            entry = new("num", numId=new_number)
            entry.append(new("abstractNumId", val=abstracts[self._abstract(number)]))
            found = self._lists.get(number)
            for change in () if found is None else found.iterchildren(f"{W}lvlOverride"):
                start = value(change.find(f"{W}startOverride"))
                if start.isdecimal() and len(start) < 6 and value(change, "ilvl") in "012345678":
                    entry.append(new("lvlOverride", ilvl=value(change, "ilvl")))
                    entry[-1].append(new("startOverride", val=start))
            made.append(entry)
        return made if len(made) else None

    def _kind(self, abstract: str, identity: str, fonts: dict[str, str], styles: dict[str, str]) -> _Element:
        """A kind of list with its levels; those that no paragraph uses have no sign of their own."""
        made = new("abstractNum", abstractNumId=identity)
        made.append(new("multiLevelType", val="multilevel"))
        used = self.levels[abstract]
        for level in self._levels_of(abstract):
            number = _number(value(level, "ilvl"))
            if number <= max(used, default=-1):
                made.append(_level(level, number, number in used, fonts, styles))
        return made


def _level(
    level: _Element, number: int, used: bool, fonts: dict[str, str], styles: dict[str, str]
) -> _Element:
    """A level of a list."""
    made = new("lvl", ilvl=number)
    start = value(level.find(f"{W}start"))
    made.append(new("start", val=start if start.isdecimal() and len(start) < 6 else "1"))
    for name in ("numFmt", "lvlRestart", "pStyle", "isLgl", "suff", "lvlText", "lvlJc", "pPr", "rPr"):
        found = level.find(W + name)
        if found is None:
            continue
        if name == "lvlText":
            made.append(new(name, val=value(found)[:_LONGEST_SIGN] if used else ""))
        elif name == "pStyle":
            if style := styles.get(value(found)):
                made.append(new(name, val=style))
        elif (copied := kept(found, fonts)) is not None:
            made.append(copied)
    return made


def _number(text: str) -> int:
    """The number of a level."""
    return min(int(text), _LEVELS - 1) if text.isdecimal() and len(text) < 4 else 0
