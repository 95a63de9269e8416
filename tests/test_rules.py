"""Every rule: registered, explained, with a case that fires and one near it that must not."""

from __future__ import annotations

import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.rules.registry import catalogue
from selfeval_xl.rules.runner import _needs_form_only, check
from support.case_files import CASES, read_case

CATALOGUE = list(catalogue())
# Rules about files, rosters, issued values, reports, public copies or several departments: tested on records,
# not on drawn forms.
ON_RECORDS = {
    "T01",
    "T03",
    "T04",
    "T05",
    "T07",
    "T08",
    "T11",
    "F11",
    "N12",
    "X04",
    "X08",
    "X09",
    "X10",
    "X11",
    "X13",
    "P01",
    "P02",
}
FILES = sorted(CASES.glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_case_gives_exactly_its_findings(path):
    case = read_case(path)
    findings = check(gather([case.file], stages=True), case.policy, files=[case.file])
    assert sorted(map(case.written, findings)) == sorted(case.expected)
    assert [status for status in findings.rules if status.status == "failed"] == []


def test_the_catalogue_is_in_the_order_of_the_families_and_numbered_without_a_gap():
    families = {family: [rule for rule in CATALOGUE if rule[0] == family] for family in "TFIDSNMXP"}
    assert [rule for rules in families.values() for rule in rules] == CATALOGUE
    assert [
        rule
        for family, rules in families.items()
        for number, rule in enumerate(sorted(rules), 1)
        if rule != f"{family}{number:02}"
    ] == []


def test_every_rule_says_what_it_asks():
    assert [
        rule.id
        for rule in catalogue().values()
        if len(rule.text) < 20 or not rule.title or not rule.asks.endswith("。")
    ] == []


def test_every_rule_has_a_case_that_fires_and_one_that_does_not():
    fires, quiet = set(), set()
    for path in FILES:
        case = read_case(path)
        (fires if any(told.startswith(case.rule) for told in case.expected) else quiet).add(case.rule)
    assert [
        rule for rule in CATALOGUE if rule not in ON_RECORDS and (rule not in fires or rule not in quiet)
    ] == []


def test_a_rule_on_records_is_tested_by_name():
    told = "".join(
        path.read_text(encoding="utf-8")
        for path in CASES.parent.glob("test_*.py")
        if path.name != "test_rules.py"
    )
    assert [rule for rule in ON_RECORDS if f'"{rule}"' not in told] == []


def test_rules_that_need_nothing_but_the_form_are_run_where_it_is_read():
    alone = {rule.id for rule in catalogue().values() if _needs_form_only(rule)}
    assert {"F01", "F05", "I05", "D03", "D11", "S01", "N01"} <= alone
    assert not alone & {"T01", "T03", "T04", "F11", "N07", "X01", "X07", "X08", "X10", "P01", "P02"}
