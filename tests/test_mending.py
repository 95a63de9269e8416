"""Mends that keep the meaning, and findings that a unit has explained."""

from __future__ import annotations

import hashlib

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Treatment
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.filling.text_fixes import mend
from selfeval_xl.workflows.marking.marks import mark
from support.command import selfeval

ROWS = [
    {"level1": "产出指标", "level2": "数量指标", "name": "维修水闸数量", "target": "≥５处", "actual": "６处"},
    {
        "level1": "产出指标",
        "level2": "质量指标",
        "name": "堤防验收合格率",
        "target": "≥95%",
        "actual": "0.97",
    },
    {
        "level1": "产出指标",
        "level2": "数量指标",
        "name": "新建堤防长度",
        "target": "≥266米",
        "actual": "≥270米",
    },
    {
        "level1": "效益指标",
        "level2": "社会效益指标",
        "name": "保护农田面积",
        "target": "≥2000亩",
        "actual": "4100亩",
    },
]


@pytest.fixture
def book(tmp_path):
    out = tmp_path / "自评表.xlsx"
    templates.fill_in(
        "jilin-2024",
        out,
        projects=[
            {
                "project": "水闸维修",
                "unit": "示例县水利局",
                "goal": {"expected": "<p>维修5处水闸。</p>", "actual": "维修6处水闸。"},
                "funding": [
                    {
                        "source": "当年财政拨款",
                        "initial_budget": "98",
                        "annual_budget": "130.00",
                        "executed": "98.5万元",
                    }
                ],
                "indicators": ROWS,
            }
        ],
    )
    return out


def test_small_faults_are_mended_in_a_copy_and_the_meaning_stays(book, tmp_path):
    before = hashlib.sha256(book.read_bytes()).hexdigest()
    file = read_file(book)
    applied = mend(book, check(gather([file])), tmp_path / "改.xlsx")
    assert applied.refused == () and hashlib.sha256(book.read_bytes()).hexdigest() == before
    assert {(edit.cell, edit.old, str(edit.new)) for edit in applied.done} == {
        ("E12", "≥５处", "≥5处"),
        ("F12", "６处", "6处"),
        ("F13", "0.97", "97%"),
        ("F14", "≥270米", "270米"),
        ("B10", "<p>维修5处水闸。</p>", "维修5处水闸。"),
        ("F5", "98.5万元", "98.5"),
    }
    assert openpyxl.load_workbook(tmp_path / "改.xlsx")["项目01"]["F5"].value == 98.5
    again = read_file(tmp_path / "改.xlsx").forms[0]
    first = next(form for form in file.forms if form.kind == "project")
    again = next(form for form in read_file(tmp_path / "改.xlsx").forms if form.kind == "project")
    assert [row.name for row in again.indicators] == [
        row.name for row in first.indicators
    ] and again.indicators[1].actual == "97%"
    assert not [
        finding
        for finding in check(gather([read_file(tmp_path / "改.xlsx")]))
        if finding.rule in ("N01", "N08", "D08")
    ]


def test_the_command_lists_old_and_new(book, tmp_path):
    run = selfeval("check", book, "--fix", "-o", tmp_path / "改.xlsx")
    assert "改了6格" in run.stdout and "98.5万元" in run.stdout and (tmp_path / "改.xlsx").exists()
    assert selfeval("check", book, "--fix").returncode == 2


def test_an_explanation_travels_with_the_file_and_settles_only_what_may_be_explained(book, tmp_path):
    marked = tmp_path / "标注.xlsx"
    findings = check(gather([read_file(book)]))
    mark(book, findings, marked)
    workbook = openpyxl.load_workbook(marked)
    sheet = workbook["校验结果"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, heads["单位说明"]).value = "资金在12月才下达，已结转。"
    workbook.save(marked)
    again = check(gather([read_file(marked)]))
    told = {finding.treatment for finding in again if finding.status == "explained"}
    asked = {(finding.rule, finding.cell) for finding in findings if finding.treatment is Treatment.EXPLAIN}
    assert (
        asked
        and told == {Treatment.EXPLAIN}
        and all(finding.explanation for finding in again if (finding.rule, finding.cell) in asked)
    )
    assert all(finding.status == "open" for finding in again if finding.treatment is Treatment.FIX)
