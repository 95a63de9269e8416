"""Corrections of texts that keep the meaning (full-width digits, stray code, a unit typed with an amount)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.model.edits import Edit
from selfeval_xl.model.findings import Finding, Fix
from selfeval_xl.model.quantity import money

if TYPE_CHECKING:
    from selfeval_xl.model.edits import Applied


def mend_edits(findings: Iterable[Finding]) -> list[Edit]:
    """The edits that the findings propose, one a cell; amounts become numbers."""
    edits: dict[tuple[str, str], Edit] = {}
    for finding in findings:
        mends = finding.mends or (((finding.cell, finding.fix),) if finding.fix and finding.cell else ())
        for cell, fix in mends:
            if finding.sheet and cell and "," not in cell:
                edit = Edit(finding.sheet, cell, fix.old, _new_value(fix), why=finding.title)
                edits.setdefault((finding.sheet, cell), edit)
    return list(edits.values())


def _new_value(fix: Fix) -> str | Decimal:
    """The value that a fix writes: a number where the old text was no amount and the new one is."""
    number = money(fix.new) if money(fix.old) is None and fix.new.replace(".", "").isdigit() else None
    return fix.new if number is None else number


def mend(path: str | Path, findings: Iterable[Finding], out: str | Path) -> Applied:
    """Writes a copy of the file with the corrections; returns the edits done and refused.

    Findings of other files are passed over; the source is only read.
    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from selfeval_xl.writers.xlsx.apply import write_copy
    from selfeval_xl.writers.xlsx.opened import opened_for_change

    opened = opened_for_change(Path(path), Path(out))
    return write_copy(
        opened, mend_edits(finding for finding in findings if Path(finding.file) == Path(path)), Path(out)
    )
