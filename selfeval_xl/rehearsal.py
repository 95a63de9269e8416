"""How often new and changed rules fire on files already received, before a county puts them in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .checking import check
from .filing import gather
from .findings import Finding
from .forms import ReadFile
from .policy import Policy, default


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One rule: how often it fires by default and with the policy tried, and up to three examples of what is
    new.
    """

    rule: str
    title: str
    before: int
    after: int
    examples: tuple[Finding, ...]


def rehearse(policy: Policy, files: Iterable[ReadFile]) -> list[Rehearsed]:
    """Every rule of the county's own, and every rule that fires differently, in the order of the findings."""
    files = list(files)
    filings = gather(files)
    before, after = check(filings, default(), files), check(filings, policy, files)
    own = {rule.number: rule.condition for rule in policy.county_rules}
    titles = {finding.rule: finding.title for finding in (*before, *after)} | own
    known = {_key(finding) for finding in before}
    told = []
    for rule in dict.fromkeys((*own, *(finding.rule for finding in (*before, *after)))):
        old, new = (
            [finding for finding in before if finding.rule == rule],
            [finding for finding in after if finding.rule == rule],
        )
        if rule in own or {_key(finding) for finding in old} != {_key(finding) for finding in new}:
            told.append(
                Rehearsed(
                    rule,
                    titles[rule],
                    len(old),
                    len(new),
                    tuple(finding for finding in new if _key(finding) not in known)[:3],
                )
            )
    return told


def _key(finding: Finding) -> tuple:
    return (
        finding.rule,
        finding.severity,
        finding.treatment,
        finding.file,
        finding.sheet,
        finding.cell,
        finding.subject,
    )
