"""The targets of approved declarations, for workbooks that are issued with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl.county.earlier_stages import read_earlier
from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.filings.stages import EarlierForms, StageForms
from selfeval_xl.model.forms import DEPARTMENT, PROJECT, Filing, Form

_ASKED = "下发"  # stands for the file of a form that is still to be written


@dataclass(frozen=True, slots=True)
class DeclaredTargets:
    """The targets and the goal of one form, from its declaration.

    doubtful: how many declarations could be meant, so that none of them was taken.
    """

    targets: tuple[Target, ...] = ()
    goal: str | None = None
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class Declarations:
    """The declarations below a folder. notes: sentences about files in which none was found."""

    forms: StageForms = field(default_factory=StageForms)
    notes: tuple[str, ...] = ()

    def of_project(
        self, department: Department, project: Project, unit: str, year: int | None
    ) -> DeclaredTargets:
        """The targets of a project of the roster: its declaration is known by code, else by name and unit."""
        form = Form(
            kind=PROJECT,
            file=_ASKED,
            sheet=_ASKED,
            year=year,
            project=project.name,
            project_code=project.code,
            unit=unit,
        )
        return _targets(self._of(form, department), project.code or project.name)

    def of_department(self, department: Department, year: int | None) -> DeclaredTargets:
        """The targets of the department as a whole."""
        form = Form(kind=DEPARTMENT, file=_ASKED, sheet=_ASKED, year=year, department=department.name)
        return _targets(self._of(form, department), department.code or department.name)

    def _of(self, form: Form, department: Department) -> EarlierForms:
        return self.forms.of(
            form, Filing(department=department.name, department_code=department.code or None)
        )


def read_declarations(folder: str | Path, roster: Roster) -> Declarations:
    """The declarations below a folder. Raises UsageError where it is missing."""
    earlier = read_earlier(folder, None, roster, option="--targets")
    return Declarations(earlier.forms, earlier.notes)


def _targets(earlier: EarlierForms, project: str) -> DeclaredTargets:
    """The targets of a declaration as the roster would have them. project: its code or name there."""
    declaration = earlier.declaration
    if declaration is None:
        return DeclaredTargets(doubtful=len(earlier.ambiguous))
    return DeclaredTargets(
        tuple(
            Target(project, row.name, row.level1 or "", row.level2 or "", row.target or "", row.points or "")
            for row in declaration.indicators
            if row.name
        ),
        declaration.goal.expected,
    )
