"""The received files as a stage before the self-evaluation sees them: its forms count, all else is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TypeVar

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import CountyData, prepare
from selfeval_xl.county.intake.collected import collect_files
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.intake.whole_files import read_whole
from selfeval_xl.filings.roster import Roster, chosen_by
from selfeval_xl.filings.stages import not_read
from selfeval_xl.model.forms import (
    DECLARATION,
    FORM_NAMES,
    MONITORING,
    SELF,
    Filing,
    Form,
    OtherForm,
    ReadFile,
)
from selfeval_xl.model.periods import last_month
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.folder import shown_path
from selfeval_xl.readers.reading import NOTHING_FOUND
from selfeval_xl.rules.runner import check

WORDS = {SELF: "自评", MONITORING: "监控", DECLARATION: "申报"}  # how the reasons of 收件核对 call a stage
_HEADS = {
    MONITORING: "三级指标、年度指标值、执行情况、全年预计",
    DECLARATION: "三级指标、指标值、年度资金总额",
}
_NOTHING_FOUND = "“{name}”里没有找到{form}。请确认交的是{form}；如果是，请核对表头“{heads}”等是否还在。"


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
    return sorted_files(root, files, archives, roster, policy, chosen, only)


def sorted_files(
    root: Path,
    files: Sequence[ReadFile],
    archives: Mapping[str, str],
    roster: Roster | None,
    policy: Policy,
    chosen: dict[str, tuple[bool, str]],
    only: str | None = None,
    *,
    stage: str = MONITORING,
) -> tuple[CountyData, str | None]:
    """The files as the stage sees them, checked and sorted by department; and the months.

    only: the months whose forms count; without it all count, of one project the latest.
    """
    counts = _of_months(only) if only else _latest_of(files)
    seen = [as_stage(file, stage, counts) for file in files]
    through = _months(seen)
    collected = sort_out(
        shown_path(root),
        seen,
        roster,
        chosen_by(roster, chosen),
        archives,
        WORDS[stage],
    )
    current = [
        receipt.file for receipt in collected.receipts if receipt.result not in ("被新版本替代", "重复")
    ]
    found = check(
        [_at_stage(filing) for filing in collected.filings], policy, map(_at_stage, current), roster
    )
    material = prepare(collected, found, roster, policy)
    for entry in material.entries:
        entry.stage = stage
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


def as_stage(file: ReadFile, stage: str, counts: Counts = lambda form: True) -> ReadFile:
    """The file with its forms of the stage as the forms that count; its other forms are named as such.

    counts: whether a monitoring form counts; those that do not are among the others.
    """
    forms = [form for form in file.stage_forms if form.kind == stage]
    counting = [form for form in forms if stage != MONITORING or counts(form)]
    read = {form.sheet for form in forms}
    others = [other for other in file.others if other.kind != stage]
    others += [_named(form, SELF) for form in file.forms]
    others += [_named(form, stage) for form in forms if form not in counting]
    name = PurePath(file.path).name
    nothing_found = _NOTHING_FOUND.format(name=name, form=FORM_NAMES[stage], heads=_HEADS[stage])
    problems = [
        replace(problem, text=nothing_found)
        if problem.text == NOTHING_FOUND.format(name=name)
        else replace(problem, text=problem.text.replace("不是自评表", f"不是{WORDS[stage]}表"))
        for problem in file.problems
        if problem.sheet is None or problem.sheet in read
    ]
    problems += not_read(file, (stage,))
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
