"""完成率, 偏差率 and 判定 beside the indicators as plain formulas, for targets such as ≥95%, =12月, ≤10次.

The formulas cover what is common, one number on each side in the same unit, or the same words; of the rest
they say that they do not understand it, rather than something wrong. Helper columns, hidden right of the
verdict, hold the intermediate values. `settle` computes the same in Python, for the values cached with the
formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from selfeval_xl.assessment.direction import bad_words
from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.assessment.scoring import over_deducted, standard_of, standards
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.grid import a1
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import points_of
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS
from selfeval_xl.templates.drawing import Drawing
from selfeval_xl.templates.form_values import Row
from selfeval_xl.templates.references import own
from selfeval_xl.templates.row_state import state_formula, state_of
from selfeval_xl.templates.word_lists import (
    NO_VALUE,
    RATE_WORDS,
    STANDS_FOR_A_VALUE,
    WIDE_DIGITS,
    area_of,
    has_one_of,
    listed_units,
)

GAP = 1  # columns left free between the form and the added columns
_CLEANED = (
    (" ", ""),
    ("　", ""),
    (",", ""),
    ("，", ""),
    ("％", "%"),
    (">=", "≥"),
    ("<=", "≤"),
    ("≧", "≥"),
    ("≦", "≤"),
    ("⩾", "≥"),
    ("⩽", "≤"),
    ("＝", "="),
    ("═", "="),
    ("＞", ">"),
    ("＜", "<"),
)
_LINE_BREAK = "\n"
_SIGNS = "≥≤><="
UNCLEAR = "看不懂"  # the beginning of 判定 where the formulas have none
_UNCLEAR, _NO_PERCENT, _WIDE = (f"{UNCLEAR}，{why}" for why in ("请核对写法", "完成值缺%", "有全角数字"))
_DIGITS = "0123456789."
_LONGEST = 16
_FAR = 1000  # times the target: a number without a unit may be one in another unit
FAR_YEAR = 1900  # from here on a number may be a year: 2024年 is a date


@dataclass(frozen=True, slots=True)
class Settled:
    """The values of one indicator's formulas, None where they are blank.

    attainment, deviation: ratios to four digits. parts: the helper columns' values. target, completed: the
    two numbers, None where they cannot be compared.
    """

    attainment: Decimal | None = None
    deviation: Decimal | None = None
    verdict: str = ""
    parts: tuple[Decimal | str, ...] = ("",) * (len(HELPER_COLUMNS) - 1)
    target: Decimal | None = None
    completed: Decimal | None = None


def cleaned(text: str) -> str:
    """A text without spaces, line breaks and commas, signs in one form, as in the formulas."""
    for old, new in ((_LINE_BREAK, ""), *_CLEANED):
        text = text.replace(old, new)
    return text


def settle(target: str, actual: str, cost: bool, name: str, policy: Policy | None = None) -> Settled:
    """The values that the formulas give for one indicator.

    target, actual: as typed, a target in several columns joined. cost: whether it stands under 成本. policy:
    the default one without it.
    """
    over = (policy or default()).number("over_fulfilment")
    wanted, got = cleaned(target), cleaned(actual)
    sign = wanted[0] if wanted and wanted[0] in _SIGNS else ""
    want, unit = _number(wanted[len(sign) :])
    have, actual_unit = _number(got)
    equal_or_none = sign in ("=", "")
    unclear = cost and equal_or_none and any(word in name + wanted for word in RATE_WORDS)
    if not cost and equal_or_none and want != have:
        unclear = any(word in name for word in bad_words())  # less may be better
    if want and have is not None and unit and not actual_unit and have >= _FAR * want:
        unclear = True  # 12300 for ≥12公里
    comparable = (
        want is not None
        and have is not None
        and _same_unit(unit, actual_unit)
        and _is_listed(unit, sign, max(want, have))
        and not unclear
    )
    at_most = sign in ("≤", "<") or (equal_or_none and cost)
    parts = (
        wanted,
        got,
        sign,
        "" if want is None else want,
        unit,
        "" if have is None else have,
        actual_unit,
        Decimal(int(comparable)),
        Decimal(int(at_most)),
    )
    if not comparable or want is None or have is None:
        return Settled(verdict=_verdict_in_words(wanted, got, unit, have, actual_unit), parts=parts)
    deviation = rounded((have - want) / want, 4) if want else None
    if at_most:
        met = have < want or (have == want and sign != "<")
        verdict = Verdict.MET if met else Verdict.UNMET
        return Settled(None, deviation, verdict.label, parts, want, have)
    attainment = rounded(have / want, 4) if want else None
    return Settled(attainment, deviation, _floor_verdict(want, have, sign, over).label, parts, want, have)


def _verdict_in_words(wanted: str, got: str, unit: str, have: Decimal | None, actual_unit: str) -> str:
    """The text in 判定 where no two numbers can be compared."""
    if not wanted or not got:
        return ""
    stands_for = any(mark in wanted for mark in STANDS_FOR_A_VALUE)
    if wanted == got and wanted not in NO_VALUE and not stands_for:
        return Verdict.MET.label
    if any(digit in wanted + got for digit in WIDE_DIGITS):
        return _WIDE
    return _NO_PERCENT if unit == "%" and have is not None and not actual_unit else _UNCLEAR


def _floor_verdict(want: Decimal, have: Decimal, sign: str, over: Decimal) -> Verdict:
    """The verdict on a target that is a lower limit. over: the deviation from which it is exceeded."""
    if have < want or (have == want and sign == ">"):
        return Verdict.UNMET
    if not want:
        return Verdict.MET if sign in ("≥", ">") or have == 0 else Verdict.UNMET
    return Verdict.EXCEEDED if (have - want) / want > over else Verdict.MET


def _number(text: str) -> tuple[Decimal | None, str]:
    """The number at the head of a text and what follows it; None where there is none."""
    digits = text[: len(text) - len(text.lstrip(_DIGITS))][:_LONGEST]
    try:
        return (Decimal(digits), text[len(digits) :]) if digits else (None, "")
    except InvalidOperation:
        return None, ""


def _same_unit(unit: str, actual_unit: str) -> bool:
    return unit == actual_unit or (
        not actual_unit and unit not in ("", "%") and "万" not in unit and "亿" not in unit
    )


def _is_listed(unit: str, sign: str, largest: Decimal) -> bool:
    """Whether the formulas know the unit; False for what may be a date (2024年, 2024.11, 10月, 30日)."""
    if unit == "":
        return bool(sign) or largest < FAR_YEAR
    return (
        unit in listed_units()
        and not (unit == "年" and largest >= FAR_YEAR)
        and not (unit in ("月", "月份") and not sign)
    )


def add_live(drawing: Drawing, columns: Mapping[str, int], rows: Mapping[int, Row]) -> None:
    """Puts heads and formulas beside the indicator table of a drawing.

    columns: sheet column by key of the table's columns. rows: the data of each row of the table, as `draw`
    was given it.
    """
    first, last = drawing.table
    start = len(drawing.widths) + GAP
    drawing.beside_widths = {start - 1: 2.5, **dict.fromkeys(range(start, start + len(ADDED_COLUMNS)), 10.0)}
    drawing.hidden_columns = range(
        start + len(ADDED_COLUMNS), start + len(ADDED_COLUMNS) + len(HELPER_COLUMNS)
    )
    for number, name in enumerate((*ADDED_COLUMNS, *HELPER_COLUMNS)):
        drawing.put_beside(
            first - 1, start + number, "added" if number < len(ADDED_COLUMNS) else "helper", name
        )
    for row in range(first, last + 1):
        settled = settle(*_typed(rows.get(row, {}), columns), drawing.policy)
        data = rows.get(row, {})
        given = data.get("score") or _scored(columns, data, settled, drawing.policy)
        state = state_of(data, columns, cleaned(str(data.get("actual") or "")), settled.verdict, given)
        values = [settled.attainment, settled.deviation, settled.verdict, *settled.parts, state]
        for number, (look, text) in enumerate(_formulas(row, start, columns, drawing.policy)):
            value = values[number]
            drawing.put_beside(row, start + number, look, Formula(text, "" if value is None else value))
    drawing.put_beside(last + 1, drawing.hidden_columns.stop - 1, "helper", HELPER_COLUMNS[-1])


def _typed(data: Row, columns: Mapping[str, int]) -> tuple[str, str, bool, str]:
    """Target, completed value, whether it is a cost, and name of a row: the arguments of `settle`."""
    cost = any("成本" in str(data.get(key) or "") for key in ("level1", "level2") if key in columns)
    return _target(data, columns), str(data.get("actual") or ""), cost, str(data.get("name") or "")


def _target(data: Row, columns: Mapping[str, int]) -> str:
    """The target in force as the formula joins it: sign, value and unit."""
    texts = {
        key: str(data.get(key) or "")
        for key in ("operator", "target", "adjusted_target", "initial_target", "unit")
    }
    value = texts["adjusted_target"] or texts["target"] or texts["initial_target"]
    operator = "" if texts["operator"] == "定量指标" else texts["operator"]
    return f"{operator if 'operator' in columns else ''}{value}{texts['unit'] if 'unit' in columns else ''}"


def _formulas(row: int, start: int, columns: Mapping[str, int], policy: Policy) -> list[tuple[str, str]]:
    """Look and text of each formula of a row, in the order of the columns."""
    at = {name: a1(row, start + number) for number, name in enumerate((*ADDED_COLUMNS, *HELPER_COLUMNS))}
    target, actual = at["整理后指标值"], at["整理后完成值"]
    sign, want, unit, have, actual_unit, fits = (at[name] for name in HELPER_COLUMNS[2:8])
    cell = {key: own(column) for key, column in columns.items()}
    cost = f'ISNUMBER(FIND("成本",{cell["level1"]}&{cell["level2"]}))' if "level2" in cell else "FALSE"
    at_most = f"{at['上限']}=1"
    deviation = f"({have}-{want})/{want}"
    met, unmet, exceeded = (verdict.label for verdict in (Verdict.MET, Verdict.UNMET, Verdict.EXCEEDED))
    floor = (
        f'IF(OR({have}<{want},AND({have}={want},{sign}=">"))'
        f',"{unmet}",IF({want}=0,IF(OR({sign}="≥",{sign}=">",{have}=0),"{met}","{unmet}"),'
        f'IF(ROUND({deviation},10)>{policy.number("over_fulfilment")},"{exceeded}","{met}")))'
    )
    ceiling = f'IF(OR({have}<{want},AND({have}={want},{sign}<>"<")),"{met}","{unmet}")'
    same = (
        f"AND(EXACT({target},{actual}),ISNA(MATCH({target},{area_of('不是值')},0))"
        f",NOT({has_one_of('占位', target)}))"
    )
    in_words = (
        f'IF(OR({target}="",{actual}=""),"",IF({same},"{met}"'
        f',IF({has_one_of("全角", f"{target}&{actual}")},"{_WIDE}"'
        f',IF(AND({unit}="%",ISNUMBER({have}),{actual_unit}=""),"{_NO_PERCENT}","{_UNCLEAR}"))))'
    )
    return [
        ("share", f'IF({fits}<>1,"",IF(OR({want}=0,{at_most}),"",ROUND({have}/{want},4)))'),
        ("share", f'IF({fits}<>1,"",IF({want}=0,"",ROUND({deviation},4)))'),
        ("added", f"IF({fits}<>1,{in_words},IF({at_most},{ceiling},{floor}))"),
        ("helper", _clean_formula(_joined(cell))),
        ("helper", _clean_formula(cell["actual"])),
        ("helper", f'IF({target}="","",IF(ISNUMBER(FIND(LEFT({target},1),"{_SIGNS}")),LEFT({target},1),""))'),
        ("helper", _number_formula(f"MID({target},LEN({sign})+1,99)")),
        (
            "helper",
            f'IF({want}="","",MID({target},LEN({sign})+1+{_count(f"MID({target},LEN({sign})+1,99)")},99))',
        ),
        ("helper", _number_formula(actual)),
        ("helper", f'IF({have}="","",MID({actual},1+{_count(actual)},99))'),
        ("helper", _fits_formula(target, sign, want, unit, have, actual_unit, cost, cell)),
        ("helper", f'IF(OR({sign}="≤",{sign}="<",AND(OR({sign}="=",{sign}=""),{cost})),1,0)'),
        ("helper", state_formula(cell, _value(cell), target, actual, at["判定"])),
    ]


def _joined(cell: Mapping[str, str]) -> str:
    """A formula for the target as one text: its value, joined with sign and unit from their columns."""
    value = _value(cell)
    operator = f'SUBSTITUTE({cell["operator"]},"定量指标","")&' if "operator" in cell else ""
    return f"{operator}{value}{'&' + cell['unit'] if 'unit' in cell else ''}"


def _value(cell: Mapping[str, str]) -> str:
    """A formula for the target's value, without sign and unit where they have columns of their own."""
    adjusted, initial = cell.get("adjusted_target"), cell.get("initial_target", "")
    return cell.get("target") or (f'IF({adjusted}="",{initial},{adjusted})' if adjusted else initial)


def _clean_formula(text: str) -> str:
    text = f'SUBSTITUTE({text},CHAR({ord(_LINE_BREAK)}),"")'
    for old, new in _CLEANED:
        text = f'SUBSTITUTE({text},"{old}","{new}")'
    return text


def _count(text: str) -> str:
    """A formula that counts the digits and points at the head of a text."""
    letters = "{" + ",".join(map(str, range(1, _LONGEST + 2))) + "}"
    return f'(MATCH(TRUE,ISERROR(FIND(MID(LEFT({text},{_LONGEST})&"#",{letters},1),"{_DIGITS}")),0)-1)'


def _number_formula(text: str) -> str:
    return f'IFERROR(VALUE(LEFT({text},{_count(text)})),"")'


def _fits_formula(
    target: str,
    sign: str,
    want: str,
    unit: str,
    have: str,
    actual_unit: str,
    cost: str,
    cell: Mapping[str, str],
) -> str:
    """A formula that is 1 where target and completed value can be compared, else 0."""
    same = (
        f'OR({unit}={actual_unit},AND({actual_unit}="",{unit}<>"",{unit}<>"%",ISERROR(FIND("万",{unit}))'
        f',ISERROR(FIND("亿",{unit}))))'
    )
    dated = f"MAX({want},{have})>={FAR_YEAR}"
    listed = (
        f'IF({unit}="",OR({sign}<>"",NOT({dated})),AND(SUMPRODUCT(--EXACT({area_of("单位")},{unit}))'
        f'>0,NOT(AND({unit}="年",{dated})),NOT(AND(OR({unit}="月",{unit}="月份"),{sign}=""))))'
    )
    saved = has_one_of("比率", f"{cell['name']}&{target}")
    bad = has_one_of("越小越好", cell["name"])
    unclear = f'AND(OR({sign}="=",{sign}=""),IF({cost},{saved},AND({want}<>{have},{bad})))'
    far = f'AND({actual_unit}="",{unit}<>"",{want}>0,{have}>={_FAR}*{want})'
    fits = f"AND({same},{listed},NOT({unclear}),NOT({far}))"
    return f"IF(AND(ISNUMBER({want}),ISNUMBER({have})),IF({fits},1,0),0)"


def score(
    columns: Mapping[str, int], width: int, data: Row, policy: Policy
) -> tuple[str, Decimal | str | None]:
    """The formula of a score and its value, None where it is blank: without points or without a verdict.

    A met target gives all points, an unmet one points × attainment; for ≤ as the policy's score_at_most says:
    points × target ÷ actual, or points × (1 − excess). An exceeded one loses what over_deduction says. width:
    columns of the form.
    """
    start = width + GAP
    added = (*ADDED_COLUMNS, *HELPER_COLUMNS)
    points = own(columns["points"])
    verdict, want, have, at_most = (
        own(start + added.index(name)) for name in ("判定", "指标数", "完成数", "上限")
    )
    unmet = Verdict.UNMET.label
    by_ratio = policy["score_at_most"] == "proportional"
    excess = f"{want}/{have}" if by_ratio else f"MAX(0,1-({have}-{want})/{want})"
    short = f"IF({want}=0,0,IF({at_most}=1,{points}*{excess},{points}*{have}/{want}))"
    full = points
    bands = sorted((Decimal(floor), taken) for floor, taken in policy.bands("over_bands"))
    if bands:
        taken = "0"
        for floor, points_taken in bands:
            taken = f"IF(({have}-{want})/{want}>={floor},{points_taken},{taken})"
        full = f"IF(OR(N({want})=0,{at_most}=1),{points},MAX(0,{points}-{taken}))"
    elif factor := policy.number("over_deduction"):
        beyond = f"({have}-{want})/{want}-{policy.number('over_fulfilment')}"
        deducted = f"ROUND({points}*MAX(0,1-{factor}*({beyond})),2)"
        full = f'IF({verdict}="{Verdict.EXCEEDED.label}",{deducted},{points})'
    open_ = f'OR(NOT(ISNUMBER({points})),{verdict}="",LEFT({verdict},{len(UNCLEAR)})="{UNCLEAR}")'
    text = f'IF({open_},"",IF({verdict}="{unmet}",ROUND({short},2),{full}))'
    if names := [standard.name for standard in standards(policy)]:  # scored by hand: blank, not wrong
        words = "{" + ",".join(f'"{name}"' for name in names) + "}"
        name = own(columns["name"])
        by_hand = f"SUMPRODUCT(--ISNUMBER(FIND({words},{name})))>0"
        text = f'IF({by_hand},"",{text})'
    return text, _scored(columns, data, settle(*_typed(data, columns), policy), policy)


def _scored(columns: Mapping[str, int], data: Row, settled: Settled, policy: Policy) -> Decimal | str | None:
    """The score that the formula gives; "" on a form without scores."""
    if "score" not in columns or "points" not in columns:
        return ""
    if standard_of(str(data.get("name") or ""), policy) is not None:
        return None
    return _score_value(str(data.get("points") or ""), settled, policy)


def _score_value(points: str, settled: Settled, policy: Policy) -> Decimal | None:
    full, want, have = points_of(points or None), settled.target, settled.completed
    if full is None or not settled.verdict or settled.verdict.startswith(UNCLEAR):
        return None
    if want is None or have is None:
        return full
    if settled.verdict != Verdict.UNMET.label:
        deviation = (have - want) / want if want else None
        return rounded(max(Decimal(0), full - over_deducted(full, deviation, settled.attainment, policy)))
    if settled.attainment is not None:
        return rounded(full * have / want)
    if settled.deviation is None:
        return Decimal(0)
    by_ratio = policy["score_at_most"] == "proportional"
    return rounded(full * (want / have if by_ratio else max(Decimal(0), 1 - (have - want) / want)))
