"""Issuing (下发): one workbook for each department of the roster, filled in with everything that is known."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import UsageError
from selfeval_xl.files import check_replaceable, make_folder
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.workflows.issuing.contents import EXEMPT, Contents, IssueOptions
from selfeval_xl.workflows.issuing.writing import FAILED, IssueJob, IssueOutcome

__all__ = ["IssueOptions", "Issued", "issue"]

INDEX = "下发清单.xlsx"
_SECONDS = 600.0  # for one department; hundreds of projects on a busy machine take their time


@dataclass(frozen=True, slots=True)
class Issued:
    """The issued workbooks: the index, and each department's contents with the outcome of writing its file.

    problems: those of the roster, in plain words.
    """

    folder: Path
    index: Path
    departments: tuple[tuple[Contents, IssueOutcome], ...] = ()
    problems: tuple[str, ...] = ()

    def count(self, result: str) -> int:
        """The number of departments with this result."""
        return sum(outcome.result == result for _, outcome in self.departments)

    @property
    def projects(self) -> int:
        """The number of project forms in the workbooks that were written or are there already."""
        return sum(
            bool(item.sheet)
            for contents, outcome in self.departments
            if outcome.result != FAILED
            for item in contents.items
        )

    @property
    def targets(self) -> int:
        """The number of targets on these forms."""
        return sum(contents.targets for contents, outcome in self.departments if outcome.result != FAILED)

    @property
    def left_out(self) -> Counter[str]:
        """The number of projects left out, by reason."""
        return Counter(
            EXEMPT for contents, _ in self.departments for item in contents.items if item.status == EXEMPT
        )


def issue(
    roster: str | Path,
    folder: str | Path,
    *,
    asked: IssueOptions | None = None,
    last: str | Path | None = None,
    targets: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    protect: bool = False,
    overwrite: bool = False,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    warned: Callable[[list[str]], None] = lambda problems: None,
) -> Issued:
    """Writes a workbook for each department of the roster into `folder`, and the index 下发清单.xlsx.

    last: last year's county workbook, for projects and targets that the roster does not name. targets: folder
    with the approved declarations, for targets that the roster does not name; they go before last year's.
    policy: the county's, or its file; its thresholds stand in the formulas. A file that a department may have
    filled in stays as it is unless `overwrite`. progress(done, all) is called after each. warned: told the
    roster's problems before anything is written. Raises UsageError (no roster, unknown layout), PolicyError,
    OutputError.
    """
    from selfeval_xl import layouts
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.issuing.index import known_files, write_index

    asked = asked or IssueOptions()
    asked = replace(asked, layout=layouts.id_of(asked.layout, asked.stage), protect=protect)
    planned, problems = _planned(roster, asked, last, targets)
    rules = policy if isinstance(policy, Policy) else load(policy)
    warned(problems)
    folder = make_folder(Path(folder))
    check_replaceable(folder / INDEX)
    before, place = known_files(folder / INDEX), str(folder.absolute())
    todo = [
        IssueJob(contents, place, protect, overwrite, before.get(contents.file, ""), rules)
        for contents in planned
    ]
    departments = tuple(zip(planned, _write(todo, jobs, progress), strict=True))
    write_index(folder / INDEX, departments, problems, before)
    return Issued(folder, folder / INDEX, departments, tuple(problems))


def _planned(
    roster: str | Path, asked: IssueOptions, last: str | Path | None, targets: str | Path | None
) -> tuple[list[Contents], list[str]]:
    """The workbooks to write, and the problems of the roster. Raises UsageError where there is none."""
    from selfeval_xl.filings.roster import read_roster
    from selfeval_xl.workflows.issuing.contents import plan
    from selfeval_xl.workflows.issuing.declared import read_declarations
    from selfeval_xl.workflows.issuing.last_year import read_last_year

    read = read_roster(roster)
    planned, problems = plan(
        read,
        asked,
        read_last_year(last, read.match) if last else None,
        read_declarations(targets, read) if targets else None,
    )
    if not planned:
        raise UsageError(
            f"单位名册“{Path(roster).name}”里一个单位也没有，没有可下发的。{''.join(problems[:3])}"
        )
    return planned, problems


def _write(
    todo: Iterable[IssueJob], jobs: int | None, progress: Callable[[int, int], None] | None
) -> list[IssueOutcome]:
    """The outcomes of the jobs, carried out in worker processes; a worker that dies costs its department."""
    from selfeval_xl.workers import read_files

    todo = list(todo)
    with tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as folder:
        paths = [Path(folder) / f"{number:05}" for number in range(len(todo))]
        for path, job in zip(paths, todo, strict=True):
            path.write_bytes(pickle.dumps(job))
        done = read_files(
            paths,
            jobs,
            progress,
            function="selfeval_xl.workflows.issuing.writing:write_job",
            seconds=_SECONDS,
        )
        return [
            IssueOutcome(job.contents.file, FAILED, "写这一份时程序中断了，请再运行一次")
            if isinstance(outcome, ReadFile)
            else outcome
            for job, outcome in zip(todo, done, strict=True)
        ]
