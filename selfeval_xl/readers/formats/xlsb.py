"""Reading of Excel's xlsb: values by calamine, merged areas, formats and errors from the records."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from python_calamine import SheetVisibleEnum

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.display.cell import is_date_format
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Area, Grid, Overlay, Value
from selfeval_xl.readers.formats.binary_looks import xlsb_looks
from selfeval_xl.readers.formats.calamine import Corners, open_calamine, sheet_values, worksheets
from selfeval_xl.readers.formats.cell_looks import CellLooks, set_symbols, unseen_places
from selfeval_xl.readers.formats.cells_without_value import without_no_values
from selfeval_xl.readers.formats.grid_values import (
    TOO_MANY_MERGES,
    TOO_MANY_VALUES,
    Place,
    far_text,
    merged,
    put,
    serial_date,
    trimmed,
    within_limits,
)
from selfeval_xl.readers.formats.guard import (
    DAMAGED,
    LAST_COLUMN,
    MAX_CELLS,
    MAX_MERGES,
    MAX_VALUES,
    Package,
    pack,
)
from selfeval_xl.readers.formats.number_formats import BUILTIN
from selfeval_xl.readers.formats.office_package import report_foreign_parts, saved_time
from selfeval_xl.readers.formats.overlays import has_overlays, note, overlays_of
from selfeval_xl.readers.formats.rich_values import only_pictures
from selfeval_xl.readers.formats.source import Source

_NEEDED = re.compile(
    r"_rels/\.rels$|xl/_rels/[^/]+\.rels$|xl/(?:workbook|styles|sharedStrings)\.bin$"
    r"|xl/\w*sheets/[^/]+\.bin$",
    re.IGNORECASE,
)
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(Id|Target)="([^"]*)"')
_ROW, _FIRST_CELL, _LAST_CELL, _RICH_CELL, _ERROR_CELLS = 0, 1, 11, 62, (3, 11)
_VALUE_METADATA = 50  # stands before the cell of a rich value
_AUTHOR, _NOTE, _NOTE_TEXT = 632, 635, 637
_FORMAT, _XF, _COLUMN, _SHEET, _MERGE, _CELL_XFS, _END_CELL_XFS = 44, 47, 60, 156, 176, 617, 618
_BOOK_PROPERTIES = 153
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_SHORT_CELLS = range(12, 19)  # cells without a column, which few programs write and calamine leaves out
NOT_EXCELS = "不是Excel或WPS直接保存的xlsb，有些单元格读不出来；请用Excel打开后另存为xlsx再报送。"


@dataclass(slots=True)
class _Sheet:
    """One sheet: the extent and number of its values, merged areas, styles, errors, what is hidden.

    rich: the errors that stand for a rich value, which may be a picture. far: the cells with a value too far
    away to be read. too_many: more values than are read.
    """

    bottom: int = 0
    right: int = 0
    count: int = 0
    corners: Corners = field(default_factory=list)
    styles: dict[Place, int] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    rich: set[Place] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    far: list[Place] = field(default_factory=list)
    too_many: bool = False


def records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record; UnreadableFile where one is cut off."""
    offset, end = 0, len(part)
    while offset < end:
        kind = part[offset]
        offset += 1
        if kind & 0x80 and offset < end:
            kind = kind & 0x7F | (part[offset] & 0x7F) << 7
            offset += 1
        length = shift = 0
        for _ in range(4):
            if offset >= end:
                raise UnreadableFile(DAMAGED)
            byte = part[offset]
            offset += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if offset + length > end:
            raise UnreadableFile(DAMAGED)
        yield kind, part[offset : offset + length]
        offset += length


def read_xlsb(package: Package) -> tuple[list[Grid], list[Problem]]:
    """Every worksheet as a Grid, and the problems.

    Raises UnreadableFile for a damaged file.
    """
    parts = package.parts(name for name in package.names if _NEEDED.match(name))
    problems: list[Problem] = []
    try:
        scanned = {name: _scan(part) for name, part in parts.items() if "worksheets/" in name.lower()}
        parts |= {name: _near(parts[name], sheet) for name, sheet in scanned.items() if _is_large(sheet)}
        formats = _formats(parts.get("xl/styles.bin", b""))
        sheet_parts = _sheet_parts(parts)
        looks = xlsb_looks(records(parts.get("xl/styles.bin", b"")))
        epoch_1904 = _epoch_1904(parts.get("xl/workbook.bin", b""))
    except struct.error as error:
        raise UnreadableFile(DAMAGED) from error
    opened = open_calamine(pack(parts))
    visible = {meta.name: meta.visible is SheetVisibleEnum.Visible for meta in opened.sheets_metadata}
    grids = []
    for number, name in worksheets(opened):
        part = sheet_parts.get(name, "")
        sheet = scanned.get(part, _Sheet())
        rows = trimmed(sheet_values(opened, number)[0])
        put(rows, sheet.errors)
        _set_dates(rows, sheet, formats, epoch_1904)
        set_symbols(rows, sheet.styles, looks)
        areas, left_out = merged(sheet.corners, rows)
        problems += [Problem(text, sheet=name, rule="T01") for text in _left_out(sheet, left_out)]
        grids.append(_grid(name, rows, areas, visible[name], sheet, formats, looks, package, part))
    return grids, problems


def _left_out(sheet: _Sheet, merges: bool) -> Iterator[str]:
    """The sentences about what is not read of a sheet. merges: some merged areas were left out."""
    if sheet.too_many:
        yield TOO_MANY_VALUES
    if sheet.far:
        yield far_text(sheet.far)
    if merges or len(sheet.corners) > MAX_MERGES:
        yield TOO_MANY_MERGES


def _grid(
    name: str,
    rows: list[list[Value]],
    areas: list[Area],
    visible: bool,
    sheet: _Sheet,
    formats: list[str],
    looks: CellLooks,
    package: Package,
    part: str,
) -> Grid:
    """One sheet as a Grid. formats, looks: those of the cell styles. part: the name of its part."""

    def formats_by_place() -> Mapping[Place, str]:
        return {
            place: formats[style]
            for place, style in sheet.styles.items()
            if style < len(formats) and formats[style]
        }

    pictures = frozenset(sheet.rich if sheet.rich and only_pictures(package) else ())
    emptied = without_no_values(rows, dict, sheet.errors, pictures)
    return Grid(
        name,
        rows,
        areas,
        visible,
        formats=formats_by_place,
        hidden=lambda: (frozenset(sheet.hidden_rows), frozenset(sheet.hidden_columns)),
        errors=emptied.errors_of(lambda: sheet.errors),
        pictures=emptied.pictures,
        unsaved=frozenset(emptied.formulas),
        overlays=(lambda: overlays_of(package, part, _notes)) if has_overlays(package) else None,
        codes=lambda: set(formats),
        unseen=lambda: unseen_places(sheet.styles, looks),
    )


def _set_dates(rows: list[list[Value]], sheet: _Sheet, formats: list[str], epoch_1904: bool) -> None:
    """Makes dates of the numbers in cells of a date format: calamine leaves whole numbers as they are."""
    dates = {style for style, number_format in enumerate(formats) if is_date_format(number_format)}
    for (row, column), style in sheet.styles.items() if dates else ():
        if style in dates and row < len(rows) and column < len(rows[row]):
            value = rows[row][column]
            if value.__class__ is float and 0 <= value < 2_958_466:
                rows[row][column] = serial_date(value, epoch_1904)


def _epoch_1904(part: bytes) -> bool:
    """Whether dates count from 1904, by the workbook's properties."""
    return any(kind == _BOOK_PROPERTIES and data[:1] and data[0] & 1 for kind, data in records(part))


def _scan(part: bytes) -> _Sheet:
    """Extent, merged areas, styles, errors and hidden rows and columns of one sheet."""
    sheet = _Sheet()
    row = 0
    rich = False
    for kind, data in records(part):
        if kind == _VALUE_METADATA:
            rich = True
        elif kind == _ROW:
            row = struct.unpack_from("<I", data)[0]
            if len(data) > 11 and data[11] & 0x10:
                sheet.hidden_rows.add(row)
        elif _is_value(kind):
            column, style = struct.unpack_from("<II", data)
            sheet.bottom, sheet.right, sheet.count = (
                max(sheet.bottom, row + 1),
                max(sheet.right, column + 1),
                sheet.count + 1,
            )
            if sheet.count > MAX_VALUES:
                sheet.too_many = True
                continue
            sheet.styles[row, column] = style & 0xFFFFFF
            if kind in _ERROR_CELLS and len(data) > 8:
                sheet.errors[row, column] = _ERRORS.get(data[8], "#N/A")
                sheet.rich.update(((row, column),) if rich else ())
            rich = False
        elif kind in _SHORT_CELLS:
            raise UnreadableFile(NOT_EXCELS, "T01")
        elif kind == _MERGE and len(sheet.corners) <= MAX_MERGES:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            sheet.corners.append(((top, left), (bottom, right)))
        elif kind == _COLUMN and len(data) >= 18 and data[16] & 1:
            first, last = struct.unpack_from("<II", data)
            sheet.hidden_columns.update(range(first, min(last, 16_383) + 1))
    return sheet


def _is_value(kind: int) -> bool:
    """Whether a record is a cell with a value."""
    return _FIRST_CELL < kind <= _LAST_CELL or kind == _RICH_CELL


def _is_large(sheet: _Sheet) -> bool:
    """Whether a sheet has too many values, or calamine would make room for too large a rectangle."""
    return sheet.too_many or sheet.right > LAST_COLUMN or sheet.bottom * sheet.right > MAX_CELLS


def _near(part: bytes, sheet: _Sheet) -> bytes:
    """The part of a large sheet without the values that are not read; they are taken out of the sheet too."""
    sheet.far = within_limits(dict.fromkeys(sheet.styles))
    for place in sheet.far:
        del sheet.styles[place]
        sheet.errors.pop(place, None)
        sheet.rich.discard(place)
    kept, row = [], 0
    for kind, data in records(part):
        if kind == _ROW:
            row = struct.unpack_from("<I", data)[0]
        elif _is_value(kind) and (row, struct.unpack_from("<I", data)[0]) not in sheet.styles:
            continue
        kept.append(_packed(kind, data))
    return b"".join(kept)


def _packed(kind: int, data: bytes) -> bytes:
    """A record as a part holds it: kind and length in groups of seven bits, then the content."""
    head = bytes((kind,)) if kind < 0x80 else bytes((kind & 0x7F | 0x80, kind >> 7))
    length = len(data)
    while length > 0x7F:
        head += bytes((length & 0x7F | 0x80,))
        length >>= 7
    return head + bytes((length,)) + data


def _text(data: bytes, offset: int) -> tuple[str, int]:
    """The wide string at an offset, and the offset after it."""
    length = struct.unpack_from("<I", data, offset)[0]
    if length == 0xFFFFFFFF:
        return "", offset + 4
    end = offset + 4 + length * 2
    return data[offset + 4 : end].decode("utf-16-le", "replace"), end


def _notes(part: bytes) -> Iterator[Overlay]:
    """The notes in the part of a sheet's comments."""
    authors: list[str] = []
    place, author = (0, 0), ""
    try:
        for kind, data in records(part):
            if kind == _AUTHOR:
                authors.append(_text(data, 0)[0])
            elif kind == _NOTE:
                number, row, _, column = struct.unpack_from("<IIII", data)
                place, author = (row, column), authors[number] if number < len(authors) else ""
            elif kind == _NOTE_TEXT:
                yield from note(place, _text(data, 1)[0], author)
    except (struct.error, UnreadableFile):
        return


def _formats(part: bytes) -> list[str]:
    """The number format of each cell style, "" for General."""
    custom: dict[int, str] = {}
    numbers: list[int] = []
    inside = False
    for kind, data in records(part):
        if kind == _FORMAT:
            custom[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif kind in (_CELL_XFS, _END_CELL_XFS):
            inside = kind == _CELL_XFS
        elif kind == _XF and inside:
            numbers.append(struct.unpack_from("<H", data, 2)[0])
    return [
        "" if name.lower() == "general" else name
        for name in (custom.get(number, BUILTIN.get(number, "")) for number in numbers)
    ]


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The part of each sheet by the sheet's name."""
    targets: dict[str, str] = {}
    for relation in _RELATION.findall(parts.get("xl/_rels/workbook.bin.rels", b"")):
        found = {key: value.decode("utf-8", "replace") for key, value in _ATTRIBUTE.findall(relation)}
        targets[found.get(b"Id", "")] = found.get(b"Target", "").lstrip("/")
    by_sheet: dict[str, str] = {}
    for kind, data in records(parts.get("xl/workbook.bin", b"")):
        if kind == _SHEET:
            relation, end = _text(data, 8)
            target = targets.get(relation, "")
            by_sheet[_text(data, end)[0]] = target if target.startswith("xl/") else f"xl/{target}"
    return by_sheet


def read_into(source: Source, package: Package) -> None:
    """Reads an xlsb."""
    source.saved = saved_time(package)
    source.add(*read_xlsb(package))
    report_foreign_parts(source, package, "xl/")
