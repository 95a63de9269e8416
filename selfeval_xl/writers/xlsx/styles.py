"""Cell styles of a workbook. A new one is a changed copy of an old one, so borders and fonts stay."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from selfeval_xl.model.numbers import real, whole
from selfeval_xl.writers.xlsx.looks import Dress
from selfeval_xl.writers.xlsx.package import OpenPackage, child, entries, need_child, tag
from selfeval_xl.writers.xlsx.style_groups import PLAIN, complete, highest_style, insert, put_in_order

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_APPLY = frozenset(("applyFill",))
_RGB = re.compile(r"^(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})$")
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


class StyleTable:
    """The styles part of a package; a workbook without one gets a minimal one.

    Raises UnreadableFile where the part is damaged.
    """

    def __init__(self, package: OpenPackage, workbook: str) -> None:
        self._package = package
        part = next(
            (
                target
                for _, kind, target in package.related(workbook)
                if kind == "styles" and package.name(target)
            ),
            None,
        )
        if part is None:
            part = (
                "xl/styles.xml"
                if package.name("xl/styles.xml") is None
                else package.free_name("xl/styles{}.xml")
            )
            package.add(part, PLAIN.encode(), STYLES_TYPE)
            package.relate(workbook, "styles", part)
        self._part = part
        self._root = package.need_tree(part)
        sheets = (target for _, kind, target in package.related(workbook) if kind == "worksheet")
        complete(self._root, lambda: highest_style(package.read(sheet) or b"" for sheet in sheets))
        self._cells = need_child(self._root, "cellXfs")
        # Reversed, so that the first of equal styles wins.
        numbered = reversed(list(enumerate(self._cells)))
        self._keys = {_key(xf, frozenset()): number for number, xf in numbered}
        self._made: dict[tuple[int, Dress | str], int] = {}

    def dressed(self, style: int, dress: Dress) -> int:
        """The number of a style that differs from `style` by what the dress asks for."""
        if (style, dress) not in self._made:
            self._made[style, dress] = self._dressed(style, dress)
        return self._made[style, dress]

    def _dressed(self, style: int, dress: Dress) -> int:
        xf = deepcopy(self._xf(0 if dress.own else style))
        if dress.number_format is not None:
            _set(xf, "numFmtId", dress.number_format, "applyNumberFormat")
        if dress.fill is not None:
            _set(xf, "fillId", self._fill(dress.fill), "applyFill")
        if dress.bold:
            _set(xf, "fontId", self._bold(whole(xf.get("fontId"))), "applyFont")
        if dress.border:
            _set(xf, "borderId", self._thin_border(), "applyBorder")
        if dress.wrap or dress.horizontal or dress.vertical:
            self._align(xf, dress)
        return self._number(xf, frozenset())

    def filled(self, style: int, fill: str) -> int:
        """The number of a style with this fill (as in `fill`); an older one that looks the same is taken."""
        if (style, fill) not in self._made:
            xf = deepcopy(self._xf(style))
            _set(xf, "fillId", self._fill(fill), "applyFill")
            self._made[style, fill] = self._number(xf, _APPLY)
        return self._made[style, fill]

    def with_format(self, style: int, number_format: int) -> int:
        """The number of the style with this number format."""
        xf = deepcopy(self._xf(style))
        _set(xf, "numFmtId", number_format, "applyNumberFormat")
        return self._number(xf, frozenset())

    def sized(self, style: int, size: float) -> int:
        """The number of the style with its font in this size, in points."""
        xf = deepcopy(self._xf(style))
        _set(xf, "fontId", self._font_in(whole(xf.get("fontId")), size), "applyFont")
        return self._number(xf, frozenset())

    def fill(self, style: int) -> str:
        """The fill of a style for a record: "" none, "#RRGGBB" a plain colour, else the fill's own XML."""
        from lxml import etree

        fills = entries(self._root, "fills")
        number = whole(self._xf(style).get("fillId"))
        if not 0 <= number < len(fills):
            return ""
        fill = fills[number]
        pattern = child(fill, "patternFill")
        if pattern is not None:
            if pattern.get("patternType", "none") == "none":
                return ""
            colour = child(pattern, "fgColor")
            match = (
                _RGB.match(colour.get("rgb", ""))
                if colour is not None and colour.get("tint") is None
                else None
            )
            if pattern.get("patternType") == "solid" and match:
                return f"#{match[1].upper()}"
        return etree.tostring(fill, encoding="unicode", with_tail=False)

    def tint(self, colour: str) -> int:
        """The number of the differential style (dxf) that fills with this colour, for conditional formats."""
        from lxml import etree

        if child(self._root, "dxfs") is None:
            insert(self._root, "dxfs").set("count", "0")
        dxf = etree.Element(tag(self._root, "dxf"), nsmap=self._root.nsmap)
        pattern = etree.SubElement(
            etree.SubElement(dxf, tag(self._root, "fill")),
            tag(self._root, "patternFill"),
            patternType="solid",
        )
        etree.SubElement(pattern, tag(self._root, "fgColor"), rgb=f"FF{colour[1:]}")
        etree.SubElement(pattern, tag(self._root, "bgColor"), rgb=f"FF{colour[1:]}")
        return self._entry("dxfs", dxf)

    def wraps(self, style: int) -> bool:
        """Whether cells of this style wrap their text."""
        alignment = child(self._xf(style), "alignment")
        return alignment is not None and alignment.get("wrapText") in ("1", "true")

    def font_size(self, style: int) -> float:
        """The size of the style's font in points; 11 where none is given."""
        fonts = entries(self._root, "fonts")
        number = whole(self._xf(style).get("fontId"))
        size = child(fonts[number], "sz") if 0 <= number < len(fonts) else None
        return real(size.get("val"), 11.0) if size is not None else 11.0

    def _xf(self, style: int) -> Element:
        """The element of a cell style; the first one where the number is out of range."""
        return self._cells[style] if 0 <= style < len(self._cells) else self._cells[0]

    def _number(self, xf: Element, ignore: frozenset[str]) -> int:
        """The number of a style that is equal but for the attributes `ignore`, else of a new one."""
        key = _key(xf, frozenset())
        if key in self._keys:
            return self._keys[key]
        if ignore:
            loose = _key(xf, ignore)
            found = next(
                (number for number, other in enumerate(self._cells) if _key(other, ignore) == loose), None
            )
            if found is not None:
                return found
        self._cells.append(xf)
        self._count(self._cells)
        self._keys[key] = len(self._cells) - 1
        return len(self._cells) - 1

    def _count(self, group: Element) -> None:
        """Brings the count of a changed group up to date; every font is put into the schema's order then."""
        group.set("count", str(len(group)))
        for font in need_child(self._root, "fonts"):
            put_in_order(font)
        self._package.changed(self._part)

    def _entry(self, group: str, element: Element) -> int:
        """The number of an element in its group; it is added where no equal one is there."""
        parent = need_child(self._root, group)
        wanted = _content(element)
        for number, each in enumerate(parent):
            if _content(each) == wanted:
                return number
        parent.append(element)
        self._count(parent)
        return len(parent) - 1

    def _fill(self, fill: str) -> int:
        """The number of a fill (as in `fill`)."""
        from lxml import etree

        if not fill:
            return 0
        if fill.startswith("#"):
            element = etree.Element(tag(self._root, "fill"), nsmap=self._root.nsmap)
            pattern = etree.SubElement(element, tag(self._root, "patternFill"), patternType="solid")
            etree.SubElement(pattern, tag(self._root, "fgColor"), rgb=f"FF{fill[1:]}")
            etree.SubElement(pattern, tag(self._root, "bgColor"), indexed="64")
            return self._entry("fills", element)
        try:
            return self._entry(
                "fills", etree.fromstring(fill, etree.XMLParser(resolve_entities=False, no_network=True))
            )
        except etree.XMLSyntaxError:
            return 0  # the record was changed by hand; no fill is the best guess

    def _bold(self, font: int) -> int:
        """The number of the font that is this one in bold."""
        from lxml import etree

        fonts = need_child(self._root, "fonts")
        element = deepcopy(fonts[font if 0 <= font < len(fonts) else 0])
        if child(element, "b") is None:
            element.insert(0, etree.Element(tag(self._root, "b")))
        return self._entry("fonts", element)

    def _font_in(self, font: int, size: float) -> int:
        """The number of the font that is this one in another size."""
        from lxml import etree

        fonts = need_child(self._root, "fonts")
        element = deepcopy(fonts[font if 0 <= font < len(fonts) else 0])
        points = child(element, "sz")
        if points is None:
            points = etree.SubElement(element, tag(self._root, "sz"))
        points.set("val", f"{size:g}")
        return self._entry("fonts", element)

    def _thin_border(self) -> int:
        """The number of the border with a thin line on all sides."""
        from lxml import etree

        element = etree.Element(tag(self._root, "border"), nsmap=self._root.nsmap)
        for side in ("left", "right", "top", "bottom"):
            edge = etree.SubElement(element, tag(self._root, side), style="thin")
            etree.SubElement(edge, tag(self._root, "color"), auto="1")
        etree.SubElement(element, tag(self._root, "diagonal"))
        return self._entry("borders", element)

    def _align(self, xf: Element, dress: Dress) -> None:
        """Sets the alignment and wrapping that a dress asks for."""
        from lxml import etree

        alignment = child(xf, "alignment")
        if alignment is None:
            alignment = etree.Element(tag(xf, "alignment"))
            xf.insert(0, alignment)
        for name, value in (
            ("horizontal", dress.horizontal),
            ("vertical", dress.vertical),
            ("wrapText", "1" if dress.wrap else None),
        ):
            if value:
                alignment.set(name, value)
        if dress.wrap:
            alignment.attrib.pop("shrinkToFit", None)
        xf.set("applyAlignment", "1")


def _key(xf: Element, ignore: frozenset[str]) -> tuple[object, ...]:
    """The contents of a cell style without the attributes `ignore`, for comparing."""
    return (
        tuple(sorted((name, value) for name, value in xf.attrib.items() if name not in ignore)),
        tuple(_content(each) for each in xf),
    )


def _content(element: Element) -> tuple[object, ...]:
    """The contents of an element for comparing, whatever prefixes its file uses."""
    return (
        element.tag,
        tuple(sorted(element.attrib.items())),
        (element.text or "").strip(),
        tuple(_content(each) for each in element),
    )


def _set(xf: Element, name: str, value: int, flag: str) -> None:
    """Sets one number of a cell style, and the flag that makes Excel apply it."""
    if xf.get(name, "0") != str(value):
        xf.set(name, str(value))
        xf.set(flag, "1")
