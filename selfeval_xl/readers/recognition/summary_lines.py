"""Reading of 项目自评汇总表, the sheet that a department stamps in place of its project forms."""

from __future__ import annotations

import re

from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.model.listed import SummaryLine
from selfeval_xl.model.text import squeeze

_HEAD_ROWS = 8  # the head of columns stands in one of these
_NEEDED = "项目名称"
_NAMED = "汇总"  # as in 项目自评汇总表
_HEADS = frozenset(
    ("项目编码", "项目名称", "年初预算数", "全年预算数", "全年执行数", "执行率")
    + ("指标总数", "未完成指标数", "自评得分", "自评等级")
)
_FEWEST_HEADS = 4
_UNIT = re.compile(r"单位[:：]?((?:百万|[万亿千百])?元)")
_END = ("合计", "总计", "小计")


def summary_in(grid: Grid) -> list[SummaryLine]:
    """The lines of a sheet that is a summary of project forms; none where it is something else.

    It is known by 汇总 in its name, and its columns by their heads, wherever they were moved.
    """
    if _NAMED not in grid.name:
        return []
    titles = [squeeze(text) for row in range(min(_HEAD_ROWS, grid.height)) if (text := _joined(grid, row))]
    for row in range(min(_HEAD_ROWS, grid.height)):
        heads = {squeeze(grid.text(row, column)): column for column in range(grid.width)}
        columns = {head: column for head, column in heads.items() if head in _HEADS}
        if _NEEDED in columns and len(columns) >= _FEWEST_HEADS:
            unit = next((match[1] for title in titles if (match := _UNIT.search(title))), None)
            return _lines(grid, row, columns, unit)
    return []


def _joined(grid: Grid, row: int) -> str:
    return "".join(grid.text(row, column) for column in range(grid.width))


def _lines(grid: Grid, head: int, columns: dict[str, int], unit: str | None) -> list[SummaryLine]:
    """The lines below the head that name a project, down to the total."""
    found = []
    for row in range(head + 1, grid.height):
        if any(squeeze(grid.text(row, column)) in _END for column in range(min(3, grid.width))):
            break
        texts = {name: text for name, column in columns.items() if (text := grid.text(row, column).strip())}
        if _NEEDED in texts:
            found.append(
                SummaryLine(grid.name, texts, {name: a1(row, columns[name]) for name in columns}, unit)
            )
    return found
