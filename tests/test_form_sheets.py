"""The forms themselves as sheets of the county workbook: what was typed comes out of the drawing again; names
that Excel takes.
"""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.county import consolidate, output
from selfeval_xl.county.workbook.form_sheets import LONGEST_NAME, plain, sheet_name
from selfeval_xl.filings.grouping import content_key
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.templates.frame import draw
from selfeval_xl.workflows.demo.county import made_up
from support.counties import send
from support.fillings import filling


@pytest.mark.parametrize("layout", layouts.load_all(), ids=lambda layout: f"{layout.id}-{layout.kind}")
def test_a_form_drawn_again_says_the_same(layout):
    (form,) = forms_in(draw(layout, filling(layout), 2024).grid("表"), "a").forms
    (again,) = forms_in(draw(layout, plain(form, layout), form.year).grid("表"), "a").forms
    assert content_key(again) == content_key(form)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("101-01校车", "101-01校车"),
        ("a/b:c*[d]?\\e", "abcde"),
        ("'引号'", "引号"),
        ("", "表"),
        ("长" * 40, "长" * LONGEST_NAME),
        ("History", "History(2)"),
    ],
)
def test_names_are_such_as_excel_takes(wanted, name):
    assert sheet_name(wanted, set()) == name


def test_no_two_sheets_have_one_name():
    taken = {"总览"}
    assert [sheet_name(name, taken) for name in ("总览", "A", "a", "长" * 40, "长" * 40)] == [
        "总览(2)",
        "A",
        "a(2)",
        "长" * 31,
        "长" * 28 + "(2)",
    ]


def test_the_forms_follow_their_index(tmp_path, assert_formulas_agree, assert_valid_ooxml):
    folder = tmp_path / "收到"
    for department in made_up()[0][:2]:
        templates.fill_in(
            department.layout,
            folder / f"{department.name}.xlsx",
            projects=department.projects[:2],
            department=department.whole,
            year=2024,
            settings={"department_code": department.code, "department": department.name},
        )
    county = consolidate(folder, tmp_path / "全县.xlsx", with_forms=True)
    book = openpyxl.load_workbook(county.out)
    names = book.sheetnames[book.sheetnames.index("表册目录") + 1 :]
    index = [
        [cell.value for cell in row]
        for row in book["表册目录"].iter_rows(min_row=2)
        if isinstance(row[0].value, int)
    ]
    assert [row[8] for row in index] == names and len(names) == 6 and names[0] == "101-00部门整体"
    assert all(row[11] == f'=HYPERLINK("#\'{row[8]}\'!A1","打开")' for row in index)
    assert "项目支出绩效自评表" in str(book[names[1]]["A1"].value)
    again = consolidate(folder, tmp_path / "全县.xlsx")
    assert "表册目录" not in openpyxl.load_workbook(again.out).sheetnames and again.lost == 0
    county = consolidate(folder, tmp_path / "另一份.xlsx", with_forms=True)
    assert_formulas_agree(county.out)
    assert_valid_ooxml(county.out)


@pytest.fixture(scope="module")
def too_many(tmp_path_factory):
    """Two departments' forms, of which no more than five go into one workbook."""
    folder = tmp_path_factory.mktemp("many") / "收到"
    for department in made_up()[0][:2]:
        send(folder / f"{department.name}.xlsx", department, projects=department.projects[:2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "MOST_SHEETS", 5)
        yield folder


def test_too_many_forms_are_one_workbook_a_department_and_the_index_leads_there(
    too_many, tmp_path, assert_formulas_agree
):
    asked: list[int] = []
    county = consolidate(
        too_many, tmp_path / "全县.xlsx", with_forms=lambda number: bool(asked.append(number))
    )
    book = openpyxl.load_workbook(county.out)
    assert asked == [6] and book.sheetnames[-1] == "表册目录"
    files = {path.name: openpyxl.load_workbook(path) for path in (tmp_path / "全县_表册").iterdir()}
    assert sorted(files) == ["101示例县教育局.xlsx", "102示例县水利局.xlsx"]
    rows = [row for row in book["表册目录"].iter_rows(min_row=2, values_only=True) if isinstance(row[0], int)]
    assert len(rows) == 6
    for row in rows:
        file = f"{row[2]}{row[3]}.xlsx"
        assert row[8] in files[file].sheetnames
        assert row[11] == f'=HYPERLINK("全县_表册/{file}#\'{row[8]}\'!A1","打开")'
    assert any("全县_表册" in note for note in county.notes)
    assert_formulas_agree(tmp_path / "全县_表册" / "101示例县教育局.xlsx")


def test_a_workbook_of_forms_that_somebody_changed_is_left_and_said(too_many, tmp_path):
    consolidate(too_many, tmp_path / "全县.xlsx", with_forms=True)
    path = tmp_path / "全县_表册" / "101示例县教育局.xlsx"
    book = openpyxl.load_workbook(path)
    book.active["A1"] = "有人改过"
    book.save(path)
    before = path.read_bytes()
    county = consolidate(too_many, tmp_path / "全县.xlsx", with_forms=True)
    assert path.read_bytes() == before and any("101示例县教育局.xlsx" in note for note in county.notes)


def test_who_wants_all_forms_in_one_workbook_gets_them(too_many, tmp_path):
    county = consolidate(too_many, tmp_path / "全县.xlsx", with_forms=lambda number: True)
    names = openpyxl.load_workbook(county.out).sheetnames
    assert len(names) - names.index("表册目录") == 7 and not (tmp_path / "全县_表册").exists()
