"""A form drawn from its layout: which cell stands where, what it says, how it is to look. Pure: no file, no spreadsheet program.

The same drawing becomes a blank template, a filled form, or a Grid for the reader's tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ..assess import rounded
from ..edits import Formula
from ..grid import Area, Grid, a1
from ..layouts import Layout
from ..layouts.layout import Column, Item
from ..policy import default
from ..quantity import money

AMOUNTS = ("initial_budget", "annual_budget", "executed")
Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """An area of the form. look: title, subtitle, label, head, text, long, money, percent, number, choice, signature.

    entry: a person fills it in. value: None, str, Decimal or Formula.
    """

    area: Area
    look: str
    value: None | str | Decimal | Formula = None
    entry: bool = False
    key: str = ""


@dataclass(slots=True)
class Drawing:
    """A form's cells, the last row of its frame, and the rows of its indicator table."""

    layout: Layout
    cells: list[Cell] = field(default_factory=list)
    bottom: int = 0
    table: tuple[int, int] = (0, -1)

    def put(self, row: int, column: int, look: str, value: object = None, *, span: int = 1, rows: int = 1, entry: bool = False, key: str = "") -> Cell:
        cell = Cell(Area(row, column, row + rows - 1, column + span - 1), look, value, entry, key)
        self.cells.append(cell)
        return cell

    def grid(self, name: str) -> Grid:
        """The drawing as a Grid, formulas as their values: what the reader would see of the written file."""
        width = len(self.layout.widths)
        rows: list[list] = [[None] * width for _ in range(max(cell.area.bottom for cell in self.cells) + 1)]
        formats = {}
        for cell in self.cells:
            value = cell.value.value if isinstance(cell.value, Formula) else cell.value
            if value not in (None, ""):
                rows[cell.area.top][cell.area.left] = float(value) if isinstance(value, Decimal) else value
                if cell.look == "percent" and isinstance(value, Decimal):
                    formats[cell.area.top, cell.area.left] = "0.00%"
        merges = [cell.area for cell in self.cells if cell.area.top != cell.area.bottom or cell.area.left != cell.area.right]
        return Grid(name, rows, merges, formats=lambda: formats)


def draw(layout: Layout, form: Data | None = None, year: int | None = None) -> Drawing:
    """The form of this layout, filled with `form` (blank without one).

    form: plain data by field key: project, unit ..., goal {expected, actual}, funding (rows with source and amounts as typed;
    execution_rate only where it was typed over), total (amounts of the total row typed over), tasks, indicators, remarks, grade.
    """
    form = form or {}
    drawing = Drawing(layout)
    width = len(layout.widths)
    row = 0
    shown_year = str(year or form.get("year") or "　　　")
    if layout.caption:
        drawing.put(row, 0, "signature", layout.caption, span=width)
        row += 1
    drawing.put(row, 0, "title", layout.title.format(year=shown_year), span=width)
    if layout.subtitle:
        row += 1
        drawing.put(row, 0, "subtitle", layout.subtitle.format(year=shown_year), span=width)
    row += 1
    for block in layout.blocks:
        row = _BLOCKS[block](drawing, layout, form, row)
    drawing.bottom = row - 1
    if layout.signature:
        drawing.put(row, 0, "signature", layout.signature, span=width)
    return drawing


def _typed(value: object) -> object:
    """An amount as typed: a number where it is one, else the text."""
    if value is None or value == "":
        return None
    number = money(str(value))
    return number if number is not None else str(value)


def _field(form: Data, key: str) -> object:
    scope, _, name = key.partition(".")
    value = form.get(scope)
    return value.get(name) if name and isinstance(value, Mapping) else value


def _head(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    return _rows(drawing, layout.head, form, row)


def _overview(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    return _rows(drawing, layout.overview, form, row)


def _rows(drawing: Drawing, rows: Sequence[Sequence[Item]], form: Data, row: int) -> int:
    for items in rows:
        column = 0
        for item in items:
            if item.field:
                look = "long" if item.field.startswith("goal.") else "text"
                value = _field(form, item.field)
                drawing.put(row, column, look, str(value) if value not in (None, "") else None, span=item.span, entry=True, key=item.field)
            else:
                drawing.put(row, column, "label", item.label, span=item.span)
            column += item.span
        row += 1
    return row


def _goal(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.goal
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=2)
    column = table.section.span
    for head in table.columns:
        drawing.put(row, column, "head", head.label, span=head.span)
        drawing.put(row + 1, column, "long", _field(form, f"goal.{head.key}"), span=head.span, entry=True, key=f"goal.{head.key}")
        column += head.span
    return row + 2


def _tasks(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.tasks
    tasks: Sequence[Data] = form.get("tasks") or [{"number": str(number)} for number in range(1, table.rows + 1)]
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=len(tasks) + 1)
    column = table.section.span
    for head in table.columns:
        drawing.put(row, column, "head", head.label, span=head.span)
        for number, task in enumerate(tasks, 1):
            value = _typed(task.get(head.key)) if head.key == "number" else task.get(head.key)
            drawing.put(row + number, column, "number" if head.key == "number" else "long", value, span=head.span, entry=True, key=head.key)
        column += head.span
    return row + len(tasks) + 1


def _positions(columns: Sequence[Column], start: int) -> dict[str, int]:
    """The first sheet column of each column key."""
    found = {}
    for column in columns:
        found[column.key] = start
        start += column.span
    return found


def _funding(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.funding
    start = table.section.span + table.source_span
    at = _positions(table.columns, start)
    lines = _funding_lines(table.rows, form)
    count = len(lines) + 1
    drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=count + 1 + len(table.inline))
    drawing.put(row, table.section.span, "head", table.source or None, span=table.source_span)
    for column in table.columns:
        drawing.put(row, at[column.key], "head", column.label, span=column.span)
    total_row = row + 1 if table.total_place == "first" else row + count
    first = row + 2 if table.total_place == "first" else row + 1
    for number, (label, line) in enumerate(lines):
        _funding_row(drawing, layout, first + number, label, line, at, points=None)
    total = _total_line(form, [line for _, line in lines], (first, first + len(lines) - 1), at)
    _funding_row(drawing, layout, total_row, table.total, total, at, points=table.points)
    return _inline(drawing, layout, form, row + count + 1)


def _inline(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    """Rows whose labels take their amount in the same cell, in a left and a right half."""
    table = layout.funding
    start, width = table.section.span, len(layout.widths)
    half = (width - start) // 2
    given: Data = form.get("inline") or {}
    for left, right in table.inline:
        for column, span, label in ((start, half, left), (start + half, width - start - half, right)):
            drawing.put(row, column, "text", f"{label}{given.get(label.removeprefix('其中：').strip('：'), '')}", span=span, entry=True, key="inline")
        row += 1
    return row


def _funding_lines(labels: Sequence[str], form: Data) -> list[tuple[str, Data]]:
    """The printed source rows with their data, and rows that only the data has."""
    given = {str(line["source"]): line for line in form.get("funding") or ()}
    lines = [(label, given.pop(label.removeprefix("其中："), {})) for label in labels]
    return lines + [(source, line) for source, line in given.items()]


def _total_line(form: Data, lines: Sequence[Data], rows: tuple[int, int], at: Mapping[str, int]) -> dict:
    """The total row: sums as formulas with their value, unless `total` types over them."""
    typed = form.get("total") or {}
    line: dict = {}
    for key in AMOUNTS:
        if key not in at:
            continue
        numbers = [number for number in (money(str(row[key])) if row.get(key) not in (None, "") else None for row in lines) if number is not None]
        area = f"{a1(rows[0], at[key])}:{a1(rows[1], at[key])}"
        if key in typed or not lines:
            line[key] = _typed(typed.get(key))
            continue
        line[key] = Formula(f'IF(COUNT({area})=0,"",ROUND(SUM({area}),2))', rounded(sum(numbers)) if numbers else "")
    for key in ("execution_rate", "score"):
        if typed.get(key):
            line[key] = typed[key]
    return line


def _funding_row(drawing: Drawing, layout: Layout, row: int, label: str, line: Data, at: Mapping[str, int], points: str | None) -> None:
    table = layout.funding
    is_total = label == table.total
    drawing.put(row, table.section.span, "label", label, span=table.source_span)
    for column in table.columns:
        value = line.get(column.key)
        if column.key in AMOUNTS:
            drawing.put(row, at[column.key], "money", value if isinstance(value, Formula) else _typed(value), span=column.span, entry=not is_total or not table.rows, key=column.key)
        elif column.key == "execution_rate":
            drawing.put(row, at[column.key], "percent", str(value) if value else _rate(row, line, at), span=column.span, entry=False, key=column.key)
        elif column.key in table.dashes and not is_total:
            drawing.put(row, at[column.key], "choice", table.dash, span=column.span)
        elif column.key == "points":
            drawing.put(row, at[column.key], "number", _typed(points), span=column.span, key="points")
        elif column.key == "score":
            drawing.put(row, at[column.key], "number", _typed(value) if value else _execution_score(row, line, at, points), span=column.span, key="score")
        else:
            drawing.put(row, at[column.key], "long", value, span=column.span, entry=True, key=column.key)


def _value_of(value: object) -> Decimal | None:
    value = value.value if isinstance(value, Formula) else value
    return money(str(value)) if value not in (None, "") else None


def _ratio(line: Data) -> Decimal | None:
    """Executed over annual budget, as the formula computes it; 0/0 is 0."""
    budget, executed = _value_of(line.get("annual_budget")), _value_of(line.get("executed"))
    if budget is None or executed is None or (budget == 0 and executed != 0):
        return None
    return rounded(executed / budget, 4) if budget else Decimal(0)


def _rate(row: int, line: Data, at: Mapping[str, int]) -> Formula:
    budget, executed = a1(row, at["annual_budget"]), a1(row, at["executed"])
    ratio = _ratio(line)
    return Formula(f'IF(COUNT({budget},{executed})<2,"",IF({budget}=0,IF({executed}=0,0,""),ROUND({executed}/{budget},4)))', "" if ratio is None else ratio)


def _execution_score(row: int, line: Data, at: Mapping[str, int], points: str | None) -> Formula | None:
    """Points × min(1, rate)."""
    if points is None:
        return None
    budget, executed, given = a1(row, at["annual_budget"]), a1(row, at["executed"]), a1(row, at["points"])
    ratio, share = _ratio(line), None
    if ratio is not None:
        exact = _value_of(line["executed"]) / _value_of(line["annual_budget"]) if _value_of(line["annual_budget"]) else Decimal(0)
        share = rounded(Decimal(points) * min(Decimal(1), exact))
    return Formula(f'IF(COUNT({budget},{executed})<2,"",IF({budget}=0,IF({executed}=0,0,""),ROUND({given}*MIN(1,{executed}/{budget}),2)))', "" if share is None else share)


def _indicators(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    table = layout.indicators
    left = table.section.span if table.section.place == "left" else 0
    at = _positions(table.columns, left)
    grouped = any(column.group for column in table.columns)
    depth = 2 if grouped else 1
    _indicator_head(drawing, layout, row, at, depth)
    rows = _indicator_rows(layout, form)
    first = row + depth
    for number, data in enumerate(rows):
        for column in table.columns:
            if column.key in ("level1", "level2"):
                continue
            _indicator_cell(drawing, first + number, at[column.key], column, data)
    _levels(drawing, table.columns, rows, first, at)
    if table.section.place == "left":
        drawing.put(row, 0, "label", table.section.label, span=table.section.span, rows=len(rows) + depth)
    drawing.table = (first, first + len(rows) - 1)
    return first + len(rows)


def _indicator_head(drawing: Drawing, layout: Layout, row: int, at: Mapping[str, int], depth: int) -> None:
    table = layout.indicators
    groups: dict[str, list[Column]] = {}
    under = {column.key for column in table.columns} if table.section.place == "over" else set()
    covered = table.section.span if table.section.place == "over" else 0
    if covered:
        drawing.put(row, 0, "head", table.section.label, span=covered)
    for column in table.columns:
        if column.group:
            groups.setdefault(column.group, []).append(column)
            drawing.put(row + 1, at[column.key], "head", column.label, span=column.span)
        elif column.key in under and at[column.key] < covered:
            drawing.put(row + 1, at[column.key], "head", column.label, span=column.span)
        else:
            drawing.put(row, at[column.key], "head", column.label, span=column.span, rows=depth)
    for label, columns in groups.items():
        drawing.put(row, at[columns[0].key], "head", label, span=sum(column.span for column in columns))


def _indicator_rows(layout: Layout, form: Data) -> list[Data]:
    """The form's indicators, or the rows that stand ready in a blank one."""
    given = form.get("indicators")
    if given:
        return list(given)
    if not layout.indicators.levels:
        return [{}] * layout.indicators.ready
    return [{"level1": first, "level2": second} for first, seconds in layout.indicators.levels for second in seconds or ("",) for _ in range(layout.indicators.ready)]


def _indicator_cell(drawing: Drawing, row: int, column: int, head: Column, data: Data) -> None:
    value = data.get(head.key)
    if head.key in ("points", "score"):
        drawing.put(row, column, "number", _typed(value), span=head.span, entry=True, key=head.key)
    else:
        look = {"name": "name", "note": "note", "operator": "choice", "unit": "choice"}.get(head.key, "target")
        drawing.put(row, column, look, None if value in (None, "") else str(value), span=head.span, entry=True, key=head.key)


def _levels(drawing: Drawing, columns: Sequence[Column], rows: Sequence[Data], first: int, at: Mapping[str, int]) -> None:
    """Equal neighbours of a level are one merged cell, as on the printed form."""
    spans = {column.key: column.span for column in columns}
    for key in ("level1", "level2"):
        if key not in at:
            continue
        start = 0
        for number in range(1, len(rows) + 1):
            same = number < len(rows) and rows[number].get(key) == rows[start].get(key) and (key == "level1" or rows[number].get("level1") == rows[start].get("level1"))
            if not same:
                drawing.put(first + start, at[key], "label", rows[start].get(key), span=spans[key], rows=number - start, key=key)
                start = number


def _total(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    column = 0
    table = layout.indicators
    at = _positions(table.columns, table.section.span if table.section.place == "left" else 0)
    first, last = drawing.table
    funds = {cell.key: cell for cell in drawing.cells if cell.key in ("points", "score") and cell.area.top < first and not isinstance(cell.value, str)}
    total: Decimal | None = None
    for item in layout.total:
        if item.label is not None:
            drawing.put(row, column, "label", item.label, span=item.span)
        elif item.field in ("total_points", "total_score"):
            key = item.field.removeprefix("total_")
            formula = _sum(drawing, key, at[key], first, last, funds.get(key)) if key in at else None
            value = _typed(form[item.field]) if form.get(item.field) else formula
            total = _value_of(value) if key == "score" else total
            drawing.put(row, column, "number", value, span=item.span, key=item.field)
        elif item.field == "grade":
            drawing.put(row, column, "choice", form.get("grade") or _grade(drawing, row, total), span=item.span, key="grade")
        column += item.span
    return row + 1


def _sum(drawing: Drawing, key: str, column: int, first: int, last: int, fund: Cell | None) -> Formula:
    """The indicators' points or scores and those of the execution row; blank while no indicator has any."""
    area = f"{a1(first, column)}:{a1(last, column)}"
    values = [_value_of(cell.value) for cell in drawing.cells if cell.key == key and first <= cell.area.top <= last]
    numbers = [value for value in values if value is not None]
    own = _value_of(fund.value) if fund else None
    more = f"+N({a1(fund.area.top, fund.area.left)})" if fund else ""
    return Formula(f'IF(COUNT({area})=0,"",ROUND(SUM({area}){more},2))', rounded(sum(numbers) + (own or 0)) if numbers else "")


def _grade(drawing: Drawing, row: int, total: Decimal | None) -> Formula | None:
    score = next((cell for cell in drawing.cells if cell.key == "total_score" and cell.area.top == row), None)
    if score is None:
        return None
    where = a1(row, score.area.left)
    bands = default()["grades"]
    text = f'"{bands[-1][0]}"'
    for name, floor in reversed(bands[:-1]):
        text = f'IF({where}>={floor},"{name}",{text})'
    return Formula(f'IF({where}="","",{text})', "" if total is None else default().grade(total))


def _remarks(drawing: Drawing, layout: Layout, form: Data, row: int) -> int:
    width = len(layout.widths)
    given = form.get("remarks") or {}
    for label, span in layout.remarks:
        drawing.put(row, 0, "label", label, span=span)
        drawing.put(row, span, "long", given.get(label), span=width - span, entry=True, key=label)
        row += 1
    return row


_BLOCKS = {"head": _head, "goal": _goal, "overview": _overview, "funding": _funding, "tasks": _tasks, "indicators": _indicators, "total": _total, "remarks": _remarks}

