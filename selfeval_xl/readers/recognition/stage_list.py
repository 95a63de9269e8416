"""Tables that list the declarations of several projects: name, goal and indicators of each as rows.

Budget disclosures print them so: 项目名称 | 年度绩效目标 | 一级指标 | 二级指标 | 三级指标 | 指标值.
"""

from __future__ import annotations

from dataclasses import replace

from selfeval_xl.model.codes import split_code
from selfeval_xl.model.forms import TOTAL, Form, FundingLine, Goal
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.readers.recognition.indicator_head import TableHead
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

_COLUMNS = (("表", "project"), ("表", "unit"), ("表", "department"), ("目标", "expected"), ("目标", "medium"))
_BUDGET = ("资金行", "annual_budget")

Columns = dict[str, Label]


def as_list(sheet: ScannedSheet, form: Form, head: TableHead | None, area: Area) -> list[tuple[Form, Area]]:
    """The forms of the projects of a list, each with its rows; the form itself where it is no list."""
    columns = _columns(sheet, head) if head else {}
    if head is None or "project" not in columns or not form.indicators:
        return [(form, area)]
    starts = _starts(sheet, form, columns["project"], head)
    if not starts:
        return [(form, area)]
    ends = [row - 1 for row in starts[1:]] + [area.bottom]
    result = []
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        top = area.top if number == 0 else first
        rows = Area(top, area.left, last, area.right)
        result.append((_form(sheet, form, columns, first, last), rows))
    sheet.furniture |= {(label.row, label.column) for label in columns.values()}
    return result


def _columns(sheet: ScannedSheet, head: TableHead) -> Columns:
    """The columns of a list beside the indicators, left of them, by key."""
    first = min(label.column for key, label in head.columns.items() if key in ("level1", "level2", "name"))
    columns: Columns = {}
    for label in sheet.labels(head.top, head.bottom, head.left, first - 1):
        for scope, key in (*_COLUMNS, _BUDGET):
            if label.is_key(scope, key):
                columns.setdefault(key, label)
                break
    return columns


def _starts(sheet: ScannedSheet, form: Form, project: Label, head: TableHead) -> list[int]:
    """The first row of each project's indicators."""
    starts: list[int] = []
    names = set()
    for row in form.indicators:
        line = max(position(name)[0] for name in row.cells["name"].split(","))
        place = _nearest(sheet, line, project.column, head.bottom)
        if place is not None and place not in names:
            names.add(place)
            starts.append(place[0])
    return starts


def _nearest(sheet: ScannedSheet, row: int, column: int, above: int) -> tuple[int, int] | None:
    """The cell of a column that holds for a row: merged over it, or the nearest filled one above it."""
    for line in range(row, above, -1):
        place = sheet.value_cell(line, column)
        if place[0] > above and sheet.text(*place):
            return place
    return None


def _lone_above(sheet: ScannedSheet, first: int, project: Label) -> tuple[int, int] | None:
    """The nearest row above a project's that has nothing but a name in its column: that of the unit."""
    for row in range(first - 1, project.area.bottom, -1):
        if list(sheet.lines[row]) == [project.column]:
            return row, project.column
    return None


def _form(sheet: ScannedSheet, form: Form, columns: Columns, first: int, last: int) -> Form:
    """The form of the project whose rows are these."""
    text, cell = sheet.take(first, columns["project"].column)
    code, name = split_code(text)
    values: dict[str, str | None] = {}
    lone = _lone_above(sheet, first, columns["project"])
    cells = {key: names for key, names in form.cells.items() if key not in ("project", "project_code")}
    for key in ("unit", "department"):
        if key in columns and (found := sheet.take(first, columns[key].column))[0]:
            values[key], cells[key] = split_code(found[0])[1], found[1]
    if lone is not None:
        values["unit"], cells["unit"] = sheet.text(*lone), a1(*lone)
    goals, goal_cells = {}, {}
    for key in ("expected", "medium"):
        if key in columns:
            goals[key], goal_cells[key] = sheet.take(first, columns[key].column)
    funding = form.funding
    if "annual_budget" in columns:
        amount, place = sheet.take(first, columns["annual_budget"].column)
        funding = (FundingLine(source=TOTAL, annual_budget=amount, cells={"annual_budget": place}),)
    indicators = tuple(
        row for row in form.indicators if first <= position(row.cells["name"].split(",")[0])[0] <= last
    )
    return replace(
        form,
        project=name,
        project_code=code,
        unit=values.get("unit") or form.unit,
        department=values.get("department") or form.department,
        goal=Goal(**goals, cells=goal_cells) if goal_cells else form.goal,
        funding=funding,
        indicators=indicators,
        cells={**cells, "project": cell},
    )
