"""The list of the sample (抽查名单.xlsx): who is re-checked, why, and how it was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selfeval_xl.county.review.paper import LIST_NOTES, LIST_SHEET, NUMBER, YEAR
from selfeval_xl.county.sheets.columns import HEAD, Column
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.source_links import OPEN_FILE, link_formula
from selfeval_xl.county.workbook.writer import OPTIONS
from selfeval_xl.workflows.review.choice import Choice
from selfeval_xl.workflows.review.county_rows import CountyProject
from selfeval_xl.workflows.review.paper_sheet import BUILT
from selfeval_xl.workflows.review.tables import Live, Value, write_table

COLUMNS = (
    *HEAD,
    Column("unit", "实施单位", 20, "wrap"),
    Column("annual_budget", "全年预算数（万元）", 13, "money"),
    Column("score", "自评得分", 9, "number"),
    Column("grade", "自评等级", 8),
    Column("way", "抽取方式", 10),
    Column("reason", "抽查理由", 34, "wrap"),
    Column("weight", "理由分", 7, "number"),
    Column("seed", "种子", 8),
    Column("file", "复核底稿", 34, "wrap"),
    Column("open", OPEN_FILE, 7, "link"),
    Column("paper", NUMBER, 12, "code"),
    Column("year", YEAR, 8, "code"),
)
_PRINTED = next(number for number, column in enumerate(COLUMNS) if column.key == "file")
RANDOM_REASON = "随机抽取"


@dataclass(frozen=True, slots=True)
class Sampled:
    """A project of the sample. file: the name of its paper."""

    project: CountyProject
    choice: Choice
    file: str


def write_list(file: str, chosen: Sequence[Sampled], seed: str, notes: Sequence[tuple[str, str]]) -> None:
    """Writes the list to this file. notes: what and how much, for the sheet 抽取说明."""
    import xlsxwriter

    book = xlsxwriter.Workbook(file, OPTIONS)
    book.set_properties({"title": LIST_SHEET, "created": BUILT})
    formats = Formats(book)
    rows = [_row(number, each, seed) for number, each in enumerate(chosen, 1)]
    write_table(book.add_worksheet(LIST_SHEET), COLUMNS, rows, formats, frozen=6, printed=_PRINTED)
    said = (Column("what", "事项", 24, "wrap"), Column("how", "内容", 100, "wrap"))
    write_table(book.add_worksheet(LIST_NOTES), said, notes, formats)
    book.close()


def _row(number: int, sampled: Sampled, seed: str) -> list[Value]:
    """The row of one project."""
    head, choice = sampled.project.head, sampled.choice
    link = link_formula("", sampled.file, None, None)
    return [
        number,
        head.section,
        head.department_code,
        head.department,
        head.project_code,
        head.project,
        head.unit,
        head.annual_budget,
        head.score,
        head.grade,
        choice.way,
        choice.candidate.reason or RANDOM_REASON,
        choice.weight,
        seed,
        sampled.file,
        Live(link, OPEN_FILE) if link else "",
        head.number,
        head.year,
    ]
