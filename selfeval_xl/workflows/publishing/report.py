"""The public copy of a report as a Word file, built anew from what is seen of the received one.

It has no remarks, tracked changes, hidden text or names of authors; numbers of persons are masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.files import write_out
from selfeval_xl.model.forms import Report
from selfeval_xl.rules.narrative import clean
from selfeval_xl.workflows.publishing.word.copying import Copy, copy_of, texts
from selfeval_xl.workflows.publishing.word.masking import mask
from selfeval_xl.workflows.publishing.word.received import received

if TYPE_CHECKING:
    from lxml.etree import _Element

_BEGIN_A_LINE = ("}p", "}v")  # a paragraph, a value of a chart


@dataclass(frozen=True, slots=True)
class PublicReport:
    """A report as it may be published.

    masked: the count of masked numbers. text: all of it, notes too. pictures: how many were left out.
    """

    copy: Copy
    masked: int
    text: str
    pictures: int = 0

    def save(self, out: Path) -> None:
        """Writes the file. Raises OutputError."""
        write_out(out, self.copy.write)


def public_report(report: Report) -> PublicReport:
    """The public copy of a report: of what its Word file shows, or made of the sheet 自评报告.

    Raises UnreadableFile where it cannot be opened.
    """
    if report.sheet is not None or not report.file.lower().endswith(".docx"):
        data = _made_of(report)
    else:
        try:
            data = Path(report.file).read_bytes()
        except OSError as error:
            raise UnreadableFile(f"“{Path(report.file).name}”打不开，没有公开。") from error
    try:
        copy = copy_of(received(data))
    except UnreadableFile as error:
        raise UnreadableFile(f"“{Path(report.file).name}”打不开，没有公开。") from error
    masked = sum(mask(root) for root in texts(copy))
    return PublicReport(copy, masked, "\n".join(map(_text_of, texts(copy))), copy.left_out)


def _made_of(report: Report) -> bytes:
    """A new Word file with the sections of a report."""
    from selfeval_xl.writers.word import document as word

    document = word.new_document()
    word.title(
        document,
        report.department or "",
        f"{report.year or ''}{'年' if report.year else ''}部门整体支出绩效自评报告",
    )
    for section in report.sections:
        word.heading(
            document, section.title, 1 if section.title.lstrip()[:1] in "一二三四五六七八九十" else 2
        )
        for line in section.text.splitlines():
            word.body(document, clean(line))
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _text_of(root: _Element) -> str:
    """All that a part says, each paragraph and value on a line of its own, and the signs of its lists."""
    signs = (text for element in root.iter() for key, text in element.attrib.items() if key.endswith("}val"))
    texts_of = (
        ("\n" if str(element.tag).endswith(_BEGIN_A_LINE) else "") + (element.text or "")
        for element in root.iter()
    )
    return "".join(texts_of) + "\n" + "".join(text for text in signs if not text.isascii())
