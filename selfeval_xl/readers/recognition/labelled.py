"""Texts that are kept under their labels: remarks, signatures, details."""

from __future__ import annotations

from collections.abc import MutableMapping


def one_line(label: str) -> str:
    """A label as one line, without its colon."""
    return "".join(label.split("\n")).strip(" :：")


def put(record: MutableMapping[str, str], label: str, text: str) -> None:
    """Puts a text under a label; a label that is printed twice keeps both texts."""
    before = record.get(label)
    if before and text not in before:
        text = f"{before}\n{text}"
    elif before:
        text = before
    record[label] = text


def put_or_none(record: MutableMapping[str, str | None], label: str, text: str | None) -> None:
    """Puts a text under a label like `put`; None where the label is printed but nothing stands there."""
    texts = {label: before} if (before := record.get(label)) else {}
    if text:
        put(texts, label, text)
    record[label] = texts.get(label)
