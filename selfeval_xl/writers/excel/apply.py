"""Application of edits to the open book, in runs of cells, where a cell still holds its old value.

`workbook` is the Workbook object that xlwings gives (`Book.api`); only Excel's own object model is used on
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os.path import commonprefix
from typing import Any

from selfeval_xl.model.edits import Applied, Edit, Look
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.model.notes import SEPARATOR, is_ours
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, SETTINGS
from selfeval_xl.writers.excel import fills as interior
from selfeval_xl.writers.excel.journal import (
    Content,
    Journal,
    JournalEntry,
    by_sheet,
    content_of,
    holds,
    typed,
)
from selfeval_xl.writers.excel.page_setup import (
    apply_setup,
    fit_rows,
    off_paper,
    one_message,
    printing,
    set_apart,
)
from selfeval_xl.writers.excel.runs import bounds, runs
from selfeval_xl.writers.excel.sheets import add_sheet, open_for_change, show_all
from selfeval_xl.writers.excel.snapshot import ALLOWED, Snapshot
from selfeval_xl.writers.excel.tints import TintRules
from selfeval_xl.writers.xlsx.apply import FORMULA_LIKE
from selfeval_xl.writers.xlsx.looks import DRESSES, LINK_FILL, MARKS, SHEET_WIDTHS, TINTS, Dress
from selfeval_xl.writers.xlsx.mark_records import COLUMNS, FIRST, CellBefore, MarkRecords, table

GENERAL, PERCENT = "General", "0.00%"
LONGEST_ADDRESS = 250  # Range accepts 255 characters
LINKS = frozenset((Look.LINK, Look.UNLINK))
CONTINUOUS = 1
_ALIGNMENTS = {"center": -4108, "top": -4160}
Setting = tuple[str, str, int | bool]  # in Excel's words: object inside the range or "", property, value
# Each function gives one setting of a dress; None where the dress does not ask for it.
DRESSING: tuple[Callable[[Dress], Setting | None], ...] = (
    lambda dress: ("Interior", "Color", interior.bgr(dress.fill)) if dress.fill else None,
    lambda dress: ("Font", "Bold", True) if dress.bold else None,
    lambda dress: ("Borders", "LineStyle", CONTINUOUS) if dress.border else None,
    lambda dress: ("", "WrapText", True) if dress.wrap else None,
    lambda dress: ("", "HorizontalAlignment", _ALIGNMENTS[dress.horizontal]) if dress.horizontal else None,
    lambda dress: ("", "VerticalAlignment", _ALIGNMENTS[dress.vertical]) if dress.vertical else None,
)


def apply(workbook: Any, saved: Snapshot, edits: Iterable[Edit], journal: Journal) -> Applied:
    """Carries out edits in the open book of which `saved` is a copy, and adds them to the journal.

    Raises UsageError with a Chinese sentence where a sheet cannot be changed (password, filter, fixed
    structure); nothing is written then.
    """
    edits = list(edits)
    run = _Run(workbook, saved, journal)
    wanted = dict.fromkeys(edit.sheet for edit in edits)
    written = {edit.sheet for edit in edits if edit.new != edit.old and edit.look not in LINKS}
    open_for_change(
        saved, [*wanted, SETTINGS] if any(edit.look in MARKS for edit in edits) else wanted, written
    )
    show_all(workbook, saved, written)
    done, refused = run.decide(edits)
    with unprotected(workbook, saved, list(dict.fromkeys(edit.sheet for edit in done))):
        run.carry_out(done)
    return Applied(tuple(done), tuple(refused))


def write(workbook: Any, changes: Iterable[JournalEntry], singly: frozenset[str] = frozenset()) -> None:
    """Writes the new state of the changed cells in runs: formats, values, fills and notes.

    singly: the sheets whose values are written cell by cell.
    """
    for name, by_cell in by_sheet(changes).items():
        sheet = workbook.Sheets(name)
        formats = {cell: change.number_format[1] for cell, change in by_cell.items() if change.number_format}
        for area, number_format in runs(formats):
            _range(sheet, area).NumberFormat = number_format
        contents = {cell: change.value[1] for cell, change in by_cell.items() if change.value}
        kinds = {cell: cell if name in singly else _is_date(content) for cell, content in contents.items()}
        for area, _ in runs(kinds):
            _write_block(_range(sheet, area), _block(contents, area))
        fills = {cell: change.fill[1] for cell, change in by_cell.items() if change.fill}
        for address, fill in _alike(runs(fills)):
            interior.put(sheet.Range(address).Interior, fill)
        for change in by_cell.values():
            if change.note:
                _write_note(sheet.Range(change.cell), *change.note)


def still_there(workbook: Any, changes: Sequence[JournalEntry]) -> list[JournalEntry]:
    """The changes whose cell still holds what was written; cells whose value was not changed always do.

    Each sheet is read once.
    """
    standing = []
    for name, by_cell in by_sheet(changes).items():
        written = {cell: change.value[1] for cell, change in by_cell.items() if change.value}
        values = read_block(workbook.Sheets(name), bounds(written)) if written else {}
        standing += [
            change
            for cell, change in by_cell.items()
            if change.value is None or holds(values.get(cell), change.value[1])
        ]
    return standing


def read_block(sheet: Any, area: Area) -> dict[tuple[int, int], object]:
    """The values of a rectangle by (row, column), read in one call.

    By Value2: Value rounds amounts in a currency format to four places, and refuses dates that no calendar
    has.
    """
    values = _range(sheet, area).Value2
    if area.top == area.bottom and area.left == area.right:
        return {(area.top, area.left): values}
    return {
        (area.top + row, area.left + column): value
        for row, cells in enumerate(values)
        for column, value in enumerate(cells)
    }


@contextmanager
def unprotected(
    workbook: Any, saved: Snapshot, names: Sequence[str], like: str | None = None
) -> Iterator[None]:
    """Lifts the protection of these sheets (none of them has a password) and restores it afterwards.

    like: the sheet that they are copies of, made since the book was saved.
    """
    opened = [(name, words) for name in names if (words := saved.protection(like or name))]
    for name, _ in opened:
        workbook.Sheets(name).Unprotect("")
    try:
        yield
    finally:
        for name, words in opened:
            _protect(workbook.Sheets(name), words)


def _protect(sheet: Any, words: Mapping[str, bool]) -> None:
    """Protects a sheet as `Snapshot.protection` describes it."""
    sheet.EnableSelection = 0 if words["locked"] else 1 if words["unlocked"] else -4142
    allowed = (words[attribute] for attribute in ALLOWED)
    sheet.Protect("", words["objects"], True, words["scenarios"], False, *allowed)


class _Run:
    """One application of edits: the book, its saved copy, and the changes to be made."""

    def __init__(self, workbook: Any, saved: Snapshot, journal: Journal) -> None:
        self.workbook, self.saved, self.journal = workbook, saved, journal
        self.memory: MarkRecords = dict(saved.records)
        self.ruled = TintRules(saved)
        self.changes: list[JournalEntry] = []

    def decide(self, edits: Sequence[Edit]) -> tuple[list[Edit], list[Edit]]:
        """The edits that can be carried out, and the others.

        Each sheet is read once, in the rectangle around all its edits.
        """
        possible: list[Edit] = []
        refused: list[Edit] = []
        live: dict[str, dict[tuple[int, int], object]] = {}
        for name in dict.fromkeys(edit.sheet for edit in edits):
            if name in self.saved.grids:
                cells = {position(edit.cell) for edit in edits if edit.sheet == name}
                live[name] = read_block(self.workbook.Sheets(name), bounds(cells))
        for edit in edits:
            (possible if self._can(edit, live.get(edit.sheet, {})) else refused).append(edit)
        return possible, refused

    def _can(self, edit: Edit, live: Mapping[tuple[int, int], object]) -> bool:
        """Whether an edit can be carried out. live: the values that its sheet has in the program now."""
        grid = self.saved.grids.get(edit.sheet)
        if grid is None:
            return edit.old is None and edit.sheet not in self.saved.names
        cell = position(edit.cell)
        area = grid.area(*cell)
        if (area.top, area.left) != cell or grid.text(*cell).strip() != (edit.old or "").strip():
            return False
        if edit.new != edit.old and self.saved.shares_formula(edit.sheet, edit.cell):
            return False
        return holds(live[cell], self.saved.content(edit.sheet, edit.cell))

    def carry_out(self, edits: Sequence[Edit]) -> None:
        """Carries out edits that `decide` found possible."""
        for name in dict.fromkeys(edit.sheet for edit in edits):
            if name not in self.saved.names:
                add_sheet(self.workbook, name, self.saved.names[-1])
                self.journal.added.append(name)
        for edit in edits:
            self._plan(edit)
        self.ruled.remove(
            self.workbook,
            dict.fromkeys(edit.sheet for edit in edits if edit.look in MARKS or edit.look is Look.RESTORE),
        )
        self._close_gaps()
        self._dress()
        linked = dict.fromkeys(edit.sheet for edit in edits if edit.look in LINKS)
        filtered = frozenset(filter(self.saved.filtered, linked))
        self._join_links([edit for edit in edits if edit.look is Look.LINK and edit.sheet not in filtered])
        write(self.workbook, self.changes, filtered)
        self.journal.changes += self.changes
        setups = (
            *fit_rows(self.saved, edits),
            *set_apart(self.saved, edits),
            *off_paper(self.saved, edits, self.memory),
            *printing(self.saved, self.memory),
        )
        with one_message(self.workbook, setups):
            for setup in setups:
                apply_setup(self.workbook, setup)
                self.journal.setups.append(setup)
        self._remember()

    def _plan(self, edit: Edit) -> None:
        """Adds the change that an edit makes, with the state before it."""
        change = JournalEntry(edit.sheet, edit.cell)
        if edit.new != edit.old:
            before = self.saved.content(edit.sheet, edit.cell)
            change = replace(change, value=(before, content_of(edit)), number_format=self._format(edit))
            if edit.look in DRESSES and DRESSES[edit.look].own and edit.old is None:
                change = replace(change, dressed=str(edit.look))
        if edit.look in MARKS:
            change = self._mark(edit, change)
        elif edit.look is Look.RESTORE:
            change = self._unmark(edit, change)
        elif edit.look in LINKS:
            change = self._link(edit, change)
        self.changes.append(change)

    def _format(self, edit: Edit) -> tuple[str, str] | None:
        """The number format before and after an edit; None where it stays.

        It changes for a percent, a number in a cell of text, and a text that a double click would make a
        formula.
        """
        before = self.saved.number_format(edit.sheet, edit.cell)
        content = content_of(edit)
        if edit.look in (Look.PERCENT, Look.RATIO):
            after = PERCENT
        elif isinstance(content, (float, dict)) and before == "@":
            after = GENERAL
        elif isinstance(content, str) and content.startswith(FORMULA_LIKE):
            after = "@"
        else:
            after = before
        return None if after == before else (before, after)

    def _mark(self, edit: Edit, change: JournalEntry) -> JournalEntry:
        """The change with tint and note of a mark; the first mark of a cell records its state before."""
        fill, note = self.saved.fill(edit.sheet, edit.cell), self.saved.note(edit.sheet, edit.cell)
        former = self.memory.setdefault(
            (edit.sheet, edit.cell), CellBefore(edit.sheet, edit.cell, fill, note or "")
        )
        tint = TINTS[edit.look]
        shown = self.ruled.tint(edit.sheet, edit.cell) or fill
        if (fill != tint or shown != tint) and interior.can_restore(fill):
            change = replace(change, fill=(shown, tint))
        text = f"{former.note}{SEPARATOR}{edit.remark}" if former.note else edit.remark or ""
        return change if note is None or note == text else replace(change, note=(note, text))

    def _unmark(self, edit: Edit, change: JournalEntry) -> JournalEntry:
        """The change back to fill and note before the mark; those that a person set since then stay."""
        former = self.memory.pop((edit.sheet, edit.cell), None)
        if former is None:
            return change
        fill, note = self.saved.fill(edit.sheet, edit.cell), self.saved.note(edit.sheet, edit.cell)
        ruled = self.ruled.tint(edit.sheet, edit.cell)
        if ruled and fill == former.fill and interior.can_restore(fill):
            # Undoing this tints the cell itself: a deleted rule cannot be restored.
            change = replace(change, fill=(ruled, fill))
        elif fill in TINTS.values() and fill != former.fill and interior.can_restore(former.fill):
            change = replace(change, fill=(fill, former.fill))
        if note and note != former.note and is_ours(note):
            change = replace(change, note=(note, former.note))
        return change

    def _link(self, edit: Edit, change: JournalEntry) -> JournalEntry:
        """The change with the colour of a link added or removed; any other colour is a person's and stays."""
        before, after = ("", LINK_FILL) if edit.look is Look.LINK else (LINK_FILL, "")
        if self.saved.fill(edit.sheet, edit.cell) != before:
            return change
        return replace(change, fill=(before, after))

    def _close_gaps(self) -> None:
        """Adds the empty cells between those that change in our lists and in our columns beside a form.

        So a list is one run, and the borders of the columns have no gaps.
        """
        for name, by_cell in by_sheet([change for change in self.changes if change.dressed]).items():
            columns_of = _columns_of(name, by_cell)
            gaps = dict.fromkeys(
                a1(row, each)
                for row, column in by_cell
                for each in columns_of(column)
                if (row, each) not in by_cell
            )
            empty = [cell for cell in gaps if self.saved.content(name, cell) is None]
            self.changes += [
                JournalEntry(name, cell, value=(None, None), dressed=str(Look.TEXT)) for cell in empty
            ]

    def _join_links(self, edits: Iterable[Edit]) -> None:
        """Adds the empty cells between links, which have a column of their own, so that it is one run."""
        columns: dict[tuple[str, int], list[int]] = {}
        for edit in edits:
            row, column = position(edit.cell)
            columns.setdefault((edit.sheet, column), []).append(row)
        for (name, column), rows in columns.items():
            between = (a1(row, column) for row in range(min(rows), max(rows)) if row not in rows)
            self.changes += [
                JournalEntry(name, cell, value=(None, None))
                for cell in between
                if self.saved.content(name, cell) is None
            ]

    def _dress(self) -> None:
        """Gives our own cells their borders, wrapping and heads, each in runs of its own."""
        dressed = [change for change in self.changes if change.dressed]
        for name, by_cell in by_sheet(dressed).items():
            sheet = self.workbook.Sheets(name)
            dresses = {
                cell: DRESSES[Look(change.dressed)] for cell, change in by_cell.items() if change.dressed
            }
            for setting_of in DRESSING:
                settings = {
                    cell: setting for cell, dress in dresses.items() if (setting := setting_of(dress))
                }
                for area, (inner, word, value) in runs(settings):
                    cells = _range(sheet, area)
                    setattr(getattr(cells, inner) if inner else cells, word, value)

    def _remember(self) -> None:
        """Writes the records of marked cells into the hidden sheet, in one block."""
        if self.memory == self.saved.records:
            return
        if SETTINGS not in self.saved.names:
            add_sheet(self.workbook, SETTINGS, self.saved.names[-1])
            self.journal.added.append(SETTINGS)
        old, new = table(self.saved.records), table(self.memory)
        blank = ("",) * len(COLUMNS)
        changes = []
        for row in range(max(len(old), len(new))):
            before, after = (lines[row] if row < len(lines) else blank for lines in (old, new))
            changes += [
                JournalEntry(SETTINGS, a1(row, FIRST + column), value=(was or None, now or None))
                for column, (was, now) in enumerate(zip(before, after, strict=True))
            ]
        write(self.workbook, changes)
        self.journal.changes += changes


def _columns_of(name: str, by_cell: Mapping[tuple[int, int], JournalEntry]) -> Callable[[int], range]:
    """A function from a column to the group of our columns that it belongs to.

    The group is all columns of a list, or the three beside a form, which begin at their first head.
    """
    if name in SHEET_WIDTHS:
        return lambda column: range(len(SHEET_WIDTHS[name]))
    heads = {cell for cell, change in by_cell.items() if change.dressed == Look.HEAD}
    starts = [column for row, column in heads if (row, column - 1) not in heads]
    threes = [range(start, start + len(ADDED_COLUMNS)) for start in starts]
    return lambda column: next((three for three in threes if column in three), range(0))


def _range(sheet: Any, area: Area) -> Any:
    """The Range object of an area."""
    return sheet.Range(_name(area))


def _alike(found: Iterable[tuple[Area, str]]) -> Iterator[tuple[str, str]]:
    """Yields addresses with their key, each of several areas with that key and short enough for a Range."""
    by_key: dict[str, list[str]] = {}
    for area, key in found:
        name, addresses = _name(area), by_key.setdefault(key, [])
        if addresses and len(addresses[-1]) + len(name) < LONGEST_ADDRESS:
            addresses[-1] += f",{name}"
        else:
            addresses.append(name)
    return ((address, key) for key, addresses in by_key.items() for address in addresses)


def _name(area: Area) -> str:
    """The address of an area; of one cell alone its name."""
    return a1(area.top, area.left) if (area.top, area.left) == (area.bottom, area.right) else str(area)


def _block(contents: Mapping[tuple[int, int], Content], area: Area) -> object:
    """The values of a rectangle as Range.Value takes them: a list of rows, for one cell the value alone."""
    if (area.top, area.left) == (area.bottom, area.right):
        return typed(contents[area.top, area.left])
    return [
        [typed(contents[row, column]) for column in range(area.left, area.right + 1)]
        for row in range(area.top, area.bottom + 1)
    ]


def _is_date(content: Content) -> bool:
    """Whether the content is a date: such cells are written by themselves, since Formula takes no dates."""
    return isinstance(content, dict) and "date" in content


def _write_block(cells: Any, block: Any) -> None:
    """Writes a block: by Formula where there is one in it, which is read as A1 whatever style is shown."""
    rows = block if isinstance(block, list) else [[block]]
    if any(isinstance(each, str) and each.startswith("=") for row in rows for each in row):
        filled = [["" if each is None else each for each in row] for row in rows]
        cells.Formula = filled if isinstance(block, list) else filled[0][0]
    else:
        cells.Value = block


def _write_note(cell: Any, before: str, after: str) -> None:
    """Changes the text of a cell's note from `before` to `after`.

    The text of a person keeps its fonts: ours is added behind it or cut off there.
    """
    if not before:
        cell.AddComment(after)
    elif not after:
        cell.Comment.Delete()
    elif SEPARATOR not in before and SEPARATOR not in after:
        cell.Comment.Text(after)
    else:
        common = len(commonprefix([before, after]))
        if common < len(before):
            cell.Comment.Shape.TextFrame.Characters(common + 1, len(before) - common).Delete()
        if common < len(after):
            cell.Comment.Text(after[common:], common + 1, False)
