"""Data styles of OpenDocument in the notation of Excel's number formats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from selfeval_xl.readers.formats.xml_walk import local

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
DATA_STYLES = frozenset(
    ("number-style", "percentage-style", "currency-style", "date-style", "time-style", "text-style")
)
_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*([-+]?[\d.]+)")
_GENERAL = "General"
_USUAL = ([">=0"], [">0", "<0"], [">0", "<0", "=0"])  # conditions of Excel's two to four sections
_MOST_PLACES = 30
_MOST_MAPS = 3  # sections of an Excel format besides the last one
# The codes of the parts of a date by their element: short, long.
_DATE_PARTS = {
    "day": ("d", "dd"),
    "year": ("yy", "yyyy"),
    "day-of-week": ("ddd", "dddd"),
    "hours": ("h", "hh"),
    "minutes": ("m", "mm"),
    "am-pm": ("AM/PM", "AM/PM"),
    "era": ("g", "g"),
}


@dataclass(slots=True)
class DataStyles:
    """The data styles of a document by name.

    own: the section of each, "" where it shows nothing. maps: conditions with the styles that they call for.
    """

    own: dict[str, str] = field(default_factory=dict)
    maps: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, name: str, style: ElementTree.Element) -> None:
        """Adds the element of a data style."""
        self.own[name] = _section(style)
        self.maps[name] = [
            (condition[1].replace("!=", "<>") + condition[2], child.get(f"{_STYLE}apply-style-name", ""))
            for child in style
            if local(child.tag) == "map"
            and (condition := _CONDITION.search(child.get(f"{_STYLE}condition", "")))
        ]

    def number_format(self, name: str) -> str:
        """A data style as a number format, "" for General.

        The sections of an ods come with conditions, the last one is for all other values. Those that Excel
        takes without being told lose theirs.
        """
        maps = self.maps.get(name, [])[:_MOST_MAPS]
        last = self.own.get(name, _GENERAL)
        if not maps:
            return "" if last == _GENERAL else last
        conditions = [condition for condition, _ in maps]
        codes = [self.own.get(style, _GENERAL) for _, style in maps]
        if conditions not in _USUAL:
            codes = [f"[{condition}]{code}" for condition, code in zip(conditions, codes, strict=True)]
        return ";".join((*codes, last))


def _section(style: ElementTree.Element) -> str:
    """The section of a data style, without those for other values."""
    kind = local(style.tag)
    language = style.get(f"{NUMBER}language", "") if kind == "date-style" else ""
    return (f"[$-{language}]" if language == "zh" else "") + "".join(_pieces(style, kind))


def _pieces(style: ElementTree.Element, kind: str) -> Iterator[str]:
    """Yields the codes of the parts of a data style."""
    elapsed = kind == "time-style" and style.get(f"{NUMBER}truncate-on-overflow") == "false"
    for child in style:
        name = local(child.tag)
        if name == "number":
            yield _digits(child, kind)
        elif name == "scientific-number":
            yield f"{_digits(child, kind)}E+{'0' * max(1, _attribute(child, 'min-exponent-digits', 2))}"
        elif name == "fraction":
            yield _fraction(child)
        elif name == "currency-symbol":
            yield f"[${child.text or ''}]"
        elif name == "text-content":
            yield "@"
        elif name == "text" and child.text:
            yield "%" if kind == "percentage-style" and child.text.strip() == "%" else _literal(child.text)
        elif name == "month":
            yield _month(child)
        elif name == "seconds":
            places = _attribute(child, "decimal-places", 0)
            yield ("ss" if _is_long(child) else "s") + ("." + "0" * places if places else "")
        elif name in _DATE_PARTS:
            code = _DATE_PARTS[name][_is_long(child)]
            yield f"[{code}]" if elapsed and name == "hours" else code
            elapsed = elapsed and name != "hours"


def _attribute(element: ElementTree.Element, name: str, default: int) -> int:
    """A number in an attribute, at most 30."""
    text = element.get(f"{NUMBER}{name}", "")
    return min(int(text), _MOST_PLACES) if text.isdecimal() and len(text) < 4 else default


def _is_long(element: ElementTree.Element) -> bool:
    """Whether a part of a date has its long form."""
    return element.get(f"{NUMBER}style") == "long"


def _month(element: ElementTree.Element) -> str:
    """The code of a month, a number or a name."""
    if element.get(f"{NUMBER}textual") == "true":
        return "mmmm" if _is_long(element) else "mmm"
    return "mm" if _is_long(element) else "m"


def _literal(text: str) -> str:
    """A literal in quotes."""
    return '\\"'.join(f'"{part}"' if part else "" for part in text.split('"'))


def _digits(element: ElementTree.Element, kind: str) -> str:
    """The code of a number: its digits, decimals, grouping, literals inside and scaling."""
    if not element.get(f"{NUMBER}decimal-places") and kind == "number-style":
        return _GENERAL
    places = _attribute(element, "decimal-places", 0)
    fixed = min(_attribute(element, "min-decimal-places", places), places)
    whole = list("0" * _attribute(element, "min-integer-digits", 1) or "#")
    for inner in sorted(element, key=lambda inner: _attribute(inner, "position", 0)):
        if local(inner.tag) == "embedded-text" and inner.text:
            at = _attribute(inner, "position", 0)
            whole = ["0"] * (at + 1 - len(whole)) + whole
            whole[len(whole) - at - 1] += _literal(inner.text)
    code = "".join(whole)
    if element.get(f"{NUMBER}grouping") == "true":
        code = "#,##" + code if len(whole) == 1 else f"#,{code}"
    if places:
        code += "." + "0" * fixed + "#" * (places - fixed)
    factor = element.get(f"{NUMBER}display-factor", "1").partition(".")[0]
    return code + "," * ((len(factor) - 1) // 3)


def _fraction(element: ElementTree.Element) -> str:
    """The code of a fraction."""
    whole = "# " if element.get(f"{NUMBER}min-integer-digits") is not None else ""
    top = "?" * max(1, _attribute(element, "min-numerator-digits", 1))
    fixed = element.get(f"{NUMBER}denominator-value", "")
    return f"{whole}{top}/{fixed or '?' * max(1, _attribute(element, 'min-denominator-digits', 1))}"
