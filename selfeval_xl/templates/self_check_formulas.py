"""The facts of a form for the sheets 项目自评汇总表 and 自查, as formulas in its hidden helper columns.

They stand in the form's own first row, so they stay right when rows are inserted or deleted and come along
when a sheet is copied; the two sheets find them by the sheet's name, always in the same cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.grid import a1, column_name
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS, STUB
from selfeval_xl.templates.drawing import NO_YEAR, Drawing, DrawnCell, plain, value_of
from selfeval_xl.templates.form_cells import FormCells, issued_code
from selfeval_xl.templates.form_values import FormValues
from selfeval_xl.templates.long_texts import long_rows
from selfeval_xl.templates.progress_line import progress_line
from selfeval_xl.templates.references import above, area, own
from selfeval_xl.templates.row_state import (
    ABOVE,
    NAMED,
    NO_ACTUAL,
    NO_NAME,
    NO_SCORE,
    NO_TARGET,
    OVERSPENT,
    SILENT,
    WRONG_RATE,
    count,
    counted,
    money_formula,
    money_state,
)
from selfeval_xl.templates.self_check_money import Fact, amounts, low_rate, no_numbers, unbalanced
from selfeval_xl.templates.verdict_formulas import UNCLEAR

# Facts in the order of the columns, from the first helper column on; 0 where a form does not print it.
FACTS = (
    "年度",
    "项目编码",
    "项目名称",
    "实施单位",
    "年初预算数",
    "全年预算数",
    "全年执行数",
    "执行率",
    "指标总数",
    "未完成指标数",
    "自评得分",
    "自评等级",
    "未填完成值",
    "得分没填",
    "金额不是数字",
    "未完成而无原因",
    "执行数大于预算数",
    "合计不等于分项",
    "执行率低于参数而无说明",
    "仍有“待补充”",
    "其他没填",
    "分值不是100",
    "公式算的数改了",
    "没有公式的行",
    "待核定",
    "分值合计",
    "没有公式的行号",
    "有内容",
    "字多的行",
)
TROUBLES = FACTS[12:23]


def add_facts(drawing: Drawing, values: FormValues) -> None:
    """Puts the facts, and a line with the number of cells still to be filled in, beside the title.

    A project code that the layout does not print stands in a formula.
    """
    by_key: dict[str, list[DrawnCell]] = {}
    for cell in drawing.cells:
        if cell.key:
            by_key.setdefault(cell.key, []).append(cell)
    form = FormCells(drawing, by_key)
    unprinted_code = None if form.first("project_code") else values.fields.get("project_code")
    start = drawing.hidden_columns.start
    drawing.hidden_columns = range(start, start + len(HELPER_COLUMNS) + len(FACTS))
    _mark_money(drawing, by_key)
    facts = {fact: Formula(*_FACTS[fact](form)) for fact in FACTS}
    for number, fact in enumerate(FACTS):
        code = unprinted_code if fact == "项目编码" else None
        value = issued_code(form, str(code)) if code else facts[fact]
        drawing.put_beside(0, start + len(HELPER_COLUMNS) + number, "helper", value, key=fact)
    if form.first("project"):
        where, content = a1(0, fact_column(drawing, "有内容")), _in_use(form)[1]
        drawing.put_beside(1, fact_column(drawing, "有内容"), "helper", Formula(where, content))
    line = progress_line({fact: a1(0, fact_column(drawing, fact)) for fact in FACTS}, facts)
    drawing.put_beside(0, start - len(ADDED_COLUMNS), "progress", line, key="progress")


def _mark_money(drawing: Drawing, by_key: Mapping[str, list[DrawnCell]]) -> None:
    """Puts the letters of 行况 beside the rows of amounts, and its name above and below them."""
    first, last = drawing.money
    column = drawing.hidden_columns.start + len(HELPER_COLUMNS) - 1
    if last < first:
        return
    for row in (first - 1, last + 1):
        if row != drawing.table[0] - 1:
            drawing.put_beside(row, column, "helper", HELPER_COLUMNS[-1])
    keys = (*AMOUNTS, "execution_rate")
    for row in range(first, last + 1):
        cells = {key: cell for key in keys for cell in by_key.get(key, ()) if cell.area.top == row}
        text = money_formula({key: own(cell.area.left) for key, cell in cells.items()})
        values = {key: cell.value for key, cell in cells.items()}
        drawing.put_beside(row, column, "helper", Formula(text, money_state(values)))


def _year(form: FormCells) -> Fact:
    """The year that the title prints; where it prints none, the one that the form was made for."""
    year = form.drawing.year
    known = str(year) if year else '""'
    titles = [cell for cell in form.drawing.cells if cell.look in ("title", "subtitle")]
    printed = next((cell for cell in titles if "年度" in str(cell.value)), None)
    value: Decimal | str = Decimal(year) if year else ""
    if printed is None:
        return known, value
    where = a1(printed.area.top, printed.area.left)
    return f'IFERROR(VALUE(MID({where},FIND("年度",{where})-4,4)),"")', value


def _mirror(cell: DrawnCell | None) -> Fact:
    """A formula that shows the value of a cell; blank while the cell is blank."""
    if cell is None:
        return '""', ""
    where, value = a1(cell.area.top, cell.area.left), plain(cell.value)
    return f'IF({where}="","",{where})', "" if value is None else value


def _field(key: str) -> Callable[[FormCells], Fact]:
    return lambda form: _mirror(form.first(key))


def _final(key: str) -> Callable[[FormCells], Fact]:
    """The total of scores or the grade; blank while a part of it is open, whatever was typed over it."""

    def fact(form: FormCells) -> Fact:
        text, value = _mirror(form.first(key))
        total = form.first("total_score")
        if total is None or not isinstance(total.value, Formula):
            return text, value
        return f'IF({_summed(total, total.value)}="","",{text})', value

    return fact


def _summed(total: DrawnCell, formula: Formula) -> str:
    """The formula of the total as another cell may have it."""
    return formula.text.replace("ROW()", f"ROW({a1(total.area.top, total.area.left)})")


def _name(form: FormCells) -> Fact:
    """The project's name; the department's on its own form."""
    return _mirror(form.first("project") or form.first("department"))


def _total(key: str) -> Callable[[FormCells], Fact]:
    return lambda form: _mirror(form.total(key))


def _rate(form: FormCells) -> Fact:
    total = form.total("annual_budget")
    rates = form.by_key.get("execution_rate", [])
    only = rates[0] if len(rates) == 1 else None
    return _mirror(next((cell for cell in rates if total and cell.area.top == total.area.top), only))


def _rows(letter: str, of_money: bool = False) -> Callable[[FormCells], Fact]:
    """The number of rows with a letter in 行况."""

    def fact(form: FormCells) -> Fact:
        if of_money and form.drawing.money[1] < form.drawing.money[0]:
            return "0", Decimal(0)
        return counted(form.state(of_money), letter), count(form.states(of_money), letter)

    return fact


def _verdicts(form: FormCells) -> tuple[str, list[None | str | Decimal]]:
    """The area and the values of the column 判定."""
    first, last = form.drawing.table
    column = form.drawing.hidden_columns.start - 1
    values = [
        plain(cell.value)
        for cell in form.drawing.beside
        if cell.area.left == column and first <= cell.area.top <= last
    ]
    return area(column, first - 1, last + 1), values


def _unmet(form: FormCells) -> Fact:
    verdicts, values = _verdicts(form)
    return f'COUNTIF({verdicts},"{Verdict.UNMET.label}")', Decimal(values.count(Verdict.UNMET.label))


_NOTHING = ("", "/", "\\", "-", "－", "—", "——", "–")  # what people put for "nothing to say"


def _says_nothing(cell: str) -> str:
    """A formula: whether the cell is blank or holds only a dash or the like."""
    words = "{" + ",".join(f'"{word}"' for word in _NOTHING) + "}"
    plain_text = f'SUBSTITUTE(TRIM({cell}),"　","")'
    for mark in "。 ":
        plain_text = f'SUBSTITUTE({plain_text},"{mark}","")'
    return f"ISNUMBER(MATCH({plain_text},{words},0))"


def _is_nothing(value: object) -> bool:
    return "".join(str("" if value is None else value).replace("。", "").split()) in _NOTHING


def _open_verdicts(form: FormCells) -> Fact:
    """The rows whose 判定 is not settled."""
    verdicts, values = _verdicts(form)
    return (
        f'COUNTIF({verdicts},"{UNCLEAR}*")',
        Decimal(sum(str(value or "").startswith(UNCLEAR) for value in values)),
    )


def _points(form: FormCells) -> Fact:
    """The sum of all points; blank on a form without points."""
    if form.column("points") is None:
        return '""', ""
    first, last = form.drawing.table
    column = next(cell.area.left for cell in form.by_key["points"] if cell.area.top == first)
    points = above(column, first - 1, f"ROW($A${last + 2})")
    fund = next((cell for cell in form.by_key["points"] if cell.area.top < form.drawing.table[0]), None)
    more = f"+N({a1(fund.area.top, fund.area.left)})" if fund else ""
    numbers = [value for cell in form.values("points") if (value := value_of(cell)) is not None]
    paid = (value_of(fund.value) if fund else None) or Decimal(0)
    return (
        f'IF(COUNT({points})=0,"",ROUND(SUM({points}){more},2))',
        rounded(sum(numbers, paid)) if numbers else "",
    )


def _not_hundred(form: FormCells) -> Fact:
    """1 where the points do not add up to 100, or to what is left of it without those of the rate."""
    text, value = _points(form)
    if text == '""':
        return "0", Decimal(0)
    fund = next((cell for cell in form.by_key["points"] if cell.area.top < form.drawing.table[0]), None)
    unpaid = f"N({a1(fund.area.top, fund.area.left)})=0" if fund else "TRUE"
    rest = 100 - form.drawing.policy.number("execution_points")
    right = [Decimal(100)] if fund and value_of(fund.value) else [Decimal(100), rest]
    fits = f"OR(({text})=100,AND({unpaid},({text})={rest}))"
    return f'IF(({text})="",0,IF({fits},0,1))', Decimal(int(value != "" and value not in right))


def _stubs(form: FormCells) -> Fact:
    drawing = form.drawing
    whole = f"A1:{a1(drawing.bottom, len(drawing.widths) - 1)}"
    stubs = sum(isinstance(cell.value, str) and STUB in cell.value for cell in drawing.cells)
    return f'COUNTIF({whole},"*{STUB}*")', Decimal(stubs)


def _bare(form: FormCells) -> list[tuple[str, str]]:
    """For the indicators and the amounts: the rows that were inserted without the formulas, and all rows.

    Both as formulas of arrays.
    """
    names, targets, state = form.column("name") or "", form.column("target"), form.state()
    used = f"LEN({names})+LEN({targets})" if targets else f"LEN({names})"
    found = [(f"({used}>0)*(LEN({state})=0)", state)]
    amounts = [form.total(key) for key in AMOUNTS]
    columns = [column_name(cell.area.left) for cell in amounts if cell is not None]
    if columns and form.drawing.money[1] >= form.drawing.money[0]:
        first, last = form.drawing.money
        filled = "+".join(f"ISNUMBER({name}${first}:{name}${last + 2})" for name in columns)
        state = form.state(of_money=True)
        found.append((f"({filled}>0)*(LEN({state})=0)", state))
    return found


def _bare_rows(form: FormCells) -> Fact:
    """The number of rows that were inserted without the formulas."""
    return "+".join(f"SUMPRODUCT({bare})" for bare, _ in _bare(form)), Decimal(0)


def _last_bare_row(form: FormCells) -> Fact:
    """The number of the lowest of them in the sheet, 0 without one."""
    rows = ",".join(f"SUMPRODUCT(MAX({bare}*ROW({rows})))" for bare, rows in _bare(form))
    return f"MAX({rows})", Decimal(0)


def _in_use(form: FormCells) -> Fact:
    """1 where a person has filled in anything that makes the form a project's: a name, an amount, a row."""
    cells = [form.first(key) for key in ("project", "project_code", "department", "unit")]
    cells += [form.first(key) for key in ("goal.initial", "goal.expected", "goal.actual")]
    where = [a1(cell.area.top, cell.area.left) for cell in cells if cell is not None]
    money = [cell for key in AMOUNTS for cell in amounts(form, key)]
    texts = [f"LEN({cell})" for cell in where] + [
        counted(form.state(), letter) for letter in (NAMED, NO_NAME)
    ]
    if money:
        first, last = form.drawing.money
        columns = sorted({cell.area.left for cell in money})
        texts.append(f"COUNT({','.join(area(column, first - 1, last + 1) for column in columns)})")
    states = form.states()
    used = any(plain(cell.value) not in (None, "") for cell in (*cells, *money) if cell is not None)
    used = used or any(letter in state for state in states for letter in (NAMED, NO_NAME))
    return f"IF({'+'.join(texts)}>0,1,0)", Decimal(int(used))


def _other_blanks(form: FormCells) -> Fact:
    """The empty cells of head, goal, outcome and money, of targets and names; no indicator at all is one."""
    single = [
        cell
        for key in ("project", "department", "unit", "goal.expected", "goal.actual")
        if (cell := form.first(key)) and cell.entry
    ]
    budget = form.total("annual_budget") or form.total("initial_budget")
    single += [cell for cell in (budget, form.total("executed")) if cell is not None]
    parts = [_says_nothing(a1(cell.area.top, cell.area.left)) for cell in single]
    parts = [f"N({part})" for part in parts]
    blanks = Decimal(sum(_is_nothing(plain(cell.value)) for cell in single))
    for cell in form.drawing.cells:
        if cell.look in ("title", "subtitle") and NO_YEAR in str(cell.value):
            parts.append(f'N(ISNUMBER(FIND("{NO_YEAR}",{a1(cell.area.top, cell.area.left)})))')
            blanks += 1
    state, states = form.state(), form.states()
    parts += [counted(state, NO_TARGET), counted(state, NO_NAME), f"({counted(state, NAMED)}=0)"]
    blanks += count(states, NO_TARGET) + count(states, NO_NAME) + (not count(states, NAMED))
    return "+".join(parts), blanks


def _changed(form: FormCells) -> Fact:
    """The rates and totals that are not what the formulas would give, and the scores above the points."""
    parts = [counted(form.state(), ABOVE)]
    above = count(form.states(), ABOVE)
    if form.drawing.money[1] >= form.drawing.money[0]:
        parts.append(counted(form.state(of_money=True), WRONG_RATE))
    total = form.first("total_score")
    if total is not None and isinstance(total.value, Formula):
        where = a1(total.area.top, total.area.left)
        right = _summed(total, total.value)
        parts.append(f"IF(ISNUMBER({where}),IF(ABS({where}-N({right}))>0.005,1,0),0)")
    return "+".join(parts), above


_FACTS: dict[str, Callable[[FormCells], Fact]] = dict(
    zip(
        FACTS,
        (
            _year,
            _field("project_code"),
            _name,
            _field("unit"),
            _total("initial_budget"),
            _total("annual_budget"),
            _total("executed"),
            _rate,
            _rows(NAMED),
            _unmet,
            _final("total_score"),
            _final("grade"),
            _rows(NO_ACTUAL),
            _rows(NO_SCORE),
            no_numbers,
            _rows(SILENT),
            _rows(OVERSPENT, of_money=True),
            unbalanced,
            low_rate,
            _stubs,
            _other_blanks,
            _not_hundred,
            _changed,
            _bare_rows,
            _open_verdicts,
            _points,
            _last_bare_row,
            _in_use,
            lambda form: long_rows(form.drawing),
        ),
        strict=True,
    )
)


def look_up(prefix: str, drawing: Drawing, fact: str, value: None | str | Decimal) -> Formula:
    """A formula for a fact of another sheet.

    prefix: a formula for the beginning of a reference to the sheet ('项目01'!), which must exist. drawing: a
    drawing of the sheet's kind. value: the fact's value now.
    """
    where = f'INDIRECT({prefix}&"{a1(0, fact_column(drawing, fact))}")'
    return Formula(where, "" if value is None else value)


def mark_cell(drawing: Drawing) -> str:
    """The cell of a project form that is 1 where the form is in use, the same cell on all of them.

    No other sheet has a number there: it is summed over all sheets.
    """
    return a1(1, fact_column(drawing, "有内容"))


def fact_column(drawing: Drawing, fact: str) -> int:
    """The column of a fact, always in the first row."""
    return drawing.hidden_columns.start + len(HELPER_COLUMNS) + FACTS.index(fact)


def fact_of(drawing: Drawing | None, fact: str) -> None | str | Decimal:
    """The value that a drawing's fact has now; "" where there is no drawing."""
    return next((plain(cell.value) for cell in drawing.beside if cell.key == fact), "") if drawing else ""
