"""The copy that was saved of an open book: what its cells hold, how they look, what is protected.

Saves asking the program cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ..deviations import Side
from ..errors import UnreadableFile
from ..grid import Grid, position
from ..reading.source import Source, open_source
from .book import Book
from .changes import Content, content_in
from .memory import SETUPS, Former, Memory, recall
from .package import OpenPackage, child, tag
from .worksheet import Worksheet

# What may be allowed on a protected sheet, in the order of Worksheet.Protect's arguments; what a file says
# nothing of is not allowed.
ALLOWED = (
    "formatCells",
    "formatColumns",
    "formatRows",
    "insertColumns",
    "insertRows",
    "insertHyperlinks",
    "deleteColumns",
    "deleteRows",
    "sort",
    "autoFilter",
    "pivotTables",
)


OLD_FORMAT = (
    "这本工作簿是旧格式（.xls、.xlsb）或不是工作簿，按钮只能用在.xlsx上。请用“文件－另存为”"
    "存成“Excel工作簿(*.xlsx)”，再按一次。"
)


class Saved:
    """A saved copy. name: the open book's full name, which messages and findings say instead of the copy's.

    Raises UnreadableFile where the book is no xlsx: of older formats the marks could not be remembered.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.source: Source = open_source(path)
        self.source.path = name
        if self.source.kind != "xlsx":
            raise UnreadableFile(OLD_FORMAT)
        self.grids: dict[str, Grid] = {grid.name: grid for grid in self.source.grids}
        self._read = {grid.name: grid.formulas for grid in self.source.grids}
        for grid in self.source.grids:
            grid.formulas = partial(self.formulas, grid.name)
        self._formulas: dict[str, Mapping[tuple[int, int], str]] = {}
        self.book = Book(OpenPackage(path.read_bytes()))
        self.memory: Memory = recall(self.book)

    @property
    def former(self) -> list[Former]:
        """The cells that carry marks of ours, as they were before."""
        return [former for former in self.memory.values() if former.cell not in SETUPS]

    @property
    def names(self) -> list[str]:
        """All sheets, charts and our hidden ones too."""
        return self.book.names

    def sheet(self, name: str) -> Worksheet | None:
        return self.book.sheet(name)

    def formulas(self, name: str) -> Mapping[tuple[int, int], str]:
        """The formulas of a sheet by place, from the tree that is parsed for its looks anyway."""
        if name not in self._formulas:
            self._formulas[name] = self._told(name)
        return self._formulas[name]

    def _told(self, name: str) -> Mapping[tuple[int, int], str]:
        sheet = self.sheet(name)
        found = (
            [
                (formula.getparent().get("r"), formula.text)
                for formula in sheet.root.iter(tag(sheet.root, "f"))
            ]
            if sheet is not None
            else []
        )
        if all(cell and text for cell, text in found):
            return {position(cell): f"={text}" for cell, text in found}
        read = self._read.get(name)  # some share a formula: the reader works out what each says
        return read() if read else {}

    def content(self, name: str, cell: str) -> Content:
        """What a cell holds; None on a sheet that the copy does not have."""
        return (
            content_in(self.grids[name], position(cell), self._formula(name, position(cell)))
            if name in self.grids
            else None
        )

    def _formula(self, name: str, place: tuple[int, int]) -> str:
        """The cell's formula, "" for none; only where others share it the whole sheet has to be looked
        through.
        """
        sheet = self.sheet(name)
        found = sheet.find(*place) if sheet is not None else None
        told = child(found, "f") if found is not None else None
        return "" if told is None else f"={told.text}" if told.text else self.formulas(name).get(place, "")

    def fill(self, name: str, cell: str) -> str:
        """The cell's fill as in `Former`; "" for a sheet that the copy does not have."""
        sheet = self.sheet(name)
        return self.book.styles.fill(sheet.style(*position(cell))) if sheet is not None else ""

    def note(self, name: str, cell: str) -> str | None:
        """The cell's note, "" for none; None for a conversation, which nobody but the program can write to."""
        if self.sheet(name) is None:
            return ""
        notes = self.book.notes(name)
        return None if notes.is_conversation(cell) else notes.text(cell)

    def number_format(self, name: str, cell: str) -> str:
        grid = self.grids.get(name)
        return (grid.number_format(*position(cell)) if grid else None) or "General"

    def shares_formula(self, name: str, cell: str) -> bool:
        """Whether the cell is one of several with one array formula."""
        sheet = self.sheet(name)
        return sheet is not None and sheet.shares_formula(*position(cell))

    def protection(self, name: str) -> dict[str, bool] | None:
        """What the protection of a sheet says: `password` and what Worksheet.Protect takes; None where it is
        not protected.
        """
        sheet = self.sheet(name)
        told = child(sheet.root, "sheetProtection") if sheet is not None else None
        if told is None or told.get("sheet") not in ("1", "true"):
            return None
        found = {attribute: told.get(attribute, "1") in ("0", "false") for attribute in ALLOWED}
        return found | {
            "password": bool(told.get("password") or told.get("hashValue")),
            "objects": told.get("objects") in ("1", "true"),
            "scenarios": told.get("scenarios") in ("1", "true"),
            "locked": told.get("selectLockedCells") not in ("1", "true"),
            "unlocked": told.get("selectUnlockedCells") not in ("1", "true"),
        }

    @property
    def fixed_structure(self) -> bool:
        """Whether sheets may not be added."""
        told = child(self.book.root, "workbookProtection")
        return told is not None and told.get("lockStructure") in ("1", "true")

    def filtered(self, name: str) -> bool:
        """Whether rows are hidden by a filter: a block written over them would go astray."""
        sheet = self.sheet(name)
        told = child(sheet.root, "sheetPr") if sheet is not None else None
        if told is not None and told.get("filterMode") in ("1", "true"):
            return True
        rows = (
            child(sheet.root, "sheetData")
            if sheet is not None and child(sheet.root, "autoFilter") is not None
            else None
        )
        return rows is not None and any(row.get("hidden") in ("1", "true") for row in rows)


def side_on(saved: Saved, name: str) -> Side:
    """How far a sheet is printed and drawn on."""
    printed, drawn = saved.book.printed(name), saved.book.drawn(name)
    return Side(printed.right if printed else -1, drawn.right if drawn else -1)
