"""Reading of workbooks saved as one XML text (XML Spreadsheet 2003), also where they call themselves .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Area, Grid, Overlay, Value, a1
from selfeval_xl.readers.formats.calamine import Corners
from selfeval_xl.readers.formats.cells_without_value import without_no_values
from selfeval_xl.readers.formats.grid_values import Place, clean, laid_out
from selfeval_xl.readers.formats.guard import (
    DAMAGED,
    LAST_COLUMN,
    LAST_ROW,
    MAX_MERGES,
    MAX_VALUES,
    TOO_BIG,
    plain_xml,
)
from selfeval_xl.readers.formats.overlays import shown_text
from selfeval_xl.readers.formats.plain_text import encoding_of
from selfeval_xl.readers.formats.source import Source
from selfeval_xl.readers.formats.xml_walk import local, walk

MAX_BYTES = 32 << 20
MAX_TAGS = 1_000_000
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_KEPT = frozenset(("Row", "Style", "Column", "LastSaved"))
_FORMATS = {  # what Excel calls its own formats
    "General": "",
    "General Number": "",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
    "Currency": "¥#,##0.00",
    "Euro Currency": "[$€-2] #,##0.00",
    "General Date": "yyyy/m/d h:mm",
    "Long Date": 'yyyy"年"m"月"d"日"',
    "Medium Date": "d-mmm-yy",
    "Short Date": "yyyy/m/d",
    "Long Time": "h:mm:ss",
    "Medium Time": "h:mm AM/PM",
    "Short Time": "h:mm",
    "Yes/No": '"是";"是";"否"',
    "True/False": '"真";"真";"假"',
    "On/Off": '"开";"开";"关"',
}
_BEFORE = re.compile(r"\A\ufeff?(?:\s++|<!--.*?-->)*+(?:<\?xml.*?\?>)?", re.DOTALL)
_RELATIVE = re.compile(r"(?<![A-Za-z0-9_.\"'])R(\[-?\d+\]|\d*)C(\[-?\d+\]|\d*)(?![A-Za-z0-9_(\"'])")


@dataclass(frozen=True, slots=True)
class _Style:
    """A cell style. parent: its name; format: "" for General, None where the parent's holds."""

    parent: str = ""
    format: str | None = None
    colour: str | None = None
    ground: str | None = None


@dataclass(slots=True)
class _Sheet:
    """A sheet while it is read. columns: first, last and style of each group of columns."""

    name: str
    visible: bool = True
    row: int = 0
    column: int = 0
    values: dict[Place, Value] = field(default_factory=dict)
    styles: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    notes: list[Overlay] = field(default_factory=list)
    corners: Corners = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    columns: list[tuple[int, int, str]] = field(default_factory=list)
    complete: bool = True


def read_into(source: Source, data: bytes) -> None:
    """Reads a workbook of XML; UnreadableFile where it is damaged or too big."""
    if len(data) > MAX_BYTES or data.count(b"<") > MAX_TAGS:
        raise UnreadableFile(TOO_BIG)
    styles: dict[str, _Style] = {}
    problems: list[Problem] = []
    try:
        grids = [_grid(sheet, styles, problems) for sheet in _sheets(_decoded(data), styles, source)]
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise UnreadableFile(DAMAGED) from error
    source.add(grids, problems)


def _decoded(data: bytes) -> bytes:
    """The XML in UTF-8 from its first tag on, whatever encoding it says of itself; raises as `plain_xml`."""
    text = data.decode(encoding_of(data))
    return plain_xml(_BEFORE.sub("", text, count=1).encode("utf-8", "replace"))


def _sheets(xml: bytes, styles: dict[str, _Style], source: Source) -> Iterator[_Sheet]:
    """The sheets, each complete. Styles and the time saved stand before them and are taken on the way."""
    sheet: _Sheet | None = None
    for event, name, element in walk(xml, _KEPT):
        if name == "Worksheet":
            if event == "start":
                sheet = _Sheet(element.get(f"{_SS}Name", ""))
            elif sheet is not None:
                yield sheet
                sheet = None
        elif event == "end":
            if name == "LastSaved" and element.text:
                source.saved = element.text.strip()[:30]
            elif name == "Style":
                styles[element.get(f"{_SS}ID", "")] = _style(element)
            elif sheet is not None:
                _take(sheet, name, element)


def _take(sheet: _Sheet, name: str, element: ElementTree.Element) -> None:
    """Takes in an element of a sheet that has ended."""
    if name == "Visible" and (element.text or "").strip() in ("SheetHidden", "SheetVeryHidden"):
        sheet.visible = False
    elif name == "Column":
        sheet.column = _number(element, "Index", sheet.column + 1, LAST_COLUMN) - 1
        last = min(sheet.column + _number(element, "Span", 0, LAST_COLUMN), LAST_COLUMN - 1)
        sheet.columns.append((sheet.column, last, element.get(f"{_SS}StyleID", "")))
        if _is_hidden(element, "Width"):
            sheet.hidden_columns.update(range(sheet.column, last + 1))
        sheet.column = last + 1
    elif name == "Row":
        _read_row(sheet, element)


def _style(element: ElementTree.Element) -> _Style:
    """A cell style."""
    found: dict[str, str] = {}
    for child in element:
        kind = local(child.tag)
        if kind == "NumberFormat":
            text = child.get(f"{_SS}Format", "")
            found["format"] = _FORMATS.get(text, text)
        elif kind == "Font" and child.get(f"{_SS}Color"):
            found["colour"] = child.get(f"{_SS}Color", "").lower()
        elif kind == "Interior" and child.get(f"{_SS}Color"):
            found["ground"] = child.get(f"{_SS}Color", "").lower()
    return _Style(element.get(f"{_SS}Parent", ""), **found)


def _number(element: ElementTree.Element, name: str, default: int, limit: int) -> int:
    """A counting attribute within its limit; the default where it is missing or no number."""
    text = element.get(f"{_SS}{name}", "")
    return min(int(text), limit) if text.isascii() and text.isdecimal() and len(text) < 9 else default


def _is_hidden(element: ElementTree.Element, size: str) -> bool:
    """Whether a row or a column is hidden or has no size."""
    text = element.get(f"{_SS}{size}", "")
    return element.get(f"{_SS}Hidden") == "1" or bool(text) and not text.strip("0.")


def _read_row(sheet: _Sheet, element: ElementTree.Element) -> None:
    """Takes in a row."""
    row = _number(element, "Index", sheet.row + 1, LAST_ROW) - 1
    last = min(row + _number(element, "Span", 0, LAST_ROW), LAST_ROW - 1)
    if _is_hidden(element, "Height") and last - row < 10_000:
        sheet.hidden_rows.update(range(row, last + 1))
    column = 0
    for cell in element:
        if local(cell.tag) != "Cell":
            continue
        column = _number(cell, "Index", column + 1, LAST_COLUMN) - 1
        if column < 0 or len(sheet.values) + len(sheet.formulas) >= MAX_VALUES:
            sheet.complete = False
            break
        column = _read_cell(sheet, cell, element.get(f"{_SS}StyleID", ""), (max(row, 0), column))
    sheet.row = last + 1


def _read_cell(sheet: _Sheet, cell: ElementTree.Element, row_style: str, place: Place) -> int:
    """Takes in a cell; returns the column behind it."""
    row, column = place
    across = _number(cell, "MergeAcross", 0, LAST_COLUMN)
    down = _number(cell, "MergeDown", 0, LAST_ROW)
    if (across or down) and len(sheet.corners) <= MAX_MERGES:
        sheet.corners.append((place, (row + down, column + across)))
    formula = cell.get(f"{_SS}Formula")
    if formula:
        sheet.formulas[place] = _in_a1(formula, row, column)
    for child in cell:
        kind = local(child.tag)
        text = "".join(child.itertext())
        if kind == "Data":
            _set_value(sheet, place, child.get(f"{_SS}Type", "String"), text)
        elif kind == "Comment" and text.strip():
            sheet.notes.append(Overlay(Overlay.NOTE, shown_text(text), Area(row, column, row, column)))
    if place in sheet.values:
        own = cell.get(f"{_SS}StyleID") or row_style
        sheet.styles[place] = own or next(
            (style for first, last, style in sheet.columns if first <= column <= last), ""
        )
    return column + across + 1


def _set_value(sheet: _Sheet, place: Place, kind: str, text: str) -> None:
    """Sets the value of a cell by its type; its text where that cannot be read as the type."""
    value: Value = clean(text)
    if kind == "Number":
        try:
            value = float(text)
        except ValueError:
            pass
    elif kind == "DateTime":
        value = _moment(text) or value
    elif kind == "Boolean":
        value = text.strip() in ("1", "true")
    elif kind == "Error" and value is not None:
        sheet.errors[place] = text.strip()
    if value is not None:
        sheet.values[place] = value


def _moment(text: str) -> datetime | date | str | None:
    """The date of an ISO text, its time where it has one; a time of day is text; None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.year < 1900:
        return moment.strftime("%H:%M:%S").removesuffix(":00").removeprefix("0")
    return moment if moment.time().replace(microsecond=0) != datetime.min.time() else moment.date()


def _in_a1(formula: str, row: int, column: int) -> str:
    """A formula whose references are relative to its cell (R[-1]C, R6C4) in A1 notation."""

    def number(text: str, own: int) -> int:
        if not text:
            return own
        return own + int(text[1:-1]) if text.startswith("[") else int(text) - 1

    def reference(match: re.Match[str]) -> str:
        if max(map(len, match.groups())) > 9:
            return match[0]
        to_row, to_column = number(match[1], row), number(match[2], column)
        if not (0 <= to_row < LAST_ROW and 0 <= to_column < LAST_COLUMN):
            return "#REF!"
        return a1(to_row, to_column)

    return _RELATIVE.sub(reference, formula)


def _inherited(styles: Mapping[str, _Style], name: str, what: str) -> str | None:
    """A property of a style, its own or that of the nearest parent that has one."""
    for _ in range(10):
        style = styles.get(name)
        if style is None:
            return None
        value: str | None = getattr(style, what)
        if value is not None:
            return value
        name = style.parent
    return None


def _grid(sheet: _Sheet, styles: dict[str, _Style], problems: list[Problem]) -> Grid:
    """The sheet as a Grid; what had to be left out is added to the problems."""
    rows, areas, left_out = laid_out(sheet.name, sheet.values, sheet.corners, sheet.complete)
    problems += left_out
    emptied = without_no_values(rows, lambda: sheet.formulas, sheet.errors, look_at_all=True)
    formats = {
        place: shown
        for place, style in sheet.styles.items()
        if (shown := _inherited(styles, style, "format") or _inherited(styles, "Default", "format"))
    }

    def unseen() -> frozenset[Place]:
        white = {
            style
            for style in set(sheet.styles.values())
            if _inherited(styles, style, "colour") == (_inherited(styles, style, "ground") or "#ffffff")
        }
        return frozenset(place for place, style in sheet.styles.items() if style in white)

    return Grid(
        sheet.name,
        rows,
        areas,
        sheet.visible,
        formats=lambda: formats,
        codes=lambda: set(formats.values()),
        formulas=emptied.formulas_with(lambda: sheet.formulas),
        hidden=lambda: (frozenset(sheet.hidden_rows), frozenset(sheet.hidden_columns)),
        errors=emptied.errors_of(lambda: sheet.errors),
        pictures=emptied.pictures,
        unsaved=frozenset(emptied.formulas),
        overlays=lambda: sheet.notes,
        unseen=unseen,
    )
