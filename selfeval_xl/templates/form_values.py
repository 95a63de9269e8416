"""The values that a form is filled in with: the plain mapping that callers give, as one typed record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.model.quantity import money

Data = Mapping[str, object]  # what callers give, for example read from TOML or JSON
Value = None | str | int | float | Decimal  # as typed: a text or a number
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FormValues:
    """The values of one form, empty where they were not given.

    fields: the single values of the form by field key (project, unit, grade, total_score, year ...).
    goal: initial, expected and actual. other: values that a layout prints but the table of fields lacks, by
    the key after `other.`. funding: rows with `source` and the amounts by column key. total: values that
    replace the total row's formulas. tasks, indicators: rows by column key; an indicator may also have `hint`
    and `draft`. inline, remarks, signature: values by printed label.
    """

    fields: Row
    goal: Row
    other: Row
    funding: tuple[Row, ...]
    total: Row
    inline: Row
    tasks: tuple[Row, ...]
    indicators: tuple[Row, ...]
    remarks: Row
    signature: Row
    management: tuple[Row, ...] = ()

    def field(self, key: str) -> Value:
        """The value of a layout's field: `unit`, `goal.expected`, `other.phone`."""
        scope, _, name = key.partition(".")
        if not name:
            return self.fields.get(scope)
        return (self.goal if scope == "goal" else self.other).get(name)


def form_values(data: Data | None) -> FormValues:
    """The typed values of plain data; no data gives a blank form."""
    data = data or {}
    return FormValues(
        fields={key: value for key, value in data.items() if isinstance(value, (str, int, float, Decimal))},
        goal=_row(data.get("goal")),
        other=_row(data.get("other")),
        funding=_rows(data.get("funding")),
        total=_row(data.get("total")),
        inline=_row(data.get("inline")),
        tasks=_rows(data.get("tasks")),
        indicators=_rows(data.get("indicators")),
        remarks=_row(data.get("remarks")),
        signature=_row(data.get("signature")),
        management=_rows(data.get("management")),
    )


def _row(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _rows(value: object) -> tuple[Row, ...]:
    return tuple(map(_row, value)) if isinstance(value, Iterable) else ()


def typed(value: Value) -> Decimal | str | None:
    """The value as a number where it is one, else as text."""
    if value is None or value == "":
        return None
    number = money(str(value))
    return number if number is not None else str(value)


def as_text(value: Value) -> str | None:
    """The text of a value; None where it is empty."""
    return None if value in (None, "") else str(value)


def as_entered(value: Value) -> Decimal | str | None:
    """The value as a cell holds it: a Decimal stays a number, anything else becomes its text."""
    return value if value is None or isinstance(value, (str, Decimal)) else str(value)
