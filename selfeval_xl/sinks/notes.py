"""The notes (批注) of a worksheet: the comments part with the texts, the VML drawing with the boxes.

Drawings written by Excel are often no well-formed XML, so boxes are put in and taken out as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..findings import Severity
from ..grid import position
from .looks import AUTHOR
from .note_box import anchor, as_before, enlarged, size
from .package import OFFICE, STRICT, OpenPackage, child, relation_of, tag
from .worksheet import Worksheet, plain_text

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
SEPARATOR = "\n—— 以下为校验批注 ——\n"
LEVELS = tuple(
    f"{severity.label}（{severity.demand}）：" for severity in Severity
)  # how every note of ours begins

_SHAPE = re.compile(rb"<v:shape\b(?:(?!</v:shape>).)*?</v:shape>", re.DOTALL)
_IDENTITY = re.compile(rb"_x0000_s(\d+)")
_IDMAP = re.compile(rb"<o:idmap\b[^>]*\bdata\s*=\s*[\"']([\d,]+)[\"']")
_VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{0}"/></o:shapelayout>
</xml>"""
_SHAPETYPE = b"""<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_BOX = """<v:shape id="_x0000_s{identity}" type="#_x0000_t202" \
style="position:absolute;margin-left:60pt;margin-top:2pt;width:{width}pt;height:{height}pt;z-index:{order};\
visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">\
<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>\
<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""
_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{0}"><authors/'
    "><commentList/></comments>"
)


def is_ours(text: str) -> bool:
    """Whether a note is one of ours, or has ours behind what a person wrote."""
    return text.startswith(LEVELS) or SEPARATOR in text


class Notes:
    """What notes a sheet has, and ours put to them or taken away again."""

    def __init__(self, package: OpenPackage, sheet: Worksheet) -> None:
        self._package, self._sheet = package, sheet
        related = package.related(sheet.part)
        self._part = next(
            (target for _, kind, target in related if kind == "comments" and package.name(target)), None
        )
        identity = relation_of(child(sheet.root, "legacyDrawing"))
        self._vml = next(
            (target for number, _, target in related if number == identity and package.name(target)), None
        )

    def text(self, cell: str) -> str:
        """The note on a cell, "" where there is none."""
        note = self._find(cell)
        return "" if note is None else _text(note)

    def ours(self) -> list[str]:
        """The cells with a note that is ours alone."""
        if self._part is None:
            return []
        notes = child(self._package.tree(self._part), "commentList")
        return [
            note.get("ref", "")
            for note in (notes if notes is not None else ())
            if self._author(note).strip() == AUTHOR
        ]

    def is_conversation(self, cell: str) -> bool:
        """Whether the note stands for a threaded comment, whose text Excel keeps elsewhere."""
        note = self._find(cell)
        return note is not None and self._author(note).startswith("tc=")

    def add(self, cell: str, text: str) -> None:
        """Puts our text on a cell, below what a person wrote there.

        A conversation (threaded comment) is left alone.
        """
        note = self._find(cell)
        if note is not None:
            if not self.is_conversation(cell):
                self._append(note, SEPARATOR + text)
                self._reshape(cell, lambda shape: enlarged(shape, self._sheet, *position(cell), _text(note)))
            return
        from lxml import etree

        root = self._comments()
        comment = etree.SubElement(
            child(root, "commentList"), tag(root, "comment"), ref=cell, authorId=str(self._our_author(root))
        )
        _run(etree.SubElement(comment, tag(root, "text")), text)
        self._package.changed(self._part)
        self._draw(cell, text)

    def restore(self, cell: str, former: str) -> None:
        """Takes our text away from a cell, so that `former` is left, in the person's own letters where they
        still stand.
        """
        note = self._find(cell)
        if note is None:
            return
        if not former:
            if self._author(note).strip() in (AUTHOR, "") or is_ours(
                _text(note)
            ):  # LibreOffice forgets authors, Excel names its user
                self._remove(note, cell)
            return
        whole = child(note, "text")
        runs = [run for run in whole if run.tag == tag(whole, "r")]
        ours = next(
            (number for number, run in enumerate(runs) if (_run_text(run)).startswith(SEPARATOR)), None
        )
        if ours is None:
            if _text(note) == former:
                return
            for each in list(whole):
                whole.remove(each)
            _run(whole, former)
        else:
            for run in runs[ours:]:
                whole.remove(run)
        self._package.changed(self._part)
        self._reshape(cell, as_before)

    def _comments(self) -> Element:
        if self._part is None:
            self._part = self._package.free_name("xl/comments{}.xml")
            self._package.add(
                self._part,
                _COMMENTS.format(self._sheet.root.tag[1:].partition("}")[0]).encode(),
                COMMENTS_TYPE,
            )
            self._package.relate(self._sheet.part, "comments", self._part)
        return self._package.tree(self._part)

    def _find(self, cell: str) -> Element | None:
        if self._part is None:
            return None
        notes = child(self._package.tree(self._part), "commentList")
        return next((note for note in notes if note.get("ref") == cell), None) if notes is not None else None

    def _author(self, note: Element) -> str:
        authors = child(self._package.tree(self._part), "authors")
        number = int(note.get("authorId", "0"))
        return (authors[number].text or "") if authors is not None and number < len(authors) else ""

    @staticmethod
    def _our_author(root: Element) -> int:
        from lxml import etree

        authors = child(root, "authors")
        names = [author.text for author in authors]
        if AUTHOR not in names:
            etree.SubElement(authors, tag(root, "author")).text = AUTHOR
            return len(names)
        return names.index(AUTHOR)

    def _append(self, note: Element, text: str) -> None:
        from lxml import etree

        whole = child(note, "text")
        plain = child(whole, "t")
        if plain is not None:
            whole.remove(plain)
            run = etree.Element(tag(whole, "r"))
            run.append(plain)
            whole.insert(0, run)
        _run(whole, text)
        self._package.changed(self._part)

    def _remove(self, note: Element, cell: str) -> None:
        """Removes a note with its box; parts that hold nothing any more go too."""
        notes = note.getparent()
        notes.remove(note)
        self._package.changed(self._part)
        if self._vml is not None:
            data = (self._package.read(self._vml) or b"").replace(self._shape(cell), b"", 1)
            self._package.put(self._vml, data)
            if not _SHAPE.search(data) and b"<v:shape " not in data:
                self._sheet.remove("legacyDrawing")
                self._package.unrelate(self._sheet.part, self._vml)
                self._package.drop(self._vml)
                self._vml = None
        if not len(notes):
            self._package.unrelate(self._sheet.part, self._part)
            self._package.drop(self._part)
            self._part = None

    def _shape(self, cell: str) -> bytes:
        """The box of a cell's note as the drawing says it; nothing where there is none."""
        row, column = position(cell)
        places = b"<x:Row>%d</x:Row>" % row, b"<x:Column>%d</x:Column>" % column
        shapes = _SHAPE.findall((self._package.read(self._vml) or b"") if self._vml is not None else b"")
        return next(
            (
                shape
                for shape in shapes
                if b'ObjectType="Note"' in shape and all(place in shape for place in places)
            ),
            b"",
        )

    def _reshape(self, cell: str, change: Callable[[bytes], bytes]) -> None:
        shape = self._shape(cell)
        if shape and change(shape) != shape:
            self._package.put(
                self._vml, (self._package.read(self._vml) or b"").replace(shape, change(shape), 1)
            )

    def _draw(self, cell: str, text: str) -> None:
        """The hidden box in which the note opens, right of its cell."""
        if self._vml is None:
            self._new_drawing()
        data = self._package.read(self._vml) or b""
        row, column = position(cell)
        width, height = size(text)
        taken = [int(number) for number in _IDENTITY.findall(data)]
        block = _IDMAP.search(data)
        identity = max(taken, default=int((block[1] if block else b"1").split(b",")[0]) * 1024) + 1
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

    def _new_drawing(self) -> None:
        part = self._package.free_name("xl/drawings/vmlDrawing{}.vml")
        used = {
            int(number)
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
        self._vml = part


def _run(whole: Element, text: str) -> None:
    from lxml import etree

    run = etree.SubElement(whole, tag(whole, "r"))
    look = etree.SubElement(run, tag(whole, "rPr"))
    etree.SubElement(look, tag(whole, "sz"), val="9")
    etree.SubElement(look, tag(whole, "rFont"), val="宋体")
    letters = etree.SubElement(run, tag(whole, "t"))
    letters.text = plain_text(text)
    letters.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _run_text(run: Element) -> str:
    return "".join(part.text or "" for part in run if part.tag == tag(run, "t"))


def _text(note: Element) -> str:
    whole = child(note, "text")
    if whole is None:
        return ""
    return "".join(
        (part.text or "")
        if part.tag == tag(whole, "t")
        else _run_text(part)
        if part.tag == tag(whole, "r")
        else ""
        for part in whole
    )
