"""Which cells of a form are links of ours back to a list: known by their formula, wherever rows and columns
moved them.
"""

from __future__ import annotations

import re

from .grid import Grid
from .sheets import BACK_TO

_OURS = re.compile(rf"""=?HYPERLINK\("#'(?:{"|".join(BACK_TO)})'!""")
_TEXT = re.compile(rf"第[\d、]+条$|(?:{'|'.join(BACK_TO.values())})(?:第[\d、]+条)?$")
_BEGINNINGS = frozenset("第回")


def links_in(grid: Grid) -> dict[tuple[int, int], str]:
    """The cells of a sheet that are links of ours, each with its formula, the heads of their columns with
    them.

    Where the file tells no formulas, what stands below such a head and reads like a link is one.
    """
    found = {
        (row, column): value
        for row, line in enumerate(grid.rows)
        for column, value in enumerate(line)
        if value.__class__ is str and value[:1] in _BEGINNINGS and _TEXT.match(value)
    }
    if not found:
        return {}
    headed = {column for (_, column), value in found.items() if value in BACK_TO.values()}
    if grid.formulas is None:
        return {place: "" for place in found if place[1] in headed}
    formulas = grid.formulas()
    links = {place: formulas[place] for place in found if _OURS.match(formulas.get(place, ""))}
    columns = {column for _, column in links}
    return links | {
        place: ""
        for place, value in found.items()
        if place not in formulas and value in BACK_TO.values() and place[1] in columns
    }
