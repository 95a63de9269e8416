"""Recognition of the links from a form back to a list of findings.

They are known by their formula, wherever inserted rows and columns moved them.
"""

from __future__ import annotations

import re

from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import BACK_TO

_FORMULA = re.compile(rf"""=?HYPERLINK\("#'(?:{"|".join(BACK_TO)})'!""")  # =HYPERLINK("#'问题清单'!A5", ...
_TEXT = re.compile(rf"第[\d、]+条$|(?:{'|'.join(BACK_TO.values())})(?:第[\d、]+条)?$")  # 第3、4条
BEGINNINGS = frozenset("第回")  # of the texts of links and of their heads


def links_in(grid: Grid) -> dict[tuple[int, int], str]:
    """The back links of a sheet and the heads of their columns: formula by (row, column).

    A head has the formula "". Where the file gives no formulas, a cell below such a head that reads like a
    link is one.
    """
    texts = {
        (row, column): value
        for row, line in enumerate(grid.rows)
        for column, value in enumerate(line)
        if value.__class__ is str and value[:1] in BEGINNINGS and _TEXT.match(value)
    }
    if not texts:
        return {}
    headed = {column for (_, column), value in texts.items() if value in BACK_TO.values()}
    if grid.formulas is None:
        return {position: "" for position in texts if position[1] in headed}
    formulas = grid.formulas()
    links = {position: formulas[position] for position in texts if _FORMULA.match(formulas.get(position, ""))}
    columns = {column for _, column in links}
    return links | {
        position: ""
        for position, value in texts.items()
        if position not in formulas and value in BACK_TO.values() and position[1] in columns
    }
