"""Budget performance self-evaluation (预算绩效自评): read, check, compute, fill in and consolidate the
official forms.

    import selfeval_xl as sx
    filings = sx.read("县应急管理局_自评表.xlsx")
    for finding in sx.check(filings):
        print(finding.sheet, finding.cell, finding.message)

Importing this module is cheap: each function imports what it needs.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.version import __version__ as __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from selfeval_xl.assessment.policy import Policy
    from selfeval_xl.county.province import CountyResult, Province
    from selfeval_xl.county.result import County
    from selfeval_xl.model.findings import Findings
    from selfeval_xl.model.forms import Filing, Form
    from selfeval_xl.workflows.filling.fill import Filled

__all__ = ["assess", "check", "consolidate", "consolidate_province", "fill", "read"]


def read(*paths: str | PathLike[str]) -> list[Filing]:
    """The filings in these files, one for each department, every value with its cell.

    Declarations and monitoring forms are in `Filing.stage_forms`. What could not be read of a file is in
    `Filing.files[].problems`. Each file is read in a worker process that may die without harm. Raises
    UsageError where a file does not exist.
    """
    from selfeval_xl.filings.grouping import gather
    from selfeval_xl.readers import read_files

    return gather(read_files(list(paths)), stages=True)


def assess(form: Form, policy: Policy | None = None) -> Form:
    """The same form with execution rates, verdicts and expected scores; see `assessment.verdicts`."""
    from selfeval_xl.assessment.policy import default
    from selfeval_xl.assessment.verdicts import assess as run

    return run(form, policy or default())


def check(filings: list[Filing], policy: Policy | None = None) -> Findings:
    """The findings of all rules on these filings, and whether each rule ran."""
    from selfeval_xl.rules.runner import check as run

    return run(filings, policy)


def fill(
    path: str | PathLike[str],
    out: str | PathLike[str],
    *,
    overwrite: bool = False,
    policy: Policy | None = None,
    replace: bool = False,
) -> Filled:
    """Writes a copy of `path` to `out` with rates, totals, the deviation columns and the stubs filled in.

    overwrite: wrong execution rates are replaced too. replace: so is a file at `out` that somebody else wrote
    or changed. Raises UsageError, OutputError (NotReplaced) or UnreadableFile.
    """
    from selfeval_xl.files import replacing
    from selfeval_xl.workflows.filling.fill import fill as run

    with replacing(replace):
        return run(Path(path), Path(out), overwrite=overwrite, policy=policy)


def consolidate(
    folder: str | PathLike[str],
    out: str | PathLike[str],
    roster: str | PathLike[str] | None = None,
    policy: Policy | None = None,
    *,
    against: str | PathLike[str] | None = None,
    with_forms: bool = False,
    parquet: str | PathLike[str] | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> County:
    """Reads every file below `folder` and writes the county workbook to `out`.

    The options are those of `selfeval_xl.county.consolidate`.
    """
    from selfeval_xl.county import consolidate as run

    return run(
        Path(folder),
        Path(out),
        roster=_path(roster),
        policy=policy,
        against=_path(against),
        with_forms=with_forms,
        parquet=_path(parquet),
        jobs=jobs,
        dask=dask,
        progress=progress,
    )


def consolidate_province(
    folder: str | PathLike[str],
    out: str | PathLike[str],
    policy: Policy | None = None,
    *,
    name: str | None = None,
    rosters: str | PathLike[str] | None = None,
    against: str | PathLike[str] | None = None,
    with_forms: bool = False,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    told: Callable[[int, int, CountyResult], None] | None = None,
) -> Province:
    """Consolidates every county of `folder` into the folder `out`, with one workbook over all of them.

    name: of that workbook, 全省汇总 by default. The other options are those of
    `selfeval_xl.county.province.consolidate_province`.
    """
    from selfeval_xl.county.province import NAME
    from selfeval_xl.county.province import consolidate_province as run

    return run(
        Path(folder),
        Path(out),
        name=NAME if name is None else name,
        rosters=_path(rosters),
        policy=policy,
        against=_path(against),
        with_forms=with_forms,
        jobs=jobs,
        progress=progress,
        told=told,
    )


def _path(path: str | PathLike[str] | None) -> Path | None:
    return None if path is None else Path(path)
