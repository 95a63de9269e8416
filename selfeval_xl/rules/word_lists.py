"""Access to the word lists of words.toml, each compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def words(name: str) -> frozenset[str]:
    """The words of one list."""
    return frozenset(_data()[name]["words"])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern of one list."""
    return re.compile(_data()[name]["pattern"])


@cache
def pattern_table(name: str) -> dict[str, re.Pattern[str]]:
    """A table of patterns by key."""
    return {key: re.compile(text) for key, text in _data()[name].items()}


@cache
def texts_by_key(name: str) -> dict[str, str]:
    """A table of texts by key."""
    return dict(_data()[name])


@cache
def word_table(name: str) -> dict[str, tuple[str, ...]]:
    """A table of word lists by key."""
    return {key: tuple(listed) for key, listed in _data()[name].items()}
