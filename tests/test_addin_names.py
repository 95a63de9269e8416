"""Hostile names of workbooks through every road to Python: nothing is started, and the right file is found.

What the shim does runs in LibreOffice's Basic with a recording shell (support/shim_book.py).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from selfeval_xl.addin import __main__, connecting, handed_over, pressing
from selfeval_xl.model.escapes import escaped, unescaped
from support.hostile_names import COUNT, REPORTED, hostile_names
from support.shim_book import shim_book

NAMES = hostile_names()
PROBE = """
Public Function zzPressed(ByVal names As String, ByVal plain As Boolean) As String
    Dim given As Variant, number As Long
    zzRecords = "": zzStatus = 0: Quiet = True
    given = Split(names, "|")
    For number = 0 To UBound(given)
        zzRecord "click"
        If plain Then
            PlainCheck zzBook(CStr(given(number))), Left(Decode(CStr(given(number))), 31)
        Else
            PythonPress "next_finding", zzBook(CStr(given(number)))
        End If
    Next number
    zzPressed = zzRecords
End Function
Public Function zzActive() As String
    zzRecords = "": Quiet = True
    Selfeval_Press "check_book"
    zzActive = zzRecords & LastSaid
End Function
Public Function zzRefused() As String
    Quiet = True: zzRefuses = True
    Selfeval_Press "check_book"
    zzRefuses = False
    zzRefused = LastSaid
End Function
Public Function zzBroke(ByVal status As String) As String
    Quiet = True: zzStatus = CLng(status)
    Application.EnableEvents = False
    Selfeval_Press "check_book"
    zzBroke = LastSaid & "|" & CStr(Application.EnableEvents)
    Application.EnableEvents = True
    zzStatus = 0
End Function
"""
COMMAND = f'"{sys.executable}" -P -B -X utf8 -m selfeval_xl.addin'


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    settings = {"INTERPRETER_WIN": sys.executable, "MODE": "com"}
    return shim_book(tmp_path_factory.mktemp("shim") / "点.xlsm", PROBE, settings)


def clicks(records: str) -> list[list[list[str]]]:
    """What the shell was asked for, line by line, for each click."""
    return [[line.split("\t") for line in part.split("\n") if line] for part in records.split("click\n")[1:]]


def variables(lines: list[list[str]]) -> dict[str, str]:
    return {line[1]: line[2] for line in lines if line[0] == "set"}


def test_there_are_a_hundred_names_and_all_are_different():
    assert len(NAMES) == len(set(NAMES)) == COUNT and set(REPORTED) <= set(NAMES)


@pytest.mark.parametrize("text", [*REPORTED, "\U00020bb7\ud800", "\\u0041", ""])
def test_what_is_handed_over_is_ascii_and_comes_back(text):
    assert escaped(text).isascii()
    assert unescaped(escaped(text)) == text.replace("\ud800", "\N{REPLACEMENT CHARACTER}")


def test_the_ribbon_starts_the_same_for_every_name_and_python_finds_the_book(libreoffice, book, monkeypatch):
    (records,) = libreoffice.run(book, [("Probe", "zzPressed", ["|".join(map(escaped, NAMES)), False])])
    found, books = clicks(records), {name: object() for name in NAMES}
    monkeypatch.setattr(connecting, "program", lambda hwnd: SimpleNamespace(books=books))
    assert len(found) == COUNT
    for name, lines in zip(NAMES, found):
        assert [line[1:] for line in lines if line[0] == "run"] == [[COMMAND, "0", "True"]], name
        handed = variables(lines)
        assert {line[1] for line in lines if line[0] == "removed"} == set(handed)
        assert all(value.replace("\\", "").isalnum() and value.isascii() for value in handed.values()), name
        click = handed_over.take(handed)
        assert (click.button, click.book, handed) == ("next_finding", name, {})
        assert connecting.calling_book(click) is books[name]


def test_the_way_without_com_names_only_its_own_files(libreoffice, book):
    """Nothing of the name is in the copy's path; the sheet's name is in a variable, as ASCII."""
    (records,) = libreoffice.run(book, [("Probe", "zzPressed", ["|".join(map(escaped, NAMES)), True])])
    for name, lines in zip(NAMES, clicks(records), strict=True):
        assert [line[1] for line in lines if line[0] == "run"] == [COMMAND], name
        click = handed_over.take(variables(lines))
        (copied,) = (line[1] for line in lines if line[0] == "copy")
        stem = copied.removesuffix(".xlsx")
        assert re.fullmatch(
            r"selfeval-[\dA-Za-z]+-\d+", stem.rpartition("\\")[2]
        )  # the time; a random number
        assert (click.button, click.book) == ("plain", "")
        assert (click.copy, click.answer, click.log) == (copied, f"{stem}.tsv", f"{stem}.log")
        assert click.sheet == unescaped(escaped(name))[: len(click.sheet)] and click.sheet


@pytest.mark.parametrize("name", [each for each in REPORTED if each.endswith(".xlsx")][:7])
def test_a_file_of_that_name_that_is_open_is_handed_over(libreoffice, book, tmp_path, name):
    place = tmp_path / "a & calc %PATH% 文件夹" / f"{name.removesuffix('.xlsx')}.xlsm"
    place.parent.mkdir()
    shutil.copy(book, place)
    (told,) = libreoffice.run(place, [("Probe", "zzActive", [])])
    lines = [line.split("\t") for line in told.split("\n")]
    assert [line[1] for line in lines if line[0] == "run"] == [COMMAND]
    assert handed_over.take(variables(lines)).book == place.name and "文件夹" not in told


def test_what_the_system_refuses_to_start_is_said(libreoffice, book):
    """An antivirus or a rule against child processes (error 70): no word of a cell that is being edited."""
    (told,) = libreoffice.run(book, [("Probe", "zzRefused", [])])
    assert told.startswith("没有能启动绩效自评程序，表格没有改动。多半是杀毒软件") and sys.executable in told
    assert "正在编辑" not in told


def test_python_that_broke_off_is_said_and_events_are_as_before(libreoffice, book):
    (broke,) = libreoffice.run(book, [("Probe", "zzBroke", ["1"])])
    said, events = broke.split("|")
    assert said.startswith("绩效自评程序没有做完就停了。") and events == "False"


def test_python_started_so_says_what_is_wrong_and_leaves_no_variable(monkeypatch, tmp_path):
    """The true entry point in a process of its own: no such window, so a sentence and no traceback."""
    name = "自评^&calc .xlsx"
    run = subprocess.run(
        [sys.executable, "-P", "-B", "-X", "utf8", "-m", "selfeval_xl.addin"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={
            **os.environ,
            "SELFEVAL_HOME": str(tmp_path),
            "SELFEVAL_BUTTON": "check\\u005Fbook",
            "SELFEVAL_BOOK": escaped(name),
            "SELFEVAL_HWND": "4711",
        },
    )
    assert run.returncode == 0 and run.stderr.strip() == connecting.NO_BOOK
    pressed = []
    monkeypatch.setenv("SELFEVAL_BUTTON", "undo")
    monkeypatch.setenv("SELFEVAL_BOOK", escaped(name))
    monkeypatch.setattr(pressing, "run", lambda button, click: pressed.append((button, click.book)))
    assert __main__.main() == 0 and pressed == [("undo", name)]
    assert "SELFEVAL_BOOK" not in os.environ and "SELFEVAL_BUTTON" not in os.environ
    assert __main__.main() == 2
