"""The formats of each kind of cell: fonts as Chinese offices have them, borders, number formats.

Cells to fill in are tinted and unlocked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

BODY, TITLE = "宋体", "黑体"
# Widths of columns are counted in digits of this font. In Excel they are as wide as those of Calibri, for
# which a desk without it takes a much wider font: sheets then print at half their size.
NORMAL = {"font_name": BODY, "font_size": 10.5, "font_scheme": False}
TINT = "#FFF8E1"  # cells to fill in; does not print
# A score is a formula that may be typed over; tinted as a cell to fill in, it is cleared with them.
_UNTINTED = ("title", "subtitle", "plain", "level", "score", "sheet")

_LOOKS: dict[str, dict] = {
    "title": {"font_name": TITLE, "font_size": 18, "align": "center", "border": 0},
    "subtitle": {"align": "center", "border": 0},
    "plain": {"align": "left", "border": 0, "num_format": "@"},
    "label": {"align": "center"},
    "head": {"align": "center"},
    "text": {"align": "left", "indent": 1, "num_format": "@"},
    "shown": {"align": "left", "indent": 1},
    "link": {"align": "left", "indent": 1, "font_color": "#0563C1", "underline": 1},
    "name": {"align": "left", "indent": 1, "num_format": "@"},
    "note": {"align": "left", "indent": 1, "num_format": "@"},
    "long": {"align": "left", "indent": 1, "num_format": "@"},
    "target": {"align": "center", "num_format": "@"},
    "choice": {"align": "center", "num_format": "@"},
    "money": {"align": "right", "num_format": "#,##0.00_ ", "text_wrap": False, "shrink": True},  # never ####
    "number": {"align": "center", "text_wrap": False, "shrink": True},
    "score": {"align": "center", "text_wrap": False, "shrink": True},
    "counted": {"align": "center"},  # a number, or a sentence why there is none
    "percent": {"align": "center", "num_format": "0.00%", "text_wrap": False, "shrink": True},
    # the lines of a level are drawn where it changes, by conditional formats
    "level": {"align": "center", "num_format": "@", "top": 0, "bottom": 0},
    "share": {"align": "center", "num_format": "0.00%", "border": 0, "font_size": 9, "font_color": "#595959"},
    "added": {"align": "center", "border": 0, "font_size": 9, "font_color": "#595959"},
    # runs out to the left over the empty cells beside the total
    "beside note": {
        "align": "right",
        "border": 0,
        "font_size": 9,
        "font_color": "#C00000",
        "text_wrap": False,
    },
    "sheet": {"align": "left", "font_size": 9, "num_format": "@"},
    # hidden columns: left-aligned, or the text would run out to the left
    "helper": {"align": "left", "border": 0, "font_size": 9, "font_color": "#595959", "text_wrap": False},
    "count": {"align": "center", "font_color": "#0563C1"},
    "conclusion": {"align": "left", "indent": 1, "bold": True, "font_size": 12},
    "chapter": {"align": "left", "indent": 1, "bold": True},
    "section": {"align": "left", "indent": 2},
    "progress": {"align": "left", "border": 0, "bold": True, "font_color": "#C00000", "text_wrap": False},
}


class Pen:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.formats: dict[tuple[str, bool, float | None], Format] = {}

    def look(self, name: str, entry: bool, size: float | None = None) -> Format:
        """The format of this look. entry: a person fills the cell in. size: another font size in points."""
        if (name, entry, size) not in self.formats:
            properties = {
                "font_name": BODY,
                "font_size": 10.5,
                "valign": "vcenter",
                "text_wrap": True,
                "border": 1,
                "locked": not entry,
                **_LOOKS[name],
            }
            if entry and name not in _UNTINTED:
                properties |= {"bg_color": TINT}
            self.formats[name, entry, size] = self.book.add_format(
                properties | ({"font_size": size} if size else {})
            )
        return self.formats[name, entry, size]
