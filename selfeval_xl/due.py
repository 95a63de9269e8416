"""What the roster expects: the projects of a filing, what the ledger says of a form's project, and the form
as it was issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from .forms import PROJECT, TOTAL, Filing, Form, FundingLine, Indicator
from .quantity import tidy

AMOUNTS = ("initial_budget", "annual_budget", "executed")


class Due(Protocol):
    """A project of the roster; amounts in 万元, department: the code of the department or subordinate unit."""

    department: str
    unit: str
    name: str
    code: str | None
    initial_budget: Decimal | None
    annual_budget: Decimal | None
    executed: Decimal | None
    exempt: bool
    public: str


class Asked(Protocol):
    """A target as issued; project: the project's code, or its name where it has none."""

    project: str
    name: str
    target: str


class Expected(Protocol):
    """A roster: finds the budget department of a name or code, and lists the projects and targets."""

    @property
    def projects(self) -> Sequence[Due]: ...

    @property
    def targets(self) -> Sequence[Asked]: ...

    def match(self, name: str | None, code: str | None = None) -> tuple[str, str] | None: ...


def due(filing: Filing, roster: Expected) -> tuple[Due, ...]:
    """The projects that the roster expects of this department and of the units below it.

    A project has a row for each source of its money: they are one project, their amounts add up.
    """
    known = roster.match(filing.department, filing.department_code)
    rows: dict[tuple, Due] = {}
    for project in roster.projects if known else ():
        if (roster.match(None, project.department) or (None,))[0] == known[0]:
            key = (project.department, project.unit, project.code or project.name)
            rows[key] = _together(rows[key], project) if key in rows else project
    return tuple(rows.values())


def _together(one: Due, other: Due) -> Due:
    amounts = {key: _sum(getattr(one, key), getattr(other, key)) for key in AMOUNTS}
    return replace(one, **amounts)  # type: ignore[type-var]


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def matching(form: Form, projects: Sequence[Due]) -> Due | None:
    """The project of the roster that a form is: by code where both have one, else by name; of several units'
    the one of its unit.
    """
    same = [
        project
        for project in projects
        if form.project_code and project.code and form.project_code == project.code
    ]
    same = same or [
        project
        for project in projects
        if form.project
        and tidy(project.name) == tidy(form.project)
        and not (form.project_code and project.code)
    ]
    unit = tidy(form.unit or "")
    return next(
        (project for project in same if unit and tidy(project.unit) == unit), same[0] if same else None
    )


def ledger(project: Due) -> FundingLine:
    """What the budget ledger says of a project, in 万元."""
    return FundingLine(
        source=TOTAL, annual_budget=_text(project.annual_budget), executed=_text(project.executed)
    )


def issued(project: Due | None, targets: Iterable[Asked], own: Form | None = None) -> Form | None:
    """The project's form as the roster would issue it: name, initial budget in 万元, targets.

    own: the form as the workbook remembers it; it tells what the roster leaves open, and all of it where
    there is no roster.
    """
    if project is None:
        return own
    rows = tuple(
        Indicator(name=asked.name, target=asked.target or None)
        for asked in targets
        if asked.project in (project.code or project.name, project.name)
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
    if own is None:
        return form
    if project.initial_budget is None:
        form = replace(form, money_unit=own.money_unit, funding=own.funding)
    return form if rows else replace(form, indicators=own.indicators)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
