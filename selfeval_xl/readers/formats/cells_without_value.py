"""Cells of a spreadsheet, of any format, that hold no value although a library gives one.

These are pictures (WPS keeps them as `=DISPIMG("ID_…",1)`, Excel as an error) and formulas that were saved as
their own text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from selfeval_xl.model.grid import Value
from selfeval_xl.model.text import ODD
from selfeval_xl.readers.formats.grid_values import Place

_PREFIX = r"(?:_xl\w+\.|_?ORG\.\w+\.)*"  # _xlfn. of functions younger than a file's format, also _xlfn._xlws.
_PICTURE = re.compile(rf"\A\s*(?:=\s*{_PREFIX}(?:DISPIMG|IMAGE)|{_PREFIX}DISPIMG)\s*\(", re.IGNORECASE)
_FOREIGN_NAME = re.compile(r"\A\s*=.*?\b_xl(?:fn|ws|udf|pm)\.", re.IGNORECASE | re.DOTALL)
Asked = Callable[[], Mapping[Place, str]]  # texts by cell, made when they are asked for
_BEGINNINGS = ("=", "_xl", "DISPIMG")  # of texts worth a look
_WORTH_A_LOOK = re.compile(r"\0(?:=[^\0]*[A-Za-z]|_xl|DISPIMG)")  # one of them among all texts; =100% is none


@dataclass(frozen=True, slots=True)
class Emptied:
    """The cells whose value was taken out. pictures: those with a picture. formulas: the others, by place.

    odd: whether a text has letters that nobody sees as they stand.
    """

    pictures: frozenset[Place] = frozenset()
    formulas: Mapping[Place, str] = field(default_factory=dict)
    odd: bool = True

    def formulas_with(self, formulas: Asked) -> Asked:
        """The formulas of the sheet, with those that were found as texts."""
        return (lambda: {**self.formulas, **formulas()}) if self.formulas else formulas

    def errors_of(self, errors: Asked) -> Asked:
        """The errors of the sheet without those that stand for a picture."""
        if not self.pictures:
            return errors
        return lambda: {place: text for place, text in errors().items() if place not in self.pictures}


def names_picture(xml: bytes) -> bool:
    """Whether a sheet's XML may have a formula that shows a picture."""
    return b"IM" in xml and (b"DISPIMG" in xml or b"IMAGE(" in xml)


def without_no_values(
    rows: list[list[Value]],
    formulas: Asked,
    errors: Mapping[Place, str],
    pictures: frozenset[Place] = frozenset(),
    look_at_all: bool = False,
) -> Emptied:
    """Empties the cells that hold a picture or the text of a formula, and returns which.

    formulas: () -> those of the sheet, asked only where a value looks suspicious. errors: of the sheet.
    pictures: cells known to hold one. look_at_all: some formula may show a picture.
    """
    texts = "\0".join(["", *[value for cells in rows for value in cells if value.__class__ is str]])
    odd = ODD.search(texts) is not None
    suspects = _suspects(rows) if _WORTH_A_LOOK.search(texts) else []
    if not (suspects or errors or pictures or look_at_all):
        return Emptied(odd=odd)
    known = formulas() if suspects or errors or look_at_all else {}
    found = set(pictures)
    if look_at_all:
        found.update(place for place, formula in known.items() if _PICTURE.match(formula))
    found.update(place for place in errors if _PICTURE.match(known.get(place, "")))
    saved: dict[Place, str] = {}
    for place, text in suspects:
        if _PICTURE.match(text):
            found.add(place)
        elif _FOREIGN_NAME.match(text) or place in known and _plain(text) == _plain(known[place]):
            saved[place] = text
    for row, column in (*found, *saved):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = None
    formulas_only = {place: text for place, text in saved.items() if place not in found}
    return Emptied(frozenset(found), formulas_only, odd)


def _suspects(rows: list[list[Value]]) -> list[tuple[Place, str]]:
    """The cells whose text may be that of a formula."""
    return [
        ((row, column), value)
        for row, cells in enumerate(rows)
        for column, value in enumerate(cells)
        if isinstance(value, str) and value.startswith(_BEGINNINGS)
    ]


def _plain(formula: str) -> str:
    """A formula without what programs add to it: prefixes of functions, blanks, capitals."""
    return re.sub(r"\s+|_xl(?:fn|ws)\.", "", formula).upper()
