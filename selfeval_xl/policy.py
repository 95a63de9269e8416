"""Every threshold, band and severity, with the date it takes effect and its source. Defaults ship; a county overrides what differs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from pathlib import Path

from .errors import PolicyError
from .findings import Severity, Treatment

Setting = Decimal | bool | str | tuple[tuple[str, Decimal], ...]


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
class Policy:
    """`policy["over_fulfilment"]` is a value in force; `policy.rules` holds what a county changed about rules."""

    parameters: Mapping[str, Parameter]
    rules: Mapping[str, RulePolicy] = field(default_factory=dict)

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
        return self.rules.get(rule_id, RulePolicy())


@cache
def default() -> Policy:
    """The policy that ships with the package."""
    text = resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")
    return _parse(text, "默认", None)


def load(path: str | Path | None) -> Policy:
    """The default policy with what the county's TOML file overrides; PolicyError names file and line or key."""
    if path is None:
        return default()
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise PolicyError(f"找不到参数表“{path}”。请检查文件名和文件夹。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"参数表“{path}”打不开：请确认它是UTF-8编码的TOML文件。") from error
    return _parse(text, path.name, default())


def _parse(text: str, where: str, base: Policy | None) -> Policy:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"参数表“{where}”写法有误：{error}") from error
    parameters = dict(base.parameters) if base else {}
    rules = dict(base.rules) if base else {}
    for name, row in data.items():
        if name == "rules":
            rules |= {rule_id: _rule(rule_id, entry, where) for rule_id, entry in row.items()}
        elif base and name not in parameters:
            raise PolicyError(f"参数表“{where}”里的“{name}”不是已知参数。可用的参数见 selfeval policy show。")
        else:
            parameters[name] = _parameter(name, row, where, parameters.get(name))
    return Policy(parameters, rules)


def _parameter(name: str, row: object, where: str, base: Parameter | None) -> Parameter:
    entry = row if isinstance(row, dict) else {"value": row}
    if "value" not in entry:
        raise PolicyError(f"参数表“{where}”里的“{name}”没有写 value（取值）。")
    value = _setting(name, entry["value"], where)
    if base and type(value) is not type(base.value):
        raise PolicyError(f"参数表“{where}”里的“{name}”应与默认值“{base.value}”同类，现在写的是“{entry['value']}”。")
    start = base or Parameter(name, value)
    told = {key: entry[key] for key in ("label", "unit", "since", "source", "explanation") if key in entry}
    return replace(start, value=value, where=where, **told)


def _setting(name: str, value: object, where: str) -> Setting:
    if isinstance(value, list):
        return tuple((str(band), Decimal(str(floor))) for band, floor in value)
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return Decimal(str(value))
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _rule(rule_id: str, entry: object, where: str) -> RulePolicy:
    if not isinstance(entry, dict):
        raise PolicyError(f"参数表“{where}”里规则“{rule_id}”应写成 [rules.{rule_id}]，下面写 severity、treatment 或 on。")
    try:
        return RulePolicy(
            Severity(entry["severity"]) if "severity" in entry else None,
            Treatment(entry["treatment"]) if "treatment" in entry else None,
            entry.get("on"),
        )
    except ValueError as error:
        raise PolicyError(f"参数表“{where}”里规则“{rule_id}”：{error}。severity 可写 error、warning、note。") from error
