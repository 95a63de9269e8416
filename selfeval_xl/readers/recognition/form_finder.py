"""Finding of the forms in a Grid by their labels.

A sheet may hold any number of forms, one below the other or side by side, moved or with rows between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from selfeval_xl.model.account import Frame
from selfeval_xl.model.codes import digits_kept, plain_code, split_code
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, Form, Goal, OtherForm, Problem
from selfeval_xl.model.grid import Area, Grid, a1, position
from selfeval_xl.model.places import is_word, place_shown, sheet_shown
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS, OURS
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.recognition.account import accounts, broken_cells
from selfeval_xl.readers.recognition.back_links import links_in
from selfeval_xl.readers.recognition.bands import Band, Title
from selfeval_xl.readers.recognition.funding import Funding, bare_amount, read_funding
from selfeval_xl.readers.recognition.funding_amounts import money_unit
from selfeval_xl.readers.recognition.funding_blocks import read_blocks
from selfeval_xl.readers.recognition.funding_head import find_head, head_rows
from selfeval_xl.readers.recognition.goals import Goals, read_goals
from selfeval_xl.readers.recognition.head import FormHead, read_above, read_head
from selfeval_xl.readers.recognition.hidden_content import hidden_content
from selfeval_xl.readers.recognition.indicator_head import TableHead, find_heads
from selfeval_xl.readers.recognition.indicators import Indicators, read_indicators
from selfeval_xl.readers.recognition.labels import STAGES, roles
from selfeval_xl.readers.recognition.layout_match import layout_of
from selfeval_xl.readers.recognition.lost_values import recomputed
from selfeval_xl.readers.recognition.management import Management, read_management
from selfeval_xl.readers.recognition.no_values import cells_unread, with_what_is_no_value
from selfeval_xl.readers.recognition.other_forms import kind_by_title, monitors, other_form_in
from selfeval_xl.readers.recognition.scan import ScannedSheet, scan
from selfeval_xl.readers.recognition.tasks import Tasks, find_tasks, funds_of_tasks, read_tasks
from selfeval_xl.readers.recognition.years import blank_year, printed_year

_TITLE = re.compile(
    r"(?:绩效评价|绩效).{0,12}表|自评.{0,4}表|整体支出.{0,10}绩效|项目支出.{0,10}绩效"
    r"|(?:项目|支出|部门|单位|资金|绩效).{0,14}自评$|评价表$"
)
_FORM_NUMBER = re.compile(r"^(附件|附表|表|公开)")
_SCORED_TITLE = re.compile(r"自评|绩效评价|评分表|得分表|打分表|绩效考评")
_CODES = ("project_code", "department_code", "unit_code")
_DEFAULT_UNIT = "万元"
_DEPARTMENT = re.compile(r"整体")
_BASE_DATA = re.compile(
    r"基础数据|填报说明|填表说明|指标体系|评分标准|汇总表|目标申报|目标表|申报表|监控|批复表|清单|台账|名册|事前"
)
_OF_TARGETS = re.compile(r"目标申报|目标表|申报表|批复表")
# The heads that make a table a self-evaluation form, by what is said where they are missing.
_NEEDED = {"name": "三级指标（指标名称）", "target": "年度指标值", "actual": "实际完成值"}
_TELLING = frozenset(("level1", "level2", "name", "target", "actual", "note", "standard", "score"))
_COMPLETED = frozenset(("actual", "score", "note"))
_KNOWN_HEADS = 3


@dataclass(slots=True)
class Found:
    """The forms of the self-evaluation found in one Grid.

    evidence: for each part a line with the label that showed it. other: the other form that a sheet without
    them holds. areas: of the forms. of_stages: whether a form of an earlier stage stands there. stage_forms:
    these, which the module of that name reads.
    """

    forms: list[Form] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    other: OtherForm | None = None
    areas: list[Area] = field(default_factory=list)
    of_stages: bool = False
    stage_forms: list[Form] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a sheet that one form fills, with its title and its indicator head."""

    area: Area
    title: str | None
    head: TableHead | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one form after reading, the unit of its money and its year."""

    head: FormHead
    table: Indicators
    goals: Goals
    management: Management
    tasks: Tasks
    funding: Funding | None
    unit: str
    year: int | None


def forms_in(grid: Grid, file: str) -> Found:
    """All forms of a Grid, in reading order; our own sheets (cover, lists, results) hold none."""
    found = Found()
    if grid.name in OURS or not grid.rows:
        return found
    sheet = scan(grid)
    if sheet.may_hold_ours and (form_alone := without_ours(grid)) is not grid:
        grid, sheet = form_alone, scan(form_alone)
    if not sheet.rows:
        return found
    areas = found.areas
    for region in regions_of(sheet):
        form, problems = _read_region(sheet, region, file)
        found.problems += problems
        if form is None:
            found.of_stages |= kind_by_title(squeeze(region.title or "")) in STAGES
            found.of_stages |= monitors(sheet, region.title, region.area)
            continue
        found.forms.append(form)
        areas.append(region.area)
    if not found.forms:
        found.other = other_form_in(sheet, titles_of(sheet))
        found.of_stages = found.other is not None and found.other.kind in STAGES
        found.problems += [] if found.other else _not_found(sheet, file)
    found.problems += [
        Problem(f"{place_shown(file, grid.name, cell)}：{text}。", grid.name, cell)
        for cell, text in sheet.doubts
    ]
    counted = accounts(sheet, found.forms, areas) if found.forms else []
    broken = broken_cells(sheet, areas)
    found.forms = [
        replace(form, layout=layout_of(form, sheet, area), account=account, broken=errors)
        for form, area, account, errors in zip(found.forms, areas, counted, broken)
    ]
    found.evidence = sheet.evidence_lines(file)
    return found


def _not_found(sheet: ScannedSheet, file: str) -> list[Problem]:
    """The problem (rule T01) of a sheet that looks like a self-evaluation form and gives none.

    It looks so by its title, or by three known heads of which one is of what was done.
    """
    titles = [text for _, _, text in titles_of(sheet) if "自评" in text or "评价表" in text]
    if any(_BASE_DATA.search(text) for _, _, text in titles_of(sheet)):
        return []
    keys = {
        role.key
        for row in sheet.rows.values()
        for label in row
        for role in label.roles
        if role.scope == "指标" and role.key in _TELLING
    }
    if not (titles and keys) and not (len(keys) >= _KNOWN_HEADS and keys & _COMPLETED):
        return []
    missing = [f"“{text}”" for key, text in _NEEDED.items() if key not in keys]
    why = f"表头里没有找到{'、'.join(missing)}" if missing else "表头的位置认不出来"
    name = sheet.grid.name
    where = sheet_shown(file, name) if is_word(file) else f"工作表“{name}”"
    return [
        Problem(
            f"{where}像是绩效自评表，但没有读出来：{why}；请核对表头文字是否完整。",
            sheet.grid.name,
            rule="T01",
        )
    ]


def without_ours(grid: Grid) -> Grid:
    """The Grid without our own cells right of the form.

    These are the links back to a list and the columns of our templates (判定 and its helper columns).
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


def titles_of(sheet: ScannedSheet) -> list[Title]:
    """Row, column and text of every cell that looks like a form's title."""
    titles = []
    for row, column, value in sheet.headings:
        if _TITLE.search(squeeze(value)) and not roles(value) and _stands_alone(sheet, row, column):
            titles.append((row, column, " ".join(value.split())))
            sheet.furniture.add((row, column))
    return titles


def _stands_alone(sheet: ScannedSheet, row: int, column: int) -> bool:
    """Whether a cell is alone in its row, or shares it only with titles (side by side) or a form number."""
    for other in sheet.filled(row, 0, sheet.grid.width):
        value = sheet.grid.value(row, other)
        if other != column and not (
            isinstance(value, str) and (_TITLE.search(squeeze(value)) or _FORM_NUMBER.match(squeeze(value)))
        ):
            return False
    return True


def regions_of(sheet: ScannedSheet) -> list[Region]:
    """The regions of the sheet's forms: cut into column bands (forms side by side), then into rows."""
    titles = titles_of(sheet)
    heads = find_heads(sheet, titles)
    bottom, width = sheet.grid.height - 1, max(sheet.grid.width - 1, 0)
    if not heads:
        return _headless(sheet, titles, bottom, width)
    bands = sorted({(head.left, head.right) for head in heads})
    if len(bands) > 1 and (0, width) in bands:  # some forms side by side, others across the sheet
        bands = [band for band in bands if band != (0, width)] + [(0, width)]
    regions = [region for band in bands for region in _stacked(sheet, band, heads, titles, bottom)]
    return sorted(regions, key=lambda region: (region.area.top, region.area.left))


def _stacked(
    sheet: ScannedSheet, band: Band, heads: list[TableHead], titles: list[Title], bottom: int
) -> list[Region]:
    """The regions of the forms one below the other in a column band. bottom: the last row of the sheet."""
    left, right = band
    inside = [head for head in heads if (head.left, head.right) == band]
    regions: list[Region] = []
    first = 0
    for number, head in enumerate(inside):
        top = _start(sheet, first, head.top, left, right, titles)
        following = inside[number + 1].top if number + 1 < len(inside) else _next_across(head, heads)
        last = bottom
        if following is not None:
            last = _start(sheet, head.bottom + 1, following, left, right, titles) - 1
        title = next(
            (
                text
                for row, column, text in reversed(titles)
                if top <= row <= head.top and left <= column <= right
            ),
            None,
        )
        regions.append(Region(Area(top, left, last, right), title or _caption(sheet), head))
        first = last + 1
    return regions


def _caption(sheet: ScannedSheet) -> str | None:
    """The nearest paragraph above a Word table that is worded as a form's title."""
    for text in (sheet.grid.caption, *reversed(sheet.grid.above)):
        if len(text) <= 60 and _TITLE.search(squeeze(text)):
            return text
    return None


def _next_across(head: TableHead, heads: list[TableHead]) -> int | None:
    """The first row of the next head below that shares columns with this one but has another band."""
    return min(
        (
            other.top
            for other in heads
            if other.top > head.top
            and (other.left, other.right) != (head.left, head.right)
            and other.left <= head.right
            and head.left <= other.right
        ),
        default=None,
    )


def _headless(sheet: ScannedSheet, titles: list[Title], bottom: int, width: int) -> list[Region]:
    """The region of a form without an indicator table: it has a title, and funds or a project's name."""
    named = [
        label
        for row in sheet.rows
        for label in sheet.rows[row]
        if label.is_key("表", "project") or label.is_key("目标", "actual")
    ]
    funded = bool(find_head(sheet, 0, bottom, 0, width))
    usable = [title for title in titles if "自评" in title[2] and not _BASE_DATA.search(title[2])]
    if usable and (named or funded):
        return [Region(Area(usable[0][0], 0, bottom, width), usable[0][2], None)]
    return []


def _start(sheet: ScannedSheet, first: int, head: int, left: int, right: int, titles: list[Title]) -> int:
    """The first row of the form with its indicator head in row `head`: its title, else its first part."""
    title_rows = [row for row, column, _ in titles if first <= row <= head and left <= column <= right]
    if title_rows:
        return title_rows[0] if first == 0 else title_rows[-1]
    for label in sheet.labels(first, head, left, right):
        role = label.role("表")
        if role and role.key in ("project", "department", "unit"):
            funds = find_head(sheet, first, label.row - 1, left, right)
            return head_rows(funds)[0] if funds else label.row
    return first


def _read_region(sheet: ScannedSheet, region: Region, file: str) -> tuple[Form | None, list[Problem]]:
    """The form of a region with the problems of reading it; no form where the region is another table."""
    area, grid = region.area, sheet.grid
    if monitors(sheet, region.title, area):
        return None, []
    of_other_table = region.title and _BASE_DATA.search(region.title) and "自评" not in region.title
    if of_other_table and not _OF_TARGETS.search(region.title or ""):
        return None, []
    table = read_indicators(sheet, region.head, area.bottom, area) if region.head else Indicators()
    if of_other_table and not any(row.actual for row in table.indicators):
        return None, []  # but one whose results were filled in is a self-evaluation, whatever it is called
    above = Area(area.top, area.left, region.head.top - 1 if region.head else area.bottom, area.right)
    tasks_row = find_tasks(sheet, above)
    tasks = Tasks() if tasks_row is None else read_tasks(sheet, tasks_row, above.bottom, area)
    unit, funding = read_money(sheet, area, above, tasks_row, tasks)
    taken = table.segments if region.head else []
    taken += tasks.rows
    taken += funding.segments if funding else []
    management = read_management(sheet, above, taken)
    taken += management.rows
    year = printed_year(sheet, region.title, area)
    goals = read_goals(sheet, above, taken, year)
    below = [(row, row) for row in table.below]
    head = read_head(sheet, area, taken + goals.rows + below, goals.goal.places)
    head.take(goals.remarks, goals.remark_cells, goals.details)
    read_above(grid.above if area.top == 0 else (), head)
    if year is None and "year" not in head.cells and (unfilled := blank_year(sheet, area)):
        head.cells["year"] = a1(*unfilled)
        sheet.furniture.add(unfilled)
    if not _is_form(region, head, funding is not None, table):
        return None, []
    form = form_of(sheet, region, file, Parts(head, table, goals, management, tasks, funding, unit, year))
    form = with_what_is_no_value(form, grid)
    form, lost = recomputed(form, grid)
    lost += cells_unread(form, grid, lost)
    problems = [
        Problem(f"{place_shown(file, grid.name, cell)}：{text}。", grid.name, cell)
        for cell, text in (funding.problems if funding else [])
    ]
    return form, problems + lost + hidden_content(form, grid)


def read_money(
    sheet: ScannedSheet, area: Area, above: Area, tasks_row: int | None, tasks: Tasks
) -> tuple[str, Funding | None]:
    """The unit of money and the funding of a form; None where it prints no funds.

    above: the part of the form's area above the indicator table. The funding table stands before the tasks,
    else behind them, or is the row of their sums.
    """
    last = above.bottom if tasks_row is None else tasks_row - 1
    groups = find_head(sheet, area.top, last, area.left, area.right)
    if not groups and tasks.rows:
        groups = find_head(sheet, tasks.rows[-1][1] + 1, above.bottom, area.left, area.right)
    rows = head_rows(groups) if groups else (area.top, area.top)
    unit = money_unit(sheet, area, rows, above.bottom)
    money = unit or _DEFAULT_UNIT
    if groups:
        return money, _with_unit_asked(unit, read_funding(sheet, groups, above.bottom, area, money))
    funding = funds_of_tasks(sheet, tasks, above, money) or read_blocks(sheet, above, money)
    return money, _with_unit_asked(unit, funding)


def _with_unit_asked(unit: str | None, funding: Funding | None) -> Funding | None:
    """The funding, with a problem where the form prints no unit of money and its amounts have none."""
    if unit is None and funding is not None and (cell := bare_amount(funding)) is not None:
        funding.problems.append(
            (cell, f"表里没有写金额单位，已按{_DEFAULT_UNIT}读；请在资金表头写明是元还是万元")
        )
    return funding


def _is_form(region: Region, head: FormHead, funded: bool, table: Indicators) -> bool:
    """Whether the region is a self-evaluation form: it has completed values, or funds and a name."""
    if region.head is None:
        return funded and bool(head.values)
    columns = table.columns
    if "actual" in columns:
        return True
    title = squeeze(region.title or "")
    return "score" in columns and (funded or bool(_SCORED_TITLE.search(title)))


def _kind(region: Region, head: FormHead, tasks: Tasks) -> str:
    """The kind of the form, project or department: by its title, else by what it prints."""
    title = squeeze(region.title or "")
    if _DEPARTMENT.search(title):
        return DEPARTMENT
    if "项目" in title or "project" in head.cells:
        return PROJECT
    if tasks.tasks or "department" in head.cells:
        return DEPARTMENT
    return PROJECT


def _lost_codes(sheet: ScannedSheet, cells: Mapping[str, str]) -> dict[str, str]:
    """The fields whose code is kept as a number that lost its last digits, with the digits that it kept."""
    return {
        key: kept
        for key in _CODES
        if (cell := cells.get(key)) and (kept := digits_kept(sheet.grid.value(*position(cell))))
    }


def form_of(sheet: ScannedSheet, region: Region, file: str, parts: Parts) -> Form:
    """The form with these parts."""
    table, funding = parts.table, parts.funding
    values, cells = parts.head.values, parts.head.cells
    kind = _kind(region, parts.head, parts.tasks)
    if kind == DEPARTMENT and "department" not in values and values.get("unit"):
        values["department"], cells["department"] = values["unit"], cells["unit"]
    project, project_code = _name_and_code(values, "project")
    department, department_code = _name_and_code(values, "department")
    unit, unit_code = _name_and_code(values, "unit")
    lost = _lost_codes(sheet, cells)
    totals = _totals(parts.head, table)
    if "score" in table.unfilled:
        cells.setdefault("total_score", table.unfilled["score"])
    cells.update((key, totals[key][1]) for key in ("total_score", "grade", "total_points") if key in totals)
    return Form(
        kind=kind,
        file=file,
        sheet=sheet.grid.name,
        title=region.title,
        year=int(values["year"]) if values.get("year") else parts.year,
        project=project,
        project_code=None if "project_code" in lost else project_code,
        department=department,
        department_code=None if "department_code" in lost else department_code,
        unit=unit,
        unit_code=None if "unit_code" in lost else unit_code,
        money_unit=parts.unit,
        total_points=totals["total_points"][0] if "total_points" in totals else None,
        total_score=totals["total_score"][0] if "total_score" in totals else None,
        grade=totals["grade"][0] if "grade" in totals else None,
        funding=tuple(funding.lines) if funding else (),
        goal=_with_further_goals(parts.goals.goal, table.goals),
        tasks=tuple(parts.tasks.tasks) if kind == DEPARTMENT else (),
        indicators=tuple(table.indicators),
        management=tuple(parts.management.texts),
        remarks=parts.head.remarks,
        details=parts.head.details,
        signature=parts.head.signature,
        placeholders=tuple(table.placeholders),
        indicator_columns=frozenset(table.columns),
        frame=Frame(region.area, table.head if region.head else None, funding.head if funding else None),
        cells=cells,
        lost_codes=lost,
        blank_labels={key: label for key, label in parts.head.labels.items() if key not in values},
    )


def _name_and_code(values: Mapping[str, str], key: str) -> tuple[str | None, str | None]:
    """The name in this field and its code, which stands in a field of its own or is glued to the name."""
    code, name = split_code(values.get(key))
    own = values.get(f"{key}_code")
    return name, plain_code(own) if own else code


def _totals(head: FormHead, table: Indicators) -> dict[str, tuple[str | None, str]]:
    """Total points, total score and grade with their cells, from the total row, else from the head."""
    totals = {
        field_key: table.totals[key]
        for field_key, key in (("total_points", "points"), ("total_score", "score"), ("grade", "grade"))
        if key in table.totals
    }
    score, grade = head.values.get("total_score"), head.values.get("grade")
    if score and "total_score" not in totals:
        totals["total_score"] = score.rstrip("分"), head.cells["total_score"]
    if grade and "grade" not in totals:
        totals["grade"] = grade, head.cells["grade"]
    return totals


def _with_further_goals(goal: Goal, further: list[str]) -> Goal:
    """The goal with the texts of those that stand among the indicators (年度目标2)."""
    if not further:
        return goal
    return replace(goal, expected="\n".join(filter(None, (goal.expected, *further))))
