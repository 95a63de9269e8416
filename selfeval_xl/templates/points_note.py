"""A word beside the sum of points where it is not 100, on the form itself: there the points are typed."""

from __future__ import annotations

from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1, plain_number
from selfeval_xl.model.sheet_names import ADDED_COLUMNS
from selfeval_xl.templates.drawing import Drawing, plain
from selfeval_xl.templates.verdict_formulas import GAP

_SUM, _WRONG = "分值合计", "分值不是100"  # facts of row 1, see self_check_formulas


def add_points_note(drawing: Drawing) -> None:
    """Puts the note into the column 判定, beside the total row, or below the table where there is none."""
    facts = {cell.key: cell for cell in drawing.beside if cell.key in (_SUM, _WRONG)}
    if len(facts) < 2 or not any(cell.key == "points" for cell in drawing.cells):
        return
    total = next((cell for cell in drawing.cells if cell.key == "total_points"), None)
    row = drawing.table[1] + 1 if total is None else total.area.top
    where, wrong = (a1(facts[key].area.top, facts[key].area.left) for key in (_SUM, _WRONG))
    text = f'IF(N({wrong})=0,"","分值合计"&{where}&"，应为100")'
    points = plain(facts[_SUM].value)
    is_wrong = plain(facts[_WRONG].value) == 1 and isinstance(points, Decimal)
    shown = f"分值合计{plain_number(points)}，应为100" if is_wrong and isinstance(points, Decimal) else ""
    column = len(drawing.widths) + GAP + ADDED_COLUMNS.index("判定")
    drawing.put_beside(row, column, "beside note", Formula(text, shown), key="points note")
