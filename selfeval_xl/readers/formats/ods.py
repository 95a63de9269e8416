"""Reading of OpenDocument spreadsheets from their XML: values, merged areas, formats, formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.etree import ElementTree

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid, Overlay, Value
from selfeval_xl.model.symbols import SYMBOL_FONT, in_font
from selfeval_xl.readers.formats.calamine import Corners
from selfeval_xl.readers.formats.cells_without_value import without_no_values
from selfeval_xl.readers.formats.grid_values import Place, clean, laid_out
from selfeval_xl.readers.formats.guard import DAMAGED, LAST_COLUMN, LAST_ROW, MAX_MERGES, MAX_VALUES, Package
from selfeval_xl.readers.formats.ods_formats import DATA_STYLES, NUMBER, DataStyles
from selfeval_xl.readers.formats.ods_overlays import overlays_in
from selfeval_xl.readers.formats.source import Source
from selfeval_xl.readers.formats.xml_walk import few_tags, local, walk

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_WHITE = "#ffffff"
_COUNTED = re.compile(r"(?<=[a-z])\d+$")  # Symbol1 is another style of Symbol
_NO_HEIGHT = re.compile(r"0(?:\.0+)?[a-z]+")  # 0cm, 0.000in
_VALUE_TYPE = f"{_OFFICE}value-type"
_EXTENDED_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_STYLE_ELEMENTS = DATA_STYLES | {"style"}
_CLOCK = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_REFERENCE = re.compile(r"\[\.?([^\]:]+)(?::\.?([^\]]+))?\]")
_MODIFIED = re.compile(rb"<dc:date>\s*([^<]{4,40}?)\s*<")
ENCRYPTED = "设有打开密码，读不出来；请打开后取消密码，另存为xlsx再报送。"


@dataclass(slots=True)
class OdsFile:
    """The contents of an ods. saved: ISO text. links, dde: whether it links to other files or programs."""

    grids: list[Grid] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    saved: str | None = None
    links: bool = False
    dde: bool = False


@dataclass(slots=True)
class _Styles:
    """The styles of a document by name.

    data, parent: the data style and the parent style of a cell style. formats: the data styles. flat_rows:
    styles of rows without height. colours, grounds, fonts: the colour of a cell style's letters, the one
    behind them, and their font.
    """

    data: dict[str, str] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    formats: DataStyles = field(default_factory=DataStyles)
    hidden_tables: set[str] = field(default_factory=set)
    flat_rows: set[str] = field(default_factory=set)
    colours: dict[str, str] = field(default_factory=dict)
    grounds: dict[str, str] = field(default_factory=dict)
    fonts: dict[str, str] = field(default_factory=dict)

    def number_format(self, style: str) -> str:
        """The number format of a cell style, its own or inherited; "" for General."""
        data = self._inherited(self.data, style)
        return "" if data is None else self.formats.number_format(data)

    def is_unseen(self, style: str) -> bool:
        """Whether the letters of a cell style have the colour of their ground."""
        ground = self._inherited(self.grounds, style) or "transparent"
        return self._inherited(self.colours, style) == (_WHITE if ground == "transparent" else ground)

    def symbol_font(self, style: str) -> str:
        """The symbol font of a cell style, "" where it has another."""
        font = _COUNTED.sub("", self._inherited(self.fonts, style) or "")
        return font if SYMBOL_FONT.match(font) else ""

    def _inherited(self, values: Mapping[str, str], style: str) -> str | None:
        """The value of a cell style, its own or that of the nearest parent that has one."""
        for _ in range(10):
            if style in values:
                return values[style]
            style = self.parent.get(style, "")
        return None


@dataclass(slots=True)
class _Sheet:
    """A table while it is read. columns: end and default cell style of each group of columns."""

    name: str
    visible: bool
    values: dict[Place, Value] = field(default_factory=dict)
    styles: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    blanks: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    overlays: list[Overlay] = field(default_factory=list)
    corners: Corners = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    columns: list[tuple[int, str]] = field(default_factory=list)
    complete: bool = True
    row: int = 0
    column: int = 0

    def column_style(self, column: int) -> str:
        """The default cell style of a column, "" for none."""
        return next((style for end, style in self.columns if column < end), "")


def read_ods(package: Package) -> OdsFile:
    """Every sheet as a Grid, hidden ones too.

    Raises UnreadableFile when the file is damaged, too big or protected by a password.
    """
    if b"encryption-data" in (package.part("META-INF/manifest.xml") or b""):
        raise UnreadableFile(ENCRYPTED)
    parts = package.parts(
        name for name in ("content.xml", "styles.xml", "meta.xml") if name in package.entries
    )
    content = parts["content.xml"]
    styles = _Styles()
    found = OdsFile()
    try:
        if "styles.xml" in parts:
            for event, _, element in walk(parts["styles.xml"], _STYLE_ELEMENTS):
                if event == "end":
                    _add_style(element, styles)
        for sheet in _sheets(content, styles):
            found.grids.append(_grid(sheet, styles, found.problems))
    except ElementTree.ParseError as error:
        raise UnreadableFile(DAMAGED) from error
    saved = _MODIFIED.search(parts.get("meta.xml", b""))
    found.saved = saved[1].decode("utf-8", "replace") if saved else None
    found.dde = b"table:dde-link" in content
    found.links = found.dde or b"<table:table-source" in content or b"'file:" in content
    return found


def _add_style(element: ElementTree.Element, styles: _Styles) -> None:
    """Adds a style element of the document to `styles`."""
    name = element.get(f"{_STYLE}name", "")
    if element.tag == f"{_STYLE}style":
        if element.get(f"{_STYLE}family") == "table":
            properties = element.find(f"{_STYLE}table-properties")
            if properties is not None and properties.get(f"{_TABLE}display") == "false":
                styles.hidden_tables.add(name)
        _add_looks(element, name, styles)
        if element.get(f"{_STYLE}data-style-name"):
            styles.data[name] = element.get(f"{_STYLE}data-style-name", "")
        if element.get(f"{_STYLE}parent-style-name"):
            styles.parent[name] = element.get(f"{_STYLE}parent-style-name", "")
    elif element.tag.startswith(NUMBER) and local(element.tag) in DATA_STYLES and name:
        styles.formats.add(name, element)


def _add_looks(element: ElementTree.Element, name: str, styles: _Styles) -> None:
    """Adds the colours of a cell style, and the style of a row without height."""
    for child in element:
        kind = local(child.tag)
        if kind == "table-row-properties" and _NO_HEIGHT.fullmatch(child.get(f"{_STYLE}row-height", "")):
            styles.flat_rows.add(name)
        elif kind == "text-properties":
            if child.get(f"{_FO}color"):
                styles.colours[name] = child.get(f"{_FO}color", "").lower()
            if child.get(f"{_STYLE}font-name"):
                styles.fonts[name] = child.get(f"{_STYLE}font-name", "")
        elif kind == "table-cell-properties" and child.get(f"{_FO}background-color"):
            styles.grounds[name] = child.get(f"{_FO}background-color", "").lower()


def _sheets(content: bytes, styles: _Styles) -> Iterator[_Sheet]:
    """The tables of the document, each complete; those inside cells and change logs are left out."""
    sheet: _Sheet | None = None
    depth = 0
    for event, _, element in walk(few_tags(content), _STYLE_ELEMENTS | {"table-row"}):
        tag = element.tag
        if tag == f"{_TABLE}table":
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                sheet = _Sheet(
                    element.get(f"{_TABLE}name", ""),
                    element.get(f"{_TABLE}style-name", "") not in styles.hidden_tables,
                )
            elif event == "end" and depth == 0 and sheet is not None:
                yield sheet
                sheet = None
        elif event == "end":
            if sheet is None:
                _add_style(element, styles)
            elif depth == 1:
                if tag == f"{_TABLE}table-column":
                    _read_column(sheet, element)
                elif tag == f"{_TABLE}table-row":
                    _read_row(sheet, element, styles.flat_rows)


def _repeated(element: ElementTree.Element, name: str, limit: int) -> int:
    """The number in an attribute such as number-columns-repeated, from 1 to `limit`."""
    text = element.get(f"{_TABLE}number-{name}", "1")
    return max(1, min(int(text), limit)) if text.isdecimal() and len(text) < 10 else 1


def _read_column(sheet: _Sheet, element: ElementTree.Element) -> None:
    """Takes in a group of equal columns."""
    start = sheet.column
    sheet.column = min(start + _repeated(element, "columns-repeated", LAST_COLUMN), LAST_COLUMN)
    sheet.columns.append((sheet.column, element.get(f"{_TABLE}default-cell-style-name", "")))
    if element.get(f"{_TABLE}visibility", "visible") != "visible":
        sheet.hidden_columns.update(range(start, sheet.column))


def _read_row(sheet: _Sheet, element: ElementTree.Element, flat_rows: Set[str]) -> None:
    """Takes in one row; a repeated row is written out only where it has values.

    flat_rows: the styles of rows without height.
    """
    times = _repeated(element, "rows-repeated", LAST_ROW)
    cells = [child for child in element if child.tag in _CELLS]
    busy = any(cell.get(_VALUE_TYPE) or len(cell) for cell in cells)
    for number in range(sheet.row, min(sheet.row + times, LAST_ROW) if busy else sheet.row):
        column = 0
        for cell in cells:
            column = _read_cell(
                sheet, cell, number, column, element.get(f"{_TABLE}default-cell-style-name", "")
            )
        if not sheet.complete:
            break
    hidden = (
        element.get(f"{_TABLE}visibility", "visible") != "visible"
        or element.get(f"{_TABLE}style-name", "") in flat_rows
    )
    if hidden and (busy or times < 10_000):
        sheet.hidden_rows.update(range(sheet.row, min(sheet.row + times, LAST_ROW)))
    sheet.row += times


def _read_cell(sheet: _Sheet, cell: ElementTree.Element, row: int, column: int, row_style: str) -> int:
    """Takes in one cell with its repetitions; returns the column after it."""
    times = _repeated(cell, "columns-repeated", LAST_COLUMN)
    wide, high = _repeated(cell, "columns-spanned", LAST_COLUMN), _repeated(cell, "rows-spanned", LAST_ROW)
    if (wide > 1 or high > 1) and len(sheet.corners) <= MAX_MERGES:
        sheet.corners.append(((row, column), (row + high - 1, column + wide - 1)))
    sheet.overlays += overlays_in(cell, row, column)
    value = _value(cell)
    if value is None and not cell.get(f"{_TABLE}formula"):
        return column + times
    for place in ((row, column + number) for number in range(times)):
        if len(sheet.values) + len(sheet.formulas) >= MAX_VALUES:
            sheet.complete = False
            break
        if value is not None:
            sheet.values[place] = value
            sheet.styles[place] = cell.get(f"{_TABLE}style-name") or row_style or sheet.column_style(place[1])
        if cell.get(f"{_TABLE}formula"):
            sheet.formulas[place] = _formula(cell.get(f"{_TABLE}formula", ""))
            if value is None and cell.get(_VALUE_TYPE) == "string":
                sheet.blanks.add(place)
        if cell.get(_EXTENDED_TYPE) == "error" and isinstance(value, str):
            sheet.errors[place] = value
    return column + times


def _formula(text: str) -> str:
    """A formula in Excel's notation: of:=SUM([.D5:.D7]) is =SUM(D5:D7)."""

    def reference(match: re.Match[str]) -> str:
        return match[1].replace(".", "!") + (f":{match[2].rpartition('.')[2]}" if match[2] else "")

    return "=" + _REFERENCE.sub(reference, text.partition("=")[2]).replace(";", ",")


def _value(cell: ElementTree.Element) -> Value:
    """The value of a cell by its type; its text where the type's attribute cannot be read."""
    kind = cell.get(_VALUE_TYPE)
    if kind in ("float", "percentage", "currency"):
        if cell.get(_EXTENDED_TYPE) == "error":
            return clean(_paragraphs(cell))
        try:
            return float(cell.get(f"{_OFFICE}value", ""))
        except ValueError:
            return clean(_paragraphs(cell))
    if kind == "date":
        return _date(cell.get(f"{_OFFICE}date-value", "")) or clean(_paragraphs(cell))
    if kind == "time":
        clock = _CLOCK.fullmatch(cell.get(f"{_OFFICE}time-value", ""))
        return (
            f"{int(clock[1])}:{clock[2]}" + (f":{clock[3]}" if clock[3] != "00" else "")
            if clock
            else clean(_paragraphs(cell))
        )
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    return clean(_paragraphs(cell) or cell.get(f"{_OFFICE}string-value", ""))


def _date(text: str) -> datetime | date | None:
    """The date in an ISO text, with its time unless that is midnight; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None
    return moment if moment.time().replace(microsecond=0) != datetime.min.time() else moment.date()


def _paragraphs(cell: ElementTree.Element) -> str:
    """The text of a cell, one line a paragraph; notes are not part of it."""
    return "\n".join("".join(_runs(child)) for child in cell if child.tag == f"{_TEXT}p")


def _runs(element: ElementTree.Element) -> Iterator[str]:
    """Yields the pieces of a paragraph's text."""
    yield element.text or ""
    for child in element:
        name = local(child.tag)
        if name == "s":
            count = child.get(f"{_TEXT}c", "1")
            yield " " * (min(int(count), 1000) if count.isdecimal() else 1)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name in ("span", "a"):
            yield from _runs(child)
        yield child.tail or ""


def _spell_symbols(sheet: _Sheet, styles: _Styles) -> None:
    """Spells the texts of cells in a symbol font by the signs that they show."""
    fonts = {style: font for style in set(sheet.styles.values()) if (font := styles.symbol_font(style))}
    for place, style in sheet.styles.items() if fonts else ():
        value = sheet.values.get(place)
        if style in fonts and isinstance(value, str):
            sheet.values[place] = in_font(value, fonts[style])


def _grid(sheet: _Sheet, styles: _Styles, problems: list[Problem]) -> Grid:
    """The table as a Grid; what had to be left out is added to the problems."""
    _spell_symbols(sheet, styles)
    rows, areas, left_out = laid_out(sheet.name, sheet.values, sheet.corners, sheet.complete)
    problems += left_out

    emptied = without_no_values(rows, lambda: sheet.formulas, sheet.errors, look_at_all=True)

    def formats() -> Mapping[Place, str]:
        return {
            place: shown
            for place, style in sheet.styles.items()
            # A text stands in the file as its format shows it.
            if not isinstance(sheet.values.get(place), str) and (shown := styles.number_format(style))
        }

    def unseen() -> frozenset[Place]:
        wanted = {style for style in set(sheet.styles.values()) if styles.is_unseen(style)}
        return frozenset(place for place, style in sheet.styles.items() if style in wanted)

    return Grid(
        sheet.name,
        rows,
        areas,
        sheet.visible,
        formats=formats,
        formulas=emptied.formulas_with(lambda: sheet.formulas),
        blanks=lambda: frozenset(sheet.blanks),
        hidden=lambda: (frozenset(sheet.hidden_rows), frozenset(sheet.hidden_columns)),
        errors=emptied.errors_of(lambda: sheet.errors),
        pictures=emptied.pictures,
        unsaved=frozenset(emptied.formulas),
        overlays=lambda: sheet.overlays,
        unseen=unseen,
        codes=lambda: set(map(styles.formats.number_format, styles.formats.own)),
    )


def read_into(source: Source, package: Package) -> None:
    """Reads an ods."""
    opened = read_ods(package)
    source.saved = opened.saved
    source.add(opened.grids, opened.problems)
    macros = any(name.startswith(("Basic/", "Scripts/")) for name in package.names)
    source.report_foreign(macros, opened.links, opened.dde)
