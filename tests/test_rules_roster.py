"""Rules that need the roster: what is due, what is not known, what the ledger says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from selfeval_xl.filings.roster import Department, Project, Roster, Target
from selfeval_xl.model.forms import PROJECT, TOTAL, Filing, Form, FundingLine, Indicator, ReadFile
from selfeval_xl.rules.runner import check

LINE = FundingLine(
    source=TOTAL, annual_budget="100", executed="98", cells={"annual_budget": "E8", "executed": "F8"}
)


def form(name: str, code: str | None = None, line: FundingLine = LINE) -> Form:
    return Form(
        kind=PROJECT,
        file="a.xlsx",
        sheet=name,
        project=name,
        project_code=code,
        department="县水利局",
        funding=(line,),
        cells={"project": "B2"},
    )


def found(
    *forms: Form, projects: tuple[Project, ...], targets: tuple[Target, ...] = (), rules=("X10", "X11", "F11")
) -> list[tuple]:
    department = Department("102", "县水利局")
    roster = Roster((department,), projects, targets, _known={"102": department, "县水利局": department})
    filing = Filing(
        department="县水利局",
        department_code="102",
        files=(ReadFile(path="a.xlsx", forms=forms),),
        forms=forms,
    )
    return [
        (finding.rule, finding.project, finding.cell)
        for finding in check([filing], roster=roster)
        if finding.rule in rules
    ]


def test_a_project_that_is_due_and_was_not_received_is_missing():
    due = (
        Project("102", "水闸维修"),
        Project("102", "堤防加固"),
        Project("102", "移民补助", exempt=True),
        Project("103", "别处的项目"),
    )
    assert found(form("水闸维修"), projects=due) == [("X10", "堤防加固", None)]


def test_codes_decide_before_names():
    due = (Project("102", "水闸维修（一期）", "P01"),)
    assert found(form("水闸维修", "P01"), projects=due) == []
    assert found(form("水闸维修（一期）", "P02"), projects=due) == [
        ("X10", "水闸维修（一期）", None),
        ("X11", "水闸维修（一期）", "B2"),
    ]


def test_nothing_is_outside_a_roster_without_projects():
    assert found(form("水闸维修"), projects=()) == []


def test_amounts_unlike_the_ledger():
    due = (Project("102", "水闸维修", annual_budget=Decimal("100"), executed=Decimal("97.40")),)
    assert found(form("水闸维修"), projects=due) == [("F11", "水闸维修", "F8")]
    due = (Project("102", "水闸维修", annual_budget=Decimal("100.00"), executed=Decimal("97.50")),)
    assert found(form("水闸维修"), projects=due) == []


def test_without_a_roster_they_are_skipped_and_say_why():
    statuses = {status.rule: (status.status, status.why) for status in check([]).rules}
    assert statuses["X10"] == statuses["F11"] == ("skipped", "没有给出单位名册")


@pytest.mark.parametrize(
    "initial, target, cells",
    [("100", "≥10个", []), ("100.00", ">=10 个", []), ("80", "≥10个", ["C8"]), ("100", "≥8个", ["E12"])],
)
def test_what_the_roster_would_issue_stays(initial, target, cells):
    line = FundingLine(source=TOTAL, initial_budget=initial, cells={"initial_budget": "C8"})
    now = replace(
        form("水闸维修", "P01", line),
        money_unit="万元",
        indicators=(Indicator(name="维修水闸数量", target=target, cells={"target": "E12"}),),
    )
    due = (Project("102", "水闸维修", "P01", initial_budget=Decimal("100")),)
    asked = (Target("P01", name="维修水闸数量", target="≥10个"),)
    assert [cell for _, _, cell in found(now, projects=due, targets=asked, rules=("T04",))] == cells


def test_the_sources_of_a_project_are_one_project():
    due = (
        Project(
            "102",
            "水闸维修",
            "P01",
            source="一般公共预算",
            annual_budget=Decimal("60"),
            executed=Decimal("58"),
        ),
        Project(
            "102", "水闸维修", "P01", source="政府性基金", annual_budget=Decimal("40"), executed=Decimal("40")
        ),
    )
    assert found(form("水闸维修", "P01"), projects=due) == []


def test_projects_of_one_name_in_several_units_are_told_apart_by_the_unit():
    due = tuple(
        Project("102", "生均公用经费", unit=unit, annual_budget=Decimal(amount))
        for unit, amount in (("一小", "100"), ("二小", "90"), ("三小", "80"))
    )
    two = [replace(form("生均公用经费"), sheet=unit, unit=unit) for unit in ("二小", "一小")]
    assert found(*two, projects=due) == [("X10", "生均公用经费", None), ("F11", "生均公用经费", "E8")]
