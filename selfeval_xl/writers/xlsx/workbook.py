"""Changes of a workbook part: sheets, defined names, calculation settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from selfeval_xl.model.grid import Area, Grid, column_name
from selfeval_xl.model.numbers import whole
from selfeval_xl.readers.formats.guard import LAST_COLUMN, LAST_ROW
from selfeval_xl.writers.xlsx.looks import SHEET_WIDTHS
from selfeval_xl.writers.xlsx.notes import Notes
from selfeval_xl.writers.xlsx.package import (
    OFFICE,
    STRICT,
    OpenPackage,
    child,
    entries,
    need_child,
    relation_of,
    tag,
)
from selfeval_xl.writers.xlsx.styles import StyleTable
from selfeval_xl.writers.xlsx.worksheet import Worksheet

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
PRINT_AREA = "_xlnm.Print_Area"
# The children of a workbook that the schema wants behind `definedNames`, and behind `calcPr`.
_AFTER_NAMES = frozenset(
    "calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr "
    "webPublishObjects extLst".split()
)
_AFTER_CALCULATION = _AFTER_NAMES - {"calcPr"}
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$")
_SHEET = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{space}">{fit}<dimension ref="A1"/>\
<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>\
<sheetFormatPr defaultRowHeight="15"/>{columns}<sheetData/>\
<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>{page}</worksheet>"""
_PANE = (
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection '
    'pane="bottomLeft" activeCell="A2" sqref="A2"/>'
)
_FIT = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_PAGE = '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'


class Book:
    """The workbook part of a package and its worksheets by name.

    Raises UnreadableFile where the workbook part is missing or damaged.
    """

    def __init__(self, package: OpenPackage) -> None:
        self.package = package
        self.part = next(
            (target for _, kind, target in package.related("") if kind == "officeDocument"), "xl/workbook.xml"
        )
        self.root = package.need_tree(self.part)
        self._sheets = need_child(self.root, "sheets")
        self._targets = {
            identity: target for identity, kind, target in package.related(self.part) if kind == "worksheet"
        }
        self._open: dict[str, Worksheet] = {}
        self._notes: dict[str, Notes] = {}
        self._styles: StyleTable | None = None

    @property
    def styles(self) -> StyleTable:
        """The cell styles; the plainest ones are added to a workbook without any."""
        if self._styles is None:
            self._styles = StyleTable(self.package, self.part)
        return self._styles

    @property
    def names(self) -> list[str]:
        """The names of all sheets in the order of the tabs, charts and hidden ones too."""
        return [sheet.get("name", "") for sheet in self._sheets]

    def sheet(self, name: str) -> Worksheet | None:
        """The worksheet of this name; None where there is none, or a chart has the name."""
        if name not in self._open:
            part = self._sheet_part(name)
            if part is None:
                return None
            self._open[name] = Worksheet(self.package, name, part)
        return self._open[name]

    def has_sheet(self, name: str) -> bool:
        """Whether there is a worksheet of this name, without parsing it."""
        return name in self._open or self._sheet_part(name) is not None

    def _sheet_part(self, name: str) -> str | None:
        """The part of the worksheet of this name; None where there is none."""
        entry = next((sheet for sheet in self._sheets if sheet.get("name") == name), None)
        identity = relation_of(entry)
        return None if identity is None else self.package.name(self._targets.get(identity, ""))

    def need_sheet(self, name: str) -> Worksheet:
        """The worksheet of this name; KeyError where there is none."""
        sheet = self.sheet(name)
        if sheet is None:
            raise KeyError(name)
        return sheet

    def notes(self, name: str) -> Notes:
        """The notes of a worksheet; KeyError where there is no worksheet of this name."""
        if name not in self._notes:
            self._notes[name] = Notes(self.package, self.need_sheet(name))
        return self._notes[name]

    def add_sheet(self, name: str, state: str = "visible", front: bool = False) -> Worksheet:
        """Adds an empty worksheet, with the column widths known for its name, and returns it.

        state: visible, hidden or veryHidden. front: first of the tabs and selected, else last.
        """
        from lxml import etree

        space = self.root.tag[1:].partition("}")[0]
        part = self.package.free_name("xl/worksheets/sheet{}.xml")
        self.package.add(part, _sheet_xml(name, space).encode(), WORKSHEET_TYPE)
        identity = self.package.relate(self.part, "worksheet", part)
        self._targets[identity] = part
        number = max((whole(sheet.get("sheetId")) for sheet in self._sheets), default=0) + 1
        office = STRICT if space.startswith("http://purl.oclc.org/") else OFFICE
        entry = etree.SubElement(self._sheets, tag(self._sheets, "sheet"), name=name, sheetId=str(number))
        if state != "visible":
            entry.set("state", state)
        entry.set(f"{{{office}}}id", identity)
        if front:
            self._to_front(entry)
        self.package.changed(self.part)
        return self.need_sheet(name)

    def _to_front(self, entry: Element) -> None:
        """Puts the last sheet first.

        Defined names refer to their sheet by its number, and only one sheet may be selected.
        """
        self._sheets.insert(0, entry)
        for each in entries(self.root, "definedNames"):
            if (number := whole(each.get("localSheetId"), -1)) >= 0:
                each.set("localSheetId", str(number + 1))
        for view in entries(self.root, "bookViews"):
            view.set("activeTab", "0")
            view.attrib.pop("firstSheet", None)
        for _, kind, target in self.package.related(self.part):
            if kind in ("worksheet", "chartsheet", "dialogsheet") and b"tabSelected" in (
                self.package.read(target) or b""
            ):
                tree = self.package.need_tree(target)
                for view in tree.iter(tag(tree, "sheetView")):
                    view.attrib.pop("tabSelected", None)
                self.package.changed(target)
        first = self.need_sheet(entry.get("name")).root
        for view in first.iter(tag(first, "sheetView")):
            view.set("tabSelected", "1")

    def printed(self, name: str) -> Area | None:
        """The print area of a sheet; None where the sheet prints all it holds.

        Of an area in several parts, the rectangle around them all.
        """
        found = self._print_area(name)
        corners: list[tuple[int, int]] = []
        for piece in (found.text or "").split(",") if found is not None else ():
            match = _RANGE.search(piece.strip())
            if match:
                ends = [
                    (whole(match[2]) - 1, _column(match[1])),
                    (whole(match[4] or match[2]) - 1, _column(match[3] or match[1])),
                ]
                corners += ends if all(map(_on_sheet, ends)) else []
        if not corners:
            return None
        rows, columns = zip(*corners)
        return Area(min(rows), min(columns), max(rows), max(columns))

    def set_printed(self, name: str, area: Area | None) -> None:
        """Sets the print area of a sheet; None removes it, so that the sheet prints all it holds."""
        from lxml import etree

        found = self._print_area(name)
        if area is None:
            self._drop_name(found)
            return
        if found is None:
            names = child(self.root, "definedNames")
            if names is None:
                names = self._insert("definedNames", _AFTER_NAMES)
            found = etree.SubElement(
                names, tag(names, "definedName"), name=PRINT_AREA, localSheetId=str(self.names.index(name))
            )
            names[:] = sorted(
                names, key=lambda each: (each.get("name", "").lower(), whole(each.get("localSheetId"), -1))
            )
        quoted = name.replace("'", "''")
        found.text = (
            f"'{quoted}'!${column_name(area.left)}${area.top + 1}:${column_name(area.right)}$"
            f"{area.bottom + 1}"
        )
        self.package.changed(self.part)

    def _drop_name(self, defined_name: Element | None) -> None:
        """Removes a defined name, and the list of names with the last of them."""
        if defined_name is None:
            return
        names = defined_name.getparent()
        names.remove(defined_name)
        if not len(names):
            names.getparent().remove(names)
        self.package.changed(self.part)

    def area_left_of(self, column: int, grid: Grid) -> Area:
        """The part of a sheet left of a column, as far as values, merged areas and drawings go."""
        used = [area.right for area in grid.merges if area.right < column]
        used += [
            number
            for row in grid.rows
            for number, value in enumerate(row[:column])
            if value not in (None, "")
        ]
        drawn = self.drawn(grid.name)
        right = max([*used, *([drawn.right] if drawn and drawn.right < column else [])], default=0)
        bottoms = [area.bottom for area in grid.merges] + ([drawn.bottom] if drawn else [])
        return Area(0, 0, max([grid.height - 1, *bottoms]), right)

    def drawn(self, name: str) -> Area | None:
        """The area under the pictures, text boxes and charts of a sheet; None where there are none."""
        sheet = self.sheet(name)
        rows: list[int] = []
        columns: list[int] = []
        for _, kind, target in self.package.related(sheet.part) if sheet is not None else ():
            tree = self.package.tree(target) if kind == "drawing" else None
            for element in tree.iter() if tree is not None else ():
                if isinstance(element.tag, str) and "spreadsheetDrawing" in element.tag:
                    axis, number = element.tag.rpartition("}")[2], whole(element.text, -1)
                    if axis == "row" and _on_sheet((number, 0)):
                        rows.append(number)
                    elif axis == "col" and _on_sheet((0, number)):
                        columns.append(number)
        return Area(min(rows), min(columns), max(rows), max(columns)) if rows and columns else None

    def shared_strings(self) -> list[Element]:
        """The texts that cells refer to by number."""
        part = next(
            (target for _, kind, target in self.package.related(self.part) if kind == "sharedStrings"), ""
        )
        strings = self.package.tree(part) if part else None
        return [] if strings is None else list(strings)

    def recalculate(self) -> None:
        """Makes the spreadsheet program compute all formulas when it opens the file: values were written."""
        sheets = [self.package.read(part) or b"" for part in self._targets.values()]
        if not any(b"<f" in sheet or b":f" in sheet for sheet in sheets):
            return
        calculation = child(self.root, "calcPr")
        if calculation is None:
            calculation = self._insert("calcPr", _AFTER_CALCULATION)
        calculation.set("fullCalcOnLoad", "1")
        self.package.changed(self.part)

    def forget_chain(self) -> None:
        """Drops the list of formula cells after one was overwritten; the spreadsheet program rebuilds it."""
        for _, kind, target in self.package.related(self.part):
            if kind == "calcChain":
                self.package.unrelate(self.part, target)
                self.package.drop(target)

    def _print_area(self, name: str) -> Element | None:
        """The defined name that holds the print area of a sheet."""
        number = str(self.names.index(name)) if name in self.names else ""
        return next(
            (
                each
                for each in entries(self.root, "definedNames")
                if each.get("name") == PRINT_AREA and each.get("localSheetId") == number
            ),
            None,
        )

    def _insert(self, name: str, before: frozenset[str]) -> Element:
        """Adds an empty child to the workbook before the first of these, else at the end, and returns it."""
        from lxml import etree

        element = etree.Element(tag(self.root, name))
        after = next(
            (
                each
                for each in self.root
                if isinstance(each.tag, str) and each.tag.rpartition("}")[2] in before
            ),
            None,
        )
        if after is None:
            self.root.append(element)
        else:
            after.addprevious(element)
        self.package.changed(self.part)
        return element


def _sheet_xml(name: str, space: str) -> str:
    """The XML of an empty worksheet in this namespace; a list of ours gets widths, a frozen head and A4."""
    widths = SHEET_WIDTHS.get(name, ())
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width:g}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    return _SHEET.format(
        space=space,
        pane=_PANE if widths else "",
        page=_PAGE if widths else "",
        fit=_FIT if widths else "",
        columns=f"<cols>{columns}</cols>" if columns else "",
    )


def _on_sheet(place: tuple[int, int]) -> bool:
    """Whether a sheet has this row and this column."""
    return 0 <= place[0] < LAST_ROW and 0 <= place[1] < LAST_COLUMN


def _column(letters: str) -> int:
    """The number, from 0, of a column by its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1
