"""Returns: each department gets its own files back, marked where it has to mend or explain something."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError, UsageError, cause_of
from ..findings import Finding
from ..policy import Policy
from ..policy_file import load
from .listing import is_open, returned
from .marking import Job, Marked, mark_many

if TYPE_CHECKING:
    from ..county.material import Entry, Material
    from ..county.roster import Roster

__all__ = ["DepartmentReturn", "Returned", "return_filings"]

SUFFIX = "_退回修改"
LIST_ONLY = "问题清单"
FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|\t\r\n', "_"))


@dataclass(frozen=True, slots=True)
class DepartmentReturn:
    """The return of one department: its folder, its marked files, and all findings that go back to it."""

    code: str
    name: str
    folder: Path
    files: tuple[Marked, ...]
    findings: tuple[Finding, ...]

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that the department has to mend or explain."""
        return tuple(finding for finding in self.findings if is_open(finding))


@dataclass(frozen=True, slots=True)
class Returned:
    """The returns of one run.

    passed: names of the departments with nothing to mend or explain. problems: sentences about files that
    could not be marked.
    """

    out: Path
    returns: tuple[DepartmentReturn, ...]
    passed: tuple[str, ...]
    problems: tuple[str, ...]


def return_filings(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    policy: Policy | str | Path | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Returned:
    """Reads every file below the folder, and writes into `out` a folder with returns for each department.

    Only versions that count are returned, and of them only files with something to mend or to explain.
    progress(done, all, file name). Raises UsageError (no such folder, `out` inside it, faulty roster) and
    OutputError (`out` cannot be written).
    """
    from ..county.roster import read_roster

    folder, out = Path(folder), Path(out)
    check_places(folder, out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    material = study(folder, read_roster(roster) if roster else None, rules, jobs, progress)
    return write_returns(material, out, jobs, progress)


def check_places(folder: Path, out: Path) -> None:
    """Raises UsageError where the folder is missing, or `out` lies in it or is a file.

    The next run would take results among the received files for new submissions.
    """
    if not folder.exists():
        raise UsageError(f"找不到文件夹“{folder}”。请核对名称和位置。")
    inside = out.resolve() == folder.resolve() or folder.resolve() in out.resolve().parents
    if folder.is_dir() and inside:
        raise UsageError(f"结果不要放在收件文件夹“{folder}”里，下次会被当成新报来的材料。请换一个文件夹。")
    if out.is_file():
        raise UsageError(f"“{out}”是一个文件，这里要写文件夹名。")


def study(
    folder: Path,
    roster: Roster | None,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Material:
    """The received files, checked and sorted by department: the material of the county workbook too."""
    from ..checking import check
    from ..county.checked import ready
    from ..county.collecting import receiving, sort_out
    from ..county.material import prepare
    from ..county.roster import chosen_by

    # the store in the temporary folder is only needed while the files are read
    with tempfile.TemporaryDirectory(prefix="selfeval-", ignore_cleanup_errors=True) as temporary:
        with receiving(folder, Path(temporary) / "退回", policy, jobs, progress) as received:
            answers = [received.answer(file) for file in received.files]
    collected = sort_out(
        received.root, [answer.file for answer in answers], roster, chosen_by(roster), received.archives
    )
    found = check(
        collected.filings,
        policy,
        [receipt.file for receipt in collected.receipts if receipt.result not in ("被新版本替代", "重复")],
        roster,
        ready=ready(answers),
    )
    material = prepare(collected, found, roster, policy, assessed=True)
    return material if material.year else replace(material, year=_issued_year(material))


def _issued_year(material: Material) -> int | None:
    """The year of forms that print none, from the settings of our templates."""
    years = [
        int(text)
        for receipt in material.collected.receipts
        if (text := receipt.file.settings.get("year", "")).isdecimal()
    ]
    return max(set(years), key=years.count) if years else None


def write_returns(
    material: Material,
    out: Path,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Returned:
    """Writes the marked files of every department. Raises OutputError where a folder cannot be made."""
    planned: list[tuple[Entry, Path, list[Job], tuple[Finding, ...]]] = []
    passed = []
    for entry in material.entries:
        findings = findings_of(entry)
        if not any(map(is_open, findings)):
            passed += [entry.name] if entry.forms or entry.reports else []
            continue
        target = make_folder(out / folder_name(entry))
        planned.append((entry, target, list(_jobs(entry, target, findings)), findings))
    jobs_of_all = [job for _, _, planned_jobs, _ in planned for job in planned_jobs]
    results = mark_many(jobs_of_all, jobs, _as_returns(progress)) if jobs_of_all else []
    remaining = iter(results)
    returns = tuple(
        DepartmentReturn(
            entry.code, entry.name, target, tuple(next(remaining) for _ in planned_jobs), findings
        )
        for entry, target, planned_jobs, findings in planned
    )
    return Returned(out, returns, tuple(passed), tuple(marked.error for marked in results if marked.error))


def _as_returns(
    progress: Callable[[int, int, str], None] | None,
) -> Callable[[int, int], None] | None:
    """A callback for the workers that reports their progress under the name 退回件."""
    if progress is None:
        return None
    return lambda done, total: progress(done, total, "退回件")


def findings_of(entry: Entry) -> tuple[Finding, ...]:
    """The findings that go back to a department.

    A file without its forms is surely its own only where the file name says so: a file that merely lay beside
    others may be another department's.
    """
    files = {receipt.file.path for receipt in entry.receipts if receipt.fates or receipt.basis == "文件名"}
    return tuple(
        finding
        for finding in entry.findings
        if returned(finding) and (not finding.file or finding.file in files)
    )


def folder_name(entry: Entry) -> str:
    """The name of a department's folder: its code and name, without signs that a name may not have."""
    return f"{entry.code}{entry.name}".translate(FORBIDDEN).strip(". ") or "未识别部门"


def make_folder(folder: Path) -> Path:
    """Makes the folder where it is not there, and returns it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"建不了文件夹“{folder}”：{cause_of(error)}。请换一个位置。") from error
    return folder


def _jobs(entry: Entry, folder: Path, findings: Iterable[Finding]) -> Iterable[Job]:
    """A job for each file with something to mend or explain.

    Findings of no table (a missing project, the report) go to the list of the department's main file.
    """
    used = [receipt.file for receipt in entry.receipts if receipt.result in ("采用", "部分采用")]
    tables = {file.path: file for file in used if any(form.file == file.path for form in file.forms)}
    main = max(
        tables,
        key=lambda path: (
            tables[path].kind != "docx",
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
            listed = tuple(row for file in used for row in file.listed) if path == main else ()
            yield Job(path or "", str(folder / _name(path, taken)), tuple(of_file), listed)


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
