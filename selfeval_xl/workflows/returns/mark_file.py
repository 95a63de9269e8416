"""One return: the department's own file copied, with marks, the front sheet 问题清单 and links both ways."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from selfeval_xl import files
from selfeval_xl.errors import NotReplaced, SelfevalError
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.model.sheet_names import RETURNED
from selfeval_xl.readers.archives import at_hand
from selfeval_xl.readers.recognition.result_list import listed_in
from selfeval_xl.workflows.marking.back_links import backlink_edits
from selfeval_xl.workflows.marking.marks import cell_edits
from selfeval_xl.workflows.marking.progress import EXPLAINED, MENDED, NEW, STILL_OPEN, CheckedWith, Progress
from selfeval_xl.workflows.marking.result_list import cells_of, listed_on, remark_row, table_edits
from selfeval_xl.workflows.returns.finding_list import listing

ONLY_LISTED = "没有可以标注的表格，问题列在“问题清单”里，请逐条办理。"


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """A return that was written from `path` to `out`.

    counts: findings by state (新发现, 未修改, 已说明, 已修改). refused: cells that could not be marked.
    error: the reason why nothing was written. kept: the reason is that `out` is not ours to replace.
    unsigned: the copy has lost the digital signatures of the file.
    """

    path: str
    out: str
    counts: dict[str, int]
    refused: tuple[str, ...] = ()
    error: str = ""
    kept: bool = False
    unsigned: bool = False


@dataclass(frozen=True, slots=True)
class MarkJob:
    """The task of a worker: to mark these findings in a copy of the file.

    listed: the list of the return before, where it stands in another file. check: as of `compare`.
    kept: as of `mark_return`. replacing: files of others are replaced.
    """

    path: str
    out: str
    findings: tuple[Finding, ...]
    listed: tuple[ListedFinding, ...] = ()
    check: CheckedWith | None = None
    kept: Path | None = None
    replacing: bool = False


def mark_return(
    path: str | Path,
    out: str | Path,
    findings: Iterable[Finding],
    listed: Iterable[ListedFinding] = (),
    kept: Path | None = None,
    check: CheckedWith | None = None,
) -> MarkedFile:
    """Writes the return of one file.

    Findings of other places (a missing project, the report) are listed without a mark; with path "" the
    return is a list alone. kept: a folder for archives within archives that other files of the run lie in
    too. check: as of `compare`. Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when
    the job cannot be done.
    """
    from selfeval_xl.files import scratch

    with scratch() as unpacked:
        real = at_hand(path, unpacked, kept) if str(path) else None
        return _mark(str(path), real, Path(out), findings, listed, check)


def _mark(
    path: str,
    real: Path | None,
    out: Path,
    findings: Iterable[Finding],
    listed: Iterable[ListedFinding],
    check: CheckedWith | None,
) -> MarkedFile:
    """Writes the return. path: as the findings name the file. real: its path on the disk, None for a list."""
    from selfeval_xl.readers.formats.source import Source
    from selfeval_xl.writers.xlsx.apply import write_copy
    from selfeval_xl.writers.xlsx.opened import OpenedWorkbook, check_change, check_target, open_workbook

    if real:
        opened = open_workbook(real)
        out = out.with_suffix(opened.ending) if opened.is_xlsx else out
        check_target(real, out)
        check_change(opened, out)
    else:
        opened = OpenedWorkbook(Source("", grids=[Grid("说明", [[ONLY_LISTED]])]))
    grids = opened.source.grids
    before = listed_on(grids, RETURNED)
    made = listing(findings, grids, (listed_in(before) if before else []) or listed, check)
    in_file = [finding for _, finding in made.marked if finding.file in ("", path)]
    numbers = {id(finding): number for number, finding in made.marked}
    rows = {int(row[0]): line for line, row in enumerate(made.table, 2) if row[0]}
    edits = table_edits([*made.table, *map(remark_row, opened.remarks)], before, RETURNED)
    edits += cell_edits(in_file, grids, opened.former, numbers)
    listed_cells: dict[str, list[tuple[int, str]]] = {}
    for finding in in_file:
        listed_cells.setdefault(finding.sheet or "", []).extend(
            (numbers[id(finding)], cell) for cell in cells_of(finding)
        )
    edits += backlink_edits(listed_cells, rows, RETURNED, grids, lambda name: opened.extents(name).right)
    applied = write_copy(opened, edits, out)
    return MarkedFile(
        path,
        str(out),
        _counts(made.progress),
        tuple(f"{edit.sheet} {edit.cell}" for edit in applied.refused),
        unsigned=applied.unsigned,
    )


def _counts(progress: Progress) -> dict[str, int]:
    """The number of findings by state."""
    states = [
        *progress.states,
        *[STILL_OPEN] * len(progress.unjudged),
        *[MENDED] * len(progress.mended),
    ]
    return {name: states.count(name) for name in (NEW, STILL_OPEN, EXPLAINED, MENDED)}


def work(path: str) -> MarkedFile:
    """Carries out the job that is pickled in this file, in a worker process."""
    job: MarkJob = pickle.loads(Path(path).read_bytes())
    try:
        with files.replacing(job.replacing):
            return mark_return(job.path, job.out, job.findings, job.listed, job.kept, job.check)
    except SelfevalError as error:
        return MarkedFile(job.path, job.out, {}, error=str(error), kept=isinstance(error, NotReplaced))


def mark_many(
    jobs: list[MarkJob], workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> list[MarkedFile]:
    """Carries out the jobs in worker processes; returns the results in the order of the jobs.

    A file that kills its worker costs only itself.
    """
    from selfeval_xl.files import scratch
    from selfeval_xl.readers import read_files

    with scratch() as folder:
        paths = []
        for number, job in enumerate(jobs):
            paths.append(folder / f"{number}.job")
            paths[-1].write_bytes(pickle.dumps(replace(job, kept=folder / "archives")))
        results = list(
            read_files(paths, workers, progress, function="selfeval_xl.workflows.returns.mark_file:work")
        )
    return [
        result
        if isinstance(result, MarkedFile)
        else MarkedFile(job.path, job.out, {}, error=f"“{Path(job.path).name}”内容异常，标注时程序中断。")
        for job, result in zip(jobs, results)
    ]
