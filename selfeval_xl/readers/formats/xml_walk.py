"""A walk through XML of unknown size that frees each element once it has been seen."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import TOO_BIG

MAX_DEPTH = 200
MAX_TAGS = 2_000_000  # in a part that is held as elements, whole or in large pieces: about 250 MB


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def walk(
    xml: bytes, keep: frozenset[str], most: int | None = None
) -> Iterator[tuple[str, str, ElementTree.Element]]:
    """Event (start, end), local name and element, for every element of the XML.

    An element whose local name is in `keep` is whole at its end; any other loses its children as soon as they
    have ended. most: children that an element keeps; None for all. Raises ParseError where the XML is broken
    or nested too deeply.
    """
    parents: list[ElementTree.Element] = []
    kept_depth = 0
    for event, element in ElementTree.iterparse(BytesIO(xml), events=("start", "end")):
        name = local(element.tag)
        if event == "start":
            parents.append(element)
            if len(parents) > MAX_DEPTH:
                raise ElementTree.ParseError("nested too deeply")
            if kept_depth or name in keep:
                kept_depth += 1
            yield event, name, element
        else:
            yield event, name, element
            parents.pop()
            if kept_depth:
                kept_depth -= 1
            if parents and not kept_depth:
                del parents[-1][:]
            elif parents and most is not None:
                del parents[-1][most:]


def small_enough(xml: bytes) -> bytes:
    """The same XML; UnreadableFile when it has more tags than fit into memory as elements."""
    if xml.count(b"<") > MAX_TAGS:
        raise UnreadableFile(TOO_BIG)
    return xml
