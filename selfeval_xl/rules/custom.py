"""A county's own rules: one row each of its policy workbook, a condition over the forms' fields that has to
hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from .. import fields
from ..findings import Finding
from ..forms import Form, FundingLine, Indicator, Verdict
from ..grid import percent_text, plain_number
from ..policy import CountyRule
from ..quantity import Kind, money, percent
from .condition import Condition, Value, parse_condition
from .texts import cells

_PLACE = re.compile(r"[{｛](?P<name>[^{}｛｝]+)[}｝]")


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A county's rule with its condition understood. The message may name fields in braces: {全年执行数}."""

    told: CountyRule
    condition: Condition


def names(scope: str) -> Mapping[str, fields.Field]:
    """The names that a condition of this scope may use, with the field each stands for."""
    return {field.label: field for field in (*fields.FIELDS, *fields.COMPUTED) if field.scope == scope}


def custom_rule(told: CountyRule) -> CustomRule:
    """The rule ready to run; PolicyError where its condition cannot be understood."""
    return CustomRule(told, parse_condition(told.condition, frozenset(names(told.scope))))


def violations(rule: CustomRule, form: Form) -> Iterator[Finding]:
    """A finding for each row of an assessed form (or for the form) on which the condition does not hold; one
    for all that are told the same.
    """
    found: dict[str, Finding] = {}
    for row, values in _rows(rule.told.scope, form):
        if rule.condition.holds(values) is False:
            told = _PLACE.sub(lambda match: _shown(match["name"], values, rule.told.scope), rule.told.message)
            finding = row.finding(
                _key(rule, row),
                told,
                hint=rule.told.hint or f"核对后改到符合“{rule.condition.text}”。",
                value=None,
                expected=rule.condition.text,
            )
            found[told] = (
                replace(found[told], cell=cells(found[told].cell, finding.cell)) if told in found else finding
            )
    yield from found.values()


def _shown(name: str, values: Mapping[str, Value], scope: str) -> str:
    """A value in a message: rates as percent, numbers without trailing zeros."""
    value, field = values.get(name), names(scope).get(name)
    if not isinstance(value, Decimal):
        return "空" if value is None else str(value)
    return percent_text(value) if field and field.type == "percent" else plain_number(value)


def _key(rule: CustomRule, row: Form | FundingLine | Indicator) -> str | None:
    """The field whose cell the finding points at: the first of the condition's names that has one."""
    known = names(rule.told.scope)
    told = sorted(rule.condition.names, key=rule.condition.text.find)
    return next((known[name].key for name in told if known[name].key in row.cells), None)


def _rows(scope: str, form: Form) -> Iterator[tuple[Form | FundingLine | Indicator, dict[str, Value]]]:
    if scope == fields.FUND:
        for line in form.funding:
            yield line, _values(scope, lambda key, line=line: _fund(line, key))
    elif scope == fields.INDICATOR:
        for row in form.indicators:
            yield row, _values(scope, lambda key, row=row: _indicator(row, key))
    else:
        yield form, _values(scope, lambda key: _form(form, key))


def _values(scope: str, get) -> dict[str, Value]:
    return {name: _typed(field, get(field.key)) for name, field in names(scope).items()}


def _typed(field: fields.Field, value: object) -> Value:
    """Money, points and percents as numbers, verdicts as shown, everything else as text."""
    if value is None or isinstance(value, (Decimal, bool)):
        return value
    if isinstance(value, Verdict):
        return value.label
    if isinstance(value, int):
        return Decimal(value)
    if field.type in ("money", "number"):
        return money(str(value))
    return percent(str(value)) if field.type == "percent" else str(value)


def _fund(line: FundingLine, key: str) -> object:
    """A fund row's value; without a budget there is no rate to judge."""
    if key in ("rate", "execution_rate") and line.amount("annual_budget") == 0:
        return None
    return getattr(line, key, None)


def _indicator(row: Indicator, key: str) -> object:
    if key in ("target_number", "actual_number"):
        quantity = row.target_quantity if key == "target_number" else row.actual_quantity
        return quantity.number if quantity is not None and quantity.kind is Kind.NUMBER else None
    return getattr(row, key, None)


def _form(form: Form, key: str) -> object:
    line = form.total_funding
    if key in ("initial_budget", "annual_budget", "executed"):
        return getattr(line, key) if line else None
    if key == "execution_rate":
        return _fund(line, "rate") if line else None
    if key in ("points_total", "score_sum"):
        name = "points" if key == "points_total" else "score"
        values = [money(getattr(row, name)) for row in form.indicators]
        if all(value is None for value in values):
            return None  # points of the funds alone are no score table
        return sum(
            value for value in (*values, money(getattr(line, name)) if line else None) if value is not None
        )
    if key == "indicator_count":
        return Decimal(len(form.indicators))
    if key == "unmet_count":
        return Decimal(sum(row.verdict is Verdict.UNMET for row in form.indicators))
    if key in ("expected", "actual"):
        return getattr(form.goal, key)
    return getattr(form, key, None)
