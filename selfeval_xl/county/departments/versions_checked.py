"""What several versions of a form add to a check of the one that counts: explanations, and contradictions.

The check itself sees only the versions that count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.intake.receipts import Receipt
from selfeval_xl.county.intake.versions import VersionDecision, undecided
from selfeval_xl.model.findings import Finding, Findings, Treatment
from selfeval_xl.model.forms import REPORT, Filing, Form, ReadFile, Report
from selfeval_xl.model.sheet_names import REPORT as REPORT_SHEET
from selfeval_xl.rules.across import project_twice
from selfeval_xl.rules.runner import findings_of_rule, order

TWICE = "X07"  # the one rule that looks at versions that do not count
_Key = tuple[str, ...]


def with_versions(
    findings: Findings,
    filings: Mapping[int, Filing],
    receipts: Sequence[Receipt],
    fates: Iterable[VersionDecision],
    policy: Policy,
    whole: Callable[[Form | Report], Form | Report] = lambda form: form,
) -> Findings:
    """The findings with those on undecided versions, and with what units explained in another version.

    filings: by number. whole: gives the form of an outline.
    """
    found = [*findings, *_twice(filings, fates, policy, whole)]
    return replace(findings, findings=tuple(sorted(_explained(found, filings, receipts), key=order)))


def _twice(
    filings: Mapping[int, Filing],
    fates: Iterable[VersionDecision],
    policy: Policy,
    whole: Callable[[Form | Report], Form | Report],
) -> Iterator[Finding]:
    """The findings of rule X07 on forms with two versions of which neither is later."""
    for other, used in undecided(fates):
        forms = [form for form in (whole(other.form), whole(used.form)) if isinstance(form, Form)]
        if len(forms) == 2 and used.filing in filings:
            filing = filings[used.filing]
            files = (other.arrival.file, used.arrival.file)
            both = Filing(department=filing.department, files=files, forms=tuple(forms))
            yield from findings_of_rule(TWICE, project_twice(both, policy), policy)


def _explained(
    findings: Iterable[Finding], filings: Mapping[int, Filing], receipts: Sequence[Receipt]
) -> Iterator[Finding]:
    """The findings; those that a unit explained in another version of the same form are explained."""
    texts = _texts(filings, receipts)
    for finding in findings:
        if finding.explanation or not texts:
            yield finding
            continue
        what = (finding.rule, _plain(finding.subject), _plain(finding.value))
        text = texts.get((finding.file, _plain(finding.sheet), *what))
        if text is None and (finding.form == REPORT or not finding.sheet) and finding.department:
            place = REPORT_SHEET if finding.form == REPORT else ""
            text = texts.get((finding.department, place, *what))
        if text:
            explains = finding.treatment is Treatment.EXPLAIN
            status = "explained" if explains else finding.status
            finding = replace(finding, status=status, explanation=text)
        yield finding


def _texts(filings: Mapping[int, Filing], receipts: Sequence[Receipt]) -> dict[_Key, str]:
    """单位说明 by place (file and sheet of the version that counts; department), rule, subject and value."""
    texts: dict[_Key, str] = {}
    for receipt in sorted(receipts, key=_age):
        file = receipt.file
        if not file.explanations:
            continue
        counts_instead = {
            fate.form.sheet or REPORT_SHEET: (fate.by, fate.by_sheet) for fate in receipt.fates if fate.by
        }
        filing = filings.get(receipt.filing) if receipt.filing is not None else None
        for row in file.explanations:
            what = (row.rule, _plain(row.subject), _plain(row.value))
            path, sheet = counts_instead.get(row.sheet, (file.path, row.sheet))
            texts[path or "", _plain(sheet), *what] = row.text
            if filing is not None and row.sheet in ("", REPORT_SHEET):
                texts[filing.department, row.sheet, *what] = row.text
    return texts


def _age(receipt: Receipt) -> tuple[int, str, str, int]:
    """The sort key of files by age, the latest last."""
    arrival = receipt.arrival
    return arrival.submission or 0, arrival.file.saved or "", arrival.received, arrival.order


def earlier_versions(receipts: Iterable[Receipt], path: str) -> list[ReadFile]:
    """The files instead of which a form of the file at this path counts, the latest first."""
    replaced = [receipt for receipt in receipts if any(fate.by == path for fate in receipt.fates)]
    return [receipt.file for receipt in sorted(replaced, key=_age, reverse=True) if receipt.file.path != path]


def _plain(text: str | None) -> str:
    """The text with single blanks for white space, for comparing cells and findings."""
    return " ".join((text or "").split())
