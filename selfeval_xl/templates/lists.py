"""The hidden sheet 指标库: what drop-downs and formulas choose from - units, and the second levels below each first level of each form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..grid import a1
from ..layouts import Layout
from ..sheets import LISTS
from .live import listed_units

_TALLEST = 12                              # second levels below one first level, at most


@dataclass(frozen=True, slots=True)
class Levels:
    """Where the levels of one layout stand: the row of first levels, and the corner from which second levels are counted."""

    firsts: str
    corner: str

    def seconds(self, first_level: str) -> str:
        """A formula for the second levels below what this cell says."""
        at = f"MATCH({first_level},{self.firsts},0)-1"
        count = f"COUNTA(OFFSET({self.corner},1,{at},{_TALLEST},1))"
        return f"OFFSET({self.corner},1,{at},MAX(1,{count}),1)"


def columns(layouts: Sequence[Layout]) -> tuple[list[tuple[str, ...]], dict[str, Levels]]:
    """The columns of the sheet, head first, and where each layout's levels are, by the layout's kind."""
    found: list[tuple[str, ...]] = [("单位", *listed_units()), ()]
    places: dict[str, Levels] = {}
    for layout in layouts:
        levels = layout.indicators.levels
        if not levels:
            continue
        start = len(found)
        found += [(first, *seconds) for first, seconds in levels] + [()]
        firsts = f"{LISTS}!${_column(start)}$1:${_column(start + len(levels) - 1)}$1"
        places[layout.kind] = Levels(firsts, f"{LISTS}!${_column(start)}$1")
    return found, places


def _column(number: int) -> str:
    return a1(0, number)[:-1]
