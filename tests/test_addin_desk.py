"""What real desks do to the buttons: time zones, a busy program, books on the web or shared, long
explanations.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest
import xlwings

from selfeval_xl.addin import connecting, patience
from selfeval_xl.addin.handed_over import HandedOver
from selfeval_xl.addin.host import LONGEST_PROMPT, SHARED, Host
from selfeval_xl.errors import UnreadableFile, UsageError
from selfeval_xl.model.grid import Area
from selfeval_xl.model.sheet_names import RESULT_COLUMNS, RESULTS
from selfeval_xl.writers.excel import apply, page_setup
from selfeval_xl.writers.excel.journal import JournalEntry, holds, typed
from selfeval_xl.writers.excel.page_setup import Setup
from selfeval_xl.writers.excel.snapshot import Snapshot
from support import encrypted, excel_engine
from support.add_in import ONE, RED, Busy, results
from support.shim_book import shim_book

ZONES = ("Asia/Shanghai", "Asia/Urumqi", "America/Los_Angeles", "UTC", "Asia/Kathmandu")


@pytest.fixture(params=ZONES)
def zone(request, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


# C4 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2024-11-30", "2024-11-30T23:59:00", "2024-02-29", "1991-07-01T00:00:00"])
def test_a_date_arrives_as_the_day_it_is(zone, day):
    """pywin32 writes the time in UTC, and takes what has no zone for local time."""
    written = typed({"date": day})
    assert excel_engine._sent(written) == {"date": datetime.fromisoformat(day).isoformat()}


def test_dates_among_numbers_and_formulas_keep_their_day(book, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        contents = {
            "A1": {"date": "2024-11-30"},
            "B1": 3.5,
            "C1": {"formula": "=B1*2"},
            "D1": None,
            "E1": "12月",
        }
        contents |= {"A2": "=30000元", "B2": {"date": "2025-01-01T12:00:00"}, "C2": {"date": "2024-02-29"}}
        book.Worksheets.Add(After=book.Sheets(ONE))
        name = book.ActiveSheet.Name
        apply.write(book, [JournalEntry(name, cell, value=(None, value)) for cell, value in contents.items()])
        values = book.Sheets(name).Range("A1:E2").Value2
        assert values == ((45626.0, 3.5, 7.0, None, "12月"), ("=30000元", 45658.5, 45351.0, None, None))
        assert book.Sheets(name).Range("C1").Formula == "=B1*2"
    finally:
        monkeypatch.undo()
        time.tzset()


# C5 -------------------------------------------------------------------------------------------------------


def explained(book, text: str) -> str:
    """Writes the explanation of the first finding to explain; returns its cell."""
    number = next(row for row, each in enumerate(results(book), 2) if each["处理方式"] == "本次说明")
    cell = f"{chr(65 + RESULT_COLUMNS.index('单位说明'))}{number}"
    book.Sheets(RESULTS).Range(cell).Value = f"'{text}"
    book.Sheets(RESULTS).Activate()
    book.Sheets(RESULTS).Range(cell).Select()
    return cell


@pytest.mark.parametrize("length", [LONGEST_PROMPT + 1, 1000])
def test_a_long_explanation_is_never_cut(book, press, length):
    press("check_book")
    text = "长" * (length - 1) + "尾"
    cell = explained(book, text)
    told = press("explain")
    assert told == f"已写的单位说明超过250字，这里放不下，没有改动。请直接在“校验结果”表的{cell}里改。"
    assert book.Sheets(RESULTS).Range(cell).Value == text


def test_an_explanation_that_fits_is_proposed_whole(book, press, excel, monkeypatch):
    press("check_book")
    text = "短" * (LONGEST_PROMPT - 1) + "尾"
    cell = explained(book, text)
    proposed = []

    def box(self, *, Prompt: str, Title: str, Default: str, Type: int) -> str:
        proposed.append(Default)
        return Default

    monkeypatch.setattr(excel_engine.AppWords, "InputBox", box)
    press("explain")
    assert proposed == [text] and book.Sheets(RESULTS).Range(cell).Value == text


# L1, L8 ---------------------------------------------------------------------------------------------------


class Rejected(AttributeError):
    """xlwings' own, when a busy program does not even tell its words."""


Rejected.__name__ = "ExcelBusyError"


class Moody:
    """An object that is busy before each answer."""

    def __init__(self, moods: int, error: type[BaseException] = Busy) -> None:
        self.__dict__.update(moods=moods, left=moods, error=error, told=[])

    def _mood(self) -> None:
        if self.left:
            self.__dict__["left"] -= 1
            raise self.error
        self.__dict__["left"] = self.moods

    def __getattr__(self, word: str):
        self._mood()
        return {"Name": "表", "Value": ((1, None),), "Child": self}[word]

    def __setattr__(self, word: str, value: object) -> None:
        self._mood()
        self.told.append((word, value))

    def __call__(self, *args: object, **named: object):
        self._mood()
        self.told.append((args, named))
        return self


@pytest.mark.parametrize("error", [Busy, Rejected])
def test_a_busy_program_is_asked_again_for_every_word(monkeypatch, error):
    monkeypatch.setattr(patience.time, "sleep", lambda seconds: None)
    asked = Moody(3, error)
    program = patience.patient(asked)
    assert program.Name == "表" and program.Value == ((1, None),)
    child = program.Child("x", After=program)
    assert isinstance(child, patience.Patient) and asked.told == [(("x",), {"After": asked})]
    child.Zoom = 60
    child.Parent = program
    assert asked.told[1:] == [("Zoom", 60), ("Parent", asked)]


def test_it_is_not_asked_for_ever(monkeypatch):
    pauses = []
    monkeypatch.setattr(patience.time, "sleep", pauses.append)
    with pytest.raises(UsageError, match="正在编辑一个单元格"):
        patience.patient(Moody(10**6)).Name  # noqa: B018
    assert 30 <= sum(pauses) <= 90 and min(pauses) > 0
    with pytest.raises(KeyError):
        patience.patient(Moody(0)).Nothing  # noqa: B018


@pytest.mark.parametrize("value", [None, True, 1, 2.5, Decimal("1.5"), "a", (1,), [1], datetime(2024, 1, 1)])
def test_values_are_what_they_are(value):
    assert patience.patient(value) is value


def test_xlwings_itself_no_longer_asks_for_ever():
    windows = SimpleNamespace(N_COM_ATTEMPTS=0)
    patience.take_over(windows)
    patience.take_over(None)
    assert windows.N_COM_ATTEMPTS == 1


@pytest.mark.parametrize(
    "error", [OSError(1400, "window"), KeyError("表"), ValueError("hwnd"), AttributeError("x")]
)
def test_a_window_or_a_book_that_is_not_there_is_said(home, capsys, monkeypatch, error):
    def program(hwnd: int):
        raise error

    monkeypatch.setattr(connecting, "program", program)
    with pytest.raises(UsageError, match="没有找到要处理的工作簿"):
        connecting.connect("undo", HandedOver("undo", "表.xlsx", "1"))
    with pytest.raises(UsageError, match="没有找到要处理的工作簿"):
        connecting.connect("undo", HandedOver("undo", "表.xlsx", "没有"))


def test_a_program_that_is_busy_when_it_is_looked_for_is_said_as_busy(home, monkeypatch):
    monkeypatch.setattr(patience.time, "sleep", lambda seconds: None)

    class Books:
        def __len__(self) -> int:
            raise Busy

    monkeypatch.setattr(connecting, "program", lambda hwnd: SimpleNamespace(books=Books()))
    with pytest.raises(UsageError, match="Excel正忙"):
        connecting.connect("undo", HandedOver("undo", "表.xlsx", "1"))


# L3 -------------------------------------------------------------------------------------------------------


class Printer:
    """A workbook that writes down what is set of its pages. refuses: the words it refuses."""

    def __init__(self, *refuses: str) -> None:
        self.__dict__.update(refuses=refuses, told=[])

    Application = PageSetup = property(lambda self: self)

    def Sheets(self, name: str):
        return self

    def __setattr__(self, word: str, value: object) -> None:
        self.told.append((word, value))
        if word in self.refuses or f"{word} {value}" in self.refuses:
            raise xlwings.XlwingsError(word)


PAGES = [Setup("甲", "black_and_white", "", False, True), Setup("乙", "print_area", "", "", "A1:B2")]


@pytest.mark.parametrize("refuses", [(), ("BlackAndWhite",), ("PrintCommunication True",)])
def test_what_is_set_of_pages_is_sent_to_the_printer_once(refuses):
    """A network printer takes a second for each word; one that is not there refuses, and nothing breaks
    off.
    """
    book = Printer(*refuses)
    page_setup.apply_setups(book, PAGES)
    assert book.told == [
        ("PrintCommunication", False),
        ("BlackAndWhite", True),
        ("PrintArea", "A1:B2"),
        ("PrintCommunication", True),
    ]


def test_a_program_without_that_word_sets_each_page_at_once():
    book = Printer("PrintCommunication False")
    page_setup.apply_setups(book, PAGES)
    assert [word for word, _ in book.told] == ["PrintCommunication", "BlackAndWhite", "PrintArea"]
    book = Printer()
    page_setup.apply_setups(book, [])
    assert book.told == []


# L5 -------------------------------------------------------------------------------------------------------


def on_the_web(book, monkeypatch, address: str) -> Host:
    host = Host(excel_engine.xlwings.Book.caller())
    host.full_name = address
    return host


def test_a_book_in_onedrive_lies_on_the_disk_too(book, home, monkeypatch):
    folder = home / "OneDrive" / "文档 & 表"
    folder.mkdir(parents=True)
    (folder / "表=1.xlsx").write_bytes(b"")
    monkeypatch.setenv("OneDriveConsumer", str(home / "OneDrive"))
    host = on_the_web(book, monkeypatch, "https://d.docs.live.net/0123456789abcdef/文档 & 表/表=1.xlsx")
    assert host.file == folder / "表=1.xlsx" and host.folder_for("报送件") == folder
    assert host.name == "表=1.xlsx"


@pytest.mark.parametrize(
    "address",
    [
        "https://d.docs.live.net/0123456789abcdef/没有/表.xlsx",
        "https://county.sharepoint.com/sites/czj/Shared Documents/表.xlsx",
        "https://example.org/表.xlsx",
    ],
)
def test_for_a_book_that_is_only_on_the_web_a_folder_is_asked(book, home, excel, monkeypatch, address):
    for name in ("OneDriveConsumer", "OneDrive", "OneDriveCommercial"):
        monkeypatch.delenv(name, raising=False)
    host = on_the_web(book, monkeypatch, address)
    excel.person.answers[:] = [str(home)]
    assert host.file is None and host.folder_for("报送件") == home
    excel.person.answers[:] = [None]
    with pytest.raises(UsageError, match="报送件没有地方放"):
        host.folder_for("报送件")


# L6, L7, L13, L14, L16 ------------------------------------------------------------------------------------


def test_an_amount_in_a_currency_format_has_not_changed(book, press):
    """Value gives such amounts with four places; the fifth was taken for a change, and the edit refused."""
    sheet = book.Sheets(ONE)
    sheet.Range("F18").NumberFormat = "[$￥-804]#,##0.00"
    sheet.Range("F18").Value = 57.041_23
    assert sheet.Range("F18").Value == 57.0412, sheet.Range("F18").NumberFormat
    assert sheet.Range("F18").Value2 == 57.041_23
    assert holds(apply.read_block(sheet, Area(17, 5, 17, 5))[17, 5], 57.041_23)
    told = press("check_book")
    assert "刚才改过" not in told


def test_a_shared_workbook_is_said_before_anything_is_written(book, press, home, monkeypatch):
    ask = excel_engine.Book.ask

    def shared(self, path, word, *args, **named):
        return word == "MultiUserEditing" or ask(self, path, word, *args, **named)

    sheets = book.Sheets.Count
    with monkeypatch.context() as patch:
        patch.setattr(excel_engine.Book, "ask", shared)
        for button in ("check_book", "fill_deviations", "make_submission"):
            assert press(button) == SHARED
    assert not [path.name for path in home.iterdir() if "报送" in path.name]
    assert book.Sheets.Count == sheets and book.Sheets(ONE).Range("G18").Interior.Color != RED


def test_notes_go_by_themselves_and_formulas_are_written_as_such(book, press, excel):
    """ClearContents refuses the corner of merged cells, of ClearComments nobody knows; a formula written as a
    value is read in the style that the person has set.
    """
    press("check_book")
    assert excel.api and [call for call in excel.calls if call.endswith("Range.Formula")]
    excel.calls.clear()
    press("clear_marks")
    assert "Sheets.Range.Comment.Delete" in excel.calls
    assert not [call for call in excel.calls if call.endswith("ClearComments")]


def test_a_book_with_a_password_is_said_as_that(book, press, home, monkeypatch):
    plain = openpyxl.Workbook()
    out = BytesIO()
    plain.save(out)
    locked = home / "密码.xlsx"
    locked.write_bytes(encrypted.agile(out.getvalue(), "不知道"))
    monkeypatch.setattr("selfeval_xl.addin.host.Host.copied", lambda host: nullcontext(locked))
    assert press("check_book").startswith("这本工作簿设有打开密码，程序读不了它的副本。")
    (home / "旧.xlsx").write_bytes(b"nothing")
    with pytest.raises(UnreadableFile, match="旧格式"):
        Snapshot(home / "旧.xlsx", "旧.xlsx")


# L10, L11 -------------------------------------------------------------------------------------------------

FAR = """
Public Function zzFar() As String
    Dim sheet As Object
    Set sheet = ThisWorkbook.Worksheets(1)
    sheet.Range("A1048000").Value = "x"
    sheet.Range("C5").Formula = "=HYPERLINK(""#'" & Told("results") & "'!A2"",""1"")"
    sheet.Range("CV7").Formula = "=HYPERLINK(""#'" & Told("results") & "'!A3"",""2"")"
    sheet.Range("C6").Formula = "=1+1"
    RemoveLinks ThisWorkbook
    zzFar = CStr(sheet.Range("C5").Formula) & "|" & CStr(sheet.Range("CV7").Formula)
    zzFar = zzFar & "|" & CStr(sheet.Range("C6").Formula)
End Function
"""


def test_links_are_taken_away_on_a_sheet_whose_formats_reach_far_down(libreoffice, tmp_path):
    """The whole rectangle at once would be more than a hundred million cells."""
    book = shim_book(tmp_path / "远.xlsm", FAR, {"MODE": "plain"}, {"A1": "甲"})
    started = time.monotonic()
    assert libreoffice.run(book, [("Probe", "zzFar", [])]) == ["||=1+1"]
    assert time.monotonic() - started < 60
