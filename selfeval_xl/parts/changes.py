"""What a colleague changed on a single form, cell by cell, and where it belongs in the department workbook.
Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..grid import a1
from .alignment import Place, align, rows_of
from .returned import Cell, SheetState

LOCKED = "这一格是财政局填好锁定的，不能改"
COMPUTED = "这一格由公式计算，不用填"
NO_ROW = "部门工作簿里没有这一行"
NO_SPARE = "新增的一行，部门工作簿里没有空行可放"
ROW_GONE = "交回的表里少了这一行，部门工作簿里没有删"
NOT_TOLD = "这种文件看不出哪些格是公式；合计、执行率、得分由部门工作簿自己计算"
MERGED_IN = "这一格在部门工作簿里并在别的格里"


@dataclass(frozen=True, slots=True)
class Change:
    """A cell of the department workbook that a colleague filled in. base: what stood there when the form was
    taken out.
    """

    text: str
    value: Cell
    base: str = ""


@dataclass(frozen=True, slots=True)
class Stray:
    """A value that does not land. cell: where it stands in the file that came back."""

    cell: str
    text: str
    base: str
    why: str


@dataclass(slots=True)
class Changes:
    """cells: by place in the department workbook. strays: what has no place there."""

    cells: dict[Place, Change] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    computed: list[tuple[str, str]] = field(
        default_factory=list
    )  # cells with a formula there and a value here, where the file tells no formulas


def compare(
    state: SheetState, base: Mapping[Place, str], target: SheetState, open_cells: Collection[Place]
) -> Changes:
    """What differs between a form that came back and its base, with the place of each difference in `target`.

    Rows that were inserted or deleted on either side are found by what stands beside them. open_cells: the
    unlocked cells of
    `target`; where it has none at all no cell counts as locked.
    """
    then, now = rows_of(base), rows_of(state.texts)
    to_then, to_target = align(then, now), align(rows_of(target.texts), then)
    changes = Changes()
    inserted = []
    for number, row in enumerate(now):
        if number not in to_then:
            inserted += [number] if row else []
            continue
        old = then[to_then[number]]
        for column in sorted(old.keys() | row.keys()):
            if row.get(column, "") != old.get(column, ""):
                _place(
                    changes,
                    state,
                    target,
                    (number, column),
                    to_target.get(to_then[number]),
                    old.get(column, ""),
                    open_cells,
                )
    for number in sorted(set(range(len(then))) - set(to_then.values())):
        changes.strays += [
            Stray(a1(number, column), "", text, ROW_GONE) for column, text in then[number].items()
        ]
    for number in inserted:
        _insert(changes, state, target, number, open_cells)
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


def _place(
    changes: Changes,
    state: SheetState,
    target: SheetState,
    here: Place,
    row: int | None,
    base: str,
    open_cells: Collection[Place],
) -> None:
    """One difference: into its cell, or among the strays with the reason."""
    text = state.texts.get(here, "")
    if row is None:
        changes.strays.append(Stray(a1(*here), text, base, NO_ROW))
        return
    there = (row, here[1])
    if there in (target.formulas or ()):
        if state.formulas is None:
            changes.computed.append((a1(*here), text))
        elif here not in state.formulas:
            changes.strays.append(Stray(a1(*here), text, base, COMPUTED))
    elif any(area.holds(*there) and (area.top, area.left) != there for area in target.merges):
        changes.strays.append(Stray(a1(*here), text, base, MERGED_IN))
    elif open_cells and there not in open_cells:
        changes.strays.append(Stray(a1(*here), text, base, LOCKED))
    else:
        changes.cells[there] = Change(text, state.values.get(here), base)


def _insert(
    changes: Changes, state: SheetState, target: SheetState, number: int, open_cells: Collection[Place]
) -> None:
    """A row that the colleague inserted goes into a spare row of the indicator table with the same levels."""
    told = {
        column: text
        for (row, column), text in state.texts.items()
        if row == number and (row, column) not in (state.formulas or ())
    }
    if not told:
        return
    first, last = target.table
    spare = next(
        (
            row
            for row in range(first, last + 1)
            if _is_spare(state, target, number, row, told, changes, open_cells)
        ),
        None,
    )
    if spare is None:
        changes.strays += [Stray(a1(number, column), text, "", NO_SPARE) for column, text in told.items()]
        return
    for column, text in told.items():
        if (spare, column) in open_cells:
            changes.cells[spare, column] = Change(text, state.values.get((number, column)))
        elif target.shown((spare, column)) != text:
            changes.strays.append(Stray(a1(number, column), text, "", LOCKED))


def _is_spare(
    state: SheetState,
    target: SheetState,
    number: int,
    row: int,
    told: Mapping[int, str],
    changes: Changes,
    open_cells: Collection[Place],
) -> bool:
    """Whether nobody has filled in the row, all that is told fits into it, and what is printed on it is
    printed on the other too.
    """
    own = {column for place_row, column in open_cells if place_row == row}
    if len(own) < 3 or any(
        target.texts.get((row, column)) or (row, column) in changes.cells for column in own
    ):
        return False
    printed = {
        column: target.shown((row, column))
        for column in set(told) | {0, 1, 2}
        if column not in own and (row, column) not in (target.formulas or ())
    }
    return all(not text or text == state.shown((number, column)) for column, text in printed.items()) and any(
        column in own for column in told
    )
