"""What follows from a result for the next budget, and how a county writes its rules for that in the policy.

The rules are texts: 优：优先保障、中：压减10% by grade, 60%：压减10% by execution rate, 无 for none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy, number_or_text
from selfeval_xl.errors import PolicyError
from selfeval_xl.model.grid import percent_text, plain_number

FIRST, NORMAL, CUT, CANCEL = "优先保障", "正常安排", "压减", "取消"
USES = (FIRST, NORMAL, CUT, CANCEL)
NO_RULE = "无"
BY_GRADE, TWO_YEARS, BY_RATE = "use_of_grade", "use_two_years", "use_low_rate"
BY_GRADES = (BY_GRADE, TWO_YEARS)  # the parameters whose entries begin with a grade
_MOST_DIGITS = 30  # more than a rate that was computed has
_CUT = re.compile(rf"{CUT}(?:(\d{{1,3}}(?:\.\d{{1,4}})?)[%％])?")
_EXAMPLES = {
    BY_GRADE: "优：优先保障、良：正常安排、中：压减10%、差：取消",
    TWO_YEARS: "中：压减30%、差：取消",
    BY_RATE: "60%：压减10%、30%：压减30%",
}


def weight(use: str) -> Decimal:
    """How grave a use is: 优先保障 the least, 压减 by its percentage, 取消 the most."""
    if use in (FIRST, NORMAL):
        return Decimal(-2 if use == FIRST else -1)
    match = _CUT.fullmatch(use)
    return Decimal(match[1] or 0) if match else Decimal(101)


def as_written(parameter: str, entries: Sequence[Sequence[str]]) -> str:
    """The entries of one of these parameters as one text. Raises PolicyError with what to write instead."""
    if [list(entry) for entry in entries] in ([], [[NO_RULE]]):
        if parameter == BY_GRADE:
            raise PolicyError(f"应写成“{_EXAMPLES[parameter]}”，不能写“{NO_RULE}”。")
        return NO_RULE
    found: dict[str, str] = {}
    for entry in entries:
        whole = "：".join(entry)
        if len(entry) != 2 or not entry[0]:
            raise PolicyError(f"应写成“{_EXAMPLES[parameter]}”，现在写的是“{whole}”。")
        head = _rate(entry[0], whole) if parameter == BY_RATE else entry[0]
        if head in found:
            raise PolicyError(f"“{head}”写了两次，请留一个。")
        found[head] = _use(entry[1], whole)
    return "、".join(f"{head}：{use}" for head, use in found.items())


def _rate(text: str, whole: str) -> str:
    """The execution rate of an entry as percent. Raises PolicyError."""
    number = number_or_text(text)
    if not isinstance(number, Decimal) or not 0 < number <= 1:
        raise PolicyError(
            f"执行率应写大于0、不超过100%的数，例如“{_EXAMPLES[BY_RATE]}”，现在写的是“{whole}”。"
        )
    return f"{plain_number(number * 100)}%"


def _use(text: str, whole: str) -> str:
    """The use of an entry in its usual form. Raises PolicyError where it is none of the four."""
    use = text.replace(" ", "").replace("％", "%")
    match = _CUT.fullmatch(use)
    if use not in (FIRST, NORMAL, CANCEL) and not (
        match and (match[1] is None or 0 < Decimal(match[1]) < 100)
    ):
        raise PolicyError(
            f"怎样安排只能写{FIRST}、{NORMAL}、{CUT}百分之几（如“{CUT}10%”）、{CANCEL}，现在写的是“{whole}”。"
        )
    return use


def rules_of(policy: Policy, parameter: str) -> dict[str, str]:
    """The use by grade, or by execution rate as it is written; empty where the county has no such rule."""
    text = str(policy[parameter])
    return dict(entry.split("：") for entry in text.split("、")) if text != NO_RULE else {}


def rates_of(policy: Policy) -> list[tuple[Decimal, str]]:
    """The execution rates below which something follows, with what; the lowest first."""
    return sorted((Decimal(head.rstrip("%")) / 100, use) for head, use in rules_of(policy, BY_RATE).items())


def unknown_grade(policy: Policy) -> tuple[str, str] | None:
    """The parameter of a county's own that names a grade that the policy does not have, with the message."""
    grades = [name for name, _ in policy.bands("grades")]
    for parameter in BY_GRADES:
        where = policy.parameters[parameter].where
        wrong = next((grade for grade in rules_of(policy, parameter) if grade not in grades), None)
        if wrong is not None and where != "默认":
            return where, f"没有“{wrong}”这个等级，参数“等级”里有的是{'、'.join(grades)}。"
    return None


def shown_below(rate: Decimal, line: Decimal) -> str:
    """That a rate is below a line of the rules, with as many digits as show it: 执行率59.996%低于60%."""
    finer = (digits for digits in range(2, _MOST_DIGITS) if _shown(rate, digits) < line * 100)
    digits = next(finer, _MOST_DIGITS)
    return f"执行率{percent_text(rate, digits)}低于{plain_number(line * 100)}%"


def _shown(rate: Decimal, digits: int) -> Decimal:
    """The rate in percent as `percent_text` prints it."""
    return Decimal(percent_text(rate, digits).rstrip("%"))
