"""The parts of a package under the names that Office uses.

Where a part lies is said by the relationships, from `_rels/.rels` on; Office itself follows nothing else. The
libraries and readers look for `xl/workbook.xml` and its like, so a package with other names is put together
anew in memory.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import Package, open_package, pack
from selfeval_xl.readers.formats.xml_walk import tree

_ROOT = "_rels/.rels"
_CORE = "docProps/core.xml"
_MAIN = "officeDocument"
# What the first bytes of a main part contain, and the name that Office gives such a part.
_MAIN_PARTS = (
    (b"spreadsheetml", "xl/workbook.xml"),
    (b"wordprocessingml", "word/document.xml"),
    (b"\x83\x01", "xl/workbook.bin"),  # the record BrtBeginBook
)
_USUAL_MAIN = frozenset(name for _, name in _MAIN_PARTS)
# The name without ending of a part by the last word of its relationship's type; {} stands for a number.
_PLACES = {
    "styles": "styles",
    "sharedStrings": "sharedStrings",
    "sheetMetadata": "metadata",
    "vbaProject": "vbaProject",
    "worksheet": "worksheets/sheet{}",
    "chartsheet": "chartsheets/sheet{}",
    "dialogsheet": "dialogsheets/sheet{}",
    "xlMacrosheet": "macrosheets/sheet{}",
    "externalLink": "externalLinks/externalLink{}",
    "drawing": "drawings/drawing{}",
    "comments": "comments{}",
    "threadedComment": "threadedComments/threadedComment{}",
    "rdRichValue": "richData/rdrichvalue",
    "rdRichValueStructure": "richData/rdrichvaluestructure",
}
_WORD_PLACES = {"styles": "styles", "comments": "comments", "vbaProject": "vbaProject"}
_USUAL = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/[^/]+|xl/(?:workbook|styles|sharedStrings|calcChain)\.xml|"
    r"xl/_rels/workbook\.xml\.rels|xl/worksheets/(?:_rels/)?sheet\d+\.xml(?:\.rels)?|xl/theme/[^/]+|"
    r"xl/(?:drawings|media|printerSettings|tables)/.+|xl/comments\d+\.xml"
)
_SHEET = re.compile(r"xl/\w*sheets/[^/]+$", re.IGNORECASE)


class _Relation(NamedTuple):
    """Last word of the type of a relationship, the part it leads to, and its element."""

    kind: str
    part: str
    element: ElementTree.Element


def usually_named(package: Package) -> Package:
    """The same package where its parts have their usual names; else one with those that are read."""
    if "xl/workbook.xml" in package.entries and all(map(_USUAL.fullmatch, package.entries)):
        return package  # nothing in it could be another main part, sheet or part with styles or texts
    try:
        names = {name.lower(): name for name in package.names}
        main = next((each.part for each in _relations(package, names, "") if each.kind == _MAIN), "")
        usual = main.lower() if main.lower() in _USUAL_MAIN else _usual_main(package, main)
        if not usual or usual == main.lower() and not _strays(package, names, main):
            return package
        return _renamed(package, names, main, usual)
    except (ElementTree.ParseError, UnreadableFile):
        return package  # whoever reads it says what is wrong


def _usual_main(package: Package, main: str) -> str:
    """The name that Office gives a main part like this; "" for one of another program."""
    head = (package.part(main) or b"")[:2048] if main else b""
    return next((name for sign, name in _MAIN_PARTS if sign in (head if len(sign) > 2 else head[:2])), "")


def _strays(package: Package, names: dict[str, str], main: str) -> bool:
    """Whether a part of a workbook lies where readers do not look: styles, texts, or a sheet."""
    if not main.startswith("xl/"):
        return False
    wanted = {"styles": "xl/styles", "sharedStrings": "xl/sharedstrings"}
    return any(
        not _SHEET.match(each.part)
        if each.kind == "worksheet"
        else each.kind in wanted and posixpath.splitext(each.part.lower())[0] != wanted[each.kind]
        for each in _relations(package, names, main)
    )


def _relations_of(part: str) -> str:
    """The name of the part with a part's relationships; those of the package for ""."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relations(package: Package, names: dict[str, str], part: str) -> Iterator[_Relation]:
    """The relationships of a part to parts that are there. names: those of all parts by lower case."""
    found = names.get(_relations_of(part).lower())
    xml = package.xml(found) if found else None
    for element in tree(xml) if xml else ():
        target = element.get("Target", "").replace("\\", "/")
        if element.get("TargetMode") != "External" and target:
            # some programs write the name from the root as if it were relative
            near = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
            there = names.get(near.lower()) or names.get(target.lstrip("/").lower())
            if there:
                yield _Relation(element.get("Type", "").rpartition("/")[2], there, element)


def _renamed(package: Package, names: dict[str, str], main: str, usual: str) -> Package:
    """A package with the main part under its usual name, and the parts that it and its sheets lead to."""
    folder = posixpath.dirname(usual)
    places = _PLACES if folder == "xl" else _WORD_PLACES
    renamed = {main: usual}
    waiting, relations = [main], {}
    while waiting:
        part = waiting.pop()
        relations[part] = list(_relations(package, names, part))
        for each in relations[part]:
            if each.part not in renamed and each.kind in places:
                stem, ending = places[each.kind], posixpath.splitext(each.part)[1]
                renamed[each.part] = f"{folder}/{stem.format(len(renamed))}{ending}"
                waiting += [each.part] if each.kind != "externalLink" else []
    core = [name for name in (names.get(_CORE.lower()),) if name]
    inflated = package.parts([*renamed, *core])
    parts = {renamed.get(name, name): part for name, part in inflated.items()}
    parts[_ROOT] = _written([_Relation(_MAIN, main, _main_relation(package, names))], renamed)
    for part, found in relations.items():
        if found:
            parts[_relations_of(renamed[part])] = _written(found, renamed, posixpath.dirname(renamed[part]))
    return open_package(pack(parts).getvalue())


def _main_relation(package: Package, names: dict[str, str]) -> ElementTree.Element:
    """The relationship that leads to the main part."""
    return next(each.element for each in _relations(package, names, "") if each.kind == _MAIN)


def _written(relations: list[_Relation], renamed: dict[str, str], folder: str = "") -> bytes:
    """The relationships of a part in this folder as XML, with the targets under their new names."""
    root = ElementTree.Element("Relationships")
    root.set("xmlns", "http://schemas.openxmlformats.org/package/2006/relationships")
    for each in relations:
        element = ElementTree.SubElement(root, "Relationship", each.element.attrib)
        target = renamed.get(each.part, each.part)
        element.set("Target", posixpath.relpath(f"/{target}", f"/{folder}"))  # calamine knows no other
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
