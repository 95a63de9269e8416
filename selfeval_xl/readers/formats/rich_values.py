"""Rich values of Excel: which cells hold a picture (placed in the cell, or by IMAGE).

Such a cell is an error `#VALUE!` for older programs. Its attribute vm leads by way of xl/metadata.xml to a
rich value, and that to a structure whose name says what it is; other structures are data types and errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.numbers import whole
from selfeval_xl.readers.formats.guard import Package
from selfeval_xl.readers.formats.xml_walk import local, tree

_METADATA, _FOLDER = "xl/metadata.xml", "xl/richData/"
_PICTURES = frozenset(("_localImage", "_webimage"))
_RICH = "XLRICHVALUE"
_CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3}\d{1,7})[\"']")
_VALUE = re.compile(rb"\bvm\s*=\s*[\"'](\d{1,7})[\"']")


def cells_with_pictures(sheet: bytes, package: Package) -> list[str]:
    """The A1 names of the cells of a sheet's XML whose rich value is a picture."""
    if _METADATA not in package.names or b"vm=" not in sheet:
        return []
    pictures = _picture_numbers(package)
    return [
        reference[1].decode()
        for cell in _CELL.findall(sheet)
        if (reference := _REFERENCE.search(cell))
        and (value := _VALUE.search(cell))
        and whole(value[1].decode(), -1) in pictures
    ]


def only_pictures(package: Package) -> bool:
    """Whether all rich values of a workbook are pictures."""
    kinds = set(_structures(package))
    return bool(kinds) and kinds <= _PICTURES


def _picture_numbers(package: Package) -> frozenset[int]:
    """The numbers, from 1, by which cells name a picture."""
    try:
        metadata = _root(package, _METADATA)
        structures = _structures(package)
        kinds = [
            structures[number] if (number := _number(value.get("s"))) in range(len(structures)) else ""
            for value in _children(_root(package, f"{_FOLDER}rdrichvalue.xml"), "rv")
        ]
        types = [each.get("name") for each in _under(metadata, "metadataTypes")]
        future = next((part for part in metadata if part.get("name") == _RICH), ElementTree.Element("none"))
        values = [
            next((_number(each.get("i")) for each in block.iter() if local(each.tag) == "rvb"), -1)
            for block in _children(future, "bk")
        ]
    except (ElementTree.ParseError, UnreadableFile):
        return frozenset()
    found = set()
    for number, block in enumerate(_under(metadata, "valueMetadata"), 1):
        for record in block:
            kind, at = _number(record.get("t")) - 1, _number(record.get("v"))
            if kind in range(len(types)) and types[kind] == _RICH and at in range(len(values)):
                value = values[at]
                if value in range(len(kinds)) and kinds[value] in _PICTURES:
                    found.add(number)
    return frozenset(found)


def _structures(package: Package) -> list[str]:
    """The names of the structures of rich values, in order."""
    try:
        root = _root(package, f"{_FOLDER}rdrichvaluestructure.xml")
    except (ElementTree.ParseError, UnreadableFile):
        return []
    return [each.get("t", "") for each in _children(root, "s")]


def _root(package: Package, name: str) -> ElementTree.Element:
    """The root of a part, named in any case; an empty element where there is none."""
    found = next((each for each in package.names if each.lower() == name.lower()), name)
    return tree(package.xml(found) or b"<none/>")


def _children(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The children of this local name."""
    return (child for child in element if local(child.tag) == name)


def _under(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The children of the children of this local name."""
    return (child for part in _children(root, name) for child in part)


def _number(text: str | None) -> int:
    """The number in an attribute, -1 where there is none."""
    return int(text) if text and text.isdecimal() and len(text) < 8 else -1
