"""The groups of a styles part: those without which Excel or a writer cannot do, and their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING

from selfeval_xl.model.numbers import whole
from selfeval_xl.writers.xlsx.package import child, entries, tag

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

PLAIN = """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>"""
_ORDER = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst".split()
_RANK = {name: number for number, name in enumerate(_ORDER)}
_NUMBERED = {"fonts": "fontId", "fills": "fillId", "borders": "borderId"}
_MOST = 4_096  # fonts, fills or borders; more are not supposed
_STYLE = re.compile(rb"\bs=[\"'](\d{1,4})[\"']")
# The schema's order inside a font; openpyxl and others write another one, which Excel reads and a validator
# does not.
_FONT_ORDER = "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
_FONT_RANK = {name: number for number, name in enumerate(_FONT_ORDER.split())}
_SIX_DIGITS = re.compile(r"[0-9A-Fa-f]{6}")


def complete(root: Element, used: Callable[[], int]) -> None:
    """Adds the groups and entries that a styles part lacks, as Excel supposes them.

    A cell style may name an entry that is not there, and a cell a style: a new one must not get its number.
    used: the highest number of a style that a cell has.
    """
    from lxml import etree

    without_styles = not len(entries(root, "cellXfs"))
    plain = etree.fromstring(PLAIN)
    space = root.tag[1:].partition("}")[0]
    for group in plain:
        for element in group.iter():
            element.tag = f"{{{space}}}{etree.QName(element).localname}"
        if group.tag == tag(root, "cellStyleXfs") and not without_styles:
            continue  # cell styles that are based on none stay so
        found = child(root, etree.QName(group).localname)
        if found is None:
            found = insert(root, etree.QName(group).localname)
        if not len(found):
            found.extend(deepcopy(list(group)))
            found.set("count", str(len(found)))
    for name, attribute in _NUMBERED.items():
        _fill_up(entries(root, name), _last_named(root, attribute))
    if without_styles:
        _fill_up(entries(root, "cellXfs"), used())


def highest_style(sheets: Iterable[bytes]) -> int:
    """The highest number of a style that the XML of these sheets names."""
    return max((int(number) for sheet in sheets for number in _STYLE.findall(sheet)), default=0)


def _last_named(root: Element, attribute: str) -> int:
    """The highest number that a cell style names in this attribute, but for absurd ones."""
    named = [
        whole(xf.get(attribute)) for styles in ("cellStyleXfs", "cellXfs") for xf in entries(root, styles)
    ]
    return max((number for number in named if number < _MOST), default=0)


def _fill_up(group: Element, last: int) -> None:
    """Adds copies of a group's first entry, so that there is one with the number `last`."""
    missing = last + 1 - len(group)
    if missing > 0:
        group.extend(deepcopy(group[0]) for _ in range(missing))
        group.set("count", str(len(group)))


def insert(root: Element, name: str) -> Element:
    """Adds an empty group where the schema wants it, and returns it."""
    from lxml import etree

    group = etree.Element(tag(root, name))
    after = next(
        (
            each
            for each in root
            if isinstance(each.tag, str) and _RANK.get(each.tag.rpartition("}")[2], -1) > _RANK[name]
        ),
        None,
    )
    if after is None:
        root.append(group)
    else:
        after.addprevious(group)
    return group


def put_in_order(font: Element) -> None:
    """Puts what a font consists of into the schema's order, and gives colours of six digits their eight."""
    font[:] = sorted(font, key=lambda each: _FONT_RANK.get(each.tag.rpartition("}")[2], len(_FONT_RANK)))
    colour = child(font, "color")
    if colour is not None and _SIX_DIGITS.fullmatch(colour.get("rgb", "")):
        colour.set("rgb", f"FF{colour.get('rgb')}")
