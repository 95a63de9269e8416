"""One return: the department's own file copied, with marks, the front sheet 问题清单 and links both ways."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..backlinks import backlink_edits
from ..deviations import Side
from ..errors import SelfevalError, UnreadableFile
from ..findings import Finding
from ..forms import Listed
from ..grid import Grid
from ..marks import cell_edits, cells_of, listed_on, table_edits
from ..progress import EXPLAINED, KEPT, MENDED, NEW
from ..reading.at_hand import at_hand
from ..reading.explained import listed_in
from ..sheets import RETURNED
from .listing import listing

ONLY_LISTED = "没有可以标注的表格，问题列在“问题清单”里，请逐条办理。"


@dataclass(frozen=True, slots=True)
class Marked:
    """A return that was written. counts: findings by state (新发现, 未修改, 已说明, 已修改). refused: cells
    that could not be marked.
    """

    path: str
    out: str
    counts: dict[str, int]
    refused: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has to do: mark these findings in a copy of the file. listed: the return before, where it
    lies in another file.
    """

    path: str
    out: str
    findings: tuple[Finding, ...]
    listed: tuple[Listed, ...] = ()


def mark_return(
    path: str | Path, out: str | Path, findings: Iterable[Finding], listed: Iterable[Listed] = ()
) -> Marked:
    """Writes the return of one file.

    Findings of other places (a missing project, the report) are listed without a mark; path "": nothing else.

    Raises UsageError, OutputError or UnreadableFile with a Chinese sentence when the job cannot be done.
    """
    from ..sinks.file import scratch

    with scratch() as place:
        real = at_hand(path, place) if str(path) else None
        return _mark(str(path), real, _rightly_named(real, Path(out)), findings, listed)


def _mark(
    path: str, real: Path | None, out: Path, findings: Iterable[Finding], listed: Iterable[Listed]
) -> Marked:
    """path: as the findings know the file; real: where it lies."""
    from ..sinks.copies import Opened, change, opened_for_change, side_of
    from ..sinks.file import marked

    opened = opened_for_change(real, out) if real else Opened(Path(), "", [Grid("说明", [[ONLY_LISTED]])], [])
    former = marked(opened.path) if opened.kind == "xlsx" else []
    before = listed_on(opened.grids, RETURNED)
    made = listing(findings, opened.grids, (listed_in(before) if before else []) or listed)
    own = [finding for _, finding in made.marked if finding.file in ("", path)]
    numbers = {id(finding): number for number, finding in made.marked}
    rows = {int(row[0]): place for place, row in enumerate(made.table, 2) if row[0]}
    edits = table_edits(made.table, before, RETURNED)
    edits += cell_edits(own, opened.grids, former, numbers)
    sides, listed_cells = side_of(opened), {}
    for finding in own:
        listed_cells.setdefault(finding.sheet or "", []).extend(
            (numbers[id(finding)], cell) for cell in cells_of(finding)
        )
    edits += backlink_edits(listed_cells, rows, RETURNED, opened.grids, lambda name: sides.get(name, Side()))
    applied = change(opened, edits, out)
    states = [*made.progress.states, *[MENDED] * len(made.progress.mended)]
    return Marked(
        path,
        str(out),
        {name: states.count(name) for name in (NEW, KEPT, EXPLAINED, MENDED)},
        tuple(f"{edit.sheet} {edit.cell}" for edit in applied.refused),
    )


def _rightly_named(path: Path | None, out: Path) -> Path:
    """A workbook with macros stays one, also where its name says something else."""
    from ..sinks.file import right_ending

    if path is None or path.suffix.lower() not in (".xlsx", ".xlsm", ".xltx", ".xltm"):
        return out
    try:
        return out.with_suffix(right_ending(path))
    except UnreadableFile:
        return out  # no xlsx by content: it is written anew


def work(path: str) -> Marked:
    """A worker's part: does the job that was put into this file."""
    job: Job = pickle.loads(Path(path).read_bytes())
    try:
        return mark_return(job.path, job.out, job.findings, job.listed)
    except SelfevalError as error:
        return Marked(job.path, job.out, {}, error=str(error))


def mark_many(jobs: list[Job], workers: int | None = None, progress=None) -> list[Marked]:
    """Every job done in worker processes, in the order given; a file that kills its worker costs itself."""
    from ..reading import read_files
    from ..sinks.file import scratch

    with scratch() as folder:
        paths = []
        for number, job in enumerate(jobs):
            paths.append(folder / f"{number}.job")
            paths[-1].write_bytes(pickle.dumps(job))
        results = list(read_files(paths, workers, progress, function="selfeval_xl.returns.marking:work"))
    return [
        result
        if isinstance(result, Marked)
        else Marked(job.path, job.out, {}, error=f"“{Path(job.path).name}”内容异常，标注时程序中断。")
        for job, result in zip(jobs, results)
    ]
