"""The button 撤销本次: takes back what the last button wrote, cell by cell.

What a person changed since then stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from selfeval_xl.addin import state
from selfeval_xl.addin.host import Host
from selfeval_xl.model.grid import position
from selfeval_xl.writers.excel import apply
from selfeval_xl.writers.excel.journal import Journal, JournalEntry
from selfeval_xl.writers.excel.page_setup import apply_setups
from selfeval_xl.writers.excel.runs import runs
from selfeval_xl.writers.excel.sheets import open_for_change
from selfeval_xl.writers.excel.snapshot import Snapshot


def undo(host: Host) -> None:
    """Takes back the last button's changes on this book."""
    journal = state.last_journal(host.full_name)
    if journal is None:
        host.say("没有可以还原的内容：上一个按钮没有改动这个工作簿，或者已经还原过了。")
        return
    with host.saved() as saved:
        here = [change for change in journal.changes if change.sheet in saved.names]
        names = list(
            dict.fromkeys(
                [
                    *(change.sheet for change in here),
                    *(setup.sheet for setup in journal.setups if setup.sheet in saved.names),
                    *(sheet for sheet, _, _ in journal.inserted if sheet in saved.names),
                ]
            )
        )
        open_for_change(saved, names, {change.sheet for change in here if change.value})
        unchanged = _unchanged(saved, apply.still_there(host.workbook, here))
        removed = [
            name
            for name in journal.added
            if name in saved.names and _may_remove(host, saved, name, unchanged)
        ]
        rows = []
        with host.quietly("DisplayAlerts"):
            with apply.unprotected(host.workbook, saved, [name for name in names if name not in removed]):
                staying = [change for change in unchanged if change.sheet not in removed]
                rows = _take_back(host.workbook, saved, journal, staying)
            for name in removed:
                host.workbook.Sheets(name).Delete()
    state.forget_journal(host.full_name)
    host.say(_message(len(here), unchanged, removed, rows))


def _message(
    changes: int, unchanged: Sequence[JournalEntry], removed: Sequence[str], rows: Sequence[tuple[str, int]]
) -> str:
    """The closing message. changes: those of the journal. removed: sheets. rows: deleted ones by sheet."""
    sentences = [f"已还原{_visible_cells(unchanged)}格。"] if unchanged or not (removed or rows) else []
    sentences += [f"删除了“{name}”里插入的第{row + 1}行。" for name, row in rows]
    visible_sheets = [f"“{name}”" for name in removed if not name.startswith("_")]
    if visible_sheets:
        sentences.append(f"删除了工作表{'、'.join(visible_sheets)}。")
    if len(unchanged) < changes:
        sentences.append(f"有{changes - len(unchanged)}格后来又改过，没有动。")
    return "".join(sentences)


def _visible_cells(changes: Sequence[JournalEntry]) -> int:
    """The number of cells on sheets that people see."""
    return len(
        {
            (change.sheet, change.cell)
            for change in changes
            if not change.sheet.startswith("_") and change.value != (None, None)
        }
    )


def _unchanged(saved: Snapshot, changes: Sequence[JournalEntry]) -> list[JournalEntry]:
    """The changes without the fills and notes that a person changed since."""
    unchanged = []
    for change in changes:
        if change.fill and saved.fill(change.sheet, change.cell) != change.fill[1]:
            change = replace(change, fill=None)
        if change.note and saved.note(change.sheet, change.cell) != change.note[1]:
            change = replace(change, note=None)
        if change.value or change.number_format or change.fill or change.note:
            unchanged.append(change)
    return unchanged


def _written_cells(changes: Sequence[JournalEntry], name: str) -> set[tuple[int, int]]:
    """The cells of a sheet into which the changes wrote values."""
    return {position(change.cell) for change in changes if change.sheet == name and change.value}


def _may_remove(host: Host, saved: Snapshot, name: str, unchanged: Sequence[JournalEntry]) -> bool:
    """Whether a sheet that the button added may be deleted.

    At once where it holds nothing but what the button wrote, else only if the person agrees.
    """
    grid = saved.grids.get(name)
    filled = (
        {
            (row, column)
            for row, line in enumerate(grid.rows)
            for column, value in enumerate(line)
            if value not in (None, "")
        }
        if grid
        else set()
    )
    return filled <= _written_cells(unchanged, name) or host.ask(
        f"工作表“{name}”是上一个按钮加的，还原会把它整张删除，后来填在里面的内容也没有了。要删除吗？"
    )


def _take_back(
    workbook: Any, saved: Snapshot, journal: Journal, changes: Sequence[JournalEntry]
) -> list[tuple[str, int]]:
    """Writes the cells and set-ups as they were and deletes inserted rows; returns these by sheet."""
    plain = [replace(change, number_format=None) if change.dressed else change for change in changes]
    apply.write(workbook, [change.swapped() for change in reversed(plain)])
    for name in dict.fromkeys(change.sheet for change in changes if change.dressed):
        for area, _ in runs(
            {position(change.cell): "" for change in changes if change.dressed and change.sheet == name}
        ):
            workbook.Sheets(name).Range(str(area)).ClearFormats()
    setups = [setup for setup in reversed(journal.setups) if setup.sheet in saved.names]
    apply_setups(workbook, [replace(setup, before=setup.after, after=setup.before) for setup in setups])
    rows = []
    for name, row, merges in reversed(journal.inserted):
        if name in saved.names and _is_empty(saved, name, row, _written_cells(changes, name)):
            sheet = workbook.Sheets(name)
            for _, longer in merges:
                sheet.Range(longer).UnMerge()
            sheet.Rows(row + 1).Delete()
            for before, _ in merges:
                if ":" in before:
                    sheet.Range(before).Merge()
            rows.append((name, row))
    return rows


def _is_empty(saved: Snapshot, name: str, row: int, written: set[tuple[int, int]]) -> bool:
    """Whether an inserted row holds nothing but what the button wrote there."""
    grid = saved.grids[name]
    return row >= grid.height or all(
        value in (None, "") or (row, column) in written for column, value in enumerate(grid.rows[row])
    )
