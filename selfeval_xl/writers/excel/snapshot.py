"""The saved copy of an open book, which gives contents, looks and protection without many slow calls."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.grid import position
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.writers.excel.journal import Content, content_in
from selfeval_xl.writers.xlsx.opened import OpenedWorkbook
from selfeval_xl.writers.xlsx.package import child, entries, tag
from selfeval_xl.writers.xlsx.worksheet import Worksheet

# The permissions of a protected sheet, in the order of Worksheet.Protect's arguments. A permission that the
# file does not mention is not granted.
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
ENCRYPTED = (
    "这本工作簿设有打开密码，程序读不了它的副本。请在“文件－信息－保护工作簿－用密码进行加密”里删去密码并保存，"
    "再按一次；做完以后可以再加上。"
)


class Snapshot(OpenedWorkbook):
    """A saved copy of the open book. name: the open book's full name, for messages and findings.

    Raises UnreadableFile where the book is no xlsx: older formats could not keep the records of marks.
    """

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(open_source(path, keep_parts=True))
        self.source.path = name
        if not self.is_xlsx:
            raise UnreadableFile(ENCRYPTED if self.source.kind == "encrypted" else OLD_FORMAT)
        self._read = {grid.name: grid.formulas for grid in self.source.grids}
        for grid in self.source.grids:
            grid.formulas = partial(self.formulas, grid.name)
        self._formulas: dict[str, Mapping[tuple[int, int], str]] = {}

    @property
    def names(self) -> list[str]:
        """The names of all sheets, charts and our hidden ones too."""
        return self.book.names

    def sheet(self, name: str) -> Worksheet | None:
        """The worksheet of this name; None where there is none, or a chart has the name."""
        return self.book.sheet(name)

    def formulas(self, name: str) -> Mapping[tuple[int, int], str]:
        """The formulas of a sheet by (row, column), from the tree that is parsed for its looks anyway."""
        if name not in self._formulas:
            self._formulas[name] = self._find_formulas(name)
        return self._formulas[name]

    def _find_formulas(self, name: str) -> Mapping[tuple[int, int], str]:
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
        read = self._read.get(name)  # some cells share a formula: the reader works out that of each
        return read() if read else {}

    def content(self, name: str, cell: str) -> Content:
        """The content of a cell; None on a sheet that the copy does not have."""
        return (
            content_in(self.grids[name], position(cell), self._formula(name, position(cell)))
            if name in self.grids
            else None
        )

    def _formula(self, name: str, cell: tuple[int, int]) -> str:
        """The cell's formula, "" for none; only where others share it the whole sheet is looked through."""
        sheet = self.sheet(name)
        element = sheet.find(*cell) if sheet is not None else None
        formula = child(element, "f") if element is not None else None
        if formula is None:
            return ""
        return f"={formula.text}" if formula.text else self.formulas(name).get(cell, "")

    def fill(self, name: str, cell: str) -> str:
        """The cell's fill as in `CellBefore`; "" for a sheet that the copy does not have."""
        sheet = self.sheet(name)
        return self.book.styles.fill(sheet.style(*position(cell))) if sheet is not None else ""

    def note(self, name: str, cell: str) -> str | None:
        """The cell's note, "" for none; None for a conversation, which only the program can write to."""
        if self.sheet(name) is None:
            return ""
        notes = self.book.notes(name)
        return None if notes.is_conversation(cell) else notes.text(cell)

    def number_format(self, name: str, cell: str) -> str:
        """The cell's number format; General where it has none."""
        grid = self.grids.get(name)
        return (grid.number_format(*position(cell)) if grid else None) or "General"

    def shares_formula(self, name: str, cell: str) -> bool:
        """Whether the cell is one of several with one array formula."""
        sheet = self.sheet(name)
        return sheet is not None and sheet.shares_formula(*position(cell))

    def protection(self, name: str) -> dict[str, bool] | None:
        """The protection of a sheet by word; None where it is not protected.

        The words are `password`, `locked` and `unlocked` (which cells may be selected), and the arguments of
        Worksheet.Protect: `objects`, `scenarios` and `ALLOWED`.
        """
        sheet = self.sheet(name)
        element = child(sheet.root, "sheetProtection") if sheet is not None else None
        if element is None or element.get("sheet") not in ("1", "true"):
            return None
        allowed = {attribute: element.get(attribute, "1") in ("0", "false") for attribute in ALLOWED}
        return allowed | {
            "password": bool(element.get("password") or element.get("hashValue")),
            "objects": element.get("objects") in ("1", "true"),
            "scenarios": element.get("scenarios") in ("1", "true"),
            "locked": element.get("selectLockedCells") not in ("1", "true"),
            "unlocked": element.get("selectUnlockedCells") not in ("1", "true"),
        }

    @property
    def fixed_structure(self) -> bool:
        """Whether sheets may not be added."""
        element = child(self.book.root, "workbookProtection")
        return element is not None and element.get("lockStructure") in ("1", "true")

    def filtered(self, name: str) -> bool:
        """Whether rows are hidden by a filter: a block written over them would go astray."""
        sheet = self.sheet(name)
        if sheet is None:
            return False
        properties = child(sheet.root, "sheetPr")
        if properties is not None and properties.get("filterMode") in ("1", "true"):
            return True
        return child(sheet.root, "autoFilter") is not None and any(
            row.get("hidden") in ("1", "true") for row in entries(sheet.root, "sheetData")
        )
