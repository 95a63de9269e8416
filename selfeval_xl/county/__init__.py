"""Consolidates a county: from a folder of received files to one workbook that the bureau can sign."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.result import County
from selfeval_xl.errors import OutputError, UsageError
from selfeval_xl.files import check_writable
from selfeval_xl.rules.county_file import load

if TYPE_CHECKING:
    from selfeval_xl.county.departments.streaming import StreamedDepartments
    from selfeval_xl.county.earlier_stages import EarlierStages
    from selfeval_xl.county.intake.received_files import Read, Received
    from selfeval_xl.county.last_year_sheet import Last
    from selfeval_xl.county.officer_workbook import Written
    from selfeval_xl.county.review.reading import Reviewed
    from selfeval_xl.filings.roster import Roster

__all__ = ["County", "consolidate"]


def consolidate(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    against: str | Path | None = None,
    reviewed: str | Path | None = None,
    declared: str | Path | None = None,
    monitored: str | Path | None = None,
    with_forms: bool | Callable[[int], bool] = False,
    parquet: str | Path | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> County:
    """Reads every file below the folder, writes the county workbook `out` and its store beside it (.sqlite).

    roster: shows which departments and projects are missing. against: last year's county workbook. reviewed:
    folder with filled re-check papers, for 复核得分. declared, monitored: folders with the forms of these
    stages, to compare with (X14). with_forms: adds every form as a sheet; of more than 300 each department's
    go into a workbook of its own, unless a function given here, asked with their number, wants them in one.
    parquet: folder for tables. jobs: processes that read. dask: a cluster instead. progress(done, all, file).

    Where nothing has changed since the last run, nothing is written (see `as_before`). A file that cannot be
    read is listed in 收件核对. What officers wrote into an earlier `out` is carried over. A store of another
    version is set aside (`notes`). Raises UsageError (no folder, faulty roster, 32 bits) or OutputError.
    """
    from selfeval_xl.county.as_before import basis_of, keep_in_mind, result_before

    policy = _check_possible(Path(folder), out := Path(out), parquet, policy)
    more = against or reviewed or declared or monitored or with_forms or parquet or dask
    if before := result_before(out, basis := "" if more else basis_of(Path(folder), out, roster, policy)):
        return before
    from selfeval_xl.county.earlier_stages import read_earlier
    from selfeval_xl.county.intake.received_files import receiving
    from selfeval_xl.county.output import publish

    known = _loaded(roster)
    last, papers = _compared_with(against, reviewed, policy)
    earlier = read_earlier(declared, monitored, known, jobs, progress, evaluated=folder)
    written = _previous_remarks(out)
    with (
        _without_cycle_collection(),
        _reading(dask, folder) as read,
        receiving(folder, out, policy, jobs, progress, read) as received,
    ):
        found = _departments(received, known, policy, written, earlier)
        county = publish(found, out, written, basis, last, with_forms, parquet, received.cache.store, papers)
    return keep_in_mind(county)


def _loaded(roster: str | Path | None) -> Roster | None:
    """The roster in this workbook, where one is given."""
    from selfeval_xl.filings.roster import read_roster

    return read_roster(roster) if roster else None


def _departments(
    received: Received, roster: Roster | None, policy: Policy, written: Written, earlier: EarlierStages
) -> StreamedDepartments:
    """The received files sorted by department, each of which is read when its turn comes."""
    from selfeval_xl.county.departments.data import laid_out
    from selfeval_xl.county.departments.streaming import StreamedDepartments
    from selfeval_xl.county.earlier_stages import told_of_matches
    from selfeval_xl.county.intake.receipts import sort_out
    from selfeval_xl.filings.roster import chosen_by

    choices = chosen_by(roster, written.chosen_files())
    collected = sort_out(received.root, received.files, roster, choices, received.archives)
    laid = laid_out(collected, roster, policy)
    earlier = replace(earlier, notes=(*earlier.notes, *told_of_matches(earlier, collected.filings)))
    return StreamedDepartments(received, laid, supplements=written.supplements, earlier=earlier)


def _compared_with(
    against: str | Path | None, reviewed: str | Path | None, policy: Policy
) -> tuple[Last | None, Reviewed | None]:
    """Last year's projects and the papers of the re-check, as far as they are given."""
    from selfeval_xl.county.last_year_sheet import read_last
    from selfeval_xl.county.review.reading import read_reviewed

    return (
        read_last(against) if against else None,
        read_reviewed(reviewed, policy) if reviewed else None,
    )


def _previous_remarks(out: Path) -> Written:
    """The officers' remarks in the workbook that is to be replaced; it is read only if it was changed."""
    from selfeval_xl.county.officer_workbook import Written, read_written
    from selfeval_xl.county.review.before import FROM_PAPERS, HAD_PAPERS, read_from_papers
    from selfeval_xl.county.store.store import UNWRITTEN, meta
    from selfeval_xl.county.tables import READ_BACK
    from selfeval_xl.files import fingerprint

    store = out.with_suffix(".sqlite")
    unwritten = meta(store, UNWRITTEN)
    written = (
        Written()
        if unwritten and out.is_file() and fingerprint(out)[1] == unwritten
        else read_written(out, READ_BACK)
    )
    written.returned |= _lists_by_name(meta(store, "returned") or "{}")
    written.had_papers = bool(meta(store, HAD_PAPERS))
    kept = meta(store, FROM_PAPERS)
    if kept is None and written.remarks:  # the workbook was copied without its store
        written.from_papers |= read_from_papers(out)
    written.from_papers |= _lists_by_name(kept or "{}")
    return written


def _lists_by_name(text: str) -> dict[str, list[str]]:
    """Lists of texts by name, as the store has them; none where the text was damaged."""
    import msgspec

    try:
        return msgspec.json.decode(text, type=dict[str, list[str]])
    except (ValueError, RecursionError):
        return {}


def _reading(dask: str | None, folder: str | Path) -> AbstractContextManager[Read | None]:
    """A context with the function that reads files on the cluster at this address; None reads them here."""
    if not dask:
        return nullcontext()
    from selfeval_xl.county.intake.dask_reader import reading_on

    return reading_on(dask, folder)


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Stops the cycle collector in the block: it takes a fifth of the time and the records have no cycles."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _check_possible(
    folder: Path, out: Path, parquet: str | Path | None, policy: Policy | str | Path | None
) -> Policy:
    """The policy in force.

    Raises UsageError or OutputError: no msgspec, no such folder, or the results cannot be there.
    """
    from selfeval_xl.county.intake import records
    from selfeval_xl.county.store.parquet import usable

    records.usable()
    if not folder.exists():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"汇总工作簿的文件名应以.xlsx结尾，现在写的是“{out.name}”。")
    if not out.parent.is_dir():
        raise OutputError(f"没有“{out.parent}”这个文件夹，汇总工作簿写不进去。请先建好文件夹。")
    check_writable(out)
    if parquet:
        usable(parquet)
    return policy if isinstance(policy, Policy) else load(policy)
