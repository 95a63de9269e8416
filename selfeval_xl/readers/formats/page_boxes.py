"""What the boxes of a web page show: text fields, lists to choose from, ticks.

Office systems save the page on which a form was typed in, and its values stand in boxes.
"""

from __future__ import annotations

from typing import Any

BOXES = frozenset(("input", "select", "textarea"))
_WITHOUT_VALUE = frozenset(("hidden", "button", "submit", "reset", "image", "file", "password"))
_TICKS = frozenset(("checkbox", "radio"))


def typed_in(box: Any) -> str:
    """The text that an element of `BOXES` shows."""
    if box.tag == "textarea":
        return "".join(box.itertext())
    if box.tag == "select":
        return _chosen(box)
    kind = (box.get("type") or "text").strip().lower()
    if kind in _TICKS:
        return "□" if box.get("checked") is None else "☑"
    return "" if kind in _WITHOUT_VALUE else box.get("value") or ""


def _chosen(box: Any) -> str:
    """The chosen lines of a list; the first one where none is, as a page shows it."""
    lines = list(box.iter("option"))
    chosen = [line for line in lines if line.get("selected") is not None] or lines[:1]
    return "、".join(text for line in chosen if (text := "".join(line.itertext()).strip()))
