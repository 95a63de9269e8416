"""Which notes (批注) of a cell are this program's, and what a person wrote in one."""

from __future__ import annotations

from selfeval_xl.model.findings import Severity, Treatment

SEPARATOR = "\n—— 以下为校验批注 ——\n"
_EARLIER = {Severity.ERROR: "须修改", Severity.WARNING: "须说明", Severity.NOTE: "供参考"}
# The beginnings of our notes with their severities; the last of each severity is that of earlier versions.
BEGINNINGS = {
    **{
        f"{severity.label}，{treatment.label}：": severity for severity in Severity for treatment in Treatment
    },
    **{f"{severity.label}（{word}）：": severity for severity, word in _EARLIER.items()},
}
LEVELS = tuple(BEGINNINGS)


def beginning(severity: Severity, treatment: Treatment) -> str:
    """The beginning of a note about a finding."""
    return f"{severity.label}，{treatment.label}："


def is_ours(text: str) -> bool:
    """Whether a note is ours, or has our text behind that of a person."""
    return text.startswith(LEVELS) or SEPARATOR in text


def of_person(text: str) -> str:
    """The part of a note that a person wrote; "" where it is all ours."""
    return "" if text.startswith(LEVELS) else text.partition(SEPARATOR)[0]
