"""What a finding takes together can be seen one by one: on the screen, in lists, by the buttons."""

from __future__ import annotations

import re

import pytest

from selfeval_xl.addin.buttons.next_finding import stops_in
from selfeval_xl.cli.screen.screen import show_findings
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Finding, Findings, Member, Severity, Treatment
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.sheet_names import RESULT_COLUMNS, RESULTS
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.result_list import row_of, rows
from support.case_files import CASES, read_case

TOGETHER = re.compile(r"等(?:(\d+)[个行处格]|）)|有(\d+)[行个处]")
GROUP = Finding(
    rule="D01",
    severity=Severity.ERROR,
    treatment=Treatment.FIX,
    message="“甲”、“乙”没有填实际完成值。",
    hint="填写。",
    file="a.xlsx",
    sheet="表",
    cell="F12,F14",
    members=(Member("F12", "“甲”的实际完成值没有填"), Member("F14", "“乙”的实际完成值没有填")),
)


def findings_of(path) -> list[Finding]:
    case = read_case(path)
    return list(check(gather([case.file], stages=True), case.policy, files=[case.file]))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_a_finding_that_names_only_some_has_all_as_members(path):
    for finding in findings_of(path):
        match = TOGETHER.search(finding.message)
        if match and finding.cell and "," in finding.cell:
            number = int(match[1] or match[2] or 3)
            assert len(finding.members) >= number, finding
            assert {member.cell for member in finding.members} <= set(finding.cell.split(","))


@pytest.mark.parametrize(
    ("case", "lines"),
    [
        (
            "D01-three-not-filled",
            (
                "F12 “维修水闸数量”的实际完成值没有填",
                "F13 “清淤河道长度”的实际完成值没有填",
                "F15 “工程完工及时率”的实际完成值没有填",
            ),
        ),
        (
            "I07-two-without-unit",
            ("E12 “新建示范工程”的年度指标值“≥10”", "E13 “扶持龙头企业”的年度指标值“≥4”"),
        ),
    ],
)
def test_each_member_has_its_place_and_what_stands_there(case, lines):
    (finding,) = findings_of(CASES / f"{case}.md")
    assert finding.opened == lines and finding.in_full == "\n".join((finding.message, *lines))


def test_one_alone_has_no_members():
    (finding,) = findings_of(CASES / "D01-not-filled.md")
    assert finding.members == () and finding.in_full == finding.message


def test_the_screen_shows_them_below_the_finding(capsys):
    show_findings(Findings((GROUP,), (), ()))
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    at = lines.index("F12 “甲”的实际完成值没有填")
    assert lines[at - 1] == "怎么改：填写。" and lines[at + 1] == "F14 “乙”的实际完成值没有填"


def test_the_list_has_a_line_for_each_and_the_buttons_stop_at_each():
    message = row_of(GROUP)[RESULT_COLUMNS.index("问题说明")]
    assert message.split("\n")[1:] == ["F12 “甲”的实际完成值没有填", "F14 “乙”的实际完成值没有填"]
    listed = Grid(RESULTS, [list(RESULT_COLUMNS), *rows([GROUP], None)])
    assert [(stop.cell, stop.told) for stop in stops_in(listed)] == [
        ("F12", "错误：“甲”、“乙”没有填实际完成值。（F12 “甲”的实际完成值没有填）"),
        ("F14", "错误：“甲”、“乙”没有填实际完成值。（F14 “乙”的实际完成值没有填）"),
    ]
