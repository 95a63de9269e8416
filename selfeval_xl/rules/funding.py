"""Funding rules: do the amounts of a form add up, agree with each other, and stay within the budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import MONITORING, Form, FundingLine
from selfeval_xl.model.money import AMOUNTS, NAMES, amount_names, ten_thousand_yuan
from selfeval_xl.model.numbers import shown
from selfeval_xl.model.places import cells_shown
from selfeval_xl.model.quantity import is_blank, money
from selfeval_xl.rules.funding_table import (
    EXACT_SLACK,
    breakdowns,
    exceeds,
    is_below,
    is_fiscal,
    main_line,
    printed_rate_fits,
    sources,
    spent_what_came,
    subject_cells,
    summed_instead,
    ten_thousandfold,
    total_of,
)
from selfeval_xl.rules.money_left import rate_told, settlement
from selfeval_xl.rules.registry import EVERY_STAGE, SELF_EVALUATION, rule
from selfeval_xl.rules.sums import amount_span, in_ten_thousand
from selfeval_xl.rules.texts import (
    cells,
    explains_money,
    instead_of_text,
    percent,
    phrases,
    room_for_reasons,
)

_MONEY_SPENT = (SELF_EVALUATION, MONITORING)  # the stages on whose forms money is spent


@rule(
    "F01",
    "合计与分项之和不符",
    Severity.ERROR,
    asks=(
        "合计等于各项资金之和，年初预算数、全年预算数、全年执行数逐列核对；“其中”行不重复相加，"
        "允许四舍五入的误差。"
    ),
    stages=EVERY_STAGE,
)
def total_is_not_the_sum(form: Form, policy: Policy) -> Iterator[Finding]:
    """The total row equals the sum of its sources, in each money column by itself (财预〔2020〕10号附件1).

    Only complete breakdowns are summed; nested and partial 其中 rows are not. A sum is wrong only where no
    amounts that are printed like these give it.
    """
    total = form.total_funding
    if total is None:
        return
    lines = sources(form)
    for key, name in amount_names(form).items():
        wanted = amount_span(total, key)
        parts = [line for line in lines if line.amount(key) is not None]
        if wanted is None or not parts:
            if parts and key in total.cells and is_blank(getattr(total, key)):
                yield _empty_total(form, total, key, parts)
            continue
        summed = exceeds(form, key, wanted, parts, policy.number("funding_tolerance"))
        if summed is not None:
            listed = "＋".join(f"{line.source}{getattr(line, key)}" for line in parts if line.amount(key))
            yield replace(
                total.finding(
                    key,
                    (
                        f"{name}：合计填的是{getattr(total, key)}{form.money_unit}，"
                        f"各项资金加起来是{summed}{form.money_unit}（{listed or '各项都是0'}）。"
                    ),
                    hint="合计格原来是公式，被改成了数：恢复公式，再核对各项资金。"
                    if total.cells.get(key) in form.overtyped
                    else "核对合计行和各项资金，哪一处填错改哪一处。",
                    expected=str(summed),
                ),
                cell=cells(total.cells.get(key), *(line.cells.get(key) for line in parts)),
            )


def _empty_total(form: Form, total: FundingLine, key: str, parts: list[FundingLine]) -> Finding:
    """The finding on a total that is empty although its sources are filled in."""
    name = amount_names(form)[key]
    texts = [line for line in parts if key in line.stored]
    if texts:
        places = "、".join(
            f"{cells_shown(form.file, line.cells.get(key))}（{line.typed.get(key, getattr(line, key))}）"
            for line in texts
        )
        message = f"{name}：{places}是文字，不是数字，没有加进合计。"
        hint = "把这几格重新填成数字，不带单位，合计就会算出来。"
    else:
        listed = "＋".join(f"{line.source}{getattr(line, key)}" for line in parts)
        message = f"{name}：合计没有填，各项资金填了（{listed}）。"
        hint = "把各项资金加起来填在合计行。"
    return replace(
        total.finding(key, message, hint=hint, value=""),
        cell=cells(total.cells.get(key), *(line.cells.get(key) for line in parts)),
    )


@rule(
    "F02",
    "执行率与金额不符",
    Severity.ERROR,
    asks=(
        "填写的执行率要和金额对得上：全年执行数÷全年预算数，两位小数。金额由元四舍五入而来，"
        "凡在误差之内能算出这个率的都算对。绩效运行监控表按到监控时的执行数算。"
    ),
    stages=_MONEY_SPENT,
)
def impossible_rate(form: Form, policy: Policy) -> Iterator[Finding]:
    """The printed execution rate is 全年执行数 ÷ 全年预算数 (财预〔2020〕10号附件1).

    Amounts were rounded from 元: a rate is right when any amounts within half a last digit give it. 0 ÷ 0
    is printed as 0.00% or left empty.
    """
    for line in form.funding:
        budget, executed = line.budget, line.amount("executed")
        if (
            is_blank(line.execution_rate)
            or phrases("broken").search(line.execution_rate or "")
            or budget is None
            or executed is None
            or budget < 0
        ):
            continue
        if budget == 0 and executed != 0:
            continue  # F04 reports it
        if printed_rate_fits(form, line, budget, executed) or _fits_the_sums(form, line, policy):
            continue
        right = shown(line.rate) or "0.00%"
        initial = line.amount("initial_budget")
        hint = "执行率＝全年执行数÷全年预算数（调整后的预算数），按这个算法改。"
        if form.kind == MONITORING:
            names = amount_names(form)
            hint = f"执行率＝{names['executed']}÷{names[line.budget_key]}，按这个算法改。"
        if initial and initial != budget and printed_rate_fits(form, line, initial, executed):
            hint = "现在的数是用年初预算数算的；应当用全年预算数（调整后）做分母。"
        yield line.finding(
            "execution_rate",
            (
                f"{line.source}：执行率填的是{line.execution_rate}，"
                f"按执行数{line.executed}÷预算数{getattr(line, line.budget_key)}算应是{right}。"
            ),
            hint=hint,
            expected=right,
        )


def _fits_the_sums(form: Form, line: FundingLine, policy: Policy) -> bool:
    """Whether the rate of a total that is wrong (F01) is right for the sums: one fault is one finding."""
    slack = policy.number("funding_tolerance")
    budget, executed = (summed_instead(form, line, key, slack) for key in (line.budget_key, "executed"))
    if budget is None or executed is None or (budget, executed) == (line.budget, line.amount("executed")):
        return False
    return printed_rate_fits(form, line, budget, executed)


@rule(
    "F03",
    "执行数大于预算数",
    Severity.ERROR,
    asks="执行数不大于全年预算数。合计和财政拨款是错误，单位资金、其他资金请核实。",
    stages=_MONEY_SPENT,
)
def spent_more_than_budget(form: Form, policy: Policy) -> Iterator[Finding]:
    """Nothing is paid beyond the adjusted budget (预算法第十三条).

    An error in the total and 财政拨款, to be explained for 单位资金 and 其他资金.
    """
    over = [
        line
        for line in form.funding
        if (budget := line.budget)
        and budget > 0
        and (executed := line.amount("executed")) is not None
        and executed > budget
        and _is_over_as_summed(form, line, policy)
    ]
    top = [line for line in over if line.part_of is None] or over
    if not top:
        return
    first = next((line for line in top if line.is_total), None) or next(
        (line for line in top if is_fiscal(line)), top[0]
    )
    hard = any(line.is_total or is_fiscal(line) for line in top)
    raised = "填追加后的预算数" if form.kind == MONITORING else "全年预算数填调整后的数"
    listed = "；".join(
        f"{line.source}执行{line.executed}，预算{getattr(line, line.budget_key)}"
        for line in sorted(top, key=lambda line: not line.is_total)
    )
    yield replace(
        first.finding(
            "executed",
            f"执行数超过了{NAMES[first.budget_key]}：{listed}（{form.money_unit}）。",
            expected=f"不大于{getattr(first, first.budget_key)}",
            hint=f"核对这两个数：年中追加过预算的，{raised}；执行数多填的，改成实际支付数。",
            severity=None if hard else Severity.WARNING,
        ),
        cell=cells(*(line.cells.get("executed") for line in top)),
    )


def _is_over_as_summed(form: Form, line: FundingLine, policy: Policy) -> bool:
    """Whether more was spent by the sums of the sources too: a wrong total is F01's."""
    slack = policy.number("funding_tolerance")
    executed, budget = (summed_instead(form, line, key, slack) for key in ("executed", line.budget_key))
    return executed is None or budget is None or executed > budget


@rule("F04", "没有预算却有支出", Severity.ERROR, asks="没有预算的资金不应有支出。")
def paid_without_budget(form: Form, policy: Policy) -> Iterator[Finding]:
    """No payment over a zero budget (预算法第十三条)."""
    in_use = any(line.amount("annual_budget") for line in form.funding)
    without = []
    for line in form.funding:
        budget, executed = line.budget, line.amount("executed")
        missing = (
            is_blank(line.annual_budget)
            and in_use
            and not line.amount("initial_budget")
            and "annual_budget" in line.cells
        )
        if executed is not None and executed > 0 and (budget == 0 or missing):
            without.append(line)
    top = [line for line in without if line.part_of is None] or without
    if top:
        listed = "；".join(
            f"{line.source}预算{getattr(line, line.budget_key) or '没有填'}，执行{line.executed}"
            for line in top
        )
        yield replace(
            top[0].finding(
                "executed",
                f"没有预算却有支出：{listed}（{form.money_unit}）。",
                expected="0，或先填全年预算数",
                hint=f"有年中追加的，{NAMES[top[0].budget_key]}填追加后的数；没有支出的，执行数填0。",
            ),
            cell=cells(*(line.cells.get("executed") for line in top)),
        )


@rule(
    "F05",
    "执行率偏低没有说明原因",
    Severity.WARNING,
    asks="合计行执行率低于说明线（参数，默认90%）的，要在表里写明原因。",
)
def low_rate_without_reason(form: Form, policy: Policy) -> Iterator[Finding]:
    """An execution rate below the threshold needs a reason somewhere on the form.

    Looks at the total row (policy; 四川0013zp表填报说明: 90%).
    """
    line, floor = main_line(form), policy.number("execution_floor")
    if line is None or not is_below(line, floor) or explains_money(form, policy):
        return
    if spent_what_came(line, floor):
        return  # what did not arrive could not be spent, and the form says how much did
    settled = settlement(form)
    told = (
        f"{settled.what}写了“{settled.text}”，没有写余下的钱是结余还是没有支付。"
        if settled
        else f"表里没有说明原因。{instead_of_text(form, line.cells.get('note'))}"
    )
    why = "余下的钱是结算后的结余还是没有支付" if settled else "资金没有用完的原因和下一步打算"
    yield replace(
        line.finding(
            "execution_rate",
            f"{rate_told(form, line)}，低于{percent(floor)}，{told}",
            value=line.execution_rate or shown(line.rate),
            hint=f"{room_for_reasons(form)}写明{why}；由财政资金未下达造成的，照实写明即可。",
        ),
        cell=cells(line.cells.get("execution_rate"), line.cells.get("executed")),
    )


@rule(
    "F08", "金额不是数字", Severity.ERROR, asks="金额要填数字；负数请核实是不是退款冲减。", stages=EVERY_STAGE
)
def amount_is_no_number(form: Form, policy: Policy) -> Iterator[Finding]:
    """Amounts are numbers; a negative one (退款冲减) is asked about."""
    names = amount_names(form)
    for line in form.funding:
        for key, name in names.items():
            text = getattr(line, key)
            if is_blank(text) or phrases("broken").search(text):
                continue
            amount = money(text)
            if amount is None:
                yield line.finding(
                    key,
                    f"{line.source}的{name}填的是“{text}”，不是数字。",
                    hint=f"只填数字，单位是{form.money_unit}；没有金额填0。",
                    expected="数字",
                )
            elif amount < 0:
                yield line.finding(
                    key,
                    f"{line.source}的{name}是负数（{text}）。",
                    severity=Severity.WARNING,
                    hint="退款冲减的，请写明；填错的，改成正确的数。",
                )


@rule(
    "F11", "金额与台账不符", Severity.ERROR, asks="全年预算数、全年执行数与一体化台账一致。", needs="roster"
)
def unlike_the_ledger(form: Form, policy: Policy, ledger: FundingLine) -> Iterator[Finding]:
    """全年预算数 and 全年执行数 equal the budget ledger of the roster (tolerance 0.01万元).

    `ledger`: the project's amounts, in 万元.
    """
    line = main_line(form)
    if line is None:
        return
    for key in ("annual_budget", "executed"):
        amount, booked = line.amount(key), ledger.amount(key)
        printed_as, of_ledger = amount_span(line, key), amount_span(ledger, key)
        if amount is None or booked is None or printed_as is None or of_ledger is None:
            continue
        filled = ten_thousand_yuan(form, amount)
        if not in_ten_thousand(form, printed_as).meets(of_ledger, policy.number("funding_tolerance")):
            suspicion = (
                "，正好相差一万倍，像是金额单位填错了"
                if booked > 0 and filled > 0 and ten_thousandfold(filled, booked, EXACT_SLACK)
                else ""
            )
            yield line.finding(
                key,
                f"{NAMES[key]}填的是{getattr(line, key)}{form.money_unit}，"
                f"财政台账是{booked}万元{suspicion}。",
                expected=f"{booked}万元",
                hint="按财政一体化系统的数改；台账有误的，请与财政局核对。",
            )


@rule(
    "F15",
    "同一笔总额的两种分法不一致",
    Severity.WARNING,
    asks="同一笔总额按收入性质、按支出性质等几种分法，各自合计应当相等。",
)
def breakdowns_differ(form: Form, policy: Policy) -> Iterator[Finding]:
    """Breakdowns of one total (by income, by spending) agree with each other and with the total.

    (湖南省部门整体支出绩效自评表)
    """
    total = form.total_funding
    if total is None:
        return
    for key in AMOUNTS:
        wanted = total.amount(key)
        splits = breakdowns(form, key)
        if wanted is None or not splits:
            continue
        slack, whole = policy.number("funding_tolerance"), amount_span(total, key)
        wrong = [
            (amount, lines)
            for _, lines, amount in splits
            if whole and not total_of(lines, key).meets(whole, slack * len(lines))
        ]
        if wrong:
            listed = "，".join(f"{name}{amount}" for name, _, amount in splits)
            others = [other for other in AMOUNTS if other != key]
            in_words = not any(line.amount(other) for _, lines in wrong for line in lines for other in others)
            unsure = in_words and any(total.amount(other) == wanted for other in others)
            column = "" if unsure else f"{NAMES[key]}："  # 按收入性质分:2030.12 does not say of which it is
            yield replace(
                total.finding(
                    key,
                    f"{column}合计{getattr(total, key)}{form.money_unit}，{listed}，几处应当相等。",
                    value=str(wrong[0][0]),
                    expected=getattr(total, key),
                    hint="核对各种分法的合计，漏列的补上，填错的改正；口径不同的请说明。",
                ),
                cell=cells(
                    total.cells.get(key),
                    *(cell for _, lines in wrong for cell in subject_cells(lines, key)),
                ),
            )
