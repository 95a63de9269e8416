"""Writes the rows of a county sheet straight to XML.

XlsxWriter keeps every cell as an object and looks up the kind of each, which takes five times as long.
Everything else of the sheet (head, widths, filter, totals, print set-up) is left to XlsxWriter. A test holds
both ways of writing equal cell by cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from selfeval_xl.county.departments.data import DASH
from selfeval_xl.county.sheets.columns import HAND, LINK, ColumnFormula, Sheet
from selfeval_xl.county.workbook.cell_formats import Formats
from selfeval_xl.county.workbook.formulas import WorkbookFormulas
from selfeval_xl.county.workbook.source_links import link_to
from selfeval_xl.model.grid import column_name

LONGEST_TEXT, CUT = 32_767, "…（原文过长，后面的见原表）"
LINE_HEIGHT, MOST_LINES = 13.5, 12
OPEN = "打开"
MARK = "<!--rows-->"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9a-fA-F]{4}_)")  # Excel takes _x000A_ for a line feed
_SAME_ROW = re.compile(r"\{(\w+)\}")  # in a formula: a column of the same sheet
_ROWS_AT_ONCE = 400
_ROW_MARK = "\0"
_MOST_TEXTS = 50_000
Row = Sequence[Any]
Cell = Callable[[Row, str], str]


@cache
def long_sheet() -> type:
    """XlsxWriter's worksheet class, but with a mark instead of the rows below the head (see `package`).

    Its attribute `after` is the first row that XlsxWriter writes again.
    """
    from xlsxwriter.worksheet import Worksheet

    class LongSheet(Worksheet):
        after = 1
        dim_rowmin: int | None  # untyped in XlsxWriter
        dim_rowmax: int | None

        def _write_rows(self) -> None:
            first, last = self.dim_rowmin, self.dim_rowmax
            self.dim_rowmax = first
            super()._write_rows()
            self.fh.write(MARK)
            self.dim_rowmin, self.dim_rowmax = self.after, last
            super()._write_rows()
            self.dim_rowmin = first

    return LongSheet


def clean(text: str) -> str:
    """The text as a cell can hold it: without control characters, cut with a mark where it is too long."""
    plain = text if text.isprintable() else _CONTROL.sub("", text)
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - len(CUT)] + CUT


def rows_as_xml(
    sheet: Sheet,
    rows: Iterable[Row],
    book: WorkbookFormulas,
    formats: Formats,
    link_prefix: str,
    archived: frozenset[str],
    texts: dict[str, str],
) -> Iterator[str]:
    """The rows as pieces of XML, the first one as row 2.

    rows: the values of all columns in their order (see `Rows.part`). link_prefix: path from the
    workbook's folder to the files. archived: files that cannot be linked to. texts: XML by text, shared by
    all sheets.
    """
    plain, made = _columns(sheet, book, formats, link_prefix, archived, texts)
    wrapped = [
        (position, column.width - 1)
        for position, column in enumerate(sheet.columns)
        if column.format == "wrap"
    ]
    columns = len(sheet.columns)
    rows, line = iter(rows), 1
    while several := list(islice(rows, _ROWS_AT_ONCE)):
        pieces: list[str] = []
        if len(texts) > _MOST_TEXTS:
            texts.clear()
        for row in several:
            line += 1
            number = str(line)
            cells = [""] * columns
            for position, begin, styled in plain:  # a function for each cell would take half as long again
                value = row[position]
                if value is None or value == "":
                    continue
                if value.__class__ is str:
                    text = texts.get(value)
                    if text is None:
                        text = texts[value] = inline(value)
                    cells[position] = f"{begin}{number}{styled}{text}"
                elif value.__class__ is float and value * 0 == 0:
                    cells[position] = f"{begin}{number}{styled}><v>{value:.16g}</v></c>"
                else:
                    cells[position] = _number(begin, number, styled, value)
            for position, cell in made:
                cells[position] = cell(row, number)
            pieces.append(f'<row r="{number}"{_height(row, wrapped)}>{"".join(cells)}</row>')
        yield "".join(pieces)


def _columns(
    sheet: Sheet,
    book: WorkbookFormulas,
    formats: Formats,
    link_prefix: str,
    archived: frozenset[str],
    texts: dict[str, str],
) -> tuple[list[tuple[int, str, str]], list[tuple[int, Cell]]]:
    """The columns of plain values, and those of links and formulas.

    The former as position, beginning of the cell, its style; the latter as position, function that makes the
    cell.
    """
    plain: list[tuple[int, str, str]] = []
    made: list[tuple[int, Cell]] = []
    for position, column in enumerate(sheet.columns):
        style = formats.column(column.format, column.kind == HAND)._get_xf_index()
        begin, styled = f'<c r="{column_name(position)}', f'" s="{style}"'
        if column.kind == LINK:
            made.append((position, _link(sheet, position, begin, styled, link_prefix, archived)))
        elif column.live:
            template = "+".join(xml(part) for part in _template(column.live, sheet, book))
            made.append((position, _formula(position, begin, styled, template, texts)))
        else:
            plain.append((position, begin, styled))
    return plain, made


def _number(begin: str, line: str, styled: str, value: Any) -> str:
    """The XML of a cell with a number; of one with a text where the number is infinite or NaN."""
    number = float(value)
    if not math.isfinite(number):
        return f"{begin}{line}{styled}{inline(str(value))}"
    return f"{begin}{line}{styled}><v>{number:.16g}</v></c>"


def _formula(position: int, begin: str, styled: str, template: str, texts: dict[str, str]) -> Cell:
    """A function that makes the cells of a formula column, each with the value it has now."""

    def cell(row: Row, line: str) -> str:
        value = row[position]
        if value == DASH:
            return f"{begin}{line}{styled}{texts.setdefault(DASH, inline(DASH))}"
        formula = template.replace(_ROW_MARK, line)
        if value is None or isinstance(value, str):
            return f'{begin}{line}{styled} t="str"><f>{formula}</f><v>{xml(clean(value or ""))}</v></c>'
        return f"{begin}{line}{styled}><f>{formula}</f><v>{float(value):.16g}</v></c>"

    return cell


def _link(
    sheet: Sheet, position: int, begin: str, styled: str, link_prefix: str, archived: frozenset[str]
) -> Cell:
    """A function that makes the cells of a link column: the row's own formula, else a link to its cell."""
    target_positions = [
        number
        for key in ("file", "sheet", "cell")
        for number, column in enumerate(sheet.columns)
        if column.key == key
    ]

    def linked(line: str, formula: str) -> str:
        return f'{begin}{line}{styled} t="str"><f>{xml(formula)}</f><v>{OPEN}</v></c>'

    def own_link(row: Row, line: str) -> str:
        return linked(line, row[position]) if row[position] else ""

    if len(target_positions) < 3:
        return own_link
    file, sheet_name, cell_name = target_positions
    formulas: dict[tuple, Callable[[str | None], str | None]] = {}

    def cell(row: Row, line: str) -> str:
        if row[position]:
            return linked(line, row[position])
        key = row[file], row[sheet_name]
        formula_for = formulas.get(key)
        if formula_for is None:
            formulas.clear()  # the rows of a form stand together
            formula_for = link_to(link_prefix, *key) if key[0] not in archived else lambda cell: None
            formulas[key] = formula_for
        formula = formula_for(row[cell_name])
        return linked(line, formula) if formula else ""

    return cell


def _template(live: ColumnFormula, sheet: Sheet, book: WorkbookFormulas) -> list[str]:
    """The formula of a column with a mark for the row's number.

    Several parts, to be added, where it sums over a sheet that continues on a second worksheet.
    """
    same_row = _SAME_ROW.sub(lambda match: f"{column_name(sheet.place(match[1]))}{_ROW_MARK}", live.text)
    return book.expand_parts(same_row, sheet.key, 0)


def inline(text: str) -> str:
    """The XML of a cell with a text, after reference and style."""
    plain = xml(_ESCAPED.sub("_x005F_", clean(text)))
    keep = ' xml:space="preserve"' if plain[:1].isspace() or plain[-1:].isspace() or "\n" in plain else ""
    return f' t="inlineStr"><is><t{keep}>{plain}</t></is></c>'


def xml(text: str) -> str:
    """The text, escaped for XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _height(row: Row, wrapped: Sequence[tuple[int, float]]) -> str:
    """The attributes for the height of a row whose texts need several lines, up to a limit; else "".

    Programs other than Excel do not fit rows on opening. wrapped: position and width of the wrapped columns.
    """
    needed = 1
    for position, width in wrapped:
        text = row[position]
        if isinstance(text, str) and 2 * len(text) > width:
            # in GBK, characters that are two columns wide are two bytes long
            needed = max(needed, -int(-len(text.encode("gbk", "replace")) // width))
    return f' ht="{LINE_HEIGHT * min(needed, MOST_LINES) + 2:g}" customHeight="1"' if needed > 1 else ""


def cached(value: Any) -> float | str:
    """The value of a formula as XlsxWriter takes it."""
    if value is None:
        return ""
    return float(value) if isinstance(value, (Decimal, int)) else value
