"""Fields of a Word text: their codes are left out, what they show stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selfeval_xl.model.numbers import whole
from selfeval_xl.workflows.publishing.word.allowed import W, is_on, new, value

if TYPE_CHECKING:
    from lxml.etree import _Element

# The only fields of a public copy, written by this program: what they show differs from page to page.
PAGE_NUMBERS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_CIRCLED = re.compile(
    r"\s{0,9}eq\s{1,9}\\o\\?a?c?\s?\(\s?[○〇]\s?[,，]\s?(\S{1,2}?)\s?\)\s{0,9}", re.IGNORECASE
)
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_DELETED = (f"{W}del", f"{W}moveFrom")


@dataclass(slots=True)
class _Field:
    """A field that has begun. own: its result is a page number that this program writes."""

    code: str = ""
    shows: bool = False
    own: bool = False
    box: str = ""


@dataclass(slots=True)
class Fields:
    """The fields that have begun in a text and not yet ended. paged: whether page numbers stay fields."""

    paged: bool
    unmatched: frozenset[_Element] = frozenset()
    _open: list[_Field] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        """Whether what comes next is seen: it is no code, and no result that is written anew."""
        return all(each.shows and not each.own for each in self._open)

    def add_code(self, text: str) -> None:
        """Notes a piece of the code of the innermost field."""
        if self._open and not self._open[-1].shows:
            self._open[-1].code = (self._open[-1].code + text)[:200]

    def mark(self, element: _Element) -> list[_Element]:
        """Follows a begin, separate or end; returns what is shown in the field's place by this program."""
        kind = value(element, "fldCharType")
        if kind == "begin" and element not in self.unmatched:
            self._open.append(_Field(box=_box(element)))
        elif kind == "separate" and self._open and not self._open[-1].shows:
            outside = all(each.shows and not each.own for each in self._open[:-1])
            self._open[-1].shows = True
            self._open[-1].own = bool(self._page_number(self._open[-1].code))
            return self._written(self._open[-1]) if outside else []
        elif kind == "end" and self._open and element not in self.unmatched:
            ended = self._open.pop()
            return self._written(ended) if not ended.shows and self.is_shown else []
        return []

    def _page_number(self, code: str) -> str:
        name = next(iter(code.upper().split()), "")
        return name if self.paged and name in PAGE_NUMBERS else ""

    def simple(self, element: _Element) -> list[_Element]:
        """What this program writes in the place of a field in one element; [] where its result stays."""
        return self._written(_Field(value(element, "instr"))) if self.is_shown else []

    def _written(self, ended: _Field) -> list[_Element]:
        """A page number, a letter in a circle, a ticked box."""
        name = self._page_number(ended.code)
        if name:
            return _field(name)
        text = ended.box or _circled(ended.code)
        if not text:
            return []
        made = new("t")
        made.text = text
        return [made]


def _field(name: str) -> list[_Element]:
    """A field of our own, with the number of the first page as its result."""
    code, shown = new("instrText"), new("t")
    code.text, shown.text = name, "1"
    begin, separate, end = (new("fldChar", fldCharType=kind) for kind in ("begin", "separate", "end"))
    return [begin, code, separate, shown, end]


def unmatched_marks(root: _Element) -> frozenset[_Element]:
    """The begins without an end and the ends without a begin."""
    begun: list[_Element] = []
    odd: set[_Element] = set()
    for mark in root.iter(f"{W}fldChar"):
        if any(each.tag in _DELETED for each in mark.iterancestors()):
            continue
        if value(mark, "fldCharType") == "begin":
            begun.append(mark)
        elif value(mark, "fldCharType") == "end":
            if begun:
                begun.pop()
            else:
                odd.add(mark)
    return frozenset(odd | set(begun))


def _circled(code: str) -> str:
    """The number in a circle that an EQ field draws (带圈字符), "" for any other."""
    found = _CIRCLED.fullmatch(code)
    if not found:
        return ""
    number = found[1]
    return _CIRCLES[whole(number) - 1] if 0 < whole(number) <= len(_CIRCLES) else number


def _box(begin: _Element) -> str:
    """The sign of a form's tick box, or the chosen entry of its list; "" for anything else."""
    data = begin.find(f"{W}ffData")
    box = data.find(f"{W}checkBox") if data is not None else None
    if box is not None:
        ticked = box.find(f"{W}checked")
        return "☒" if is_on(ticked if ticked is not None else box.find(f"{W}default")) else "☐"
    chosen = data.find(f"{W}ddList") if data is not None else None
    if chosen is None:
        return ""
    result = chosen.find(f"{W}result")
    number = value(result if result is not None else chosen.find(f"{W}default"), default="0")
    entries = [value(each) for each in chosen.iter(f"{W}listEntry")]
    place = whole(number, -1)
    return entries[place] if 0 <= place < len(entries) else ""
