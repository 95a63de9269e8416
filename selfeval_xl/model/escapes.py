"""Texts in ASCII for VBA, which reads files, and writes what it hands over, in the code page of the computer.

A character that is not meant as it stands is \\uXXXX, the UTF-16 unit; those above have two.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\u([0-9A-F]{4})")


def escaped(line: str) -> str:
    """The line in ASCII: all but the printable signs and the tabulator is escaped, the backslash too."""
    return "".join(
        sign if sign == "\t" or " " <= sign <= "~" and sign != "\\" else _escape(sign) for sign in line
    )


def unescaped(line: str) -> str:
    """The text of an escaped line; what is no escape stays as it is."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), line)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _escape(sign: str) -> str:
    """A character as its escaped units."""
    code = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{code[at]:02X}{code[at + 1]:02X}" for at in range(0, len(code), 2))
