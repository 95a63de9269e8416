"""The facts of a form for the sheets 项目自评汇总表 and 自查, as formulas in its hidden helper columns.

They stand in the form's own first row, so they stay right when rows are inserted or deleted and come along
when a sheet is copied; the two sheets find them by the sheet's name, always in the same cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.forms import Verdict
from selfeval_xl.model.grid import a1
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.numbers import rounded
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS, STUB
from selfeval_xl.templates.drawing import NO_YEAR, Drawing, DrawnCell, plain, value_of
from selfeval_xl.templates.form_values import FormValues
from selfeval_xl.templates.verdict_formulas import UNCLEAR

# Facts in the order of the columns, from the first helper column on; 0 where a form does not print it.
FACTS = (
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
)
TROUBLES = FACTS[11:22]
# Words in an outcome that explains why money was not spent.
_UNSPENT = ("未支付", "未下达", "结转", "未拨付", "未使用", "结余", "收回", "原因")
Fact = tuple[str, Decimal | str]  # a formula and the value it has now


@dataclass(frozen=True, slots=True)
class _Cells:
    """A drawing's cells by key, in the order of the rows."""

    drawing: Drawing
    by_key: dict[str, list[DrawnCell]]

    def first(self, key: str) -> DrawnCell | None:
        """The first cell of a key."""
        return self.by_key[key][0] if key in self.by_key else None

    def total(self, key: str) -> DrawnCell | None:
        """The cell of this key in the total row: the one with a formula, or the only one."""
        cells = self.by_key.get(key, [])
        only = cells[0] if len(cells) == 1 else None
        return next((cell for cell in cells if isinstance(cell.value, Formula)), only)

    def column(self, key: str) -> str | None:
        """The area of an indicator column, such as D12:D51; None where the form has no such column."""
        first, last = self.drawing.table
        column = next(
            (cell.area.left for cell in self.by_key.get(key, ()) if first <= cell.area.top <= last), None
        )
        return None if column is None else f"{a1(first, column)}:{a1(last, column)}"

    def values(self, key: str) -> list[None | str | Decimal]:
        """The values of an indicator column, row by row."""
        first, last = self.drawing.table
        return [plain(cell.value) for cell in self.by_key.get(key, ()) if first <= cell.area.top <= last]


def add_facts(drawing: Drawing, values: FormValues) -> None:
    """Puts the facts, and a line with the number of cells still to be filled in, beside the title.

    A project code that the layout does not print is written as a constant.
    """
    by_key: dict[str, list[DrawnCell]] = {}
    for cell in drawing.cells:
        if cell.key:
            by_key.setdefault(cell.key, []).append(cell)
    form = _Cells(drawing, by_key)
    unprinted_code = None if form.first("project_code") else values.fields.get("project_code")
    start = drawing.hidden_columns.start
    drawing.hidden_columns = range(start, start + len(FACTS))
    for number, fact in enumerate(FACTS):
        code = unprinted_code if fact == FACTS[0] else None
        value = str(code) if code else Formula(*_FACTS[fact](form))
        drawing.put_beside(0, start + number, "helper", value, key=fact)
    drawing.put_beside(0, start - len(ADDED_COLUMNS), "progress", Formula(*_progress(form)), key="progress")


def _mirror(cell: DrawnCell | None) -> Fact:
    """A formula that shows the value of a cell; blank while the cell is blank."""
    if cell is None:
        return '""', ""
    where, value = a1(cell.area.top, cell.area.left), plain(cell.value)
    return f'IF({where}="","",{where})', "" if value is None else value


def _field(key: str) -> Callable[[_Cells], Fact]:
    return lambda form: _mirror(form.first(key))


def _name(form: _Cells) -> Fact:
    """The project's name; the department's on its own form."""
    return _mirror(form.first("project") or form.first("department"))


def _total(key: str) -> Callable[[_Cells], Fact]:
    return lambda form: _mirror(form.total(key))


def _rate(form: _Cells) -> Fact:
    total = form.total("annual_budget")
    rates = form.by_key.get("execution_rate", [])
    only = rates[0] if len(rates) == 1 else None
    return _mirror(next((cell for cell in rates if total and cell.area.top == total.area.top), only))


def _count_named(form: _Cells) -> Fact:
    return f"SUMPRODUCT(--(LEN({form.column('name')})>0))", Decimal(
        sum(bool(name) for name in form.values("name"))
    )


def _verdicts(form: _Cells) -> tuple[str, list[None | str | Decimal]]:
    """The area and the values of the column 判定."""
    first, last = form.drawing.table
    column = form.drawing.hidden_columns.start - 1
    values = [
        plain(cell.value)
        for cell in form.drawing.beside
        if cell.area.left == column and first <= cell.area.top <= last
    ]
    return f"{a1(first, column)}:{a1(last, column)}", values


def _unmet(form: _Cells) -> Fact:
    area, values = _verdicts(form)
    return f'COUNTIF({area},"{Verdict.UNMET.label}")', Decimal(values.count(Verdict.UNMET.label))


_NOTHING = ("", "/", "\\", "-", "－", "—", "——", "–")  # what people put for "nothing to say"
_NO_REASON = (*_NOTHING, "无", "没有", "无偏差", "无原因", "不涉及", "已完成", "完成")


def _says_nothing(area: str, nothing: Sequence[str] = _NOTHING) -> str:
    """A formula: for each cell of the area whether it is blank or holds only a dash or the like."""
    words = "{" + ",".join(f'"{word}"' for word in nothing) + "}"
    plain_text = f'SUBSTITUTE(TRIM({area}),"　","")'
    for mark in "。 ":
        plain_text = f'SUBSTITUTE({plain_text},"{mark}","")'
    return f"ISNUMBER(MATCH({plain_text},{words},0))"


def _is_nothing(value: object, nothing: Sequence[str] = _NOTHING) -> bool:
    return "".join(str("" if value is None else value).replace("。", "").split()) in nothing


def _missing(form: _Cells) -> Fact:
    text = f"SUMPRODUCT((LEN({form.column('name')})>0)*{_says_nothing(form.column('actual') or '')})"
    pairs = zip(form.values("name"), form.values("actual"), strict=True)
    return text, Decimal(sum(bool(name) and _is_nothing(actual) for name, actual in pairs))


def _unscored(form: _Cells) -> Fact:
    """The rows with a completed value and without a score."""
    scores = form.column("score")
    if scores is None:
        return "0", Decimal(0)
    text = (
        f"SUMPRODUCT((LEN({form.column('name')})>0)*(1-{_says_nothing(form.column('actual') or '')})"
        f"*(LEN({scores})=0))"
    )
    rows = zip(form.values("name"), form.values("actual"), form.values("score"), strict=True)
    return text, Decimal(
        sum(bool(name) and not _is_nothing(actual) and score in (None, "") for name, actual, score in rows)
    )


def _open_verdicts(form: _Cells) -> Fact:
    """The rows whose 判定 is not settled."""
    area, values = _verdicts(form)
    return (
        f'SUMPRODUCT(--(LEFT({area},{len(UNCLEAR)})="{UNCLEAR}"))',
        Decimal(sum(str(value or "").startswith(UNCLEAR) for value in values)),
    )


def _points(form: _Cells) -> Fact:
    """The sum of all points; blank on a form without points."""
    area = form.column("points")
    if area is None:
        return '""', ""
    fund = next((cell for cell in form.by_key["points"] if cell.area.top < form.drawing.table[0]), None)
    more = f"+N({a1(fund.area.top, fund.area.left)})" if fund else ""
    numbers = [value for cell in form.values("points") if (value := value_of(cell)) is not None]
    paid = (value_of(fund.value) if fund else None) or Decimal(0)
    return (
        f'IF(COUNT({area})=0,"",ROUND(SUM({area}){more},2))',
        rounded(sum(numbers, paid)) if numbers else "",
    )


def _not_hundred(form: _Cells) -> Fact:
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


def _no_numbers(form: _Cells) -> Fact:
    """The amounts that are texts, and so in no sum."""
    parts, count = [], 0
    for key in AMOUNTS:
        if cells := _amounts(form, key):
            area = _area(cells)
            parts.append(f"SUMPRODUCT(ISTEXT({area})*(1-{_says_nothing(area)}))")
            values = [plain(cell.value) for cell in cells]
            count += sum(isinstance(value, str) and not _is_nothing(value) for value in values)
    return "+".join(parts) or "0", Decimal(count)


def _unexplained(form: _Cells) -> Fact:
    notes = form.column("note")
    if notes is None:
        return "0", Decimal(0)
    area, verdicts = _verdicts(form)
    count = sum(
        verdict == Verdict.UNMET.label and _is_nothing(note, _NO_REASON)
        for verdict, note in zip(verdicts, form.values("note"), strict=True)
    )
    silent = _says_nothing(notes, _NO_REASON)
    return f'SUMPRODUCT(({area}="{Verdict.UNMET.label}")*{silent})', Decimal(count)


def _amounts(form: _Cells, key: str) -> list[DrawnCell]:
    return sorted(
        (cell for cell in form.by_key.get(key, ()) if cell.look == "money"), key=lambda cell: cell.area.top
    )


def _area(cells: Sequence[DrawnCell]) -> str:
    return f"{a1(cells[0].area.top, cells[0].area.left)}:{a1(cells[-1].area.top, cells[-1].area.left)}"


def _overspent(form: _Cells) -> Fact:
    budgets, spent = _amounts(form, "annual_budget"), _amounts(form, "executed")
    if not budgets or not spent:
        return "0", Decimal(0)
    budget_area, spent_area = _area(budgets), _area(spent)
    pairs = [
        (value_of(budget.value), value_of(executed.value))
        for budget, executed in zip(budgets, spent, strict=True)
    ]
    count = sum(
        budget is not None and executed is not None and executed > budget for budget, executed in pairs
    )
    over = f"ISNUMBER({budget_area})*ISNUMBER({spent_area})*({spent_area}>{budget_area})"
    return f"SUMPRODUCT({over})", Decimal(count)


_HALF_A_CENT = Decimal("0.005")  # the templates show two decimals


def _unbalanced(form: _Cells) -> Fact:
    """The number of columns whose total is not the sum of its rows, beyond the tolerance; 0 as issued."""
    tolerance = form.drawing.policy.number("funding_tolerance")
    texts = []
    for key in AMOUNTS:
        total = form.total(key)
        parts = [cell for cell in _amounts(form, key) if cell is not total]
        if total is None or not parts or not isinstance(total.value, Formula):
            continue
        where, area = a1(total.area.top, total.area.left), _area(parts)
        texts.append(
            f"IF(AND(ISNUMBER({where}),COUNT({area})>0),IF(ABS({where}-SUM({area}))"
            f">{tolerance * len(parts) + _HALF_A_CENT * (len(parts) + 1)}+0.000001,1,0),0)"
        )
    return "+".join(texts) or "0", Decimal(0)


def _low_rate(form: _Cells) -> Fact:
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


def _reasons(form: _Cells) -> tuple[str, bool]:
    """A formula that counts the texts that may explain a low rate, and whether there are any now."""
    funding_notes = form.by_key.get("funding.note", ())
    counts = [f"LEN({a1(cell.area.top, cell.area.left)})" for cell in funding_notes]
    notes, outcome = form.column("note"), form.first("goal.actual")
    if notes:
        counts.append(f'SUMPRODUCT((LEN({notes})>0)*ISERROR(FIND("{STUB}",{notes})))')
    if outcome is not None:
        words = "{" + ",".join(f'"{word}"' for word in _UNSPENT) + "}"
        counts.append(f"SUMPRODUCT(--ISNUMBER(FIND({words},{a1(outcome.area.top, outcome.area.left)})))")
    explained = (
        any(note and STUB not in str(note) for note in form.values("note"))
        or any(cell.value for cell in funding_notes)
        or (outcome is not None and any(word in str(outcome.value or "") for word in _UNSPENT))
    )
    return "+".join(counts) or "0", explained


def _stubs(form: _Cells) -> Fact:
    drawing = form.drawing
    area = f"A1:{a1(drawing.bottom, len(drawing.widths) - 1)}"
    count = sum(isinstance(cell.value, str) and STUB in cell.value for cell in drawing.cells)
    return f'COUNTIF({area},"*{STUB}*")', Decimal(count)


def _bare_rows(form: _Cells) -> Fact:
    """The number of rows that were inserted without the formulas: their last helper cell is empty."""
    first, last = form.drawing.table
    column = form.drawing.hidden_columns.start + len(HELPER_COLUMNS) - 1
    return (
        f"SUMPRODUCT((LEN({form.column('name')})>0)*(LEN({a1(first, column)}:{a1(last, column)})=0))",
        Decimal(0),
    )


def _other_blanks(form: _Cells) -> Fact:
    """The empty cells of head, goal, outcome and money, of targets and names; no indicator at all is one."""
    single = [
        cell
        for key in ("project", "department", "unit", "goal.expected", "goal.actual")
        for cell in form.by_key.get(key, ())[:1]
        if cell.entry
    ]
    budget = form.total("annual_budget") or form.total("initial_budget")
    single += [cell for cell in (budget, form.total("executed")) if cell is not None]
    parts = [_says_nothing(a1(cell.area.top, cell.area.left)) for cell in single]
    parts = [f"N({part})" for part in parts]
    count = sum(_is_nothing(plain(cell.value)) for cell in single)
    for cell in form.drawing.cells:
        if cell.look in ("title", "subtitle") and NO_YEAR in str(cell.value):
            parts.append(f'N(ISNUMBER(FIND("{NO_YEAR}",{a1(cell.area.top, cell.area.left)})))')
            count += 1
    names, targets = form.column("name"), form.column("target")
    rows = list(zip(form.values("name"), form.values("target") or form.values("name"), strict=True))
    if targets:
        parts.append(f"SUMPRODUCT((LEN({names})>0)*{_says_nothing(targets)})")
        parts.append(f"SUMPRODUCT((LEN({names})=0)*(LEN({targets})>0))")
        count += sum(bool(name) and _is_nothing(target) for name, target in rows)
        count += sum(not name and bool(target) for name, target in rows)
    parts.append(f"(SUMPRODUCT(--(LEN({names})>0))=0)")
    count += not any(name for name, _ in rows)
    return "+".join(parts), Decimal(count)


def _changed(form: _Cells) -> Fact:
    """The rates and totals that are not what the formulas would give, and the scores above the points."""
    parts = []
    rates = {cell.area.top: cell for cell in form.by_key.get("execution_rate", ())}
    paid = {cell.area.top: cell for cell in _amounts(form, "executed")}
    for cell in _amounts(form, "annual_budget"):
        rate, spent = rates.get(cell.area.top), paid.get(cell.area.top)
        if rate is None or spent is None or not isinstance(rate.value, Formula):
            continue
        where, budget, executed = (a1(one.area.top, one.area.left) for one in (rate, cell, spent))
        parts.append(
            f"IF(AND(COUNT({where},{budget},{executed})=3,N({budget})>0)"
            f",IF(ABS({where}-{executed}/{budget})>0.0000501,1,0),0)"
        )
    scores, points = form.column("score"), form.column("points")
    count = 0
    if scores and points:
        parts.append(f"SUMPRODUCT(ISNUMBER({scores})*ISNUMBER({points})*({scores}>{points}))")
        for score, full in zip(form.values("score"), form.values("points"), strict=True):
            given, most = value_of(score), value_of(full)
            count += given is not None and most is not None and given > most
    total = form.first("total_score")
    if total is not None and isinstance(total.value, Formula):
        where = a1(total.area.top, total.area.left)
        parts.append(f"IF(ISNUMBER({where}),IF(ABS({where}-N({total.value.text}))>0.005,1,0),0)")
    return "+".join(parts) or "0", Decimal(count)


def _progress(form: _Cells) -> Fact:
    """The line 还有n格要填 with the scores that are missing."""
    (others, other), (actuals, actual), (scores, score) = (
        count(form) for count in (_other_blanks, _missing, _unscored)
    )
    blank = f"{others}+{actuals}"
    count, unscored = Decimal(other) + Decimal(actual), Decimal(score)
    texts = [f"还有{count}格要填"] if count else []
    texts += [f"还有{unscored}格得分没填"] if unscored else []
    fill, rate = (
        f'IF({blank}=0,"","还有"&({blank})&"格要填")',
        f'IF({scores}=0,"","还有"&{scores}&"格得分没填")',
    )
    between = f'IF(AND({blank}>0,{scores}>0),"，","")'
    return f'IF({blank}+{scores}=0,"已填完",{fill}&{between}&{rate})', "，".join(texts) or "已填完"


_FACTS: dict[str, Callable[[_Cells], Fact]] = dict(
    zip(
        FACTS,
        (
            _field("project_code"),
            _name,
            _field("unit"),
            _total("initial_budget"),
            _total("annual_budget"),
            _total("executed"),
            _rate,
            _count_named,
            _unmet,
            _field("total_score"),
            _field("grade"),
            _missing,
            _unscored,
            _no_numbers,
            _unexplained,
            _overspent,
            _unbalanced,
            _low_rate,
            _stubs,
            _other_blanks,
            _not_hundred,
            _changed,
            _bare_rows,
            _open_verdicts,
            _points,
        ),
        strict=True,
    )
)


def look_up(sheet: str, drawing: Drawing, fact: str, value: None | str | Decimal) -> Formula:
    """A formula for a fact of another sheet, which may not exist yet.

    drawing: a drawing of the sheet's kind. value: the fact's value now.
    """
    where = f"INDIRECT(\"'{sheet}'!{a1(0, drawing.hidden_columns.start + FACTS.index(fact))}\")"
    # in LibreOffice IFERROR does not catch a sheet that is missing
    return Formula(f'IF(ISREF({where}),{where},"")', "" if value is None else value)


def fact_of(drawing: Drawing | None, fact: str) -> None | str | Decimal:
    """The value that a drawing's fact has now; "" where there is no drawing."""
    return next((plain(cell.value) for cell in drawing.beside if cell.key == fact), "") if drawing else ""
