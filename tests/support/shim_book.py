"""Small workbooks with the shim's own sources in them and a shell that records what it is asked to start.

LibreOffice's Basic runs them. Only two lines differ from what is shipped: where the shell comes from, and
how a variable is set, since a class in LibreOffice has no property with an argument.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import openpyxl
from pyopenvba import ExcelFile, VBAModuleKind

from support.command import ROOT

sys.path.insert(0, str(ROOT / "vba_shim"))
import build  # noqa: E402

RECORDER = """Option Explicit
Public Function Environment(ByVal kind As String) As Object
    Set Environment = Me
End Function
Public Sub PutItem(ByVal variable As String, ByVal value As String)
    zzRecord "set" & vbTab & variable & vbTab & value
End Sub
Public Sub Remove(ByVal variable As String)
    zzRecord "removed" & vbTab & variable
End Sub
Public Function Run(ByVal command As String, ByVal style As Long, ByVal waits As Boolean) As Long
    zzRecord "run" & vbTab & command & vbTab & CStr(style) & vbTab & CStr(waits)
    Run = zzStatus
End Function
"""
NAMED = """Option Explicit
Public Name As String
Public Sub SaveCopyAs(ByVal path As String)
    zzRecord "copy" & vbTab & path
End Sub
"""
RECORDS = """Option Explicit
Public zzRecords As String, zzStatus As Long, zzRefuses As Boolean
Public Sub zzRecord(ByVal line As String)
    zzRecords = zzRecords & line & vbLf
End Sub
Public Function zzShell() As Object
    If zzRefuses Then Err.Raise 70
    Set zzShell = New Recorder
End Function
Public Function zzBook(ByVal escaped As String) As Object
    Set zzBook = New NamedBook
    zzBook.Name = Decode(escaped)
End Function
"""
CHANGED = (
    ('CreateObject("WScript.Shell")', "zzShell()"),
    (
        'variables.Item("SELFEVAL_" & CStr(names(number))) = Encode(CStr(values(number)))',
        'variables.PutItem "SELFEVAL_" & CStr(names(number)), Encode(CStr(values(number)))',
    ),
)


def recording(sources: Mapping[str, str]) -> dict[str, str]:
    """The sources with the shell that records. AssertionError where one of the two lines has changed."""
    start = sources["SelfevalStart"]
    for old, new in CHANGED:
        assert start.count(old) == 1, old
        start = start.replace(old, new)
    return {**sources, "SelfevalStart": start}


def shim_book(
    path: Path, extra: str, settings: Mapping[str, str], cells: Mapping[str, str] | None = None
) -> Path:
    """A workbook with a sheet 表 and the sources in it; returns its path.

    extra: the source of the module Probe. settings: of the sheet selfeval.conf. cells: the texts of 表.
    """
    book, plain = openpyxl.Workbook(), path.with_suffix(".xlsx")
    book.active.title = "表"
    for cell, text in (cells or {}).items():
        book.active[cell] = text
    conf = book.create_sheet(build.CONF)
    for row in settings.items():
        conf.append(row)
    book.save(plain)
    parts, kinds = build._parts(plain), "[Content_Types].xml"
    parts[kinds] = parts[kinds].replace(build.PLAIN_BOOK.encode(), build.MAIN.format("sheet").encode())
    build._zip(path, parts)
    with ExcelFile(path) as file:
        file.add_vba_project()
        project = file.vba_project()
        modules = recording(build.sources()) | {"Records": RECORDS, "Probe": "Option Explicit\n" + extra}
        for name, text in modules.items():
            project.add_module(name, text.replace("\n", "\r\n"), kind=VBAModuleKind.standard)
        for name, text in {"Recorder": RECORDER, "NamedBook": NAMED}.items():
            project.add_module(name, text.replace("\n", "\r\n"), kind=VBAModuleKind.other)
        file.save()
    return path
