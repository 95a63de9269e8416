"""Returns: each planted fault is marked where it stands, and nothing else is touched."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import layouts
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import RETURNED
from selfeval_xl.readers import read_file
from selfeval_xl.workflows.returns.finding_list import NEXT_YEAR, listing
from support import fidelity
from support.returned import cell_of, form_of, listed_in, loaded, read_once
from support.tinted import tints


@pytest.fixture(scope="module")
def county(returned_county):
    """Received files, returns, and what came of them; nobody changes them."""
    return returned_county


FORM = fidelity.FORM


# Where the planted faults of the demonstration stand: department, project, rule and the field that has to be
# marked.
PLANTED = [
    (0, 0, "D03", "indicators", 1, "note"),
    (0, 1, "D01", "indicators", 2, "actual"),
    (0, 2, "F03", "funding", 0, "executed"),
    (0, 3, "F01", "funding", -1, "annual_budget"),
    (0, 4, "N01", "goal", 0, "expected"),
    (1, 0, "F05", "funding", 0, "execution_rate"),
    (1, 2, "D02", "indicators", 1, "actual"),
    (1, 3, "D07", "indicators", 1, "actual"),
    (2, 1, "N03", "goal", 0, "actual"),
    (2, 2, "F02", "funding", 0, "execution_rate"),
    (2, 3, "D04", "indicators", 1, "note"),
    (3, 0, "F04", "funding", 2, "executed"),
    (3, 2, "I06", "indicators", 2, "target"),
    (4, 0, "F08", "funding", 0, "executed"),
    (4, 1, "N06", "goal", 0, "actual"),
    (4, 2, "F10", "funding", -1, "annual_budget"),
    (5, 2, "D03", "indicators", 1, "note"),
    (6, 1, "D01", "indicators", 3, "actual"),
    (6, 4, "F12", "funding", -1, "execution_rate"),
    (7, 3, "D03", "indicators", 1, "note"),
    (8, 0, "N03", "goal", 0, "actual"),
    (9, 2, "D02", "indicators", 1, "actual"),
    (11, 4, "F03", "funding", 0, "executed"),
]


NEXT = [
    (1, 1, "I01", 1, "name"),
    (2, 0, "I02", 0, "target"),
    (3, 1, "I08", 2, "name"),
    (5, 0, "I05", 1, "target"),
]


@pytest.mark.parametrize("number,project,rule,part,row,key", PLANTED)
def test_a_planted_fault_is_marked_in_its_cell_with_a_note_and_links_both_ways(
    county, number, project, rule, part, row, key
):
    path, form = form_of(county, number, project)
    cell = cell_of(form, part, row, key)
    book = loaded(path)
    assert cell in tints(book, form.sheet)
    listed = next(
        each
        for each in listed_in(loaded(path, data_only=True))
        if each["规则编号"] == rule and each["工作表"] == form.sheet and cell in each["单元格"].split(",")
    )
    line = next(
        each[0].row for each in book[RETURNED].iter_rows(min_row=2) if str(each[0].value) == listed["序号"]
    )
    assert f"#'{form.sheet}'!{listed['单元格'].split(',')[0]}" in book[RETURNED].cell(line, 6).value
    note = book[form.sheet][cell].comment.text
    assert (
        listed["问题说明"] in note
        and listed["修改建议"] in note
        and f"第{listed['序号']}条" in note
        and rule not in note
    )
    links = [
        each.value
        for each in book[form.sheet][re.sub(r"\D", "", cell)]
        if str(each.value).startswith("=HYPERLINK")
    ]
    assert len(links) == 1 and f"#'{RETURNED}'!A" in links[0]


@pytest.mark.parametrize("number,project,rule,row,key", NEXT)
def test_what_waits_for_next_year_is_listed_apart_and_not_marked(county, number, project, rule, row, key):
    path, form = form_of(county, number, project)
    rows = listed_in(loaded(path, data_only=True))
    separator = next(place for place, each in enumerate(rows) if each["问题说明"] == NEXT_YEAR)
    assert form.indicators[row].cells[key] not in tints(loaded(path), form.sheet)
    assert [
        each["处理方式"]
        for each in rows[separator + 1 :]
        if each["规则编号"] == rule and each["工作表"] == form.sheet
    ] == ["下年完善"]
    assert {each["处理方式"] for each in rows[:separator]} <= {"本次修改", "本次说明"}


def test_what_the_bureau_has_to_settle_does_not_go_back():
    def found(treatment: Treatment) -> Finding:
        return Finding(
            message="", rule="D09", sheet=FORM, cell="A1", severity=Severity.NOTE, treatment=treatment
        )

    grid = Grid(FORM, [["x"]])
    made = listing(
        [found(Treatment.BUREAU), found(Treatment.EXPLAIN), found(Treatment.FIX), found(Treatment.NEXT_YEAR)],
        [grid],
    )
    assert [finding.treatment for finding in made.findings] == [
        Treatment.FIX,
        Treatment.EXPLAIN,
        Treatment.NEXT_YEAR,
    ] and [number for number, _ in made.marked] == [1, 2]


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_the_faults_in_a_form_of_every_layout_are_marked(county, layout_id):
    received, out, _ = county
    form = read_once(received / f"{layout_id}.xlsx").forms[0]
    path = next(out.glob(f"{layout_id}*/{layout_id}_退回修改.xlsx"))
    marked = tints(loaded(path), form.sheet)
    assert form.indicators[1].cells["actual"] in marked
    assert not form.goal.actual or form.goal.cells["actual"] in marked


def test_returns_are_whole_valid_and_only_of_departments_with_something_to_do(
    county, assert_valid_ooxml, assert_formulas_agree
):
    _, out, (result, _) = county
    assert (
        result.problems == ()
        and len(result.returns) == 20
        and result.passed == ("示例县市场监督管理局",)
        and not any(file.refused for each in result.returns for file in each.files)
    )
    for layout in ("jilin", "hunan"):
        path = next(out.glob(f"*{layout}*/*.xlsx"))
        assert_valid_ooxml(path)
    path = next(out.glob("101*/*.xlsx"), None) or Path(result.returns[0].files[0].out)
    assert_valid_ooxml(path)
    assert_formulas_agree(path)


@pytest.mark.slow
def test_every_value_and_formula_of_the_department_is_as_it_was(county):
    received, out, (result, _) = county
    for each in result.returns:
        for file in each.files:
            before, after = openpyxl.load_workbook(file.path), openpyxl.load_workbook(file.out)
            assert (
                after.sheetnames[0] == RETURNED
                and after.sheetnames[1 : 1 + len(before.sheetnames)] == before.sheetnames
            )
            for sheet in before:
                if sheet.title == "_selfeval":
                    continue
                values = {
                    cell.coordinate: cell.value
                    for row in sheet.iter_rows()
                    for cell in row
                    if cell.value is not None
                }
                now = {
                    cell.coordinate: cell.value
                    for row in after[sheet.title].iter_rows()
                    for cell in row
                    if cell.value is not None
                }
                added = {name: value for name, value in now.items() if name not in values}
                assert {name: now[name] for name in values} == values
                assert all(str(value).startswith(f"=HYPERLINK(\"#'{RETURNED}'") for value in added.values())
                assert all(
                    sheet[name]._style == after[sheet.title][name]._style
                    or repr(sheet[name].font) == repr(after[sheet.title][name].font)
                    for name in values
                )


def test_a_return_reads_as_the_same_forms(county):
    received, _, (result, _) = county
    for each in result.returns:
        for file in each.files:
            before, after = (
                {form.sheet: form for form in read_file(path).forms} for path in (file.path, file.out)
            )
            assert before.keys() == after.keys()
            for name, form in before.items():
                assert (form.funding, form.goal, form.indicators, form.tasks, form.cells) == (
                    after[name].funding,
                    after[name].goal,
                    after[name].indicators,
                    after[name].tasks,
                    after[name].cells,
                )
