"""Mends that keep the meaning (full-width digits, stray code, a unit typed with an amount), written into a
copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .edits import Edit
from .findings import Finding
from .quantity import money


def mend_edits(findings: Iterable[Finding]) -> list[Edit]:
    """The edits that carry out what the findings propose, one a cell; amounts become numbers."""
    edits: dict[tuple[str, str], Edit] = {}
    for finding in findings:
        mends = finding.mends or (((finding.cell, finding.fix),) if finding.fix and finding.cell else ())
        for cell, fix in mends:
            if finding.sheet and cell and "," not in cell:
                number = (
                    money(fix.new) if money(fix.old) is None and fix.new.replace(".", "").isdigit() else None
                )
                edits.setdefault(
                    (finding.sheet, cell),
                    Edit(
                        finding.sheet,
                        cell,
                        fix.old,
                        fix.new if number is None else number,
                        why=f"{finding.title}",
                    ),
                )
    return list(edits.values())


def mend(path: str | Path, findings: Iterable[Finding], out: str | Path):
    """Writes a copy of the file with the mends.

    Returns what the sink did (done, refused); the source is only read.

    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from .sinks.copies import change, opened_for_change

    opened = opened_for_change(Path(path), Path(out))
    return change(
        opened, mend_edits(finding for finding in findings if Path(finding.file) == Path(path)), Path(out)
    )
