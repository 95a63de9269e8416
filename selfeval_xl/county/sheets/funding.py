"""资金明细: one row a fund row, amounts in 万元."""

from __future__ import annotations

from collections.abc import Iterator

from selfeval_xl.assessment.reasons import money_kind
from selfeval_xl.county.departments.data import BLANK, CountedForm, DepartmentData
from selfeval_xl.county.sheets.columns import FORM, HEAD, PLACE, Column, Sheet, amount, link, rate_of, rest_of
from selfeval_xl.county.sheets.row_heads import Row, form_head, place
from selfeval_xl.filings.roster import Project
from selfeval_xl.model.forms import FundingLine
from selfeval_xl.model.money import AMOUNTS, in_ten_thousands
from selfeval_xl.model.numbers import difference, ratio
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze

FUNDING = Sheet(
    "funding",
    "资金明细",
    (
        *HEAD,
        FORM,
        Column("kind", "行类型", 8),
        Column("source", "资金来源（原表）", 20, "wrap"),
        Column("category", "资金来源（归类）", 14),
        amount("initial_budget", "年初预算数（万元）"),
        amount("annual_budget", "全年预算数（万元）"),
        amount("executed", "全年执行数（万元）"),
        rate_of("execution_rate", "执行率（计算）", "executed", "annual_budget"),
        Column("stated_rate", "执行率（填报）", 10, "printed"),
        rest_of("unspent", "未执行金额（万元）", "annual_budget", "executed"),
        Column("points", "分值", 7, "number"),
        Column("score", "得分", 7, "number"),
        amount("ledger_budget", "台账全年预算数（万元）"),
        amount("ledger_executed", "台账支付数（万元）"),
        rest_of("ledger_difference", "与台账差额（万元）", "annual_budget", "ledger_budget", total=False),
        Column("money_unit", "原表金额单位", 8),
        *PLACE,
        link(),
    ),
    counted=("form", "kind", "category"),
    summed=("initial_budget", "annual_budget", "executed", "unspent"),
)
TOTAL_ROW, SOURCE_ROW, PART_ROW = "合计", "来源", "其中项"


def funding_rows(entry: DepartmentData) -> Iterator[Row]:
    """The rows of 资金明细 of a department: one per row of the forms' funding tables, amounts in 万元.

    A form that nobody has filled in has none: its amounts are those that the bureau issued.
    """
    for form in entry.forms:
        if form.status == BLANK:
            continue
        for line in form.form.funding:
            yield _funding(form, line)


def _funding(form: CountedForm, line: FundingLine) -> Row:
    """The row of 资金明细 of a funding row, with the ledger's amounts beside the total and each source."""
    unit = form.form.money_unit
    kind = TOTAL_ROW if line.is_total else SOURCE_ROW if line.part_of in (None, TOTAL_ROW) else PART_ROW
    ledger = form.ledger if line.is_total else _source_in_ledger(form, line) if kind == SOURCE_ROW else None
    row = {
        **form_head(form),
        "kind": kind,
        "source": line.source,
        "category": None if line.is_total else money_kind(line.source),
        **{key: in_ten_thousands(line.amount(key), unit) for key in AMOUNTS},
        "annual_budget": in_ten_thousands(line.budget, unit),
        "stated_rate": line.execution_rate,
        "points": money(line.points),
        "score": money(line.score),
        "ledger_budget": ledger.annual_budget if ledger else None,
        "ledger_executed": ledger.executed if ledger else None,
        "money_unit": unit or "万元",
        **place(
            form,
            line.cells.get("executed")
            or line.cells.get("annual_budget")
            or next(iter(line.cells.values()), None),
        ),
    }
    row["execution_rate"] = ratio(row["executed"], row["annual_budget"])
    row["unspent"] = difference(row["annual_budget"], row["executed"])
    row["ledger_difference"] = difference(row["annual_budget"], row["ledger_budget"])
    return row


def _source_in_ledger(form: CountedForm, line: FundingLine) -> Project | None:
    """The roster's row of this source of the project's money; None where no row, or several, name it."""
    named = [row for row in form.sources if row.source]
    same = [row for row in named if squeeze(row.source) == squeeze(line.source)]
    same = same or [row for row in named if money_kind(row.source) == money_kind(line.source)]
    lines = [
        other
        for other in form.form.funding
        if not other.is_total and money_kind(other.source) == money_kind(line.source)
    ]
    return same[0] if len(same) == 1 and len(lines) == 1 else None
