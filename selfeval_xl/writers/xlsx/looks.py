"""Colours, borders and widths of edited cells and of sheets that the program adds, for all writers."""

from __future__ import annotations

from dataclasses import dataclass

from selfeval_xl.model.edits import Look
from selfeval_xl.model.sheet_names import DEVIATIONS, RESULTS, RETURNED

PERCENT, TEXT, GENERAL = 10, 49, 0  # Excel's own numbers for 0.00%, @ and General
TINTS = {Look.ERROR: "#FFC7CE", Look.WARNING: "#FFEB9C", Look.NOTE: "#DDEBF7"}
MARKS = frozenset(TINTS)
HEAD_FILL = "#F2F2F2"
ENTRY_FILL = "#FFF9E5"
LINK_FILL = "#F2F2F2"
OUR_COLUMN_WIDTH = 11.0
AUTHOR = "绩效自评校验"


@dataclass(frozen=True, slots=True)
class Dress:
    """The changes that a look makes to a cell; None and False leave what is there.

    own: the changes are made to the plain style, not to the cell's.
    """

    number_format: int | None = None
    fill: str | None = None
    wrap: bool = False
    bold: bool = False
    border: bool = False
    horizontal: str | None = None
    vertical: str | None = None
    own: bool = False


DRESSES: dict[Look, Dress] = {
    Look.PERCENT: Dress(number_format=PERCENT),
    Look.STUB: Dress(wrap=True),
    Look.HEAD: Dress(
        number_format=GENERAL,
        fill=HEAD_FILL,
        wrap=True,
        bold=True,
        border=True,
        horizontal="center",
        vertical="center",
        own=True,
    ),
    Look.TEXT: Dress(number_format=GENERAL, wrap=True, border=True, vertical="top", own=True),
    Look.ENTRY: Dress(number_format=TEXT, fill=ENTRY_FILL, wrap=True, border=True, vertical="top", own=True),
    Look.RATIO: Dress(number_format=PERCENT, border=True, vertical="top", own=True),
    Look.LINK: Dress(number_format=GENERAL, fill=LINK_FILL),
} | {look: Dress(fill=colour) for look, colour in TINTS.items()}

RESULT_WIDTHS = (6, 15, 10, 10, 20, 11, 20, 20, 20, 46, 38, 30, 10)
SHEET_WIDTHS: dict[str, tuple[float, ...]] = {
    RESULTS: RESULT_WIDTHS,
    RETURNED: RESULT_WIDTHS,
    DEVIATIONS: (24, 12, 30, 18, 18, 11, 11, 11),
}
FRONT_SHEETS = frozenset((RETURNED,))  # sheets that a person has to see first
