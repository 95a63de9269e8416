"""The county's departments one after the other, each with its forms and findings while it is being processed.

The contents of all received files are thus never in memory at once. Departments whose forms came in one file
are read and checked together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath
from typing import Any

from selfeval_xl.county.departments.data import (
    CountyData,
    DepartmentData,
    assign,
    compare,
    share_out,
    without_empty_filings,
)
from selfeval_xl.county.departments.supplementary import add_supplements, rows_for
from selfeval_xl.county.departments.versions_checked import with_versions
from selfeval_xl.county.earlier_stages import EarlierStages
from selfeval_xl.county.intake.check_file import CheckedFile, ready
from selfeval_xl.county.intake.outline import digest_of
from selfeval_xl.county.intake.receipts import Receipt
from selfeval_xl.county.intake.received_files import Received
from selfeval_xl.county.intake.versions import USED, VersionDecision, forms_and_reports
from selfeval_xl.model.findings import Finding, RuleStatus
from selfeval_xl.model.forms import Filing, Form, ReadFile, Report
from selfeval_xl.rules.across import copied_texts, said_before
from selfeval_xl.rules.runner import OtherFilings, check, findings_of_rule
from selfeval_xl.rules.subjects import scanned

_OUTDATED = ("被新版本替代", "重复")
SAME_WORDS = "X08"  # the one rule that compares departments
_BY_PRECEDENCE = ("failed", "ran", "skipped")  # of a rule's statuses in several departments the first counts


@dataclass(slots=True)
class DepartmentStep:
    """One department as a step of the run: what its rows depend on, and how to read its forms.

    receipts, fates: of its files and forms, with those of other departments that came in the same files.
    scanned: those folders of its files in which a scan lies.
    copied: for each fate, digests of the form's texts that another department sent before, and where.
    rules: status of the rules, once the department is filled.
    supplements: rows of 补充意见 on it.
    complete: whether every finding could be assigned to a department.
    fill: called with the step itself, reads and checks the department's forms.
    """

    entry: DepartmentData
    receipts: Sequence[Receipt] = ()
    fates: Sequence[VersionDecision] = ()
    scanned: Sequence[str] = ()
    copied: Sequence[Sequence[tuple[int, str, str]]] = ()
    supplements: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[RuleStatus] = ()
    complete: bool = True
    fill: Callable[[DepartmentStep], None] = lambda step: None


@dataclass(slots=True)
class LoadedDepartments:
    """All departments loaded at once, as `data.prepare` returns them."""

    material: CountyData
    salt: str = ""

    def __iter__(self) -> Iterator[DepartmentStep]:
        return (DepartmentStep(entry) for entry in self.material.entries)

    def note(self, rules: Iterable[RuleStatus]) -> None:
        """Does nothing: the status of the rules is part of the findings already."""

    @property
    def rest(self) -> list[Finding]:
        """The findings that belong to no department."""
        assigned = {id(finding) for entry in self.material.entries for finding in entry.findings}
        return [finding for finding in self.material.findings if id(finding) not in assigned]

    @property
    def rules(self) -> Sequence[RuleStatus]:
        """The status of each rule."""
        return self.material.findings.rules


@dataclass(slots=True)
class StreamedDepartments:
    """The departments of a county, streamed: each is filled on demand, and emptied after its step.

    rest: findings that belong to no department. statuses: of the rules, by id. Both are complete after the
    last step only. copied: by the id of a form's outline, digests of its texts that another department sent
    before, with the outline of its form. supplements: rows of 补充意见. earlier: forms of the earlier stages.
    """

    received: Received
    material: CountyData
    rest: list[Finding] = field(default_factory=list)
    statuses: dict[str, RuleStatus] = field(default_factory=dict)
    copied: dict[int, dict[int, Form]] = field(default_factory=dict)
    supplements: Sequence[Mapping[str, Any]] = ()
    earlier: EarlierStages = field(default_factory=EarlierStages)

    @property
    def salt(self) -> str:
        """A digest of what every department depends on: program, policy, roster, earlier stages."""
        roster = self.material.roster
        of_roster = (
            hashlib.sha256(repr(roster).encode("utf-8", "surrogatepass")).hexdigest() if roster else ""
        )
        return self.received.cache.salt + of_roster + self.earlier.digest

    @property
    def rules(self) -> Sequence[RuleStatus]:
        """The status of each rule over all departments so far."""
        return tuple(self.statuses.values())

    def __iter__(self) -> Iterator[DepartmentStep]:
        collected = self.material.collected
        scans = scanned(receipt.file for receipt in collected.receipts)
        self.copied = _copied(collected.filings, self.received)
        batches = _batches(self.material, scans)
        for entry in self.material.entries:
            batch = batches.get(entry.filing, _NOTHING)
            fates = [fate for fates in batch.fates.values() for fate in fates]
            yield DepartmentStep(
                entry,
                batch.receipts,
                fates,
                sorted(map(str, batch.scanned)),
                [self._where_copied(fate.form) for fate in fates],
                supplements=[dict(row) for row in rows_for(entry, self.supplements)],
                fill=partial(self._take, batch=batch),
            )
            entry.forms, entry.reports, entry.findings = [], [], []
        unassigned = batches.get(None)
        if unassigned is not None:
            self._fill(unassigned)

    def _take(self, step: DepartmentStep, batch: _Batch) -> None:
        """Fills a department, and with it those that came in the same files."""
        if batch.filings and not batch.filled:
            self._fill(batch)
        step.rules, step.complete = batch.rules, batch.complete
        if self.material.roster:
            compare(step.entry, self.material.roster)

    def _fill(self, batch: _Batch) -> None:
        """Puts forms, reports and findings into the departments of a batch."""
        material, batch.filled = self.material, True
        contents = self._contents(batch)
        filings = [contents.complete(material.collected.filings[number]) for number in batch.filings]
        current = [
            contents.files[receipt.file.path] for receipt in batch.receipts if receipt.result not in _OUTDATED
        ]
        county = OtherFilings(
            batch.scanned,
            findings_of_rule(SAME_WORDS, self._same_words(batch, filings), material.policy),
            len(material.collected.filings) > 1,
        )
        findings = check(
            filings,
            material.policy,
            current,
            material.roster,
            ready=ready(contents.answers),
            county=county,
            earlier=self.earlier.forms,
        )
        fates = [fate for of_filing in batch.fates.values() for fate in of_filing]
        by_number = dict(zip(batch.filings, filings, strict=True))
        findings = with_versions(findings, by_number, batch.receipts, fates, material.policy, contents.whole)
        batch.rules = findings.rules
        self.note(findings.rules)
        entries = [material.by_filing[number] for number in batch.filings]
        for number, entry in zip(batch.filings, entries, strict=True):
            used = (contents.whole(fate.form) for fate in batch.fates[number] if fate.fate == USED)
            assign(entry, used, material)
            for form in entry.forms if self.earlier.forms else ():
                form.earlier = self.earlier.forms.of(form.form, by_number[number])
        unassigned = share_out(without_empty_filings(findings, entries), entries, batch.receipts)
        for entry in entries:
            add_supplements(entry, self.supplements)
        batch.complete = not unassigned
        self.rest += unassigned

    def _contents(self, batch: _Batch) -> _Contents:
        """Reads the files of a batch, except those of which another version counts."""
        wanted = {
            id(fate.form)
            for number in batch.filings
            for fate in batch.fates[number]
            if fate.fate == USED or fate.doubtful
        }
        contents = _Contents()
        for receipt in batch.receipts:
            outline = receipt.file
            if receipt.result in _OUTDATED and not any(
                id(form) in wanted for form in forms_and_reports(outline)
            ):
                continue
            contents.add(outline, self.received.answer(outline))
        return contents

    def _same_words(self, batch: _Batch, filings: Sequence[Filing]) -> Iterator[Finding]:
        """Findings on texts that another department sent before. filings: those of the batch, complete."""
        for number, filing in zip(batch.filings, filings, strict=True):
            outlines = self.material.collected.filings[number].forms
            for outline, form in zip(outlines, filing.forms, strict=True):
                copied = self.copied.get(id(outline))
                if copied:
                    yield from said_before(form, filing, _among(copied))

    def _where_copied(self, form: Form | Report) -> list[tuple[int, str, str]]:
        """The digest of each copied text of a form, with file and sheet of the form that had it before."""
        copied = self.copied.get(id(form), {})
        return sorted(
            (digest, self.material.relative(other.file), other.sheet) for digest, other in copied.items()
        )

    def note(self, rules: Iterable[RuleStatus]) -> None:
        """Merges the status of rules: one ran where it ran anywhere, and failed where it failed anywhere."""
        for status in rules:
            earlier = self.statuses.get(status.rule)
            if earlier is None or _BY_PRECEDENCE.index(status.status) < _BY_PRECEDENCE.index(earlier.status):
                self.statuses[status.rule] = status


@dataclass(slots=True)
class _Batch:
    """Departments that have a file in common, by the numbers of their filings.

    receipts: their files. fates: by filing, of their forms. scanned: those folders of the files with a scan.
    """

    filings: list[int] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    fates: dict[int, list[VersionDecision]] = field(default_factory=dict)
    scanned: frozenset[PurePath] = frozenset()
    rules: Sequence[RuleStatus] = ()
    filled: bool = False
    complete: bool = True


_NOTHING = _Batch()


@dataclass(slots=True)
class _Contents:
    """The contents of the files of a batch: forms and reports by the id of their outline, files by path."""

    forms: dict[int, Form] = field(default_factory=dict)
    reports: dict[int, Report] = field(default_factory=dict)
    files: dict[str, ReadFile] = field(default_factory=dict)
    answers: list[CheckedFile] = field(default_factory=list)

    def add(self, outline: ReadFile, answer: CheckedFile) -> None:
        """Adds the contents of a file under the ids of its outline."""
        self.answers.append(answer)
        self.files[outline.path] = answer.file
        self.forms |= zip(map(id, outline.forms), answer.file.forms, strict=True)
        self.reports |= zip(map(id, outline.reports), answer.file.reports, strict=True)

    def whole(self, outline: Form | Report) -> Form | Report:
        """The form or report of an outline."""
        return self.forms[id(outline)] if isinstance(outline, Form) else self.reports[id(outline)]

    def complete(self, filing: Filing) -> Filing:
        """A filing with the contents of its forms instead of their outlines."""
        return replace(
            filing,
            forms=tuple(self.forms[id(form)] for form in filing.forms),
            reports=tuple(self.reports[id(report)] for report in filing.reports),
            files=tuple(self.files[file.path] for file in filing.files),
        )


def _batches(material: CountyData, scans: frozenset[PurePath]) -> dict[int | None, _Batch]:
    """The batch of every filing; under None the files that belong to no department. scans: their folders."""
    collected = material.collected
    batches: dict[int | None, _Batch] = {}
    for number, first in enumerate(_first_with_shared_file(material)):
        batch = batches[number] = batches.setdefault(first, _Batch())
        batch.filings.append(number)
        batch.fates[number] = []
    for fate in collected.fates:
        batches[fate.filing].fates[fate.filing].append(fate)
    for receipt in collected.receipts:
        batches.setdefault(receipt.filing, _Batch()).receipts.append(receipt)
    for batch in batches.values():
        batch.scanned = (
            frozenset(PurePath(receipt.file.path).parent for receipt in batch.receipts) & scans
            if scans
            else scans
        )
    return batches


def _first_with_shared_file(material: CountyData) -> list[int]:
    """For each filing, the first one that it shares a file with, even by way of others (union-find)."""
    collected = material.collected
    leader = list(range(len(collected.filings)))

    def first(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    owner: dict[str, int] = {}
    sent = [(fate.arrival.file.path, fate.filing) for fate in collected.fates] + [
        (receipt.file.path, receipt.filing) for receipt in collected.receipts if receipt.filing is not None
    ]
    for path, number in sent:
        this, other = first(owner.setdefault(path, number)), first(number)
        leader[max(this, other)] = min(this, other)
    return [first(number) for number in range(len(leader))]


def _among(digests: Mapping[int, Form]) -> Callable[[str], Form | None]:
    """A function with the form, by the digest of a text."""
    return lambda text: digests.get(digest_of(text))


def _copied(filings: Sequence[Filing], received: Received) -> dict[int, dict[int, Form]]:
    """Digests of the texts of each form (by the id of its outline) that another department sent before.

    Each with the outline of that department's form.
    """

    def digests() -> Iterator[tuple[Filing, Form, tuple[int, ...]]]:
        for filing in filings:
            files = {file.path: file for file in filing.files}
            for form in filing.forms:
                yield filing, form, received.words_of(form, files[form.file])

    return copied_texts(digests())
