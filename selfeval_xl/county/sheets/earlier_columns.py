"""What the declaration and the monitoring form of the same project say of an indicator, beside it."""

from __future__ import annotations

from collections.abc import Callable

from selfeval_xl.county.departments.data import CountedForm
from selfeval_xl.county.sheets.row_heads import Row
from selfeval_xl.model.forms import Form, Indicator
from selfeval_xl.rules.earlier_stages import pairs

_NOTHING: Row = {"declared": None, "forecast": None, "outlook": None}


def earlier_of(form: CountedForm) -> Callable[[Indicator], Row]:
    """A function with 申报指标值, 监控预计 and 监控结论 of an indicator of the form."""
    if form.earlier.declaration is None and form.earlier.monitoring is None:
        return lambda indicator: _NOTHING
    declared = _same(form.form, form.earlier.declaration)
    monitored = _same(form.form, form.earlier.monitoring)

    def columns(indicator: Indicator) -> Row:
        before, during = declared.get(id(indicator)), monitored.get(id(indicator))
        return {
            "declared": before.target if before else None,
            "forecast": during.forecast if during else None,
            "outlook": during.outlook.label if during and during.outlook else None,
        }

    return columns


def _same(form: Form, other: Form | None) -> dict[int, Indicator]:
    """The indicators of another stage, by the id of the same one on the form."""
    return {id(row): match for row, match in pairs(form, other)} if other else {}
