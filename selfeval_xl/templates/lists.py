"""The hidden sheet 指标库: what drop-downs and formulas choose from - units, operators, the levels of each
form, usual indicators below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..grid import a1
from ..layouts import Layout
from ..sheets import LISTS
from .common import USUAL_NAMES, USUAL_UNITS
from .live import listed_units

_TALLEST = 12  # entries below one head, at most
SIGNS = ("≥", "＞", "＝", "＜", "≤", "定性")
KINDS = ("定量指标", "定性指标")
YES_NO = ("是", "否")
_FIXED = (("常用单位", *USUAL_UNITS), ("符号", *SIGNS), ("指标性质", *KINDS), ("是否", *YES_NO))


@dataclass(frozen=True, slots=True)
class Branch:
    """Lists side by side: the row of their heads, and the corner from which the entries below a head are
    counted.
    """

    heads: str
    corner: str

    def below(self, head: str) -> str:
        """A formula for the entries below the head that this cell says."""
        at = f"MATCH({head},{self.heads},0)-1"
        count = f"COUNTA(OFFSET({self.corner},1,{at},{_TALLEST},1))"
        return f"OFFSET({self.corner},1,{at},MAX(1,{count}),1)"


@dataclass(frozen=True, slots=True)
class Levels:
    """Where the lists of one layout stand: second levels below the first ones (None without levels), names
    below the second, and the
    areas of the lists that never change by their head (常用单位, 符号, 指标性质, 是否).
    """

    levels: Branch | None
    names: Branch
    fixed: dict[str, str]


def columns(layouts: Sequence[Layout]) -> tuple[list[tuple[str, ...]], dict[str, Levels]]:
    """The columns of the sheet, head first, and where each layout's lists are, by the layout's kind."""
    found: list[tuple[str, ...]] = [("单位", *listed_units()), ()]
    branches: dict[str, Branch] = {}
    for layout in layouts:
        if layout.indicators.levels:
            branches[layout.kind] = _branch(len(found), len(layout.indicators.levels))
            found += [(first, *seconds) for first, seconds in layout.indicators.levels] + [()]
    fixed = {}
    for head, *values in _FIXED:
        fixed[head] = f"{LISTS}!${_column(len(found))}$2:${_column(len(found))}${len(values) + 1}"
        found.append((head, *values))
    found.append(())
    names = _branch(len(found), len(USUAL_NAMES))
    found += [(level, *usual) for level, usual in USUAL_NAMES.items()]
    return found, {layout.kind: Levels(branches.get(layout.kind), names, fixed) for layout in layouts}


def _branch(start: int, width: int) -> Branch:
    return Branch(
        f"{LISTS}!${_column(start)}$1:${_column(start + width - 1)}$1", f"{LISTS}!${_column(start)}$1"
    )


def _column(number: int) -> str:
    return a1(0, number)[:-1]
