"""The parts of a received Word file, each inflated only when it is asked for."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import DAMAGED, Package, open_package
from selfeval_xl.readers.formats.xml_walk import small_enough

if TYPE_CHECKING:
    from lxml.etree import _Element

DOCUMENT = "word/document.xml"
# The namespaces of strict Open XML, with the usual ones.
_USUAL = tuple(
    (f"http://purl.oclc.org/ooxml/{strict}".encode(), f"http://schemas.openxmlformats.org/{usual}".encode())
    for strict, usual in (
        ("wordprocessingml/main", "wordprocessingml/2006/main"),
        ("officeDocument/relationships", "officeDocument/2006/relationships"),
        ("officeDocument/math", "officeDocument/2006/math"),
        ("drawingml/main", "drawingml/2006/main"),
        ("drawingml/chart", "drawingml/2006/chart"),
        ("drawingml/picture", "drawingml/2006/picture"),
        ("drawingml/wordprocessingDrawing", "drawingml/2006/wordprocessingDrawing"),
    )
)
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class Story:
    """A text of its own: the document, a header, a footer, the notes.

    related: kind and part for each relation to a part of the file. outside: the relations to anything else.
    """

    root: _Element
    related: Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Received:
    """A received Word file."""

    package: Package
    _stories: dict[str, Story | None] = field(default_factory=dict)

    def story(self, name: str) -> Story | None:
        """The part of this name as elements, with its relations; None where there is none."""
        if name not in self._stories:
            root = self.xml(name)
            self._stories[name] = None if root is None else Story(root, self.relations(name))
        return self._stories[name]

    def beside(self, kind: str) -> Story | None:
        """The part that the document refers to by this kind of relation."""
        document = self.story(DOCUMENT)
        found = document and next((part for each, part in document.related.values() if each == kind), None)
        return self.story(found) if found else None

    def xml(self, name: str) -> _Element | None:
        """A part as elements; None where there is none. Raises UnreadableFile where it is damaged."""
        from lxml import etree

        part = self.package.xml(name)
        if part is None:
            return None
        for strict, usual in _USUAL:
            part = part.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(small_enough(part), parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableFile(DAMAGED) from error

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Kind and part of each relation of a part that stays in the file, by its identity."""
        folder, _, own = name.rpartition("/")
        root = self.xml(f"{folder}/_rels/{own}.rels")
        found = {}
        for each in () if root is None else root.iter(_RELATION):
            if each.get("TargetMode", "Internal") == "Internal":
                target = unquote(each.get("Target", ""))
                part = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
                found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], part)
        return found


def received(data: bytes) -> Received:
    """The Word file in these bytes. Raises UnreadableFile where it is none."""
    found = Received(open_package(data))
    if found.story(DOCUMENT) is None:
        raise UnreadableFile(DAMAGED)
    return found
