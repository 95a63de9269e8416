"""Pictures in cells and formulas saved as texts: no value, no reason, and in no paper of the program."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
import xlsxwriter

from selfeval_xl.model.grid import position
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.workflows.filling.fill import fill
from selfeval_xl.workflows.publishing import publish
from selfeval_xl.workflows.returns import return_filings
from selfeval_xl.workflows.splitting.changes import compare
from selfeval_xl.workflows.splitting.returned import PICTURE as PICTURED
from selfeval_xl.workflows.splitting.returned import SheetState
from selfeval_xl.writers.xlsx.tints import PICTURE as IN_CELL
from selfeval_xl.writers.xlsx.tints import condition
from support import biff
from support.pictured import (
    A_DUE_REASON,
    DISPIMG,
    IDENTITY,
    IS_PICTURE,
    LENGTH,
    PICTURE,
    SATISFIED,
    UNMET,
    binary,
    by_wps,
    document,
    embedded,
    findings,
    only,
    patched,
    record,
    wide,
    with_parts,
    workbook,
)
from support.workbooks import parts


def test_the_form_itself_misses_the_reason_alone(tmp_path):
    assert findings(workbook(tmp_path / "a.xlsx")) == [("D03", "H8", A_DUE_REASON)]


# --- WPS: =DISPIMG("ID_…",1)


@pytest.mark.parametrize("kind", ["xlsx", "spaced", "valueless", "shared", "name", "error", "number"])
def test_a_picture_of_wps_is_no_value_however_it_was_saved(tmp_path, kind):
    quoted = DISPIMG.replace('"', "&quot;")
    xml = {
        "xlsx": by_wps(LENGTH)[LENGTH],
        "spaced": f' t="str"><f>_xlfn.{quoted}</f><v>= _xlfn.{quoted}</v></c>',
        "valueless": f"><f>_xlfn.{quoted}</f></c>",  # by a library
        "shared": f' t="inlineStr"><is><t>={quoted}</t></is></c>',  # pasted as a value
        "name": f' t="inlineStr"><is><t>{quoted}</t></is></c>',
        "error": f' t="e"><f>_xlfn.{quoted}</f><v>#NAME?</v></c>',  # after Excel calculated it
        "number": f"><f>{quoted}</f><v>0</v></c>",
    }[kind]
    path = patched(workbook(tmp_path / "a.xlsx"), {LENGTH: xml})
    grid = open_source(path).grids[0]
    assert grid.pictures == {position(LENGTH)} and grid.errors() == {} and grid.unsaved == frozenset()
    assert grid.text(*position(LENGTH)) == ""
    form = only(path)
    assert (form.indicators[0].actual, form.pictures) == (None, (LENGTH,))
    assert (
        form.account.unread == ()
        and form.account.furniture == only(workbook(tmp_path / "b.xlsx")).account.furniture + 1
    )
    assert findings(path) == [
        ("D01", LENGTH, "“养护里程”的指标值是“≥80公里”，实际完成值里面是一张图片，不是数。"),
        ("S10", "G7,E7", "“养护里程”没有填实际完成值，却得了满分30分。"),
        ("D03", UNMET, A_DUE_REASON),
    ]


def test_a_picture_is_no_reason(tmp_path):
    path = patched(workbook(tmp_path / "a.xlsx"), by_wps(UNMET))
    assert only(path).indicators[1].note is None
    assert findings(path) == [("D03", UNMET, A_DUE_REASON + IS_PICTURE)]


def test_a_picture_beside_a_met_value_is_furniture(tmp_path):
    path = patched(
        workbook(tmp_path / "a.xlsx", {UNMET: "因雨停工。改进措施：2025年6月底前修完。"}), by_wps("H9")
    )
    assert findings(path) == []
    assert (only(path).indicators[2].note, only(path).account.unread) == (None, ())


@pytest.mark.parametrize("cell", ["C5", "F9", "G9", "G5"])
def test_a_picture_in_place_of_an_amount_or_a_score_is_said(tmp_path, cell):
    path = patched(workbook(tmp_path / "a.xlsx"), by_wps(cell))
    said = [message for rule, at, message in findings(path) if (rule, at) == ("T01", cell)]
    assert said == [f"自评!{cell}里面是一张图片，不是数也不是字，读不到。"]


def test_a_signature_may_be_a_picture(tmp_path):
    """An empty signature cell is asked about (T09); a signed one is not."""
    signed = workbook(tmp_path / "a.xlsx", {"A12": "填表人：", "C12": "联系电话：", "D12": "0431-1234"})
    assert "T09" in [rule for rule, _, _ in findings(signed)]
    assert "T09" not in [rule for rule, _, _ in findings(patched(signed, by_wps("B12")))]


# --- Excel: pictures in cells are rich values


@pytest.mark.parametrize("image", [False, True])
def test_a_picture_of_excel_is_neither_value_nor_error(tmp_path, image):
    path = embedded(tmp_path / "a.xlsx", SATISFIED, UNMET, image=image)
    grid = open_source(path).grids[0]
    assert grid.pictures == {position(SATISFIED), position(UNMET)} and grid.errors() == {}
    assert findings(path) == [
        ("D03", UNMET, A_DUE_REASON + IS_PICTURE),
        ("D01", SATISFIED, "“群众满意度”的指标值是“≥90%”，实际完成值里面是一张图片，不是数。"),
        ("S10", "G10,E10", "“群众满意度”没有填实际完成值，却得了满分10分。"),
    ]


def test_other_rich_values_of_excel_stay_errors(tmp_path):
    """#SPILL! and data types are written in the same way, with another structure."""
    path = embedded(tmp_path / "a.xlsx", SATISFIED)
    name = "xl/richData/rdrichvaluestructure.xml"
    with_parts(path, {name: parts(path)[name].replace(b"_localImage", b"_error")})
    grid = open_source(path).grids[0]
    assert (grid.pictures, grid.errors()) == (frozenset(), {position(SATISFIED): "#VALUE!"})


def test_broken_metadata_cost_the_pictures_and_no_more(tmp_path):
    path = embedded(tmp_path / "a.xlsx", SATISFIED)
    with_parts(path, {"xl/metadata.xml": parts(path)["xl/metadata.xml"][:90]})
    assert open_source(path).grids[0].errors() == {position(SATISFIED): "#VALUE!"}
    assert only(path).indicators[0].actual == "85公里"


@pytest.mark.office
def test_an_xls_knows_the_picture(tmp_path, libreoffice):
    path = patched(
        workbook(tmp_path / "a.xlsx"), {SATISFIED: f' t="inlineStr"><is><t>={DISPIMG}</t></is></c>'}
    )
    saved = libreoffice.convert(path, "xls", tmp_path)
    assert open_source(saved).grids[0].pictures == {position(SATISFIED)}
    assert findings(saved) == findings(path)


def test_pictures_of_wps_in_the_records_of_an_et(tmp_path):
    path = tmp_path / "件.et"
    path.write_bytes(biff.book(biff.text(0, 0, "执行率") + biff.formula(1, 1, f"={DISPIMG}")))
    grid = open_source(path).grids[0]
    assert (grid.rows, grid.pictures) == ([["执行率", None], [None, None]], {(1, 1)})


# --- formulas saved as texts


@pytest.mark.parametrize(
    "xml",
    [
        ' t="str"><f>_xlfn.CONCAT(A7,"原因")</f><v>=_xlfn.CONCAT(A7,"原因")</v></c>',
        ' t="str"><f>CONCATENATE(A7,"原因")</f><v>=CONCATENATE(A7, "原因")</v></c>',
        ' t="inlineStr"><is><t>=_xlfn.TEXTJOIN(",",TRUE,A7:A9)</t></is></c>',
    ],
)
def test_the_text_of_a_formula_is_no_value_and_said(tmp_path, xml):
    path = patched(workbook(tmp_path / "a.xlsx"), {UNMET: xml})
    assert open_source(path).grids[0].unsaved == {position(UNMET)}
    assert only(path).indicators[1].note is None
    assert findings(path) == [
        ("T01", UNMET, f"自评!{UNMET}是公式，文件里没有保存算出的数，读不到。"),
        ("D03", UNMET, A_DUE_REASON),
    ]


def test_a_total_saved_as_its_formula_is_computed_again(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"A11": "总分", "F11": "100"})
    patched(path, {"G11": ' t="str"><f>SUM(G5:G10)</f><v>=SUM(G5:G10)</v></c>'})
    form = only(path)
    assert (form.total_score, [each[0] for each in findings(path)]) == ("98.5", ["D03"])


def test_targets_with_an_equals_sign_stay(tmp_path):
    path = patched(
        workbook(tmp_path / "a.xlsx", {"D9": "=12个"}),
        {"D7": ' t="str"><f>"="&amp;"80公里"</f><v>=80公里</v></c>'},
    )
    assert [row.target for row in only(path).indicators] == ["=80公里", "≥95%", "=12个", "≥90%"]


# --- xlsb: files/filled.xlsb with other records for one cell


def test_a_binary_workbook_has_pictures_of_both_kinds(tmp_path):
    column = position("F13")[1]
    by_excel = record(50, struct.pack("<I", 1)) + record(3, struct.pack("<IIB", column, 0, 0x0F))
    by_both = record(6, struct.pack("<II", column, 0) + wide(f"={DISPIMG}"))
    structures = {"xl/richData/rdrichvaluestructure.xml": b'<a xmlns="urn:a"><s t="_localImage"/></a>'}
    for name, path in (
        ("wps", binary(tmp_path / "a.xlsb", "F13", by_both)),
        ("excel", binary(tmp_path / "b.xlsb", "F13", by_excel, structures)),
    ):
        (form,) = (form for form in read_file(path).forms if form.sheet == "项目01")
        assert (form.indicators[1].actual, form.pictures) == (None, ("F13",)), name
        grid = next(grid for grid in open_source(path).grids if grid.name == "项目01")
        assert grid.errors() == {}
    error = binary(tmp_path / "c.xlsb", "F13", by_excel[-12:], structures)
    assert "#VALUE!" in [row.actual for form in read_file(error).forms for row in form.indicators]


def test_a_picture_in_a_word_table_is_no_value_and_no_reason(tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(PICTURE)

    def change(_, table):
        for row, column in (position(UNMET), position(SATISFIED), position("E9")):
            if (row, column) == position(SATISFIED):
                table.cell(row, column).text = ""
            table.cell(row, column).paragraphs[0].add_run().add_picture(str(picture))

    path = document(tmp_path / "a.docx", change)
    assert only(path).pictures == (UNMET, SATISFIED)  # E9 has its text beside the picture
    assert findings(path) == [
        ("D03", UNMET, A_DUE_REASON + IS_PICTURE),
        ("D01", SATISFIED, "“群众满意度”的指标值是“≥90%”，实际完成值里面是一张图片，不是数。"),
        ("S10", "G10,E10", "“群众满意度”没有填实际完成值，却得了满分10分。"),
    ]


# --- what leaves the program


def everything_in(path: Path) -> dict[str, str]:
    """The parts of a package as text."""
    return {name: part.decode("utf-8", "replace") for name, part in parts(path).items()}


@pytest.fixture
def received(tmp_path) -> Path:
    """A folder with one form with pictures of WPS in place of a reason, a completed value and a score."""
    folder = tmp_path / "收"
    folder.mkdir()
    patched(workbook(folder / "自评表.xlsx"), by_wps(UNMET, LENGTH, "G9", "H9"))
    return folder


def test_no_public_copy_has_the_text_of_a_picture(received, tmp_path):
    result = publish(received, tmp_path / "公开")
    assert len(result.copies) == 1
    for _, path, _ in result.copies:
        for text in everything_in(path).values():
            assert "DISPIMG" not in text and IDENTITY not in text


def test_returns_name_pictures_and_keep_them(received, tmp_path):
    return_filings(received, tmp_path / "退")
    packages = [*(tmp_path / "退").rglob("*.xlsx"), *(tmp_path / "退").rglob("*.docx")]
    assert any("里面是一张图片" in "".join(everything_in(path).values()) for path in packages)
    for path in packages:
        for name, text in everything_in(path).items():
            others = re.sub(rf'<c r="(?:{UNMET}|{LENGTH}|G9|H9)"[^>]*>.*?</c>', "", text)
            assert "DISPIMG" not in others and IDENTITY not in others, (path.name, name)
    kept = [grid.pictures for path in packages for grid in open_source(path).grids if grid.name == "自评"]
    assert kept == [{position(cell) for cell in (UNMET, LENGTH, "G9", "H9")}]


@pytest.mark.office
def test_the_tint_of_a_picture_goes_when_the_value_is_typed(tmp_path, libreoffice):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        for row, value in enumerate([f"={DISPIMG}", "85公里", 85, None]):
            if isinstance(value, str):
                sheet.write_string(row, 0, value)
            elif value is not None:
                sheet.write_number(row, 0, value)
            sheet.write_formula(row, 1, f"=IF({condition(f'$A${row + 1}', None, IN_CELL)},1,0)")
    tinted = libreoffice.recalculate(path)
    assert [tinted["表", f"B{row}"] for row in range(1, 5)] == [1, 0, 0, 0]


def test_fill_writes_over_no_picture_and_quotes_none(received, tmp_path):
    done = fill(received / "自评表.xlsx", tmp_path / "b.xlsx")
    assert UNMET not in [edit.cell for edit in done.edits]
    assert all("DISPIMG" not in f"{edit.old}{edit.new}{edit.why}" for edit in done.edits)
    assert open_source(tmp_path / "b.xlsx").grids[0].pictures == {
        position(cell) for cell in (UNMET, LENGTH, "G9", "H9")
    }


def test_an_embedded_picture_of_excel_is_not_written_over(tmp_path):
    done = fill(embedded(tmp_path / "a.xlsx", UNMET), tmp_path / "b.xlsx")
    assert UNMET not in [edit.cell for edit in done.edits]


def test_a_picture_that_came_back_is_listed_and_not_merged():
    base = {(0, 0): "养护里程", (0, 1): "85公里"}
    state = SheetState("表", texts={(0, 0): "养护里程", (0, 1): PICTURED})
    changes = compare(state, base, SheetState("表", texts=base, table=(0, 0)), frozenset())
    assert changes.cells == {}
    assert [(stray.cell, stray.text) for stray in changes.strays] == [("B1", "（图片）")]


# --- the forms that show each kind

TRAITS = {
    "02_wps_dispimg": [],
    "03_wps_dispimg_as_value": [
        ("D01", "F14", "里面是一张图片，不是数"),
        ("S10", "H14,F14", "没有填实际完成值，却得了满分10分"),
    ],
    "41_photo_as_reason": [("D03", "I17", IS_PICTURE)],
    "59_reason_in_text_box": [
        (
            "D03",
            "I17",
            "这一格上面有文本框写着“原因：管网冻损。改进措施：2025年3月修复。”",
        )
    ],
}


@pytest.mark.parametrize("name", TRAITS)
def test_the_traits_of_real_files(shared, name):
    path = shared / "traits" / f"{name}.xlsx"
    if not path.exists():
        pytest.skip("the traits are not beside the repository")
    found = findings(path)
    assert [(rule, cell) for rule, cell, _ in found] == [(rule, cell) for rule, cell, _ in TRAITS[name]]
    for (_, _, message), (_, _, words) in zip(found, TRAITS[name], strict=True):
        assert words in message and "ID_" not in message
    assert only(path).account.unread == ()
