"""Fonts, number formats and tints of the county workbook."""

from __future__ import annotations

from typing import Any

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
    "link": "General",
}
HEAD_TINT, HAND_TINT, TOTAL_TINT = "#DDEBF7", "#FFF2CC", "#F2F2F2"


class Formats:
    """The workbook's formats, each made once."""

    def __init__(self, book) -> None:
        self._book = book
        self._made: dict[tuple, Any] = {}

    def get(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**_BASE, **properties})
        return self._made[key]

    def column(self, kind: str, hand: bool = False, total: bool = False):
        """The look of a column's cells: number format, wrap, the tint of what officers fill in."""
        properties: dict[str, Any] = {"num_format": NUMBERS[kind]}
        if kind == "wrap":
            properties["text_wrap"] = True
        if kind in ("text", "link", "count") and not total:
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

    def head(self, hand: bool = False):
        return self.get(
            bold=True, align="center", text_wrap=True, border=1, bg_color=HAND_TINT if hand else HEAD_TINT
        )
