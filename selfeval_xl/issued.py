"""What was issued with a workbook, as its hidden sheet remembers it (`issued|sheet|cell`), found again on the
form as it is now.

Rows are inserted and deleted by the people who fill the form in, so a row is known by what it says and not by
its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .due import AMOUNTS
from .forms import Form, FundingLine, Indicator
from .grid import position
from .quantity import money, tidy
from .reading.indicators import join_target

_KEY = "issued"
_OPERATORS = frozenset("≥≧≤≦><＞＜=＝")

Row = Mapping[int, str]  # texts by column


def as_issued(form: Form, settings: Mapping[str, str]) -> Form | None:
    """The form with the name, the amounts and the targets that were issued; None where nothing was issued on
    its sheet.

    Each record has the cells where it stands now; an issued indicator that is gone has none.
    """
    given = _of_sheet(form, settings)
    if not given:
        return None
    now = _rows(form)
    places = _places(given, now)
    back = {row: issued for issued, row in places.items()}

    def told(cell: str | None) -> str | None:
        if not cell:
            return None
        row, column = position(cell)
        return given.get(back.get(row, -1), {}).get(column)

    indicators = [known for row in form.indicators if (known := _indicator(row, told))]
    gone = [row for row in sorted(given) if row not in places]
    funding = tuple(
        FundingLine(source=line.source, cells=line.cells, **amounts)
        for line in form.funding
        if (amounts := {key: text for key in AMOUNTS if (text := told(line.cells.get(key)))})
    )
    return replace(
        form,
        project=told(form.cells.get("project")),
        funding=funding,
        indicators=(*indicators, *_gone(form, [given[row] for row in gone])),
    )


def _of_sheet(form: Form, settings: Mapping[str, str]) -> dict[int, dict[int, str]]:
    """The issued texts by row and column: of the sheet that was issued for this project, else of the sheet of
    this name.
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
    own = sheets.get(form.sheet, {})
    name = tidy(form.project or "")
    if not name or _holds(own, name):
        return own
    return next((rows for rows in sheets.values() if _holds(rows, name)), own)


def _holds(rows: Mapping[int, Row], text: str) -> bool:
    return any(tidy(told) == text for row in rows.values() for told in row.values())


def _rows(form: Form) -> dict[int, dict[int, str]]:
    """What the form says now, by row and column; empty cells too, as "" ."""
    found: dict[int, dict[int, str]] = {}
    for record in (form, *form.funding, form.goal, *form.indicators):
        for key, cell in record.cells.items():
            if cell and "," not in cell and key not in ("level1", "level2"):
                row, column = position(cell)
                found.setdefault(row, {})[column] = getattr(record, key, None) or ""
    return found


def _alike(issued: Row, now: Row) -> int:
    """In how many columns both say the same."""
    return sum(_same(text, now[column]) for column, text in issued.items() if column in now)


def _same(one: str, other: str) -> bool:
    return tidy(one) == tidy(other) or ((number := money(one)) is not None and number == money(other))


def _places(given: Mapping[int, Row], now: Mapping[int, Row]) -> dict[int, int]:
    """Where each issued row stands now: unmoved, else the row that says most of the same, else by its
    neighbours' shift.
    """
    places = {
        row: row for row, texts in given.items() if row in now and _alike(texts, now[row]) == len(texts)
    }
    open_rows, free = set(given) - set(places), set(now) - set(places)
    pairs = sorted(
        ((_alike(given[old], now[new]), -abs(old - new), old, new) for old in open_rows for new in free),
        reverse=True,
    )
    for alike, _, old, new in pairs:
        if alike and old in open_rows and new in free:
            places[old] = new
            open_rows.remove(old)
            free.remove(new)
    for old in sorted(open_rows):
        above = max((row for row in places if row < old), default=None)
        new = old + (places[above] - above if above is not None else 0)
        if new in free:
            places[old] = new
            free.remove(new)
    return places


def _indicator(row: Indicator, told) -> Indicator | None:
    """The indicator of this row as issued; None for a row that the unit added."""
    name, target, first = (
        told(row.cells.get("name")),
        _target(row.cells.get("target"), row.target, told),
        told(row.cells.get("initial_target")),
    )
    return (
        Indicator(name=name or row.name, target=target, initial_target=first, cells=row.cells)
        if name or target or first
        else None
    )


def _target(cells: str | None, now: str | None, told) -> str | None:
    """A target as issued; split ones put together as the reader does.

    Where a part only was issued the rest is open.
    """
    parts = (cells or "").split(",")
    texts = [told(cell) for cell in parts]
    if len(parts) == 1 or not any(texts):
        return texts[0]
    if len(parts) == 3:
        operator, value, unit = texts
    else:
        operator, value, unit = (
            (texts[0], texts[1], None) if (texts[0] or "定")[:1] in _OPERATORS | {"定"} else (None, *texts)
        )
    return join_target(operator, value, unit) if value else None


def _gone(form: Form, rows: Iterable[Row]) -> list[Indicator]:
    """The issued indicators among rows that stand nowhere any more: a name and a target in their columns."""
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
