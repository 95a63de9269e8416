"""公开版: one clean workbook and one clean report for each department.

They hold nothing that was not meant for the public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.officer_workbook import Written
from selfeval_xl.errors import UnreadableFile
from selfeval_xl.filings.expected import due, matching
from selfeval_xl.model.forms import OTHER_FORMS, SELF, Form, Report
from selfeval_xl.model.sheet_names import STUB
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.archives import at_hand
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.public import KEPT_BACK

if TYPE_CHECKING:
    from selfeval_xl.county.departments.data import CountyData, DepartmentData
    from selfeval_xl.workflows.publishing.forms import PublicForm
    from selfeval_xl.writers.xlsx.opened import OpenedWorkbook

__all__ = ["Published", "publish"]

WAITING = "【待填写"


@dataclass(frozen=True, slots=True)
class Published:
    """The files that were written and refused.

    copies: department, file, count of masked numbers. refused: department, form or report that was not
    published, reason. unfinished: department, form or report with a stub left. faulty: department, form,
    and what of it is still to be mended (P02). pictures: department, report, how many were left out. pdfs:
    PDF copies. not_made: files without a PDF. kept: sentences about files that were left as they are. told:
    by which workbook officers decided. aside: department, received file, why nothing of it was published.
    """

    out: Path
    copies: tuple[tuple[str, Path, int], ...]
    refused: tuple[tuple[str, str, str], ...]
    unfinished: tuple[tuple[str, str], ...] = ()
    faulty: tuple[tuple[str, str, str], ...] = ()
    pictures: tuple[tuple[str, str, int], ...] = ()
    pdfs: tuple[Path, ...] = ()
    not_made: tuple[Path, ...] = ()
    kept: tuple[str, ...] = ()
    told: str = ""
    aside: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class _Run:
    """The copies and refusals of one run so far.

    unpacked: a folder for files taken out of archives. folders: names of the departments' folders. held: why
    forms are kept back, by their id.
    """

    out: Path
    unpacked: Path
    folders: dict[str, str]
    copies: list[tuple[str, Path, int]] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    unfinished: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str, int]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)


def publish(
    folder: str | Path,
    out: str | Path,
    *,
    roster: str | Path | None = None,
    pdf: bool = False,
    policy: Policy | str | Path | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workbook: str | Path | None = None,
    stage: str = SELF,
    agreed: Callable[[list[tuple[str, str, str]]], bool | None] = lambda faulty: True,
) -> Published:
    """Writes into `out` a folder for each department with its public workbook and report.

    workbook: the county workbook with the officers' decisions. stage: whose forms are published (SELF,
    MONITORING, DECLARATION). agreed: asked before anything is published of which something is still to be
    mended; False: nothing is published, None (nobody can be asked): all else.

    Of every form the version that counts is published. Projects that the roster marks as not public are
    refused, and so is whatever else names them. Raises UsageError and OutputError.
    """
    from selfeval_xl.county.monitoring.decided import study_at
    from selfeval_xl.county.study import check_places
    from selfeval_xl.workflows.publishing.aside import not_used
    from selfeval_xl.workflows.publishing.pdf import make_pdfs, office

    folder, out = Path(folder), Path(out)
    check_places(folder, out)
    program = office() if pdf else ""
    rules = policy if isinstance(policy, Policy) else load(policy)
    material, decisions = study_at(stage)(folder, roster, rules, jobs, progress, workbook)
    by_form = _faulty(material)
    faulty = tuple(by_form.values())
    answer = agreed(list(faulty)) if faulty else True
    if answer is False:
        return Published(out, (), (), faulty=faulty, told=decisions.told)
    run = _write(material, out, _private(decisions.written, material), by_form if answer is None else {})
    written = [path for _, path, _ in run.copies]
    pdfs = make_pdfs(written, program, run.kept) if pdf else []
    return replace(
        _published(run, pdfs, written if pdf else []),
        aside=tuple(not_used(material, stage)),
        faulty=faulty if answer else (),
        told=decisions.told,
    )


def _write(
    material: CountyData,
    out: Path,
    private: dict[int, str],
    asked: dict[int, tuple[str, str, str]],
) -> _Run:
    """Writes the copies. private: why forms are not public. asked: forms that nobody agreed to (P02)."""
    from selfeval_xl.files import make_folder, scratch
    from selfeval_xl.workflows.returns import folder_names

    make_folder(out)
    with scratch() as unpacked:
        run = _Run(out, unpacked, folder_names(material.entries))
        run.held = {
            form: f"{message.rstrip('。')}，没有人核实；确要公开的加 --yes"
            for form, (*_, message) in asked.items()
        }
        for entry in material.entries:
            _publish(entry, material, run, private)
    return run


def _published(run: _Run, pdfs: Sequence[Path], wanted: Sequence[Path]) -> Published:
    """The result of a run. wanted: files of which a PDF was to be made."""
    return Published(
        run.out,
        tuple(run.copies),
        tuple(run.refused),
        tuple(run.unfinished),
        pictures=tuple(run.pictures),
        pdfs=tuple(pdfs),
        not_made=tuple(path for path in wanted if path.with_suffix(".pdf") not in pdfs),
        kept=tuple(run.kept),
    )


def _faulty(material: CountyData) -> dict[int, tuple[str, str, str]]:
    """Department, form and what of it is still to be mended (P02), by the id of each form that was filled."""
    from selfeval_xl.county.departments.data import BLANK
    from selfeval_xl.rules.public import still_to_mend
    from selfeval_xl.rules.runner import findings_of_rule
    from selfeval_xl.workflows.publishing.forms import name_of

    return {
        id(assessed.form): (entry.name, name_of(assessed.form), finding.message)
        for entry in material.entries
        for assessed in entry.forms
        if assessed.status != BLANK
        for finding in findings_of_rule(
            "P02", still_to_mend(assessed.findings, material.policy), material.policy
        )
    }


def _private(written: Written, material: CountyData) -> dict[int, str]:
    """The reasons of the forms for which officers wrote 否 into 是否公开, by the id of the form."""
    from selfeval_xl.county.officer_columns import carry_over
    from selfeval_xl.county.sheets.projects import PROJECTS, project_rows
    from selfeval_xl.county.store.rows import ListedRows

    remarks = [replace(remark) for remark in written.remarks if remark.sheet == PROJECTS.key]
    if not remarks:
        return {}
    forms = [form for entry in material.entries for form in entry.projects]
    rows = [
        row
        for entry in material.entries
        for row, _ in zip(project_rows(entry, material), entry.projects, strict=False)
    ]
    match = material.roster.match if material.roster else None
    carry_over(Written(remarks), {PROJECTS.key: ListedRows(PROJECTS, rows)}, match)
    return {
        id(form): f"汇总工作簿写明不公开{f'（{why}）' if (why := row.get('private_reason')) else ''}"
        for form, row in zip(forms, rows, strict=True)
        if str(row.get("public") or "").strip() in KEPT_BACK
    }


def _publish(entry: DepartmentData, material: CountyData, run: _Run, private: dict[int, str]) -> None:
    """Writes the public workbook and reports of one department. private: of forms that are not public."""
    from selfeval_xl.files import leaving, write_out
    from selfeval_xl.writers.xlsx import from_grids

    secret = _kept_back(entry, material)
    for assessed in entry.projects:
        if id(assessed) in private and assessed.form.project:
            secret.setdefault(squeeze(assessed.form.project), private[id(assessed)])
    forms = list(_open_forms(entry, secret, run))
    if forms:
        widths = [opened.widths(form.sheet, public.columns) for form, public, opened in forms]
        target = _folder(entry, run) / f"{_prefix(entry, material)}{OTHER_FORMS[entry.stage]}.xlsx"
        with leaving(run.kept):
            write_out(
                target, lambda file: from_grids.write([public.grid for _, public, _ in forms], file, widths)
            )
            run.copies.append((entry.name, target, sum(public.masked for _, public, _ in forms)))
    for number, report in enumerate(entry.reports):
        _publish_report(entry, report, number, secret, material, run)


def _open_forms(
    entry: DepartmentData, secret: dict[str, str], run: _Run
) -> Iterator[tuple[Form, PublicForm, OpenedWorkbook]]:
    """The forms that may be published, each with its public copy and its file; the department form first."""
    from selfeval_xl.county.departments.data import BLANK
    from selfeval_xl.workflows.publishing.forms import name_of, public_form, texts_of

    files = _opened_files(entry, run)
    forms = sorted((assessed.form for assessed in entry.forms), key=lambda form: form.is_of_project)
    blank = {id(assessed.form) for assessed in entry.forms if assessed.status == BLANK}
    for form in forms:
        name = name_of(form)
        if form.is_of_project and squeeze(form.project or "") in secret:
            run.refused.append((entry.name, name, secret[squeeze(form.project or "")]))
            continue
        if why := run.held.get(id(form)) or ("还没有填" if id(form) in blank else ""):
            run.refused.append((entry.name, name, why))
            continue
        opened = files.get(form.file)
        grid = opened.grids.get(form.sheet) if opened else None
        if opened is None or grid is None:
            run.refused.append((entry.name, name, "原文件打不开或已经不在了，请放回收件文件夹再试"))
            continue
        public = public_form(form, grid)
        secret_name = _secret_in(secret, texts_of(public))
        if secret_name:
            run.refused.append((entry.name, name, f"里面提到不公开的项目“{secret_name}”，请删去后再公开"))
            continue
        if any(STUB in text for text in texts_of(public)):
            run.unfinished.append((entry.name, name))
        yield form, public, opened


def _publish_report(
    entry: DepartmentData,
    report: Report,
    number: int,
    secret: dict[str, str],
    material: CountyData,
    run: _Run,
) -> None:
    """Writes a public report, unless it names a project that is not public. number: of its reports."""
    from selfeval_xl.files import leaving
    from selfeval_xl.workflows.publishing.report import public_report

    name = f"自评报告{number + 1 if number else ''}"
    try:
        public = public_report(replace(report, file=str(at_hand(report.file, run.unpacked))))
    except UnreadableFile as error:
        run.refused.append((entry.name, name, str(error)))
        return
    secret_name = _secret_in(secret, public.text.splitlines())
    if secret_name:
        run.refused.append((entry.name, name, f"里面提到不公开的项目“{secret_name}”，请删去后再公开"))
        return
    if STUB in public.text or WAITING in public.text:
        run.unfinished.append((entry.name, name))
    target = _folder(entry, run) / f"{_prefix(entry, material)}{name}.docx"
    with leaving(run.kept):
        public.save(target)
        run.copies.append((entry.name, target, public.masked))
        if public.pictures:
            run.pictures.append((entry.name, name, public.pictures))


def _kept_back(entry: DepartmentData, material: CountyData) -> dict[str, str]:
    """The reasons why projects of the department are not public, by squeezed name.

    A project whose form gives it another name than the roster is listed under both.
    """
    roster = material.roster
    if roster is None or entry.filing is None:
        return {}
    filing = material.collected.filings[entry.filing]
    expected = due(filing, roster)
    secret = {}
    for project in expected:
        if project.public in KEPT_BACK:
            reason = f"（{project.private_reason}）" if project.private_reason else ""
            secret[squeeze(project.name)] = f"名册写明不公开{reason}"
    for assessed in entry.projects:
        match = matching(assessed.form, expected)
        if match is not None and match.public in KEPT_BACK and assessed.form.project:
            secret.setdefault(squeeze(assessed.form.project), secret[squeeze(match.name)])
    return secret


def _secret_in(secret: dict[str, str], texts: Iterable[str]) -> str:
    """The name of a project that is not public, and that one of these texts names; "" for none."""
    from selfeval_xl.county.private import named_in

    plain = [squeeze(text) for text in texts]
    return next((name for name in secret if named_in(name, plain)), "")


def _opened_files(entry: DepartmentData, run: _Run) -> dict[str, OpenedWorkbook]:
    """The files with the department's forms, opened; those that cannot be opened any more are left out."""
    from selfeval_xl.writers.xlsx.opened import open_workbook

    opened: dict[str, OpenedWorkbook] = {}
    for file in dict.fromkeys(assessed.form.file for assessed in entry.forms):
        try:
            opened[file] = open_workbook(at_hand(file, run.unpacked))
        except UnreadableFile:
            continue  # its forms are refused below
    return opened


def _prefix(entry: DepartmentData, material: CountyData) -> str:
    """Department and year, with which the file names begin."""
    from selfeval_xl.files import safe_name

    return safe_name(f"{entry.name}{f'{material.year}年度' if material.year else ''}")


def _folder(entry: DepartmentData, run: _Run) -> Path:
    """The department's folder, which is made if need be."""
    from selfeval_xl.files import make_folder

    return make_folder(run.out / run.folders[entry.name])
