"""Expectations of the roster: the projects due, their amounts in the ledger, the forms as issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol, TypeVar

from selfeval_xl.model.codes import KEPT_DIGITS, may_have_lost_digits
from selfeval_xl.model.forms import PROJECT, TOTAL, Filing, Form, FundingLine, Indicator
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import tidy


class NamedProject(Protocol):
    """A project as a roster or a form of another stage names it. unit: "" where it is not known."""

    @property
    def unit(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def code(self) -> str | None: ...


class ExpectedProject(NamedProject, Protocol):
    """A project of the roster. department: code of the department or subordinate unit. Amounts in 万元."""

    @property
    def department(self) -> str: ...
    @property
    def initial_budget(self) -> Decimal | None: ...
    @property
    def annual_budget(self) -> Decimal | None: ...
    @property
    def executed(self) -> Decimal | None: ...
    @property
    def private_reason(self) -> str: ...
    @property
    def exempt(self) -> bool: ...
    @property
    def public(self) -> str: ...


class ExpectedTarget(Protocol):
    """A target as issued. project: the project's code, or its name where it has none."""

    @property
    def project(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def points(self) -> str: ...


class RosterView(Protocol):
    """A roster: it finds the budget department of a name or code, and lists the projects and targets."""

    @property
    def projects(self) -> Sequence[ExpectedProject]: ...

    @property
    def targets(self) -> Sequence[ExpectedTarget]: ...

    def match(self, name: str | None, code: str | None = None) -> tuple[str, str] | None: ...

    def named_in(self, text: str) -> tuple[str, str] | None: ...


def due(filing: Filing, roster: RosterView) -> tuple[ExpectedProject, ...]:
    """The projects that the roster expects of this department and of the units below it.

    The roster has a row for each source of a project's money; the amounts of one project are added up.
    """
    department = roster.match(filing.department, filing.department_code)
    if department is None:
        return ()
    rows = [
        project
        for project in roster.projects
        if (match := roster.match(None, project.department)) is not None and match[0] == department[0]
    ]
    return tuple(one_a_project(rows).values())


ProjectKey = tuple[str, str, str]
AnyProject = TypeVar("AnyProject", bound=ExpectedProject)


def project_key(project: ExpectedProject) -> ProjectKey:
    """What the rows of one project have in common: department, unit, and code or name."""
    return project.department, project.unit, project.code or project.name


def one_a_project(rows: Iterable[AnyProject]) -> dict[ProjectKey, AnyProject]:
    """The projects of these rows of the roster, each once, with the amounts of its sources added up."""
    projects: dict[ProjectKey, AnyProject] = {}
    for row in rows:
        key = project_key(row)
        projects[key] = _sum_of_rows(projects[key], row) if key in projects else row
    return projects


def _sum_of_rows(first: AnyProject, second: AnyProject) -> AnyProject:
    """The first row with the summed amounts of both."""
    amounts = {key: _sum(getattr(first, key), getattr(second, key)) for key in AMOUNTS}
    return replace(first, **amounts)  # type: ignore[type-var]  # a protocol cannot require a dataclass


def _sum(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return second if first is None else first if second is None else first + second


AnyNamed = TypeVar("AnyNamed", bound=NamedProject)


def matching(form: Form, projects: Sequence[AnyNamed]) -> AnyNamed | None:
    """The project that a form is about; where several units have such a project, that of the form's unit."""
    same, unit = alike(form, projects), tidy(form.unit or "")
    return next(
        (project for project in same if unit and tidy(project.unit) == unit), same[0] if same else None
    )


def alike(form: Form, projects: Sequence[AnyNamed]) -> list[AnyNamed]:
    """The projects that a form may be about: by code where both have one, else by name.

    A code of which digits are lost, as it was a number, is none: after the name the digits that are left
    decide, where only one project begins so.
    """
    code = form.project_code
    same = [project for project in projects if code and project.code and code == project.code]
    same = same or _without_zeros(code, projects)
    kept = form.lost_codes.get("project_code") or (code and may_have_lost_digits(code) and code[:KEPT_DIGITS])
    same = same or [
        project
        for project in projects
        if form.project and tidy(project.name) == tidy(form.project) and (kept or not (code and project.code))
    ]
    if not same and kept and len(kept) == KEPT_DIGITS:
        same = _of_one_code(project for project in projects if (project.code or "").startswith(kept))
    return same


def _without_zeros(code: str | None, projects: Sequence[AnyNamed]) -> list[AnyNamed]:
    """The one project whose code differs by zeros in front alone: a number in a workbook has none."""
    if not code or not code.isdecimal():
        return []
    return _of_one_code(
        project for project in projects if (project.code or "").lstrip("0") == code.lstrip("0")
    )


def _of_one_code(projects: Iterable[AnyNamed]) -> list[AnyNamed]:
    """These projects where all of them have one code, else none."""
    found = list(projects)
    return found if len({project.code for project in found}) == 1 else []


def ledger(project: ExpectedProject) -> FundingLine:
    """The amounts of a project in the budget ledger, in 万元."""
    return FundingLine(
        source=TOTAL, annual_budget=_text(project.annual_budget), executed=_text(project.executed)
    )


def issued(
    project: ExpectedProject | None, targets: Iterable[ExpectedTarget], remembered: Form | None = None
) -> Form | None:
    """The project's form as the roster would issue it: name, initial budget in 万元, targets.

    remembered: the form as the workbook's hidden sheet keeps it. It fills in what the roster leaves open, and
    is the result where the roster has no such project.
    """
    if project is None:
        return remembered
    rows = tuple(
        Indicator(name=row.name, target=row.target or None, points=row.points or None)
        for row in targets
        if row.project in (project.code or project.name, project.name)
    )
    form = Form(
        kind=PROJECT,
        file="",
        sheet="",
        project=project.name,
        money_unit="万元",
        indicators=rows,
        funding=(FundingLine(source=TOTAL, initial_budget=_text(project.initial_budget)),),
    )
    if remembered is None:
        return form
    if project.initial_budget is None:
        form = replace(form, money_unit=remembered.money_unit, funding=remembered.funding)
    return form if rows else replace(form, indicators=remembered.indicators)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
