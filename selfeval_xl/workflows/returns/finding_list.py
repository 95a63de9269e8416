"""The front sheet 问题清单 of a return.

Findings to mend and to explain come first, then those for next year and those that were mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.workflows.marking.progress import (
    EXPLAINED,
    MENDED,
    STILL_OPEN,
    CheckedWith,
    Progress,
    compare,
)
from selfeval_xl.workflows.marking.result_list import COLUMNS, in_order, remark_row, row_of

NEXT_YEAR = "以下供下年申报绩效目标时完善，本次不改、不必说明"
UNJUDGED = "以下是上次的意见，要有单位名册等材料才能核对，这次没有查，仍请办理"
GONE = "以下是上次退回、现在已经修改的"
_ORDER = {Treatment.FIX: 0, Treatment.EXPLAIN: 1, Treatment.NEXT_YEAR: 2}
_EXPLANATION, _STATE = COLUMNS.index("单位说明"), COLUMNS.index("状态")


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of one return.

    findings: those that go back, in the order of the sheet. table: its rows without the head. marked: the
    findings that tint cells, with their numbers. progress: the comparison with the return before.
    """

    findings: tuple[Finding, ...]
    table: tuple[tuple[str, ...], ...]
    marked: tuple[tuple[int, Finding], ...]
    progress: Progress


def returned(finding: Finding) -> bool:
    """Whether a finding goes back to the department: those that the bureau has to settle do not."""
    return finding.treatment in _ORDER


def is_open(finding: Finding) -> bool:
    """Whether the department has to mend the finding now, or to explain it and did not yet."""
    return (
        finding.treatment is Treatment.FIX
        or finding.treatment is Treatment.EXPLAIN
        and finding.status != "explained"
    )


def listing(
    findings: Iterable[Finding],
    grids: Sequence[Grid],
    listed: Iterable[ListedFinding] = (),
    check: CheckedWith | None = None,
) -> Listing:
    """The list for one file. listed: the rows of the return before this one. check: as of `compare`."""
    ordered = sorted(filter(returned, in_order(findings, grids)), key=_order)
    progress = compare(ordered, listed, check)
    table: list[list[str]] = []
    marked: list[tuple[int, Finding]] = []
    below = False  # whether the separator is written, below which everything waits for next year
    for number, (finding, state, before) in enumerate(zip(ordered, progress.states, progress.before), 1):
        if finding.treatment is Treatment.NEXT_YEAR and not below:
            table.append(remark_row(NEXT_YEAR))
            below = True
        row = row_of(finding)
        row[0], row[_STATE] = str(number), "" if below else state
        if before is not None and not row[_EXPLANATION]:
            row[_EXPLANATION] = before.explanation
        table.append(row)
        if not below and state != EXPLAINED:
            marked.append((number, finding))
    for title, rows, state in (
        (UNJUDGED, progress.unjudged, STILL_OPEN),
        (GONE, progress.mended, MENDED),
    ):
        if rows:
            table.append(remark_row(title))
        first = sum(bool(row[0]) for row in table) + 1
        table += [_earlier_row(number, row, state) for number, row in enumerate(rows, first)]
    return Listing(tuple(ordered), tuple(map(tuple, table)), tuple(marked), progress)


def _order(finding: Finding) -> int:
    """The sort key of a finding: the order of treatments."""
    return len(_ORDER) if finding.treatment is None else _ORDER[finding.treatment]


def _earlier_row(number: int, row: ListedFinding, state: str) -> list[str]:
    """The row of a finding that the previous return listed and that is not found now."""
    return [
        str(number),
        row.level,
        row.treatment,
        row.rule,
        row.sheet,
        row.cell,
        row.subject,
        row.value,
        row.expected,
        row.message,
        row.hint,
        row.explanation,
        state,
    ]
