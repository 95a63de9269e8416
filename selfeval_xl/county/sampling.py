"""Which projects the bureau should look at again (建议抽查): points for each sign of risk, and the signs as reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..policy import Policy
from .material import EXTRA

YES, NO = "是", "否"
_LARGE_SHARE = 10             # the largest tenth of the budgets
_FULL = 100
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a sign looks at: the row of 项目汇总, the rules that found something on the form, the policy, the least of the large budgets."""

    row: Row
    rules: frozenset[str]
    policy: Policy
    large: Decimal | None

    def number(self, key: str) -> Decimal:
        """A figure of the row, 0 where there is none."""
        return Decimal(self.row.get(key) or 0)

    @property
    def rate(self) -> Decimal | None:
        """The execution rate; None where there is none."""
        return self.row.get("execution_rate")


# Points, the reason, the test. Three points make a proposal (policy: sampling_risk).
_SIGNS: tuple[tuple[int, str, Callable[[Seen], bool]], ...] = (
    (3, "与台账数不一致", lambda seen: "F11" in seen.rules),
    (3, "满分或自评为优，但有指标未完成或执行率低", lambda seen: _praised(seen) and (bool(seen.row.get("unmet")) or _slow(seen))),
    (3, "全年预算零执行", lambda seen: seen.number("annual_budget") > 0 and seen.row.get("executed") == 0),
    (2, "执行率低", lambda seen: seen.row.get("executed") != 0 and _slow(seen)),
    (2, "错误较多", lambda seen: seen.number("errors") >= 3),
    (2, "各表同一指标不一致", lambda seen: bool(seen.rules & {"X01", "X02", "X07"})),
    (2, "未完成指标没有说明原因", lambda seen: seen.number("unexplained") > 0),
    (1, "有指标完成值为0", lambda seen: seen.number("zero") > 0),
    (1, "钱花完了而指标未完成较多", lambda seen: "F09" in seen.rules),
    (1, "年中调整较大", lambda seen: abs(seen.row.get("adjustment") or 0) > seen.policy.number("budget_change")),
    (1, "预算规模较大", lambda seen: seen.large is not None and seen.number("annual_budget") >= seen.large),
    (1, "完成值与指标值完全相同", lambda seen: "D09" in seen.rules),
    (1, "名册外项目", lambda seen: seen.row.get("status") == EXTRA),
)


def propose(rows: Sequence[dict[str, Any]], rules: Mapping[int, frozenset[str]], policy: Policy) -> None:
    """Writes 建议抽查 and 抽查理由 into the rows of projects that came. rules: the rules with findings, by the row's place."""
    large = _large([row["annual_budget"] for row in rows if row.get("annual_budget")])
    limit = policy.number("sampling_risk")
    for place, found in rules.items():
        seen = Seen(rows[place], found, policy, large)
        signs = [(points, reason) for points, reason, holds in _SIGNS if holds(seen)]
        chosen = sum(points for points, _ in signs) >= limit
        rows[place] |= {"sample": YES if chosen else NO, "sample_reason": "；".join(reason for _, reason in signs) if chosen else None}


def _large(budgets: list[Decimal]) -> Decimal | None:
    """The least budget of the largest tenth; None for a handful of projects."""
    ordered = sorted(budgets, reverse=True)
    return ordered[len(ordered) // _LARGE_SHARE - 1] if len(ordered) >= _LARGE_SHARE else None


def _slow(seen: Seen) -> bool:
    return seen.rate is not None and seen.number("annual_budget") > 0 and seen.rate < seen.policy.number("execution_low")


def _praised(seen: Seen) -> bool:
    return seen.row.get("score") is not None and (seen.row.get("grade") == "优" or seen.row["score"] >= _FULL)
