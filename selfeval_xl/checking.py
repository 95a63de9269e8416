"""Runs the rules over filings: assesses the forms, asks rule and policy for severity and treatment, applies the silences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from .assess import assess
from .due import Due, Expected, due, issued, ledger, matching
from .findings import FileCount, Finding, Findings, RuleStatus, Severity, Treatment
from .forms import PROJECT, Filing, Form, ReadFile
from .issued import as_issued
from .policy import Policy, default
from .rules.custom import CustomRule, custom_rule, violations
from .rules.registry import Rule, catalogue
from .rules.silences import silenced

# What a bug in a rule can raise: the rule is reported as failed, the check goes on.
_BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_SCANS = frozenset(("pdf", "image"))
_MISSING = {
    "scores": "表中没有分值", "notes": "表中没有偏差原因栏", "settings": "不是用本程序的模板填的", "roster": "没有给出单位名册",
    "issued": "不是下发的工作簿，也没有给出单位名册", "report": "没有自评报告", "county": "只有一个部门，不做部门间比较", "public": "只用于公开件",
}


def check(filings: Sequence[Filing], policy: Policy | None = None, files: Iterable[ReadFile] = (), roster: Expected | None = None,
          public: bool = False) -> Findings:
    """All findings on these filings, sorted by file, sheet, severity and cell; the status of each rule; counts per file.

    files: all files that were read, also those that belong to no filing (unreadable ones). roster: the projects that are due, with
    the amounts of the ledger; without one the rules that need it are skipped. public: whether these are copies for publication.
    """
    policy = policy or default()
    filings = [replace(filing, forms=tuple(assess(form, policy) for form in filing.forms)) for filing in filings]
    every_file = list({file.path: file for file in (*(file for filing in filings for file in filing.files), *files)}.values())
    found: list[Finding] = []
    statuses: list[RuleStatus] = []
    given = _Given(filings, every_file, roster, public).of
    for rule in catalogue().values():
        if policy.rule(rule.id).on is False:
            statuses.append(RuleStatus(rule.id, "skipped", "参数表里关闭了"))
            continue
        if rule.needs == "off" and not policy.rule(rule.id).on:
            statuses.append(RuleStatus(rule.id, "skipped", "默认关闭，可以在参数表里启用"))
            continue
        try:
            results, ran = _run(rule, given(rule), policy)
        except _BUGS as error:
            statuses.append(RuleStatus(rule.id, "failed", f"{type(error).__name__}: {error}"))
            continue
        found += [_completed(finding, rule, policy) for finding in results]
        statuses.append(RuleStatus(rule.id, "ran") if ran else RuleStatus(rule.id, "skipped", _MISSING.get(rule.needs or rule.scope, "没有可查的表")))
    for rule in map(custom_rule, policy.county_rules):
        found += [_of_county(finding, rule, place) for form, place in _forms(filings) for finding in violations(rule, form)]
        statuses.append(RuleStatus(rule.told.number, "ran"))
    remaining = tuple(sorted(_explained(silenced(found), every_file), key=_order))
    return Findings(remaining, tuple(statuses), tuple(_count(file, remaining) for file in every_file))


Given = tuple[object, tuple, dict]


def _run(rule: Rule, given: Sequence[Given], policy: Policy) -> tuple[list[Finding], bool]:
    """The rule's findings with their place, and whether there was anything that it could look at."""
    found = [_placed(finding, place) for subject, more, place in given for finding in rule.function(subject, policy, *more)]
    return found, bool(given)


@dataclass(slots=True)
class _Given:
    """What rules are given besides the policy, made once for all that need the same: the subject and, for some, what the roster
    says of it; and the place that their findings have unless they say another."""

    filings: Sequence[Filing]
    files: Sequence[ReadFile]
    roster: Expected | None
    public: bool
    made: dict[tuple[str, str | None], list[Given]] = field(default_factory=dict)

    def of(self, rule: Rule) -> Sequence[Given]:
        key = (rule.scope, rule.needs)
        if key not in self.made:
            self.made[key] = list(self._make(rule))
        return self.made[key]

    def _make(self, rule: Rule) -> Iterator[Given]:
        if rule.needs == "public":
            return _to_publish(self.filings, self.roster) if self.public else iter(())
        if rule.needs == "issued":
            return _with_issued(self.filings, self.files, self.roster)
        if rule.needs == "file":
            return _with_file(self.filings, self.files)
        if rule.needs == "roster":
            return _with_roster(rule, self.filings, self.roster) if self.roster is not None else iter(())
        return ((subject, (), place) for subject, place in _subjects(rule, self.filings, self.files))


def _with_roster(rule: Rule, filings: Sequence[Filing], roster: Expected) -> Iterator[tuple[object, tuple, dict]]:
    """Filings with the projects that are due; forms with the ledger's line of their project."""
    for filing in filings:
        if rule.scope == "filing":
            yield filing, (due(filing, roster),), {"department": filing.department}
            continue
        for form, project, place in _known(filing, roster):
            if project is not None:
                yield form, (ledger(project),), place


def _with_file(filings: Sequence[Filing], files: Sequence[ReadFile]) -> Iterator[Given]:
    """Forms, each with the file it stands in, and whether a scan lies in the same folder."""
    by_path = {file.path: file for file in files}
    scanned = {PurePath(file.path).parent for file in files if file.kind in _SCANS}
    for form, place in _forms(filings):
        yield form, (by_path.get(form.file), PurePath(form.file).parent in scanned), place


def _with_issued(filings: Sequence[Filing], files: Sequence[ReadFile], roster: Expected | None) -> Iterator[Given]:
    """Forms, each with the form as it was issued: by the roster, else by what the workbook itself remembers."""
    settings = {file.path: file.settings for file in files if file.settings}
    for filing in filings:
        for form, project, place in _known(filing, roster):
            given = issued(project, roster.targets if roster else (), as_issued(form, settings.get(form.file, {})))
            if given is not None:
                yield form, (given,), place


def _to_publish(filings: Sequence[Filing], roster: Expected | None) -> Iterator[tuple[object, tuple, dict]]:
    for filing in filings:
        for form, project, place in _known(filing, roster):
            yield form, (project.public if project else "",), place


def _known(filing: Filing, roster: Expected | None) -> Iterator[tuple[Form, Due | None, dict]]:
    """The filing's forms, each with its project in the roster."""
    projects = due(filing, roster) if roster else ()
    for form, place in _forms((filing,)):
        yield form, matching(form, projects) if form.kind == PROJECT else None, place


def _subjects(rule: Rule, filings: Sequence[Filing], files: Sequence[ReadFile]) -> Iterator[tuple[object, dict]]:
    """What the rule is given, one by one, and the place that its findings have unless they say another."""
    if rule.scope == "file":
        for file in files:
            if rule.needs != "settings" or file.settings or any(problem.rule == rule.id for problem in file.problems):
                yield file, {"file": file.path, "department": next((filing.department for filing in filings if file in filing.files), None)}
    elif rule.scope == "form":
        for form, place in _forms(filings):
            if (rule.needs != "scores" or form.has_scores) and (rule.needs != "notes" or form.has_notes):
                yield form, place
    elif rule.scope == "filing":
        for filing in filings:
            if rule.needs != "report" or filing.reports:
                yield filing, {"department": filing.department}
    elif rule.scope == "county" and len(filings) > 1:
        yield filings, {}


def _placed(finding: Finding, place: dict) -> Finding:
    """The finding with the place it has not said itself."""
    missing = {key: value for key, value in place.items() if not getattr(finding, key)}
    return replace(finding, **missing) if missing else finding


def _explained(findings: Iterable[Finding], files: Iterable[ReadFile]) -> Iterator[Finding]:
    """Findings that ask for an explanation and have one (column 单位说明). What must be mended cannot be explained away."""
    told = {(file.path, *(" ".join(part.split()) for part in (said.rule, said.sheet, said.subject, said.value))): said.text for file in files for said in file.explanations}
    for finding in findings:
        text = told.get((finding.file, *(" ".join((part or "").split()) for part in (finding.rule, finding.sheet, finding.subject, finding.value))))
        if text and finding.treatment is Treatment.EXPLAIN:
            finding = replace(finding, status="explained", explanation=text)
        elif text:
            finding = replace(finding, explanation=text)
        yield finding


def _forms(filings: Sequence[Filing]) -> Iterator[tuple[Form, dict]]:
    for filing in filings:
        for form in filing.forms:
            yield form, {"file": form.file, "sheet": form.sheet, "form": form.kind, "department": filing.department, "project": form.project}


def _of_county(finding: Finding, rule: CustomRule, place: dict) -> Finding:
    return replace(_placed(finding, place), rule=rule.told.number, title=rule.told.condition, severity=rule.told.severity, treatment=rule.told.treatment)


def _completed(finding: Finding, rule: Rule, policy: Policy) -> Finding:
    told = policy.rule(rule.id)
    severity = told.severity or finding.severity or rule.severity
    return replace(finding, rule=rule.id, title=rule.title, severity=severity, treatment=told.treatment or finding.treatment or _treatment(rule, severity, policy))


def _treatment(rule: Rule, severity: Severity, policy: Policy) -> Treatment:
    """Targets were fixed with the budget: while they cannot be changed, what is wrong with their design waits for next year."""
    if rule.id == "I06":
        return Treatment.FIX
    if rule.id[0] == "I" and policy["targets_editable"]:
        return {Severity.ERROR: Treatment.FIX, Severity.WARNING: Treatment.EXPLAIN, Severity.NOTE: Treatment.NEXT_YEAR}[severity]
    if severity is not rule.severity and rule.treatment in (Treatment.FIX, Treatment.EXPLAIN):
        return Treatment.FIX if severity is Severity.ERROR else Treatment.EXPLAIN
    return rule.treatment


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def _order(finding: Finding) -> tuple:
    match = re.match(r"([A-Z]+)(\d+)", finding.cell or "")
    place = (int(match[2]), len(match[1]), match[1]) if match else (0, 0, "")
    return finding.file, finding.sheet or "", finding.form or "", _RANK[finding.severity], place, finding.rule


def _count(file: ReadFile, findings: Sequence[Finding]) -> FileCount:
    own = [finding for finding in findings if finding.file == file.path]
    return FileCount(file.path, len(file.forms) + len(file.reports), sum(finding.severity is Severity.ERROR for finding in own),
                     sum(finding.severity is Severity.WARNING for finding in own))


def forms_of(filings: Iterable[Filing]) -> Iterator[Form]:
    """Every form of these filings."""
    return (form for filing in filings for form in filing.forms)
