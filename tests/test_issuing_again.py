"""Issuing once more and from a faulty roster: nothing of a person's is lost, and what is wrong is said."""

from __future__ import annotations

import json

import openpyxl
import pytest

from selfeval_xl import layouts
from selfeval_xl.errors import LayoutError, UsageError
from selfeval_xl.files import safe_name, unique
from selfeval_xl.model.edits import Edit
from selfeval_xl.readers import read_file
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from selfeval_xl.writers.xlsx.apply import apply
from support.command import selfeval
from support.issued import book, forms
from support.rosters import TARGETS, department, make_roster, project, target, write_roster


def test_a_second_run_changes_nothing_and_never_writes_over_a_filled_file(tmp_path):
    roster = make_roster(tmp_path / "名册.xlsx")
    first = issuing.issue(roster, tmp_path / "下发")
    before = book(first).read_bytes()
    assert (
        issuing.issue(roster, tmp_path / "下发").count("没有变化") == 2 and book(first).read_bytes() == before
    )
    form = forms(first)["校舍维修"]
    apply(
        book(first),
        [Edit(form.sheet, form.indicators[0].cells["actual"], None, "1100平方米")],
        tmp_path / "填.xlsx",
    )
    (tmp_path / "填.xlsx").replace(book(first))
    filled = book(first).read_bytes()
    for _ in range(2):  # also when the index of the run between has been written
        again = issuing.issue(roster, tmp_path / "下发")
        assert [outcome.result for _, outcome in again.departments] == ["没有覆盖", "没有变化"] and book(
            first
        ).read_bytes() == filled
    forced = issuing.issue(roster, tmp_path / "下发", overwrite=True)
    assert [outcome.result for _, outcome in forced.departments] == ["已覆盖", "没有变化"] and book(
        first
    ).read_bytes() == before


def test_a_changed_roster_replaces_files_that_nobody_touched(tmp_path):
    issuing.issue(make_roster(tmp_path / "名册.xlsx"), tmp_path / "下发")
    done = issuing.issue(
        make_roster(tmp_path / "名册.xlsx", projects=[project("P9", "101", "新增项目")]), tmp_path / "下发"
    )
    assert [outcome.result for _, outcome in done.departments] == [
        "已生成",
        "没有变化",
    ] and "新增项目" in forms(done)


def test_roster_mistakes_are_said_by_sheet_and_row_and_the_rest_goes_on(tmp_path):
    roster = make_roster(
        tmp_path / "名册.xlsx",
        departments=[
            department(None, "没有编码的局"),
            department("102", "编码重复的局"),
            department("103", "县林业局", 表式="没有的表式"),
        ],
        projects=[
            project("X1", "999", "没有主的项目"),
            project("P1", "101", "校舍维修"),
            project(None, "没有编码的局", "没有编码的项目", 全年预算数="约三十万"),
            project("X2", "102", "单位奇怪", 全年预算数=3, 金额单位="美元"),
        ],
        targets=[
            target("P404", TARGETS[0]),
            target("P1", ("产出指标", "数量指标", "", "≥1", "", "", "")),
            target("P2", ("产出指标", "数量指标", "面积", "≥1", "很多", "", "")),
        ],
    )
    done = issuing.issue(roster, tmp_path / "下发")
    told = "\n".join(done.problems)
    for words in (
        "“单位名册”第5行“没有编码的局”没有部门编码",
        "“单位名册”第6行的部门编码102与第4行重复",
        "表式“没有的表式”没有这一种",
        "“项目”第8行的部门编码“999”",
        "“项目”第9行的项目编码P1与第2行重复",
        "“项目”第10行的全年预算数“约三十万”不是数",
        "“项目”第10行没有项目编码",
        "“项目”第11行的金额单位“美元”",
        "“绩效目标”第10行的项目编码“P404”",
        "“绩效目标”第11行没有三级指标",
        "“绩效目标”第12行的分值“很多”不是数",
    ):
        assert words in told, words
    assert done.count("已生成") == 4 and "没有编码的项目" in forms(done, 2)
    assert [
        row[1]
        for row in openpyxl.load_workbook(done.index)["名册问题"].iter_rows(min_row=2, values_only=True)
    ] == list(done.problems)


def test_an_unknown_layout_and_an_empty_roster_are_refused(tmp_path):
    with pytest.raises(LayoutError, match="没有表式"):
        issuing.issue(make_roster(tmp_path / "名册.xlsx"), tmp_path / "下发", asked=IssueOptions(layout="x"))
    with pytest.raises(UsageError, match="一个单位也没有"):
        issuing.issue(write_roster(tmp_path / "空.xlsx"), tmp_path / "下发")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("101", "县教育局"), "101_县教育局"),
        (("101", 'A/B\\C:*?"<>|局'), "101_A_B_C_局"),
        (("", "  .局. "), "局"),
        (("", "CON"), "_CON"),
        (("", "///"), "未命名"),
        (("1", "名\u200b字\n换行"), "1_名_字_换行"),
    ],
)
def test_file_names_are_safe_everywhere(parts, name):
    assert safe_name(*parts) == name


def test_file_names_are_not_too_long_and_never_the_same_twice():
    assert len(safe_name("1", "很长的名字" * 60).encode()) <= 200
    taken: set[str] = set()
    assert [unique(name, taken) for name in ("局A", "局a", "局B")] == ["局A", "局a(2)", "局B"]


def test_odd_names_of_departments_make_files(tmp_path):
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("1", '某/局："甲"*'), department("2", "某" * 120), department("3", "CON")],
    )
    done = issuing.issue(roster, tmp_path / "下发")
    assert done.count("已生成") == 3 and all(book(done, number).is_file() for number in range(3))
    assert read_file(book(done)).forms[0].department == '某/局："甲"*'


def test_the_bureaus_own_faults_are_told_before_anything_is_written(tmp_path):
    """Codes that Excel kept as numbers, an unknown unit above, one code twice, points that are not 100."""
    more = {
        "departments": [department("103", "县林业局", 上级部门编码="999", 表式="mof-2021")],
        "projects": [
            project(220824250000010000000, "103", "造林", 全年预算数=3),
            project("W1", "103", "护林", 全年预算数=4),
            project("L3", "103", "防火", 全年预算数=5),
        ],
        "targets": [
            target("L3", ("产出指标", "数量指标", "巡护次数", "≥12次", "85", "", "")),
            *(target("没有", ("产出指标", "数量指标", name, "≥1次", "", "", "")) for name in "甲乙丙"),
        ],
    }
    roster = make_roster(tmp_path / "名册.xlsx", **more)
    told: list[str] = []

    def warned(problems):
        assert not (tmp_path / "下发").exists()
        told.extend(problems)

    issuing.issue(roster, tmp_path / "下发", asked=IssueOptions("jilin-2024", 2025), jobs=1, warned=warned)
    text = "\n".join(told)
    for words in ("后几位已经丢了", "上级部门编码“999”", "两个项目会认成一个", "分值合计是95", "这3行没有用"):
        assert words in text, words
    assert text.count("“没有”") == 1


def test_the_command_issues_and_tells(tmp_path):
    assert selfeval("issue", "--blank", "-o", "空.xlsx", cwd=tmp_path).returncode == 0
    make_roster(tmp_path / "名册.xlsx")
    run = selfeval("issue", "名册.xlsx", "-o", "下发", "--year", "2024", "--jobs", "1", cwd=tmp_path)
    assert run.returncode == 0 and run.stderr == ""
    assert "已生成2份" in run.stdout and "免评1个" in run.stdout and "4张" in run.stdout
    read = selfeval("read", "下发/101_县教育局_2024年度绩效自评表.xlsx", "--json", cwd=tmp_path)
    codes = [
        form["project_code"]
        for form in json.loads(read.stdout)["files"][0]["forms"]
        if form["kind"] == "project"
    ]
    assert codes == ["P1", "P2", "P3"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "没有写结果放在哪里"),
        (("-o", "x"), "没有写单位名册"),
        (("没有.xlsx", "-o", "x"), "找不到文件"),
        (("--blank", "-o", "x.csv"), "请以.xlsx结尾"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path, arguments, words):
    run = selfeval("issue", *arguments, cwd=tmp_path)
    assert run.returncode == 2 and words in run.stderr and "Traceback" not in run.stderr


@pytest.mark.soak
def test_eighty_departments_with_twenty_projects_take_less_than_a_minute(tmp_path):
    """The bound is 60 s on two cores; measured in the seconds that the processors worked, so that a busy
    machine does not matter.
    """
    import resource

    numbers = [(str(101 + one), f"P{one:03}{two:03}") for one in range(80) for two in range(20)]
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[
            department(str(101 + one), f"示例第{one}局", 表式=layouts.ids()[one % 8]) for one in range(80)
        ],
        项目=[
            project(code, owner, f"示例项目{code}", 年初预算数=12, 全年预算数="57.04")
            for owner, code in numbers
        ],
        绩效目标=[target(code, row) for _, code in numbers for row in TARGETS * 2],
    )
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    done = issuing.issue(roster, tmp_path / "下发", jobs=2)
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    worked = sum(
        now.ru_utime + now.ru_stime - then.ru_utime - then.ru_stime
        for now, then in zip(after, before, strict=True)
    )
    print(
        f"{done.count('已生成')} workbooks, {done.projects} project forms: {worked:.1f} s of processor time"
    )
    assert done.projects == 1600 and worked / 2 < 60
