"""What was issued and locked stays as it was issued: names, budgets, indicators and targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity
from selfeval_xl.model.forms import (
    MONITORING,
    Form,
    FundingLine,
    Indicator,
)
from selfeval_xl.model.money import NAMES, ten_thousand_yuan
from selfeval_xl.model.quantity import parse, tidy
from selfeval_xl.rules.funding_table import main_line, ten_thousandfold
from selfeval_xl.rules.indicators import bare
from selfeval_xl.rules.registry import SELF_EVALUATION, rule
from selfeval_xl.rules.sums import amount_span, in_ten_thousand
from selfeval_xl.rules.texts import cells


@rule(
    "T04",
    "下发后锁定的内容被改动",
    Severity.ERROR,
    asks=(
        "下发时锁定的内容（项目名称、预算数、指标和指标值）不能改；有单位名册的按名册核对，"
        "没有的按工作簿里记下的核对。"
    ),
    needs="issued",
    stages=(SELF_EVALUATION, MONITORING),
)
def issued_value_changed(form: Form, policy: Policy, issued: Form) -> Iterator[Finding]:
    """The issued and locked fields (name, initial budget, indicators and targets) stay as issued.

    `issued`: the form as it was issued, by the roster where there is one, else by the workbook's own hidden
    sheet. With a roster the annual budget is the ledger's matter (F11).
    """
    yield from _name_changed(form, issued)
    tolerance = policy.number("funding_tolerance")
    for issued_line in issued.funding:
        line = (
            main_line(form)
            if issued_line.is_total
            else next((line for line in form.funding if line.source == issued_line.source), None)
        )
        if line is not None:
            yield from _amounts_changed(form, line, issued, issued_line, tolerance)
    yield from _indicators_changed(form, issued)


def _name_changed(form: Form, issued: Form) -> Iterator[Finding]:
    """The finding on a project whose name is not the issued one; a code in front does not matter."""
    if (
        form.project
        and issued.project
        and tidy(issued.project) not in (tidy(form.project), tidy(f"{form.project_code}-{form.project}"))
    ):
        yield form.finding(
            "project",
            f"项目名称下发时是“{issued.project}”，现在是“{form.project}”。",
            expected=issued.project,
            hint="改回下发时的名称；确实改了名的，请财政局重新下发。",
        )


def _indicators_changed(form: Form, issued: Form) -> Iterator[Finding]:
    """The findings on issued indicators that were renamed, deleted or given another target."""
    names = {bare(row.name) for row in issued.indicators}
    for row in issued.indicators:
        now = [other for other in form.indicators if bare(other.name) == bare(row.name)]
        renamed = next(
            (other for other in form.indicators if bare(other.name) not in names and _same_row(other, row)),
            None,
        )
        if not now and renamed is not None:
            yield _renamed(renamed, row)
        elif not now:
            yield Finding(
                message=f"下发的指标“{row.name}”不见了，它的指标值是“{row.target or '空的'}”。",
                hint="补回这个指标，按下发的名称和指标值填写。",
                subject=row.name,
                expected=" ".join(text for text in (row.name, row.target) if text),
            )
        elif row.target and all(parse(other.target) != parse(row.target) for other in now):
            changed = next((other for other in now if other.cells == row.cells), now[0])
            yield changed.finding(
                "target",
                (
                    f"“{row.name}”的年度指标值下发时是“{row.target}”，"
                    f"现在是{f'“{changed.target}”' if changed.target else '空的'}。"
                ),
                expected=row.target,
                hint="改回下发时的指标值；目标确实调整过的，请财政局重新下发。",
            )


def _amounts_changed(
    form: Form, line: FundingLine, issued: Form, issued_line: FundingLine, tolerance: Decimal
) -> Iterator[Finding]:
    """The findings on amounts of a fund row that are not the issued ones. tolerance: in 万元."""
    for key, name in NAMES.items():
        wanted, now = issued_line.amount(key), line.amount(key)
        # Only the hidden sheet, not the roster, shows that the cell was filled when it was issued.
        emptied = getattr(line, key) is None and bool(issued_line.cells)
        if wanted is None or (now is None and not emptied):
            continue
        was = ten_thousand_yuan(issued, wanted)
        if now is None or not _same_amount(form, line, issued, issued_line, key, tolerance):
            what = name if line.is_total else f"“{line.source}”的{name}"
            before = f"{getattr(issued_line, key)}{issued.money_unit or ''}"
            after = "空的" if now is None else f"{getattr(line, key)}{form.money_unit or ''}"
            if now and ten_thousandfold(ten_thousand_yuan(form, now), was, Decimal("0.002")):
                after += "，正好相差一万倍，像是金额单位填错了"
            yield line.finding(
                key,
                f"{what}下发时是{before}，现在是{after}。",
                expected=before,
                hint="改回下发时的数；预算确实调整过的，请财政局重新下发。",
            )


def _same_amount(
    form: Form, line: FundingLine, issued: Form, issued_line: FundingLine, key: str, tolerance: Decimal
) -> bool:
    """Whether an amount of the form can be the issued one."""
    now, was = amount_span(line, key), amount_span(issued_line, key)
    if now is None or was is None:
        return False
    return in_ten_thousand(form, now).meets(in_ten_thousand(issued, was), tolerance)


def _same_row(now: Indicator, issued: Indicator) -> bool:
    """Whether `now` stands in the cell of `issued`; where that is unknown, whether it has the same target."""
    if issued.cells:
        return bool(now.cells.get("name")) and now.cells.get("name") == issued.cells.get("name")
    return bool(issued.target) and parse(now.target) == parse(issued.target)


def _renamed(now: Indicator, issued: Indicator) -> Finding:
    """The finding on an indicator with another name than the issued one, and perhaps another target."""
    changes = [f"三级指标名称下发时是“{issued.name}”，现在是“{now.name or '空的'}”"]
    changed_cells, expected = [now.cells.get("name")], [issued.name or ""]
    if issued.target and parse(now.target) != parse(issued.target):
        changes.append(f"指标值下发时是“{issued.target}”，现在是“{now.target or '空的'}”")
        changed_cells.append(now.cells.get("target"))
        expected.append(issued.target)
    return replace(
        now.finding(
            "name",
            f"{'；'.join(changes)}。",
            expected=" ".join(expected),
            hint="改回下发时的名称和指标值；另外增加的指标请写在空行里。",
        ),
        cell=cells(*changed_cells),
    )
