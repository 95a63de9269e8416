"""Reading of the funding table: its head, known by the budget columns, and a line per row with a source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from selfeval_xl.model.forms import AS_TEXT, TOTAL, FundingLine
from selfeval_xl.model.grid import Area, percent_text, plain_number
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import money, parse
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.labels import likely, roles, split_inline
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet

SCOPE = "资金行"
_AMONG = re.compile(r"^其中[:：]?")
_OF_KIND = re.compile(
    r"^(?:\d{1,2}[、.]|\([一二三四\d]\))?(?P<kind>按[^:]{2,8}|资金来源|资金结构|支出结构|收入来源)"
    r":(?P<source>.+)$"
)
_NUMBERED = re.compile(r"^(?:\(\d{1,2}\)|\d{1,2}[、.])(?=[\u4e00-\u9fff])")
_PEER = re.compile(r"结转|结余|^其[他它]|单位资金|专户|自有|自筹")
_INLINE = re.compile(r"^(?P<source>[^:：]{2,20})[:：]\s*(?P<amount>[-\d,.，]*)\s*(?P<unit>万?元)?$")
_UNIT_IN = re.compile(
    r"[(（][^()（）]{0,10}?(亿元|万元|千元|百元|元)[^()（）]{0,6}[)）]"
    r"|(?:单位|金额单位|计量单位)[:：]?\s*(?:人民币)?(亿元|万元|千元|百元|元)"
)
_PARTS_OF_THE_TABLE = frozenset(("资金行", "资金合计", "资金来源", "资金栏"))  # scopes of labels


@dataclass(slots=True)
class Funding:
    """The contents of a funding table.

    lines: in the order of the form. rows: first and last row of the table, head included. head: first and
    last row of the head. problems: cell and sentence.
    """

    lines: list[FundingLine] = field(default_factory=list)
    rows: tuple[int, int] = (0, -1)
    head: tuple[int, int] = (0, -1)
    problems: list[tuple[str, str]] = field(default_factory=list)


def funding_columns(sheet: ScannedSheet, row: int, left: int, right: int) -> dict[str, Label]:
    """The columns of a funding head in this row by key; none where fewer than two are of amounts."""
    found: dict[str, Label] = {}
    for label in sheet.rows.get(row, ()):
        # 预算资金 beside the table
        is_section = label.area.bottom > label.area.top and label.role("资金栏") is not None
        role = label.role(SCOPE) if left <= label.column <= right and not is_section else None
        if role and (role.key not in found or role.rank < found[role.key].need_role(SCOPE).rank):
            found[role.key] = label
    if any(key in found for key in (*AMOUNTS, "execution_rate")):
        _add_likely(sheet, row, left, right, found)
    amounts = [found[key] for key in AMOUNTS if key in found]
    return found if len(amounts) >= 2 and not all(_amount_beside(sheet, label) for label in amounts) else {}


def _amount_beside(sheet: ScannedSheet, label: Label) -> bool:
    """Whether an amount stands right beside its label: such a row is no head of a table."""
    return money(sheet.text(label.row, label.area.right + 1)) is not None


def read_pairs(sheet: ScannedSheet, area: Area, unit: str) -> Funding | None:
    """The amounts of a form that prints label and amount side by side (预算安排 | 50 | 实际支出 | 48).

    None where the budget or the executed amount is not printed so.
    """
    columns: dict[str, Label] = {}
    for label in sheet.labels(area.top, area.bottom, area.left, area.right):
        role = label.role(SCOPE)
        if (
            role
            and role.key in (*AMOUNTS, "execution_rate")
            and role.key not in columns
            and (role.key == "execution_rate" or _amount_beside(sheet, label))
        ):
            columns[role.key] = label
    values: dict[str, str | None] = {}
    cells: dict[str, str] = {}
    _read_inline_pairs(sheet, area, columns, values, cells, unit)
    keys = columns.keys() | values.keys()
    if "executed" not in keys or not keys & {"annual_budget", "initial_budget"}:
        return None
    for key, label in columns.items():
        sheet.note(label, label.need_role(SCOPE), "资金")
        text, cells[key] = sheet.take(label.row, label.area.right + 1)
        values[key] = amount_text(text, unit) if text and key in AMOUNTS else text
    line = _line_of(TOTAL, None, values, cells, {}, {})
    rows = [label.row for label in columns.values()]
    if not rows:  # amounts that share a cell with their label take no rows: other fields may stand there
        return Funding([line])
    return Funding([line], (min(rows), max(rows)), (min(rows), min(rows)))


def _read_inline_pairs(
    sheet: ScannedSheet,
    area: Area,
    columns: Mapping[str, Label],
    values: dict[str, str | None],
    cells: dict[str, str],
    unit: str,
) -> None:
    """Adds the amounts that share a cell with their label (年初预算数（元）：1200000.00)."""
    for row in range(area.top, area.bottom + 1):
        for column in sheet.filled(row, area.left, area.right):
            pair = split_inline(sheet.lines[row][column])
            if pair is None:
                continue
            label, text = pair
            role = next((role for role in roles(label) if role.scope == SCOPE), None)
            if (
                role is None
                or role.key in columns
                or role.key in values
                or role.key not in (*AMOUNTS, "execution_rate", "points", "score")
            ):
                continue
            if role.key in ("points", "score") and "执行" not in label:
                continue
            cells[role.key] = sheet.take(row, column)[1]
            if role.key == "execution_rate" and "%" in squeeze(label) and money(text) is not None:
                text += "%"
            values[role.key] = amount_text(text, unit) if role.key in AMOUNTS else text


def find_funding(sheet: ScannedSheet, top: int, bottom: int, left: int, right: int) -> int | None:
    """The row of the first funding head in these rows."""
    return next(
        (
            row
            for row in range(top, bottom + 1)
            if row in sheet.rows and funding_columns(sheet, row, left, right)
        ),
        None,
    )


def money_unit(sheet: ScannedSheet, area: Area, rows: tuple[int, int]) -> str | None:
    """The unit of money that the funding table names, else the form's head; None where neither does."""
    for top, bottom in (rows, (area.top, rows[1]), (area.top, area.bottom)):
        for row in range(max(top, 0), min(bottom, sheet.grid.height - 1) + 1):
            for column in sheet.filled(row, area.left, area.right):
                value = sheet.grid.value(row, column)
                if isinstance(value, str) and len(value) <= 60 and "元" in value:
                    match = _UNIT_IN.search(unicodedata.normalize("NFKC", value))
                    if match:
                        if match[2]:
                            sheet.furniture.add((row, column))
                        return match[1] or match[2]
    return None


def read_funding(sheet: ScannedSheet, head_row: int, limit: int, area: Area, unit: str) -> Funding:
    """The lines below the head in `head_row`, down to `limit`, the last row that may belong to the table."""
    columns = funding_columns(sheet, head_row, area.left, area.right)
    head_bottom = max(label.area.bottom for label in columns.values())
    funding = Funding(rows=(head_row, head_bottom), head=(head_row, head_bottom))
    for label in columns.values():
        sheet.note(label, label.need_role(SCOPE), "资金表头")
    first = min(label.column for key, label in columns.items() if key in AMOUNTS)
    nesting = _Nesting()
    kinds: dict[int, str] = {}
    for row in range(head_bottom + 1, limit + 1):
        named = _source_cell(sheet, row, area.left, first)
        if named is None:
            if _closes(sheet, row, area):
                break
            if not _is_only_line(sheet, row, columns, funding):
                _note_stray(sheet, row, columns, funding)
                continue
            funding.lines.append(_line(sheet, row, TOTAL, None, columns, unit))
        elif inline := _inline_lines(sheet, row, area, unit, kinds):
            funding.lines += inline
        elif _closes(sheet, row, area) and not _amount_in(sheet, row, columns):
            break
        else:
            shared = _among_cell(sheet, row, named.column, area.left) if named.among else None
            source, part_of = nesting.placed(named, shared, funding.lines)
            sheet.values.add((named.row, named.column))
            funding.lines.append(_line(sheet, row, source, part_of, columns, unit))
        funding.rows = (head_row, row)
    return funding


def _is_only_line(sheet: ScannedSheet, row: int, columns: Mapping[str, Label], funding: Funding) -> bool:
    """Whether a row without a label is the one line of the table, which needs no name."""
    return (
        not funding.lines
        and not funding.problems
        and _amount_in(sheet, row, columns)
        and not _amount_in(sheet, row + 1, columns)
    )


def _add_likely(sheet: ScannedSheet, row: int, left: int, right: int, columns: dict[str, Label]) -> None:
    """Adds missing columns whose label is misspelt by one character."""
    for column in sheet.filled(row, left, right):
        text = sheet.grid.value(row, column)
        if isinstance(text, str) and not roles(text):
            role = likely(text, SCOPE)
            if role and role.key not in columns:
                columns[role.key] = Label(row, column, text, sheet.grid.area(row, column), (role,))


class _SourceCell(NamedTuple):
    """The label of a funding row and its cell. among: 其中 stands before it, in this cell or the one left."""

    source: str
    row: int
    column: int
    among: bool


def _source_cell(sheet: ScannedSheet, row: int, left: int, first: int) -> _SourceCell | None:
    """The row's label: the nearest text left of the amounts, which begin in column `first`."""
    column = first - 1
    while column >= left:
        area = sheet.grid.area(row, column)
        text = sheet.grid.text(area.top, area.left).strip()
        if text and area.top == row and not re.fullmatch(r"[\d.\-%,]*", text):
            plain = squeeze(text)
            among = bool(_AMONG.match(plain))
            name = _AMONG.sub("", plain).strip(":：")
            if name:
                before = squeeze(sheet.text(row, area.left - 1)) if area.left > left else ""
                return _SourceCell(name, area.top, area.left, among or before.startswith("其中"))
        column = area.left - 1
    inline = sheet.grid.area(row, first)
    text = sheet.grid.text(inline.top, inline.left).strip()
    if inline.left < first and inline.top == row and text:
        return _SourceCell(squeeze(text), inline.top, inline.left, False)
    return None


def _among_cell(sheet: ScannedSheet, row: int, column: int, left: int) -> tuple[int, int] | None:
    """The cell 其中 left of a label, where it is merged over several rows."""
    if column <= left:
        return None
    area = sheet.grid.area(row, column - 1)
    return (
        (area.top, area.left)
        if area.bottom > area.top and squeeze(sheet.text(row, column - 1)).startswith("其中")
        else None
    )


def _closes(sheet: ScannedSheet, row: int, area: Area) -> bool:
    """Whether this row begins another part of the form, which ends the table."""
    for label in sheet.rows.get(row, ()):
        if area.left <= label.column <= area.right and not any(
            role.scope in _PARTS_OF_THE_TABLE for role in label.roles
        ):
            return True
    return False


def _amount_in(sheet: ScannedSheet, row: int, columns: Mapping[str, Label]) -> bool:
    """Whether the row has an amount in one of these columns."""
    return any(money(sheet.text(row, columns[key].column)) is not None for key in AMOUNTS if key in columns)


def _note_stray(sheet: ScannedSheet, row: int, columns: Mapping[str, Label], funding: Funding) -> None:
    """Adds a problem where a row without a source has an amount."""
    for key in AMOUNTS:
        if key in columns and money(sheet.text(row, columns[key].column)) is not None:
            funding.problems.append(
                (sheet.take(row, columns[key].column)[1], "这一行有金额，但没有写资金来源")
            )
            return


@dataclass(slots=True)
class _Nesting:
    """The nesting of the sources, row by row.

    kind: the breakdown (按支出性质) that the rows go on with. parent: the source whose parts the rows go on
    with. among: whether the row before has 其中. shared: the 其中 cell merged over the row before.
    """

    kind: str | None = None
    parent: str | None = None
    among: bool = False
    shared: tuple[int, int] | None = None

    def placed(
        self, cell: _SourceCell, shared: tuple[int, int] | None, lines: list[FundingLine]
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
        if self.kind is not None:
            part_of = self.kind
        elif peer or (cell.among and self.among and _PEER.search(source)):
            part_of = lines[-1].part_of
        else:
            source, part_of, self.parent = _source_and_parent(source, cell.among, lines, self.parent)
        self.among, self.shared = cell.among, shared
        return source, part_of


def _source_and_parent(
    source: str, among: bool, lines: list[FundingLine], parent: str | None
) -> tuple[str, str | None, str | None]:
    """The source's name, the source that it is part of, and the parent for the rows that follow.

    其中 right under the total opens the sources themselves; under another row it opens that row's parts,
    which go on while the labels are those of parts (中央, 省级, 一般公共预算 ...).
    """
    keys = {(role.scope, role.key) for role in roles(source)} or {
        (role.scope, role.key) for role in roles(core(source))
    }
    if ("资金合计", "total") in keys and not any(line.is_total for line in lines):
        return TOTAL, None, None
    is_part = ("资金来源", "part") in keys
    if among:
        before = lines[-1] if lines else None
        if before is None or before.is_total:
            return source, None, None
        if before.part_of is None:
            return source, before.source, before.source
        return source, before.part_of, before.part_of
    if parent and is_part:
        return source, parent, parent
    return source, None, None


def _inline_lines(
    sheet: ScannedSheet, row: int, area: Area, unit: str, kinds: dict[int, str]
) -> list[FundingLine]:
    """The lines of a row whose breakdowns stand as 名称：金额 in one cell (政府性基金拨款:118.82).

    kinds: the breakdown (按收入性质分) that each column goes on with; this row's are added.
    """
    lines = []
    for column in sheet.filled(row, area.left, area.right):
        value = sheet.grid.value(row, column)
        plain = squeeze(value) if isinstance(value, str) else ""
        match = _INLINE.match(_AMONG.sub("", plain)) if ":" in plain else None
        if not match or (
            not match["amount"] and not any(role.scope == "资金来源" for role in roles(match["source"]))
        ):
            continue
        name, cell = match["source"], sheet.take(row, column)[1]
        if name.startswith("按"):
            kinds[column] = name
        kind = None if name.startswith("按") else kinds.get(column)
        amount = match["amount"].replace(",", "").replace("，", "") or None
        if amount and match["unit"]:
            amount = _converted(amount + match["unit"], unit) or amount
        lines.append(
            FundingLine(
                source=name,
                part_of=kind or TOTAL,
                annual_budget=amount,
                cells={"annual_budget": cell, "source": cell},
            )
        )
    return lines


def _line(
    sheet: ScannedSheet, row: int, source: str, part_of: str | None, columns: Mapping[str, Label], unit: str
) -> FundingLine:
    """The line of a row of the table, amounts in the form's unit."""
    values, cells = sheet.take_row(row, columns)
    typed: dict[str, str] = {}
    for key in AMOUNTS:
        text = values.get(key)
        if text is not None and (converted := amount_text(text, unit)) != text:
            values[key], typed[key] = converted, text
    if "note" in columns and sheet.value_cell(row, columns["note"].column)[0] != row:
        values["note"] = None  # a reason merged over all rows is kept on the first of them only
    rate = columns.get("execution_rate")
    if rate is not None:
        values["execution_rate"] = _rate(rate, values)
    points = values.get("points")
    if points is not None and money(points) is None:
        values["points"] = points.rstrip("分")
    return _line_of(source, part_of, values, cells, typed, _stored(sheet, row, columns, values))


def _stored(
    sheet: ScannedSheet, row: int, columns: Mapping[str, Label], values: Mapping[str, str | None]
) -> dict[str, str]:
    """The numbers with which the workbook calculates, by key, where the cells show other amounts."""
    grid, scales = sheet.grid, sheet.grid.scales()
    if grid.formats is None:
        return {}
    found: dict[str, str] = {}
    for key in AMOUNTS:
        if values.get(key) is None:
            continue
        row_of, column = sheet.value_cell(row, columns[key].column)
        if type(grid.rows[row_of][column]) is str:
            if money(values[key]) is not None:
                found[key] = AS_TEXT
        elif scales and (number := grid.scaled(row_of, column)):
            found[key] = plain_number(number)
    return found


def _line_of(
    source: str,
    part_of: str | None,
    values: Mapping[str, str | None],
    cells: Mapping[str, str],
    typed: Mapping[str, str],
    stored: Mapping[str, str],
) -> FundingLine:
    """A line with these values by key."""
    return FundingLine(
        source=source,
        part_of=part_of,
        initial_budget=values.get("initial_budget"),
        annual_budget=values.get("annual_budget"),
        executed=values.get("executed"),
        execution_rate=values.get("execution_rate"),
        points=values.get("points"),
        score=values.get("score"),
        note=values.get("note"),
        cells=cells,
        typed=typed,
        stored=stored,
    )


def amount_text(text: str, unit: str) -> str:
    """An amount in the form's unit, without separators and full-width digits; anything else as typed.

    An amount with a unit of its own (12.5万元 in a form in 元) is converted.
    """
    number = money(text)
    if number is not None:
        if text.isascii() and "," not in text:
            return text.replace(" ", "")
        return (
            unicodedata.normalize("NFKC", text)
            .replace(",", "")
            .replace("¥", "")
            .replace("￥", "")
            .replace(" ", "")
            .strip()
        )
    return _converted(text, unit) or text


def _converted(text: str, unit: str) -> str | None:
    """An amount with a unit of its own as a number in the form's unit; None where it is no plain amount."""
    quantity = parse(text)
    typed, wanted = quantity.measure, parse(f"1{unit}").measure
    if (
        quantity.number is None
        or typed is None
        or wanted is None
        or typed.dimension != "money"
        or quantity.operator
        or quantity.about
        or quantity.upper is not None
    ):
        return None
    return plain_number(quantity.number * typed.factor / wanted.factor)


def _rate(label: Label, values: Mapping[str, str | None]) -> str | None:
    """The execution rate as displayed.

    A bare number under a head with % is percent, unless the amounts show that it is a ratio.
    """
    text = values.get("execution_rate")
    number = money(text)
    if text is None or number is None or ("%" not in label.text and "％" not in label.text):
        return text
    budget, executed = money(values.get("annual_budget")), money(values.get("executed"))
    if (
        budget
        and executed is not None
        and abs(number - executed / budget) <= Decimal("0.006") < abs(number - executed / budget * 100)
    ):
        return percent_text(number)
    return f"{text}%"
