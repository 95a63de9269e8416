"""A Grid with its labels found: where each stands, what it can mean, and what was used of the sheet so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..grid import Area, Grid, a1
from ..quantity import is_void
from .labels import LONGEST_LABEL, Role, roles


@dataclass(frozen=True, slots=True)
class Label:
    """A cell whose text is a known label, the area it covers and the roles it can play."""

    row: int
    column: int
    text: str
    area: Area
    roles: tuple[Role, ...]

    def role(self, scope: str) -> Role | None:
        return next((role for role in self.roles if role.scope == scope), None)

    def is_key(self, scope: str, key: str) -> bool:
        return any(role.scope == scope and role.key == key for role in self.roles)


@dataclass(slots=True)
class Sheet:
    """labels by row, left to right. used: cells that some part of a form has taken."""

    grid: Grid
    rows: dict[int, list[Label]] = field(default_factory=lambda: defaultdict(list))
    used: set[tuple[int, int]] = field(default_factory=set)
    evidence: list[tuple[str, int, int, str, Role]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    _first: dict[tuple[int, int, int], tuple[str, int]] = field(default_factory=dict)

    def labels(self, top: int, bottom: int, left: int = 0, right: int = 10**6) -> Iterator[Label]:
        """The labels of these rows and columns, in reading order."""
        for row in range(top, bottom + 1):
            if row in self.rows:
                for label in self.rows[row]:
                    if left <= label.column <= right:
                        yield label

    def text(self, row: int, column: int) -> str:
        """What the cell (or the merged area over it) displays, without surrounding white space."""
        grid = self.grid
        if grid.merges:
            area = grid.area(row, column)
            row, column = area.top, area.left
        return grid.text(row, column).strip()

    def take(self, row: int, column: int) -> tuple[str | None, str]:
        """The value of the cell (None: empty or a dash) and the A1 name of its top left; marks it as used."""
        grid = self.grid
        area = grid.merged().get((row, column))
        if area is not None:
            row, column = area.top, area.left
        self.used.add((row, column))
        cells = grid.rows[row] if row < len(grid.rows) else ()          # the busiest line of the reader: no calls for an empty cell
        value = cells[column] if column < len(cells) else None
        if value is None:
            return None, a1(row, column)
        text = value.strip() if type(value) is str else grid.text(row, column)
        return (None if is_void(text) else text), a1(row, column)

    def first_text(self, row: int, left: int, right: int) -> tuple[str, int]:
        """The first text of a row in these columns and where it stands; "" and -1 where there is none."""
        key = (row, left, right)
        if key not in self._first:
            cells = self.grid.rows[row] if row < len(self.grid.rows) else []
            self._first[key] = next(((value.strip(), column) for column, value in enumerate(cells[left: right + 1], left) if isinstance(value, str) and value.strip()), ("", -1))
        return self._first[key]

    def note(self, label: Label, role: Role, what: str) -> None:
        """Remembers by what a part was recognised, for the page that says how a file was read."""
        self.used.add((label.row, label.column))
        text = " ".join(label.text.split())
        if role.by == "近似":
            self.doubts.append((a1(label.row, label.column), f"“{text}”像是“{role.label}”写错了一个字，已按“{role.label}”读；请改正"))
        self.evidence.append((what, label.row, label.column, text, role))

    def told(self) -> list[str]:
        """By what each part was recognised, a line each."""
        return [f"{what}：{a1(row, column)}“{text}”（{role.by if role.by != '近似' else f'近似“{role.label}”'}）" for what, row, column, text, role in self.evidence]

    def left_over(self, area: Area) -> list[str]:
        """Cells of the area that hold something nobody used, with their text."""
        found = []
        for row in range(area.top, min(area.bottom + 1, len(self.grid.rows))):
            labels = {label.column for label in self.rows.get(row, ())}
            for column, value in enumerate(self.grid.rows[row][area.left: area.right + 1], area.left):
                if value is not None and (row, column) not in self.used and column not in labels:
                    found.append(f"{a1(row, column)}“{' '.join(self.grid.text(row, column).split())[:20]}”")
        return found

    def filled(self, row: int, left: int, right: int) -> list[int]:
        """The columns of this row that hold a value of their own."""
        if not 0 <= row < len(self.grid.rows):
            return []
        cells = self.grid.rows[row]
        return [column for column in range(left, min(right + 1, len(cells))) if cells[column] not in (None, "")]


def scan(grid: Grid) -> Sheet:
    """Finds all labels of a Grid."""
    sheet = Sheet(grid)
    for row, cells in enumerate(grid.rows):
        for column, value in enumerate(cells):
            if isinstance(value, str) and len(value) <= LONGEST_LABEL:
                known = roles(value)
                if known:
                    sheet.rows[row].append(Label(row, column, value, grid.area(row, column), known))
    return sheet
