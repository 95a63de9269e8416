"""Rules about the funds and the indicators of one form: do the two agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import Form, Indicator, Verdict
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.quantity import Kind, money, parse
from selfeval_xl.rules.funding_table import is_below, main_line, spent_what_came
from selfeval_xl.rules.money_left import rate_told, settlement
from selfeval_xl.rules.registry import rule
from selfeval_xl.rules.sums import Span, amount_span, exact
from selfeval_xl.rules.texts import cells, explains_money, room_for_reasons, several


@rule(
    "F09",
    "资金基本用完而较多指标未完成",
    Severity.WARNING,
    asks="资金基本用完（参数，默认95%），未完成的指标却较多（参数，默认30%）的，请说明钱用在了哪里。",
)
def spent_but_unmet(form: Form, policy: Policy) -> Iterator[Finding]:
    """Spent money (policy: 95%) does not go with many unmet indicators (policy: 30%, at least two)."""
    line = main_line(form)
    judged = [row for row in form.indicators if row.verdict is not None]
    unmet = [row for row in judged if row.verdict is Verdict.UNMET]
    if line is None or line.rate is None or line.rate < policy.number("spent_share"):
        return
    if len(unmet) >= 2 and Decimal(len(unmet)) / len(judged) >= policy.number("unmet_share"):
        yield replace(
            line.finding(
                "execution_rate",
                (
                    f"资金已支付{shown(line.rate)}，但{len(judged)}个指标里有{len(unmet)}个未完成（"
                    f"{several([row.name for row in unmet], '等')}）。"
                ),
                value=shown(line.rate),
                hint="核对指标完成值；确实没有完成的，说明钱用在了哪里。",
            ),
            cell=cells(
                line.cells.get("execution_rate"),
                line.cells.get("executed"),
                *(row.cells.get("actual") for row in unmet),
            ),
        )


@rule(
    "F12",
    "执行率低而指标全部完成",
    Severity.WARNING,
    asks="执行率很低（参数，默认60%），指标却全部完成或得满分的，请核实。",
)
def low_rate_yet_all_met(form: Form, policy: Policy) -> Iterator[Finding]:
    """A rate below 60% (policy) does not go with every indicator met or full marks."""
    line = main_line(form)
    if line is None or not is_below(line, policy.number("execution_low")) or explains_money(form, policy):
        return
    if spent_what_came(line, policy.number("execution_floor")):
        return
    rows = form.indicators
    all_met = len(rows) >= 2 and all(row.verdict in (Verdict.MET, Verdict.EXCEEDED) for row in rows)
    marked = [row for row in rows if money(row.points)]
    full = len(marked) >= 2 and all(money(row.score) == money(row.points) for row in marked)
    if all_met or full:
        claim = f"填报的{len(rows)}个指标全部完成" if all_met else "指标全部得满分"
        settled = settlement(form)
        told = (
            f"{settled.what}写了“{settled.text}”，没有写余下的钱是结余还是没有支付。"
            if settled
            else "表里没有说明余下的钱是节约了还是没有支付。"
        )
        yield replace(
            line.finding(
                "execution_rate",
                f"{rate_told(form, line)}，{claim}，{told}",
                value=line.execution_rate or shown(line.rate),
                hint=f"核对指标完成值；确实少花钱办成了事的，{room_for_reasons(form)}写明节约在哪里，"
                "或哪些款项还没有支付；由财政资金未下达造成的，照实写明即可。",
            ),
            cell=cells(line.cells.get("execution_rate"), line.cells.get("executed")),
        )


_OF_MONEY_SPENT = "执行数÷预算数"
# The names of indicators, and their formula (财预〔2013〕53号 部门整体支出绩效评价指标框架).
_MANAGEMENT = (
    (
        re.compile(
            r"^(?:部门|项目|全年|整体|年度)?预算(?:资金)?(?:完成|执行|使用|支出)率$"
            r"|^(?:项目|财政|专项|年度|补助)?(?:资金|经费)(?:执行|使用|支出|支付)率$"
        ),
        _OF_MONEY_SPENT,
    ),
    (re.compile(r"^(?:部门|项目|全年)?预算调整率$"), "（全年预算数－年初预算数）÷年初预算数"),
    (re.compile(r"^(?:部门)?结转结余率$"), "（全年预算数－执行数）÷全年预算数"),
    (
        re.compile(r"^(?:部门)?结转结余(?:资金)?(?:变动|增减|控制)率$"),
        "（本年结转结余－上年结转结余）÷上年结转结余",
    ),
    (re.compile(r"^应付(?:款|账款)?(?:占比|率)$"), "应付款÷执行数"),
    (re.compile(r"^应收(?:款|账款)?(?:占比|率)$"), "应收款÷预算数"),
)
# 三公经费控制率 and 公用经费控制率 follow from the row of that money, where the form has one.
_CONTROLLED = re.compile(r"^(?:部门)?(三公经费|公用经费|会议费|培训费)(?:支出)?(?:预算)?(控制率|变动率)$")
_CONTROLLED_BY = {"控制率": "执行数÷预算数", "变动率": "（全年预算数－年初预算数）÷年初预算数"}


@rule(
    "F14",
    "管理类指标与本表金额不符",
    Severity.WARNING,
    asks="预算完成率、预算调整率、结转结余率、三公经费控制率等管理类指标，与本表的金额算出来的一致。",
)
def indicator_unlike_own_money(form: Form, policy: Policy) -> Iterator[Finding]:
    """预算完成率, 预算调整率, 结转结余率, 三公经费控制率 and their like follow from the form's own funds.

    (财预〔2013〕53号)
    """
    line, close = main_line(form), policy.number("rate_tolerance")
    rates_asked = list(_management_rates(form))
    if line is None or not rates_asked:
        return
    spans = {key: amount_span(line, key) for key in AMOUNTS}
    initial, annual, executed = spans["initial_budget"], spans[line.budget_key], spans["executed"]
    if annual is None or annual.low <= 0 or executed is None:
        return
    over_initial = [executed.over(initial)] if initial and initial.low > 0 else []
    accepted_rates = (  # one list for each row of _MANAGEMENT
        [executed.over(annual), *over_initial],
        [annual.less(initial).size().over(initial)] if initial and initial.low > 0 else [],
        [annual.less(executed).over(annual)],
        _rates_of_carried_over(form, annual.less(executed)),
        _rates_of_row(form, "应付", "executed"),
        _rates_of_row(form, "应收", line.budget_key),
    )
    for indicator, name in rates_asked:
        ratio = _ratio(indicator)
        if ratio is None:
            continue
        yield from _controlled(form, indicator, name, ratio, close)
        for (pattern, formula), rates in zip(_MANAGEMENT, accepted_rates):
            if not pattern.match(name) or not rates or any(exact(ratio).meets(rate, close) for rate in rates):
                continue
            right = shown(rates[0].middle)
            examples = "" if formula == _OF_MONEY_SPENT else "（如扣除上级追加、不计财政收回）"
            yield replace(
                indicator.finding(
                    "actual",
                    f"“{name}”填的是{indicator.actual}，按本表资金算是{right}，算法是{formula}。",
                    expected=right,
                    hint=f"核对口径：口径相同的改成一致，得分一起改；口径不同的{examples}请说明。",
                ),
                cell=cells(indicator.cells.get("actual"), line.cells.get("annual_budget")),
            )


def _management_rates(form: Form) -> Iterator[tuple[Indicator, str]]:
    """The indicators that follow from the form's own funds, each with its bare name."""
    for indicator in form.indicators:
        if "率" in (indicator.name or ""):
            name = _bare_rate(indicator.name or "")
            if _CONTROLLED.match(name) or any(pattern.match(name) for pattern, _ in _MANAGEMENT):
                yield indicator, name


@lru_cache(maxsize=4096)
def _bare_rate(name: str) -> str:
    """The name without number, quotes and brackets."""
    return re.sub(r"^指标\d+[:：]|[\s“”\"]|[(（].{0,40}?[)）]", "", name)


def _rates_of_carried_over(form: Form, left: Span) -> list[Span]:
    """What 结转结余变动率 may be: `left` of this year against the row of money carried over from the last."""
    before = next((line for line in form.funding if re.search("上年.{0,4}结[转余]", line.source)), None)
    span = amount_span(before, before.budget_key) if before else None
    return [left.less(span).size().over(span)] if span and span.low > 0 else []


def _rates_of_row(form: Form, word: str, key: str) -> list[Span]:
    """What the money of a row (应付款) may be as a share of the total; none without such a row."""
    row, total = next((line for line in form.funding if word in line.source), None), main_line(form)
    if row is None or total is None:
        return []
    part = next((span for field in ("executed", row.budget_key) if (span := amount_span(row, field))), None)
    whole = amount_span(total, key)
    return [part.over(whole)] if part and whole and whole.low > 0 else []


def _controlled(
    form: Form, indicator: Indicator, name: str, ratio: Decimal, close: Decimal
) -> Iterator[Finding]:
    """The finding on a 控制率 or 变动率 that differs from the rate of that row by more than `close`."""
    match = _CONTROLLED.match(name)
    if match is None:
        return
    line = next((line for line in form.funding if match[1] in re.sub(r"[“”\"]", "", line.source)), None)
    if line is None:
        return
    initial, annual, executed = (line.amount(key) for key in AMOUNTS)
    if match[2] == "控制率":
        over, under = executed, annual
    else:
        changed = abs(annual - initial) if annual is not None and initial is not None else None
        over, under = changed, initial
    if over is None or not under or under < 0 or abs(ratio - over / under) <= close:
        return
    yield replace(
        indicator.finding(
            "actual",
            (
                f"“{name}”填的是{indicator.actual}，按本表“{line.source}”的金额算是{shown(over / under)}，"
                f"算法是{_CONTROLLED_BY[match[2]]}。"
            ),
            expected=shown(over / under),
            hint="核对口径：口径相同的改成一致；口径不同的（如与上年决算比）请说明。",
        ),
        cell=cells(indicator.cells.get("actual"), line.cells.get("annual_budget")),
    )


_IN_PERCENT = re.compile(r"[(（][%％][)）]\s*$")  # 资金使用率（%）


def _ratio(row: Indicator) -> Decimal | None:
    """A completed value as a ratio; None where it is none.

    A bare number counts as percent where target, unit column or name say so, and as a ratio where target and
    completed value both are numbers up to 1.
    """
    done, wanted = parse(row.actual), parse(row.target)
    if done.kind is not Kind.NUMBER or done.number is None:
        return None
    named = row.unit in ("%", "％") or _IN_PERCENT.search(row.name or "")
    if done.unit == "%" or (not done.unit and (wanted.unit == "%" or named)):
        return abs(done.number) / 100
    if done.unit or wanted.unit or wanted.number is None:
        return None
    return done.number if 0 <= done.number <= 1 and 0 < wanted.number <= 1 else None
