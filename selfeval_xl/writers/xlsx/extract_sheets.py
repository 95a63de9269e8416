"""Copies of a workbook with only some of its sheets; everything that refers to the others is emptied."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from selfeval_xl.model.grid import position
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.sheet_names import SETTINGS
from selfeval_xl.readers.formats.guard import LAST_ROW
from selfeval_xl.writers.xlsx.mark_records import recall, remember
from selfeval_xl.writers.xlsx.package import child, entries, need_child, relations_name, tag
from selfeval_xl.writers.xlsx.recalculation import recalculate
from selfeval_xl.writers.xlsx.workbook import Book

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from selfeval_xl.model.grid import Grid
    from selfeval_xl.writers.xlsx.worksheet import Worksheet


def extract(
    book: Book,
    keep: Collection[str],
    settings: Mapping[str, str],
    texts: Mapping[tuple[str, str], str],
    grids: Mapping[str, Grid],
) -> None:
    """Reduces a workbook to the sheets `keep`; no file is written.

    settings: the keys of its hidden sheet. texts: texts to write, by sheet and cell (KeyError for a sheet
    that is not there). grids: the sheets as they were read. Formulas that refer to a removed sheet are
    emptied, and their row is hidden; shared texts that only those sheets used are removed.
    """
    gone = [name for name in book.names if name not in keep and name != SETTINGS]
    memory = recall(book)
    remember(book, {key: former for key, former in memory.items() if key[0] not in gone})
    _write_settings(book.sheet(SETTINGS) or book.add_sheet(SETTINGS, "veryHidden"), settings)
    for (name, cell), text in texts.items():
        book.need_sheet(name).write(*position(cell), text)
    _forget_names(book, gone)
    for name in gone:
        _drop(book, name)
    reference = _reference_to(gone)
    changed = [(name, *position(cell)) for name, cell in texts]
    for name in book.names:
        sheet = book.sheet(name)
        if sheet is not None and gone:
            changed += [(name, *place) for place in _empty(sheet, reference)]
    recalculate(book, grids, changed)
    book.forget_chain()
    _show_first(book)
    _drop_strings(book)


def show_rows(book: Book, rows: Mapping[str, Iterable[int]]) -> None:
    """Unhides rows (counted from 0) of sheets."""
    for name, numbers in rows.items():
        sheet = book.sheet(name)
        if sheet is None:
            continue
        wanted = {str(number + 1) for number in numbers}
        for row in entries(sheet.root, "sheetData"):
            if row.get("r") in wanted and row.attrib.pop("hidden", None):
                sheet.changed()


def open_cells(book: Book, name: str) -> frozenset[tuple[int, int]]:
    """The unlocked cells of a sheet as (row, column): those that a person fills in on a form of ours."""
    sheet = book.sheet(name)
    styles = book.package.tree(
        next((target for _, kind, target in book.package.related(book.part) if kind == "styles"), "")
    )
    unlocked = {
        str(number)
        for number, xf in enumerate(entries(styles, "cellXfs"))
        if (lock := child(xf, "protection")) is not None and lock.get("locked") in ("0", "false")
    }
    cells = sheet.cells() if sheet is not None else ()
    return frozenset(place for place, cell in cells if cell.get("s") in unlocked)


def _write_settings(sheet: Worksheet, settings: Mapping[str, str]) -> None:
    """Writes keys and values into the first two columns of the hidden sheet, and empties what was below."""
    last = max((min(whole(row.get("r")), LAST_ROW) for row in entries(sheet.root, "sheetData")), default=0)
    lines = list(settings.items())
    for row in range(max(last, len(lines))):
        for column in range(2):
            if row < len(lines):
                sheet.write(row, column, lines[row][column])
            elif sheet.find(row, column) is not None:
                sheet.write(row, column, None)


def _drop(book: Book, name: str) -> None:
    """Removes a sheet from the workbook, and the parts that belong to it alone."""
    sheet = book.sheet(name)
    sheets = need_child(book.root, "sheets")
    entry = next(each for each in sheets if each.get("name") == name)
    sheets.remove(entry)
    book.package.changed(book.part)
    if sheet is None:
        return
    targets = [target for _, _, target in book.package.related(sheet.part)]
    book.package.unrelate(book.part, sheet.part)
    book.package.drop(relations_name(sheet.part))
    book.package.drop(sheet.part)
    used = {
        target.lower()
        for part in book.package.names
        if not part.endswith(".rels")
        for _, _, target in book.package.related(part)
    }
    for target in targets:
        if target.lower() not in used:
            book.package.drop(relations_name(target))
            book.package.drop(target)


def _forget_names(book: Book, gone: Collection[str]) -> None:
    """Removes defined names that belong or refer to removed sheets, and renumbers those of other sheets."""
    names = child(book.root, "definedNames")
    if names is None:
        return
    remaining = [name for name in book.names if name not in gone]
    reference = _reference_to(gone)
    for each in list(names):
        number = whole(each.get("localSheetId"), -1)
        owner = book.names[number] if 0 <= number < len(book.names) else None
        if owner in gone or (gone and reference.search(each.text or "")):
            names.remove(each)
        elif owner is not None:
            each.set("localSheetId", str(remaining.index(owner)))
    if not len(names):
        book.root.remove(names)
    book.package.changed(book.part)


def _reference_to(gone: Iterable[str]) -> re.Pattern[str]:
    """The pattern of a reference to one of these sheets inside a formula."""
    names = "|".join(
        f"'{re.escape(name.replace(chr(39), chr(39) * 2))}'!|(?<![\\w'])\\$?{re.escape(name)}!"
        for name in gone
    )
    return re.compile(names or r"(?!)")


def _empty(sheet: Worksheet, reference: re.Pattern[str]) -> list[tuple[int, int]]:
    """Empties and hides rows with a formula that has the reference, and returns their cells.

    Conditional formats and drop-downs with the reference are removed.
    """
    emptied: list[tuple[int, int]] = []
    places = {cell: place for place, cell in sheet.cells()}
    for row in entries(sheet.root, "sheetData"):
        formulas = [formula for cell in row if (formula := child(cell, "f")) is not None]
        if any(reference.search(formula.text or "") for formula in formulas):
            for cell in row:
                for each in list(cell):
                    cell.remove(each)
                cell.attrib.pop("t", None)
                if cell in places:
                    emptied.append(places[cell])
            row.set("hidden", "1")
            sheet.changed()
    for name in ("conditionalFormatting", "dataValidations"):
        for group in sheet.root.findall(tag(sheet.root, name)):
            for rule in list(group):
                texts = (each.text or "" for each in rule.iter() if isinstance(each.tag, str))
                if any(map(reference.search, texts)):
                    group.remove(rule)
                    sheet.changed()
            if not len(group):
                sheet.root.remove(group)
            elif name == "dataValidations":
                group.set("count", str(len(group)))
    return emptied


def _show_first(book: Book) -> None:
    """Makes the workbook open on its first sheet."""
    for view in entries(book.root, "bookViews"):
        view.attrib.pop("activeTab", None)
        view.attrib.pop("firstSheet", None)
    for name in book.names:
        sheet = book.sheet(name)
        if sheet is None:
            continue
        for view in entries(sheet.root, "sheetViews"):
            if view.get("tabSelected") or name == book.names[0]:
                view.attrib.pop("tabSelected", None)
                if name == book.names[0]:
                    view.set("tabSelected", "1")
                sheet.changed()


def _drop_strings(book: Book) -> None:
    """Empties the shared texts that no sheet uses any more, as the receiver must not see them."""
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
            used |= {whole(value.text, -1) for value in _string_numbers(sheet.root)}
    for number, item in enumerate(strings):
        if number not in used:
            for each in list(item):
                item.remove(each)
            from lxml import etree

            etree.SubElement(item, tag(strings, "t"))
    book.package.changed(part)


def _string_numbers(root: Element) -> Iterable[Element]:
    """The value elements of a worksheet that hold the number of a shared text."""
    for cell in root.iter(tag(root, "c")):
        value = child(cell, "v")
        if cell.get("t") == "s" and value is not None and (value.text or "").isdecimal():
            yield value
