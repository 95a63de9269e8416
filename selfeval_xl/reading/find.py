"""Finds the forms of a Grid by what its labels say: any number per sheet, stacked or side by side, moved or
with rows between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ..forms import DEPARTMENT, PROJECT, Form, Frame, Problem
from ..grid import Area, Grid
from ..links import links_in
from ..sheets import ADDED_COLUMNS, HELPER_COLUMNS, OURS
from .codes import split_code
from .funding import Funding, find_funding, funding_columns, money_unit, read_funding, read_pairs
from .goals import Goals, Tasks, find_tasks, read_goals, read_tasks
from .head import Head, read_head, year_in
from .hidden import hidden_content
from .indicators import Head as TableHead
from .indicators import Indicators, find_heads, read_indicators
from .labels import roles, squeeze
from .layout_of import layout_of
from .recompute import recomputed
from .scan import Sheet, scan

_TITLE = re.compile(r"(?:绩效评价|绩效).{0,12}表|自评.{0,4}表|整体支出.{0,10}绩效|项目支出.{0,10}绩效")
_DEPARTMENT = re.compile(r"整体")
_BASE_DATA = re.compile(r"基础数据|填报说明|填表说明|指标体系|评分标准|汇总表|目标申报|目标表")


@dataclass(slots=True)
class Found:
    """What one Grid holds. evidence: by what each part was recognised, a line each."""

    forms: list[Form] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a sheet that one form fills, its title and its indicator head."""

    area: Area
    title: str | None
    head: TableHead | None


def forms_in(grid: Grid, file: str) -> Found:
    """All forms of a Grid, in reading order. Sheets of ours hold none."""
    found = Found()
    grid = without_ours(grid)
    if grid.name in OURS or not grid.rows:
        return found
    sheet = scan(grid)
    if not sheet.rows:
        return found
    unused: list[str] = []
    for region in _regions(sheet):
        form, problems = _read_region(sheet, region, file)
        found.problems += problems
        if form is None:
            continue
        found.forms.append(form)
        rest = sheet.left_over(region.area)
        if rest:
            unused.append(f"没有用到的{len(rest)}格：{'、'.join(rest[:10])}{'……' if len(rest) > 10 else ''}")
    found.problems += [
        Problem(f"{grid.name}!{cell}：{text}。", grid.name, cell) for cell, text in sheet.doubts
    ]
    found.evidence = sheet.told() + unused
    return found


def without_ours(grid: Grid) -> Grid:
    """The Grid without what is ours right of the form: the links back to a list, the columns of our templates
    (判定 and what it is made of).
    """
    links = links_in(grid)
    if links:
        rows = [
            [None if (row, column) in links else value for column, value in enumerate(cells)]
            for row, cells in enumerate(grid.rows)
        ]
        width = max(
            (column + 1 for cells in rows for column, value in enumerate(cells) if value is not None),
            default=0,
        )
        grid = replace(grid, rows=[cells[:width] for cells in rows], _formats=None, _corner=None)
    for row in grid.rows:
        if HELPER_COLUMNS[0] in row and ADDED_COLUMNS[0] in row:
            start = row.index(ADDED_COLUMNS[0])
            return replace(grid, rows=[cells[:start] for cells in grid.rows], _formats=None, _corner=None)
    return grid


def _titles(sheet: Sheet) -> list[tuple[int, int, str]]:
    """Row, column and text of everything that looks like a form's title."""
    titles = []
    for row, cells in enumerate(sheet.grid.rows):
        for column, value in enumerate(cells):
            if (
                isinstance(value, str)
                and 4 <= len(value) <= 60
                and ("绩" in value or "自评" in value)
                and _TITLE.search(squeeze(value))
                and not roles(value)
                and _stands_alone(sheet, row, column)
            ):
                titles.append((row, column, " ".join(value.split())))
                sheet.used.add((row, column))
    return titles


def _stands_alone(sheet: Sheet, row: int, column: int) -> bool:
    """A title has its row to itself, or shares it with other titles (side by side) or a form number."""
    for other in sheet.filled(row, 0, sheet.grid.width):
        value = sheet.grid.value(row, other)
        if other != column and not (
            isinstance(value, str)
            and (_TITLE.search(squeeze(value)) or re.match(r"^(附件|附表|表|公开)", squeeze(value)))
        ):
            return False
    return True


def _regions(sheet: Sheet) -> list[Region]:
    """Cuts the sheet: first into column bands (forms side by side), then into rows (forms one below the
    other).
    """
    titles = _titles(sheet)
    heads = find_heads(sheet, titles)
    bottom, width = sheet.grid.height - 1, max(sheet.grid.width - 1, 0)
    if not heads:
        return _headless(sheet, titles, bottom, width)
    regions: list[Region] = []
    bands = sorted({(head.left, head.right) for head in heads})
    if len(bands) > 1 and (0, width) in bands:  # some forms side by side, others across the sheet
        bands = [band for band in bands if band != (0, width)] + [(0, width)]
    for left, right in bands:
        inside = [head for head in heads if (head.left, head.right) == (left, right)]
        first = 0
        for number, head in enumerate(inside):
            after = inside[number + 1].top if number + 1 < len(inside) else None
            others = [
                other.top
                for other in heads
                if other.top > head.top
                and other is not head
                and (other.left, other.right) != (left, right)
                and other.left <= right
                and left <= other.right
            ]
            top = _start(sheet, first, head.top, left, right, titles)
            last = bottom
            if after is not None:
                last = _start(sheet, head.bottom + 1, after, left, right, titles) - 1
            elif others:
                last = _start(sheet, head.bottom + 1, min(others), left, right, titles) - 1
            name = next(
                (
                    text
                    for row, column, text in reversed(titles)
                    if top <= row <= head.top and left <= column <= right
                ),
                None,
            )
            regions.append(Region(Area(top, left, last, right), name, head))
            first = last + 1
    return sorted(regions, key=lambda region: (region.area.top, region.area.left))


def _headless(sheet: Sheet, titles: list[tuple[int, int, str]], bottom: int, width: int) -> list[Region]:
    """A form without an indicator table: a title, and a funding head or a project's name."""
    named = [
        label
        for row in sheet.rows
        for label in sheet.rows[row]
        if label.is_key("表", "project") or label.is_key("目标", "actual")
    ]
    funded = find_funding(sheet, 0, bottom, 0, width) is not None
    usable = [title for title in titles if "自评" in title[2] and not _BASE_DATA.search(title[2])]
    if usable and (named or funded):
        return [Region(Area(usable[0][0], 0, bottom, width), usable[0][2], None)]
    return []


def _start(
    sheet: Sheet, first: int, head: int, left: int, right: int, titles: list[tuple[int, int, str]]
) -> int:
    """The first row of the form whose indicator head is in row `head`: its title, else its first head label."""
    own = [row for row, column, text in titles if first <= row <= head and left <= column <= right]
    if own:
        return own[0] if first == 0 else own[-1]
    for label in sheet.labels(first, head, left, right):
        role = label.role("表")
        if role and role.key in ("project", "department", "unit"):
            return label.row
    return first


def _read_region(sheet: Sheet, region: Region, file: str) -> tuple[Form | None, list[Problem]]:
    area, grid = region.area, sheet.grid
    if region.title and _BASE_DATA.search(region.title) and "自评" not in region.title:
        return None, []
    table_top = region.head.top if region.head else area.bottom + 1
    table = read_indicators(sheet, region.head, area.bottom, area) if region.head else Indicators()
    taken = [table.rows] if region.head else []
    tasks_row = find_tasks(sheet, Area(area.top, area.left, table_top - 1, area.right))
    tasks = Tasks()
    if tasks_row is not None:
        tasks = read_tasks(sheet, tasks_row, table_top - 1, area)
        taken += tasks.rows
    funding_row = find_funding(
        sheet, area.top, table_top - 1 if tasks_row is None else tasks_row - 1, area.left, area.right
    )
    if funding_row is None and tasks.rows:
        funding_row = find_funding(sheet, tasks.rows[-1][1] + 1, table_top - 1, area.left, area.right)
    unit, funding = "万元", None
    if funding_row is not None:
        rows = (
            funding_row,
            max(
                label.area.bottom
                for label in funding_columns(sheet, funding_row, area.left, area.right).values()
            ),
        )
        unit = money_unit(sheet, area, rows) or "万元"
        funding = read_funding(sheet, funding_row, table_top - 1, area, unit)
        taken.append(funding.rows)
    else:
        unit = money_unit(sheet, area, (area.top, area.top)) or "万元"
        funding = read_pairs(
            sheet, Area(area.top, area.left, min(table_top - 1, area.bottom), area.right), unit
        )
        taken += [funding.rows] if funding else []
    goals = read_goals(sheet, Area(area.top, area.left, min(table_top - 1, area.bottom), area.right), taken)
    head = read_head(sheet, area, taken + goals.rows + [(row, row) for row in table.below])
    if not _is_form(region, head, funding is not None, table):
        return None, []
    form = _form(sheet, region, file, head, table, goals, tasks, funding, unit)
    form, lost = recomputed(replace(form, layout=layout_of(form, sheet, area)), grid)
    unseen = hidden_content(form, grid)
    problems = [
        Problem(f"{grid.name}!{cell}：{text}。", grid.name, cell)
        for cell, text in (funding.problems if funding else []) + table.problems
    ]
    return form, problems + lost + ([unseen] if unseen else [])


def _is_form(region: Region, head: Head, funded: bool, table: Indicators) -> bool:
    """A self-evaluation form has an indicator table with completed values, or funds and a name."""
    if region.head is None:
        return funded and bool(head.values)
    columns = table.columns
    if "actual" in columns:
        return True
    return bool(funded and "score" in columns)


def _kind(region: Region, head: Head, tasks: Tasks) -> str:
    title = squeeze(region.title or "")
    if _DEPARTMENT.search(title):
        return DEPARTMENT
    if "项目" in title or "project" in head.cells:
        return PROJECT
    if tasks.tasks or "department" in head.cells:
        return DEPARTMENT
    return PROJECT


def _form(
    sheet: Sheet,
    region: Region,
    file: str,
    head: Head,
    table: Indicators,
    goals: Goals,
    tasks: Tasks,
    funding: Funding | None,
    unit: str,
) -> Form:
    kind = _kind(region, head, tasks)
    values, cells = head.values, head.cells
    if kind == DEPARTMENT and "department" not in values and values.get("unit"):
        values["department"], cells["department"] = values["unit"], cells["unit"]
    names: dict[str, str | None] = {}
    for key in ("project", "department", "unit"):
        code, name = split_code(values.get(key))
        names[key], names[f"{key}_code"] = name, values.get(f"{key}_code") or code
    totals = {key: table.totals.get(key) for key in ("points", "score", "grade")}
    score = totals["score"] or (
        values.get("total_score") and (values["total_score"].rstrip("分"), cells["total_score"])
    )
    grade = totals["grade"] or (values.get("grade") and (values["grade"], cells["grade"]))
    goal = (
        replace(goals.goal, expected="\n".join(filter(None, (goals.goal.expected, *table.goals))))
        if table.goals
        else goals.goal
    )
    if "score" in table.unfilled:
        cells.setdefault("total_score", table.unfilled["score"])
    for key, pair in (("total_score", score), ("grade", grade), ("total_points", totals["points"])):
        if pair:
            cells[key] = pair[1]
    return Form(
        kind=kind,
        file=file,
        sheet=sheet.grid.name,
        title=region.title,
        year=_year(sheet, region, values),
        **names,
        money_unit=unit,
        total_points=totals["points"] and totals["points"][0],
        total_score=score[0] if score else None,
        grade=grade[0] if grade else None,
        funding=tuple(funding.lines) if funding else (),
        goal=goal,
        tasks=tuple(tasks.tasks) if kind == DEPARTMENT else (),
        indicators=tuple(table.indicators),
        remarks=head.remarks,
        signature=head.signature,
        placeholders=tuple(table.placeholders),
        indicator_columns=frozenset(table.columns),
        frame=_frame(region, table, funding),
        cells=cells,
    )


def _year(sheet: Sheet, region: Region, values: dict[str, str]) -> int | None:
    """The year in the title, in the rows around it, or in a field 年度."""
    if values.get("year"):
        return int(values["year"])
    found = year_in(region.title) or year_in(sheet.grid.caption)
    if found:
        return found
    for row in range(region.area.top, min(region.area.top + 4, region.area.bottom + 1)):
        for column in sheet.filled(row, region.area.left, region.area.right):
            text = sheet.grid.text(row, column)
            if len(text) <= 40 and re.search(r"20\d\d\s*年?度|^[(（]\s*20\d\d\s*年\s*[)）]$", text.strip()):
                sheet.used.add((row, column))
                return year_in(text) or int(re.search(r"20\d\d", text)[0])
    return None


def _frame(region: Region, table: Indicators, funding: Funding | None) -> Frame:
    return Frame(region.area, table.head if region.head else None, funding.head if funding else None)
