"""Reading of the indicators of declarations and monitoring forms.

A declaration may have the targets of the whole term (中期, 实施期) and those of the year: in two columns, in
two groups of columns side by side, or in two tables one below the other. Indicators of both that have the
same name (and the same second level where both print one) are one record with `medium_target` and `target`.
An indicator that only one side has is a record of its own, with the target of that side only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from selfeval_xl.model.forms import Indicator
from selfeval_xl.model.grid import Area, position
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.bands import Title
from selfeval_xl.readers.recognition.indicator_head import ANSWERS, SCOPE, TableHead
from selfeval_xl.readers.recognition.indicators import Indicators, read_indicators
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet
from selfeval_xl.readers.recognition.stage_money_heads import take_labels
from selfeval_xl.readers.recognition.stage_ticks import find_ticks, with_ticks

_TERM = re.compile(r"中期|长期|实施期|项目期|三年|总体(?:绩效)?指标|总目标|总体目标")
_YEAR = re.compile(r"年度|当年|本年")
_LONGEST = 30  # letters of a heading
_GROUPED = ("level1", "level2", "name", "target")

Groups = dict[int, list[Label]]  # the labels of the second group of a head, by the row of the names


def split_groups(sheet: ScannedSheet, titles: list[Title]) -> Groups:
    """Takes the second group of columns of each head from the labels (二级 三级 指标值 | 二级 三级 …).

    Two forms side by side, each with a title or with all levels of its own behind an empty column, stay.
    """
    if len({row for row, _, _ in titles}) < len(titles):
        return {}
    found: Groups = {}
    labels = {(label.row, label.column): label for label in sheet.in_order}
    for row in sorted(sheet.rows):
        heads = [label for label in sheet.rows[row] if label.role(SCOPE)]
        if sum(label.is_key(SCOPE, "name") for label in heads) < 2:
            continue
        second = _second_group(heads)
        if not second or _empty_before(sheet, second[0].column):
            continue
        found[row] = second
        for label in second:
            del labels[label.row, label.column]
    if found:
        take_labels(sheet, labels)
    return found


def _second_group(heads: list[Label]) -> list[Label]:
    """The labels from the first one that repeats another's words on."""
    seen: set[str] = set()
    for number, label in enumerate(heads):
        word = core(label.text)
        if word in seen and any(label.is_key(SCOPE, key) for key in _GROUPED):
            return heads[number:]
        seen.add(word)
    return []


def _empty_before(sheet: ScannedSheet, column: int) -> bool:
    """Whether the column left of this one is empty from top to bottom: two forms stand side by side."""
    merged = {at for _, at in sheet.grid.merged()}
    return column - 1 not in merged and not any(
        column - 1 in sheet.lines[row] for row in range(sheet.grid.height)
    )


def read_stage_indicators(
    sheet: ScannedSheet, head: TableHead | None, area: Area, groups: Groups
) -> Indicators:
    """The indicators of a form of an earlier stage, with what is ticked and both targets of a declaration."""
    if head is None:
        return Indicators()
    second = next((groups[row] for row in range(head.top, head.bottom + 1) if row in groups), None)
    if second:
        head = replace(head, right=second[0].column - 1)
    table = read_indicators(sheet, head, area.bottom, area)
    heads = [head, *head.further]
    for each in (head, *head.further):
        sheet.furniture |= {
            (label.row, label.column)
            for label in sheet.labels(each.top, each.bottom, each.left, each.right)
            if label.role(SCOPE)
        }
    table.indicators = [row for row in table.indicators if not _is_head_again(sheet, row, head)]
    _pass_over_levels(sheet, table, head)
    for each, last in zip(heads, [*(following.top - 1 for following in heads[1:]), area.bottom], strict=True):
        ticks = find_ticks(sheet, each)
        kinds = any("原因" in word for row in table.indicators for word in row.other)
        if ticks.causes or ticks.outlooks or ticks.outlook is not None or kinds:
            table.indicators = [
                with_ticks(sheet, row, ticks) if each.bottom < _last_line(row) <= last else row
                for row in table.indicators
            ]
        if ticks.causes:
            table.columns = {**table.columns, "causes": head.columns["name"]}
    if second:
        beside = read_indicators(sheet, _head_of_group(head, second), area.bottom, area)
        for label in second:
            sheet.furniture.add((label.row, label.column))
        sides = [table.indicators, beside.indicators]
        medium, annual = sides if _left_is_term(sheet, head, second) else sides[::-1]
        table.placeholders += beside.placeholders
        table.rows = (table.rows[0], max(table.rows[1], beside.rows[1]))
        table.indicators = _joined(sheet, medium, annual)
    elif "medium_target" not in head.columns:
        medium = [row for row in table.indicators if _is_of_term(sheet, row, head)]
        annual = [row for row in table.indicators if row not in medium]
        if medium:
            table.indicators = _joined(sheet, medium, annual)
    return table


def _last_line(row: Indicator) -> int:
    """The last row of the sheet in which a cell of the indicator stands."""
    return max(position(name)[0] for names in row.cells.values() for name in names.split(",") if name)


def _is_head_again(sheet: ScannedSheet, row: Indicator, head: TableHead) -> bool:
    """Whether a row is the second line of a head that is printed again, as at the top of a page.

    Its cells are known then.
    """
    line = _last_line(row)
    if line not in sheet.sub_heads or sheet.value_cell(line, head.name)[0] == line:
        return False
    sheet.furniture |= {(line, column) for column in sheet.filled(line, head.left, head.right)}
    return True


def _pass_over_levels(sheet: ScannedSheet, table: Indicators, head: TableHead) -> None:
    """Notes that the levels beside the placeholders of a blank form (指标1：) are known."""
    for cell, _ in table.placeholders:
        row = position(cell)[0]
        for key in ("level1", "level2"):
            if key in head.columns and head.columns[key].column < head.name:
                sheet.furniture.add(sheet.value_cell(row, head.columns[key].column))


def _head_of_group(head: TableHead, labels: Sequence[Label]) -> TableHead:
    """The head of the second group of columns, which shares the first level where it has none."""
    columns: dict[str, Label] = {}
    for label in labels:
        for role in label.roles:
            if role.scope == SCOPE and role.key != "other" and role.key not in columns:
                columns[role.key] = label
                break
    if "level1" not in columns and "level1" in head.columns:
        columns = {"level1": head.columns["level1"], **columns}
    answers = [columns[key].column for key in ANSWERS if key in columns]
    name = columns["name"].column
    left, right = labels[0].column, max(label.area.right for label in labels)
    return TableHead(
        head.top, head.bottom, left, right, columns, name, min(answers, default=name + 1), ANSWERS
    )


def _left_is_term(sheet: ScannedSheet, head: TableHead, second: list[Label]) -> bool:
    """Whether the first group has the targets of the whole term, as the Ministry's form prints it.

    Headings above the groups may say otherwise.
    """
    first = head.columns["name"].column
    for row in range(head.top, max(head.top - 3, -1), -1):
        left, right = sheet.text(row, first), sheet.text(row, second[-1].column)
        if max(len(left), len(right)) > _LONGEST or left == right:
            continue
        if _TERM.search(right) or (_YEAR.search(left) and not _YEAR.search(right)):
            return False
        if _TERM.search(left) or _YEAR.search(right):
            return True
    return True


def _is_of_term(sheet: ScannedSheet, row: Indicator, head: TableHead) -> bool:
    """Whether the section left of an indicator's levels says that its target is of the whole term."""
    first = min(label.column for key, label in head.columns.items() if key in ("level1", "level2", "name"))
    line = max(position(name)[0] for name in row.cells["name"].split(","))
    for column in range(first - 1, head.left - 1, -1):
        for above in range(line, -1, -1):
            text = sheet.text(above, column)
            if text:
                if len(text) <= _LONGEST and (_TERM.search(squeeze(text)) or _YEAR.search(squeeze(text))):
                    return _TERM.search(squeeze(text)) is not None
                break
    return False


def _joined(sheet: ScannedSheet, medium: list[Indicator], annual: list[Indicator]) -> list[Indicator]:
    """One list of both: indicators of the same name are one record, the others stand where they were."""
    spare = list(medium)
    placed: list[tuple[int, int, Indicator]] = []
    for row in annual:
        same = _same(row, spare)
        if same is not None:
            spare.remove(same)
            sheet.values |= {
                position(name)
                for key, names in same.cells.items()
                for name in names.split(",")
                if key in ("level1", "level2", "name") and getattr(same, key)
            }
            row = replace(
                row,
                medium_target=same.target,
                cells={**row.cells, **_moved(same.cells)},
                other={**same.other, **row.other},
            )
        placed.append((_line(row), 1, row))
    placed += [(_line(row), 0, _of_term(row)) for row in spare]
    return [row for _, _, row in sorted(placed, key=lambda each: each[:2])]


def _line(row: Indicator) -> int:
    """The row of the sheet in which an indicator's name stands."""
    return max(position(name)[0] for name in row.cells["name"].split(","))


def _same(row: Indicator, others: list[Indicator]) -> Indicator | None:
    """The indicator of the same name: in the same row of the sheet, else on the same level, else any."""
    named = [other for other in others if squeeze(other.name or "") == squeeze(row.name or "")]
    named = [
        other
        for other in named
        if not (other.level2 and row.level2) or squeeze(other.level2) == squeeze(row.level2)
    ]
    beside = [other for other in named if _line(other) == _line(row)]
    return next(iter(beside or named), None)


def _of_term(row: Indicator) -> Indicator:
    """An indicator that has a target of the whole term only."""
    cells = {key: names for key, names in row.cells.items() if key != "target"}
    return replace(row, target=None, medium_target=row.target, cells={**cells, **_moved(row.cells)})


def _moved(cells: Mapping[str, str]) -> dict[str, str]:
    """The cell of a target as that of the whole term's."""
    return {"medium_target": cells["target"]} if "target" in cells else {}
