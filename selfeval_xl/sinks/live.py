"""Edits into the open book: written in runs through Excel's own object model, each only where the cell still
holds its old value.

`workbook` is the Workbook object that xlwings gives (`Book.api`); only words of Excel's object model are used
on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ..edits import Edit, Look
from ..grid import Area, a1, position
from ..sheets import ADDED_COLUMNS, SETTINGS
from . import interior
from .changes import Change, Content, Journal, by_sheet, content_of, holds, typed
from .file import FORMULA_LIKE
from .live_setup import apply_setups, fit_rows, off_paper, printing, set_apart
from .live_sheets import add_sheet, open_for_change, show_all
from .live_tints import Ruled
from .looks import DRESSES, LINK_FILL, MARKS, SHEET_WIDTHS, TINTS, Dress
from .memory import COLUMNS, FIRST, Former, Memory
from .notes import SEPARATOR, is_ours
from .runs import bounds, runs
from .saved import Saved

GENERAL, PERCENT = "General", "0.00%"
LONGEST_ADDRESS = 250  # Range takes 255 characters
LINKS = frozenset((Look.LINK, Look.BARE))
CONTINUOUS = 1
_PLACES = {"center": -4108, "top": -4160}
# What a dress asks for, in Excel's words: (object inside the range or "", word, value), None where it asks
# for nothing.
DRESSING: tuple[Callable[[Dress], tuple[str, str, object] | None], ...] = (
    lambda dress: ("Interior", "Color", interior.bgr(dress.fill)) if dress.fill else None,
    lambda dress: ("Font", "Bold", True) if dress.bold else None,
    lambda dress: ("Borders", "LineStyle", CONTINUOUS) if dress.border else None,
    lambda dress: ("", "WrapText", True) if dress.wrap else None,
    lambda dress: ("", "HorizontalAlignment", _PLACES[dress.horizontal]) if dress.horizontal else None,
    lambda dress: ("", "VerticalAlignment", _PLACES[dress.vertical]) if dress.vertical else None,
)


@dataclass(frozen=True, slots=True)
class Applied:
    """done: edits carried out. refused: edits whose cell no longer held `old`, or could not be changed alone."""

    done: tuple[Edit, ...]
    refused: tuple[Edit, ...]


def apply(workbook: Any, saved: Saved, edits: Iterable[Edit], journal: Journal) -> Applied:
    """Carries out edits in the open book of which `saved` is a copy, and notes in the journal what was there
    before.

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


def write(workbook: Any, changes: Iterable[Change], singly: frozenset[str] = frozenset()) -> None:
    """Writes the `after` of changes: formats, values, fills and notes, in runs; on sheets named in `singly`
    values cell by cell.
    """
    for name, places in by_sheet(changes).items():
        sheet = workbook.Sheets(name)
        for area, key in runs(
            {place: change.number_format[1] for place, change in places.items() if change.number_format}
        ):
            _range(sheet, area).NumberFormat = key
        contents = {place: change.value[1] for place, change in places.items() if change.value}
        for area, _ in runs({place: place if name in singly else "" for place in contents}):
            _range(sheet, area).Value = _block(contents, area)
        for address, key in _alike(
            runs({place: change.fill[1] for place, change in places.items() if change.fill})
        ):
            interior.put(sheet.Range(address).Interior, key)
        for change in places.values():
            if change.note:
                _write_note(sheet.Range(change.cell), *change.note)


def still_there(workbook: Any, changes: Sequence[Change]) -> list[Change]:
    """Those of the changes whose cell still holds what was written, one look at each sheet; cells whose value
    was not changed always do.
    """
    kept = []
    for name, places in by_sheet(changes).items():
        written = {place: change.value[1] for place, change in places.items() if change.value}
        values = read_block(workbook.Sheets(name), bounds(written)) if written else {}
        kept += [
            change
            for place, change in places.items()
            if change.value is None or holds(values.get(place), change.value[1])
        ]
    return kept


def read_block(sheet: Any, area: Area) -> dict[tuple[int, int], object]:
    """The values of a rectangle, in one call."""
    values = _range(sheet, area).Value
    if area.top == area.bottom and area.left == area.right:
        return {(area.top, area.left): values}
    return {
        (area.top + row, area.left + column): value
        for row, line in enumerate(values)
        for column, value in enumerate(line)
    }


@contextmanager
def unprotected(workbook: Any, saved: Saved, names: Sequence[str], like: str | None = None) -> Iterator[None]:
    """Takes the protection of these sheets away (none of them has a password) and puts the same back
    afterwards.

    like: the sheet that they are copies of, made since the book was saved.
    """
    opened = [(name, told) for name in names if (told := saved.protection(like or name))]
    for name, _ in opened:
        workbook.Sheets(name).Unprotect("")
    try:
        yield
    finally:
        for name, told in opened:
            _protect(workbook.Sheets(name), told)


def _protect(sheet: Any, told: dict[str, bool]) -> None:
    from .saved import ALLOWED

    sheet.EnableSelection = 0 if told["locked"] else 1 if told["unlocked"] else -4142
    sheet.Protect(
        "", told["objects"], True, told["scenarios"], False, *(told[attribute] for attribute in ALLOWED)
    )


class _Run:
    """One application: the book, what the copy says of it, and what is to be changed."""

    def __init__(self, workbook: Any, saved: Saved, journal: Journal) -> None:
        self.workbook, self.saved, self.journal = workbook, saved, journal
        self.memory: Memory = dict(saved.memory)
        self.ruled = Ruled(saved)
        self.changes: list[Change] = []

    def decide(self, edits: Sequence[Edit]) -> tuple[list[Edit], list[Edit]]:
        """Which edits can be carried out: one look at each sheet, at the rectangle around all its edits."""
        done, refused = [], []
        live: dict[str, dict] = {}
        for name in dict.fromkeys(edit.sheet for edit in edits):
            if name in self.saved.grids:
                places = {position(edit.cell) for edit in edits if edit.sheet == name}
                live[name] = read_block(self.workbook.Sheets(name), bounds(places))
        for edit in edits:
            (done if self._can(edit, live.get(edit.sheet)) else refused).append(edit)
        return done, refused

    def _can(self, edit: Edit, live: dict | None) -> bool:
        grid = self.saved.grids.get(edit.sheet)
        if grid is None:
            return edit.old is None and edit.sheet not in self.saved.names
        place = position(edit.cell)
        area = grid.area(*place)
        if (area.top, area.left) != place or grid.text(*place).strip() != (edit.old or "").strip():
            return False
        if edit.new != edit.old and self.saved.shares_formula(edit.sheet, edit.cell):
            return False
        return holds(live[place], self.saved.content(edit.sheet, edit.cell))

    def carry_out(self, edits: Sequence[Edit]) -> None:
        for name in dict.fromkeys(edit.sheet for edit in edits):
            if name not in self.saved.names:
                add_sheet(self.workbook, name, self.saved.names[-1])
                self.journal.added.append(name)
        for edit in edits:
            self._plan(edit)
        self.ruled.remove(
            self.workbook,
            dict.fromkeys(edit.sheet for edit in edits if edit.look in MARKS or edit.look is Look.FORMER),
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
        for setup in setups:
            apply_setups(self.workbook, [setup])
            self.journal.setups.append(setup)
        self._remember()

    def _plan(self, edit: Edit) -> None:
        """The change that an edit makes, with what was there before."""
        change = Change(edit.sheet, edit.cell)
        if edit.new != edit.old:
            before = self.saved.content(edit.sheet, edit.cell)
            change = replace(change, value=(before, content_of(edit)), number_format=self._format(edit))
            if edit.look in DRESSES and DRESSES[edit.look].own and edit.old is None:
                change = replace(change, dressed=str(edit.look))
        if edit.look in MARKS:
            change = self._mark(edit, change)
        elif edit.look is Look.FORMER:
            change = self._unmark(edit, change)
        elif edit.look in LINKS:
            change = self._link(edit, change)
        self.changes.append(change)

    def _format(self, edit: Edit) -> tuple[str, str] | None:
        """The number format that has to change: a percent, a number into a cell of text, a text that a double
        click would make a formula.
        """
        before = self.saved.number_format(edit.sheet, edit.cell)
        content = content_of(edit)
        if edit.look in (Look.PERCENT, Look.SHARE):
            after = PERCENT
        elif isinstance(content, (float, dict)) and before == "@":
            after = GENERAL
        elif isinstance(content, str) and content.startswith(FORMULA_LIKE):
            after = "@"
        else:
            after = before
        return None if after == before else (before, after)

    def _mark(self, edit: Edit, change: Change) -> Change:
        fill, note = self.saved.fill(edit.sheet, edit.cell), self.saved.note(edit.sheet, edit.cell)
        former = self.memory.setdefault(
            (edit.sheet, edit.cell), Former(edit.sheet, edit.cell, fill, note or "")
        )
        tint = TINTS[edit.look]
        shown = self.ruled.tint(edit.sheet, edit.cell) or fill
        if (fill != tint or shown != tint) and interior.can_restore(fill):
            change = replace(change, fill=(shown, tint))
        text = f"{former.note}{SEPARATOR}{edit.remark}" if former.note else edit.remark or ""
        return change if note is None or note == text else replace(change, note=(note, text))

    def _unmark(self, edit: Edit, change: Change) -> Change:
        former = self.memory.pop((edit.sheet, edit.cell), None)
        if former is None:
            return change
        fill, note = self.saved.fill(edit.sheet, edit.cell), self.saved.note(edit.sheet, edit.cell)
        ruled = self.ruled.tint(edit.sheet, edit.cell)
        if ruled and fill == former.fill and interior.can_restore(fill):
            change = replace(
                change, fill=(ruled, fill)
            )  # taken back, the cell is tinted itself: a rule cannot be given back
        elif (
            fill in TINTS.values() and fill != former.fill and interior.can_restore(former.fill)
        ):  # a person's own colour since then stays
            change = replace(change, fill=(fill, former.fill))
        return (
            replace(change, note=(note, former.note))
            if note and note != former.note and is_ours(note)
            else change
        )  # and so does her own note

    def _link(self, edit: Edit, change: Change) -> Change:
        """The colour of a link comes with it and goes with it; any other is a person's."""
        before, after = ("", LINK_FILL) if edit.look is Look.LINK else (LINK_FILL, "")
        return (
            replace(change, fill=(before, after))
            if self.saved.fill(edit.sheet, edit.cell) == before
            else change
        )

    def _close_gaps(self) -> None:
        """Rows of our lists, and our columns beside a form, are written whole: empty cells between those that
        change go with them.

        So a list is one run, and the columns have no holes in their borders.
        """
        for name, places in by_sheet([change for change in self.changes if change.dressed]).items():
            whole = _columns_of(name, places)
            gaps = dict.fromkeys(
                a1(row, each) for row, column in places for each in whole(column) if (row, each) not in places
            )
            empty = [cell for cell in gaps if self.saved.content(name, cell) is None]
            self.changes += [Change(name, cell, value=(None, None), dressed=str(Look.TEXT)) for cell in empty]

    def _join_links(self, edits: Iterable[Edit]) -> None:
        """Links stand in a column of their own: its empty cells between them are written along, so that it is
        one run.
        """
        columns: dict[tuple[str, int], list[int]] = {}
        for edit in edits:
            row, column = position(edit.cell)
            columns.setdefault((edit.sheet, column), []).append(row)
        for (name, column), rows in columns.items():
            between = (a1(row, column) for row in range(min(rows), max(rows)) if row not in rows)
            self.changes += [
                Change(name, cell, value=(None, None))
                for cell in between
                if self.saved.content(name, cell) is None
            ]

    def _dress(self) -> None:
        """Borders, wrapping and heads of our own cells, each in runs of its own."""
        dressed = [change for change in self.changes if change.dressed]
        for name, places in by_sheet(dressed).items():
            sheet = self.workbook.Sheets(name)
            for put in DRESSING:
                told = {place: put(DRESSES[Look(change.dressed)]) for place, change in places.items()}
                for area, setting in runs({place: setting for place, setting in told.items() if setting}):
                    path, word, value = setting
                    cells = _range(sheet, area)
                    setattr(getattr(cells, path) if path else cells, word, value)

    def _remember(self) -> None:
        """Writes the records of what was there before the marks into the hidden sheet, in one block."""
        if self.memory == self.saved.memory:
            return
        if SETTINGS not in self.saved.names:
            add_sheet(self.workbook, SETTINGS, self.saved.names[-1])
            self.journal.added.append(SETTINGS)
        old, new = _lines(self.saved.memory), _lines(self.memory)
        blank = ("",) * len(COLUMNS)
        changes = []
        for row in range(max(len(old), len(new))):
            before, after = (lines[row] if row < len(lines) else blank for lines in (old, new))
            changes += [
                Change(SETTINGS, a1(row, FIRST + column), value=(was or None, now or None))
                for column, (was, now) in enumerate(zip(before, after, strict=True))
            ]
        write(self.workbook, changes)
        self.journal.changes += changes


def _columns_of(name: str, places: Mapping[tuple[int, int], Change]) -> Callable[[int], range]:
    """The columns that a cell of ours stands among: all of a list, or the three beside a form, which begin at
    their first head.
    """
    if name in SHEET_WIDTHS:
        return lambda column: range(len(SHEET_WIDTHS[name]))
    heads = {place for place, change in places.items() if change.dressed == Look.HEAD}
    starts = [column for row, column in heads if (row, column - 1) not in heads]
    threes = [range(start, start + len(ADDED_COLUMNS)) for start in starts]
    return lambda column: next((three for three in threes if column in three), range(0))


def _lines(memory: Memory) -> list[tuple[str, ...]]:
    return (
        [COLUMNS, *((former.sheet, former.cell, former.fill, former.note) for former in memory.values())]
        if memory
        else []
    )


def _range(sheet: Any, area: Area) -> Any:
    return sheet.Range(_name(area))


def _alike(found: Iterable[tuple[Area, str]]) -> Iterator[tuple[str, str]]:
    """Addresses of several areas with the same key, each short enough for a Range."""
    by_key: dict[str, list[str]] = {}
    for area, key in found:
        name, addresses = _name(area), by_key.setdefault(key, [])
        if addresses and len(addresses[-1]) + len(name) < LONGEST_ADDRESS:
            addresses[-1] += f",{name}"
        else:
            addresses.append(name)
    return ((address, key) for key, addresses in by_key.items() for address in addresses)


def _name(area: Area) -> str:
    return a1(area.top, area.left) if (area.top, area.left) == (area.bottom, area.right) else str(area)


def _block(contents: dict[tuple[int, int], Content], area: Area) -> object:
    """The values of a rectangle as the program takes them; one cell alone is no block."""
    if (area.top, area.left) == (area.bottom, area.right):
        return typed(contents[area.top, area.left])
    return [
        [typed(contents[row, column]) for column in range(area.left, area.right + 1)]
        for row in range(area.top, area.bottom + 1)
    ]


def _write_note(cell: Any, before: str, after: str) -> None:
    """Makes the note of a cell say `after`.

    What a person wrote keeps its letters: ours is put behind it or cut off there.
    """
    if not before:
        cell.AddComment(after)
    elif not after:
        cell.ClearComments()
    elif SEPARATOR not in before and SEPARATOR not in after:
        cell.Comment.Text(after)
    else:
        own = _common(before, after)
        if len(own) < len(before):
            cell.Comment.Shape.TextFrame.Characters(len(own) + 1, len(before) - len(own)).Delete()
        if len(own) < len(after):
            cell.Comment.Text(after[len(own) :], len(own) + 1, False)


def _common(one: str, other: str) -> str:
    """The beginning that both have."""
    return one[
        : next(
            (at for at, (left, right) in enumerate(zip(one, other)) if left != right),
            min(len(one), len(other)),
        )
    ]
