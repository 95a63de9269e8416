"""The funding table as the rules see it: the rows that a total sums up, and what rounding allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from selfeval_xl.assessment.reasons import money_name
from selfeval_xl.model.forms import Form, FundingLine
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import ZERO
from selfeval_xl.model.quantity import money, tidy
from selfeval_xl.rules.sums import Span, amount_span, decimals, summed

# Rows that belong to another source although the form does not say so.
_PARTS = re.compile(
    r"^(?:中央|上级|省级|市级|州级|县级|区级|乡镇?级|本级|地方|一般公共预算|政府性基金|国有资本经营|"
    r"专项债|一般债|债券|中央补助)"
)
# Sources named after a level of government; those side by side are sources of one total.
_LEVELS = re.compile(r"^(?:中央|上级|省级?|市级?|州级?|县级?|区级?|乡镇?级?|镇级|本级|地方)")
# Rows of the split by spending.
_SPENDING = re.compile(
    r"^(?:按支出|基本支出|项目支出|人员经费|公用经费|人员支出|公用支出|商品和服务|工资福利|"
    r"对个人和家庭|资本性支出|三公经费|其中[:：]?基本|其中[:：]?项目)"
)
_HEADS = re.compile(r"^按.{1,6}分")  # 按支出性质分, the heading of a split
_REST = re.compile(r"其他|其它|单位资金|自有资金|自筹|社会资金|银行贷款")
_FEWEST_COMPLETE = 2  # a list of so many sources is taken to be complete
EXACT_SLACK = Decimal("0.002")  # the most by which rounding makes equal figures differ
_FISCAL = re.compile(r"财政|一般公共预算|政府性基金|国有资本经营|中央|省级|市级|县级|区级|上级补助|本级")


def main_line(form: Form) -> FundingLine | None:
    """The total row, or the only source where the form prints no total."""
    total = form.total_funding
    if total is not None:
        return total
    top = [line for line in form.funding if line.part_of is None]
    return top[0] if len(top) == 1 else None


def is_below(line: FundingLine, threshold: Decimal) -> bool:
    """Whether the row has a budget and an execution rate below the threshold (a ratio)."""
    return line.rate is not None and bool(line.budget) and line.rate < threshold


def received(line: FundingLine) -> Decimal | None:
    """The amount in a further column of the row for what arrived (实际到位资金); None without one."""
    amounts = (money(text) for head, text in line.other.items() if "到位" in head and "率" not in head)
    return next((amount for amount in amounts if amount is not None), None)


def spent_what_came(line: FundingLine, threshold: Decimal) -> bool:
    """Whether less money arrived than was budgeted, and of that the share of the threshold was spent."""
    came, executed, budget = received(line), line.amount("executed"), line.budget
    if came is None or executed is None or not budget or not 0 < came < budget:
        return False
    return executed / came >= threshold


def is_fiscal(line: FundingLine) -> bool:
    """Whether the row is fiscal money: not the unit's own, no special account, not carried over."""
    name = money_name(line.source)
    return bool(_FISCAL.search(name)) and "专户" not in name and "结转" not in name


def sources(form: Form) -> list[FundingLine]:
    """The rows that a total may sum up: those of the first level, by source and not by spending."""
    return [
        line
        for line in form.funding
        if line.part_of is None
        and not line.is_total
        and not _SPENDING.match(line.source)
        and not _HEADS.match(line.source)
    ]


def exceeds(form: Form, key: str, total: Span, parts: list[FundingLine], slack: Decimal) -> Decimal | None:
    """The sum of the sources where it cannot be the total, else None.

    parts: those with an amount, at least one. slack: what the policy allows beyond rounding for each row, in
    the form's unit. A list without a row for the rest (其他资金) in this column and of one source only may be
    partial: then only a part above the total is wrong. Sources and their own parts may stand side by side
    unmarked, so either reading that gives the total is right.
    """
    allowed = slack * len(parts)
    if total_of(parts, key).meets(total, allowed):
        return None
    inside = _nested(sources(form))
    plain = [line for line in parts if line.source not in inside]
    nested = [line for line in parts if line.source in inside]
    readings = [lines for lines in (plain, nested, _without_sums(parts, key, allowed)) if lines]
    if any(total_of(lines, key).meets(total, allowed) for lines in readings):
        return None
    rest = (line for line in sources(form) if key in line.cells and _REST.search(line.source))
    if len(plain) >= _FEWEST_COMPLETE or any(rest):
        return _sum(plain or parts, key)
    largest = max(line.amount(key) or ZERO for line in parts)
    return _sum(parts, key) if largest > total.high + allowed else None


def summed_instead(form: Form, line: FundingLine, key: str, slack: Decimal) -> Decimal | None:
    """An amount as it follows from the sources where the total row's own is wrong (F01); else as printed."""
    parts = [row for row in sources(form) if row.amount(key) is not None]
    whole = amount_span(line, key)
    if not line.is_total or whole is None or not parts:
        return line.amount(key)
    other = exceeds(form, key, whole, parts, slack)
    return line.amount(key) if other is None else other


def _sum(lines: Iterable[FundingLine], key: str) -> Decimal:
    """The sum of the amounts as printed."""
    return sum((line.amount(key) or ZERO for line in lines), ZERO)


def _nested(lines: Iterable[FundingLine]) -> set[str]:
    """The sources that may be parts of another one: right below fiscal money, or below such a part."""
    found: set[str] = set()
    before: FundingLine | None = None
    for line in lines:
        named = bool(_PARTS.match(line.source))
        if named and before is not None and (before.source in found or _is_whole(before)):
            found.add(line.source)
        before = line
    return found


def _is_whole(line: FundingLine) -> bool:
    """Whether the source is fiscal money as a whole, of which the levels below it may be parts."""
    return ("拨款" in line.source or is_fiscal(line)) and not _LEVELS.match(line.source)


def _without_sums(lines: list[FundingLine], key: str, slack: Decimal) -> list[FundingLine]:
    """The rows without those that a row above sums up: of 上级资金 80, 中央 50, 省级 30 the first is left."""
    kept: list[FundingLine] = []
    rest = list(lines)
    while rest:
        line, *rest = rest
        kept.append(line)
        whole = amount_span(line, key)
        for count in range(len(rest), 1, -1):
            if whole and line.amount(key) and total_of(rest[:count], key).meets(whole, slack * count):
                rest = rest[count:]
                break
    return kept


def total_of(lines: Iterable[FundingLine], key: str) -> Span:
    """The numbers that the sum of these rows may be."""
    return summed(span for line in lines if (span := amount_span(line, key)) is not None)


def breakdowns(form: Form, key: str) -> list[tuple[str, list[FundingLine], Decimal]]:
    """The splits of the total besides its sources: name, rows, sum of each.

    Only splits that claim to be complete count.
    """
    found = []
    for line in form.funding:
        amount = line.amount(key)
        if amount is not None and _HEADS.match(line.source):
            found.append((line.source, [line], amount))
    basic = next(
        (line for line in form.funding if line.source == "基本支出" and not _under_head(form, line)), None
    )
    project = next(
        (line for line in form.funding if line.source == "项目支出" and not _under_head(form, line)), None
    )
    if basic and project:
        for_running, for_projects = basic.amount(key), project.amount(key)
        if for_running is not None and for_projects is not None:
            found.append(("基本支出加项目支出", [basic, project], for_running + for_projects))
    return found


def _under_head(form: Form, line: FundingLine) -> bool:
    return bool(line.part_of and _HEADS.match(line.part_of))


def subject_cells(lines: Iterable[FundingLine], key: str) -> list[str | None]:
    """The cells of the column `key` in these rows."""
    return [line.cells.get(key) for line in lines]


def ten_thousandfold(amount: Decimal, other: Decimal, slack: Decimal) -> bool:
    """Whether one amount is ten thousand times the other, as 元 typed for 万元 makes it.

    slack: how far off the factor may be, as a share of it.
    """
    large, small = (amount, other) if amount > other else (other, amount)
    return 0 < small * 1000 < large and abs(large / small / 10000 - 1) <= slack


def printed_rate_fits(form: Form, line: FundingLine, budget: Decimal, executed: Decimal) -> bool:
    """Whether any amounts within half a last digit give the printed rate, rounded or cut at its own digits.

    A rate may be printed as 99.86%, as 99.86 or as 0.9986. Amounts show no trailing zeros, so the digits are
    those of the most precise amount of the table; whole numbers count as rounded only from 100 on, and not
    where they are round.
    """
    text = tidy(line.execution_rate or "")
    number = money(text.rstrip("%"))
    if number is None:
        return True  # words in the cell are no rate that could be wrong
    if budget == 0:
        return executed == 0 and number == 0
    half = Decimal(5).scaleb(-_most_decimals(form) - 1)
    low, high = _bounds(budget, executed, half)
    step = Decimal(1).scaleb(-decimals(text))
    readings = [(number / 100, step / 100)]
    if not text.endswith("%"):
        readings.append((number, min(step, Decimal("0.01"))))
    exact = executed / budget
    return any(
        rate - step / 2 <= high and low <= rate + step / 2 or rate <= exact < rate + step
        for rate, step in readings
    )


def _most_decimals(form: Form) -> int:
    """The number of decimals of the most precise amount on the form."""
    return max(
        (
            decimals(getattr(row, key))
            for row in form.funding
            for key in AMOUNTS
            if row.amount(key) is not None
        ),
        default=0,
    )


def _bounds(budget: Decimal, executed: Decimal, half: Decimal) -> tuple[Decimal, Decimal]:
    """The least and the largest rate that amounts within `half` of these can have."""

    def slack(amount: Decimal) -> Decimal:
        return half if half < Decimal("0.5") or (amount >= 100 and amount % 10) else Decimal("0.005")

    if executed <= 0:
        return executed / budget, executed / budget
    least = budget - slack(budget)
    high = (executed + slack(executed)) / least if least > 0 else Decimal(10) ** 6
    return max(executed - slack(executed), ZERO) / (budget + slack(budget)), high
