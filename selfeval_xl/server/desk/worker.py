"""What the worker processes do: unpack, read, check, mark, sign. Their answers are plain facts.

Contents of files pass from task to task through pickles in the desk's own private folder, which only worker
processes write and read.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import OutputError, UnreadableFile, UsageError, cause_of
from selfeval_xl.files import fingerprint
from selfeval_xl.filings.roster import Roster
from selfeval_xl.model.findings import Finding, Treatment
from selfeval_xl.model.forms import REPORT, Filing, Problem, ReadFile
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.kinds import Role, kind_of
from selfeval_xl.rules.runner import check as run_rules

RESULT, FINDINGS = "result.json", "findings.pickle"
NICE = 5
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What all tasks need: the roster and the county's policy."""

    roster: Roster
    policy: Policy


def work(request: tuple[str, tuple[Any, ...]], context: Context) -> Any:
    """Carries out a task: its name and arguments. Raises SelfevalError."""
    _be_nice()
    name, arguments = request
    try:
        return _TASKS[name](context, *arguments)
    except OSError as error:
        raise OutputError(f"收件台的磁盘写不进去：{cause_of(error)}") from error


_nice: list[bool] = []


def _be_nice() -> None:
    """Lowers the priority of this process once, so that pages are answered while files are checked."""
    if not _nice and hasattr(os, "nice"):
        os.nice(NICE)
    _nice.append(True)
    del _nice[1:]


def _read(context: Context, path: str, kept: str) -> Facts:
    """Reads a file and keeps its contents at `kept`; the facts about it."""
    return _keep(read_file(path), Path(kept))


def _unread(context: Context, path: str, kept: str, name: str, text: str) -> Facts:
    """Keeps that a file could not be read, since its process died."""
    size, sha256 = fingerprint(path)
    sentence = f"“{name}”{text}；请用Excel打开后另存为xlsx再报送。"
    file = ReadFile(
        path=path, size=size, sha256=sha256, kind="unknown", problems=(Problem(sentence, rule="T08"),)
    )
    return _keep(file, Path(kept))


def _keep(file: ReadFile, kept: Path) -> Facts:
    """Writes the contents of a file to `kept`; the facts about it."""
    kept.write_bytes(pickle.dumps(file, pickle.HIGHEST_PROTOCOL))
    number = file.settings.get("submission", "")
    return {
        "kind": file.kind,
        "forms": len(file.every_form) + len(file.reports),
        "tables": len(file.every_form),
        "said": [problem.text for problem in file.problems],
        "readable": bool(file.every_form or file.reports or file.others)
        or kind_of(file.kind).role is Role.ATTACHED,
        "number": int(number) if number.isdecimal() and len(number) < 6 else 0,
        "sha256": file.sha256,
    }


def _load(kept: str | Path) -> ReadFile:
    """The contents of a file that were kept."""
    file: ReadFile = pickle.loads(Path(kept).read_bytes())
    return file


def moved(file: ReadFile, path: str) -> ReadFile:
    """The contents of a file that lies at another path now, as of a receiving folder that was moved."""
    if file.path == path:
        return file
    return replace(
        file,
        path=path,
        forms=tuple(replace(form, file=path) for form in file.forms),
        stage_forms=tuple(replace(form, file=path) for form in file.stage_forms),
        reports=tuple(replace(report, file=path) for report in file.reports),
    )


def _unpack(context: Context, path: str, folder: str, most: int, most_bytes: int) -> Facts | None:
    """Takes the files out of an archive into a folder; None where the file is no archive.

    files: name inside, path. trouble: why it stays one file, "" for not.
    """
    from selfeval_xl.readers.archives import is_archive, unpack

    archive = Path(path)
    if not is_archive(archive):
        return None
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    members = unpack([archive], archive.parent, target, most, most_bytes)
    trouble = next((member.trouble for member in members if member.trouble), "")
    files = [
        (PurePath(member.shown).relative_to(archive).as_posix(), str(member.path))
        for member in members
        if not member.trouble
    ]
    return {"files": files, "trouble": trouble}


def _check(context: Context, folder: str, kept: Sequence[str], own: str, last: Sequence[str]) -> Facts:
    """Checks the files of a draft together, as `selfeval check` does.

    folder: for the result. kept: the contents of the files, in order. own: key of the department. last: the
    contents of the files of its last submission.
    """
    from selfeval_xl.filings.grouping import gather

    files = [_load(each) for each in kept]
    filings = gather(files, context.roster, stages=True)
    findings = run_rules(filings, context.policy, files, context.roster)
    numbers = {file.path: n for n, file in enumerate(files, 1)}
    tables = {n for n, file in enumerate(files, 1) if file.kind == "xlsx" and file.every_form}
    rows = [_row(number, finding, numbers, tables) for number, finding in enumerate(findings, 1)]
    target = Path(folder)
    (target / FINDINGS).write_bytes(pickle.dumps(list(findings), pickle.HIGHEST_PROTOCOL))
    changes = _changes([_load(each) for each in last], files) if last else []
    result = {"rows": rows, "changes": changes}
    (target / RESULT).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return {
        "counts": list(findings.counts),
        "departments": [_whose(filing, context.roster, numbers, own) for filing in filings],
        "failed": [status.rule for status in findings.rules if status.status == "failed"],
    }


def _row(number: int, finding: Finding, numbers: Mapping[str, int], tables: set[int]) -> Facts:
    """A finding as the pages show it. file: the number of its file, 0 for none."""
    file = numbers.get(finding.file, 0)
    place = file if file in tables else min(tables, default=0) if finding.form == REPORT else 0
    return {
        "number": number,
        "treatment": finding.treatment,
        "severity": finding.severity,
        "rule": finding.rule,
        "file": file,
        "sheet": finding.shown_sheet,
        "cell": finding.shown_cells,
        "subject": finding.subject or "",
        "value": finding.value or "",
        "expected": finding.expected or "",
        "message": finding.in_full,
        "hint": finding.hint,
        "explanation": finding.explanation or "",
        "explained_in": place if finding.treatment is Treatment.EXPLAIN else 0,
        "status": finding.status,
    }


def _whose(filing: Filing, roster: Roster, numbers: Mapping[str, int], own: str) -> Facts:
    """Whose filing this is: the name it has, whether the roster knows it, whether it is the sender's."""
    match = roster.match(filing.department, filing.department_code)
    return {
        "name": match[1] if match else filing.department,
        "basis": filing.basis,
        "known": match is not None,
        "own": match is not None and own in match,
        "files": [numbers[file.path] for file in filing.files if file.path in numbers],
    }


def _changes(old: Sequence[ReadFile], new: Sequence[ReadFile]) -> list[Facts]:
    """What differs between two submissions; forms that are not sent again have not changed."""
    from selfeval_xl.workflows.diff import LABELS, REMOVED, WHOLE_FORM, differences

    return [
        {
            "change": LABELS[change.change],
            "form": change.form,
            "project": change.project,
            "subject": change.subject,
            "label": change.label,
            "old": change.old or "",
            "new": change.new or "",
            "sheet": change.sheets[1] or change.sheets[0] or "",
            "cell": change.cells[1] or change.cells[0] or "",
        }
        for change in differences(old, new)
        if (change.change, change.label) != (REMOVED, WHOLE_FORM)
    ]


def _explained(folder: str, n: int, path: str, explanations: Mapping[int, str], main: bool) -> list[Finding]:
    """The findings of a file of a draft, with the explanations that were written on the page.

    main: whether findings on the report are explained in this file too.
    """
    findings: list[Finding] = pickle.loads((Path(folder) / FINDINGS).read_bytes())
    told = []
    for number, finding in enumerate(findings, 1):
        if main and finding.form == REPORT and finding.file != path and number in explanations:
            finding = replace(finding, file=path, sheet=None, cell=None)
        if finding.file in (path, ""):
            text = explanations.get(number)
            told.append(finding if text is None else replace(finding, explanation=text or None))
    return told


def _mark(
    context: Context, folder: str, n: int, path: str, out: str, explanations: Mapping[int, str], main: bool
) -> str:
    """Writes the marked copy of a file of a draft; returns its ending. Raises SelfevalError."""
    from selfeval_xl.workflows.marking.marks import mark
    from selfeval_xl.writers.xlsx.opened import open_workbook

    ending = open_workbook(path).ending
    target = Path(out).with_suffix(ending)
    mark(path, _explained(folder, n, path, explanations, main), target)
    return ending


def _sign(
    context: Context,
    folder: str,
    n: int,
    path: str,
    out: str,
    number: int,
    explanations: Mapping[int, str],
    main: bool,
) -> Facts | None:
    """Writes a workbook as a submission: without marks, numbered, with its code and the explanations.

    None where it is no workbook that can carry them; it is stored as it came then.
    """
    from selfeval_xl.readers import understand
    from selfeval_xl.workflows.marking.marks import mark
    from selfeval_xl.workflows.submission import code_of, write
    from selfeval_xl.writers.xlsx.opened import open_workbook

    opened = open_workbook(path)
    if not opened.is_xlsx:
        return None
    target = Path(out).with_suffix(opened.ending)
    between = target.with_name(f".~{n}{opened.ending}")
    try:
        if explanations:
            mark(path, _explained(folder, n, path, explanations, main), between)
            opened = open_workbook(between)
        kept = Path(folder) / f"{n}.read"  # marks and explanations change no form
        forms = _load(kept).every_form if kept.is_file() else understand(opened.source).every_form
        if not forms:
            return None
        code = code_of(forms)
        write(opened, target, number, code, forms)
    except (UnreadableFile, UsageError):
        target.unlink(missing_ok=True)
        return None
    finally:
        between.unlink(missing_ok=True)
    return {"path": str(target), "code": code, "forms": len(forms)}


def _standing(context: Context, folder: str, files: Sequence[tuple[str, str]], own: str, kept: str) -> Facts:
    """How a department stands by all that it has sent: its row of 报送台账, and its findings that count.

    folder: the receiving folder. files: path and contents of each received file. kept: for reminders.
    """
    from selfeval_xl.server.desk.standing import standing_of

    contents = [moved(_load(each), path) for path, each in files]
    target = Path(kept)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return standing_of(Path(folder), contents, context.roster, context.policy, own, target)


def _reminders(context: Context, folder: str, kept: Mapping[str, str]) -> list[Facts]:
    """The reminders of today; see `standing.reminders_of`."""
    from selfeval_xl.server.desk.standing import reminders_of

    return reminders_of(Path(folder), kept, context.roster, context.policy)


def _opinions(context: Context, workbook: str) -> Facts:
    """What officers wrote into the county workbook, by department. Raises UsageError."""
    from selfeval_xl.server.desk.opinions import opinions_in

    return opinions_in(Path(workbook), context.roster)


def _county(context: Context, folder: str, out: str, roster: str, jobs: int, progress: str) -> str:
    """Consolidates the receiving folder; returns a sentence. Raises SelfevalError."""
    from selfeval_xl.server.desk.long_jobs import consolidated

    return consolidated(Path(folder), Path(out), Path(roster), context.policy, jobs, Path(progress))


def _return(
    context: Context,
    folder: str,
    out: str,
    roster: str,
    workbook: str,
    own: str,
    until: str,
    jobs: int,
    progress: str,
) -> Facts:
    """Prepares the return of one department: its notice and marked files. Raises SelfevalError."""
    from selfeval_xl.server.desk.long_jobs import returned

    places = Path(folder), Path(out), Path(roster), Path(workbook) if workbook else None
    return returned(places, context.policy, own, until, jobs, Path(progress))


_TASKS: dict[str, Callable[..., Any]] = {
    "read": _read,
    "unread": _unread,
    "unpack": _unpack,
    "check": _check,
    "mark": _mark,
    "sign": _sign,
    "standing": _standing,
    "reminders": _reminders,
    "opinions": _opinions,
    "county": _county,
    "return": _return,
}
