"""A trial of a policy on files already received: how often its new and changed rules find something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.rules.runner import check


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The results for one rule.

    before, after: numbers of findings by default and with the policy. examples: up to three new findings.
    """

    rule: str
    title: str
    before: int
    after: int
    examples: tuple[Finding, ...]


def rehearse(policy: Policy, files: Iterable[ReadFile]) -> list[Rehearsed]:
    """The results for the county's own rules, then for the rules whose findings differ from the default.

    The latter are in the order of the findings.
    """
    files = list(files)
    filings = gather(files, stages=True)
    before, after = check(filings, default(), files), check(filings, policy, files)
    of_county = {rule.number: rule.condition for rule in policy.county_rules}
    titles = {finding.rule: finding.title for finding in (*before, *after)} | of_county
    results = []
    for rule in dict.fromkeys((*of_county, *(finding.rule for finding in (*before, *after)))):
        old = [finding for finding in before if finding.rule == rule]
        new = [finding for finding in after if finding.rule == rule]
        old_keys = {_key(finding) for finding in old}
        if rule in of_county or old_keys != {_key(finding) for finding in new}:
            examples = tuple(finding for finding in new if _key(finding) not in old_keys)[:3]
            results.append(Rehearsed(rule, titles[rule], len(old), len(new), examples))
    return results


def _key(finding: Finding) -> tuple[object, ...]:
    """The key by which a finding is the same one in both checks."""
    return (
        finding.rule,
        finding.severity,
        finding.treatment,
        finding.file,
        finding.sheet,
        finding.cell,
        finding.subject,
    )
