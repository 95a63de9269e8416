"""The outline of the self-evaluation report, and the assignment of a department's texts to its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selfeval_xl.model.forms import Report
from selfeval_xl.model.sheet_names import STUB
from selfeval_xl.rules.texts import is_instruction
from selfeval_xl.writers.word.document import MISSING

# The chapters with their sections: key, heading, pattern for a person's own heading, text to ask for.
CHAPTERS: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "一、部门概况",
        (
            ("duties", "（一）机构职能及组成", "机构|职能|职责|组成", "机构职能、内设机构和所属单位"),
            ("staff", "（二）人员情况", "人员|编制", "编制数和实有人数"),
            ("money", "（三）收支情况", "收支|收入|支出|预算|资金", ""),
        ),
    ),
    (
        "二、部门绩效情况",
        (
            ("results", "（一）绩效目标、指标设定及完成情况", "绩效目标|指标设定", ""),
            ("tasks", "（二）重点工作任务完成情况", "重点工作|主要任务|重点任务", ""),
        ),
    ),
    ("三、部分指标情况说明", (("missed", "", "部分指标|指标情况|偏离|未完成", ""),)),
    ("四、存在的问题和建议", (("problems", "", "存在.{0,4}问题|问题.{0,3}建议", ""),)),
    ("五、其他需说明的问题", (("other", "", "其他", ""),)),
)
_DATE = re.compile(r"\A\s{0,99}(?:20\d\d|二[〇○零]..)\s*年.{1,3}月.{1,3}日\s*$")
_LONGEST_NAME = 30
_EMPTY = re.compile(r"^[（(【\[]?(?:请)?(?:在此)?(?:填写|待填写|待补充)|^[（(].{0,60}[）)]$")


def typed_texts(reports: Iterable[Report]) -> dict[str, str]:
    """The texts that a department wrote, by key of the outline.

    The sheet 自评报告 of its workbook goes before Word files. Guidance and stubs that nobody replaced do not
    count.
    """
    texts: dict[str, str] = {}
    for report in sorted(reports, key=lambda report: report.sheet is None):
        texts = _texts_of(report) | texts
    return texts


def _texts_of(report: Report) -> dict[str, str]:
    """The texts of one report, by key of the outline."""
    texts: dict[str, str] = {}
    chapter = ""
    for section in report.sections:
        is_last = section is report.sections[-1]
        chapter = (
            section.title if re.match(r"\A\s*[一二三四五六七八九十]+[、.．]", section.title) else chapter
        )
        key = _key(section.title) or _key(chapter)
        text = "\n".join(line for line in _lines(section.text, is_last) if tells(line))
        if key and text:
            texts[key] = f"{texts[key]}\n{text}" if key in texts else text
    return texts


def _lines(text: str, is_last: bool) -> list[str]:
    """The lines of a section; of the last one without the name and the date that close a report."""
    lines = text.splitlines()
    if is_last and lines and _DATE.match(lines[-1]):
        lines.pop()
        if lines and len(lines[-1].strip()) <= _LONGEST_NAME and not re.search("[。；：，]", lines[-1]):
            lines.pop()
    return lines


def tells(text: str) -> bool:
    """Whether a line is an answer: not empty, no guidance, no stub."""
    plain = text.strip()
    return (
        bool(plain)
        and not _EMPTY.match(plain)
        and not is_instruction(plain)
        and plain not in (STUB, MISSING, "无", "/")
    )


def _key(title: str) -> str | None:
    """The key of the outline for a heading; 一、部门概况 itself belongs to the duties."""
    for _, parts in CHAPTERS:
        for key, _, words, _ in parts:
            if re.search(words, title):
                return key
    return "duties" if "概况" in title else None
