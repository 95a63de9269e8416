"""Reading of a sheet's XML cell by cell.

This is slower than calamine, but bounded, and gives formats, formulas, errors, hidden rows and columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape
from typing import Any
from xml.etree import ElementTree

from selfeval_xl.model.display.cell import is_date_format
from selfeval_xl.model.grid import Value, a1, column_name, position
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.symbols import in_font
from selfeval_xl.readers.formats.grid_values import Place, clean, serial_date
from selfeval_xl.readers.formats.guard import LAST_COLUMN, MAX_VALUES, usual_cells
from selfeval_xl.readers.formats.number_formats import BUILTIN
from selfeval_xl.readers.formats.xml_walk import local, walk

_REFERENCE = re.compile(r"^([A-Z]{1,9})(\d{1,9})$")
_NUM_FMT = re.compile(rb"<(?:\w+:)?numFmt\b([^>]*)>")
_XF = re.compile(rb"<(?:\w+:)?xf\b[^>]*?\bnumFmtId\s*=\s*[\"'](\d{1,6})[\"']")
_PLAIN_ATTRIBUTE = re.compile(rb' ([\w:.-]+)="([\w.:-]*)"')
# With prefixed ones such as x14ac:dyDescent of Excel's rows, which a parser rejects without the namespace.
_PLAIN_ATTRIBUTES = re.compile(rb'(?: [\w:.-]+="[\w.:-]*")+ ?/?')
_MANY_STYLES = 40  # most styles that a pattern names one by one
_PREFIXED_TAGS = re.compile(rb"<(?:\w+:)?(?:row|col)( [^>]*)>")
_SIGNS_OF_HIDING = (b"hidden", b'ht="0', b'width="0')
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class CellStyles:
    """The number format of each cell style by its number, "" for General."""

    formats: tuple[str, ...] = ()

    def of(self, style: int) -> str:
        """The number format of a cell style, "" for General."""
        return self.formats[style] if 0 <= style < len(self.formats) else ""


@dataclass(slots=True)
class SheetCell:
    """One `c` element.

    text: its value, raw. formula: None without one. shared: the id of a formula shared by several cells.
    """

    row: int
    column: int
    type: str
    style: int
    text: str | None
    formula: str | None
    shared: str | None


class CellTexts(Mapping[Place, str]):
    """A mapping from cells to texts that are made when they are asked for.

    raw: by A1 name as bytes. text_of: the text of one such value.
    """

    def __init__(self, raw: Mapping[bytes, bytes], text_of: Callable[[bytes], str]) -> None:
        self._raw, self._text_of = raw, text_of

    def __getitem__(self, place: Place) -> str:
        return self._text_of(self._raw[a1(*place).encode()])

    def get(self, place: Place, default: Any = None) -> Any:
        """The text of a cell, or the default: most cells have none, and an exception would cost more."""
        raw = self._raw.get(a1(*place).encode())
        return default if raw is None else self._text_of(raw)

    def __contains__(self, place: object) -> bool:
        return isinstance(place, tuple) and a1(*place).encode() in self._raw

    def __iter__(self) -> Iterator[Place]:
        return (position(name.decode()) for name in self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def texts(self) -> set[str]:
        """The texts, each once."""
        return {self._text_of(raw) for raw in set(self._raw.values())}

    def places(self, texts: Collection[str]) -> list[Place]:
        """The cells that have one of these texts."""
        wanted = {raw for raw in set(self._raw.values()) if self._text_of(raw) in texts}
        return [position(name.decode()) for name, raw in self._raw.items() if raw in wanted]


@dataclass(slots=True)
class SheetValues:
    """The values of one sheet's XML. complete: False when it holds more values than are read."""

    values: dict[Place, Value] = field(default_factory=dict)
    complete: bool = True


@lru_cache(maxsize=32)  # the files of a county often have the styles of one template
def styles_in(xml: bytes | None) -> CellStyles:
    """The number formats of a workbook's cell styles."""
    if not xml:
        return CellStyles()
    custom: dict[int, str] = {}
    for attributes in _NUM_FMT.findall(_between(xml, b"numFmts")):
        found = _attributes(attributes)
        if (number := whole(found.get("numFmtId"), -1)) >= 0:
            custom[number] = found.get("formatCode", "")
    numbers = [int(number) for number in _XF.findall(_between(xml, b"cellXfs"))]
    return CellStyles(tuple(_named(custom.get(number, BUILTIN.get(number, ""))) for number in numbers))


def _between(xml: bytes, name: bytes) -> bytes:
    """The content of an element: the XML between the first and the second mention of its name."""
    return xml.partition(name)[2].partition(name)[0]


def _named(number_format: str) -> str:
    """The number format itself, "" for General."""
    return "" if number_format.lower() in ("general", "g/通用格式") else number_format


def _attributes(raw: bytes) -> dict[str, str]:
    """The attributes of a start tag, entities resolved."""
    plain = _PLAIN_ATTRIBUTES.fullmatch(raw)
    if plain:
        return {name.decode(): value.decode() for name, value in _PLAIN_ATTRIBUTE.findall(raw)}
    try:
        return dict(ElementTree.fromstring(b"<a " + raw.rstrip(b"/ ") + b"/>").attrib)
    except ElementTree.ParseError:
        return {}


def strings_in(xml: bytes | None) -> list[str]:
    """The shared strings, without their phonetic guides."""
    if not xml:
        return []
    return [
        rich_text(element)
        for event, name, element in walk(xml, frozenset(("si",)))
        if event == "end" and name == "si"
    ]


def rich_text(element: ElementTree.Element) -> str:
    """The text of an `si` or `is` element: its own and that of its runs."""
    parts = []
    for child in element:
        name = local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            font = next((part.get("val", "") for part in child.iter() if local(part.tag) == "rFont"), "")
            parts += [in_font(run.text or "", font) for run in child if local(run.tag) == "t"]
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), "".join(parts))


def cells_in(xml: bytes) -> Iterator[SheetCell]:
    """Every cell that has a value or a formula, in file order; ParseError when the XML is broken."""
    row = -1
    column = -1
    for event, name, element in walk(xml, frozenset("c")):
        if event == "start":
            if name == "row":
                number = element.get("r", "")
                row, column = (int(number) - 1 if number.isdecimal() and len(number) < 10 else row + 1), -1
        elif name == "c":
            reference = _REFERENCE.match(element.get("r", ""))
            if reference:
                column, cell_row = column_number(reference[1]), int(reference[2]) - 1
            else:
                column, cell_row = column + 1, row
            cell = _cell(element, cell_row, column)
            if cell is not None:
                yield cell
        elif name == "sheetData":
            return


@lru_cache(maxsize=4096)
def column_number(letters: str) -> int:
    """A column's number, counted from 0, by its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _cell(element: ElementTree.Element, row: int, column: int) -> SheetCell | None:
    """The cell of a `c` element; None where it has neither a value nor a formula."""
    text = formula = shared = None
    for child in element:
        name = local(child.tag)
        if name == "v":
            text = child.text
        elif name == "is":
            text = rich_text(child)
        elif name == "f":
            formula = child.text or ""
            shared = child.get("si") if child.get("t") == "shared" else None
    if text is None and formula is None:
        return None
    style = element.get("s", "0")
    return SheetCell(row, column, element.get("t", "n"), whole(style), text, formula, shared)


def read_exactly(
    xml: bytes, strings: Callable[[], list[str]], styles: Callable[[], CellStyles], epoch_1904: bool = False
) -> SheetValues:
    """The values of a sheet, however far apart they lie.

    strings, styles: () -> those of the workbook, called only when needed. epoch_1904: dates count from 1904.
    """
    exact = SheetValues()
    for cell in cells_in(xml):
        value = _value(cell, strings, styles, epoch_1904)
        if value is not None:
            if len(exact.values) >= MAX_VALUES:
                exact.complete = False
                return exact
            exact.values[cell.row, cell.column] = value
    return exact


def _value(
    cell: SheetCell, strings: Callable[[], list[str]], styles: Callable[[], CellStyles], epoch_1904: bool
) -> Value:
    """The value of a cell by its type and, for dates, its number format."""
    text = cell.text
    if text is None:
        return None
    if cell.type == "s":
        shared = strings()
        index = whole(text, -1)
        return clean(shared[index]) if 0 <= index < len(shared) else None
    if cell.type in ("str", "inlineStr", "e", "d"):
        return clean(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    if cell.type == "b":
        return text.strip() in ("1", "true")
    try:
        number = float(text)
    except ValueError:
        return clean(text)
    if not (abs(number) < 1e300):
        return clean(text)
    return (
        serial_date(number, epoch_1904)
        if 0 <= number < 2_958_466 and is_date_format(styles().of(cell.style))
        else number
    )


def formats_in(xml: bytes, styles: CellStyles, usual: bool | None = None) -> Mapping[Place, str]:
    """The number formats by place, of cells whose style has one.

    usual: the answer of `usual_cells`, where it has been asked already.
    """
    if not any(styles.formats):
        return {}
    if not (usual_cells(xml) if usual is None else usual):
        return {
            (cell.row, cell.column): number_format
            for cell in cells_in(xml)
            if (number_format := styles.of(cell.style))
        }
    by_style = {
        str(number).encode(): number_format
        for number, number_format in enumerate(styles.formats)
        if number_format
    }
    return CellTexts(
        {name: style for name, style in _cells_with_style(tuple(by_style)).findall(xml) if style in by_style},
        by_style.__getitem__,
    )


def places_of(xml: bytes, styles: frozenset[int]) -> dict[Place, int]:
    """The cells with one of these cell styles, by place, with their style."""
    if not styles:
        return {}
    wanted = {str(number).encode(): number for number in styles}
    return {
        position(name.decode()): wanted[style]
        for name, style in _cells_with_style(tuple(sorted(wanted))).findall(xml)
        if style in wanted
    }


@lru_cache(maxsize=64)
def _cells_with_style(styles: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """A pattern for name and style of cells with one of these styles, or with any style for many of them."""
    wanted = b"|".join(styles) if len(styles) <= _MANY_STYLES else rb"\d{1,6}"
    return re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"(?: [^s>][^ >]*)*+ s="(' + wanted + rb')"')


def errors_in(xml: bytes) -> Mapping[Place, str]:
    """The errors that cells show (#REF! ...) by place."""
    if b't="e"' not in xml and usual_cells(xml):
        return {}
    return {
        (cell.row, cell.column): cell.text.strip() for cell in cells_in(xml) if cell.type == "e" and cell.text
    }


# In files of Excel, WPS and LibreOffice the reference is the first attribute of a cell, and its formula
# follows the tag directly.
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^>]*><f(?: [^>]*)?>([^<]*)</f>')
_SHARED_FORMULA = re.compile(rb'<f [^>]*(?:t="shared"|si=)')


def blanks_in(xml: bytes) -> frozenset[Place]:
    """The cells whose formula gives an empty text."""
    if b't="str"' not in xml:
        return frozenset()
    return frozenset(
        (cell.row, cell.column) for cell in cells_in(xml) if cell.type == "str" and not cell.text
    )


class _Formulas(Mapping[Place, str]):
    """The formulas of a sheet whose cells are written in the usual way, none of them shared.

    Most readers ask only whether a cell has one: that cell is looked up, the others are not read.
    """

    def __init__(self, xml: bytes) -> None:
        self._xml = xml

    @cached_property
    def _raw(self) -> dict[Place, bytes]:
        """All formulas by place, as they stand in the XML."""
        return {position(reference.decode()): text for reference, text in _FORMULA.findall(self._xml)}

    def __getitem__(self, place: Place) -> str:
        return f"={unescape(self._raw[place].decode('utf-8', 'replace'))}"

    def __contains__(self, place: object) -> bool:
        if not isinstance(place, tuple):
            return False
        start = self._xml.find(f'<c r="{a1(*place)}"'.encode())
        return start >= 0 and _FORMULA.match(self._xml, start) is not None

    def __iter__(self) -> Iterator[Place]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


# A cell in a formula, outside of texts, names of sheets and names of functions.
_RELATIVE = re.compile(r"\"[^\"]*\"|'[^']*'|(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})(?![\w(!.])")


_WHOLE = re.compile(r"(?<![\w$])(?:[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\d+:\$?\d+)(?![\w(!])")


def moved(formula: str, origin: Place, place: Place) -> str:
    """A formula of one cell as another one has it that shares it: its relative references moved along."""
    down, right = place[0] - origin[0], place[1] - origin[1]
    if _WHOLE.search(formula):  # whole rows or columns, which move too
        from openpyxl.formula.translate import Translator

        return Translator(formula, a1(*origin)).translate_formula(a1(*place))

    def shifted(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[0]
        row, column = position(f"{match[2]}{match[4]}")
        row, column = (row if match[3] else row + down), (column if match[1] else column + right)
        if row < 0 or column < 0:
            return "#REF!"
        return f"{match[1]}{column_name(column)}{match[3]}{row + 1}"

    return _RELATIVE.sub(shifted, formula)


def formulas_in(xml: bytes, usual: bool | None = None) -> Mapping[Place, str]:
    """The formulas by place, each with its equals sign; one shared by several cells is written out for each.

    usual: as in `formats_in`.
    """
    if b"<f" not in xml and b":f" not in xml:
        return {}
    shared = (b"si=" in xml or b'"shared"' in xml) and _SHARED_FORMULA.search(xml)
    if not shared and (usual_cells(xml) if usual is None else usual):
        return _Formulas(xml)
    found: dict[Place, str] = {}
    masters: dict[str, tuple[str, Place]] = {}
    for cell in cells_in(xml):
        if cell.formula:
            found[cell.row, cell.column] = f"={cell.formula}"
            if cell.shared is not None:
                masters[cell.shared] = (f"={cell.formula}", (cell.row, cell.column))
        elif cell.shared in masters:
            formula, origin = masters[cell.shared]
            found[cell.row, cell.column] = moved(formula, origin, (cell.row, cell.column))
    return found


def hidden_in(xml: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """The hidden rows and the hidden columns, counted from 0; those of no height or width are hidden too."""
    rows: set[int] = set()
    columns: set[int] = set()
    tags = _start_tags(xml)
    every = b"".join(tags)
    none_has_a_custom_height_alone = every.count(b"customHeight") <= every.count(b" ht=")
    if none_has_a_custom_height_alone and not any(sign in every for sign in _SIGNS_OF_HIDING):
        return frozenset(), frozenset()
    for found in map(_attributes, tags):
        if not _is_hidden(found):
            continue
        first, last = whole(found.get("min"), 0), whole(found.get("max"), LAST_COLUMN)
        if (row := whole(found.get("r"), 0)) > 0:
            rows.add(row - 1)
        elif first > 0 and "max" in found:
            columns.update(range(first - 1, min(last, LAST_COLUMN)))
    return frozenset(rows), frozenset(columns)


def _start_tags(xml: bytes) -> list[bytes]:
    """The attributes of rows and columns as they stand, with a space before."""
    first = xml.find(b"<row ")
    if first < 0:
        return _PREFIXED_TAGS.findall(xml) if b":row " in xml or b":col " in xml else []
    pieces = xml[first + 5 :].split(b"<row ") + xml[:first].split(b"<col ")[1:]
    return [b" " + piece[: piece.find(b">")] for piece in pieces]


def _is_hidden(row_or_column: Mapping[str, str]) -> bool:
    """Whether the attributes of a row or a column hide it.

    openpyxl writes a height of 0 as a custom height without a height.
    """
    if row_or_column.get("hidden") in ("1", "true"):
        return True
    size = row_or_column.get("ht") or row_or_column.get("width")
    if size is None:
        return row_or_column.get("customHeight") == "1"
    return not size.strip("0.")
