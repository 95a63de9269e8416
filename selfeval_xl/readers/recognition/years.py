"""The year of a form: in its title, in the paragraph above it, or on a line of its own, in any writing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from selfeval_xl.model.grid import Area
from selfeval_xl.model.numerals import chinese_number
from selfeval_xl.model.text import SPACES, squeeze
from selfeval_xl.readers.recognition.scan import ScannedSheet

_ATTACHMENT = re.compile(r"^\s*附\s*[件表]\s*\d{1,2}(?:-\d{1,2})?[\s:]+")
_CHINESE = re.compile(r"二[〇○零0O][〇○零0O一二三四五六七八九]{2}(?=\D|$)")
_YEAR = re.compile(r"(?<!\d)(20\d{2})[)\]〕】]?(?:年度|年|财政年度)")
_BARE = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_BARE_LINE = re.compile(r"20\d{2}$")
_LINE = re.compile(r"20\d{2}年?度|^[(\[〔【]20\d{2}年[)\]〕】]$")
_LONE_LINE = re.compile(r"\A[(\[〔【]*20\d{2}[)\]〕】]*(?:财政)?年?度?[)\]〕】]*$")
# A line or a place in brackets for the year that nobody filled in: （20__年度）, （    年）, 20XX年度.
_BLANK_LINE = re.compile(r"\A(?:[(\[〔【](?:20)?[_xX×*]*+年度?[)\]〕】]|(?:20)?[_xX×*]{2,}+年度?)$")
_ROWS = 4  # from a form's first row, in which a line with the year may stand
_LONGEST_LINE = 40


@lru_cache(maxsize=4096)
def plain_years(text: str) -> str:
    """The text half-width and without spaces; a year in Chinese numerals (二〇二三) is one in digits.

    The number of an attachment before it (附件5 2018年度) is left out.
    """
    plain = SPACES.sub("", _ATTACHMENT.sub("", unicodedata.normalize("NFKC", text)))
    if "二" not in plain:
        return plain
    return _CHINESE.sub(lambda match: str(chinese_number(re.sub("[○0O]", "〇", match[0]))), plain)


def year_in(text: str | None) -> int | None:
    """The first year in a text (2023年度), or a bare year; None where there is none."""
    if not text:
        return None
    plain = plain_years(text)
    match = _YEAR.search(plain)
    if match:
        return int(match[1])
    return int(plain) if _BARE_LINE.match(plain) else None


def is_year_line(text: str) -> bool:
    """Whether a text is a year and nothing else, with 年 or brackets (（2023年度）)."""
    plain = plain_years(text)
    return bool(_LONE_LINE.match(plain)) and not _BARE_LINE.match(plain)


def printed_year(sheet: ScannedSheet, title: str | None, area: Area) -> int | None:
    """The year in the title, in a paragraph above a Word table, or on a line of the form's first rows."""
    found = year_in(title) or _only_number(title)
    if not found and area.top == 0:
        found = next(filter(None, map(_above, (sheet.grid.caption, *reversed(sheet.grid.above)))), None)
    if found:
        return found
    for row in (*_lines_above(sheet, area), *range(area.top, min(area.top + _ROWS, area.bottom + 1))):
        columns = sheet.filled(row, area.left, area.right)
        for column in columns:
            text = sheet.lines[row][column]
            if len(text) > _LONGEST_LINE:
                continue
            plain = plain_years(text)
            if "20" not in plain or not (
                _LINE.search(plain) or (len(columns) == 1 and _LONE_LINE.match(plain))
            ):
                continue
            if match := _BARE.search(plain):
                sheet.values.add((row, column))
                return int(match[1])
    return None


def blank_year(sheet: ScannedSheet, area: Area) -> tuple[int, int] | None:
    """The cell of the form's first rows that is printed for the year and has none (（20__年度）), or None."""
    for row in range(area.top, min(area.top + _ROWS, area.bottom + 1)):
        for column in sheet.filled(row, area.left, area.right):
            if _BLANK_LINE.match(squeeze(sheet.lines[row][column])):
                return row, column
    return None


def _lines_above(sheet: ScannedSheet, area: Area) -> range:
    """The rows above the first form of a sheet, where they are a few lone lines (附件5 2018年度…)."""
    lone = area.top <= _ROWS and all(len(sheet.lines[row]) <= 1 for row in range(area.top))
    return range(area.top if lone else 0)


def _above(text: str) -> int | None:
    """The year of a paragraph above a Word table, where it is a short line and no sentence."""
    if len(text) > _LONGEST_LINE:
        return None
    return year_in(text) if _LINE.search(plain_years(text)) or is_year_line(text) else _only_number(text)


def _only_number(title: str | None) -> int | None:
    """The year of a title in which it stands without 年 (某县2023部门整体支出绩效自评表)."""
    found = set(_BARE.findall(plain_years(title or "")))
    return int(found.pop()) if len(found) == 1 else None
