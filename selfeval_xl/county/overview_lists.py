"""八、需要关注: who did not report, who spent too little, which projects and departments to look at first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from ..grid import a1, column_name
from .live import Cell
from .material import NONE
from .overview import COLUMNS, COUNT, MONEY, RATE, Front

LINES, LOW = 10, Decimal("0.6")
_FAR = 10_000_000            # beyond any row: puts what does not fit behind everything that does
Row = dict[str, Any]


def attention(front: Front, row: int) -> None:
    """Five lists side by side, ten lines each; no array formulas, which merged cells cannot hold:
    SUMPRODUCT(SMALL(...)) evaluates its arrays by itself, in Excel 2010 as in LibreOffice."""
    front.title(row, 0, "八、需要关注", COLUMNS, "部门汇总")
    book = front.book
    for column, span, label in ((0, 4, "未报部门"), (4, 5, "执行率低于60%的部门"), (9, 6, "未执行金额前十项目（万元）"), (15, 4, "零执行项目"), (19, 5, "错误最多的十个部门")):
        front.head(row + 1, column, label, span)
    departments, projects, submissions = (book.tables[key] for key in ("departments", "projects", "submissions"))
    state = book.column("submissions", "state")
    _names(front, row + 2, 0, 4, "submissions", "department", f'({state}="{NONE}")', [item for item in submissions if item["state"] == NONE])
    rate = book.column("departments", "execution_rate")
    _ranked(front, row + 2, 4, 4, "departments", "execution_rate", "department", RATE,
            f'IF(SMALL({rate},{{k}})<{LOW},SMALL({rate},{{k}}),"")', departments, lambda value: value < LOW, False)
    _ranked(front, row + 2, 9, 5, "projects", "unspent", "project", MONEY, f"LARGE({book.column('projects', 'unspent')},{{k}})", projects, lambda value: True, True)
    executed, annual = book.column("projects", "executed"), book.column("projects", "annual_budget")
    idle = [item for item in projects if item["executed"] == 0 and item["executed"] is not None and (item["annual_budget"] or 0) > 0]
    _names(front, row + 2, 15, 4, "projects", "project", f"(ISNUMBER({executed})*({executed}=0)*ISNUMBER({annual})*({annual}>0))", idle)
    errors = book.column("departments", "errors")
    _ranked(front, row + 2, 19, 4, "departments", "errors", "department", COUNT, f'IF(LARGE({errors},{{k}})>0,LARGE({errors},{{k}}),"")', departments, lambda value: value > 0, True)


def _names(front: Front, row: int, column: int, span: int, sheet: str, key: str, test: str, chosen: Sequence[Row]) -> None:
    """The first ten rows that pass the test, in the order of the sheet."""
    names = front.book.column(sheet, key)
    for k in range(1, LINES + 1):
        text = f'IF({k}>SUMPRODUCT(1*{test}),"",INDEX({names},SUMPRODUCT(SMALL(ROW({names})-1+{_FAR}*(1-{test}),{k}))))'
        value = chosen[k - 1][key] if k <= len(chosen) else None
        front.value(row + k - 1, column, Cell(text, value), span, align="left")


def _ranked(front: Front, row: int, column: int, span: int, sheet: str, key: str, name: str, look: str, pick: str, rows: Sequence[Row],
            fits: Callable[[Any], bool], falling: bool) -> None:
    """The ten rows with the largest (or smallest) figure: the name, and the figure beside it. Equal figures keep the sheet's order."""
    book, right = front.book, column + span
    numbers, names = book.column(sheet, key), book.column(sheet, name)
    best = sorted((item for item in rows if item.get(key) is not None and fits(item[key])), key=lambda item: -item[key] if falling else item[key])[:LINES]
    for k in range(1, LINES + 1):
        chosen = best[k - 1] if k <= len(best) else None
        place, first = a1(row + k - 1, right), f"{column_name(right)}${row + 1}"
        text = f'IF({place}="","",INDEX({names},SUMPRODUCT(SMALL(ROW({names})-1+{_FAR}*({numbers}<>{place}),COUNTIF({first}:{place},{place})))))'
        front.value(row + k - 1, column, Cell(text, chosen[name] if chosen else None), span, align="left")
        front.value(row + k - 1, right, Cell(f'IFERROR({pick.format(k=k)},"")', chosen[key] if chosen else None), 1, look)
