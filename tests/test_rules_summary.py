"""X13: 项目自评汇总表 says what the project forms of its workbook say."""

from __future__ import annotations

import openpyxl
import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding
from selfeval_xl.model.sheet_names import SUMMARY
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from support.fillings import filling

LAYOUTS = ("jilin-2024", "mof-2020", "mof-2021", "yunnan", "sichuan-0013zp", "chongqing", "anhui", "hunan")


def workbook(path, layout_id: str):
    """A workbook of two projects; its formulas carry their values."""
    layout = next(layout for layout in layouts.sheets_of(layout_id) if layout.kind == "project")
    projects = [filling(layout) | {"project": name} for name in ("农村公路养护", "危桥改造")]
    templates.fill_in(layout_id, path, projects=projects, department={}, year=2024, cover={})
    return path


def found(path) -> list[Finding]:
    """The findings of X13 in a file."""
    file = read_file(path)
    return [finding for finding in check(gather([file]), files=[file]) if finding.rule == "X13"]


def typed(path, values: dict[str, object]) -> None:
    """Types values over cells of the summary; the other formulas keep the values that they had."""
    known, book = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    for sheet in book:  # openpyxl writes formulas without values
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = known[sheet.title][cell.coordinate].value
    for name, value in values.items():
        book[SUMMARY][name] = value
    book.save(path)


@pytest.mark.parametrize("layout_id", LAYOUTS)
def test_a_summary_of_formulas_agrees(layout_id, tmp_path):
    path = workbook(tmp_path / "表.xlsx", layout_id)
    assert len(read_file(path).summary) == 2 and found(path) == []


@pytest.mark.parametrize(
    "cell, value, told",
    [
        ("F4", 1, "全年预算数填1，项目表是113万元"),
        ("G5", 99.5, "全年执行数填99.5，项目表是104.69万元"),
        ("H4", 0.99, "执行率填99.00%，项目表是92.65%"),
        ("I5", 3, "指标总数填3，项目表是"),
        ("J4", 0, "未完成指标数填0，项目表是"),
    ],
)
def test_a_figure_typed_over_is_named_with_both_numbers(cell, value, told, tmp_path):
    path = workbook(tmp_path / "表.xlsx", "jilin-2024")
    typed(path, {cell: value})
    (finding,) = found(path)
    assert (finding.sheet, finding.cell) == (SUMMARY, cell)
    assert told in finding.message and finding.treatment.value == "fix"
    assert finding.subject and f"“{finding.subject}”" in finding.message


@pytest.mark.parametrize(
    "values",
    [
        {"J4": "0，另有2个待核定"},
        {"K4": "还有3格得分没填"},
        {"F4": None, "G4": None},  # not calculated: unknown
        {"F4": "113.000"},
        {"C4": "农村公路 养护"},
    ],
)
def test_what_is_open_or_only_written_otherwise_differs_from_nothing(values, tmp_path):
    path = workbook(tmp_path / "表.xlsx", "jilin-2024")
    typed(path, values)
    assert found(path) == []


def test_a_project_that_only_one_of_them_has(tmp_path):
    path = workbook(tmp_path / "表.xlsx", "mof-2021")
    typed(path, {"C5": "水库除险"})
    told = {finding.cell: finding.message for finding in found(path)}
    assert told.keys() == {"C4", "C5"} and "没有对应的项目表" in told["C5"]
    assert "汇总表上没有“项目02”的项目“危桥改造”" in told["C4"]


def test_a_copied_sheet_that_the_summary_does_not_know_is_named(tmp_path):
    path = workbook(tmp_path / "表.xlsx", "mof-2020")
    typed(path, {})
    book = openpyxl.load_workbook(path)
    copy = book.copy_worksheet(book["项目01"])
    copy.title = "项目01 (2)"
    for row in copy.iter_rows():
        for cell in row:
            if cell.value == "农村公路养护":
                cell.value = "水毁修复"
    book.save(path)
    (finding,) = found(path)
    assert "“项目01 (2)”的项目“水毁修复”" in finding.message and finding.subject == "水毁修复"


def test_the_unit_of_the_sheet_counts(tmp_path):
    path = workbook(tmp_path / "表.xlsx", "jilin-2024")
    typed(
        path,
        {"F2": "金额单位：元", "E4": 1235000, "F4": 1130000, "G4": 1046900.01, "E5": 1, "F5": 1, "G5": 1},
    )
    assert [finding.cell for finding in found(path)] == ["E5,F5,G5"]
