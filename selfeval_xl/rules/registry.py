"""The catalogue: every rule with its id, title, severity, treatment and what it looks at."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from ..findings import Finding, Severity, Treatment

FAMILIES = (
    "structure",
    "funding",
    "indicators",
    "completion",
    "scores",
    "narrative",
    "across",
    "reports",
    "public",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """scope: file, form, filing or county - what `function` is given, besides the policy.

    needs: "scores", "notes", "roster", "issued", "off" (until a county switches it on) ...; where it is
    missing the rule is skipped, and the status says why.
    The docstring of `function` is the rule's text.
    """

    id: str
    title: str
    severity: Severity
    treatment: Treatment
    scope: str
    needs: str | None
    function: Callable[..., Iterable[Finding]]

    @property
    def text(self) -> str:
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
    treatment: Treatment | None = None,
    scope: str = "form",
    needs: str | None = None,
) -> Callable[[Callable], Callable]:
    """Registers a generator of findings.

    Rules never write; they get an assessed form (or file, filing, county) and the policy.
    """

    def register(function: Callable) -> Callable:
        assert rule_id not in _RULES, f"{rule_id} is there twice"
        default = Treatment.NEXT_YEAR if rule_id[0] == "I" else _TREATMENTS[severity]
        _RULES[rule_id] = Rule(rule_id, title, severity, treatment or default, scope, needs, function)
        return function

    return register


@cache
def catalogue() -> dict[str, Rule]:
    """All rules by id, in the order of the families."""
    for family in FAMILIES:
        importlib.import_module(f"{__package__}.{family}")
    order = "TFIDSNXP"
    return dict(sorted(_RULES.items(), key=lambda item: (order.index(item[0][0]), item[0])))
