"""The subjects of the rules: the files, forms and filings that each of them is run on, with their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import NamedTuple

from selfeval_xl.filings.as_issued import as_issued
from selfeval_xl.filings.expected import ExpectedProject, RosterView, due, issued, ledger, matching
from selfeval_xl.filings.stages import StageForms
from selfeval_xl.model.forms import Filing, Form, ReadFile
from selfeval_xl.readers.formats.kinds import ATTACHMENTS
from selfeval_xl.rules.registry import SELF_EVALUATION, Rule, catalogue, stage_of


def fits(rule: Rule, form: Form) -> bool:
    """Whether the form has what the rule looks at."""
    return (
        rule.holds_on(form)
        and (rule.needs != "scores" or form.has_scores)
        and (rule.needs != "notes" or form.has_notes or form.is_of_stage)
    )


class Place(NamedTuple):
    """The file, form and department of a finding, where the rule sets no others."""

    file: str = ""
    sheet: str | None = None
    form: str | None = None
    department: str | None = None
    project: str | None = None


class Subject(NamedTuple):
    """The arguments of a call of a rule besides the policy, and the place of its findings.

    record: a file, a form, a filing or all filings. more: further arguments, for the rules that need them.
    """

    record: object
    more: tuple[object, ...]
    place: Place


@dataclass(slots=True)
class Subjects:
    """The subjects of all rules, made once for the rules that have the same scope and needs."""

    filings: Sequence[Filing]
    files: Sequence[ReadFile]
    roster: RosterView | None
    public: bool
    scanned: frozenset[PurePath]
    earlier: StageForms
    made: dict[tuple[str, str | None, frozenset[str]], list[Subject]] = field(default_factory=dict)

    def of(self, rule: Rule) -> Sequence[Subject]:
        """The subjects of one rule; none where its needs are not met."""
        key = (rule.scope, rule.needs, rule.stages)
        if key not in self.made:
            self.made[key] = list(self._make(rule))
        return self.made[key]

    def issued(self) -> Iterator[tuple[Form, Form]]:
        """The forms, each with the form as it was issued."""
        for record, more, _ in self.of(catalogue()["T04"]):
            if isinstance(record, Form) and isinstance(more[0], Form):
                yield record, more[0]

    def _make(self, rule: Rule) -> Iterator[Subject]:
        """The subjects of one rule, with the further arguments that it needs."""
        filings = [seen for filing in self.filings if (seen := _at_stages(filing, rule.stages))]
        files = self.files
        if rule.scope == "file" and any(filing.stage_forms for filing in self.filings):
            files = [replace(file, forms=_forms_at(file, rule.stages)) for file in files]
        if rule.needs == "public":
            return _to_publish(filings, self.roster) if self.public else iter(())
        if rule.needs == "issued":
            return _with_issued(filings, files, self.roster)
        if rule.needs == "file":
            return _with_file(filings, files, self.scanned)
        if rule.needs == "roster":
            return _with_roster(rule, filings, self.roster) if self.roster is not None else iter(())
        if rule.needs == "stages":
            return _with_earlier(filings, self.earlier)
        return _plain_subjects(rule, filings, files)


def _at_stages(filing: Filing, stages: frozenset[str]) -> Filing | None:
    """The filing with its forms of these stages alone, as its `forms`; None where it is of other stages."""
    if not filing.stage_forms:
        return filing if SELF_EVALUATION in stages else None
    forms = _forms_at(filing, stages)
    reports = filing.reports if SELF_EVALUATION in stages else ()
    return replace(filing, forms=forms, reports=reports) if forms or reports else None


def _forms_at(holder: Filing | ReadFile, stages: frozenset[str]) -> tuple[Form, ...]:
    """The forms of these stages in a filing or a file."""
    return tuple(form for form in (*holder.forms, *holder.stage_forms) if stage_of(form) in stages)


def _with_earlier(filings: Sequence[Filing], earlier: StageForms) -> Iterator[Subject]:
    """Yields the forms, each with its forms of the earlier stages, where any were given."""
    for filing in filings if earlier else ():
        for form, place in forms_of((filing,)):
            yield Subject(form, (earlier.of(form, filing),), place)


def _with_roster(rule: Rule, filings: Sequence[Filing], roster: RosterView) -> Iterator[Subject]:
    """Yields filings with the projects due, or (by the rule's scope) forms with their ledger line."""
    for filing in filings:
        if rule.scope == "filing":
            yield Subject(filing, (due(filing, roster),), Place(department=filing.department))
            continue
        for form, project, place in _with_project(filing, roster):
            if project is not None:
                yield Subject(form, (ledger(project),), place)


def scanned(files: Iterable[ReadFile]) -> frozenset[PurePath]:
    """The folders in which a scan lies."""
    return frozenset(PurePath(file.path).parent for file in files if file.kind in ATTACHMENTS)


def _with_file(
    filings: Sequence[Filing], files: Sequence[ReadFile], scanned: frozenset[PurePath]
) -> Iterator[Subject]:
    """Yields the forms, each with its file and whether a scan lies in the same folder."""
    by_path = {file.path: file for file in files}
    for form, place in forms_of(filings):
        yield Subject(form, (by_path.get(form.file), PurePath(form.file).parent in scanned), place)


def _with_issued(
    filings: Sequence[Filing], files: Sequence[ReadFile], roster: RosterView | None
) -> Iterator[Subject]:
    """Yields the forms, each with the form as issued: by the roster, else by the workbook's hidden sheet."""
    settings = {file.path: file.settings for file in files if file.settings}
    for filing in filings:
        for form, project, place in _with_project(filing, roster):
            remembered = as_issued(form, settings.get(form.file, {}))
            issued_form = issued(project, roster.targets if roster else (), remembered)
            if issued_form is not None:
                yield Subject(form, (issued_form,), place)


def _to_publish(filings: Sequence[Filing], roster: RosterView | None) -> Iterator[Subject]:
    """Yields the forms, each with 是否公开 of its project in the roster."""
    for filing in filings:
        for form, project, place in _with_project(filing, roster):
            yield Subject(form, (project.public if project else "",), place)


def _with_project(
    filing: Filing, roster: RosterView | None
) -> Iterator[tuple[Form, ExpectedProject | None, Place]]:
    """The forms of the filing, each with its project in the roster."""
    projects = due(filing, roster) if roster else ()
    for form, place in forms_of((filing,)):
        yield form, matching(form, projects) if form.is_of_project else None, place


def _plain_subjects(rule: Rule, filings: Sequence[Filing], files: Sequence[ReadFile]) -> Iterator[Subject]:
    """The subjects of a rule that gets no further arguments."""
    if rule.scope == "file":
        owner: dict[str, str] = {}
        for filing in filings:
            for file in filing.files:
                owner.setdefault(file.path, filing.department)
        for file in files:
            if (
                rule.needs != "settings"
                or file.settings
                or any(problem.rule == rule.id for problem in file.problems)
            ):
                yield Subject(file, (), Place(file.path, department=owner.get(file.path)))
    elif rule.scope == "form":
        for form, place in forms_of(filings):
            if fits(rule, form):
                yield Subject(form, (), place)
    elif rule.scope == "filing":
        for filing in filings:
            if rule.needs != "report" or filing.reports:
                yield Subject(filing, (), Place(department=filing.department))
    elif rule.scope == "county" and len(filings) > 1:
        yield Subject(filings, (), Place())


def forms_of(filings: Sequence[Filing]) -> Iterator[tuple[Form, Place]]:
    """The forms of these filings, each with its place."""
    for filing in filings:
        for form in filing.forms:
            yield form, Place(form.file, form.sheet, form.kind, filing.department, form.project)


def every_form_of(filings: Sequence[Filing]) -> Iterator[tuple[Form, Place]]:
    """The forms of these filings at every stage, each with its place."""
    yield from forms_of(filings)
    yield from forms_of([replace(filing, forms=filing.stage_forms) for filing in filings])
