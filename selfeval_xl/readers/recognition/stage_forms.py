"""Reading of declarations and monitoring forms: parts as of a self-evaluation form, labels of their own.

A region is cut and read as for a self-evaluation form (`form_finder`); what differs are the labels
(`stage_labels`), the funds of a declaration (`stage_funds`) and the indicators (`stage_table`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, MONITORING, Form, Goal, Problem
from selfeval_xl.model.grid import Area, Grid, percent_text, position
from selfeval_xl.model.periods import last_month
from selfeval_xl.model.places import place_shown
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.recognition.account import accounts, broken_cells
from selfeval_xl.readers.recognition.form_finder import (
    Found,
    Parts,
    Region,
    form_of,
    forms_in,
    read_money,
    regions_of,
    titles_of,
    without_ours,
)
from selfeval_xl.readers.recognition.funding import Funding
from selfeval_xl.readers.recognition.funding_amounts import as_percent, money_unit
from selfeval_xl.readers.recognition.funding_head import find_head
from selfeval_xl.readers.recognition.goals import read_goals
from selfeval_xl.readers.recognition.head import read_above, read_head
from selfeval_xl.readers.recognition.hidden_content import hidden_content
from selfeval_xl.readers.recognition.indicators import Indicators
from selfeval_xl.readers.recognition.labels import LONGEST_LABEL, STAGES
from selfeval_xl.readers.recognition.layout_match import layout_of
from selfeval_xl.readers.recognition.lost_values import recomputed
from selfeval_xl.readers.recognition.management import Management
from selfeval_xl.readers.recognition.no_values import cells_unread, with_what_is_no_value
from selfeval_xl.readers.recognition.other_forms import kind_by_title, monitors
from selfeval_xl.readers.recognition.scan import ScannedSheet
from selfeval_xl.readers.recognition.stage_funds import read_declared
from selfeval_xl.readers.recognition.stage_labels import stage_roles, stage_scan
from selfeval_xl.readers.recognition.stage_list import as_list
from selfeval_xl.readers.recognition.stage_months import is_line_of_months, months_in, year_of_months
from selfeval_xl.readers.recognition.stage_table import Groups, read_stage_indicators, split_groups
from selfeval_xl.readers.recognition.tasks import Tasks, find_tasks, read_tasks
from selfeval_xl.readers.recognition.years import printed_year

_UNIT = "万元"
_YEARS = re.compile(r"[(（]([^()（）]{0,12}20\d\d[^()（）]{0,20}20\d\d[^()（）]{0,8})[)）]")
_IN_BRACKETS = re.compile(r"\A\([^()]{0,12}(20\d\d)年[^()]{0,16}\)\Z")
_ROWS_OF_TITLE = 4  # in which the months may stand (2024年1-7月)


def all_forms_in(grid: Grid, file: str) -> Found:
    """The forms of a Grid: those of the self-evaluation, declarations and monitoring forms."""
    found = forms_in(grid, file)
    if found.of_stages:
        _add_stage_forms(grid, file, found)
    return found


def _add_stage_forms(grid: Grid, file: str, found: Found) -> None:
    """Adds the declarations and monitoring forms of a Grid, with their problems and evidence."""
    forms: list[Form] = []
    before = list(found.problems)  # of reading it as a self-evaluation form
    grid = without_ours(grid)
    sheet = stage_scan(grid)
    groups = split_groups(sheet, titles_of(sheet))
    areas: list[Area] = []
    for region in regions_of(sheet):
        kind = _kind(sheet, region, found)
        if kind is None or any(_overlap(region.area, area) for area in found.areas):
            continue
        form, problems = _read_region(sheet, region, file, kind, groups)
        if form is None:
            continue
        found.problems += problems
        for each, area in as_list(sheet, form, region.head, region.area):
            forms.append(each)
            areas.append(area)
    if not forms:
        return
    if not found.forms:
        found.problems = [problem for problem in found.problems if problem not in before]
    counted, broken = accounts(sheet, forms, areas), broken_cells(sheet, areas)
    found.stage_forms = [
        replace(form, layout=layout_of(form, sheet, area), account=account, broken=errors)
        for form, area, account, errors in zip(forms, areas, counted, broken)
    ]
    found.problems += [
        Problem(f"{place_shown(file, grid.name, cell)}：{text}。", grid.name, cell)
        for cell, text in sheet.doubts
    ]
    found.evidence = [*(found.evidence if found.forms else ()), *sheet.evidence_lines(file)]


def _kind(sheet: ScannedSheet, region: Region, found: Found) -> str | None:
    """The kind of a region's form by its title or its heads, else that of the sheet; None for others."""
    kind = kind_by_title(squeeze(region.title or ""))
    if kind is None and monitors(sheet, region.title, region.area):
        kind = MONITORING
    if kind is None and found.other is not None:
        kind = found.other.kind
    return kind if kind in STAGES else None


def _overlap(one: Area, other: Area) -> bool:
    """Whether two areas have a cell in common."""
    return (
        one.top <= other.bottom
        and other.top <= one.bottom
        and one.left <= other.right
        and other.left <= one.right
    )


def _read_region(
    sheet: ScannedSheet, region: Region, file: str, kind: str, groups: Groups
) -> tuple[Form | None, list[Problem]]:
    """The form of a region with the problems of reading it; None where it has no table and no funds."""
    area, grid = region.area, sheet.grid
    table = read_stage_indicators(sheet, region.head, area, groups)
    above = Area(area.top, area.left, region.head.top - 1 if region.head else area.bottom, area.right)
    tasks_row = find_tasks(sheet, above)
    tasks = Tasks() if tasks_row is None else read_tasks(sheet, tasks_row, above.bottom, area)
    unit, funding = _money(sheet, area, above, tasks, kind)
    _show_rates(funding)
    taken = [*table.segments, *tasks.rows, *(funding.segments if funding else [])]
    year = printed_year(sheet, region.title, area)
    goals = read_goals(sheet, above, taken, year)
    head = read_head(
        sheet, area, [*taken, *goals.rows, *((row, row) for row in table.below)], goals.goal.places
    )
    head.take(goals.remarks, goals.remark_cells, goals.details)
    read_above(grid.above if area.top == 0 else (), head)
    if not table.indicators and funding is None and not table.columns:
        return None, []
    form = form_of(sheet, region, file, Parts(head, table, goals, Management(), tasks, funding, unit, year))
    lines = _first_lines(sheet, region)
    form = replace(
        form,
        kind=kind,
        year=form.year or next(filter(None, map(year_of_months, lines)), None) or _lone_year(lines),
        money_unit=form.money_unit if funding or _prints_unit(sheet, area) else None,
        of_department=form.kind == DEPARTMENT and not form.project,
        goal=_goal_of_stage(form.goal),
        through=(_through(sheet, region, table, funding) or _day_of_monitoring(form))
        if kind == MONITORING
        else None,
        period=head.values.get("period") or _period(sheet, form),
    )
    form = with_what_is_no_value(form, grid)
    form, lost = recomputed(form, grid)
    lost += cells_unread(form, grid, lost)
    problems = [
        Problem(f"{place_shown(file, grid.name, cell)}：{text}。", grid.name, cell)
        for cell, text in (funding.problems if funding else [])
    ]
    return form, problems + lost + hidden_content(form, grid)


def _money(
    sheet: ScannedSheet, area: Area, above: Area, tasks: Tasks, kind: str
) -> tuple[str, Funding | None]:
    """The unit of money and the funding; on a declaration pairs of labels and amounts go before blocks."""
    if kind == DECLARATION and not find_head(sheet, area.top, above.bottom, area.left, area.right):
        unit = money_unit(sheet, area, (area.top, area.top), above.bottom) or _UNIT
        busy = {row for top, bottom in tasks.rows for row in range(top, bottom + 1)}
        if funding := read_declared(sheet, above, busy, unit):
            return unit, funding
    return read_money(sheet, area, above, tasks.rows[0][0] if tasks.rows else None, tasks)


def _show_rates(funding: Funding | None) -> None:
    """Gives rates that are typed as bare numbers (38, 0.38) their sign, as the amounts show what they are."""
    lines = funding.lines if funding else []
    told = {
        answer
        for line in lines
        if (answer := as_percent(line.execution_rate, line.budget, line.amount("executed"))) is not None
    }
    if funding is None or len(told) != 1:
        return
    is_percent = told.pop()
    funding.lines = [
        replace(line, execution_rate=f"{number}%" if is_percent else percent_text(number))
        if (number := money(line.execution_rate)) is not None
        else line
        for line in lines
    ]


def _through(sheet: ScannedSheet, region: Region, table: Indicators, funding: Funding | None) -> str | None:
    """The months of a monitoring form as printed: in the heads of its figures, else in its first lines."""
    left, right = region.area.left, region.area.right
    heads = [funding.head] if funding else []
    heads += [table.head] if region.head else []
    texts = [label.text for top, bottom in heads for label in sheet.labels(top, bottom, left, right)]
    texts += [
        label.text
        for top, bottom in (funding.segments if funding else ())  # where sources are columns
        for label in sheet.labels(top, bottom, left, right)
        if label.role("资金行")
    ]
    texts += [
        sheet.lines[row][column]
        for top, bottom in heads
        for row in range(max(top - 1, 0), bottom + 1)  # with the upper row of a head of two
        for column in sheet.filled(row, left, right)
        if len(sheet.lines[row][column]) <= LONGEST_LABEL
    ]
    texts += _first_lines(sheet, region)
    return next(filter(None, map(months_in, texts)), None)


def _goal_of_stage(goal: Goal) -> Goal:
    """The goal with that of the beginning of the year (年初绩效目标) as the year's, where that has none."""
    if goal.expected is not None or goal.initial is None:
        return goal
    cells = {"expected" if key == "initial" else key: cell for key, cell in goal.cells.items()}
    return replace(goal, expected=goal.initial, initial=None, cells=cells)


def _lone_year(lines: list[str]) -> int | None:
    """The one year that the lines in brackets below a title name (（适用2017年全部预算项目）)."""
    years = {year for line in lines for year in _IN_BRACKETS.findall(squeeze(line))}
    return int(years.pop()) if len(years) == 1 else None


def _day_of_monitoring(form: Form) -> str | None:
    """The day or the months behind a label of the heading (监控时点：2025年7月31日)."""
    return next(
        (text for name, text in form.details.items() if name.startswith("监控") and last_month(text)), None
    )


def _first_lines(sheet: ScannedSheet, region: Region) -> list[str]:
    """The texts of a form's first rows, its title, and what stands above a Word table."""
    found = [region.title or ""]
    for row in range(region.area.top, min(region.area.top + _ROWS_OF_TITLE, region.area.bottom + 1)):
        for column, text in sheet.lines[row].items():
            if region.area.left <= column <= region.area.right:
                found.append(text)
                if is_line_of_months(text) or _IN_BRACKETS.match(squeeze(text)):
                    sheet.furniture.add((row, column))
    return [*found, sheet.grid.caption, *reversed(sheet.grid.above), sheet.grid.name]


def _prints_unit(sheet: ScannedSheet, area: Area) -> bool:
    """Whether the form names a unit of money."""
    return money_unit(sheet, area, (area.top, area.top), area.bottom) is not None


def _period(sheet: ScannedSheet, form: Form) -> str | None:
    """项目期 in one cell with its label, or behind the label of the goal (中期目标（2024年-2026年）)."""
    for name, text in form.details.items():
        if any(role.key == "period" for role in stage_roles(name)):
            return text
    if form.goal.medium is None or form.frame is None:
        return None
    for label in sheet.labels(form.frame.area.top, position(form.goal.cells["medium"].split(",")[0])[0]):
        if label.is_key("目标", "medium") and (found := _YEARS.search(label.text)):
            return found[1].strip()
    return None
