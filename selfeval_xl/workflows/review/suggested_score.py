"""测算得分 of a row: the formula that gives the score which the re-checked value would earn.

For reference only. Where the formula could say something else than the program's own scoring, it says —.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.scoring import standard_of
from selfeval_xl.assessment.verdicts import judge
from selfeval_xl.county.review.paper import MONEY, PaperRow
from selfeval_xl.model.forms import Indicator, Verdict
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import ONE
from selfeval_xl.model.quantity import Kind, Quantity, parse
from selfeval_xl.model.sheet_names import text_literal

AT_LEAST, AT_MOST, RATE = "at least", "at most", "rate"
UNKNOWN = "—"
_LOW, _HIGH = Decimal("0.5"), Decimal("1.2")  # of the target: what is judged to learn which way is better
_NO_NUMBER = '{"-","/",":","%","¥","$","(","e","E","+","年","月","日"}'  # VALUE would take dates and more


def way_of(row: PaperRow, policy: Policy) -> str:
    """How a value is scored: `AT_LEAST`, `AT_MOST`, `RATE` for the money; "" where that is not certain.

    Asked of the program's own judgement, by a value below and one above the target.
    """
    if row.points is None:
        return ""
    if row.key == MONEY:
        return RATE
    target = parse(row.target)
    if target.kind is not Kind.NUMBER or not target.number or target.number < 0:
        return ""
    if standard_of(row.name, policy) is not None:
        return ""
    low, high = (_judged(row, target, part, policy) for part in (_LOW, _HIGH))
    reached = (Verdict.MET, Verdict.EXCEEDED)
    if low.verdict is Verdict.UNMET and low.attainment == _LOW and high.verdict in reached:
        return AT_LEAST
    if high.verdict is Verdict.UNMET and high.deviation == _HIGH - ONE and low.verdict in reached:
        return AT_MOST
    return ""


def _judged(row: PaperRow, target: Quantity, part: Decimal, policy: Policy):  # noqa: ANN202 - a Judgement
    """The judgement on a value that is this part of the target."""
    assert target.number is not None
    actual = Quantity(Kind.NUMBER, number=target.number * part, unit=target.unit)
    cost = Indicator(level1=row.level1, level2=row.level2).is_cost
    return judge(target, actual, cost=cost, name=row.name, over=policy.number("over_fulfilment"))


def number_formula(cell: str, unit: str) -> str:
    """The formula for the number in a cell; "" where it holds none in this unit.

    A rate needs its sign: 0.95 may be 95% or 0.95%.
    """
    plain = f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell}," ",""),",",""),"％","%")'
    if unit == "%":
        bare = f'SUBSTITUTE({plain},"%","")'
        return f'IF(ISNUMBER({cell}),"",IF(ISNUMBER(FIND("%",{plain})),{_value(bare)},""))'
    bare = f'SUBSTITUTE({plain},{text_literal(unit)},"")' if unit else plain
    return f"IF(ISNUMBER({cell}),{cell},{_value(bare)})"


def _value(text: str) -> str:
    """The formula for a text as a number; "" where it holds letters that would make it a day or a rate."""
    return f'IF(SUMPRODUCT(--ISNUMBER(FIND({_NO_NUMBER},{text})))>0,"",IFERROR(VALUE({text}),""))'


def score_formula(way: str, row: PaperRow, policy: Policy, value: str, number: str, points: str) -> str:
    """The formula for the score, — where there is none. value, number, points: cells of the row."""
    score = _score(way, row, policy, number, points) if way else ""
    if not score:
        return f'IF({value}="","","{UNKNOWN}")'
    return f'IF({value}="","",IF(AND(ISNUMBER({number}),ISNUMBER({points})),{score},"{UNKNOWN}"))'


def _score(way: str, row: PaperRow, policy: Policy, number: str, points: str) -> str:
    """The formula for the score of a number."""
    if way == RATE:
        return _rate_score(policy, number, points)
    target = parse(row.target).number
    assert target is not None
    wanted = plain_number(target)
    if way == AT_LEAST:
        full = _less_for_more(policy, number, wanted, points)
        return f"IF({number}>={wanted},{full},ROUND({points}*MAX(0,{number}/{wanted}),2))"
    if policy["score_at_most"] == "proportional":
        part = f"{wanted}/{number}"
    else:
        part = f"MAX(0,1-({number}-{wanted})/{wanted})"
    return f"IF({number}<={wanted},{points},ROUND({points}*{part},2))"


def _rate_score(policy: Policy, number: str, points: str) -> str:
    """The score of an execution rate in per cent."""
    bands = policy.bands("execution_score_bands")
    if not bands:
        return f"ROUND({points}*MIN(1,MAX(0,{number}/100)),2)"
    return f"MIN({points},{_highest(f'{number}/100', bands)})"


def _less_for_more(policy: Policy, number: str, wanted: str, points: str) -> str:
    """The points of a target that was reached, less what the policy takes for having gone far beyond it."""
    deviation = f"({number}/{wanted}-1)"
    if bands := policy.bands("over_bands"):
        return f"ROUND(MAX(0,{points}-{_highest(deviation, bands)}),2)"
    factor = policy.number("over_deduction")
    if not factor:
        return points
    beyond = f"MAX(0,{deviation}-{plain_number(policy.number('over_fulfilment'))})"
    return f"ROUND({points}-{points}*MIN(1,{plain_number(factor)}*{beyond}),2)"


def _highest(value: str, bands: Iterable[tuple[str, Decimal]]) -> str:
    """The largest number of the bands whose floor a value reaches; 0 below all of them."""
    reached = ",".join(f"IF({value}>={floor},{plain_number(number)},0)" for floor, number in bands)
    return f"MAX(0,{reached})"
