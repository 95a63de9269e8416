"""完成率, 偏差率 and 判定 beside the indicators as plain formulas, split over hidden helper columns.

The formulas judge numbers (`value_parts`), dates (`date_parts`) and words (`word_verdicts`); of the rest they
say that they do not understand it, rather than something wrong. `settle` computes the same in Python, for the
values cached with the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.assessment.direction import bad_words
from selfeval_xl.assessment.policy import Policy, default
from selfeval_xl.assessment.scoring import over_deducted, standard_of, standards
from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.grid import a1
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import points_of
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS
from selfeval_xl.templates import date_parts, value_parts
from selfeval_xl.templates.date_parts import DateCells
from selfeval_xl.templates.drawing import Drawing
from selfeval_xl.templates.form_values import Row
from selfeval_xl.templates.references import own
from selfeval_xl.templates.row_state import state_formula, state_of
from selfeval_xl.templates.value_parts import Parts
from selfeval_xl.templates.word_lists import RATE_WORDS, WIDE_DIGITS, has_one_of
from selfeval_xl.templates.word_verdicts import WordCells, word_formula, word_verdict

GAP = 1  # columns left free between the form and the added columns
_CLEANED = (
    (" ", ""),
    ("　", ""),
    (",", ""),
    ("，", ""),
    ("。", ""),
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
    ("㎡", "平方米"),
    ("㎥", "立方米"),
    ("/年", ""),
    ("*", "＊"),
    ("?", "？"),
    ("~", "～"),  # no wildcards for MATCH
)
_KINDS_OF_TARGET = ("定量指标", "定性指标", "定量", "定性")  # in the column 指标性质
_LINE_BREAK = "\n"
UNCLEAR = "看不懂"  # the beginning of 判定 where the formulas have none
_UNCLEAR, _NO_PERCENT, _WIDE = (f"{UNCLEAR}，{why}" for why in ("请核对写法", "完成值缺%", "有全角数字"))
_DECIMALS = 8  # of a completed value in the target's unit
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


def settle(
    target: str,
    actual: str,
    cost: bool,
    name: str,
    policy: Policy | None = None,
    year: int | None = None,
) -> Settled:
    """The values that the formulas give for one indicator.

    target, actual: as typed, a target in several columns joined. cost: whether it stands under 成本. policy:
    the default one without it. year: of the form, where it is printed or known.
    """
    over = (policy or default()).number("over_fulfilment")
    wanted, got = cleaned(target), cleaned(actual)
    goal, done = value_parts.parts_of(wanted, True), value_parts.parts_of(got, False)
    sign, want = goal.sign, goal.number
    equal_or_none = sign in ("=", "")
    have = _in_the_targets_unit(goal, done, name)
    at_most = sign in ("≤", "<") or (equal_or_none and cost)
    comparable = (
        want is not None and have is not None and not _is_doubtful(goal, done, have, cost, name, wanted)
    )
    due, finished = (date_parts.dated(date_parts.rewritten(text)) for text in (wanted, got))
    last = date_parts.due_of(due, year, finished)
    kept = date_parts.is_met(due, last, finished, year)
    in_words = ("" if kept is None else Verdict.MET.label if kept else Verdict.UNMET.label) or word_verdict(
        wanted, got, last is not None, want == 0 and sign in ("", "=", "≤")
    )
    parts = (
        wanted,
        got,
        *_goal_cells(wanted, goal),
        done.at,
        done.count,
        done.number,
        done.unit,
        have,
        int(comparable),
        int(at_most),
        *_date_cells(wanted, due),
        *_date_cells(got, finished),
        date_parts.serial_of(last),
        in_words,
    )
    cells = tuple("" if part is None else Decimal(part) if isinstance(part, int) else part for part in parts)
    if not comparable or want is None or have is None:
        verdict = in_words or _why_unclear(wanted, got, goal, done)
        return Settled(verdict=verdict, parts=cells)
    return _compared(want, have, sign, at_most, cells, over)


def _compared(
    want: Decimal, have: Decimal, sign: str, at_most: bool, cells: tuple[Decimal | str, ...], over: Decimal
) -> Settled:
    """The values where two numbers can be compared. cells: those of the helper columns."""
    deviation = rounded((have - want) / want, 4) if want else None
    if at_most:
        met = have < want or (have == want and sign != "<")
        verdict = Verdict.MET.label if met else Verdict.UNMET.label
        return Settled(None, deviation, verdict, cells, want, have)
    attainment = rounded(have / want, 4) if want else None
    return Settled(attainment, deviation, _floor_verdict(want, have, sign, over).label, cells, want, have)


_Part = None | str | int | Decimal


def _cell_value(part: _Part) -> Decimal | str:
    return "" if part is None else Decimal(part) if isinstance(part, int) else part


def _goal_cells(wanted: str, goal: Parts) -> tuple[_Part, ...]:
    """The helper cells of a target: place and count of its digits, its words, sign, number and unit."""
    word, after = value_parts.words_around(wanted, goal.at, goal.count)
    return goal.at, goal.count, word, after, goal.sign, goal.number, goal.unit


def _date_cells(text: str, part: date_parts.Dated) -> tuple[_Part, ...]:
    return date_parts.rewritten(text), part.year, part.rest, date_parts.code_of(part)


def _in_the_targets_unit(goal: Parts, done: Parts, name: str) -> Decimal | None:
    """The completed number in the unit of the target; None where they do not compare."""
    if goal.number is None or done.number is None:
        return None
    factor = value_parts.factor_of(goal.unit, done.unit, goal.number, name)
    return None if factor is None else rounded(done.number * factor, _DECIMALS)


def _is_doubtful(goal: Parts, done: Parts, have: Decimal, cost: bool, name: str, wanted: str) -> bool:
    """Whether two numbers may be dates, or more of it may be worse, or the unit is a slip."""
    want, sign = goal.number or Decimal(0), goal.sign
    dated = max(want, done.number or Decimal(0)) >= FAR_YEAR
    if dated and ("年" in (goal.unit, done.unit) or (goal.unit == "" and not sign)):
        return True
    if goal.unit in ("月", "月份") and not sign:
        return True
    if sign in ("=", ""):
        rate = any(word in name + wanted for word in RATE_WORDS)
        if rate if cost else want != have and any(word in name for word in bad_words()):
            return True
    return not done.unit and goal.unit != "" and want > 0 and have >= _FAR * want


def _why_unclear(wanted: str, got: str, goal: Parts, done: Parts) -> str:
    """The text in 判定 where nothing can be compared."""
    if not wanted or not got:
        return ""
    if any(digit in wanted + got for digit in WIDE_DIGITS):
        return _WIDE
    return _NO_PERCENT if goal.unit == "%" and done.number is not None and not done.unit else _UNCLEAR


def _floor_verdict(want: Decimal, have: Decimal, sign: str, over: Decimal) -> Verdict:
    """The verdict on a target that is a lower limit. over: the deviation from which it is exceeded."""
    if have < want or (have == want and sign == ">"):
        return Verdict.UNMET
    if not want:
        return Verdict.MET if sign in ("≥", ">") or have == 0 else Verdict.UNMET
    return Verdict.EXCEEDED if (have - want) / want > over else Verdict.MET


def year_column(drawing: Drawing) -> int:
    """The column in which the year of the form stands, in the first row."""
    return len(drawing.widths) + GAP + len(ADDED_COLUMNS) + len(HELPER_COLUMNS)


def add_live(
    drawing: Drawing, columns: Mapping[str, int], rows: Mapping[int, Row], year: int | None, year_cell: str
) -> None:
    """Puts heads and formulas beside the indicator table of a drawing.

    columns: sheet column by key of the table's columns. rows: the data of each row of the table, as `draw`
    was given it. year: of the form; year_cell: the cell that holds it.
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
        data = rows.get(row, {})
        settled = settle(*_typed(data, columns), drawing.policy, year)
        given = data.get("score") or _scored(columns, data, settled, drawing.policy)
        state = state_of(data, columns, cleaned(str(data.get("actual") or "")), settled.verdict, given)
        values = [settled.attainment, settled.deviation, settled.verdict, *settled.parts, state]
        for number, (look, text) in enumerate(_formulas(row, start, columns, drawing.policy, year_cell)):
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
    operator = texts["operator"]
    for word in _KINDS_OF_TARGET:
        operator = operator.replace(word, "")
    return f"{operator if 'operator' in columns else ''}{value}{texts['unit'] if 'unit' in columns else ''}"


def _formulas(
    row: int, start: int, columns: Mapping[str, int], policy: Policy, year_cell: str
) -> list[tuple[str, str]]:
    """Look and text of each formula of a row, in the order of the columns."""
    at = {name: a1(row, start + number) for number, name in enumerate((*ADDED_COLUMNS, *HELPER_COLUMNS))}
    cell = {key: own(column) for key, column in columns.items()}
    target, actual, words = at["整理后指标值"], at["整理后完成值"], at["文字判定"]
    sign, want, have, fits = at["符号"], at["指标数"], at["完成数"], at["可比"]
    at_most = f"{at['上限']}=1"
    deviation = f"({have}-{want})/{want}"
    met, unmet, exceeded = (verdict.label for verdict in (Verdict.MET, Verdict.UNMET, Verdict.EXCEEDED))
    floor = (
        f'IF(OR({have}<{want},AND({have}={want},{sign}=">"))'
        f',"{unmet}",IF({want}=0,IF(OR({sign}="≥",{sign}=">",{have}=0),"{met}","{unmet}"),'
        f'IF(ROUND({deviation},10)>{policy.number("over_fulfilment")},"{exceeded}","{met}")))'
    )
    ceiling = f'IF(OR({have}<{want},AND({have}={want},{sign}<>"<")),"{met}","{unmet}")'
    no_percent = f'AND({at["指标单位"]}="%",ISNUMBER({at["完成原数"]}),{at["完成单位"]}="")'
    why = (
        f'IF(OR({target}="",{actual}=""),"",IF({has_one_of("全角", f"{target}&{actual}")},"{_WIDE}"'
        f',IF({no_percent},"{_NO_PERCENT}","{_UNCLEAR}")))'
    )
    verdict = f'IF({fits}=1,IF({at_most},{ceiling},{floor}),IF({words}<>"",{words},{why}))'
    helpers = [
        _clean_formula(_joined(cell)),
        _clean_formula(cell["actual"]),
        *_value_formulas(at, cell),
        *_date_formulas(at, year_cell),
        state_formula(cell, _value(cell), target, actual, at["判定"]),
    ]
    return [
        ("share", f'IF({fits}<>1,"",IF(OR({want}=0,{at_most}),"",ROUND({have}/{want},4)))'),
        ("share", f'IF({fits}<>1,"",IF({want}=0,"",ROUND(ROUND({deviation},10),4)))'),
        ("added", verdict),
        *(("helper", text) for text in helpers),
    ]


def _value_formulas(at: Mapping[str, str], cell: Mapping[str, str]) -> list[str]:
    """The formulas from 目标起 to 上限. at: the cells of the row by the head of their column."""
    target, actual = at["整理后指标值"], at["整理后完成值"]
    begin, count, word, after = (at[name] for name in ("目标起", "目标位", "目标词", "目标后"))
    done_at, done_count = at["完成起"], at["完成位"]
    sign, want, unit, done_unit = (at[name] for name in ("符号", "指标数", "指标单位", "完成单位"))
    cost = f'ISNUMBER(FIND("成本",{cell["level1"]}&{cell["level2"]}))' if "level2" in cell else "FALSE"
    factor = value_parts.factor_formula(unit, done_unit, want, cell["name"])
    compared = f'IFERROR(ROUND({at["完成原数"]}*{factor},{_DECIMALS}),"")'
    return [
        value_parts.start_formula(target),
        value_parts.count_formula(target, begin),
        value_parts.word_formula(target, begin),
        value_parts.after_formula(target, begin, count),
        value_parts.sign_formula(target, word, after),
        value_parts.number_formula(target, begin, count, word),
        value_parts.unit_formula(target, begin, count, after),
        value_parts.start_formula(actual),
        value_parts.count_formula(actual, done_at),
        value_parts.number_formula(actual, done_at, done_count),
        value_parts.unit_formula(actual, done_at, done_count),
        f'IF(OR({want}="",{at["完成原数"]}=""),"",{compared})',
        _fits_formula(at, cell, cost),
        f'IF(OR({sign}="≤",{sign}="<",AND(OR({sign}="=",{sign}=""),{cost})),1,0)',
    ]


def _date_formulas(at: Mapping[str, str], year_cell: str) -> list[str]:
    """The formulas from 目标日 to 文字判定."""
    texts = []
    for text, whose in ((at["整理后指标值"], "目标"), (at["整理后完成值"], "完成")):
        written, year, rest = (at[f"{whose}{what}"] for what in ("日", "年", "月日"))
        texts += [
            date_parts.rewritten_formula(text),
            date_parts.year_formula(written),
            date_parts.rest_formula(written, year),
            date_parts.code_formula(rest),
        ]
    due = date_parts.due_formula(at["目标年"], at["目标月日"], at["目标日号"], year_cell, at["完成年"])
    dates = DateCells(at["目标年"], at["目标日号"], at["期限"], at["完成年"], at["完成日号"])
    by_date = date_parts.verdict_formula(dates, year_cell, Verdict.MET.label, Verdict.UNMET.label)
    in_words = word_formula(
        WordCells(
            at["整理后指标值"],
            at["整理后完成值"],
            at["目标起"],
            at["完成起"],
            at["期限"],
            at["指标数"],
            at["符号"],
        )
    )
    return [*texts, due, f'IF({by_date}<>"",{by_date},{in_words})']


def _joined(cell: Mapping[str, str]) -> str:
    """A formula for the target as one text: its value, joined with sign and unit from their columns."""
    value = _value(cell)
    operator = ""
    if "operator" in cell:
        operator = cell["operator"]
        for word in _KINDS_OF_TARGET:
            operator = f'SUBSTITUTE({operator},"{word}","")'
        operator += "&"
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


def _fits_formula(at: Mapping[str, str], cell: Mapping[str, str], cost: str) -> str:
    """A formula that is 1 where target and completed value can be compared, else 0: see `_is_doubtful`."""
    sign, want, unit, have, done = (at[name] for name in ("符号", "指标数", "指标单位", "完成数", "完成原数"))
    loose = f'OR({sign}="=",{sign}="")'
    dated = f"MAX({want},{done})>={FAR_YEAR}"
    date = f'AND({dated},OR({unit}="年",{at["完成单位"]}="年",AND({unit}="",{sign}="")))'
    month = f'AND({sign}="",OR({unit}="月",{unit}="月份"))'
    saved = has_one_of("比率", f"{cell['name']}&{at['整理后指标值']}")
    bad = has_one_of("越小越好", cell["name"])
    worse = f"IF({loose},IF({cost},{saved},IF({want}={have},FALSE,{bad})),FALSE)"
    far = f'AND({at["完成单位"]}="",{unit}<>"",{want}>0,{have}>={_FAR}*{want})'
    return f'IF(OR({want}="",{have}=""),0,IF(OR({date},{month},{worse},{far}),0,1))'


def score(
    columns: Mapping[str, int], width: int, data: Row, policy: Policy, year: int | None
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
    fits = own(start + added.index("可比"))
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
    text = f'IF({open_},"",IF({verdict}="{unmet}",IF({fits}=1,ROUND({short},2),""),{full}))'
    if names := [standard.name for standard in standards(policy)]:  # scored by hand: blank, not wrong
        words = "{" + ",".join(f'"{name}"' for name in names) + "}"
        name = own(columns["name"])
        by_hand = f"SUMPRODUCT(--ISNUMBER(FIND({words},{name})))>0"
        text = f'IF({by_hand},"",{text})'
    return text, _scored(columns, data, settle(*_typed(data, columns), policy, year), policy)


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
        return full if settled.verdict == Verdict.MET.label else None
    if settled.verdict != Verdict.UNMET.label:
        deviation = (have - want) / want if want else None
        return rounded(max(Decimal(0), full - over_deducted(full, deviation, settled.attainment, policy)))
    if settled.attainment is not None:
        return rounded(full * have / want)
    if settled.deviation is None:
        return Decimal(0)
    by_ratio = policy["score_at_most"] == "proportional"
    return rounded(full * (want / have if by_ratio else max(Decimal(0), 1 - (have - want) / want)))
