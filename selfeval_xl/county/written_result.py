"""What a score and a grade say that somebody wrote down: 85分 is 85, and a score earns its grade.

Every place that uses a re-checked score reads it here, so that one cell says the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import UNSCORED
from selfeval_xl.county.officer_workbook import plain_text
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.quantity import points_of
from selfeval_xl.model.text import squeeze

REVIEWED, STATED = "复核", "自评"
_FULL = 100


@dataclass(frozen=True, slots=True)
class WrittenResult:
    """A result as it counts.

    score: None where there is none from 0 to 100. grade: None where it is unknown. fault: why something that
    is written does not count, "" where all of it does.
    """

    score: Decimal | None = None
    grade: str | None = None
    fault: str = ""


def is_written(value: Any) -> bool:
    """Whether a cell says anything; 0 does."""
    return bool(written_text(value))


def written_text(value: Any) -> str:
    """A cell's value as a person reads it: 85 and not 85.00."""
    return plain_text(float(value) if isinstance(value, Decimal) else value)


def score_of(value: Any) -> Decimal | None:
    """A score from 0 to 100, also with 分 behind it; None for anything else."""
    number = points_of(written_text(value) or None)
    return number if number is not None and 0 <= number <= _FULL else None


def result_of(kind: str, score: Any, grade: Any, policy: Policy) -> WrittenResult:
    """The result by a score and a grade as they are written. kind: 复核 or 自评, for the fault.

    The grade is that of the score, also where none is written; unknown where the two contradict each other.
    """
    number = score_of(score)
    if number is None and is_written(score):
        return WrittenResult(fault=_fault_of_score(kind, score))
    names = [name for name, _ in policy.bands("grades")]
    text = squeeze(plain_text(grade)).removesuffix(UNSCORED)
    name = next((name for name in sorted(names, key=len, reverse=True) if text.startswith(name)), None)
    if text and name is None:
        return WrittenResult(number, fault=f"{kind}等级“{plain_text(grade)}”不是{'、'.join(names)}之一")
    if number is None:
        return WrittenResult(grade=name)
    earned = policy.grade(number)
    if name not in (None, earned):
        return WrittenResult(
            number,
            fault=f"{kind}等级{name}和{kind}得分{plain_number(number)}（{earned}）对不上，请先核实",
        )
    return WrittenResult(number, earned)


def _fault_of_score(kind: str, value: Any) -> str:
    """Why a score that is written is none."""
    number = points_of(written_text(value))
    if number is None:
        return f"{kind}得分“{written_text(value)}”不是数字"
    return f"{kind}得分{plain_number(number)}不在0到100分之间"
