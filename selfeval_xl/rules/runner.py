"""The check: runs all rules on filings, adds severity and treatment, and applies the silences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.filings.expected import RosterView
from selfeval_xl.filings.stages import StageForms, stage_forms
from selfeval_xl.model.findings import FileCount, Finding, Findings, RuleStatus, Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING, REPORT, Filing, Form, ReadFile
from selfeval_xl.model.records import replace
from selfeval_xl.model.sheet_names import REPORT as REPORT_SHEET
from selfeval_xl.rules.custom import CustomRule, custom_rule, violations
from selfeval_xl.rules.issued_points import with_issued_points
from selfeval_xl.rules.members import with_members
from selfeval_xl.rules.not_yet_fixed import as_declared
from selfeval_xl.rules.registry import BY_SEVERITY, Rule, catalogue, stage_of
from selfeval_xl.rules.silences import silenced
from selfeval_xl.rules.subjects import Place, Subject, Subjects, every_form_of, scanned

# Exceptions that mean a bug in a rule: the rule is reported as failed, the check goes on.
_BUGS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
_NOWHERE = Place()
_OFF, _OFF_BY_DEFAULT = "参数表里关闭了", "默认关闭，可以在参数表里启用"
_NOTHING = "没有可查的表"
_WHY_SKIPPED = {  # by the rule's needs, else by its scope
    "scores": "表中没有分值",
    "notes": "表中没有偏差原因栏",
    "settings": "不是用本程序的模板填的",
    "roster": "没有给出单位名册",
    "issued": "不是下发的工作簿，也没有给出单位名册",
    "report": "没有自评报告",
    "county": "只有一个部门，不做部门间比较",
    "public": "只用于公开件",
    "stages": "没有给出绩效目标申报表、绩效运行监控表",
}
_WHY_NO_STAGE = {  # by the stages of the rule, where no form of them is there
    frozenset((MONITORING,)): "没有绩效运行监控表",
    frozenset((DECLARATION,)): "没有绩效目标申报表",
    frozenset((DECLARATION, MONITORING)): "没有绩效运行监控表、绩效目标申报表",
}


def check(
    filings: Sequence[Filing],
    policy: Policy | None = None,
    files: Iterable[ReadFile] = (),
    roster: RosterView | None = None,
    public: bool = False,
    ready: FormFindings | None = None,
    county: OtherFilings | None = None,
    earlier: StageForms | None = None,
) -> Findings:
    """All findings on these filings, the status of each rule, and counts for each file.

    The findings are sorted by file, sheet, form, severity and cell.
    files: all files that were read, also those that belong to no filing (unreadable ones).
    roster: the projects due, with the amounts of the ledger; without it the rules that need one are skipped.
    public: whether these are copies for publication.
    ready: the findings of `own_findings` on each form, where they exist; the forms are then already assessed.
    county: facts about the other filings, where these are only some filings of a county.
    earlier: forms of the earlier stages to compare with; those of these filings where none are given.
    """
    policy = policy or default()
    if ready is None:
        filings = [_assessed(filing, policy) for filing in filings]
    every_file = _all_files(filings, files)
    scans = county.scanned if county else scanned(every_file)
    subjects = Subjects(filings, every_file, roster, public, scans, earlier or stage_forms(filings))
    found: list[Finding] = []
    statuses: list[RuleStatus] = []
    found_before = ready.by_rule(filings) if ready else {}
    for rule in catalogue().values():
        if rule.scope == "result":
            statuses.append(_status_of_result(rule, public, policy))
        elif ready is not None and _needs_form_only(rule) and not _why_off(rule, policy):
            statuses.append(_status_before(rule, subjects.of(rule), ready))
            found += found_before.get(rule.id, []) if rule.id not in ready.failed else []
        elif county is not None and rule.scope == "county" and not _why_off(rule, policy):
            statuses.append(_status(rule, county.several))
        else:
            status, results = _run_rule(rule, subjects, policy)
            statuses.append(status)
            found += results
    found += county.found if county else ()
    for custom in map(custom_rule, policy.county_rules):
        number = custom.row.number
        found += found_before.get(number, []) if ready else _violations(custom, every_form_of(filings))
        statuses.append(RuleStatus(number, "ran"))
    found = list(with_issued_points(silenced(found), subjects.issued))
    found += _of_the_result(found, public, policy)
    remaining = sorted(_with_explanations(found, every_file, filings), key=order)
    return Findings(tuple(remaining), tuple(statuses), _counts(every_file, remaining, filings))


def _assessed(filing: Filing, policy: Policy) -> Filing:
    """The filing with its forms assessed."""
    return replace(
        filing,
        forms=tuple(assess(form, policy) for form in filing.forms),
        stage_forms=tuple(assess(form, policy) for form in filing.stage_forms),
    )


def _all_files(filings: Iterable[Filing], files: Iterable[ReadFile]) -> list[ReadFile]:
    """The files of the filings and those that belong to none, each once."""
    of_filings = (file for filing in filings for file in filing.files)
    return list({file.path: file for file in (*of_filings, *files)}.values())


def _status_of_result(rule: Rule, public: bool, policy: Policy) -> RuleStatus:
    """The status of a rule that looks at the other findings of what is to be published."""
    off = _why_off(rule, policy)
    return RuleStatus(rule.id, "skipped", off) if off else _status(rule, public)


def _of_the_result(found: Sequence[Finding], public: bool, policy: Policy) -> list[Finding]:
    """The findings of the rules that look at the other findings of what is to be published."""
    rules = [rule for rule in catalogue().values() if rule.scope == "result"]
    return [
        _completed(finding, rule, policy)
        for rule in rules
        if public and not _why_off(rule, policy)
        for finding in rule.function(found, policy)
    ]


def findings_of_rule(rule_id: str, found: Iterable[Finding], policy: Policy) -> list[Finding]:
    """The findings of a rule that was run outside of `check`, with its title and severity.

    Empty where the policy switches the rule off.
    """
    rule = catalogue()[rule_id]
    return [] if _why_off(rule, policy) else [_completed(finding, rule, policy) for finding in found]


@dataclass(frozen=True, slots=True)
class OtherFilings:
    """Facts about the other filings of a county, for a check of some of them.

    scanned: folders in which a scan lies. found: the findings on these filings of the rules that compare
    departments (see `told_apart`). several: whether there are departments to compare.
    """

    scanned: frozenset[PurePath]
    found: Sequence[Finding] = ()
    several: bool = True


@dataclass(frozen=True, slots=True)
class FormFindings:
    """The findings on single forms, by the id of the form. failed: the error of each rule that failed."""

    found: Mapping[int, tuple[Finding, ...]]
    failed: Mapping[str, str]

    def by_rule(self, filings: Sequence[Filing]) -> dict[str, list[Finding]]:
        """The findings on the forms of these filings, each with its department, by rule."""
        found: dict[str, list[Finding]] = {}
        for filing in filings:
            for form in (*filing.forms, *filing.stage_forms):
                for finding in self.found.get(id(form), ()):
                    found.setdefault(finding.rule, []).append(
                        finding if finding.department else replace(finding, department=filing.department)
                    )
        return found


def own_findings(form: Form, policy: Policy, failed: dict[str, str]) -> Iterator[Finding]:
    """The findings on an assessed form of the rules that need nothing but this form.

    They have no department yet and are not silenced. failed: gets the error of each rule that fails.
    """
    place = Place(form.file, form.sheet, form.kind, project=form.project)
    for rule in _own_rules(form, policy):
        try:
            found = [
                with_members(_completed(finding, rule, policy, place), form)
                for finding in rule.function(form, policy)
            ]
        except _BUGS as error:
            failed.setdefault(rule.id, f"{type(error).__name__}: {error}")
            continue
        yield from found
    for custom in map(custom_rule, policy.county_rules):
        yield from _violations(custom, [(form, place)])


def _own_rules(form: Form, policy: Policy) -> tuple[Rule, ...]:
    """The rules that need nothing but this form, and that the policy does not keep from running."""
    switches = tuple((name, row.on) for name, row in policy.rules.items())
    return _rules_on(switches, stage_of(form), form.has_scores, form.has_notes or form.is_of_stage)


@lru_cache(maxsize=256)
def _rules_on(
    switches: tuple[tuple[str, bool | None], ...], stage: str, scores: bool, notes: bool
) -> tuple[Rule, ...]:
    """The same for all forms of a stage, with scores or notes or without. switches: as a county set them."""
    missing = {name for name, there in (("scores", scores), ("notes", notes)) if not there}
    on = dict(switches)
    return tuple(
        rule
        for rule in catalogue().values()
        if _needs_form_only(rule)
        and stage in rule.stages
        and rule.needs not in missing
        and not _why_switched_off(rule, on.get(rule.id))
    )


def _needs_form_only(rule: Rule) -> bool:
    """Whether the rule needs nothing but the form."""
    return rule.scope == "form" and rule.needs in (None, "scores", "notes", "off")


def _why_off(rule: Rule, policy: Policy) -> str | None:
    """The reason why the policy keeps the rule from running; None where it runs."""
    return _why_switched_off(rule, policy.rule(rule.id).on)


def _why_switched_off(rule: Rule, on: bool | None) -> str | None:
    """The same. on: as a county switched the rule, None where it did not."""
    if on is False:
        return _OFF
    return _OFF_BY_DEFAULT if rule.needs == "off" and not on else None


def is_off(status: RuleStatus) -> bool:
    """Whether a rule was skipped because it is switched off, not because there was nothing to look at."""
    return status.why in (_OFF, _OFF_BY_DEFAULT)


def _status(rule: Rule, ran: bool) -> RuleStatus:
    """The status of a rule that did not fail."""
    if ran:
        return RuleStatus(rule.id, "ran")
    why = _WHY_NO_STAGE.get(rule.stages) or _WHY_SKIPPED.get(rule.needs or rule.scope, _NOTHING)
    return RuleStatus(rule.id, "skipped", why)


def _status_before(rule: Rule, subjects: Sequence[Subject], ready: FormFindings) -> RuleStatus:
    """The status of a rule that `own_findings` ran on these subjects."""
    error = ready.failed.get(rule.id)
    return RuleStatus(rule.id, "failed", error) if error else _status(rule, bool(subjects))


def _run_rule(rule: Rule, all_subjects: Subjects, policy: Policy) -> tuple[RuleStatus, list[Finding]]:
    """The rule's status and its findings, each with its place; no findings where it is off or fails."""
    off = _why_off(rule, policy)
    if off:
        return RuleStatus(rule.id, "skipped", off), []
    subjects = all_subjects.of(rule)
    try:
        found = [
            with_members(_completed(finding, rule, policy, place), record)
            for record, more, place in subjects
            for finding in rule.function(record, policy, *more)
        ]
    except _BUGS as error:
        return RuleStatus(rule.id, "failed", f"{type(error).__name__}: {error}"), []
    if rule.needs == "stages" and all_subjects.earlier and not subjects:
        return RuleStatus(rule.id, "skipped", _NOTHING), []
    return _status(rule, bool(subjects)), found


def _violations(rule: CustomRule, forms: Iterable[tuple[Form, Place]]) -> list[Finding]:
    """The findings of a county's own rule on those of these forms that are of its stages."""
    return [
        _county_finding(finding, rule, place)
        for form, place in forms
        if stage_of(form) in rule.row.stages
        for finding in violations(rule, form)
    ]


def _county_finding(finding: Finding, rule: CustomRule, place: Place) -> Finding:
    """The finding of a county's own rule, with its place and with what the county set for the rule."""
    return replace(
        finding,
        **_place_of(finding, place),
        rule=rule.row.number,
        title=rule.row.condition,
        severity=rule.row.severity,
        treatment=rule.row.treatment,
    )


def _completed(finding: Finding, rule: Rule, policy: Policy, place: Place = _NOWHERE) -> Finding:
    """The finding with its rule, with the severity and treatment of county, finding or rule, and its place.

    place: its parts hold where the rule has not set them.
    """
    county_settings = policy.rule(rule.id)
    severity = county_settings.severity or finding.severity or rule.severity
    completed = replace(
        finding,
        **_place_of(finding, place),
        rule=rule.id,
        title=rule.title,
        severity=severity,
        treatment=finding.treatment or _treatment(rule, severity, policy),
    )
    if completed.form == DECLARATION:
        completed = as_declared(completed)
    treatment = county_settings.treatment
    return replace(completed, treatment=treatment) if treatment else completed


def _place_of(finding: Finding, place: Place) -> dict[str, str | None]:
    """The fields of a finding that say where it is, with the parts of the place that it has not set."""
    return {
        "file": finding.file or place.file,
        "sheet": finding.sheet or place.sheet,
        "form": finding.form or place.form,
        "department": finding.department or place.department,
        "project": finding.project or place.project,
    }


def _treatment(rule: Rule, severity: Severity, policy: Policy) -> Treatment:
    """The treatment of a rule's finding that has this severity.

    Targets were fixed with the budget: while they cannot be changed, faults of their design wait for next
    year.
    """
    if rule.id == "I06":
        return Treatment.FIX
    if rule.id[0] == "I" and policy["targets_editable"]:
        return BY_SEVERITY[severity]
    if severity is not rule.severity and rule.treatment in (Treatment.FIX, Treatment.EXPLAIN):
        return Treatment.FIX if severity is Severity.ERROR else Treatment.EXPLAIN
    return rule.treatment


def _with_explanations(
    findings: Iterable[Finding], files: Iterable[ReadFile], filings: Iterable[Filing]
) -> Iterator[Finding]:
    """The findings, with the explanations that units wrote beside them (column 单位说明).

    A finding that must be mended keeps its status whatever the explanation. A finding on the report is
    explained in the department's workbook, whose list calls it 自评报告.
    """
    in_file = {
        (file.path, *map(_plain, (row.rule, row.sheet, row.subject, row.value))): row.text
        for file in files
        for row in file.explanations
    }
    on_report = {
        (filing.department, row.rule, _plain(row.subject), _plain(row.value)): row.text
        for filing in filings
        for file in filing.files
        for row in file.explanations
        if row.sheet == REPORT_SHEET
    }
    for finding in findings:
        subject, value = _plain(finding.subject), _plain(finding.value)
        text = in_file.get((finding.file, _plain(finding.rule), _plain(finding.sheet), subject, value))
        if finding.form == REPORT and not text and finding.department is not None:
            text = on_report.get((finding.department, finding.rule, subject, value))
        if text:
            explains = finding.treatment is Treatment.EXPLAIN
            finding = replace(finding, status="explained" if explains else finding.status, explanation=text)
        yield finding


def _plain(text: str | None) -> str:
    """The text with single blanks for white space, for comparing cells and findings."""
    return " ".join((text or "").split())


def order(finding: Finding) -> tuple[str, str, str, int, tuple[int, int, str], str]:
    """The sort key of findings as they are listed: by file, sheet, form, severity and cell."""
    match = re.match(r"([A-Z]{1,3})(\d+)", finding.cell or "")
    cell = (int(match[2]), len(match[1]), match[1]) if match else (0, 0, "")
    return finding.file, finding.sheet or "", finding.form or "", finding.rank, cell, finding.rule


def _counts(
    files: Iterable[ReadFile], findings: Iterable[Finding], filings: Iterable[Filing]
) -> tuple[FileCount, ...]:
    """The numbers of forms, errors and warnings of each file.

    The forms of the earlier stages count where any filing has some.
    """
    with_stages = any(filing.stage_forms for filing in filings)
    severities = Counter((finding.file, finding.severity) for finding in findings)
    return tuple(
        FileCount(
            file.path,
            len(file.forms) + len(file.reports) + (len(file.stage_forms) if with_stages else 0),
            severities[file.path, Severity.ERROR],
            severities[file.path, Severity.WARNING],
        )
        for file in files
    )
