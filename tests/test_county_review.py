"""What the bureau works with: proposals for re-checking, states of the filings, names that are nearly right,
charts, the policy in force.
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.assessment.policy import RulePolicy, default
from selfeval_xl.county import consolidate
from selfeval_xl.county.departments.data import prepare
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.output import about_line, county_name
from selfeval_xl.county.sheets.sampling import Sampling
from selfeval_xl.county.sheets.submissions import review_state
from selfeval_xl.county.tables import SHEETS, build
from selfeval_xl.filings.roster import Department, Roster
from selfeval_xl.rules.runner import check
from support.county_files import ROOT, form, received, written

ROSTER = Roster(
    (
        Department("101", "示例县教育局", ("教体局",)),
        Department("101001", "示例县第一小学", parent="101"),
        Department("102", "示例县水利局"),
    )
)


def proposed(rules=(), **row):
    told = {
        "annual_budget": Decimal(100),
        "executed": Decimal(95),
        "execution_rate": Decimal("0.95"),
        "adjustment": None,
        **row,
    }
    sampling = Sampling(default())
    found = sampling.proposal(sampling.signs(told, frozenset(rules)), told["annual_budget"], None)
    return found["sample"], found["sample_reason"]


@pytest.mark.parametrize(
    ("row", "rules", "expected"),
    [
        ({}, (), ("否", None)),
        ({}, ("D09",), ("否", None)),
        ({"executed": Decimal(0), "execution_rate": Decimal(0)}, (), ("是", "全年预算零执行")),
        (
            {"score": Decimal(100), "grade": "优", "unmet": 1},
            (),
            ("是", "满分或自评为优，但有指标未完成或执行率低"),
        ),
        ({}, ("F11",), ("是", "与台账数不一致")),
        ({"execution_rate": Decimal("0.5")}, ("D09",), ("是", "执行率低；完成值与指标值完全相同")),
        ({"unexplained": 1, "zero": 1}, (), ("是", "未完成指标没有说明原因；有指标完成值为0")),
    ],
)
def test_projects_to_look_at_again_are_proposed_by_risk_with_the_reasons(row, rules, expected):
    assert proposed(rules, **row) == expected


def test_proposals_stand_in_the_row_of_their_project(tmp_path):
    county = written(
        tmp_path,
        received("a.xlsx", form("", "零执行项目", executed="0")),
        received("b.xlsx", form("", "校车", department="县交通局")),
    )
    found = {
        row["project"]: (row["sample"], row["sample_reason"]) for row in county.projects.to_dict("records")
    }
    assert found["零执行项目"][0] == "是" and "全年预算零执行" in found["零执行项目"][1]


@pytest.mark.parametrize(
    ("state", "last", "opinion", "returned", "expected"),
    [
        ("待审核", "2025-04-02 09:00", "", "", ("待审核", None)),
        ("待审核", "2025-04-02 09:00", "", "2025-04-03", ("已退回", 1)),
        ("待审核", "2025-04-05 09:00", "", "2025年4月3日", ("已重报", 1)),
        ("待审核", "2025-04-05 09:00", "同意", "2025-04-03", ("已通过", 1)),
        ("部分报送", "2025-04-05", "通过", "", ("已通过", None)),
        ("未报", None, "", "", ("未报", None)),
    ],
)
def test_the_state_follows_from_what_officers_wrote(state, last, opinion, returned, expected):
    found = review_state(
        {
            "state": state,
            "last_received": last,
            "last_returned": returned,
            "department_code": "1",
            "department": "甲",
        },
        opinion,
        {},
    )
    assert (found.get("state", state), found["returned"]) == expected


def test_returns_are_counted_over_the_runs(tmp_path):
    """Each new 最近退回日期 counts once, however often the county is consolidated."""
    folder = tmp_path / "收到"
    folder.mkdir()
    from selfeval_xl import templates

    templates.fill_in(
        "jilin-2024",
        folder / "a.xlsx",
        projects=[{"project": "校车", "unit": "县教育局"}],
        year=2024,
        settings={"department_code": "101", "department": "县教育局"},
    )
    out = tmp_path / "全县.xlsx"
    consolidate(folder, out)
    for day, times in (("2099-04-01", 1), ("2099-04-01", 1), ("2099-04-20", 2)):
        book = openpyxl.load_workbook(out)
        sheet = book["报送台账"]
        heads = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(2, heads["最近退回日期"]).value = day
        book.save(out)
        consolidate(folder, out)
        row = openpyxl.load_workbook(out, data_only=True)["报送台账"]
        assert (row.cell(2, heads["退回次数"]).value, row.cell(2, heads["当前状态"]).value) == (
            times,
            "已退回",
        )


def test_a_changed_cause_counts_once_for_its_project(tmp_path, assert_formulas_agree):
    """The officer moves one of two missed indicators to another cause: the lists and 总览 follow."""
    out = written(tmp_path, received("a.xlsx", form("")), received("b.xlsx", form("", "校车"))).out
    book = openpyxl.load_workbook(out)
    sheet = book["偏差清单"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row):
        if sheet.cell(row, heads["原因分类（自动，可改）"]).value == "未说明":
            sheet.cell(row, heads["原因分类（自动，可改）"]).value = "不可抗力"
    book.save(out)
    again = written(
        tmp_path,
        received("a.xlsx", form("")),
        received("b.xlsx", form("", "校车")),
        old=read_written(out, SHEETS),
    )
    front = openpyxl.load_workbook(again.out, data_only=True)["总览"]
    line = next(
        [cell.value for cell in row if cell.value is not None]
        for row in front.iter_rows()
        if row[0].value == "不可抗力"
    )
    assert line[:4] == ["不可抗力", 2, 2, 200]
    assert_formulas_agree(again.out)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("教育局", "示例县教育局"),
        ("县教育局", "示例县教育局"),
        ("教体局", "示例县教育局"),
        ("第一小学", "示例县教育局"),
        ("水利局", "示例县水利局"),
        ("第二小学", None),
        ("局", None),
    ],
)
def test_a_name_without_the_countys_name_is_known(name, known):
    assert (ROSTER.match(name) or (None, None))[1] == known


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("示例县教育剧", "示例县教育局"),
        ("示例县水力局", "示例县水利局"),
        ("示例县第二小学", None),
        ("县财政局", None),
        ("教", None),
    ],
)
def test_a_misspelt_name_is_asked_about_and_never_taken(name, likely):
    found = ROSTER.likely(name)
    assert (found.name if found else None) == likely and ROSTER.match(name) is None


def test_the_list_of_files_asks_about_a_misspelt_department():
    collected = sort_out(
        ROOT,
        [
            received("a.xlsx", form("", department="示例县教育剧")),
            received("b.xlsx", form("", "校车", department="教育局")),
        ],
        ROSTER,
    )
    material = prepare(collected, check(collected.filings, default()), ROSTER, default())
    rows = build(material)["receipts"]
    assert (
        "是不是“示例县教育局”" in rows[0]["reason"]
        and rows[0]["action"] == "请核对部门名称，或在名册里加别名"
    )
    assert (rows[1]["basis"], rows[1]["department"]) == ("近似", "示例县教育局")


def test_the_countys_name_is_what_the_departments_have_in_common():
    assert county_name(["示例县教育局", "示例县水利局", "柳河县林业局"]) == "示例县"
    assert county_name(["市场监督管理局", "县教育局"]) == county_name([]) == ""


def test_the_front_page_names_what_the_county_changed(tmp_path):
    collected = sort_out(ROOT, [received("a.xlsx", form(""))])
    policy = replace(default(), rules={"D03": RulePolicy(on=False)})
    material = prepare(collected, check(collected.filings, policy), None, policy)
    assert "参数表：本县参数表（改了规则1项）" in about_line(
        policy, material.findings.rules
    ) and "程序版本：selfeval-xl 0." in about_line(policy, material.findings.rules)
    unchanged = prepare(collected, check(collected.filings, default()), None, default())
    assert "参数表：默认" in about_line(default(), unchanged.findings.rules)


def test_the_front_page_has_native_charts_over_live_cells(tmp_path):
    out = written(tmp_path, received("a.xlsx", form("", total_score="90"))).out
    with zipfile.ZipFile(out) as package:
        charts = [
            package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")
        ]
    assert len(charts) == 4 and all("总览!" in text or "部门汇总" in text for text in charts)
    assert any("自评等级" in text for text in charts)


def test_the_balances_are_told(tmp_path):
    county = written(
        tmp_path, received("a.xlsx", form("")), received("b.xlsx", form("")), received("章.pdf", kind="pdf")
    )
    assert county.balances == (
        "文件：收到3 = 采用1 + 重复1 + 附件1，相符",
        "表：识别2 = 采用1 + 被替代0 + 重复1，相符",
    )


def states(county):
    return {
        (row["project"], row["rule"], row["subject"]): row["status"]
        for row in county.findings.to_dict("records")
        if row["rule"] == "D03"
    }


def test_a_resubmission_shows_what_was_mended_and_what_was_not(tmp_path, assert_formulas_agree):
    """Two indicators are missed without a reason; the new version explains one of them.

    Counts are of what stands now.
    """
    base = form("", "校舍维修")
    bare = replace(
        base,
        indicators=tuple(
            replace(row, actual="1" if row.name == "卫星电话数量" else row.actual, note=None)
            for row in base.indicators
        ),
    )
    better = replace(
        bare,
        indicators=tuple(
            replace(row, note="资金未下达，下一步加快拨付") if row.name == "卫星电话数量" else row
            for row in bare.indicators
        ),
    )
    first = written(tmp_path, received("a.xlsx", bare, sha="1" * 64))
    assert set(states(first).values()) == {"新发现"} and len(states(first)) == 3
    same = written(tmp_path, received("a.xlsx", bare, sha="1" * 64))
    assert states(same) == states(first)
    again = written(tmp_path, received("a.xlsx", better, sha="2" * 64))
    assert (
        sorted(states(again).values()) == ["已修改", "未修改", "未修改"]
        and states(again)["校舍维修", "D03", "卫星电话数量"] == "已修改"
    )
    sheet = openpyxl.load_workbook(again.out, data_only=True)["部门汇总"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, heads["错误数"]).value == again.severities["错误"]
    assert_formulas_agree(again.out)
    third = written(tmp_path, received("a.xlsx", better, sha="2" * 64))
    assert states(third) == states(again)
