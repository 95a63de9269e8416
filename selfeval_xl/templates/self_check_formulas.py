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
from selfeval_xl.model.sheet_names import ADDED_COLUMNS, HELPER_COLUMNS, STUB
from selfeval_xl.templates.drawing import Drawing, DrawnCell, plain, value_of
from selfeval_xl.templates.form_values import FormValues

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
    "未完成而无原因",
    "执行数大于预算数",
    "合计不等于分项",
    "执行率低而无说明",
    "仍有“待补充”",
    "没有公式的行",
)
TROUBLES = FACTS[11:17]
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


def _missing(form: _Cells) -> Fact:
    text = f"SUMPRODUCT((LEN({form.column('name')})>0)*(LEN({form.column('actual')})=0))"
    pairs = zip(form.values("name"), form.values("actual"), strict=True)
    return text, Decimal(sum(bool(name) and actual in (None, "") for name, actual in pairs))


def _unexplained(form: _Cells) -> Fact:
    notes = form.column("note")
    if notes is None:
        return "0", Decimal(0)
    area, verdicts = _verdicts(form)
    count = sum(
        verdict == Verdict.UNMET.label and not note
        for verdict, note in zip(verdicts, form.values("note"), strict=True)
    )
    return f'SUMPRODUCT(({area}="{Verdict.UNMET.label}")*(LEN({notes})=0))', Decimal(count)


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


def _progress(form: _Cells) -> Fact:
    """The line 还有n格要填: empty cells of head, outcome, money and of every indicator with a name."""
    single = [
        cell
        for key in ("project", "department", "unit", "goal.actual")
        for cell in form.by_key.get(key, ())[:1]
        if cell.entry
    ]
    single += _amounts(form, "executed")[:1]
    parts = [f'({a1(cell.area.top, cell.area.left)}="")' for cell in single]
    count = sum(plain(cell.value) in (None, "") for cell in single)
    names = form.column("name")
    for key in ("target", "actual"):
        if form.column(key):
            parts.append(f"SUMPRODUCT((LEN({names})>0)*(LEN({form.column(key)})=0))")
            count += sum(
                bool(name) and value in (None, "")
                for name, value in zip(form.values("name"), form.values(key), strict=True)
            )
    parts.append(f"(SUMPRODUCT(--(LEN({names})>0))=0)")
    count += not any(form.values("name"))
    total = "+".join(parts)
    return (
        f'IF({total}=0,"已填完","还有"&({total})&"格要填")',
        "已填完" if count == 0 else f"还有{count}格要填",
    )


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
            _unexplained,
            _overspent,
            _unbalanced,
            _low_rate,
            _stubs,
            _bare_rows,
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
