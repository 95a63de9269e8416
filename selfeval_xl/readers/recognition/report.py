"""Recognition of the self-evaluation report, in a Word file or on our sheet 自评报告."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfeval_xl.model.forms import Report, Section
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import REPORT
from selfeval_xl.readers.recognition.years import year_in

_TITLE = re.compile(r"(?:自评|绩效评价|绩效自评|绩效).{0,8}报告")
_CHAPTER = re.compile(r"^\s*[一二三四五六七八九十]{1,3}[、.．]\s*\S")
_SECTION = re.compile(r"^\s*[(（][一二三四五六七八九十]{1,3}[)）]\s*\S")
_NAMED_IN_TITLE = re.compile(
    r"^(?:关于)?(.{3,30}?(?:局|委|办|办公室|中心|政府|院|校|站|所|会|部|厅|公司|馆|队))"
    r"(?:关于)?\s*(?:20\d\d|部门|整体|项目|绩效)"
)
_LONGEST_HEADING = 60


def report_in(blocks: Iterable[tuple[int, str]], file: str, sheet: str | None = None) -> Report | None:
    """The report in these paragraphs ((heading level or 0, text) in order), or None where there is none.

    A report is known by its title (…自评报告) or by three chapters 一、 二、 三、. A heading above the title
    names the department.
    """
    title: str | None = None
    department: str | None = None
    sections: list[list[str]] = []
    for level, raw in blocks:
        text = raw.strip()
        if not text:
            continue
        if title is None and not sections and len(text) <= _LONGEST_HEADING and _TITLE.search(text):
            title = text
        elif _is_heading(level, text) and (title is not None or _CHAPTER.match(text) or sections):
            sections.append([text])
        elif sections:
            sections[-1].append(text)
        elif title is None and level and len(text) <= _LONGEST_HEADING:
            department = text
    chapters = sum(bool(_CHAPTER.match(lines[0])) for lines in sections)
    if not sections or (title is None and chapters < 3):
        return None
    return Report(
        file=file,
        sheet=sheet,
        department=department or _department(title),
        year=year_in(title),
        sections=tuple(Section(lines[0], "\n".join(lines[1:])) for lines in sections),
    )


def _is_heading(level: int, text: str) -> bool:
    """Whether a paragraph is a numbered heading and no sentence that begins with a number."""
    if len(text) > _LONGEST_HEADING:
        return False
    numbered = _CHAPTER.match(text) or _SECTION.match(text)
    return bool(numbered and not text.endswith(("。", "；", ";", "，"))) or bool(numbered and level)


def _department(title: str | None) -> str | None:
    """The department that a title names: 柳河县应急管理局2024年部门整体支出绩效自评报告."""
    match = _NAMED_IN_TITLE.match(title or "")
    return match[1] if match else None


def report_on_sheet(grid: Grid, file: str) -> Report | None:
    """The report on our sheet 自评报告 (headings in column A, texts beside or below them), or None.

    An outline without any text is no report.
    """
    if REPORT not in grid.name:
        return None
    blocks = [
        (1 if _CHAPTER.match(text) or _SECTION.match(text) else 0, text)
        for row in range(grid.height)
        for column in range(grid.width)
        if (text := grid.text(row, column).strip())
    ]
    report = report_in(blocks, file, grid.name)
    return report if report and any(section.text for section in report.sections) else None
