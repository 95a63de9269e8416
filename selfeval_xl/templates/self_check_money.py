"""The facts of a form's money for the sheet 自查: texts for amounts, totals that do not fit, low rates."""

from __future__ import annotations

from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.templates.drawing import DrawnCell, value_of
from selfeval_xl.templates.form_cells import FormCells
from selfeval_xl.templates.references import above, below
from selfeval_xl.templates.row_state import EXPLAINED, NO_NUMBER, counted

Fact = tuple[str, Decimal | str]  # a formula and the value it has now
# Words in an outcome that explains why money was not spent.
_UNSPENT = ("未支付", "未下达", "结转", "未拨付", "未使用", "结余", "收回", "原因")


def no_numbers(form: FormCells) -> Fact:
    """The amounts that are texts, and so in no sum."""
    if form.drawing.money[1] < form.drawing.money[0]:
        return "0", Decimal(0)
    state = form.state(of_money=True)
    text = f'SUMPRODUCT(LEN({state})-LEN(SUBSTITUTE({state},"{NO_NUMBER}","")))'
    return text, Decimal(sum(states.count(NO_NUMBER) for states in form.states(of_money=True)))


def amounts(form: FormCells, key: str) -> list[DrawnCell]:
    """The cells for one of the three amounts, from top to bottom."""
    return sorted(
        (cell for cell in form.by_key.get(key, ()) if cell.look == "money"), key=lambda cell: cell.area.top
    )


_HALF_A_CENT = Decimal("0.005")  # the templates show two decimals


def unbalanced(form: FormCells) -> Fact:
    """The number of columns whose total is not the sum of its rows, beyond the tolerance; 0 as issued."""
    tolerance = form.drawing.policy.number("funding_tolerance")
    texts = []
    for key in AMOUNTS:
        total = form.total(key)
        parts = [cell for cell in amounts(form, key) if cell is not total]
        if total is None or not parts or not isinstance(total.value, Formula):
            continue
        where, summed = a1(total.area.top, total.area.left), _sources(form, total)
        texts.append(
            f"IF(AND(ISNUMBER({where}),COUNT({summed})>0),IF(ABS({where}-SUM({summed}))"
            f">{tolerance * len(parts) + _HALF_A_CENT * (len(parts) + 1)}+0.000001,1,0),0)"
        )
    return "+".join(texts) or "0", Decimal(0)


def _sources(form: FormCells, total: DrawnCell) -> str:
    """The area of the amounts that a total adds up: from it to the row below the money, or from its head."""
    first, last = form.drawing.money
    row = f"ROW({a1(total.area.top, total.area.left)})"
    if total.area.top == first:
        return below(total.area.left, last + 1, row)
    return above(total.area.left, first - 1, row)


def low_rate(form: FormCells) -> Fact:
    """1 where the total row's rate is below the policy's threshold and the form does not say why, else 0."""
    total = form.total("annual_budget")
    rates = form.by_key.get("execution_rate", ())
    rate = next((cell for cell in rates if total and cell.area.top == total.area.top), None)
    if total is None or rate is None:
        return "0", Decimal(0)
    floor = form.drawing.policy.number("execution_floor")
    where, budget = a1(rate.area.top, rate.area.left), a1(total.area.top, total.area.left)
    reasons, explained = _reasons(form)
    ratio = value_of(rate.value)
    low = ratio is not None and ratio < floor and bool(value_of(total.value)) and not explained
    return (
        f"IF(AND(ISNUMBER({where}),N({budget})>0),IF(AND({where}<{floor},{reasons}=0),1,0),0)",
        Decimal(int(low)),
    )


def _reasons(form: FormCells) -> tuple[str, bool]:
    """A formula that counts the texts that may explain a low rate, and whether there are any now."""
    funding_notes = form.by_key.get("funding.note", ())
    counts = [f"LEN({a1(cell.area.top, cell.area.left)})" for cell in funding_notes]
    outcome = form.first("goal.actual")
    if form.column("note"):
        counts.append(counted(form.state(), EXPLAINED))
    if outcome is not None:
        words = "{" + ",".join(f'"{word}"' for word in _UNSPENT) + "}"
        counts.append(f"SUMPRODUCT(--ISNUMBER(FIND({words},{a1(outcome.area.top, outcome.area.left)})))")
    explained = (
        any(EXPLAINED in state for state in form.states())
        or any(cell.value for cell in funding_notes)
        or (outcome is not None and any(word in str(outcome.value or "") for word in _UNSPENT))
    )
    return "+".join(counts) or "0", explained
