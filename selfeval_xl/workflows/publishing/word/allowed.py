"""Looks of a Word file as they go into its public copy, by a table of elements, attributes and values.

Whatever the table does not name is left out; so no text can hide in an attribute.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
OFF = ("0", "false", "off")
_FONT_PLACES = {"ascii": "latin", "hAnsi": "latin", "eastAsia": "ea", "cs": "cs"}
_FONT_OF_THEME = {
    "ascii": "asciiTheme",
    "hAnsi": "hAnsiTheme",
    "eastAsia": "eastAsiaTheme",
    "cs": "cstheme",
}


def _read() -> dict[str, Any]:
    """The contents of kept.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("kept.toml").read_text(encoding="utf-8"))


@cache
def _table() -> dict[str, dict[str, re.Pattern[str]]]:
    """The attributes of each element, with the pattern of their whole values."""
    read = _read()
    kinds = {name: re.compile(pattern) for name, pattern in read["kinds"].items()}
    return {
        name: {
            attribute: kinds[kind]
            for attribute, kind in (
                read["sets"][attributes] if isinstance(attributes, str) else attributes
            ).items()
        }
        for name, attributes in read["elements"].items()
    }


@cache
def _fonts() -> tuple[frozenset[str], re.Pattern[str]]:
    """The names of fonts that may go along, and the hints."""
    fonts = _read()["fonts"]
    return frozenset(fonts["names"].split("|")), re.compile(fonts["hint"])


def local(element: _Element) -> str:
    """The name of an element of WordprocessingML, "" for any other and for comments."""
    tag = element.tag
    return tag[len(W) :] if isinstance(tag, str) and tag.startswith(W) else ""


def value(element: _Element | None, attribute: str = "val", default: str = "") -> str:
    """An attribute of an element, the default where one of them is missing."""
    return default if element is None else element.get(W + attribute, default)


def is_on(element: _Element | None) -> bool:
    """Whether a switch is there and on."""
    return element is not None and value(element, default="1") not in OFF


def new(name: str, /, **attributes: object) -> _Element:
    """A new element of WordprocessingML."""
    from lxml import etree

    element = etree.Element(W + name, nsmap={"w": W[1:-1], "r": R[1:-1]})
    for key, text in attributes.items():
        element.set(W + key, str(text))
    return element


def is_font(name: str) -> bool:
    """Whether a font of this name may go along."""
    return name in _fonts()[0]


def kept(element: _Element, fonts: dict[str, str]) -> _Element | None:
    """A new element with all of this one that the table names; None where it does not name the element.

    fonts: those of the theme, by their names in the file.
    """
    name = local(element)
    if name == "rFonts":
        return _fonts_of(element, fonts)
    attributes = _table().get(name)
    if attributes is None:
        return None
    made = new(name)
    for attribute, pattern in attributes.items():
        text = element.get(W + attribute)
        if text is not None and pattern.fullmatch(text):
            made.set(W + attribute, text)
    for child in element:
        copied = kept(child, fonts)
        if copied is not None:
            made.append(copied)
    return made


def _fonts_of(element: _Element, fonts: dict[str, str]) -> _Element | None:
    """The fonts of a run by name, those of the theme too; None where no known one is left."""
    names, hint = _fonts()
    made = new("rFonts")
    if hint.fullmatch(value(element, "hint")):
        made.set(f"{W}hint", value(element, "hint"))
    for place in _FONT_PLACES:
        name = fonts.get(value(element, _FONT_OF_THEME[place]), "") or value(element, place)
        if name in names:
            made.set(W + place, name)
    return made if made.attrib else None
