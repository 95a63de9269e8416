"""Every rule: registered, explained, with a case that fires and one near it that must not."""

from __future__ import annotations

import pytest

from case_files import CASES, read_case
from selfeval_xl.checking import check
from selfeval_xl.filing import gather
from selfeval_xl.rules.registry import catalogue

CATALOGUE = [f"T{n:02}" for n in range(1, 10)] + [f"F{n:02}" for n in range(1, 16)] + [f"I{n:02}" for n in range(1, 17)] + [f"D{n:02}" for n in range(1, 14)] + [
    f"S{n:02}" for n in range(1, 13)] + [f"N{n:02}" for n in range(1, 11)] + [f"X{n:02}" for n in range(1, 13)] + ["P01"]
# Rules about files, rosters, issued values or several departments are tested on records, not on one drawn form.
ON_RECORDS = {"T01", "T03", "T04", "T05", "T07", "T08", "T09", "F11", "S09", "X04", "X08", "X09", "X10", "X11", "D11", "P01"}
FILES = sorted(CASES.glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_case_gives_exactly_its_findings(path):
    case = read_case(path)
    findings = check(gather([case.file]), files=[case.file])
    assert [finding.cell or "" for finding in findings if finding.rule == case.rule] == list(case.expected)
    assert [status for status in findings.rules if status.status == "failed"] == []


def test_the_catalogue_is_whole():
    assert set(catalogue()) == set(CATALOGUE)


def test_every_rule_has_a_case_that_fires_and_one_that_does_not():
    fires = {path.name[:3] for path in FILES if "expect: none" not in path.read_text(encoding="utf-8")}
    quiet = {path.name[:3] for path in FILES if "expect: none" in path.read_text(encoding="utf-8")}
    assert [rule for rule in catalogue() if rule not in ON_RECORDS and (rule not in fires or rule not in quiet)] == []
