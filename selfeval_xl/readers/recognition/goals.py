"""Reading of the year's goal with its outcome, and of the department form's tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from selfeval_xl.model.forms import Goal, Task
from selfeval_xl.model.grid import Area
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.readers.recognition.head import value_place
from selfeval_xl.readers.recognition.labels import roles
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE, TASK = "目标", "任务"
_OTHER_PARTS = frozenset(("指标", SCOPE, "资金行", "表", "任务", "指标栏", "资金栏", "说明", "签字"))


@dataclass(slots=True)
class Goals:
    """The contents of the goal. rows: first and last row of each part of it."""

    goal: Goal = field(default_factory=Goal)
    rows: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Tasks:
    """The contents of the task table. rows: first and last row of the table, head included."""

    tasks: list[Task] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)


def find_tasks(sheet: ScannedSheet, area: Area) -> int | None:
    """The row of the task table's head: 任务名称 beside another column of it."""
    for row in range(area.top, area.bottom + 1):
        keys = {
            role.key for label in sheet.labels(row, row, area.left, area.right) if (role := label.role(TASK))
        }
        if "name" in keys and keys & {"content", "outcome", "number"}:
            return row
    return None


def read_tasks(sheet: ScannedSheet, head_row: int, limit: int, area: Area) -> Tasks:
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
            result.tasks.append(_task(values, cells))
        result.rows = [(head_row, row)]
    return result


def _task(values: Mapping[str, str | None], cells: Mapping[str, str]) -> Task:
    """A task with these values by key."""
    return Task(
        number=values.get("number"),
        name=values.get("name"),
        content=values.get("content"),
        outcome=values.get("outcome"),
        budget=values.get("budget"),
        executed=values.get("executed"),
        points=values.get("points"),
        score=values.get("score"),
        cells=cells,
    )


def read_goals(sheet: ScannedSheet, area: Area, taken: list[tuple[int, int]]) -> Goals:
    """The goal texts in the rows of `area` that no table has `taken`.

    Labels stand side by side with the texts below them, or label and text in a row.
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
        keys = {label.need_role(SCOPE).key for label in found}
        if len(keys) > 1 and not _answered_beside(sheet, found):
            last = max(_read_below(sheet, label, area, busy, values, cells) for label in found)
            goals.rows.append((row, last))
        else:
            for label in found:
                _read_beside(sheet, label, area, values, cells)
            goals.rows.append((row, row))
    _read_beside_section(sheet, area, busy, values, cells, goals)
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


def _is_section(sheet: ScannedSheet, label: Label, labels: list[Label]) -> bool:
    """Whether a label is the heading of the goal part: the goal's own labels stand right of it."""
    right = [other for other in labels if other.row == label.row and other.column > label.column]
    if len(right) > 1 and right[0].column == label.area.right + 1 and _answered_beside(sheet, right):
        return True  # 年度目标 | 预期目标 | text | 实际完成情况 | text
    return any(
        label.area.top <= other.row < label.area.bottom
        and other.column > label.column
        and other.area.bottom < label.area.bottom
        for other in labels
    )


def _answered_beside(sheet: ScannedSheet, labels: list[Label]) -> bool:
    """Whether each goal label of a row has its text right beside it, before the next label."""
    for label in labels:
        text = sheet.text(label.row, label.area.right + 1)
        if not text or roles(text):
            return False
    return True


def _has_both(labels: list[Label]) -> bool:
    """Whether the labels name both the original goal and the one in force."""
    keys = {label.need_role(SCOPE).key for label in labels}
    return {"initial", "expected"} <= keys


def _read_below(
    sheet: ScannedSheet,
    label: Label,
    area: Area,
    busy: set[int],
    values: dict[str, str | None],
    cells: dict[str, str],
) -> int:
    """Reads the texts below a goal label, down to the next part of the form; returns the last row used."""
    role = label.need_role(SCOPE)
    texts: list[str] = []
    row = label.area.bottom + 1
    first_cell, last = None, label.area.bottom
    while row <= area.bottom and row not in busy:
        if any(
            other_role.scope in _OTHER_PARTS and other.area.top == row
            for other in sheet.labels(row, row, area.left, area.right)
            for other_role in other.roles
        ):
            break
        text_area = sheet.grid.area(row, label.column)
        text, cell = sheet.take(row, label.column)
        first_cell = first_cell or cell
        if text and (text_area.top >= label.area.bottom + 1):
            texts.append(text)
            sheet.values.add((text_area.top, text_area.left))
        last = text_area.bottom
        row = text_area.bottom + 1
        if text and text_area.bottom > text_area.top:
            break
    if role.key not in cells:
        sheet.note(label, role, "目标")
        values[role.key] = "\n".join(texts) or None
        cells[role.key] = first_cell or sheet.take(label.area.bottom + 1, label.column)[1]
    return last


def _read_beside(
    sheet: ScannedSheet, label: Label, area: Area, values: dict[str, str | None], cells: dict[str, str]
) -> None:
    """Reads the text right of a goal label."""
    role = label.need_role(SCOPE)
    row, column = value_place(sheet, label, area)
    text, cell = sheet.take(row, column)
    if role.key not in cells:
        sheet.note(label, role, "目标")
        values[role.key], cells[role.key] = (None if text and roles(text) else text), cell


def _read_beside_section(
    sheet: ScannedSheet,
    area: Area,
    busy: set[int],
    values: dict[str, str | None],
    cells: dict[str, str],
    goals: Goals,
) -> None:
    """Reads the text right of 年度总体目标, on forms without 预期目标."""
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
