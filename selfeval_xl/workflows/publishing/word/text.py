"""Paragraphs and tables of a public Word copy, written anew from those that are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import W, is_font, is_on, kept, local, new, value
from selfeval_xl.workflows.publishing.word.drawn import drawing
from selfeval_xl.workflows.publishing.word.fields import Fields, unmatched_marks
from selfeval_xl.workflows.publishing.word.tables import cells, is_row_shown, merged_cells, rows

if TYPE_CHECKING:
    from lxml.etree import _Element

    from selfeval_xl.workflows.publishing.word.received import Story
    from selfeval_xl.workflows.publishing.word.roles import Target

_THROUGH = frozenset(  # what is in them stays, they go
    ("hyperlink", "smartTag", "customXml", "sdt", "sdtContent", "dir", "bdo", "ins", "moveTo", "fldSimple")
)
_FOREIGN = ("altChunk", "subDoc")
_SIGNS = ("br", "cr", "noBreakHyphen", "softHyphen")
_OF_NOTES = ("footnoteRef", "endnoteRef", "separator", "continuationSeparator")
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


class TextWriter:
    """Writes the paragraphs and tables of one story (document, header, footer, notes) anew.

    part: the name of the copy's part. paged: whether page numbers are written. on_paper: whether the page is
    white.
    """

    def __init__(
        self, target: Target, story: Story, part: str, paged: bool = False, on_paper: bool = True
    ) -> None:
        self.target, self.story, self.part = target, story, part
        self.fields = Fields(paged, unmatched_marks(story.root))
        self._style = ""
        self._paper = [on_paper]
        self._hid = False

    def blocks(self, parent: _Element, in_box: bool = False) -> list[_Element]:
        """The paragraphs and tables in an element."""
        made: list[_Element] = []
        if in_box:
            self._paper.append(False)
        for child in _children(parent):
            name = local(child)
            if name == "p":
                paragraph = self._paragraph(child)
                if paragraph is not None:
                    made.append(paragraph)
            elif name == "tbl":
                table = self._table(child)
                if table is not None:
                    made.append(table)
            elif name in _FOREIGN:
                self.target.leave_out()
        if in_box:
            self._paper.pop()
        return made

    def _paragraph(self, paragraph: _Element) -> _Element | None:
        """A paragraph; None where all of it is hidden or was deleted."""
        made = new("p")
        properties = paragraph.find(f"{W}pPr")
        outer = self._style, self._hid
        self._style, self._hid = value(paragraph.find(f"{W}pPr/{W}pStyle")), False
        section = None
        if properties is not None:
            copied = self.target.looks.properties(properties)
            if copied is not None and len(copied):
                made.append(copied)
            found = properties.find(f"{W}sectPr")
            if found is not None:
                section = self.target.section(found, self.story)
                if not len(made):
                    made.append(new("pPr"))
                made[0].append(section)
        self._paper.append(self._paper[-1] and (properties is None or properties.find(f"{W}shd") is None))
        start = len(made)
        self._inline(paragraph, made)
        self._paper.pop()
        gone = len(made) == start and section is None and (self._hid or _is_mark_gone(properties))
        self._style, self._hid = outer
        return None if gone else made

    def _inline(self, parent: _Element, made: _Element) -> None:
        """Adds the runs in an element to a paragraph."""
        for child in parent:
            name = local(child)
            if name == "r":
                for run in self._run(child):
                    made.append(run)
            elif name == "fldSimple" and (own := self.fields.simple(child)):
                made.extend(_as_runs(own, None))
            elif name in _THROUGH:
                self._inline(child, made)
            elif name in ("del", "moveFrom"):
                self._hid = True
            elif name == "" and isinstance(child.tag, str) and child.tag.startswith(_MATH):
                if self.fields.is_shown:
                    made.extend(self._formula(child))

    def _formula(self, element: _Element) -> list[_Element]:
        """A mathematical formula in one line, as a run."""
        text = _in_a_line(element)
        return _as_runs([_text(text)], None) if text else []

    def _run(self, run: _Element) -> list[_Element]:
        """The runs (and page numbers) that come of a run."""
        hidden = self.target.looks.is_hidden(run, self._style, self._paper[-1])
        self._hid = self._hid or hidden
        properties = run.find(f"{W}rPr")
        looks = None if properties is None else self.target.looks.properties(properties)
        pieces: list[_Element] = []
        for child in run:
            name = local(child)
            if name == "fldChar":
                shown = self.fields.mark(child)
                pieces += [] if hidden else shown
            elif name == "instrText":
                self.fields.add_code(child.text or "")
            elif not hidden and self.fields.is_shown:
                pieces += self._alternative(child) if child.tag == _ALTERNATIVES else self._piece(child, name)
        return _as_runs(pieces, looks)

    def _piece(self, child: _Element, name: str) -> Iterable[_Element]:
        """What comes of an element in a run."""
        if name == "t":
            return [_text(child.text or "")]
        if name in ("tab", "ptab"):
            return [new("tab")]
        if name in _SIGNS:
            copied = kept(child, {})
            return [] if copied is None else [copied]
        if name in _OF_NOTES:
            return [new(name)]
        if name == "sym":
            font, code = value(child, "font"), value(child, "char")
            fits = is_font(font) and len(code) == 4 and all(each in "0123456789ABCDEFabcdef" for each in code)
            return [new("sym", font=font, char=code)] if fits else []
        if name in ("footnoteReference", "endnoteReference"):
            number = self.target.note(name, value(child, "id"))
            return [new(name, id=number)] if number else []
        if name == "ruby":
            return self._ruby(child)
        if name in ("drawing", "pict", "object"):
            return self._drawn([child])
        return []

    def _alternative(self, element: _Element) -> list[_Element]:
        """Of several forms of a drawing the first that can be written anew."""
        forms = (form for form in element if isinstance(form.tag, str))
        return self._drawn(
            [each for form in forms for each in form if local(each) in ("drawing", "pict", "object")]
        )

    def _drawn(self, forms: list[_Element]) -> list[_Element]:
        """The first of these drawings that can be written anew; if there is none, that is noted."""
        for form in forms:
            drawn = drawing(form, self)
            if drawn is not None:
                return [drawn]
        if forms:
            self.target.leave_out()
        return []

    def _ruby(self, element: _Element) -> list[_Element]:
        """Letters with their reading above them."""
        made = new("ruby")
        properties = element.find(f"{W}rubyPr")
        copied = None if properties is None else kept(properties, {})
        if copied is not None:
            made.append(copied)
        for name in ("rt", "rubyBase"):
            inner = new(name)
            found = element.find(W + name)
            if found is not None:
                self._inline(found, inner)
            made.append(inner)
        return [made]

    def _table(self, table: _Element) -> _Element | None:
        """A table without the rows and cells that are hidden or were deleted; None where none is left."""
        made = new("tbl")
        properties = table.find(f"{W}tblPr")
        copied = None if properties is None else self.target.looks.properties(properties)
        made.append(new("tblPr") if copied is None else copied)
        grid = table.find(f"{W}tblGrid")
        copied = None if grid is None else kept(grid, {})
        made.append(new("tblGrid") if copied is None else copied)
        plain = properties is None or (
            properties.find(f"{W}shd") is None
            and not self.target.looks.is_shaded(value(properties.find(f"{W}tblStyle")))
        )
        self._paper.append(self._paper[-1] and plain)
        shown = [row for row in rows(table) if is_row_shown(row)]
        begins = len(made)
        goes_on = merged_cells(shown)
        for row in shown:
            made.append(self._row(row, goes_on))
        self._paper.pop()
        return made if len(made) > begins else None

    def _row(self, row: _Element, goes_on: dict[_Element, str]) -> _Element:
        """A row. goes_on: how cells belong to those above, by the element."""
        made = new("tr")
        for name in ("tblPrEx", "trPr"):
            found = row.find(W + name)
            copied = None if found is None else self.target.looks.properties(found)
            if copied is not None and len(copied):
                made.append(copied)
        for cell in cells(row):
            made.append(self._cell(cell, goes_on.get(cell, "")))
        if not any(local(each) == "tc" for each in made):
            made.append(new("tc"))
            made[-1].append(new("p"))
        return made

    def _cell(self, cell: _Element, merge: str) -> _Element:
        """A cell, with a paragraph at its end; empty where the cell above goes on in it."""
        made = new("tc")
        properties = cell.find(f"{W}tcPr")
        copied = None if properties is None else self.target.looks.properties(properties)
        if copied is not None:
            found = copied.find(f"{W}vMerge")
            if found is not None:
                if merge:
                    found.set(f"{W}val", merge)
                else:
                    copied.remove(found)
            made.append(copied)
        shaded = properties is not None and properties.find(f"{W}shd") is not None
        across = value(cell.find(f"{W}tcPr/{W}hMerge"), default="continue")
        beside = cell.find(f"{W}tcPr/{W}hMerge") is not None and across == "continue"
        if merge != "continue" and not beside:
            self._paper.append(self._paper[-1] and not shaded)
            made.extend(self.blocks(cell))
            self._paper.pop()
        if not len(made) or local(made[-1]) != "p":
            made.append(new("p"))
        return made


def _text(text: str) -> _Element:
    """A piece of text, its blanks kept."""
    made = new("t")
    made.text = text
    if text != text.strip():
        made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _as_runs(pieces: Iterable[_Element], looks: _Element | None) -> list[_Element]:
    """A run of these looks with the pieces; none where there are no pieces."""
    run = new("r")
    run.extend(pieces)
    if not len(run):
        return []
    if looks is not None and len(looks):
        run.insert(0, looks)
    return [run]


def _children(parent: _Element) -> Iterator[_Element]:
    """The children of an element, also those in content controls and the like."""
    waiting = list(reversed(parent))
    while waiting:
        child = waiting.pop()
        if local(child) in _THROUGH:
            waiting += reversed(child)
        elif child.tag == _ALTERNATIVES:
            waiting += reversed(child[0] if len(child) else [])
        else:
            yield child


def _is_mark_gone(properties: _Element | None) -> bool:
    """Whether the end of a paragraph was deleted under tracking, or is hidden."""
    looks = None if properties is None else properties.find(f"{W}rPr")
    if looks is None:
        return False
    deleted = any(looks.find(W + name) is not None for name in ("del", "moveFrom"))
    return deleted or is_on(looks.find(f"{W}vanish"))


def _in_a_line(element: _Element) -> str:
    """A mathematical formula as text in one line: a/b, x^2, √(x)."""
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    inside = [
        (each.tag.rpartition("}")[2], _in_a_line(each)) for each in element if isinstance(each.tag, str)
    ]
    parts = dict(inside)
    if name == "f":
        return "/".join(_in_brackets(parts.get(each, "")) for each in ("num", "den"))
    if name in ("sSup", "sSub"):
        sign = "^" if name == "sSup" else "_"
        return f"{parts.get('e', '')}{sign}{_in_brackets(parts.get(name[1:].lower(), ''))}"
    if name == "rad":
        return f"{parts.get('deg', '')}√{_in_brackets(parts.get('e', ''))}"
    text = "".join(each for _, each in inside)
    return f"({text})" if name == "d" else text


def _in_brackets(text: str) -> str:
    """The text, in brackets where it is more than a number or a name."""
    return text if text.replace(".", "").isalnum() else f"({text})"
