"""From the counties' results to the workbook of the province."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..county.live import MOST_ROWS, Book
from ..county.overview import Front
from ..county.summary_columns import PROJECTS as COUNTY_PROJECTS
from ..county.workbook import write
from ..errors import OutputError
from .below import write_below
from .columns import PROJECTS, SHEETS
from .figures import FRONT, Figures
from .folders import Loose
from .overview import write_overview
from .rows import CountyRows

NOT_OURS = (
    "“{out}”已经存在，但不是本程序生成的全省汇总工作簿，没有改动它。请用 --name 换一个名称，或先把它移走。"
)


def usable(out: Path) -> None:
    """OutputError where a workbook that is none of ours stands in the place of the province's."""
    from python_calamine import CalamineError, CalamineWorkbook

    if not out.exists():
        return
    try:
        with CalamineWorkbook.from_path(str(out)) as book:
            ours = {FRONT, *(sheet.title for sheet in SHEETS)} <= set(book.sheet_names)
    except (CalamineError, OSError) as error:
        raise OutputError(NOT_OURS.format(out=out)) from error
    if not ours:
        raise OutputError(NOT_OURS.format(out=out))


def publish(
    found: Sequence[Figures],
    out: Path,
    loose: Sequence[Loose],
    notes: Sequence[str],
    most_rows: int = MOST_ROWS,
) -> dict[str, Any]:
    """Writes the workbook and returns its rows by sheet. notes: further lines below 收件核对. most_rows: of
    one worksheet.

    OutputError where it cannot be written; the old one is whole then.
    """
    tables: dict[str, Any] = {
        "counties": _numbered(one.county for one in found),
        "departments": _numbered(row for one in found for row in one.departments),
        "problems": _numbered(row for one in found for row in one.problems),
        "receipts": _numbered(one.receipt for one in found),
        "all_projects": CountyRows(
            PROJECTS, "projects", COUNTY_PROJECTS.title, [one.source for one in found if one.source]
        ),
    }
    book = Book(SHEETS, tables, most_rows)
    years = Counter(one.year for one in found if one.year)
    year = years.most_common(1)[0][0] if years else ""
    title = f"{out.stem.removesuffix('汇总')}{year}{'年度' if year else ''}预算绩效自评情况"
    about = "　　".join(
        [
            f"程序版本：selfeval-xl {__version__}",
            *dict.fromkeys(one.policy for one in found if one.policy),
            "规则执行情况见各县区工作簿的总览",
        ]
    )
    write(
        out,
        book,
        title,
        "",
        lambda page, formats, chart: write_overview(
            Front(page, formats, book, chart), tables, f"{title}总览", _as_of(found), about, len(loose)
        ),
        lambda page, formats, line: write_below(page, formats, line, loose, notes),
    )
    return tables


def _numbered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"number": number} for number, row in enumerate(rows, 1)]


def _as_of(found: Iterable[Figures]) -> str:
    days = [one.as_of for one in found if one.as_of]
    if not days:
        return "____年__月__日"
    year, month, day = max(days).split("-")
    return f"{year}年{int(month)}月{int(day)}日"
