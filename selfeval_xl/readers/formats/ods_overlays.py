"""What lies over a cell of an OpenDocument spreadsheet: its note, and drawings that are tied to it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from selfeval_xl.model.grid import Area, Overlay, position
from selfeval_xl.model.notes import of_person
from selfeval_xl.readers.formats.xml_walk import local

_END = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}end-cell-address"
_PARAGRAPH = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_DRAWN = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_NOTE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation"


def overlays_in(cell: ElementTree.Element, row: int, column: int) -> Iterator[Overlay]:
    """The note of a cell element and the text boxes and pictures in it."""
    for child in cell:
        if child.tag == _NOTE:
            text = _text(child)
            if text:
                yield Overlay(Overlay.NOTE, text, Area(row, column, row, column))
        elif child.tag.startswith(_DRAWN):
            area = _area(child, row, column)
            text = _text(child)
            if text:
                yield Overlay(Overlay.BOX, text, area)
            elif any(local(each.tag) == "image" for each in child):
                yield Overlay(Overlay.PICTURE, "", area)


def _text(element: ElementTree.Element) -> str:
    """What a person wrote in the paragraphs of a note or a drawing, as one line."""
    lines = ("".join(paragraph.itertext()) for paragraph in element.iter(_PARAGRAPH))
    return " ".join(of_person("\n".join(lines)).split())


def _area(drawing: ElementTree.Element, row: int, column: int) -> Area:
    """The cells from the one that a drawing is tied to, to the one where it ends."""
    try:
        bottom, right = position(drawing.get(_END, "").rpartition(".")[2])
    except ValueError:
        bottom, right = row, column
    return Area(row, column, max(row, bottom), max(column, right))
