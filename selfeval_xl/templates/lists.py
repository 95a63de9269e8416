"""The hidden sheet 指标库 with the lists of drop-downs and formulas: units, operators, levels, indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.layouts import Layout
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import LISTS
from selfeval_xl.templates.suggestions import USUAL_NAMES, USUAL_UNITS
from selfeval_xl.templates.word_lists import listed, word_lists

_TALLEST = 12  # most entries below one head
SIGNS = ("≥", "＞", "＝", "＜", "≤", "定性")
KINDS = ("定量指标", "定性指标")
YES_NO = ("是", "否")
_FIXED = (("常用单位", *USUAL_UNITS), ("符号", *SIGNS), ("指标性质", *KINDS), ("是否", *YES_NO))


@dataclass(frozen=True, slots=True)
class Branch:
    """Lists side by side. heads: the area of their heads. corner: the first head, where offsets begin."""

    heads: str
    corner: str

    def below(self, head: str) -> str:
        """A formula for the entries below the head whose text stands in the cell `head`."""
        at = f"MATCH({head},{self.heads},0)-1"
        count = f"COUNTA(OFFSET({self.corner},1,{at},{_TALLEST},1))"
        return f"OFFSET({self.corner},1,{at},MAX(1,{count}),1)"


@dataclass(frozen=True, slots=True)
class Levels:
    """The positions of one layout's lists on the hidden sheet.

    levels: second levels below the first ones, None for a layout without. names: usual indicators below the
    second levels. fixed: areas of the other lists by head (常用单位, 符号, 指标性质, 是否).
    """

    levels: Branch | None
    names: Branch
    fixed: dict[str, str]


def columns(
    layouts: Sequence[Layout], with_words: bool = True
) -> tuple[list[tuple[str | Decimal, ...]], dict[str, Levels]]:
    """The columns of the sheet, head first, and the lists of each layout by whose form it is.

    with_words: the lists that the formulas of a judged form look into come first.
    """
    words = [(head, *listed(head)) for head in word_lists()] if with_words else []
    lists: list[tuple[str | Decimal, ...]] = [*words, ()] if words else []
    branches: dict[str, Branch] = {}
    for layout in layouts:
        if layout.indicators.levels:
            branches[layout.owner] = _branch(len(lists), len(layout.indicators.levels))
            lists += [(first, *seconds) for first, seconds in layout.indicators.levels] + [()]
    fixed = {}
    for head, *values in _FIXED:
        fixed[head] = f"{LISTS}!${_column(len(lists))}$2:${_column(len(lists))}${len(values) + 1}"
        lists.append((head, *values))
    lists.append(())
    names = _branch(len(lists), len(USUAL_NAMES))
    lists += [(level, *usual) for level, usual in USUAL_NAMES.items()]
    return lists, {layout.owner: Levels(branches.get(layout.owner), names, fixed) for layout in layouts}


def _branch(start: int, width: int) -> Branch:
    return Branch(
        f"{LISTS}!${_column(start)}$1:${_column(start + width - 1)}$1", f"{LISTS}!${_column(start)}$1"
    )


def _column(number: int) -> str:
    return a1(0, number)[:-1]
