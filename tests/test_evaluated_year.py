"""Which year a county evaluates, and forms of the years before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.county.departments.data import prepare
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.sheets.receipts import questions
from selfeval_xl.county.tables import build
from selfeval_xl.filings.roster import Department, Roster
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.runner import check
from support.county_files import ROOT, form, received


def county(*files, deadline="", policy=None):
    """The data of these received files, with a roster of their department."""
    roster = Roster((Department("101", "县教育局", deadline=deadline),))
    policy = policy or default()
    collected = sort_out(ROOT, files, roster)
    return prepare(collected, check(collected.filings, policy), roster, policy)


def of_year(name, printed, project="校舍维修", **settings):
    return received(name, replace(form(name, project), year=printed), **settings)


def test_it_is_the_year_of_most_forms():
    material = county(of_year("a", 2025), of_year("b", 2025, "校车"), of_year("c", 2024, "操场"))
    assert material.year == 2025
    reasons = {row["name"]: (row["reason"], row["action"]) for row in build(material)["receipts"]}
    assert "表里写的是2024年度，这次评的是2025年度" in reasons["c"][0] and "重报" in reasons["c"][1]
    assert "年度" not in reasons["a"][0]
    assert any(question.startswith("c：") and "2024年度" in question for question in questions(material))


def test_of_two_years_with_as_many_forms_it_is_the_later_one():
    assert county(of_year("a", 2024), of_year("b", 2025, "校车")).year == 2025


def test_forms_that_print_none_are_of_the_year_that_they_were_issued_for():
    issued = [of_year(name, None, name, year="2025") for name in "ab"]
    assert county(*issued, of_year("c", 2024, "操场")).year == 2025


def test_the_policy_goes_before_all(tmp_path):
    (tmp_path / "参数.toml").write_text("year = 2026\n", encoding="utf-8")
    material = county(of_year("a", 2025), policy=load(tmp_path / "参数.toml"))
    assert material.year == 2026 and "2025年度" in questions(material)[0]


@pytest.mark.parametrize(
    ("deadline", "year", "asked"),
    [
        ("2025-11-20", 2024, "2025"),  # due at the end of the year that is evaluated
        ("2025-11-20", 2025, ""),
        ("2026-03-31", 2025, ""),  # due in spring, on the year before
        ("2026-03-31", 2024, "2025"),
        ("", 2020, ""),
    ],
)
def test_where_all_forms_are_older_than_the_deadline_says_the_year_is_asked_for(deadline, year, asked):
    told = questions(county(of_year("a", year), deadline=deadline))
    assert len(told) == bool(asked)
    assert not asked or f"这次评的是{asked}年度的，请在参数表“自评年度”里写上{asked}" in told[0]
