"""What a button says where it cannot work: no book, a book of an old kind, one that may not be changed, a
program that is busy.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import openpyxl
import pytest
import xlwings
from openpyxl.workbook.protection import WorkbookProtection

from selfeval_xl import addin
from selfeval_xl.addin import connecting, patience, state
from selfeval_xl.addin.host import Host
from support import excel_engine
from support.add_in import ONE, RED, Busy, opened, snapshot


def test_without_a_calling_book_there_is_a_sentence_and_no_log(home, capsys, monkeypatch):
    monkeypatch.delattr(xlwings.Book, "_mock_caller", raising=False)
    addin.press("check_book")
    assert capsys.readouterr().err.strip() == connecting.NO_BOOK and not (state.folder() / "logs").exists()


@pytest.mark.parametrize(
    "error", [KeyError("自评表.xlsx"), AttributeError("Books"), xlwings.XlwingsError("no app")]
)
def test_a_book_in_another_window_of_excel_that_is_not_found_is_said(home, capsys, monkeypatch, error):
    def caller():
        raise error

    monkeypatch.setattr(xlwings.Book, "caller", caller)
    addin.press("check_book")
    assert "同时开着几个Excel窗口时，先点一下要处理的那个窗口" in capsys.readouterr().err


def test_a_cell_that_is_being_edited_is_said_and_nothing_is_written(book, press, home, excel, monkeypatch):
    before = snapshot(book, home)

    def busy(*_):
        raise Busy

    monkeypatch.setattr("selfeval_xl.addin.host.Host.copied", busy)
    assert press("check_book") == patience.EDITING
    monkeypatch.undo()
    assert snapshot(book, home) == before


def test_a_read_only_book_is_checked_and_told_that_it_cannot_be_saved(book, press, monkeypatch):
    """LibreOffice lets nobody write into such a book, Excel does: here only the word ReadOnly is another."""
    ask = excel_engine.Book.ask
    monkeypatch.setattr(
        excel_engine.Book,
        "ask",
        lambda self, path, word, *args, **named: word == "ReadOnly" or ask(self, path, word, *args, **named),
    )
    told = press("check_book")
    assert told.startswith("校验完成：") and told.endswith(
        "这本工作簿是只读打开的，标注存不下来；要保存请用“文件－另存为”。"
    )
    assert book.Sheets(ONE).Range("G18").Interior.Color == RED


def test_a_fixed_structure_is_said_before_anything_is_written(
    two_projects, home, book, press, excel, monkeypatch
):
    """LibreOffice leaves this protection out of its copies: the file itself is taken for the copy."""
    file = openpyxl.load_workbook(two_projects)
    file.security = WorkbookProtection(lockStructure=True)
    file.save(home / "结构.xlsx")
    api = opened(excel, home / "结构.xlsx")
    monkeypatch.setattr("selfeval_xl.addin.host.Host.copied", lambda host: nullcontext(home / "结构.xlsx"))
    assert press("check_book").startswith(
        "工作簿的结构有保护，加不了工作表“校验结果”。请先在“审阅－保护工作簿”里取消保护"
    )
    assert api.Sheets(ONE).Range("G18").Interior.Color != RED


@pytest.mark.parametrize("button", ["check_book", "compute_rates", "clear_marks", "make_submission"])
def test_an_old_format_is_to_be_saved_as_xlsx_first(two_projects, home, book, press, excel, button):
    book.SaveCopyAs(str(home / "旧.xls"))
    opened(excel, home / "旧.xls")
    assert press(button).startswith("这本工作簿是旧格式（.xls、.xlsb）或不是工作簿，按钮只能用在.xlsx上。")


@pytest.mark.parametrize(
    "button", ["check_book", "check_sheet", "fill_deviations", "add_project", "insert_indicator"]
)
def test_a_password_is_said_before_anything_is_written(book, press, home, button):
    book.Sheets(ONE).Activate()
    book.Sheets(ONE).Range("D13").Select()
    book.Sheets(ONE).Protect("1234")
    before = snapshot(book, home)
    assert press(button).startswith(f"工作表“{ONE}”设了保护密码，不能写入。")
    assert snapshot(book, home) == before


def test_a_sheet_checked_alone_is_not_held_up_by_the_password_of_another(book, press, home):
    press("check_book")
    book.Sheets("项目02").Protect("1234")
    book.Sheets(ONE).Range("F13").Value = "'0条"
    book.Sheets(ONE).Activate()
    assert press("check_sheet").startswith(f"“{ONE}”校验完成")


def test_no_button_leaves_the_program_quiet(book, press, excel):
    for button in ("check_book", "fill_deviations", "clear_marks", "undo"):
        press(button)
        assert excel.api.ScreenUpdating is excel.api.EnableEvents is excel.api.DisplayAlerts is True
    assert Path(book.FullName).exists()


@pytest.mark.parametrize("off", [("EnableEvents",), ("ScreenUpdating", "EnableEvents", "DisplayAlerts")])
def test_what_a_macro_of_the_person_switched_off_stays_off(book, press, excel, monkeypatch, off):
    for name in off:
        monkeypatch.setitem(excel.api.properties, name, False)
    before = {name: getattr(excel.api, name) for name in ("ScreenUpdating", "EnableEvents", "DisplayAlerts")}
    for button in ("check_book", "fill_deviations", "undo"):
        press(button)
        assert {name: getattr(excel.api, name) for name in before} == before


def test_after_an_error_the_program_is_as_it_was_before(book, excel, monkeypatch):
    monkeypatch.setitem(excel.api.properties, "EnableEvents", False)
    with pytest.raises(ZeroDivisionError):
        with Host(excel_engine.xlwings.Book.caller()).quietly("DisplayAlerts"):
            assert excel.api.ScreenUpdating is excel.api.EnableEvents is excel.api.DisplayAlerts is False
            raise ZeroDivisionError
    assert (excel.api.ScreenUpdating, excel.api.EnableEvents, excel.api.DisplayAlerts) == (True, False, True)
