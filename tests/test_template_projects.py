"""Project sheets of a department workbook: twenty stand ready, and each counts, whatever it is called."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.sheet_names import COVER, REPORT, SELF_CHECK, SUMMARY
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows import issuing
from support.rosters import make_roster
from test_template_sheets import project, rows_of


def typed_column(path) -> str:
    """The letter of the column 工作表 on 项目自评汇总表."""
    head = openpyxl.load_workbook(path)[SUMMARY][3]
    return next(cell.column_letter for cell in head if str(cell.value).startswith("工作表"))


def summed(path) -> tuple[list[str], object]:
    """The names of the projects on 项目自评汇总表, and the sum of their budgets."""
    rows = rows_of(path, SUMMARY)
    total = next(row for row in rows if row[0] == "合计")
    return [row[2] for row in rows[3:] if isinstance(row[0], (int, float))], total[5]


def lines(path) -> dict[str, str]:
    """结论 of the forms by the sheet's name as 自查 shows it."""
    return {row[0]: row[13] for row in rows_of(path, SELF_CHECK)[4:] if row[0] not in (None, "", REPORT)}


def conclusion(path) -> str:
    return rows_of(path, SELF_CHECK)[2][0]


@pytest.fixture
def two(tmp_path):
    """A workbook of two filled projects, as the bureau issues it."""
    path = tmp_path / "a.xlsx"
    whole = {"department": "示例局"}
    templates.fill_in(
        "mof-2021",
        path,
        projects=[project(1), project(2)],
        department=whole,
        year=2024,
        cover={},
    )
    return path


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_twenty_project_sheets_stand_ready_and_are_no_forms_until_one_types(layout_id, tmp_path):
    templates.write(layout_id, tmp_path / "a.xlsx", 2024)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheets = [
        sheet for sheet in book.worksheets if sheet.title.startswith("项目0") or sheet.title[2:].isdigit()
    ]
    assert [sheet.title for sheet in sheets] == [f"项目{number:02}" for number in range(1, 21)]
    assert [sheet.sheet_state for sheet in sheets] == ["visible"] + ["hidden"] * 19
    file = read_file(tmp_path / "a.xlsx")
    assert [form.sheet for form in file.forms] == ["部门整体支出绩效自评表", "项目01"]
    assert not [one for one in check(gather([file]), files=[file]) if one.rule in ("T05", "X07")]
    assert set(lines(tmp_path / "a.xlsx")) == {"部门整体支出绩效自评表", "项目01"}
    assert (tmp_path / "a.xlsx").stat().st_size < 650_000


def test_a_sheet_that_stood_ready_counts_as_soon_as_it_is_shown_and_typed_into(tmp_path, libreoffice):
    blank, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    templates.write("mof-2021", blank, 2024)
    amount = next(form for form in read_file(blank).forms if form.kind == "project").funding[0]
    steps = [("show", "项目02"), ("show", "项目03"), ("rename", "项目02", "水闸 维修")]
    steps += [
        ("type", "水闸 维修", "C3", "水闸维修"),
        ("type", "水闸 维修", amount.cells["annual_budget"], "40"),
    ]
    sheet = openpyxl.load_workbook(blank)["项目02"]
    name = next(cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value == "项目名称")
    steps[3] = ("type", "水闸 维修", f"C{name[1:]}", "水闸维修")
    libreoffice.edit(blank, steps, out)
    assert [form.sheet for form in read_file(out).forms if form.kind == "project"] == ["项目01", "水闸 维修"]
    assert set(lines(out)) == {"部门整体支出绩效自评表", "项目01", "水闸 维修"}
    assert summed(out)[0][-1] == "水闸维修"


def test_a_hidden_sheet_that_was_typed_into_is_told(tmp_path, libreoffice):
    blank, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    templates.write("mof-2021", blank, 2024)
    libreoffice.edit(blank, [("type", "项目07", "D20", "受益户数")], out)
    file = read_file(out)
    assert "项目07" in [form.sheet for form in file.forms]
    assert [one.sheet for one in check(gather([file]), files=[file]) if one.rule == "T05"] == ["项目07"]
    assert "项目07" in lines(out)


def test_renamed_and_deleted_sheets(two, tmp_path, libreoffice):
    out = tmp_path / "b.xlsx"
    libreoffice.edit(two, [("rename", "项目02", "道路 (维修)"), ("drop", "项目01")], out)
    assert summed(out) == (["水闸维修2"], 100)
    assert lines(out) == {"部门整体支出绩效自评表": "还没有填", "道路 (维修)": "可报送"}
    errors = [
        (name, cell.coordinate)
        for name in (COVER, SUMMARY, SELF_CHECK)
        for row in openpyxl.load_workbook(out, data_only=True)[name].iter_rows()
        for cell in row
        if cell.data_type == "e"
    ]
    assert errors == []


@pytest.mark.parametrize(
    ("name", "place", "named"),
    [
        ("项目03", 5, None),  # the next number is known without a word
        ("项目01 (2)", 5, "“项目01 (2)”"),  # as Excel and WPS call a copy
        ("项目02_2", 5, "“项目02_2”"),  # as LibreOffice does
        ("道路项目", 5, ""),
        ("项目2", 1, ""),
    ],
)
def test_a_copied_sheet_counts_or_is_told(name, place, named, two, tmp_path, libreoffice):
    out, mended = tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    libreoffice.edit(two, [("move", "项目01", name, place)], out)
    if named is None:
        assert summed(out) == (["水闸维修1", "水闸维修2", "水闸维修1"], 300)
        return
    assert summed(out)[1] == 200
    assert conclusion(out).startswith(f"结论：有1张项目表{named}没有列入项目自评汇总表")
    row = 3 + 3  # the third line
    libreoffice.edit(out, [("type", SUMMARY, f"{typed_column(out)}{row}", name)], mended)
    assert summed(mended) == (["水闸维修1", "水闸维修2", "水闸维修1"], 300)
    assert name in lines(mended) and "没有列入" not in conclusion(mended)


def test_twenty_two_projects_are_all_summed(tmp_path, assert_formulas_agree):
    path = tmp_path / "a.xlsx"
    templates.fill_in(
        "mof-2021",
        path,
        projects=[project(number) for number in range(1, 23)],
        department={"department": "示例局"},
        year=2024,
        cover={},
    )
    assert_formulas_agree(path)
    names, total = summed(path)
    assert len(names) == 22 and total == 2200
    stamp = openpyxl.load_workbook(path, data_only=True)[SUMMARY]["A2"].value
    assert stamp == "部门（盖章）：示例局"


@pytest.mark.parametrize("name", ["项目01 (2)", "项目02_2", "道路项目"])
def test_a_copy_before_the_first_sheet_is_told(name, two, tmp_path, libreoffice):
    """Excel proposes that place for a copy; no sum over sheets reaches it."""
    out, mended = tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    head = next(form for form in read_file(two).forms if form.sheet == "项目01").cells["project"]
    another = ("type", name, head, "道路养护")
    libreoffice.edit(two, [("move", "项目01", name, 0), another], out)
    assert conclusion(out) == (
        "结论：有工作表排在“填报说明”前面，本页和汇总表看不到它；是项目表的，请把它拖到“填报说明”后面"
        if name == "道路项目"
        else f"结论：有1张项目表“{name}”没有列入项目自评汇总表，请把表名写进汇总表右边的“工作表”一栏"
    )
    file = read_file(out)
    assert "X13" in {one.rule for one in check(gather([file]), files=[file])}
    libreoffice.edit(
        two, [("move", "项目01", name, 5), ("type", SUMMARY, f"{typed_column(two)}6", name)], mended
    )
    assert "填报说明" not in conclusion(mended) and "没有列入" not in conclusion(mended)


def test_a_project_that_the_bureau_did_not_issue_is_added_by_a_copy(tmp_path, libreoffice):
    """The copy takes neither the code nor the issued values of the project it was made from."""
    issued = tmp_path / "下发"
    done = issuing.issue(make_roster(tmp_path / "名册.xlsx"), issued, asked=issuing.IssueOptions(year=2024))
    path, out = done.folder / done.departments[0][0].file, tmp_path / "b.xlsx"
    file = read_file(path)
    assert "ready" not in file.settings  # the projects are those of the roster
    forms = [form for form in file.forms if form.kind == "project"]
    source, new = forms[0], f"项目{len(forms) + 1:02}"
    cells = {"项目名称": source.cells["project"], "指标值": source.indicators[0].cells["target"]}
    steps = [("move", source.sheet, new, 5)]
    steps += [("type", new, cells["项目名称"], "校园围墙维修"), ("type", new, cells["指标值"], "≥300平方米")]
    libreoffice.edit(path, steps, out)
    line = next(row for row in rows_of(out, SUMMARY) if row[2] == "校园围墙维修")
    codes = [row[1] for row in rows_of(out, SUMMARY)[3:] if isinstance(row[0], (int, float))]
    assert source.project_code in codes and line[1] in (None, "")
    assert new in lines(out) and "没有列入" not in conclusion(out)
    after = read_file(out)
    added = next(form for form in after.forms if form.sheet == new)
    assert added.project_code is None and added.indicators[0].target == "≥300平方米"
    said = {(one.rule, one.sheet) for one in check(gather([after]), files=[after])}
    assert not said & {("T04", new), ("X13", SUMMARY), ("X07", new)}
