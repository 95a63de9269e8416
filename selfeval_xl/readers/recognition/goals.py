"""Reading of the year's goal with its outcome: beside their labels, below them, or with the label inside.

A goal may stand in several rows (目标1, 目标2), be cut by a page break, or be one of several years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selfeval_xl.model.forms import Goal
from selfeval_xl.model.grid import Area, a1
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.goal_texts import RATE, REMARK, SCOPE, GoalTexts, inline_texts
from selfeval_xl.readers.recognition.head import value_place
from selfeval_xl.readers.recognition.labels import Role, roles
from selfeval_xl.readers.recognition.page_breaks import breaks_page
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet
from selfeval_xl.readers.recognition.years import year_in

SECTION = "目标栏"
_OTHER_PARTS = frozenset(
    ("指标", SCOPE, "资金行", "表", "任务", "指标栏", "资金栏", REMARK, "签字", "管理", "其他")
)


@dataclass(slots=True)
class Goals:
    """The contents of the goal. rows: first and last row of each part with texts below their heads.

    remarks, remark_cells: reasons beside it, by label. details: goals of other years and of further labels.
    """

    goal: Goal = field(default_factory=Goal)
    rows: list[tuple[int, int]] = field(default_factory=list)
    remarks: Mapping[str, str] = field(default_factory=dict)
    remark_cells: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


def read_goals(sheet: ScannedSheet, area: Area, taken: list[tuple[int, int]], year: int | None) -> Goals:
    """The goal texts in the rows of `area` that no table has `taken`.

    Labels stand side by side with the texts below them, or label and text in a row, or both in one cell.
    year: that of the form, which tells the goal that counts where there are several years.
    """
    busy = {row for top, bottom in taken for row in range(top, bottom + 1)}
    texts = GoalTexts()
    _read_years(sheet, area, busy, year, texts)
    busy.update(row for top, bottom in texts.rows for row in range(top, bottom + 1))
    labels = [
        label
        for label in sheet.labels(area.top, area.bottom, area.left, area.right)
        if label.row not in busy
        and _goal_role(label)
        and not any(top in range(label.area.top, label.area.bottom + 1) for top, _ in taken)
    ]
    labels = [label for label in labels if not _is_section(sheet, label, labels, area)]
    by_row: dict[int, list[Label]] = {}
    for label in labels:
        by_row.setdefault(label.row, []).append(label)
    for row, found in by_row.items():
        _read_row(sheet, row, found, area, busy, texts)
    _read_inline(sheet, area, busy, texts)
    _read_beside_section(sheet, area, busy, texts)
    keys = {role.key for label in labels if (role := _goal_role(label))}
    return Goals(
        texts.goal(both={"initial", "expected"} <= keys),
        texts.rows,
        texts.remarks,
        texts.remark_cells,
        texts.details,
    )


def _goal_role(label: Label) -> Role | None:
    """The role of a goal or its outcome; None for other labels, that of a year among them."""
    return next((role for role in label.roles if role.scope == SCOPE and role.key != "year"), None)


def _is_section(sheet: ScannedSheet, label: Label, labels: list[Label], area: Area) -> bool:
    """Whether a label is the heading of the goal part: the goal's own labels stand right of it."""
    right = [other for other in labels if other.row == label.row and other.column > label.column]
    if (
        right
        and right[0].column == label.area.right + 1
        and _beside(sheet, right[0], area)
        and not _heads_columns(sheet, [label, right[0]], area)
    ):
        return True  # 年度目标 | 预期目标 | text | 实际完成情况 | text
    return any(
        label.area.top <= other.row < label.area.bottom
        and other.column > label.column
        and other.area.bottom < label.area.bottom
        for other in labels
    )


def _beside(sheet: ScannedSheet, label: Label, area: Area) -> tuple[int, int] | None:
    """The cell right of a label that has its text; None where the next filled cell is another label."""
    place = value_place(sheet, label, area)
    text = sheet.text(*place)
    if any(other.column == place[1] and _goal_role(other) for other in sheet.rows.get(place[0], ())):
        return None
    return place if text and not roles(text) and place[1] > label.column else None


def _read_row(
    sheet: ScannedSheet, row: int, found: list[Label], area: Area, busy: set[int], texts: GoalTexts
) -> None:
    """Reads the texts of the goal labels in one row, beside all of them or below all of them."""
    found = sorted((*found, *_further(sheet, row, found, area)), key=lambda label: label.column)
    beside = {label.column: _beside(sheet, label, area) for label in found}
    if not all(beside.values()) and _heads_columns(sheet, found, area):
        beside = dict.fromkeys(beside)  # what stands beside one of them is a head that nobody knows
    if any(beside.values()) or (len(found) == 1 and not _stands_alone(sheet, found[0], area)):
        for label in found:
            _take(sheet, label, beside[label.column] or value_place(sheet, label, area), texts, strip=True)
            for place in _more_beside(sheet, label, beside[label.column]):
                _take(sheet, label, place, texts, strip=True)
        return
    last = max(_read_below(sheet, label, found, area, busy, texts) for label in found)
    texts.rows.append((row, last))


def _heads_columns(sheet: ScannedSheet, found: list[Label], area: Area) -> bool:
    """Whether each of two or more labels has a text of its own width right below it, which is no label."""
    row = found[0].area.bottom + 1
    if len(found) < 2 or row > area.bottom or _begins_part(sheet, row, area):
        return False
    return all(
        label.area.bottom + 1 == row
        and sheet.text(row, label.column)
        and (held := sheet.grid.area(row, label.column)).top == row
        and (held.left, held.right) == (label.area.left, label.area.right)
        for label in found
    )


def _more_beside(
    sheet: ScannedSheet, label: Label, first: tuple[int, int] | None
) -> Iterator[tuple[int, int]]:
    """The cells below the first one beside a label over several rows (一、… 二、…), one a row."""
    if first is None:
        return
    for row in range(first[0] + 1, label.area.bottom + 1):
        place = sheet.value_cell(row, first[1])
        if place[0] == row and sheet.text(*place) and not roles(sheet.text(*place)):
            yield place


def _further(sheet: ScannedSheet, row: int, found: list[Label], area: Area) -> list[Label]:
    """Other labels that belong to a row of goals: reasons, and 年度总体目标 as the head of the goal."""
    heads = [
        label
        for label in sheet.labels(row, row, area.left, area.right)
        if label.row == row and label not in found
    ]
    further = [label for label in heads if label.role(REMARK)]
    keys = {role.key for label in found if (role := _goal_role(label))} - {RATE}
    if keys == {"actual"}:
        before = [
            label
            for label in heads
            if label.role(SECTION) and found[0].column > label.column and label.area.bottom <= row
        ]
        further += before[-1:]
    return further


def _stands_alone(sheet: ScannedSheet, label: Label, area: Area) -> bool:
    """Whether a label is the only text of its row, and the row below has only one text, which is no label.

    A section that reaches down to the text may stand left of it.
    """
    row = label.area.bottom + 1
    columns = sheet.filled(row, area.left, area.right)
    section = sheet.grid.area(label.row, label.column - 1) if label.column > area.left else label.area
    left = label.column if section.bottom >= row and section.top == label.row else area.left
    return (
        sheet.filled(label.row, left, area.right) == [label.column]
        and len(columns) == 1
        and label.area.left <= columns[0] <= label.area.right
        and not roles(sheet.text(row, columns[0]))
    )


def _take(
    sheet: ScannedSheet,
    label: Label,
    place: tuple[int, int],
    texts: GoalTexts,
    strip: bool = False,
    cut: bool = False,
) -> None:
    """Takes the text of a cell for a label. strip: a label inside the text is left out.

    cut: the text goes on from the page before.
    """
    text, cell = sheet.take(*place)
    remark = label.role(REMARK)
    if remark is not None and not _goal_role(label):
        read = texts.add_remark(label.text, text, cell)
        sheet.note(label, remark, "目标")
    else:
        role = _goal_role(label) or Role(SCOPE, "expected", 0, label.text)
        parts = [] if role.key == RATE else inline_texts(text or "")
        if role.key == RATE:
            texts.add_rate(label.text, text)
        elif len(parts) > 1 or (parts and strip):
            for key, words, part in parts:
                texts.add(key, words, part, cell)
        else:
            texts.add(role.key, label.text, None if text and roles(text) else text, cell, cut)
        read = bool(text) and not roles(text)
        sheet.note(label, role, "目标")
    if read:
        sheet.values.add(sheet.value_cell(*place))


def _read_below(
    sheet: ScannedSheet, label: Label, heads: list[Label], area: Area, busy: set[int], texts: GoalTexts
) -> int:
    """Reads the texts below a label, down to the next part of the form; returns the last row used.

    The texts go on behind a page break.
    """
    section = sheet.grid.area(label.row, label.column - 1) if label.column > area.left else label.area
    bottom = section.bottom if section.bottom > label.area.bottom else area.bottom
    row, last, cut, read = label.area.bottom + 1, label.area.bottom, False, False
    while row <= area.bottom and row not in busy and not _begins_part(sheet, row, area):
        if breaks_page(sheet, row, area):
            cut = read
            sheet.furniture.update((row, column) for column in sheet.filled(row, area.left, area.right))
            row += 1
            continue
        place = _place_below(sheet, row, label)
        if (row > bottom and not cut) or (row > bottom and place is None):
            break
        held = sheet.grid.area(row, label.column)
        if place is not None and not _spans(sheet, place, label, heads):
            _take(sheet, label, place, texts, cut=cut)
            last, read = sheet.grid.area(*place).bottom, True
            if last > row and not (last < area.bottom and _breaks_below(sheet, last + 1, area)):
                break
            cut = cut and row > bottom
        row = max(row, held.bottom if held.top >= row else row) + 1
    if not read:
        below = min(label.area.bottom + 1, area.bottom)
        _take(sheet, label, (below, label.column), texts)
    return last


def _breaks_below(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether a page break with a text in it stands in this row."""
    return bool(sheet.filled(row, area.left, area.right)) and breaks_page(sheet, row, area)


def _begins_part(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether a row has a label of another part of the form, or of the goal once more."""
    return any(
        role.scope in _OTHER_PARTS and label.area.top == row
        for label in sheet.labels(row, row, area.left, area.right)
        for role in label.roles
    )


def _place_below(sheet: ScannedSheet, row: int, label: Label) -> tuple[int, int] | None:
    """The first filled cell of a row within the columns of a label."""
    for column in range(label.column, label.area.right + 1):
        place = sheet.value_cell(row, column)
        if place[0] > label.area.bottom and sheet.text(*place):
            return place
    return None


def _spans(sheet: ScannedSheet, place: tuple[int, int], label: Label, heads: list[Label]) -> bool:
    """Whether a cell lies over the columns of another head too, as a remark across the table."""
    held = sheet.grid.area(*place)
    return any(held.left <= other.column <= held.right for other in heads if other.column != label.column)


def _read_inline(sheet: ScannedSheet, area: Area, busy: set[int], texts: GoalTexts) -> None:
    """Reads the cells that nobody has read and that begin with a goal's label (完成目标：…)."""
    for row in range(area.top, area.bottom + 1):
        if row in busy:
            continue
        for column, text in sheet.lines[row].items():
            if (":" not in text and "：" not in text) or not area.left <= column <= area.right:
                continue
            if (row, column) in sheet.values:
                continue
            parts = inline_texts(text)
            for key, label, part in parts:
                texts.add(key, label, None if is_blank(part) else part, a1(row, column))
            if parts:
                sheet.values.add((row, column))


def _read_beside_section(sheet: ScannedSheet, area: Area, busy: set[int], texts: GoalTexts) -> None:
    """Reads the text right of 年度总体目标, or below it, on forms without 预期目标."""
    if "expected" in texts.cells or "initial" in texts.cells:
        return
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        if label.row in busy or not label.role(SECTION):
            continue
        place = _beside(sheet, label, area)
        if place is None and _stands_alone(sheet, label, area):
            place = _place_below(sheet, label.area.bottom + 1, label)
        if place is not None and place not in sheet.values:
            _take(sheet, label, place, texts)
            return


def _read_years(sheet: ScannedSheet, area: Area, busy: set[int], year: int | None, texts: GoalTexts) -> None:
    """Reads a table of goals by year (财年, 目标): that of the form's year, else the last one done."""
    rows_with_year = dict.fromkeys(
        label.row
        for label in sheet.labels(area.top, area.bottom, area.left, area.right)
        for role in label.roles
        if role.key == "year" and role.scope == SCOPE and label.row not in busy
    )
    for row in rows_with_year:
        heads = {
            role.key: label
            for label in sheet.labels(row, row, area.left, area.right)
            for role in label.roles
            if role.scope == SCOPE and label.row == row and label.area.bottom == row
        }
        if "year" not in heads or not heads.keys() & {"expected", "initial"}:
            continue
        rows = _rows_of_years(sheet, row + 1, heads["year"].column, area)
        if rows:
            _take_years(sheet, heads, rows, year, texts)
            texts.rows.append((row, max(rows)))
            return


def _rows_of_years(sheet: ScannedSheet, first: int, column: int, area: Area) -> dict[int, int]:
    """The year of each row below a head 财年, down to the first row without one."""
    rows: dict[int, int] = {}
    for row in range(first, area.bottom + 1):
        year = year_in(sheet.text(row, column))
        if year is None and breaks_page(sheet, row, area):
            continue
        if year is None:
            break
        rows[row] = year
    return rows


def _take_years(
    sheet: ScannedSheet, heads: dict[str, Label], rows: dict[int, int], year: int | None, texts: GoalTexts
) -> None:
    """Takes the goal of one year, and those of the others as details."""
    done = heads.get("actual")
    finished = [row for row in rows if done and not is_blank(_goal_text(sheet, row, done))]
    chosen = next((row for row in rows if rows[row] == year), (finished or list(rows))[-1])
    for row in sorted(rows, key=lambda row: row != chosen):
        sheet.furniture.add(sheet.value_cell(row, heads["year"].column))
        for key in ("initial", "expected", "actual"):
            if key not in heads:
                continue
            label = heads[key]
            if row == chosen:
                _take(sheet, label, (row, label.column), texts)
            elif not is_blank(text := _goal_text(sheet, row, label)):
                texts.details[f"{rows[row]}年{core(label.text)}"] = text
                sheet.values.add(sheet.value_cell(row, label.column))


def _goal_text(sheet: ScannedSheet, row: int, label: Label) -> str:
    """The text of a row in the column of a head; dashes (---) are none."""
    return sheet.text(row, label.column).strip("-—– ")
