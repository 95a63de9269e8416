"""File names that every system takes: no forbidden characters, not too long, never the same twice."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]+')
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_LONGEST = 200  # bytes of UTF-8, the ending not counted; file systems take 255


def safe_name(*parts: str, longest: int = _LONGEST) -> str:
    """The parts joined by underscores as a file name without its ending; forbidden signs become underscores.

    longest: bytes of UTF-8.
    """
    plain = (_FORBIDDEN.sub("_", unicodedata.normalize("NFC", part)).strip(" ._") for part in parts)
    name = "_".join(part for part in plain if part)
    while len(name.encode()) > longest:
        name = name[:-1]
    name = name.strip(" ._") or "未命名"
    return f"_{name}" if _RESERVED.match(name) else name


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken, and adds it to `taken`.

    Names that differ in case only are the same to Windows.
    """
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name}({number})"
    taken.add(free.casefold())
    return free
