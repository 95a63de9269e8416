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
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.quantity import points_of
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS
from selfeval_xl.templates import date_parts, tidied_text, value_parts
from selfeval_xl.templates.date_parts import DateCells
from selfeval_xl.templates.drawing import Drawing
from selfeval_xl.templates.form_values import Row
from selfeval_xl.templates.references import beside, own
from selfeval_xl.templates.row_state import state_formula, state_of
from selfeval_xl.templates.tidied_text import tidied
from selfeval_xl.templates.value_parts import ABOUT, Parts
from selfeval_xl.templates.word_lists import RATE_WORDS, area_of, has_one_of, words_of
from selfeval_xl.templates.word_verdicts import WordDone, WordGoal, word_formula, word_verdict

GAP = 1  # columns left free between the form and the added columns
_KINDS_OF_TARGET = ("定量指标", "定性指标", "定量", "定性")  # in the column 指标性质
UNCLEAR = "看不懂"  # the beginning of 判定 where the formulas have none
_UNCLEAR, _NO_PERCENT, _NO_NUMBER, _OTHER_UNIT, _ABOVE = (
    f"{UNCLEAR}，{why}"
    for why in ("请核对写法", "完成值缺%", "完成值没有数", "请核对单位", "高于指标值的范围，请核对")
)
_DECIMALS = 8  # of a completed value in the target's unit
_MANY = 50  # times a target up to 1%, which may be a fraction (0.95 in a column of its own)
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
    aim, reached = tidied(target), tidied(actual)
    wanted, got = aim.text, reached.text
    goal = value_parts.parts_of(wanted)
    done = value_parts.parts_of(got, goal)
    have = _in_the_targets_unit(goal, done, name)
    at_most = goal.sign in ("≤", "<") or (goal.sign in ("=", "") and cost)
    comparable = have is not None and not _is_doubtful(goal, done, have, cost, name, wanted)
    written = date_parts.rewritten(wanted, False), date_parts.rewritten(got, True)
    due, finished = (date_parts.dated(text, done) for text, done in zip(written, (False, True), strict=True))
    lasts = any(word in name for word in words_of("期间词"))
    last = date_parts.due_of(due, year, finished, not goal.sign and not lasts)
    kept = date_parts.is_met(due, last, finished, year)
    by_date = "" if kept is None else Verdict.MET.label if kept else Verdict.UNMET.label
    in_words = by_date or word_verdict(wanted, got, last is not None, goal, done)
    parts = (
        *(wanted, got, aim.signs, aim.units, aim.numeral, reached.signs, reached.units, reached.numeral),
        *_goal_cells(wanted, goal),
        *(done.at, done.count, done.lead, done.number, done.rest, done.unit),
        *(have, int(comparable), int(at_most)),
        *(written[0], due.year, due.rest, date_parts.code_of(due, False)),
        *(written[1], finished.year, finished.rest, date_parts.code_of(finished, True)),
        *(date_parts.serial_of(last), by_date, in_words),
    )
    cells = tuple(map(_cell_value, parts))
    if not comparable or have is None or goal.number is None:
        return Settled(verdict=in_words or _why_unclear(wanted, got, goal, done, have), parts=cells)
    if goal.upper is not None:
        within = Verdict.MET.label if have <= goal.upper else _ABOVE
        return Settled(verdict=Verdict.UNMET.label if have < goal.number else within, parts=cells)
    return _compared(goal.number, have, goal.sign, at_most, cells, over)


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
    """The helper cells from 目标起 to 指标单位."""
    word, after = value_parts.words_around(wanted, goal.at, goal.count)
    ends = (goal.next_at, goal.next_count, goal.joined, goal.upper, goal.unit)
    return goal.at, goal.count, word, after, goal.sign, goal.lead, goal.number, goal.rest, *ends


def _in_the_targets_unit(goal: Parts, done: Parts, name: str) -> Decimal | None:
    """The completed number in the unit of the target; None where they do not compare."""
    if goal.number is None or done.number is None:
        return None
    factor = value_parts.factor_of(goal, done, name)
    return None if factor is None else rounded(done.number * factor, _DECIMALS)


def _is_doubtful(goal: Parts, done: Parts, have: Decimal, cost: bool, name: str, wanted: str) -> bool:
    """Whether two numbers may be dates, or more of it may be worse, or the unit is a slip."""
    want, sign = goal.number or Decimal(0), goal.sign
    dated = max(want, done.number or Decimal(0)) >= FAR_YEAR
    if dated and ("年" in (goal.unit, done.unit) or (goal.unit == "" and not sign)):
        return True
    if (goal.unit in ("月", "月份", "日") or done.unit == "日") and not sign:
        return True
    if goal.lead == ABOUT and _is_near(want, have, sign in ("≤", "<") or (sign in ("=", "") and cost)):
        return True
    if goal.unit == "%" and not done.unit and 0 < (done.number or 0) <= 1 < want <= 10 and have >= want:
        return True  # 0.5 for 10%: a fraction or a half of one per cent
    if goal.unit == done.unit == "%" and 0 < want <= 1 and have >= _MANY * want:
        return True
    if sign in ("=", ""):
        rate = any(word in name + wanted for word in RATE_WORDS)
        if rate if cost else want != have and any(word in name for word in bad_words()):
            return True
    return not done.unit and goal.unit != "" and want > 0 and have >= _FAR * want


def _is_near(want: Decimal, have: Decimal, at_most: bool) -> bool:
    """Whether a number misses one that is meant roughly (约300人) by a little."""
    return want < have <= want * Decimal("1.1") if at_most else want * Decimal("0.9") <= have < want


def _why_unclear(wanted: str, got: str, goal: Parts, done: Parts, have: Decimal | None) -> str:
    """The text in 判定 where nothing can be compared."""
    if not wanted or not got:
        return ""
    if goal.number is None:
        return _UNCLEAR
    if done.number is None:
        return _UNCLEAR if done.count else _NO_NUMBER
    if goal.unit == "%" and not done.unit:
        return _NO_PERCENT
    other = have is None and goal.unit in words_of("单位") and done.unit in words_of("单位")
    return _OTHER_UNIT if other else _UNCLEAR


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
        state = state_of(data, columns, tidied(str(data.get("actual") or "")).text, settled.verdict, given)
        values = [settled.attainment, settled.deviation, settled.verdict, *settled.parts, state]
        for number, (look, text) in enumerate(_formulas(start, columns, drawing.policy, year_cell)):
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
    start: int, columns: Mapping[str, int], policy: Policy, year_cell: str
) -> list[tuple[str, str]]:
    """Look and text of each formula of a row, in the order of the columns."""
    at = {name: beside(start + number) for number, name in enumerate((*ADDED_COLUMNS, *HELPER_COLUMNS))}
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
    upper = at["上端"]
    compared = f'IF({upper}<>"",{_range_verdict(at)},IF({at_most},{ceiling},{floor}))'
    verdict = f'IF({fits}=1,{compared},IF({words}<>"",{words},{_why(at)}))'
    helpers = [
        *_tidy_formulas(at, cell),
        *_goal_formulas(at),
        *_done_formulas(at, cell),
        *_date_formulas(at, year_cell, cell["name"]),
        state_formula(cell, _value(cell), target, actual, at["判定"]),
    ]
    return [
        ("share", f'IF({fits}<>1,"",IF(OR({want}=0,{at_most},{upper}<>""),"",ROUND({have}/{want},4)))'),
        ("share", f'IF({fits}<>1,"",IF(OR({want}=0,{upper}<>""),"",ROUND(ROUND({deviation},10),4)))'),
        ("added", verdict),
        *(("helper", text) for text in helpers),
    ]


def _range_verdict(at: Mapping[str, str]) -> str:
    """The verdict on a number against a range."""
    met, unmet = Verdict.MET.label, Verdict.UNMET.label
    have = at["完成数"]
    return f'IF({have}<{at["指标数"]},"{unmet}",IF({have}<={at["上端"]},"{met}","{_ABOVE}"))'


def _why(at: Mapping[str, str]) -> str:
    """What 判定 says where nothing can be compared: see `_why_unclear`."""
    want, done, have = at["指标数"], at["完成原数"], at["完成数"]
    no_percent = f'AND({at["指标单位"]}="%",{at["完成单位"]}="")'
    units = (f"ISNUMBER(MATCH({at[each]},{area_of('单位')},0))" for each in ("指标单位", "完成单位"))
    unlike = f'IF(AND({have}="",{",".join(units)}),"{_OTHER_UNIT}","{_UNCLEAR}")'
    other = f'IF({no_percent},"{_NO_PERCENT}",{unlike})'
    no_number = f'IF({at["完成位"]}=0,"{_NO_NUMBER}","{_UNCLEAR}")'
    said = f'IF({want}="","{_UNCLEAR}",IF({done}="",{no_number},{other}))'
    return f'IF(OR({at["整理后指标值"]}="",{at["整理后完成值"]}=""),"",{said})'


def _tidy_formulas(at: Mapping[str, str], cell: Mapping[str, str]) -> list[str]:
    """The formulas from 整理后指标值 to 完成值中文数."""
    stages = [[at[f"{whose}{what}"] for what in ("单位", "中文数")] for whose in ("指标值", "完成值")]
    texts = [tidied_text.text_formula(units, numeral) for units, numeral in stages]
    for typed, whose in ((_joined(cell), "指标值"), (cell["actual"], "完成值")):
        texts += [
            tidied_text.signs_formula(typed),
            tidied_text.units_formula(at[f"{whose}符号"]),
            tidied_text.numeral_formula(at[f"{whose}单位"]),
        ]
    return texts


def _goal_formulas(at: Mapping[str, str]) -> list[str]:
    """The formulas from 目标起 to 指标单位. at: the cells of the row by the head of their column."""
    text, begin, count, word, after = (
        at[name] for name in ("整理后指标值", "目标起", "目标位", "目标词", "目标后")
    )
    rest, next_at, next_count, lead = (at[name] for name in ("目标余", "次数起", "次数位", "目标前"))
    joined = at["连词"]
    ends = value_parts.RangeCells(lead, at["符号"], at["指标数"], rest, next_at, next_count, joined, after)
    return [
        value_parts.start_formula(text),
        value_parts.count_formula(text, begin),
        value_parts.word_formula(text, begin),
        value_parts.after_formula(text, begin, count),
        value_parts.sign_formula(text, word, after),
        value_parts.lead_formula(text, begin, word),
        value_parts.number_formula(text, begin, count, value_parts.known_lead(lead)),
        value_parts.rest_formula(text, begin, count, after),
        value_parts.start_formula(rest),
        value_parts.count_formula(rest, next_at),
        value_parts.join_formula(rest, next_at, next_count),
        value_parts.upper_formula(ends),
        value_parts.unit_formula(rest, at["上端"], next_at, next_count),
    ]


def _done_formulas(at: Mapping[str, str], cell: Mapping[str, str]) -> list[str]:
    """The formulas from 完成起 to 上限."""
    text, begin, count, lead, rest = (
        at[name] for name in ("整理后完成值", "完成起", "完成位", "完成前", "完成余")
    )
    sign, want, number = (at[name] for name in ("符号", "指标数", "完成原数"))
    cost = f'ISNUMBER(FIND("成本",{cell["level1"]}&{cell["level2"]}))' if "level2" in cell else "FALSE"
    units = value_parts.FactorCells(at["指标单位"], at["完成单位"], want, number)
    compared = f'IFERROR(ROUND({number}*{value_parts.factor_formula(units, cell["name"])},{_DECIMALS}),"")'
    floor = f'AND({sign}="≥",{at["上端"]}="")'
    known = value_parts.known_before(lead, at["目标前"], floor)
    return [
        value_parts.start_formula(text),
        value_parts.count_formula(text, begin),
        value_parts.lead_formula(text, begin, '""'),
        value_parts.number_formula(text, begin, count, known),
        value_parts.rest_formula(text, begin, count, floor=floor),
        value_parts.unit_formula(rest),
        f'IF(OR({want}="",{number}=""),"",{compared})',
        _fits_formula(at, cell, cost),
        f'IF(OR({sign}="≤",{sign}="<",AND(OR({sign}="=",{sign}=""),{cost})),1,0)',
    ]


def _date_formulas(at: Mapping[str, str], year_cell: str, name: str) -> list[str]:
    """The formulas from 目标日 to 文字判定."""
    texts = []
    for text, whose in ((at["整理后指标值"], "目标"), (at["整理后完成值"], "完成")):
        done = whose == "完成"
        written, year, rest = (at[f"{whose}{what}"] for what in ("日", "年", "月日"))
        texts += [
            date_parts.rewritten_formula(text, done),
            date_parts.year_formula(written),
            date_parts.rest_formula(written, year, done),
            date_parts.code_formula(rest, year, done),
        ]
    names = ("目标年", "目标月日", "目标日号", "期限", "完成年", "完成日号", "完成日", "符号")
    dates = DateCells(*[*(at[each] for each in names), name])
    due = date_parts.due_formula(dates, year_cell)
    by_date = date_parts.verdict_formula(dates, year_cell, Verdict.MET.label, Verdict.UNMET.label)
    goal = WordGoal(*(at[name] for name in ("整理后指标值", "目标起", "期限", "指标数", "符号", "指标单位")))
    words = WordDone(*(at[name] for name in ("整理后完成值", "完成起", "完成原数", "完成单位")))
    kept = at["按期"]
    return [*texts, due, by_date, f'IF({kept}<>"",{kept},{word_formula(goal, words)})']


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


def _fits_formula(at: Mapping[str, str], cell: Mapping[str, str], cost: str) -> str:
    """A formula that is 1 where target and completed value can be compared, else 0: see `_is_doubtful`."""
    sign, want, unit, have, done = (at[name] for name in ("符号", "指标数", "指标单位", "完成数", "完成原数"))
    loose = f'OR({sign}="=",{sign}="")'
    dated = f"MAX({want},{done})>={FAR_YEAR}"
    date = f'AND({dated},OR({unit}="年",{at["完成单位"]}="年",AND({unit}="",{sign}="")))'
    month = f'AND({sign}="",OR({unit}="月",{unit}="月份",{unit}="日",{at["完成单位"]}="日"))'
    above, below = f"AND({have}>{want},{have}<=1.1*{want})", f"AND({have}<{want},{have}>=0.9*{want})"
    about = f'IF({at["目标前"]}="{ABOUT}",IF({at["上限"]}=1,{above},{below}),FALSE)'
    part = f'AND({unit}="%",{at["完成单位"]}="",{done}>0,{done}<=1,{want}>1,{want}<=10,{have}>={want})'
    shares = f'AND({unit}="%",{at["完成单位"]}="%",{want}>0,{want}<=1,{have}>={_MANY}*{want})'
    saved = has_one_of("比率", f"{cell['name']}&{at['整理后指标值']}")
    bad = has_one_of("越小越好", cell["name"])
    worse = f"IF({loose},IF({cost},{saved},IF({want}={have},FALSE,{bad})),FALSE)"
    far = f'AND({at["完成单位"]}="",{unit}<>"",{want}>0,{have}>={_FAR}*{want})'
    return f'IF(OR({want}="",{have}=""),0,IF(OR({date},{month},{worse},{far},{about},{part},{shares}),0,1))'


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
    fits, upper = (own(start + added.index(name)) for name in ("可比", "上端"))
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
        full = f'IF(OR(N({want})=0,{at_most}=1,{upper}<>""),{points},MAX(0,{points}-{taken}))'
    elif factor := policy.number("over_deduction"):
        beyond = f"({have}-{want})/{want}-{policy.number('over_fulfilment')}"
        deducted = f"ROUND({points}*MAX(0,1-{factor}*({beyond})),2)"
        full = f'IF({verdict}="{Verdict.EXCEEDED.label}",{deducted},{points})'
    open_ = f'OR(NOT(ISNUMBER({points})),{verdict}="",LEFT({verdict},{len(UNCLEAR)})="{UNCLEAR}")'
    text = f'IF({open_},"",IF({verdict}="{unmet}",IF({fits}=1,IF({upper}="",ROUND({short},2),""),""),{full}))'
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
