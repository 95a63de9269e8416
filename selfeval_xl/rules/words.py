"""The word lists of words.toml, compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources


@cache
def _data() -> dict[str, dict]:
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
def table(name: str) -> dict[str, re.Pattern[str] | tuple[str, ...]]:
    """A table by key: patterns compiled, lists as tuples."""
    return {
        key: re.compile(value) if isinstance(value, str) else tuple(value)
        for key, value in _data()[name].items()
    }
