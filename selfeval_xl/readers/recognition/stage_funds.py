"""Reading of the funds of a declaration: totals of the whole term and of the year, each with its sources.

Labels and amounts stand in pairs: 中期资金总额 | 300 | 年度资金总额 | 100, the sources below each total or
behind it in its row; or the amounts stand below their labels; or label and amount share a cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from selfeval_xl.model.forms import TOTAL, FundingLine
from selfeval_xl.model.grid import Area, position
from selfeval_xl.model.quantity import is_void
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding import Funding, line_of, read_funding
from selfeval_xl.readers.recognition.funding_amounts import in_form_unit, is_amount, unit_in, without_unit
from selfeval_xl.readers.recognition.funding_blocks import SEVERAL
from selfeval_xl.readers.recognition.funding_head import AMONG, FundColumns, amount_beside
from selfeval_xl.readers.recognition.funding_rows import Nesting, SourceCell, begins_part, is_source
from selfeval_xl.readers.recognition.labels import Role, has_scope, roles
from selfeval_xl.readers.recognition.scan import ScannedSheet
from selfeval_xl.readers.recognition.stage_labels import DECLARED, stage_roles

_MEDIUM, _ANNUAL = "medium_budget", "annual_budget"


@dataclass(frozen=True, slots=True)
class _Named:
    """A label with an amount. cell, text: of the amount; text is None where the cell is empty."""

    label: str
    row: int
    column: int
    cell: tuple[int, int]
    text: str | None


@dataclass(slots=True)
class _Total:
    """A total and the band of columns in which its sources stand. key: of its amounts, None where open."""

    key: str | None
    row: int
    left: int
    right: int
    pairs: list[_Named] = field(default_factory=list)


def read_declared(sheet: ScannedSheet, area: Area, busy: set[int], unit: str) -> Funding | None:
    """The funds in the rows of `area` that are not `busy`; None where no total is printed there."""
    if funding := _in_one_column(sheet, area, unit):
        return funding
    totals = _totals(sheet, area, busy)
    if not totals:
        return _in_one_cell(sheet, area, busy, unit)
    _settle(totals)
    funding = Funding(head=(totals[0].row, totals[0].row))
    for total in totals:
        _read_pairs(sheet, total, area, busy)
        lines = _lines(sheet, total, unit)
        funding.lines = _merged(funding.lines, lines)
        for pair in total.pairs:
            funding.take_rows(pair.row, max(pair.row, pair.cell[0]))
    return funding if funding.lines else None


def _total_role(text: str) -> Role | None:
    """The role of a label that names a total; None for any other text."""
    own = next((role for role in stage_roles(text) if role.scope in (DECLARED, "资金合计")), None)
    return own or next((role for role in roles(text) if role.scope == "资金合计"), None)


def _totals(sheet: ScannedSheet, area: Area, busy: set[int]) -> list[_Total]:
    """The totals, each with its band of columns; the first of a key only, and none below sources."""
    found: list[_Total] = []
    for row in range(area.top, area.bottom + 1):
        if row in busy or (found and row > found[0].row and begins_part(sheet, row, area)):
            continue
        starts = [
            (column, role)
            for column in sheet.filled(row, area.left, area.right)
            if (role := _total_role(_label_in(sheet.lines[row][column])))
            and _has_place(sheet, row, column, area)
        ]
        for number, (column, role) in enumerate(starts):
            key = role.key if role.scope == DECLARED else None
            if any(total.key == key and total.left == column for total in found):
                continue
            right = starts[number + 1][0] - 1 if number + 1 < len(starts) else area.right
            found.append(_Total(key, row, column, right))
    kept: list[_Total] = []
    for total in found:
        if not any(total.key == other.key for other in kept):
            kept.append(total)
    return kept


def _label_in(text: str) -> str:
    """The label of a text that may have an amount behind it (中期资金总额：300万元)."""
    label, value = _split(text)
    return text if value is None else label


def _split(text: str) -> tuple[str, str | None]:
    """The label and the amount in a text that has both; the text and None where it has not."""
    plain = unicodedata.normalize("NFKC", text).strip()
    among = AMONG.match(squeeze(plain))
    label, colon, value = plain.removeprefix("其中").lstrip(":").partition(":")
    if not colon or not is_amount(squeeze(value)):
        return text, None
    return (f"其中：{label.strip()}" if among else label), value.strip()


def _has_place(sheet: ScannedSheet, row: int, column: int, area: Area) -> bool:
    """Whether an amount stands beside a label, below it or in its cell, or its place there is empty."""
    if _label_in(sheet.lines[row][column]) != sheet.lines[row][column]:
        return True
    cell = sheet.grid.area(row, column)
    if cell.bottom - cell.top >= 2 or cell.right >= area.right:
        return is_amount(sheet.text(cell.bottom + 1, column))
    beside = sheet.text(row, cell.right + 1)
    return is_void(beside or None) or is_amount(beside) or is_source(_plain(beside))


def _plain(text: str) -> str:
    """The name of a source without 其中 and its unit."""
    return AMONG.sub("", squeeze(without_unit(text))).strip(":：")


def _settle(totals: list[_Total]) -> None:
    """Gives an open total its key: the whole term's where the year's stands beside it, else the year's."""
    keys = {total.key for total in totals}
    for total in totals:
        if total.key is None:
            total.key = _MEDIUM if _ANNUAL in keys and _MEDIUM not in keys else _ANNUAL
            keys.add(total.key)


def _read_pairs(sheet: ScannedSheet, total: _Total, area: Area, busy: set[int]) -> None:
    """Gathers the total's amount and those of its sources."""
    for row in range(total.row, area.bottom + 1):
        if row in busy or (row > total.row and begins_part(sheet, row, area)):
            return
        lone = _lone_pair(sheet, row, area) if row > total.row else None
        if lone is not None and not total.left <= lone.cell[1] <= total.right:
            return  # the source's amount stands below another total
        pairs = [lone] if lone is not None else list(_pairs(sheet, row, total))
        sources = [pair for pair in pairs if is_source(_plain(pair.label)) or _total_role(pair.label)]
        if row > total.row and (not sources or any(_total_role(pair.label) for pair in sources)):
            return
        total.pairs += sources
        if row == total.row and sources and sources[0].cell[0] > row:
            return  # the amounts stand below their labels: nothing further below is the total's


def _lone_pair(sheet: ScannedSheet, row: int, area: Area) -> _Named | None:
    """The one source of a row and its one amount, which may stand below another total's label."""
    columns = sheet.filled(row, area.left, area.right)
    amounts = [column for column in columns if is_amount(sheet.lines[row][column])]
    named = [column for column in columns if is_source(_plain(sheet.lines[row][column]))]
    named = [column for column in named if sheet.grid.area(row, column).bottom == row]
    if len(amounts) != 1 or len(named) != 1 or named[0] > amounts[0]:
        return None
    text = sheet.lines[row][named[0]]
    return _Named(text, row, named[0], (row, amounts[0]), sheet.text(row, amounts[0]))


def _pairs(sheet: ScannedSheet, row: int, total: _Total) -> Iterator[_Named]:
    """The labels of a row in the total's band, each with the amount beside it, in its cell or below it."""
    columns = sheet.filled(row, total.left, total.right)
    texts = [column for column in columns if not is_amount(sheet.lines[row][column])]
    below = _amounts_below(sheet, row, texts)
    for column in texts:
        text = sheet.lines[row][column]
        label, inside = _split(text)
        if inside is not None:
            yield _Named(label, row, column, (row, column), inside)
            continue
        if below:
            place = (sheet.grid.area(row, column).bottom + 1, column)
        else:
            place = sheet.value_cell(row, sheet.grid.area(row, column).right + 1)
        if place[1] > total.right or place[1] in texts and not below:
            if text.startswith("按") or not (core(text) == "其中" or place[1] > total.right):
                yield _Named(text, row, column, (row, column), None)
            continue
        value = sheet.text(*place)
        yield _Named(text, row, column, place, None if is_void(value or None) else value)


def _amounts_below(sheet: ScannedSheet, row: int, columns: list[int]) -> bool:
    """Whether the labels of a row have their amounts below them: none stands beside."""
    if len(columns) < 2 or any(
        is_amount(sheet.text(row, sheet.grid.area(row, column).right + 1)) for column in columns
    ):
        return False
    below = [sheet.text(sheet.grid.area(row, column).bottom + 1, column) for column in columns]
    return sum(map(is_amount, below)) >= 2 or (is_amount(below[0]) and len(columns) == 2)


def _lines(sheet: ScannedSheet, total: _Total, unit: str) -> list[FundingLine]:
    """The lines of a total and its sources, with the amounts under the total's key."""
    key = total.key or _ANNUAL
    lines: list[FundingLine] = []
    nesting = Nesting()
    kinds: dict[int, str] = {}  # 按收入性质分 by the column below it
    for pair in total.pairs:
        name = _plain(pair.label)
        if name.startswith("按") and pair.text is None:
            kinds[pair.column] = name
            sheet.furniture.add((pair.row, pair.column))
            continue
        among = AMONG.match(squeeze(pair.label)) is not None or _among_before(sheet, pair)
        if _total_role(pair.label):
            source, part_of = TOTAL, None
        elif pair.column in kinds:
            source, part_of = name, kinds[pair.column]
        else:
            source, part_of = nesting.placed(SourceCell(name, pair.row, pair.column, among), None, lines)
        typed: dict[str, str] = {}
        text = pair.text
        if text is not None and (wanted := in_form_unit(text, unit_in(pair.label), unit)) != text:
            text, typed = wanted, {key: text}
        cell = sheet.take(*pair.cell)[1]
        lines.append(line_of(source, part_of, {key: text}, {key: cell}, typed, {}))
        sheet.furniture.add((pair.row, pair.column))
        if text is not None:
            sheet.values.add(position(cell))
    return lines


def _among_before(sheet: ScannedSheet, pair: _Named) -> bool:
    """Whether 其中 stands in a cell of its own left of a label."""
    if pair.column == 0:
        return False
    place = sheet.value_cell(pair.row, pair.column - 1)
    if core(sheet.text(*place)) != "其中":
        return False
    sheet.furniture.add(place)
    return True


def _merged(lines: list[FundingLine], further: list[FundingLine]) -> list[FundingLine]:
    """The lines of both totals, those of one source in one line."""
    known = {(line.source, line.part_of): number for number, line in enumerate(lines)}
    result = list(lines)
    for line in further:
        number = known.get((line.source, line.part_of))
        if number is None:
            result.append(line)
            continue
        before = result[number]
        result[number] = replace(
            before,
            annual_budget=before.annual_budget or line.annual_budget,
            medium_budget=before.medium_budget or line.medium_budget,
            cells={**line.cells, **before.cells},
            typed={**line.typed, **before.typed},
        )
    return result


def _in_one_cell(sheet: ScannedSheet, area: Area, busy: set[int], unit: str) -> Funding | None:
    """The funds of a cell that names several amounts (总额：100万元；财政拨款80万元（其中：省级30万元）).

    What stands in brackets behind a source is part of it. None without such a cell.
    """
    for row in range(area.top, area.bottom + 1):
        for column in sheet.filled(row, area.left, area.right) if row not in busy else ():
            text = unicodedata.normalize("NFKC", sheet.lines[row][column])
            lines: list[FundingLine] = []
            whole = TOTAL
            for piece in SEVERAL.finditer(text):
                name = _plain(piece["label"].removeprefix("其中"))
                inside = text.rfind("(", 0, piece.start()) > text.rfind(")", 0, piece.start())
                if _total_role(name) or has_scope(name, "资金合计"):
                    source, part_of = TOTAL, None
                elif is_source(name):
                    source, part_of = name, whole if inside and whole != TOTAL else None
                else:
                    continue
                whole = whole if inside else source
                amount, printed = piece["amount"], piece["unit"]
                if printed and printed != unit:
                    amount = in_form_unit(amount + printed, None, unit)
                cell = sheet.take(row, column)[1]
                lines.append(line_of(source, part_of, {_ANNUAL: amount}, {_ANNUAL: cell}, {}, {}))
            if len(lines) >= 2 and any(line.is_total for line in lines):
                sheet.values.add((row, column))
                return Funding(lines, segments=[(row, row)], head=(row, row))
    return None


def _in_one_column(sheet: ScannedSheet, area: Area, unit: str) -> Funding | None:
    """The funds of a table with one column of amounts (本年度申请金额), others beside it; None without."""
    for row in range(area.top, area.bottom + 1):
        labels = [label for label in sheet.rows.get(row, ()) if label.role("资金行")]
        amounts = [label for label in labels if label.need_role("资金行").key == _ANNUAL]
        others = [label for label in labels if label.need_role("资金行").key == "other"]
        if len(amounts) != 1 or amount_beside(sheet, amounts[0]):
            continue
        if not is_amount(sheet.text(amounts[0].area.bottom + 1, amounts[0].column)):
            continue
        first = min(label.column for label in labels)
        group = FundColumns({_ANNUAL: amounts[0]}, area.left, first, others)
        return read_funding(sheet, [group], area.bottom, area, unit)
    return None
