"""The policy: every threshold, band and severity, with the date it takes effect and its source.

Defaults ship; a county overrides what differs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import TypedDict

from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import SELF
from selfeval_xl.model.grid import plain_number

Setting = Decimal | bool | str | tuple[tuple[str, Decimal], ...]
# Parameters that are one of a few words: the county's word and the word in code.
CHOICES = {"score_at_most": {"按比例": "proportional", "按超出比例": "linear"}}
# Parameters that list only numbers, which are ratios; the name of each is made from it (0.9 is 90%).
RATIOS = ("execution_bands",)
# Parameters that list a ratio for each month.
RATIOS_BY_MONTH = ("progress_floors",)
APPRAISAL = "appraisal_"  # the names of the points of the departments' appraisal begin with it
_MOST_DIGITS = 18  # of a number that a person writes, before the point or behind it


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, text or list of bands of the policy. where: the file and row or key that set it."""

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
    """A county's settings for one rule; None leaves the rule's own."""

    severity: Severity | None = None
    treatment: Treatment | None = None
    on: bool | None = None


@dataclass(frozen=True, slots=True)
class CountyRule:
    """A rule of the county's own. scope: 表, 资金行 or 指标. condition: as written, has to hold.

    stages: on whose forms it holds (SELF, MONITORING, DECLARATION).
    """

    number: str
    scope: str
    condition: str
    severity: Severity
    treatment: Treatment
    message: str
    hint: str = ""
    where: str = ""
    stages: tuple[str, ...] = (SELF,)


_AS_SHIPPED = RulePolicy()


@dataclass(frozen=True, slots=True)
class Policy:
    """The values in force (`policy["over_fulfilment"]`) and the settings of rules.

    rules: what a county changed, by rule id. county_rules: the rules that it wrote.
    waiting: values that take effect on a later day.
    """

    parameters: Mapping[str, Parameter]
    rules: Mapping[str, RulePolicy] = field(default_factory=dict)
    county_rules: tuple[CountyRule, ...] = ()
    waiting: tuple[Parameter, ...] = ()

    def __getitem__(self, name: str) -> Setting:
        return self.parameters[name].value

    def number(self, name: str) -> Decimal:
        """The value of a parameter that is a number."""
        value = self.parameters[name].value
        assert isinstance(value, Decimal), name
        return value

    def bands(self, name: str) -> tuple[tuple[str, Decimal], ...]:
        """The pairs of name and number of a parameter that is a list."""
        value = self.parameters[name].value
        assert isinstance(value, tuple), name
        return value

    def grade(self, total: Decimal) -> str:
        """The grade of a total score: the first band whose floor it reaches."""
        bands = self.bands("grades")
        return next((name for name, floor in bands if total >= floor), bands[-1][0])

    def rule(self, rule_id: str) -> RulePolicy:
        """The county's settings for a rule."""
        return self.rules.get(rule_id, _AS_SHIPPED)


@cache
def default() -> Policy:
    """The policy that ships with the program."""
    text = resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")
    return Policy({name: _shipped(name, entry) for name, entry in tomllib.loads(text).items()})


class _Texts(TypedDict, total=False):
    label: str
    unit: str
    since: date
    source: str
    explanation: str


class _Entry(_Texts):
    """A table of `policy.toml`."""

    value: bool | float | str | list[tuple[str, float]] | list[str]


def _shipped(name: str, entry: _Entry) -> Parameter:
    shipped = entry["value"]
    value: Setting
    if isinstance(shipped, list):
        value = ratios(Decimal(str(ratio)) for ratio in shipped) if name in RATIOS else _pairs(shipped)
    elif isinstance(shipped, bool):
        value = shipped
    else:
        value = number_or_text(str(shipped))
    return Parameter(
        name,
        value,
        label=entry.get("label", ""),
        unit=entry.get("unit", ""),
        since=entry.get("since"),
        source=entry.get("source", ""),
        explanation=entry.get("explanation", ""),
    )


def _pairs(shipped: Iterable[Iterable[object]]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((str(band), Decimal(str(floor))) for band, floor in shipped)


def ratios(numbers: Iterable[Decimal]) -> tuple[tuple[str, Decimal], ...]:
    """The ratios with their names: 0.9 is 90%."""
    return tuple((f"{plain_number(number * 100)}%", number) for number in numbers)


def shown_value(parameter: Parameter) -> str:
    """The value as a person writes it: 是, 0.3, 优90、良80、中60、差0."""
    value = parameter.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple) and parameter.name in RATIOS_BY_MONTH:
        return "、".join(f"{name}：{plain_number(number * 100)}%" for name, number in value)
    if isinstance(value, tuple) and parameter.name in RATIOS:
        return "、".join(name for name, _ in value)
    if isinstance(value, tuple):
        return "、".join(f"{name}{'：' if name[-1:].isdigit() else ''}{floor}" for name, floor in value)
    words = {choice: word for word, choice in CHOICES.get(parameter.name, {}).items()}
    return words.get(value, value) if isinstance(value, str) else str(value)


def number_or_text(text: str) -> Decimal | str:
    """The number in a text (30% is 0.3), or the text where it is none, or none that a person would write."""
    plain = text.strip()
    try:
        number = Decimal(plain[:-1]) / 100 if plain.endswith(("%", "％")) else Decimal(plain)
    except InvalidOperation:
        return plain
    return number if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS else plain
