"""The department workbook on paper: what is cut is told, pages are legible, the right people sign."""

from __future__ import annotations

import re
import subprocess
import zipfile

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.model.forms import DEPARTMENT, PROJECT
from selfeval_xl.model.sheet_names import REPORT, SELF_CHECK
from selfeval_xl.readers import read_file
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.heights import lines_needed
from selfeval_xl.workflows.filling.fill import fill
from support.fillings import filling
from support.paper import as_excel_prints
from test_template_sheets import project, rows_of

LAYOUTS = layouts.load_all()
NAMES = [f"{layout.id}.{layout.kind}" for layout in LAYOUTS]
SENTENCE = "全年维修水闸12座，其中大型水闸3座、中型水闸9座，完成率100%，群众满意度93.5%；"


def to_look_at(path) -> dict[str, str]:
    """打印前看 of 自查 by the name of the sheet."""
    return {row[0]: row[14] or "" for row in rows_of(path, SELF_CHECK)[4:] if row[0]}


def workbook(path, layout_id: str = "mof-2021"):
    """A workbook of one project and a department form, as it is handed out."""
    forms = {"projects": [project(1, goal={})], "department": {"department": "示例局"}}
    templates.fill_in(layout_id, path, **forms, year=2024, cover={})
    return path


@pytest.mark.parametrize("layout_id", ["mof-2021", "yunnan", "hunan"])
def test_rows_with_more_text_than_they_show_are_named(layout_id, tmp_path, libreoffice):
    """A merged cell of 84 points shows six lines; a row of indicators grows and is not named."""
    path = workbook(tmp_path / "a.xlsx", layout_id)
    form = next(form for form in read_file(path).forms if form.kind == PROJECT)
    goal, done = (form.goal.cells[key] for key in ("expected", "actual"))
    row, note = re.sub(r"\D", "", goal), form.indicators[0].cells["note"]
    assert to_look_at(path) == dict.fromkeys(("部门整体支出绩效自评表", "项目01", REPORT), "")
    cases = {
        "short": ([("项目01", goal, SENTENCE), ("项目01", note, SENTENCE * 4)], ""),
        "long": ([("项目01", goal, SENTENCE * 9)], f"第{row}行字多"),
        "both": ([("项目01", goal, SENTENCE * 9), ("项目01", done, SENTENCE * 9)], f"第{row}行字多"),
        "breaks": ([("项目01", done, "\n".join(["维修完成。"] * 12))], f"第{row}行字多"),
    }
    for name, (typed, said) in cases.items():
        out = libreoffice.type(path, typed, tmp_path / f"{name}.xlsx")
        assert to_look_at(out)["项目01"] == said, name


def test_a_row_made_for_a_long_text_is_not_named_until_more_is_written(tmp_path, libreoffice):
    path = tmp_path / "a.xlsx"
    long = project(1, goal={"expected": SENTENCE * 9, "actual": "已完成。"})
    templates.fill_in(
        "mof-2021", path, projects=[long], department={"department": "示例局"}, year=2024, cover={}
    )
    cells = next(form for form in read_file(path).forms if form.kind == PROJECT).goal.cells
    assert to_look_at(path)["项目01"] == ""
    out = libreoffice.type(path, [("项目01", cells["actual"], SENTENCE * 20)], tmp_path / "b.xlsx")
    assert to_look_at(out)["项目01"] == f"第{re.sub(r'[A-Z]', '', cells['actual'])}行字多"


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_no_column_with_long_texts_of_indicators_is_merged(layout):
    """Merged cells do not grow with their text, neither in Excel nor in WPS."""
    growing = [cell for cell in draw(layout, live=True).cells if cell.look in ("name", "note", "target")]
    wide = {cell.key for cell in growing if cell.area.left != cell.area.right}
    assert wide <= {"operator", "unit"}


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
def test_those_who_sign_have_their_place(layout):
    """单位负责人、财务负责人、填表人 and the seal on the department form, 项目负责人 on the project form."""
    signed = "".join(str(cell.value) for cell in draw(layout, {}, 2024).cells if cell.key == "signature")
    if layout.kind == DEPARTMENT:
        assert all(f"{who}：" in signed for who in ("部门（公章）", "负责人", "财务负责人", "填表人"))
    else:
        assert "负责人：" in signed
    names = {"负责人": "张三", "财务负责人": "李四", "填表人": "王五", "项目负责人": "赵六"}
    data = {"department": "示例局", "project": "水闸维修", "signature": names}
    form = forms_in(draw(layout, data, 2024).grid("表"), "a.xlsx").forms[0]
    written = {label.strip("：") for label in layout.signature} & names.keys()
    assert {label: form.signature[label] for label in written} == {label: names[label] for label in written}
    assert form.account.unread == () and form.department in ("示例局", None)


def test_a_seal_line_with_a_name_is_no_department_of_its_own():
    layout = next(each for each in LAYOUTS if each.id == "mof-2020" and each.kind == DEPARTMENT)
    data = {"department": "示例县水利局", "signature": {"部门（公章）": "水利局"}}
    form = forms_in(draw(layout, data, 2024).grid("表"), "a.xlsx").forms[0]
    assert form.department == "示例县水利局" and form.account.unread == ()


ROWS = (  # level 1, level 2, name; rows without a name are ready to be filled in
    ("产出指标", "数量指标", "维修水闸数量"),
    ("产出指标", "数量指标", ""),
    ("产出指标", "质量指标", ""),
    ("产出指标", "质量指标", ""),
    ("产出指标", "时效指标", ""),
    ("产出指标", "时效指标", "按期完工率"),
    ("效益指标", "社会效益指标", ""),
    ("满意度指标", "服务对象满意度指标", "群众满意度"),
)


@pytest.fixture
def submitted(tmp_path):
    """A workbook with ready rows of which some are empty, typed into and submitted."""
    from selfeval_xl.workflows.submission import submit

    rows = [
        {
            "level1": one,
            "level2": two,
            "name": name,
            "target": "≥90%" if name else "",
            "actual": "95%" if name else "",
        }
        for one, two, name in ROWS
    ]
    path = tmp_path / "a.xlsx"
    forms = [project(1, indicators=rows), project(2)]
    templates.fill_in(
        "mof-2021", path, projects=forms, department={"department": "示例局"}, year=2024, cover={}
    )
    return path, submit(path, tmp_path / "报送").out


def hidden_rows(path, sheet: str, first: int, last: int) -> list[int]:
    rows = openpyxl.load_workbook(path)[sheet].row_dimensions
    return [row for row in range(first, last + 1) if rows[row].hidden]


def test_rows_without_an_indicator_do_not_print_in_the_submission(submitted):
    """The first row of 时效指标 carries the label of the row below; the other empty ones go."""
    path, out = submitted
    first = int(re.sub(r"\D", "", read_file(path).forms[1].indicators[0].cells["name"]))
    last = first + len(ROWS) - 1
    assert hidden_rows(path, "项目01", first, last) == []
    assert [row - first for row in hidden_rows(out, "项目01", first, last)] == [1, 2, 3, 6]
    assert hidden_rows(out, "项目02", first, first + 4) == []


def test_lines_without_a_project_do_not_print_in_the_submission(submitted):
    path, out = submitted
    assert hidden_rows(path, "项目自评汇总表", 1, 29) == []
    assert hidden_rows(out, "项目自评汇总表", 1, 29) == list(range(6, 29))  # the total is row 29


def test_the_submission_is_read_as_before_and_nothing_is_said_of_hidden_rows(submitted):
    from selfeval_xl.filings.grouping import content_key, gather
    from selfeval_xl.rules.runner import check

    path, out = submitted
    before, after = read_file(path), read_file(out)
    assert [content_key(form) for form in before.forms] == [content_key(form) for form in after.forms]
    assert "T05" not in {one.rule for one in check(gather([after]), files=[after])}


def test_lines_are_shown_again_when_a_project_is_added_to_a_submission(submitted, tmp_path, libreoffice):
    from selfeval_xl.workflows.submission import submit

    _, out = submitted
    added = (
        libreoffice.edit(out, [("move", "项目02", "项目03", 5)], tmp_path / "b.xlsx") or tmp_path / "b.xlsx"
    )
    again = submit(added, tmp_path / "再报").out
    assert hidden_rows(again, "项目自评汇总表", 1, 29) == list(range(7, 29))


def test_without_stored_results_no_line_of_a_project_is_hidden(submitted, tmp_path):
    """A file saved by a program that computes nothing has no names on the summary."""
    from selfeval_xl.workflows.submission import submit

    path, _ = submitted
    book = openpyxl.load_workbook(path)
    book.save(tmp_path / "b.xlsx")
    out = submit(tmp_path / "b.xlsx", tmp_path / "再报").out
    assert hidden_rows(out, "项目自评汇总表", 1, 29) == []


TITLE_POINTS = 18
IN_THE_SUITE = ("mof-2021", "sichuan-0013zp")  # the usual one, and the one with most columns


def with_long_texts(path, layout_id: str) -> None:
    """Writes a filled workbook whose goals, tasks and reasons are long."""
    forms = {layout.kind: filling(layout) for layout in layouts.sheets_of(layout_id)}
    for form in forms.values():
        form["goal"] = dict.fromkeys(form["goal"], SENTENCE * 12)
        for row in form["indicators"]:
            row["note"] = SENTENCE * 3 if "note" in row else None
        for task in form.get("tasks", ()):
            task |= {"content": SENTENCE * 3, "outcome": SENTENCE * 3}
    templates.fill_in(
        layout_id, path, projects=[forms[PROJECT]], department=forms[DEPARTMENT], year=2024, cover={}
    )


def printed(path, libreoffice, folder) -> tuple[dict[str, float], int]:
    """The scale at which each sheet is printed, by the beginning of its title, and the number of pages."""
    copy = as_excel_prints(path, folder / f"{path.stem}-digits.xlsx")
    pdf = libreoffice.convert(copy, "pdf", folder)
    words = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True)
    found = re.compile(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)<')
    titles = {
        str(cell.value)
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows(max_row=3, max_col=1)
        for cell in row
        if cell.font.size == TITLE_POINTS
    }
    sizes: dict[str, float] = {}
    for left, right, word in found.findall(words.stdout):
        if word in titles:  # also in other cells, in smaller letters
            letters = sum(0.55 if each.isdigit() else 1 for each in word)
            scale = (float(right) - float(left)) / letters / TITLE_POINTS
            sizes[word] = max(sizes.get(word, 0), scale)
    assert sizes.keys() == titles
    return sizes, words.stdout.count("<page ")


@pytest.mark.office
@pytest.mark.parametrize(
    "layout_id",
    [pytest.param(one, marks=() if one in IN_THE_SUITE else pytest.mark.soak) for one in layouts.ids()],
)
def test_every_sheet_prints_one_page_wide_at_seventy_percent_or_more(layout_id, tmp_path, libreoffice):
    path = tmp_path / "a.xlsx"
    with_long_texts(path, layout_id)
    scales, pages = printed(path, libreoffice, tmp_path)
    assert len(scales) >= 6 and min(scales.values()) >= 0.7, scales
    assert max(scales.values()) <= 1.02 and pages <= 30  # one page wide: a second one would double them


def test_a_row_that_was_made_higher_for_a_stub_still_grows(tmp_path):
    """Whoever writes a longer reason over the stub sees all of it: a height of its own would be kept."""
    rows = project(1)["indicators"]
    rows[0]["actual"] = "1座"
    path, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    templates.fill_in("mof-2021", path, projects=[project(1, indicators=rows)], year=2024, cover={})
    fill(path, out)
    form = next(form for form in read_file(out).forms if form.kind == PROJECT)
    note = form.indicators[0].cells["note"]
    with zipfile.ZipFile(out) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if "/sheet" in name]
    cells = [part for part in parts if re.search(rf'<c r="{note}"[^>]*><is><t[^>]*>年度指标值', part)]
    cells = cells or [part for part in parts if "年度指标值≥12座" in part]
    row = re.search(rf'<row r="{note[1:]}"[^>]*>', cells[0])[0]
    assert "customHeight" not in row and float(re.search(r' ht="([\d.]+)"', row)[1]) > 60


def test_the_name_of_the_department_form_is_whole_in_its_line_of_the_check(tmp_path):
    """Rows of formulas do not grow, so the column is wide enough for the longest name of a form."""
    path = workbook(tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path)[SELF_CHECK]
    assert lines_needed("部门整体支出绩效自评表", sheet.column_dimensions["A"].width - 1.3) == 1
