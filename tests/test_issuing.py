"""Issuing: from the roster to one workbook for each department, with everything known filled in."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl import layouts
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.quantity import money, parse
from selfeval_xl.readers import read_file
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from selfeval_xl.writers.xlsx.apply import apply
from support.issued import book, forms, issue_two
from support.rosters import TARGETS, department, make_roster, project, target, write_roster


@pytest.fixture(scope="module")
def issued(tmp_path_factory):
    return issue_two(tmp_path_factory.mktemp("issue"))


def test_each_department_gets_one_workbook_named_by_code_and_name(issued):
    assert sorted(path.name for path in issued.folder.iterdir()) == [
        "101_县教育局_2024年度绩效自评表.xlsx",
        "102_县水利局_2024年度绩效自评表.xlsx",
        "下发清单.xlsx",
    ]
    assert (issued.count("已生成"), issued.projects, issued.targets, issued.left_out["免评"]) == (2, 4, 8, 1)


def test_codes_names_units_and_money_come_back_as_the_roster_says(issued):
    read = forms(issued)
    assert list(read) == ["整体", "校舍维修", "操场改造", "涉密项目"]
    assert [(form.project_code, form.department_code, form.unit) for form in read.values()][1:] == [
        ("P1", "101", "县教育局"),
        ("P2", "101", "第一小学"),
        ("P3", "101", "县教育局"),
    ]
    line = next(line for line in read["校舍维修"].funding if line.source == "当年财政拨款")
    assert (line.initial_budget, line.annual_budget, line.executed) == ("149.04", "132.7123", None)
    assert read["整体"].department == "县教育局" and read_file(book(issued)).problems == ()


def test_money_in_yuan_goes_into_a_form_in_yuan_as_it_is(tmp_path):
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("1", "甲局", 表式="yunnan")],
        项目=[
            project("a", "1", "甲", 全年预算数=1327123, 金额单位="元"),
            project("b", "1", "乙", 全年预算数="57.04", 金额单位="万元"),
        ],
    )
    done = issuing.issue(roster, tmp_path / "下发")
    assert [form.total_funding.annual_budget for name, form in forms(done).items() if name != "整体"] == [
        "1327123",
        "570400",
    ]
    assert {form.money_unit for form in forms(done).values() if form.project} == {"元"}


def test_sources_of_one_project_are_rows_of_one_form(issued):
    form = forms(issued, 1)["灌区维修"]
    lines = {line.source: (line.annual_budget, line.executed) for line in form.funding}
    assert (
        lines["当年财政拨款"] == ("10", None)
        and lines["上年结转资金"] == ("2.5", "2.5")
        and lines["合计"] == ("12.5", "2.5")
    )


def test_targets_stand_in_printed_order_with_points_and_last_years_figures_as_a_note(issued):
    form = forms(issued, 1)["灌区维修"]
    assert [(row.level1, row.name, row.target, row.points) for row in form.indicators] == [
        ("产出指标", "维修校舍面积", "≥1200平方米", "20"),
        ("产出指标", "完工时间", "11月底前", "30"),
        ("满意度指标", "师生满意度", "≥95%", "20"),
        ("成本指标", "维修费用", "=30000元", "20"),
    ]
    sheet = openpyxl.load_workbook(book(issued, 1))["项目01"]
    notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert notes == {
        form.indicators[0].cells["actual"]: "上年（2023年度）\n指标值：≥1000平方米\n完成值：980平方米"
    }


def test_what_was_issued_is_locked_and_written_down_and_the_rest_is_open(issued):
    file = read_file(book(issued))
    form = next(form for form in file.forms if form.project == "校舍维修")
    sheet = openpyxl.load_workbook(book(issued))[form.sheet]
    row, line = form.indicators[1], form.funding[0]
    assert (
        sheet[row.cells["target"]].protection.locked
        and sheet[row.cells["name"]].protection.locked
        and sheet[line.cells["annual_budget"]].protection.locked
    )
    assert (
        not sheet[row.cells["actual"]].protection.locked
        and not sheet[line.cells["executed"]].protection.locked
    )
    kept = {
        key.split("|")[2]: text
        for key, text in file.settings.items()
        if key.startswith(f"issued|{form.sheet}|")
    }
    assert (
        kept[form.cells["project"]] == "校舍维修"
        and kept[row.cells["target"]] == row.target
        and kept[line.cells["annual_budget"]] == "132.7123"
    )
    assert row.cells["actual"] not in kept


def test_protected_sheets_have_no_password_and_leave_formats_and_rows_free(tmp_path, assert_valid_ooxml):
    done = issuing.issue(make_roster(tmp_path / "名册.xlsx"), tmp_path / "下发", protect=True)
    protection = openpyxl.load_workbook(book(done))["项目01"].protection
    assert protection.sheet and not protection.password
    assert not any(
        getattr(protection, name)
        for name in ("formatCells", "formatRows", "insertRows", "deleteRows", "objects")
    )  # False: not forbidden
    assert_valid_ooxml(book(done))
    assert "校舍维修" in forms(done)


def test_the_cover_says_when_how_and_what_has_to_come_back(issued):
    sheet = openpyxl.load_workbook(book(issued))["填报说明"]
    told = {row[0].value: row[1].value for row in sheet.iter_rows(max_col=2)}
    assert (told["截止日期"], told["报送方式"], told["联系人"], told["联系电话"]) == (
        "2025年3月31日",
        "内网邮箱",
        "李四",
        "0431-2222222",
    )
    assert told["要报回的"].startswith("1. 项目支出绩效自评表3张") and "扫描件" in told["要报回的"]
    assert (
        told["不用填的"] == "免评项目1个：工资性支出（P4）。" and "涉密项目（P3）（涉密）" in told["不公开的"]
    )


def test_the_index_lists_every_department_and_project(issued, assert_formulas_agree):
    assert_formulas_agree(issued.index)
    index = openpyxl.load_workbook(issued.index, data_only=True)
    heads, *rows = index["下发清单"].iter_rows(values_only=True)
    first = dict(zip(heads, rows[0], strict=True))
    assert (
        first["部门编码"],
        first["项目表"],
        first["指标"],
        first["免评项目"],
        first["不公开项目"],
        first["结果"],
    ) == ("101", 3, 4, 1, 1, "已生成")
    assert first["全年预算数（万元）"] == pytest.approx(190.7523) and rows[-1][0] == "合计"
    listed = [
        (row[4], row[7], row[8]) for row in index["项目"].iter_rows(min_row=2, values_only=True) if row[4]
    ]
    assert listed == [
        ("P1", "已下发", "项目01"),
        ("P2", "已下发", "项目02"),
        ("P3", "已下发", "项目03"),
        ("P4", "免评", None),
        ("W1", "已下发", "项目01"),
    ]


def test_a_filled_workbook_gives_all_values_back(issued, tmp_path):
    """Roster, issued, filled in as edits, read: codes, budgets, targets and everything typed."""
    form = forms(issued)["校舍维修"]
    cells = {
        form.cells["project"]: None,
        form.funding[0].cells["executed"]: Decimal("120.5"),
        form.goal.cells["expected"]: "维修校舍。",
        form.goal.cells["actual"]: "已维修。",
    }
    del cells[form.cells["project"]]
    for row in form.indicators:
        cells |= {row.cells["actual"]: "1100平方米", row.cells["note"]: "雨季受阻；下一步加快。"}
    applied = apply(
        book(issued),
        [Edit(form.sheet, cell, None, value) for cell, value in cells.items()],
        tmp_path / "填好.xlsx",
    )
    assert applied.refused == ()
    back = next(each for each in read_file(tmp_path / "填好.xlsx").forms if each.project == "校舍维修")
    assert (back.project_code, back.department_code, back.funding[0].executed, back.goal.actual) == (
        "P1",
        "101",
        "120.5",
        "已维修。",
    )
    assert [(row.target, row.actual, row.note) for row in back.indicators] == [
        (row.target, "1100平方米", "雨季受阻；下一步加快。") for row in form.indicators
    ]


@pytest.mark.parametrize("layout_id", layouts.ids())
def test_an_issued_workbook_of_every_layout_is_clean_agrees_with_libreoffice_and_reads_back(
    layout_id, tmp_path, assert_valid_ooxml, assert_formulas_agree
):
    roster = write_roster(
        tmp_path / "名册.xlsx",
        单位名册=[department("101", "甲局", 表式=layout_id)],
        项目=[project("P1", "101", "校舍维修", 年初预算数=20, 全年预算数="12.5", 全年执行数="12.25")],
        绩效目标=[target(code, row) for code in ("P1", "101") for row in TARGETS],
    )
    done = issuing.issue(roster, tmp_path / "下发", asked=IssueOptions(year=2024))
    assert_valid_ooxml(book(done))
    assert_formulas_agree(book(done))
    read = read_file(book(done))
    assert read.problems == () and {form.department_code for form in read.forms} == {"101"}
    whole, form = (
        next(form for form in read.forms if form.kind == kind) for kind in ("department", "project")
    )
    assert (form.project, form.project_code, read.settings["layout"]) == ("校舍维修", "P1", layout_id)
    wanted = {row[2]: parse(row[3]) for row in TARGETS}
    assert {row.name: parse(row.target) for row in form.indicators} == wanted and {
        row.name: parse(row.target) for row in whole.indicators
    } == wanted
    factor = Decimal(10000) if form.money_unit == "元" else Decimal(1)
    total = form.total_funding
    amounts = {"initial_budget": Decimal(20), "annual_budget": Decimal("12.5"), "executed": Decimal("12.25")}
    printed = amounts.keys() & total.cells.keys()  # a form of transfer payments has no 年初预算数
    assert printed >= {"annual_budget", "executed"} and len(printed) == (2 if layout_id == "transfer" else 3)
    assert all(money(getattr(total, key)) == amounts[key] * factor for key in printed)
    if "points" in form.indicator_columns:
        assert sorted(row.points for row in form.indicators) == ["20", "20", "20", "30"]


def test_the_index_is_clean(issued, assert_valid_ooxml):
    assert_valid_ooxml(issued.index)


def test_a_department_without_projects_still_gets_its_own_form(tmp_path, assert_valid_ooxml):
    done = issuing.issue(
        write_roster(tmp_path / "名册.xlsx", 单位名册=[department("9", "甲局")]), tmp_path / "下发"
    )
    assert [form.kind for form in read_file(book(done)).forms] == ["department"] and done.projects == 0
    assert_valid_ooxml(book(done))
