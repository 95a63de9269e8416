"""The bands of the execution rate by the policy's floors, each with its label and its conditions.

总览 of a county and of a province, and the bulletin count by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.workbook.formulas import Criterion

Band = tuple[str, tuple[Criterion, ...]]  # a label, and conditions on the columns of 项目汇总
_HAS_BUDGET = Criterion("annual_budget", "<>", 0)


def rate_bands(policy: Policy) -> tuple[Band, ...]:
    """The bands of the policy, for `bands_above`."""
    return bands_above(policy.bands("execution_bands"))


def bands_above(floors: Sequence[tuple[str, Decimal]]) -> tuple[Band, ...]:
    """The bands from the highest down, then projects that spent nothing and those without a budget.

    floors: name and rate of each, the highest first.
    """
    bands: list[Band] = [
        ("超过100%", (Criterion("execution_rate", ">", 1), _HAS_BUDGET)),
        ("100%", (Criterion("execution_rate", "=", 1), _HAS_BUDGET)),
    ]
    above, ceiling = "100%", Criterion("execution_rate", "<", 1)
    for name, floor in floors:
        conditions = (Criterion("execution_rate", ">=", floor), ceiling)
        bands.append((f"{name}（含）-{above}", (*conditions, _HAS_BUDGET) if above == "100%" else conditions))
        above, ceiling = name, Criterion("execution_rate", "<", floor)
    bands.append((f"0-{above}", (ceiling, Criterion("executed", "<>", 0), _HAS_BUDGET)))
    nothing = (Criterion("executed", "=", 0), _HAS_BUDGET, Criterion("execution_rate", "=", 0))
    return (*bands, ("零执行", nothing), ("全年预算为0", (Criterion("annual_budget", "=", 0),)))


def low_rate(policy: Policy) -> tuple[str, Decimal]:
    """The lowest floor with its name: what is below it is listed."""
    return policy.bands("execution_bands")[-1]
