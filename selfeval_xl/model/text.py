"""Texts reduced for comparing labels and names: without white space, brackets and numbering."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from selfeval_xl.files import INVISIBLE
from selfeval_xl.model.symbols import PRIVATE

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|〔[^〔〕]*〕|【[^【】]*】")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、]|[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\))")
_SPACE = re.compile(r"\s+")
SPACES = re.compile(rf"[\s{INVISIBLE}]+")  # also those that are not displayed


@lru_cache(maxsize=20_000)
def squeeze(text: str) -> str:
    """The text in half-width characters without any white space."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=20_000)
def core(text: str) -> str:
    """The label without spaces, numbering, brackets and a closing colon, which differ from form to form."""
    plain = _BRACKETS.sub("", squeeze(text))
    return _NUMBERING.sub("", plain).strip(":：*；;。. ")


_NARROW = "\u00a0\u2000-\u200a\u202f\u205f"  # spaces that look like the usual one
_BREAKS = "\r\x0b\u2028\u2029"
ODD = re.compile(f"[{INVISIBLE}{_NARROW}{_BREAKS}\uf020-\uf0ff]")  # letters that `seen` changes
_UNSEEN = re.compile(f"[{INVISIBLE}]+")
_SPACES_LIKE = re.compile(f"[{_NARROW}]")
_INSIDE = re.compile(r"(?<=[\d.,])\r(?!\n)")  # a carriage return behind a digit
_BREAK = re.compile(f"\r+\n|[{_BREAKS}]")
_PRIVATE = re.compile("[\uf020-\uf0ff]")


def seen(text: str) -> str:
    """The text as a person sees it.

    Signs that take no room are left out, odd spaces become the usual one, odd line breaks the usual ones. A
    lone carriage return, which Excel does not show, does not part a number from its unit. Letters that Word
    and Excel keep in the private area for symbol fonts become the signs that they show.
    """
    text = _SPACES_LIKE.sub(" ", _UNSEEN.sub("", text))
    text = _BREAK.sub("\n", _INSIDE.sub("", text))
    return _PRIVATE.sub(lambda match: PRIVATE.get(match[0], match[0]), text)


# Letters that tell a terminal what to do, and those that turn its writing; escape is shown as ␛.
_ORDERS = (0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"}
_CONTROLS |= dict.fromkeys(_ORDERS, "\N{REPLACEMENT CHARACTER}")
_ESCAPES = {code: f"\\u{code:04x}" for code in _ORDERS}


def printable(text: str) -> str:
    """The text with a sign in place of each letter that tells a terminal what to do, or turns its writing."""
    return text.translate(_CONTROLS)


def escaped_json(document: str) -> str:
    """A JSON document that says the same without such letters; json.dumps escapes those below the blank."""
    return document.translate(_ESCAPES)
