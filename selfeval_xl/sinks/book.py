"""A workbook being changed: its sheets, the names it defines, what it says of calculation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..grid import Area, column_name
from .looks import SHEET_WIDTHS
from .notes import Notes
from .package import OFFICE, STRICT, OpenPackage, child, relation_of, tag
from .styles import Styles
from .worksheet import Worksheet

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
PRINT_AREA = "_xlnm.Print_Area"
_AFTER_NAMES = frozenset(
    (
        "calcPr",
        "oleSize",
        "customWorkbookViews",
        "pivotCaches",
        "smartTagPr",
        "smartTagTypes",
        "webPublishing",
        "fileRecoveryPr",
        "webPublishObjects",
        "extLst",
    )
)
_AFTER_CALCULATION = _AFTER_NAMES - {"calcPr"}
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?$")
_SHEET = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{space}">{fit}<dimension ref="A1"/><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>\
<sheetFormatPr defaultRowHeight="15"/>{columns}<sheetData/>\
<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>{page}</worksheet>"""
_PANE = (
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection '
    'pane="bottomLeft" activeCell="A2" sqref="A2"/>'
)
_FIT = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_PAGE = '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'


class Book:
    """The workbook part of a package and its worksheets by name."""

    def __init__(self, package: OpenPackage) -> None:
        self.package = package
        self.part = next(
            (target for _, kind, target in package.related("") if kind == "officeDocument"), "xl/workbook.xml"
        )
        self.root = package.tree(self.part)
        self._sheets = child(self.root, "sheets")
        self._targets = {identity: target for identity, _, target in package.related(self.part)}
        self._open: dict[str, Worksheet] = {}
        self._notes: dict[str, Notes] = {}
        self._styles: Styles | None = None

    @property
    def styles(self) -> Styles:
        if self._styles is None:
            self._styles = Styles(self.package, self.part)
        return self._styles

    @property
    def names(self) -> list[str]:
        return [sheet.get("name", "") for sheet in self._sheets]

    def sheet(self, name: str) -> Worksheet | None:
        """The worksheet of this name; None where there is none (charts are none)."""
        if name not in self._open:
            entry = next((sheet for sheet in self._sheets if sheet.get("name") == name), None)
            part = self.package.name(self._targets.get(relation_of(entry), ""))
            if part is None or "worksheets/" not in part.lower():
                return None
            self._open[name] = Worksheet(self.package, name, part)
        return self._open[name]

    def notes(self, name: str) -> Notes:
        """The notes of a worksheet that is there."""
        if name not in self._notes:
            self._notes[name] = Notes(self.package, self.sheet(name))
        return self._notes[name]

    def add_sheet(self, name: str, state: str = "visible", front: bool = False) -> Worksheet:
        """A new worksheet behind the others, or in front and open to be seen, with the widths known for its
        name.
        """
        from lxml import etree

        space = self.root.tag[1:].partition("}")[0]
        widths = SHEET_WIDTHS.get(name, ())
        columns = "".join(
            f'<col min="{number}" max="{number}" width="{width:g}" customWidth="1"/>'
            for number, width in enumerate(widths, 1)
        )
        xml = _SHEET.format(
            space=space,
            pane=_PANE if widths else "",
            page=_PAGE if widths else "",
            fit=_FIT if widths else "",
            columns=f"<cols>{columns}</cols>" if columns else "",
        )
        part = self.package.free_name("xl/worksheets/sheet{}.xml")
        self.package.add(part, xml.encode(), WORKSHEET_TYPE)
        identity = self.package.relate(self.part, "worksheet", part)
        self._targets[identity] = part
        number = max((int(sheet.get("sheetId", "0")) for sheet in self._sheets), default=0) + 1
        office = STRICT if space.startswith("http://purl.oclc.org/") else OFFICE
        entry = etree.SubElement(self._sheets, tag(self._sheets, "sheet"), name=name, sheetId=str(number))
        if state != "visible":
            entry.set("state", state)
        entry.set(f"{{{office}}}id", identity)
        if front:
            self._to_front(entry)
        self.package.changed(self.part)
        return self.sheet(name)

    def _to_front(self, entry: Element) -> None:
        """Puts the last sheet first.

        Names that belong to a sheet count its place, and only one sheet may be selected.
        """
        self._sheets.insert(0, entry)
        names = child(self.root, "definedNames")
        for each in names if names is not None else ():
            if each.get("localSheetId", "").isdecimal():
                each.set("localSheetId", str(int(each.get("localSheetId")) + 1))
        views = child(self.root, "bookViews")
        for view in views if views is not None else ():
            view.set("activeTab", "0")
            view.attrib.pop("firstSheet", None)
        for _, kind, target in self.package.related(self.part):
            if kind in ("worksheet", "chartsheet", "dialogsheet") and b"tabSelected" in (
                self.package.read(target) or b""
            ):
                tree = self.package.tree(target)
                for view in tree.iter(tag(tree, "sheetView")):
                    view.attrib.pop("tabSelected", None)
                self.package.changed(target)
        first = self.package.tree(self._targets[relation_of(entry)])
        for view in first.iter(tag(first, "sheetView")):
            view.set("tabSelected", "1")

    def printed(self, name: str) -> Area | None:
        """The print area of a sheet, the whole of it where it has several parts; None where the sheet prints
        all it holds.
        """
        found = self._print_area(name)
        corners: list[tuple[int, int]] = []
        for piece in (found.text or "").split(",") if found is not None else ():
            match = _RANGE.search(piece.strip())
            if match:
                corners += [
                    (int(match[2]) - 1, _column(match[1])),
                    (int(match[4] or match[2]) - 1, _column(match[3] or match[1])),
                ]
        if not corners:
            return None
        rows, columns = zip(*corners)
        return Area(min(rows), min(columns), max(rows), max(columns))

    def set_printed(self, name: str, area: Area | None) -> None:
        """Limits what is printed of a sheet; None lifts the limit."""
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
                names, key=lambda each: (each.get("name", "").lower(), int(each.get("localSheetId", "-1")))
            )
        quoted = name.replace("'", "''")
        found.text = (
            f"'{quoted}'!${column_name(area.left)}${area.top + 1}:${column_name(area.right)}$"
            f"{area.bottom + 1}"
        )
        self.package.changed(self.part)

    def _drop_name(self, found) -> None:
        """Takes a defined name away, and the list of names with its last one."""
        if found is None:
            return
        names = found.getparent()
        names.remove(found)
        if not len(names):
            names.getparent().remove(names)
        self.package.changed(self.part)

    def drawn(self, name: str) -> Area | None:
        """The area under the pictures, text boxes and charts of a sheet; None where there are none."""
        sheet = self.sheet(name)
        rows: list[int] = []
        columns: list[int] = []
        for _, kind, target in self.package.related(sheet.part) if sheet is not None else ():
            tree = self.package.tree(target) if kind == "drawing" else None
            for element in tree.iter() if tree is not None else ():
                if (
                    isinstance(element.tag, str)
                    and "spreadsheetDrawing" in element.tag
                    and (element.text or "").strip().isdecimal()
                ):
                    word = element.tag.rpartition("}")[2]
                    (rows if word == "row" else columns if word == "col" else []).append(int(element.text))
        return Area(min(rows), min(columns), max(rows), max(columns)) if rows and columns else None

    def recalculate(self) -> None:
        """Values were written: formulas that look at them are computed anew when the file is opened."""
        sheets = [
            self.package.read(name) or b""
            for name in self.package.names
            if "worksheets/" in name.lower() and name.lower().endswith(".xml")
        ]
        if not any(b"<f" in sheet or b":f" in sheet for sheet in sheets):
            return
        calculation = child(self.root, "calcPr")
        if calculation is None:
            calculation = self._insert("calcPr", _AFTER_CALCULATION)
        calculation.set("fullCalcOnLoad", "1")
        self.package.changed(self.part)

    def forget_chain(self) -> None:
        """A formula is gone: the list of formulas is dropped, the spreadsheet program writes it anew."""
        for _, kind, target in self.package.related(self.part):
            if kind == "calcChain":
                self.package.unrelate(self.part, target)
                self.package.drop(target)

    def _print_area(self, name: str) -> Element | None:
        names = child(self.root, "definedNames")
        number = str(self.names.index(name)) if name in self.names else ""
        return (
            next(
                (
                    each
                    for each in names
                    if each.get("name") == PRINT_AREA and each.get("localSheetId") == number
                ),
                None,
            )
            if names is not None
            else None
        )

    def _insert(self, name: str, before: frozenset[str]) -> Element:
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


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1
