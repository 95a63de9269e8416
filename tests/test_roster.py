"""The roster: who has to report what. Codes are text, money is in 万元, faulty rows are said by number."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.errors import OutputError, UsageError
from selfeval_xl.filings.roster import chosen_by, read_roster
from selfeval_xl.filings.roster_sheets import blank_roster
from selfeval_xl.model.forms import ReadFile
from selfeval_xl.workflows.demo.county import made_up
from support.counties import send
from support.rosters import department, project, write_roster


def test_the_empty_roster_has_the_agreed_columns_and_text_codes(tmp_path):
    book = openpyxl.load_workbook(blank_roster(tmp_path / "名册.xlsx"))
    assert book.sheetnames == ["单位名册", "项目", "绩效目标", "采用版本"]
    assert [
        cell.value for cell in book["单位名册"][1]
    ] == "部门编码 部门名称 别名 上级部门编码 归口股室 联系人 联系电话 报送截止日期 表式 负责人确认".split()
    assert [cell.value for cell in book["项目"][1]] == (
        "部门编码 实施单位 项目编码 项目名称 项目类别 资金来源 年初预算数 全年预算数 全年执行数 "
        "金额单位 是否免评 是否公开 不公开理由"
    ).split()
    assert book["项目"].column_dimensions["C"].number_format == "@"


def test_an_empty_roster_reads_as_nobody(tmp_path):
    roster = read_roster(blank_roster(tmp_path / "名册.xlsx"))
    assert (roster.departments, roster.projects, roster.targets, dict(roster.choices), roster.problems) == (
        (),
        (),
        (),
        {},
        (),
    )


def test_codes_stay_text_and_money_comes_in_ten_thousands(tmp_path):
    roster = read_roster(
        write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[department("101", "县教育局")],
            项目=[
                project(
                    "220524240000000123456",
                    "101",
                    "校舍维修",
                    全年预算数=1490400,
                    全年执行数="1,000,000",
                    金额单位="元",
                ),
                project("2", "101", "校车", 全年预算数="57.04"),
            ],
        )
    )
    first, second = roster.projects
    assert (first.code, first.annual_budget, first.executed) == (
        "220524240000000123456",
        Decimal("149.04"),
        Decimal(100),
    )
    assert (second.annual_budget, second.executed) == (Decimal("57.04"), None)


def test_a_department_is_known_by_code_name_and_alias_and_a_unit_by_the_department_above(tmp_path):
    roster = read_roster(
        write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[
                department("101", "县教育局", 别名="教体局，教育和体育局"),
                department("101002", "第一小学", 上级部门编码="101"),
                department(None, "219001-棠溪镇人民政府"),
            ],
        )
    )
    assert (
        roster.match("教体局") == roster.match(None, "101") == roster.match("第一小学") == ("101", "县教育局")
    )
    assert roster.match("棠溪镇人民政府") == ("219001", "棠溪镇人民政府")
    assert roster.match("没听说过的局") is None
    assert [row.name for row in roster.reporting] == ["县教育局", "棠溪镇人民政府"]


def test_units_that_name_each_other_as_above_do_not_hang(tmp_path):
    roster = read_roster(
        write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[
                department("1", "甲单位", 上级部门编码="2"),
                department("2", "乙单位", 上级部门编码="1"),
            ],
        )
    )
    assert roster.match("甲单位") is not None


@pytest.mark.parametrize("written", ["2025-03-31", "2025年3月31日", "2025/3/31", "2025.3.31"])
def test_dates_as_people_write_them(tmp_path, written):
    assert (
        read_roster(
            write_roster(tmp_path / "名册.xlsx", 单位名册=[department("1", "甲局", 报送截止日期=written)])
        )
        .departments[0]
        .deadline
        == "2025-03-31"
    )


def test_faulty_rows_are_said_by_number_and_the_rest_is_taken(tmp_path):
    roster = read_roster(
        write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[
                department("1", "甲局"),
                department("1", "乙局"),
                department("3", None),
                department("4", "丁局", 报送截止日期="月底"),
            ],
            项目=[project("a", "9", "没有主的项目"), project("b", "1", "好项目", 全年预算数="很多")],
            采用版本=[{"文件名或指纹": "x.xlsx", "采用／不采用": "要"}],
        )
    )
    assert [row.name for row in roster.departments] == ["甲局", "丁局"] and [
        row.name for row in roster.projects
    ] == ["好项目"]
    places = [problem.split("行")[0] for problem in roster.problems]
    assert places == [
        "“单位名册”第3",
        "“单位名册”第4",
        "“单位名册”第5",
        "“项目”第2",
        "“项目”第3",
        "“采用版本”第2",
    ]


def test_a_workbook_that_is_no_roster_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "别的.xlsx")
    with pytest.raises(UsageError, match="单位名册"):
        read_roster(tmp_path / "别的.xlsx")
    with pytest.raises(OutputError):
        blank_roster(tmp_path / "没有的文件夹" / "名册.xlsx")


def test_a_version_is_chosen_by_file_name_or_fingerprint(tmp_path):
    choice = chosen_by(
        read_roster(
            write_roster(
                tmp_path / "名册.xlsx",
                单位名册=[department("1", "甲局")],
                采用版本=[
                    {"文件名或指纹": "甲局(2).xlsx", "采用／不采用": "不采用", "理由": "误发"},
                    {"文件名或指纹": "abcdef1234567890", "采用／不采用": "采用"},
                ],
            )
        )
    )
    assert choice(ReadFile(path="收到/甲局(2).xlsx")) == (False, "误发")
    assert choice(ReadFile(path="收到/x.xlsx", sha256="abcdef1234567890" + "0" * 48)) == (True, "")
    assert choice(ReadFile(path="收到/甲局.xlsx", sha256="1" * 64)) == (None, "")


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """Two of three departments reported; one project is missing, one exempt, one not in the roster.

    Only the silent one has a section.
    """
    folder = tmp_path_factory.mktemp("roster")
    reported, other, silent = made_up()[0][:3]
    for one in (reported, other):
        send(folder / "收到" / f"{one.name}.xlsx", one)
    due = [
        project(row["project_code"], one.code, row["project"], 全年预算数="100", 全年执行数="90")
        for one in (reported, other)
        for row in one.projects
    ]
    roster = write_roster(
        folder / "名册.xlsx",
        单位名册=[
            department(
                one.code, one.name, 归口股室="绩效股" if one is silent else "", 报送截止日期="2020-01-01"
            )
            for one in (reported, other, silent)
        ],
        项目=[
            *due[1:],
            project("N1", reported.code, "没有报的项目"),
            project("N2", reported.code, "不用报的项目", 是否免评="是"),
            project("N3", silent.code, "未报单位的项目"),
        ],
    )
    return consolidate(folder / "收到", folder / "全县.xlsx", roster=roster), (reported, other, silent)


def rows_of(county, title):
    sheet = openpyxl.load_workbook(county.out, data_only=True)[title]
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    return [row for row in rows if isinstance(row["序号"], (int, float))]


def test_missing_exempt_and_unknown_projects_stand_beside_the_reported(counted):
    county, (reported, other, silent) = counted
    statuses = {row["项目名称"]: row["报送状态"] for row in rows_of(county, "项目汇总")}
    assert (
        statuses[reported.projects[0]["project"]] == "名册外"
        and statuses[reported.projects[1]["project"]] == "已报"
    )
    assert (statuses["没有报的项目"], statuses["不用报的项目"], statuses["未报单位的项目"]) == (
        "漏报",
        "免评",
        "漏报",
    )
    ledger = next(
        row for row in rows_of(county, "项目汇总") if row["项目名称"] == reported.projects[1]["project"]
    )
    assert (ledger["台账全年预算数（万元）"], ledger["台账支付数（万元）"]) == (100, 90)


def test_departments_count_due_assessed_and_missing(counted):
    county, (reported, other, silent) = counted
    rows = {row["部门名称"]: row for row in rows_of(county, "部门汇总")}
    assert [
        (rows[one.name]["应评项目数"], rows[one.name]["已评项目数"], rows[one.name]["漏报项目数"])
        for one in (reported, other, silent)
    ] == [(5, 5, 1), (5, 5, 0), (1, 0, 1)]
    assert rows[silent.name]["校验建议"] == "未报" and rows[silent.name]["归口股室"] == "绩效股"


def test_the_ledger_lists_who_is_late_and_who_is_missing(counted):
    county, (reported, other, silent) = counted
    rows = {row["部门名称"]: row for row in rows_of(county, "报送台账")}
    assert [rows[one.name]["当前状态"] for one in (reported, other, silent)] == ["部分报送", "待审核", "未报"]
    assert (
        rows[reported.name]["漏报项目（名称）"] == "没有报的项目"
        and rows[reported.name]["是否逾期"] == "是"
        and rows[reported.name]["逾期天数"] > 1000
    )
    assert rows[silent.name]["首次收到"] is None and rows[silent.name]["是否逾期"] is None


def test_the_overview_with_a_roster_agrees_with_libreoffice(counted, assert_formulas_agree):
    county, _ = counted
    assert_formulas_agree(county.out)
    texts = {
        cell.value
        for row in openpyxl.load_workbook(county.out, data_only=True)["总览"].iter_rows()
        for cell in row
    }
    assert 0.6667 in texts and counted[1][2].name in texts


def test_who_confirms_submissions_is_said_by_yes_or_no(tmp_path):
    """A word that is neither counts as yes: nothing is sent that the head was to see, and it is said."""
    written = {"101": "是", "102": "否", "103": "", "104": "√", "105": "看情况"}
    roster = read_roster(
        write_roster(
            tmp_path / "名册.xlsx",
            单位名册=[department(code, f"县{code}局", 负责人确认=text) for code, text in written.items()],
        )
    )
    assert {row.code: row.confirm for row in roster.departments} == {
        "101": True,
        "102": False,
        "103": False,
        "104": True,
        "105": True,
    }
    assert roster.problems == ("“单位名册”第6行的负责人确认“看情况”看不懂，按“是”办；请填“是”或“否”。",)
