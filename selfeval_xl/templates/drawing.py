"""What a form is drawn on: cells with their areas, looks and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ..edits import Formula
from ..grid import Area, Grid
from ..layouts.layout import Column
from ..quantity import money

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """An area of the form. look: title, subtitle, label, head, text, name, note, long, target, choice, money,
    percent, number, shown, link, plain,
    level, share, told, helper, progress.

    entry: a person fills it in. value: None, str, Decimal or Formula.
    """

    area: Area
    look: str
    value: None | str | Decimal | Formula = None
    entry: bool = False
    key: str = ""


@dataclass(slots=True)
class Drawing:
    """A form's cells, the rows of its title and of its indicator table (first and last), the last row of its
    frame.

    beside: cells of ours right of the form, outside what is printed, with the widths of their columns.
    hidden: rows that stand ready.
    notes: a note for the person who fills in, by row and column; it does not print.
    """

    widths: tuple[float, ...]
    orientation: str = "portrait"
    live: bool = False
    cells: list[Cell] = field(default_factory=list)
    title: int = 0
    bottom: int = 0
    table: tuple[int, int] = (0, -1)
    beside: list[Cell] = field(default_factory=list)
    beside_widths: dict[int, float] = field(default_factory=dict)
    hidden_columns: range = range(0)
    hidden: range = range(0)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)

    def put(
        self,
        row: int,
        column: int,
        look: str,
        value: object = None,
        *,
        span: int = 1,
        rows: int = 1,
        entry: bool = False,
        key: str = "",
    ) -> Cell:
        cell = Cell(Area(row, column, row + rows - 1, column + span - 1), look, value, entry, key)
        self.cells.append(cell)
        return cell

    def put_beside(self, row: int, column: int, look: str, value: object = None, *, key: str = "") -> Cell:
        """A cell of ours right of the form."""
        cell = Cell(Area(row, column, row, column), look, value, key=key)
        self.beside.append(cell)
        return cell

    def grid(self, name: str) -> Grid:
        """The drawing as a Grid, formulas as their values: what the reader would see of the written file."""
        width = len(self.widths)
        rows: list[list] = [[None] * width for _ in range(max(cell.area.bottom for cell in self.cells) + 1)]
        formats = {}
        for cell in self.cells:
            value = cell.value.value if isinstance(cell.value, Formula) else cell.value
            if value not in (None, ""):
                rows[cell.area.top][cell.area.left] = float(value) if isinstance(value, Decimal) else value
                if cell.look == "percent" and isinstance(value, Decimal):
                    formats[cell.area.top, cell.area.left] = "0.00%"
        merges = [
            cell.area
            for cell in self.cells
            if cell.area.top != cell.area.bottom or cell.area.left != cell.area.right
        ]
        return Grid(name, rows, merges, formats=lambda: formats)


def typed(value: object) -> object:
    """An amount as typed: a number where it is one, else the text."""
    if value is None or value == "":
        return None
    number = money(str(value))
    return number if number is not None else str(value)


def field_of(form: Data, key: str) -> object:
    """A field of the form's data; goal.expected looks inside the goal."""
    scope, _, name = key.partition(".")
    value = form.get(scope)
    return value.get(name) if name and isinstance(value, Mapping) else value


def value_of(value: object) -> Decimal | None:
    """The number in a cell, a formula's value included; None where there is none."""
    value = value.value if isinstance(value, Formula) else value
    return money(str(value)) if value not in (None, "") else None


def positions(columns: Sequence[Column], start: int) -> dict[str, int]:
    """The first sheet column of each column key."""
    found = {}
    for column in columns:
        found[column.key] = start
        start += column.span
    return found
