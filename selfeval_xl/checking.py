"""Runs the rules over filings: assesses the forms, asks rule and policy for severity and treatment, applies
the silences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from .assessing import assess
from .due import Due, Expected, due, issued, ledger, matching
from .findings import FileCount, Finding, Findings, RuleStatus, Severity, Treatment
from .forms import PROJECT, REPORT, Filing, Form, ReadFile
from .issued import as_issued
from .policy import Policy, default
from .rules.custom import CustomRule, custom_rule, violations
from .rules.registry import Rule, catalogue
from .rules.silences import silenced
from .sheets import REPORT as REPORT_SHEET

# What a bug in a rule can raise: the rule is reported as failed, the check goes on.
_BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_SCANS = frozenset(("pdf", "image"))
_MISSING = {
    "scores": "表中没有分值",
    "notes": "表中没有偏差原因栏",
    "settings": "不是用本程序的模板填的",
    "roster": "没有给出单位名册",
    "issued": "不是下发的工作簿，也没有给出单位名册",
    "report": "没有自评报告",
    "county": "只有一个部门，不做部门间比较",
    "public": "只用于公开件",
}


def check(
    filings: Sequence[Filing],
    policy: Policy | None = None,
    files: Iterable[ReadFile] = (),
    roster: Expected | None = None,
    public: bool = False,
    ready: Ready | None = None,
    county: County | None = None,
) -> Findings:
    """All findings on these filings, sorted by file, sheet, severity and cell; the status of each rule;
    counts per file.

    files: all files that were read, also those that belong to no filing (unreadable ones). roster: the
    projects that are due, with
    the amounts of the ledger; without one the rules that need it are skipped. public: whether these are
    copies for publication.
    ready: what was found on each form already, by `own_findings`; then the forms are assessed too. county:
    what has to be known of
    the others where these are some filings of a county.
    """
    policy = policy or default()
    if ready is None:
        filings = [
            replace(filing, forms=tuple(assess(form, policy) for form in filing.forms)) for filing in filings
        ]
    every_file = list(
        {
            file.path: file for file in (*(file for filing in filings for file in filing.files), *files)
        }.values()
    )
    found: list[Finding] = []
    statuses: list[RuleStatus] = []
    given = _Given(filings, every_file, roster, public, county.scanned if county else scanned(every_file)).of
    before = ready.by_rule(filings) if ready else {}
    for rule in catalogue().values():
        off = _off(rule, policy)
        if off:
            statuses.append(RuleStatus(rule.id, "skipped", off))
            continue
        if ready is not None and _of_one_form(rule):
            statuses.append(_told(rule, given(rule), ready))
            found += before.get(rule.id, ()) if rule.id not in ready.failed else ()
            continue
        if county is not None and rule.scope == "county":
            statuses.append(_status(rule, county.several))
            continue
        status, results = _tried(rule, given(rule), policy)
        found += results
        statuses.append(status)
    found += county.found if county else ()
    for rule in map(custom_rule, policy.county_rules):
        found += before.get(rule.told.number, ()) if ready else _violations(rule, _forms(filings))
        statuses.append(RuleStatus(rule.told.number, "ran"))
    remaining = tuple(sorted(_explained(silenced(found), every_file, filings), key=order))
    by_file: dict[str, list[Finding]] = {}
    for finding in remaining:
        by_file.setdefault(finding.file, []).append(finding)
    return Findings(
        remaining, tuple(statuses), tuple(_count(file, by_file.get(file.path, ())) for file in every_file)
    )


def told_apart(rule_id: str, found: Iterable[Finding], policy: Policy) -> list[Finding]:
    """What a rule found that was asked outside of `check`, with its title and severity; nothing where it is
    switched off.
    """
    rule = catalogue()[rule_id]
    return [] if _off(rule, policy) else [_completed(finding, rule, policy) for finding in found]


def _tried(rule: Rule, given: Sequence[Given], policy: Policy) -> tuple[RuleStatus, list[Finding]]:
    """The rule's status and its findings, each with its place; none where it breaks."""
    try:
        found = [
            _completed(_placed(finding, place), rule, policy)
            for subject, more, place in given
            for finding in rule.function(subject, policy, *more)
        ]
    except _BUGS as error:
        return RuleStatus(rule.id, "failed", f"{type(error).__name__}: {error}"), []
    return _status(rule, bool(given)), found


@dataclass(frozen=True, slots=True)
class County:
    """What some filings of a county have to know of the others. scanned: folders in which a scan lies. found:
    what the rules that
    compare departments found on these (see `told_apart`). several: whether there are departments to compare.
    """

    scanned: frozenset[PurePath]
    found: Sequence[Finding] = ()
    several: bool = True


@dataclass(frozen=True, slots=True)
class Ready:
    """What was found on single forms. found: by the id of the form. failed: the rules that broke, and how."""

    found: Mapping[int, tuple[Finding, ...]]
    failed: Mapping[str, str]

    def by_rule(self, filings: Sequence[Filing]) -> dict[str, list[Finding]]:
        """The findings on the forms of these filings, each with its department, by rule."""
        found: dict[str, list[Finding]] = {}
        for filing in filings:
            for form in filing.forms:
                for finding in self.found.get(id(form), ()):
                    found.setdefault(finding.rule, []).append(
                        finding if finding.department else replace(finding, department=filing.department)
                    )
        return found


def own_findings(form: Form, policy: Policy, failed: dict[str, str]) -> Iterator[Finding]:
    """What the rules find that need nothing but this form, which is assessed; without the department, and
    before any silence.
    failed: takes the rules that break, and how.
    """
    place = {"file": form.file, "sheet": form.sheet, "form": form.kind, "project": form.project}
    for rule in catalogue().values():
        if not _of_one_form(rule) or not _fits(rule, form) or _off(rule, policy):
            continue
        try:
            found = [
                _completed(_placed(finding, place), rule, policy) for finding in rule.function(form, policy)
            ]
        except _BUGS as error:
            failed.setdefault(rule.id, f"{type(error).__name__}: {error}")
            continue
        yield from found
    for rule in map(custom_rule, policy.county_rules):
        yield from _violations(rule, [(form, place)])


def _of_one_form(rule: Rule) -> bool:
    return rule.scope == "form" and rule.needs in (None, "scores", "notes", "off")


def _fits(rule: Rule, form: Form) -> bool:
    """Whether the form has what the rule looks at."""
    return (rule.needs != "scores" or form.has_scores) and (rule.needs != "notes" or form.has_notes)


def _off(rule: Rule, policy: Policy) -> str | None:
    """Why the rule does not run at all; None where it does."""
    if policy.rule(rule.id).on is False:
        return "参数表里关闭了"
    return "默认关闭，可以在参数表里启用" if rule.needs == "off" and not policy.rule(rule.id).on else None


def _told(rule: Rule, given: Sequence[Given], ready: Ready) -> RuleStatus:
    why = ready.failed.get(rule.id)
    return RuleStatus(rule.id, "failed", why) if why else _status(rule, bool(given))


def _status(rule: Rule, ran: bool) -> RuleStatus:
    return (
        RuleStatus(rule.id, "ran")
        if ran
        else RuleStatus(rule.id, "skipped", _MISSING.get(rule.needs or rule.scope, "没有可查的表"))
    )


def _violations(rule: CustomRule, forms: Iterable[tuple[Form, dict]]) -> list[Finding]:
    return [_of_county(finding, rule, place) for form, place in forms for finding in violations(rule, form)]


Given = tuple[object, tuple, dict]


@dataclass(slots=True)
class _Given:
    """What rules are given besides the policy, made once for all that need the same: the subject and, for
    some, what the roster
    says of it; and the place that their findings have unless they say another.
    """

    filings: Sequence[Filing]
    files: Sequence[ReadFile]
    roster: Expected | None
    public: bool
    scanned: frozenset[PurePath]
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
            return _with_file(self.filings, self.files, self.scanned)
        if rule.needs == "roster":
            return _with_roster(rule, self.filings, self.roster) if self.roster is not None else iter(())
        return _subjects_as_given(rule, self.filings, self.files)


def _subjects_as_given(rule: Rule, filings: Sequence[Filing], files: Sequence[ReadFile]) -> Iterator[Given]:
    return ((subject, (), place) for subject, place in _subjects(rule, filings, files))


def _with_roster(
    rule: Rule, filings: Sequence[Filing], roster: Expected
) -> Iterator[tuple[object, tuple, dict]]:
    """Filings with the projects that are due; forms with the ledger's line of their project."""
    for filing in filings:
        if rule.scope == "filing":
            yield filing, (due(filing, roster),), {"department": filing.department}
            continue
        for form, project, place in _known(filing, roster):
            if project is not None:
                yield form, (ledger(project),), place


def scanned(files: Iterable[ReadFile]) -> frozenset[PurePath]:
    """The folders in which a scan lies."""
    return frozenset(PurePath(file.path).parent for file in files if file.kind in _SCANS)


def _with_file(
    filings: Sequence[Filing], files: Sequence[ReadFile], scanned: frozenset[PurePath]
) -> Iterator[Given]:
    """Forms, each with the file it stands in, and whether a scan lies in the same folder."""
    by_path = {file.path: file for file in files}
    for form, place in _forms(filings):
        yield form, (by_path.get(form.file), PurePath(form.file).parent in scanned), place


def _with_issued(
    filings: Sequence[Filing], files: Sequence[ReadFile], roster: Expected | None
) -> Iterator[Given]:
    """Forms, each with the form as it was issued: by the roster, else by what the workbook itself remembers."""
    settings = {file.path: file.settings for file in files if file.settings}
    for filing in filings:
        for form, project, place in _known(filing, roster):
            given = issued(
                project, roster.targets if roster else (), as_issued(form, settings.get(form.file, {}))
            )
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


def _subjects(
    rule: Rule, filings: Sequence[Filing], files: Sequence[ReadFile]
) -> Iterator[tuple[object, dict]]:
    """What the rule is given, one by one, and the place that its findings have unless they say another."""
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
                yield file, {"file": file.path, "department": owner.get(file.path)}
    elif rule.scope == "form":
        for form, place in _forms(filings):
            if _fits(rule, form):
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


def _explained(
    findings: Iterable[Finding], files: Iterable[ReadFile], filings: Iterable[Filing]
) -> Iterator[Finding]:
    """Findings that ask for an explanation and have one (column 单位说明).

    What must be mended cannot be explained away.

    What was found in the report is explained in the department's workbook, whose list calls it 自评报告.
    """
    reports = {
        (
            filing.department,
            said.rule,
            *(" ".join(part.split()) for part in (said.subject, said.value)),
        ): said.text
        for filing in filings
        for file in filing.files
        for said in file.explanations
        if said.sheet == REPORT_SHEET
    }
    told = {
        (
            file.path,
            *(" ".join(part.split()) for part in (said.rule, said.sheet, said.subject, said.value)),
        ): said.text
        for file in files
        for said in file.explanations
    }
    for finding in findings:
        text = told.get(
            (
                finding.file,
                *(
                    " ".join((part or "").split())
                    for part in (finding.rule, finding.sheet, finding.subject, finding.value)
                ),
            )
        )
        if finding.form == REPORT:
            text = text or reports.get(
                (
                    finding.department,
                    finding.rule,
                    *(" ".join((part or "").split()) for part in (finding.subject, finding.value)),
                )
            )
        if text and finding.treatment is Treatment.EXPLAIN:
            finding = replace(finding, status="explained", explanation=text)
        elif text:
            finding = replace(finding, explanation=text)
        yield finding


def _forms(filings: Sequence[Filing]) -> Iterator[tuple[Form, dict]]:
    for filing in filings:
        for form in filing.forms:
            yield (
                form,
                {
                    "file": form.file,
                    "sheet": form.sheet,
                    "form": form.kind,
                    "department": filing.department,
                    "project": form.project,
                },
            )


def _of_county(finding: Finding, rule: CustomRule, place: dict) -> Finding:
    return replace(
        _placed(finding, place),
        rule=rule.told.number,
        title=rule.told.condition,
        severity=rule.told.severity,
        treatment=rule.told.treatment,
    )


def _completed(finding: Finding, rule: Rule, policy: Policy) -> Finding:
    told = policy.rule(rule.id)
    severity = told.severity or finding.severity or rule.severity
    return replace(
        finding,
        rule=rule.id,
        title=rule.title,
        severity=severity,
        treatment=told.treatment or finding.treatment or _treatment(rule, severity, policy),
    )


def _treatment(rule: Rule, severity: Severity, policy: Policy) -> Treatment:
    """Targets were fixed with the budget: while they cannot be changed, what is wrong with their design waits
    for next year.
    """
    if rule.id == "I06":
        return Treatment.FIX
    if rule.id[0] == "I" and policy["targets_editable"]:
        return {
            Severity.ERROR: Treatment.FIX,
            Severity.WARNING: Treatment.EXPLAIN,
            Severity.NOTE: Treatment.NEXT_YEAR,
        }[severity]
    if severity is not rule.severity and rule.treatment in (Treatment.FIX, Treatment.EXPLAIN):
        return Treatment.FIX if severity is Severity.ERROR else Treatment.EXPLAIN
    return rule.treatment


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def order(finding: Finding) -> tuple:
    """Findings as they are listed: by file, sheet, form, severity and cell."""
    match = re.match(r"([A-Z]+)(\d+)", finding.cell or "")
    place = (int(match[2]), len(match[1]), match[1]) if match else (0, 0, "")
    return finding.file, finding.sheet or "", finding.form or "", _RANK[finding.severity], place, finding.rule


def _count(file: ReadFile, own: Sequence[Finding]) -> FileCount:
    return FileCount(
        file.path,
        len(file.forms) + len(file.reports),
        sum(finding.severity is Severity.ERROR for finding in own),
        sum(finding.severity is Severity.WARNING for finding in own),
    )


def forms_of(filings: Iterable[Filing]) -> Iterator[Form]:
    """Every form of these filings."""
    return (form for filing in filings for form in filing.forms)
