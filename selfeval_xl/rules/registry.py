"""The catalogue of rules: id, title, severity, treatment, subject and function of each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING, Form

SELF_EVALUATION = "self"
BEFORE_IT = frozenset((DECLARATION, MONITORING))  # the stages before the self-evaluation
EVERY_STAGE = BEFORE_IT | {SELF_EVALUATION}

# The modules with rules; importing one registers its rules.
FAMILIES = (
    "structure",
    "codes",
    "issued_values",
    "funding",
    "amounts_apart",
    "missing_amounts",
    "stored_amounts",
    "funding_and_indicators",
    "budget_changes",
    "indicators",
    "indicator_targets",
    "completion",
    "outlooks",
    "scores",
    "execution_scores",
    "missing_scores",
    "totals",
    "narrative",
    "foreign_text",
    "monitoring",
    "declarations",
    "across",
    "earlier_stages",
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
    missing the rule is skipped, and its status says why. stages: those whose forms it looks at (`stage_of`).
    The docstring of `function` is the rule in English.
    """

    id: str
    title: str
    severity: Severity
    asks: str
    treatment: Treatment
    scope: str
    needs: str | None
    function: RuleFunction
    stages: frozenset[str] = frozenset((SELF_EVALUATION,))

    @property
    def text(self) -> str:
        """The English text of the rule, the function's docstring, on one line."""
        return " ".join((self.function.__doc__ or "").split())

    def holds_on(self, form: Form) -> bool:
        """Whether the rule looks at forms of this one's stage."""
        return stage_of(form) in self.stages


def stage_of(form: Form) -> str:
    """The stage of the year to which a form belongs."""
    return form.kind if form.is_of_stage else SELF_EVALUATION


_RULES: dict[str, Rule] = {}
# What is to be done about a fault of each severity, where the rule says nothing else.
BY_SEVERITY = {
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
    stages: Iterable[str] = (SELF_EVALUATION,),
) -> Callable[[RuleType], RuleType]:
    """A decorator that registers a generator of findings as a rule.

    Rules never write; they get an assessed form (or file, filing, county) and the policy. stages: those on
    whose forms the rule holds; files and filings then come with the forms of these stages alone.
    """

    def register(function: RuleType) -> RuleType:
        assert rule_id not in _RULES, f"{rule_id} is registered twice"
        default = Treatment.NEXT_YEAR if rule_id[0] == "I" else BY_SEVERITY[severity]
        _RULES[rule_id] = Rule(
            rule_id, title, severity, asks, treatment or default, scope, needs, function, frozenset(stages)
        )
        return function

    return register


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of their families (T F I D S N M X P)."""
    for family in FAMILIES:
        importlib.import_module(f"{__package__}.{family}")
    order = "TFIDSNMXP"
    return dict(sorted(_RULES.items(), key=lambda item: (order.index(item[0][0]), item[0])))
