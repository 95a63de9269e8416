"""Writes 总览, one printed page for the leaders: what its blocks have in common.

Every figure is a formula over the other sheets, with the value it has now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from selfeval_xl.county.departments.data import DASH
from selfeval_xl.county.workbook.cell_formats import HEAD_TINT, Formats
from selfeval_xl.county.workbook.formulas import Computed, WorkbookFormulas, growth, quotient, share
from selfeval_xl.county.workbook.row_xml import clean
from selfeval_xl.model.grid import a1
from selfeval_xl.model.numbers import difference
from selfeval_xl.model.sheet_names import sheet_link

COLUMNS, WIDTH, HEIGHT = 24, 8.2, 13.5
MONEY, RATE, COUNT, SCORE = "#,##0.00", "0.00%", "0", "0.00"  # number formats
Value = Computed | str | None
Placed = tuple[str, Any]  # a figure on the page: its address and its value now


@dataclass(slots=True)
class Front:
    """The page 总览 while it is written: puts texts and formulas into its cells, with their format.

    page: XlsxWriter's worksheet. chart: makes a new chart of a kind. Rows and columns count from 0; a span of
    several columns is a merged cell; look: properties of XlsxWriter besides the usual ones.
    """

    page: Any
    formats: Formats
    book: WorkbookFormulas
    chart: Callable[[dict], Any] = lambda kind: None

    def text(self, row: int, column: int, text: str, span: int = 1, **look: Any) -> None:
        """Writes a text."""
        style = self.formats.get(**({"border": 1, "align": "center", "shrink": True, "font_size": 9} | look))
        if span > 1:
            self.page.merge_range(row, column, row, column + span - 1, "", style)
        self.page.write_string(row, column, clean(text), style)

    def head(self, row: int, column: int, text: str, span: int = 1) -> None:
        """Writes the heading of a column."""
        self.text(row, column, text, span, bold=True, bg_color=HEAD_TINT)

    def title(self, row: int, column: int, text: str, span: int, sheet: str | None = None) -> None:
        """Writes the heading of a block, as a link to the sheet with the details if there is one."""
        look: dict[str, Any] = {
            "bold": True,
            "align": "left",
            "font_size": 10,
            "border": 0,
            "font_color": "#1F4E79",  # the same with and without a link
        }
        if sheet is None:
            self.text(row, column, text, span, **look)
        else:
            self.value(row, column, Computed(sheet_link(sheet, text), text), span, **look)

    def value(
        self, row: int, column: int, value: Value, span: int = 1, number: str = "General", **look: Any
    ) -> Placed:
        """Writes a formula, or a text, and returns its address and value. number: the number format."""
        style = {
            "border": 1,
            "align": "right" if number not in ("General", "0") else "center",
            "num_format": number,
            "font_size": 9,
            "shrink": True,
        } | look
        if not isinstance(value, Computed):
            self.text(row, column, value or "", span, **look)
            return a1(row, column), value or ""
        cell_format = self.formats.get(**style)
        if span > 1:
            self.page.merge_range(row, column, row, column + span - 1, "", cell_format)
        cached = (
            ""
            if value.value is None
            else clean(value.value)
            if isinstance(value.value, str)
            else float(value.value)
        )
        self.page.write_formula(row, column, "=" + value.text, cell_format, cached)
        return a1(row, column), value.value


def line(
    front: Front,
    row: int,
    column: int,
    label: str,
    label_span: int,
    cells: Sequence[tuple[Value, str]],
    span: int = 1,
) -> list[Placed]:
    """Writes a row of a block: its label, then its figures, each with its number format; returns these."""
    front.text(row, column, label, label_span, align="left")
    return [
        front.value(row, column + label_span + number * span, value, span, look)
        for number, (value, look) in enumerate(cells)
    ]


def heads(
    front: Front, row: int, column: int, first: tuple[str, int], names: Sequence[str], span: int = 1
) -> None:
    """Writes the headings of a block. first: text and span of the first, all others have `span`."""
    front.head(row, column, *first)
    for number, name in enumerate(names):
        front.head(row, column + first[1] + number * span, name, span)


def set_up(front: Front, title: str) -> None:
    """Sets widths, print set-up (one A4 page) and the title."""
    page = front.page
    page.hide_gridlines(2)
    page.set_column(0, COLUMNS - 1, WIDTH)
    page.set_default_row(HEIGHT)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.center_horizontally()
    page.set_margins(left=0.3, right=0.3, top=0.3, bottom=0.45)
    page.print_black_and_white()
    page.set_footer("&L&9打印日期：&D&R&9第&P页 共&N页")
    front.text(0, 0, title, COLUMNS, bold=True, font_size=16, border=0)
    page.set_row(0, 26)


def figures(front: Front, row: int, items: Sequence[tuple[str, int, Value, str]]) -> list[Placed]:
    """Writes headings in a row and their figures below; returns the figures.

    items: heading, span, figure, number format. A figure None is left to the caller, who needs the others for
    it; its address is returned.
    """
    places: list[Placed] = []
    column = 0
    for label, span, value, look in items:
        front.head(row, column, label, span)
        places.append(
            (a1(row + 1, column), None) if value is None else front.value(row + 1, column, value, span, look)
        )
        column += span
    return places


def rate_cell(above: Placed, below: Placed) -> Computed | str:
    """above ÷ below, or a dash where one of them is unknown."""
    return DASH if DASH in (above[1], below[1]) else share(above, below)


def money_line(
    front: Front, row: int, column: int, label: str, label_span: int, amounts: Sequence[Computed]
) -> None:
    """Writes a row of amounts (initial, annual, executed) and what is computed from them.

    A fourth amount is 未执行金额; without one it is the difference.
    """
    places = line(front, row, column, label, label_span, [(cell, MONEY) for cell in amounts[:3]])
    initial, annual, executed = places
    unspent = (
        amounts[3]
        if amounts[3:]
        else Computed(f"ROUND({annual[0]}-{executed[0]},6)", difference(annual[1], executed[1]))
    )
    for number, (cell, look) in enumerate(
        (
            (quotient(executed, annual), RATE),
            (unspent, MONEY),
            (growth(annual, initial), RATE),
            (quotient(executed, initial), RATE),
        )
    ):
        front.value(row, column + label_span + 3 + number, cell, 1, look)
