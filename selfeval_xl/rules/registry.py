"""The catalogue of rules: id, title, severity, treatment, subject and function of each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from selfeval_xl.model.findings import Finding, Severity, Treatment

# The modules with rules; importing one registers its rules.
FAMILIES = (
    "structure",
    "codes",
    "issued_values",
    "funding",
    "missing_amounts",
    "stored_amounts",
    "funding_and_indicators",
    "budget_changes",
    "indicators",
    "indicator_targets",
    "completion",
    "scores",
    "execution_scores",
    "missing_scores",
    "totals",
    "narrative",
    "foreign_text",
    "across",
    "tasks",
    "summary",
    "reports",
    "public",
)


RuleFunction = Callable[..., Iterable[Finding]]
RuleType = TypeVar("RuleType", bound=RuleFunction)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and the function that looks for violations of it.

    asks: what it asks of a form, one Chinese sentence or two for people (`selfeval rules`, docs/rules.md).
    scope: "file", "form", "filing" or "county": the argument of `function` before the policy.
    needs: "scores", "notes", "roster", "issued", "off" (until a county switches it on) ...; where that is
    missing the rule is skipped, and its status says why. The docstring of `function` is the rule in English.
    """

    id: str
    title: str
    severity: Severity
    asks: str
    treatment: Treatment
    scope: str
    needs: str | None
    function: RuleFunction

    @property
    def text(self) -> str:
        """The English text of the rule, the function's docstring, on one line."""
        return " ".join((self.function.__doc__ or "").split())


_RULES: dict[str, Rule] = {}
_TREATMENTS = {
    Severity.ERROR: Treatment.FIX,
    Severity.WARNING: Treatment.EXPLAIN,
    Severity.NOTE: Treatment.NEXT_YEAR,
}


def rule(
    rule_id: str,
    title: str,
    severity: Severity,
    *,
    asks: str,
    treatment: Treatment | None = None,
    scope: str = "form",
    needs: str | None = None,
) -> Callable[[RuleType], RuleType]:
    """A decorator that registers a generator of findings as a rule.

    Rules never write; they get an assessed form (or file, filing, county) and the policy.
    """

    def register(function: RuleType) -> RuleType:
        assert rule_id not in _RULES, f"{rule_id} is registered twice"
        default = Treatment.NEXT_YEAR if rule_id[0] == "I" else _TREATMENTS[severity]
        _RULES[rule_id] = Rule(rule_id, title, severity, asks, treatment or default, scope, needs, function)
        return function

    return register


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of their families (T F I D S N X P)."""
    for family in FAMILIES:
        importlib.import_module(f"{__package__}.{family}")
    order = "TFIDSNXP"
    return dict(sorted(_RULES.items(), key=lambda item: (order.index(item[0][0]), item[0])))
