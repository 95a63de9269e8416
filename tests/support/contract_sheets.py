"""The snapshot of the workbooks: their sheets in order, and the columns of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from support.contract_commands import CALLS
from support.contract_samples import Samples, lines_of, one_line


def sheets(samples: Samples) -> str:
    """The sheets of every workbook that the program writes, in order, and the columns of each."""
    assert samples.received
    for command in ("consolidate", "province", "issue", "issue --blank"):
        assert samples.at_desk(CALLS[command][0]).status == 0
    demo, desk = samples.folder / "演示", samples.desk
    books = {
        "county": next(demo.glob("5_*/*.xlsx")),
        "county --with-forms --against": desk / "全县.xlsx",
        "province": desk / "全省" / "全省汇总.xlsx",
        "county of a province": desk / "全省" / "甲县.xlsx",
        "roster": desk / "空名册.xlsx",
        "issued": next((desk / "下发").glob("*.xlsx")),
        "marked": next(demo.glob("3_*/柳河*.xlsx")),
        "filled": next(demo.glob("4_*/*.xlsx")),
        "returned": next(demo.glob("6_*/柳河*/*.xlsx")),
        "policy": desk / "参数表.xlsx",
        **{f"template {path.stem.split('_')[0]}": path for path in sorted(demo.glob("1_*/*.xlsx"))},
    }
    seen: dict[tuple[str, ...], str] = {}
    return lines_of(line for name, path in books.items() for line in _book(name, path, seen))


HAND = "FFFFF2CC"  # the colour of a column that belongs to the officers


def _book(name: str, path: Path, seen: dict[tuple[str, ...], str]) -> Iterator[str]:
    """The lines of one workbook. seen: by the lines of a sheet, the workbook that had the same before."""
    yield name
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        state = "" if sheet.sheet_state == "visible" else f" ({sheet.sheet_state})"
        lines = (f"  {sheet.title}{state}", *_columns(sheet))
        if lines in seen and len(lines) > 1:
            yield f"{lines[0]} as in {seen[lines]}"
        else:
            seen[lines] = name
            yield from lines
    book.close()


def _columns(sheet) -> Iterator[str]:
    """The lines about the columns of a sheet."""
    rows = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows(max_row=70)]
    if sheet.title == "_selfeval":  # settings as key and value, then the record of marks with its head
        keys = dict.fromkeys(str(row[0].value).split("|")[0] for row in rows if row and row[0].column == 1)
        yield from (f"    key {key}" for key in keys)
        rows = [[cell for cell in row if cell.column > 2] for row in rows]
    for row in _heads(sheet, rows):
        yield "    head"
        for cell in row:
            hand = " [手]" if cell.fill.fgColor.rgb == HAND else ""
            yield f"      {one_line(cell.value)}{hand}"


def _heads(sheet, rows: list[list]) -> list[list]:
    """The cells that name columns, by row.

    A head has at least two bold texts. In forms, which have no bold heads, it has at least five texts,
    nothing else and no figure. Of a hidden sheet it is the first row.
    """
    texts = [[cell for cell in row if _is_label(cell)] for row in rows]
    if sheet.sheet_state != "visible":
        return [row for row in texts[:1] if row]
    bold = [[cell for cell in row if cell.font.b] for row in texts]
    if any(len(row) > 1 for row in bold):
        return [row for row in bold if len(row) > 1]
    plain = [row for row, whole in zip(texts, rows) if len(row) >= 5 and len(row) == len(whole)]
    return [row for row in plain if not any(_is_figure(cell.value) for cell in row)]


def _is_label(cell) -> bool:
    """Whether a cell holds a text and no formula."""
    return isinstance(cell.value, str) and bool(cell.value.strip()) and not cell.value.startswith("=")


def _is_figure(text: str) -> bool:
    """Whether a text is a figure (≥99%, 25部), which is in filled rows and never in a head."""
    return re.fullmatch(r"[<>=≥≤].*|[\d.]+\D{0,3}", text) is not None
