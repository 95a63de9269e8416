"""The sentence on budget and execution for forms without 执行率: behind 目标实际完成情况, or in the remark.

It is written only where a person asked for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval_xl.assessment.verdicts import execution_rate
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Grid, position
from selfeval_xl.model.money import ten_thousand_yuan
from selfeval_xl.model.numbers import rounded, shown
from selfeval_xl.model.quantity import is_void
from selfeval_xl.model.sheet_names import STUB
from selfeval_xl.rules.funding_table import main_line

SENTENCE = "全年预算{budget}万元，执行{executed}万元，执行率{rate}。"
REASON = f"未执行原因：{STUB}"
WHY = "表里没有执行率一栏，写成一句话"
_WRITTEN = re.compile(r"全年预算[\d.,]+万元，执行[\d.,]+万元，执行率[\d.]+%。")
_WHOLE = Decimal(1)
_ENDS = "。！？；!?;"


def sentence_of(form: Form) -> str | None:
    """The sentence that is due, with a stub for the reason where not all was spent.

    Amounts are in 万元 with two decimals, half up. None where the form has a cell for the rate, or lacks
    budget or execution.
    """
    line = main_line(form)
    if line is None or form.is_of_stage:
        return None
    rate, budget, executed = execution_rate(line), line.amount("annual_budget"), line.amount("executed")
    if rate is None or not budget or executed is None:
        return None
    if any("execution_rate" in each.cells for each in form.funding):
        return None
    sentence = SENTENCE.format(
        budget=_in_ten_thousands(form, budget),
        executed=_in_ten_thousands(form, executed),
        rate=shown(rate),
    )
    return sentence + REASON if rate < _WHOLE else sentence


def sentence_edits(form: Form, grid: Grid, overwrite: bool = False) -> Iterator[Edit]:
    """The edit that writes the sentence; none where the form has it already.

    overwrite: in a sentence that is there, figures that have changed are replaced.
    """
    sentence = sentence_of(form)
    cells = list(_candidate_cells(form, grid)) if sentence else []
    if not sentence or not cells:
        return
    written = [cell for cell in cells if _WRITTEN.search(_text(grid, cell))]
    if written:
        old = _text(grid, written[0])
        new = _WRITTEN.sub(sentence.removesuffix(REASON), old, count=1)
        if overwrite and new != old:
            yield Edit(grid.name, written[0], old, new, Look.STUB, WHY)
        return
    old = _text(grid, cells[0])
    if is_void(old):
        yield Edit(grid.name, cells[0], old or None, sentence, Look.STUB, WHY)
    else:
        new = f"{old}{'' if old.endswith(tuple(_ENDS)) else '。'}\n{sentence}"
        yield Edit(grid.name, cells[0], old, new, Look.STUB, WHY)


def sentence_in(edit: Edit) -> str:
    """The sentence that an edit of `sentence_edits` writes, to show it before; ValueError for other edits."""
    text = str(edit.new)
    found = _WRITTEN.search(text)
    if found is None:
        raise ValueError(f"no sentence in {text!r}")
    return text[found.start() :]


def _candidate_cells(form: Form, grid: Grid) -> Iterator[str]:
    """The cells that may take the sentence, the best first.

    目标实际完成情况 if it is filled in, then the remark of the total, then 目标实际完成情况 if it is empty.
    """
    goal, remark = form.goal.cells.get("actual"), (main_line(form) or form.funding[0]).cells.get("note")
    attained = [goal] if goal and not is_void(form.goal.actual) else []
    for named in (*attained, remark, *([] if attained else [goal])):
        cell = (named or "").split(",")[0]
        place = position(cell) if cell else None
        if place and place not in grid.pictures and not (grid.formulas and place in grid.formulas()):
            yield cell


def _in_ten_thousands(form: Form, amount: Decimal) -> str:
    """An amount of the form as a text in 万元; one that two decimals would not show keeps six."""
    converted = ten_thousand_yuan(form, amount)
    if rounded(converted) or not converted:
        return f"{rounded(converted)}"
    return f"{rounded(converted, 6).normalize():f}"


def _text(grid: Grid, cell: str) -> str:
    """The text that a cell shows."""
    return grid.text(*position(cell)).strip()
