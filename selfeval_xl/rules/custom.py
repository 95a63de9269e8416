"""A county's own rules: each a row of its policy workbook with a condition that the forms have to fulfil."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from selfeval_xl.assessment.policy import CountyRule
from selfeval_xl.model import fields
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.forms import Form, FundingLine, Indicator, Outlook, Verdict
from selfeval_xl.model.grid import percent_text, plain_number
from selfeval_xl.model.quantity import Kind, money, parse, percent
from selfeval_xl.rules.condition import Condition, Value, parse_condition
from selfeval_xl.rules.texts import cells

_FIELD_IN_BRACES = re.compile(r"[{｛](?P<name>[^{}｛｝]+)[}｝]")


Record = Form | FundingLine | Indicator


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A county's rule with its parsed condition. The message may name fields in braces: {全年执行数}."""

    row: CountyRule
    condition: Condition


def names(scope: str) -> Mapping[str, fields.Field]:
    """The names that a condition of this scope may use, with the field of each."""
    return {field.label: field for field in (*fields.FIELDS, *fields.COMPUTED) if field.scope == scope}


def custom_rule(row: CountyRule) -> CustomRule:
    """The rule with its condition parsed. Raises PolicyError where the condition cannot be understood."""
    return CustomRule(row, parse_condition(row.condition, frozenset(names(row.scope))))


def violations(rule: CustomRule, form: Form) -> Iterator[Finding]:
    """The findings on rows of an assessed form (or on the form) for which the condition does not hold.

    Rows with the same message become one finding with all their cells.
    """
    by_message: dict[str, Finding] = {}
    for record, values in _rows(rule.row.scope, form):
        if rule.condition.holds(values) is False:
            message = _message(rule.row, values)
            finding = record.finding(
                _key(rule, record),
                message,
                hint=rule.row.hint or f"核对后改到符合“{rule.condition.text}”。",
                value=None,
                expected=rule.condition.text,
            )
            first = by_message.get(message)
            by_message[message] = replace(first, cell=cells(first.cell, finding.cell)) if first else finding
    yield from by_message.values()


def _message(rule: CountyRule, values: Mapping[str, Value]) -> str:
    """The rule's message with its fields in braces filled in."""
    return _FIELD_IN_BRACES.sub(lambda match: _shown(match["name"], values, rule.scope), rule.message)


def _shown(name: str, values: Mapping[str, Value], scope: str) -> str:
    """The value as a message shows it: rates as percent, numbers without trailing zeros."""
    value, field = values.get(name), names(scope).get(name)
    if not isinstance(value, Decimal):
        return "空" if value is None else str(value)
    return percent_text(value) if field and field.type == "percent" else plain_number(value)


def _key(rule: CustomRule, record: Record) -> str | None:
    """The field whose cell the finding points at: the first name of the condition that has a cell."""
    by_name = names(rule.row.scope)
    in_order = sorted(rule.condition.names, key=rule.condition.text.find)
    return next((by_name[name].key for name in in_order if by_name[name].key in record.cells), None)


def _rows(scope: str, form: Form) -> Iterator[tuple[Record, dict[str, Value]]]:
    """The records that a rule of this scope looks at, each with its values by name."""
    if scope == fields.FUND:
        for line in form.funding:
            yield line, _values(scope, partial(_fund, line))
    elif scope == fields.INDICATOR:
        for row in form.indicators:
            yield row, _values(scope, partial(_indicator, row))
    else:
        yield form, _values(scope, partial(_form, form))


def _values(scope: str, value_of: Callable[[str], object]) -> dict[str, Value]:
    """The values of a record by name. value_of: gives the raw value of a field key."""
    return {name: _typed(field, value_of(field.key)) for name, field in names(scope).items()}


def _typed(field: fields.Field, value: object) -> Value:
    """The value as conditions see it: money, points and percents as numbers, verdicts by label, else text."""
    if value is None or isinstance(value, (Decimal, bool)):
        return value
    if isinstance(value, (Verdict, Outlook)):
        return value.label
    if isinstance(value, int):
        return Decimal(value)
    if field.type in ("money", "number"):
        return money(str(value))
    return percent(str(value)) if field.type == "percent" else str(value)


def _fund(line: FundingLine, key: str) -> object:
    """The value of this field of a fund row; a row without a budget has no rate."""
    if key in ("rate", "execution_rate") and line.amount("annual_budget") == 0:
        return None
    return getattr(line, key, None)


def _indicator(row: Indicator, key: str) -> object:
    """The value of this field of an indicator, also of the numbers of target, completed value, forecast."""
    if key in ("target_number", "actual_number", "forecast_number"):
        texts = {"target_number": row.target_quantity, "actual_number": row.actual_quantity}
        quantity = texts.get(key) if key in texts else parse(row.forecast)
        return quantity.number if quantity is not None and quantity.kind is Kind.NUMBER else None
    return getattr(row, key, None)


def _form(form: Form, key: str) -> object:
    """The value of this field of a form, also of its total row and its sums."""
    line = form.total_funding
    if key in ("initial_budget", "annual_budget", "executed", "forecast"):
        return getattr(line, key) if line else None
    if key == "execution_rate":
        return _fund(line, "rate") if line else None
    if key in ("points_total", "score_sum"):
        name = "points" if key == "points_total" else "score"
        values = [money(getattr(row, name)) for row in form.indicators]
        if all(value is None for value in values):
            return None  # a form with points only for funds has no table of scores
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
