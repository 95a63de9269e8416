"""The score that a completion or an execution rate earns, as the county scores (财预〔2020〕10号)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.forms import Indicator, Judgement, Verdict
from selfeval_xl.model.numbers import EXACT, ONE, ZERO, rounded
from selfeval_xl.model.quantity import Kind, Quantity, money


class Standard(NamedTuple):
    """A scoring standard (policy point_standards): points off for each percentage point above a limit.

    name: the indicators whose name has it. limit: in per cent.
    """

    name: str
    limit: Decimal
    points: Decimal


def standards(policy: Policy) -> list[Standard]:
    """The scoring standards of the policy."""
    found = []
    for text, points in policy.bands("point_standards"):
        name, _, limit = text.rpartition("：")
        found.append(Standard(name, Decimal(limit) * 100, points))
    return found


def standard_of(name: str | None, policy: Policy) -> Standard | None:
    """The scoring standard for an indicator of this name; None where it has none."""
    return next((standard for standard in standards(policy) if standard.name in (name or "")), None)


def expected_score(
    indicator: Indicator, target: Quantity, actual: Quantity, judgement: Judgement, policy: Policy
) -> Decimal | None:
    """The score that the completion earns, with two decimals; None where the policy cannot tell.

    None unless points are printed and the target is a number. ≥ and =: points × min(1, actual/target).
    ≤: by policy points × target/actual, or points × (1 − excess), 0 from twice the target.
    Exceeded: all points, less what over_bands or over_deduction take for the deviation. An indicator with a
    standard of its own (point_standards) is scored by that alone.
    """
    points = money(indicator.points)
    standard = standard_of(indicator.name, policy)
    if points is not None and standard is not None:
        return _by_standard(standard, actual, points)
    if (
        points is None
        or target.kind is not Kind.NUMBER
        or actual.kind is not Kind.NUMBER
        or judgement.verdict in (None, Verdict.UNDETERMINED)
    ):
        return None
    if judgement.verdict in (Verdict.MET, Verdict.EXCEEDED):
        return rounded(
            max(ZERO, points - over_deducted(points, judgement.deviation, judgement.attainment, policy))
        )
    if judgement.attainment is not None:
        return rounded(EXACT.multiply(points, max(ZERO, min(ONE, judgement.attainment))))
    deviation = judgement.deviation
    if deviation is None or deviation <= -ONE:
        return ZERO if target.number == 0 else None
    share = (
        EXACT.divide(ONE, ONE + deviation)
        if policy["score_at_most"] == "proportional"
        else max(ZERO, ONE - deviation)
    )
    return rounded(EXACT.multiply(points, share))


def over_deducted(
    points: Decimal, deviation: Decimal | None, attainment: Decimal | None, policy: Policy
) -> Decimal:
    """The points that a target which was met loses for having been exceeded; 0 for ≤ and =.

    over_bands: a fixed number from a deviation on; else over_deduction for each part beyond the threshold.
    """
    if deviation is None or attainment is None or deviation <= 0:
        return ZERO
    bands = [(Decimal(floor), taken) for floor, taken in policy.bands("over_bands")]
    if bands:
        return max((taken for floor, taken in bands if deviation >= floor), default=ZERO)
    beyond = EXACT.subtract(deviation, policy.number("over_fulfilment"))
    factor = policy.number("over_deduction")
    return EXACT.multiply(points, min(ONE, EXACT.multiply(factor, beyond))) if factor and beyond > 0 else ZERO


def _by_standard(standard: Standard, actual: Quantity, points: Decimal) -> Decimal | None:
    """The score by a standard; None where the completed value is no rate in per cent."""
    if actual.kind is not Kind.NUMBER or actual.number is None or actual.unit not in ("%", ""):
        return None
    above = max(ZERO, actual.number - standard.limit)
    return rounded(max(ZERO, points - EXACT.multiply(above, standard.points)))


def execution_score(points: Decimal, rate: Decimal, policy: Policy) -> Decimal:
    """The score of an execution rate: points × rate, or what the policy's execution_score_bands give."""
    bands = [(Decimal(floor), score) for floor, score in policy.bands("execution_score_bands")]
    if bands:
        return min(points, max((score for floor, score in bands if rate >= floor), default=ZERO))
    return rounded(points * min(ONE, max(ZERO, rate)))
