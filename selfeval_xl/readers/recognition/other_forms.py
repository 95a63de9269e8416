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
    ("monitoring", re.compile(r"监控")),
    ("approval", re.compile(r"目标批复|批复表")),
    ("system", re.compile(r"指标体系|评分标准")),
    ("declaration", re.compile(r"目标申报|目标表|申报表|目标编制")),
)
_OF_SELF_EVALUATION = re.compile(r"自评|完成情况|实现程度")
_MONTHS_OF_A_YEAR = re.compile(r"(20\d\d)年")  # 2024年1-7月
_ROWS_OF_HEAD = 12
_LONGEST = 60  # letters of a title


def other_form_in(sheet: ScannedSheet, titles: list[Title]) -> OtherForm | None:
    """The other form that a sheet without any self-evaluation form holds; None for any other sheet."""
    texts = [text for _, _, text in titles] + [sheet.grid.caption, *reversed(sheet.grid.above)]
    for text in filter(None, texts):
        plain = squeeze(text)
        kind = next((kind for kind, pattern in _KINDS if pattern.search(plain)), None)
        if kind is None or "绩效" not in plain or _OF_SELF_EVALUATION.search(plain) or len(plain) > _LONGEST:
            continue
        area = Area(0, 0, min(sheet.grid.height - 1, _ROWS_OF_HEAD), max(sheet.grid.width - 1, 0))
        head = read_head(sheet, area, [], ())
        alone = (
            text
            for row in range(area.bottom)
            if len(sheet.lines[row]) == 1
            for text in sheet.lines[row].values()
        )
        lines = [line for line in (*texts, *alone) if line and len(line) <= _LONGEST]
        year = year_in(head.values.get("year")) or printed_year(sheet, text, area)
        found = _MONTHS_OF_A_YEAR.search(plain_years("\n".join(lines)))
        year = year or (int(found[1]) if found else None)
        return OtherForm(
            kind,
            sheet.grid.name,
            text,
            head.values.get("project"),
            head.values.get("department") or head.values.get("unit"),
            year,
        )
    return None
