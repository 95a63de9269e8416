"""A colleague's changes on a single form, each with its cell in the department workbook; opens no file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from selfeval_xl.model.grid import a1
from selfeval_xl.workflows.splitting.alignment import Place, align, rows_of
from selfeval_xl.workflows.splitting.returned import PICTURE, Cell, SheetState

LOCKED = "这一格是财政局填好的，不能改"
PICTURED = "这一格里是图片，图片不能自动汇总，请核对原表后手工插入"
COMPUTED = "这一格由公式计算，不用填"
NO_ROW = "部门工作簿里没有这一行"
NO_SPARE = "新增的一行，部门工作簿里没有空行可放"
ROW_GONE = "交回的表里少了这一行，部门工作簿里没有删"
NOT_TOLD = "这种文件看不出哪些格是公式；合计、执行率、得分由部门工作簿自己计算"
MERGED_IN = "这一格在部门工作簿里并在别的格里"


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A colleague's value for a cell of the department workbook. base: its text when it was taken out."""

    text: str
    value: Cell
    base: str = ""


@dataclass(frozen=True, slots=True)
class Stray:
    """A value without a cell in the department workbook. cell: in the returned file. why: the reason."""

    cell: str
    text: str
    base: str
    why: str


@dataclass(slots=True)
class Changes:
    """All changes of one form.

    cells: by place in the department workbook. strays: those that have none there. computed: cell and text
    where a formula stands there and a value here, and the file cannot tell whether that is a formula too.
    """

    cells: dict[Place, FilledCell] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    computed: list[tuple[str, str]] = field(default_factory=list)


def compare(
    state: SheetState, base: Mapping[Place, str], target: SheetState, open_cells: Collection[Place]
) -> Changes:
    """The differences between a form that came back and its base, each with its cell in `target`.

    Rows that were inserted or deleted on either side are found by the texts of their neighbours. open_cells:
    the unlocked cells of `target`; where it has none at all no cell counts as locked.
    """
    old_rows, new_rows = rows_of(base), rows_of(state.texts)
    to_old, to_target = align(old_rows, new_rows), align(rows_of(target.texts), old_rows)
    changes = Changes()
    inserted = []
    for number, row in enumerate(new_rows):
        if number not in to_old:
            inserted += [number] if row else []
            continue
        old = old_rows[to_old[number]]
        target_row = to_target.get(to_old[number])
        for column in sorted(old.keys() | row.keys()):
            base_text = old.get(column, "")
            if row.get(column, "") != base_text:
                _add_change(changes, state, target, (number, column), target_row, base_text, open_cells)
    for number in sorted(set(range(len(old_rows))) - set(to_old.values())):
        changes.strays += [
            Stray(a1(number, column), "", text, ROW_GONE) for column, text in old_rows[number].items()
        ]
    for number in inserted:
        _add_inserted_row(changes, state, target, number, open_cells)
    if changes.computed:
        changes.strays.append(
            Stray(
                ",".join(cell for cell, _ in changes.computed),
                "、".join(text for _, text in changes.computed),
                "",
                NOT_TOLD,
            )
        )
    return changes


def _add_change(
    changes: Changes,
    state: SheetState,
    target: SheetState,
    cell: Place,
    target_row: int | None,
    base: str,
    open_cells: Collection[Place],
) -> None:
    """Adds one difference: for its cell in the target, or as a stray with the reason."""
    text = state.texts.get(cell, "")
    if target_row is None:
        changes.strays.append(Stray(a1(*cell), text, base, NO_ROW))
        return
    target_cell = (target_row, cell[1])
    if PICTURE in (text, base):
        changes.strays.append(Stray(a1(*cell), text, base, PICTURED))
    elif target_cell in (target.formulas or ()):
        if state.formulas is None:
            changes.computed.append((a1(*cell), text))
        elif cell not in state.formulas:
            changes.strays.append(Stray(a1(*cell), text, base, COMPUTED))
    elif any(area.holds(*target_cell) and (area.top, area.left) != target_cell for area in target.merges):
        changes.strays.append(Stray(a1(*cell), text, base, MERGED_IN))
    elif open_cells and target_cell not in open_cells:
        changes.strays.append(Stray(a1(*cell), text, base, LOCKED))
    else:
        changes.cells[target_cell] = FilledCell(text, state.values.get(cell), base)


def _add_inserted_row(
    changes: Changes, state: SheetState, target: SheetState, number: int, open_cells: Collection[Place]
) -> None:
    """Adds a row that the colleague inserted: for a spare row of the indicator table with the same levels."""
    texts = {
        column: text
        for (row, column), text in state.texts.items()
        if row == number and (row, column) not in (state.formulas or ())
    }
    if not texts:
        return
    first, last = target.table
    spare = next(
        (
            row
            for row in range(first, last + 1)
            if _is_spare(state, target, number, row, texts, changes, open_cells)
        ),
        None,
    )
    if spare is None:
        changes.strays += [Stray(a1(number, column), text, "", NO_SPARE) for column, text in texts.items()]
        return
    for column, text in texts.items():
        if text == PICTURE:
            changes.strays.append(Stray(a1(number, column), text, "", PICTURED))
        elif (spare, column) in open_cells:
            changes.cells[spare, column] = FilledCell(text, state.values.get((number, column)))
        elif target.shown((spare, column)) != text:
            changes.strays.append(Stray(a1(number, column), text, "", LOCKED))


def _is_spare(
    state: SheetState,
    target: SheetState,
    number: int,
    row: int,
    texts: Mapping[int, str],
    changes: Changes,
    open_cells: Collection[Place],
) -> bool:
    """Whether the row `row` of the target can take the inserted row `number` with these texts.

    Nobody has filled it in, one of the texts at least fits into an open cell, and what is printed on it is
    printed on the inserted row too.
    """
    open_columns = {column for open_row, column in open_cells if open_row == row}
    if len(open_columns) < 3 or any(
        target.texts.get((row, column)) or (row, column) in changes.cells for column in open_columns
    ):
        return False
    printed = {
        column: target.shown((row, column))
        for column in set(texts) | {0, 1, 2}
        if column not in open_columns and (row, column) not in (target.formulas or ())
    }
    return all(not text or text == state.shown((number, column)) for column, text in printed.items()) and any(
        column in open_columns for column in texts
    )
