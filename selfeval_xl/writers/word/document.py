"""Word documents in the style of Chinese official papers (GB/T 9704).

A4, titles in 小标宋, body in 仿宋 at 16 pt on lines of 28 pt, page numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.files import write_out
from selfeval_xl.writers.xlsx.worksheet import plain_text

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.text.font import CT_RPr
    from docx.section import Section
    from docx.shared import Length
    from docx.styles.style import BaseStyle, CharacterStyle
    from docx.table import _Row
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

TITLE, HEADING, SECOND = "方正小标宋简体", "黑体", "楷体_GB2312"
BODY, TABLE = "仿宋_GB2312", "仿宋_GB2312"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE = 22, 16, 10.5  # points
LINE = 28  # points, exactly
LATIN = "Times New Roman"
MISSING = "【待填写】"
_MINUS = re.compile(r"(?<![0-9A-Za-z])-(?=\d)")
_OF_THE_LIBRARY = 2013  # the year that python-docx gives a new document


def new_document(template: str | Path | None = None) -> Document:
    """An empty document with the page, the styles and the page number of official papers.

    A template is opened unchanged.
    """
    import docx
    from docx.shared import Mm, Pt

    document = docx.Document(str(template) if template else None)
    if template:
        return document
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    section.footer_distance = Mm(25)
    styles = {
        "Normal": (BODY, BODY_SIZE),
        "Title": (TITLE, TITLE_SIZE),
        "Heading 1": (HEADING, BODY_SIZE),
        "Heading 2": (SECOND, BODY_SIZE),
    }
    for name, (font, size) in styles.items():
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
        _fonts(style.element.get_or_add_rPr(), font)
        _black(style)
        spacing = style.paragraph_format
        spacing.space_before = spacing.space_after = Pt(0)
        spacing.line_spacing = Pt(LINE if name != "Title" else 36)
        spacing.keep_with_next = name.startswith("Heading")
    _no_border(document.styles["Title"])
    _page_number(section)
    document.core_properties.author = document.core_properties.last_modified_by = ""
    document.core_properties.comments = ""
    return document


def title(document: Document, *lines: str) -> None:
    """Adds the title of a paper: centred lines in 小标宋."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for line in lines:
        paragraph = document.add_paragraph(style="Title")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(paragraph, line)


def heading(document: Document, text: str, level: int = 1) -> Paragraph:
    """Adds a heading, indented like a paragraph."""
    paragraph = document.add_paragraph(style=f"Heading {level}")
    paragraph.paragraph_format.first_line_indent = _two_letters()
    write(paragraph, text)
    return paragraph


def body(document: Document, text: str, indent: bool = True, right: bool = False) -> Paragraph:
    """Adds a paragraph of text, two letters indented; 【待填写】 in it is highlighted."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = document.add_paragraph()
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif indent:
        paragraph.paragraph_format.first_line_indent = _two_letters()
    write(paragraph, text)
    return paragraph


def write(paragraph: Paragraph, text: str) -> None:
    """Adds a text to a paragraph, 【…】 highlighted and everything else plain."""
    from docx.enum.text import WD_COLOR_INDEX

    rest = plain_letters(text)
    while rest:
        before, sign, after = rest.partition("【")
        inside, closed, tail = after.partition("】")
        if not sign or not closed:
            _add_run(paragraph, rest)
            return
        if before:
            _add_run(paragraph, before)
        paragraph.add_run(f"【{inside}】").font.highlight_color = WD_COLOR_INDEX.YELLOW
        rest = tail


def _add_run(paragraph: Paragraph, text: str) -> None:
    """Adds a text whose minus signs stay with their numbers: Word breaks a line behind a plain hyphen."""
    from docx.oxml import OxmlElement

    first, *rest = _MINUS.split(text)
    run = paragraph.add_run(first)
    for piece in rest:
        run._element.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(piece)


def plain_letters(text: str) -> str:
    """The text without letters that a Word file cannot hold."""
    return plain_text(text).replace("_x005F_", "_")


def table(
    document: Document,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[float] | None = None,
    caption: str = "",
) -> None:
    """Adds a framed table, its head repeated on each page; numbers right, everything else left.

    widths: of the columns in millimetres.
    """
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm

    if caption:
        _caption(document, caption)
    rows = [list(row) for row in rows]
    made = document.add_table(1 + len(rows), len(head))
    made.style, made.alignment, made.autofit = (
        document.styles["Table Grid"],
        WD_TABLE_ALIGNMENT.CENTER,
        widths is None,
    )
    for column, width in enumerate(widths or ()):
        made.columns[column].width = Mm(width)
    for number, texts in enumerate([list(head), *rows]):
        cells = made.rows[number].cells
        for column, text in enumerate(texts):
            _table_text(cells[column].paragraphs[0], text, is_head=not number, is_first=not column)
            if widths:
                cells[column].width = Mm(widths[column])
        _keep_whole(made.rows[number], head=not number)
    document.add_paragraph()


def _caption(document: Document, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = document.add_paragraph()
    paragraph.alignment, paragraph.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
    font_run(paragraph.add_run(text), HEADING, 14)


def _table_text(paragraph: Paragraph, text: str, is_head: bool, is_first: bool) -> None:
    """Writes the text of a table's cell; numbers stand at the right, but not in the first column."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.paragraph_format.line_spacing = Pt(18)
    if is_head:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif not is_first and _is_number(text):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    write(paragraph, text)
    for run in paragraph.runs:
        run.font.size = Pt(TABLE_SIZE)
        if is_head:
            _fonts(run._element.get_or_add_rPr(), HEADING)


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").replace("%", "").lstrip("-").isdigit()


def signature(document: Document, name: str, day: str) -> None:
    """Adds name and date at the end of a paper (落款), at the right, kept together."""
    from docx.shared import Pt

    document.add_paragraph()
    for number, line in enumerate((name, day)):
        paragraph = body(document, line, right=True)
        paragraph.paragraph_format.right_indent = Pt(2 * BODY_SIZE)
        paragraph.paragraph_format.keep_with_next = not number


def save(document: Document, out: str | Path, today: date | None = None) -> None:
    """Writes the file, first under a temporary name, dated today. Raises OutputError."""
    now = datetime.combine(today or date.today(), time())
    properties = document.core_properties
    if properties.created is None or properties.created.year == _OF_THE_LIBRARY:
        properties.created = now
    properties.modified = now
    write_out(Path(out), lambda file: document.save(str(file)))


def font_run(run: Run, font: str, size: float | None = None) -> None:
    """Sets a run in another font, for Chinese letters too."""
    from docx.shared import Pt

    _fonts(run._element.get_or_add_rPr(), font)
    if size:
        run.font.size = Pt(size)


def _fonts(properties: CT_RPr, font: str) -> None:
    """Sets the fonts of a style or run, for Chinese and Latin letters."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", font), ("cs", LATIN)):
        fonts.set(qn(f"w:{name}"), value)
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def _black(style: CharacterStyle) -> None:
    from docx.shared import RGBColor

    style.font.color.rgb = RGBColor(0, 0, 0)


def _no_border(style: BaseStyle) -> None:
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _two_letters() -> Length:
    from docx.shared import Pt

    return Pt(2 * BODY_SIZE)


def _page_number(section: Section) -> None:
    """Puts the page number — 1 — in the middle of the foot."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for piece in ("— ", "PAGE", " —"):
        run = paragraph.add_run()
        font_run(run, "宋体", 14)
        if piece != "PAGE":
            run.text = piece
            continue
        for kind in ("begin", None, "separate", "1", "end"):
            if kind in ("begin", "separate", "end"):
                element = OxmlElement("w:fldChar")
                element.set(qn("w:fldCharType"), kind)
            elif kind is None:
                element = OxmlElement("w:instrText")
                element.text = "PAGE"
            else:
                element = OxmlElement("w:t")
                element.text = kind
            run._element.append(element)


def _keep_whole(row: _Row, head: bool) -> None:
    """Keeps a row on one page; the head is repeated on each."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader")[: 1 + head]:
        properties.append(OxmlElement(name))
