"""The county's departments one after the other, each with its forms and findings while its turn lasts: what
was received is never in
memory all at once. Departments whose forms came in one file take their turn together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from ..checking import County, check, scanned, told_apart
from ..findings import Finding, RuleStatus
from ..forms import Filing, Form, ReadFile, Report
from ..rules.across import copied_texts, said_before
from .checked import Checked, ready
from .collecting import Receipt, Received
from .material import Entry, Material, assign, compare, share_out
from .outline import digest_of
from .versions import USED, Fate

_OUTDATED = ("被新版本替代", "重复")
SAME_WORDS = "X08"  # the one rule that compares departments
_WORST = ("failed", "ran", "skipped")


@dataclass(slots=True)
class Turn:
    """A department's turn. receipts, fates: of its files and of their forms, with those of departments that
    came in the same files.

    scanned: the folders of its files in which a scan lies. copied: for each fate, digests of the form's texts
    that another department sent before.
    rules: what the rules did, once it is filled.
    """

    entry: Entry
    receipts: Sequence[Receipt] = ()
    fates: Sequence[Fate] = ()
    scanned: Sequence[str] = ()
    copied: Sequence[Sequence[int]] = ()
    rules: Sequence[RuleStatus] = ()
    complete: bool = True  # whether every finding found its department
    fill: Callable[[Turn], None] = lambda turn: None


@dataclass(slots=True)
class Prepared:
    """All departments at once, as `material.prepare` made them. rest: findings that belong to no department.
    rules: the status of each.
    """

    material: Material
    salt: str = ""

    def __iter__(self) -> Iterator[Turn]:
        return (Turn(entry) for entry in self.material.entries)

    def note(self, rules: Iterable[RuleStatus]) -> None:
        """What the rules did is known already."""

    @property
    def rest(self) -> list[Finding]:
        told = {id(finding) for entry in self.material.entries for finding in entry.findings}
        return [finding for finding in self.material.findings if id(finding) not in told]

    @property
    def rules(self) -> Sequence[RuleStatus]:
        return self.material.findings.rules


@dataclass(slots=True)
class Departments:
    """The entries of a material, to be filled one after the other from what was received; they are emptied
    again when their turn is over.
    rest and rules are whole when all have had their turn.
    """

    received: Received
    material: Material
    rest: list[Finding] = field(default_factory=list)
    told: dict[str, RuleStatus] = field(default_factory=dict)
    copied: dict[int, set[int]] = field(default_factory=dict)

    @property
    def salt(self) -> str:
        """What changes every department: program, policy, roster."""
        roster = self.material.roster
        return self.received.kept.salt + (
            hashlib.sha256(repr(roster).encode("utf-8", "surrogatepass")).hexdigest() if roster else ""
        )

    @property
    def rules(self) -> Sequence[RuleStatus]:
        return tuple(self.told.values())

    def __iter__(self) -> Iterator[Turn]:
        collected = self.material.collected
        scans = scanned(receipt.file for receipt in collected.receipts)
        self.copied = _copied(collected.filings, self.received)
        batches = _batches(self.material, scans)
        for entry in self.material.entries:
            batch = batches.get(entry.filing, _NOTHING)
            fates = [fate for fates in batch.fates.values() for fate in fates]
            yield Turn(
                entry,
                batch.receipts,
                fates,
                sorted(map(str, batch.scanned)),
                [sorted(self.copied.get(id(fate.form), ())) for fate in fates],
                fill=lambda turn, batch=batch: self._take(turn, batch),
            )
            entry.forms, entry.reports, entry.findings = [], [], []
        rest = batches.get(None)
        if rest is not None:
            self._fill(rest)

    def _take(self, turn: Turn, batch: _Batch) -> None:
        """Fills a department, and those that came in the same files with it."""
        if batch.filings and not batch.filled:
            self._fill(batch)
        turn.rules, turn.complete = batch.rules, batch.complete
        if self.material.roster:
            compare(turn.entry, self.material.roster)

    def _fill(self, batch: _Batch) -> None:
        """Forms, reports and findings of the departments of a batch, in the place of their outlines."""
        material, batch.filled = self.material, True
        used = {
            id(fate.form)
            for number in batch.filings
            for fate in batch.fates[number]
            if fate.fate == USED or fate.doubtful
        }
        whole: dict[int, Form | Report] = {}
        answers: list[Checked] = []
        files: dict[str, ReadFile] = {}
        for receipt in batch.receipts:
            outline = receipt.file
            mine = [form for form in (*outline.forms, *outline.reports) if id(form) in used]
            if not mine and receipt.result in _OUTDATED:
                continue
            answer = self.received.answer(outline)
            answers.append(answer)
            files[outline.path] = answer.file
            whole |= {
                id(form): there
                for form, there in zip(
                    (*outline.forms, *outline.reports),
                    (*answer.file.forms, *answer.file.reports),
                    strict=True,
                )
            }
        filings = [_whole(material.collected.filings[number], whole, files) for number in batch.filings]
        current = [files[receipt.file.path] for receipt in batch.receipts if receipt.result not in _OUTDATED]
        county = County(
            batch.scanned,
            told_apart(SAME_WORDS, self._same_words(batch, filings), material.policy),
            len(material.collected.filings) > 1,
        )
        found = check(filings, material.policy, current, material.roster, ready=ready(answers), county=county)
        batch.rules = found.rules
        self.note(found.rules)
        entries = [material.by_filing[number] for number in batch.filings]
        for number, entry in zip(batch.filings, entries, strict=True):
            assign(
                entry, (whole[id(fate.form)] for fate in batch.fates[number] if fate.fate == USED), material
            )
        left = share_out(found, entries, batch.receipts)
        batch.complete = not left
        self.rest += left

    def _same_words(self, batch: _Batch, filings: Sequence[Filing]) -> Iterator[Finding]:
        """Texts that another department sent before. filings: those of the batch, whole."""
        for number, filing in zip(batch.filings, filings, strict=True):
            for outline, form in zip(
                self.material.collected.filings[number].forms, filing.forms, strict=True
            ):
                copied = self.copied.get(id(outline))
                if copied:
                    yield from said_before(
                        form, filing, lambda text, copied=copied: digest_of(text) in copied
                    )

    def note(self, rules: Iterable[RuleStatus]) -> None:
        """A rule ran where it ran anywhere, and failed where it failed anywhere."""
        for status in rules:
            known = self.told.get(status.rule)
            if known is None or _WORST.index(status.status) < _WORST.index(known.status):
                self.told[status.rule] = status


@dataclass(slots=True)
class _Batch:
    """Departments that have a file in common, by the numbers of their filings; their receipts, and the fates
    of their forms.
    """

    filings: list[int] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    fates: dict[int, list] = field(default_factory=dict)
    scanned: frozenset[PurePath] = frozenset()
    rules: Sequence[RuleStatus] = ()
    filled: bool = False
    complete: bool = True


_NOTHING = _Batch()


def _batches(material: Material, scans: frozenset[PurePath]) -> dict[int | None, _Batch]:
    """Every filing's batch, and under None the files that belong to no department. scans: folders with one."""
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
        one, other = first(owner.setdefault(path, number)), first(number)
        leader[max(one, other)] = min(one, other)
    batches: dict[int | None, _Batch] = {}
    for number in range(len(collected.filings)):
        batch = batches[number] = batches.setdefault(first(number), _Batch())
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


def _whole(filing: Filing, whole: dict[int, Form | Report], files: dict[str, ReadFile]) -> Filing:
    """A filing with the contents of its forms in the place of their outlines."""
    return replace(
        filing,
        forms=tuple(whole[id(form)] for form in filing.forms),
        reports=tuple(whole[id(report)] for report in filing.reports),
        files=tuple(files[file.path] for file in filing.files),
    )


def _copied(filings: Sequence[Filing], received: Received) -> dict[int, set[int]]:
    """Digests of the texts of each form (by the id of its outline) that another department sent before."""

    def told() -> Iterator[tuple[Filing, Form, tuple[int, ...]]]:
        for filing in filings:
            files = {file.path: file for file in filing.files}
            for form in filing.forms:
                yield filing, form, received.words_of(form, files[form.file])

    return copied_texts(told())
