"""The targets of approved declarations, for workbooks that are issued with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl.county.earlier_stages import read_earlier, some
from selfeval_xl.county.intake.receipts import relative
from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.filings.stages import EarlierForms, StageForms
from selfeval_xl.model.forms import DECLARATION, DEPARTMENT, PROJECT, Filing, Form

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
    """The declarations below a folder. notes: sentences about files in which none was found.

    root: the folder. matched: the ids of the forms that belong to a form that was asked about.
    """

    forms: StageForms = field(default_factory=StageForms)
    notes: tuple[str, ...] = ()
    root: Path = Path()
    matched: set[int] = field(default_factory=set)

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
        found = self.forms.of(
            form, Filing(department=department.name, department_code=department.code or None)
        )
        self.matched.update(id(each) for each in (found.declaration, *found.ambiguous) if each)
        return found

    def unmatched(self, year: int | None) -> Iterator[str]:
        """Sentences about declarations that belong to no form: of other years than this one, or of nobody."""
        others: dict[int, list[str]] = {}
        of_nobody = []
        for form in (known.form for known in self.forms.all if id(known.form) not in self.matched):
            name = f"{form.project or form.department or '没有写名称的'}（{relative(form.file, self.root)}）"
            if year and form.year and form.year != year:
                others.setdefault(form.year, []).append(name)
            else:
                of_nobody.append(name)
        for other, names in sorted(others.items()):
            yield (
                f"--targets里有{len(names)}张{other}年度的申报表，这次下发的是{year}年度，没有用："
                f"{some(names)}。确要沿用的，请把指标写进名册的“绩效目标”。"
            )
        if of_nobody:
            yield (
                f"--targets里有{len(of_nobody)}张申报表没有对上名册的项目，没有用：{some(of_nobody)}。"
                "请核对项目名称、编码和部门。"
            )


def read_declarations(folder: str | Path, roster: Roster) -> Declarations:
    """The declarations below a folder. Raises UsageError where it is missing."""
    earlier = read_earlier(folder, None, roster, option="--targets")
    return Declarations(earlier.forms, earlier.notes, earlier.kinds[DECLARATION])


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
