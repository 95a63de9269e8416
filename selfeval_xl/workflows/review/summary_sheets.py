"""The sheets of 复核汇总.xlsx: projects, departments, county, faults and what did not count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.review.comparison import DONE, CheckedProject, Sums, is_lower, sums
from selfeval_xl.county.review.reading import Apart, Reviewed
from selfeval_xl.county.sheets.columns import HEAD, Column, count
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.writer import OPTIONS
from selfeval_xl.model.grid import column_name
from selfeval_xl.model.numbers import rounded
from selfeval_xl.workflows.review.paper_sheet import BUILT
from selfeval_xl.workflows.review.tables import Live, Value, print_across, write_cell, write_table

if TYPE_CHECKING:
    from xlsxwriter import Workbook

PROJECTS, DEPARTMENTS, COUNTY, FAULTS, APART = "项目", "部门", "全县", "问题清单", "未计入"
YES = "是"
_ANY_NUMBER = '">=-100000"'  # a criterion that every difference fulfils and no text
_UNIT = Column("unit", "实施单位", 20, "wrap")  # last: it parts projects of the same name
_PROJECT_COLUMNS = (
    *HEAD,
    Column("score", "自评得分", 9, "number"),
    Column("second_score", "复核得分", 9, "number"),
    Column("difference", "偏差", 8, "number"),
    Column("grade", "自评等级", 8),
    Column("second_grade", "复核等级", 8),
    Column("lowered", "是否降等", 8),
    Column("causes", "主要偏差原因", 50, "wrap"),
    Column("state", "复核状态", 10),
    Column("file", "底稿", 30, "wrap"),
    _UNIT,
)
_PLACES = {column.key: number for number, column in enumerate(_PROJECT_COLUMNS)}
_DEPARTMENT_COLUMNS = (
    *HEAD[:4],
    count("projects", "抽查项目数", 8),
    count("checked", "已复核", 8),
    count("open", "未复核完", 8),
    Column("self_average", "自评平均得分", 10, "number"),
    Column("second_average", "复核平均得分", 10, "number"),
    Column("difference", "平均偏差", 9, "number"),
    count("lowered", "降等项目数", 8),
)
_FAULT_COLUMNS = (
    HEAD[0],
    *HEAD[3:4],
    HEAD[5],
    Column("name", "指标", 26, "wrap"),
    Column("actual", "自评完成值", 16, "wrap"),
    Column("second_actual", "复核完成值", 16, "wrap"),
    Column("score", "自评得分", 9, "number"),
    Column("second_score", "复核得分", 9, "number"),
    Column("difference", "差额", 8, "number"),
    Column("explanation", "说明", 50, "wrap"),
    _UNIT,
)
_APART_COLUMNS = (
    HEAD[0],
    Column("file", "文件", 34, "wrap"),
    Column("sheet", "工作表", 12),
    Column("cell", "单元格", 9),
    *HEAD[3:4],
    HEAD[5],
    Column("what", "问题", 60, "wrap"),
    Column("remedy", "怎么办", 40, "wrap"),
    _UNIT,
)


def write_summary(file: str, reviewed: Reviewed, policy: Policy) -> None:
    """Writes the workbook to this file."""
    import xlsxwriter

    book = xlsxwriter.Workbook(file, OPTIONS)
    book.set_properties({"title": "复核汇总", "created": BUILT})
    formats = Formats(book)
    projects = reviewed.projects
    rows = [_project_row(number, each, policy) for number, each in enumerate(projects, 1)]
    write_table(book.add_worksheet(PROJECTS), _PROJECT_COLUMNS, rows, formats, frozen=6)
    departments = list(dict.fromkeys(each.head.department for each in projects))
    rows = [_department_row(number, name, projects, policy) for number, name in enumerate(departments, 1)]
    write_table(book.add_worksheet(DEPARTMENTS), _DEPARTMENT_COLUMNS, rows, formats, frozen=4)
    faults = list(_fault_rows(projects))
    _write_county(book, reviewed, policy, len(faults), formats)
    write_table(book.add_worksheet(FAULTS), _FAULT_COLUMNS, faults, formats, frozen=3)
    apart = [_apart_row(number, each) for number, each in enumerate(reviewed.apart, 1)]
    write_table(book.add_worksheet(APART), _APART_COLUMNS, apart, formats, frozen=2)
    book.close()


def _difference(score: str, second: str, value: Decimal | None) -> Live:
    """The formula of a difference over two cells."""
    return Live(f'IF(AND(ISNUMBER({second}),ISNUMBER({score})),ROUND({second}-{score},2),"")', value)


def _project_row(number: int, project: CheckedProject, policy: Policy) -> list[Value]:
    """The row of one project."""
    head, line = project.head, number + 1
    own, second = (f"{column_name(_PLACES[key])}{line}" for key in ("score", "second_score"))
    return [
        number,
        head.section,
        head.department_code,
        head.department,
        head.project_code,
        head.project,
        head.score,
        project.score,
        _difference(own, second, None if project.difference is None else rounded(project.difference)),
        head.grade,
        project.grade,
        YES if is_lower(head.grade, project.grade, policy) else "",
        project.causes,
        project.state,
        project.file,
        head.unit,
    ]


def _area(key: str, last: int) -> str:
    """The cells of a column of the projects' sheet. last: its last row."""
    letters = column_name(_PLACES[key])
    return f"{PROJECTS}!${letters}$2:${letters}${last}"


def _average(key: str, last: int, where: str = "") -> str:
    """The formula for the average of a column over the projects with both scores."""
    found = f"{_area(key, last)},{_area('difference', last)},{_ANY_NUMBER}{where}"
    return f'IFERROR(ROUND(AVERAGEIFS({found}),2),"")'


def _department_row(
    number: int, name: str, projects: Sequence[CheckedProject], policy: Policy
) -> list[Value]:
    """The row of one department, counted by formulas over the projects' sheet."""
    own = [each for each in projects if each.head.department == name]
    head, found, last = own[0].head, sums(own, policy), len(projects) + 1
    here = f"{_area('department', last)},$D{number + 1}"
    checked = f'COUNTIFS({here},{_area("state", last)},"{DONE}")'
    where = f",{here}"
    return [
        number,
        head.section,
        head.department_code,
        name,
        Live(f"COUNTIFS({here})", found.projects),
        Live(checked, found.checked),
        Live(f"COUNTIFS({here})-{checked}", found.projects - found.checked),
        Live(_average("score", last, where), found.self_average),
        Live(_average("second_score", last, where), found.second_average),
        Live(_average("difference", last, where), found.difference),
        Live(f'COUNTIFS({here},{_area("lowered", last)},"{YES}")', len(found.lowered)),
    ]


def county_figures(found: Sums, last: int, faults: int, apart: int) -> list[tuple[str, Value]]:
    """The figures of the county, each with its name. last: the last row of the projects' sheet."""
    difference = _area("difference", last)
    checked = f'COUNTIFS({_area("state", last)},"{DONE}")'
    return [
        ("抽查项目数", Live(f"ROWS({_area('number', last)})", found.projects)),
        ("已复核", Live(checked, found.checked)),
        (
            "未复核完（含未复核、未交底稿）",
            Live(f"ROWS({_area('number', last)})-{checked}", found.projects - found.checked),
        ),
        ("自评、复核都有得分的项目数", Live(f"COUNT({difference})", found.scored)),
        ("自评平均得分", Live(_average("score", last), found.self_average)),
        ("复核平均得分", Live(_average("second_score", last), found.second_average)),
        ("平均偏差（复核－自评）", Live(_average("difference", last), found.difference)),
        ("复核低于自评的项目数", Live(f'COUNTIF({difference},"<0")', found.lower)),
        ("复核高于自评的项目数", Live(f'COUNTIF({difference},">0")', found.higher)),
        ("降等项目数", Live(f'COUNTIF({_area("lowered", last)},"{YES}")', len(found.lowered))),
        ("问题条数（见问题清单）", Live(f"COUNT({FAULTS}!$A$2:$A${max(faults, 1) + 1})", faults)),
        ("未计入和要处理的条数（见未计入）", Live(f"COUNT({APART}!$A$2:$A${max(apart, 1) + 1})", apart)),
    ]


def _write_county(book: Workbook, reviewed: Reviewed, policy: Policy, faults: int, formats: Formats) -> None:
    """Writes the sheet of the county: its figures, then the projects of a lower grade."""
    sheet = book.add_worksheet(COUNTY)
    found = sums(reviewed.projects, policy)
    figures = county_figures(found, max(len(reviewed.projects), 1) + 1, faults, len(reviewed.apart))
    columns = (Column("what", "项目", 34, "wrap"), Column("value", "数", 12, "number"))
    write_table(sheet, columns, figures, formats)
    line = len(figures) + 2
    heads = ("降等项目", "自评等级", "复核等级", "自评得分", "复核得分")
    for place, label in enumerate(heads):
        sheet.write_string(line, place, label, formats.head())
    for number, each in enumerate(found.lowered, line + 1):
        values: list[Value] = [
            f"{each.head.department}　{each.head.title}",
            each.head.grade,
            each.grade,
            each.head.score,
            each.score,
        ]
        for place, value in enumerate(values):
            write_cell(sheet, number, place, value, formats.column("number" if place > 2 else "wrap"))
    if not found.lowered:
        sheet.write_string(line + 1, 0, "没有", formats.column("wrap"))
    sheet.set_column(2, 4, 12)
    print_across(sheet)


def _fault_rows(projects: Iterable[CheckedProject]) -> Iterable[list[Value]]:
    """The rows of 问题清单: each row of a paper with another score or completed value."""
    number = 0
    for project in projects:
        for row in project.differing:
            number += 1
            difference = None if row.difference is None else rounded(row.difference)
            yield [
                number,
                project.head.department,
                project.head.project,
                row.row.title,
                row.row.actual,
                row.actual,
                row.row.self_score,
                row.score,
                _difference(f"G{number + 1}", f"H{number + 1}", difference),
                row.explanation,
                project.head.unit,
            ]


def _apart_row(number: int, apart: Apart) -> list[Value]:
    """The row of something that did not count."""
    return [
        number,
        apart.file,
        apart.sheet,
        apart.cell,
        apart.department,
        apart.project,
        apart.what,
        apart.remedy,
        apart.unit,
    ]
