"""Reading of xlsx and xlsm: values by calamine, everything else from the XML and only when asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import islice
from xml.etree import ElementTree

from python_calamine import SheetVisibleEnum

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.model.forms import Problem
from selfeval_xl.model.grid import Grid, Overlay, Value, position
from selfeval_xl.model.sheet_names import LISTS
from selfeval_xl.readers.formats.calamine import Corners, open_calamine, sheet_values, worksheets
from selfeval_xl.readers.formats.cell_looks import (
    CellLooks,
    has_symbol_font,
    looks_in,
    set_symbols,
    without_symbol_fonts,
)
from selfeval_xl.readers.formats.cells_without_value import names_picture, without_no_values
from selfeval_xl.readers.formats.grid_values import (
    TOO_MANY_MERGES,
    TOO_MANY_VALUES,
    Place,
    far_text,
    filled,
    merged,
    put,
    trimmed,
    within_limits,
)
from selfeval_xl.readers.formats.guard import (
    DAMAGED,
    MAX_MERGES,
    MAX_SHEETS,
    Package,
    few_cells,
    few_entries,
    few_values,
    honest_counts,
    pack,
    usual_cells,
)
from selfeval_xl.readers.formats.listed_sheets import ListedSheet, listed_again, listed_sheets
from selfeval_xl.readers.formats.office_package import report_foreign_parts, saved_time
from selfeval_xl.readers.formats.overlays import has_overlays, overlays_of
from selfeval_xl.readers.formats.rich_values import cells_with_pictures
from selfeval_xl.readers.formats.sheet_xml import (
    CellStyles,
    CellTexts,
    blanks_in,
    column_number,
    errors_in,
    formats_in,
    formulas_in,
    hidden_in,
    places_of,
    read_exactly,
    strings_in,
    styles_in,
)
from selfeval_xl.readers.formats.source import Source

_NEEDED = re.compile(
    r"_rels/\.rels$|xl/_rels/[^/]+\.rels$|xl/(?:workbook|styles|sharedStrings)\.xml$"
    r"|xl/\w*sheets/[^/]+\.xml$",
    re.IGNORECASE,
)
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*"
    rb"[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']"
)
_FORMULA = re.compile(rb"<f(?: [^<>]*/>|[ >][^<]*</f>)")
_MERGES = re.compile(rb"<mergeCells\b.*</mergeCells>", re.DOTALL)
_LARGE = 8 << 20  # bytes of a sheet that is not kept twice
_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)")
BROKEN_SHEET = "这张工作表已损坏，没有读取。请用Excel打开后另存为xlsx再报送。"


class Workbook:
    """The parts of one xlsx, and the properties of its sheets that a Grid asks for later.

    parts: all parts, sheets without their formulas, which are most of a sheet of our templates. whole: the
    sheets with formulas; a large one is inflated again when it is asked for. large: those, and whether a
    formula of theirs may show a picture. bare: the sheets without formulas. usual: the answer of
    `usual_cells` for all sheets, None where it is not known for each. package: where the other parts are.
    """

    def __init__(self, parts: Mapping[str, bytes], package: Package) -> None:
        self.package = package
        sheets = {name: part for name, part in parts.items() if _is_sheet(name)}
        self.whole = {name: part for name, part in sheets.items() if len(part) <= _LARGE}
        self.large = {name: names_picture(part) for name, part in sheets.items() if len(part) > _LARGE}
        self.bare = {name: _FORMULA.sub(b"", part) for name, part in sheets.items()}
        self.parts = {**parts, **self.bare}
        self.usual: bool | None = None
        self._formats: dict[str, Mapping[Place, str]] = {}
        self._codes: dict[str, set[str]] = {}

    def named(self, name: str) -> bytes | None:
        """A part by its name in any case (some programs write sharedstrings.xml), or None."""
        return self.parts.get(name) or next(
            (part for other, part in self.parts.items() if other.lower() == name.lower()), None
        )

    @cached_property
    def styles(self) -> CellStyles:
        """The number formats of the cell styles."""
        return styles_in(self.named("xl/styles.xml"))

    @cached_property
    def has_symbol_font(self) -> bool:
        """Whether a cell style may have a symbol font."""
        return has_symbol_font(self.named("xl/styles.xml"))

    @cached_property
    def looks(self) -> CellLooks:
        """The looks of the cell styles that change what a person sees."""
        return looks_in(self.named("xl/styles.xml"))

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings."""
        return strings_in(self.named("xl/sharedStrings.xml"))

    @cached_property
    def epoch_1904(self) -> bool:
        """Whether dates count from 1904."""
        return bool(_1904.search(self.named("xl/workbook.xml") or b""))

    @cached_property
    def sheets(self) -> Mapping[str, ListedSheet]:
        """The worksheets in workbook order by name; one whose part is not there is left out.

        Raises UnreadableFile where the list is no XML.
        """
        relations, workbook = (
            self.named(name) or b"<a/>" for name in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml")
        )
        return listed_sheets(workbook, relations, self.parts)

    def know_only_sheet(self, name: str, visible: bool) -> None:
        """Sets `sheets` where calamine has read a sheet and there is no other: nothing is left to look up."""
        if len(self.bare) == 1 and "sheets" not in self.__dict__:
            part = next(iter(self.bare))
            self.sheets = {name: ListedSheet(name, part, visible)}

    def xml(self, sheet: str) -> bytes:
        """The XML of a sheet, by the name that people see, without its formulas."""
        listed = self.sheets.get(sheet)
        return self.parts[listed.part] if listed else b"<worksheet/>"

    def whole_xml(self, sheet: str) -> bytes:
        """The XML of a sheet with its formulas."""
        listed = self.sheets.get(sheet)
        if listed and listed.part in self.large:
            return self.package.xml(listed.part) or b""
        return self.whole.get(listed.part, b"") if listed else b"<worksheet/>"

    # Each of these catches ParseError: an XML parser may reject a sheet that calamine could read.

    def formats(self, sheet: str) -> Mapping[Place, str]:
        """The number formats of a sheet's cells."""
        if sheet not in self._formats:
            try:
                self._formats[sheet] = formats_in(self.xml(sheet), self.styles, self.usual)
            except (ElementTree.ParseError, UnreadableFile):
                self._formats[sheet] = {}
        return self._formats[sheet]

    def codes(self, sheet: str) -> set[str]:
        """The number formats of a sheet's cells, each once."""
        if sheet not in self._codes:
            formats = self.formats(sheet)
            texts = formats.texts() if isinstance(formats, CellTexts) else set(formats.values())
            self._codes[sheet] = texts
        return self._codes[sheet]

    def styled(self, sheet: str, codes: Collection[str]) -> list[Place]:
        """The cells of a sheet with one of these number formats."""
        formats = self.formats(sheet)
        if isinstance(formats, CellTexts):
            return formats.places(codes)
        return [place for place, code in formats.items() if code in codes]

    def formulas(self, sheet: str) -> Mapping[Place, str]:
        """The formulas of a sheet."""
        try:
            return formulas_in(self.whole_xml(sheet), self.usual)
        except (ElementTree.ParseError, UnreadableFile):
            return {}

    def blanks(self, sheet: str) -> frozenset[Place]:
        """The places of formulas that give an empty text."""
        try:
            return blanks_in(self.whole_xml(sheet))
        except (ElementTree.ParseError, UnreadableFile):
            return frozenset()

    def errors(self, sheet: str) -> Mapping[Place, str]:
        """The errors that a sheet's cells show."""
        if self.usual and b't="e"' not in self.xml(sheet):
            return {}
        try:
            return errors_in(self.xml(sheet))
        except (ElementTree.ParseError, UnreadableFile):
            return {}

    def hidden(self, sheet: str) -> tuple[frozenset[int], frozenset[int]]:
        """The hidden rows and the hidden columns of a sheet."""
        try:
            return hidden_in(self.xml(sheet))
        except (ElementTree.ParseError, UnreadableFile):
            return frozenset(), frozenset()

    def unseen(self, sheet: str) -> frozenset[Place]:
        """The cells whose letters have the colour of their ground."""
        return frozenset(places_of(self.xml(sheet), self.looks.unseen))

    @cached_property
    def has_overlays(self) -> bool:
        """Whether something may lie over a cell of some sheet."""
        return has_overlays(self.package)

    def may_show_pictures(self, sheet: str) -> bool:
        """Whether a formula of the sheet may show a picture."""
        listed = self.sheets.get(sheet)
        if listed and listed.part in self.large:
            return self.large[listed.part]
        whole = self.whole_xml(sheet)
        return len(whole) != len(self.xml(sheet)) and names_picture(whole)

    def pictures(self, sheet: str) -> frozenset[Place]:
        """The places of a sheet's cells that hold a picture of Excel's."""
        return frozenset(map(position, cells_with_pictures(self.xml(sheet), self.package)))

    def overlays(self, sheet: str) -> list[Overlay]:
        """What lies over a sheet's cells."""
        listed = self.sheets.get(sheet)
        return overlays_of(self.package, listed.part) if listed else []


def _is_sheet(name: str) -> bool:
    """Whether a part holds a sheet."""
    return "sheets/" in name.lower()


def _few(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts, unchanged; UnreadableFile where one has more cells or entries than that of any form."""
    for name, part in parts.items():
        few_cells(part) if _is_sheet(name) and not name.endswith(".rels") else few_entries(part)
    return parts


def read_xlsx(package: Package) -> tuple[list[Grid], list[Problem]]:
    """Every worksheet as a Grid, hidden ones too, and the problems.

    Raises UnreadableFile for a package that is damaged, too big or holds no workbook.
    """
    book = Workbook(_few(package.parts(name for name in package.names if _NEEDED.match(name))), package)
    problems: list[Problem] = []
    sheets = book.bare.values()
    book.usual = all(map(usual_cells, sheets)) or None
    if not book.usual or not all(map(few_values, sheets)):
        return _grids_cell_by_cell(book, problems), problems
    try:
        parts = {name: _for_calamine(name, part) for name, part in book.parts.items()}
        if book.named("xl/sharedStrings.xml") is None:  # texts stand in the cells
            parts |= {name: without_symbol_fonts(parts[name]) for name in book.bare}
        opened = open_calamine(pack(parts))
    except UnreadableFile:
        return _grids_cell_by_cell(book, problems), problems
    visible = {meta.name: meta.visible is SheetVisibleEnum.Visible for meta in opened.sheets_metadata}
    errors = any(b't="e"' in part for part in sheets)
    grids = []
    again = listed_again(book.named("xl/workbook.xml") or b"", len(opened.sheets_metadata))
    for number, name in worksheets(opened, again):
        if name == LISTS and not visible[name]:  # the long lists of our templates, which hold no form
            grids.append(Grid(name, [], visible=False))
            continue
        try:
            values, corners = sheet_values(opened, number)
        except UnreadableFile:
            grids.append(_grid_cell_by_cell(book, name, visible[name], problems))
            continue
        book.know_only_sheet(name, visible[name])
        rows = trimmed(values)
        put(rows, book.errors(name) if errors else {})
        if not corners and b"mergeCell" in (xml := book.xml(name)):
            corners = _merges_in(xml)
        grids.append(_grid(book, name, visible[name], rows, corners, problems))
    return grids, problems


def _for_calamine(name: str, part: bytes) -> bytes:
    """The part in the form that is safe for calamine.

    Calamine trusts the declared length of a table of strings, and accepts any number of merged areas.
    """
    if _is_sheet(name):
        return (
            part
            if len(part) <= MAX_MERGES * 16 or part.count(b"mergeCell ") <= MAX_MERGES
            else _MERGES.sub(b"", part)
        )
    return honest_counts(without_symbol_fonts(part)) if name.lower().endswith("sharedstrings.xml") else part


def _grids_cell_by_cell(book: Workbook, problems: list[Problem]) -> list[Grid]:
    """Every sheet as a Grid, read cell by cell."""
    try:
        by_part: dict[str, ListedSheet] = {}
        for sheet in book.sheets.values():
            by_part.setdefault(sheet.part, sheet)
        grids = [
            _grid_cell_by_cell(book, sheet.name, sheet.visible, problems)
            for sheet in islice(by_part.values(), MAX_SHEETS + 1)
        ]
    except ElementTree.ParseError as error:
        raise UnreadableFile(DAMAGED) from error
    if not grids:
        raise UnreadableFile(DAMAGED)
    return grids


def _grid_cell_by_cell(book: Workbook, name: str, visible: bool, problems: list[Problem]) -> Grid:
    """One sheet as a Grid, read cell by cell; what had to be left out is added to the problems."""
    try:
        exact = read_exactly(book.xml(name), lambda: book.strings, lambda: book.styles, book.epoch_1904)
    except ElementTree.ParseError:
        problems.append(Problem(BROKEN_SHEET, sheet=name, rule="T08"))
        return Grid(name, [], visible=visible)
    far = within_limits(exact.values)
    if far:
        problems.append(Problem(far_text(far), sheet=name, rule="T01"))
    if not exact.complete:
        problems.append(Problem(TOO_MANY_VALUES, sheet=name, rule="T01"))
    return _grid(book, name, visible, filled(exact.values), _merges_in(book.xml(name)), problems)


def _merges_in(xml: bytes) -> Corners:
    """The corners of a sheet's merged areas; where there are too many, one more than the limit."""
    corners = []
    for match in _MERGE.finditer(xml):
        left, top, right, bottom = (group.decode() for group in match.groups())
        corners.append(((int(top) - 1, column_number(left)), (int(bottom) - 1, column_number(right))))
        if len(corners) > MAX_MERGES:
            break
    return corners


def _grid(
    book: Workbook,
    name: str,
    visible: bool,
    rows: list[list[Value]],
    corners: Corners,
    problems: list[Problem],
) -> Grid:
    """One sheet as a Grid; merged areas that had to be left out are added to the problems."""
    areas, left_out = merged(corners, rows)
    if left_out or len(corners) > MAX_MERGES:
        problems.append(Problem(TOO_MANY_MERGES, sheet=name, rule="T01"))
    if book.has_symbol_font:
        styles = places_of(book.xml(name), frozenset(style for style, _ in book.looks.fonts))
        set_symbols(rows, styles, book.looks)
    emptied = without_no_values(
        rows,
        lambda: book.formulas(name),
        book.errors(name),
        book.pictures(name),
        book.may_show_pictures(name),
    )
    return Grid(
        name,
        rows,
        areas,
        visible,
        formats=lambda: book.formats(name),
        formulas=emptied.formulas_with(lambda: book.formulas(name)),
        blanks=lambda: book.blanks(name),
        hidden=lambda: book.hidden(name),
        errors=emptied.errors_of(lambda: book.errors(name)),
        pictures=emptied.pictures,
        unsaved=frozenset(emptied.formulas),
        odd=emptied.odd,
        overlays=(lambda: book.overlays(name)) if book.has_overlays else None,
        codes=lambda: book.codes(name),
        styled=lambda codes: book.styled(name, codes),
        unseen=lambda: book.unseen(name),
    )


def read_into(source: Source, package: Package) -> None:
    """Reads an xlsx or xlsm."""
    source.saved = saved_time(package)
    source.add(*read_xlsx(package))
    report_foreign_parts(source, package, "xl/")
