"""The drawing of a form: its cells with their areas, looks and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.layouts.layout import SELF, THROUGH, LayoutColumn
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import Area, Grid, Value
from selfeval_xl.model.quantity import money

READY = 40  # rows of the table of indicators; those that are not needed yet are hidden
NO_YEAR = "　　　"  # room to write the year by hand

CellValue = None | str | Decimal | Formula


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell of the form, or a merged area of cells.

    look: a key of `cell_styles._LOOKS` (title, label, text, money ...). entry: a person fills it in.
    key: the field or column that the cell holds, "" for printed texts.
    """

    area: Area
    look: str
    value: CellValue = None
    entry: bool = False
    key: str = ""


@dataclass(slots=True)
class Drawing:
    """The cells of a form, with the rows and columns that writing and reading it need.

    widths: in characters, one for each column of the form. live: made for filling in, with formulas beside
    the indicators. policy: its thresholds stand in the formulas. year: of the form, where known. rows: of the
    table at least. title, bottom: the row of the title, the last row of the frame. money, table: first and
    last row of the amounts and of the indicators. head: first and last row of the heads that stand on each
    printed page, without them those down to the title. frozen: rows that stay in sight. beside: our own cells
    right of the form, which are not printed; beside_widths: the widths of their columns. hidden: spare
    indicator rows, hidden until they are needed. growing: rows that become as high as their texts while a
    person types. money_unit: of the amounts. notes: cell notes by row and
    column. stage: of the form; only one of the self-evaluation is judged by formulas. through: the months
    that a monitoring form covers, a formula where they are chosen in a cell.
    """

    widths: tuple[float, ...]
    orientation: str = "portrait"
    live: bool = False
    policy: Policy = field(default_factory=default)
    year: int | None = None
    rows: int = READY
    cells: list[DrawnCell] = field(default_factory=list)
    title: int = 0
    head: tuple[int, int] | None = None
    frozen: int = 0
    bottom: int = 0
    money: tuple[int, int] = (0, -1)
    table: tuple[int, int] = (0, -1)
    beside: list[DrawnCell] = field(default_factory=list)
    beside_widths: dict[int, float] = field(default_factory=dict)
    hidden_columns: range = range(0)
    hidden: range = range(0)
    growing: range = range(0)
    money_unit: str = ""
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    stage: str = SELF
    through: str | Formula = ""

    @property
    def is_judged(self) -> bool:
        """Whether formulas beside the form say how its indicators were met."""
        return self.live and self.stage == SELF

    def label(self, text: str) -> str | Formula:
        """A label as printed; where it names the months, a formula that follows the cell they stand in."""
        if THROUGH not in text or isinstance(self.through, str):
            return text.replace(THROUGH, str(self.through))
        before, after = (part.replace('"', '""') for part in text.split(THROUGH, 1))
        shown = text.replace(THROUGH, str(self.through.value), 1)
        return Formula(
            f'"{before}"&{self.through.text}&"{after}"' if before else f'{self.through.text}&"{after}"', shown
        )

    def put(
        self,
        row: int,
        column: int,
        look: str,
        value: CellValue = None,
        *,
        span: int = 1,
        rows: int = 1,
        entry: bool = False,
        key: str = "",
    ) -> DrawnCell:
        """Adds a cell that is `span` columns wide and `rows` rows high."""
        cell = DrawnCell(Area(row, column, row + rows - 1, column + span - 1), look, value, entry, key)
        self.cells.append(cell)
        return cell

    def put_beside(
        self, row: int, column: int, look: str, value: CellValue = None, *, key: str = ""
    ) -> DrawnCell:
        """Adds a cell right of the form."""
        cell = DrawnCell(Area(row, column, row, column), look, value, key=key)
        self.beside.append(cell)
        return cell

    def grid(self, name: str) -> Grid:
        """The drawing as a Grid, formulas as their values, as the reader sees the written file."""
        width = len(self.widths)
        height = max(cell.area.bottom for cell in self.cells) + 1
        rows: list[list[Value]] = [[None] * width for _ in range(height)]
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


def plain(value: CellValue) -> None | str | Decimal:
    """The value of a cell; for a formula the value that it has now."""
    return value.value if isinstance(value, Formula) else value


def value_of(value: object) -> Decimal | None:
    """The number in a cell, a formula's value included; None where there is none."""
    value = value.value if isinstance(value, Formula) else value
    return money(str(value)) if value not in (None, "") else None


def positions(columns: Sequence[LayoutColumn], start: int) -> dict[str, int]:
    """The first sheet column of each column key."""
    starts = {}
    for column in columns:
        starts[column.key] = start
        start += column.span
    return starts
