"""The projects proposed for a second look (建议抽查): each sign of risk has points and a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import EXTRA

YES, NO = "是", "否"
_FULL = 100
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """The data that signs are tested on: row of 项目汇总, rules that found something on the form, policy."""

    row: Row
    rules: frozenset[str]
    policy: Policy

    def number(self, key: str) -> Decimal:
        """A figure of the row, 0 where there is none."""
        return Decimal(self.row.get(key) or 0)

    @property
    def rate(self) -> Decimal | None:
        """The execution rate; None where there is none."""
        return self.row.get("execution_rate")


# Each sign's reason and test (None: only the whole county shows it). The policy's risk_points has the points
# of each; a project is proposed from the points of sampling_risk on.
_SIGNS: tuple[tuple[str, Callable[[Seen], bool] | None], ...] = (
    ("与台账数不一致", lambda seen: "F11" in seen.rules),
    (
        "满分或自评为优，但有指标未完成或执行率低",
        lambda seen: _praised(seen) and (bool(seen.row.get("unmet")) or _slow(seen)),
    ),
    ("全年预算零执行", lambda seen: seen.number("annual_budget") > 0 and seen.row.get("executed") == 0),
    ("执行率低", lambda seen: seen.row.get("executed") != 0 and _slow(seen)),
    ("错误较多", lambda seen: seen.number("errors") >= seen.policy.number("many_errors")),
    ("各表同一指标不一致", lambda seen: bool(seen.rules & {"X01", "X02", "X07"})),
    ("未完成指标没有说明原因", lambda seen: seen.number("unexplained") > 0),
    ("有指标完成值为0", lambda seen: seen.number("zero") > 0),
    ("钱花完了而指标未完成较多", lambda seen: "F09" in seen.rules),
    (
        "年中调整较大",
        lambda seen: abs(seen.row.get("adjustment") or 0) > seen.policy.number("budget_change"),
    ),
    ("预算规模较大", None),
    ("完成值与指标值完全相同", lambda seen: "D09" in seen.rules),
    ("名册外项目", lambda seen: seen.row.get("status") == EXTRA),
)
_LARGE = 1 << next(bit for bit, (_, test) in enumerate(_SIGNS) if test is None)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Proposes projects under a policy.

    The signs of a project are a number with a bit for each, so that those of a county fit into memory.
    """

    policy: Policy

    def signs(self, row: Row, rules: frozenset[str]) -> int:
        """The signs that a project shows by itself. rules: ids of those that found something on its form."""
        seen = Seen(row, rules, self.policy)
        return sum(1 << bit for bit, (_, test) in enumerate(_SIGNS) if test is not None and test(seen))

    def large(self, budgets: Iterable[Decimal | float | None]) -> Decimal | float | None:
        """The smallest of the large budgets, of which the policy says the share; None without any."""
        ordered = sorted((budget for budget in budgets if budget), reverse=True)
        count = min(int(len(ordered) * self.policy.number("large_budgets")), len(ordered))
        return ordered[count - 1] if count > 0 else None

    def proposal(
        self, signs: int | None, budget: Decimal | float | None, large: Decimal | float | None
    ) -> dict[str, Any]:
        """建议抽查 and 抽查理由 of a project as columns; none where no form came (signs None)."""
        if signs is None:
            return {}
        signs |= _LARGE if large is not None and (budget or 0) >= large else 0
        points_of = dict(self.policy.bands("risk_points"))
        shown = [
            (points_of[reason], reason)
            for bit, (reason, _) in enumerate(_SIGNS)
            if signs >> bit & 1 and points_of[reason]
        ]
        chosen = sum(points for points, _ in shown) >= self.policy.number("sampling_risk")
        return {
            "sample": YES if chosen else NO,
            "sample_reason": "；".join(reason for _, reason in shown) if chosen else None,
        }


def _slow(seen: Seen) -> bool:
    """Whether the execution rate is below the policy's threshold."""
    return (
        seen.rate is not None
        and seen.number("annual_budget") > 0
        and seen.rate < seen.policy.number("execution_low")
    )


def _praised(seen: Seen) -> bool:
    """Whether the project gave itself full marks or the best grade."""
    best = seen.policy.bands("grades")[0][0]
    return seen.row.get("score") is not None and (seen.row.get("grade") == best or seen.row["score"] >= _FULL)
