"""The button 新增项目表: one more project form in the open book, in the look of its forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from selfeval_xl.addin.host import Host
from selfeval_xl.errors import UsageError
from selfeval_xl.model.account import Frame
from selfeval_xl.model.findings import Located
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, READY
from selfeval_xl.readers import understand
from selfeval_xl.readers.recognition.back_links import links_in
from selfeval_xl.readers.recognition.form_finder import Found
from selfeval_xl.readers.recognition.ready_sheets import is_untouched
from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from selfeval_xl.workflows.filling.deviation_columns import our_columns
from selfeval_xl.writers.excel import apply
from selfeval_xl.writers.excel.fills import can_restore
from selfeval_xl.writers.excel.journal import JournalEntry
from selfeval_xl.writers.excel.sheets import open_for_change
from selfeval_xl.writers.excel.snapshot import Snapshot
from selfeval_xl.writers.xlsx.looks import LINK_FILL

NAME = "项目{:02}"
VISIBLE = -1  # Excel's xlSheetVisible
# The fields that belong to one project alone; department, unit and the printed labels stay in the copy.
_HEAD = ("project", "project_code", "period", "total_score", "grade")
_GOAL = ("initial", "medium", "expected", "actual")
_FUNDS = (
    *("initial_budget", "annual_budget", "executed", "execution_rate", "forecast", "medium_budget"),
    *("score", "note"),
)
_INDICATOR = (
    *("name", "target", "initial_target", "medium_target", "operator", "unit", "actual", "forecast"),
    *("outlook", "causes", "points", "score", "note"),
)


def add_project(host: Host) -> None:
    """Adds an empty project form: a copy of the one in front, else of the last, without its values."""
    with host.saved() as saved:
        pattern = _pattern(saved, host.active)
        if ready := _ready(saved):
            _show(host, saved, ready, pattern)
            return
        name = next(name for number in range(1, 1000) if (name := NAME.format(number)) not in saved.names)
        open_for_change(saved, [pattern.sheet, name], set())
        changes = _together([*_cleared(saved, pattern, name), *_unmarked(saved, pattern.sheet, name)])
        with host.quietly("DisplayAlerts"):
            host.workbook.Sheets(pattern.sheet).Copy(After=host.workbook.Sheets(_last_project(saved)))
            host.workbook.ActiveSheet.Name = name
            host.journal.added.append(name)
            with apply.unprotected(host.workbook, saved, [name], like=pattern.sheet):
                apply.write(host.workbook, changes)
                host.workbook.Sheets(name).Range(str(_frame(pattern).area)).ClearComments()
    host.select(name, (pattern.cells.get("project") or "A1").split(",")[0])
    host.say(f"已新增“{name}”，样式照“{pattern.sheet}”。请从项目名称填起。")


def _ready(saved: Snapshot) -> Form | None:
    """The form of the first sheet that stands ready, still hidden and blank; None without one."""
    for name in saved.source.settings.get(READY, "").split("、"):
        grid = saved.grids.get(name)
        found = all_forms_in(grid, saved.source.path) if grid and not grid.visible else Found()
        forms = [*found.forms, *found.stage_forms]
        if len(forms) == 1 and is_untouched(forms[0]):
            return forms[0]
    return None


def _show(host: Host, saved: Snapshot, form: Form, pattern: Form) -> None:
    """Shows a sheet that stands ready, with the department and unit of the other forms."""
    changes = [
        JournalEntry(form.sheet, cell, value=(None, value))
        for key in ("department", "unit")
        if (cell := form.cells.get(key)) and (value := getattr(pattern, key))
        if saved.content(form.sheet, cell) is None
    ]
    open_for_change(saved, [form.sheet], set())
    host.workbook.Sheets(form.sheet).Visible = VISIBLE
    with apply.unprotected(host.workbook, saved, [form.sheet]):
        apply.write(host.workbook, changes)
    host.select(form.sheet, (form.cells.get("project") or "A1").split(",")[0])
    host.say(f"已打开备用的“{form.sheet}”。请从项目名称填起。")


def _pattern(saved: Snapshot, active: str) -> Form:
    """The project form to copy: the one on the sheet in front, else the last that has a sheet to itself.

    Raises UsageError where there is none.
    """
    forms = understand(saved.source).every_form
    sheets = [form.sheet for form in forms]
    alone = [form for form in forms if form.is_of_project and sheets.count(form.sheet) == 1]
    if not alone:
        raise UsageError("这个工作簿里没有单独成表的项目表，没有样式可以照。请打开部门工作簿再按。")
    return next((form for form in alone if form.sheet == active), alone[-1])


def _frame(form: Form) -> Frame:
    """The frame of a form that was read from a sheet."""
    assert form.frame is not None  # the reader gives every form of a sheet its frame
    return form.frame


def _last_project(saved: Snapshot) -> str:
    """The sheet of the last project form, after which the new one is put."""
    return [form.sheet for form in understand(saved.source).every_form if form.is_of_project][-1]


def _cleared(saved: Snapshot, form: Form, name: str) -> Iterator[JournalEntry]:
    """The changes that take the pattern's own values out of the copy; labels in their cells stay."""
    grid = saved.grids[form.sheet]
    for cell, value in _own_values(form):
        content = saved.content(form.sheet, cell)
        if content is None or isinstance(content, dict) and "formula" in content:
            continue
        rest = (
            content.removesuffix(value)
            if isinstance(content, str) and value and content != value and content.endswith(value)
            else ""
        )
        yield JournalEntry(name, cell, value=(content, rest or None))
    start, head = our_columns(form, grid), _frame(form).indicator_head
    if start is None or head is None:
        return
    for row in range(head[0], grid.height):
        for column in range(start, start + len(ADDED_COLUMNS)):
            content = saved.content(form.sheet, a1(row, column))
            # A template's own formulas stay.
            if content is not None and content not in ADDED_COLUMNS and not isinstance(content, dict):
                yield JournalEntry(name, a1(row, column), value=(content, None))


def _own_values(form: Form) -> Iterator[tuple[str, str]]:
    """The cell and value of everything that belongs to this project alone."""
    records: list[tuple[Located, tuple[str, ...]]] = [(form, _HEAD), (form.goal, _GOAL)]
    records += [(line, _FUNDS) for line in form.funding]
    records += [(indicator, _INDICATOR) for indicator in form.indicators]
    for record, keys in records:
        for key in keys:
            for cell in (record.cells.get(key) or "").split(","):
                if cell:
                    yield cell, str(getattr(record, key, None) or "")


def _together(changes: Iterable[JournalEntry]) -> list[JournalEntry]:
    """The changes merged into one for each cell, which may have the value of one and the fill of another."""
    by_cell: dict[str, JournalEntry] = {}
    for change in changes:
        pairs = {
            name: getattr(change, name) for name in ("value", "fill") if getattr(change, name) is not None
        }
        by_cell[change.cell] = replace(by_cell.get(change.cell, change), **pairs)
    return list(by_cell.values())


def _unmarked(saved: Snapshot, sheet: str, name: str) -> Iterator[JournalEntry]:
    """The changes that take the tints of marks and the links to the list out of the copy."""
    for row, column in links_in(saved.grids[sheet]):
        cell = a1(row, column)
        coloured = saved.fill(sheet, cell) == LINK_FILL
        yield JournalEntry(
            name,
            cell,
            value=(saved.content(sheet, cell), None),
            fill=(LINK_FILL, "") if coloured else None,
        )
    for former in saved.former:
        if former.sheet == sheet:
            fill = saved.fill(sheet, former.cell)
            if fill != former.fill and can_restore(former.fill):
                yield JournalEntry(name, former.cell, fill=(fill, former.fill))
