"""A server around one LibreOffice, run by the system's Python, which has UNO.

{"do": "recalculate", "path": P}           -> {"cells": [[sheet, cell, value], ...]} of every formula after a
hard recalculation
{"do": "convert", "path": P, "out": O, "filter": F, "password": W} -> {}: the password may be left out
{"do": "open", "path": P} -> {"book": N}: stays open for {"do": "ask", "book": N, ...}, see office_words.ask
-> {"value": V}
{"do": "run", "path": P, "calls": [[module, function, [argument, ...]], ...], "copies": {"0": O, ...},
"filter": F} -> {"values": [...]}: VBA of the file; a copy is saved after the call of that number
{"do": "type", "path": P, "out": O, "filter": F, "cells": [[sheet, cell, text], ...]} -> {}: text put in as a
person types it
{"do": "edit", ..., "steps": [["type", sheet, cell, text], ["insert" or "delete", sheet, row], ["copy", sheet,
new name],
 ["paste" or "cut", sheet, area, cell], ["clear", sheet, area], ["sort", sheet, area, column counted from 0],
 ["rename", sheet, new name], ["drop", sheet], ["show", sheet], ["move", sheet, new name, place]]} -> {}: the
steps in this order; rows count from 1; "move" copies a sheet to a place among all sheets
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

import office_words
import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.uno import Exception as UnoException

FORMULA_CELLS = 16
CONTENTS = 1 + 2 + 4 + 16  # numbers, dates, texts, formulas
SEEN = os.environ.get("OFFICE_SEEN") == "1"  # with windows, on the display of DISPLAY: for pictures
open_books = []
ERRORS = {
    532: "#DIV/0!",
    32767: "#N/A",
    525: "#NAME?",
    524: "#REF!",
    519: "#VALUE!",
    503: "#NUM!",
    521: "#NULL!",
}


def settings(**values):
    """The values as UNO takes named settings."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def start():
    """Starts LibreOffice; returns its process, its profile's folder and its desktop object."""
    profile, pipe = tempfile.mkdtemp(prefix="office-"), "office" + uuid.uuid4().hex[:8]
    process = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation=file://{profile}",
            *([] if SEEN else ["--headless"]),
            "--norestore",
            "--nologo",
            "--nodefault",
            f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return (
                process,
                profile,
                context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context),
            )
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer")


def opened(desktop, path, read_only=False):
    """A document that is open. read_only: another LibreOffice may have the file open too."""
    address = path if path.startswith("private:") else uno.systemPathToFileUrl(os.path.abspath(path))
    document = desktop.loadComponentFromURL(
        address, "_blank", 0, settings(Hidden=not SEEN, MacroExecutionMode=0, ReadOnly=read_only)
    )
    if document is None:
        raise OSError(f"LibreOffice could not open {path}")
    return document


def letters(column):
    """The name of a column, counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def formula_values(document):
    """The value of every formula after a hard recalculation; read area by area, since a cell that is asked
    for by itself is four calls.
    """
    document.calculateAll()
    found = []
    for sheet in (document.Sheets.getByIndex(i) for i in range(document.Sheets.Count)):
        for area in sheet.queryContentCells(FORMULA_CELLS).RangeAddresses:
            cells = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
            for row, values in enumerate(cells.DataArray, area.StartRow):
                for column, value in enumerate(values, area.StartColumn):
                    if value is None:  # an error; which one only the cell itself says
                        error = sheet.getCellByPosition(column, row).getError()
                        value = ERRORS.get(error, f"Err:{error}")
                    found.append([sheet.Name, f"{letters(column)}{row + 1}", value])
    return found


def edit(document, verb, name, *more):
    """Carries out one step of an order "edit"; a sheet is copied behind itself."""
    sheet = document.Sheets.getByName(name)
    if verb == "type":
        sheet.getCellRangeByName(more[0]).setFormula(more[1])
    elif verb == "insert":
        sheet.Rows.insertByIndex(more[0] - 1, 1)
    elif verb == "delete":
        sheet.Rows.removeByIndex(more[0] - 1, 1)
    elif verb == "copy":
        names = list(document.Sheets.ElementNames)
        document.Sheets.copyByName(name, more[0], names.index(name) + 1)
    elif verb == "move":
        document.Sheets.copyByName(name, *more)
    elif verb == "rename":
        sheet.Name = more[0]
    elif verb == "drop":
        document.Sheets.removeByName(name)
    elif verb == "fit":
        document.Sheets.getByName(name).Rows.OptimalHeight = True
    elif verb == "show":
        sheet.IsVisible = True
    elif verb == "clear":
        sheet.getCellRangeByName(more[0]).clearContents(CONTENTS)
    elif verb == "sort":
        field = uno.createUnoStruct("com.sun.star.table.TableSortField")
        field.Field, field.IsAscending = more[1], False
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        sheet.getCellRangeByName(more[0]).sort(settings(SortFields=fields, ContainsHeader=False))
    elif verb == "cut":
        sheet.moveRange(
            sheet.getCellRangeByName(more[1]).CellAddress, sheet.getCellRangeByName(more[0]).RangeAddress
        )
    elif verb == "paste":
        sheet.copyRange(
            sheet.getCellRangeByName(more[1]).CellAddress, sheet.getCellRangeByName(more[0]).RangeAddress
        )


def run_macros(desktop, order):
    """The values that VBA functions of a file return; null where one does not compile or breaks off."""
    document = desktop.loadComponentFromURL(
        uno.systemPathToFileUrl(os.path.abspath(order["path"])),
        "_blank",
        0,
        settings(Hidden=True, MacroExecutionMode=4, FilterName="Calc MS Excel 2007 VBA XML"),
    )
    values = []
    try:
        for number, (module, function, arguments) in enumerate(order["calls"]):
            address = f"vnd.sun.star.script:VBAProject.{module}.{function}?language=Basic&location=document"
            try:
                values.append(
                    document.getScriptProvider().getScript(address).invoke(tuple(arguments), (), ())[0]
                )
            except UnoException:
                values.append(None)
            if str(number) in order["copies"]:
                copy = uno.systemPathToFileUrl(os.path.abspath(order["copies"][str(number)]))
                document.storeToURL(copy, settings(FilterName=order["filter"]))
        return {"values": values}
    finally:
        document.close(True)


def obey(desktop, order):
    """Carries out an order and returns the answer."""
    if order["do"] == "open":
        open_books.append(office_words.Workbook(opened(desktop, order["path"])))
        return {"book": len(open_books) - 1}
    if order["do"] == "ask":
        value = office_words.ask(
            open_books[order["book"]],
            order["path"],
            order["word"],
            order["args"],
            order["named"],
            order["value"],
            order["sets"],
        )
        if order["word"] == "Close" and not order["path"]:
            open_books[order["book"]] = None
        return {"value": value}
    if order["do"] == "run":
        return run_macros(desktop, order)
    document = opened(desktop, order["path"], read_only=order["do"] in ("recalculate", "convert"))
    try:
        if order["do"] == "recalculate":
            return {"cells": formula_values(document)}
        for sheet, cell, text in order.get("cells", ()):
            document.Sheets.getByName(sheet).getCellRangeByName(cell).setFormula(text)
        for step in order.get("steps", ()):
            edit(document, *step)
        secret = {"Password": order["password"]} if "password" in order else {}
        document.storeToURL(
            uno.systemPathToFileUrl(os.path.abspath(order["out"])),
            settings(FilterName=order["filter"], FilterOptions=order.get("options", ""), **secret),
        )
        return {}
    finally:
        document.close(True)


def main():
    """Answers orders until standard input ends, then ends LibreOffice."""
    process, profile, desktop = start()
    print(json.dumps({"ready": True}), flush=True)
    try:
        for line in sys.stdin:
            try:
                answer = obey(desktop, json.loads(line))
            except (
                UnoException,
                OSError,
                KeyError,
                ValueError,
                AttributeError,
                TypeError,
                office_words.Refused,
            ) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
    finally:
        try:
            desktop.terminate()
        except UnoException:
            process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(profile, ignore_errors=True)


main()
