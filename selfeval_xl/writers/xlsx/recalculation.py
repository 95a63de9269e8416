"""The saved results of formulas after cells were changed: computed anew, or taken out.

Whoever reads the file before a spreadsheet program has opened it (this program, a preview, pandas) would
otherwise take the old results for those of the new values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from selfeval_xl.model.formulas.evaluation import evaluate
from selfeval_xl.model.formulas.syntax import looks_through_sheets, ranges_in
from selfeval_xl.model.formulas.values import ErrorValue, Matrix, Place, Scalar, UnknownFormula
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.model.numbers import whole
from selfeval_xl.writers.xlsx.package import child

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from selfeval_xl.writers.xlsx.workbook import Book

Cell = tuple[str, int, int]  # sheet, row, column
_ANYWHERE = ("INDIRECT(", "OFFSET(")  # functions that may look at any cell
_VOLATILE = (*_ANYWHERE, "TODAY(", "NOW(", "RAND(", "RANDBETWEEN(", "CELL(", "INFO(")
_WIDEST = 5000  # cells of an area that are taken one by one


def recalculate(book: Book, grids: Mapping[str, Grid], changed: Iterable[Cell]) -> None:
    """Computes every formula that depends on the changed cells; one that is not known loses its result.

    book: holds the new values. grids: the sheets before the change, by name.
    """
    changed = set(changed)
    formulas = _formulas(book, grids)
    dependent = _dependent(formulas, changed)
    if not dependent:
        return
    cells = _BookCells(book, formulas, dependent)
    for cell in dependent:
        sheet = book.need_sheet(cell[0])
        sheet.set_result(cell[1], cell[2], cells.result(cell))


def _formulas(book: Book, grids: Mapping[str, Grid]) -> dict[Cell, str]:
    """The formulas that the sheets had and still have."""
    found = {}
    for name in book.names:
        grid = grids.get(name)
        formulas = grid.formulas() if grid is not None and grid.formulas is not None else {}
        if formulas and book.has_sheet(name):
            found.update({(name, *place): text for place, text in formulas.items()})
    return found


def _dependent(formulas: Mapping[Cell, str], changed: set[Cell]) -> dict[Cell, None]:
    """The formulas whose value may be another one now, in the order of the sheets."""
    readers: dict[Cell, list[Cell]] = {}
    wide: dict[str, list[tuple[Area, Cell]]] = {}
    reached = {
        cell
        for cell, text in formulas.items()
        if any(name in text for name in _VOLATILE) or looks_through_sheets(text)
    }
    concerned = _concerned(formulas, {cell[0] for cell in (*changed, *reached)})
    for cell, text in formulas.items():
        if cell[0] not in concerned:
            continue
        for named in set(ranges_in(text, cell[1])):
            sheet, area = named.sheet or cell[0], named.area
            if (area.bottom - area.top + 1) * (area.right - area.left + 1) > _WIDEST:
                wide.setdefault(sheet, []).append((area, cell))
                continue
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    readers.setdefault((sheet, row, column), []).append(cell)
    waiting = [*changed, *reached]
    while waiting:
        cell = waiting.pop()
        near = readers.get(cell, [])
        far = [reader for area, reader in wide.get(cell[0], ()) if area.holds(cell[1], cell[2])]
        fresh = [reader for reader in (*near, *far) if reader not in reached]
        reached.update(fresh)
        waiting += fresh
    return {cell: None for cell in formulas if cell in reached and cell not in changed}


def _concerned(formulas: Mapping[Cell, str], sheets: set[str]) -> set[str]:
    """These sheets and all whose formulas name one of them: others need not be looked through."""
    texts: dict[str, list[str]] = {}
    for cell, text in formulas.items():
        if "!" in text:
            texts.setdefault(cell[0], []).append(text)
    others = {sheet: "\n".join(lines) for sheet, lines in texts.items()}
    waiting, found = list(sheets), set(sheets)
    while waiting:
        name = waiting.pop()
        fresh = [sheet for sheet, text in others.items() if sheet not in found and name in text]
        found.update(fresh)
        waiting += fresh
    return found


class _BookCells:
    """The cells of a changed book, as formulas see them; the dependent ones are computed when asked for."""

    def __init__(self, book: Book, formulas: Mapping[Cell, str], dependent: Mapping[Cell, None]) -> None:
        self.book = book
        self.formulas = formulas
        self.dependent = dependent
        self._sheets: dict[str, dict[tuple[int, int], Element]] = {}
        self._heights: dict[str, int] = {}
        self._areas: dict[tuple[str, Area], Matrix] = {}
        self._results: dict[Cell, Scalar] = {}
        self._unknown: set[Cell] = set()  # also those that are being computed: a circle has no value

    def has_sheet(self, name: str) -> bool:
        """Whether formulas can refer to a worksheet of this name."""
        return name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(filter(self.book.has_sheet, self.book.names))

    def sheets(self) -> list[str]:
        """The names of the worksheets in the order of the tabs."""
        return [name for name in self.book.names if name in self._names]

    def height(self, sheet: str) -> int:
        """How many rows of a sheet hold something."""
        if sheet not in self._heights:
            self._heights[sheet] = max((row for row, _ in self._elements(sheet)), default=-1) + 1
        return self._heights[sheet]

    def area(self, sheet: str, area: Area) -> Matrix:
        """The values of an area of cells."""
        if (sheet, area) not in self._areas:
            self._areas[sheet, area] = Matrix(
                tuple(
                    tuple([self.value(sheet, row, column) for column in range(area.left, area.right + 1)])
                    for row in range(area.top, area.bottom + 1)
                ),
                is_range=True,
            )
        return self._areas[sheet, area]

    def value(self, sheet: str, row: int, column: int) -> Scalar:
        """The value of a cell. Raises UnknownFormula where it is a formula without a known result."""
        cell = (sheet, row, column)
        if cell in self.dependent:
            return self._computed(cell)
        element = self._elements(sheet).get((row, column))
        if element is None:
            return None
        value = self._stored(element)
        if value is None and child(element, "f") is not None and element.get("t") != "str":
            return self._computed(cell)
        return value

    def result(self, cell: Cell) -> Scalar:
        """The new result of a dependent formula; None where it is not known."""
        try:
            return self._computed(cell)
        except UnknownFormula:
            return None

    def _computed(self, cell: Cell) -> Scalar:
        if cell in self._results:
            return self._results[cell]
        if cell in self._unknown or cell not in self.formulas:
            raise UnknownFormula
        self._unknown.add(cell)
        result = evaluate(self.formulas[cell], Place(*cell), self)
        self._unknown.discard(cell)
        self._results[cell] = result
        return result

    def _elements(self, name: str) -> dict[tuple[int, int], Element]:
        if name not in self._sheets:
            sheet = self.book.sheet(name)
            self._sheets[name] = dict(sheet.cells()) if sheet is not None else {}
        return self._sheets[name]

    def _stored(self, element: Element) -> Scalar:
        """The value that the file holds in a cell."""
        from selfeval_xl.readers.formats.sheet_xml import rich_text

        kind, inline, stored = element.get("t", "n"), child(element, "is"), child(element, "v")
        if inline is not None:
            return rich_text(inline)
        text = (stored.text or "") if stored is not None else ""
        if kind == "str":
            return text
        if not text:
            return None
        if kind == "s":
            number = whole(text, -1)
            return rich_text(self._strings[number]) if 0 <= number < len(self._strings) else None
        if kind == "b":
            return text == "1"
        if kind == "e":
            return ErrorValue(text)
        if kind != "n":
            raise UnknownFormula
        return float(text)

    @cached_property
    def _strings(self) -> list[Element]:
        return self.book.shared_strings()
