"""Findings on declarations: their targets are not fixed yet, so what waits for next year is mended now."""

from __future__ import annotations

from dataclasses import replace

from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.rules.registry import BY_SEVERITY

# Words of remedies that hold only once the targets are fixed with the budget, and what a declaration says.
_WORDS = (
    ("下年申报时，", ""),
    ("下年申报时", ""),
    ("下年", ""),
    ("按预算批复的绩效目标", "按要达到的绩效目标"),
    ("按预算批复的名称", "按单位和项目的正式名称"),
)


def as_declared(finding: Finding) -> Finding:
    """The finding as it is on a declaration: an error is mended, a warning explained, a note may wait."""
    treatment, hint = finding.treatment, finding.hint
    if treatment is Treatment.NEXT_YEAR and finding.severity is not None:
        treatment = BY_SEVERITY[finding.severity]
    for fixed, declared in _WORDS:
        hint = hint.replace(fixed, declared)
    return replace(finding, treatment=treatment, hint=hint)
