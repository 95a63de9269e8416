"""The place of a form on its sheet, and the account of its filled cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from selfeval_xl.model.grid import Area, a1, position


@dataclass(frozen=True, slots=True)
class Unread:
    """Filled cells of neighbouring rows that nobody has read.

    cells: "D21,E22:I27". text: what they show, shortened. data: `NUMBER` where one of them is a number under
    or beside a head of money, targets, completion or scores; `WORDS` where they look like data otherwise.
    """

    NUMBER: ClassVar[str] = "number"
    WORDS: ClassVar[str] = "words"

    sheet: str
    cells: str
    text: str
    data: str = ""

    @property
    def names(self) -> list[str]:
        """The A1 names of all the cells."""
        found = []
        for piece in self.cells.split(","):
            first, _, last = piece.partition(":")
            (top, left), (bottom, right) = position(first), position(last or first)
            found += [a1(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        return found


@dataclass(frozen=True, slots=True)
class Account:
    """Numbers of the filled cells in and around a form that are labels, values or furniture; what is unread.

    Furniture is what is known and no value: titles, units, remarks, numbering, pictures, columns
    that nobody needs.
    """

    labels: int = 0
    values: int = 0
    furniture: int = 0
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of a form on its sheet. Rows and columns count from 0.

    indicator_head: first and last row of the indicator table's head; None where the form has no indicator
    table. funding_head: the same of the funding table.
    """

    area: Area
    indicator_head: tuple[int, int] | None = None
    funding_head: tuple[int, int] | None = None
