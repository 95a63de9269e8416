"""A file that came back, as plain data: its project sheets cell by cell, and the keys of its hidden sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from selfeval_xl.model.forms import DEPARTMENT, PROJECT, Form
from selfeval_xl.model.grid import Area, Grid, plain_number
from selfeval_xl.model.quantity import money
from selfeval_xl.model.sheet_names import EVIDENCE
from selfeval_xl.readers import understand
from selfeval_xl.readers.formats.source import Source, open_source
from selfeval_xl.readers.recognition.back_links import links_in
from selfeval_xl.workflows.splitting.alignment import Place
from selfeval_xl.workflows.splitting.evidence import EvidenceRow, evidence_rows

Cell = None | str | Decimal
PICTURE = "（图片）"


@dataclass(frozen=True, slots=True)
class SheetState:
    """One sheet with a project form.

    forms: how many it holds. texts, values: displayed and held by each cell, empty ones left out; a picture
    is the text `PICTURE` and no value. formulas: None where the file does not tell (xls). hidden: rows.
    table: first and last row in which indicators may stand.
    """

    name: str
    project: str | None = None
    code: str | None = None
    forms: int = 1
    texts: Mapping[Place, str] = field(default_factory=dict)
    values: Mapping[Place, Cell] = field(default_factory=dict)
    formulas: frozenset[Place] | None = frozenset()
    merges: tuple[Area, ...] = ()
    hidden: frozenset[int] = frozenset()
    table: tuple[int, int] = (0, -1)

    def shown(self, place: Place) -> str:
        """The text that a person sees in a cell: inside a merged area that of its top left cell."""
        area = next((area for area in self.merges if area.holds(*place)), None)
        return self.texts.get((area.top, area.left) if area else place, "")


@dataclass(frozen=True, slots=True)
class ReturnedForm:
    """A file with the states of its project sheets.

    whole: it holds a department form too. problem: why it could not be read, "" where it could. evidence: the
    rows of 佐证材料清单.
    """

    path: str
    settings: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[SheetState, ...] = ()
    whole: bool = False
    sha256: str = ""
    problem: str = ""
    evidence: tuple[EvidenceRow, ...] = ()


def read_returned(path: str) -> ReturnedForm:
    """Reads a file that came back, in a worker; a file that cannot be understood has a `problem`."""
    return returned_form(open_source(path))


def returned_form(source: Source) -> ReturnedForm:
    """The states of the project sheets of an opened file."""
    read = understand(source)
    sheets = tuple(
        _state(grid, [form for form in read.forms if form.sheet == grid.name and form.kind == PROJECT])
        for grid in source.grids
        if any(form.sheet == grid.name and form.kind == PROJECT for form in read.forms)
    )
    problem = (
        "" if sheets else next((problem.text for problem in read.problems), "里面没有项目支出绩效自评表")
    )
    return ReturnedForm(
        source.path,
        read.settings,
        sheets,
        any(form.kind == DEPARTMENT for form in read.forms),
        source.sha256,
        problem,
        evidence_rows(next((grid for grid in source.grids if grid.name == EVIDENCE), None)),
    )


def _state(grid: Grid, forms: list[Form]) -> SheetState:
    """The state of a sheet with these project forms."""
    links = links_in(grid)
    cells = [
        (row, column)
        for row in range(grid.height)
        for column in range(grid.width)
        if grid.value(row, column) not in (None, "") and (row, column) not in links
    ]
    heads = [form.frame.indicator_head[1] for form in forms if form.frame and form.frame.indicator_head]
    bottoms = [form.frame.area.bottom for form in forms if form.frame]
    return SheetState(
        grid.name,
        forms[0].project,
        forms[0].project_code,
        len(forms),
        {cell: text for cell in cells if (text := grid.text(*cell).strip())}
        | dict.fromkeys(grid.pictures, PICTURE),
        {cell: _value(grid, cell) for cell in cells},
        frozenset(grid.formulas()) if grid.formulas else None,
        tuple(grid.merges),
        grid.hidden()[0] if grid.hidden else frozenset(),
        (min(heads) + 1, max(bottoms)) if heads and bottoms else (0, -1),
    )


def _value(grid: Grid, place: Place) -> Cell:
    """The value as an edit writes it: numbers as numbers, all else (percent and dates too) as displayed."""
    value, text = grid.value(*place), grid.text(*place).strip()
    if isinstance(value, (bool, date)) or not isinstance(value, (int, float)):
        return text
    number = money(text) if text == plain_number(value) or grid.scaled(*place) is not None else None
    return text if number is None else Decimal(plain_number(number))
