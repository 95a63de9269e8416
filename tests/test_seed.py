"""The real filing, end to end: read as printed, checked, filled in, consolidated, read again."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.forms import DEPARTMENT, PROJECT
from selfeval_xl.model.quantity import money
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.demo.county import seed_filing
from selfeval_xl.workflows.filling.fill import fill

KNOWN = seed_filing()


def assert_as_printed(file, sheets=("项目支出绩效自评表", "部门整体支出绩效自评表"), down=0):
    """Every value of both forms; `down`: rows that the sheet lost above the form (no title in Word)."""
    by_kind = {form.kind: form for form in file.forms}
    project, whole = by_kind[PROJECT], by_kind[DEPARTMENT]
    assert (project.project, project.unit, project.money_unit, project.layout, whole.layout) == (
        "应急管理类综合管理项目",
        "柳河县应急管理局",
        "万元",
        "jilin-2024",
        "jilin-2024",
    )
    assert [
        (
            line.source,
            *(money(getattr(line, key)) for key in ("initial_budget", "annual_budget", "executed")),
            line.execution_rate,
        )
        for line in project.funding
    ] == [
        ("当年财政拨款", Decimal("132.71"), Decimal("57.04"), Decimal("56.96"), "99.86%"),
        ("上年结转资金", 0, 0, 0, "0.00%"),
        ("其他资金", 0, 0, 0, "0.00%"),
        ("合计", Decimal("132.71"), Decimal("57.04"), Decimal("56.96"), "99.86%"),
    ]
    assert project.total_funding.cells["executed"] == f"F{8 - down}" and project.goal.cells == {
        "expected": f"B{10 - down}",
        "actual": f"E{10 - down}",
    }
    assert (project.goal.expected, project.goal.actual) == (
        KNOWN["project"]["goal"]["expected"],
        KNOWN["project"]["goal"]["actual"],
    )
    for form, data in ((project, KNOWN["project"]), (whole, KNOWN["department"])):
        assert [
            (row.level1, row.level2, row.name, row.target, row.actual, row.note) for row in form.indicators
        ] == [
            (row["level1"], row["level2"], row["name"], row["target"], row["actual"], row.get("note"))
            for row in data["indicators"]
        ]
    assert [row.cells["target"] for row in project.indicators] == [f"E{row - down}" for row in range(12, 20)]
    assert [row.cells["actual"] for row in whole.indicators] == [f"G{row - down}" for row in range(8, 20)]
    assert [(task.number, task.name) for task in whole.tasks] == [("1", "应急管理综合类项目")]
    assert whole.department == "柳河县应急管理局" and whole.goal.expected.startswith("<p>照县委办")


def test_it_is_read_as_printed(seed):
    file = read_file(seed)
    assert file.problems == ()
    assert_as_printed(file)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_it_is_read_as_printed_from_other_formats(seed, libreoffice, tmp_path, kind):
    assert_as_printed(read_file(libreoffice.convert(seed, kind, tmp_path)))


def test_the_word_file_is_one_filing_with_two_forms_and_the_report(shared):
    file = read_file(next((shared / "seed").glob("*.docx")))
    assert_as_printed(file, down=1)
    filings = gather([file])
    assert [(filing.department, len(filing.forms), len(filing.reports)) for filing in filings] == [
        ("柳河县应急管理局", 2, 1)
    ]
    report = file.reports[0]
    assert report.year == 2024 and "494.32万元" in next(
        section.text for section in report.sections if "收支情况" in section.title
    )


def test_the_check_finds_what_a_reviewer_finds_and_nothing_silly(seed):
    findings = check(gather([read_file(seed)]))
    found = {
        (finding.rule, finding.sheet[:2], cell)
        for finding in findings
        for cell in (finding.cell or "").split(",")
    }
    assert {
        ("I02", "项目", "E12"),
        ("I02", "部门", "F13"),
        ("I02", "部门", "F15"),
        ("I01", "项目", "D13"),
        ("I01", "项目", "D14"),
        ("I01", "项目", "D15"),
        ("I01", "部门", "E9"),
        ("I01", "部门", "E15"),
        ("I05", "部门", "F9"),
        ("F10", "项目", "E8"),
        ("X01", "部门", "F14"),
        ("X02", "部门", "G14"),
        ("X02", "部门", "G17"),
        ("N01", "部门", "C3"),
        ("N06", "项目", "E10"),
        ("D05", "项目", "G12"),
    } <= found
    assert {("D05", "项目", cell) for cell in ("G12", "G15", "G17", "G18")} <= found
    assert ("D04", "项目", "G12") not in found  # one cause, one finding
    assert ("N06", "部门", "G6") not in found  # an itemised text: some things done, others not
    assert ("X05", "部门", "G6") in found and ("X05", "部门", "G14") in found
    rules = {finding.rule for finding in findings}
    assert not rules & {"F01", "F02", "F03", "F04", "F06", "D03", "T01", "T08"} and not [
        rule for rule in rules if rule[0] == "S"
    ]
    assert all(finding.treatment is Treatment.NEXT_YEAR for finding in findings if finding.rule[0] == "I")
    assert not [status for status in findings.rules if status.status == "failed"]


def test_targets_stay_text_through_fill_and_consolidate(seed, tmp_path):
    from selfeval_xl.county import consolidate

    before = hashlib.sha256(seed.read_bytes()).hexdigest()
    received = tmp_path / "收到"
    received.mkdir()
    fill(seed, received / "填好.xlsx")
    assert hashlib.sha256(seed.read_bytes()).hexdigest() == before
    assert [
        row.target
        for form in read_file(received / "填好.xlsx").forms
        if form.kind == PROJECT
        for row in form.indicators
    ][1] == "=30000元"
    consolidate(received, tmp_path / "全县.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "全县.xlsx")["指标明细"]
    column = next(cell.column for cell in sheet[1] if cell.value == "年度指标值（原文）")
    cells = {
        sheet.cell(row, column).value: sheet.cell(row, column).data_type
        for row in range(2, sheet.max_row + 1)
    }
    assert cells["=30000元"] == "s" and cells["=14万元"] == "s"
