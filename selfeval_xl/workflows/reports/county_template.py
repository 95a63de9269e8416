"""The filling in of a county's own Word template.

{{部门名称}} and its like become values; a paragraph that is only {{收支情况}} becomes the whole part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from selfeval_xl.errors import UsageError
from selfeval_xl.writers.word.blocks import Block
from selfeval_xl.writers.word.compose import put
from selfeval_xl.writers.word.document import new_document

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

PARTS = {
    "机构职能": "duties",
    "人员情况": "staff",
    "收支情况": "money",
    "指标完成情况": "results",
    "重点任务": "tasks",
    "指标情况说明": "missed",
    "问题和建议": "problems",
    "其他说明": "other",
}
_NAME = re.compile(r"\{\{\s*([^{}]{1,30}?)\s*\}\}")


def fill_template(
    path: str | Path, values: Mapping[str, str], parts: Mapping[str, Sequence[Block]]
) -> tuple[Document, tuple[str, ...]]:
    """The template as a document with everything filled in, and the names in it that have no value.

    values: by name; parts: by the keys of the outline. Names without a value stay as they are. Raises
    UsageError where the file is no docx.
    """
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = new_document(path)
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError) as error:
        raise UsageError(f"模板“{Path(path).name}”打不开。请用Word或WPS另存为.docx再试。") from error
    unknown: list[str] = []
    for paragraph in list(_paragraphs(document)):
        names = _NAME.findall(paragraph.text)
        if len(names) == 1 and names[0] in PARTS and _NAME.sub("", paragraph.text).strip() == "":
            _put_before(document, paragraph, parts[PARTS[names[0]]])
        elif names:
            unknown += [name for name in names if name not in values]
            _replace(paragraph, values)
    return document, tuple(dict.fromkeys(unknown))


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    """All paragraphs of the text, of tables, of headers and footers."""
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    roots = [document.element.body]
    for section in document.sections:
        roots += [section.header._element, section.footer._element]
    for root in roots:
        for element in root.iter(qn("w:p")):
            yield Paragraph(element, document)


def _put_before(document: Document, paragraph: Paragraph, blocks: Sequence[Block]) -> None:
    """Puts the blocks in the place of the paragraph."""
    body = document.element.body
    before = set(body)
    put(document, blocks)
    for element in [element for element in body if element not in before]:
        paragraph._element.addprevious(element)
    paragraph._element.getparent().remove(paragraph._element)


def _replace(paragraph: Paragraph, values: Mapping[str, str]) -> None:
    """Replaces the names in a paragraph.

    Word cuts a name into runs as it likes: its value goes into the run where it begins and keeps that font.
    """
    runs = paragraph.runs
    text = "".join(run.text for run in runs)
    for match in reversed(list(_NAME.finditer(text))):
        value = values.get(match[1])
        if value is None:
            continue
        begin = 0
        for run in runs:
            end = begin + len(run.text)
            low, high = max(match.start(), begin), min(match.end(), end)
            if low < high:
                run.text = (
                    run.text[: low - begin]
                    + (value if low == match.start() else "")
                    + run.text[high - begin :]
                )
            begin = end
