"""Which notes (批注) of a cell are this program's, and what a person wrote in one."""

from __future__ import annotations

from selfeval_xl.model.findings import Severity

SEPARATOR = "\n—— 以下为校验批注 ——\n"
# The beginnings of our notes; each note has one of them.
LEVELS = tuple(f"{severity.label}（{severity.demand}）：" for severity in Severity)


def is_ours(text: str) -> bool:
    """Whether a note is ours, or has our text behind that of a person."""
    return text.startswith(LEVELS) or SEPARATOR in text


def of_person(text: str) -> str:
    """The part of a note that a person wrote; "" where it is all ours."""
    return "" if text.startswith(LEVELS) else text.partition(SEPARATOR)[0]
