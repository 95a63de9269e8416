"""The buttons on workbooks of the earlier stages: each does what fits the sheet, or says why not."""

from __future__ import annotations

import pytest

from selfeval_xl import addin
from selfeval_xl.addin.sentences import NO_DEVIATIONS
from selfeval_xl.templates.stage_book import fill_in_stage
from support import excel_engine
from support.add_in import RED, results

ROADS = {
    "level1": "产出指标",
    "level2": "数量指标",
    "name": "养护里程",
    "target": "≥120公里",
    "actual": "60公里",
    "forecast": "50公里",  # less than is done
    "outlook": "possible",
}
PROJECT = {
    "project": "农村公路养护",
    "department": "示例县交通运输局",
    "unit": "示例县公路段",
    "goal": {"expected": "养护公路120公里，保障群众出行。"},
    "funding": [
        {"source": "本年一般公共预算拨款", "initial_budget": "100", "executed": "55", "forecast": "100"}
    ],
    "indicators": [ROADS],
}


@pytest.fixture
def book(home, excel):
    """A monitoring workbook of one project and one spare sheet, open in the program."""
    path = home / "监控.xlsx"
    fill_in_stage("monitoring", "mof-2019", path, projects=[PROJECT], year=2024, through="1-7月", ready=1)
    with excel_engine.open_book(excel, path) as calling:
        yield calling.api


def said(excel, button: str, *answers: object) -> str:
    """What a button says."""
    excel.person.messages.clear()
    excel.person.answers[:] = answers
    addin.press(button)
    return "\n".join(excel.person.messages)


def test_a_monitoring_form_is_checked_and_marked(book, excel):
    assert said(excel, "check_book").startswith("校验完成：1张表，须修改")
    (found,) = [row for row in results(book) if row["规则编号"] == "M04"]
    first = found["单元格"].split(",")[0]
    assert book.Sheets("项目01").Range(first).Interior.Color == RED


def test_deviations_are_none_of_this_stage(book, excel):
    assert said(excel, "fill_deviations") == NO_DEVIATIONS


def test_a_spare_project_sheet_is_shown(book, excel):
    assert "项目02" in said(excel, "add_project")
    assert book.Sheets("项目02").Visible


def test_an_indicator_row_is_inserted(book, excel):
    sheet = book.Sheets("项目01")
    used = sheet.UsedRange.Value
    row = next(number for number, cells in enumerate(used, 1) if "养护里程" in cells)
    sheet.Activate()
    sheet.Range(f"D{row}").Select()
    below = used[row : row + 3]
    assert said(excel, "insert_indicator") == ""
    after = sheet.UsedRange.Value
    assert "养护里程" in after[row - 1] and "养护里程" not in after[row] and len(after) == len(used) + 1
    assert [list(cells)[3:] for cells in after[row + 1 : row + 4]] == [list(cells)[3:] for cells in below]
