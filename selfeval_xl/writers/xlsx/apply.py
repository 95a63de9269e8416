"""Application of edits to a copy of a person's file; all other parts stay as they were, byte for byte.

The package is patched part by part (docs/architecture.md explains why no library does it).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from selfeval_xl.files import scratch, write_out
from selfeval_xl.model.edits import Applied, Edit, Formula, Look
from selfeval_xl.model.grid import Area, Value, a1, percent_text, plain_number, position
from selfeval_xl.writers.xlsx import from_grids, tints
from selfeval_xl.writers.xlsx.looks import (
    DRESSES,
    FRONT_SHEETS,
    LINK_FILL,
    MARKS,
    OUR_COLUMN_WIDTH,
    SHEET_WIDTHS,
    TEXT,
    TINTS,
)
from selfeval_xl.writers.xlsx.mark_records import (
    AREA,
    PRINT,
    SETUPS,
    CellBefore,
    MarkRecords,
    remember,
)
from selfeval_xl.writers.xlsx.opened import OpenedWorkbook, check_ending, check_target, open_workbook
from selfeval_xl.writers.xlsx.recalculation import recalculate
from selfeval_xl.writers.xlsx.worksheet import Worksheet

_TEMPLATE, _WORKBOOK = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
)
FORMULA_LIKE = ("=", "+", "-", "@")


def apply(source: str | Path, edits: Iterable[Edit], out: str | Path) -> Applied:
    """Writes a copy of `source` (xlsx, xlsm) with the edits to `out`; the source is only read.

    Raises UsageError for a source that is no xlsx or an `out` that is the source or has a wrong ending,
    OutputError where `out` cannot be written, UnreadableFile where the source is damaged.
    """
    source, out = Path(source), Path(out)
    check_target(source, out)
    return _write_patched(open_workbook(source), edits, out)


def write_copy(opened: OpenedWorkbook, edits: Iterable[Edit], out: Path) -> Applied:
    """Writes a copy of an opened file with the edits: an xlsx patched, other kinds as a new xlsx.

    Raises as `apply` does.
    """
    edits = list(edits)
    if opened.is_xlsx:
        return _write_patched(opened, edits, out)
    with scratch() as folder:
        anew = folder / "anew.xlsx"
        names = from_grids.write(opened.source.grids, anew)
        renamed = [replace(edit, sheet=names.get(edit.sheet, edit.sheet)) for edit in edits]
        if not renamed:
            write_out(out, lambda file: Path(file).write_bytes(anew.read_bytes()))
            return Applied((), ())
        return replace(apply(anew, renamed, out), unsigned=opened.signed)


def _write_patched(opened: OpenedWorkbook, edits: Iterable[Edit], out: Path) -> Applied:
    """Writes an xlsx with the edits; without any it is copied as it is."""
    check_ending(opened, out)
    applied = patch(opened, edits)
    write_out(out, opened.book.package.write)
    return replace(applied, unsigned=opened.signed and bool(applied.done))


def patch(opened: OpenedWorkbook, edits: Iterable[Edit]) -> Applied:
    """Carries out edits in the book of an opened xlsx; nothing is written. A template becomes a workbook."""
    book, edits = opened.book, list(edits)
    if book.package.content_type(book.part) == _TEMPLATE:
        book.package.set_content_type(book.part, _WORKBOOK)
    return _Run(opened).all(edits) if edits else Applied((), ())


class _Run:
    """One application of edits: the book, its Grids at the start, and the texts written since."""

    def __init__(self, opened: OpenedWorkbook) -> None:
        self.opened = opened
        self.book = opened.book
        self.grids = opened.grids
        self.shown: dict[tuple[str, str], str] = {}
        self.memory: MarkRecords = dict(opened.records)
        self.remembered = opened.records
        self.new_sheets: set[str] = set()
        self.beside: dict[str, dict[int, Look]] = {}  # our columns right of a form, by sheet
        self.wrote: set[tuple[str, int, int]] = set()  # cells of which formulas may depend

    def all(self, edits: list[Edit]) -> Applied:
        """Carries out the edits with print set-up, records and recalculation; returns what was done."""
        done: list[Edit] = []
        refused: list[Edit] = []
        if any(edit.look in MARKS or edit.look is Look.RESTORE for edit in edits):
            self._remove_stray_marks()
        for edit in edits:
            (done if self._one(edit) else refused).append(edit)
        for name, columns in self.beside.items():
            self._set_apart(name, columns)
        self._finish_printing()
        remember(self.book, self.memory, self.remembered)
        self.opened.records = self.memory
        if self.wrote:
            recalculate(self.book, self.grids, self.wrote)
            self.book.recalculate()
        return Applied(tuple(done), tuple(refused))

    def _one(self, edit: Edit) -> bool:
        """Carries out one edit; False where it is refused."""
        row, column = position(edit.cell)
        if self._text(edit.sheet, edit.cell) != (edit.old or "").strip():
            return False
        sheet = self.book.sheet(edit.sheet)
        if sheet is None:
            if edit.sheet in self.book.names:
                return False  # a chart sheet has this name
            sheet = self.book.add_sheet(edit.sheet, front=edit.sheet in FRONT_SHEETS)
            self.new_sheets.add(edit.sheet)
        area = self._area(edit.sheet, row, column)
        if (
            (area.top, area.left) != (row, column)
            or sheet.shares_formula(row, column)
            and edit.new != edit.old
        ):
            return False
        if edit.new != edit.old:
            self._write(sheet, edit, area)
        self._dress(sheet, edit, area)
        return True

    def _text(self, sheet: str, cell: str) -> str:
        """The text that a cell shows now."""
        if (sheet, cell) in self.shown:
            return self.shown[sheet, cell]
        grid = self.grids.get(sheet)
        return "" if grid is None else grid.text(*position(cell)).strip()

    def _area(self, sheet: str, row: int, column: int) -> Area:
        grid = self.grids.get(sheet)
        return Area(row, column, row, column) if grid is None else grid.area(row, column)

    def _write(self, sheet: Worksheet, edit: Edit, area: Area) -> None:
        """Writes the value of an edit. area: the cell with all that it is merged over."""
        row, column = area.top, area.left
        cell = sheet.find(row, column)
        if cell is not None and any(each.tag.endswith("}f") for each in cell):
            self.book.forget_chain()
        sheet.write(row, column, edit.new)
        self.shown[edit.sheet, edit.cell] = displayed(edit)
        if edit.sheet not in SHEET_WIDTHS:
            self.wrote.add((edit.sheet, row, column))
        if isinstance(edit.new, str) and edit.look in (Look.STUB, Look.TEXT, Look.ENTRY):
            sheet.make_room(area, edit.new, self.book.styles.font_size(sheet.style(row, column)))

    def _dress(self, sheet: Worksheet, edit: Edit, area: Area) -> None:
        """Gives the cell the look of an edit. area: the cell with all that it is merged over."""
        row, column, styles = area.top, area.left, self.book.styles
        if edit.look in MARKS:
            self._mark(sheet, edit, area)
        elif edit.look is Look.RESTORE:
            self._unmark(sheet, edit, area)
        elif edit.look is Look.UNLINK:
            self._remove_link_colour(sheet, row, column)
        elif edit.look in DRESSES:
            sheet.set_style(row, column, styles.dressed(sheet.style(row, column), DRESSES[edit.look]))
        if isinstance(edit.new, str) and edit.new != edit.old and edit.new.startswith(FORMULA_LIKE):
            # As text, because else a double click makes it a formula.
            sheet.set_style(row, column, styles.with_format(sheet.style(row, column), TEXT))
        if edit.look in (Look.HEAD, Look.LINK) and edit.sheet not in SHEET_WIDTHS:
            self.beside.setdefault(edit.sheet, {})[column] = edit.look

    def _remove_link_colour(self, sheet: Worksheet, row: int, column: int) -> None:
        """Removes the colour of a link; any other is a person's and stays."""
        if self.book.styles.fill(sheet.style(row, column)) == LINK_FILL:
            sheet.set_style(row, column, self.book.styles.filled(sheet.style(row, column), ""))

    def _mark(self, sheet: Worksheet, edit: Edit, area: Area) -> None:
        """Tints a cell and adds its note; the first mark of a cell records its state before."""
        notes = self.book.notes(edit.sheet)
        former = self.memory.get((edit.sheet, edit.cell))
        if former is None:
            former = CellBefore(
                edit.sheet,
                edit.cell,
                self.book.styles.fill(sheet.style(area.top, area.left)),
                notes.text(edit.cell),
            )
            self.memory[edit.sheet, edit.cell] = former
        else:
            notes.restore(edit.cell, former.note)
            self._give_back_fill(sheet, area, former)
        tints.remove(sheet, frozenset((a1(area.top, area.left),)))
        tints.add(
            sheet,
            area,
            self._value(edit, area),
            self.book.styles.tint(TINTS[edit.look]),
            self._instead(edit, area),
        )
        if edit.remark:
            notes.add(edit.cell, edit.remark)

    def _unmark(self, sheet: Worksheet, edit: Edit, area: Area) -> None:
        """Removes the mark of a cell and restores the fill and note in its record."""
        former = self.memory.pop((edit.sheet, edit.cell), None)
        if former is None:
            return
        tints.remove(sheet, frozenset((a1(area.top, area.left),)))
        self._give_back_fill(sheet, area, former)
        self.book.notes(edit.sheet).restore(edit.cell, former.note)

    def _give_back_fill(self, sheet: Worksheet, area: Area, former: CellBefore) -> None:
        """Restores the cell's own fill where a button tinted the cell itself.

        A colour that a person chose since then stays.
        """
        style = sheet.style(area.top, area.left)
        if self.book.styles.fill(style) in TINTS.values():
            sheet.set_style(area.top, area.left, self.book.styles.filled(style, former.fill))

    def _value(self, edit: Edit, area: Area) -> Value:
        """The value of the marked cell, as the conditional format compares it."""
        if edit.new != edit.old:
            written = edit.new.value if isinstance(edit.new, Formula) else edit.new
            return float(written) if isinstance(written, Decimal) else written
        grid = self.grids.get(edit.sheet)
        return None if grid is None else grid.original(area.top, area.left)

    def _instead(self, edit: Edit, area: Area) -> str:
        """What the marked cell holds instead of a value: an error such as #REF!, a picture, or ""."""
        grid, place = self.grids.get(edit.sheet), (area.top, area.left)
        if edit.new != edit.old or grid is None:
            return ""
        if place in grid.pictures:
            return tints.PICTURE
        return tints.ERROR if grid.errors is not None and place in grid.errors() else ""

    def _remove_stray_marks(self) -> None:
        """Removes our marks from cells without a record, to which they moved with their rows."""
        for name in dict.fromkeys(sheet for sheet, _ in self.memory):
            sheet = self.book.sheet(name)
            if sheet is None:
                continue
            recorded = {cell for sheet_name, cell in self.memory if sheet_name == name}
            tints.remove(sheet, frozenset(tints.tinted(sheet)) - recorded)
            for cell in self.book.notes(name).ours():
                if cell not in recorded:
                    self.book.notes(name).restore(cell, "")

    def _set_apart(self, name: str, columns: dict[int, Look]) -> None:
        """Sets the width of our columns, links excepted, and a print area left of them if none is set."""
        sheet, grid = self.book.need_sheet(name), self.grids.get(name)
        for column in (column for column, look in columns.items() if look is Look.HEAD):
            sheet.set_width(column, OUR_COLUMN_WIDTH)
        if grid is None or self.book.printed(name) is not None:
            return
        area = self.book.area_left_of(min(columns), grid)
        self.book.set_printed(name, area)
        if set(columns.values()) == {Look.LINK}:
            self.memory[name, AREA] = CellBefore(name, AREA, "", str(area))

    def _finish_printing(self) -> None:
        """Prints sheets with marks in black and white, so that tints do not reach paper; others as before."""
        for name in self.book.names:
            has_marks = any(sheet == name and cell not in SETUPS for sheet, cell in self.memory)
            had_area = None if has_marks else self.memory.pop((name, AREA), None)
            record = self.memory.get((name, PRINT))
            if not has_marks and had_area is None and record is None:
                continue  # the sheet need not be parsed
            sheet = self.book.sheet(name)
            if sheet is None:
                continue
            if had_area is not None:
                self.book.set_printed(name, None)
            if has_marks and record is None:
                self.memory[name, PRINT] = CellBefore(name, PRINT, sheet.print_setting("blackAndWhite"))
                sheet.set_print("blackAndWhite", "1")
                if sheet.print_setting("cellComments") == "atEnd":
                    sheet.set_print("cellComments", "none")
            elif record is not None and not has_marks:
                sheet.set_print("blackAndWhite", record.fill)
                del self.memory[name, PRINT]


def displayed(edit: Edit) -> str:
    """The text that the cell shows once the edit is done."""
    value = edit.new.value if isinstance(edit.new, Formula) else edit.new
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return percent_text(value) if edit.look in (Look.PERCENT, Look.RATIO) else plain_number(value)
    return value.strip()
