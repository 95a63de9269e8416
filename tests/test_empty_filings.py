"""A workbook in which a department has filled in nothing is 未填报: nothing of it is counted as a problem.

Education sends its workbook as it was issued, with budget and targets and nothing else. Water has one empty
form beside a filled one: that one is to be mended. Civil affairs sends an empty workbook with macros.
"""

from __future__ import annotations

import zipfile

import pytest

from selfeval_xl import templates
from selfeval_xl.county import consolidate
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.returns.send_back import send_back
from support.rosters import department, project, write_roster
from support.season import rows_of
from support.sheet_blocks import block
from test_season_papers import text_of

pytestmark = pytest.mark.slow
EDUCATION, WATER, CIVIL = "示例县教育局", "示例县水利局", "示例县民政局"
TARGETS = (  # without 效益指标, with points that are not 100: faults of what was issued
    ("产出指标", "数量指标", "数量", "≥12处"),
    ("产出指标", "质量指标", "验收合格率", "=100%"),
)


def form(name: str, filled: bool) -> dict:
    """A project form as it is issued, or filled in."""
    goal = {"expected": f"{name}年底前完成。"} | ({"actual": f"{name}已完成并投入使用。"} if filled else {})
    return {
        "project": name,
        "goal": goal,
        "funding": [
            {"source": "当年财政拨款", "initial_budget": "100", "annual_budget": "40"}
            | ({"executed": "39"} if filled else {})
        ],
        "indicators": [
            {"level1": first, "level2": second, "name": indicator, "target": target}
            | ({"actual": target.strip("≥=")} if filled else {})
            for first, second, indicator, target in TARGETS
        ],
    }


def send(path, code: str, name: str, *forms: dict) -> None:
    settings = {"department_code": code, "department": name}
    templates.fill_in("jilin-2024", path, projects=list(forms), year=2025, settings=settings)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    root = tmp_path_factory.mktemp("empty")
    received = root / "收到"
    received.mkdir()
    roster = write_roster(
        root / "名册.xlsx",
        单位名册=[department("101", EDUCATION), department("102", WATER), department("104", CIVIL)],
        项目=[
            project("E1", "101", "校舍维修", 年初预算数=100, 全年预算数=40),
            project("E2", "101", "操场改造", 年初预算数=100, 全年预算数=40),
            project("W1", "102", "灌区维修", 年初预算数=100, 全年预算数=40),
            project("W2", "102", "河道清淤", 年初预算数=100, 全年预算数=40),
            project("C1", "104", "敬老院运行", 年初预算数=100, 全年预算数=40),
        ],
    )
    send(received / "教育局.xlsx", "101", EDUCATION, form("校舍维修", False))
    send(received / "水利局.xlsx", "102", WATER, form("灌区维修", True), form("河道清淤", False))
    send(received / "民政局.xlsx", "104", CIVIL, form("敬老院运行", False))
    with zipfile.ZipFile(received / "民政局.xlsx", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    consolidate(received, root / "县.xlsx", roster=roster, jobs=1)
    return root, received, roster


def by(rows, key: str) -> dict[str, dict]:
    return {row[key]: row for row in rows}


def test_no_finding_of_an_empty_workbook_is_listed_but_what_is_about_the_file(county):
    rows = rows_of(county[0] / "县.xlsx", "审核问题")
    assert [row["规则编号"] for row in rows if row["部门名称"] == EDUCATION] == []
    assert {row["规则编号"] for row in rows if row["部门名称"] == CIVIL} <= {"T07"}
    empty = {row["规则编号"] for row in rows if row["项目名称"] == "河道清淤"}
    assert {"D01", "N11", "F16"} <= empty  # its department has reported: this form is to be filled in


def test_its_sums_are_nothing_everywhere(county):
    path = county[0] / "县.xlsx"
    findings = rows_of(path, "审核问题")
    departments = by(rows_of(path, "部门汇总"), "部门名称")
    ledger = by(rows_of(path, "报送台账"), "部门名称")
    projects = by(rows_of(path, "项目汇总"), "项目名称")
    counts = ("须修改数", "须说明数", "错误数", "核实数", "提示数")
    assert [departments[EDUCATION][label] for label in counts] == [0] * 5
    assert [ledger[EDUCATION][label] for label in ("错误数", "核实数")] == [0, 0]
    assert [projects["校舍维修"][label] for label in counts] == [0] * 5
    states = [(projects[name]["报送状态"], projects[name]["校验建议"]) for name in ("校舍维修", "操场改造")]
    assert states == [("未填报", "未报"), ("漏报", "未报")]
    assert (projects["河道清淤"]["报送状态"], projects["河道清淤"]["校验建议"]) == ("未填报", "退回修改")
    assert departments[EDUCATION]["校验建议"] == ledger[EDUCATION]["当前状态"] == "未报"
    fix = sum(row["处理方式"] == "本次修改" for row in findings)
    assert fix == sum(row["须修改数"] for row in departments.values()) > 0
    (front,) = [row for row in block(path, "七、") if row.get("须修改条数") is not None][:1]
    assert front["须修改条数"] == fix


def test_it_is_reminded_and_not_returned_and_no_example_in_the_bulletin(county):
    root, received, roster = county
    result = send_back(received, root / "退", roster=roster, jobs=1)
    assert {each.name for each in result.returns} == {WATER}
    (reminder,) = (root / "退").glob(f"*{EDUCATION}/催报通知.txt")
    assert "还没有填" in reminder.read_text("utf-8-sig")
    county_bulletin(received, root / "通报.docx", roster=roster, jobs=1)
    assert "校舍维修" not in text_of(root / "通报.docx").partition("附件")[0].partition("主要问题")[2]


def test_the_next_run_says_the_same_and_the_filled_workbook_is_no_mended_one(county, tmp_path):
    """Nothing was found in it, so nothing is 已修改 when it comes back filled in."""
    root, received, roster = county
    out = root / "县.xlsx"
    before = rows_of(out, "审核问题")
    consolidate(received, out, roster=roster, jobs=1)
    assert rows_of(out, "审核问题") == before
    send(received / "教育局二.xlsx", "101", EDUCATION, form("校舍维修", True), form("操场改造", True))
    consolidate(received, out, roster=roster, jobs=1)
    own = [row for row in rows_of(out, "审核问题") if row["部门名称"] == EDUCATION]
    assert own and {row["状态"] for row in own} == {"新发现"}
