"""Loads Microsoft's XSDs of the ribbon, without attributes that a derived type names again.

libxml2 refuses such a repeat.
"""

from __future__ import annotations

import copy
from pathlib import Path

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"


def load(path: Path) -> etree.XMLSchema:
    """The schema of a file, without the repeats."""
    root = etree.parse(str(path)).getroot()
    groups = {group.get("name"): group for group in root.findall(XS + "attributeGroup")}
    types = {kind.get("name"): kind for kind in root.findall(XS + "complexType")}
    for kind in types.values():
        content = kind.find(XS + "complexContent")
        if content is None:
            _without_repeats(kind, set(), groups)
        elif content[-1].tag == XS + "extension":
            _without_repeats(
                content[-1], _names(content[-1].get("base").split(":")[-1], types, groups), groups
            )
    return etree.XMLSchema(root.getroottree())


def _attributes(name: str, groups: dict) -> list:
    """The attributes of a group and of the groups in it."""
    found = []
    for child in groups[name]:
        found += (
            [child]
            if child.tag == XS + "attribute"
            else _attributes(child.get("ref"), groups)
            if child.tag == XS + "attributeGroup"
            else []
        )
    return found


def _names(name: str, types: dict, groups: dict) -> set[str]:
    if name not in types:
        return set()
    node, names = types[name], set()
    content = node.find(XS + "complexContent")
    if content is not None:
        node = content[-1]
        names |= _names(node.get("base").split(":")[-1], types, groups)
    for child in node:
        if child.tag == XS + "attribute" and child.get("use") != "prohibited":
            names.add(child.get("name"))
        elif child.tag == XS + "attributeGroup":
            names |= {attribute.get("name") for attribute in _attributes(child.get("ref"), groups)}
    return names


def _without_repeats(node, seen: set[str], groups: dict) -> None:
    """Removes attributes whose name was seen before; a group with one is replaced by its others."""
    for child in list(node):
        if child.tag == XS + "attribute":
            if child.get("name") in seen:
                node.remove(child)
            seen.add(child.get("name"))
        elif child.tag == XS + "attributeGroup":
            inside = _attributes(child.get("ref"), groups)
            if {attribute.get("name") for attribute in inside} & seen:
                for attribute in inside:
                    if attribute.get("name") not in seen:
                        child.addprevious(copy.deepcopy(attribute))
                node.remove(child)
            seen |= {attribute.get("name") for attribute in inside}
