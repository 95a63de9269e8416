"""No all-clear without a whole answer: what the way without COM makes of empty, half and foreign ones,
and what Python answers.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.addin import handed_over, plain, state
from selfeval_xl.addin.handed_over import HandedOver
from selfeval_xl.addin.sentences import NO_FORM
from selfeval_xl.layouts import sheets_of
from selfeval_xl.model.escapes import escaped, unescaped
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.templates import fill_in
from selfeval_xl.workflows.marking.tab_separated import HEAD, macro_lines, macro_sentence, tsv_lines
from support.command import selfeval
from support.fillings import filling
from support.shim_book import shim_book

PROBE = """
Public Function zzPaint(ByVal path As String) As String
    zzPaint = PaintAll(ThisWorkbook, ReadLines(path), "")
End Function
Public Function zzMarks() As String
    Dim sheet As Object
    Set sheet = SheetOf(ThisWorkbook, "" & ChrW(&H8868))
    zzMarks = CStr(sheet.Range("A1").Interior.Color) & " " & CStr(sheet.Comments.Count)
    If Not SheetOf(ThisWorkbook, Told("results")) Is Nothing Then
        zzMarks = zzMarks & " " & CStr(SheetOf(ThisWorkbook, Told("results")).UsedRange.Rows.Count)
    End If
End Function
Public Function zzList(ByVal row As String) As String
    zzList = CStr(SheetOf(ThisWorkbook, Told("results")).Cells(CLng(row), 6).Formula)
End Function
"""


def finding(cells: str, message: str = "差一个数") -> Finding:
    return Finding(
        message=message,
        rule="F01",
        file="表.xlsx",
        sheet="表",
        cell=cells,
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("answers") / "表.xlsm"
    return shim_book(
        path, PROBE, {"INTERPRETER_WIN": sys.executable, "MODE": "plain"}, {"A1": "甲", "B2": "乙"}
    )


def test_what_is_no_whole_answer_is_no_all_clear_and_leaves_the_marks(libreoffice, book, tmp_path):
    whole = list(macro_lines([finding("A1"), finding("B2", "=这也是一个")]))
    assert whole[-1] == "end\t2" and all(map(str.isascii, whole))
    text = "\r\n".join([*whole, ""])
    clear = "\r\n".join([*macro_lines([]), ""])
    bad = {
        "empty": "",
        "blank lines": "\r\n\r\n",
        "head alone": f"{whole[0]}\r\n",
        "without its end": "\r\n".join(whole[:-1]),
        "one finding lost": "\r\n".join([whole[0], *whole[2:]]),
        "wrong count": "\r\n".join([*whole[:-1], "end\t3"]),
        "no count": "\r\n".join([*whole[:-1], "end"]),
        "without its head": "\r\n".join(whole[1:]),
        "another head": text.replace(escaped("级别"), "level"),
        "a field lost": text.replace("\tF01\t", "\t", 1),
        "half a line": text[: len(text) - len("end\t2\r\n") - 30],
        "half the count": clear[: -len("\t0\r\n")],
        "no module": "C:\\python.exe: No module named selfeval_xl\r\n",
        "a traceback": "Traceback (most recent call last):\r\n  File x\r\nKeyError: 1\r\n",
        "a sentence without its end": f"{macro_sentence('没有')[0]}\r\n",
        "the end alone": "end\t0\r\n",
        "another table": "a\tb\r\nend\t0\r\n",
    }
    files = {}
    for number, (name, content) in enumerate([("whole", text), *bad.items(), ("clear", clear)]):
        files[name] = tmp_path / f"{number}.tsv"
        files[name].write_text(content, encoding="ascii", newline="")
    calls = []
    for file in files.values():
        calls += [("Probe", "zzPaint", [str(file)]), ("Probe", "zzMarks", [])]
    answers = libreoffice.run(book, calls)
    told = dict(zip(files, zip(answers[::2], answers[1::2])))
    assert told["whole"][0].startswith("校验完成：须修改2处，") and "未发现" not in told["whole"][0]
    marks = told["whole"][1]
    assert marks.split()[1:] == ["2", "3"]
    for name in bad:
        said, after = told[name]
        assert said.startswith("绩效自评程序没有给出完整的结果，所以没有校验结论；"), name
        assert "未发现" not in said and after == marks, name
    assert "未发现须修改的问题" in told["clear"][0] and told["clear"][1] != marks


def test_a_sentence_of_python_is_shown_and_the_marks_stay(libreoffice, book, tmp_path):
    first, second = tmp_path / "1.tsv", tmp_path / "2.tsv"
    first.write_text("\r\n".join([*macro_lines([finding("A1")]), ""]), encoding="ascii", newline="")
    second.write_text("\r\n".join([*macro_sentence("读不了：设了密码。"), ""]), encoding="ascii", newline="")
    answers = libreoffice.run(
        book,
        [
            ("Probe", "zzPaint", [str(first)]),
            ("Probe", "zzMarks", []),
            ("Probe", "zzPaint", [str(second)]),
            ("Probe", "zzMarks", []),
        ],
    )
    assert answers[2] == "读不了：设了密码。" and answers[1] == answers[3] and answers[1].split()[1] == "1"


def test_a_finding_of_very_many_cells_is_text_in_the_list(libreoffice, book, tmp_path):
    """Excel takes no text of more than 255 letters inside a formula: error 1004 in the middle of the list."""
    many = ",".join(f"A{row}" for row in range(1, 90))
    file = tmp_path / "viele.tsv"
    file.write_text(
        "\r\n".join([*macro_lines([finding(many), finding("B2")]), ""]), encoding="ascii", newline=""
    )
    told, first, second = libreoffice.run(
        book, [("Probe", "zzPaint", [str(file)]), ("Probe", "zzList", ["2"]), ("Probe", "zzList", ["3"])]
    )
    assert len(many) > 255 and first.lstrip("'") == many and second.startswith("=HYPERLINK(")


def test_the_command_ends_with_its_count_for_macros_only(tmp_path):
    book = tmp_path / "表.xlsx"
    form(book)
    in_chinese = selfeval("check", book, "--tsv").stdout.splitlines()
    for_macros = selfeval("check", book, "--tsv", "--ascii").stdout.splitlines()
    assert len(for_macros) == len(in_chinese) + 1 > 2
    assert for_macros[-1] == f"end\t{len(in_chinese) - 1}" and in_chinese[0] == "\t".join(HEAD)
    assert list(map(unescaped, for_macros[:-1])) == in_chinese
    assert list(macro_lines([]))[1:] == ["end\t0"] and len(list(tsv_lines([]))) == 1


def form(path: Path) -> None:
    """A workbook of one project with an unmet indicator and no reason."""
    project = filling(next(layout for layout in sheets_of("jilin-2024") if layout.kind == "project"))
    project["indicators"][6] |= {"target": "=25部", "actual": "0部", "note": None}
    fill_in("jilin-2024", path, projects=[project], department=None, year=2024)


def answered(tmp_path: Path, copy: Path, sheet: str = "") -> list[str]:
    click = HandedOver(
        "plain", copy=str(copy), sheet=sheet, answer=str(tmp_path / "a.tsv"), log=str(tmp_path / "a.log")
    )
    assert plain.answer(click) == 0 and not (tmp_path / "a.log").exists()
    data = (tmp_path / "a.tsv").read_bytes()
    assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n")
    return data.decode("ascii").splitlines()


def test_python_answers_whole_or_with_a_sentence(tmp_path):
    copy, other, broken = (tmp_path / name for name in ("copy.xlsx", "other.xlsx", "broken.xlsx"))
    form(copy)
    lines = answered(tmp_path, copy)
    assert lines[-1] == f"end\t{len(lines) - 2}" and "\tD03\t" in "".join(lines)
    assert answered(tmp_path, copy, "没有这张") == macro_sentence(
        "“没有这张”不是自评表、监控表或申报表，没有可以校验的内容。请先点开要校验的那张表，或者用“校验整本”。"
    )
    openpyxl.Workbook().save(other)
    assert answered(tmp_path, other) == macro_sentence(NO_FORM)
    broken.write_bytes(b"PK\x03\x04 nothing")
    (told, end) = answered(tmp_path, broken)
    assert told.startswith("say\t") and end == "end\t0" and "未发现" not in unescaped(told)


def test_a_bug_leaves_a_log_and_no_answer(tmp_path, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(plain, "_findings", broken)
    click = handed_over.take(
        {
            "SELFEVAL_ANSWER": escaped(str(tmp_path / "a.tsv")),
            "SELFEVAL_LOG": escaped(str(tmp_path / "a.log")),
        }
    )
    assert plain.answer(click) == 1
    assert "ZeroDivisionError" in (tmp_path / "a.log").read_text(encoding="utf-8")
    assert not (tmp_path / "a.tsv").exists()


def test_the_countys_parameters_reach_the_way_without_com(tmp_path, monkeypatch):
    """A rule that the county switched off is off there too; a file that has gone is said, not passed over."""
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))
    copy, policy = tmp_path / "copy.xlsx", tmp_path / "参数.toml"
    form(copy)
    assert "\tD03\t" in "".join(answered(tmp_path, copy))
    policy.write_text("[rules.D03]\non = false\n", encoding="utf-8")
    state.change_settings(policy=str(policy))
    assert "\tD03\t" not in "".join(answered(tmp_path, copy))
    policy.unlink()
    assert unescaped(answered(tmp_path, copy)[0]).startswith("say\t")
    assert json.loads((tmp_path / "设置" / "settings.json").read_text(encoding="utf-8")) == {
        "policy": str(policy)
    }
