"""Builds the add-in and the template with buttons, without Excel.

Run `python vba_shim/build.py [FOLDER]`; by default it writes into the package. pyOpenVBA puts the sources
into a project that Excel itself once made empty; Excel compiles them when the file is opened. Two builds give
the same parts.
"""

from __future__ import annotations

import io
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import caches
from pyopenvba import ExcelFile, VBAModuleKind

from selfeval_xl import templates
from selfeval_xl.addin.ribbon import Button, ribbon

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "selfeval_xl" / "addin" / "setup"
ADDIN, TEMPLATE, LAYOUT = "selfeval.xlam", "selfeval.xltm", "jilin-2024"
MODULES = (
    "SelfevalSettings",
    "SelfevalStart",
    "SelfevalRibbon",
    "SelfevalPlain",
    "SelfevalResults",
    "SelfevalLinks",
    "SelfevalNotes",
)
# How the names begin that the ribbon calls: in the add-in, and in a workbook with buttons of its own.
# Excel may look for a name in any open project, and would run the old code of a received workbook.
CALLBACKS = {False: "Selfeval_", True: "SelfevalBook_"}
CONF = "selfeval.conf"  # the sheet of settings
SETTINGS = (("INTERPRETER_WIN", ""), ("MODE", "auto"), ("VERSION", ""))
NAMESPACES = {
    "customUI": "http://schemas.microsoft.com/office/2006/01/customui",
    "customUI14": "http://schemas.microsoft.com/office/2009/07/customui",
}
RELATIONS = {
    "customUI": "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
    "customUI14": "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
}
PROJECT = "xl/vbaProject.bin"
MAIN = "application/vnd.ms-excel.{}.macroEnabled.main+xml"
PLAIN_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def texts_module() -> str:
    """The source of a VBA function with the Chinese texts.

    Every character beyond ASCII is an escape, and the lines are short enough for VBA.
    """
    texts = tomllib.loads((HERE / "texts.toml").read_text(encoding="utf-8"))
    lines = [
        "Option Explicit",
        "' Generated from texts.toml.",
        "",
        "Public Function Told(ByVal key As String) As String",
        "    Select Case key",
    ]
    for key, text in texts.items():
        pieces = [_escaped(text[start : start + 60]) for start in range(0, len(text), 60)]
        lines += [
            f'        Case "{key}"',
            '            Told = Decode("' + '" & _\n                "'.join(pieces) + '")',
        ]
    return "\n".join([*lines, "    End Select", "End Function", ""])


def _escaped(text: str) -> str:
    """The text in ASCII for a VBA string, everything else as \\uXXXX."""
    return "".join(
        sign if " " <= sign <= "~" and sign not in '\\"' else f"\\u{ord(sign):04X}" for sign in text
    )


def sources(own_tab: bool = False) -> dict[str, str]:
    """The sources of all modules by name. own_tab: those of a workbook; see CALLBACKS."""
    written = {name: (HERE / f"{name}.bas").read_text(encoding="ascii") for name in MODULES}
    ribbon = "SelfevalRibbon"
    return written | {ribbon: _named(written[ribbon], own_tab), "SelfevalTexts": texts_module()}


def _named(text: str, own_tab: bool) -> str:
    """The text with the names that the ribbon calls. own_tab: as in `sources`."""
    return text.replace(CALLBACKS[False], CALLBACKS[own_tab])


def ribbon_xml(part: str, own_tab: bool = False) -> bytes:
    """The XML of the ribbon, from ribbon.toml.

    part: customUI (2006) or customUI14 (2009, with the cell's menu). own_tab: the tab of a workbook, which is
    hidden where the add-in is installed.
    """
    shown = ribbon().buttons
    groups = []
    for group in ribbon().groups:
        buttons = [
            _button(button, "size=" + quoteattr("large" if button.large else "normal"))
            for button in shown
            if button.group == group.id
        ]
        if buttons:
            visible = "" if group.shown else ' getVisible="Selfeval_BureauVisible"'
            groups.append(
                f'<group id="group_{group.id}" label={quoteattr(group.label)}{visible}>'
                + "".join(buttons)
                + "</group>"
            )
    tab = (
        f'<tab id="selfeval" label={quoteattr(ribbon().tab)}'
        + (' getVisible="Selfeval_TabVisible"' if own_tab else "")
        + ">"
        + "".join(groups)
        + "</tab>"
    )
    menu = ""
    if part == "customUI14" and not own_tab:
        items = "".join(_button(button, "", "_menu") for button in shown if button.cell_menu)
        menu = (
            '<contextMenus><contextMenu idMso="ContextMenuCell"><menuSeparator id="selfeval_line"/'
            f">{items}</contextMenu></contextMenus>"
        )
    text = (
        f'<customUI xmlns="{NAMESPACES[part]}" onLoad="Selfeval_OnLoad"><ribbon><tabs>{tab}</tabs></'
        f"ribbon>{menu}</customUI>"
    )
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + _named(text, own_tab)).encode()


def _button(button: Button, size: str, ending: str = "") -> str:
    """The XML of a button. ending: of its id, since an id may be used once only."""
    tips = f"screentip={quoteattr(button.label)} supertip={quoteattr(button.tip)} "
    return (
        f'<button id="{button.id}{ending}" label={quoteattr(button.label)} '
        f'imageMso="{button.image}" {tips}{size} onAction="Selfeval_OnButton"/>'
    )


def build_addin(out: Path, extra: Mapping[str, str] | None = None) -> Path:
    """Builds the add-in; returns its path. extra: VBA for the end of these modules (the tests' probes)."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "book.xlam"
        with ExcelFile.create_new(raw) as book:
            _put_modules(book, extra)
        parts = _parts(raw)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Sheet1"', f'name="{CONF}"'.encode())
    parts["xl/worksheets/sheet1.xml"] = _settings_sheet(parts["xl/worksheets/sheet1.xml"])
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"Sheet1", CONF.encode())
    return _write(out, parts, own_tab=False)


def build_template(out: Path) -> Path:
    """Builds the department workbook as a template that carries the buttons itself; returns its path."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "book.xlsx"
        templates.write(LAYOUT, plain, None)
        return build_book(plain, out, "template")


def build_book(plain: Path, out: Path, kind: str = "sheet", extra: Mapping[str, str] | None = None) -> Path:
    """Builds a copy of an xlsx workbook with the modules and buttons in it; returns its path.

    kind: "sheet" for an xlsm, "template" for an xltm. extra: as in build_addin.
    """
    parts = _parts(plain)
    kinds = "[Content_Types].xml"
    parts[kinds] = parts[kinds].replace(PLAIN_BOOK.encode(), MAIN.format("sheet").encode())
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "book.xlsm"
        _zip(raw, parts)
        with ExcelFile(raw) as book:
            book.add_vba_project()
            _put_modules(book, extra, own_tab=True)
        parts = _parts(raw)
    parts[kinds] = parts[kinds].replace(MAIN.format("sheet").encode(), MAIN.format(kind).encode())
    return _write(out, parts, own_tab=True)


def _put_modules(book: ExcelFile, extra: Mapping[str, str] | None = None, own_tab: bool = False) -> None:
    """Puts the modules into the book's VBA project and saves it. own_tab: as in `sources`."""
    project = book.vba_project()
    if "Module1" in project.module_names():
        project.delete_module("Module1")
    for name, text in sources(own_tab).items():
        project.add_module(
            name, (text + (extra or {}).get(name, "")).replace("\n", "\r\n"), kind=VBAModuleKind.standard
        )
    book.remove_reference("Office")  # only As Object is used, and a desk with WPS may not have that library
    book.save()


def _settings_sheet(sheet: bytes) -> bytes:
    """The XML of the settings sheet, a key and its value in each row.

    They are texts inside the sheet, so that `addin install` changes this one part only.
    """
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{escape(key)}</t></is></c>'
        f'<c r="B{row}" t="inlineStr"><is><t>{escape(value)}</t></is></c></row>'
        for row, (key, value) in enumerate(SETTINGS, 1)
    )
    return sheet.replace(b"<sheetData/>", f"<sheetData>{rows}</sheetData>".encode()).replace(
        b'ref="A1"', f'ref="A1:B{len(SETTINGS)}"'.encode()
    )


def _parts(path: Path) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(path) as package:
        return {item.filename: package.read(item) for item in package.infolist()}


def _write(out: Path, parts: dict[str, bytes], own_tab: bool) -> Path:
    """Writes the package with the ribbon in it; returns its path. own_tab: as in `ribbon_xml`."""
    links = "".join(
        f'<Relationship Id="rIdUI{number}" Type="{kind}" Target="customUI/{part}.xml"/>'
        for number, (part, kind) in enumerate(RELATIONS.items())
    )
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(
        b"</Relationships>", links.encode() + b"</Relationships>"
    )
    parts[PROJECT] = caches.without(parts[PROJECT])
    for part in NAMESPACES:
        parts[f"customUI/{part}.xml"] = ribbon_xml(part, own_tab)
    _zip(out, parts)
    return out


def _zip(out: Path, parts: dict[str, bytes]) -> None:
    """Writes a package, the same bytes every time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            item = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            item.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(item, data)
    out.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE
    print(build_addin(folder / ADDIN))
    print(build_template(folder / TEMPLATE))
