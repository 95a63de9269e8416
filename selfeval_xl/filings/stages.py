"""The forms of a project at the earlier stages: the declaration and the monitoring of a self-evaluation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from selfeval_xl.filings.expected import alike
from selfeval_xl.filings.grouping import content_key
from selfeval_xl.model.forms import DECLARATION, FORM_NAMES, MONITORING, Filing, Form, Problem, ReadFile
from selfeval_xl.model.periods import last_month
from selfeval_xl.model.quantity import tidy
from selfeval_xl.model.text import squeeze

_NOT_READ = "工作表“{sheet}”像是{form}，但没有读出来；请核对表头文字是否完整。"


@dataclass(frozen=True, slots=True)
class EarlierForms:
    """The forms of the earlier stages of one self-evaluation form, None where there is none.

    ambiguous: forms that could all be meant, so that none of them is taken. older: monitoring forms of
    earlier months than the one that was taken.
    """

    declaration: Form | None = None
    monitoring: Form | None = None
    ambiguous: tuple[Form, ...] = ()
    older: tuple[Form, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """A form of an earlier stage with its department; name, code and unit of its project."""

    department: str
    department_code: str | None
    name: str
    code: str | None
    unit: str
    form: Form


@dataclass(slots=True)
class StageForms:
    """Forms of the earlier stages, found by the project or department that they are about.

    departments: those about a department as a whole. by_code, by_name: those about projects, by the code
    without zeros in front and by the name.
    """

    projects: list[_Known] = field(default_factory=list)
    departments: list[_Known] = field(default_factory=list)
    by_code: dict[str, list[_Known]] = field(default_factory=dict)
    by_name: dict[str, list[_Known]] = field(default_factory=dict)

    @property
    def all(self) -> list[_Known]:
        """Every form, with its project or department."""
        return [*self.projects, *self.departments]

    def __bool__(self) -> bool:
        return bool(self.projects or self.departments)

    def of(self, form: Form, filing: Filing) -> EarlierForms:
        """The forms of the earlier stages of a self-evaluation form. filing: that of its department.

        A form of another year is none. A project is known by its code, else by its name within its
        department and unit; a wrong form is worse than none.
        """
        known = self._of_project(form, filing) if form.is_of_project else self._of_department(filing)
        years = {None, form.year}
        same_year = [each.form for each in known if form.year is None or each.form.year in years]
        declared, doubtful = _only([each for each in same_year if each.kind == DECLARATION])
        of_monitoring = [each for each in same_year if each.kind == MONITORING]
        monitored, more = _latest(of_monitoring)
        taken = {id(each) for each in (monitored, *more)}
        older = tuple(each for each in of_monitoring if id(each) not in taken)
        return EarlierForms(declared, monitored, (*doubtful, *more), older)

    def _of_department(self, filing: Filing) -> list[_Known]:
        return [each for each in self.departments if _is_same_department(each, filing)]

    def _of_project(self, form: Form, filing: Filing) -> list[_Known]:
        """The forms of the project: by code, else by name in the same department and unit."""
        found = {
            id(each): each
            for each in (
                *self.by_code.get((form.project_code or "").lstrip("0"), ()),
                *self.by_name.get(tidy(form.project or ""), ()),
            )
        }
        same = alike(form, self.projects if form.lost_codes else list(found.values()))
        unit = tidy(form.unit or "")
        sure = [
            each
            for each in same
            if _has_its_code(each, form)
            or (_is_same_department(each, filing) and (not unit or not each.unit or each.unit == unit))
        ]
        return [each for each in sure if unit and each.unit == unit] or sure


def stage_forms(filings: Iterable[Filing]) -> StageForms:
    """The declarations and monitoring forms of these filings, to be found by project or department.

    The filings are those of `gather` with stages=True, whatever folder they come from.
    """
    found = StageForms()
    for filing in filings:
        for form in filing.stage_forms:
            known = _Known(
                squeeze(filing.department),
                filing.department_code,
                form.project or "",
                form.project_code,
                tidy(form.unit or ""),
                form,
            )
            if form.of_department:
                found.departments.append(known)
                continue
            found.projects.append(known)
            if known.code:
                found.by_code.setdefault(known.code.lstrip("0"), []).append(known)
            if known.name:
                found.by_name.setdefault(tidy(known.name), []).append(known)
    return found


def not_read(file: ReadFile, kinds: Collection[str] = (DECLARATION, MONITORING)) -> list[Problem]:
    """A problem (T01) for each sheet that is such a form by its title or heads, but was not read.

    kinds: the stages.
    """
    read = {form.sheet for form in file.every_form}
    return [
        Problem(_NOT_READ.format(sheet=other.sheet, form=FORM_NAMES[other.kind]), other.sheet, rule="T01")
        for other in file.others
        if other.kind in kinds and other.sheet not in read
    ]


def with_not_read(file: ReadFile) -> ReadFile:
    """The file with `not_read` among its problems, for checks of a single file of whatever stage.

    In a file with self-evaluations such a sheet is only kept beside them, and no fault.
    """
    return file if file.forms else replace(file, problems=(*file.problems, *not_read(file)))


def _has_its_code(known: _Known, form: Form) -> bool:
    return bool(form.project_code) and (known.code or "").lstrip("0") == (form.project_code or "").lstrip("0")


def _is_same_department(known: _Known, filing: Filing) -> bool:
    """Whether both are of one department: by code where both have one, else by name."""
    if known.department_code and filing.department_code:
        return known.department_code == filing.department_code
    return known.department == squeeze(filing.department)


def _only(forms: Sequence[Form]) -> tuple[Form | None, tuple[Form, ...]]:
    """The only form among these (the same one twice is one), else None and all of them."""
    if len({content_key(form) for form in forms}) > 1:
        return None, tuple(forms)
    return (forms[0] if forms else None), ()


def _latest(forms: Sequence[Form]) -> tuple[Form | None, tuple[Form, ...]]:
    """The monitoring form of the latest month, where the months of several ones tell it; else as `_only`."""
    months = [last_month(form.through) for form in forms]
    known = [month for month in months if month is not None]
    if len(known) < len(forms) or not known:
        return _only(forms)
    return _only([form for form, month in zip(forms, months) if month == max(known)])
