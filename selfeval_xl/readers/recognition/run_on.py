"""Cells in which labels and values run together (实施单位：某县公路局　监控时点：2025年7月31日)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.funding_amounts import unit_in
from selfeval_xl.readers.recognition.labels import has_scope, roles, split_inline
from selfeval_xl.readers.recognition.years import is_year_line

_RUN_ON = re.compile(r"\s{2,}|[;；\n]|\s+(?=[^\s:：]{2,12}\s?[:：])")
_SCOPES = ("表", "签字", "其他")  # of labels that may stand behind a value
_LONGEST_LABEL = 14  # letters
_SHORTEST_GLUED = 4  # letters of a label right behind a value, without a space or a comma; of signatures
_SHORTEST_SIGNATURE = 2
_SHORTEST_BEHIND_NAME = 3
_BETWEEN = " ,，;；/、\u3000\n"
_BRACKETS = "(（[【"
_UNIT_LABEL = re.compile(r"(?:金额|货币|计量)?单位\Z")
_OF_PROJECT = ("项目", "课题")  # last letters of a name, and first ones of labels


def pairs_in(value: str) -> list[tuple[str, str]]:
    """Labels and values that run together in a cell, a year left out; "" for a label without a value."""
    parts: list[str] = []
    for piece in _RUN_ON.split(value.strip()):
        if is_year_line(piece):
            continue
        if parts and not split_inline(piece) and not roles(piece.rstrip(" :：")):
            parts[-1] += f" {piece}"  # a piece without a label goes on with the value before it
        else:
            parts.append(piece)
    found: list[tuple[str, str]] = []
    for part in parts:
        label, colon, _ = part.replace("：", ":").partition(":")
        if colon and roles(label):
            label_text = unicodedata.normalize("NFKC", label)
            found += _pairs_from(label_text, part[len(label) + 1 :].strip())
    return found


def cut(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The value with which the text beside a label begins, and the labels and values that run on in it."""
    (_, value), *further = _pairs_from("", text)
    return value, further


def _pairs_from(label: str, text: str) -> Iterator[tuple[str, str]]:
    """A label and its value, then those within the value (周敏联系电话：日期：)."""
    signed = has_scope(label, "签字")
    for match in re.finditer("[:：]", text):
        start = _label_start(text[: match.start()], label, text[match.end() :])
        if start is None:
            continue
        before, name = text[:start], text[start : match.start()]
        opened = before.rstrip().endswith(tuple(_BRACKETS))
        rest = text[match.end() :].strip()
        yield label, before.strip().rstrip(f"{_BETWEEN}{_BRACKETS}。").strip(_BETWEEN)
        yield from _pairs_from(name.strip(), rest.rstrip("。)）]】") if opened else rest)
        return
    if signed or has_scope(label, "表"):
        text = text.strip(_BETWEEN).removesuffix("。")
    yield label, text.strip()


def _label_start(before: str, label: str, behind: str) -> int | None:
    """Where the label begins that ends this text; None where it ends in none.

    before: the text before a colon. label: whose value the text is. behind: the text behind the colon.
    """
    end = len(before.rstrip())
    for start in range(max(0, end - _LONGEST_LABEL), end - 1):
        name = before[start:end]
        if name[0] in _BETWEEN or name[0] in _BRACKETS:
            continue
        parted = start == 0 or before[start - 1] in _BETWEEN or before[start - 1] in _BRACKETS
        if start == 0 and not label:
            continue  # the value would be empty: the text is a name that has a colon
        if _UNIT_LABEL.match(name) and unit_in(f"单位：{behind.strip()[:6]}"):
            return start
        if not has_scope(name, *_SCOPES) or not (parted or _may_be_glued(name, label)):
            continue
        for word in _OF_PROJECT:
            if (
                not parted
                and name.startswith(word)
                and has_scope(name[len(word) :], "表")
                and _is_name(label)
            ):
                return start + len(word)
        return start
    return None


def _may_be_glued(name: str, label: str) -> bool:
    """Whether a label may stand right behind a value."""
    letters = len(core(name))
    if has_scope(name, "签字"):
        return letters >= (_SHORTEST_SIGNATURE if has_scope(label, "签字") else _SHORTEST_BEHIND_NAME)
    return letters >= _SHORTEST_GLUED


def _is_name(label: str) -> bool:
    """Whether a label is that of a project's name; so is none, beside which the name stands."""
    return not label or any(role.key == "project" for role in roles(label))
