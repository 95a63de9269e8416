"""A public Word copy while it is made: its parts, and what they refer to."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.workflows.publishing.plain_pictures import plain_picture
from selfeval_xl.workflows.publishing.word.allowed import R, W, kept, local, new, value
from selfeval_xl.workflows.publishing.word.charts import chart
from selfeval_xl.workflows.publishing.word.looks import Looks, looks_of
from selfeval_xl.workflows.publishing.word.received import DOCUMENT, Received, Story
from selfeval_xl.workflows.publishing.word.text import TextWriter
from selfeval_xl.workflows.publishing.word.themes import theme

if TYPE_CHECKING:
    from lxml.etree import _Element

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = {
    "document": f"{_WORD}.document.main+xml",
    "styles": f"{_WORD}.styles+xml",
    "settings": f"{_WORD}.settings+xml",
    "numbering": f"{_WORD}.numbering+xml",
    "header": f"{_WORD}.header+xml",
    "footer": f"{_WORD}.footer+xml",
    "footnotes": f"{_WORD}.footnotes+xml",
    "endnotes": f"{_WORD}.endnotes+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
}
_PLACES = ("default", "first", "even")
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_MOST_PICTURES = 100 << 20  # bytes of all pictures together


@dataclass(slots=True)
class Copy:
    """The public copy of a received Word file.

    stories: name, kind and root of each part of text. charts and pictures: their parts by name. left_out: how
    many pictures and objects were not taken along.
    """

    received: Received
    looks: Looks
    stories: dict[str, tuple[str, _Element]] = field(default_factory=dict)
    charts: dict[str, _Element] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    left_out: int = 0
    _relations: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    _identities: dict[tuple[str, str], str] = field(default_factory=dict)
    _received_notes: dict[str, dict[str, _Element]] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)
    _notes: dict[str, dict[str, int]] = field(default_factory=dict)
    _drawings: int = 0

    def leave_out(self) -> None:
        """Notes that a picture or an object was not taken along."""
        self.left_out += 1

    def next_drawing(self) -> int:
        """The number of a new drawing."""
        self._drawings += 1
        return self._drawings

    def relate(self, part: str, kind: str, target: str) -> str:
        """The identity of the relation of a part to another part of the copy."""
        relations = self._relations.setdefault(part, {})
        known = self._identities.setdefault((part, target), f"rId{len(relations) + 1}")
        relations.setdefault(known, (kind, target))
        return known

    def picture(self, part: str, story: Story, identity: str) -> str:
        """The identity of the relation to a picture without metadata; "" for one of another kind."""
        kind, source = story.related.get(identity, ("", ""))
        if kind != "image":
            return ""
        if source not in self._taken:
            try:
                plain = plain_picture(self.received.package.part(source) or b"")
            except UnreadableFile:  # its check sum is false, or it is far too large
                plain = b""
            if not plain or sum(map(len, self.pictures.values())) + len(plain) > _MOST_PICTURES:
                self._taken[source] = ""
            else:
                ending = "png" if plain.startswith(b"\x89PNG") else "jpeg"
                self._taken[source] = f"word/media/image{len(self.pictures) + 1}.{ending}"
                self.pictures[self._taken[source]] = plain
        name = self._taken[source]
        return self.relate(part, "image", name) if name else ""

    def chart(self, part: str, story: Story, identity: str) -> str:
        """The identity of the relation to a chart written anew; "" for a damaged one."""
        kind, source = story.related.get(identity, ("", ""))
        if kind != "chart":
            return ""
        if source not in self._taken:
            try:
                root = self.received.xml(source)
            except UnreadableFile:
                root = None
            if root is None or not str(root.tag).endswith("/chart}chartSpace"):
                self._taken[source] = ""
            else:
                self._taken[source] = f"word/charts/chart{len(self.charts) + 1}.xml"
                self.charts[self._taken[source]] = chart(root, self.looks.colours)
        name = self._taken[source]
        return self.relate(part, "chart", name) if name else ""

    def note(self, reference: str, identity: str) -> int:
        """The new number of a footnote or endnote that the text refers to; 0 where there is none."""
        kind = _NOTES[reference]
        known = self._notes.setdefault(kind, {})
        if identity in known:
            return known[identity]
        story = self.received.beside(kind)
        if kind not in self._received_notes:
            notes = () if story is None else (each for each in story.root if local(each) == kind[:-1])
            self._received_notes[kind] = {value(each, "id"): each for each in notes}
        found = self._received_notes[kind].get(identity)
        if story is None or found is None or value(found, "type", "normal") != "normal":
            return 0
        known[identity] = len(known) + 1
        name = f"word/{kind}.xml"
        if name not in self.stories:
            self.stories[name] = kind, _separators(kind)
            self.relate(DOCUMENT, kind, name)
        made = new(kind[:-1], id=known[identity])
        self.stories[name][1].append(made)
        made.extend(TextWriter(self, Story(found, story.related), name).blocks(found) or [new("p")])
        return known[identity]

    def section(self, section: _Element, story: Story) -> _Element:
        """The page of a section, with its headers and footers."""
        made = kept_section(section)
        place = 0
        for reference in section:
            name = local(reference)
            if name not in ("headerReference", "footerReference") or value(reference, "type") not in _PLACES:
                continue
            kind, source = story.related.get(reference.get(f"{R}id", ""), ("", ""))
            found = self.received.story(source) if kind == name[:6] else None
            if found is not None:
                new_reference = new(name, type=value(reference, "type"))
                new_reference.set(f"{R}id", self._beside(kind, source, found))
                made.insert(place, new_reference)
                place += 1
        return made

    def _beside(self, kind: str, source: str, story: Story) -> str:
        """The identity of the document's relation to a header or footer."""
        if source not in self._taken:
            name = f"word/{kind}{sum(each == kind for each, _ in self.stories.values()) + 1}.xml"
            self._taken[source] = name
            root = new("hdr" if kind == "header" else "ftr")
            self.stories[name] = kind, root
            root.extend(TextWriter(self, story, name, paged=True).blocks(story.root) or [new("p")])
        return self.relate(DOCUMENT, kind, self._taken[source])

    def write(self, file: str) -> None:
        """Writes the copy: nothing but the parts that were made here."""
        from lxml import etree

        texts = {name: root for name, (_, root) in self.stories.items()} | self.charts
        kinds = {name: kind for name, (kind, _) in self.stories.items()} | dict.fromkeys(self.charts, "chart")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(_entry("[Content_Types].xml"), _content_types(kinds))
            package.writestr(_entry("_rels/.rels"), _relations_xml({"rId1": ("officeDocument", DOCUMENT)}))
            for name, root in texts.items():
                xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
                package.writestr(_entry(name), xml)
                if name in self._relations:
                    folder, _, own = name.rpartition("/")
                    package.writestr(
                        _entry(f"{folder}/_rels/{own}.rels"), _relations_xml(self._relations[name])
                    )
            for name, data in self.pictures.items():
                package.writestr(_entry(name), data)


def copy_of(received: Received) -> Copy:
    """The public copy of a received Word file, not yet masked."""
    copy = Copy(received, looks_of(received))
    story = received.story(DOCUMENT)
    assert story is not None
    body = story.root.find(f"{W}body")
    root, made = new("document"), new("body")
    root.append(made)
    copy.stories[DOCUMENT] = "document", root
    background = story.root.find(f"{W}background")
    white = background is None or value(background, "color").upper() in ("", "AUTO", "FFFFFF")
    if body is not None:
        made.extend(TextWriter(copy, story, DOCUMENT, on_paper=white).blocks(body))
        section = body.find(f"{W}sectPr")
        if section is not None:
            made.append(copy.section(section, story))
    lists = copy.looks.lists.part(copy.looks.fonts, copy.looks.used)
    if lists is not None:
        _add(copy, "numbering", lists)
    _add(copy, "styles", copy.looks.part())
    _add(
        copy, "theme", theme(copy.looks.colours, copy.looks.fonts, copy.looks.lines), "word/theme/theme1.xml"
    )
    _add(copy, "settings", _settings(received, copy))
    _drop_unused(copy)
    return copy


def _drop_unused(copy: Copy) -> None:
    """Drops pictures and charts of drawings that could not be finished."""
    used = {
        (name, text)
        for name, (_, root) in copy.stories.items()
        for element in root.iter()
        for key, text in element.attrib.items()
        if key.startswith(R)
    }
    for part, relations in copy._relations.items():
        for identity, (kind, _) in list(relations.items()):
            if kind in ("image", "chart", "header", "footer") and (part, identity) not in used:
                del relations[identity]
    targets = {target for relations in copy._relations.values() for _, target in relations.values()}
    copy.pictures = {name: data for name, data in copy.pictures.items() if name in targets}
    copy.charts = {name: root for name, root in copy.charts.items() if name in targets}


def _add(copy: Copy, kind: str, root: _Element, name: str = "") -> None:
    """Adds a part that the document refers to."""
    name = name or f"word/{kind}.xml"
    copy.stories[name] = kind, root
    copy.relate(DOCUMENT, kind, name)


def kept_section(section: _Element) -> _Element:
    """A section's page, without headers and footers."""
    made = kept_children(section, "sectPr", _PAGE)
    return made


_PAGE = (
    *("footnotePr", "endnotePr", "type", "pgSz", "pgMar", "pgBorders", "lnNumType", "pgNumType", "cols"),
    *("vAlign", "noEndnote", "titlePg", "textDirection", "bidi", "rtlGutter", "docGrid"),
)
_SETTINGS = (
    *("mirrorMargins", "alignBordersAndEdges", "gutterAtTop", "defaultTabStop", "autoHyphenation"),
    *("evenAndOddHeaders", "drawingGridHorizontalSpacing", "drawingGridVerticalSpacing"),
    *("displayHorizontalDrawingGridEvery", "displayVerticalDrawingGridEvery", "characterSpacingControl"),
)
_COMPATIBLE = (
    *("spaceForUL", "balanceSingleByteDoubleByteWidth", "doNotLeaveBackslashAlone", "ulTrailSpace"),
    *("doNotExpandShiftReturn", "adjustLineHeightInTable", "useFELayout"),
)


def kept_children(element: _Element, name: str, names: tuple[str, ...]) -> _Element:
    """A new element with the kept children of these names."""
    made = new(name)
    for child in element:
        if local(child) in names and (copied := kept(child, {})) is not None:
            made.append(copied)
    return made


def _settings(received: Received, copy: Copy) -> _Element:
    """How the text is laid out, and nothing of how it came about."""
    story = received.beside("settings")
    made = kept_children(story.root, "settings", _SETTINGS) if story is not None else new("settings")
    for kind in ("footnotes", "endnotes"):
        if f"word/{kind}.xml" in copy.stories:
            made.append(new(f"{kind[:-1]}Pr"))
            made[-1].extend(new(kind[:-1], id=number) for number in (-1, 0))
    compatible = new("compat")
    mode = "15"
    for each in () if story is None else story.root.iterfind(f"{W}compat/*"):
        if local(each) in _COMPATIBLE:
            compatible.append(new(local(each)))
        if value(each, "name") == "compatibilityMode" and value(each) in ("11", "12", "14", "15"):
            mode = value(each)
    compatible.append(
        new(
            "compatSetting",
            name="compatibilityMode",
            uri="http://schemas.microsoft.com/office/word",
            val=mode,
        )
    )
    made.append(compatible)
    return made


def _separators(kind: str) -> _Element:
    """A part of notes with the line above them."""
    root = new(kind)
    for number, name in ((-1, "separator"), (0, "continuationSeparator")):
        note = new(kind[:-1], type=name, id=number)
        note.append(new("p"))
        note[0].append(new("r"))
        note[0][0].append(new(name))
        root.append(note)
    return root


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry of the package without a time."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _content_types(kinds: dict[str, str]) -> str:
    parts = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPES[kind]}"/>' for name, kind in kinds.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="jpeg" ContentType="image/jpeg"/>'
        f"{parts}</Types>"
    )


def _relations_xml(relations: dict[str, tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{identity}" Type="{_RELATIONS}/{kind}" Target="/{target}"/>'
        for identity, (kind, target) in relations.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'
    )


def texts(copy: Copy) -> Iterator[_Element]:
    """The roots of all parts that hold texts."""
    for _, root in copy.stories.values():
        yield root
    yield from copy.charts.values()
