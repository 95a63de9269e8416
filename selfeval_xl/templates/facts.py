"""What the sheets 项目自评汇总表 and 自查 want to know of a form: formulas in the first row of the form's own
hidden helper columns.

There they follow when rows are inserted or deleted, and go along when a sheet is copied; the two sheets find
them by the sheet's
name, always at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..edits import Formula
from ..forms import Verdict
from ..grid import a1
from ..policy import default
from ..sheets import ADDED_COLUMNS, HELPER_COLUMNS, STUB
from .drawing import Cell, Data, Drawing, value_of

# in this order from the first helper column on; 0 where a form has no place for it
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
_UNSPENT = (
    "未支付",
    "未下达",
    "结转",
    "未拨付",
    "未使用",
    "结余",
    "收回",
    "原因",
)  # words of an outcome that says why money was not spent
AMOUNTS = ("initial_budget", "annual_budget", "executed")
Fact = tuple[str, Decimal | str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A drawing's cells by key, in the order of the rows."""

    drawing: Drawing
    cells: dict[str, list[Cell]]

    def one(self, key: str) -> Cell | None:
        return self.cells[key][0] if key in self.cells else None

    def total(self, key: str) -> Cell | None:
        """The cell of the total row: the one that is computed, or the only one."""
        lines = self.cells.get(key, [])
        return next(
            (cell for cell in lines if isinstance(cell.value, Formula)), lines[0] if len(lines) == 1 else None
        )

    def column(self, key: str) -> str | None:
        """The cells of an indicator column as an area."""
        first, last = self.drawing.table
        column = next(
            (cell.area.left for cell in self.cells.get(key, ()) if first <= cell.area.top <= last), None
        )
        return None if column is None else f"{a1(first, column)}:{a1(last, column)}"

    def values(self, key: str) -> list[object]:
        first, last = self.drawing.table
        return [plain(cell.value) for cell in self.cells.get(key, ()) if first <= cell.area.top <= last]


def plain(value: object) -> object:
    return value.value if isinstance(value, Formula) else value


def add_facts(drawing: Drawing, form: Data) -> None:
    """Puts the facts, and the line that says how many cells are still to be filled in, beside the title.

    A code that the layout does not print stands there as it is.
    """
    cells: dict[str, list[Cell]] = {}
    for cell in drawing.cells:
        if cell.key:
            cells.setdefault(cell.key, []).append(cell)
    found = _Found(drawing, cells)
    start = drawing.hidden_columns.start
    drawing.hidden_columns = range(start, start + len(FACTS))
    for number, fact in enumerate(FACTS):
        told = form.get("project_code") if fact == FACTS[0] and not found.one("project_code") else None
        drawing.put_beside(
            0, start + number, "helper", str(told) if told else Formula(*_FACTS[fact](found)), key=fact
        )
    drawing.put_beside(0, start - len(ADDED_COLUMNS), "progress", Formula(*_progress(found)), key="progress")


def _mirror(cell: Cell | None) -> Fact:
    if cell is None:
        return '""', ""
    where, value = a1(cell.area.top, cell.area.left), plain(cell.value)
    return f'IF({where}="","",{where})', "" if value is None else value


def _field(key: str) -> Callable[[_Found], Fact]:
    return lambda found: _mirror(found.one(key))


def _name(found: _Found) -> Fact:
    """The project's name; the department's on its own form."""
    return _mirror(found.one("project") or found.one("department"))


def _amount(key: str) -> Callable[[_Found], Fact]:
    return lambda found: _mirror(found.total(key))


def _rate(found: _Found) -> Fact:
    total = found.total("annual_budget")
    rates = found.cells.get("execution_rate", [])
    return _mirror(
        next(
            (cell for cell in rates if total and cell.area.top == total.area.top),
            rates[0] if len(rates) == 1 else None,
        )
    )


def _count_named(found: _Found) -> Fact:
    return f"SUMPRODUCT(--(LEN({found.column('name')})>0))", Decimal(
        sum(bool(name) for name in found.values("name"))
    )


def _verdicts(found: _Found) -> tuple[str, list[object]]:
    first, last = found.drawing.table
    column = found.drawing.hidden_columns.start - 1
    values = [
        plain(cell.value)
        for cell in found.drawing.beside
        if cell.area.left == column and first <= cell.area.top <= last
    ]
    return f"{a1(first, column)}:{a1(last, column)}", values


def _unmet(found: _Found) -> Fact:
    area, values = _verdicts(found)
    return f'COUNTIF({area},"{Verdict.UNMET.label}")', Decimal(values.count(Verdict.UNMET.label))


def _missing(found: _Found) -> Fact:
    text = f"SUMPRODUCT((LEN({found.column('name')})>0)*(LEN({found.column('actual')})=0))"
    pairs = zip(found.values("name"), found.values("actual"), strict=True)
    return text, Decimal(sum(bool(name) and actual in (None, "") for name, actual in pairs))


def _unexplained(found: _Found) -> Fact:
    notes = found.column("note")
    if notes is None:
        return "0", Decimal(0)
    area, verdicts = _verdicts(found)
    count = sum(
        verdict == Verdict.UNMET.label and not note
        for verdict, note in zip(verdicts, found.values("note"), strict=True)
    )
    return f'SUMPRODUCT(({area}="{Verdict.UNMET.label}")*(LEN({notes})=0))', Decimal(count)


def _lines(found: _Found, key: str) -> list[Cell]:
    return sorted(
        (cell for cell in found.cells.get(key, ()) if cell.look == "money"), key=lambda cell: cell.area.top
    )


def _area(cells: Sequence[Cell]) -> str:
    return f"{a1(cells[0].area.top, cells[0].area.left)}:{a1(cells[-1].area.top, cells[-1].area.left)}"


def _overspent(found: _Found) -> Fact:
    budgets, spent = _lines(found, "annual_budget"), _lines(found, "executed")
    if not budgets or not spent:
        return "0", Decimal(0)
    one, other = _area(budgets), _area(spent)
    pairs = [
        (value_of(budget.value), value_of(executed.value))
        for budget, executed in zip(budgets, spent, strict=True)
    ]
    count = sum(
        budget is not None and executed is not None and executed > budget for budget, executed in pairs
    )
    return f"SUMPRODUCT(ISNUMBER({one})*ISNUMBER({other})*({other}>{one}))", Decimal(count)


def _unbalanced(found: _Found) -> Fact:
    """Columns in which a total that was typed over is not the sum of its rows (0.01 for each)."""
    texts, count = [], 0
    for key in AMOUNTS:
        total, lines = found.total(key), _lines(found, key)
        parts = [cell for cell in lines if cell is not total]
        if total is None or not parts or not isinstance(total.value, Formula):
            continue
        where, area = a1(total.area.top, total.area.left), _area(parts)
        texts.append(
            f"IF(AND(ISNUMBER({where}),COUNT({area})>0),IF(ABS({where}-SUM({area}))"
            f">{Decimal('0.01') * len(parts)}+0.000001,1,0),0)"
        )
    return "+".join(texts) or "0", Decimal(count)


def _low_rate(found: _Found) -> Fact:
    """The total row's rate below the policy's threshold, and nothing on the form that says why."""
    total = found.total("annual_budget")
    rate = next(
        (cell for cell in found.cells.get("execution_rate", ()) if total and cell.area.top == total.area.top),
        None,
    )
    if rate is None:
        return "0", Decimal(0)
    floor = default().number("execution_floor")
    reasons = [f"LEN({a1(cell.area.top, cell.area.left)})" for cell in found.cells.get("funding.note", ())]
    notes, outcome = found.column("note"), found.one("goal.actual")
    said = [*reasons, *([f'SUMPRODUCT((LEN({notes})>0)*ISERROR(FIND("{STUB}",{notes})))'] if notes else [])]
    if outcome is not None:
        words = "{" + ",".join(f'"{word}"' for word in _UNSPENT) + "}"
        said.append(f"SUMPRODUCT(--ISNUMBER(FIND({words},{a1(outcome.area.top, outcome.area.left)})))")
    where, ratio = a1(rate.area.top, rate.area.left), value_of(rate.value)
    explained = (
        any(note and STUB not in str(note) for note in found.values("note"))
        or any(cell.value for cell in found.cells.get("funding.note", ()))
        or any(word in str(outcome.value or "") for word in _UNSPENT if outcome is not None)
    )
    low = ratio is not None and ratio < floor and bool(value_of(total.value)) and not explained
    budget = a1(total.area.top, total.area.left)
    return (
        f"IF(AND(ISNUMBER({where}),N({budget})>0),IF(AND({where}<{floor},{'+'.join(said) or '0'}=0),1,0),0)",
        Decimal(int(low)),
    )


def _stubs(found: _Found) -> Fact:
    drawing = found.drawing
    area = f"A1:{a1(drawing.bottom, len(drawing.widths) - 1)}"
    count = sum(isinstance(cell.value, str) and STUB in cell.value for cell in drawing.cells)
    return f'COUNTIF({area},"*{STUB}*")', Decimal(count)


def _bare_rows(found: _Found) -> Fact:
    """Rows that a person inserted without the formulas: the last helper column says nothing there."""
    first, last = found.drawing.table
    column = found.drawing.hidden_columns.start + len(HELPER_COLUMNS) - 1
    return (
        f"SUMPRODUCT((LEN({found.column('name')})>0)*(LEN({a1(first, column)}:{a1(last, column)})=0))",
        Decimal(0),
    )


def _progress(found: _Found) -> Fact:
    """How many cells are still to be filled in: of the head, the outcome, the money, and of each indicator
    with a name.
    """
    single = [
        cell
        for key in ("project", "department", "unit", "goal.actual")
        for cell in found.cells.get(key, ())[:1]
        if cell.entry
    ]
    single += _lines(found, "executed")[:1]
    parts = [f'({a1(cell.area.top, cell.area.left)}="")' for cell in single]
    count = sum(plain(cell.value) in (None, "") for cell in single)
    names = found.column("name")
    for key in ("target", "actual"):
        if found.column(key):
            parts.append(f"SUMPRODUCT((LEN({names})>0)*(LEN({found.column(key)})=0))")
            count += sum(
                bool(name) and value in (None, "")
                for name, value in zip(found.values("name"), found.values(key), strict=True)
            )
    parts.append(f"(SUMPRODUCT(--(LEN({names})>0))=0)")
    count += not any(found.values("name"))
    total = "+".join(parts)
    return (
        f'IF({total}=0,"已填完","还有"&({total})&"格要填")',
        "已填完" if count == 0 else f"还有{count}格要填",
    )


_FACTS: dict[str, Callable[[_Found], Fact]] = dict(
    zip(
        FACTS,
        (
            _field("project_code"),
            _name,
            _field("unit"),
            _amount("initial_budget"),
            _amount("annual_budget"),
            _amount("executed"),
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


def look_up(sheet: str, drawing: Drawing, fact: str, value: object) -> Formula:
    """A fact of another sheet by the sheet's name, which may not exist yet; drawing: one of its kind. value:
    what it gives now.
    """
    where = f"INDIRECT(\"'{sheet}'!{a1(0, drawing.hidden_columns.start + FACTS.index(fact))}\")"
    return Formula(
        f'IF(ISREF({where}),{where},"")', "" if value is None else value
    )  # IFERROR does not catch it in LibreOffice


def fact_of(drawing: Drawing | None, fact: str) -> object:
    """What a drawing's fact is now; "" where there is no drawing."""
    return next((plain(cell.value) for cell in drawing.beside if cell.key == fact), "") if drawing else ""
