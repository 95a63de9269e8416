"""What officers confirmed in 部门考核评分: it holds for the score that an officer saw, and no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.county.officer_workbook import Remark, Written, plain_text
from selfeval_xl.county.sheets.appraisals import APPRAISALS, YES, is_confirmed, own_score_of
from selfeval_xl.model.grid import plain_number

_OUTCOME = re.compile(r"满分共([\d.]+)分，得([\d.]+)分")


def outcome_of(basis: str) -> str:
    """The outcome that 考核说明 begins with; it is the same wherever the score is.

    Of this text, since programs that do not compute formulas leave the score empty.
    """
    return basis.partition("。")[0]


def outcomes_seen(written: Written) -> dict[str, str]:
    """The outcome that officers saw, by the department's code or name."""
    return {
        remark.row.get("department_code") or remark.row.get("department", ""): outcome_of(
            remark.row.get("basis", "")
        )
        for remark in written.remarks
        if remark.sheet == APPRAISALS.key
    }


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The rows that officers confirmed.

    scores: department, score and 参加考核的满分. faults: department and why its score cannot be printed.
    """

    scores: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[str, ...] = ()

    def told(self) -> str:
        """What the officer has to mend; "" for nothing."""
        return f"部门考核评分里确认了、情况通报没有列的：{'；'.join(self.faults)}。" if self.faults else ""


def confirmed_scores(written: Written) -> Confirmed:
    """The scores that officers confirmed: their own, else the program's, as 确认的得分 shows them."""
    scores, faults = [], []
    for remark in written.remarks:
        if remark.sheet != APPRAISALS.key or not is_confirmed(remark.values.get("confirmed")):
            continue
        department = remark.row.get("department", "")
        seen = _OUTCOME.search(remark.row.get("basis", ""))
        full, ours = seen.groups() if seen else ("", "")
        typed = remark.values.get("own_score")
        score: Any = seen and Decimal(ours)
        if _says(typed):
            score = own_score_of(typed, Decimal(full or 0))
        if score is None:
            faults.append(f"{department}没有考核得分")
        elif isinstance(score, str):
            faults.append(f"{department}的人工得分“{plain_text(typed)}”，{score}")
        else:
            scores.append((department, plain_number(Decimal(str(score))), full))
    return Confirmed(tuple(scores), tuple(faults))


def unseen(first: Mapping[str, Any], first_basis: str, second: Remark) -> dict[str, tuple[str, str]]:
    """The columns of a row of the second copy that would confirm what its officer did not see.

    first, first_basis: what officers wrote into the same row of the first copy, and its 考核说明. Returns by
    column how both copies stand.
    """
    ours = _Confirmation(
        is_confirmed(first.get("confirmed")), first.get("own_score"), outcome_of(first_basis)
    )
    theirs = _Confirmation(
        is_confirmed(second.values.get("confirmed")),
        second.values.get("own_score"),
        outcome_of(second.row.get("basis", "")),
    )
    both = ours.words(), theirs.words()
    if ours.yes and _says(theirs.own) and not _says(ours.own):
        return dict.fromkeys(("confirmed", "own_score"), both)
    own = ours.own if _says(ours.own) else theirs.own
    if theirs.yes and theirs.score() != _Confirmation(True, own, ours.outcome).score():
        return {"confirmed": both}
    return {}


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """How a row stands in a copy. own: 人工得分. outcome: see `outcome_of`."""

    yes: bool
    own: Any
    outcome: str

    def score(self) -> str:
        """The score that would be confirmed, in words."""
        return f"人工得分{plain_text(self.own)}" if _says(self.own) else self.outcome

    def words(self) -> str:
        return f"{YES if self.yes else '没有确认'}（{self.score() or '没有考核说明'}）"


def _says(value: Any) -> bool:
    return plain_text(value) != ""
