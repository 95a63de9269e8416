"""The sentence on budget and execution for forms that print no 执行率: behind 目标实际完成情况, or into the
remark. Asked first, never by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from .assessing import execution_rate, rounded, shown
from .edits import Edit, Look
from .forms import Form, FundingLine
from .grid import Grid, position
from .quantity import is_void
from .rules.money import main_line, ten_thousand_yuan
from .sheets import STUB

SENTENCE = "全年预算{budget}万元，执行{executed}万元，执行率{rate}。"
REASON = f"未执行原因：{STUB}"
WHY = "表上没有执行率一栏，写成一句话"
_WRITTEN = re.compile(r"全年预算[\d.,]+万元，执行[\d.,]+万元，执行率[\d.]+%。")
_WHOLE = Decimal(1)
_ENDS = "。！？；!?;"


def sentence_of(form: Form) -> str | None:
    """The sentence that is due: amounts in 万元 with two decimals, half up; a reason is asked for where not
    all was spent.

    None where the form has a place for the rate, or says no budget or no execution.
    """
    line = main_line(form)
    rate = execution_rate(line) if line is not None else None
    if (
        rate is None
        or not line.amount("annual_budget")
        or any("execution_rate" in each.cells for each in form.funding)
    ):
        return None
    told = SENTENCE.format(
        budget=_amount(form, line, "annual_budget"),
        executed=_amount(form, line, "executed"),
        rate=shown(rate),
    )
    return told + REASON if rate < _WHOLE else told


def sentence_edits(form: Form, grid: Grid, overwrite: bool = False) -> Iterator[Edit]:
    """The edit that writes the sentence; none where it stands on the form already. overwrite: figures in it
    that have changed are brought up to date.
    """
    told = sentence_of(form)
    cells = list(_places(form, grid)) if told else []
    written = [cell for cell in cells if _WRITTEN.search(_text(grid, cell))]
    if written and overwrite:
        old = _text(grid, written[0])
        new = _WRITTEN.sub(told.removesuffix(REASON), old, count=1)
        if new != old:
            yield Edit(grid.name, written[0], old, new, Look.STUB, WHY)
    if written or not cells:
        return
    old = _text(grid, cells[0])
    if is_void(old):
        yield Edit(grid.name, cells[0], old or None, told, Look.STUB, WHY)
    else:
        yield Edit(
            grid.name,
            cells[0],
            old,
            f"{old}{'' if old.endswith(tuple(_ENDS)) else '。'}\n{told}",
            Look.STUB,
            WHY,
        )


def sentence_in(edit: Edit) -> str:
    """The sentence that an edit of `sentence_edits` writes, for showing it before."""
    return str(edit.new)[_WRITTEN.search(str(edit.new)).start() :]


def _places(form: Form, grid: Grid) -> Iterator[str]:
    """Where the sentence may stand: behind what was attained, else in the remark of the total, else where the
    attained is still to be written.
    """
    goal, remark = form.goal.cells.get("actual"), (main_line(form) or form.funding[0]).cells.get("note")
    attained = [goal] if goal and not is_void(form.goal.actual) else []
    for named in (*attained, remark, *([] if attained else [goal])):
        cell = (named or "").split(",")[0]
        if cell and not (grid.formulas and position(cell) in grid.formulas()):
            yield cell


def _amount(form: Form, line: FundingLine, key: str) -> str:
    """An amount in 万元; one that two decimals would not show keeps six."""
    amount = ten_thousand_yuan(form, line.amount(key))
    return f"{rounded(amount)}" if rounded(amount) or not amount else f"{rounded(amount, 6).normalize():f}"


def _text(grid: Grid, cell: str) -> str:
    return grid.text(*position(cell)).strip()
