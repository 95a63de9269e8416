"""The filings of a stage of the year as the officers decided on them, for the commands that act on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county import study as self_evaluation
from selfeval_xl.county.decisions import Decisions, apply_decisions, find_decisions, read_decisions
from selfeval_xl.county.departments.data import CountyData
from selfeval_xl.county.intake.whole_files import read_whole
from selfeval_xl.county.monitoring.sheets import SHEETS
from selfeval_xl.county.stage_study import sorted_files
from selfeval_xl.errors import UsageError
from selfeval_xl.filings.roster import read_roster
from selfeval_xl.model.forms import DECLARATION, MONITORING, SELF
from selfeval_xl.readers.folder import collect

_NO_WORKBOOK = "--workbook 是汇总工作簿，目标申报表没有汇总工作簿，请不要写它。"


def study_at(stage: str) -> Callable[..., tuple[CountyData, Decisions]]:
    """The function `study_decided` of a stage (SELF, MONITORING, DECLARATION)."""
    return self_evaluation.study_decided if stage == SELF else partial(study_decided, stage=stage)


def study_decided(
    folder: Path,
    roster: str | Path | None,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
    *,
    stage: str = MONITORING,
) -> tuple[CountyData, Decisions]:
    """The forms of a stage below the folder, checked and sorted as officers decided, and their decisions.

    workbook: the monitoring workbook; without it, the one that fits (see `decisions`). Declarations have
    none, and nothing is decided on them. Raises UsageError.
    """
    if workbook and stage == DECLARATION:
        raise UsageError(_NO_WORKBOOK)
    known = read_roster(roster) if roster else None
    given = read_decisions(Path(workbook), SHEETS) if workbook else None  # before a county is read
    root = folder if folder.is_dir() else folder.parent
    files, archives = read_whole(collect(folder), root, jobs, progress)
    decisions = Decisions() if stage == DECLARATION else given or find_decisions(root, files, SHEETS)
    chosen = decisions.written.chosen_files()
    material, _ = sorted_files(root, files, archives, known, policy, chosen, stage=stage)
    return apply_decisions(material, decisions), decisions
