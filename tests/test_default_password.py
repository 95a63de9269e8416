"""Workbooks encrypted with Excel's own default password are read; any other password stays a refusal."""

from __future__ import annotations

import importlib.util
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.readers.formats import default_password
from selfeval_xl.readers.formats.compound_file import packed
from selfeval_xl.readers.formats.kinds import ENCRYPTED
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.readers.reading import read_file
from selfeval_xl.writers.xlsx.apply import write_copy
from selfeval_xl.writers.xlsx.opened import open_workbook
from support import biff, encrypted

FORMS = Path(__file__).parent / "files"
LONG = "长期保障" * 300  # a workbook stream of more than one block of 1,024 bytes
STREAM = biff.stream(
    biff.text(0, 0, "自评表") + biff.number(1, 1, 57.04), biff.text(0, 0, "第二张") + biff.text(2, 0, LONG)
)
OLD_STREAM = biff.stream(biff.number(0, 0, 57.04), name=b"A")


@pytest.fixture(scope="module")
def package() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "自评表"
    book.active["B2"] = 57.04
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def opened(folder: Path, content: bytes, name: str = "件.xlsx"):
    (folder / name).write_bytes(content)
    return open_source(folder / name)


def told(source) -> list[tuple[str, str]]:
    return [(problem.rule, problem.text) for problem in source.problems]


@pytest.mark.parametrize("method", [encrypted.agile, encrypted.standard])
def test_a_package_with_the_default_password_is_read(tmp_path, package, method):
    source = opened(tmp_path, method(package))
    assert (source.kind, source.problems) == ("xlsx", [])
    assert source.grids[0].rows == [["自评表", None], [None, 57.04]]


@pytest.mark.parametrize("method", [encrypted.rc4, encrypted.rc4_crypto_api, encrypted.xor])
def test_a_workbook_stream_with_the_default_password_is_read(tmp_path, method):
    source = opened(tmp_path, packed("Workbook", method(STREAM)), "件.xls")
    assert (source.kind, source.problems) == ("xls", [])
    assert [grid.name for grid in source.grids] == ["表0", "表1"]
    assert source.grids[0].rows == [["自评表", None], [None, 57.04]]
    assert source.grids[1].rows == [["第二张"], [None], [LONG]]


def test_a_workbook_of_before_1997_is_read(tmp_path):
    source = opened(tmp_path, packed("Book", encrypted.xor(OLD_STREAM, before_1997=True)), "件.xls")
    assert (source.kind, source.problems, source.grids[0].rows) == ("xls", [], [[57.04]])


def test_a_workbook_that_libreoffice_encrypts_is_read(tmp_path, package, libreoffice):
    (tmp_path / "a.xlsx").write_bytes(package)
    out = tmp_path / "密.xls"
    libreoffice.ask(
        do="convert",
        path=str(tmp_path / "a.xlsx"),
        out=str(out),
        filter="MS Excel 97",
        password=encrypted.DEFAULT,
    )
    assert "自评表".encode("utf-16-le") not in out.read_bytes()
    source = open_source(out)
    assert (source.kind, told(source)) == ("xls", [])
    assert source.grids[0].rows == [["自评表", None], [None, 57.04]]


@pytest.mark.parametrize("method", [encrypted.agile, encrypted.standard])
def test_another_password_of_a_package_is_said(tmp_path, package, method):
    source = opened(tmp_path, method(package, "8848"))
    assert (source.kind, source.grids) == ("encrypted", [])
    assert told(source) == [("T08", f"“件.xlsx”{ENCRYPTED.refusal}")]


@pytest.mark.parametrize("method", [encrypted.rc4, encrypted.rc4_crypto_api, encrypted.xor])
def test_another_password_of_a_stream_is_said(tmp_path, method):
    source = opened(tmp_path, packed("Workbook", method(STREAM, "8848")), "件.xls")
    assert (source.kind, source.grids) == ("encrypted", [])
    assert told(source) == [("T08", f"“件.xls”{ENCRYPTED.refusal}")]


def test_without_the_extra_what_is_missing_is_said(tmp_path, package, monkeypatch):
    """The program cannot know then whether the password is the default one."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        default_password, "find_spec", lambda name: None if name == "msoffcrypto" else find(name)
    )
    for content, name in (
        (encrypted.agile(package), "件.xlsx"),
        (packed("Workbook", encrypted.rc4(STREAM)), "件.xls"),
    ):
        source = opened(tmp_path, content, name)
        assert (source.kind, source.grids) == ("encrypted", [])
        [(rule, text)] = told(source)
        assert rule == "T08" and 'pip install "selfeval-xl[encrypted]"' in text and "取消密码" in text


def test_a_marked_copy_is_a_plain_file(tmp_path, package):
    (tmp_path / "密.xlsx").write_bytes(encrypted.agile(package))
    edits = [
        Edit("Sheet", "A1", "自评表", "自评表", Look.ERROR, remark="错误（须修改）：请改。"),
        Edit("Sheet", "C1", None, "完成率", Look.HEAD),
    ]
    applied = write_copy(open_workbook(tmp_path / "密.xlsx"), edits, tmp_path / "好.xlsx")
    assert applied.refused == ()
    sheet = openpyxl.load_workbook(tmp_path / "好.xlsx")["Sheet"]
    assert (sheet["A1"].value, sheet["B2"].value, sheet["C1"].value) == ("自评表", 57.04, "完成率")
    assert sheet["A1"].comment.text == "错误（须修改）：请改。"


def test_a_form_counts_as_what_it_is(tmp_path):
    """The kind, the forms and the finger print of the file as it came."""
    form = next(FORMS.glob("*.xlsx"))
    (tmp_path / "密.xlsx").write_bytes(encrypted.agile(form.read_bytes()))
    plain, hidden = read_file(form), read_file(tmp_path / "密.xlsx")
    assert hidden.kind == plain.kind == "xlsx" and hidden.sha256 != plain.sha256
    assert plain.forms and [each.project for each in hidden.forms] == [each.project for each in plain.forms]


def test_more_rounds_than_a_million_are_not_computed(tmp_path):
    root = (
        b'<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" '
        b'xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">'
        b'<keyData hashAlgorithm="SHA512"/>%s</encryption>'
    )
    for spins in (b"1000001", b"4000000000"):
        key = b'<p:encryptedKey hashAlgorithm="SHA512" keyBits="256" spinCount="%s"/>' % spins
        source = opened(tmp_path, encrypted.container(bytes(4_096), b"\4\0\4\0\x40\0\0\0" + root % key))
        assert source.grids == [] and "1000000遍以上" in source.problems[0].text


def test_descriptions_that_lie_cost_their_file_only(tmp_path, package):
    """Entities, no description, a cut one, other methods, lengths and numbers that are none."""
    good = encrypted.agile_with(package, 10)
    infos = [
        b"",
        b"\4\0",
        b"\4\0\4\0\x40\0\0\0<not xml",
        b"\4\0\4\0\x40\0\0\0<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"\4\0\4\0\x40\0\0\0<a/>",
        b"\3\0\3\0" + bytes(64),  # extensible encryption
        b"\4\0\2\0" + b"\xff" * 64,
        b"\4\0\2\0" + bytes(300),
    ]
    files = [encrypted.container(bytes(4_096), info) for info in infos]
    files += [
        good[: len(good) // 2],
        good.replace(b"SHA512", b"SHA999"),
        good.replace(b'spinCount="10"', b'spinCount="x0"'),
    ]
    for number, content in enumerate(files):
        source = opened(tmp_path, content)
        assert source.grids == [] and [rule for rule, _ in told(source)] == ["T08"], number
    for cut in range(0, 60, 3):
        stream = encrypted.rc4_crypto_api(STREAM)
        at = stream.index(b"\x2f\0")
        hostile = stream[: at + 4 + cut] + b"\xff" * 60 + stream[at + 64 + cut :]
        assert [rule for rule, _ in told(opened(tmp_path, packed("Workbook", hostile), "件.xls"))] == ["T08"]
