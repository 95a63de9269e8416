"""Grouping of forms by department: all forms of one department make one filing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from typing import Protocol

from selfeval_xl.model.forms import Filing, Form, ReadFile, Report
from selfeval_xl.model.places import is_word
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze


class Known(Protocol):
    """A roster of departments: finds code and name by code, name or alias, or by a path that holds one."""

    def match(self, name: str | None, code: str | None = None) -> tuple[str, str] | None: ...

    def named_in(self, text: str) -> tuple[str, str] | None: ...


UNKNOWN = "（未识别）"  # begins the name of a filing of which nothing tells the department


@dataclass(slots=True)
class _Group:
    department: str
    code: str | None
    basis: str
    files: list[ReadFile] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    stage_forms: list[Form] = field(default_factory=list)

    def filing(self) -> Filing:
        """The filing that the group is."""
        return Filing(
            department=self.department,
            department_code=self.code,
            basis=self.basis,
            files=tuple(self.files),
            forms=tuple(self.forms),
            reports=tuple(self.reports),
            stage_forms=tuple(self.stage_forms),
        )


@dataclass(slots=True)
class _Groups:
    """The groups in order of their first form. by_code, by_name: positions in `all`."""

    all: list[_Group] = field(default_factory=list)
    by_code: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)

    def find(self, name: str, code: str | None, basis: str) -> _Group:
        """The group of this department: by code where both have one, else by name; else a new one."""
        key = squeeze(name)
        same_name = [
            index
            for index in self.by_name.get(key, ())
            if not (code and self.all[index].code and code != self.all[index].code)
        ]
        index = min((*(self.by_code.get(code, ()) if code else ()), *same_name), default=None)
        if index is None:
            index = len(self.all)
            self.all.append(_Group(name, None, basis))
            self.by_name.setdefault(key, []).append(index)
        group = self.all[index]
        if code and not group.code:
            group.code = code
            self.by_code.setdefault(code, []).append(index)
        return group


def gather(
    files: Iterable[ReadFile],
    roster: Known | None = None,
    root: str | None = None,
    stages: bool = False,
) -> list[Filing]:
    """The filings among these files, in the order in which their first file came.

    A form's department is: the code in the file's `_selfeval` sheet; else 主管部门 or 部门 (by the roster
    where there is one); else 实施单位; else the roster's department that the name of the file or of a folder
    holds; else the department form or report beside it in the same file or folder; else the folder's name.
    root: the folder of all received files, whose name is no department's. The same form with the same values
    in two files counts once. Files without any form belong to no filing. stages: declarations and monitoring
    forms count as forms too; without it they are other papers, and in no filing.
    """
    files = list(files)
    beside = {
        **_named_by(files, lambda file: str(PurePath(file.path).parent), stages),
        **_named_by(files, lambda file: file.path, stages),
    }
    if root is not None and len({squeeze(name) for name in _all_named(files, stages)}) > 1:
        beside.pop(str(PurePath(root)), None)  # everybody's files lie there
    groups = _Groups()
    seen: dict[str, dict[tuple[object, ...], int]] = {}  # where a form stands among those of its department
    for file in files:
        for form in _forms_and_reports(file, stages):
            name, code, basis = department_of(form, file, beside, roster, root)
            group = groups.find(name, code, basis)
            if not group.files or group.files[-1] is not file:
                group.files.append(file)
            values = content_key(form)
            places = seen.setdefault(group.department, {})
            of_stage = stages and isinstance(form, Form) and form.is_of_stage
            own = group.stage_forms if of_stage else group.forms
            if values in places:
                _prefer_workbook(own, places[values], form)
                continue
            places[values] = len(own)
            if isinstance(form, Report):
                group.reports.append(form)
            else:
                own.append(form)
    return [group.filing() for group in groups.all]


def _prefer_workbook(forms: list[Form], place: int, again: Form | Report) -> None:
    """Of a form in a Word file and the same one in a workbook the latter counts: its cells can be marked."""
    if isinstance(again, Form) and is_word(forms[place].file) and not is_word(again.file):
        forms[place] = again


def repeated(files: Iterable[ReadFile], filings: Iterable[Filing]) -> list[tuple[Form | Report, str]]:
    """The forms and reports that are not counted since the same one came before, and the file of that one."""
    found: list[tuple[Form | Report, str]] = []
    files = list(files)
    for filing in filings:
        every: tuple[Form | Report, ...] = (*filing.forms, *filing.stage_forms, *filing.reports)
        counted = {content_key(form): form for form in every}
        places = {file.path for file in filing.files}
        own = (file for file in files if file.path in places)
        for form in (form for file in own for form in _forms_and_reports(file, bool(filing.stage_forms))):
            first = counted.get(content_key(form))
            if first is not None and first is not form:
                found.append((form, first.file))
    return found


def _forms_and_reports(file: ReadFile, stages: bool) -> Iterator[Form | Report]:
    yield from file.forms
    if stages:
        yield from file.stage_forms
    yield from file.reports


def department_of(
    form: Form | Report,
    file: ReadFile,
    beside: dict[str, str],
    roster: Known | None,
    root: str | None = None,
) -> tuple[str, str | None, str]:
    """The name, code and basis of the department that a form belongs to.

    beside: the department named in a file or folder, by its path. root: as of `gather`.
    """
    issued_code = file.settings.get("department_code")
    if issued_code:
        match = roster.match(None, issued_code) if roster else None
        return (
            (match[1] if match else file.settings.get("department") or form.department or issued_code),
            issued_code,
            "表内编码",
        )
    names = [(form.department, form.department_code)]
    if isinstance(form, Form):
        names.append((form.unit, form.unit_code))
    if roster:
        for name, code in names:
            match = roster.match(name, code) if name or code else None
            if match:
                return match[1], match[0], "名册"
    for name, code in names:
        if name:
            return name, code, "表内名称"
    named = named_by_path(file.path, roster, root)
    if named and not beside.get(file.path):
        return named
    neighbour = beside.get(file.path) or beside.get(str(PurePath(file.path).parent))
    if neighbour:
        return neighbour, None, "同一文件或文件夹"
    path = PurePath(file.path)
    if root is not None and path.parent == PurePath(root):
        return f"{UNKNOWN}{path.stem}", None, "未识别"
    return path.parent.name or path.stem, None, "文件夹名"


def named_by_path(path: str, roster: Known | None, root: str | None) -> tuple[str, str, str] | None:
    """Name, code and basis of the roster's department that the name of a file or a folder above it holds."""
    if roster is None:
        return None
    place = PurePath(path)
    above = PurePath(root) if root is not None else None
    for number, part in enumerate((place, *place.parents)):
        if part == above or not part.name or number > 3 and above is None:
            return None
        match = roster.named_in(part.name)
        if match:
            return match[1], match[0], "文件名" if part == place else "文件夹名"
    return None


def _all_named(files: Iterable[ReadFile], stages: bool) -> Iterator[str]:
    """The names of departments on all forms and reports, and those that were issued with the files."""
    for file in files:
        yield from filter(None, (file.settings.get("department"),))
        for form in _forms_and_reports(file, stages):
            yield from filter(None, (form.department,))


def _named_by(files: list[ReadFile], path_of: Callable[[ReadFile], str], stages: bool) -> dict[str, str]:
    """The department that the department forms and reports of each path name, where it is only one."""
    names_at: dict[str, set[str]] = {}
    for file in files:
        for form in _forms_and_reports(file, stages):
            if (isinstance(form, Report) or not form.is_of_project) and form.department:
                names_at.setdefault(path_of(file), set()).add(form.department)
    return {path: next(iter(names)) for path, names in names_at.items() if len(names) == 1}


def content_key(form: Form | Report) -> tuple[object, ...]:
    """The contents of a form without its file and sheet: forms with the same key are the same form.

    Amounts, points and scores count by their value: 0.00 of a workbook is 0 in a Word file.
    """
    if form.content_digest:
        return (form.kind, form.content_digest)
    return _contents(form, _by_value)


def contents_as_written(form: Form) -> tuple[object, ...]:
    """The contents of a form without its file and sheet, each number as it stands."""
    return _contents(form, lambda text: text)


def _contents(form: Form | Report, number: Callable[[str | None], str | None]) -> tuple[object, ...]:
    """The contents of a form. number: makes the key of an amount, a rate, points or a score."""
    if isinstance(form, Report):
        return (form.kind, form.sections)
    return (
        form.kind,
        *(_of_stage(form, number) if form.is_of_stage else ()),
        form.year,
        form.project_code,
        form.project,
        form.unit,
        number(form.total_score),
        form.goal.expected,
        form.goal.actual,
        tuple(
            (
                line.source,
                number(line.initial_budget),
                number(line.annual_budget),
                number(line.executed),
                number(line.execution_rate),
                number(line.score),
            )
            for line in form.funding
        ),
        tuple(
            (row.name, row.target, row.actual, number(row.points), number(row.score), row.note)
            for row in form.indicators
        ),
        tuple((task.name, task.content, task.outcome) for task in form.tasks),
        tuple((text.label, text.text, text.problems) for text in form.management),
    )


def _of_stage(form: Form, number: Callable[[str | None], str | None]) -> tuple[object, ...]:
    """What only a form of an earlier stage has."""
    return (
        form.through,
        form.period,
        form.goal.medium,
        tuple((number(line.forecast), number(line.medium_budget)) for line in form.funding),
        tuple((row.forecast, row.outlook, row.causes, row.medium_target) for row in form.indicators),
    )


@lru_cache(maxsize=20_000)
def _by_value(text: str | None) -> str | None:
    """A number without zeros and separators that do not change it, a rate with its sign; else the text."""
    sign = "%" if text is not None and text.endswith("%") else ""
    value = money(text[: -len(sign)] if text and sign else text)
    return text if value is None else f"{value.normalize() + 0:f}{sign}"
