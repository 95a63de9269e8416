"""The projects of a county workbook with the rows of their forms, as a re-check needs them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval_xl.county.departments.data import EXTRA, REPORTED
from selfeval_xl.county.last_year_sheet import all_rows, form_key
from selfeval_xl.county.officer_workbook import pages_of, plain_text
from selfeval_xl.county.review.paper import MONEY, MONEY_NAME, Paper, PaperHead, PaperRow, parted
from selfeval_xl.county.sheets.funding import FUNDING, SOURCE_ROW, TOTAL_ROW
from selfeval_xl.county.sheets.indicators import INDICATORS
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.sheets.sampling import YES
from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.model.grid import percent_text
from selfeval_xl.readers.own_workbook import WorkbookValues, values_of

OVERVIEW, OF_OVERVIEW = "总览", "预算绩效自评情况总览"
_YEAR = re.compile(r"(20\d\d)\s*年度")
_SHEETS = (PROJECTS, INDICATORS, FUNDING)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CountyProject:
    """A project of which a form came. measures: 计量单位 of each row, by its key."""

    paper: Paper
    proposed: bool
    reason: str
    measures: Mapping[str, str]

    @property
    def head(self) -> PaperHead:
        return self.paper.head


@dataclass(frozen=True, slots=True)
class CountyProjects:
    """The projects of a county workbook.

    title: county and year, 示例县2024年度. absent: how many projects have which other 报送状态. wholes: how
    many forms of departments there are, which are not re-checked.
    """

    projects: tuple[CountyProject, ...]
    title: str
    absent: Mapping[str, int]
    wholes: int


def read_county(path: Path) -> CountyProjects:
    """Reads the workbook. Raises UsageError where it is none that `consolidate` wrote, or cannot be read."""
    if not path.is_file():
        raise UsageError(f"找不到汇总工作簿“{path}”。请核对文件名和所在文件夹。")
    try:
        values = values_of(path, *(sheet.title for sheet in _SHEETS), OVERVIEW)
    except UnreadableFile as error:
        raise UsageError(
            f"汇总工作簿“{path}”读不出来，可能已损坏。请用 selfeval consolidate 重新汇总。"
        ) from error
    lacking = [sheet.title for sheet in _SHEETS if not pages_of(sheet.title, values.names)]
    if lacking:
        raise UsageError(
            f"“{path}”里没有工作表“{'、'.join(lacking)}”，"
            "不是 selfeval consolidate 生成的汇总工作簿，不能抽查。"
        )
    rows = {
        sheet.key: list(all_rows(sheet, [values.rows[name] for name in pages_of(sheet.title, values.names)]))
        for sheet in _SHEETS
    }
    title = _title(values)
    year = match[1] if (match := _YEAR.search(title)) else ""
    indicators = _by_form(row for row in rows["indicators"] if row["form"] == "项目")
    money = _by_form(row for row in rows["funding"] if row["form"] == "项目")
    absent: dict[str, int] = {}
    projects = []
    for row in rows["projects"]:
        if row["status"] in (REPORTED, EXTRA):
            key = form_key(row)
            projects.append(_project(row, indicators.get(key, []), money.get(key, []), year))
        else:
            absent[row["status"]] = absent.get(row["status"], 0) + 1
    wholes = {form_key(row) for row in rows["indicators"] if row["form"] != "项目"}
    heads = parted([each.head for each in projects])
    told_apart = tuple(
        replace(each, paper=replace(each.paper, head=head))
        for each, head in zip(projects, heads, strict=True)
    )
    return CountyProjects(told_apart, title, absent, len(wholes))


def _title(values: WorkbookValues) -> str:
    """County and year, as the title of 总览 begins; "" where there is none."""
    grid = values.rows.get(OVERVIEW, ())
    text = next(
        (plain_text(value) for row in grid[:3] for value in row if OF_OVERVIEW in plain_text(value)), ""
    )
    return text.partition(OF_OVERVIEW)[0]


def _by_form(rows: Iterable[Row]) -> dict[tuple, list[Row]]:
    """The rows of each form."""
    found: dict[tuple, list[Row]] = {}
    for row in rows:
        found.setdefault(form_key(row), []).append(row)
    return found


def _project(row: Row, indicators: list[Row], funding: list[Row], year: str) -> CountyProject:
    """A project with the rows to re-check: its indicators, then the execution of its money."""
    head = PaperHead(
        **{key: row.get(key) or "" for key in ("section", "department_code", "department", "project_code")},
        **{key: row.get(key) or "" for key in ("project", "unit", "file", "sheet", "cell")},
        year=year,
        annual_budget=row.get("annual_budget"),
        score=row.get("score"),
        grade=row.get("grade") or "",
    )
    written = [
        PaperRow(
            str(number),
            each.get("level1") or "",
            each.get("level2") or "",
            each.get("name") or "",
            each.get("target") or "",
            each.get("actual") or "",
            self_score=each.get("score"),
            points=each.get("points"),
        )
        for number, each in enumerate(indicators, 1)
    ]
    measures = {str(number): each.get("measure") or "" for number, each in enumerate(indicators, 1)}
    paper = Paper(head, (*written, _execution(row, funding)))
    return CountyProject(paper, row.get("sample") == YES, row.get("sample_reason") or "", measures)


def _execution(row: Row, funding: list[Row]) -> PaperRow:
    """The row of the execution rate. Points and score: each of the total row, else of the sources together.

    A form may print the score of the execution and no points for it.
    """
    rate = row.get("execution_rate")
    total, sources = ([each for each in funding if each["kind"] == kind] for kind in (TOTAL_ROW, SOURCE_ROW))
    return PaperRow(
        MONEY,
        "资金执行",
        "",
        MONEY_NAME,
        "100%",
        "" if rate is None else percent_text(rate),
        *(_first_known(_sum(total, key), _sum(sources, key)) for key in ("score", "points")),
    )


def _first_known(number: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if number is None else number


def _sum(rows: list[Row], key: str) -> Decimal | None:
    numbers = [row[key] for row in rows if row.get(key) is not None]
    return sum(numbers, Decimal(0)) if numbers else None
