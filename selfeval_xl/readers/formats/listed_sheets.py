"""Which worksheets a workbook lists, and the part that holds each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import DAMAGED
from selfeval_xl.readers.formats.xml_walk import local, tree

_RELATION_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
# Both lists as programs write them: a parser takes several times as long, for every file of a county.
_ATTRIBUTE = re.compile(rb' ([\w:]+)="([^"&<>]*)"')
_PLAIN_SHEETS = re.compile(rb'<sheets>((?:<sheet(?: [\w:]+="[^"&<>]*")+ ?/>)+)</sheets>')
_PLAIN_RELATIONS = re.compile(rb'<Relationships [^<>]*>((?:<Relationship(?: \w+="[^"&<>]*")+ ?/>)+)</')
_SHEET_ID = re.compile(rb'<(?:\w{1,9}:)?sheet [^<>]{0,500}?:id="([^"<>]{1,99})"')
_USUAL_PREFIX = b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'

Attributes = Mapping[str, str]


class ListedSheet(NamedTuple):
    """A sheet as the workbook lists it, and the part that holds it."""

    name: str
    part: str
    visible: bool


def listed_sheets(workbook: bytes, relations: bytes, parts: Collection[str]) -> dict[str, ListedSheet]:
    """The worksheets in workbook order by name; one whose part is not there is left out.

    workbook, relations: the XML of both lists. parts: the names of all parts. Raises UnreadableFile where a
    list is no XML.
    """
    plain = _plain(workbook, relations)
    sheets, links = _parsed(workbook, relations) if plain is None else plain
    targets = {link.get("Id", ""): _from_root(link.get("Target", "")) for link in links}
    names = {name.lower(): name for name in parts}
    found = {}
    for sheet in sheets:
        part = names.get(targets.get(sheet.get("id", ""), "").lower(), "")
        if "worksheets/" in part.lower():
            name = sheet.get("name", "")
            found[name] = ListedSheet(name, part, sheet.get("state", "visible") == "visible")
    return found


def listed_again(workbook: bytes, count: int) -> frozenset[int]:
    """The numbers of the sheets, in workbook order, that an earlier entry lists already.

    No program lists a sheet twice, but a damaged file may do so a thousand times. count: of all entries; none
    is known where they are written in another way.
    """
    identities = _SHEET_ID.findall(workbook)
    if len(identities) != count:
        return frozenset()
    first = {identity: number for number, identity in reversed(list(enumerate(identities)))}
    return frozenset(number for number, identity in enumerate(identities) if first[identity] != number)


def _plain(workbook: bytes, relations: bytes) -> tuple[list[Attributes], list[Attributes]] | None:
    """The attributes of sheets and relations where both lists are written in the usual way, else None."""
    if b"<!--" in workbook or b"<!--" in relations or _USUAL_PREFIX not in workbook:
        return None
    sheets, links = _PLAIN_SHEETS.search(workbook), _PLAIN_RELATIONS.search(relations)
    if sheets is None or links is None or workbook.count(b"<sheet ") != sheets[1].count(b"<"):
        return None
    try:
        return list(_attributes(sheets[1])), list(_attributes(links[1]))
    except UnicodeDecodeError:
        return None


def _attributes(tags: bytes) -> Iterator[Attributes]:
    """The attributes of each tag; r:id is called id."""
    for tag in tags.split(b"/>")[:-1]:
        yield {name.decode().removeprefix("r:"): value.decode() for name, value in _ATTRIBUTE.findall(tag)}


def _parsed(workbook: bytes, relations: bytes) -> tuple[list[Attributes], list[Attributes]]:
    """The attributes of sheets and relations, as a parser gives them; the sheet's id is called id."""
    try:
        links, book = (tree(xml) for xml in (relations, workbook))
    except ElementTree.ParseError as error:
        raise UnreadableFile(DAMAGED) from error
    sheets: list[Attributes] = []
    for element in book.iter():
        if local(element.tag) == "sheet":
            identity = next((element.get(key) for key in _RELATION_IDS if element.get(key)), None)
            sheets.append({**element.attrib, "id": identity or ""})
    return sheets, [link.attrib for link in links]


def _from_root(target: str) -> str:
    """A relationship's target as the name of a part."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target[1:]
    return target if target.startswith("xl/") else f"xl/{target.removeprefix('./')}"
