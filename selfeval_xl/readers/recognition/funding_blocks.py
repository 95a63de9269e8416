"""Funds that stand in no table with a head of its own: amounts beside their labels, sources as columns.

Beside their labels: 预算数 | 86 | 执行数 | 79.35, each with its sources below, or label and amount in one
cell. As columns: 中央 | 省级 | 其他 | 合计 | 执行数, with the amounts in the row below.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from selfeval_xl.model.forms import TOTAL
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import is_void, money
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding import Funding, line_of
from selfeval_xl.readers.recognition.funding_amounts import (
    amount_text,
    in_form_unit,
    is_amount,
    rate_text,
    unit_in,
    without_unit,
)
from selfeval_xl.readers.recognition.funding_head import AMONG, SCOPE, amount_beside
from selfeval_xl.readers.recognition.funding_rows import begins_part, is_known, is_remark, is_source
from selfeval_xl.readers.recognition.labels import Role, has_scope, roles, split_inline
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

_MONEY_WORDS = re.compile(r"预算|资金|执行|支出")  # of a heading above the blocks
_BUDGETS = frozenset(("annual_budget", "initial_budget"))
_BESIDE = (*AMOUNTS, "forecast", "execution_rate", "other")
_ROWS_OF_AMOUNTS = 5  # below sources that are columns
_INLINE = (*AMOUNTS, "execution_rate", "points", "score")
SEVERAL = re.compile(
    r"(?=\D{2,60}+\d)(?P<label>[^\d:：;；,，。、\s()（）]{2,16}(?:[（(][^()（）]{1,8}[)）])?)\s*+[:：为]?+\s*+"
    r"(?P<amount>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>亿元|万元|千元|元|%|％)?"
)


@dataclass(slots=True)
class _Amounts:
    """The amounts of one source while they are gathered: texts and cells by key."""

    values: dict[str, str | None] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)
    part_of: str | None = None


@dataclass(slots=True)
class _Blocks:
    """The lines of a form's blocks of funds while they are gathered, by source; rows: those with amounts."""

    unit: str
    lines: dict[str, _Amounts] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)

    def put(self, source: str, key: str, text: str | None, cell: str, head: str = "") -> None:
        """Adds a value; head: that of a further column. The first value of a key stays."""
        line = self.lines.setdefault(source, _Amounts())
        if key == "other":
            if text:
                line.other.setdefault(core(head), text)
            return
        if key in line.cells:
            return
        line.cells[key] = cell
        line.values[key] = text
        if text and key in (*AMOUNTS, "forecast"):
            wanted = in_form_unit(text, unit_in(head), self.unit)
            line.values[key] = wanted
            if wanted != text:
                line.typed[key] = text

    def funding(self) -> Funding | None:
        """What was gathered; None without an executed amount and a budget."""
        total = self.lines.get(TOTAL, _Amounts())
        keys = {key for line in self.lines.values() for key in line.cells}
        if "executed" not in keys or not keys & _BUDGETS:
            return None
        ordered = {TOTAL: total, **self.lines} if total.cells else self.lines
        lines = [
            line_of(source, line.part_of, line.values, line.cells, line.typed, line.other)
            for source, line in ordered.items()
        ]
        funding = Funding(lines)
        for row in sorted(self.rows):
            funding.take_rows(row, row)
        if self.rows:  # amounts that share a cell with their label take no rows: other fields may stand there
            funding.head = (min(self.rows), min(self.rows))
        return funding


def read_blocks(sheet: ScannedSheet, area: Area, unit: str) -> Funding | None:
    """The funds of a form without a funding table; None where it prints no budget or no executed amount."""
    return _source_columns(sheet, area, unit) or _beside_labels(sheet, area, unit)


def _beside_labels(sheet: ScannedSheet, area: Area, unit: str) -> Funding | None:
    """The amounts that stand beside their labels or in one cell with them."""
    blocks = _Blocks(unit)
    labels = _heads_of_blocks(sheet, area)
    for label, role in labels.items():
        text, cell = sheet.take(label.row, label.area.right + 1)
        if role.key == "execution_rate" and text:
            text = rate_text(label, {"execution_rate": text})
        blocks.put(TOTAL, role.key, text, cell, label.text)
        blocks.rows.add(label.row)
    for label, role in labels.items():
        if role.key in (*AMOUNTS, "forecast", "other"):
            _read_sources_below(sheet, label, role, blocks, area)
    _read_rate_below_head(sheet, area, blocks)
    _read_inline(sheet, area, blocks)
    funding = blocks.funding()
    if funding is not None:
        for label, role in labels.items():
            sheet.note(label, role, "资金")
            if role.key == "other":
                sheet.values.add(position(sheet.take(label.row, label.area.right + 1)[1]))
    return funding


def _heads_of_blocks(sheet: ScannedSheet, area: Area) -> dict[Label, Role]:
    """The labels with an amount beside them, the first of each key (of further columns all).

    A rate may be empty where it stands in a row with an amount.
    """
    found: dict[Label, Role] = {}
    keys: set[str] = set()
    rates: list[tuple[Label, Role]] = []
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        role = label.role(SCOPE)
        if role is None or role.key not in _BESIDE or role.key in keys:
            continue
        if role.key == "execution_rate":
            rates.append((label, role))
        elif amount_beside(sheet, label):
            found[label] = role
            if role.key != "other":
                keys.add(role.key)
    rows = {label.row for label in found}
    for label, role in rates:
        text = sheet.text(label.row, label.area.right + 1)
        number = money(squeeze(text).rstrip("%")) is not None
        if number or (is_void(text or None) and label.row in rows):
            found[label] = role
            break
    return found


def _read_sources_below(sheet: ScannedSheet, head: Label, role: Role, blocks: _Blocks, area: Area) -> None:
    """Adds the sources below a label, each with its amount in the column of the label's own amount.

    A row of anything else does not end them where a known source with an amount follows.
    """
    if head.area.right >= area.right:
        return
    between = False
    for row in range(head.area.bottom + 1, area.bottom + 1):
        if begins_part(sheet, row, area) or _has_block(sheet, row, head):
            return
        found = _source_below(sheet, row, head, blocks.unit)
        if found is None or (between and (found.amount is None or not is_known(found.source))):
            between = True
            continue
        source = TOTAL if any(known.scope == "资金合计" for known in roles(found.source)) else found.source
        blocks.put(source, role.key, found.amount, a1(*sheet.value_cell(*found.place)), head.text)
        sheet.values |= {(row, head.column)} | ({found.place} if role.key == "other" else set())
        blocks.rows.add(row)


class _Below(NamedTuple):
    """A source below a label: its name, its amount as typed and the cell of that."""

    source: str
    amount: str | None
    place: tuple[int, int]


def _source_below(sheet: ScannedSheet, row: int, head: Label, unit: str) -> _Below | None:
    """The source in the column of the label; None where the row has none."""
    cell = sheet.grid.area(row, head.column)
    text = sheet.text(row, head.column)
    if cell.top != row or cell.left != head.column or not text or is_remark(text):
        return None
    label, amount, place = text, sheet.text(row, cell.right + 1), (row, cell.right + 1)
    pair = split_inline(text) or split_inline(AMONG.sub("", squeeze(text)))
    if pair and money(amount_text(pair[1], unit)) is not None:
        (label, amount), place = pair, (row, head.column)
    source = AMONG.sub("", squeeze(without_unit(label))).strip(":：")
    if not source or _is_head(label) or not (is_source(source) or is_amount(amount)):
        return None
    return _Below(source, None if is_void(amount or None) else amount, place)


def _has_block(sheet: ScannedSheet, row: int, head: Label) -> bool:
    """Whether another block of amounts begins in the column of a label."""
    return any(
        label.column == head.column and (role := label.role(SCOPE)) is not None and role.key in AMOUNTS
        for label in sheet.rows.get(row, ())
    )


def _is_head(text: str) -> bool:
    """Whether a text is the label of an amount, of a rate or of another part of the form."""
    return any(role.scope not in ("资金来源", "资金合计", "资金栏", "任务", "指标") for role in roles(text))


def _read_rate_below_head(sheet: ScannedSheet, area: Area, blocks: _Blocks) -> None:
    """Adds rate, points and score whose labels stand in a heading row above the amounts."""
    if not blocks.rows:
        return
    first = min(blocks.rows)
    for column in sheet.filled(first, area.left, area.right):
        if _MONEY_WORDS.search(sheet.text(first - 1, column)) and first > area.top:
            sheet.furniture.add(sheet.value_cell(first - 1, column))
    for above in (first - 1, first - 2):
        for label in sheet.rows.get(above, ()):
            role = label.role(SCOPE)
            if (
                role
                and role.key in ("execution_rate", "points", "score")
                and area.left <= label.column <= area.right
                and label.area.bottom < first
            ):
                text, cell = sheet.take(first, label.column)
                if text and money(squeeze(text).rstrip("%分")) is not None:
                    value = (
                        rate_text(label, {"execution_rate": text}) if role.key == "execution_rate" else text
                    )
                    blocks.put(TOTAL, role.key, value, cell)
                    sheet.note(label, role, "资金")


def _read_inline(sheet: ScannedSheet, area: Area, blocks: _Blocks) -> None:
    """Adds the amounts that share a cell with their label (年初预算数（元）：1200000.00)."""
    for row in range(area.top, area.bottom + 1):
        for column in sheet.filled(row, area.left, area.right):
            text = sheet.lines[row][column]
            if ":" not in text and "：" not in text:
                continue
            if _read_several(sheet, row, column, blocks):
                continue
            pair = split_inline(text)
            role = next((role for role in roles(pair[0]) if role.scope == SCOPE), None) if pair else None
            if pair is None or role is None or role.key not in _INLINE:
                continue
            label, value = pair
            if role.key in ("points", "score") and "执行" not in label:
                continue
            if role.key == "execution_rate" and "%" in squeeze(label) and money(value) is not None:
                value += "%"
            blocks.put(TOTAL, role.key, value, sheet.take(row, column)[1], label)


def _read_several(sheet: ScannedSheet, row: int, column: int, blocks: _Blocks) -> bool:
    """Adds the amounts of a cell that names several of them (预算数：100万元；其中：财政拨款80万元)."""
    text = unicodedata.normalize("NFKC", sheet.lines[row][column])
    pieces = list(SEVERAL.finditer(text))
    named = [
        next((role.key for role in roles(piece["label"]) if role.scope == SCOPE), None) for piece in pieces
    ]
    if len(pieces) < 2 or not any(key in AMOUNTS for key in named):
        return False
    current = "annual_budget"
    cell = sheet.take(row, column)[1]
    for piece, key in zip(pieces, named):
        label = AMONG.sub("", piece["label"].removeprefix("其中"))
        amount = piece["amount"] + (piece["unit"] or "")
        if key in AMOUNTS:
            current = key
        if key in _INLINE:
            blocks.put(TOTAL, key, amount, cell, piece["label"])
        elif key is None and is_source(label):
            total = has_scope(label, "资金合计")
            blocks.put(TOTAL if total else label, current, amount, cell)
    return True


# -- sources as columns --------------------------------------------------------------------------------------


def _source_columns(sheet: ScannedSheet, area: Area, unit: str) -> Funding | None:
    """The funds of a form whose sources are columns, with the amounts in the rows below; None without."""
    for row in range(area.top, area.bottom + 1):
        heads = _source_heads(sheet, row, area) if row in sheet.rows else []
        if not heads:
            continue
        blocks = _Blocks(unit)
        bottom = max(label.area.bottom for label in heads)
        for below in range(bottom + 1, area.bottom + 1):
            if begins_part(sheet, below, area):
                break
            _read_row_of_sources(sheet, below, heads, blocks)
        funding = blocks.funding()
        if funding is not None:
            top = min(label.row for label in heads)
            funding.segments.insert(0, (top, bottom))
            funding.head = (top, bottom)
            for label in heads:
                sheet.furniture.add((label.row, label.column))
            return funding
    return None


def _source_heads(sheet: ScannedSheet, row: int, area: Area) -> list[Label]:
    """The heads of a row that names sources and a total side by side; none where it does not.

    Heads of amounts may reach down to it from the row above (实际支出 beside 资金来源 over its columns).
    """
    labels = [label for label in sheet.rows[row] if area.left <= label.column <= area.right]
    labels += [
        label
        for label in sheet.rows.get(row - 1, ())
        if label.area.bottom == row and area.left <= label.column <= area.right and label.role(SCOPE)
    ]
    sources = [label for label in labels if label.role("资金来源") and not label.role("资金栏")]
    totals = [label for label in labels if label.role("资金合计")]
    if not sources:
        return []
    first = min(label.column for label in (*sources, *totals))
    if (not totals or len(sources) + len(totals) < 3) and not _rows_say_amounts(sheet, row, first, area):
        return []
    heads = {label.column: label for label in labels if label.column >= first}
    for column in sheet.filled(row, first, area.right):
        text = sheet.lines[row][column]
        if column not in heads and money(text) is None and not is_remark(text):
            heads[column] = Label(row, column, text, sheet.grid.area(row, column), ())
    bottom = max(label.area.bottom for label in heads.values())
    ordered = [heads[column] for column in sorted(heads)]
    if any(amount_beside(sheet, label) for label in ordered):
        return []
    filled = [label for label in ordered if money(sheet.text(bottom + 1, label.column)) is not None]
    return ordered if len(filled) >= 2 else []


def _rows_say_amounts(sheet: ScannedSheet, row: int, first: int, area: Area) -> bool:
    """Whether the rows below say left of the sources which amounts they have: a budget and what was spent."""
    keys: set[str] = set()
    for below in range(row + 1, min(row + 1 + _ROWS_OF_AMOUNTS, area.bottom + 1)):
        for label in sheet.rows.get(below, ()):
            role = label.role(SCOPE)
            if role and area.left <= label.column < first and is_amount(sheet.text(below, first)):
                keys.add(role.key)
    return "executed" in keys and bool(keys & _BUDGETS)


def _read_row_of_sources(sheet: ScannedSheet, row: int, heads: list[Label], blocks: _Blocks) -> None:
    """Adds the amounts of a row below the sources; a row that is none of theirs is passed over.

    The row's own label (全年执行数) says what they are; in the first row without one they are the budget.
    """
    before = [label for label in sheet.rows.get(row, ()) if label.column < heads[0].column]
    role = next((found for label in before if (found := label.role(SCOPE))), None)
    plain = role is None and not before and not blocks.rows
    if not plain and (role is None or role.key not in _BESIDE):
        return
    if not any(money(squeeze(sheet.text(row, label.column)).rstrip("%")) is not None for label in heads):
        return
    whole = ""  # the source that a column 其中 behind it is part of
    for label in heads:
        text, cell = sheet.take(row, label.column)
        own = label.role(SCOPE)
        if label.role("资金合计"):
            source, key = TOTAL, role.key if role else "annual_budget"
        elif own is not None and not label.role("资金来源"):
            source, key = TOTAL, own.key
        else:
            named = squeeze(without_unit(label.text))
            source, key = core(AMONG.sub("", named)), role.key if role else "annual_budget"
            if AMONG.match(named) and whole not in ("", TOTAL):
                blocks.lines.setdefault(source, _Amounts()).part_of = whole
            else:
                whole = source
        if key == "execution_rate" and text and own is not None:
            text = rate_text(label, {"execution_rate": text})
        if key == "other" and text:
            sheet.values.add(position(cell))
        head = label.text if key != "other" or own else before[0].text
        if before and not unit_in(head):
            head = before[0].text
        blocks.put(source, key, text, cell, head)
    for label in before:
        sheet.furniture.add((label.row, label.column))
    blocks.rows.add(row)
