"""Reading of the department form's table of tasks, and of the funds where they stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from selfeval_xl.model.forms import TOTAL, Task
from selfeval_xl.model.grid import Area, position
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding import Funding, line_of
from selfeval_xl.readers.recognition.funding_amounts import in_form_unit, rate_text, unit_in, without_unit
from selfeval_xl.readers.recognition.labels import has_scope
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE = "任务"
_MONEY = {"budget": "annual_budget", "executed": "executed"}  # columns of tasks and of funds
_RATE = "execution_rate"


@dataclass(frozen=True, slots=True)
class _Source:
    """A column with the money of one source (总额, 财政拨款), below the head of a money column (全年预算数).

    key: of the money. source: `TOTAL` for the column of the totals.
    """

    key: str
    source: str
    head: Label
    column: int


@dataclass(slots=True)
class Tasks:
    """The contents of the task table.

    rows: first and last row of the table, head included. columns: by key. sources: the columns below the
    heads of money. total: the row with the sums of the money; None without one.
    """

    tasks: list[Task] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    columns: dict[str, Label] = field(default_factory=dict)
    sources: list[_Source] = field(default_factory=list)
    total: int | None = None


def find_tasks(sheet: ScannedSheet, area: Area) -> int | None:
    """The row of the task table's head: 任务名称 beside another column of it."""
    keys: dict[int, set[str]] = {}
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        if role := label.role(SCOPE):
            keys.setdefault(label.row, set()).add(role.key)
    return next(
        (row for row, found in keys.items() if "name" in found and found & {"content", "outcome", "number"}),
        None,
    )


def read_tasks(sheet: ScannedSheet, head_row: int, limit: int, area: Area) -> Tasks:
    """The rows below the task head, down to the first one that begins another part."""
    columns: dict[str, Label] = {}
    for label in sheet.labels(head_row, head_row, area.left, area.right):
        role = label.role(SCOPE)
        if role and role.key not in columns:
            columns[role.key] = label
            sheet.note(label, role, "任务表头")
    bottom = max(label.area.bottom for label in columns.values())
    result = Tasks(rows=[(head_row, bottom)], columns=columns, sources=_sources(sheet, columns, bottom))
    for row in range(bottom + 1, limit + 1):
        if any(
            role.scope in ("目标", "指标", "表", "资金行")
            for label in sheet.labels(row, row, columns["name"].column, area.right)
            for role in label.roles
        ) or any(label.role("资金栏") for label in sheet.labels(row, row, area.left, columns["name"].column)):
            break
        values, cells = sheet.take_row(row, columns)
        if len(columns) > 1 and len(set(cells.values())) == 1:
            break  # 三、部门整体支出绩效指标 across the sheet
        if _is_total(values.get("name")) and columns.keys() & _MONEY.keys():
            result.total = row
        elif any(value for key, value in values.items() if key != "number"):
            result.tasks.append(_task(values, cells, _other_texts(sheet, row, result.sources)))
        result.rows = [(head_row, row)]
    return result


def _is_total(name: str | None) -> bool:
    """Whether the name of a task says that its row has the sums."""
    return name is not None and has_scope(name, "资金合计")


def _sources(sheet: ScannedSheet, columns: Mapping[str, Label], bottom: int) -> list[_Source]:
    """The columns with heads of their own below the head of a money column."""
    found = []
    for key in _MONEY.keys() & columns.keys():
        head = columns[key]
        for column, text in sheet.heads_below(head, bottom).items():
            total = has_scope(text, "资金合计")
            source = TOTAL if total else core(without_unit(text))
            found.append(_Source(_MONEY[key], source, head, column))
            sheet.furniture.add((bottom, column))
    return found


def _other_texts(sheet: ScannedSheet, row: int, sources: list[_Source]) -> dict[str, str]:
    """The texts of a task's columns of sources by their heads, without those that the task has itself."""
    texts = {}
    for source in sources:
        if source.column == source.head.column:
            continue
        text, cell = sheet.take(row, source.column)
        if text is not None:
            texts[f"{core(without_unit(source.head.text))}{source.source}"] = text
            sheet.values.add(position(cell))
    return texts


def _task(values: Mapping[str, str | None], cells: Mapping[str, str], other: Mapping[str, str]) -> Task:
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
        other=other,
        cells=cells,
    )


def funds_of_tasks(sheet: ScannedSheet, tasks: Tasks, area: Area, unit: str) -> Funding | None:
    """The funds of a form whose table of tasks has a row with their sums; None without one.

    The sources are columns below the heads of money, or there is the total only.
    """
    row = tasks.total
    if row is None:
        return None
    heads = tasks.sources or [
        _Source(_MONEY[key], TOTAL, label, label.column)
        for key, label in tasks.columns.items()
        if key in _MONEY
    ]
    values: dict[str, dict[str, str | None]] = {TOTAL: {}}
    cells: dict[str, dict[str, str]] = {TOTAL: {}}
    typed: dict[str, dict[str, str]] = {}
    for head in heads:
        text, cell = sheet.take(row, head.column)
        wanted = None if text is None else in_form_unit(text, unit_in(head.head.text), unit)
        values.setdefault(head.source, {})[head.key] = wanted
        cells.setdefault(head.source, {})[head.key] = cell
        if text is not None and wanted != text:
            typed.setdefault(head.source, {})[head.key] = text
    if not values[TOTAL].keys() & set(AMOUNTS):
        return None
    for key, label in _marks(sheet, tasks, area).items():
        text, cells[TOTAL][key] = sheet.take(row, label.column)
        values[TOTAL][key] = rate_text(label, {_RATE: text}) if key == _RATE and text else text
        if key == _RATE:
            sheet.furniture.add((label.row, label.column))
    sheet.furniture.add(sheet.value_cell(row, tasks.columns["name"].column))
    lines = [
        line_of(source, None, values[source], cells[source], typed.get(source, {}), {}) for source in values
    ]
    return Funding(lines, head=(tasks.rows[0][0], heads[0].head.area.bottom))


def _marks(sheet: ScannedSheet, tasks: Tasks, area: Area) -> dict[str, Label]:
    """The columns of the execution rate, its points and its score in the head of the tasks."""
    found: dict[str, Label] = {
        key: label for key, label in tasks.columns.items() if key in ("points", "score")
    }
    for label in sheet.labels(tasks.rows[0][0], tasks.rows[0][0], area.left, area.right):
        role = label.role("资金行")
        if role is not None and role.key == _RATE and squeeze(label.text):
            found.setdefault(_RATE, label)
    return found
