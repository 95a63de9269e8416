"""Damage that forms take on their way: each takes a Grid and gives another, with where each cell went."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from selfeval_xl.model.forms import Form
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.model.quantity import tidy

Place = Callable[[int, int], tuple[int, int]]


class Damaged(NamedTuple):
    """The damaged Grid. place: takes the row and column of a cell before, returns those it has now."""

    grid: Grid
    place: Place
    forms: int = 1  # the number of forms in it; the first is the damaged one


def _same(row: int, column: int) -> tuple[int, int]:
    """The place of a cell that stays where it is."""
    return row, column


def _texts(grid: Grid, change: Callable[[str], str]) -> Grid:
    """The Grid with its texts changed."""
    rows = [[change(value) if isinstance(value, str) else value for value in row] for row in grid.rows]
    return replace(grid, rows=rows, _formats=None, _corner=None)


def _with(grid: Grid, rows: list, merges: list[Area], formats: dict) -> Grid:
    """A Grid of the same name with other contents."""
    return Grid(grid.name, rows, merges, grid.visible, formats=lambda: formats)


def _formats(grid: Grid) -> dict:
    return dict(grid.formats()) if grid.formats else {}


def _moved(grid: Grid, place: Place, height: int, width: int, extra: dict | None = None) -> Damaged:
    """The Grid with every cell, merge and format moved by `place`, and `extra` values by cell.

    Merges that a new row or column cuts through are stretched.
    """
    rows: list[list] = [[None] * width for _ in range(height)]
    for r, row in enumerate(grid.rows):
        for c, value in enumerate(row):
            if value is not None:
                to = place(r, c)
                rows[to[0]][to[1]] = value
    for (r, c), value in (extra or {}).items():
        rows[r][c] = value
    merges = [Area(*place(area.top, area.left), *place(area.bottom, area.right)) for area in grid.merges]
    return Damaged(
        _with(grid, rows, merges, {place(*where): form for where, form in _formats(grid).items()}), place
    )


def unmerged(grid: Grid) -> Damaged:
    """All merges undone; the values stay at the top left."""
    return Damaged(_with(grid, grid.rows, [], _formats(grid)), _same)


def pasted_values(grid: Grid) -> Damaged:
    """All merges undone, those of levels filled with the value in every cell, as a paste from a list does."""
    rows = [list(row) for row in grid.rows]
    for area in grid.merges:
        tall = area.bottom > area.top and area.left == area.right
        if tall and isinstance(rows[area.top][area.left], str) and "指标" in rows[area.top][area.left]:
            for r in range(area.top, area.bottom + 1):
                rows[r][area.left] = rows[area.top][area.left]
    return Damaged(_with(grid, rows, [], _formats(grid)), _same)


def shifted(grid: Grid) -> Damaged:
    """Three rows down and two columns to the right."""
    return _moved(grid, lambda r, c: (r + 3, c + 2), grid.height + 3, grid.width + 2)


def blank_rows(grid: Grid) -> Damaged:
    """An empty row after every second row of the lower half."""
    half = grid.height // 2

    def place(r: int, c: int) -> tuple[int, int]:
        return r + max(0, (r - half) // 2), c

    return _moved(grid, place, place(grid.height - 1, 0)[0] + 1, grid.width)


def blank_column(grid: Grid) -> Damaged:
    """An empty column A."""
    return _moved(grid, lambda r, c: (r, c + 1), grid.height, grid.width + 1)


def notes_below(grid: Grid) -> Damaged:
    """A remark and a signature line below the form."""
    extra = {
        (grid.height, 0): "注：本表一式两份，数据截至2024年12月31日，共12项。",
        (grid.height + 1, 0): "填表人：张三",
        (grid.height + 1, 2): "联系电话：0000000",
    }
    return _moved(grid, _same, grid.height + 2, max(grid.width, 3), extra)


def title_lines(grid: Grid) -> Damaged:
    """附件2 and an empty line above the title."""
    return _moved(grid, lambda r, c: (r + 2, c), grid.height + 2, grid.width, {(0, 0): "附件2"})


def spaced_labels(grid: Grid) -> Damaged:
    """Spaces and line breaks inside labels, brackets in full width."""

    def change(text: str) -> str:
        if (
            len(text) in (4, 5, 6)
            and not any(letter.isdigit() for letter in text)
            and ("指标" in text or "预算" in text or "名称" in text or "单位" in text)
        ):
            return f"{text[:2]} {text[2:4]}\n{text[4:]}".rstrip()
        return text

    return Damaged(_texts(grid, change), _same)


def full_width(grid: Grid) -> Damaged:
    """Digits, percent signs and operators in full width, in text cells."""
    table = str.maketrans("0123456789%>=<().", "０１２３４５６７８９％＞＝＜（）．")
    return Damaged(
        _texts(
            grid,
            lambda text: text.translate(table) if len(text) <= 12 and not text.startswith("指标") else text,
        ),
        _same,
    )


def numbers_as_text(grid: Grid) -> Damaged:
    """Numbers typed as text, with separators."""
    formats = _formats(grid)
    rows = [
        [
            f"{value:,}".removesuffix(".0") if isinstance(value, float) and (r, c) not in formats else value
            for c, value in enumerate(row)
        ]
        for r, row in enumerate(grid.rows)
    ]
    return Damaged(_with(grid, rows, grid.merges, formats), _same)


def residue(grid: Grid) -> Damaged:
    """LaTeX and HTML left in targets."""

    def change(text: str) -> str:
        return text.replace("≥", "$\\geq$ ").replace("≤", "$\\leq$ ") if len(text) <= 20 else text

    return Damaged(_texts(grid, change), _same)


MISSPELT = {
    "年度指标值": "年度指示值",
    "实际完成值": "实际完成直",
    "偏差原因分析及改进措施": "偏差原因分析及改进措旋",
    "全年执行数": "全年执型数",
    "全年预算数": "全年预祘数",
}


def misspelt(grid: Grid) -> Damaged:
    """Labels with one wrong letter."""
    return Damaged(_texts(grid, lambda text: MISSPELT.get(text, text)), _same)


def dated(grid: Grid) -> Damaged:
    """A deadline typed as a date."""
    rows = [
        [datetime(2024, 11, 30) if value == "2024年11月30日" else value for value in row] for row in grid.rows
    ]
    return Damaged(_with(grid, rows, grid.merges, _formats(grid)), _same)


def stray_cells(grid: Grid) -> Damaged:
    """Scribbles right of the form."""
    source = random.Random(7)
    extra = {
        (source.randrange(grid.height), grid.width + 1 + source.randrange(3)): text
        for text in ("核对过", "3月5日改", "问小王")
    }
    return _moved(grid, _same, grid.height, grid.width + 5, extra)


def _with_row(grid: Grid, row: int, cells: dict[int, object]) -> Damaged:
    """The Grid with a row of these cells put in before `row`, and all merges undone."""
    grid = unmerged(grid).grid
    return _moved(
        grid,
        lambda r, c: (r + 1 if r >= row else r, c),
        grid.height + 1,
        grid.width,
        {(row, column): value for column, value in cells.items()},
    )


def _head_row(grid: Grid) -> int:
    """The row of 三级指标 or 指标名称."""
    return next(
        r for r, row in enumerate(grid.rows) if any(value in ("三级指标", "指标名称") for value in row)
    )


def remark_row(grid: Grid) -> Damaged:
    """A remark put between two indicator rows."""
    return _with_row(grid, _head_row(grid) + 4, {0: "（以下指标由各单位分别填报）"})


def subtotal_row(grid: Grid) -> Damaged:
    """A row 小计 between two indicator rows."""
    return _with_row(grid, _head_row(grid) + 4, {0: "小计", grid.width - 2: 15.0})


def head_again(grid: Grid) -> Damaged:
    """The head printed again where a page broke."""
    row = _head_row(grid)
    return _with_row(
        grid,
        row + 5,
        {column: value for column, value in enumerate(grid.rows[row]) if value and "指标" in str(value)},
    )


def _between(grid: Grid, row: int, lines: list[dict[int, str]], across: int = 0) -> Damaged:
    """The Grid with these rows put in before `row`, merges kept. across: columns that a lone text spans."""
    damaged = _moved(
        grid,
        lambda r, c: (r + len(lines) if r >= row else r, c),
        grid.height + len(lines),
        grid.width,
        {(row + number, column): text for number, line in enumerate(lines) for column, text in line.items()},
    )
    if across:
        damaged.grid.merges += [
            Area(row + number, next(iter(line)), row + number, next(iter(line)) + across - 1)
            for number, line in enumerate(lines)
            if len(line) == 1
        ]
        damaged.grid._corner = None
    return damaged


def merged_remarks(grid: Grid) -> Damaged:
    """Remarks over the whole width between two indicators, between them an empty row."""
    lines = [{0: "备注：以下指标由乡镇填报"}, {}, {0: "（请逐项填写，不得漏项）"}]
    return _between(grid, _head_row(grid) + 5, lines, grid.width)


def page_break(grid: Grid) -> Damaged:
    """Signatures, a page number and the head once more, where a page ends."""
    head = {
        column: value
        for column, value in enumerate(grid.rows[_head_row(grid)])
        if value and "指标" in str(value)
    }
    lines = [{0: "填表人：张三", 2: "联系电话：0000000"}, {}, {grid.width // 2: "— 1 —"}, head]
    return _between(grid, _head_row(grid) + 5, lines)


def guidance_rows(grid: Grid) -> Damaged:
    """Guidance with its label, and a lone text behind the names, between the indicators."""
    lines = [{0: "填表说明", 2: "完成值按年末数填写"}, {grid.width - 2: "接下页"}]
    return _between(grid, _head_row(grid) + 5, lines)


def html(grid: Grid) -> Damaged:
    """Tags of a web page left in short texts."""
    return Damaged(
        _texts(
            grid, lambda text: f"<p>{text}</p>" if text.endswith(("公里", "元")) and len(text) < 12 else text
        ),
        _same,
    )


def percents_as_text(grid: Grid) -> Damaged:
    """Formatted percents typed as text instead."""
    formats = _formats(grid)
    rows = [
        [grid.text(r, c) if (r, c) in formats and value is not None else value for c, value in enumerate(row)]
        for r, row in enumerate(grid.rows)
    ]
    return Damaged(_with(grid, rows, grid.merges, {}), _same)


def stacked(grid: Grid) -> Damaged:
    """The same form a second time below, as when one sheet is used for all projects."""
    return _twice(grid, grid.height + 1, 0)


def side_by_side(grid: Grid) -> Damaged:
    """The same form a second time to the right."""
    return _twice(grid, 0, grid.width + 1)


def _twice(grid: Grid, down: int, right: int) -> Damaged:
    """The Grid with the same form once more, so many rows down and columns to the right."""
    rows: list[list] = [[None] * (grid.width + right) for _ in range(grid.height + down)]
    merges, formats = list(grid.merges), _formats(grid)
    for r, row in enumerate(grid.rows):
        for c, value in enumerate(row):
            rows[r][c] = rows[r][c] if value is None else value
            rows[r + down][c + right] = value if value is not None else rows[r + down][c + right]
    merges += [
        Area(area.top + down, area.left + right, area.bottom + down, area.right + right)
        for area in grid.merges
    ]
    formats |= {(r + down, c + right): form for (r, c), form in formats.items()}
    return Damaged(_with(grid, rows, merges, formats), _same, 2)


def uncached(grid: Grid) -> Damaged:
    """Execution rates as formulas that were saved without a value."""
    rows = [list(row) for row in grid.rows]
    label = next(
        (
            (r, c)
            for r, row in enumerate(rows)
            for c, value in enumerate(row)
            if isinstance(value, str) and "执行率" in value
        ),
        None,
    )
    formulas = {}
    for r in range(label[0] + 1, _head_row(grid)) if label else ():
        if isinstance(rows[r][label[1]], float):
            formulas[r, label[1]], rows[r][label[1]] = "=IF(B1=0,0,C1/B1)", None
    damaged = _with(grid, rows, grid.merges, _formats(grid))
    damaged.formulas = lambda: formulas
    return Damaged(damaged, _same)


def run_on(grid: Grid) -> Damaged:
    """Label and value of the head typed into one cell."""
    rows, went = [list(row) for row in grid.rows], {}
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            to = grid.area(r, c).right + 1
            if (
                value in ("项目名称", "主管部门", "实施单位", "部门名称")
                and to < len(row)
                and isinstance(row[to], str)
            ):
                row[c], row[to], went[r, to] = f"{value}：{row[to]}", None, (r, c)
    return Damaged(_with(grid, rows, grid.merges, _formats(grid)), lambda r, c: went.get((r, c), (r, c)))


def hidden_row(grid: Grid) -> Damaged:
    """A row of the table is hidden."""
    damaged = _with(grid, grid.rows, grid.merges, _formats(grid))
    damaged.hidden = lambda: (frozenset((_head_row(grid) + 2,)), frozenset())
    return Damaged(damaged, _same)


DAMAGES: dict[str, Callable[[Grid], Damaged]] = {
    function.__name__: function
    for function in (
        unmerged,
        pasted_values,
        shifted,
        blank_rows,
        blank_column,
        notes_below,
        title_lines,
        spaced_labels,
        full_width,
        numbers_as_text,
        percents_as_text,
        residue,
        html,
        misspelt,
        dated,
        stray_cells,
        remark_row,
        merged_remarks,
        page_break,
        guidance_rows,
        subtotal_row,
        head_again,
        stacked,
        side_by_side,
        uncached,
        run_on,
        hidden_row,
    )
}


def values(form: Form) -> Iterator[tuple[str, str | None, str | None]]:
    """Every value of a form with its cells, as (what, value, cell)."""
    for key in ("project", "department", "unit", "total_score", "grade"):
        yield key, getattr(form, key), form.cells.get(key)
    for key in ("expected", "actual"):
        yield f"goal.{key}", getattr(form.goal, key), form.goal.cells.get(key)
    for line in form.funding:
        for key in ("initial_budget", "annual_budget", "executed", "execution_rate"):
            yield f"{line.source}.{key}", getattr(line, key), line.cells.get(key)
    for row in form.indicators:
        for key in ("level1", "level2", "name", "target", "actual", "points", "score", "note"):
            yield f"{row.name}.{key}", getattr(row, key), row.cells.get(key)


def plain(value: str | None) -> str | None:
    """A value without what a damage may change of its writing."""
    if value is None:
        return None
    text = (
        tidy(value)
        .replace(",", "")
        .replace("≧", "≥")
        .replace(">=", "≥")
        .replace("\\geq", "≥")
        .replace("\\leq", "≤")
    )
    return text[:-3] if text.endswith(".00") else text
