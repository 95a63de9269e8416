"""八、需要关注: who did not report, who spent too little, which projects and departments to look at first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from heapq import nsmallest
from itertools import islice
from typing import Any

from ..grid import a1, column_name
from .arithmetic import decimal
from .live import Cell
from .material import NONE
from .overview import COLUMNS, COUNT, MONEY, RATE, Front

LINES, LOW = 10, Decimal("0.6")
_FAR = 10_000_000  # beyond any row: puts what does not fit behind everything that does


def attention(front: Front, row: int) -> None:
    """Five lists side by side, ten lines each; no array formulas, which merged cells cannot hold:
    SUMPRODUCT(SMALL(...)) evaluates its arrays by itself, in Excel 2010 as in LibreOffice."""
    front.title(row, 0, "八、需要关注", COLUMNS, "部门汇总")
    book = front.book
    for column, span, label in (
        (0, 4, "未报部门"),
        (4, 5, "执行率低于60%的部门"),
        (9, 6, "未执行金额前十项目（万元）"),
        (15, 4, "零执行项目"),
        (19, 5, "错误最多的十个部门"),
    ):
        front.head(row + 1, column, label, span)
    state = book.column("submissions", "state")
    _names(
        front,
        row + 2,
        0,
        4,
        "submissions",
        "department",
        f'({state}="{NONE}")',
        (name for name, state in book.tables["submissions"].picked("department", "state") if state == NONE),
    )
    rate = book.column("departments", "execution_rate")
    _ranked(
        front,
        row + 2,
        4,
        4,
        "departments",
        "execution_rate",
        "department",
        RATE,
        f'IF(SMALL({rate},{{k}})<{LOW},SMALL({rate},{{k}}),"")',
        lambda value: value < LOW,
        False,
    )
    _ranked(
        front,
        row + 2,
        9,
        5,
        "projects",
        "unspent",
        "project",
        MONEY,
        f"LARGE({book.column('projects', 'unspent')},{{k}})",
        lambda value: True,
        True,
    )
    executed, annual = book.column("projects", "executed"), book.column("projects", "annual_budget")
    idle = (
        name
        for name, spent, budget in book.tables["projects"].picked("project", "executed", "annual_budget")
        if spent is not None and spent == 0 and (budget or 0) > 0
    )
    _names(
        front,
        row + 2,
        15,
        4,
        "projects",
        "project",
        f"(ISNUMBER({executed})*({executed}=0)*ISNUMBER({annual})*({annual}>0))",
        idle,
    )
    errors = book.column("departments", "errors")
    _ranked(
        front,
        row + 2,
        19,
        4,
        "departments",
        "errors",
        "department",
        COUNT,
        f'IF(LARGE({errors},{{k}})>0,LARGE({errors},{{k}}),"")',
        lambda value: value > 0,
        True,
    )


def _names(
    front: Front, row: int, column: int, span: int, sheet: str, key: str, test: str, found: Iterable[str]
) -> None:
    """The first ten rows that pass the test, in the order of the sheet."""
    names, chosen = front.book.column(sheet, key), list(islice(found, LINES))
    for k in range(1, LINES + 1):
        text = (
            f'IF({k}>SUMPRODUCT(1*{test}),"",INDEX({names},SUMPRODUCT(SMALL(ROW({names})'
            f"-1+{_FAR}*(1-{test}),{k}))))"
        )
        value = chosen[k - 1] if k <= len(chosen) else None
        front.value(row + k - 1, column, Cell(text, value), span, align="left")


def _ranked(
    front: Front,
    row: int,
    column: int,
    span: int,
    sheet: str,
    key: str,
    name: str,
    look: str,
    pick: str,
    fits: Callable[[Any], bool],
    falling: bool,
) -> None:
    """The ten rows with the largest (or smallest) figure: the name, and the figure beside it.

    Equal figures keep the sheet's order.
    """
    book, right = front.book, column + span
    numbers, names = book.column(sheet, key), book.column(sheet, name)
    known = (
        (decimal(figure) if isinstance(figure, float) else figure, called)
        for figure, called in book.tables[sheet].picked(key, name)
        if figure is not None
    )
    best = nsmallest(
        LINES, (row for row in known if fits(row[0])), key=lambda row: -row[0] if falling else row[0]
    )
    for k in range(1, LINES + 1):
        chosen = best[k - 1] if k <= len(best) else None
        place, first = a1(row + k - 1, right), f"{column_name(right)}${row + 1}"
        text = (
            f'IF({place}="","",INDEX({names},SUMPRODUCT(SMALL(ROW({names})'
            f"-1+{_FAR}*({numbers}<>{place}),COUNTIF({first}:{place},{place})))))"
        )
        front.value(row + k - 1, column, Cell(text, chosen[1] if chosen else None), span, align="left")
        front.value(
            row + k - 1,
            right,
            Cell(f'IFERROR({pick.format(k=k)},"")', chosen[0] if chosen else None),
            1,
            look,
        )
