"""The looks of cells that change what a person sees: letters in the colour of their ground, symbol fonts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from xml.etree import ElementTree

from selfeval_xl.model.grid import Value
from selfeval_xl.model.symbols import SYMBOL_FONT, in_font
from selfeval_xl.readers.formats.grid_values import Place
from selfeval_xl.readers.formats.xml_walk import local, walk

WHITE, BLACK = "FFFFFF", "000000"
_LISTS = {"fonts": "font", "fills": "fill", "cellXfs": "xf"}  # by the list, its entries
_MOST_CHILDREN = 100  # of a font, a fill or a style; they have ten
_NO_TINT = re.compile(r"[-+]?[0.]*")
# Colours by their number: the first two of the theme, the first two of the palette (twice), the system's two.
THEME = {"0": WHITE, "1": BLACK}
INDEXED = {"0": BLACK, "1": WHITE, "8": BLACK, "9": WHITE, "64": BLACK, "65": WHITE}
# How a white letter is written. Most workbooks have none and no symbol font, which shows without parsing.
_PALE = (b'FFFFFF"', b'theme="0"', b'indexed="9"', b'indexed="1"')
_FONT_NAMES = (b'="Symbol"', b'="Wingdings')
_RUN = re.compile(rb"<((?:\w+:)?)r>(.*?)</\1r>", re.DOTALL)
_RUN_FONT = re.compile(rb"<(?:\w+:)?rFont\b[^>]*\bval=\"([^\"]*)\"")
_RUN_TEXT = re.compile(rb"(<(?:\w+:)?t(?: [^>]*)?>)([^<]*)(?=</)")


@dataclass(frozen=True, slots=True)
class CellLooks:
    """The cell styles that change what a person sees, by their number.

    unseen: with letters in the colour of their ground. fonts: with a symbol font, and its name.
    """

    unseen: frozenset[int] = frozenset()
    fonts: tuple[tuple[int, str], ...] = ()


@lru_cache(maxsize=32)
def looks_in(xml: bytes | None) -> CellLooks:
    """The looks in a workbook's styles.xml; none where it cannot be parsed."""
    if not xml or not (any(sign in xml for sign in _PALE) or has_symbol_font(xml)):
        return CellLooks()
    colours: list[str] = []
    names: list[str] = []
    grounds: list[str | None] = []
    styles: list[tuple[int, int]] = []
    try:
        for kind, element in _entries(xml):
            if kind == "fonts":
                colours.append(_colour(_child(element, "color"), BLACK))
                name = _child(element, "name")
                names.append("" if name is None else name.get("val", ""))
            elif kind == "fills":
                grounds.append(_ground(element))
            else:
                styles.append((_number(element, "fontId"), _number(element, "fillId")))
    except ElementTree.ParseError:
        return CellLooks()
    unseen: set[int] = set()
    symbols: list[tuple[int, str]] = []
    for number, (font, fill) in enumerate(styles):
        ground = grounds[fill] if fill < len(grounds) else WHITE
        if font < len(colours):
            if ground is not None and colours[font] == ground:
                unseen.add(number)
            if SYMBOL_FONT.match(names[font]):
                symbols.append((number, names[font]))
    return CellLooks(frozenset(unseen), tuple(symbols))


def _entries(xml: bytes) -> Iterator[tuple[str, ElementTree.Element]]:
    """The entries of the lists of fonts, fills and cell styles, each with the name of its list."""
    inside = ""
    for event, name, element in walk(xml, frozenset(_LISTS.values()), _MOST_CHILDREN):
        if event == "start" and not inside and name in _LISTS:
            inside = name
        elif event == "end" and name == inside:
            inside = ""
        elif event == "end" and inside and name == _LISTS[inside]:
            yield inside, element


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    """The first child of this local name."""
    return next((child for child in element if local(child.tag) == name), None)


def _number(element: ElementTree.Element, name: str) -> int:
    """A number in an attribute, 0 where there is none."""
    text = element.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _colour(element: ElementTree.Element | None, default: str) -> str:
    """A colour as RRGGBB, or by its number where that is not known."""
    if element is None or element.get("auto") in ("1", "true"):
        return default
    tint = element.get("tint", "0")
    if element.get("rgb"):
        return element.get("rgb", "").upper()[-6:]
    theme, indexed = element.get("theme"), element.get("indexed")
    if theme is not None:
        return THEME.get(theme, f"theme {theme}") + ("" if _NO_TINT.fullmatch(tint) else f" {tint}")
    return INDEXED.get(indexed or "", f"indexed {indexed}") if indexed is not None else default


def _ground(fill: ElementTree.Element) -> str | None:
    """The colour behind the letters, white without a fill; None for a pattern or a gradient."""
    pattern = _child(fill, "patternFill")
    if pattern is None:
        return None
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    return _colour(_child(pattern, "fgColor"), BLACK) if kind == "solid" else None


def has_symbol_font(xml: bytes | None) -> bool:
    """Whether a part names a symbol font."""
    return xml is not None and any(name in xml for name in _FONT_NAMES)


def without_symbol_fonts(xml: bytes) -> bytes:
    """The XML of texts with the runs in a symbol font spelt by the signs that they show."""
    if not has_symbol_font(xml):
        return xml

    def spelt(run: re.Match[bytes]) -> bytes:
        font = _RUN_FONT.search(run[0])
        name = font[1].decode("utf-8", "replace") if font else ""
        if not SYMBOL_FONT.match(name):
            return run[0]
        return _RUN_TEXT.sub(lambda text: text[1] + _spelt_in(name, text[2]), run[0])

    return _RUN.sub(spelt, xml)


def _spelt_in(font: str, text: bytes) -> bytes:
    """The XML of a text of a symbol font, spelt by the signs that it shows."""
    plain = unescape(text.decode("utf-8", "replace"))
    return escape(in_font(plain, font), quote=False).encode()


def set_symbols(rows: list[list[Value]], styles: Mapping[Place, int], looks: CellLooks) -> None:
    """Spells the texts of cells in a symbol font by the signs that they show. styles: by cell."""
    fonts = dict(looks.fonts)
    for (row, column), style in styles.items() if fonts else ():
        if style in fonts and row < len(rows) and column < len(rows[row]):
            value = rows[row][column]
            if isinstance(value, str):
                rows[row][column] = in_font(value, fonts[style])


def unseen_places(styles: Mapping[Place, int], looks: CellLooks) -> frozenset[Place]:
    """The cells whose letters have the colour of their ground."""
    return (
        frozenset(place for place, style in styles.items() if style in looks.unseen)
        if looks.unseen
        else frozenset()
    )
