"""Consolidates a county: from a folder of received files to one workbook that the bureau can sign."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError, UsageError
from ..policy import Policy
from ..policy_file import load

if TYPE_CHECKING:
    import pandas

    from .collecting import Read
    from .handwritten import Written

__all__ = ["County", "consolidate"]


@dataclass(frozen=True)
class County:
    """The result of a consolidation: workbook, store, and the counts for the closing table.

    The tables are read from the store when they are asked for.

    departments, reported: all, and those that sent a form that counts. files: received files by result.
    forms: recognised, used, superseded, duplicate. verdicts: indicators of the project forms by indicators,
    met, exceeded, unmet, zero, undetermined, unexplained. severities: findings by 错误, 核实, 提示. rules: by
    status (ran, skipped, failed). carried, lost: officers' remarks that found their row, and that found none.
    balances: of files and of forms, one line each. problems: faulty rows of the roster.
    """

    out: Path
    store: Path
    departments: int = 0
    reported: int = 0
    project_forms: int = 0
    department_forms: int = 0
    files: dict[str, int] = field(default_factory=dict)
    forms: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    carried: int = 0
    lost: int = 0
    balances: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @cached_property
    def projects(self) -> pandas.DataFrame:
        """One row per project that counts, is missing or exempt; money in 万元, rates as ratios."""
        return self._table("projects")

    @cached_property
    def funding(self) -> pandas.DataFrame:
        """One row per funding row; kind: 合计, 来源, 其中项."""
        return self._table("funding")

    @cached_property
    def indicators(self) -> pandas.DataFrame:
        """One row per third-level indicator."""
        return self._table("indicators")

    @cached_property
    def findings(self) -> pandas.DataFrame:
        """One row per finding."""
        return self._table("findings")

    def _table(self, name: str) -> pandas.DataFrame:
        """A table of the store."""
        from .store import read

        return read(self.store, name)


def consolidate(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    against: str | Path | None = None,
    with_forms: bool = False,
    parquet: str | Path | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> County:
    """Reads every file below the folder, writes the county workbook `out` and its store beside it (.sqlite).

    roster: workbook, shows which departments and projects are missing. against: last year's county workbook,
    for 与上年对比. with_forms: adds every form as a sheet in its official layout. parquet: folder for the
    tables (extra `data`). jobs: number of processes that read. dask: address of a cluster that reads instead
    (extra `dask`). progress(done, all, file name) is called after each file.

    A file that cannot be read is listed in 收件核对 and stops nothing. What officers wrote into an earlier
    `out` is carried over. Raises UsageError (no such folder, faulty roster) and OutputError (`out` cannot be
    written, or is no county workbook).
    """
    from .collecting import receiving, sort_out
    from .departments import Departments
    from .last_year import read_last
    from .material import laid_out
    from .parquet import usable
    from .publishing import publish
    from .roster import chosen_by, read_roster

    out = Path(out)
    _check_places(Path(folder), out)
    policy = policy if isinstance(policy, Policy) else load(policy)
    loaded_roster = read_roster(roster) if roster else None
    if parquet:
        usable(parquet)
    last = read_last(against) if against else None
    written = _previous_remarks(out)
    with (
        _without_cycle_collection(),
        _reading(dask, folder) as read,
        receiving(folder, out, policy, jobs, progress, read) as received,
    ):
        choices = chosen_by(loaded_roster, written.chosen_files())
        collected = sort_out(received.root, received.files, loaded_roster, choices, received.archives)
        departments = Departments(received, laid_out(collected, loaded_roster, policy))
        return publish(departments, out, written, last, with_forms, parquet, store=received.cache.base)


def _previous_remarks(out: Path) -> Written:
    """The officers' remarks in the workbook that is to be replaced; it is read only if it was changed."""
    from ..reading.source import fingerprint
    from .handwritten import Written, read_written
    from .store import UNWRITTEN, meta
    from .tables import SHEETS

    store = out.with_suffix(".sqlite")
    unwritten = meta(store, UNWRITTEN)
    written = (
        Written()
        if unwritten and out.is_file() and fingerprint(out)[1] == unwritten
        else read_written(out, SHEETS)
    )
    written.returned |= json.loads(meta(store, "returned") or "{}")
    return written


def _reading(dask: str | None, folder: str | Path) -> AbstractContextManager[Read | None]:
    """The function that reads many files: on the cluster at this address, None for this machine."""
    if not dask:
        return nullcontext()
    from .cluster import reading_on

    return reading_on(dask, folder)


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Runs the block without garbage collection: a million records, no cycles, and a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _check_places(folder: Path, out: Path) -> None:
    """Raises UsageError or OutputError where the folder does not exist or the workbook cannot be there."""
    if not folder.exists():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"汇总工作簿的文件名应以.xlsx结尾，现在写的是“{out.name}”。")
    if not out.parent.is_dir():
        raise OutputError(f"没有“{out.parent}”这个文件夹，汇总工作簿写不进去。请先建好文件夹。")
