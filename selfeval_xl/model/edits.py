"""Edits of a workbook as plain data: the cell, its old and new value, its look, and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Look(StrEnum):
    """The look of an edited cell; `writers.xlsx.looks` has the colours. KEEP leaves the cell's own look."""

    KEEP = "keep"
    PERCENT = "percent"  # 0.00%, same look otherwise
    HEAD = "head"  # a column head that the program adds outside the print area
    TEXT = "text"  # a value that the program adds there
    RATIO = "ratio"  # the same, shown as 0.00%
    ENTRY = "entry"  # a cell that the program adds for a person to type into
    STUB = "stub"  # a sentence the person has to complete (【待补充】)
    ERROR = "error"  # this and the next two mark a finding by its severity
    WARNING = "warning"
    NOTE = "note"
    LINK = "link"  # a link that the program adds, back to the list of findings
    UNLINK = "unlink"  # removes such a link and its colour
    RESTORE = "restore"  # removes a mark: colour and note become what they were before it


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula in A1 English syntax without the leading `=`, and the value it has now."""

    text: str
    value: Decimal | str


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: `new` goes into `sheet`!`cell`, only where that still holds `old` (None: empty).

    new: None empties the cell; str is written as text, never as a formula; Decimal as a number; Formula as a
    formula with its cached value. Where `new` equals `old` the value is left as it is (number, formula and
    all), only the look changes. remark: a cell note to add (marks).
    """

    sheet: str
    cell: str
    old: str | None
    new: None | str | Decimal | Formula
    look: Look = Look.KEEP
    why: str = ""
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of applying edits.

    done: edits carried out. refused: edits whose cell no longer held `old`, or could not be changed alone.
    unsigned: the copy has lost the digital signatures of its file.
    """

    done: tuple[Edit, ...]
    refused: tuple[Edit, ...]
    unsigned: bool = False
