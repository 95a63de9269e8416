"""Small things that officers meet: lists to choose from, rows that find their place, heights, reminders."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.assessment.reasons import causes
from selfeval_xl.county import consolidate
from selfeval_xl.county.sheets.projects import main_findings
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.reports.self_report import draft_report
from selfeval_xl.workflows.returns.send_back import send_back
from support.counties import send
from support.rosters import department, project, write_roster
from support.season import rows_of, write_hand

ONE = made_up()[0][0]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A department of which one project has not come; roster and county workbook."""
    root = tmp_path_factory.mktemp("lists")
    came, late = ONE.projects[0], ONE.projects[1]
    roster = write_roster(
        root / "名册.xlsx",
        单位名册=[department(ONE.code, ONE.name, 归口股室="教科文股", 报送截止日期="2020-01-31")],
        项目=[project(each["project_code"], ONE.code, each["project"]) for each in (came, late)],
    )
    send(root / "收到" / "一.xlsx", ONE, projects=[came])
    consolidate(root / "收到", root / "县.xlsx", roster=roster)
    return root, roster, late


def test_what_officers_choose_from_is_a_list(county):
    root, _, _ = county
    sheet = openpyxl.load_workbook(root / "县.xlsx")["偏差清单"]
    place = next(cell.column_letter for cell in sheet[1] if cell.value == "原因分类（自动，可改）")
    (listed,) = [
        each.formula1.strip('"').split(",")
        for each in sheet.data_validations.dataValidation
        if str(each.sqref).startswith(place)
    ]
    assert listed == list(causes())


def test_opinions_on_a_missing_project_stay_when_its_form_comes(county, tmp_path):
    root, roster, late = county
    out = tmp_path / "县.xlsx"
    out.write_bytes((root / "县.xlsx").read_bytes())
    words = {"审核意见": "催过两次", "备注": "答应周五报", "复核得分": 80}
    assert write_hand(out, "项目汇总", {"项目名称": late["project"]}, **words) == 1
    (row,) = [row for row in rows_of(out, "项目汇总") if row["项目名称"] == late["project"]]
    assert row["报送状态"] == "漏报"
    received = tmp_path / "收到"
    for name, each in (("一", ONE.projects[0]), ("二", late | {"unit": f"{ONE.name}（计财股）"})):
        send(received / f"{name}.xlsx", ONE, projects=[each])
    result = consolidate(received, out, roster=roster)
    (row,) = [row for row in rows_of(out, "项目汇总") if row["项目名称"] == late["project"]]
    assert row["报送状态"] == "已报" and result.lost == 0
    assert {label: row[label] for label in words} == words


def test_rows_for_reasons_fit_their_height_to_the_text(tmp_path):
    """Excel makes a row higher while somebody types, unless its height was fixed."""
    templates.fill_in("jilin-2024", tmp_path / "a.xlsx", projects=[ONE.projects[0]])
    name = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames.index("项目01") + 1
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        sheet = package.read(f"xl/worksheets/sheet{name}.xml").decode()
    rows = {int(number): rest for number, rest in re.findall(r'<row r="(\d+)"([^>]*)>', sheet)}
    head = 11  # 一级指标 ...
    filled = range(head + 1, head + 1 + len(ONE.projects[0]["indicators"]))
    assert "customHeight" in rows[head]
    assert not [number for number in filled if "customHeight" in rows[number]]


def test_a_missing_stamp_is_asked_for_and_not_late(tmp_path):
    """Two departments sent everything in time, and one of them no sealed copy."""
    other = made_up()[0][2]
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department(each.code, each.name, 报送截止日期="2020-01-31") for each in (ONE, other)],
    )
    for each in (ONE, other):
        folder = tmp_path / "收到" / each.name
        send(folder / "自评表.xlsx", each)
        draft_report([folder / "自评表.xlsx"], folder / "自评报告.docx")
    (tmp_path / "收到" / other.name / "盖章件.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    send_back(tmp_path / "收到", tmp_path / "退", roster=roster, today=date(2020, 2, 10))
    (path,) = (tmp_path / "退").rglob("催报通知.txt")
    text = path.read_text("utf-8-sig")
    assert ONE.name in path.parent.name and "盖章件未收到" in text and "逾期" not in text


def test_a_problem_is_named_once():
    finding = Finding(
        message="没有写改进措施。",
        rule="D04",
        title="只有原因没有改进措施",
        severity=Severity.WARNING,
        treatment=Treatment.EXPLAIN,
    )
    told = main_findings([replace(finding, cell="G12"), replace(finding, cell="G12"), finding])
    assert told == "只有原因没有改进措施（G12）；只有原因没有改进措施"
