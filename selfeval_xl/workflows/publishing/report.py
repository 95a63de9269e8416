"""The public copy of a report as a Word file.

It has no remarks, tracked changes, hidden text or names of authors; numbers of persons are masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Report
from selfeval_xl.rules.narrative import clean
from selfeval_xl.rules.public import without_personal
from selfeval_xl.workflows.publishing.visible_only import (
    hidden_styles,
    leave_visible,
    name_plainly,
    take_out,
    without_metadata,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.package import OpcPackage
    from docx.opc.part import Part
    from lxml.etree import _Element

_DROPPED_PARTS = (
    "comments",
    "people",
    "custom-properties",
    "customXml",
    "glossaryDocument",
    "attachedTemplate",
    "mailMergeSource",
    "thumbnail",
)
_KEPT_SETTINGS = (  # how a text is laid out, and nothing of how it came about
    *("zoom", "mirrorMargins", "alignBordersAndEdges", "gutterAtTop", "defaultTabStop", "evenAndOddHeaders"),
    *("drawingGridHorizontalSpacing", "drawingGridVerticalSpacing", "displayHorizontalDrawingGridEvery"),
    *(
        "displayVerticalDrawingGridEvery",
        "characterSpacingControl",
        "hdrShapeDefaults",
        "footnotePr",
        "endnotePr",
    ),
    *("compat", "themeFontLang", "clrSchemeMapping", "shapeDefaults", "decimalSymbol", "listSeparator"),
)
_EMBEDDED = ("package", "oleObject", "control")  # whole workbooks behind a chart or an object
_BESIDE = ("footnotes", "endnotes")


@dataclass(frozen=True, slots=True)
class PublicReport:
    """A report as it may be published.

    masked: the count of masked numbers. text: all of it, notes too. pictures: how many were left out.
    """

    document: Document
    masked: int
    text: str
    pictures: int = 0


def public_report(report: Report) -> PublicReport:
    """The public copy of a report: its Word file cleaned, or one made of the sheet 自评报告.

    Raises UnreadableFile where it cannot be opened.
    """
    from zipfile import BadZipFile

    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.oxml.ns import qn

    if report.sheet is not None or not report.file.lower().endswith(".docx"):
        document = _made_of(report)
    else:
        try:
            document = docx.Document(report.file)
        except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
            raise UnreadableFile(f"“{Path(report.file).name}”打不开，没有公开。") from error
    hidden = hidden_styles(document.styles.element)
    pictures = sum(leave_visible(root, part, hidden) for root, part in _roots_with_parts(document))
    masked = sum(_mask(root) for root in _roots(document))
    beside = [_clean_part(part, hidden) for part in _parts(document.part, _BESIDE)]
    _forget_authors(document)
    _forget_embedded(document)
    without_metadata(document.part.package)
    text = "\n".join(
        "".join(paragraph.itertext()) for root in _roots(document) for paragraph in root.iter(qn("w:p"))
    )
    return PublicReport(
        document,
        masked + sum(note.masked for note in beside),
        "\n".join([text, *(note.text for note in beside)]),
        pictures + sum(note.pictures for note in beside),
    )


def _made_of(report: Report) -> Document:
    """A new document with the sections of a report."""
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
    return document


def _roots(document: Document) -> list[_Element]:
    """The root elements of the text, of headers and of footers."""
    return [root for root, _ in _roots_with_parts(document)]


def _roots_with_parts(document: Document) -> list[tuple[_Element, Part]]:
    """The root elements of the text, of headers and of footers, each with its part."""
    roots: list[tuple[_Element, Part]] = [(document.element.body, document.part)]
    for section in document.sections:
        roots += [
            (part._element, part.part)
            for part in (
                section.header,
                section.footer,
                section.first_page_header,
                section.first_page_footer,
                section.even_page_header,
                section.even_page_footer,
            )
            if not part.is_linked_to_previous
        ]
    return roots


def _mask(root: _Element) -> int:
    """Masks personal numbers, also those that Word cut into several runs; returns how many there were."""
    from docx.oxml.ns import qn

    count = 0
    for paragraph in root.iter(qn("w:p")):
        texts = list(paragraph.iter(qn("w:t")))
        whole = "".join(element.text or "" for element in texts)
        shown, found = without_personal(whole)
        count += found
        if found:  # a masked text is as long as it was
            begin = 0
            for element in texts:
                end = begin + len(element.text or "")
                element.text = shown[begin:end]
                begin = end
    return count


def _forget_authors(document: Document) -> None:
    """Empties the document's properties, cleans its styles, and drops the parts that name persons."""
    properties = document.core_properties._element
    for child in list(properties):
        properties.remove(child)
    take_out(document.styles.element)
    name_plainly(document.styles.element)
    _drop(document.part, _DROPPED_PARTS)
    _drop(document.part.package, ("extended-properties", *_DROPPED_PARTS))


def _parts(part: Part, kinds: Iterable[str]) -> list[Part]:
    """The parts of these kinds inside the file that a part refers to."""
    return [
        relation.target_part
        for relation in part.rels.values()
        if not relation.is_external and relation.reltype.rpartition("/")[2] in kinds
    ]


class _Note(NamedTuple):
    """What was found in footnotes or endnotes: masked numbers, text, pictures left out."""

    masked: int
    text: str
    pictures: int


def _clean_part(part: Part, hidden: frozenset[str]) -> _Note:
    """Cleans and masks footnotes or endnotes, which python-docx keeps as bytes."""
    from docx.oxml import parse_xml
    from lxml import etree

    root = parse_xml(part.blob)
    pictures = leave_visible(root, part, hidden)
    count = _mask(root)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return _Note(count, "".join(root.itertext()), pictures)


def _forget_embedded(document: Document) -> None:
    """Drops the workbooks and objects behind charts and pictures; the pictures stay.

    A chart pasted from Excel brings its whole workbook along, hidden sheets and all.
    """
    from docx.oxml.ns import qn
    from lxml import etree

    for chart in _parts(document.part, ("chart",)):
        root = etree.fromstring(chart.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        for element in [
            element
            for element in root
            if isinstance(element.tag, str) and element.tag.endswith("}externalData")
        ]:
            root.remove(element)
        chart._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        _drop(chart, _EMBEDDED)
    for element in list(
        document.element.body.iter("{urn:schemas-microsoft-com:office:office}OLEObject", qn("w:control"))
    ):
        element.getparent().remove(element)
    _drop(document.part, _EMBEDDED)
    settings = document.settings.element
    for element in list(settings):
        if element.tag.rpartition("}")[2] not in _KEPT_SETTINGS:
            settings.remove(element)
    for part in _parts(document.part, ("settings",)):
        _drop(part, ("attachedTemplate", "mailMergeSource"))


def _drop(part: Part | OpcPackage, kinds: Iterable[str]) -> None:
    """Takes parts of these kinds out of the file, which is written by following its relations."""
    prefixes = tuple(kind.lower() for kind in kinds)
    for identity, relation in list(part.rels.items()):
        if relation.reltype.rpartition("/")[2].lower().startswith(prefixes):
            del part.rels[identity]
