"""Tints by conditional format, tied to the value in the cell: correct the value and the tint is gone.

This works without our program. A rule of ours is recognised by a word in its formula, so it is found
again wherever rows were inserted above it. Cell styles are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from selfeval_xl.model.grid import Area, Value, a1, column_name, plain_number
from selfeval_xl.model.numbers import whole
from selfeval_xl.writers.xlsx.package import tag
from selfeval_xl.writers.xlsx.worksheet import Worksheet, plain_text

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

WORD = "校验标注"
SIGN = f'"{WORD}"<>""'
_LONGEST_LITERAL = 120  # Excel takes 255 characters in quotes, doubled ones counted
_LONGEST_FORMULA = 7800  # Excel takes 8,192 in a formula
_OUR_PRIORITIES = 10_000  # priorities up to this one are kept for our rules
_DAY_ZERO = datetime(1899, 12, 30)


ERROR, PICTURE = "error", "picture"  # what a cell may hold other than a value


def add(sheet: Worksheet, area: Area, value: Value, dxf: int, instead: str = "") -> None:
    """Tints an area while its top left cell holds `value`, or ERROR or PICTURE instead of one.

    dxf: number of the look in the styles.
    """
    from lxml import etree

    our_rules = {rule for _, rule in _our_rules(sheet)}
    used = [whole(rule.get("priority")) for rule in our_rules]
    _make_way([rule for rule in sheet.root.iter("{*}cfRule") if rule not in our_rules])
    block = sheet.insert("conditionalFormatting")
    sheet.root.find(block.tag).addprevious(block)  # LibreOffice goes by the order, Excel by the priority
    block.set(
        "sqref", str(area) if (area.top, area.left) != (area.bottom, area.right) else a1(area.top, area.left)
    )
    rule = etree.SubElement(
        block,
        tag(sheet.root, "cfRule"),
        type="expression",
        dxfId=str(dxf),
        priority=str(max(used, default=0) + 1),
    )
    formula = etree.SubElement(rule, tag(sheet.root, "formula"))
    formula.text = condition(_absolute(area), value, instead)


def _make_way(others: list[Element]) -> None:
    """Moves the sheet's own rules behind ours; they keep their order among themselves.

    Of two fills the one whose rule has the lower priority number is seen.
    """
    numbered = [rule for rule in others if whole(rule.get("priority"), -1) >= 0]
    if any(whole(rule.get("priority")) <= _OUR_PRIORITIES for rule in numbered):
        for rule in numbered:
            rule.set("priority", str(whole(rule.get("priority")) + _OUR_PRIORITIES))


def remove(sheet: Worksheet, cells: frozenset[str] | None = None) -> None:
    """Removes our tints: all of them, or those whose area begins at one of these cells."""
    for block, rule in list(_our_rules(sheet)):
        if cells is None or block.get("sqref", "").replace("$", "").split(":")[0] in cells:
            block.remove(rule)
            if not len(block):
                sheet.root.remove(block)
            sheet.changed()


def tinted(sheet: Worksheet) -> list[str]:
    """The first cells of the areas that carry tints of ours."""
    return [
        block.get("sqref", "").replace("$", "").split(" ")[0].split(":")[0] for block, _ in _our_rules(sheet)
    ]


def _our_rules(sheet: Worksheet) -> Iterator[tuple[Element, Element]]:
    """Our rules, as (conditionalFormatting, cfRule)."""
    for block in sheet.root.iter(tag(sheet.root, "conditionalFormatting")):
        for rule in block:
            if any(SIGN in (part.text or "") for part in rule):
                yield block, rule


def condition(cell: str, value: Value, instead: str = "") -> str:
    """The formula, without `=`, that is true while `cell` ($G$12) holds `value`.

    It uses only functions that Excel 2010 and WPS know.
    """
    return plain_text(f"AND({SIGN},{_same(cell, value, instead)})")


def _same(cell: str, value: Value, instead: str) -> str:
    """The formula that compares the cell with the value."""
    if instead == ERROR:
        return f"ISERROR({cell})"
    if instead == PICTURE:  # WPS has a text there that begins with =, Excel an error or a rich value
        return f'IF(ISTEXT({cell}),LEFT({cell},1)="=",NOT(OR(ISBLANK({cell}),ISNUMBER({cell}))))'
    if value is None or value == "":
        return f"LEN(TRIM({cell}))=0"
    if isinstance(value, bool):
        return f"{cell}={'TRUE' if value else 'FALSE'}"
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        value = (moment - _DAY_ZERO).total_seconds() / 86400
    if isinstance(value, (int, float)):
        return f"ISNUMBER({cell}),ABS({cell}-({plain_number(value)}))<{max(abs(value), 1.0) * 1e-9:.0e}"
    return _same_text(cell, str(value))


def _same_text(cell: str, text: str) -> str:
    """The formula that compares a text; of a very long one length, beginning and end."""
    shown = f'SUBSTITUTE({cell},CHAR(13),"")' if "\n" in text or "\r" in text else cell
    text = text.replace("\r", "")
    whole = f"EXACT({shown},{literal(text)})"
    if len(whole) <= _LONGEST_FORMULA:
        return whole
    return (
        f"LEN({shown})={len(text)},EXACT(LEFT({shown},1500),{literal(text[:1500])})"
        f",EXACT(RIGHT({shown},1500),{literal(text[-1500:])})"
    )


def literal(text: str) -> str:
    """A text as a formula spells it: quotes doubled, control characters by CHAR, in short pieces."""
    pieces: list[str] = []
    plain = ""

    def close() -> None:
        if plain:
            pieces.append('"' + plain.replace('"', '""') + '"')

    for char in text:
        if ord(char) < 32:
            close()
            pieces.append(f"CHAR({ord(char)})")
            plain = ""
            continue
        if len(plain) >= _LONGEST_LITERAL:
            close()
            plain = ""
        plain += char
    close()
    return "&".join(pieces) or '""'


def _absolute(area: Area) -> str:
    """The first cell of an area as $G$12."""
    return f"${column_name(area.left)}${area.top + 1}"
