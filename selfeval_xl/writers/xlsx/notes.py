"""The notes (批注) of a worksheet: the comments part with the texts, the VML drawing with the boxes.

Drawings written by Excel are often not well-formed XML, so boxes are put in and taken out as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from selfeval_xl.model.grid import position
from selfeval_xl.model.notes import SEPARATOR, is_ours
from selfeval_xl.model.numbers import whole
from selfeval_xl.writers.xlsx.looks import AUTHOR
from selfeval_xl.writers.xlsx.note_box import anchor, as_before, enlarged, size
from selfeval_xl.writers.xlsx.package import (
    OFFICE,
    STRICT,
    OpenPackage,
    child,
    entries,
    need_child,
    relation_of,
    tag,
)
from selfeval_xl.writers.xlsx.worksheet import Worksheet, plain_text

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"

_SHAPE = re.compile(rb"<v:shape\b(?:(?!</v:shape>).)*?</v:shape>", re.DOTALL)
_IDENTITY = re.compile(rb"_x0000_s(\d+)")
_IDMAP = re.compile(rb"<o:idmap\b[^>]*\bdata\s*=\s*[\"']([\d,]+)[\"']")
_VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{0}"/></o:shapelayout>
</xml>"""
_SHAPETYPE = b"""<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" \
path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_BOX = """<v:shape id="_x0000_s{identity}" type="#_x0000_t202" \
style="position:absolute;margin-left:60pt;margin-top:2pt;width:{width}pt;height:{height}pt;z-index:{order};\
visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">\
<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>\
<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>\
<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""
_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{0}"><authors/'
    "><commentList/></comments>"
)


class Notes:
    """The notes of a worksheet, to which ours can be added and from which they can be removed again."""

    def __init__(self, package: OpenPackage, sheet: Worksheet) -> None:
        self._package, self._sheet = package, sheet
        related = package.related(sheet.part)
        self._part: str | None = next(
            (target for _, kind, target in related if kind == "comments" and package.name(target)), None
        )
        identity = relation_of(child(sheet.root, "legacyDrawing"))
        self._vml: str | None = next(
            (target for number, _, target in related if number == identity and package.name(target)), None
        )

    def text(self, cell: str) -> str:
        """The text of a cell's note; "" where it has none."""
        note = self._find(cell)
        return "" if note is None else _text(note)

    def ours(self) -> list[str]:
        """The cells with a note that is ours alone."""
        return [note.get("ref", "") for note in self._list() if self._author(note).strip() == AUTHOR]

    def is_conversation(self, cell: str) -> bool:
        """Whether a cell's note stands for a threaded comment, whose text Excel keeps elsewhere."""
        note = self._find(cell)
        return note is not None and self._author(note).startswith("tc=")

    def add(self, cell: str, text: str) -> None:
        """Adds our text to a cell, below the text of a person, if there is any.

        A conversation (threaded comment) is left alone.
        """
        note = self._find(cell)
        if note is not None:
            if not self.is_conversation(cell):
                self._append(note, SEPARATOR + text)
                self._reshape(cell, lambda shape: enlarged(shape, self._sheet, *position(cell), _text(note)))
            return
        from lxml import etree

        part = self._make_part()
        root = self._package.need_tree(part)
        comment = etree.SubElement(
            need_child(root, "commentList"),
            tag(root, "comment"),
            ref=cell,
            authorId=str(self._our_author(root)),
        )
        _run(etree.SubElement(comment, tag(root, "text")), text)
        self._package.changed(part)
        self._draw(cell, text)

    def restore(self, cell: str, former: str) -> None:
        """Removes our text from a cell's note, so that `former` is left; "" removes the note.

        The text of a person keeps its fonts where it still stands in runs of its own.
        """
        note = self._find(cell)
        if note is None:
            return
        if not former:
            # Known also by its text: LibreOffice drops authors, Excel writes its user instead.
            if self._author(note).strip() in (AUTHOR, "") or is_ours(_text(note)):
                self._remove(note, cell)
            return
        body = need_child(note, "text")
        runs = [run for run in body if run.tag == tag(body, "r")]
        first_of_ours = next(
            (number for number, run in enumerate(runs) if (_run_text(run)).startswith(SEPARATOR)), None
        )
        if first_of_ours is None:
            if _text(note) == former:
                return
            for each in list(body):
                body.remove(each)
            _run(body, former)
        else:
            for run in runs[first_of_ours:]:
                body.remove(run)
        self._comments_changed()
        self._reshape(cell, as_before)

    def _make_part(self) -> str:
        """The name of the comments part, which is made where the sheet has none."""
        if self._part is None:
            self._part = self._package.free_name("xl/comments{}.xml")
            self._package.add(
                self._part,
                _COMMENTS.format(self._sheet.root.tag[1:].partition("}")[0]).encode(),
                COMMENTS_TYPE,
            )
            self._package.relate(self._sheet.part, "comments", self._part)
        return self._part

    def _comments(self) -> Element | None:
        """The root of the comments part; None where the sheet has none."""
        return None if self._part is None else self._package.need_tree(self._part)

    def _comments_changed(self) -> None:
        if self._part is not None:
            self._package.changed(self._part)

    def _list(self) -> Sequence[Element]:
        """The elements of all notes."""
        return entries(self._comments(), "commentList")

    def _find(self, cell: str) -> Element | None:
        """The element of a cell's note."""
        return next((note for note in self._list() if note.get("ref") == cell), None)

    def _author(self, note: Element) -> str:
        """The name of a note's author; "" where the file has none."""
        authors = entries(self._comments(), "authors")
        number = whole(note.get("authorId"))
        return (authors[number].text or "") if number < len(authors) else ""

    @staticmethod
    def _our_author(root: Element) -> int:
        """Our number in the list of authors; we are added where we are missing."""
        from lxml import etree

        authors = need_child(root, "authors")
        names = [author.text for author in authors]
        if AUTHOR not in names:
            etree.SubElement(authors, tag(root, "author")).text = AUTHOR
            return len(names)
        return names.index(AUTHOR)

    def _append(self, note: Element, text: str) -> None:
        """Adds a run of text to a note; a plain text that stands there becomes a run first."""
        from lxml import etree

        body = need_child(note, "text")
        plain = child(body, "t")
        if plain is not None:
            body.remove(plain)
            run = etree.Element(tag(body, "r"))
            run.append(plain)
            body.insert(0, run)
        _run(body, text)
        self._comments_changed()

    def _remove(self, note: Element, cell: str) -> None:
        """Removes a note with its box, and the parts that are empty then."""
        notes = note.getparent()
        notes.remove(note)
        self._comments_changed()
        if self._vml is not None:
            data = (self._package.read(self._vml) or b"").replace(self._shape(cell), b"", 1)
            self._package.put(self._vml, data)
            if not _SHAPE.search(data) and b"<v:shape " not in data:
                self._sheet.remove("legacyDrawing")
                self._package.unrelate(self._sheet.part, self._vml)
                self._package.drop(self._vml)
                self._vml = None
        if not len(notes) and self._part is not None:
            self._package.unrelate(self._sheet.part, self._part)
            self._package.drop(self._part)
            self._part = None

    def _shape(self, cell: str) -> bytes:
        """The XML of the box of a cell's note in the drawing; empty where there is none."""
        row, column = position(cell)
        anchors = b"<x:Row>%d</x:Row>" % row, b"<x:Column>%d</x:Column>" % column
        shapes = _SHAPE.findall((self._package.read(self._vml) or b"") if self._vml is not None else b"")
        return next(
            (
                shape
                for shape in shapes
                if b'ObjectType="Note"' in shape and all(anchor in shape for anchor in anchors)
            ),
            b"",
        )

    def _reshape(self, cell: str, change: Callable[[bytes], bytes]) -> None:
        """Changes the box of a cell's note, where there is one."""
        shape = self._shape(cell)
        if self._vml is not None and shape and change(shape) != shape:
            self._package.put(
                self._vml, (self._package.read(self._vml) or b"").replace(shape, change(shape), 1)
            )

    def _draw(self, cell: str, text: str) -> None:
        """Draws the hidden box in which the note opens, right of its cell."""
        if self._vml is None:
            self._vml = self._new_drawing()
        data = self._package.read(self._vml) or b""
        row, column = position(cell)
        width, height = size(text)
        taken = [whole(number.decode()) for number in _IDENTITY.findall(data)]
        block = _IDMAP.search(data)
        identity = (
            max(taken, default=whole((block[1] if block else b"1").split(b",")[0].decode(), 1) * 1024) + 1
        )
        box = _BOX.format(
            identity=identity,
            width=width,
            height=height,
            order=len(taken) + 1,
            row=row,
            column=column,
            anchor=anchor(self._sheet, row, column, width, height),
        ).encode()
        kind = b"" if b'id="_x0000_t202"' in data else _SHAPETYPE
        head, end, tail = data.rpartition(b"</xml>")
        self._package.put(self._vml, head + kind + box + end + tail)

    def _new_drawing(self) -> str:
        """Adds an empty drawing for boxes to the sheet; returns the name of its part."""
        part = self._package.free_name("xl/drawings/vmlDrawing{}.vml")
        used = {
            whole(number.decode())
            for name in self._package.names
            if name.lower().endswith(".vml")
            for block in _IDMAP.findall(self._package.read(name) or b"")
            for number in block.split(b",")
        }
        self._package.put(part, _VML.format(max(used, default=0) + 1).encode())
        self._package.default_type("vml", VML_TYPE)
        identity = self._package.relate(self._sheet.part, "vmlDrawing", part)
        strict = self._sheet.root.tag.startswith("{http://purl.oclc.org/")
        self._sheet.insert("legacyDrawing").set(f"{{{STRICT if strict else OFFICE}}}id", identity)
        return part


def _run(body: Element, text: str) -> None:
    """Adds a run of text in our font to the body of a note."""
    from lxml import etree

    run = etree.SubElement(body, tag(body, "r"))
    font = etree.SubElement(run, tag(body, "rPr"))
    etree.SubElement(font, tag(body, "sz"), val="9")
    etree.SubElement(font, tag(body, "rFont"), val="宋体")
    letters = etree.SubElement(run, tag(body, "t"))
    letters.text = plain_text(text)
    letters.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _run_text(run: Element) -> str:
    return "".join(part.text or "" for part in run if part.tag == tag(run, "t"))


def _text(note: Element) -> str:
    """The text of a note without its fonts."""
    body = child(note, "text")
    if body is None:
        return ""
    return "".join(
        (part.text or "")
        if part.tag == tag(body, "t")
        else _run_text(part)
        if part.tag == tag(body, "r")
        else ""
        for part in body
    )
