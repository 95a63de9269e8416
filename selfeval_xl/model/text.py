"""Texts reduced for comparing labels and names: without white space, brackets and numbering."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from selfeval_xl.files import INVISIBLE

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
