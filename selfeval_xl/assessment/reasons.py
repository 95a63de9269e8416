"""The kind of cause that a reason names and the kind of money of a fund row, by tables of key words.

Also the case in which no reason is due.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.text_models import chance
from selfeval_xl.model.forms import Indicator
from selfeval_xl.model.quantity import Kind, is_blank
from selfeval_xl.model.sheet_names import STUB

OTHER_CAUSE, NO_CAUSE = "其他", "未说明"
OTHER_MONEY = "其他资金"
_CONTAINED = re.compile(r"[（(\[【〔][^）)\]】〕]*(?:[）)\]】〕]|$)|(?<=.)[，,、：:]?(?:包?含|包括|其中).*")


@cache
def _table(name: str) -> dict[str, re.Pattern[str]]:
    """A table of `reasons.toml`: the pattern of the key words, by label."""
    data = tomllib.loads(resources.files(__package__).joinpath("reasons.toml").read_text(encoding="utf-8"))
    return {label: re.compile("|".join(words)) for label, words in data[name].items()}


def causes() -> tuple[str, ...]:
    """All kinds of cause, in the order in which the bureau lists them."""
    order = (
        "资金未下达或拨付不及时",
        "政策或上级任务调整",
        "招标采购等前期工作滞后",
        "实施管理原因",
        "年初指标设置不合理",
        "不可抗力",
    )
    return (*order, OTHER_CAUSE, NO_CAUSE)


def listed_cause(cause: str | None) -> str:
    """The kind of cause as the bureau counts it: an officer's own words are 其他."""
    return cause if cause in causes() else OTHER_CAUSE


def money_kinds() -> tuple[str, ...]:
    """All kinds of money, in the order in which the bureau lists them."""
    return ("当年财政拨款", "上年结转资金", OTHER_MONEY)


@lru_cache(maxsize=20_000)
def cause_of(note: str | None) -> str:
    """The kind of cause that a reason names; 未说明 for an empty one or a stub that was never completed."""
    if not has_reason(note):
        return NO_CAUSE
    return next((label for label, words in _table("causes").items() if words.search(note or "")), OTHER_CAUSE)


def has_reason(note: str | None) -> bool:
    """Whether the text is a reason: not a dash, not 无, not the stub 【待补充】."""
    return not is_blank(note) and f"原因：{STUB}" not in (note or "")


@lru_cache(maxsize=20_000)
def measure_chance(note: str | None) -> float:
    """The chance that the text names an improvement measure, from 0 to 1."""
    if note is None or not has_reason(note) or f"改进措施：{STUB}" in note or _only_tells_a_change(note):
        return 0.0
    return chance("measure", note)


_CLAUSE = re.compile(r"[，,、；;。.！!\s]+")


def _only_tells_a_change(note: str) -> bool:
    """Whether every clause of the text says that a price, a cost or a number changed by itself."""
    clauses = [clause for clause in _CLAUSE.split(note) if clause]
    (change,) = _table("only_a_change").values()
    return bool(clauses) and all(map(change.match, clauses))


def has_measure(note: str | None) -> bool:
    """Whether the text names an improvement measure, as far as that can be said."""
    return measure_chance(note) >= 0.5


def lacks_measure(note: str | None, policy: Policy) -> bool:
    """Whether the text surely names no improvement measure (policy: how sure)."""
    return 1 - measure_chance(note) >= float(policy.number("text_sure"))


@lru_cache(maxsize=4096)
def money_kind(source: str) -> str:
    """The kind of money that a fund row's label names: 当年财政拨款, 上年结转资金 or 其他资金.

    What it contains (其他资金（含结转）) decides only where the name itself says nothing.
    """
    for text in (money_name(source), source):
        for label, words in _table("sources").items():
            if words.search(text):
                return label
    return OTHER_MONEY


def money_name(source: str) -> str:
    """A fund row's label without what it contains: in brackets, or behind 含 or 其中."""
    return _CONTAINED.sub("", source) or source


def exceeded_by_one(indicator: Indicator, policy: Policy) -> bool:
    """Whether an assessed indicator is a count with a small target (policy) that was exceeded by 1."""
    target, actual = indicator.target_quantity, indicator.actual_quantity
    if (
        target is None
        or actual is None
        or {target.kind, actual.kind} != {Kind.NUMBER}
        or target.number is None
        or actual.number is None
    ):
        return False
    measure = target.measure or actual.measure
    counted = measure is None or measure.dimension == "count"
    return counted and target.number <= policy.number("small_target") and actual.number - target.number <= 1
