"""The monitoring workbook: from received forms to sums, warnings, what is missing; officers' columns stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl.county.monitoring import monitor
from support.command import selfeval
from support.monitoring_forms import Monitoring, Row, write
from support.rosters import department, project, write_roster
from support.season import rows_of
from test_three_stages import Project, evaluate

WATER = Monitoring(
    "农村饮水安全",
    "县水利局",
    "101",
    120,
    60,
    120,
    (
        Row("数量指标", "改造供水点数量", "≥30处", "18处", "30处", "确定能"),
        Row("质量指标", "水质合格率", "≥95%", "96%", "96%", "确定能"),
        Row("满意度", "群众满意度", "≥90%", None, "92%", "有可能"),
    ),
)
DAM = Monitoring(
    "水库除险加固",
    "县水利局",
    "101",
    80.5,
    10.25,
    60,
    (
        Row(
            "数量指标",
            "加固水库数量",
            "≥5座",
            "1座",
            "3座",
            "完全不可能",
            ("经费保障",),
            "资金未到位，已追加申请",
        ),
        Row("社会效益指标", "受益人口", "≥2000人", "400人", "1200人", "完全不可能"),
    ),
)
SCHOOL = Monitoring(
    "校舍维修",
    "县教育局",
    "102",
    200,
    150,
    140,
    (
        Row("数量指标", "维修校舍数量", "≥10栋", "9栋", "8栋", "确定能"),
        Row("满意度", "师生满意度", "≥90%", "95%", "93%", None),
    ),
)
LUNCH = Monitoring("营养午餐", "县教育局", "102", 30, None, None, (Row("数量指标", "受益学生数", "≥500人"),))
LATE = Monitoring(
    "乡村道路", "县交通局", "103", 10, 1, 2, (Row("数量指标", "里程", "≥3公里", "1公里", "3公里"),), "1-6月"
)
TITLES = ["总览", "部门汇总", "项目汇总", "指标明细", "预警清单", "报送台账", "收件核对"]


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    folder = tmp_path_factory.mktemp("监控") / "收到"
    folder.mkdir()
    write(folder / "水利.xlsx", WATER, DAM)
    write(folder / "教育.xlsx", SCHOOL, LUNCH)
    write(folder / "交通.xlsx", LATE)
    (folder / "通知.txt").write_text("请各单位报送监控表", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return write_roster(
        tmp_path_factory.mktemp("名册") / "单位名册.xlsx",
        单位名册=[
            department("101", "县水利局"),
            department("102", "县教育局"),
            department("103", "县交通局"),
        ],
        项目=[
            project("", "101", "农村饮水安全"),
            project("", "101", "水库除险加固"),
            project("", "101", "河道治理"),
            project("", "102", "校舍维修"),
            project("", "102", "营养午餐"),
            project("", "103", "乡村道路"),
        ],
    )


@pytest.fixture(scope="module")
def made(received, roster):
    out = received.parent / "监控.xlsx"
    return monitor(received, out, roster=roster)


def test_the_result_counts_what_was_received(made):
    assert made.through == "1-7月"
    assert (made.departments, made.reported, made.forms, made.missing) == (3, 3, 5, 1)
    assert made.files == {"采用": 3, "非监控材料": 1}
    assert made.outlooks == {"确定能": 3, "有可能": 1, "完全不可能": 2, "可能性未选": 3}
    (note,) = made.notes
    assert "多数表监控到1-7月" in note and "乡村道路（1-6月，交通.xlsx）" in note
    assert all(line.endswith("相符") for line in made.balances)


def test_each_project_has_its_row(made):
    rows = {row["项目名称"]: row for row in rows_of(made.out, "项目汇总")}
    assert {name: row["报送状态"] for name, row in rows.items()} == {
        "农村饮水安全": "已报",
        "水库除险加固": "已报",
        "河道治理": "漏报",
        "校舍维修": "已报",
        "营养午餐": "未填报",
        "乡村道路": "已报",
    }
    dam = rows["水库除险加固"]
    assert (dam["全年预算数（万元）"], dam["1—n月执行数（万元）"], dam["全年预计执行数（万元）"]) == (
        80.5,
        10.25,
        60,
    )
    assert (dam["1—n月执行率"], dam["预计执行率"]) == (0.1273, 0.7453)  # 10.25 / 80.5, 60 / 80.5
    assert dam["预计未执行金额（万元）"] == 20.5
    assert dam["应达进度（参数）"] == 0.4  # June's, the last one before July
    assert (dam["完全不可能"], dam["预计完不成"], dam["预计完成"]) == (2, 2, 0)
    lunch = rows["营养午餐"]
    assert (lunch["全年预算数（万元）"], lunch["预计未填"], lunch["可能性未选"]) == ("", 1, 1)


def test_each_department_is_the_sum_of_its_projects(made):
    rows = {row["部门名称"]: row for row in rows_of(made.out, "部门汇总")}
    water, school, road = rows["县水利局"], rows["县教育局"], rows["县交通局"]
    assert (water["应报项目数"], water["已报项目数"], water["漏报项目数"]) == (3, 2, 1)
    assert (water["全年预算数（万元）"], water["1—n月执行数（万元）"]) == (200.5, 70.25)
    assert water["1—n月执行率"] == 0.3504  # 70.25 / 200.5
    assert (school["应报项目数"], school["已报项目数"]) == (2, 1)
    assert (school["全年预算数（万元）"], school["全年预计执行数（万元）"]) == (200, 140)
    assert (road["已报项目数"], road["全年预算数（万元）"]) == (1, 10)
    assert (school["未填报项目数"], school["漏报项目数"]) == (1, 0)


def test_the_warnings_are_those_of_the_forms(made):
    rows = [row for row in rows_of(made.out, "预警清单") if row["类别"] == "预警"]
    found = Counter((row["项目名称"], row["规则编号"]) for row in rows)
    assert found == {
        ("乡村道路", "M01"): 1,  # 10 % in June
        ("水库除险加固", "M01"): 1,  # 12.73 % in July, 40 % were due in June
        ("水库除险加固", "M03"): 1,  # 受益人口 has no cause, 加固水库数量 has one
        ("校舍维修", "M04"): 2,  # 140 of 150 spent; 8 of 9 done
    }
    assert made.alarms == {"M01": 2, "M03": 1, "M04": 2}
    assert all(row["文件"] and row["工作表"] and row["单元格"] for row in rows)


def test_what_did_not_count_is_named(made):
    rows = {row["文件名"]: row for row in rows_of(made.out, "收件核对")}
    assert rows["通知.txt"]["处理结果"] == "非监控材料"
    states = {row["部门名称"]: row["当前状态"] for row in rows_of(made.out, "报送台账")}
    assert states == {"县水利局": "部分报送", "县教育局": "部分报送", "县交通局": "待审核"}


def test_one_period_can_be_asked_for(received, roster, tmp_path):
    made = monitor(received, tmp_path / "监控.xlsx", roster=roster, through="1-7月")
    assert made.files == {"采用": 2, "其他绩效表": 1, "非监控材料": 1} and made.notes == ()
    rows = {row["文件名"]: row for row in rows_of(made.out, "收件核对")}
    assert "乡村道路，1-6月" in rows["交通.xlsx"]["原因"] and "重报" in rows["交通.xlsx"]["需要做什么"]
    run = selfeval("monitor", received, "-o", tmp_path / "b.xlsx", "--through", "七八月")
    assert run.returncode == 2 and "1-7月" in run.stderr


def test_of_one_project_the_latest_period_counts_and_the_other_is_named(tmp_path):
    folder = tmp_path / "收到"
    folder.mkdir()
    write(folder / "道路.xlsx", LATE, replace(LATE, months="1-9月", executed=4))
    evaluate(folder / "自评.xlsx", Project(7))
    made = monitor(folder, tmp_path / "监控.xlsx")
    (row,) = rows_of(made.out, "项目汇总")
    assert (row["监控期间"], row["1—n月执行数（万元）"]) == ("1-9月", 4)
    rows = {row["文件名"]: row for row in rows_of(made.out, "收件核对")}
    assert "另有绩效运行监控表（2024年，乡村道路，1-6月）" in rows["道路.xlsx"]["原因"]
    assert rows["自评.xlsx"]["处理结果"] == "其他绩效表"
    assert "绩效自评表（2024年，示例项目007）" in rows["自评.xlsx"]["原因"]
    assert "监控表" in rows["自评.xlsx"]["需要做什么"]


@pytest.mark.office
def test_a_spreadsheet_program_computes_the_same(made, assert_formulas_agree, assert_valid_ooxml):
    assert openpyxl.load_workbook(made.out, read_only=True).sheetnames == TITLES
    assert_formulas_agree(made.out)
    assert_valid_ooxml(made.out)


def test_what_officers_wrote_stays_and_counts(made, received, roster, tmp_path):
    out = tmp_path / "监控.xlsx"
    book = openpyxl.load_workbook(made.out)
    written = (
        ("预警清单", {"项目名称": "水库除险加固", "规则编号": "M01"}, "审核意见", "不认可"),
        ("项目汇总", {"项目名称": "水库除险加固"}, "处置意见", "调整目标"),
        ("部门汇总", {"部门名称": "县教育局"}, "审核意见", "已电话核实"),
    )
    for title, where, column, text in written:
        page = book[title]
        heads = [cell.value for cell in page[1]]
        (line,) = [
            row
            for row in page.iter_rows(min_row=2)
            if all(row[heads.index(key)].value == value for key, value in where.items())
        ]
        line[heads.index(column)].value = text
    book.save(out)
    again = monitor(received, out, roster=roster)
    assert (again.carried, again.lost) == (3, 0)
    for title, where, column, text in written:
        (row,) = [
            row for row in rows_of(out, title) if all(row[key] == value for key, value in where.items())
        ]
        assert row[column] == text
    (dam,) = [row for row in rows_of(out, "项目汇总") if row["项目名称"] == "水库除险加固"]
    (before,) = [row for row in rows_of(made.out, "项目汇总") if row["项目名称"] == "水库除险加固"]
    assert (before["预警数"], dam["预警数"]) == (2, 1)


def test_the_command_says_what_it_did_and_keeps_other_workbooks(received, roster, tmp_path):
    out = tmp_path / "监控.xlsx"
    run = selfeval("monitor", received, "-o", out, "--roster", roster)
    assert run.returncode == 0 and "监控汇总完成" in run.stdout and out.is_file(), run.stderr
    county = tmp_path / "全县.xlsx"
    assert selfeval("consolidate", received, "-o", county, "--roster", roster).returncode == 0
    before = county.read_bytes()
    refused = selfeval("monitor", received, "-o", county)
    assert refused.returncode == 2 and "自评的汇总工作簿" in refused.stderr
    assert county.read_bytes() == before
    refused = selfeval("consolidate", received, "-o", out)
    assert refused.returncode == 2 and "监控汇总工作簿" in refused.stderr


def test_a_monitoring_workbook_is_no_filing(made):
    run = selfeval("check", made.out)
    assert "监控汇总工作簿" in run.stdout


def test_monitoring_forms_go_back_marked_with_letters_of_their_stage(received, roster, made, tmp_path):
    out = tmp_path / "退回"
    run = selfeval(
        *("return", received, "-o", out, "--stage", "monitoring", "--roster", roster),
        *("--workbook", made.out),
    )
    assert run.returncode == 0, run.stderr
    (marked,) = out.glob("102*/*_退回修改.xlsx")
    book = openpyxl.load_workbook(marked)
    listed = [[cell.value for cell in row] for row in book["问题清单"].iter_rows()]
    assert any("M04" in row for row in listed)
    (letter,) = out.glob("102*/退回通知.txt")
    told = letter.read_text(encoding="utf-8-sig")
    assert "绩效运行监控材料" in told and "自评" not in told
    (reminder,) = out.glob("101*/催报通知.txt")
    told = reminder.read_text(encoding="utf-8-sig")
    assert "运行监控" in told and "自评" not in told and "河道治理" in told
