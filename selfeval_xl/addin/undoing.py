"""撤销本次: gives back what the last button wrote, cell by cell; what a person changed since then stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..grid import position
from ..sinks import live
from ..sinks.changes import Change, Journal
from ..sinks.live_setup import apply_setups
from ..sinks.live_sheets import open_for_change
from ..sinks.runs import runs
from ..sinks.saved import Saved
from . import state
from .host import Host


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
        kept = _as_we_left(saved, live.still_there(host.workbook, here))
        removed = [
            name for name in journal.added if name in saved.names and _may_remove(host, saved, name, kept)
        ]
        rows = []
        with host.quietly("DisplayAlerts"):
            with live.unprotected(host.workbook, saved, [name for name in names if name not in removed]):
                rows = _give_back(
                    host.workbook, saved, journal, [change for change in kept if change.sheet not in removed]
                )
            for name in removed:
                host.workbook.Sheets(name).Delete()
    state.forget_journal(host.full_name)
    told = [f"已还原{_shown(kept)}格。"] if kept or not removed + rows else []
    told += [f"删除了“{name}”里插入的第{row + 1}行。" for name, row in rows]
    if _seen(removed):
        told.append(f"删除了工作表{'、'.join(_seen(removed))}。")
    if len(kept) < len(here):
        told.append(f"有{len(here) - len(kept)}格后来又改过，没有动。")
    host.say("".join(told))


def _seen(names: Sequence[str]) -> list[str]:
    """The names of sheets that people see."""
    return [f"“{name}”" for name in names if not name.startswith("_")]


def _shown(changes: Sequence[Change]) -> int:
    """How many cells of sheets that people see."""
    return len(
        {
            (change.sheet, change.cell)
            for change in changes
            if not change.sheet.startswith("_") and change.value != (None, None)
        }
    )


def _as_we_left(saved: Saved, changes: Sequence[Change]) -> list[Change]:
    """Fills and notes that a person changed since stay: they are taken out of the changes."""
    found = []
    for change in changes:
        if change.fill and saved.fill(change.sheet, change.cell) != change.fill[1]:
            change = replace(change, fill=None)
        if change.note and saved.note(change.sheet, change.cell) != change.note[1]:
            change = replace(change, note=None)
        if change.value or change.number_format or change.fill or change.note:
            found.append(change)
    return found


def _may_remove(host: Host, saved: Saved, name: str, kept: Sequence[Change]) -> bool:
    """Whether a sheet that the button added may go: at once where it holds nothing but what we wrote, else
    only if the person agrees.
    """
    grid = saved.grids.get(name)
    ours = {position(change.cell) for change in kept if change.sheet == name and change.value}
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
    return filled <= ours or host.ask(
        f"工作表“{name}”是上一个按钮加的，还原会把它整张删除，后来填在里面的内容也没有了。要删除吗？"
    )


def _give_back(
    workbook: Any, saved: Saved, journal: Journal, kept: Sequence[Change]
) -> list[tuple[str, int]]:
    """Writes what was there before; returns the rows that were deleted again."""
    plain = [replace(change, number_format=None) if change.dressed else change for change in kept]
    live.write(workbook, [change.swapped() for change in reversed(plain)])
    for name in dict.fromkeys(change.sheet for change in kept if change.dressed):
        for area, _ in runs(
            {position(change.cell): "" for change in kept if change.dressed and change.sheet == name}
        ):
            workbook.Sheets(name).Range(str(area)).ClearFormats()
    setups = [setup for setup in reversed(journal.setups) if setup.sheet in saved.names]
    apply_setups(workbook, [replace(setup, before=setup.after, after=setup.before) for setup in setups])
    rows = []
    for name, row, merges in reversed(journal.inserted):
        if name in saved.names and _is_empty(
            saved,
            name,
            row,
            {position(change.cell) for change in kept if change.sheet == name and change.value},
        ):
            sheet = workbook.Sheets(name)
            for _, longer in merges:
                sheet.Range(longer).UnMerge()
            sheet.Rows(row + 1).Delete()
            for before, _ in merges:
                if ":" in before:
                    sheet.Range(before).Merge()
            rows.append((name, row))
    return rows


def _is_empty(saved: Saved, name: str, row: int, ours: set[tuple[int, int]]) -> bool:
    """Whether an inserted row holds nothing but what the button wrote there."""
    grid = saved.grids[name]
    return row >= grid.height or all(
        value in (None, "") or (row, column) in ours for column, value in enumerate(grid.rows[row])
    )
