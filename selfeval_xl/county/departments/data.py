"""The county's data behind the tables: departments, forms that count with their findings, roster projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.reasons import has_reason
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.county.intake.receipts import BY_FILE_NAME, Collected, Receipt, relative
from selfeval_xl.county.intake.versions import USED, VersionDecision
from selfeval_xl.filings.expected import ProjectKey, one_a_project, project_key
from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.filings.stages import EarlierForms
from selfeval_xl.model.findings import Finding, Findings, Severity, Treatment, counted
from selfeval_xl.model.forms import DECLARATION, SELF, Filing, Form, FundingLine, Indicator, Report, Verdict
from selfeval_xl.model.money import in_ten_thousands
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze

REPORTED, BLANK, MISSING, EXEMPT, EXTRA = "已报", "未填报", "漏报", "免评", "名册外"
PASS, EXPLAIN, RETURN, VERIFY, NONE = "通过", "说明后通过", "退回修改", "待财政核实", "未报"
UNSCORED = "不评分"
# 状态 of a finding since the previous run
NEW, STILL_OPEN, MENDED, EXPLAINED = "新发现", "未修改", "已修改", "已说明"
DASH, UNLISTED = "—", "（名册外）"
_FULL_WIDTH = str.maketrans("*?~", "＊？～")


@dataclass(slots=True)
class DepartmentData:
    """One department of the county, with what it sent and what was found on that.

    name: unique, and safe as a criterion of SUMIFS. row: its row of the roster, None where it has none.
    filing: number of its filing, None where nothing came. missing, exempt: roster projects without a form.
    stage: whose forms these are (SELF, MONITORING, DECLARATION).
    passed, send_back: what officers decided (审核意见, 本次是否退回; None where nothing is written).
    """

    name: str
    code: str = ""
    section: str = ""
    row: Department | None = None
    filing: int | None = None
    forms: list[CountedForm] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    missing: list[Project] = field(default_factory=list)
    exempt: list[Project] = field(default_factory=list)
    passed: bool = False
    send_back: bool | None = None
    stage: str = SELF

    @property
    def projects(self) -> list[CountedForm]:
        """The project forms."""
        return [form for form in self.forms if form.form.is_of_project]

    @property
    def blank(self) -> list[CountedForm]:
        """The project forms in which nobody has filled in anything."""
        return [form for form in self.projects if form.status == BLANK]

    @property
    def came(self) -> bool:
        """Whether anything of this department was filled in and sent."""
        return bool(self.reports) or any(not is_untouched(form.form) for form in self.forms)

    @property
    def unreadable(self) -> list[Receipt]:
        """The files that came and that nobody can open."""
        return [receipt for receipt in self.receipts if receipt.result == "无法读取"]

    @property
    def wholes(self) -> list[CountedForm]:
        """The department's own forms (部门整体自评表)."""
        return [form for form in self.forms if not form.form.is_of_project]

    @property
    def filled_wholes(self) -> list[CountedForm]:
        """The department's own forms in which somebody has filled in something."""
        return [form for form in self.wholes if form.status != BLANK]


@dataclass(slots=True)
class CountedForm:
    """A form that counts, assessed, with its findings.

    file: its path below the folder. status: 已报, 未填报 or 名册外. ledger: its project in the roster, with
    the summed amounts of its sources; sources: the roster's row of each. earlier: its forms of the earlier
    stages.
    """

    form: Form
    file: str
    entry: DepartmentData
    status: str = REPORTED
    ledger: Project | None = None
    sources: tuple[Project, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    earlier: EarlierForms = EarlierForms()

    @property
    def project_name(self) -> str:
        """The form's name in the column 项目名称; "" for a department's own form."""
        return self.form.project or "（未填项目名称）" if self.form.is_of_project else ""

    @property
    def kind(self) -> str:
        """The form's name in the column 表别."""
        return "项目" if self.form.is_of_project else "部门整体"

    def amount(self, key: str) -> Decimal | None:
        """The form's money in 万元: of the total row, else the sum of all sources. key: one of `AMOUNTS`.

        The annual budget of a form that prints only the initial one is that.
        """
        total = self.form.total_funding
        if total is not None and (amount := _amount(total, key)) is not None:
            return in_ten_thousands(amount, self.form.money_unit)
        parts = [
            _amount(line, key)
            for line in self.form.funding
            if not line.is_total and line.part_of in (None, "合计")
        ]
        amounts = [part for part in parts if part is not None]
        return in_ten_thousands(sum(amounts, Decimal(0)), self.form.money_unit) if amounts else None

    def verdicts(self) -> dict[str, int]:
        """Counts of indicators by verdict: met includes exceeded, unmet includes completed values of 0."""
        rows = self.form.indicators
        unmet = [row for row in rows if row.verdict is Verdict.UNMET]
        return {
            "indicators": len(rows),
            "met": sum(row.verdict in (Verdict.MET, Verdict.EXCEEDED) for row in rows),
            "exceeded": sum(row.verdict is Verdict.EXCEEDED for row in rows),
            "unmet": len(unmet),
            "zero": sum(is_zero(row) for row in unmet),
            "undetermined": sum(row.verdict is Verdict.UNDETERMINED for row in rows),
            "blank": sum(row.verdict is None for row in rows),
            "unexplained": sum(not has_reason(row.note) for row in unmet),
        }

    def score(self) -> Decimal | None:
        """The total score; None where the form has no scores."""
        return money(self.form.total_score) if self.form.has_scores or self.form.total_score else None

    def grade(self, policy: Policy) -> str:
        """The printed grade, else the one its total earns, else 不评分."""
        printed = squeeze(self.form.grade or "")[:1]
        if printed and printed in "优良中差":
            return printed
        score = self.score()
        return policy.grade(score) if score is not None else UNSCORED


@dataclass(frozen=True)
class CountyData:
    """The data of a whole county.

    year: that is being evaluated (see `evaluated_year`). by_filing: departments by number of filing.
    """

    entries: list[DepartmentData]
    collected: Collected
    roster: Roster | None
    policy: Policy
    findings: Findings
    year: int | None
    by_filing: Mapping[int, DepartmentData] = field(default_factory=dict)

    @cached_property
    def targets(self) -> Mapping[tuple[str, str], Target]:
        """The roster's targets, by project code and indicator name."""
        return (
            {(target.project, squeeze(target.name)): target for target in self.roster.targets}
            if self.roster
            else {}
        )

    @cached_property
    def senders(self) -> Mapping[str, str]:
        """The department that sent each file, by the file's path."""
        return {receipt.file.path: entry.name for entry in self.entries for receipt in entry.receipts}

    @property
    def archived(self) -> frozenset[str]:
        """The paths below the folder of files in archives, which cannot be linked to."""
        return frozenset(
            self.relative(receipt.file.path) for receipt in self.collected.receipts if receipt.archive
        )

    def relative(self, path: str) -> str:
        """The path below the folder; "" for ""."""
        return relative(path, self.collected.folder) if path else ""


def is_zero(row: Indicator) -> bool:
    """Whether the completed value is the number 0."""
    return row.actual_quantity is not None and row.actual_quantity.number == 0


def is_untouched(form: Form) -> bool:
    """Whether nobody has filled in anything: no completed value, outcome, score or reason.

    Amounts do not tell, but for those of a monitoring form: the bureau issues forms with those of its ledger.
    Of a declaration the targets and the goal tell.
    """
    if form.kind == DECLARATION:
        wanted = (row.target or row.medium_target for row in form.indicators)
        return not (form.goal.expected or form.goal.medium or any(wanted))
    filled = (
        row.actual or row.note or row.score or row.forecast or row.outlook or row.causes
        for row in form.indicators
    )
    to_date = (line.executed or line.forecast for line in form.funding if form.is_of_stage)
    outcomes = (task.outcome for task in form.tasks)
    texts = (text.text for text in form.management)
    return not (
        form.goal.actual or form.total_score or any(filled) or any(outcomes) or any(texts) or any(to_date)
    )


def prepare(
    collected: Collected, findings: Findings, roster: Roster | None, policy: Policy, assessed: bool = False
) -> CountyData:
    """Loads all departments at once: forms, reports, files, findings, and the roster's projects.

    assessed: whether the forms are assessed already.
    """
    material = laid_out(collected, roster, policy, findings)
    fates: dict[int, list[VersionDecision]] = {}
    for fate in collected.fates:
        if fate.fate == USED:
            fates.setdefault(fate.filing, []).append(fate)
    for number, entry in material.by_filing.items():
        forms = (fate.form for fate in fates.get(number, ()))
        assign(
            entry,
            (form if assessed or isinstance(form, Report) else assess(form, policy) for form in forms),
            material,
        )
    findings = without_empty_filings(findings, material.entries)
    share_out(findings, material.entries, collected.receipts)
    if roster:
        for entry in material.entries:
            compare(entry, roster)
    return replace(material, findings=findings)


def laid_out(
    collected: Collected, roster: Roster | None, policy: Policy, findings: Findings | None = None
) -> CountyData:
    """The data of a county with the files of each department, but without forms, reports and findings."""
    entries = _entries(collected.filings, roster)
    by_filing = {entry.filing: entry for entry in entries if entry.filing is not None}
    for receipt in collected.receipts:
        if receipt.filing is not None:
            by_filing[receipt.filing].receipts.append(receipt)
        elif receipt.owner is not None:
            of_owner = [entry for entry in entries if (entry.code, entry.name) == receipt.owner]
            for entry in of_owner:
                entry.receipts.append(receipt)
    return CountyData(
        entries,
        collected,
        roster,
        policy,
        findings or Findings((), (), ()),
        evaluated_year(collected, policy),
        by_filing,
    )


def evaluated_year(collected: Collected, policy: Policy) -> int | None:
    """The year that is being evaluated: the policy's, else that of most forms that count.

    A form that prints none is of the year that its workbook was issued for; of two years with as many forms
    the later one. None where nothing says a year.
    """
    if stated := int(policy.number("year")):
        return stated
    years: Counter[int] = Counter()
    for fate in collected.fates:
        if fate.fate == USED and isinstance(fate.form, Form):
            issued = fate.arrival.file.settings.get("year", "")
            year = fate.form.year or whole(issued) or None
            years.update([year] if year else [])
    return max(years, key=lambda year: (years[year], year), default=None)


def assign(entry: DepartmentData, forms: Iterable[Form | Report], material: CountyData) -> None:
    """Adds forms, which have to be assessed, and reports to a department."""
    for form in forms:
        if isinstance(form, Report):
            entry.reports.append(form)
        else:
            status = BLANK if is_untouched(form) else REPORTED
            file = relative(form.file, material.collected.folder)
            entry.forms.append(CountedForm(form, file, entry, status))


def _entries(filings: Sequence[Filing], roster: Roster | None) -> list[DepartmentData]:
    """The roster's departments in its order, then those that are not in it, each with its filing."""
    entries = (
        [DepartmentData(row.name, row.code, row.section, row) for row in roster.reporting] if roster else []
    )
    for number, filing in enumerate(filings):
        match = roster.match(filing.department, filing.department_code) if roster else None
        entry = next(
            (
                listed
                for listed in entries
                if match and (listed.code, listed.name) == match and listed.filing is None
            ),
            None,
        )
        if entry is None:
            entry = DepartmentData(
                filing.department, filing.department_code or "", UNLISTED if roster else ""
            )
            entries.append(entry)
        entry.filing = number
    _make_names_unique(entries)
    return entries


def _make_names_unique(entries: Iterable[DepartmentData]) -> None:
    """Makes names unique by code or number, and safe as a criterion of SUMIFS (no wildcard, no operator)."""
    taken: set[str] = set()
    for entry in entries:
        name = entry.name.strip().translate(_FULL_WIDTH).lstrip("=<>") or "（未写部门名称）"
        if name.casefold() in taken:
            name = (
                f"{name}（{entry.code}）"
                if entry.code and f"{name}（{entry.code}）".casefold() not in taken
                else f"{name}（{len(taken)}）"
            )
        taken.add(name.casefold())
        entry.name = name


# Hidden data, macros and links, cells that nobody has read: a workbook that looks empty may have them.
_ALSO_IF_EMPTY = ("T05", "T07", "T10")


def without_empty_filings(findings: Findings, entries: Iterable[DepartmentData]) -> Findings:
    """The findings without those on forms and workbooks of departments that have filled in nothing.

    Such a department has not reported: it is reminded, and nothing is counted against it for each empty cell.
    Findings on files that hold no form, such as archives, stay. entries: with their forms and reports.
    """
    empty: set[tuple[str, str | None]] = set()
    filled: set[tuple[str, str | None]] = set()
    for entry in entries:
        for each in entry.forms:
            (filled if entry.came else empty).add((each.form.file, each.form.sheet))
    files = {file for file, _ in empty} - {file for file, _ in filled}

    def stays(finding: Finding) -> bool:
        place = (finding.file, finding.sheet)
        of_nothing = place in empty if finding.sheet else finding.file in files
        return not of_nothing or finding.rule in _ALSO_IF_EMPTY

    return replace(findings, findings=tuple(filter(stays, findings)))


def share_out(
    findings: Iterable[Finding], entries: Sequence[DepartmentData], receipts: Iterable[Receipt]
) -> list[Finding]:
    """Adds each finding to its department and, where it is about one, to its form.

    Returns the findings that belong to no department: a file without forms that merely lay beside others may
    be another department's, unless its name has the department's.
    """
    unassigned: list[Finding] = []
    receipts = list(receipts)
    strays = {
        receipt.file.path
        for receipt in receipts
        if not receipt.fates and receipt.basis != BY_FILE_NAME and receipt.owner is None
    }
    by_sheet: dict[tuple, list[CountedForm]] = {}
    for entry in entries:
        for form in entry.forms:
            by_sheet.setdefault((form.form.file, form.form.sheet), []).append(form)
    filing_of = {receipt.file.path: receipt.filing for receipt in receipts}
    by_filing: dict[int | None, DepartmentData] = {
        entry.filing: entry for entry in entries if entry.filing is not None
    }
    by_name = {squeeze(entry.name): entry for entry in entries}
    for finding in findings:
        subject = _form_of(finding, by_sheet.get((finding.file, finding.sheet), []))
        if subject is not None:
            subject.findings.append(finding)
            subject.entry.findings.append(finding)
            continue
        if finding.file in strays:
            unassigned.append(finding)
            continue
        department = by_name.get(squeeze(finding.department)) if finding.department else None
        department = department or by_filing.get(filing_of.get(finding.file))
        (department.findings if department is not None else unassigned).append(finding)
    return unassigned


def _form_of(finding: Finding, forms: Sequence[CountedForm]) -> CountedForm | None:
    """The form that a finding is about, among the forms on its sheet; None where it names none of several."""
    if len(forms) == 1 and (finding.form is None or not finding.project):
        return forms[0]
    return next(
        (form for form in forms if (form.form.kind, form.form.project) == (finding.form, finding.project)),
        None,
    )


def compare(entry: DepartmentData, roster: Roster) -> None:
    """Matches a department's forms with the roster's projects: sets ledger, status, missing and exempt."""
    rows = [
        project
        for project in roster.projects
        if entry.row and (match := roster.match(None, project.department)) and match[0] == entry.code
    ]
    open_projects: dict[ProjectKey, Project] = one_a_project(rows)
    for form in entry.projects:
        ledger = _ledger_row(form.form, list(open_projects.values()))
        if ledger is not None:
            key = project_key(ledger)
            form.ledger = open_projects.pop(key)
            form.sources = tuple(row for row in rows if project_key(row) == key)
        elif roster.projects:
            form.status = EXTRA
    entry.missing = [project for project in open_projects.values() if not project.exempt]
    entry.exempt = [project for project in open_projects.values() if project.exempt]


def _ledger_row(form: Form, projects: list[Project]) -> Project | None:
    """The roster's project of a form: by code, else by name (unless both have codes); of several by unit."""
    code, name, unit = squeeze(form.project_code or ""), squeeze(form.project or ""), squeeze(form.unit or "")
    fitting = [project for project in projects if code and squeeze(project.code or "") == code]
    fitting = fitting or [
        project for project in projects if squeeze(project.name) == name and not (code and project.code)
    ]
    return next(
        (project for project in fitting if squeeze(project.unit) == unit), fitting[0] if fitting else None
    )


def advice(findings: Iterable[Finding]) -> str:
    """What to do with a form or department, by the treatments of its findings.

    退回修改 if something has to be mended now, 待财政核实 if the bureau has to look itself (hints do not
    count), 说明后通过 if something is still to be explained, else 通过.
    """
    findings = list(findings)
    counts = counted(findings)
    if counts.fix:
        return RETURN
    if any(
        finding.treatment is Treatment.BUREAU and finding.severity is not Severity.NOTE
        for finding in findings
    ):
        return VERIFY
    return EXPLAIN if counts.explain else PASS


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """The number of findings by treatment (fix, explain) and by severity (errors, warnings, notes)."""
    findings = list(findings)
    severities, by_treatment = [finding.severity for finding in findings], counted(findings)
    return {
        "fix": by_treatment.fix,
        "explain": by_treatment.explain,
        "errors": severities.count(Severity.ERROR),
        "warnings": severities.count(Severity.WARNING),
        "notes": severities.count(Severity.NOTE),
    }


def _amount(line: FundingLine, key: str) -> Decimal | None:
    """An amount of a row; as its annual budget the budget that counts."""
    return line.budget if key == "annual_budget" else line.amount(key)
