"""The other forms of the performance cycle: known by their title, named, and not read further."""

from __future__ import annotations

import re

from selfeval_xl.model.forms import OtherForm
from selfeval_xl.model.grid import Area
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.recognition.bands import Title
from selfeval_xl.readers.recognition.head import read_head
from selfeval_xl.readers.recognition.scan import ScannedSheet
from selfeval_xl.readers.recognition.years import plain_years, printed_year, year_in

# By what their titles say; the first that fits. A title with one of `_OF_SELF_EVALUATION` is none of them.
_KINDS = (
    ("monitoring", re.compile(r"监控|跟踪")),
    ("approval", re.compile(r"目标批复|批复表|批复.{0,60}绩效目标")),
    ("system", re.compile(r"指标体系|评分标准")),
    (
        "declaration",
        re.compile(r"目标申报|目标表|申报表|目标编制|目标分解|目标调整|目标.{0,4}(?:[（(].*)?$"),
    ),
)
# Heads that only one of them has, for a sheet without a title.
_HEADS = (("monitoring", re.compile(r"^(?:完成目标|目标完成)可能性|^全年预计完成")),)
# A line above the table that is worded as a title: no sentence, and it ends as the name of a table does.
_LIKE_A_TITLE = re.compile(r"^[^，。；！？]*(?:表|目标|批复|体系|情况)(?:[（(].*)?$")
_OF_SELF_EVALUATION = re.compile(r"自评|完成情况|实现程度")
_MONTHS_OF_A_YEAR = re.compile(r"(20\d\d)年")  # 2024年1-7月
_ROWS_OF_HEAD = 12
_ROWS_OF_HEADS = 60  # above which the head of an indicator table stands
_LONGEST = 60  # letters of a title


def other_form_in(sheet: ScannedSheet, titles: list[Title]) -> OtherForm | None:
    """The other form that a sheet without any self-evaluation form holds; None for any other sheet.

    It is known by a title, else by the name of its sheet, else by heads that no other form has.
    """
    area = Area(0, 0, min(sheet.grid.height - 1, _ROWS_OF_HEAD), max(sheet.grid.width - 1, 0))
    texts = [text for _, _, text in titles] + [sheet.grid.caption, *reversed(sheet.grid.above)]
    alone = [
        text for row in range(area.bottom) if len(sheet.lines[row]) == 1 for text in sheet.lines[row].values()
    ]
    name = sheet.grid.name
    named = next(
        (
            (kind, text)
            for text in (*texts, *filter(_is_like_a_title, alone), name)
            if text and (kind := _kind_by_title(squeeze(text)))
        ),
        None,
    )
    by_heads = None if named else _kind_by_heads(sheet)
    kind, title = named or (by_heads, name)
    if kind is None:
        return None
    head = read_head(sheet, area, [], ())
    lines = [line for line in (*texts, *alone, name) if line and len(line) <= _LONGEST]
    year = year_in(head.values.get("year")) or printed_year(sheet, title, area)
    found = _MONTHS_OF_A_YEAR.search(plain_years("\n".join(lines)))
    return OtherForm(
        kind,
        name,
        title,
        head.values.get("project"),
        head.values.get("department") or head.values.get("unit"),
        year or (int(found[1]) if found else None),
    )


def _is_like_a_title(text: str) -> bool:
    """Whether a line that stands alone is worded as a title."""
    return _LIKE_A_TITLE.search(squeeze(text)) is not None


def _kind_by_title(title: str) -> str | None:
    """The kind of the form with this title, None for any other table."""
    if "绩效" not in title or _OF_SELF_EVALUATION.search(title) or len(title) > _LONGEST:
        return None
    return next((kind for kind, pattern in _KINDS if pattern.search(title)), None)


def _kind_by_heads(sheet: ScannedSheet) -> str | None:
    """The kind of the form that alone has one of the sheet's heads."""
    texts = [
        squeeze(text)
        for row in range(min(sheet.grid.height, _ROWS_OF_HEADS))
        for text in sheet.lines[row].values()
    ]
    return next((kind for kind, pattern in _HEADS if any(map(pattern.search, texts))), None)
