"""Words of Excel's object model over a LibreOffice document, as far as the add-in uses them.

It runs under the system's Python, inside office_server.py. Classes and members have the names of Excel's
objects, and take its constants. `ask` follows a path of words from a workbook.
"""

import os
from datetime import datetime, timedelta

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.sheet.CellDeleteMode import ROWS as DELETE_ROWS
from com.sun.star.sheet.CellInsertMode import ROWS as INSERT_ROWS
from com.sun.star.table import BorderLine2
from com.sun.star.table.CellHoriJustify import CENTER as CENTRED
from com.sun.star.table.CellHoriJustify import STANDARD

EPOCH = datetime(1899, 12, 30)
DATES, CURRENCY, LOGICAL = 2 | 4, 8, 1024  # com.sun.star.util.NumberFormat
ERRORS = {
    532: "#DIV/0!",
    32767: "#N/A",
    525: "#NAME?",
    524: "#REF!",
    519: "#VALUE!",
    503: "#NUM!",
    521: "#NULL!",
}
FILTERS = {".xlsm": "Calc MS Excel 2007 VBA XML", ".ods": "calc8", ".xls": "MS Excel 97"}
THEME = ("FFFFFF", "000000", "E7E6E6", "44546A", "5B9BD5", "ED7D31", "A5A5A5", "FFC000", "4472C4", "70AD47")
ALL_CONTENT, HARD_FORMATS, POINT = 1 | 2 | 4 | 16, 32, 35.28


parsers = {}  # the parser of the document that was asked last


class Refused(Exception):
    """A word that Excel would refuse."""


def settings(**values):
    """The values as UNO takes named settings."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def ask(start, path, word, args=None, named=None, value=None, sets=False):
    """Follows the path from an object, then reads the word, sets it or calls it; returns its value.

    Arguments that are paths themselves are followed first.
    """
    target = follow(start, path)
    if sets:
        setattr(target, word, opened_up(start, value))
        return None
    found = getattr(target, word)
    if args is not None:
        found = found(
            *(opened_up(start, each) for each in args),
            **{name: opened_up(start, each) for name, each in named.items()},
        )
    return plain(found)


def follow(start, path):
    """The object at the end of a path of words, each with the arguments of its call or None."""
    for word, args in path:
        start = getattr(start, word)
        if args is not None:
            start = start(*args)
    return start


def opened_up(start, value):
    """An argument as it came in JSON, with objects for paths and dates for their texts."""
    if isinstance(value, dict) and "path" in value:
        return follow(start, value["path"])
    if isinstance(value, dict) and "date" in value:
        return datetime.fromisoformat(value["date"])
    return [[opened_up(start, each) for each in row] for row in value] if isinstance(value, list) else value


def plain(value):
    """A value as JSON can carry it; None for an object."""
    if isinstance(value, datetime):
        return {"date": value.isoformat()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else None


class Workbook:
    def __init__(self, document):
        self.document = document

    Windows = property(lambda self: lambda number: Window(self.document))
    Worksheets = property(lambda self: Sheets(self.document))
    Sheets = property(lambda self: Sheets(self.document))
    ActiveSheet = property(lambda self: Sheet(self.document, self.document.CurrentController.ActiveSheet))
    FullName = property(
        lambda self: uno.fileUrlToSystemPath(self.document.URL) if self.document.URL else self.document.Title
    )
    Name = property(lambda self: os.path.basename(self.FullName))
    Path = property(lambda self: os.path.dirname(self.FullName) if self.document.URL else "")
    ReadOnly = property(lambda self: self.document.isReadonly())
    MultiUserEditing = False
    Application = property(lambda self: Application())

    def SaveCopyAs(self, path):
        kind = FILTERS.get(os.path.splitext(path)[1], "Calc MS Excel 2007 XML")
        self.document.storeToURL(uno.systemPathToFileUrl(path), settings(FilterName=kind))

    def Activate(self):
        self.document.CurrentController.Frame.activate()

    def Close(self, save=False):
        self.document.setModified(False)
        self.document.close(True)


class Application:
    """What the buttons ask of the program through a workbook."""

    PrintCommunication = True


class Window:
    def __init__(self, document):
        self.document, self.controller = document, document.CurrentController
        self.__dict__["SplitRow"] = 0

    @property
    def RangeSelection(self):
        chosen = self.controller.getSelection()
        areas = [chosen.RangeAddress] if hasattr(chosen, "RangeAddress") else list(chosen.RangeAddresses)
        return Range(Sheet(self.document, self.controller.ActiveSheet), areas)

    @property
    def Zoom(self):
        return self.controller.ZoomValue

    @Zoom.setter
    def Zoom(self, value):
        self.controller.ZoomType, self.controller.ZoomValue = 3, int(value)

    @property
    def Width(self):
        return self.controller.Frame.ContainerWindow.PosSize.Width

    @Width.setter
    def Width(self, value):
        self.controller.Frame.ContainerWindow.setPosSize(0, 0, int(value), int(value * 0.68), 15)

    @property
    def ScrollRow(self):
        return self.controller.getFirstVisibleRow() + 1

    @ScrollRow.setter
    def ScrollRow(self, value):
        self.controller.setFirstVisibleRow(int(value) - 1)

    @property
    def FreezePanes(self):
        return self.controller.hasFrozenPanes()

    @FreezePanes.setter
    def FreezePanes(self, value):
        self.controller.freezeAtPosition(0, 1 if value else 0)


class Sheets:
    def __init__(self, document):
        self.document, self.sheets = document, document.Sheets

    Count = property(lambda self: self.sheets.Count)

    def __call__(self, key):
        if isinstance(key, (int, float)):
            return Sheet(self.document, self.sheets.getByIndex(int(key) - 1))
        if not self.sheets.hasByName(key):
            raise Refused(f"no sheet {key}")
        return Sheet(self.document, self.sheets.getByName(key))

    def Add(self, After):
        name = next(
            f"Sheet{number}" for number in range(1, 999) if not self.sheets.hasByName(f"Sheet{number}")
        )
        self.sheets.insertNewByName(name, After.x.RangeAddress.Sheet + 1)
        self.document.CurrentController.setActiveSheet(self.sheets.getByName(name))


class Sheet:
    def __init__(self, document, x):
        self.__dict__.update(document=document, x=x)

    Name = property(lambda self: self.x.Name, lambda self, value: setattr(self.x, "Name", value))
    Index = property(lambda self: self.x.RangeAddress.Sheet + 1)
    Visible = property(
        lambda self: -1 if self.x.IsVisible else 2,
        lambda self, value: setattr(self.x, "IsVisible", value == -1),
    )
    ProtectContents = property(lambda self: self.x.isProtected())
    EnableSelection = property(lambda self: 0, lambda self, value: None)
    PageSetup = property(lambda self: PageSetup(self.document, self.x))

    def Range(self, address):
        if len(address) > 255:
            raise Refused("a Range takes 255 characters")
        areas = [
            self.x.getCellRangeByName(self._whole(each)).RangeAddress
            for each in address.replace("$", "").split(",")
        ]
        return Range(self, areas)

    def _whole(self, address):
        """An address with corners, which UNO wants: 2:2 is a row, B:C are columns."""
        first, _, last = address.partition(":")
        if last and first.isdigit():
            return f"A{first}:AMJ{last}"
        return f"{first}1:{last}1048576" if last and first.isalpha() else address

    @property
    def UsedRange(self):
        cursor = self.x.createCursor()
        cursor.gotoEndOfUsedArea(False)
        return Range(
            self,
            [
                self.x.getCellRangeByPosition(
                    0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow
                ).RangeAddress
            ],
        )

    @property
    def Cells(self):
        return Cells(self.x)

    def Rows(self, number):
        return Row(self, int(number) - 1)

    def Activate(self):
        self.document.CurrentController.setActiveSheet(self.x)

    def Copy(self, After):
        number = next(
            number
            for number in range(2, 999)
            if not self.document.Sheets.hasByName(f"{self.x.Name} ({number})")
        )
        self.document.Sheets.copyByName(
            self.x.Name, f"{self.x.Name} ({number})", After.x.RangeAddress.Sheet + 1
        )
        self.document.CurrentController.setActiveSheet(
            self.document.Sheets.getByName(f"{self.x.Name} ({number})")
        )

    def Delete(self):
        self.document.Sheets.removeByName(self.x.Name)

    def Protect(self, password, *options):
        self.x.protect(password)

    def Unprotect(self, password):
        self.x.unprotect(password)
        if self.x.isProtected():
            raise Refused("wrong password")

    def ShowAllData(self):
        self.x.Rows.IsVisible = True


class Cells:
    """All cells of a sheet."""

    def __init__(self, x):
        self.FormatConditions = FormatConditions(x)


class FormatConditions:
    """The rules of a sheet: every entry of every conditional format."""

    def __init__(self, x):
        self.formats = x.ConditionalFormats

    @property
    def found(self):
        return [
            (each, number)
            for each in self.formats.getConditionalFormats()
            for number in range(each.getCount())
        ]

    Count = property(lambda self: len(self.found))

    def __call__(self, number):
        return FormatCondition(self.formats, *self.found[int(number) - 1])


class FormatCondition:
    def __init__(self, formats, conditional, number):
        self.formats, self.conditional, self.number = formats, conditional, number

    @property
    def Formula1(self):
        entry = self.conditional.getByIndex(self.number)
        if not hasattr(entry, "Formula1"):
            raise Refused("no formula")
        return f"={entry.Formula1}"

    def Delete(self):
        if self.conditional.getCount() == 1:
            self.formats.removeByID(self.conditional.ID)
        else:
            self.conditional.removeByIndex(self.number)


class Row:
    def __init__(self, sheet, number):
        self.sheet, self.area = sheet, sheet.x.getCellRangeByPosition(0, number, 0, number).RangeAddress

    def Insert(self):
        self.sheet.x.insertCells(self.area, INSERT_ROWS)

    def Delete(self):
        self.sheet.x.removeRange(self.area, DELETE_ROWS)


class PageSetup:
    def __init__(self, document, x):
        self.__dict__.update(document=document, x=x)

    def __setattr__(self, word, value):
        style = self.document.StyleFamilies.getByName("PageStyles").getByName(self.x.PageStyle)
        if word == "PrintArea":
            self.x.setPrintAreas(
                tuple(self.x.getCellRangeByName(each).RangeAddress for each in value.split(","))
                if value
                else ()
            )
        elif word == "Zoom":
            style.PageScale = value
        elif word == "Orientation":
            if style.IsLandscape != (value == 2):
                style.IsLandscape, style.Width, style.Height = value == 2, style.Height, style.Width
        elif word not in ("BlackAndWhite", "PrintComments"):  # Calc has neither
            raise Refused(word)

    @property
    def PrintArea(self):
        return ",".join(named(area) for area in self.x.getPrintAreas())


class Range:
    def __init__(self, sheet, areas):
        self.__dict__.update(sheet=sheet, areas=areas)

    @property
    def x(self):
        area = self.areas[0]
        return self.sheet.x.getCellRangeByPosition(
            area.StartColumn, area.StartRow, area.EndColumn, area.EndRow
        )

    def each(self):
        return [
            self.sheet.x.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
            for area in self.areas
        ]

    cell = property(lambda self: self.x.getCellByPosition(0, 0))
    formats = property(lambda self: self.sheet.document.NumberFormats)
    Address = property(lambda self: ",".join(named(area) for area in self.areas))
    Interior = property(lambda self: Interior(self.each()))
    Borders = property(lambda self: Borders(self.x))
    Font = property(lambda self: Font(self.x))
    MergeCells = property(lambda self: self.cell.IsMerged)
    WrapText = property(
        lambda self: self.x.IsTextWrapped, lambda self, value: setattr(self.x, "IsTextWrapped", bool(value))
    )
    ColumnWidth = property(
        lambda self: self.x.Columns.Width / 200,
        lambda self, value: [setattr(each.Columns, "Width", int(value * 200)) for each in self.each()],
    )
    RowHeight = property(
        lambda self: self.x.Rows.Height / POINT,
        lambda self, value: setattr(self.x.Rows, "Height", int(value * POINT)),
    )
    HorizontalAlignment = property(
        None, lambda self, value: setattr(self.x, "HoriJustify", CENTRED if value == -4108 else STANDARD)
    )
    VerticalAlignment = property(
        None, lambda self, value: setattr(self.x, "VertJustify", 2 if value == -4108 else 1)
    )

    @property
    def Value(self):
        return self._values(_as_value)

    @property
    def Value2(self):
        return self._values(_as_value2)

    def _values(self, shown):
        area, types = self.areas[0], {}
        cells = self.x
        wrong = {
            (row - area.StartRow, column - area.StartColumn)
            for found in cells.queryFormulaCells(4).RangeAddresses  # FormulaResult.ERROR
            for row in range(found.StartRow, found.EndRow + 1)
            for column in range(found.StartColumn, found.EndColumn + 1)
        }
        rows = [
            [
                error_of(cells.getCellByPosition(column, row))
                if (row, column) in wrong
                else shown(self._type_of(cells.getCellByPosition(column, row), types), value)
                if isinstance(value, float)
                else None
                if value == ""
                else value
                for column, value in enumerate(line)
            ]
            for row, line in enumerate(cells.getDataArray())
        ]
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    @Value.setter
    def Value(self, value):
        area = self.areas[0]
        if not isinstance(value, list):
            value = [[value] * (area.EndColumn - area.StartColumn + 1)] * (area.EndRow - area.StartRow + 1)
        formulas = [
            (row, column, each)
            for row, line in enumerate(value)
            for column, each in enumerate(line)
            if isinstance(each, str) and each.startswith("=")
        ]
        cells, texts = self.x, {}
        cells.setDataArray(
            tuple(
                tuple(self._given(each, cells, row, column, texts) for column, each in enumerate(line))
                for row, line in enumerate(value)
            )
        )
        for row, column, formula in formulas:
            cell = cells.getCellByPosition(column, row)
            cell.setTokens(parser(self.sheet.document).parseFormula(formula[1:], cell.CellAddress))

    @property
    def Formula(self):
        formula = self.cell.getFormula()
        return (
            "=" + parser(self.sheet.document).printFormula(self.cell.getTokens(), self.cell.CellAddress)
            if formula.startswith("=")
            else formula
        )

    @Formula.setter
    def Formula(self, value):
        if any(isinstance(each, datetime) for row in value for each in row) if isinstance(value, list) else 0:
            raise Refused("Formula takes no dates")
        self.Value = value

    def _type_of(self, cell, types):
        """The kind of a cell's number format. types: of those that were asked for already, by key; each
        question is a call to the program.
        """
        key = cell.NumberFormat
        if key not in types:
            types[key] = self.formats.getByKey(key).Type if key else 0
        return types[key]

    def _given(self, value, cells, row, column, texts):
        """A value as it arrives in the cell: what looks like a number becomes one, unless the cell is text or
        an apostrophe stands before it. texts: whether a number format is that of text, by key.
        """
        if isinstance(value, datetime):
            return (value - EPOCH).total_seconds() / 86400
        if isinstance(value, str) and value.startswith("'"):
            return value[1:]
        if isinstance(value, str):
            key = cells.getCellByPosition(column, row).NumberFormat
            if key not in texts:
                texts[key] = self.formats.getByKey(key).FormatString == "@"
            number = None if texts[key] else as_number(value)
            return "" if value.startswith("=") else value if number is None else number
        return "" if value is None else float(value)

    @property
    def NumberFormat(self):
        return self.formats.getByKey(self.x.NumberFormat).FormatString

    @NumberFormat.setter
    def NumberFormat(self, value):
        place = uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
        key = self.formats.queryKey(value, place, False)
        self.x.NumberFormat = self.formats.addNew(value, place) if key == -1 else key

    @property
    def Comment(self):
        return Comment(self.cell, self.sheet.x) if self.cell.Annotation.String else None

    def AddComment(self, text):
        if self.cell.Annotation.String:
            raise Refused("the cell has a note")
        self.sheet.x.Annotations.insertNew(self.cell.CellAddress, text)

    def ClearComments(self):
        notes, area = self.sheet.x.Annotations, self.areas[0]
        for number in reversed(range(notes.Count)):
            place = notes.getByIndex(number).Position
            if (
                area.StartRow <= place.Row <= area.EndRow
                and area.StartColumn <= place.Column <= area.EndColumn
            ):
                notes.removeByIndex(number)

    def Copy(self, to):
        self.sheet.x.copyRange(to.cell.CellAddress, self.areas[0])

    def Select(self):
        self.sheet.document.CurrentController.select(self.x)

    def Merge(self):
        self.x.merge(True)

    def UnMerge(self):
        self.x.merge(False)

    def ClearFormats(self):
        self.x.clearContents(HARD_FORMATS)

    def ClearContents(self):
        self.x.clearContents(ALL_CONTENT)


class Interior:
    """The fill of several areas at once; what is read is the first one's."""

    def __init__(self, areas):
        self.__dict__.update(areas=areas, x=areas[0])

    def __setattr__(self, word, value):
        for each in self.areas:
            if word == "Color":
                each.CellBackColor = turned(int(value))
            elif word == "Pattern":
                each.CellBackColor = -1 if value == -4142 else 0xFFFFFF
            elif word == "ThemeColor":
                each.CellBackColor = int(THEME[int(value) - 1], 16)
            elif word == "TintAndShade":
                each.CellBackColor = tinted(each.CellBackColor, value)
            elif word not in (
                "PatternColor",
                "PatternThemeColor",
                "PatternTintAndShade",
                "ColorIndex",
                "PatternColorIndex",
            ):
                raise Refused(word)

    @property
    def Color(self):
        return None if self.x.CellBackColor in (None, -1) else turned(self.x.CellBackColor)


class Borders:
    def __init__(self, x):
        self.__dict__.update(x=x)

    def __setattr__(self, word, value):
        line = BorderLine2()
        line.LineWidth = line.OuterLineWidth = 18
        for side in ("TopBorder2", "BottomBorder2", "LeftBorder2", "RightBorder2"):
            setattr(self.x, side, line)


class Font:
    def __init__(self, x):
        self.__dict__.update(x=x)

    Bold = property(
        lambda self: self.x.CharWeight > 100,
        lambda self, value: setattr(self.x, "CharWeight", 150.0 if value else 100.0),
    )


class Comment:
    def __init__(self, cell, sheet):
        self.cell, self.sheet = cell, sheet

    Shape = TextFrame = property(lambda self: self)
    Visible = property(
        lambda self: self.cell.Annotation.IsVisible,
        lambda self, value: self.cell.Annotation.setIsVisible(bool(value)),
    )

    def Text(self, text=None, start=None, overwrite=True):
        if text is not None:
            old = self.cell.Annotation.String
            self.cell.Annotation.setString(
                text
                if start is None
                else old[: int(start) - 1] + text + ("" if overwrite else old[int(start) - 1 :])
            )
        return self.cell.Annotation.String

    def Delete(self):
        notes, place = self.sheet.Annotations, self.cell.CellAddress
        for number in reversed(range(notes.Count)):
            if (notes.getByIndex(number).Position.Row, notes.getByIndex(number).Position.Column) == (
                place.Row,
                place.Column,
            ):
                notes.removeByIndex(number)

    def Characters(self, start, length):
        self.start, self.length = int(start), int(length)
        return Characters(self)


class Characters:
    def __init__(self, comment):
        self.comment = comment

    def Delete(self):
        old, start = self.comment.cell.Annotation.String, self.comment.start - 1
        self.comment.cell.Annotation.setString(old[:start] + old[start + self.comment.length :])


def _as_value(kind, number):
    """A number as Range.Value gives it: a date, or an amount of four places, where the format says so."""
    if kind & CURRENCY:
        return round(number, 4)
    return EPOCH + timedelta(days=number) if kind & DATES else _as_value2(kind, number)


def _as_value2(kind, number):
    """A number as Range.Value2 gives it: only truth values are something else."""
    return bool(number) if kind & LOGICAL else number


def error_of(cell):
    error = cell.getError()
    return ERRORS.get(error, f"Err:{error}")


def parser(document):
    """A parser of Excel's A1 syntax with English names, one for each document; without the English map a
    comma breaks the formula silently.
    """
    if document.RuntimeUID in parsers:
        return parsers[document.RuntimeUID]
    found = document.createInstance("com.sun.star.sheet.FormulaParser")
    found.OpCodeMap = document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper").getAvailableMappings(
        4, 0x7FFFFFFF
    )
    found.FormulaConvention, found.CompileEnglish = 1, True
    parsers.clear()
    parsers[document.RuntimeUID] = found
    return found


def as_number(text):
    """The number that a spreadsheet program reads in a text; None where it reads none."""
    try:
        return float(text.rstrip("%").replace(",", "")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None


def turned(colour):
    """A colour in RGB as BGR, and the other way round."""
    return (colour & 255) << 16 | colour & 0xFF00 | colour >> 16 & 255


def tinted(colour, tint):
    """The colour made lighter (tint above 0) or darker, as TintAndShade does it."""
    parts = [colour >> 16 & 255, colour >> 8 & 255, colour & 255]
    parts = [round(part + (255 - part) * tint if tint > 0 else part * (1 + tint)) for part in parts]
    return parts[0] << 16 | parts[1] << 8 | parts[2]


def letters(column):
    """The name of a column, counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def named(area):
    """The address of an area: $B$2, or $B$2:$C$3."""
    first, last = (
        f"${letters(column)}${row + 1}"
        for column, row in ((area.StartColumn, area.StartRow), (area.EndColumn, area.EndRow))
    )
    return first if first == last else f"{first}:{last}"
