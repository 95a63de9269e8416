"""What each row of an indicator table is: an indicator, a remark, a subtotal, the head once more.

A table ends where its rows end. A remark, a subtotal, a signature line, a blank row or a repeated head may
stand anywhere in it; it ends before the row that begins another part of the form, or behind the last row
that is filled in like an indicator.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from selfeval_xl.model.grid import Area
from selfeval_xl.model.quantity import is_void, money
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.indicator_head import SCOPE, TableHead
from selfeval_xl.readers.recognition.labels import Role, has_scope, roles, split_inline
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

_TOTALS = frozenset(
    (
        "总分",
        "合计",
        "总计",
        "总得分",
        "自评总分",
        "合计得分",
        "自评得分",
        "得分合计",
        "总分值",
        "综合得分",
        "自评总得分",
        "小计",
    )
)
_LONGEST_TOTAL = 60
_LONGEST_NAME = 60  # a longer text alone in its row is a remark
_BELOW = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|注意事项)\d?:"
    r"|(?:填表人|填报人|制表人|单位负责人|项目负责人|财务负责人|负责人|经办人|联系人|联系电话|填报日期|"
    r"填表日期|审核人)[:(]"
)
_MAY_BE_OTHER = re.compile(r"[:：(（※*]|[总合小]\s*[计分]|得分|注")
_WORDS = re.compile(r"[^\W\d_]")
_REMARK = re.compile(r"[(\[【*※#]|注\d?[:、.]|备注|说明|填[表报写]|以上|以下|此处|请|接上|续|本页|下页|转下")


_OTHER_PARTS = frozenset(("说明", "签字", "表", "目标", "目标栏", "资金栏", "资金合计", "资金来源"))


class RowKind(Enum):
    """What a row of the table is."""

    INDICATOR = auto()
    TOTAL = auto()  # 总分, 合计
    SUBTOTAL = auto()  # 小计
    HEAD = auto()  # the head printed once more
    GOAL = auto()  # 年度目标2
    REMARK = auto()  # a lone sentence that names no indicator
    PART = auto()  # remarks, signatures or other labelled texts between the indicators
    BLANK = auto()


@dataclass(slots=True)
class TableRows:
    """The rows of a table with their kinds: inside it, and total rows behind its last indicator."""

    inside: list[tuple[int, RowKind]] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)


def rows_of(sheet: ScannedSheet, head: TableHead, limit: int, area: Area) -> TableRows:
    """The rows below the head, at most to `limit`, as far as the table goes."""
    found: list[tuple[int, RowKind]] = []
    length = 0  # of the table so far
    closed = ended = False
    for row in range(head.bottom + 1, limit + 1):
        kind = _kind(sheet, row, head, area)
        ended = ended or kind is None
        if kind is None or (ended and kind is not RowKind.TOTAL):
            continue
        if closed and kind is RowKind.INDICATOR and not filled_in(sheet, row, head):
            kind = RowKind.PART
        closed = closed or ended or kind in (RowKind.PART, RowKind.TOTAL)
        found.append((row, kind))
        if kind in (RowKind.INDICATOR, RowKind.GOAL):
            closed = False
        if not closed and kind is not RowKind.BLANK:
            length = len(found)
    return TableRows(found[:length], [row for row, kind in found[length:] if kind is RowKind.TOTAL])


def _kind(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> RowKind | None:
    """The kind of a row; None where it begins another part of the form, which ends the table."""
    line = sheet.lines[row]
    if not line:
        return RowKind.BLANK
    if row not in sheet.rows and _is_plainly_filled(line, head):
        return RowKind.INDICATOR
    if is_total(sheet, row, head, area):
        return RowKind.SUBTOTAL if is_subtotal(sheet, row, area) else RowKind.TOTAL
    if _repeats_head(sheet, row, head):
        return RowKind.HEAD
    if _is_goal(sheet, row, head):
        return RowKind.GOAL
    if _is_remark(sheet, row, head, area):
        return RowKind.REMARK
    kind = _closing_kind(sheet, row, head, area)
    return RowKind.REMARK if kind is RowKind.INDICATOR and _stands_across(sheet, row, head) else kind


def _is_plainly_filled(line: Mapping[int, str], head: TableHead) -> bool:
    """Whether a row without any label has a name, an answer and no text that may name a sum or a remark."""
    name = line.get(head.name)
    if name is None or head.answer_columns.isdisjoint(line):
        return False
    first = next(iter(line.values()))
    return not _MAY_BE_OTHER.search(first) and (first is name or not _MAY_BE_OTHER.search(name))


def _closing_kind(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> RowKind | None:
    """PART for a labelled remark or signature, None for another part of the form, else INDICATOR."""
    text, column = sheet.first_text(row, area.left, area.right)
    if column < 0:
        return RowKind.INDICATOR
    label_roles = roles(text)
    if not label_roles:  # a label that is known on this sheet alone
        known = (label.roles for label in sheet.rows.get(row, ()) if label.column == column)
        label_roles = tuple(role for found in known for role in found if role.scope == "说明")
    scopes = {role.scope for role in label_roles}
    if (
        column < head.name
        and scopes & {"说明", "签字"}
        and (SCOPE not in scopes or len(sheet.filled(row, area.left, area.right)) <= 2)
    ):
        return RowKind.PART
    if column <= head.name and any(
        role.scope in ("表", "目标栏", "资金栏") and role.key != "grade" for role in label_roles
    ):
        return RowKind.PART if scopes == {"表"} and _is_text_field(label_roles) else None
    return RowKind.PART if _BELOW.match(squeeze(text)) or _is_labelled(text) else RowKind.INDICATOR


def _is_labelled(text: str) -> bool:
    """Whether a text begins with the label of a signature, a seal or a remark (单位（公章）：      填报人：).

    A bare 说明： or 备注： may be a remark on the rows beside it.
    """
    if ":" not in text and "：" not in text:
        return False
    label = text.replace("：", ":").partition(":")[0]
    return any(
        role.scope == "签字" or (role.scope == "说明" and len(role.label) > 2) for role in roles(label)
    )


def _is_text_field(label_roles: tuple[Role, ...]) -> bool:
    """Whether a label of the form's head can stand between indicators (自评得分 of a subtotal)."""
    return all(role.key in ("total_score", "year") for role in label_roles)


def filled_in(sheet: ScannedSheet, row: int, head: TableHead) -> bool:
    """Whether a row is filled in like an indicator: a name and a target or completed value of its own."""
    name_area = sheet.grid.area(row, head.name)
    name = sheet.text(row, head.name)
    if not _WORDS.search(name) or len(name) > _LONGEST_NAME or name_area.right >= head.answers:
        return False
    if name_area.top == row and (split_inline(name) or _is_label_of_another_part(name)):
        return False
    levels = [
        sheet.text(row, head.columns[key].column) for key in ("level1", "level2") if key in head.columns
    ]
    if any(money(level or None) is not None for level in levels):
        return False
    answered = [
        label
        for key, label in head.columns.items()
        if key in head.keys and sheet.value_cell(row, label.column)[0] == row
    ]
    texts = [sheet.text(row, label.column) for label in answered]
    return any(text and not is_void(text) and not split_inline(text) and not roles(text) for text in texts)


def _is_label_of_another_part(text: str) -> bool:
    """Whether the text names something that is no indicator."""
    return has_scope(text, *_OTHER_PARTS)


def is_total(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> bool:
    """Whether the row is 总分 or 合计: the label left of the target column, the name cell without another."""
    text, column = sheet.first_text(row, area.left, area.right)
    if column < 0 or len(text) > _LONGEST_TOTAL or column >= max(head.answers, head.name + 1):
        return False
    plain = core(text)
    return (
        plain in _TOTALS
        or _is_scored_total(sheet, row, column, head)
        or (
            plain.startswith(("总分", "合计", "自评总分"))
            and len(plain) <= 12
            and not sheet.take(row, head.name)[0]
        )
    )


def _is_scored_total(sheet: ScannedSheet, row: int, column: int, head: TableHead) -> bool:
    """Whether the row's one label is that of the total score (自评得分合计), with a score in its column."""
    labels = sheet.rows.get(row, ())
    return (
        len(labels) == 1
        and labels[0].column == column
        and labels[0].is_key("表", "total_score")
        and "score" in head.columns
        and money(sheet.text(row, head.columns["score"].column) or None) is not None
    )


def has_fields(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> bool:
    """Whether a total row is one of head fields, beside their labels or below (自评总分 | 98 | 等次)."""
    labels = [label for label in sheet.rows.get(row, ()) if area.left <= label.column <= area.right]
    edge = min(
        (label.column for label in labels[1:] if label.role("表") or label.role("其他")), default=area.left
    )
    return edge > area.left and not any(
        head.columns[key].column < edge
        and sheet.value_cell(row, head.columns[key].column) == (row, head.columns[key].column)
        and money(sheet.text(row, head.columns[key].column) or None) is not None
        for key in ("points", "score")
        if key in head.columns
    )


def is_subtotal(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether the row is the sum (小计) of only some indicators."""
    return core(sheet.first_text(row, area.left, area.right)[0]) == "小计"


def _repeats_head(sheet: ScannedSheet, row: int, head: TableHead) -> bool:
    """Whether the row prints the head once more, as at the top of a page."""
    if len(sheet.rows.get(row, ())) < 3:
        return False
    return (
        sum(core(sheet.text(row, label.column)) == core(label.text) for label in head.columns.values()) >= 3
    )


def _is_remark(sheet: ScannedSheet, row: int, head: TableHead, area: Area) -> bool:
    """Whether the row is a lone text that names no level and no indicator."""
    filled = sheet.filled(row, area.left, area.right)
    text = sheet.grid.value(row, filled[0]) if len(filled) == 1 else None
    if not isinstance(text, str) or is_void(text) or roles(text) or _is_labelled(text):
        return False
    cell = sheet.grid.area(row, filled[0])
    if cell.bottom != row:
        return False
    plain = squeeze(text)
    if any(sheet.value_cell(row, label.column)[0] < row for label in _own_columns(head)):
        return bool(_REMARK.match(plain)) and cell.left > head.name  # beside an indicator over two rows
    across = cell.right >= head.answers > cell.left
    outside = cell.left > head.name or cell.right < head.name
    level = cell.left < head.name and not across and len(plain) <= 20
    return across or (outside and not level) or bool(_REMARK.match(plain)) or len(plain) > _LONGEST_NAME


def _stands_across(sheet: ScannedSheet, row: int, head: TableHead) -> bool:
    """Whether a text over names and answers is the last one of its row, as of a remark behind its label."""
    area = sheet.grid.merged().get((row, head.name))
    return (
        area is not None
        and area.top == row == area.bottom
        and area.right >= head.answers
        and area.left in sheet.lines[row]
        and not sheet.filled(row, area.right + 1, head.right)
    )


def is_furniture(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether a lone text is worded as a remark: it is no stray value then."""
    if _names_text(sheet, row, ("目标",)) or _names_text(sheet, row - 1, ("目标", "说明")):
        return False
    columns = sheet.filled(row, area.left, area.right)
    return bool(columns) and bool(_REMARK.match(squeeze(sheet.lines[row][columns[-1]])))


def _names_text(sheet: ScannedSheet, row: int, scopes: Collection[str]) -> bool:
    """Whether a row has the label of a goal or a remark."""
    return any(role.scope in scopes for label in sheet.rows.get(row, ()) for role in label.roles)


def _own_columns(head: TableHead) -> list[Label]:
    """The columns of names, targets and completed values."""
    return [label for key, label in head.columns.items() if key == "name" or key in head.keys]


def _is_goal(sheet: ScannedSheet, row: int, head: TableHead) -> bool:
    """Whether the row is a further goal (年度目标2: ...) between the indicators of two goals."""
    label = next(iter(sheet.rows.get(row, ())), None)
    if (
        label is None
        or label.column >= head.name
        or label.row != row
        or not label.is_key("目标", "expected")
        or label.area.bottom > row
    ):
        return False
    return len(sheet.filled(row, head.left, head.right)) <= 2
