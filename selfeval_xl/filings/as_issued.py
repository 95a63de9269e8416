"""Matching of the contents issued with a workbook to the rows of the form as it is now.

The workbook's hidden sheet keeps them (`issued|sheet|cell`). People insert and delete rows while they fill
the form in, so a row is known by its contents and not by its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from selfeval_xl.model.forms import Form, FundingLine, Indicator
from selfeval_xl.model.grid import position
from selfeval_xl.model.money import AMOUNTS
from selfeval_xl.model.quantity import money, tidy
from selfeval_xl.readers.recognition.indicators import join_target

_KEY = "issued"
_OPERATORS = frozenset("≥≧≤≦><＞＜=＝")

Row = Mapping[int, str]  # texts by column
IssuedText = Callable[[str | None], str | None]  # from a cell's A1 name now to its issued text


def as_issued(form: Form, settings: Mapping[str, str]) -> Form | None:
    """The form with the name, the amounts and the targets that were issued; None where none were issued.

    Each record has the cells where it stands now; an issued indicator that was deleted has no cells.
    """
    issued = _issued_texts(form, settings)
    if not issued:
        return None
    current_rows = _row_matches(issued, _rows(form))
    issued_rows = {current: row for row, current in current_rows.items()}

    def issued_text(cell: str | None) -> str | None:
        if not cell:
            return None
        row, column = position(cell)
        return issued.get(issued_rows.get(row, -1), {}).get(column)

    indicators = [_indicator(row, issued_text) for row in form.indicators]
    funding = [_funding(line, issued_text) for line in form.funding]
    gone = [issued[row] for row in sorted(issued) if row not in current_rows]
    return replace(
        form,
        project=issued_text(form.cells.get("project")),
        funding=tuple(line for line in funding if line is not None),
        indicators=(*(row for row in indicators if row is not None), *_deleted_indicators(form, gone)),
    )


def _funding(line: FundingLine, issued_text: IssuedText) -> FundingLine | None:
    """The amounts of this row as issued; None where none were issued."""
    amounts = {key: issued_text(line.cells.get(key)) for key in AMOUNTS}
    if not any(amounts.values()):
        return None
    return FundingLine(
        source=line.source,
        cells=line.cells,
        initial_budget=amounts["initial_budget"],
        annual_budget=amounts["annual_budget"],
        executed=amounts["executed"],
    )


def _issued_texts(form: Form, settings: Mapping[str, str]) -> dict[int, dict[int, str]]:
    """The issued texts of a form by row and column.

    They are those of the sheet that was issued for this project, else of the sheet of this name.
    """
    sheets: dict[str, dict[int, dict[int, str]]] = {}
    for key, text in settings.items():
        parts = key.split("|")
        if parts[0] == _KEY and len(parts) == 3 and text:
            try:
                row, column = position(parts[2])
            except ValueError:
                continue
            sheets.setdefault(parts[1], {}).setdefault(row, {})[column] = text
    same_sheet = sheets.get(form.sheet, {})
    name = tidy(form.project or "")
    if not name or _contain(same_sheet, name):
        return same_sheet
    return next((rows for rows in sheets.values() if _contain(rows, name)), same_sheet)


def _contain(rows: Mapping[int, Row], text: str) -> bool:
    """Whether any cell of these rows has this tidied text."""
    return any(tidy(value) == text for row in rows.values() for value in row.values())


def _rows(form: Form) -> dict[int, dict[int, str]]:
    """The present texts of the form by row and column, "" for an empty cell."""
    rows: dict[int, dict[int, str]] = {}
    for record in (form, *form.funding, form.goal, *form.indicators):
        for key, cell in record.cells.items():
            if cell and "," not in cell and key not in ("level1", "level2"):
                row, column = position(cell)
                rows.setdefault(row, {})[column] = getattr(record, key, None) or ""
    return rows


def _equal_cells(issued: Row, current: Row) -> int:
    """The number of columns in which both rows have the same value."""
    return sum(_same(text, current[column]) for column, text in issued.items() if column in current)


def _same(text: str, other: str) -> bool:
    return tidy(text) == tidy(other) or ((number := money(text)) is not None and number == money(other))


def _row_matches(issued: Mapping[int, Row], current: Mapping[int, Row]) -> dict[int, int]:
    """The current row of each issued row.

    This is the unmoved row, else the one with most equal cells, else the one shifted like the rows above.
    """
    matches = {
        row: row
        for row, texts in issued.items()
        if row in current and _equal_cells(texts, current[row]) == len(texts)
    }
    open_rows, free = set(issued) - set(matches), set(current) - set(matches)
    pairs = sorted(
        (
            (_equal_cells(issued[old], current[new]), -abs(old - new), old, new)
            for old in open_rows
            for new in free
        ),
        reverse=True,
    )
    for equal, _, old, new in pairs:
        if equal and old in open_rows and new in free:
            matches[old] = new
            open_rows.remove(old)
            free.remove(new)
    for old in sorted(open_rows):
        above = max((row for row in matches if row < old), default=None)
        new = old + (matches[above] - above if above is not None else 0)
        if new in free:
            matches[old] = new
            free.remove(new)
    return matches


def _indicator(row: Indicator, issued_text: IssuedText) -> Indicator | None:
    """The indicator of this row as issued; None for a row that the unit added."""
    name = issued_text(row.cells.get("name"))
    target = _target(row.cells.get("target"), issued_text)
    initial = issued_text(row.cells.get("initial_target"))
    if not (name or target or initial):
        return None
    return Indicator(
        name=name or row.name,
        target=target,
        initial_target=initial,
        points=issued_text(row.cells.get("points")),
        cells=row.cells,
    )


def _target(cells: str | None, issued_text: IssuedText) -> str | None:
    """A target as issued; one that is split over cells is joined as the reader does.

    None where its value was not issued.
    """
    parts = (cells or "").split(",")
    texts = [issued_text(cell) for cell in parts]
    if len(parts) == 1 or not any(texts):
        return texts[0]
    if len(parts) == 3:
        operator, value, unit = texts
    else:
        first, second = texts[:2]
        with_operator = (first or "定")[:1] in _OPERATORS | {"定"}
        operator, value, unit = (first, second, None) if with_operator else (None, first, second)
    return join_target(operator, value, unit) if value else None


def _deleted_indicators(form: Form, rows: Iterable[Row]) -> list[Indicator]:
    """The issued indicators in deleted rows: those that have a name and a target in their columns."""
    columns = {
        key: {
            position(cell)[1] for row in form.indicators for cell in row.cells.get(key, "").split(",") if cell
        }
        for key in ("name", "target", "initial_target")
    }
    found = []
    for row in rows:
        name = next((text for column, text in row.items() if column in columns["name"]), None)
        target = [
            text
            for column, text in sorted(row.items())
            if column in columns["target"] | columns["initial_target"]
        ]
        if name and target:
            found.append(Indicator(name=name, target="".join(target)))
    return found
