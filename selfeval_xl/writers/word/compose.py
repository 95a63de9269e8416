"""Adding of blocks to a Word document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from selfeval_xl.writers.word.blocks import Block, Chart, Heading, TableBlock, TextBlock

if TYPE_CHECKING:
    from docx.document import Document


def put(document: Document, blocks: Iterable[Block]) -> None:
    """Adds the blocks at the end of the document."""
    from selfeval_xl.writers.word import document as word
    from selfeval_xl.writers.word.charts import add_chart

    for block in blocks:
        match block:
            case Heading():
                word.heading(document, block.text, block.level)
            case TextBlock():
                for line in block.text.splitlines():
                    if line.strip():
                        word.body(document, line.strip())
            case TableBlock():
                if block.rows:
                    word.table(document, block.head, block.rows, block.widths, block.caption)
            case Chart():
                if block.categories:
                    add_chart(document, block)
