"""An edit is pure data: which cell, what stands there, what shall stand there, how it looks, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Look(StrEnum):
    """How an edited cell looks; the sinks know the colours. KEEP leaves the cell's own look."""

    KEEP = "keep"
    PERCENT = "percent"  # 0.00%, same look otherwise
    HEAD = "head"  # a column head of ours, outside the print area
    TEXT = "text"  # a value of ours outside the print area
    SHARE = "share"  # the same, shown as 0.00%
    ENTRY = "entry"  # a cell of ours that a person shall type into
    STUB = "stub"  # a sentence the person has to complete (【待补充】)
    ERROR = "error"  # marks
    WARNING = "warning"
    NOTE = "note"
    LINK = "link"  # a link of ours back to the list
    BARE = "bare"  # a link of ours is taken away, and its colour
    FORMER = "former"  # a mark is taken away: colour and note as they were before it


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula in A1 English syntax without the leading `=`, and the value it has now."""

    text: str
    value: Decimal | str


@dataclass(frozen=True, slots=True)
class Edit:
    """Write `new` into `sheet`!`cell`, only where it still holds `old` (None: empty).

    new: None empties the cell; str is written as text, never as a formula; Decimal as a number; Formula as a
    formula
    with its cached value. Where `new` equals `old` the value is left as it is (number, formula and all), only
    the look
    changes. remark: a cell note to add (marks).
    """

    sheet: str
    cell: str
    old: str | None
    new: None | str | Decimal | Formula
    look: Look = Look.KEEP
    why: str = ""
    remark: str | None = None
