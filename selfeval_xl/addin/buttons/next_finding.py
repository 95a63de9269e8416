"""The buttons 上一个问题, 下一个问题, 填写单位说明: going through the list on the sheet 校验结果."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selfeval_xl.addin import state
from selfeval_xl.addin.host import LONGEST_PROMPT, Host
from selfeval_xl.errors import UsageError
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.grid import Grid, a1
from selfeval_xl.model.sheet_names import RESULT_COLUMNS, RESULTS
from selfeval_xl.readers.recognition.result_list import listed_rows
from selfeval_xl.workflows.marking.progress import EXPLAINED, MENDED
from selfeval_xl.writers.excel.page_setup import refusals

NOT_CHECKED = "还没有校验过，请先按“校验整本”。"
_AT = {name: RESULT_COLUMNS.index(name) for name in RESULT_COLUMNS}


@dataclass(frozen=True, slots=True)
class Stop:
    """A cell with findings. rows: all rows of the list that name it."""

    sheet: str
    cell: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def told(self) -> str:
        """The levels and messages of the findings in one line; of several taken together this cell's own."""
        return "；".join(f"{row[_AT['级别']]}：{self._message(row)}" for row in self.rows)

    def _message(self, row: tuple[str, ...]) -> str:
        """The message of a row, with its line about this cell where it has one."""
        message, *lines = row[_AT["问题说明"]].split("\n")
        own = next((line for line in lines if line.split(" ")[0] == self.cell), "")
        return f"{message}（{own}）" if own else message


def previous_finding(host: Host) -> None:
    """上一个问题: selects the cell before."""
    step(host, -1)


def next_finding(host: Host) -> None:
    """下一个问题: selects the next cell."""
    step(host, 1)


def step(host: Host, direction: int) -> None:
    """Selects the next cell of the list (1) or the one before (-1), with its findings in the status bar."""
    stops = stops_in(listed(host))
    if not stops:
        host.say("“校验结果”里没有要看的问题了。改完以后可以再按一次“校验整本”。")
        return
    number = (_current(host, stops, direction) + direction) % len(stops)
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
    """The cells of the list in its order, each once, without findings that are explained or gone."""
    rows_by_cell: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for row in listed_rows(listed):
        if not row[_AT["工作表"]] or row[_AT["状态"]] in (EXPLAINED, MENDED):
            continue
        for cell in _cells_to_visit(row):
            rows_by_cell.setdefault((row[_AT["工作表"]], cell), []).append(tuple(row))
    return [Stop(sheet, cell, tuple(rows)) for (sheet, cell), rows in rows_by_cell.items()]


def _cells_to_visit(row: Sequence[str]) -> list[str]:
    """The cells of a row at which to stop: the first one, and those that have a line of their own."""
    cells = [cell for cell in row[_AT["单元格"]].split(",") if cell]
    own = {line.split(" ")[0] for line in row[_AT["问题说明"]].split("\n")[1:]}
    return cells[:1] + [cell for cell in cells[1:] if cell in own]


def _current(host: Host, stops: list[Stop], direction: int) -> int:
    """The number of the stop to go on from: the selected cell, else the one shown last.

    Before the first where there is neither. Where the one shown last is no longer listed, it was corrected or
    explained: what followed it has moved up into its place.
    """
    selected = (host.active, host.selected_cell())
    cells = [(stop.sheet, stop.cell) for stop in stops]
    if selected in cells:
        return cells.index(selected)
    last = state.place(host.full_name)
    if last is None:
        return -1 if direction > 0 else 0
    sheet, cell, number = last
    if (sheet, cell) in cells:
        return cells.index((sheet, cell))
    return min(number, len(stops)) - (1 if direction > 0 else 0)


def listed(host: Host) -> Grid:
    """The sheet 校验结果 as it is on the screen, in one call. Raises UsageError where there is none."""
    try:
        values = host.workbook.Sheets(RESULTS).UsedRange.Value2
    except refusals() as error:
        raise UsageError(NOT_CHECKED) from error
    if not isinstance(values, tuple):
        raise UsageError(NOT_CHECKED)
    return Grid(RESULTS, [list(line) for line in values])


def explain(host: Host) -> None:
    """Asks for the unit's explanation of the findings at the selected cell and writes it into the list."""
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
        explainable = {
            number: texts for number, texts in rows.items() if texts["处理方式"] != Treatment.FIX.label
        }
        if not explainable:
            first = next(iter(rows.values()))
            raise UsageError(
                f"这一处须修改，写说明代替不了修改：{first['问题说明']}\n怎么改：{first['修改建议']}"
            )
        edits: list[Edit] = []
        for number, texts in explainable.items():
            if len(texts["单位说明"]) > LONGEST_PROMPT:
                _to_the_list(host, grid, number)
                continue
            explanation = host.prompt(
                f"{texts['级别']}：{texts['问题说明']}\n请写单位说明：", texts["单位说明"]
            )
            if explanation:
                edits += _explained(grid, number, texts, explanation)
        if not edits:
            return
        with host.quietly():
            host.apply(saved, edits)
    host.progress("单位说明已记在“校验结果”里，再次校验时带回。")


def _to_the_list(host: Host, listed: Grid, row: int) -> None:
    """Selects the explanation in the list: the program's box for a line of text would cut its tail off."""
    heads = {listed.text(0, column).strip(): column for column in range(listed.width)}
    cell = a1(row, heads["单位说明"])
    host.select(RESULTS, cell)
    host.say(
        f"已写的单位说明超过{LONGEST_PROMPT}字，这里放不下，没有改动。请直接在“{RESULTS}”表的{cell}里改。"
    )


def rows_at(listed: Grid, sheet: str, cell: str, row: int) -> dict[int, dict[str, str]]:
    """The rows of the list that name this cell, as texts by column name, by row number.

    On the list itself: the selected row.
    """
    heads = {listed.text(0, column).strip(): column for column in range(listed.width)}
    rows = {}
    for number in range(1, listed.height):
        texts = {
            name: listed.text(number, heads[name]).strip() if name in heads else "" for name in RESULT_COLUMNS
        }
        names_cell = (
            number == row
            if sheet == RESULTS
            else texts["工作表"] == sheet and cell in texts["单元格"].split(",")
        )
        if names_cell and texts["规则编号"] and texts["状态"] != MENDED:
            rows[number] = texts
    return rows


def _explained(listed: Grid, row: int, texts: dict[str, str], explanation: str) -> list[Edit]:
    """The edits that write an explanation and the new state into a row of the list."""
    heads = {listed.text(0, column).strip(): column for column in range(listed.width)}
    new_texts = {"单位说明": explanation}
    if texts["处理方式"] == Treatment.EXPLAIN.label:
        new_texts["状态"] = EXPLAINED
    return [
        Edit(listed.name, a1(row, heads[name]), texts[name] or None, new, Look.KEEP, "单位说明")
        for name, new in new_texts.items()
        if name in heads and new != texts[name]
    ]
