"""The way back from a marked row of a form to its row on 校验结果: written by 校验, taken away by 清除标注,
no content of anybody's.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.model.grid import a1, position
from selfeval_xl.model.sheet_names import RESULTS
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.readers.recognition.back_links import links_in
from selfeval_xl.workflows.marking.back_links import MOST
from selfeval_xl.workflows.marking.marks import unmark
from selfeval_xl.workflows.submission import code_of
from support.add_in import ONE, TWO, opened, results, snapshot

GREY = 0xF2F2F2


def links(api, tmp_path: Path, name: str = ONE) -> dict[str, str]:
    """Cell and formula of all links of ours on a sheet."""
    path = tmp_path / "links.xlsx"
    api.SaveCopyAs(str(path))
    grid = next(grid for grid in open_source(path).grids if grid.name == name)
    return {a1(*place): formula for place, formula in links_in(grid).items()}


@pytest.fixture
def bare(home, excel, book, two_projects):
    """The same workbook without print areas and without our columns: a form as other programs write it."""
    path = home / "无打印区域.xlsx"
    file = openpyxl.load_workbook(two_projects)
    for name in (ONE, TWO):
        file[name].print_area = None
        file[name].delete_cols(8, 80)
    file.save(path)
    return opened(excel, path)


def test_each_marked_row_has_a_link_to_its_row_of_the_list(book, press, home):
    press("check_book")
    found = links(book, home)
    row = next(
        row for row in results(book) if (row["规则编号"], row["单元格"], row["工作表"]) == ("D03", "G18", ONE)
    )
    column = {cell.rstrip("0123456789") for cell in found}
    assert len(column) == 1 and f"{(letters := column.pop())}18" in found
    assert found[f"{letters}18"].startswith(
        f'=HYPERLINK("#\'{RESULTS}\'!A{row["序号"] + 1:.0f}","第{row["序号"]:.0f}'
    )
    assert found[f"{letters}1"] == f'=HYPERLINK("#\'{RESULTS}\'!A1","回校验结果")'
    marked = {
        int("".join(filter(str.isdigit, row["单元格"].split(",")[0])))
        for row in results(book)
        if row["工作表"] == ONE and row["单元格"]
    }
    assert {position(cell)[0] + 1 for cell in found} >= marked
    sheet = book.Sheets(ONE)
    assert sheet.Range(f"{letters}18").Interior.Color == GREY and sheet.Range(
        f"{letters}18"
    ).Value.startswith("第")
    assert position(f"{letters}1")[1] > position(sheet.PageSetup.PrintArea.replace("$", "").split(":")[1])[1]


def test_clearing_leaves_what_was_there_and_a_new_check_replaces_the_links(book, press, home):
    before = {
        place: told for place, told in snapshot(book, home).items() if place[0] not in (RESULTS, "_selfeval")
    }
    press("check_book")
    first = links(book, home)
    book.Sheets(ONE).Range("G18").Value = "厂家没有按时供货。"
    press("check_book")
    second = links(book, home)
    assert second != first and second.keys() == first.keys()
    book.Sheets(ONE).Range("G18").Value = None
    press("clear_marks")
    assert {
        place: told for place, told in snapshot(book, home).items() if place[0] not in (RESULTS, "_selfeval")
    } == before
    assert links(book, home) == {}


def test_checking_one_sheet_keeps_the_marks_of_the_others_and_their_numbers_true(book, press, home):
    book.Sheets(TWO).Range("E18:G18").Value = [["'=25部", "'0部", None]]
    book.Sheets(TWO).Range("G18").AddComment("李四：已问")
    press("check_book")
    book.Sheets(ONE).Range("F18").Value, book.Sheets(ONE).Range("F13").Value = "'25部", "'0条"
    book.Sheets(ONE).Activate()
    press("check_sheet")
    rows = [
        row for row in results(book) if row["工作表"] == TWO and row["单元格"] and row["状态"] != "已修改"
    ]
    told, sheet = links(book, home, TWO), book.Sheets(TWO)
    for row in rows:
        for cell in row["单元格"].split(","):
            number = f"{row['序号']:.0f}"
            note = sheet.Range(cell).Comment.Text()
            assert number in note.rpartition("第")[2].removesuffix("条）").split("、"), note
            named = (
                next(formula for place, formula in told.items() if position(place)[0] == position(cell)[0])
                .partition("第")[2]
                .partition("条")[0]
                .split("、")
            )
            assert number in named or len(named) == MOST
    assert sheet.Range("G18").Comment.Text().startswith("李四：已问\n——") and len(rows) > 1
    press("clear_marks")
    assert sheet.Range("G18").Comment.Text() == "李四：已问"


def test_what_a_person_typed_in_the_column_of_links_stays(book, press, home):
    press("check_book")
    letters = next(iter(links(book, home))).rstrip("0123456789")
    sheet = book.Sheets(ONE)
    sheet.Range(f"{letters}18").Value, sheet.Range(f"{letters}30").Value = "问李四", "待办"
    press("check_book")
    press("clear_marks")
    assert (sheet.Range(f"{letters}18").Value, sheet.Range(f"{letters}30").Value) == (
        "问李四",
        "待办",
    ) and links(book, home) == {}


def test_a_form_without_print_area_prints_as_before_once_the_marks_are_gone(bare, press, home):
    sheet = bare.Sheets(ONE)
    before = snapshot(bare, home)
    press("check_book")
    cells = links(bare, home)
    assert sheet.PageSetup.PrintArea.startswith("$A$1:$G$") and {position(cell)[1] for cell in cells} == {8}
    press("fill_deviations")
    assert sheet.Range("K11").Value == "完成率"
    press("undo")
    press("clear_marks")
    assert sheet.PageSetup.PrintArea == "" and {
        place: told for place, told in snapshot(bare, home).items() if place[0] in (ONE, TWO)
    } == {place: told for place, told in before.items() if place[0] in (ONE, TWO)}
    press("check_book")
    press("undo")
    assert sheet.PageSetup.PrintArea == "" and links(bare, home) == {}


def test_links_are_no_content_and_go_with_the_marks_by_command_too(bare, press, home, assert_valid_ooxml):
    plain, marked, clean = home / "原样.xlsx", home / "标注.xlsx", home / "还原.xlsx"
    bare.SaveCopyAs(str(plain))
    press("check_book")
    bare.SaveCopyAs(str(marked))
    forms = read_file(plain).forms, read_file(marked).forms
    assert [form.indicators for form in forms[0]] == [form.indicators for form in forms[1]] and code_of(
        forms[0]
    ) == code_of(forms[1])
    assert [form.frame for form in forms[0]] == [form.frame for form in forms[1]]
    unmark(marked, clean)
    assert_valid_ooxml(clean)
    file = openpyxl.load_workbook(clean)
    assert (
        not [cell for cell in file[ONE]["I"] if cell.value or cell.fill.fill_type]
        and not file[ONE].print_area
    )
    press("make_submission", "yes")
    out = openpyxl.load_workbook(next(home.glob("*_第1次.xlsx")))
    assert not [cell for name in (ONE, TWO) for cell in out[name]["I"] if cell.value or cell.fill.fill_type]


def test_links_in_a_single_form_are_nothing_that_a_colleague_changed(two_projects, home, excel, press):
    from selfeval_xl.workflows.splitting.returned import read_returned

    path = Path(shutil.copy(two_projects, home / "单表.xlsx"))
    before = read_returned(str(path)).sheets
    api = opened(excel, path)
    press("check_book")
    api.SaveCopyAs(str(home / "交回.xlsx"))
    assert links(api, home)
    after = read_returned(str(home / "交回.xlsx")).sheets
    assert [set(sheet.texts) for sheet in after] == [set(sheet.texts) for sheet in before]


def test_a_new_project_form_has_no_links_of_the_one_it_is_a_copy_of(book, press, home):
    press("check_book")
    book.Sheets(ONE).Activate()
    press("add_project")
    assert links(book, home) and links(book, home, "项目03") == {}


def test_rows_hidden_by_a_filter_get_their_links_in_the_right_row(book, press, home, excel):
    book.SaveCopyAs(str(home / "筛选.xlsx"))
    file = openpyxl.load_workbook(home / "筛选.xlsx")
    file[ONE].auto_filter.ref = "D11:G30"
    file[ONE].auto_filter.add_filter_column(0, ["公路养护事项第7类"])
    for row in (*range(12, 18), *range(19, 31)):
        file[ONE].row_dimensions[row].hidden = True
    file.save(home / "筛选.xlsx")
    api = opened(excel, home / "筛选.xlsx")
    press("check_book")
    told = links(api, home)
    assert any(cell.endswith("18") for cell in told)
    press("clear_marks")
    assert links(api, home) == {}
