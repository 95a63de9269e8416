"""Findings as lines of tab-separated texts: for pasting into Excel, and in ASCII for the macros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from selfeval_xl.model.escapes import escaped
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.text import printable

HEAD = (
    "级别",
    "处理方式",
    "规则编号",
    "文件",
    "工作表",
    "单元格",
    "对象",
    "填报内容",
    "应为或参考",
    "问题说明",
    "修改建议",
)
END, SAY = "end", "say"  # the last line of a whole answer, with the count; a line with a sentence instead


def tsv_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings as tab-separated lines, the head first, for pasting into Excel."""
    yield "\t".join(HEAD)
    for finding in findings:
        assert finding.severity is not None and finding.treatment is not None  # a check sets both
        row = (
            finding.severity.label,
            finding.treatment.label,
            finding.rule,
            finding.file,
            finding.shown_sheet,
            finding.shown_cells,
            finding.subject,
            finding.value,
            finding.expected,
            finding.message,
            finding.hint,
        )
        yield "\t".join(map(_cell, row))


def macro_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The same in ASCII, and a last line with their number: without it an answer is not whole."""
    lines = list(map(escaped, tsv_lines(findings)))
    yield from lines
    yield f"{END}\t{len(lines) - 1}"


def macro_sentence(text: str) -> list[str]:
    """The answer of a check that could not be made: the sentence to show."""
    return [f"{SAY}\t{escaped(text)}", f"{END}\t0"]


def _cell(text: str | None) -> str:
    """The text without tabs and line ends, and never a formula to Excel."""
    plain = printable((text or "").replace("\t", " ").replace("\n", " "))
    return f"'{plain}" if text and text[0] in "=+-@" else plain
