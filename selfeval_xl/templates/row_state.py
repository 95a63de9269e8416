"""What is missing or wrong in a row of the form, as letters in the hidden column 行况 of the same row.

自查, the progress line and the total count rows by these letters, so their formulas stay short and right when
rows come and go. A row that a person inserted without the formulas has no letters, which is counted too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.sheet_names import STUB
from selfeval_xl.templates.drawing import CellValue, plain, value_of
from selfeval_xl.templates.form_values import Row
from selfeval_xl.templates.word_lists import NO_REASON, NO_VALUE, area_of

# Letters of an indicator's row: it has a name; completed value, score or reason is missing; no target, no
# name, a score above its points; it has a reason.
NAMED, NO_ACTUAL, NO_SCORE, SILENT, NO_TARGET, NO_NAME, ABOVE, EXPLAINED = "名缺分因标无超说"
# Letters of a row of amounts: it is one; an amount is text (one letter each); spent above the budget; the
# rate is not what the amounts give.
MONEY, NO_NUMBER, OVERSPENT, WRONG_RATE = "行字支率"
_RATE_TOLERANCE = "0.0000501"


def counted(state: str, letter: str) -> str:
    """A formula for the number of rows with the letter. state: the area of the column 行况."""
    return f'COUNTIF({state},"*{letter}*")'


def count(states: Sequence[str], letter: str) -> Decimal:
    """The same now."""
    return Decimal(sum(letter in state for state in states))


def state_formula(cell: Mapping[str, str], value: str, target: str, actual: str, verdict: str) -> str:
    """The formula of an indicator's row.

    cell: references by column key. value: of the target; target, actual: the tidied texts.
    """
    name, points, score, note = (cell.get(key, "") for key in ("name", "points", "score", "note"))
    blank = f'IF(LEN({score})=0,"{NO_SCORE}","")' if score else '""'
    parts = [f'"{NAMED}"&IF({_is_nothing(actual)},"{NO_ACTUAL}",{blank})']
    parts.append(f'IF(LEN({value})=0,"{NO_TARGET}",IF({_is_nothing(target)},"{NO_TARGET}",""))')
    text = f'IF(LEN({name})=0,IF(LEN({value})=0,"","{NO_NAME}"),{"&".join(parts)})'
    if note:
        tidy = f'SUBSTITUTE(TRIM({note}),"　","")'
        for mark in "。 ":
            tidy = f'SUBSTITUTE({tidy},"{mark}","")'
        silent = f'ISNUMBER(MATCH(":"&{tidy},{area_of("无原因")},0))'
        text += f'&IF({verdict}="{Verdict.UNMET.label}",IF({silent},"{SILENT}",""),"")'
        text += f'&IF(LEN({note})=0,"",IF(ISERROR(FIND("{STUB}",{note})),"{EXPLAINED}",""))'
    if points and score:
        text += f'&IF(COUNT({score},{points})<2,"",IF({score}>{points},"{ABOVE}",""))'
    return text


def state_of(data: Row, columns: Collection[str], actual: str, verdict: str, score: object) -> str:
    """The letters of an indicator's row now.

    columns: the keys of the table's columns. actual: tidied. score: typed or computed, None without one; ""
    on a form without scores.
    """
    target = str(data.get("target") or data.get("adjusted_target") or data.get("initial_target") or "")
    note = str(data.get("note") or "") if "note" in columns else STUB
    text = NO_NAME if target else ""
    if data.get("name"):
        text = NAMED
        if is_nothing(actual):
            text += NO_ACTUAL
        elif score is None:
            text += NO_SCORE
        text += NO_TARGET if is_nothing(target) else ""
    if verdict == Verdict.UNMET.label and "".join(note.replace("。", "").split()) in ("", *NO_REASON):
        text += SILENT
    text += EXPLAINED if note and STUB not in note else ""
    most, given = value_of(data.get("points")), value_of(score)
    return text + (ABOVE if most is not None and given is not None and given > most else "")


def money_formula(cell: Mapping[str, str]) -> str:
    """The formula of a row of amounts. cell: references by column key."""
    amounts = [cell[key] for key in AMOUNTS if key in cell]
    text = f'"{MONEY}"'
    for amount in amounts:
        text += f'&IF(ISTEXT({amount}),IF({_is_nothing(f"TRIM({amount})")},"","{NO_NUMBER}"),"")'
    budget, spent, rate = (cell.get(key) for key in ("annual_budget", "executed", "execution_rate"))
    if budget and spent:
        text += f'&IF(COUNT({budget},{spent})<2,"",IF({spent}>{budget},"{OVERSPENT}",""))'
        if rate:
            off = f"ABS({rate}-{spent}/{budget})>{_RATE_TOLERANCE}"
            text += f'&IF(COUNT({budget},{spent},{rate})<3,"",IF({budget}<=0,"",IF({off},"{WRONG_RATE}","")))'
    return text


def money_state(values: Mapping[str, CellValue]) -> str:
    """The letters of a row of amounts now. values: by column key, as they were drawn."""
    text = MONEY
    for key in AMOUNTS:
        value = plain(values.get(key))
        text += NO_NUMBER if isinstance(value, str) and not is_nothing(value.strip()) else ""
    budget, spent = (value_of(values.get(key)) for key in ("annual_budget", "executed"))
    over = budget is not None and spent is not None and spent > budget
    return text + (OVERSPENT if over else "")


def is_nothing(text: str) -> bool:
    """Whether a tidied text says nothing: it is empty, or only a dash."""
    return text in ("", *NO_VALUE)


def _is_nothing(tidy: str) -> str:
    return f'IF({tidy}="",TRUE,ISNUMBER(MATCH({tidy},{area_of("不是值")},0)))'
