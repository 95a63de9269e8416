"""Writes the monitoring workbook: the page 总览 and the sheets behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.monitoring.front_page import write_front
from selfeval_xl.county.monitoring.sheets import RESULTS
from selfeval_xl.county.output import about_line, balance_lines, county_name
from selfeval_xl.county.sheets.columns import Sheet
from selfeval_xl.county.sheets.receipts import form_balance
from selfeval_xl.county.store.rows import Rows
from selfeval_xl.county.workbook.formulas import WorkbookFormulas
from selfeval_xl.county.workbook.front_page import Front
from selfeval_xl.county.workbook.receipts_balance import Lost, balance_cells, write_below
from selfeval_xl.county.workbook.source_links import relative_folder
from selfeval_xl.county.workbook.writer import write


def write_workbook(
    out: Path,
    sheets: Sequence[Sheet],
    tables: Mapping[str, Rows],
    material: CountyData,
    through: str | None,
    lost: Sequence[Lost],
) -> tuple[str, ...]:
    """Writes the workbook and returns the balances of files and forms, a line each.

    through: the months. lost: remarks that found no row. Raises OutputError where it cannot be written; then
    the old workbook is whole.
    """
    book = WorkbookFormulas(sheets, tables)
    forms = form_balance(material)
    title = title_of(material, through)
    balance = balance_cells(book, forms, max(len(tables["receipts"]), 1) + 3)
    about = about_line(material.policy, material.findings.rules)
    write(
        out,
        book,
        title.removesuffix("总览"),
        relative_folder(material.collected.folder, out),
        lambda page, formats, chart: write_front(
            Front(page, formats, book, chart), material, title, through, balance, about
        ),
        lambda page, formats, line: write_below(page, formats, line, book, forms, lost, RESULTS),
        material.archived,
    )
    return balance_lines(Counter(result for (result,) in tables["receipts"].picked("result")), forms, RESULTS)


def title_of(material: CountyData, through: str | None) -> str:
    """××县2024年1-7月绩效运行监控情况总览."""
    year = f"{material.year}年" if material.year else ""
    months = (through or "").split("年")[-1]
    return f"{county_name([entry.name for entry in material.entries])}{year}{months}绩效运行监控情况总览"
