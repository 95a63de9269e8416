"""The cells of a drawn form by key, and the areas of its columns, for the formulas that count over them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import HELPER_COLUMNS, text_literal
from selfeval_xl.templates.drawing import Drawing, DrawnCell, plain
from selfeval_xl.templates.references import area


@dataclass(frozen=True, slots=True)
class FormCells:
    """A drawing's cells by key, in the order of the rows."""

    drawing: Drawing
    by_key: dict[str, list[DrawnCell]]

    def first(self, key: str) -> DrawnCell | None:
        """The first cell of a key outside the table of indicators, where units are others' units."""
        first, last = self.drawing.table
        cells = self.by_key.get(key, ())
        return next((cell for cell in cells if not first <= cell.area.top <= last), None)

    def total(self, key: str) -> DrawnCell | None:
        """The cell of this key in the total row: the one with a formula, or the only one."""
        cells = self.by_key.get(key, [])
        only = cells[0] if len(cells) == 1 else None
        return next((cell for cell in cells if isinstance(cell.value, Formula)), only)

    def column(self, key: str) -> str | None:
        """The area of an indicator column from its head to the row below the table; None without one.

        So a row inserted anywhere in the table is inside.
        """
        first, last = self.drawing.table
        column = next(
            (cell.area.left for cell in self.by_key.get(key, ()) if first <= cell.area.top <= last), None
        )
        return None if column is None else area(column, first - 1, last + 1)

    def state(self, of_money: bool = False) -> str:
        """The area of the column 行况 beside the indicators, or beside the amounts."""
        first, last = self.drawing.money if of_money else self.drawing.table
        column = self.drawing.hidden_columns.start + len(HELPER_COLUMNS) - 1
        return area(column, first - 1, last + 1)

    def states(self, of_money: bool = False) -> list[str]:
        """The letters in it."""
        first, last = self.drawing.money if of_money else self.drawing.table
        column = self.drawing.hidden_columns.start + len(HELPER_COLUMNS) - 1
        return [
            str(plain(cell.value) or "")
            for cell in self.drawing.beside
            if cell.area.left == column and first <= cell.area.top <= last
        ]

    def values(self, key: str) -> list[None | str | Decimal]:
        """The values of an indicator column, row by row."""
        first, last = self.drawing.table
        return [plain(cell.value) for cell in self.by_key.get(key, ()) if first <= cell.area.top <= last]


def issued_code(form: FormCells, code: str) -> Formula | str:
    """The code while the form has the name it was issued with; a copy made for another project has none."""
    name = form.first("project")
    if name is None or not isinstance(name.value, str) or not name.value:
        return code
    where = a1(name.area.top, name.area.left)
    return Formula(f'IF({where}={text_literal(name.value)},{text_literal(code)},"")', code)
