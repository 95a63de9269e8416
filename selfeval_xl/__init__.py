"""Budget performance self-evaluation (预算绩效自评): read, check, compute, fill in and consolidate the
official forms.

    import selfeval_xl as sx
    filings = sx.read("县应急管理局_自评表.xlsx")
    for finding in sx.check(filings):
        print(finding.sheet, finding.cell, finding.message)

Importing this module is cheap; what is heavy is imported by the function that needs it.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .county import County
    from .filling import Filled
    from .findings import Findings
    from .forms import Filing, Form
    from .policy import Policy
    from .province import Province

__version__ = "0.1.0"
__all__ = ["assess", "check", "consolidate", "consolidate_province", "fill", "read"]


def read(*paths: str | PathLike[str]) -> list[Filing]:
    """The filings in these files, one per department, every value with its cell.

    Bad files are in `Filing.files[].problems`.

    Each file is read in a worker process that may die without harm. Raises UsageError where a file does not
    exist.
    """
    from .filing import gather
    from .reading import read_files

    return gather(read_files(list(paths)))


def assess(form: Form, policy: Policy | None = None) -> Form:
    """The same form with execution rates, verdicts and expected scores; see `selfeval_xl.assessing`."""
    from .assessing import assess as run
    from .policy import default

    return run(form, policy or default())


def check(filings: list[Filing], policy: Policy | None = None) -> Findings:
    """All findings of all rules on these filings, and what became of each rule."""
    from .checking import check as run

    return run(filings, policy)


def fill(
    path: str | PathLike[str],
    out: str | PathLike[str],
    *,
    overwrite: bool = False,
    policy: Policy | None = None,
) -> Filled:
    """Writes a copy of `path` to `out` with execution rates, totals, the deviation columns and the stubs
    filled in.
    """
    from .filling import fill as run

    return run(path, out, overwrite=overwrite, policy=policy)


def consolidate(
    folder: str | PathLike[str],
    out: str | PathLike[str],
    roster: str | PathLike[str] | None = None,
    policy: Policy | None = None,
    **options,
) -> County:
    """Reads every file below `folder` and writes the county workbook to `out`; see
    `selfeval_xl.county.consolidate`.
    """
    from .county import consolidate as run

    return run(folder, out, roster=roster, policy=policy, **options)


def consolidate_province(
    folder: str | PathLike[str], out: str | PathLike[str], policy: Policy | None = None, **options
) -> Province:
    """Consolidates every county of `folder` into the folder `out`, and writes one workbook over all of them;
    see `selfeval_xl.province`.
    """
    from .province import consolidate_province as run

    return run(folder, out, policy=policy, **options)
