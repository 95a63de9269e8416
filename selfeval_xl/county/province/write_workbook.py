"""The workbook of the province, written from the counties' rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.province.columns import PROJECTS, SHEETS
from selfeval_xl.county.province.county_figures import FRONT, CountyRecord
from selfeval_xl.county.province.county_rows import CountyRows
from selfeval_xl.county.province.folders import Loose
from selfeval_xl.county.province.loose_files import write_below
from selfeval_xl.county.province.overview import write_overview
from selfeval_xl.county.sheets.projects import PROJECTS as COUNTY_PROJECTS
from selfeval_xl.county.workbook.formulas import MOST_ROWS, WorkbookFormulas
from selfeval_xl.county.workbook.front_page import Front
from selfeval_xl.county.workbook.writer import write
from selfeval_xl.errors import OutputError, UnreadableFile
from selfeval_xl.files import check_writable
from selfeval_xl.readers.own_workbook import values_of
from selfeval_xl.version import __version__

NOT_OURS = (
    "“{out}”已经存在，但不是本程序生成的全省汇总工作簿，没有改动它。请用 --name 换一个名称，或先把它移走。"
)


def usable(out: Path) -> None:
    """Raises OutputError where a file that is no province workbook, or is open, stands in the place of it."""
    if not out.exists():
        return
    check_writable(out)
    try:
        is_ours = {FRONT, *(sheet.title for sheet in SHEETS)} <= set(values_of(out).names)
    except UnreadableFile as error:
        raise OutputError(NOT_OURS.format(out=out)) from error
    if not is_ours:
        raise OutputError(NOT_OURS.format(out=out))


def publish(
    found: Sequence[CountyRecord],
    out: Path,
    loose: Sequence[Loose],
    notes: Sequence[str],
    policy: Policy,
    most_rows: int = MOST_ROWS,
) -> dict[str, Any]:
    """Writes the workbook and returns its rows by sheet key.

    loose, notes: the files and remarks below 收件核对. policy: see `write_overview`. most_rows: the limit of
    one worksheet. Raises OutputError where it cannot be written; the old one is whole then.
    """
    tables: dict[str, Any] = {
        "counties": _numbered(county.county for county in found),
        "departments": _numbered(row for county in found for row in county.departments),
        "problems": _numbered(row for county in found for row in county.problems),
        "receipts": _numbered(county.receipt for county in found),
        "all_projects": CountyRows(
            PROJECTS, "projects", COUNTY_PROJECTS.title, [county.source for county in found if county.source]
        ),
    }
    book = WorkbookFormulas(SHEETS, tables, most_rows)
    years = Counter(county.year for county in found if county.year)
    year = years.most_common(1)[0][0] if years else ""
    title = f"{out.stem.removesuffix('汇总')}{year}{'年度' if year else ''}预算绩效自评情况"
    about = _about(found)
    write(
        out,
        book,
        title,
        "",
        lambda page, formats, chart: write_overview(
            Front(page, formats, book, chart),
            tables,
            policy,
            f"{title}总览",
            _as_of(found),
            about,
            len(loose),
        ),
        lambda page, formats, line: write_below(page, formats, line, loose, notes),
    )
    return tables


def _about(found: Iterable[CountyRecord]) -> str:
    """The program's version and the counties' policies in one line."""
    policies = dict.fromkeys(county.policy for county in found if county.policy)
    return "　　".join(
        [f"程序版本：selfeval-xl {__version__}", *policies, "规则执行情况见各县区工作簿的总览"]
    )


def _numbered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their number from 1 in the column 序号."""
    return [row | {"number": number} for number, row in enumerate(rows, 1)]


def _as_of(found: Iterable[CountyRecord]) -> str:
    """The day of the last receipt, 2025年3月31日; blanks to fill in where none is known."""
    days = [county.as_of for county in found if county.as_of]
    if not days:
        return "____年__月__日"
    year, month, day = max(days).split("-")
    return f"{year}年{int(month)}月{int(day)}日"
