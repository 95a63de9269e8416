"""Numbers of persons in a public Word copy are masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from selfeval_xl.rules.public import beside_label, without_personal
from selfeval_xl.workflows.publishing.word.allowed import W, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_SIGNS = {"noBreakHyphen": "-", "tab": "\t", "br": "\n", "cr": "\n"}


def mask(root: _Element) -> int:
    """Masks personal numbers, also those that Word cut into several runs; returns how many there were."""
    count = sum(_mask_pieces(list(_pieces(paragraph))) for paragraph in root.iter(f"{W}p"))
    count += sum(_mask_pieces([(each, each.text or "")]) for each in root.iter(f"{_C}v"))
    for paragraph in root.iter(f"{_A}p"):
        count += _mask_pieces([(each, each.text or "") for each in paragraph.iter(f"{_A}t")])
    for sign in root.iter(f"{W}lvlText"):
        text, found = without_personal(sign.get(f"{W}val", ""))
        sign.set(f"{W}val", text)
        count += found
    return count + sum(_mask_cells(row) for row in root.iter(f"{W}tr"))


def _pieces(paragraph: _Element) -> Iterator[tuple[_Element | None, str]]:
    """The texts of a paragraph in order with their elements, None for signs; without text boxes."""
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        name = local(element)
        if name == "t":
            yield element, element.text or ""
        elif name in _SIGNS:
            yield None, _SIGNS[name]
        elif name not in ("p", "txbxContent"):
            waiting += reversed(element)


def _mask_pieces(pieces: list[tuple[_Element | None, str]]) -> int:
    """Masks the numbers in these texts, read together; returns how many there were."""
    shown, found = without_personal("".join(text for _, text in pieces))
    if found:
        _put(pieces, shown)
    return found


def _put(pieces: list[tuple[_Element | None, str]], shown: str) -> None:
    """Puts a masked text, which is as long as it was, back into its pieces."""
    begin = 0
    for element, text in pieces:
        if element is not None:
            element.text = shown[begin : begin + len(text)]
        begin += len(text)


def _mask_cells(row: _Element) -> int:
    """Masks the long numbers in cells beside a label such as 联系电话; returns how many there were."""
    count, label = 0, ""
    for cell in row.iterchildren(f"{W}tc"):
        for paragraph in cell.iterchildren(f"{W}p"):
            pieces = list(_pieces(paragraph))
            shown = beside_label(label, "".join(text for _, text in pieces))
            if shown is not None:
                _put(pieces, shown)
                count += 1
        label = "".join(each.text or "" for each in cell.iter(f"{W}t")).strip() or label
    return count
