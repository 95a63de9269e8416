"""Findings compared with those of an earlier check: 未修改, 已说明, 新发现, and 已修改 for those gone.

The earlier findings travel in the file itself, on its sheet 问题清单 or 校验结果.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from selfeval_xl.model.findings import Finding, RuleStatus, Treatment
from selfeval_xl.model.forms import REPORT
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.model.sheet_names import REPORT as REPORT_SHEET
from selfeval_xl.rules.runner import is_off

NEW, STILL_OPEN, MENDED, EXPLAINED = "新发现", "未修改", "已修改", "已说明"


@dataclass(frozen=True, slots=True)
class Progress:
    """The outcome of a comparison.

    states: one for each finding, in order. before: the earlier row of each, None for a new one.
    mended: the earlier rows whose finding is gone. unjudged: those that this check could not judge.
    """

    states: tuple[str, ...]
    before: tuple[ListedFinding | None, ...]
    mended: tuple[ListedFinding, ...]
    unjudged: tuple[ListedFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedWith:
    """What else is known of a check whose findings are compared.

    skipped: rules that had nothing to look at (no roster, no report), which can neither confirm nor clear a
    row. off: rules that the policy switched off. elsewhere: findings that stand in other files.
    """

    skipped: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    elsewhere: tuple[Finding, ...] = ()


def checked_with(rules: Iterable[RuleStatus], elsewhere: Iterable[Finding] = ()) -> CheckedWith:
    """The same from the statuses of the rules."""
    skipped = [status for status in rules if status.status != "ran"]
    off = frozenset(status.rule for status in skipped if is_off(status))
    return CheckedWith(frozenset(status.rule for status in skipped) - off, off, tuple(elsewhere))


def compare(
    findings: Sequence[Finding], listed: Iterable[ListedFinding], check: CheckedWith | None = None
) -> Progress:
    """The state of each finding against the rows of an earlier check.

    A finding is known again by rule, sheet, subject and content; where the content was changed and is still
    faulty, by rule, sheet, subject and cell. Where the earlier row's rule was skipped this time, another
    finding in its cell is the same fault. A row that was 已修改 already is only history.
    """
    check = check or CheckedWith()
    rows = [row for row in listed if row.rule not in check.off]
    open_rows = [row for row in rows if row.state != MENDED]
    before: list[ListedFinding | None] = [None] * len(findings)
    for same in (_same_content, _same_cell, _same_fault(check.skipped)):
        for number, finding in enumerate(findings):
            if before[number] is None:
                row = next((row for row in open_rows if same(finding, row)), None)
                if row is not None:
                    before[number] = row
                    open_rows.remove(row)
    for finding in check.elsewhere:
        row = next((row for row in open_rows if _same_content(finding, row)), None)
        if row is not None:
            open_rows.remove(row)
    states = tuple(_state(finding, row) for finding, row in zip(findings, before))
    present = {_key(finding) for finding in (*findings, *check.elsewhere)}
    history = [
        row
        for row in rows
        if row.state == MENDED
        and (row.rule, _plain(row.sheet), _plain(row.subject), _plain(row.value)) not in present
    ]
    unjudged = tuple(row for row in open_rows if row.rule in check.skipped)
    mended = [row for row in open_rows if row.rule not in check.skipped]
    return Progress(states, tuple(before), (*mended, *history), unjudged)


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


def _same_content(finding: Finding, row: ListedFinding) -> bool:
    """Whether the row lists this finding, by what it is about."""
    return _key(finding) == (row.rule, _plain(row.sheet), _plain(row.subject), _plain(row.value))


def _same_cell(finding: Finding, row: ListedFinding) -> bool:
    """Whether the row lists this finding, by its cell."""
    rule, sheet, subject, _ = _key(finding)
    return (rule, sheet, subject) == (row.rule, _plain(row.sheet), _plain(row.subject)) and (
        finding.cell or ""
    ).replace(" ", "") == row.cell.replace(" ", "")


def _same_fault(skipped: frozenset[str]) -> Callable[[Finding, ListedFinding], bool]:
    """Whether the row is about the finding's cell, by a rule that was skipped this time."""

    def same(finding: Finding, row: ListedFinding) -> bool:
        cells = set(row.cell.replace(" ", "").split(",")) - {""}
        return (
            row.rule in skipped
            and _plain(place_of(finding)) == _plain(row.sheet)
            and not cells.isdisjoint((finding.cell or "").replace(" ", "").split(","))
        )

    return same


def _key(finding: Finding) -> tuple[str, str, str, str]:
    """Rule, sheet, subject and content."""
    return finding.rule, _plain(place_of(finding)), _plain(finding.subject or ""), _plain(finding.value or "")


def _plain(text: str) -> str:
    """The text for comparison: spaces and line breaks count as one space."""
    return " ".join(text.split())
