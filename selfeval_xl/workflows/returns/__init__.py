"""Returns: each department gets its own files back, marked where it has to mend or explain something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.versions_checked import earlier_versions
from selfeval_xl.county.study import check_places, study_decided
from selfeval_xl.files import distinct_names, is_replacing, make_folder
from selfeval_xl.filings.grouping import UNKNOWN
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.readers.formats.kinds import WITH_SHEETS
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.marking.progress import checked_with
from selfeval_xl.workflows.returns.finding_list import is_open, returned
from selfeval_xl.workflows.returns.mark_file import MarkedFile, MarkJob, mark_many

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData, DepartmentData

__all__ = ["DepartmentReturn", "ReturnsResult", "return_filings"]

SUFFIX = "_退回修改"
LIST_ONLY = "问题清单"


@dataclass(frozen=True, slots=True)
class DepartmentReturn:
    """The return of one department: its folder, its marked files, and all findings that go back to it."""

    code: str
    name: str
    folder: Path
    files: tuple[MarkedFile, ...]
    findings: tuple[Finding, ...]

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that the department has to mend or explain."""
        return tuple(finding for finding in self.findings if is_open(finding))


@dataclass(frozen=True, slots=True)
class ReturnsResult:
    """The returns of one run.

    passed: names of the departments with nothing to mend or explain. problems: sentences about files that
    could not be marked. kept: sentences about files that were left as they are. told: by which county
    workbook the officers' decisions were taken. asked: sentences for the officer about other things.
    """

    out: Path
    returns: tuple[DepartmentReturn, ...]
    passed: tuple[str, ...]
    problems: tuple[str, ...]
    kept: tuple[str, ...] = ()
    told: str = ""
    asked: tuple[str, ...] = ()


def return_filings(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
) -> ReturnsResult:
    """Reads every file below the folder, and writes into `out` a folder with returns for each department.

    Only versions that count are returned, and of them only files with something to mend or to explain.
    workbook: the county workbook with the officers' decisions (see `county.decisions`).
    progress(done, all, file name). Raises UsageError (no such folder, `out` inside it, faulty roster) and
    OutputError (`out` cannot be written).
    """

    folder, out = Path(folder), Path(out)
    check_places(folder, out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    material, decisions = study_decided(folder, roster, rules, jobs, progress, workbook)
    return replace(write_returns(material, out, jobs, progress), told=decisions.told)


def write_returns(
    material: CountyData,
    out: Path,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> ReturnsResult:
    """Writes the marked files of every department. Raises OutputError where a folder cannot be made."""
    planned: list[tuple[DepartmentData, Path, list[MarkJob], tuple[Finding, ...]]] = []
    passed = []
    folders = folder_names(material.entries)
    for entry in material.entries:
        findings = findings_of(entry)
        if not goes_back(entry, findings):
            passed += [entry.name] if entry.came else []
            continue
        target = make_folder(out / folders[entry.name])
        planned.append((entry, target, list(_jobs(entry, target, findings, material)), findings))
    jobs_of_all = [job for _, _, planned_jobs, _ in planned for job in planned_jobs]
    results = mark_many(jobs_of_all, jobs, _as_returns(progress)) if jobs_of_all else []
    remaining = iter(results)
    returns = tuple(
        DepartmentReturn(
            entry.code, entry.name, target, tuple(next(remaining) for _ in planned_jobs), findings
        )
        for entry, target, planned_jobs, findings in planned
    )
    return ReturnsResult(
        out,
        returns,
        tuple(passed),
        tuple(marked.error for marked in results if marked.error and not marked.kept),
        tuple(marked.error for marked in results if marked.kept),
    )


def goes_back(entry: DepartmentData, findings: Iterable[Finding]) -> bool:
    """Whether a department's filing is returned: by the officers' decision, else where something is open.

    A workbook in which nothing was filled in is asked for, not returned; one of an unknown department cannot.
    """
    unknown = entry.name.startswith(UNKNOWN)
    if not any(map(is_open, findings)) or not entry.came or entry.send_back is False or unknown:
        return False
    return entry.send_back or not entry.passed


def _as_returns(
    progress: Callable[[int, int, str], None] | None,
) -> Callable[[int, int], None] | None:
    """A callback for the workers that reports their progress under the name 退回件."""
    if progress is None:
        return None
    return lambda done, total: progress(done, total, "退回件")


def findings_of(entry: DepartmentData) -> tuple[Finding, ...]:
    """The findings that go back to a department."""
    return tuple(filter(returned, entry.findings))


def folder_names(entries: Sequence[DepartmentData]) -> dict[str, str]:
    """The name of each department's folder by its name: code and name, no two alike to a file system."""
    texts = {entry.name: f"{entry.code}{entry.name}" for entry in entries}
    coded = [texts[entry.name] for entry in entries if entry.code]
    names = distinct_names(texts.values(), "未识别部门", coded)
    return {name: names[text] for name, text in texts.items()}


def _jobs(
    entry: DepartmentData, folder: Path, findings: Sequence[Finding], material: CountyData
) -> Iterable[MarkJob]:
    """A job for each file with something to mend or explain.

    Findings outside tables (a missing project, the report) go to the list of the department's main file.
    """
    used = [receipt.file for receipt in entry.receipts if receipt.result in ("采用", "部分采用")]
    tables = {file.path: file for file in used if any(form.file == file.path for form in file.forms)}
    main = max(
        tables,
        key=lambda path: (
            tables[path].kind in WITH_SHEETS,
            any(form.kind == "department" for form in tables[path].forms),
            len(tables[path].forms),
        ),
        default=None,
    )
    by_file: dict[str | None, list[Finding]] = {}
    for finding in findings:
        in_table = finding.file in tables and finding.sheet is not None
        by_file.setdefault(finding.file if in_table else main, []).append(finding)
    taken: set[str] = set()
    for path, of_file in by_file.items():
        if any(map(is_open, of_file)):
            out = str(folder / _name(path, taken))
            own = set(map(id, of_file))
            elsewhere = (finding for finding in findings if id(finding) not in own)
            check = checked_with(material.findings.rules, elsewhere)
            listed = _listed_before(entry, path, used if path == main else [])
            yield MarkJob(path or "", out, tuple(of_file), listed, check, replacing=is_replacing())


def _listed_before(
    entry: DepartmentData, path: str | None, others: Iterable[ReadFile]
) -> tuple[ListedFinding, ...]:
    """The list of the return before, where the file has none itself: that of an earlier version, or `others`.

    The second time a department may send its own file again, and not the one that was returned.
    """
    earlier = [file for file in earlier_versions(entry.receipts, path or "") if file.listed]
    return earlier[0].listed if earlier else tuple(row for file in others for row in file.listed)


def _name(path: str | None, taken: set[str]) -> str:
    """A free file name for the return of a file, added to the taken ones."""
    source = Path(path or f"{LIST_ONLY}.xlsx")
    ending = ".xlsm" if source.suffix.lower() == ".xlsm" else ".xlsx"
    stem = source.stem.removesuffix(SUFFIX) if path else LIST_ONLY
    name, number = f"{stem}{SUFFIX if path else ''}{ending}", 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}{SUFFIX}{number}{ending}"
    taken.add(name.lower())
    return name
