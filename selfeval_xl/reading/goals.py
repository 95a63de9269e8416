"""The year's goal with its outcome, and the department form's tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..forms import Goal, Task
from ..grid import Area
from ..quantity import is_blank
from .head import value_place
from .labels import roles
from .scan import Label, Sheet

SCOPE, TASK = "目标", "任务"


@dataclass(slots=True)
class Goals:
    goal: Goal = field(default_factory=Goal)
    rows: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Tasks:
    tasks: list[Task] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)


def find_tasks(sheet: Sheet, area: Area) -> int | None:
    """The row of the task table's head: 任务名称 beside another column of it."""
    for row in range(area.top, area.bottom + 1):
        found = {
            label.role(TASK).key
            for label in sheet.labels(row, row, area.left, area.right)
            if label.role(TASK)
        }
        if "name" in found and found & {"content", "outcome", "number"}:
            return row
    return None


def read_tasks(sheet: Sheet, head_row: int, limit: int, area: Area) -> Tasks:
    """The rows below the task head, down to the first one that begins another part."""
    columns: dict[str, Label] = {}
    for label in sheet.labels(head_row, head_row, area.left, area.right):
        role = label.role(TASK)
        if role and role.key not in columns:
            columns[role.key] = label
            sheet.note(label, role, "任务表头")
    result = Tasks(rows=[(head_row, head_row)])
    bottom = max(label.area.bottom for label in columns.values())
    for row in range(bottom + 1, limit + 1):
        if any(
            role.scope in (SCOPE, "指标", "表", "资金行")
            for label in sheet.labels(row, row, columns["name"].column, area.right)
            for role in label.roles
        ):
            break
        values, cells = sheet.take_row(row, columns)
        if len(columns) > 1 and len(set(cells.values())) == 1:
            break  # 三、部门整体支出绩效指标 across the sheet
        if any(value for key, value in values.items() if key != "number"):
            result.tasks.append(Task(cells=cells, **values))
        result.rows = [(head_row, row)]
    return result


def read_goals(sheet: Sheet, area: Area, taken: list[tuple[int, int]]) -> Goals:
    """Goal texts in the rows of `area` that no table has `taken`: labels side by side with the texts below,
    or label and text in a row.
    """
    busy = {row for top, bottom in taken for row in range(top, bottom + 1)}
    labels = [
        label
        for label in sheet.labels(area.top, area.bottom, area.left, area.right)
        if label.role(SCOPE)
        and label.row not in busy
        and not any(top in range(label.area.top, label.area.bottom + 1) for top, _ in taken)
    ]
    labels = [label for label in labels if not _is_section(sheet, label, labels)]
    goals = Goals()
    values: dict[str, str | None] = {}
    cells: dict[str, str] = {}
    by_row: dict[int, list[Label]] = {}
    for label in labels:
        by_row.setdefault(label.row, []).append(label)
    for row, found in by_row.items():
        keys = {label.role(SCOPE).key for label in found}
        if len(keys) > 1 and not _answered_beside(sheet, found):
            last = max(_below(sheet, label, area, busy, values, cells) for label in found)
            goals.rows.append((row, last))
        else:
            for label in found:
                _beside(sheet, label, area, values, cells)
            goals.rows.append((row, row))
    _fall_back(sheet, area, busy, values, cells, goals)
    if is_blank(values.get("expected")) and "initial" in cells:
        values["expected"], cells["expected"] = values.get("initial"), cells["initial"]
    if not _has_both(labels):
        values.pop("initial", None)
    goals.goal = Goal(
        initial=values.get("initial"),
        expected=values.get("expected"),
        actual=values.get("actual"),
        cells=cells,
    )
    return goals


def _is_section(sheet: Sheet, label: Label, labels: list[Label]) -> bool:
    """A label over several rows with the goal's own labels right of it is the name of that part of the form."""
    behind = [other for other in labels if other.row == label.row and other.column > label.column]
    if len(behind) > 1 and behind[0].column == label.area.right + 1 and _answered_beside(sheet, behind):
        return True  # 年度目标 | 预期目标 | text | 实际完成情况 | text
    return any(
        label.area.top <= other.row < label.area.bottom
        and other.column > label.column
        and other.area.bottom < label.area.bottom
        for other in labels
    )


def _answered_beside(sheet: Sheet, labels: list[Label]) -> bool:
    """Whether each goal label of a row has its text right beside it, before the next label."""
    for label in labels:
        text = sheet.text(label.row, label.area.right + 1)
        if not text or roles(text):
            return False
    return True


def _has_both(labels: list[Label]) -> bool:
    keys = {label.role(SCOPE).key for label in labels}
    return {"initial", "expected"} <= keys


def _below(sheet: Sheet, label: Label, area: Area, busy: set[int], values: dict, cells: dict) -> int:
    """Texts below a goal label, row by row until another part begins; returns the last row used."""
    role = label.role(SCOPE)
    texts: list[str] = []
    row = label.area.bottom + 1
    first_cell, last = None, label.area.bottom
    while row <= area.bottom and row not in busy:
        if any(
            known.scope in ("指标", SCOPE, "资金行", "表", "任务", "指标栏", "资金栏", "说明", "签字")
            and at.area.top == row
            for at in sheet.labels(row, row, area.left, area.right)
            for known in at.roles
        ):
            break
        here = sheet.grid.area(row, label.column)
        text, cell = sheet.take(row, label.column)
        first_cell = first_cell or cell
        if text and (here.top >= label.area.bottom + 1):
            texts.append(text)
        last = here.bottom
        row = here.bottom + 1
        if text and here.bottom > here.top:
            break
    if role.key not in cells:
        sheet.note(label, role, "目标")
        values[role.key] = "\n".join(texts) or None
        cells[role.key] = first_cell or sheet.take(label.area.bottom + 1, label.column)[1]
    return last


def _beside(sheet: Sheet, label: Label, area: Area, values: dict, cells: dict) -> None:
    role = label.role(SCOPE)
    row, column = value_place(sheet, label, area)
    text, cell = sheet.take(row, column)
    if role.key not in cells:
        sheet.note(label, role, "目标")
        values[role.key], cells[role.key] = (None if text and roles(text) else text), cell


def _fall_back(sheet: Sheet, area: Area, busy: set[int], values: dict, cells: dict, goals: Goals) -> None:
    """年度总体目标 with its text right beside it, on forms without 预期目标."""
    if "expected" in cells or "initial" in cells:
        return
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        if label.row not in busy and label.role("目标栏"):
            row, column = value_place(sheet, label, area)
            text, cell = sheet.take(row, column)
            if text and not roles(text):
                values["expected"], cells["expected"] = text, cell
                goals.rows.append((label.row, label.row))
                return
