"""Pictures, text boxes and comments in the paragraphs of a Word document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.grid import Area, Overlay
from selfeval_xl.readers.formats.guard import Package
from selfeval_xl.readers.formats.xml_walk import local, tree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMMENTS = "word/comments.xml"
_SIGNS = (b"drawing", b"pict>", b"pict ", b"txbxContent", b"commentReference")
_DELETED = frozenset(("del", "moveFrom"))
# What is drawn is written twice, in today's form and for older programs.
_LEFT_OUT = _DELETED | {"Fallback"}
_PICTURES, _BOX, _COMMENT = frozenset(("pic", "imagedata")), "txbxContent", "commentReference"


def has_objects(document: bytes) -> bool:
    """Whether the XML of a document may have pictures, text boxes or comments."""
    return any(sign in document for sign in _SIGNS)


def comments_in(package: Package) -> dict[str, str]:
    """The texts of a document's comments by their number."""
    try:
        root = tree(package.xml(_COMMENTS) or b"<none/>")
    except (ElementTree.ParseError, UnreadableFile):
        return {}
    return {
        each.get(f"{_W}id", ""): " ".join(_text(each).split())
        for each in root
        if local(each.tag) == "comment"
    }


def objects_in(
    paragraphs: Iterable[ElementTree.Element], comments: Mapping[str, str], area: Area | None
) -> tuple[bool, list[Overlay]]:
    """Whether there is a picture in these paragraphs, and the text boxes and comments that hang on them.

    comments: texts by number. area: the cells of the paragraphs; None outside tables.
    """
    picture = False
    found: list[Overlay] = []
    for element in (each for paragraph in paragraphs for each in _drawn(paragraph)):
        name = local(element.tag)
        picture = picture or name in _PICTURES
        text = ""
        if name == _BOX:
            text = " ".join(_text(element).split())
        elif name == _COMMENT:
            text = comments.get(element.get(f"{_W}id", ""), "")
        if text:
            found.append(Overlay(Overlay.NOTE if name == _COMMENT else Overlay.BOX, text, area))
    return picture, found


def _drawn(paragraph: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The pictures, text boxes and references to comments in a paragraph, without what is in a text box."""
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        name = local(element.tag)
        if name in _PICTURES or name in (_BOX, _COMMENT):
            yield element
        elif name not in _LEFT_OUT:
            waiting += reversed(element)


def _text(element: ElementTree.Element) -> str:
    """The text in an element, its paragraphs apart."""
    waiting, parts = [element], []
    while waiting:
        each = waiting.pop()
        name = local(each.tag)
        if name == "t":
            parts.append(each.text or "")
        elif name not in _LEFT_OUT:
            parts.append(" " if name == "p" else "")
            waiting += reversed(each)
    return "".join(parts)
