"""What each row of a funding table is: a line, a remark, a subtotal, the head once more.

A table ends where its rows end: a remark, a subtotal, a blank row or a repeated head may stand anywhere
in it. It ends before the goals, the indicators or the tasks, or behind the last row that has a source and
an amount.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from selfeval_xl.model.forms import TOTAL, FundingLine
from selfeval_xl.model.grid import Area
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import is_void
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding_amounts import is_amount
from selfeval_xl.readers.recognition.funding_head import AMONG, FundColumns
from selfeval_xl.readers.recognition.labels import has_scope, roles
from selfeval_xl.readers.recognition.scan import ScannedSheet

INLINE = re.compile(r"^(?P<source>[^:：]{2,20})[:：]\s*(?P<amount>[-\d,.，]*)\s*(?P<unit>万?元)?$")
_PARTS_OF_THE_TABLE = frozenset(("资金行", "资金合计", "资金来源", "资金栏"))  # scopes of labels
_OTHER_PARTS = frozenset(("目标", "目标栏", "指标", "指标栏", "任务"))  # that end the table
_REMARK = re.compile(
    r"[(\[【*※#]|注\d?[:、.]|备注|说明|填[表报写]|以上|以下|此处|请|接上|续表|本页|下页|转下|第\d+页"
)
_SOURCE = re.compile(
    r"资金|拨款|补助|支出|经费|收入|结转|结余|债|基金|财政|贷款|中央|省|市|县|区|州|盟|旗|乡|镇|级|地方|自筹|自有|"
    r"配套|其[他它]|专户|^按|投资|捐赠"
)
_ONLY_DIGITS = re.compile(r"[\d.\-%,]*")
_LONGEST_SOURCE = 30


class RowKind(Enum):
    """What a row of the table is."""

    LINE = auto()
    SUBTOTAL = auto()  # 小计
    HEAD = auto()  # the head printed once more
    REMARK = auto()  # texts that are no source, a blank row
    PART = auto()  # labelled texts of another part of the form between the lines


class SourceCell(NamedTuple):
    """The label of a funding row and its cell. among: 其中 stands before it, in this cell or the one left."""

    source: str
    row: int
    column: int
    among: bool


def rows_of(
    sheet: ScannedSheet, groups: Sequence[FundColumns], first: int, limit: int, area: Area
) -> list[tuple[int, RowKind]]:
    """The rows from `first`, at most to `limit`, as far as the table goes."""
    found: list[tuple[int, RowKind]] = []
    length = 0  # of the table so far
    closed = False
    for row in range(first, limit + 1):
        kind = _kind(sheet, row, groups, area)
        if kind is None:
            break
        if closed and kind is RowKind.LINE and not any(filled_in(sheet, row, group) for group in groups):
            kind = RowKind.PART
        closed = closed or kind is RowKind.PART
        found.append((row, kind))
        if kind is RowKind.LINE:
            closed, length = False, len(found)
    return found[:length]


def _kind(sheet: ScannedSheet, row: int, groups: Sequence[FundColumns], area: Area) -> RowKind | None:
    """The kind of a row; None where it begins another part of the form, which ends the table."""
    if not sheet.lines[row]:
        return RowKind.REMARK
    if _repeats_head(sheet, row, groups):
        return RowKind.HEAD
    if any(amount_in(sheet, row, group) for group in groups):
        text, _ = sheet.first_text(row, groups[0].left, groups[0].first)
        return RowKind.SUBTOTAL if "小计" in text and core(text) == "小计" else RowKind.LINE
    if inline_cells(sheet, row, area):
        return RowKind.LINE
    if closes(sheet, row, area):
        return None if begins_part(sheet, row, area) else RowKind.PART
    return RowKind.LINE if any(is_line(sheet, row, group) for group in groups) else RowKind.REMARK


def is_line(sheet: ScannedSheet, row: int, group: FundColumns) -> bool:
    """Whether the row has an amount of this breakdown, or the label of a source that has none."""
    if amount_in(sheet, row, group):
        return True
    named = source_cell(sheet, row, group.left, group.first)
    if named is None or not is_source(named.source):
        return False
    return is_known(named.source) or all(
        is_void(sheet.text(row, group.columns[key].column) or None) for key in AMOUNTS if key in group.columns
    )


def is_known(text: str) -> bool:
    """Whether a text is a known label of a source or of the total."""
    return any(role.scope in ("资金来源", "资金合计") for role in (*roles(text), *roles(core(text))))


def is_source(text: str) -> bool:
    """Whether a text names a source of money: a known one, or one worded as such."""
    if is_known(text):
        return True
    return (
        not roles(text)
        and len(text) <= _LONGEST_SOURCE
        and bool(_SOURCE.search(text))
        and not _REMARK.match(text)
        and not re.search(r"[。；!?]", text)
    )


def filled_in(sheet: ScannedSheet, row: int, group: FundColumns) -> bool:
    """Whether a row has the label of a source and an amount beside it."""
    named = source_cell(sheet, row, group.left, group.first)
    return named is not None and amount_in(sheet, row, group) and is_source(named.source)


def amount_in(sheet: ScannedSheet, row: int, group: FundColumns) -> bool:
    """Whether the row has an amount of its own in one of these columns."""
    line, merged = sheet.lines[row], sheet.grid.merged()
    for key in AMOUNTS:
        if key in group.columns:
            column = group.columns[key].column
            area = merged.get((row, column))
            if area is not None:
                column = area.left if area.top == row else -1
            if column in line and is_amount(line[column]):
                return True
    return False


def closes(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether this row has a label of another part of the form."""
    for label in sheet.rows.get(row, ()):
        if area.left <= label.column <= area.right and not any(
            role.scope in _PARTS_OF_THE_TABLE for role in label.roles
        ):
            return True
    return False


def begins_part(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether the row begins the goals, the indicators or the tasks."""
    return any(
        area.left <= label.column <= area.right
        and any(role.scope in _OTHER_PARTS for role in label.roles)
        and not any(role.scope in ("说明", "签字", *_PARTS_OF_THE_TABLE) for role in label.roles)
        for label in sheet.rows.get(row, ())
    )


def _repeats_head(sheet: ScannedSheet, row: int, groups: Sequence[FundColumns]) -> bool:
    """Whether the row prints the head once more, as at the top of a page."""
    labels = sheet.rows[row] if row in sheet.rows else ()
    if sum(label.role("资金行") is not None for label in labels) < 2:
        return False
    return (
        sum(
            core(sheet.text(row, label.column)) == core(label.text)
            for group in groups
            for label in group.columns.values()
        )
        >= 2
    )


def is_remark(text: str) -> bool:
    """Whether a text is worded as a remark."""
    return bool(_REMARK.match(squeeze(text)))


def inline_cells(sheet: ScannedSheet, row: int, area: Area) -> list[tuple[int, re.Match[str]]]:
    """The cells of a row that hold source and amount together (政府性基金拨款:118.82), by column."""
    found = []
    for column in sheet.filled(row, area.left, area.right):
        value = sheet.grid.value(row, column)
        if not isinstance(value, str) or (":" not in value and "：" not in value):
            continue
        match = INLINE.match(AMONG.sub("", squeeze(value)))
        if match and (match["amount"] or has_scope(match["source"], "资金来源")):
            found.append((column, match))
    return found


def source_cell(sheet: ScannedSheet, row: int, left: int, first: int) -> SourceCell | None:
    """The row's label: the nearest text left of the amounts, which begin in column `first`."""
    column = first - 1
    while column >= left:
        area = sheet.grid.area(row, column)
        text = sheet.lines[area.top].get(area.left, "")
        if text and area.top == row and not _ONLY_DIGITS.fullmatch(text):
            plain = squeeze(text)
            among = bool(AMONG.match(plain))
            name = AMONG.sub("", plain).strip(":：")
            if name:
                before = squeeze(sheet.text(row, area.left - 1)) if area.left > left else ""
                return SourceCell(name, area.top, area.left, among or before.startswith("其中"))
        column = area.left - 1
    inline = sheet.grid.area(row, first)
    text = sheet.grid.text(inline.top, inline.left).strip()
    if inline.left < first and inline.top == row and text and not _ONLY_DIGITS.fullmatch(text):
        return SourceCell(squeeze(text), inline.top, inline.left, False)
    return None


def among_cell(sheet: ScannedSheet, row: int, column: int, left: int) -> tuple[int, int] | None:
    """The cell 其中 left of a label, where it is merged over several rows."""
    if column <= left:
        return None
    area = sheet.grid.area(row, column - 1)
    return (
        (area.top, area.left)
        if area.bottom > area.top and squeeze(sheet.text(row, column - 1)).startswith("其中")
        else None
    )


_OF_KIND = re.compile(
    r"^(?:\d{1,2}[、.]|\([一二三四\d]\))?(?P<kind>按[^:]{2,8}|资金来源|资金结构|支出结构|收入来源)"
    r":(?P<source>.+)$"
)
_NUMBERED = re.compile(r"^(?:\(\d{1,2}\)|\d{1,2}[、.])(?=[\u4e00-\u9fff])")
_PEER = re.compile(r"结转|结余|^其[他它]|单位资金|专户|自有|自筹")


class Nesting:
    """The nesting of the sources, row by row.

    kind: the breakdown (按支出性质) that the rows go on with. parent: the source whose parts the rows go on
    with. among: whether the row before has 其中. shared: the 其中 cell merged over the row before.
    """

    def __init__(self, kind: str | None = None) -> None:
        self.kind = kind
        self.parent: str | None = None
        self.among = False
        self.shared: tuple[int, int] | None = None

    def placed(
        self, cell: SourceCell, shared: tuple[int, int] | None, lines: list[FundingLine]
    ) -> tuple[str, str | None]:
        """The source of the next row and the source that it is part of.

        shared: the 其中 cell merged over the row and others, or None. lines: those of the rows before.
        """
        peer = shared is not None and shared == self.shared
        opened = _OF_KIND.match(cell.source)
        source = _NUMBERED.sub("", opened["source"] if opened else cell.source)
        part_of: str | None
        if opened:
            self.kind = opened["kind"]
        if _is_total(source) and _has_total(lines):
            self.kind = source if source != TOTAL else self.kind
            part_of = TOTAL
        elif self.kind is not None:
            part_of = self.kind
        elif peer or (cell.among and self.among and _PEER.search(source)):
            part_of = lines[-1].part_of
        else:
            source, part_of, self.parent = _source_and_parent(source, cell.among, lines, self.parent)
        self.among, self.shared = cell.among, shared
        return source, part_of


def _has_total(lines: list[FundingLine]) -> bool:
    """Whether one of the lines is a total with an amount."""
    return any(line.is_total and any(getattr(line, key) for key in AMOUNTS) for line in lines)


def _is_total(text: str) -> bool:
    """Whether a label names a total of all sources."""
    return any(role.scope == "资金合计" for role in (roles(text) or roles(core(text))))


def _source_and_parent(
    source: str, among: bool, lines: list[FundingLine], parent: str | None
) -> tuple[str, str | None, str | None]:
    """The source's name, the source that it is part of, and the parent for the rows that follow.

    其中 right under the total opens the sources themselves; under another row it opens that row's parts,
    which go on while the labels are those of parts (中央, 省级, 一般公共预算 ...).
    """
    if _is_total(source):
        return TOTAL, None, None
    keys = {role.key for role in roles(source) or roles(core(source)) if role.scope == "资金来源"}
    if among:
        before = lines[-1] if lines else None
        if before is None or before.is_total:
            return source, None, None
        if before.part_of is None:
            return source, before.source, before.source
        return source, before.part_of, before.part_of
    if parent and "part" in keys:
        return source, parent, parent
    return source, None, None
