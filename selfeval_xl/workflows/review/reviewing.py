"""`selfeval review`: puts what the filled papers say beside the self-evaluation, into 复核汇总.xlsx."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.review.comparison import Sums, sums
from selfeval_xl.county.review.reading import Reviewed, read_reviewed
from selfeval_xl.files import check_replaceable, write_out
from selfeval_xl.model.grid import plain_number
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.review.summary_sheets import write_summary


@dataclass(frozen=True, slots=True)
class Review:
    """A summary that was written to `out`, with the papers it was made of and the county's sums."""

    out: Path
    reviewed: Reviewed
    sums: Sums

    @property
    def told(self) -> str:
        """How many were re-checked, and what came of it."""
        found = self.sums
        average = "" if found.difference is None else f"，平均偏差{plain_number(found.difference)}分"
        return f"抽查{found.projects}个项目，已复核{found.checked}个{average}，降等{len(found.lowered)}个。"


def review(
    folder: str | Path,
    out: str | Path,
    *,
    policy: Policy | str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Review:
    """Reads the papers below the folder and writes the summary.

    Raises UsageError where there is no paper, NotReplaced and OutputError where it cannot be written.
    """
    out = Path(out)
    check_replaceable(out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    reviewed = read_reviewed(folder, rules, progress)
    write_out(out, lambda file: write_summary(file, reviewed, rules))
    return Review(out, reviewed, sums(reviewed.projects, rules))
