"""Changes of a worksheet's XML: cells, heights, widths, print set-up, in the order that Excel demands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.formulas.values import ErrorValue, Scalar
from selfeval_xl.model.grid import Area, a1, position
from selfeval_xl.model.numbers import real, whole
from selfeval_xl.writers.xlsx.package import OpenPackage, child, entries, tag

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# The children of a worksheet in the order of the schema.
_ORDER = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges
scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr
conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks
colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF
drawingHF picture oleObjects controls webPublishItems tableParts extLst
""".split()
_RANK = {name: number for number, name in enumerate(_ORDER)}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
LONGEST_TEXT = 32_767
TALLEST_ROW = 409.0


def plain_text(text: str) -> str:
    """The text as a cell can hold it: without control characters or Excel's escapes, cut to length."""
    return _ESCAPED.sub("_x005F_", _FORBIDDEN.sub("", text))[:LONGEST_TEXT]


def shown_width(text: str) -> int:
    """The printed width of a line in narrow characters; Chinese characters count two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def lines_needed(text: str, width: float) -> int:
    """The number of lines that a text takes in a column of this width (in narrow characters)."""
    usable = int(max(width - 1, 2))
    return sum(max(1, -(-shown_width(line) // usable)) for line in text.split("\n"))


# Points of a font whose half-width letters are as wide as the digits that widths are counted in, with some
# room; letters that an indent takes.
_DIGIT, _INDENT = 10.0, 1.5
_BROKEN = 1.05  # lines end before a number or a sign that has to stay whole
_SMALLER = (9.0, 8.0, 7.0, 6.0)  # font sizes for texts that no row could hold


class Worksheet:
    """A worksheet part. Rows and columns count from 0, as everywhere in the program.

    Raises UnreadableFile where the part is missing or damaged.
    """

    def __init__(self, package: OpenPackage, name: str, part: str) -> None:
        self.name, self.part, self._package = name, part, package
        self.root = package.need_tree(part)
        self._data = child(self.root, "sheetData")
        self._rows: dict[int, Element] = {}
        last = -1
        for row in entries(self.root, "sheetData"):
            last = whole(row.get("r"), last + 2) - 1
            self._rows[last] = row

    def changed(self) -> None:
        """Notes that the part was changed and is to be written."""
        self._package.changed(self.part)

    def find(self, row: int, column: int) -> Element | None:
        """The cell's element; None where the file has none."""
        found = self._rows.get(row)
        if found is None:
            return None
        name = a1(row, column)
        named = next((cell for cell in found if cell.get("r") == name), None)  # as nearly every file has it
        if named is not None:
            return named
        return next((cell for number, cell in self._cells(found) if number == column), None)

    def cells(self) -> Iterator[tuple[tuple[int, int], Element]]:
        """Every cell that the file has, as ((row, column), element)."""
        return (
            ((row, column), cell)
            for row, element in self._rows.items()
            for column, cell in self._cells(element)
        )

    def cell(self, row: int, column: int) -> Element:
        """The cell's element, made where there is none; a new one has the style of its row or column."""
        from lxml import etree

        row_element = self._row(row)
        before = 0
        for number, cell in self._cells(row_element):
            if number == column:
                return cell
            if number > column:
                break
            before += 1
        cell = etree.Element(tag(self.root, "c"), r=a1(row, column))
        has_style = row_element.get("customFormat") in ("1", "true")
        style = row_element.get("s") if has_style else self._column(column).get("style")
        if style and style != "0":
            cell.set("s", style)
        row_element.insert(before, cell)
        row_element.attrib.pop("spans", None)
        self._widen_dimension(row, column)
        return cell

    def style(self, row: int, column: int) -> int:
        """The number of the cell's style, of its row or column where the cell is not there."""
        cell = self.find(row, column)
        if cell is not None:
            return whole(cell.get("s"))
        row_element = self._rows.get(row)
        if row_element is not None and row_element.get("customFormat") in ("1", "true"):
            return whole(row_element.get("s"))
        return whole(self._column(column).get("style"))

    def set_style(self, row: int, column: int, style: int) -> None:
        """Gives the cell the style of this number; the cell is made where there is none."""
        cell = self.cell(row, column)
        if whole(cell.get("s")) != style:
            cell.set("s", str(style))
        self.changed()

    def shares_formula(self, row: int, column: int) -> bool:
        """Whether other cells get their formula from this cell, so that it cannot be overwritten alone."""
        cell = self.find(row, column)
        formula = None if cell is None else child(cell, "f")
        return formula is not None and bool(formula.get("ref")) and formula.get("ref") != a1(row, column)

    def write(self, row: int, column: int, value: None | str | Decimal | Formula) -> None:
        """Writes a value; text is never a formula. The cell's style stays."""
        from lxml import etree

        cell = self.cell(row, column)
        for each in [each for each in cell if each.tag in (tag(cell, "f"), tag(cell, "v"), tag(cell, "is"))]:
            cell.remove(each)
        for name in ("t", "cm", "vm", "ph"):
            cell.attrib.pop(name, None)
        if isinstance(value, Formula):
            formula = etree.Element(tag(cell, "f"))
            formula.text = plain_text(value.text)
            result = etree.Element(tag(cell, "v"))
            result.text = plain_text(str(value.value))
            if isinstance(value.value, str):
                cell.set("t", "str")
            cell[0:0] = [formula, result]
        elif isinstance(value, Decimal):
            result = etree.Element(tag(cell, "v"))
            result.text = format(value, "f")
            cell.insert(0, result)
        elif value is not None:
            cell.set("t", "inlineStr")
            inline = etree.Element(tag(cell, "is"))
            text = etree.SubElement(inline, tag(cell, "t"))
            text.text = plain_text(value)
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            cell.insert(0, inline)
        self.changed()

    def set_result(self, row: int, column: int, result: Scalar) -> None:
        """Sets the saved result of a formula; None takes it out. The formula stays."""
        from lxml import etree

        cell = self.find(row, column)
        if cell is None or child(cell, "f") is None:
            return
        kind, text = _stored_as(result)
        stored = child(cell, "v")
        if kind == cell.get("t", "n") and stored is not None and _same(kind, stored.text or "", text):
            return
        if stored is None:
            stored = etree.SubElement(cell, tag(cell, "v"))
        for name in ("t", "cm", "vm"):
            cell.attrib.pop(name, None)
        if result is None:
            cell.remove(stored)
        else:
            stored.text = text
            if kind != "n":
                cell.set("t", kind)
        self.changed()

    def make_room(self, area: Area, text: str, font_size: float) -> None:
        """Makes the last row of the area higher where the wrapped text would not fit.

        Merged cells never grow by themselves; a row that grows with a plain cell goes on growing.
        font_size: in points.
        """
        heights = [self.height(row) for row in range(area.top, area.bottom + 1)]
        missing = self._needed(area, text, font_size) - sum(heights)
        if missing > 0:
            row = self._row(area.bottom)
            row.set("ht", f"{min(heights[-1] + missing, TALLEST_ROW):.2f}".rstrip("0").rstrip("."))
            if area.top != area.bottom or area.left != area.right:
                row.set("customHeight", "1")
            self.changed()

    def fitting_size(self, area: Area, text: str, font_size: float) -> float:
        """The largest font size up to this one with which the text fits into the tallest rows, in points."""
        tallest = sum(self.height(row) for row in range(area.top, area.bottom)) + TALLEST_ROW
        smaller = [font_size, *(size for size in _SMALLER if size < font_size)]
        return next((size for size in smaller if self._needed(area, text, size) <= tallest), smaller[-1])

    def _needed(self, area: Area, text: str, font_size: float) -> float:
        """The points that the wrapped text takes in the width of the area."""
        width = sum(self.width(column) for column in range(area.left, area.right + 1))
        letters = width * _DIGIT / max(font_size, 6) / _BROKEN - _INDENT
        return lines_needed(text, letters) * font_size * 1.45 + 4

    def show_rows(self, rows: Iterable[int], hidden: bool = False) -> None:
        """Shows rows that may be hidden, or hides them."""
        for number in rows:
            if hidden:
                self._row(number).set("hidden", "1")
            elif number in self._rows:
                self._rows[number].attrib.pop("hidden", None)
            self.changed()

    def width(self, column: int) -> float:
        """The width of a column in characters; 0 for a hidden one."""
        description = self._column(column)
        setup = child(self.root, "sheetFormatPr")
        default = setup.get("defaultColWidth", "8.43") if setup is not None else "8.43"
        if description.get("hidden") in ("1", "true"):
            return 0.0
        return real(description.get("width", default), 8.43)

    def set_width(self, column: int, width: float) -> None:
        """Sets the width of one column; a range of columns that it was part of is cut around it."""
        from lxml import etree

        columns = child(self.root, "cols")
        if columns is None:
            columns = self.insert("cols")
        old = dict(self._column(column).attrib)
        for each in list(columns):
            first, last = whole(each.get("min")), whole(each.get("max"))
            if first <= column + 1 <= last:
                columns.remove(each)
                for low, high in ((first, column), (column + 2, last)):
                    if low <= high:
                        columns.append(
                            etree.Element(each.tag, {**each.attrib, "min": str(low), "max": str(high)})
                        )
        number = str(column + 1)
        columns.append(
            etree.Element(
                tag(columns, "col"),
                {**old, "min": number, "max": number, "width": f"{width:g}", "customWidth": "1"},
            )
        )
        columns[:] = sorted(columns, key=lambda each: whole(each.get("min")))
        self.changed()

    def insert(self, name: str) -> Element:
        """Adds an empty child to the worksheet at its position in the schema, and returns it."""
        from lxml import etree

        element = etree.Element(tag(self.root, name))
        rank = _RANK[name]
        after = [
            each
            for each in self.root
            if isinstance(each.tag, str) and _RANK.get(each.tag.rpartition("}")[2], -1) > rank
        ]
        if after:
            after[0].addprevious(element)
        else:
            self.root.append(element)
        self.changed()
        return element

    def remove(self, name: str) -> None:
        """Removes the child of this name from the worksheet, if it has one."""
        found = child(self.root, name)
        if found is not None:
            self.root.remove(found)
            self.changed()

    def print_setting(self, name: str) -> str:
        """One attribute of the page set-up; "" where nothing is set."""
        setup = child(self.root, "pageSetup")
        return "" if setup is None else setup.get(name, "")

    def set_print(self, name: str, value: str) -> None:
        """Sets one attribute of the page set-up; "" removes it, and the set-up too once it is empty."""
        setup = child(self.root, "pageSetup")
        if setup is None:
            if not value:
                return
            setup = self.insert("pageSetup")
        if value:
            setup.set(name, value)
        else:
            setup.attrib.pop(name, None)
            if not setup.attrib:
                self.root.remove(setup)
        self.changed()

    def _row(self, row: int) -> Element:
        """The row's element, made where there is none."""
        from lxml import etree

        if row in self._rows:
            found = self._rows[row]
            if not found.get("r"):
                found.set("r", str(row + 1))
            return found
        if self._data is None:
            self._data = self.insert("sheetData")
        element = etree.Element(tag(self.root, "row"), r=str(row + 1))
        later = [number for number in self._rows if number > row]
        if later:
            self._rows[min(later)].addprevious(element)
        else:
            self._data.append(element)
        self._rows[row] = element
        self.changed()
        return element

    @staticmethod
    def _cells(row: Element) -> list[tuple[int, Element]]:
        """The cells of a row with their column numbers; a cell without a name follows the one before it."""
        found, last, name = [], -1, tag(row, "c")
        for cell in row:
            if cell.tag == name:
                last = column_of(cell, last + 1)
                found.append((last, cell))
        return found

    def _column(self, column: int) -> Element:
        """The `col` element that describes a column; an empty one where there is none."""
        from lxml import etree

        for each in entries(self.root, "cols"):
            if whole(each.get("min")) <= column + 1 <= whole(each.get("max")):
                return each
        return etree.Element(tag(self.root, "col"))

    def height(self, row: int) -> float:
        """The height of a row in points; 0 for a hidden one."""
        found = self._rows.get(row)
        setup = child(self.root, "sheetFormatPr")
        default = real(setup.get("defaultRowHeight", "15"), 15.0) if setup is not None else 15.0
        if found is None:
            return default
        return 0.0 if found.get("hidden") in ("1", "true") else real(found.get("ht", ""), default)

    def _widen_dimension(self, row: int, column: int) -> None:
        """Widens the used range that the worksheet declares, so that it includes this cell."""
        dimension = child(self.root, "dimension")
        if dimension is None:
            return
        first, _, last = dimension.get("ref", "A1").partition(":")
        try:
            (top, left), (bottom, right) = position(first), position(last or first)
        except ValueError:
            return
        area = Area(min(top, row), min(left, column), max(bottom, row), max(right, column))
        dimension.set(
            "ref",
            str(area) if area.top != area.bottom or area.left != area.right else a1(area.top, area.left),
        )


def _stored_as(result: Scalar) -> tuple[str, str]:
    """The kind and the text under which a file holds the result of a formula."""
    if isinstance(result, ErrorValue):
        return "e", result.code
    if isinstance(result, bool):
        return "b", str(int(result))
    if isinstance(result, str):
        return "str", plain_text(result)
    return "n", "" if result is None else format(result, ".17g")


def _same(kind: str, old: str, new: str) -> bool:
    """Whether two stored results are the same; numbers may be written in several ways."""
    try:
        return old == new or kind == "n" and bool(old and new) and float(old) == float(new)
    except ValueError:
        return False


def column_of(cell: Element, otherwise: int) -> int:
    """The column of a cell by its name; `otherwise` where it has none, or one that no cell has."""
    try:
        return position(cell.get("r", ""))[1]
    except ValueError:
        return otherwise
