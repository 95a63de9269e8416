"""Styles, lists and the theme of a received Word file: what a text looks like, and which of them it uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selfeval_xl.workflows.publishing.word.allowed import W, is_on, kept, local, new, value
from selfeval_xl.workflows.publishing.word.lists import Lists
from selfeval_xl.workflows.publishing.word.received import Received

if TYPE_CHECKING:
    from lxml.etree import _Element

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_USUAL_NAMES = frozenset(  # styles that every Word has; others lose their names, which people gave them
    (
        *("normal", "title", "subtitle", "table grid", "header", "footer", "list paragraph", "caption"),
        *("footnote text", "footnote reference", "endnote text", "endnote reference", "body text"),
        *("body text indent", "default paragraph font", "no list", "normal table", "table normal", "strong"),
        *("emphasis", "hyperlink", "normal (web)", "date", "page number", "plain text", "toc heading"),
        *("no spacing", "list bullet", "list number", "normal indent", "salutation", "closing", "signature"),
        *(f"heading {level}" for level in range(1, 10)),
        *(f"toc {level}" for level in range(1, 10)),
    )
)
_HIDING = ("vanish", "webHidden", "specVanish")
_LOOKED = frozenset((*_HIDING, "sz", "shd", "highlight", "color"))
_PROPERTIES = ("pPr", "rPr", "tblPr", "trPr", "tcPr")
_KINDS = ("paragraph", "character", "table", "numbering")
_DEEP = 20  # styles that are based on one another
_TINY = 3  # half points up to which nobody can read letters
_PALE = 0xF5  # of red, green and blue, from which letters on white paper are not seen


@dataclass(slots=True)
class Looks:
    """Styles, lists and theme of a received file.

    styles: by identity. defaults: properties of letters without a style. fonts: of the theme by their names
    in the file. colours: of the theme. lines: widths of its lines. used: the new identities of styles by the
    old ones. lists: the numbered and bulleted lists.
    """

    styles: dict[str, _Element]
    defaults: _Element | None
    fonts: dict[str, str]
    colours: dict[str, str]
    lists: Lists
    lines: tuple[int, ...] = ()
    used: dict[str, str] = field(default_factory=dict)
    _known: dict[str, dict[str, _Element]] = field(default_factory=dict)
    _shaded: dict[str, bool] = field(default_factory=dict)
    _numbers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def properties(self, element: _Element) -> _Element | None:
        """The properties of a paragraph, a run, a table and so on as they go into the public copy."""
        made = kept(element, self.fonts)
        if made is None:
            return None
        for name in ("pStyle", "rStyle", "tblStyle"):
            style = self.use(value(element.find(W + name)))
            if style:
                made.insert(0, new(name, val=style))
        self._number(element, made)
        return made

    def _number(self, element: _Element, made: _Element) -> None:
        """Completes the list that a paragraph belongs to, by itself or by its style."""
        own, style = element.find(f"{W}numPr"), value(element.find(f"{W}pStyle"))
        number, level = self._list_of(element, style)
        if number and local(element) == "pPr":
            self.lists.use(number, level, style)
        if own is None:
            return
        new_number = made.find(f"{W}numPr")
        if new_number is not None:
            if own.find(f"{W}numId") is not None:
                new_number.append(new("numId", val=self.lists.number(value(own.find(f"{W}numId")))))
            elif not len(new_number):
                made.remove(new_number)

    def _list_of(self, element: _Element, style: str) -> tuple[str, int]:
        """The list that a paragraph with these properties belongs to ("" for none), and its level."""
        number, level = _number_of(element)
        if style not in self._numbers:
            chain = [_number_of(each.find(f"{W}pPr")) for each in self._chain(style)]
            self._numbers[style] = (
                next((each for each, _ in chain if each), ""),
                next((each for _, each in chain if each), ""),
            )
        number, level = number or self._numbers[style][0], level or self._numbers[style][1]
        return number, int(level) if level.isdecimal() and len(level) == 1 else self.lists.level_of(
            number, style
        )

    def use(self, identity: str) -> str:
        """The new identity of a style, which goes along with those that it is based on; "" for none."""
        if not identity or identity not in self.styles:
            return ""
        if identity not in self.used:
            self.used[identity] = f"S{len(self.used) + 1}"
            for name in ("basedOn", "link"):
                self.use(value(self.styles[identity].find(W + name)))
        return self.used[identity]

    def is_hidden(self, run: _Element, paragraph_style: str, on_paper: bool) -> bool:
        """Whether the letters of a run are not seen: hidden, tiny, or white on white.

        on_paper: whether nothing of another colour is behind the run.
        """
        own = run.find(f"{W}rPr")
        style = value(own.find(f"{W}rStyle")) if own is not None else ""
        sources = [_looked_for(own), self._looks_of(style), self._looks_of(paragraph_style)]
        found = {
            name: each[name] for each in (_looked_for(self.defaults), *reversed(sources)) for name in each
        }
        if any(is_on(found.get(name)) for name in _HIDING):
            return True
        size = value(found.get("sz"))
        if size.isdecimal() and int(size[:9]) <= _TINY:
            return True
        plain = "shd" not in found and "highlight" not in found
        return on_paper and plain and _is_pale(value(found.get("color")))

    def _looks_of(self, style: str) -> dict[str, _Element]:
        """What a style, or one that it is based on, says of whether its letters are seen."""
        if style not in self._known:
            chain = [_looked_for(each.find(f"{W}rPr")) for each in self._chain(style)]
            self._known[style] = {name: each[name] for each in reversed(chain) for name in each}
        return self._known[style]

    def is_shaded(self, style: str) -> bool:
        """Whether a style, or one that it is based on, colours anything."""
        if style not in self._shaded:
            self._shaded[style] = any(
                next(each.iter(f"{W}shd"), None) is not None for each in self._chain(style)
            )
        return self._shaded[style]

    def _chain(self, identity: str) -> Iterator[_Element]:
        """A style and those that it is based on."""
        for _ in range(_DEEP):
            style = self.styles.get(identity)
            if style is None:
                return
            yield style
            identity = value(style.find(f"{W}basedOn"))

    def part(self) -> _Element:
        """The styles that are used, as a part of the public copy."""
        made = new("styles")
        if self.defaults is not None or any(is_on_default(each) for each in self.styles.values()):
            made.append(self._default_looks())
        for identity, style in self.styles.items():
            if is_on_default(style):
                self.use(identity)
        for identity in list(self.used):
            made.append(self._style(identity))
        return made

    def _default_looks(self) -> _Element:
        """What holds for letters and paragraphs without a style."""
        made = new("docDefaults")
        for name, own in (("rPrDefault", "rPr"), ("pPrDefault", "pPr")):
            outer = new(name)
            found = None
            if self.defaults is not None:
                root = self.defaults.getparent().getparent()
                found = root.find(f"{W}{name}/{W}{own}")
            if found is not None and (copied := kept(found, self.fonts)) is not None:
                outer.append(copied)
            made.append(outer)
        return made

    def _style(self, identity: str) -> _Element:
        """A style under its new name."""
        style = self.styles[identity]
        name = value(style.find(f"{W}name")).lower()
        usual = name in _USUAL_NAMES
        kind = value(style, "type")
        made = new("style", type=kind if kind in _KINDS else "paragraph")
        if is_on_default(style):
            made.set(f"{W}default", "1")
        if not usual:
            made.set(f"{W}customStyle", "1")
        made.set(f"{W}styleId", self.used[identity])
        made.append(new("name", val=_cased(name) if usual else f"样式{self.used[identity][1:]}"))
        for other in ("basedOn", "link"):
            if new_identity := self.used.get(value(style.find(W + other))):
                made.append(new(other, val=new_identity))
        for child in style:
            if local(child) in _PROPERTIES and (copied := self.properties(child)) is not None:
                made.append(copied)
        for child in style.iterchildren(f"{W}tblStylePr"):
            if (copied := kept(child, self.fonts)) is not None:
                made.append(copied)
        return made


def _looked_for(properties: _Element | None) -> dict[str, _Element]:
    """The properties of letters that say whether they are seen, by their names."""
    return {} if properties is None else {local(each): each for each in properties if local(each) in _LOOKED}


def _number_of(properties: _Element | None) -> tuple[str, str]:
    """Number and level of the list that a paragraph with these properties belongs to."""
    found = None if properties is None else properties.find(f"{W}numPr")
    if found is None:
        return "", ""
    return value(found.find(f"{W}numId")), value(found.find(f"{W}ilvl"))


def is_on_default(style: _Element) -> bool:
    """Whether a style holds where none is named."""
    return value(style, "default") in ("1", "true", "on")


def looks_of(received: Received) -> Looks:
    """The looks of a received file."""
    styles = received.beside("styles")
    found = () if styles is None else styles.root.iter(f"{W}style")
    defaults = None if styles is None else styles.root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    fonts, colours, lines = _theme(received)
    numbering = received.beside("numbering")
    return Looks(
        {value(each, "styleId"): each for each in found},
        defaults,
        fonts,
        colours,
        Lists(None if numbering is None else numbering.root),
        lines,
    )


def _theme(received: Received) -> tuple[dict[str, str], dict[str, str], tuple[int, ...]]:
    """Fonts and colours of the theme by the names with which the text refers to them, and widths of lines."""
    theme = received.beside("theme")
    if theme is None:
        return {}, {}, ()
    fonts: dict[str, str] = {}
    for which in ("major", "minor"):
        found = theme.root.find(f".//{_A}{which}Font")
        if found is None:
            continue
        names = {
            place: element.get("typeface", "")
            for place in ("latin", "ea", "cs")
            if (element := found.find(_A + place)) is not None
        }
        chinese = next(
            (each.get("typeface", "") for each in found.iter(f"{_A}font") if each.get("script") == "Hans"), ""
        )
        fonts[f"{which}Ascii"] = fonts[f"{which}HAnsi"] = names.get("latin", "")
        fonts[f"{which}EastAsia"] = names.get("ea") or chinese
        fonts[f"{which}Bidi"] = names.get("cs", "")
    colours = {}
    for each in theme.root.iterfind(f".//{_A}clrScheme/*"):
        colour = next((inner.get("lastClr") or inner.get("val", "") for inner in each), "")
        colours[each.tag.rpartition("}")[2]] = colour
    for name, other in (("bg1", "lt1"), ("bg2", "lt2"), ("tx1", "dk1"), ("tx2", "dk2")):
        colours[name] = colours.get(other, "")
    widths = [each.get("w", "") for each in theme.root.iterfind(f".//{_A}lnStyleLst/{_A}ln")]
    return fonts, colours, tuple(int(each) for each in widths if each.isdecimal() and len(each) < 7)


def _is_pale(colour: str) -> bool:
    """Whether letters of this colour are not seen on white paper."""
    try:
        return len(colour) == 6 and min(bytes.fromhex(colour)) >= _PALE
    except ValueError:
        return False


def _cased(name: str) -> str:
    """The name of a usual style as Word writes it."""
    titled = ("normal", "title", "subtitle", "table grid", "list paragraph", "normal table", "table normal")
    return " ".join(word.capitalize() for word in name.split()) if name in titled else name
