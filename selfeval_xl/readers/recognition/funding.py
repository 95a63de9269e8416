"""Reading of the funding table: its head, known by the budget columns, and a line per row with a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from selfeval_xl.model.display.cell import decimals_shown
from selfeval_xl.model.forms import AS_TEXT, TOTAL, FundingLine
from selfeval_xl.model.grid import Area, a1, plain_number, position
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding_amounts import (
    converted,
    in_form_unit,
    rate_text,
    unit_in,
)
from selfeval_xl.readers.recognition.funding_head import AMONG, SCOPE, FundColumns, find_head, head_rows
from selfeval_xl.readers.recognition.funding_rows import (
    Nesting,
    RowKind,
    among_cell,
    amount_in,
    inline_cells,
    is_line,
    is_remark,
    rows_of,
    source_cell,
)
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet


@dataclass(slots=True)
class Funding:
    """The contents of a funding table.

    lines: in the order of the form. segments: first and last row of each piece of the table, head included.
    head: first and last row of the head. problems: cell and sentence.
    """

    lines: list[FundingLine] = field(default_factory=list)
    segments: list[tuple[int, int]] = field(default_factory=list)
    head: tuple[int, int] = (0, -1)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def take_rows(self, first: int, last: int) -> None:
        """Adds rows to the table's."""
        if self.segments and self.segments[-1][1] >= first - 1:
            self.segments[-1] = (self.segments[-1][0], last)
        else:
            self.segments.append((first, last))


def find_funding(sheet: ScannedSheet, top: int, bottom: int, left: int, right: int) -> int | None:
    """The row of the first funding head in these rows."""
    groups = find_head(sheet, top, bottom, left, right)
    return head_rows(groups)[0] if groups else None


def bare_amount(funding: Funding) -> str | None:
    """The cell of the first amount that is typed without a unit; None where each has one, or is 0."""
    return next(
        (
            line.cells[key]
            for line in funding.lines
            for key in AMOUNTS
            if key in line.cells and line.amount(key) and money(line.typed.get(key, getattr(line, key)))
        ),
        None,
    )


def read_funding(
    sheet: ScannedSheet, groups: list[FundColumns], limit: int, area: Area, unit: str
) -> Funding:
    """The lines below a head with these columns, at most down to the row `limit`."""
    head_row, head_bottom = head = head_rows(groups)
    funding = Funding(segments=[head], head=head)
    for group in groups:
        for label in group.columns.values():
            sheet.note(label, label.need_role(SCOPE), "资金表头")
        sheet.furniture |= {
            (label.row, label.column) for label in (*group.others, *(part for _, part in group.parts))
        }
        sheet.furniture |= {
            (head_row, column)
            for column in sheet.filled(head_row, group.left, group.first)
            if money(sheet.text(head_row, column)) is None
        }
    rows = rows_of(sheet, groups, head_bottom + 1, limit, area)
    for row, kind in rows:
        if kind in (RowKind.LINE, RowKind.SUBTOTAL, RowKind.HEAD):
            funding.take_rows(row, row)
        if kind is RowKind.REMARK:
            _pass_over_remark(sheet, row, area)
    _read_lines(sheet, rows, groups[0], area, unit, funding, Nesting())
    for group in groups[1:]:
        further = Funding(lines=[line for line in funding.lines if line.is_total])
        _read_lines(sheet, rows, group, area, unit, further, Nesting(group.name or TOTAL))
        _add_breakdown(funding, further, group)
    return funding


def _read_lines(
    sheet: ScannedSheet,
    rows: list[tuple[int, RowKind]],
    group: FundColumns,
    area: Area,
    unit: str,
    funding: Funding,
    nesting: Nesting,
) -> None:
    """Adds the lines that the rows have in one breakdown."""
    kinds: dict[int, str] = {}
    for row, kind in rows:
        if kind is RowKind.SUBTOTAL:
            _pass_over_subtotal(sheet, row, group)
        if kind is not RowKind.LINE:
            continue
        named = source_cell(sheet, row, group.left, group.first)
        if named is None:
            if not _is_only_line(sheet, row, group, funding):
                _note_stray(sheet, row, group, funding)
                continue
            funding.lines.append(_line(sheet, row, TOTAL, None, group, unit))
        elif inline := _inline_lines(sheet, row, area, unit, kinds):
            funding.lines += inline
        elif group.alone or is_line(sheet, row, group):
            shared = among_cell(sheet, row, named.column, group.left) if named.among else None
            source, part_of = nesting.placed(named, shared, funding.lines)
            sheet.values.add((named.row, named.column))
            _add(sheet, funding, _line(sheet, row, source, part_of, group, unit))
        funding.lines += _parts_in_columns(sheet, row, funding, group, unit)


def _add(sheet: ScannedSheet, funding: Funding, line: FundingLine) -> None:
    """Adds a line; a second 合计 that says the same as the first completes it instead."""
    total = next((known for known in funding.lines if known.is_total), None)
    if total is None or line.source != TOTAL or not _says_the_same(total, line):
        funding.lines.append(line)
        return
    keys = [key for key in line.cells if getattr(total, key, None) is None and getattr(line, key, None)]
    cells = {**total.cells, **{key: line.cells[key] for key in keys}}
    completed = replace(total, cells=cells, **{key: getattr(line, key) for key in keys})
    funding.lines[funding.lines.index(total)] = completed
    sheet.values |= {
        position(cell) for key, cell in line.cells.items() if getattr(line, key, None) is not None
    }


def _says_the_same(total: FundingLine, line: FundingLine) -> bool:
    """Whether no amount of the line differs from the total's."""
    return all(
        getattr(line, key) is None or getattr(total, key) is None or line.amount(key) == total.amount(key)
        for key in AMOUNTS
    ) and all(
        getattr(line, key) in (None, getattr(total, key)) or getattr(total, key) is None
        for key in ("execution_rate", "points", "score", "note")
    )


def _add_breakdown(funding: Funding, further: Funding, group: FundColumns) -> None:
    """Adds the lines of a further breakdown; its total completes the first one where both say the same."""
    totals = [line for line in further.lines if line.is_total]
    lines = [line for line in further.lines if not line.is_total]
    if totals:
        known = next((line for line in funding.lines if line.is_total), None)
        if known is None:
            funding.lines.append(totals[0])
        else:
            funding.lines[funding.lines.index(known)] = totals[0]
    funding.lines += [
        replace(line, source=group.name or line.source) if line.source == TOTAL else line for line in lines
    ]
    funding.problems += further.problems


def _pass_over_remark(sheet: ScannedSheet, row: int, area: Area) -> None:
    """Notes that the remarks of a row are known; other texts are not."""
    for column in sheet.filled(row, area.left, area.right):
        if is_remark(sheet.lines[row][column]):
            sheet.furniture.add((row, column))


def _pass_over_subtotal(sheet: ScannedSheet, row: int, group: FundColumns) -> None:
    """Notes that label, amounts and rate of a subtotal are known; any other cell of its row is not."""
    named = source_cell(sheet, row, group.left, group.first)
    if named is not None:
        sheet.furniture.add((named.row, named.column))
    sheet.furniture |= {
        (row, label.column)
        for key, label in group.columns.items()
        if key in (*AMOUNTS, "execution_rate") and money(sheet.text(row, label.column)) is not None
    }


def _is_only_line(sheet: ScannedSheet, row: int, group: FundColumns, funding: Funding) -> bool:
    """Whether a row without a label is the one line of the table, which needs no name."""
    return (
        not funding.lines
        and not funding.problems
        and amount_in(sheet, row, group)
        and not amount_in(sheet, row + 1, group)
    )


def _note_stray(sheet: ScannedSheet, row: int, group: FundColumns, funding: Funding) -> None:
    """Adds a problem where a row without a source has an amount."""
    for key in AMOUNTS:
        if key in group.columns and money(sheet.text(row, group.columns[key].column)) is not None:
            funding.problems.append(
                (sheet.take(row, group.columns[key].column)[1], "这一行有金额，但没有写资金来源")
            )
            return


def _inline_lines(
    sheet: ScannedSheet, row: int, area: Area, unit: str, kinds: dict[int, str]
) -> list[FundingLine]:
    """The lines of a row whose breakdowns stand as 名称：金额 in one cell (政府性基金拨款:118.82).

    kinds: the breakdown (按收入性质分) that each column goes on with; this row's are added.
    """
    lines = []
    for column, match in inline_cells(sheet, row, area):
        name, cell = match["source"], sheet.take(row, column)[1]
        if name.startswith("按"):
            kinds[column] = name
        kind = None if name.startswith("按") else kinds.get(column)
        amount = match["amount"].replace(",", "").replace("，", "") or None
        if amount and match["unit"]:
            amount = converted(amount + match["unit"], unit) or amount
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
    sheet: ScannedSheet, row: int, source: str, part_of: str | None, group: FundColumns, unit: str
) -> FundingLine:
    """The line of a row of the table, amounts in the form's unit."""
    columns = group.columns
    values, cells = sheet.take_row(row, columns)
    for key, cell in cells.items():
        if position(cell)[1] < group.first:
            values[key] = None  # the label reaches over this column
    typed: dict[str, str] = {}
    for key in (*AMOUNTS, "forecast"):
        text = values.get(key)
        if text is not None and (wanted := in_form_unit(text, unit_in(columns[key].text), unit)) != text:
            values[key], typed[key] = wanted, text
    if "note" in columns and sheet.value_cell(row, columns["note"].column)[0] != row:
        values["note"] = None  # a reason merged over all rows is kept on the first of them only
    rate = columns.get("execution_rate")
    if rate is not None:
        values["execution_rate"] = rate_text(rate, values)
    points = values.get("points")
    if points is not None and money(points) is None:
        values["points"] = points.rstrip("分")
    other = _other_texts(sheet, row, group.others)
    stored, decimals = _as_shown(sheet, row, columns, values)
    return line_of(source, part_of, values, cells, typed, other, stored, decimals)


def _as_shown(
    sheet: ScannedSheet, row: int, columns: Mapping[str, Label], values: Mapping[str, str | None]
) -> tuple[dict[str, str], dict[str, int]]:
    """The numbers with which the workbook calculates where the cells show other amounts, by key.

    And the digits behind the point that the cells show, where the amounts have others (100.00).
    """
    stored: dict[str, str] = {}
    decimals: dict[str, int] = {}
    grid, scales = sheet.grid, sheet.grid.scales()
    for key in (*AMOUNTS, "forecast"):
        text = values.get(key)
        if text is None:
            continue
        place = sheet.value_cell(row, columns[key].column)
        number_format = grid.number_format(*place)
        if type(grid.value(*place)) is str:
            if grid.formats is not None and money(text) is not None:
                stored[key] = AS_TEXT
            continue
        if number_format is not None:
            shown = decimals_shown(number_format)
            if shown is not None and shown != len(text.partition(".")[2]):
                decimals[key] = shown
        if scales and (number := grid.scaled(*place)):
            stored[key] = plain_number(number)
    return stored, decimals


def _parts_in_columns(
    sheet: ScannedSheet, row: int, funding: Funding, group: FundColumns, unit: str
) -> list[FundingLine]:
    """The lines of sources that have columns of their own beside the amounts that they are a part of."""
    if not group.parts:
        return []
    whole = funding.lines[-1] if funding.lines else None
    columns: dict[str, dict[str, Label]] = {}
    for key, label in group.parts:
        columns.setdefault(AMONG.sub("", squeeze(label.text)), {})[key] = label
    if whole is None or a1(row, group.first) not in whole.cells.values():
        return []
    part_of = None if whole.is_total else whole.source
    return [
        _line(sheet, row, source, part_of, FundColumns(own, group.left, group.first), unit)
        for source, own in columns.items()
    ]


def _other_texts(sheet: ScannedSheet, row: int, others: list[Label]) -> dict[str, str]:
    """The texts of the row's further columns by their heads (实际到位, 结余)."""
    texts: dict[str, str] = {}
    for label in others:
        text, cell = sheet.take(row, label.column)
        place = position(cell)
        if text and place[0] == row and place[1] == label.column:
            word = core(label.text)
            texts[word if word not in texts else f"{word}{len(texts) + 1}"] = text
            sheet.values.add(place)
    return texts


def line_of(
    source: str,
    part_of: str | None,
    values: Mapping[str, str | None],
    cells: Mapping[str, str],
    typed: Mapping[str, str],
    other: Mapping[str, str],
    stored: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> FundingLine:
    """A line with these values by key."""
    return FundingLine(
        source=source,
        part_of=part_of,
        initial_budget=values.get("initial_budget"),
        annual_budget=values.get("annual_budget"),
        executed=values.get("executed"),
        forecast=values.get("forecast"),
        medium_budget=values.get("medium_budget"),
        execution_rate=values.get("execution_rate"),
        points=values.get("points"),
        score=values.get("score"),
        note=values.get("note"),
        cells=cells,
        typed=typed,
        other=other,
        stored=stored or {},
        decimals=decimals or {},
    )
