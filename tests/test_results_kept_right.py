"""No old results: what fill, merge, check --fix, split, submit and issue write holds the right result of
every formula, for whoever reads it before a spreadsheet program has opened it.

LibreOffice, after a hard recalculation, says what is right; the program has to read the same before and
after.
"""

from __future__ import annotations

import zipfile
from dataclasses import asdict
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.forms import Form
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.filling.fill import fill
from selfeval_xl.workflows.filling.text_fixes import mend
from selfeval_xl.workflows.splitting import merge, split
from selfeval_xl.workflows.submission import submit
from selfeval_xl.writers.xlsx.apply import apply
from support.office import disagreements
from support.rosters import make_roster
from test_template_sheets import project
from test_workbook_agrees import LAYOUTS

IN_THE_SUITE = ("jilin-2024", "mof-2021", "yunnan")  # the others in `make soak`
EACH = [
    pytest.param(layout_id, marks=[] if layout_id in IN_THE_SUITE else [pytest.mark.soak])
    for layout_id in LAYOUTS
]


def workbook(layout_id: str, path: Path) -> Path:
    """A workbook of three projects: one complete, one with faults that are mended, one half empty."""
    forms = [project(number) for number in (1, 2, 3)]
    forms[1]["indicators"][0]["actual"] = "９座"
    forms[1]["indicators"][4]["actual"] = "８０％"
    forms[2]["indicators"][1]["actual"] = forms[2]["indicators"][2]["actual"] = ""
    forms[2]["funding"][0]["executed"] = ""
    for form in forms:
        if layout_id == "sichuan-0013zp":
            form["funding"][0]["source"] = "财政资金"
        if layout_id == "chongqing":
            for row in form["indicators"]:
                target = row.pop("target")
                digits = "".join(filter(str.isdigit, target))
                row |= {"operator": "≥", "initial_target": digits, "unit": target[1:].removeprefix(digits)}
    templates.fill_in(
        layout_id, path, projects=forms, department={"department": "示例县水利局"}, year=2024, cover={}
    )
    return path


def what_it_says(path: Path) -> tuple[list, list, list]:
    """The records, problems and findings of a file, without what differs between two copies of it."""
    file = read_file(path)
    forms = [{key: value for key, value in asdict(form).items() if key != "file"} for form in file.forms]
    findings = sorted(
        (one.rule, one.sheet or "", one.cell or "", one.message)
        for one in check(gather([file]), files=[file])
    )
    return forms, [problem.text for problem in file.problems], findings


def assert_right(path: Path, libreoffice, folder: Path) -> None:
    """Fails where a result in the file is not LibreOffice's, or the program reads another thing after it."""
    assert disagreements(libreoffice, path) == []
    again = libreoffice.type(path, [], folder / f"again-{path.name}")
    before, after = what_it_says(path), what_it_says(again)
    assert before[1:] == after[1:]
    for ours, theirs in zip(before[0], after[0], strict=True):
        for key in ("funding", "indicators", "total_score", "grade", "goal", "tasks"):
            assert ours[key] == theirs[key], (ours["sheet"], key)


def first_project(path: Path) -> Form:
    return next(form for form in read_file(path).forms if form.kind == "project")


def completed(path: Path, values: list[str | None]) -> list[Edit]:
    """The edits that give the first indicators of the first project other completed values."""
    form = first_project(path)
    rows = zip(form.indicators, values, strict=False)
    return [Edit(form.sheet, row.cells["actual"].split(",")[0], row.actual, value) for row, value in rows]


@pytest.mark.parametrize("layout_id", EACH)
def test_a_filled_and_a_mended_workbook_hold_right_results(layout_id, tmp_path, libreoffice):
    blank = workbook(layout_id, tmp_path / "a.xlsx")
    filled = fill(blank, tmp_path / "filled.xlsx")
    assert filled.edits and not filled.problems
    assert_right(tmp_path / "filled.xlsx", libreoffice, tmp_path)
    file = read_file(blank)
    mended = mend(blank, check(gather([file]), files=[file]), tmp_path / "mended.xlsx")
    assert {edit.new for edit in mended.done} >= {"9座", "80%"}
    assert_right(tmp_path / "mended.xlsx", libreoffice, tmp_path)


@pytest.mark.parametrize("layout_id", EACH)
def test_parts_the_merged_workbook_and_the_submission_hold_right_results(layout_id, tmp_path, libreoffice):
    blank = workbook(layout_id, tmp_path / "a.xlsx")
    parts = split(blank, tmp_path / "拆开").parts
    for part, values in zip(
        parts, (["10座", "96%"], ["15座", None, "90%"], ["12座", "95%", "90%"]), strict=True
    ):
        assert_right(part.file, libreoffice, tmp_path)
        typed = completed(part.file, values)
        step = tmp_path / "step.xlsx"
        assert not apply(part.file, typed, step).refused
        assert_right(step, libreoffice, tmp_path)
        step.replace(part.file)
    merged = merge(tmp_path / "拆开", tmp_path / "合并.xlsx")
    assert merged.landed >= 7
    assert_right(merged.out, libreoffice, tmp_path)
    submitted = submit(merged.out, tmp_path / "报送", agree=lambda warning: True)
    assert_right(submitted.out, libreoffice, tmp_path)


def test_a_merged_workbook_gives_no_finding_about_an_old_score(tmp_path):
    """10 of 12座 is 16.67 of 20 points; merged is 12座, 20 points (S03 said: 16.67分，没有写扣分原因)."""
    blank = workbook("mof-2021", tmp_path / "a.xlsx")
    apply(blank, completed(blank, ["10座"]), tmp_path / "whole.xlsx")
    part = split(tmp_path / "whole.xlsx", tmp_path / "拆开").parts[0].file
    apply(part, completed(part, ["12座"]), tmp_path / "step.xlsx")
    (tmp_path / "step.xlsx").replace(part)
    merged = merge(tmp_path / "拆开", tmp_path / "合并.xlsx").out
    row = first_project(merged).indicators[0]
    assert (row.actual, row.score) == ("12座", "20")
    file = read_file(merged)
    assert not [
        one for one in check(gather([file]), files=[file]) if one.rule in ("S03", "S04", "S05", "S12")
    ]


def test_issued_workbooks_hold_right_results(tmp_path, libreoffice):
    done = issuing.issue(
        make_roster(tmp_path / "名册.xlsx"), tmp_path / "下发", asked=issuing.IssueOptions(year=2024)
    )
    for department, _ in done.departments:
        assert_right(done.folder / department.file, libreoffice, tmp_path)


def test_a_formula_beyond_the_program_loses_its_result_and_the_reader_says_so(tmp_path):
    path = tmp_path / "a.xlsx"
    templates.fill_in(
        "jilin-2024", path, projects=[project(1)], department={"department": "示例局"}, year=2024, cover={}
    )
    form = first_project(path)
    row = form.indicators[0]
    book = openpyxl.load_workbook(path)
    sheet = book[form.sheet]
    sheet[row.cells["actual"]] = f"=PHONETIC({row.cells['target']})"
    book.save(tmp_path / "b.xlsx")
    name = sheet.title
    apply(tmp_path / "b.xlsx", [Edit(name, row.cells["target"], "≥12座", "≥13座")], tmp_path / "c.xlsx")
    assert (
        openpyxl.load_workbook(tmp_path / "c.xlsx", data_only=True)[name][row.cells["actual"]].value is None
    )
    file = read_file(tmp_path / "c.xlsx")
    assert any(row.cells["actual"] in problem.text for problem in file.problems)


def test_untouched_sheets_come_out_byte_for_byte(tmp_path):
    """Only sheets with a changed result are written anew."""
    blank = workbook("mof-2021", tmp_path / "a.xlsx")
    apply(blank, completed(blank, ["13座"]), tmp_path / "b.xlsx")
    with zipfile.ZipFile(blank) as before, zipfile.ZipFile(tmp_path / "b.xlsx") as after:
        same = {name for name in before.namelist() if before.read(name) == after.read(name)}
    book = openpyxl.load_workbook(blank)
    unchanged = {book.sheetnames.index(name) + 1 for name in ("项目02", "项目03", "自评报告", "指标库")}
    assert {f"xl/worksheets/sheet{number}.xml" for number in unchanged} <= same
