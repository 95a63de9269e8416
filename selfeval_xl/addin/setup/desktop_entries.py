"""Entries of the Desktop Entry Specification: what a Linux desktop starts, and how it is quoted."""

from __future__ import annotations

import re

from selfeval_xl.errors import UsageError

_RESERVED = re.compile(r"""[ \t\n"'\\><~|&;$*?#()`]""")
_ESCAPED_IN_QUOTES = re.compile(r'["`$\\]')


def command_line(*words: str, files: bool = False) -> str:
    """The value of Exec that runs these words, each of them as it is.

    files: with what is dropped on the icon. Raises UsageError for a word with a sign that no line can have.
    """
    return " ".join([*map(_word, words), *(["%F"] if files else [])])


def _word(word: str) -> str:
    """A word, quoted, its % doubled; then escaped once more as any value of an entry is."""
    if re.search(r"[\x00-\x1f\x7f]", word) or _is_no_text(word):
        raise UsageError(f"路径“{word!a}”里有不能用的字符（例如换行），请换一个位置。")
    word = word.replace("%", "%%")
    if _RESERVED.search(word) or not word:
        word = f'"{_ESCAPED_IN_QUOTES.sub(lambda sign: chr(92) + sign[0], word)}"'
    return word.replace("\\", "\\\\")


def _is_no_text(word: str) -> bool:
    """Whether a path has bytes that are no UTF-8."""
    return any("\ud800" <= sign <= "\udfff" for sign in word)


def entry(**values: str) -> str:
    """The text of an entry with these keys."""
    lines = ["[Desktop Entry]", "Type=Application", "Version=1.0"]
    return "\n".join([*lines, *(f"{key.replace('_', '-')}={value}" for key, value in values.items())]) + "\n"
