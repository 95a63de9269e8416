"""Rules on monitoring forms: is money spent in time, do money and work keep step, is the forecast possible.

The outlook is the unit's own word; what is asked here is whether the form agrees with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import MONITORING, Form, FundingLine, Indicator, Outlook
from selfeval_xl.model.money import NAMES, amount_names
from selfeval_xl.model.numbers import ONE, ZERO, rounded, shown
from selfeval_xl.model.periods import last_month
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.rules.amounts_done import adds_up, amount_of
from selfeval_xl.rules.funding_table import main_line, spent_what_came, summed_instead
from selfeval_xl.rules.indicators import named
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.sums import amount_span
from selfeval_xl.rules.texts import cells, explains_money, mentions, percent, says_something

_STAGES = (MONITORING,)


@rule(
    "M01",
    "执行进度偏慢",
    Severity.WARNING,
    asks=(
        "监控时的执行率不低于当月的预警线（参数，默认4月25%、6月40%、8月60%、10月80%；两个月之间按前一条线）。"
        "看不出监控到几月的不比较（T02）。"
    ),
    stages=_STAGES,
)
def money_is_late(form: Form, policy: Policy) -> Iterator[Finding]:
    """The execution rate to date is not below the threshold of the month (财预〔2019〕136号; policy).

    Between two months the earlier threshold holds: nobody published one for those, and a wrong warning costs
    more than a missing one. A form that explains its money is for the bureau alone.
    """
    line = main_line(form)
    rate = _rate(form, line, policy) if line is not None else None
    if line is None or rate is None:
        return
    month, floor = last_month(form.through), due_rate(form.through, policy)
    if floor is None or rate >= floor or spent_what_came(line, floor):
        return
    explained = explains_money(form, policy)
    yield replace(
        line.finding(
            "execution_rate",
            f"到{month}月底执行率{shown(rate)}，低于预警线{percent(floor)}"
            f"{'；表里写了原因' if explained else ''}。",
            value=line.execution_rate or shown(rate),
            expected=f"不低于{percent(floor)}",
            hint="请财政核实写的原因，跟踪后面几个月的进度。"
            if explained
            else "说明进度慢的原因和下一步打算；由财政资金未下达造成的，照实写明即可。",
        ),
        cell=cells(line.cells.get("execution_rate"), line.cells.get("executed")),
        treatment=Treatment.BUREAU if explained else None,
    )


def due_rate(through: str | None, policy: Policy) -> Decimal | None:
    """The execution rate that is due by the end of these months; None where nobody knows which they are."""
    month = last_month(through)
    if month is None:
        return None
    floors = policy.bands("progress_floors")
    return next((floor for name, floor in reversed(floors) if int(name.removesuffix("月")) <= month), ZERO)


def progress_floors(policy: Policy) -> list[tuple[str, Decimal]]:
    """The rates that are due in the course of the year, each with its name, the highest first."""
    rates = {floor for _, floor in policy.bands("progress_floors")}
    return [(percent(rate), rate) for rate in sorted(rates, reverse=True)]


def _rate(form: Form, line: FundingLine, policy: Policy) -> Decimal | None:
    """The execution rate to date, as printed; None without an executed amount or a budget above 0.

    A wrong total is F01's: here the sums of the sources count in its place.
    """
    slack = policy.number("funding_tolerance")
    budget, executed = (summed_instead(form, line, key, slack) for key in (_budget_key(line), "executed"))
    if budget is None or executed is None or budget <= 0:
        return None
    return rounded(executed / budget, 4)


@rule(
    "M02",
    "资金进度和目标进度相差大",
    Severity.WARNING,
    asks=(
        "资金执行进度和绩效目标完成进度相差不超过10个百分点（参数）。目标进度只看能累计的数量指标（完成数÷指标值，"
        "不超过100%，取平均），比率、时限、成本、满意度和常年不变的人数不算；能算的指标太少（参数，默认3个）不比较。"
    ),
    stages=_STAGES,
)
def money_and_work_apart(form: Form, policy: Policy) -> Iterator[Finding]:
    """Money and targets keep step: their progress is at most 10 points apart (policy).

    Progress of the targets is the mean over numeric ≥ or = targets of work that adds up, each at most 100 %;
    counts of a few things (policy) have no steps. Where work is ahead of money only targets not yet reached
    count: a number that stood at its target from the first day says nothing.
    """
    line = main_line(form)
    rate = _rate(form, line, policy) if line is not None else None
    if line is None or rate is None:
        return
    done = [(row, share) for row in form.indicators if (share := _progress(row, policy)) is not None]
    under_way = [(row, share) for row, share in done if share < ONE]
    gap, least = policy.number("progress_gap"), policy.number("progress_indicators")
    for rows, sign in ((done, 1), (under_way, -1)):
        if not rows or len(rows) < least:
            continue
        mean = sum((share for _, share in rows), ZERO) / len(rows)
        if (rate - mean) * sign > gap:
            late = [row for row, share in rows if share < rate]
            told = all(map(_has_cause, late)) if sign > 0 else explains_money(form, policy)
            yield _apart(line, [row for row, _ in rows], rate, mean, told)
            return


def _progress(row: Indicator, policy: Policy) -> Decimal | None:
    """The share of the target that is done, at most 1; None where it cannot be told, or has no steps."""
    target, done = amount_of(row, row.target, is_target=True), progress(row)
    if target is None or done is None:
        return None
    if target.dimension == "count" and target.value <= policy.number("small_target"):
        return None
    return min(ONE, done)


def progress(row: Indicator) -> Decimal | None:
    """What is done of a target that adds up in the course of the year, as a ratio; None for any other."""
    target, done = amount_of(row, row.target, is_target=True), amount_of(row, row.actual)
    if not adds_up(row) or target is None or done is None or not target.value or not done.compares(target):
        return None
    return done.value / target.value


def _has_cause(row: Indicator) -> bool:
    """Whether a cause is ticked or written in the row."""
    return bool(row.causes) or says_something(row.note)


def _apart(line: FundingLine, rows: Sequence[Indicator], rate: Decimal, mean: Decimal, told: bool) -> Finding:
    """The finding on money and targets that do not keep step. told: the form says why."""
    points = abs(rate - mean) * 100
    order = "快于" if rate > mean else "慢于"
    return replace(
        line.finding(
            "executed",
            f"资金进度{shown(rate)}，绩效目标进度{shown(mean)}（{len(rows)}个数量指标的平均），"
            f"资金{order}目标{points:.2f}个百分点{'；表里写了原因' if told else ''}。",
            value=line.execution_rate or shown(rate),
            expected=f"与目标进度{shown(mean)}相差不大",
            hint="请财政核实写的原因。" if told else "核对执行数和各指标的完成数；都对的，说明为什么不同步。",
        ),
        cell=cells(line.cells.get("executed"), *(row.cells.get("actual") for row in rows)),
        treatment=Treatment.BUREAU if told else None,
    )


@rule(
    "M03",
    "完不成而没有写原因",
    Severity.ERROR,
    asks="完成目标可能性是“完全不可能”的指标，要勾选或写明偏差原因。没有原因栏、全表都没有说明的，请说明。",
    stages=_STAGES,
)
def impossible_without_cause(form: Form, policy: Policy) -> Iterator[Finding]:
    """What cannot be reached any more has its cause: one that is ticked, or words (财预〔2019〕136号附件)."""
    for row in form.indicators:
        if row.outlook is not Outlook.IMPOSSIBLE or _has_cause(row):
            continue
        has_column = bool({"note", "causes"} & {*form.indicator_columns, *row.cells})
        if not has_column and mentions(form, row):
            continue
        found = row.finding(
            "outlook",
            f"{named(row)}完成目标可能性是“{Outlook.IMPOSSIBLE.label}”，没有写偏差原因。",
            value=Outlook.IMPOSSIBLE.label,
            hint="勾选原因（经费、制度、人员、硬件条件保障等），并写明情况和打算；还有可能完成的，改选“有可能”。",
            severity=None if has_column else Severity.WARNING,
        )
        yield replace(
            found, cell=cells(row.cells.get("outlook"), row.cells.get("causes"), row.cells.get("note"))
        )


@rule(
    "M04",
    "全年预计数小于已完成数",
    Severity.ERROR,
    asks="全年预计执行数不小于已执行数；能累计的数量，全年预计完成数不小于已完成数。比率、满意度、单价一类可升可降，不查。",
    stages=_STAGES,
)
def forecast_below_done(form: Form, policy: Policy) -> Iterator[Finding]:
    """What is forecast for the year is no less than what is done already: money, and work that adds up."""
    names = amount_names(form)
    less = [
        line
        for line in form.funding
        if _is_below(line, "forecast", "executed")
        and _sums_are_below(form, line, "forecast", "executed", policy)
    ]
    top = [line for line in less if line.is_total] or [line for line in less if line.part_of is None] or less
    if top:
        listed = _listed(top, "forecast", "executed", names)
        yield replace(
            top[0].finding(
                "forecast",
                f"{names['forecast']}小于{names['executed']}：{listed}（{form.money_unit}）。",
                expected=f"不小于{top[0].executed}",
                hint="全年预计执行数包括已经执行的；核对这两个数，填错的改正。",
            ),
            cell=cells(*(line.cells.get(key) for line in top for key in ("forecast", "executed"))),
        )
    for row in form.indicators:
        forecast, done = amount_of(row, row.forecast), amount_of(row, row.actual)
        if adds_up(row) and forecast and done and forecast.is_below(done):
            yield replace(
                row.finding(
                    "forecast",
                    f"{named(row)}已完成“{row.actual}”，全年预计完成“{row.forecast}”，反而少了。",
                    expected=f"不小于{row.actual}",
                    hint="全年预计完成情况包括已经完成的；核对这两个数，填错的改正。",
                ),
                cell=cells(row.cells.get("forecast"), row.cells.get("actual")),
            )


def _is_below(line: FundingLine, key: str, other: str) -> bool:
    """Whether one amount of a row is below another, whatever was rounded."""
    one, two = amount_span(line, key), amount_span(line, other)
    return one is not None and two is not None and one.high < two.low


def _sums_are_below(form: Form, line: FundingLine, key: str, other: str, policy: Policy) -> bool:
    """Whether it is below by the sums of the sources too: a wrong total is F01's."""
    slack = policy.number("funding_tolerance")
    one, two = (summed_instead(form, line, name, slack) for name in (key, other))
    return one is None or two is None or one < two


def _listed(lines: Iterable[FundingLine], key: str, other: str, names: dict[str, str]) -> str:
    """The two amounts of each row, as a sentence lists them."""
    return "；".join(
        f"{line.source}{names[key]}{getattr(line, key)}，{names[other]}{getattr(line, other)}"
        for line in lines
    )


@rule(
    "M05",
    "全年预计执行数大于预算数",
    Severity.WARNING,
    asks="全年预计执行数不大于全年预算数；没有填全年预算数的，不大于年初预算数。年中追加了预算的，填调整后的数或说明。",
    stages=_STAGES,
)
def forecast_above_budget(form: Form, policy: Policy) -> Iterator[Finding]:
    """No more is forecast than was budgeted.

    The adjusted budget counts, the initial one where no other is filled in.
    """
    over = [
        line
        for line in form.funding
        if _is_below(line, key := _budget_key(line), "forecast")
        and _sums_are_below(form, line, key, "forecast", policy)
    ]
    top = [line for line in over if line.is_total] or [line for line in over if line.part_of is None] or over
    if not top:
        return
    first, names = top[0], amount_names(form)
    budget = _budget_key(first)
    added = "年中追加过预算的，填追加后的预算数" if budget == "initial_budget" else "追加了预算的，改预算数"
    yield replace(
        first.finding(
            "forecast",
            f"{names['forecast']}超过了{NAMES[budget]}：{_listed(top, 'forecast', budget, names)}"
            f"（{form.money_unit}）。",
            expected=f"不大于{getattr(first, budget)}",
            hint=f"核对这两个数；{added}，或说明来源。",
        ),
        cell=cells(*(line.cells.get(key) for line in top for key in ("forecast", budget))),
    )


def _budget_key(line: FundingLine) -> str:
    """The key of the budget in force: in the course of the year an adjusted one may not be filled in yet."""
    return "initial_budget" if is_blank(line.annual_budget) else "annual_budget"
