"""The blocks of a Word paper as plain data (headings, paragraphs, tables, charts), put into a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from . import word

if TYPE_CHECKING:
    from docx.document import Document


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. level 1: 一、…; level 2: （一）…"""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A text; each of its lines becomes a paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
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


Block = Heading | Text | Table | Chart


def put(document: Document, blocks: Iterable[Block]) -> None:
    """Adds the blocks at the end of the document."""
    from .charts import add_chart

    for block in blocks:
        match block:
            case Heading():
                word.heading(document, block.text, block.level)
            case Text():
                for line in block.text.splitlines():
                    if line.strip():
                        word.body(document, line.strip())
            case Table():
                if block.rows:
                    word.table(document, block.head, block.rows, block.widths, block.caption)
            case Chart():
                if block.categories:
                    add_chart(document, block)
