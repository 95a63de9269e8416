"""The block 八、需要关注 of 总览: lists of the departments and projects to look at first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from heapq import nsmallest
from itertools import islice
from typing import Any

from selfeval_xl.county.departments.data import NONE
from selfeval_xl.county.workbook.formulas import Computed
from selfeval_xl.county.workbook.front_page import COLUMNS, COUNT, MONEY, RATE, Front
from selfeval_xl.model.grid import a1, column_name
from selfeval_xl.model.numbers import decimal

LINES = 10
_FAR = 10_000_000  # beyond any row: puts what does not fit behind everything that does
# The lists: first column, width in columns, heading.
_HEADS = (
    (0, 4, "未报部门"),
    (4, 5, "执行率低于{low}的部门"),
    (9, 6, "{unspent}前十项目（万元）"),
    (15, 4, "零执行项目"),
    (19, 5, "{faults}最多的十个部门"),
)


@dataclass(frozen=True, slots=True)
class _Ranking:
    """A list of the ten rows of a table with the largest or smallest figure.

    column, span: of the names on the page; the figures are beside them. key, name: columns of the table with
    the figures and the names. pick: formula of the k-th figure, with {k}. fits: whether a figure is listed.
    """

    column: int
    span: int
    sheet: str
    key: str
    name: str
    number_format: str
    pick: str
    fits: Callable[[Any], bool]
    largest: bool


def attention(
    front: Front,
    row: int,
    low: tuple[str, Decimal],
    number: str = "八",
    unspent: str = "未执行金额",
    faults: tuple[str, str] = ("errors", "错误"),
) -> None:
    """Writes five lists side by side, ten lines each. low: the rate below which departments are listed.

    number: of the block. unspent: how 未执行金额 is called. faults: column of 部门汇总 by which the last list
    is made, and its name.

    No array formulas, which merged cells cannot hold: SUMPRODUCT(SMALL(...)) evaluates its arrays by itself,
    in Excel 2010 as in LibreOffice.
    """
    front.title(row, 0, f"{number}、需要关注", COLUMNS, "部门汇总")
    for column, span, label in _HEADS:
        front.head(row + 1, column, label.format(low=low[0], unspent=unspent, faults=faults[1]), span)
    _write_unreported(front, row + 2)
    _write_ranking(front, row + 2, _lowest_rates(front, low[1]))
    _write_ranking(front, row + 2, _most_unspent(front))
    _write_idle(front, row + 2)
    _write_ranking(front, row + 2, _most_faults(front, faults[0]))


def _write_unreported(front: Front, row: int) -> None:
    """Writes the departments that sent nothing."""
    state = front.book.column("submissions", "state")
    departments = front.book.tables["submissions"].picked("department", "state")
    _write_names(
        front,
        row,
        0,
        "submissions",
        "department",
        f'({state}="{NONE}")',
        (name for name, state in departments if state == NONE),
    )


def _lowest_rates(front: Front, low: Decimal) -> _Ranking:
    """The list 执行率低于60%的部门, or of what rate is the lowest band's."""
    rate = front.book.column("departments", "execution_rate")
    return _Ranking(
        column=4,
        span=4,
        sheet="departments",
        key="execution_rate",
        name="department",
        number_format=RATE,
        pick=f'IF(SMALL({rate},{{k}})<{low},SMALL({rate},{{k}}),"")',
        fits=lambda value: value < low,
        largest=False,
    )


def _most_unspent(front: Front) -> _Ranking:
    """The list 未执行金额前十项目; one of which all was spent is none of them."""
    unspent = front.book.column("projects", "unspent")
    return _Ranking(
        column=9,
        span=5,
        sheet="projects",
        key="unspent",
        name="project",
        number_format=MONEY,
        pick=f'IF(LARGE({unspent},{{k}})>0,LARGE({unspent},{{k}}),"")',
        fits=lambda value: value > 0,
        largest=True,
    )


def _write_idle(front: Front, row: int) -> None:
    """Writes the projects with a budget of which nothing was spent."""
    book = front.book
    executed, annual = book.column("projects", "executed"), book.column("projects", "annual_budget")
    _write_names(
        front,
        row,
        15,
        "projects",
        "project",
        f"(ISNUMBER({executed})*({executed}=0)*ISNUMBER({annual})*({annual}>0))",
        (
            name
            for name, spent, budget in book.tables["projects"].picked("project", "executed", "annual_budget")
            if spent is not None and spent == 0 and (budget or 0) > 0
        ),
    )


def _most_faults(front: Front, key: str) -> _Ranking:
    """The list 错误最多的十个部门, or of what else is in this column."""
    errors = front.book.column("departments", key)
    return _Ranking(
        column=19,
        span=4,
        sheet="departments",
        key=key,
        name="department",
        number_format=COUNT,
        pick=f'IF(LARGE({errors},{{k}})>0,LARGE({errors},{{k}}),"")',
        fits=lambda value: value > 0,
        largest=True,
    )


def _write_names(
    front: Front, row: int, column: int, sheet: str, key: str, test: str, names: Iterable[str]
) -> None:
    """Writes the names of the first ten rows that pass a test. names: of those that pass it now."""
    cells, listed = front.book.column(sheet, key), list(islice(names, LINES))
    for k in range(1, LINES + 1):
        text = (
            f'IF({k}>SUMPRODUCT(1*{test}),"",INDEX({cells},SUMPRODUCT(SMALL(ROW({cells})'
            f"-1+{_FAR}*(1-{test}),{k}))))"
        )
        value = listed[k - 1] if k <= len(listed) else None
        front.value(row + k - 1, column, Computed(text, value), 4, align="left")


def _write_ranking(front: Front, row: int, ranking: _Ranking) -> None:
    """Writes the names, and the figures beside them; equal figures keep the sheet's order."""
    book, column, figure_column = front.book, ranking.column, ranking.column + ranking.span
    numbers, names = book.column(ranking.sheet, ranking.key), book.column(ranking.sheet, ranking.name)
    best = _best(front, ranking)
    for k in range(1, LINES + 1):
        name, figure = best[k - 1] if k <= len(best) else (None, None)
        address, first = a1(row + k - 1, figure_column), f"{column_name(figure_column)}${row + 1}"
        text = (
            f'IF({address}="","",INDEX({names},SUMPRODUCT(SMALL(ROW({names})'
            f"-1+{_FAR}*({numbers}<>{address}),COUNTIF({first}:{address},{address})))))"
        )
        front.value(row + k - 1, column, Computed(text, name), ranking.span, align="left")
        front.value(
            row + k - 1,
            figure_column,
            Computed(f'IFERROR({ranking.pick.format(k=k)},"")', figure),
            1,
            ranking.number_format,
        )


def _best(front: Front, ranking: _Ranking) -> list[tuple[str, Any]]:
    """The names and figures that the list has now."""
    figures = (
        (name, decimal(figure) if isinstance(figure, float) else figure)
        for figure, name in front.book.tables[ranking.sheet].picked(ranking.key, ranking.name)
        if figure is not None
    )
    return nsmallest(
        LINES,
        (listed for listed in figures if ranking.fits(listed[1])),
        key=lambda listed: -listed[1] if ranking.largest else listed[1],
    )
