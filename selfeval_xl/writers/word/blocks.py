"""The blocks of a Word paper as plain data (headings, paragraphs, tables, charts), put into a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. level 1: 一、…; level 2: （一）…"""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A text; each of its lines becomes a paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; it is left out where it has no rows. widths: in millimetres, together at most 156."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A column chart, left out where it has no categories. stacked: a category's series on one another."""

    title: str
    categories: Sequence[str]
    series: Sequence[tuple[str, Sequence[Decimal | int | None]]]
    stacked: bool = False


Block = Heading | TextBlock | TableBlock | Chart
