"""What a form says of the money that was not spent."""

from __future__ import annotations

import re

from selfeval_xl.model.forms import Form, FundingLine
from selfeval_xl.model.money import NAMES
from selfeval_xl.model.numbers import shown
from selfeval_xl.rules.texts import FormText, outcomes, phrases

_LONGEST_CLAUSE = 30  # letters of a text that a message quotes


def rate_told(form: Form, line: FundingLine) -> str:
    """The rate of a row with its amounts: 合计执行率45.17%（全年预算数20000元，执行9034元）."""
    unit = form.money_unit or ""
    amounts = f"{NAMES[line.budget_key]}{getattr(line, line.budget_key)}{unit}，执行{line.executed}{unit}"
    return f"{line.source}执行率{shown(line.rate)}（{amounts}）"


def settlement(form: Form) -> FormText | None:
    """The clause that says that a bill was settled or all was paid, where the form has one."""
    for text in outcomes(form):
        for clause in re.split(r"[，,。；;\n]+", text.text):
            if phrases("settlement").search(clause):
                return text._replace(text=clause.strip()[:_LONGEST_CLAUSE])
    return None
