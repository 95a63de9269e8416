"""Walking through XML of unknown size without keeping what has been walked through."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

from ..errors import UnreadableFile
from .guard import TOO_BIG

MAX_DEPTH = 200
MAX_TAGS = 2_000_000  # of a part of which more than a row is kept at a time: about 250 MB of elements


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def walk(xml: bytes, keep: frozenset[str]) -> Iterator[tuple[str, str, ElementTree.Element]]:
    """start and end of every element, with its local name.

    ParseError where the XML is broken or nested without end.

    An element whose local name is in `keep` is whole at its end; any other loses its children as soon as they
    have ended.
    """
    parents: list[ElementTree.Element] = []
    kept = 0
    for event, element in ElementTree.iterparse(BytesIO(xml), events=("start", "end")):
        name = local(element.tag)
        if event == "start":
            parents.append(element)
            if len(parents) > MAX_DEPTH:
                raise ElementTree.ParseError("nested too deeply")
            if kept or name in keep:
                kept += 1
            yield event, name, element
        else:
            yield event, name, element
            parents.pop()
            if kept:
                kept -= 1
            if not kept and parents:
                del parents[-1][:]


def small_enough(xml: bytes) -> bytes:
    """The same XML; UnreadableFile when it has more tags than fit into memory as elements."""
    if xml.count(b"<") > MAX_TAGS:
        raise UnreadableFile(TOO_BIG)
    return xml
