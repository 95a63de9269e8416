"""Cell formats of the county workbook: fonts, number formats and tints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

FONT = "宋体"
_BASE = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
NUMBERS = {
    "money": "#,##0.00",
    "number": "General",
    "rate": "0.00%",
    "count": "0",
    "code": "@",
    "text": "@",
    "wrap": "@",
    "printed": "@",
    "date": "yyyy-mm-dd",
    "link": "General",
}
HEAD_TINT, HAND_TINT, TOTAL_TINT = "#DDEBF7", "#FFF2CC", "#F2F2F2"


class Formats:
    """The formats of an XlsxWriter workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._formats: dict[tuple, Format] = {}

    def get(self, **properties: Any) -> Format:
        """The format with these properties of XlsxWriter and the usual font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_BASE, **properties})
        return self._formats[key]

    def column(self, kind: str, hand: bool = False, total: bool = False) -> Format:
        """The format of a column's cells.

        kind: `Column.format`. hand: whether officers fill it in. total: whether it is for the totals row.
        """
        properties: dict[str, Any] = {"num_format": NUMBERS[kind]}
        if kind == "wrap":
            properties["text_wrap"] = True
        if kind in ("text", "link", "count", "date") and not total:
            properties |= {"align": "left"} if kind == "text" else {"align": "center"}
        if kind == "printed":
            properties["align"] = "right"
        if not total:
            properties["valign"] = "top"
        if kind == "link":
            properties |= {"font_color": "#0563C1", "underline": 1}
        if hand:
            properties["bg_color"] = HAND_TINT
        if total:
            properties |= {"bold": True, "top": 1, "bg_color": TOTAL_TINT}
            if kind == "wrap":
                properties.pop("text_wrap")
        return self.get(**properties)

    def head(self, hand: bool = False) -> Format:
        """The format of a column's heading. hand: whether officers fill the column in."""
        return self.get(
            bold=True, align="center", text_wrap=True, border=1, bg_color=HAND_TINT if hand else HEAD_TINT
        )
