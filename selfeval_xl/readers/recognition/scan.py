"""Search for labels in a Grid: the cell and roles of each, and a record of the cells already read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple

from selfeval_xl.model.grid import Area, Grid, a1, number_text
from selfeval_xl.model.places import cells_shown, is_word
from selfeval_xl.model.quantity import is_void
from selfeval_xl.model.sheet_names import HELPER_COLUMNS
from selfeval_xl.readers.recognition.back_links import BEGINNINGS
from selfeval_xl.readers.recognition.labels import LONGEST_LABEL, Role, roles


class Label(NamedTuple):
    """A cell whose text is a known label, the area it covers and the roles it can have."""

    row: int
    column: int
    text: str
    area: Area
    roles: tuple[Role, ...]

    def role(self, scope: str) -> Role | None:
        """The first role of this scope, or None where the label has none."""
        for role in self.roles:
            if role.scope == scope:
                return role
        return None

    def need_role(self, scope: str) -> Role:
        """The first role of this scope, which the caller knows to exist; LookupError where there is none."""
        for role in self.roles:
            if role.scope == scope:
                return role
        raise LookupError(f"no role in {scope}: {self.text!r}")

    def is_key(self, scope: str, key: str) -> bool:
        """Whether one of the roles is this field."""
        for role in self.roles:  # a loop, since this is asked of every label many times
            if role.scope == scope and role.key == key:
                return True
        return False


class Lines(dict[int, dict[int, str]]):
    """The displayed texts of a Grid's filled cells by row and column, without surrounding white space.

    A row is made when it is first asked for.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.as_stored = not grid.changes_texts()  # whether texts show as they stand

    def __missing__(self, row: int) -> dict[int, str]:
        grid, as_stored = self.grid, self.as_stored
        cells = grid.rows[row] if 0 <= row < len(grid.rows) else ()
        line = self[row] = {
            column: (
                value.strip()
                if as_stored and type(value) is str
                else number_text(value, grid.number_format(row, column))
                if type(value) is float
                else grid.text(row, column)
            )
            for column, value in enumerate(cells)
            if value is not None
        }
        return line


ERROR = re.compile(r"#(?:REF!|DIV/0!|N/A|NAME\?|VALUE!|NUM!|NULL!|SPILL!|CALC!)")
FIGURE = re.compile(r"[≥≤<>=]?\s?\d[\d.,]{0,30}\s?[%％]?\Z")  # what rows of values have and heads have not
LONGEST_TITLE = 60


@dataclass(slots=True)
class ScannedSheet:
    """A Grid while its forms are read.

    rows: labels by row, left to right. values: cells whose value went into a record that does not name them.
    furniture: cells that are known and hold no value of the form (titles, labels read although misspelt,
    units, remarks, the values of columns that nobody needs). evidence: part, label and role of each
    recognition. doubts: cell and sentence for each label that was read although misspelt. headings: row,
    column and text of what may be a title. errors: cells that show an error such as #REF!. may_hold_ours:
    whether a text is like those that this program writes beside a form.
    """

    grid: Grid
    lines: Lines
    rows: dict[int, list[Label]] = field(default_factory=lambda: defaultdict(list))
    values: set[tuple[int, int]] = field(default_factory=set)
    furniture: set[tuple[int, int]] = field(default_factory=set)
    evidence: list[tuple[str, Label, Role]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    headings: list[tuple[int, int, str]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    in_order: list[Label] = field(default_factory=list)
    sub_heads: set[int] = field(default_factory=set)
    may_hold_ours: bool = False

    def labels(self, top: int, bottom: int, left: int = 0, right: int = 10**6) -> list[Label]:
        """The labels of these rows and columns, in reading order."""
        known, labels = self.rows, self.in_order
        if top == bottom:
            labels = known[top] if top in known else []
        elif labels and not top <= labels[0].row <= labels[-1].row <= bottom:
            labels = labels[bisect_left(labels, (top,)) : bisect_left(labels, (bottom + 1,))]
        return [label for label in labels if left <= label.column <= right]

    def heads_below(self, label: Label, bottom: int) -> dict[int, str]:
        """The heads of single columns in the row `bottom`, below a label that reaches over them.

        Values are none: what has a figure, as in a row of a table that begins at once.
        """
        area = label.area
        if area.bottom >= bottom or area.right == area.left or bottom >= len(self.grid.rows):
            return {}
        cells, line = self.grid.rows[bottom], self.lines[bottom]
        if sum(FIGURE.match(text) is not None for text in line.values()) >= 2:
            return {}
        return {
            column: line[column]
            for column in range(area.left, min(area.right + 1, len(cells)))
            if type(cells[column]) is str and not any(map(str.isdigit, line.get(column, "0")))
        }

    def value_cell(self, row: int, column: int) -> tuple[int, int]:
        """The cell with the value: the top left of the merged area over this cell, or the cell itself."""
        area = self.grid.merged().get((row, column))
        return (row, column) if area is None else (area.top, area.left)

    def text(self, row: int, column: int) -> str:
        """The displayed text of the cell or the merged area over it, without surrounding white space."""
        row, column = self.value_cell(row, column)
        return self.lines[row].get(column, "")

    def take(self, row: int, column: int) -> tuple[str | None, str]:
        """The value of the cell (None: empty or a dash) and the A1 name of its top left."""
        area = self.grid.merged().get((row, column))
        if area is not None:
            row, column = area.top, area.left
        text = self.lines[row].get(column)
        return (None if is_void(text) else text), a1(row, column)

    def take_row(
        self, row: int, columns: Mapping[str, Label]
    ) -> tuple[dict[str, str | None], dict[str, str]]:
        """The values and the cells of a table's row by key, each as `take` gives it."""
        lines = self.lines
        held, text_in = self.grid.merged().get, lines[row].get
        values: dict[str, str | None] = {}
        cells: dict[str, str] = {}
        for key, label in columns.items():
            column = label.column
            area = held((row, column))
            if area is None:
                text = text_in(column)
                cells[key] = a1(row, column)
            else:
                text = lines[area.top].get(area.left)
                cells[key] = a1(area.top, area.left)
            values[key] = None if text is None or is_void(text) else text
        return values, cells

    def first_text(self, row: int, left: int, right: int) -> tuple[str, int]:
        """The first text of a row in these columns (no number) and its column; "" and -1 for none."""
        for column, text in self.lines[row].items():
            if left <= column <= right and type(self.grid.rows[row][column]) is str:
                return text, column
        return "", -1

    def note(self, label: Label, role: Role, part: str) -> None:
        """Records the label by which a part was recognised, for the report on how a file was read."""
        self.furniture.add((label.row, label.column))
        if role.by == "近似":
            text = " ".join(label.text.split())
            self.doubts.append(
                (
                    a1(label.row, label.column),
                    f"“{text}”像是“{role.label}”写错了一个字，已按“{role.label}”读；请改正",
                )
            )
        self.evidence.append((part, label, role))

    def evidence_lines(self, file: str) -> list[str]:
        """A line for each part: the label by which it was recognised, as found in this file."""
        shown = partial(cells_shown, file) if is_word(file) else str
        return [
            _evidence_line(part, shown(a1(label.row, label.column)), label.text, role.by, role.label)
            for part, label, role in self.evidence
        ]

    def filled(self, row: int, left: int, right: int) -> list[int]:
        """The columns of this row that hold a value of their own."""
        return [column for column in self.lines[row] if left <= column <= right]


@lru_cache(maxsize=20_000)  # forms of one layout have the same labels at the same places
def _evidence_line(part: str, cell: str, text: str, by: str, label: str) -> str:
    """The label by which a part was recognised and how; label: as the vocabulary has it."""
    return f"{part}：{cell}“{' '.join(text.split())}”（{by if by != '近似' else f'近似“{label}”'}）"


class _Likeness(NamedTuple):
    """What a text may be by its wording alone.

    roles: as a label. ours: it begins like the texts that this program writes beside a form. error: #REF! and
    its like. heading: it may be a title.
    """

    roles: tuple[Role, ...] = ()
    ours: bool = False
    error: bool = False
    heading: bool = False


_PLAIN = _Likeness()


@lru_cache(maxsize=20_000)
def _likeness(text: str) -> _Likeness:
    """What the text may be; `_PLAIN` for most, since most cells hold a name or a value."""
    length = len(text)
    label_roles = roles(text) if length <= LONGEST_LABEL else ()
    ours = text[:1] in BEGINNINGS or text == HELPER_COLUMNS[0]
    error = not label_roles and text[:1] == "#" and bool(ERROR.fullmatch(text))
    heading = (
        not label_roles
        and not error
        and 4 <= length <= LONGEST_TITLE
        and ("绩" in text or "自评" in text or "评价表" in text)
    )
    if not (label_roles or ours or error or heading):
        return _PLAIN
    return _Likeness(label_roles, ours, error, heading)


def scan(grid: Grid) -> ScannedSheet:
    """The Grid with its labels, errors and what may be a title found."""
    sheet = ScannedSheet(grid, Lines(grid))
    for row, cells in enumerate(grid.rows):
        for column, value in enumerate(cells):
            if type(value) is not str or (likeness := _likeness(value)) is _PLAIN:
                continue
            if likeness.ours:
                sheet.may_hold_ours = True
            if likeness.roles:
                label = Label(row, column, value, grid.area(row, column), likeness.roles)
                sheet.rows[row].append(label)
                sheet.in_order.append(label)
            elif likeness.error:
                sheet.errors.append((row, column))
            elif likeness.heading:
                sheet.headings.append((row, column, value))
    return sheet
