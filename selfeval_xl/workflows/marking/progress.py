"""Findings compared with those of an earlier check: 未修改, 已说明, 新发现, and 已修改 for those gone.

The earlier findings travel in the file itself, on its sheet 问题清单 or 校验结果.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.forms import REPORT
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.model.sheet_names import REPORT as REPORT_SHEET

NEW, STILL_OPEN, MENDED, EXPLAINED = "新发现", "未修改", "已修改", "已说明"


@dataclass(frozen=True, slots=True)
class Progress:
    """The outcome of a comparison.

    states: one for each finding, in order. before: the earlier row of each, None for a new one.
    mended: the earlier rows whose finding is gone.
    """

    states: tuple[str, ...]
    before: tuple[ListedFinding | None, ...]
    mended: tuple[ListedFinding, ...]


def compare(findings: Sequence[Finding], listed: Iterable[ListedFinding]) -> Progress:
    """The state of each finding against the rows of an earlier check.

    A finding is known again by rule, sheet, subject and content; where the content was changed and is still
    faulty, by rule, sheet, subject and cell. A row that was 已修改 already is only history.
    """
    rows = list(listed)
    open_rows = [row for row in rows if row.state != MENDED]
    before: list[ListedFinding | None] = [None] * len(findings)
    for exact in (True, False):
        for number, finding in enumerate(findings):
            if before[number] is None:
                row = next((row for row in open_rows if _same(finding, row, exact)), None)
                if row is not None:
                    before[number] = row
                    open_rows.remove(row)
    states = tuple(_state(finding, row) for finding, row in zip(findings, before))
    present = {_key(finding) for finding in findings}
    history = [
        row
        for row in rows
        if row.state == MENDED
        and (row.rule, _plain(row.sheet), _plain(row.subject), _plain(row.value)) not in present
    ]
    return Progress(states, tuple(before), (*open_rows, *history))


def place_of(finding: Finding) -> str:
    """The text for the column 工作表: the sheet, 自评报告 for the report in a Word file."""
    return finding.sheet or (REPORT_SHEET if finding.form == REPORT else "")


def _state(finding: Finding, row: ListedFinding | None) -> str:
    """The state of a finding; row: its earlier row."""
    if finding.treatment is Treatment.EXPLAIN and (
        finding.explanation or row is not None and row.explanation and _key(finding)[3] == _plain(row.value)
    ):
        return EXPLAINED
    return STILL_OPEN if row is not None else NEW


def _same(finding: Finding, row: ListedFinding, exact: bool) -> bool:
    """Whether the row lists this finding. exact: recognised by its content, else by its cell."""
    rule, sheet, subject, value = _key(finding)
    if (rule, sheet, subject) != (row.rule, _plain(row.sheet), _plain(row.subject)):
        return False
    return (
        value == _plain(row.value)
        if exact
        else (finding.cell or "").replace(" ", "") == row.cell.replace(" ", "")
    )


def _key(finding: Finding) -> tuple[str, str, str, str]:
    """Rule, sheet, subject and content."""
    return finding.rule, _plain(place_of(finding)), _plain(finding.subject or ""), _plain(finding.value or "")


def _plain(text: str) -> str:
    """The text for comparison: spaces and line breaks count as one space."""
    return " ".join(text.split())
