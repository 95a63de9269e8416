"""XML of unknown size and shape in bounded memory: a walk that frees what it has seen, and whole trees.

An element takes up to 300 bytes, an attribute as many, and a text is kept in one piece a line until it is
asked for; so a part of 64 MB could take 2 GB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import TOO_BIG

MAX_DEPTH = 200
MAX_TAGS = 2_000_000  # in a part that is walked through in large pieces; more take too long
MAX_HELD = 4 << 20  # bytes of XML that a walk holds as elements at once: up to 160 MB
MAX_WEIGHT = 200 << 20  # bytes that a whole tree takes at most
_PIECE = 64 << 10  # bytes that are parsed at once
_ELEMENT = _ATTRIBUTE = 300  # bytes
_LINE = 90  # bytes of a piece of text
_NARROW, _WIDE = 2, 5  # bytes of memory for a byte of text; one rare sign makes every letter of its text wide
_FOUR_BYTES = re.compile(rb"[\xf0-\xf4]|&#")


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def walk(
    xml: bytes, keep: frozenset[str], most: int | None = None
) -> Iterator[tuple[str, str, ElementTree.Element]]:
    """Event (start, end), local name and element, for every element of the XML.

    An element whose local name is in `keep` is whole at its end; any other loses its children as soon as they
    have ended. most: children that an element keeps; None for all. Raises ParseError where the XML is broken
    or nested too deeply, UnreadableFile where one element to be kept, a tag or a text is too large.
    """
    parents: list[ElementTree.Element] = []
    held_before: list[int] = []  # by open element: bytes held before it
    held = kept_depth = 0
    for pending, event, element in _events(xml):
        held += pending
        if held > MAX_HELD:
            raise UnreadableFile(TOO_BIG)
        name = local(element.tag)
        if event == "start":
            parents.append(element)
            held_before.append(held - pending)
            if len(parents) > MAX_DEPTH:
                raise ElementTree.ParseError("nested too deeply")
            if kept_depth or name in keep:
                kept_depth += 1
            yield event, name, element
        else:
            yield event, name, element
            parents.pop()
            before = held_before.pop()
            if kept_depth:
                kept_depth -= 1
            if not kept_depth:
                held = before
            if parents and not kept_depth:
                del parents[-1][:]
            elif parents and most is not None and len(parents[-1]) > most:
                del parents[-1][most:]
                held = before


def _events(xml: bytes) -> Iterator[tuple[int, str, ElementTree.Element]]:
    """The events of a parser, each with the bytes that it was given since the last one.

    Raises UnreadableFile where a single tag or text is longer than is held.
    """
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    pending = 0
    for at in range(0, len(xml) + 1, _PIECE):
        piece = xml[at : at + _PIECE]
        try:
            if piece:
                parser.feed(piece)
                pending += len(piece)
            if len(piece) < _PIECE:
                parser.close()
        except (LookupError, ValueError) as fault:  # an encoding that nobody knows
            raise ElementTree.ParseError(str(fault)) from fault
        for found in parser.read_events():
            yield pending, *found
            pending = 0
        if pending > MAX_HELD:
            raise UnreadableFile(TOO_BIG)


def tree(xml: bytes) -> ElementTree.Element:
    """The root of XML that is held whole.

    Raises ParseError where it is broken or names an encoding that nobody knows, UnreadableFile where it takes
    too much memory.
    """
    try:
        return ElementTree.fromstring(small_enough(xml))
    except (LookupError, ValueError) as fault:
        raise ElementTree.ParseError(str(fault)) from fault


def small_enough(xml: bytes) -> bytes:
    """The same XML; UnreadableFile when it takes too much memory as elements, all at once."""
    if len(xml) > MAX_HELD // 2 and weight(xml) > MAX_WEIGHT:
        raise UnreadableFile(TOO_BIG)
    return xml


def weight(xml: bytes) -> int:
    """The bytes that the elements of this XML take at most, when all are held."""
    return (
        len(xml) * (_WIDE if _FOUR_BYTES.search(xml) else _NARROW)
        + _ELEMENT * (xml.count(b"<") - xml.count(b"</"))
        + _ATTRIBUTE * xml.count(b"=")
        + _LINE * (xml.count(b"\n") + xml.count(b"\r") + xml.count(b"&"))
    )


def few_tags(xml: bytes) -> bytes:
    """The same XML; UnreadableFile when it has more tags than can be walked through in time."""
    if xml.count(b"<") > MAX_TAGS:
        raise UnreadableFile(TOO_BIG)
    return xml
