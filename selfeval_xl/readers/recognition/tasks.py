"""Reading of the department form's table of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from selfeval_xl.model.forms import Task
from selfeval_xl.model.grid import Area
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE = "任务"


@dataclass(slots=True)
class Tasks:
    """The contents of the task table. rows: first and last row of the table, head included."""

    tasks: list[Task] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)


def find_tasks(sheet: ScannedSheet, area: Area) -> int | None:
    """The row of the task table's head: 任务名称 beside another column of it."""
    for row in range(area.top, area.bottom + 1):
        keys = {
            role.key for label in sheet.labels(row, row, area.left, area.right) if (role := label.role(SCOPE))
        }
        if "name" in keys and keys & {"content", "outcome", "number"}:
            return row
    return None


def read_tasks(sheet: ScannedSheet, head_row: int, limit: int, area: Area) -> Tasks:
    """The rows below the task head, down to the first one that begins another part."""
    columns: dict[str, Label] = {}
    for label in sheet.labels(head_row, head_row, area.left, area.right):
        role = label.role(SCOPE)
        if role and role.key not in columns:
            columns[role.key] = label
            sheet.note(label, role, "任务表头")
    result = Tasks(rows=[(head_row, head_row)])
    bottom = max(label.area.bottom for label in columns.values())
    for row in range(bottom + 1, limit + 1):
        if any(
            role.scope in ("目标", "指标", "表", "资金行")
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
