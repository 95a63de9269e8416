"""Office packages changed part by part; untouched parts are written byte for byte as they were read."""

from __future__ import annotations

import os
import posixpath
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import DAMAGED, TOO_BIG, Package, plain_xml
from selfeval_xl.readers.formats.xml_walk import small_enough, weight

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
ORIGIN = "origin"  # last word of the type of the relation to the digital signatures of a package
CONTENT_TYPES = "[Content_Types].xml"
# Bytes that the trees of one package take at most; a department workbook of 60 projects has half of it.
MAX_TREES = 1200 << 20


def tag(like: Element, name: str) -> str:
    """The full tag `name` in the namespace of `like`, which differs in files of the strict variant."""
    return f"{{{like.tag[1:].partition('}')[0]}}}{name}"


def child(parent: Element, name: str) -> Element | None:
    """The first child of this name in the namespace of its parent; None where there is none."""
    return parent.find(tag(parent, name))


def need_child(parent: Element, name: str) -> Element:
    """The first child of this name, without which the part is damaged: UnreadableFile."""
    found = child(parent, name)
    if found is None:
        raise UnreadableFile(DAMAGED)
    return found


def entries(parent: Element | None, name: str) -> Sequence[Element]:
    """The elements inside the child of this name; none where that child, or the parent, is missing."""
    found = child(parent, name) if parent is not None else None
    return () if found is None else found


def relation_of(element: Element | None) -> str | None:
    """The identity of the relation that an element names by its r:id."""
    return None if element is None else element.get(f"{{{OFFICE}}}id") or element.get(f"{{{STRICT}}}id")


def relations_name(part: str) -> str:
    """The part that holds the relations of `part`: xl/workbook.xml has xl/_rels/workbook.xml.rels."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


class OpenPackage:
    """The parts of a package.

    `tree` parses a part, `changed` marks its tree for writing, `add` and `drop` add and remove whole parts.

    Raises UnreadableFile where the package or a part asked for is damaged.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._by_lower = {name.lower(): name for name in self._package.names}
        self._trees: dict[str, Element] = {}
        self._weight = 0
        self._changed: set[str] = set()
        self._added: dict[str, bytes] = {}
        self._dropped: set[str] = set()

    def name(self, part: str) -> str | None:
        """The name of a part as the package spells it; None where there is none."""
        found = self._by_lower.get(part.lower())
        return None if found in self._dropped else found

    @property
    def names(self) -> list[str]:
        """The names of all parts, old ones first."""
        return [name for name in self._by_lower.values() if name not in self._dropped]

    def read(self, part: str) -> bytes | None:
        """The bytes of a part; None where there is no such part. Changes of its tree are not in them."""
        name = self.name(part)
        if name is None:
            return None
        return self._added[name] if name in self._added else self._package.part(name)

    def tree(self, part: str) -> Element | None:
        """The root element of a part; None where there is no such part."""
        from lxml import etree

        name = self.name(part)
        if name is None:
            return None
        if name not in self._trees:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            try:
                self._trees[name] = etree.fromstring(self._affordable(name), parser)
            except etree.XMLSyntaxError as error:
                raise UnreadableFile(DAMAGED) from error
        return self._trees[name]

    def _affordable(self, name: str) -> bytes:
        """The XML of a part; UnreadableFile where it and the trees that are open take too much memory."""
        xml = small_enough(plain_xml(self.read(name) or b""))
        self._weight += weight(xml)
        if self._weight > MAX_TREES:
            raise UnreadableFile(TOO_BIG)
        return xml

    def need_tree(self, part: str) -> Element:
        """The root element of a part without which the package is damaged: UnreadableFile."""
        root = self.tree(part)
        if root is None:
            raise UnreadableFile(DAMAGED)
        return root

    def changed(self, part: str) -> None:
        """Notes that the tree of this part was changed and is to be written."""
        self._changed.add(self.name(part) or part)

    def put(self, part: str, data: bytes) -> None:
        """Sets the bytes of a part, which may be new; a tree of it is forgotten."""
        name = self.name(part) or part
        self._by_lower[name.lower()] = name
        self._added[name] = data
        self._dropped.discard(name)
        self._trees.pop(name, None)
        self._changed.discard(name)

    def add(self, part: str, data: bytes, content_type: str) -> None:
        """Adds a new part with its content type."""
        from lxml import etree

        self.put(part, data)
        types = self.need_tree(CONTENT_TYPES)
        etree.SubElement(types, f"{{{TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)
        self.changed(CONTENT_TYPES)

    def drop(self, part: str) -> None:
        """Removes a part and its entry in the content types."""
        name = self.name(part)
        if name is None:
            return
        self._dropped.add(name)
        types = self.need_tree(CONTENT_TYPES)
        for override in self._overrides(name):
            types.remove(override)
            self.changed(CONTENT_TYPES)

    def content_type(self, part: str) -> str:
        """The content type that the package gives for this very part; "" where it gives none."""
        return next((override.get("ContentType", "") for override in self._overrides(part)), "")

    def set_content_type(self, part: str, content_type: str) -> None:
        """Changes the content type of a part that has its own."""
        for override in self._overrides(part):
            override.set("ContentType", content_type)
            self.changed(CONTENT_TYPES)

    def _overrides(self, part: str) -> list[Element]:
        """The entries for this very part in the content types."""
        return [
            override
            for override in self.need_tree(CONTENT_TYPES).findall(f"{{{TYPES}}}Override")
            if override.get("PartName", "").lower() == f"/{part}".lower()
        ]

    def default_type(self, extension: str, content_type: str) -> None:
        """Makes sure that parts with this extension have a content type."""
        from lxml import etree

        types = self.need_tree(CONTENT_TYPES)
        if all(
            default.get("Extension", "").lower() != extension
            for default in types.findall(f"{{{TYPES}}}Default")
        ):
            types.insert(
                0, etree.Element(f"{{{TYPES}}}Default", Extension=extension, ContentType=content_type)
            )
            self.changed(CONTENT_TYPES)

    def free_name(self, pattern: str) -> str:
        """A part name that is not taken yet: xl/comments{}.xml gives xl/comments3.xml."""
        number = 1
        while self.name(pattern.format(number)) is not None:
            number += 1
        return pattern.format(number)

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """The parts inside the package that a part refers to, as (identity, last word of the type, name)."""
        tree = self.tree(relations_name(part))
        if tree is None:
            return []
        return [
            (
                relation.get("Id", ""),
                relation.get("Type", "").rpartition("/")[2],
                _target(part, relation.get("Target", "")),
            )
            for relation in tree
            if relation.get("TargetMode") != "External"
        ]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Adds a relation from `part` to the part `target`; returns its identity."""
        from lxml import etree

        name = relations_name(part)
        if self.name(name) is None:
            self.put(
                name,
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="%s"/>'
                % RELATIONS.encode(),
            )
            self.default_type("rels", RELATIONS_TYPE)  # one of others may name each relations part by itself
        tree = self.need_tree(name)
        taken = {relation.get("Id") for relation in tree}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        strict = any(relation.get("Type", "").startswith(STRICT) for relation in tree)
        etree.SubElement(
            tree,
            f"{{{RELATIONS}}}Relationship",
            Id=f"rId{number}",
            Type=f"{STRICT if strict else OFFICE}/{kind}",
            Target=posixpath.relpath(target, posixpath.dirname(part)),
        )
        self.changed(name)
        return f"rId{number}"

    def unrelate(self, part: str, target: str) -> None:
        """Removes the relations from `part` to the part `target`, and the relations part once it is empty."""
        name = relations_name(part)
        tree = self.tree(name)
        if tree is None:
            return
        for relation in tree:
            if (
                relation.get("TargetMode") != "External"
                and _target(part, relation.get("Target", "")).lower() == target.lower()
            ):
                tree.remove(relation)
                self.changed(name)
        if not len(tree):
            self.drop(name)

    def write(self, path: str | os.PathLike[str] | IO[bytes]) -> None:
        """Writes the package to a file: old parts in their old order, new ones behind them.

        A package of which nothing was changed is written as it was; any other loses its digital signatures,
        which are dead with the change. Raises OSError where that fails.
        """
        from lxml import etree

        if not (self._changed or self._added or self._dropped):
            _write_bytes(path, self._package.data)
            return
        self._drop_signatures()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self.names:
                entry = self._package.entries.get(name)
                info = zipfile.ZipInfo(name, entry.date_time if entry else (1980, 1, 1, 0, 0, 0))
                info.compress_type = (
                    zipfile.ZIP_STORED
                    if entry and entry.compress_type == zipfile.ZIP_STORED
                    else zipfile.ZIP_DEFLATED
                )
                info.external_attr = entry.external_attr if entry else 0o600 << 16
                if name in self._changed:
                    tree = etree.ElementTree(self._trees[name])
                    with archive.open(info, "w") as part:  # piece by piece: a sheet may have 50 MB
                        tree.write(part, xml_declaration=True, encoding="UTF-8", standalone=True)
                else:
                    archive.writestr(info, self.read(name) or b"")

    def _drop_signatures(self) -> None:
        """Removes the digital signatures of the whole package: their parts, relations and content types."""
        for origin in [target for _, kind, target in self.related("") if kind == ORIGIN]:
            for part in (*(target for _, _, target in self.related(origin)), relations_name(origin), origin):
                self.drop(part)
            self.unrelate("", origin)
            types = self.need_tree(CONTENT_TYPES)
            ending = origin.rpartition(".")[2].lower()
            for default in types.findall(f"{{{TYPES}}}Default"):
                if default.get("Extension", "").lower() == ending == "sigs":
                    types.remove(default)
                    self.changed(CONTENT_TYPES)

    def bytes(self) -> bytes:
        """The package as it would be written."""
        buffer = BytesIO()
        self.write(buffer)
        return buffer.getvalue()


def _write_bytes(path: str | os.PathLike[str] | IO[bytes], data: bytes) -> None:
    """Writes bytes to a file or an open one."""
    if isinstance(path, (str, os.PathLike)):
        Path(path).write_bytes(data)
    else:
        path.write(data)


def _target(part: str, target: str) -> str:
    """The part name for the target of a relation of `part`, which may be relative."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return re.sub(r"^(?:\.\./)+", "", posixpath.normpath(posixpath.join(posixpath.dirname(part), target)))
