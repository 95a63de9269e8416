"""What an officer reads in August and in March: counts that agree, nothing that misleads."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl.county.earlier_stages import read_earlier, told_of_matches
from selfeval_xl.county.monitoring import monitor
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.forms import MONITORING
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
from support.command import selfeval
from support.monitoring_forms import Monitoring, Row, write
from support.rosters import department, project, write_roster
from support.season import rows_of
from support.stage_forms import stage_form
from test_monitoring_workbook import DAM, SCHOOL, WATER
from test_rules_stages import HEAD, filing, row, self_evaluation
from test_three_stages import Project, evaluate

TRADE = Monitoring(
    "边境贸易",
    "县商务局",
    "",
    100,
    50,
    100,
    (Row("数量指标", "培训企业数", "≥10家", "6家", "10家", "确定能"),),
)


@pytest.fixture(scope="module")
def august(tmp_path_factory):
    """Two departments of three of the roster, one outside it, a note, and April's form of a project."""
    folder = tmp_path_factory.mktemp("八月")
    (folder / "收到").mkdir()
    write(folder / "收到" / "水利.xlsx", WATER, DAM)
    write(folder / "收到" / "水利四月.xlsx", replace(DAM, months="1-4月"))
    write(folder / "收到" / "教育.xlsx", SCHOOL)
    write(folder / "收到" / "商务.xlsx", TRADE)
    (folder / "收到" / "通知.txt").write_text("x", encoding="utf-8")
    write_roster(
        folder / "单位名册.xlsx",
        单位名册=[
            department(*each) for each in (("101", "县水利局"), ("102", "县教育局"), ("103", "县交通局"))
        ],
        项目=[project("", "101", "农村饮水安全"), project("", "103", "乡村道路")],
    )
    out = folder / "监控.xlsx"
    return folder, monitor(folder / "收到", out, roster=folder / "单位名册.xlsx")


def test_the_screen_counts_departments_as_the_front_page_does(august):
    folder, made = august
    assert (made.departments, made.reported, made.unlisted) == (3, 2, 1)
    page = openpyxl.load_workbook(made.out, data_only=True)["总览"]
    heads = {cell.value: cell for line in page.iter_rows() for cell in line if cell.value}
    for label, number in (("应报部门", 3), ("已报部门", 2)):
        assert page.cell(heads[label].row + 1, heads[label].column).value == number
    run = selfeval("monitor", folder / "收到", "-o", made.out, "--roster", folder / "单位名册.xlsx")
    assert "3个，已报2个；名册外1个" in run.stdout and "另有不属于任何部门的文件1处" in run.stdout


def test_projects_of_which_all_will_be_spent_are_not_listed_as_unspent(august):
    """水库除险加固 leaves 20.5, 校舍维修 60万元; the others nothing."""
    _, made = august
    page = openpyxl.load_workbook(made.out, data_only=True)["总览"]
    (head,) = [
        cell for line in page.iter_rows() for cell in line if str(cell.value).startswith("预计未执行金额前十")
    ]
    names = [page.cell(head.row + k, head.column).value for k in range(1, 11)]
    assert [name for name in names if name] == ["校舍维修", "水库除险加固"]


def test_what_is_to_be_done_now_comes_first_among_the_main_findings(august):
    _, made = august
    (dam,) = [row for row in rows_of(made.out, "项目汇总") if row["项目名称"] == "水库除险加固"]
    first, second, *_ = dam["主要问题（最重三条）"].split("；")
    assert first.startswith("完不成而没有写原因") and second.startswith("执行进度偏慢")


def test_the_reasons_speak_of_monitoring(august):
    _, made = august
    rows = {row["文件名"]: row for row in rows_of(made.out, "收件核对") if row["处理结果"]}
    assert rows["教育.xlsx"]["原因"] == "表都已采用"
    assert "不是监控表的文件" in rows["通知.txt"]["原因"]
    assert rows["水利四月.xlsx"]["需要做什么"].startswith("有更晚期间的表的，不用管")


def test_an_earlier_form_of_a_project_is_not_without_a_self_evaluation(tmp_path):
    for name in ("监控", "自评"):
        (tmp_path / name).mkdir()
    one = Project(1)
    evaluate(tmp_path / "自评" / "表.xlsx", one)
    form = Monitoring(one.name, one.department, "", 100, 50, 100, TRADE.rows)
    write(tmp_path / "监控" / "七月.xlsx", form)
    write(tmp_path / "监控" / "四月.xlsx", replace(form, months="1-4月"))
    earlier = read_earlier(None, tmp_path / "监控")
    assert list(told_of_matches(earlier, gather([read_file(tmp_path / "自评" / "表.xlsx")]))) == []


@pytest.mark.parametrize(
    "note, treatment", [("", Treatment.EXPLAIN), ("施工队撤场；已另选", Treatment.BUREAU)]
)
def test_what_the_form_explains_already_is_the_bureaus_to_look_at(note, treatment):
    own = self_evaluation(rows=[row("改造床位数量", "≥200张", 完成情况="100张", 原因说明=note)])
    monitored = stage_form(
        MONITORING,
        rows=[row("改造床位数量", "≥200张", 完成情况="90张", 完成目标可能性="确定能")],
        **HEAD,
    )
    (finding,) = [each for each in check([filing(own, monitored)]) if each.rule == "X14"]
    assert finding.treatment is treatment
    assert ("表里写了原因" in finding.message) == bool(note)


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """Letters: 水利局 misses a project and sent one outside the roster; 教育局 left one blank."""
    folder = tmp_path_factory.mktemp("催报")
    (folder / "收到").mkdir()
    outside = replace(WATER, project="殡葬服务")
    write(folder / "收到" / "水利.xlsx", WATER, outside)
    blank = Monitoring(
        "营养午餐", "县教育局", "102", 30, None, None, (Row("数量指标", "受益学生数", "≥500人"),)
    )
    write(folder / "收到" / "教育.xlsx", SCHOOL, blank)
    write(folder / "收到" / "商务.xlsx", TRADE)
    roster = write_roster(
        folder / "单位名册.xlsx",
        单位名册=[
            department("101", "县水利局", 归口股室="农业股", 报送截止日期="2024-08-15"),
            department("102", "县教育局", 归口股室="教科文股", 报送截止日期="2024-08-15"),
        ],
        项目=[
            project("", "101", "农村饮水安全"),
            project("", "101", "河道治理"),
            project("", "102", "校舍维修"),
            project("", "102", "营养午餐"),
        ],
    )
    run = selfeval(
        *("return", folder / "收到", "-o", folder / "退", "--stage", "monitoring", "--roster", roster),
        *("--today", "2024-08-20"),
    )
    assert run.returncode == 0, run.stderr
    return folder / "退", run.stdout


def text(out, pattern: str) -> str:
    (path,) = out.glob(pattern)
    return path.read_text(encoding="utf-8-sig")


def test_a_project_outside_the_roster_is_not_counted_as_due(sent):
    assert "应报项目2个，已收到1个，还差：①河道治理。" in text(sent[0], "101*/催报通知.txt")


def test_a_form_that_nobody_filled_in_is_named_in_the_reminder_and_to_the_section(sent):
    told = text(sent[0], "102*/催报通知.txt")
    assert "已逾期5天。“营养午餐”的表还没有填。请于" in told and "。。" not in told
    assert "部分报送1个（县教育局1个项目的表没有填）" in text(sent[0], "归口股室/教科文股.txt")


def test_what_is_said_of_several_projects_alike_is_said_once(sent):
    told = text(sent[0], "102*/退回通知.txt")
    later = told[told.index("下年完善") :]
    assert later.count("没有效益指标") == 1


def test_a_question_is_not_called_a_file_that_was_not_marked(sent):
    assert "没有标注" not in sent[1] and "商务.xlsx：名册里没有“县商务局”" in sent[1]
