"""The front sheet 问题清单 of a return: what must be mended, what must be explained, then what waits for next
year and what was mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..findings import Finding, Treatment
from ..forms import Listed
from ..grid import Grid
from ..marks import COLUMNS, in_order, row_of
from ..progress import EXPLAINED, Progress, compare

NEXT_YEAR = "以下供下年申报绩效目标时完善，本次不改、不必说明"
GONE = "以下是上次退回、现在已经修改的"
_ORDER = {Treatment.FIX: 0, Treatment.EXPLAIN: 1, Treatment.NEXT_YEAR: 2}
_EXPLANATION, _STATE, _MESSAGE = COLUMNS.index("单位说明"), COLUMNS.index("状态"), COLUMNS.index("问题说明")


@dataclass(frozen=True, slots=True)
class Listing:
    """findings: what goes back, in the order of the sheet. table: its rows without the head. marked: those
    that tint cells, with their numbers.
    """

    findings: tuple[Finding, ...]
    table: tuple[tuple[str, ...], ...]
    marked: tuple[tuple[int, Finding], ...]
    progress: Progress


def returned(finding: Finding) -> bool:
    """Whether a finding goes back to the department at all: what the bureau has to settle does not."""
    return finding.treatment in _ORDER


def is_open(finding: Finding) -> bool:
    """Whether the department has to do something about it now: mend it, or explain what was not explained
    yet.
    """
    return (
        finding.treatment is Treatment.FIX
        or finding.treatment is Treatment.EXPLAIN
        and finding.status != "explained"
    )


def listing(findings: Iterable[Finding], grids: Sequence[Grid], listed: Iterable[Listed] = ()) -> Listing:
    """The list for one file. listed: the rows of the return before this one."""
    ordered = sorted(
        (finding for finding in in_order(findings, grids) if returned(finding)),
        key=lambda finding: _ORDER[finding.treatment],
    )
    progress = compare(ordered, listed)
    table: list[list[str]] = []
    marked: list[tuple[int, Finding]] = []
    number, apart = 0, False
    for finding, state, before in zip(ordered, progress.states, progress.before):
        if finding.treatment is Treatment.NEXT_YEAR and not apart:
            table.append(_separator(NEXT_YEAR))
            apart = True
        number += 1
        row = row_of(finding)
        row[0], row[_STATE] = str(number), "" if apart else state
        if before is not None and not row[_EXPLANATION]:
            row[_EXPLANATION] = before.explanation
        table.append(row)
        if not apart and state != EXPLAINED:
            marked.append((number, finding))
    if progress.mended:
        table.append(_separator(GONE))
    for row in progress.mended:
        number += 1
        table.append(
            [
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
                "已修改",
            ]
        )
    return Listing(tuple(ordered), tuple(map(tuple, table)), tuple(marked), progress)


def _separator(text: str) -> list[str]:
    row = [""] * len(COLUMNS)
    row[_MESSAGE] = text
    return row
