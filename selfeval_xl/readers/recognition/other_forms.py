"""The other forms of the performance cycle: known by their title and named.

Declarations and monitoring forms are read besides, by `stage_forms`.
"""

from __future__ import annotations

import re

from selfeval_xl.model.forms import OtherForm
from selfeval_xl.model.grid import Area
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.recognition.bands import Title
from selfeval_xl.readers.recognition.head import read_head
from selfeval_xl.readers.recognition.scan import ScannedSheet
from selfeval_xl.readers.recognition.stage_months import months_in
from selfeval_xl.readers.recognition.years import plain_years, printed_year, year_in

# By what their titles say; of two that fit at one place the first. A title with one of `_OF_SELF_EVALUATION`
# is none of them.
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
_HEADS = (("monitoring", re.compile(r"^(?:完成目标|目标完成)的?可能性|^全年预计完成|^预计全年完成")),)
# Of the form, not of a project (视频监控系统项目支出绩效自评表).
_OF_MONITORING = re.compile(r"(?:绩效|运行|执行)[^，。；]{0,8}?(?:监控|跟踪)")
_WHOLE_YEAR = re.compile(r"12|十二")
# A line above the table that is worded as a title: no sentence, and it ends as the name of a table does.
_LIKE_A_TITLE = re.compile(r"^[^，。；！？]*(?:表|目标|批复|体系|情况)(?:[（(].*)?$")
_OF_SELF_EVALUATION = re.compile(r"自评|完成情况|实现程度")
_MONTHS_OF_A_YEAR = re.compile(r"(20\d\d)年")  # 2024年1-7月
_ROWS_OF_HEAD = 12
_ROWS_OF_HEADS = 60  # above which the head of an indicator table stands
_LONGEST = 60  # letters of a title
_LONGEST_HEAD = 30
_TO_DATE = re.compile(r"(?:执行|完成|支出)(?:数|率|情况|值|进度)")


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
            if text and (kind := kind_by_title(squeeze(text)))
        ),
        None,
    )
    monitoring = next((text for _, _, text in titles if monitors(sheet, text, area)), None)
    by_heads = "monitoring" if monitoring else _kind_by_heads(sheet)
    kind, title = named or (by_heads, monitoring or name)
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


def monitors(sheet: ScannedSheet, title: str | None, area: Area) -> bool:
    """Whether the table in `area` is a monitoring form by its heads, whatever else its title says.

    Under a title with 自评 (绩效监控自评表) it is one only where the title says 监控 too.
    """
    plain = squeeze(title or "")
    if _OF_MONITORING.search(plain):
        rows = range(area.top, min(area.bottom, area.top + _ROWS_OF_HEADS) + 1)
        texts = [text for row in rows for text in sheet.lines[row].values() if len(text) <= _LONGEST_HEAD]
        to_date = (months_in(text) for text in texts if _TO_DATE.search(squeeze(text)))
        if any(months and not _WHOLE_YEAR.search(months) for months in to_date):
            return True
    elif _OF_SELF_EVALUATION.search(plain):
        return False
    return _kind_by_heads(sheet, area) is not None


def _is_like_a_title(text: str) -> bool:
    """Whether a line that stands alone is worded as a title."""
    return _LIKE_A_TITLE.search(squeeze(text)) is not None


def kind_by_title(title: str) -> str | None:
    """The kind of the form with this title, None for any other table.

    What stands last counts: a project may be named after monitoring (水质监控能力建设项目绩效目标申报表).
    """
    if "绩效" not in title or _OF_SELF_EVALUATION.search(title) or len(title) > _LONGEST:
        return None
    starts = {
        kind: max(match.start() for match in pattern.finditer(title))
        for kind, pattern in _KINDS
        if pattern.search(title)
    }
    return max(starts, key=lambda kind: starts[kind], default=None)


def _kind_by_heads(sheet: ScannedSheet, area: Area | None = None) -> str | None:
    """The kind of the form that alone has one of the heads of the sheet, or of an area of it."""
    top, bottom = (area.top, area.bottom) if area else (0, sheet.grid.height - 1)
    texts = [
        squeeze(text)
        for row in range(top, min(bottom + 1, top + _ROWS_OF_HEADS))
        for column, text in sheet.lines[row].items()
        if area is None or area.left <= column <= area.right
    ]
    return next((kind for kind, pattern in _HEADS if any(map(pattern.search, texts))), None)
