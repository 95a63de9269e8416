"""Lists of the counties with the largest or smallest figures, as formulas that follow every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from selfeval_xl.county.workbook.formulas import Computed
from selfeval_xl.county.workbook.front_page import Front
from selfeval_xl.model.grid import a1, column_name

LINES = 10
_FAR = 10_000_000  # beyond any row: puts what does not fit behind everything that does


def ranked(
    front: Front,
    row: int,
    column: int,
    spans: tuple[int, int],
    counties: Sequence[Mapping[str, Any]],
    key: str,
    look: str,
    falling: bool,
) -> None:
    """Writes ten counties, the figure beside the name; equal figures keep the order of 县区汇总.

    spans: columns of name and figure. falling: the largest first, and only figures above 0. Merged cells
    cannot hold array formulas, so SUMPRODUCT(SMALL(...)) is used, which evaluates its arrays by itself.
    """
    book, right = front.book, column + spans[0]
    numbers, names = book.column("counties", key), book.column("counties", "county")
    candidates = [
        item
        for item in counties
        if not isinstance(item[key], str) and item[key] is not None and (item[key] > 0 or not falling)
    ]
    best = sorted(candidates, key=lambda item: -item[key] if falling else item[key])[:LINES]
    for k in range(1, LINES + 1):
        chosen = best[k - 1] if k <= len(best) else None
        figure, first = a1(row + k - 1, right), f"{column_name(right)}${row + 1}"
        pick = f'IF(LARGE({numbers},{k})>0,LARGE({numbers},{k}),"")' if falling else f"SMALL({numbers},{k})"
        found = (
            f'IF({figure}="","",INDEX({names},SUMPRODUCT(SMALL(ROW({names})'
            f"-1+{_FAR}*({numbers}<>{figure}),COUNTIF({first}:{figure},{figure})))))"
        )
        front.value(
            row + k - 1, column, Computed(found, chosen["county"] if chosen else None), spans[0], align="left"
        )
        front.value(
            row + k - 1,
            right,
            Computed(f'IFERROR({pick},"")', chosen[key] if chosen else None),
            spans[1],
            look,
        )
