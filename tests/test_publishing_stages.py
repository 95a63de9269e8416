"""Public copies of declarations and monitoring forms, and the list of the files that were left out."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl.readers import read_file
from selfeval_xl.workflows.publishing import publish
from support.command import selfeval
from support.declarations import GOAL, declare
from support.monitoring_forms import write
from support.rosters import department, project, write_roster
from test_monitoring_workbook import DAM, WATER
from test_three_stages import Project, evaluate


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """Two declarations that may be published and one that may not, and files of other kinds beside them."""
    folder = tmp_path_factory.mktemp("公开") / "收到"
    folder.mkdir()
    declare(folder / "饮水.xlsx", "农村饮水安全", "县水利局", goal=f"{GOAL}联系电话13912345678。")
    declare(folder / "水库.xlsx", "水库除险加固", "县水利局")
    declare(folder / "涉密.xlsx", "应急指挥专线", "县应急管理局")
    write(folder / "水利局监控表.xlsx", replace(WATER, year=2025))
    evaluate(folder / "自评.xlsx", Project(1))
    (folder / "县水利局盖章件.pdf").write_bytes(b"%PDF-1.4\n")
    (folder / "通知.txt").write_text("请报送", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return write_roster(
        tmp_path_factory.mktemp("名册") / "单位名册.xlsx",
        单位名册=[department("101", "县水利局"), department("102", "县应急管理局")],
        项目=[
            project("", "101", "农村饮水安全"),
            project("", "101", "水库除险加固"),
            project("", "102", "应急指挥专线", **{"是否公开": "否", "不公开理由": "涉密"}),
        ],
    )


@pytest.fixture(scope="module")
def published(received, roster):
    return publish(received, received.parent / "公开", roster=roster, stage="declaration")


def test_declarations_are_published_under_their_own_title(published):
    """A workbook for each department that may be published; what is read from it is what was declared."""
    assert [(name, path.name, masked) for name, path, masked in published.copies] == [
        ("县水利局", "县水利局2025年度绩效目标申报表.xlsx", 1)
    ]
    ((_, path, _),) = published.copies
    book = openpyxl.load_workbook(path)
    assert {book[name]["A1"].value for name in book.sheetnames} == {"项目支出绩效目标申报表"}
    forms = {form.project: form for form in read_file(path).stage_forms}
    assert set(forms) == set(book.sheetnames) == {"农村饮水安全", "水库除险加固"}
    water = forms["农村饮水安全"]
    assert [(row.name, row.target) for row in water.indicators] == [
        ("改造供水点数量", "≥30处"),
        ("受益人口", "≥2000人"),
        ("群众满意度", "≥90%"),
    ]
    assert water.goal.expected == f"{GOAL}联系电话139********。"
    assert water.total_funding.annual_budget == "120"


def test_what_is_not_public_is_refused_and_nothing_else_is(published):
    assert published.refused == (("县应急管理局", "应急指挥专线", "名册写明不公开（涉密）"),)


def test_each_file_that_was_left_out_is_named_with_its_reason(published):
    assert {(file, why) for _, file, why in published.aside} == {
        (
            "水利局监控表.xlsx：监控1",
            "绩效运行监控表（2025年，农村饮水安全），是内部材料，一般不公开；要公开的，加 --stage monitoring",
        ),
        (
            "自评.xlsx：Sheet",
            "绩效自评表（2024年，示例项目001），不是这次公开的表；要公开自评表的，不写 --stage",
        ),
        ("县水利局盖章件.pdf", "附件：扫描件或图片，作为盖章件留存"),
        (
            "通知.txt",
            "非申报材料：“通知.txt”里面是纯文本，不是申报表的文件；请核对文件，"
            "换成原来的Excel、WPS表格或Word文件（xlsx、docx）再报送",
        ),
    }


def test_without_a_stage_self_evaluations_are_published_and_the_others_named(received, tmp_path):
    result = publish(received, tmp_path / "公开")
    assert [path.name for _, path, _ in result.copies] == ["示例局12024年度绩效自评表.xlsx"]
    told = {file: why for _, file, why in result.aside}
    assert set(told) == {
        "饮水.xlsx：申报表",
        "水库.xlsx：申报表",
        "涉密.xlsx：申报表",
        "水利局监控表.xlsx：监控1",
        "县水利局盖章件.pdf",
        "通知.txt",
    }
    assert told["饮水.xlsx：申报表"].endswith("随预算公开；要公开的，加 --stage declaration")


def test_monitoring_forms_are_published_when_it_is_asked_for(received, tmp_path):
    result = publish(received, tmp_path / "公开", stage="monitoring")
    assert [path.name for _, path, _ in result.copies] == ["县水利局2025年度绩效运行监控表.xlsx"]
    (form,) = read_file(result.copies[0][1]).stage_forms
    assert [(row.name, row.forecast) for row in form.indicators] == [
        (row.name, row.forecast) for row in WATER.rows
    ]


def test_a_declaration_that_nobody_has_filled_in_is_not_published(tmp_path):
    (tmp_path / "收").mkdir()
    empty = [("数量指标", "改造供水点数量", None)]
    declare(tmp_path / "收" / "空.xlsx", "农村饮水安全", "县水利局", goal=None, rows=empty)
    declare(tmp_path / "收" / "好.xlsx", "水库除险加固", "县水利局")
    result = publish(tmp_path / "收", tmp_path / "公开", stage="declaration")
    assert result.refused == (("县水利局", "农村饮水安全", "还没有填"),)


def test_the_command_publishes_a_stage_and_names_what_it_left_out(received, tmp_path):
    run = selfeval("publish", received, "-o", tmp_path / "公开", "--stage", "declaration", "--yes")
    assert run.returncode == 0, run.stderr
    told = run.stdout.replace("\n", "")
    assert "绩效目标申报表.xlsx" in told and "监控1" in told and "通知.txt" in told
    refused = selfeval(
        *("publish", received, "-o", tmp_path / "b", "--stage", "declaration"),
        *("--workbook", received / "自评.xlsx"),
    )
    assert refused.returncode == 2 and "目标申报表没有汇总工作簿" in refused.stderr


def test_only_the_latest_months_are_published_and_the_others_named(tmp_path):
    (tmp_path / "收").mkdir()
    write(tmp_path / "收" / "七月.xlsx", DAM)
    write(tmp_path / "收" / "四月.xlsx", replace(DAM, months="1-4月"))
    result = publish(tmp_path / "收", tmp_path / "公开", stage="monitoring")
    (form,) = read_file(result.copies[0][1]).stage_forms
    assert form.through == "1-7月"
    assert [(file, why) for _, file, why in result.aside] == [
        ("四月.xlsx：监控1", "绩效运行监控表（2024年，水库除险加固，1-4月），有更晚的，没有公开")
    ]
