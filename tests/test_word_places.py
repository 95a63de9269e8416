"""Places in Word files: nobody sees a cell E11 there, so tables and rows are counted instead."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.places import cells_shown, place_shown, sheet_shown
from selfeval_xl.readers.recognition.form_finder import forms_in
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.tab_separated import tsv_lines
from selfeval_xl.workflows.returns.notices import where
from support.case_files import CASES, read_case
from support.text_grid import grid_of

ADDRESS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}\d{1,3}(?![\d%])")


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ("E11", "第11行"),
        ("G12,G15", "第12、15行"),
        ("F11,E11", "第11行"),
        ("E22:I27", "第22至27行"),
        ("D21,E22:I23", "第21至23行"),
        ("F7,F8", "第7、8行"),
        (",".join(f"F{row}" for row in range(2, 40, 2)), "第2、4、6、8、10、12、14、16行等"),
        (None, ""),
    ],
)
def test_cells_of_a_word_file_are_rows(cells, shown):
    assert cells_shown("报送/自评表.docx", cells) == shown
    assert cells_shown("报送/自评表.xlsx", cells) == (cells or "")


def test_tables_of_a_word_file_are_counted_and_sheets_keep_their_names():
    assert (sheet_shown("a.docx", "表2"), sheet_shown("a.xlsx", "表2")) == ("第2个表", "表2")
    assert place_shown("a.DOCX", "表1", "E11") == "第1个表第11行"
    assert place_shown("a.xls", "项目01", "E11") == "项目01!E11"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_no_message_of_a_rule_names_a_cell_of_a_word_file(path):
    case = read_case(path)
    forms, stage_forms = (
        tuple(replace(form, file="自评表.docx") for form in every)
        for every in (case.file.forms, case.file.stage_forms)
    )
    file = replace(case.file, path="自评表.docx", kind="docx", forms=forms, stage_forms=stage_forms)
    found = check(gather([file], stages=True), case.policy, files=[file])
    assert len(found) == len(case.expected)
    for finding in found:
        assert ADDRESS.findall(f"{finding.message}{finding.hint}{finding.shown_cells}") == []


def test_the_reader_tells_table_and_row():
    table = """
    | 项目支出绩效自评表 | < | < | < |
    | 项目名称 | 示例 | 主管部门 | 示例局 |
    | 三级指标 | 年度指标 | 实际完成 | 得分 |
    | 培训场次 | 12场 | 12场 | 10 |
    """
    found = forms_in(grid_of(table, "表3"), "a.docx")
    assert all("表3" not in problem.text and not ADDRESS.search(problem.text) for problem in found.problems)


def test_lists_and_notices_tell_table_and_row():
    finding = Finding(
        message="没有填。",
        rule="D01",
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
        file="收/a.docx",
        sheet="表2",
        cell="F12,F14",
        project="道路",
    )
    assert where(finding) == "第2个表第12、14行"
    assert where(finding, several=True, files=True) == "“道路”（a.docx 第2个表）第12、14行"
    assert where(replace(finding, file="收/a.xlsx")) == "《表2》F12、F14"
    row = list(tsv_lines([finding]))[1].split("\t")
    assert row[4:6] == ["第2个表", "第12、14行"]
