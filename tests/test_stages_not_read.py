"""A sheet that is a monitoring form or a declaration by its title, and that nobody could read, is named."""

from __future__ import annotations

import json

import openpyxl
import pytest

from support.command import selfeval
from test_three_stages import Project, evaluate

ODD = {
    "绩效运行监控表": ("项目支出绩效运行监控表", "绩效运行监控表"),
    "绩效目标申报表": ("项目支出绩效目标申报表", "绩效目标申报表"),
}


def odd_sheet(book: openpyxl.Workbook, title: str) -> None:
    """A sheet with the title of a form and heads that no form has."""
    sheet = book.create_sheet("附表一")
    for row in ([title], ["（2024年度）"], ["考核内容", "备注"], ["全年巡查200公里", "已巡查120公里"]):
        sheet.append(row)


@pytest.mark.parametrize("kind", ODD)
def test_check_names_a_sheet_of_an_earlier_stage_that_it_could_not_read(kind, tmp_path):
    title, name = ODD[kind]
    book = openpyxl.Workbook()
    odd_sheet(book, title)
    book.remove(book["Sheet"])
    book.save(tmp_path / "水利局.xlsx")
    run = selfeval("check", tmp_path / "水利局.xlsx", "--json")
    found = json.loads(run.stdout)["findings"]
    assert [(each["rule"], each["sheet"], each["treatment"]) for each in found] == [("T01", "附表一", "fix")]
    assert found[0]["message"] == f"工作表“附表一”像是{name}，但没有读出来。"
    assert run.returncode == 1
    shown = selfeval("check", tmp_path / "水利局.xlsx").stdout
    assert "像是" in shown and "没有校验" not in shown and "须修改1处" in shown


def test_beside_a_self_evaluation_it_is_only_told_that_it_was_not_checked(tmp_path):
    evaluate(tmp_path / "水利局.xlsx", Project(1))
    book = openpyxl.load_workbook(tmp_path / "水利局.xlsx")
    odd_sheet(book, "项目支出绩效目标申报表")
    book.save(tmp_path / "水利局.xlsx")
    run = selfeval("check", tmp_path / "水利局.xlsx", "--json")
    assert "T01" not in {each["rule"] for each in json.loads(run.stdout)["findings"]}
    assert "绩效目标申报表" in selfeval("check", tmp_path / "水利局.xlsx").stdout


def test_a_workbook_of_ours_has_nothing_that_is_not_read(tmp_path):
    for stage in ("monitoring", "declaration"):
        out = tmp_path / f"{stage}.xlsx"
        assert selfeval("template", "--stage", stage, "-o", out, "--year", "2024").returncode == 0
        run = selfeval("check", out, "--json")
        assert "没有读出来" not in "".join(each["message"] for each in json.loads(run.stdout)["findings"])
