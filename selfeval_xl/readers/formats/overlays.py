"""What lies over the cells of a sheet of Microsoft's packages: text boxes, pictures, notes, conversations."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.grid import Area, Overlay, position
from selfeval_xl.model.notes import of_person
from selfeval_xl.model.numbers import whole
from selfeval_xl.readers.formats.guard import Package
from selfeval_xl.readers.formats.xml_walk import local, tree

_PARTS = re.compile(r"xl/(?:drawings/drawing|(?:threaded)?comments)", re.IGNORECASE)
_ANCHORS = frozenset(("twoCellAnchor", "oneCellAnchor", "absoluteAnchor"))
_CONVERSATION = "tc="  # author of the note that stands for a threaded comment, whose text is elsewhere
MOST = 2_000  # of one sheet


def has_overlays(package: Package) -> bool:
    """Whether any sheet of a workbook may have something over its cells."""
    return any(_PARTS.match(name) for name in package.names)


def overlays_of(
    package: Package, sheet_part: str, binary_notes: Callable[[bytes], Iterator[Overlay]] | None = None
) -> list[Overlay]:
    """What lies over the cells of the sheet in this part; what cannot be read is left out.

    binary_notes: reads the part of notes of a workbook whose parts are no XML.
    """
    found: list[Overlay] = []
    conversations: set[Area | None] = set()
    for kind, part in sorted(_related(package, sheet_part), reverse=True):  # threadedComment before comments
        reader = {"drawing": _drawn, "comments": _notes, "threadedComment": _conversations}.get(kind)
        if reader is None:
            continue
        try:
            if kind == "comments" and binary_notes is not None:
                read = list(binary_notes(package.part(part) or b""))
            else:
                read = list(reader(_root(package, part)))
        except (ElementTree.ParseError, UnreadableFile):
            continue
        if kind == "threadedComment":
            conversations.update(each.area for each in read)
        found += [each for each in read if kind != "comments" or each.area not in conversations]
    return found[:MOST]


def shown_text(text: str) -> str:
    """The text of a box or a note as one line."""
    return " ".join(text.split())


def _related(package: Package, sheet_part: str) -> Iterator[tuple[str, str]]:
    """Kind and name of each part that belongs to a sheet."""
    folder, _, name = sheet_part.rpartition("/")
    names = {each.lower(): each for each in package.names}
    relations = names.get(f"{folder}/_rels/{name}.rels".lower())
    try:
        root = _root(package, relations) if relations else ()
    except (ElementTree.ParseError, UnreadableFile):
        return
    for relation in root:
        target = _resolved(folder, relation.get("Target", ""))
        if target.lower() in names:
            yield relation.get("Type", "").rpartition("/")[2], names[target.lower()]


def _resolved(folder: str, target: str) -> str:
    """The name of the part that a relationship of a part in `folder` points to."""
    if target.startswith("/"):
        return target[1:]
    pieces = folder.split("/")
    for piece in target.replace("\\", "/").split("/"):
        if piece == "..":
            pieces = pieces[:-1]
        elif piece != ".":
            pieces.append(piece)
    return "/".join(pieces)


def _root(package: Package, name: str) -> ElementTree.Element:
    return tree(package.xml(name) or b"<none/>")


def _drawn(drawing: ElementTree.Element) -> Iterator[Overlay]:
    """The text boxes and pictures of a drawing."""
    for anchor in _inside(drawing, _ANCHORS):
        area = _area(anchor)
        paragraphs = [
            "".join(run.text or "" for run in _inside(paragraph, frozenset("t")))
            for body in _inside(anchor, frozenset(("txBody",)))
            for paragraph in _inside(body, frozenset("p"))
        ]
        text = shown_text(" ".join(paragraphs))
        if text:
            yield Overlay(Overlay.BOX, text, area)
        elif any(True for _ in _inside(anchor, frozenset(("pic",)))):
            yield Overlay(Overlay.PICTURE, "", area)


def _inside(element: ElementTree.Element, names: frozenset[str]) -> Iterator[ElementTree.Element]:
    """The outermost descendants of these local names, without what is repeated for older programs."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        name = local(child.tag)
        if name in names:
            yield child
        elif name != "Fallback":
            waiting += reversed(child)


def _area(anchor: ElementTree.Element) -> Area | None:
    """The cells under an anchor; of one that names its first cell only, that cell."""
    corners = {local(child.tag): child for child in anchor if local(child.tag) in ("from", "to")}
    first = _corner(corners.get("from"))
    if first is None:
        return None
    last = _corner(corners.get("to"), before=True) or first
    return Area(*first, max(last[0], first[0]), max(last[1], first[1]))


def _corner(element: ElementTree.Element | None, before: bool = False) -> tuple[int, int] | None:
    """The row and column of a corner; with `before`, the cell before one at whose very edge it lies."""
    if element is None:
        return None
    numbers = {local(child.tag): (child.text or "").strip() for child in element}
    row, column = numbers.get("row", ""), numbers.get("col", "")
    if not (row.isdecimal() and column.isdecimal() and len(row) < 8 and len(column) < 6):
        return None
    at_edge = [before and numbers.get(key, "0") == "0" for key in ("rowOff", "colOff")]
    return int(row) - at_edge[0], int(column) - at_edge[1]


def _notes(comments: ElementTree.Element) -> Iterator[Overlay]:
    """The notes that persons wrote, without their names in front."""
    authors = ["".join(each.itertext()).strip() for each in _inside(comments, frozenset(("author",)))]
    for each in _inside(comments, frozenset(("comment",))):
        number = whole(each.get("authorId"), -1)
        author = authors[number] if 0 <= number < len(authors) else ""
        text = "".join(
            run.text or ""
            for body in _inside(each, frozenset(("text",)))
            for run in _inside(body, frozenset("t"))
        )
        yield from _note_of(each.get("ref", ""), text, author)


def _conversations(comments: ElementTree.Element) -> Iterator[Overlay]:
    """The threaded comments, those of one cell together."""
    texts: dict[str, list[str]] = defaultdict(list)
    for each in _inside(comments, frozenset(("threadedComment",))):
        texts[each.get("ref", "")] += [body.text or "" for body in _inside(each, frozenset(("text",)))]
    for cell, lines in texts.items():
        yield from _note_of(cell, " ".join(lines))


def _note_of(cell: str, text: str, author: str = "") -> Iterator[Overlay]:
    """The note of a cell with this name."""
    try:
        yield from note(position(cell), text, author)
    except ValueError:
        return


def note(place: tuple[int, int], text: str, author: str) -> Iterator[Overlay]:
    """The note of a cell, without its author's name in front; none where nothing in it is a person's."""
    if author.startswith(_CONVERSATION):
        return
    text = of_person(text).strip()
    for mark in ":：":
        text = text.removeprefix(f"{author}{mark}") if author else text
    if text.strip():
        yield Overlay(Overlay.NOTE, shown_text(text), Area(*place, *place))
