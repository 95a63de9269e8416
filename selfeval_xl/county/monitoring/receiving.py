"""The received files as monitoring sees them: their monitoring forms count, all else is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TypeVar

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.decisions import Decisions, apply_decisions, find_decisions, read_decisions
from selfeval_xl.county.departments.data import CountyData, prepare
from selfeval_xl.county.intake.collected import collect_files
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.intake.whole_files import read_whole
from selfeval_xl.county.monitoring.sheets import SHEETS
from selfeval_xl.filings.roster import Roster, chosen_by, read_roster
from selfeval_xl.model.forms import MONITORING, SELF, Filing, Form, OtherForm, Problem, ReadFile
from selfeval_xl.model.periods import last_month
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.folder import collect, shown_path
from selfeval_xl.readers.reading import NOTHING_FOUND
from selfeval_xl.rules.runner import check

STAGE = "监控"
_NOTHING_FOUND = (
    "“{name}”里没有找到绩效运行监控表。请确认交的是监控表；如果是，请核对表头"
    "“三级指标、年度指标值、执行情况、全年预计”等是否还在。"
)
_NOT_READ = "工作表“{sheet}”像是绩效运行监控表，但没有读出来；请核对表头文字是否完整。"


def study_decided(
    folder: Path,
    roster: str | Path | None,
    policy: Policy,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
) -> tuple[CountyData, Decisions]:
    """The same as the officers decided it in the monitoring workbook, and their decisions.

    workbook: the monitoring workbook; without it, the one that fits (see `decisions`).
    """
    known = read_roster(roster) if roster else None
    given = read_decisions(Path(workbook), SHEETS) if workbook else None  # before a county is read
    root = folder if folder.is_dir() else folder.parent
    files, archives = read_whole(collect(folder), root, jobs, progress)
    decisions = given or find_decisions(root, files, SHEETS)
    material, _ = _sorted(root, files, archives, known, policy, decisions.written.chosen_files())
    return apply_decisions(material, decisions), decisions


def study(
    folder: Path,
    out: Path,
    roster: Roster | None,
    policy: Policy,
    chosen: dict[str, tuple[bool, str]],
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    only: str | None = None,
) -> tuple[CountyData, str | None]:
    """The monitoring forms below the folder, checked and sorted by department; and the months of most.

    out: the workbook that will be written, which is not read as a received file. chosen: the officers'
    choices of files, by name. progress(done, all, file name). only: the months whose forms count (1-7月).
    """
    root = folder if folder.is_dir() else folder.parent
    files, archives = read_whole(collect_files(folder, out), root, jobs, progress)
    return _sorted(root, files, archives, roster, policy, chosen, only)


def _sorted(
    root: Path,
    files: Sequence[ReadFile],
    archives: Mapping[str, str],
    roster: Roster | None,
    policy: Policy,
    chosen: dict[str, tuple[bool, str]],
    only: str | None = None,
) -> tuple[CountyData, str | None]:
    """The files as monitoring sees them, checked and sorted by department; and the months.

    only: the months whose forms count; without it all count, of one project the latest.
    """
    counts = _of_months(only) if only else _latest_of(files)
    seen = [as_monitoring(file, counts) for file in files]
    through = _months(seen)
    collected = sort_out(
        shown_path(root),
        seen,
        roster,
        chosen_by(roster, chosen),
        archives,
        STAGE,
    )
    current = [
        receipt.file for receipt in collected.receipts if receipt.result not in ("被新版本替代", "重复")
    ]
    found = check(
        [_at_stage(filing) for filing in collected.filings], policy, map(_at_stage, current), roster
    )
    material = prepare(collected, found, roster, policy)
    for entry in material.entries:
        entry.stage = MONITORING
    return material, through


Counts = Callable[[Form], bool]
AnyHolder = TypeVar("AnyHolder", Filing, ReadFile)


def _at_stage(holder: AnyHolder) -> AnyHolder:
    """A filing or file with its forms as those of a stage, so that the rules of the stage look at them."""
    return replace(holder, forms=(), stage_forms=holder.forms)


def _months(files: Iterable[ReadFile]) -> str | None:
    """The months that are monitored: those of most forms, of two the later; None where none says any."""
    counted: Counter[str] = Counter(form.through for file in files for form in file.forms if form.through)
    return max(counted, key=lambda text: (counted[text], last_month(text) or 0), default=None)


def _of_months(only: str) -> Counts:
    """Whether a form is of these months; one that says none may be."""
    wanted = last_month(only)
    return lambda form: last_month(form.through) in (None, wanted)


def _latest_of(files: Iterable[ReadFile]) -> Counts:
    """Whether no later form of the same project or department is among the files."""
    latest: dict[tuple[str, ...], int] = {}
    for form in (form for file in files for form in file.stage_forms if form.kind == MONITORING):
        key = _about(form)
        latest[key] = max(latest.get(key, 0), last_month(form.through) or 0)
    return lambda form: (last_month(form.through) or latest[_about(form)]) == latest[_about(form)]


def _about(form: Form) -> tuple[str, ...]:
    """What a form is about: department, project and unit, as far as it names them."""
    names = (form.department, form.project_code or form.project, form.unit, str(form.year or ""))
    return tuple(squeeze(name or "") for name in names)


def as_monitoring(file: ReadFile, counts: Counts) -> ReadFile:
    """The file with its monitoring forms as the forms that count; its other forms are named as such.

    counts: whether a monitoring form counts; those that do not are among the others.
    """
    forms = [form for form in file.stage_forms if form.kind == MONITORING]
    counting = [form for form in forms if counts(form)]
    read = {form.sheet for form in forms}
    unread = [other for other in file.others if other.kind == MONITORING and other.sheet not in read]
    others = [other for other in file.others if other.kind != MONITORING]
    others += [_named(form, SELF) for form in file.forms]
    others += [_named(form, MONITORING) for form in forms if not counts(form)]
    problems = [
        replace(problem, text=_NOTHING_FOUND.format(name=PurePath(file.path).name))
        if problem.text == NOTHING_FOUND.format(name=PurePath(file.path).name)
        else problem
        for problem in file.problems
        if problem.sheet is None or problem.sheet in read
    ]
    problems += [Problem(_NOT_READ.format(sheet=other.sheet), other.sheet, rule="T01") for other in unread]
    return replace(
        file,
        forms=tuple(counting),
        stage_forms=(),
        reports=(),
        others=tuple(others),
        problems=tuple(problems),
    )


def _named(form: Form, kind: str) -> OtherForm:
    """A form that does not count, as it is named in 收件核对."""
    about = form.project or form.department or form.unit
    if kind == MONITORING:
        about = "，".join(filter(None, (about, form.through)))
    return OtherForm(kind, form.sheet, form.title or "", about, None, form.year)
