"""Codes: typed together with a name (219001-棠溪镇人民政府, 301001 县应急管理局), or kept as a number."""

from __future__ import annotations

import re
import unicodedata

_GLUED = re.compile(  # 219001-棠溪镇人民政府, 301001 县应急管理局
    r"^[\[(【]?(?P<code>(?=[0-9A-Za-z]*\d)[0-9A-Za-z]{3,40})[\])】]?\s*(?:[-—－_–:：]+|\s)"
    r"\s*(?P<name>(?:20\d{2}年|[^\d\s\-]).*)$",
    re.S,
)
_BRACKETED = re.compile(  # [301001]县应急管理局
    r"^[\[(【](?P<code>(?=[0-9A-Za-z]*\d)[0-9A-Za-z]{3,40})[\])】]\s*(?P<name>[^\d\s].*)$", re.S
)
_BEHIND = re.compile(  # 县应急管理局（301001）
    r"^(?P<name>[\u4e00-\u9fff].*?)\s*[\[(【（](?P<code>\d{6,40}|\d{3,}R\d{6,})[\])】）]$", re.S
)
_AFTER_SLASH = re.compile(  # 县应急管理局/301001, under 主管部门及代码
    r"^(?P<name>[\u4e00-\u9fff].*?)\s*[/／]\s*(?P<code>\d{3,20})$", re.S
)
_DIGITS = re.compile(  # 301001县应急管理局
    r"^(?P<code>\d{6,40})(?P<name>[\u4e00-\u9fff].*)$", re.S
)
_APOSTROPHES = re.compile(r"^['`´‘’]+\s*")  # that keep a code a text in Excel
_ALONE = re.compile(r"^(?=[A-Za-z]*\d)[0-9A-Za-z]+(?:\.0+)?$")
_NUMBER = re.compile(r"\.0+$")
KEPT_DIGITS = 15  # of a number in a workbook; the others become 0
_SHORTENED = re.compile(
    r"^(\d)[.,](\d{1,99})E\+(\d{1,3})$", re.IGNORECASE
)  # 2.20524E+20, a number saved as text
_YEAR = re.compile(r"^(?:19|20)\d{2}$")


def split_code(text: str | None) -> tuple[str | None, str | None]:
    """The code (None where there is none) and the name in the text of a project, department or unit."""
    if text is None:
        return None, None
    plain = unicodedata.normalize("NFKC", text).strip()
    for pattern in (_BRACKETED, _GLUED, _BEHIND, _AFTER_SLASH, _DIGITS):
        match = pattern.match(plain)
        if match and not _YEAR.match(match["code"]) and not re.match(r"^[年月届期级号]", match["name"]):
            return plain_code(match["code"]), " ".join(match["name"].split())
    return None, text


def plain_code(text: str) -> str:
    """A code as it stands in a list of codes, however it was typed; other texts as they are.

    Without apostrophe, spaces between its digits and the .0 of a number, in half-width letters and capitals.
    """
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = re.sub(r"[ \t]+", "", plain)
    return _NUMBER.sub("", plain).upper() if _ALONE.match(plain) else text


def digits_kept(value: object) -> str | None:
    """The digits that are left of a code which was typed as a number too long for one; None for any other.

    value: of the cell. A text counts where it is such a number as a program shows it (2.20524E+20).
    """
    if isinstance(value, str):
        match = _SHORTENED.match(value.strip())
        return match[1] + match[2] if match and int(match[3]) >= KEPT_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 10**KEPT_DIGITS <= value < 1e60:
        return None
    return str(int(value))[:KEPT_DIGITS]


def may_have_lost_digits(code: str) -> bool:
    """Whether a code of digits has nothing but 0 behind those that a number keeps."""
    return len(code) > KEPT_DIGITS and code.isdecimal() and not code[KEPT_DIGITS:].strip("0")
