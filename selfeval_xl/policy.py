"""Every threshold, band and severity, with the date it takes effect and its source.

Defaults ship; a county overrides what differs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources

from .findings import Severity, Treatment

Setting = Decimal | bool | str | tuple[tuple[str, Decimal], ...]
# Parameters that are one of a few words: as a county writes them, and as the code knows them.
CHOICES = {"score_at_most": {"按比例": "proportional", "按超出比例": "linear"}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number, text or band of the policy. where: the file that set it."""

    name: str
    value: Setting
    label: str = ""
    unit: str = ""
    since: date | None = None
    source: str = ""
    explanation: str = ""
    where: str = "默认"


@dataclass(frozen=True, slots=True)
class RulePolicy:
    """What a county says of one rule; None: as the rule itself says."""

    severity: Severity | None = None
    treatment: Treatment | None = None
    on: bool | None = None


@dataclass(frozen=True, slots=True)
class CountyRule:
    """A rule of the county's own, as its row says it. scope: 表, 资金行 or 指标; condition: what has to hold."""

    number: str
    scope: str
    condition: str
    severity: Severity
    treatment: Treatment
    message: str
    hint: str = ""
    where: str = ""


_AS_SHIPPED = RulePolicy()


@dataclass(frozen=True, slots=True)
class Policy:
    """`policy["over_fulfilment"]` is a value in force; `policy.rules` holds what a county changed about
    rules.

    county_rules: rules of the county's own. waiting: values that take effect on a later day.
    """

    parameters: Mapping[str, Parameter]
    rules: Mapping[str, RulePolicy] = field(default_factory=dict)
    county_rules: tuple[CountyRule, ...] = ()
    waiting: tuple[Parameter, ...] = ()

    def __getitem__(self, name: str) -> Setting:
        return self.parameters[name].value

    def number(self, name: str) -> Decimal:
        value = self.parameters[name].value
        assert isinstance(value, Decimal), name
        return value

    def grade(self, total: Decimal) -> str:
        """The grade of a total score: the first band that it reaches."""
        bands = self.parameters["grades"].value
        assert isinstance(bands, tuple)
        return next((name for name, floor in bands if total >= floor), bands[-1][0])

    def rule(self, rule_id: str) -> RulePolicy:
        return self.rules.get(rule_id, _AS_SHIPPED)


@cache
def default() -> Policy:
    """The policy that ships with the package."""
    text = resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")
    return Policy({name: _shipped(name, entry) for name, entry in tomllib.loads(text).items()})


def _shipped(name: str, entry: dict) -> Parameter:
    value = entry["value"]
    if isinstance(value, list):
        value = tuple((str(band), Decimal(str(floor))) for band, floor in value)
    elif not isinstance(value, bool):
        value = number_or_text(str(value))
    return Parameter(
        name,
        value,
        **{key: entry[key] for key in ("label", "unit", "since", "source", "explanation") if key in entry},
    )


def number_or_text(text: str) -> Decimal | str:
    """A number where the text is one (30% is 0.3), else the text."""
    plain = text.strip()
    try:
        return Decimal(plain[:-1]) / 100 if plain.endswith(("%", "％")) else Decimal(plain)
    except InvalidOperation:
        return plain
