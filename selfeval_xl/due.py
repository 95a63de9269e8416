"""What the roster expects: the projects of a filing, what the ledger says of a form's project, and the form as it was issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from .forms import PROJECT, TOTAL, Filing, Form, FundingLine, Indicator


class Due(Protocol):
    """A project of the roster; amounts in 万元, department: the code of the department or subordinate unit."""

    department: str
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
    """The projects that the roster expects of this department and of the units below it."""
    known = roster.match(filing.department, filing.department_code)
    return tuple(project for project in roster.projects if known and (roster.match(None, project.department) or (None,))[0] == known[0])


def ledger(project: Due) -> FundingLine:
    """What the budget ledger says of a project, in 万元."""
    return FundingLine(source=TOTAL, annual_budget=_text(project.annual_budget), executed=_text(project.executed))


def issued(project: Due, targets: Iterable[Asked]) -> Form:
    """The project's form as the roster would issue it: name, initial budget in 万元, targets."""
    rows = tuple(Indicator(name=asked.name, target=asked.target or None) for asked in targets if asked.project in (project.code or project.name, project.name))
    return Form(kind=PROJECT, file="", sheet="", project=project.name, money_unit="万元", indicators=rows,
                funding=(FundingLine(source=TOTAL, initial_budget=_text(project.initial_budget)),))


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
