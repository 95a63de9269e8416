"""The two JSON documents: exactly the keys that other programs rely on, each present, empty as null."""

from __future__ import annotations

import json

from selfeval_xl.assessment.policy import default
from selfeval_xl.cli.json_documents import check_document, read_document
from selfeval_xl.model.findings import (
    FileCount,
    Finding,
    Findings,
    Fix,
    Related,
    RuleStatus,
    Severity,
    Treatment,
)
from selfeval_xl.model.forms import (
    DEPARTMENT,
    PROJECT,
    Form,
    FundingLine,
    Goal,
    Indicator,
    ManagementText,
    Problem,
    ReadFile,
    Report,
    Section,
    Task,
)

HEAD = {
    "kind",
    "sheet",
    "layout",
    "year",
    "project",
    "project_code",
    "department",
    "department_code",
    "unit",
    "unit_code",
    "money_unit",
    "total_score",
    "grade",
    "funding",
    "indicators",
    "cells",
}
FUND = {
    "source",
    "part_of",
    "initial_budget",
    "annual_budget",
    "executed",
    "execution_rate",
    "points",
    "score",
    "cells",
}
ROW = {
    "level1",
    "level2",
    "name",
    "target",
    "initial_target",
    "actual",
    "points",
    "score",
    "level4",
    "standard",
    "review_score",
    "note",
    "verdict",
    "attainment",
    "deviation",
    "score_note",
    "evidence",
    "evidence_place",
    "cells",
}
FINDING = {
    "rule",
    "severity",
    "treatment",
    "title",
    "message",
    "hint",
    "file",
    "sheet",
    "cell",
    "form",
    "department",
    "project",
    "subject",
    "value",
    "expected",
    "related",
    "fix",
    "status",
    "explanation",
}


def read(*forms, reports=(), problems=()) -> dict:
    """The one file of the document, as a program gets it."""
    document = read_document(
        [ReadFile(path="表.xlsx", sha256="ab" * 32, forms=forms, reports=reports, problems=problems)],
        default(),
    )
    return json.loads(json.dumps(document, ensure_ascii=False))["files"][0]


def test_an_empty_project_form_has_every_key_and_null_for_what_is_not_there():
    form = read(
        Form(
            kind=PROJECT,
            file="表.xlsx",
            sheet="表1",
            funding=(FundingLine(source="合计"),),
            indicators=(Indicator(),),
        )
    )["forms"][0]
    assert set(form) == HEAD | {"goal", "management"}
    assert {key for key in HEAD if form[key] is None} == HEAD - {
        "kind",
        "sheet",
        "funding",
        "indicators",
        "cells",
    }
    assert set(form["goal"]) == {"initial", "expected", "actual", "cells"}
    fund = form["funding"][0]
    assert FUND <= set(fund) and {key for key, value in fund.items() if value is not None} == {
        "source",
        "cells",
    }
    assert set(form["indicators"][0]) == ROW and form["indicators"][0]["verdict"] is None


def test_the_texts_on_management_are_printed_with_their_cells():
    texts = (
        ManagementText(label="执行准确性", text="按预算执行", problems="无", cells={"text": "E3"}),
        ManagementText(label="下达及时性", problems="晚了5日", cells={"problems": "G4"}),
    )
    form = Form(kind=PROJECT, file="表.xlsx", sheet="表1", management=texts)
    assert read(form)["forms"][0]["management"] == [
        {"label": "执行准确性", "text": "按预算执行", "problems": "无", "cell": "E3"},
        {"label": "下达及时性", "text": None, "problems": "晚了5日", "cell": "G4"},
    ]


def test_money_stays_text_and_zero_is_not_empty():
    line = FundingLine(
        source="合计",
        initial_budget="132.71",
        annual_budget="0.00",
        executed="0",
        execution_rate="0.00%",
        cells={"executed": "F5"},
    )
    fund = read(Form(kind=PROJECT, file="表.xlsx", sheet="表1", funding=(line,)))["forms"][0]["funding"][0]
    assert [
        fund[key] for key in ("initial_budget", "annual_budget", "executed", "execution_rate", "points")
    ] == ["132.71", "0.00", "0", "0.00%", None]
    assert fund["cells"] == {"executed": "F5"}


def test_verdict_and_shares_are_words_and_percents():
    rows = (
        Indicator(name="卫星电话数量", target="=25部", actual="0部"),
        Indicator(name="培训人数", target="≥38508人", actual="37442人"),
        Indicator(name="补助标准", level1="成本指标", target="≤90万元", actual="81万元"),
        Indicator(name="群众反映", target="好", actual="基本达到"),
    )
    judged = [
        (row["verdict"], row["attainment"], row["deviation"])
        for row in read(Form(kind=PROJECT, file="表.xlsx", sheet="表1", indicators=rows))["forms"][0][
            "indicators"
        ]
    ]
    assert judged == [
        ("unmet", "0.00%", "-100.00%"),
        ("unmet", "97.23%", "-2.77%"),
        ("met", None, "-10.00%"),
        ("undetermined", None, None),
    ]


def test_a_department_form_tells_its_goal_its_outcome_and_their_cells():
    goal = Goal(expected="修路", actual="已修", cells={"expected": "C3", "actual": "C4"})
    form = read(
        Form(
            kind=DEPARTMENT,
            file="表.xlsx",
            sheet="表2",
            department="县应急管理局",
            goal=goal,
            tasks=(Task(number="1", name="巡查", cells={"name": "D6"}),),
            cells={"department": "C2"},
        )
    )["forms"][0]
    assert HEAD | {"annual_goal", "outcome", "tasks"} <= set(form)
    assert (form["annual_goal"], form["outcome"]) == ("修路", "已修")
    assert form["cells"] == {"department": "C2", "annual_goal": "C3", "outcome": "C4"}
    task = form["tasks"][0]
    assert (task["number"], task["name"], task["content"], task["outcome"], task["cells"]) == (
        "1",
        "巡查",
        None,
        None,
        {"name": "D6"},
    )


def test_a_report_is_a_form_of_its_own_kind_and_problems_are_sentences():
    file = read(
        reports=(
            Report(
                file="报告.docx",
                department="县应急管理局",
                year=2024,
                sections=(Section("一、部门概况", "共12人。"),),
            ),
        ),
        problems=(Problem("表1第9行没有看懂。", "表1", "A9"),),
    )
    report = file["forms"][0]
    assert (report["kind"], report["department"], report["year"]) == ("report", "县应急管理局", 2024)
    assert report["sections"] == [{"title": "一、部门概况", "text": "共12人。"}]
    assert file["problems"] == ["表1第9行没有看懂。"]
    assert set(file) == {"path", "sha256", "forms", "unread", "problems"}


def test_a_finding_has_every_key():
    finding = Finding(
        message="没有说明原因。",
        rule="D03",
        title="未完成没有说明原因",
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
        file="表.xlsx",
        sheet="表1",
        cell="G12,G15",
        form=PROJECT,
        related=(Related("别.xlsx", "表2", None),),
        fix=Fix("１００％", "100%"),
    )
    findings = Findings(
        (
            finding,
            Finding(rule="X12", message="供参考。", severity=Severity.NOTE, treatment=Treatment.BUREAU),
        ),
        (RuleStatus("S01", "skipped", "表上没有分值"),),
        (FileCount("表.xlsx", 2, 1, 0),),
    )
    document = json.loads(json.dumps(check_document(findings), ensure_ascii=False))
    full, bare = document["findings"]
    assert set(full) == set(bare) == FINDING
    assert (full["rule"], full["severity"], full["treatment"], full["cell"], full["status"]) == (
        "D03",
        "error",
        "fix",
        "G12,G15",
        "open",
    )
    assert full["related"] == [{"file": "别.xlsx", "sheet": "表2", "cell": None}] and full["fix"] == {
        "old": "１００％",
        "new": "100%",
    }
    assert (
        bare["severity"],
        bare["treatment"],
        bare["cell"],
        bare["fix"],
        bare["explanation"],
        bare["related"],
    ) == ("note", "bureau", None, None, None, [])
    assert document["rules"] == [{"rule": "S01", "status": "skipped", "why": "表上没有分值"}]
    assert document["files"] == [{"path": "表.xlsx", "forms": 2, "errors": 1, "warnings": 0}]
