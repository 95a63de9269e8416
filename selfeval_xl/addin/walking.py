"""上一个问题, 下一个问题, 填写单位说明: going through the list on the sheet 校验结果."""

from __future__ import annotations

from dataclasses import dataclass

from ..edits import Edit, Look
from ..errors import UsageError
from ..findings import Treatment
from ..grid import Grid, a1
from ..marks import EXPLAINED, MENDED
from ..reading.explained import listed_rows
from ..sheets import RESULT_COLUMNS, RESULTS
from ..sinks.live_setup import refusals
from . import state
from .host import Host

NOT_CHECKED = "还没有校验过，请先按“校验整本”。"
_AT = {name: RESULT_COLUMNS.index(name) for name in RESULT_COLUMNS}


@dataclass(frozen=True, slots=True)
class Stop:
    """A cell with findings: its sheet, all rows of the list that name it."""

    sheet: str
    cell: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def told(self) -> str:
        return "；".join(f"{row[_AT['级别']]}：{row[_AT['问题说明']]}" for row in self.rows)


def step(host: Host, way: int) -> None:
    """Selects the next cell of the list (way 1) or the one before (-1), and says in the status bar what is
    wrong there.
    """
    stops = stops_in(listed(host))
    if not stops:
        host.say("“校验结果”里没有要看的问题了。改完以后可以再按一次“校验整本”。")
        return
    number = (_current(host, stops, way) + way) % len(stops)
    stop = stops[number]
    try:
        host.select(stop.sheet, stop.cell)
    except refusals() as error:
        raise UsageError(
            f"选不了“{stop.sheet}”的{stop.cell}：这张表可能改了名、删掉了或者隐藏着。请再按一次“校验整本”。"
        ) from error
    state.keep_place(host.full_name, stop.sheet, stop.cell, number)
    host.progress(f"第{number + 1}/{len(stops)}处　{stop.sheet} {stop.cell}　{stop.told}"[:250])


def stops_in(listed: Grid) -> list[Stop]:
    """The cells of the list in its order, each once, without what is explained or mended."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for row in listed_rows(listed):
        cell = row[_AT["单元格"]].split(",")[0]
        if cell and row[_AT["工作表"]] and row[_AT["状态"]] not in (EXPLAINED, MENDED):
            found.setdefault((row[_AT["工作表"]], cell), []).append(tuple(row))
    return [Stop(sheet, cell, tuple(rows)) for (sheet, cell), rows in found.items()]


def _current(host: Host, stops: list[Stop], way: int) -> int:
    """The number of the stop to go on from: the selected cell, else the one shown last; before the first
    where there is neither.

    Where the one shown last is no longer listed, it was mended and explained: what followed it has moved up
    into its place.
    """
    here = (host.active, host.selected_cell())
    places = [(stop.sheet, stop.cell) for stop in stops]
    if here in places:
        return places.index(here)
    last = state.place(host.full_name)
    if last is None:
        return -1 if way > 0 else 0
    if (last[0], last[1]) in places:
        return places.index((last[0], last[1]))
    return min(last[2], len(stops)) - (1 if way > 0 else 0)


def listed(host: Host) -> Grid:
    """The sheet 校验结果 as it is on the screen, in one call; UsageError where there is none."""
    try:
        values = host.workbook.Sheets(RESULTS).UsedRange.Value
    except refusals() as error:
        raise UsageError(NOT_CHECKED) from error
    if not isinstance(values, tuple):
        raise UsageError(NOT_CHECKED)
    return Grid(RESULTS, [list(line) for line in values])


def explain(host: Host) -> None:
    """Asks for the unit's explanation of what was found at the selected cell, and writes it into the list."""
    name, cell, row = host.active, host.selected_cell(), host.selection()[0].top
    with host.saved() as saved:
        grid = saved.grids.get(RESULTS)
        if grid is None:
            raise UsageError(NOT_CHECKED)
        rows = rows_at(grid, name, cell, row)
        if not rows:
            raise UsageError(
                f"选中的{cell}没有列在“校验结果”里。请先选中有标注的格，或者“校验结果”里的一行。"
            )
        open_rows = {row: told for row, told in rows.items() if told["处理方式"] != Treatment.FIX.label}
        if not open_rows:
            told = next(iter(rows.values()))
            raise UsageError(
                f"这一处须修改，写说明代替不了修改：{told['问题说明']}\n怎么改：{told['修改建议']}"
            )
        edits: list[Edit] = []
        for row, told in open_rows.items():
            text = host.prompt(f"{told['级别']}：{told['问题说明']}\n请写单位说明：", told["单位说明"])
            if text:
                edits += _explained(grid, row, told, text)
        if not edits:
            return
        with host.quietly():
            host.apply(saved, edits)
    host.progress("单位说明已记在“校验结果”里，再次校验时带回。")


def rows_at(listed: Grid, sheet: str, cell: str, row: int) -> dict[int, dict[str, str]]:
    """The rows of the list, by number, that name this cell; on the list itself, the row that is selected."""
    heads = {listed.text(0, column).strip(): column for column in range(listed.width)}
    found = {}
    for number in range(1, listed.height):
        told = {
            name: listed.text(number, heads[name]).strip() if name in heads else "" for name in RESULT_COLUMNS
        }
        here = (
            number == row
            if sheet == RESULTS
            else told["工作表"] == sheet and cell in told["单元格"].split(",")
        )
        if here and told["规则编号"] and told["状态"] != MENDED:
            found[number] = told
    return found


def _explained(listed: Grid, row: int, told: dict[str, str], text: str) -> list[Edit]:
    """The edits that write an explanation into a row of the list, and its state."""
    heads = {listed.text(0, column).strip(): column for column in range(listed.width)}
    wanted = {"单位说明": text} | ({"状态": EXPLAINED} if told["处理方式"] == Treatment.EXPLAIN.label else {})
    return [
        Edit(listed.name, a1(row, heads[name]), told[name] or None, new, Look.KEEP, "单位说明")
        for name, new in wanted.items()
        if name in heads and new != told[name]
    ]
