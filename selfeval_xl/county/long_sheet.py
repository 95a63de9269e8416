"""Rows of a county sheet straight to XML.

XlsxWriter keeps every cell as an object and asks each one what it is: five times the time.

Everything else of the sheet (head, widths, filter, totals, print set-up) stays XlsxWriter's. A test holds
both ways of writing
equal cell by cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from ..grid import column_name
from .columns import HAND, LINK, Column, Sheet
from .formats import Formats
from .links import link_to
from .live import Book
from .material import DASH

LONGEST_TEXT, CUT = 32_767, "…（原文过长，后面的见原表）"
LINE_HEIGHT, MOST_LINES = 13.5, 12
OPEN = "打开"
MARK = "<!--rows-->"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9a-fA-F]{4}_)")  # Excel takes _x000A_ for a line feed
_OWN = re.compile(r"\{(\w+)\}")
_ROWS_AT_ONCE = 400
_ROW_MARK = "\0"
_MOST_TEXTS = 50_000
Row = Sequence[Any]
Cell = Callable[[Row, str], str]


@cache
def long_sheet() -> type:
    """A worksheet with a mark in the place of its rows below the head (see `long_package`); `after`: the
    first row that is XlsxWriter's again.
    """
    from xlsxwriter.worksheet import Worksheet

    class LongSheet(Worksheet):
        after = 1

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
    """A text that a cell can hold: no control characters, cut with a mark where it is too long."""
    plain = text if text.isprintable() else _CONTROL.sub("", text)
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - len(CUT)] + CUT


def rows_as_xml(
    sheet: Sheet,
    rows: Iterable[Row],
    book: Book,
    formats: Formats,
    way: str,
    archived: frozenset[str],
    texts: dict[str, str],
) -> Iterator[str]:
    """The rows as pieces of XML, the first one as row 2. rows: the values of all columns in their order (see
    `table.Rows.part`).
    texts: what texts look like as XML, shared by all sheets.
    """
    plain, made = _columns(sheet, book, formats, way, archived, texts)
    wrapped = [
        (place, column.width - 1) for place, column in enumerate(sheet.columns) if column.format == "wrap"
    ]
    order = len(sheet.columns)
    rows, line = iter(rows), 1
    while several := list(islice(rows, _ROWS_AT_ONCE)):
        pieces: list[str] = []
        if len(texts) > _MOST_TEXTS:
            texts.clear()
        for row in several:
            line += 1
            number = str(line)
            cells = [""] * order
            for place, begin, styled in plain:  # a function for each cell would take half as long again
                value = row[place]
                if value is None or value == "":
                    continue
                if value.__class__ is str:
                    told = texts.get(value)
                    if told is None:
                        told = texts[value] = inline(value)
                    cells[place] = f"{begin}{number}{styled}{told}"
                elif value.__class__ is float and value * 0 == 0:
                    cells[place] = f"{begin}{number}{styled}><v>{value:.16g}</v></c>"
                else:
                    cells[place] = _number(begin, number, styled, value)
            for place, cell in made:
                cells[place] = cell(row, number)
            pieces.append(f'<row r="{number}"{_height(row, wrapped)}>{"".join(cells)}</row>')
        yield "".join(pieces)


def _columns(
    sheet: Sheet, book: Book, formats: Formats, way: str, archived: frozenset[str], texts: dict[str, str]
) -> tuple[list[tuple], list[tuple[int, Cell]]]:
    """The columns that hold plain values (place, beginning of the cell, its style), and what makes the cells
    of the others.
    """
    plain, made = [], []
    for place, column in enumerate(sheet.columns):
        style = formats.column(column.format, column.kind == HAND)._get_xf_index()
        begin, styled = f'<c r="{column_name(place)}', f'" s="{style}"'
        if column.kind == LINK:
            made.append((place, _link(sheet, place, begin, styled, way, archived)))
        elif column.live:
            made.append(
                (
                    place,
                    _formula(
                        place,
                        begin,
                        styled,
                        "+".join(xml(part) for part in _template(column, sheet, book)),
                        texts,
                    ),
                )
            )
        else:
            plain.append((place, begin, styled))
    return plain, made


def _number(begin: str, line: str, styled: str, value: Any) -> str:
    number = float(value)
    if not math.isfinite(number):
        return f"{begin}{line}{styled}{inline(str(value))}"
    return f"{begin}{line}{styled}><v>{number:.16g}</v></c>"


def _formula(place: int, begin: str, styled: str, template: str, texts: dict[str, str]) -> Cell:
    def cell(row: Row, line: str) -> str:
        value = row[place]
        if value == DASH:
            return f"{begin}{line}{styled}{texts.setdefault(DASH, inline(DASH))}"
        formula = template.replace(_ROW_MARK, line)
        if value is None or isinstance(value, str):
            return f'{begin}{line}{styled} t="str"><f>{formula}</f><v>{xml(clean(value or ""))}</v></c>'
        return f"{begin}{line}{styled}><f>{formula}</f><v>{float(value):.16g}</v></c>"

    return cell


def _link(sheet: Sheet, place: int, begin: str, styled: str, way: str, archived: frozenset[str]) -> Cell:
    places = [
        number
        for key in ("file", "sheet", "cell")
        for number, column in enumerate(sheet.columns)
        if column.key == key
    ]

    def written(line: str, formula: str) -> str:
        return f'{begin}{line}{styled} t="str"><f>{xml(formula)}</f><v>{OPEN}</v></c>'

    def given(row: Row, line: str) -> str:
        return written(line, row[place]) if row[place] else ""

    if len(places) < 3:
        return given
    file, sheet_name, where = places
    told: dict[tuple, Callable[[str | None], str | None]] = {}

    def cell(row: Row, line: str) -> str:
        if row[place]:
            return written(line, row[place])
        key = row[file], row[sheet_name]
        way_to = told.get(key)
        if way_to is None:
            told.clear()  # the rows of a form stand together
            way_to = told[key] = link_to(way, *key) if key[0] not in archived else lambda cell: None
        formula = way_to(row[where])
        return written(line, formula) if formula else ""

    return cell


def _template(column: Column, sheet: Sheet, book: Book) -> list[str]:
    """The column's formula with a mark for the row's number; the parts that have to be added where another
    sheet goes on.
    """
    own = _OWN.sub(lambda match: f"{column_name(sheet.place(match[1]))}{_ROW_MARK}", column.live.text)
    return book.expand_parts(own, sheet.key, 0)


def inline(text: str) -> str:
    """The rest of a cell with a text of its own."""
    plain = xml(_ESCAPED.sub("_x005F_", clean(text)))
    keep = ' xml:space="preserve"' if plain[:1].isspace() or plain[-1:].isspace() or "\n" in plain else ""
    return f' t="inlineStr"><is><t{keep}>{plain}</t></is></c>'


def xml(text: str) -> str:
    """A text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _height(row: Row, wrapped: Sequence[tuple[int, float]]) -> str:
    """Rows with long texts get the height they need, up to a limit: programs other than Excel do not fit rows
    on opening.
    """
    needed = 1
    for place, width in wrapped:
        text = row[place]
        if isinstance(text, str) and 2 * len(text) > width:
            needed = max(
                needed, -int(-len(text.encode("gbk", "replace")) // width)
            )  # two columns wide, two bytes long
    return f' ht="{LINE_HEIGHT * min(needed, MOST_LINES) + 2:g}" customHeight="1"' if needed > 1 else ""


def cached(value: Any) -> float | str:
    """A formula's value as XlsxWriter takes it."""
    if value is None:
        return ""
    return float(value) if isinstance(value, (Decimal, int)) else value
