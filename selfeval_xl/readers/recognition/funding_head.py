"""The head of a funding table: its columns, in groups where two breakdowns stand side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding_amounts import is_amount
from selfeval_xl.readers.recognition.labels import has_scope, likely, roles
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE = "资金行"
_ADJUSTED = re.compile(r"调整|调剂|追加")
_LONGEST_HEAD = 24
AMONG = re.compile(r"^其中[:：]?")
_TELLING = frozenset((*AMOUNTS, "execution_rate"))  # of them a head has one
_LOOK_AHEAD = 8  # rows below a head that show whether an adjustment is an amount or a difference


@dataclass(slots=True)
class FundColumns:
    """The columns of one breakdown.

    columns: by key. others: further columns, whose texts are kept by their heads. parts: columns of a
    source (其中：财政资金) with the key of the amounts that it is a part of. left: the first column where
    its sources may stand. first: the first one of amounts. name: what stands above them (按支出性质).
    alone: whether the table has no other breakdown.
    """

    columns: dict[str, Label]
    left: int
    first: int
    others: list[Label] = field(default_factory=list)
    parts: list[tuple[str, Label]] = field(default_factory=list)
    name: str = ""
    alone: bool = True


def find_head(sheet: ScannedSheet, top: int, bottom: int, left: int, right: int) -> list[FundColumns]:
    """The columns of the first funding head in these rows, by breakdown; none without one."""
    for row in range(top, bottom + 1):
        if groups := column_groups(sheet, row, left, right):
            return groups
    return []


def head_rows(groups: list[FundColumns]) -> tuple[int, int]:
    """The first and the last row of a funding head."""
    labels = [label for group in groups for label in group.columns.values()]
    return min(label.row for label in labels), max(label.area.bottom for label in labels)


def column_groups(sheet: ScannedSheet, row: int, left: int, right: int) -> list[FundColumns]:
    """The columns of a funding head in this row, breakdown by breakdown; none where the row is no head."""
    if row not in sheet.rows or _goes_on_below(sheet, row, left, right):
        return []
    labels = [*_reaching_down(sheet, row, left, right), *_heads(sheet, row, left, right)]
    if not any(_key(label) in _TELLING for label in labels):
        return []
    labels += _likely_labels(sheet, row, left, right, labels)
    labels.sort(key=lambda label: label.column)
    amounts = [label for label in labels if _key(label) in AMOUNTS]
    if len(amounts) < 2:
        return []
    if any(amount_beside(sheet, label) for label in amounts) or _pairs_below(sheet, amounts):
        return []
    groups = [_group(sheet, members, start) for members, start in _split(labels, left)]
    found = [group for group in groups if len(group.columns.keys() & set(AMOUNTS)) >= 2]
    if not found or found[0] is not groups[0]:
        return []
    for group, last in zip(found, [*(other.left - 1 for other in found[1:]), right]):
        _add_unknown(sheet, row, group, last)
        if len(found) > 1:
            group.alone = False
            group.name = _name(sheet, row, group)
    return found


def _heads(sheet: ScannedSheet, row: int, left: int, right: int) -> list[Label]:
    """The labels of amounts in a row, without 预算资金 beside the table."""
    return [
        label
        for label in sheet.rows.get(row, ())
        if left <= label.column <= right
        and label.role(SCOPE)
        and not (label.area.bottom > label.area.top and label.role("资金栏") is not None)
    ]


def _goes_on_below(sheet: ScannedSheet, row: int, left: int, right: int) -> bool:
    """Whether a row is the upper one of a head of two: some heads reach down, others stand below a cell."""
    if not any(label.area.bottom == row + 1 for label in _heads(sheet, row, left, right)):
        return False
    return any(_below_wide(sheet, label) for label in _heads(sheet, row + 1, left, right))


def _below_wide(sheet: ScannedSheet, label: Label) -> bool:
    """Whether a head of an amount or a rate stands below a cell that is wider than its column."""
    if label.row == 0 or _key(label) not in _TELLING and _key(label) != "forecast":
        return False
    over = sheet.grid.area(label.row - 1, label.column)
    return over.bottom == label.row - 1 and over.right > over.left and label.area.right == label.area.left


def _reaching_down(sheet: ScannedSheet, row: int, left: int, right: int) -> list[Label]:
    """The heads of the row above that reach down to this one, the lower row of a head of two."""
    if row == 0 or not _goes_on_below(sheet, row - 1, left, right):
        return []
    return [label for label in _heads(sheet, row - 1, left, right) if label.area.bottom == row]


def amount_beside(sheet: ScannedSheet, label: Label) -> bool:
    """Whether an amount stands right beside its label: such a row is no head of a table."""
    return is_amount(sheet.text(label.row, label.area.right + 1))


def _pairs_below(sheet: ScannedSheet, amounts: list[Label]) -> bool:
    """Whether the row below has amounts beside labels of their own, so that this one is a mere heading."""
    below = max(label.area.bottom for label in amounts) + 1
    return (
        sum(
            _key(label) in AMOUNTS and amount_beside(sheet, label)
            for label in sheet.rows.get(below, ())
            if label.role(SCOPE)
        )
        >= 2
    )


def _key(label: Label) -> str:
    return label.need_role(SCOPE).key


def _split(labels: list[Label], left: int) -> list[tuple[list[Label], int]]:
    """The labels of each breakdown, and the first column where its sources may stand.

    Another breakdown begins where amounts come again behind a column that is none of the table's.
    """
    parts: list[tuple[list[Label], int]] = [([], left)]
    for label in labels:
        members, _ = parts[-1]
        again = _key(label) in AMOUNTS and any(_key(other) == _key(label) for other in members)
        if again and members and _column_between(members[-1], label):
            parts.append(([], members[-1].area.right + 1))
        parts[-1][0].append(label)
    return parts


def _column_between(before: Label, behind: Label) -> bool:
    """Whether a column that is none of the table's stands between two labels, where sources can stand."""
    return behind.column > before.area.right + 1


def _group(sheet: ScannedSheet, labels: list[Label], left: int) -> FundColumns:
    """The columns of one breakdown: of several labels for one key the best, the others kept as they are."""
    columns: dict[str, Label] = {}
    others: list[Label] = []
    for label in labels:
        key = _key(label)
        if key == "other":
            others.append(label)
        elif key not in columns:
            columns[key] = label
        elif label.need_role(SCOPE).rank < columns[key].need_role(SCOPE).rank:
            others.append(columns[key])
            columns[key] = label
        else:
            others.append(label)
    _settle_budgets(sheet, columns, others)
    first = min(label.column for label in columns.values())
    # What stands left of the amounts heads the sources (年度预算数).
    amounts = [label.column for key, label in columns.items() if key in AMOUNTS]
    group = FundColumns(
        columns, left, min(amounts, default=first), [label for label in others if label.column > first]
    )
    return group


def _name(sheet: ScannedSheet, row: int, group: FundColumns) -> str:
    """What stands above the sources of a breakdown."""
    columns = range(group.first - 1, group.left - 1, -1)
    return core(next((text for column in columns if (text := sheet.text(row, column))), ""))


def _settle_budgets(sheet: ScannedSheet, columns: dict[str, Label], others: list[Label]) -> None:
    """The annual budget is the adjusted one where a head prints the budget before and after adjusting.

    An adjustment that is a difference (年初 + 调整 = 全年) stays a further column.
    """
    annual = [
        label for label in [columns.get("annual_budget"), *others] if label and _key(label) == "annual_budget"
    ]
    adjusted = [label for label in annual if _ADJUSTED.search(label.text)]
    plain = [label for label in annual if label not in adjusted]
    if not adjusted or not plain:
        return
    initial = columns.get("initial_budget")
    for label in annual:
        if label in others:
            others.remove(label)
    if initial is None:
        columns["initial_budget"], columns["annual_budget"] = plain[0], adjusted[0]
        others += [*plain[1:], *adjusted[1:]]
    elif _is_difference(sheet, initial, adjusted[0], plain[0]):
        columns["annual_budget"] = plain[0]
        others += [*plain[1:], *adjusted]
    else:
        columns["annual_budget"] = adjusted[0]
        others += [*plain, *adjusted[1:]]


def _is_difference(sheet: ScannedSheet, initial: Label, adjusted: Label, whole: Label) -> bool:
    """Whether the rows below show that the adjustment is the difference between both budgets."""
    bottom = max(label.area.bottom for label in (initial, adjusted, whole))
    for row in range(bottom + 1, bottom + 1 + _LOOK_AHEAD):
        before, change, after = (money(sheet.text(row, label.column)) for label in (initial, adjusted, whole))
        if before is not None and change is not None and after is not None and after != change:
            return before + change == after
    return False


def _likely_labels(sheet: ScannedSheet, row: int, left: int, right: int, labels: list[Label]) -> list[Label]:
    """Missing columns whose label is misspelt by one character."""
    keys = {_key(label) for label in labels}
    known = {label.column for label in labels}
    found = []
    for column in sheet.filled(row, left, right):
        text = sheet.grid.value(row, column)
        if isinstance(text, str) and column not in known and not roles(text):
            role = likely(text, SCOPE)
            if role and role.key not in keys:
                keys.add(role.key)
                found.append(Label(row, column, text, sheet.grid.area(row, column), (role,)))
    return found


def _add_unknown(sheet: ScannedSheet, row: int, group: FundColumns, last: int) -> None:
    """Adds the columns behind the first amount whose heads nobody knows: their texts are kept."""
    known = {label.column for label in (*group.columns.values(), *group.others)}
    for column in sheet.filled(row, group.first + 1, last):
        text = sheet.grid.value(row, column)
        if column in known or not isinstance(text, str) or not 2 <= len(squeeze(text)) <= _LONGEST_HEAD:
            continue
        if any(character.isdigit() for character in text) or roles(text):
            continue
        label = Label(row, column, text, sheet.grid.area(row, column), ())
        part = AMONG.sub("", squeeze(text))
        if part != squeeze(text) and has_scope(part, "资金来源"):
            before = max(
                (key for key in group.columns if key in AMOUNTS and group.columns[key].column < column),
                key=lambda key: group.columns[key].column,
            )
            group.parts.append((before, label))
        else:
            group.others.append(label)
