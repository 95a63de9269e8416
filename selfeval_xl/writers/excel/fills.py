"""Fills on cells of the open book, from the form in which `CellBefore` records them."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from selfeval_xl.model.numbers import whole

NONE, SOLID = -4142, 1
# Excel's XlPattern for the pattern names of a file.
PATTERNS = {
    "solid": SOLID,
    "darkGray": -4126,
    "mediumGray": -4125,
    "lightGray": -4124,
    "gray125": 17,
    "gray0625": 18,
    "darkHorizontal": -4128,
    "darkVertical": -4166,
    "darkDown": -4121,
    "darkUp": -4162,
    "darkGrid": 9,
    "darkTrellis": 10,
    "lightHorizontal": 11,
    "lightVertical": 12,
    "lightDown": 13,
    "lightUp": 14,
    "lightGrid": 15,
    "lightTrellis": 16,
}
_RGB = re.compile(r"(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}")
_TINT = re.compile(r"-?[01](?:\.\d{1,20})?|-?0?\.\d{1,20}(?:[eE]-?\d)?")
_AUTOMATIC = 64  # entries of the palette from here on are system colours


def can_restore(fill: str) -> bool:
    """Whether `put` restores exactly this fill. It cannot restore gradients: such a cell is not tinted."""
    return not fill or fill.startswith("#") or _pattern(fill) is not None


def put(interior: Any, fill: str) -> None:
    """Puts a fill on the cells of an Interior; ValueError where it cannot (see `can_restore`)."""
    if not fill:
        interior.Pattern = NONE
        return
    if fill.startswith("#"):
        interior.Color = bgr(fill)
        return
    pattern = _pattern(fill)
    if pattern is None:
        raise ValueError(fill)
    kind = PATTERNS[pattern.get("patternType", "solid")]
    interior.Pattern = kind
    # A solid fill shows its foreground; with other patterns Excel calls that colour PatternColor, and the one
    # behind it Color.
    _colour(interior, "", pattern, "fgColor" if kind == SOLID else "bgColor")
    if kind != SOLID:
        _colour(interior, "Pattern", pattern, "fgColor")


def bgr(colour: str) -> int:
    """Excel's number for "#RRGGBB"."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red | green << 8 | blue << 16


def _pattern(fill: str) -> ElementTree.Element | None:
    """The patternFill element in a fill's XML; None where it has none that `put` knows."""
    try:
        root = ElementTree.fromstring(fill)
    except ElementTree.ParseError:
        return None
    found = next(
        (each for each in root if each.tag.endswith("}patternFill") or each.tag == "patternFill"), None
    )
    return found if found is not None and found.get("patternType", "solid") in PATTERNS else None


def _colour(interior: Any, prefix: str, pattern: ElementTree.Element, name: str) -> None:
    """Sets one of the two colours of a pattern: from the theme, from the palette, or as RGB."""
    colour = next((each for each in pattern if each.tag.rpartition("}")[2] == name), None)
    if colour is None:
        return
    theme, indexed, rgb, tint = (colour.get(key) for key in ("theme", "indexed", "rgb", "tint"))
    if theme is not None:
        setattr(interior, f"{prefix}ThemeColor", whole(theme) + 1)  # a file counts the theme's colours from 0
    elif indexed is not None:
        if 8 <= whole(indexed) < _AUTOMATIC:
            setattr(interior, f"{prefix}ColorIndex", whole(indexed) - 7)
    elif rgb and _RGB.fullmatch(rgb):
        setattr(interior, f"{prefix}Color", bgr(f"#{rgb[-6:]}"))
    if tint and _TINT.fullmatch(tint):
        setattr(interior, f"{prefix}TintAndShade", float(tint))
