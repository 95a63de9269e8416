"""A copy of a workbook with only some of its sheets: what is kept stays as it is, what spoke of the others is
emptied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..grid import position
from ..sheets import SETTINGS
from .book import Book
from .memory import recall, remember
from .package import OpenPackage, child, relations_name, tag

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from .worksheet import Worksheet


def extract(
    source: str | Path,
    keep: Collection[str],
    settings: Mapping[str, str],
    texts: Mapping[tuple[str, str], str],
) -> OpenPackage:
    """The package of `source` with the sheets `keep` alone, these keys in the hidden sheet and these texts by
    sheet and cell. Nothing is written.

    Formulas that ask a sheet that is gone are emptied, and their row is hidden; texts that only those sheets
    used are taken out.
    """
    package = OpenPackage(Path(source).read_bytes())
    book = Book(package)
    gone = [name for name in book.names if name not in keep and name != SETTINGS]
    memory = recall(book)
    remember(book, {place: former for place, former in memory.items() if place[0] not in gone})
    _write_settings(book.sheet(SETTINGS) or book.add_sheet(SETTINGS, "veryHidden"), settings)
    for (name, cell), text in texts.items():
        book.sheet(name).write(*position(cell), text)
    _forget_names(book, gone)
    for name in gone:
        _drop(book, name)
    asks = _asking(gone)
    for name in book.names:
        sheet = book.sheet(name)
        if sheet is not None and gone:
            _empty(sheet, asks)
    book.forget_chain()
    _show_first(book, keep)
    _drop_strings(book)
    return package


def show_rows(package: OpenPackage, rows: Mapping[str, Iterable[int]]) -> None:
    """Unhides rows (counted from 0) of sheets."""
    book = Book(package)
    for name, numbers in rows.items():
        sheet = book.sheet(name)
        wanted = {str(number + 1) for number in numbers}
        data = child(sheet.root, "sheetData") if sheet is not None else None
        for row in data if data is not None else ():
            if row.get("r") in wanted and row.attrib.pop("hidden", None):
                sheet.changed()


def open_cells(package: OpenPackage, name: str) -> frozenset[tuple[int, int]]:
    """The unlocked cells of a sheet: those that a person fills in on a form of ours."""
    book = Book(package)
    sheet = book.sheet(name)
    data = child(sheet.root, "sheetData") if sheet is not None else None
    styles = package.tree(
        next((target for _, kind, target in package.related(book.part) if kind == "styles"), "")
    )
    formats = child(styles, "cellXfs") if styles is not None else None
    if data is None or formats is None:
        return frozenset()
    unlocked = {
        str(number)
        for number, xf in enumerate(formats)
        if (lock := child(xf, "protection")) is not None and lock.get("locked") in ("0", "false")
    }
    return frozenset(
        position(cell.get("r")) for row in data for cell in row if cell.get("r") and cell.get("s") in unlocked
    )


def _write_settings(sheet: Worksheet, settings: Mapping[str, str]) -> None:
    data = child(sheet.root, "sheetData")
    last = max((int(row.get("r", "0")) for row in data), default=0) if data is not None else 0
    lines = list(settings.items())
    for row in range(max(last, len(lines))):
        for column in range(2):
            if row < len(lines):
                sheet.write(row, column, lines[row][column])
            elif sheet.find(row, column) is not None:
                sheet.write(row, column, None)


def _drop(book: Book, name: str) -> None:
    """Takes a sheet out of the workbook, and what belongs to it alone."""
    sheet = book.sheet(name)
    sheets = child(book.root, "sheets")
    entry = next(each for each in sheets if each.get("name") == name)
    sheets.remove(entry)
    book.package.changed(book.part)
    if sheet is None:
        return
    own = [target for _, _, target in book.package.related(sheet.part)]
    book.package.unrelate(book.part, sheet.part)
    book.package.drop(relations_name(sheet.part))
    book.package.drop(sheet.part)
    used = {
        target.lower()
        for part in book.package.names
        if not part.endswith(".rels")
        for _, _, target in book.package.related(part)
    }
    for target in own:
        if target.lower() not in used:
            book.package.drop(relations_name(target))
            book.package.drop(target)


def _forget_names(book: Book, gone: Collection[str]) -> None:
    """Defined names of sheets that go, or that speak of them, go too; the others are counted anew."""
    names = child(book.root, "definedNames")
    if names is None:
        return
    kept = [name for name in book.names if name not in gone]
    asks = _asking(gone)
    for each in list(names):
        number = each.get("localSheetId")
        owner = (
            book.names[int(number)]
            if number and number.isdecimal() and int(number) < len(book.names)
            else None
        )
        if owner in gone or (gone and asks.search(each.text or "")):
            names.remove(each)
        elif owner is not None:
            each.set("localSheetId", str(kept.index(owner)))
    if not len(names):
        book.root.remove(names)
    book.package.changed(book.part)


def _asking(gone: Iterable[str]) -> re.Pattern[str]:
    """A reference to one of these sheets inside a formula."""
    names = "|".join(
        f"'{re.escape(name.replace(chr(39), chr(39) * 2))}'!|(?<![\\w'])\\$?{re.escape(name)}!"
        for name in gone
    )
    return re.compile(names or r"(?!)")


def _empty(sheet: Worksheet, asks: re.Pattern[str]) -> None:
    """Empties rows with formulas that ask a sheet that is gone and hides them; rules and drop-downs that ask
    one are taken away.
    """
    data = child(sheet.root, "sheetData")
    for row in data if data is not None else ():
        asking = [
            cell
            for cell in row
            if (formula := child(cell, "f")) is not None and asks.search(formula.text or "")
        ]
        if asking:
            for cell in row:
                for each in list(cell):
                    cell.remove(each)
                cell.attrib.pop("t", None)
            row.set("hidden", "1")
            sheet.changed()
    for name in ("conditionalFormatting", "dataValidations"):
        for group in sheet.root.findall(tag(sheet.root, name)):
            for rule in list(group):
                if any(asks.search(each.text or "") for each in rule.iter() if isinstance(each.tag, str)):
                    group.remove(rule)
                    sheet.changed()
            if not len(group):
                sheet.root.remove(group)
            elif name == "dataValidations":
                group.set("count", str(len(group)))


def _show_first(book: Book, keep: Collection[str]) -> None:
    """The workbook opens on its first visible sheet."""
    views = child(book.root, "bookViews")
    for view in views if views is not None else ():
        view.attrib.pop("activeTab", None)
        view.attrib.pop("firstSheet", None)
    for name in book.names:
        sheet = book.sheet(name)
        shown = child(sheet.root, "sheetViews") if sheet is not None else None
        for view in shown if shown is not None else ():
            if view.get("tabSelected") or name == book.names[0]:
                view.attrib.pop("tabSelected", None)
                if name == book.names[0]:
                    view.set("tabSelected", "1")
                sheet.changed()


def _drop_strings(book: Book) -> None:
    """Empties the shared texts that no sheet uses any more: what stood on the other sheets is nobody's
    business here.
    """
    part = next(
        (target for _, kind, target in book.package.related(book.part) if kind == "sharedStrings"), ""
    )
    strings = book.package.tree(part) if part else None
    if strings is None:
        return
    used: set[int] = set()
    for name in book.names:
        sheet = book.sheet(name)
        if sheet is not None:
            used |= {int(value.text) for value in _string_numbers(sheet.root)}
    for number, item in enumerate(strings):
        if number not in used:
            for each in list(item):
                item.remove(each)
            from lxml import etree

            etree.SubElement(item, tag(strings, "t"))
    book.package.changed(part)


def _string_numbers(root: Element) -> Iterable[Element]:
    for cell in root.iter(tag(root, "c")):
        value = child(cell, "v")
        if cell.get("t") == "s" and value is not None and (value.text or "").isdecimal():
            yield value
