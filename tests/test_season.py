"""The season of a county as an officer plays it: decisions, explanations and mends rule what follows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.returns import return_filings
from support.command import selfeval
from support.counties import fill_county
from support.season import listed, resubmit, rows_of

WHY = "年中按示例文件调减，已报县政府批准。"


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """A department's filing, returned; sent again with nothing but one explanation; returned once more."""
    root = tmp_path_factory.mktemp("rounds")
    received, county = root / "收到", root / "县.xlsx"
    department = made_up()[0][4]
    fill_county(received, [department])
    consolidate(received, county)
    first = return_filings(received, root / "退").returns[0].files
    resubmit(first[0].out, received / "重报" / "改.xlsx", {"F10": WHY}, when=60)
    consolidate(received, county)
    second = return_filings(received, root / "再退").returns[0].files
    return department, received, county, first, second


def test_a_reply_that_only_explains_is_a_new_version(rounds):
    _, _, county, _, _ = rounds
    results = {row["文件名"]: row for row in rows_of(county, "收件核对")}
    assert results["改.xlsx"]["处理结果"] == "采用"
    (original,) = [row for name, row in results.items() if name != "改.xlsx"]
    assert original["处理结果"] == "重复" and "单位说明" in original["原因"]
    found = rows_of(county, "审核问题")
    (f10,) = [row for row in found if row["规则编号"] == "F10"]
    assert (f10["状态"], f10["单位说明"]) == ("已说明", WHY)
    # Nothing else was touched, so nothing else is new or mended.
    assert {row["状态"] for row in found if row["规则编号"] != "F10"} == {"未修改"}
    (row,) = rows_of(county, "部门汇总")
    assert row["单位已说明数"] == 1


def test_the_second_return_is_one_workbook_with_true_states(rounds):
    _, received, _, first, second = rounds
    assert len(first) == len(second) == 1 and Path(second[0].path).name == "改.xlsx"
    before, after = listed(first[0].out), listed(second[0].out)
    assert [row["规则编号"] for row in after] == [row["规则编号"] for row in before]
    states = {row["规则编号"]: row["状态"] for row in after if row["处理方式"] != "下年完善"}
    assert states.pop("F10") == "已说明" and set(states.values()) == {"未修改"}


def test_a_returned_file_that_nobody_touched_shows_no_change(rounds):
    _, _, _, first, _ = rounds
    told = selfeval("check", first[0].out).stdout
    assert "已修改0处" in told and "新发现0处" in told


def test_an_explanation_counts_however_the_times_of_the_files_lie(rounds, tmp_path):
    department, _, _, first, _ = rounds
    received = tmp_path / "收到"
    resubmit(first[0].out, received / "甲.xlsx", {"F10": WHY})
    fill_county(received, [department])  # the original is copied into the folder later
    county = tmp_path / "县.xlsx"
    consolidate(received, county)
    (f10,) = [row for row in rows_of(county, "审核问题") if row["规则编号"] == "F10"]
    assert f10["状态"] == "已说明"
    (sent,) = [row for row in rows_of(county, "收件核对") if row["文件名"] == "甲.xlsx"]
    assert sent["处理结果"] == "采用"


def test_an_explanation_stays_when_another_sheet_is_changed_afterwards(rounds, tmp_path):
    department, _, _, first, second = rounds
    received = tmp_path / "收到"
    fill_county(received, [department])
    resubmit(first[0].out, received / "一.xlsx", {"F10": WHY}, when=60)
    (wrong,) = [row for row in listed(first[0].out) if row["规则编号"] == "F08"]
    # The third version was made from the first return: it mends an amount, and has no explanation.
    typed = {(wrong["工作表"], wrong["单元格"]): Decimal(30)}
    resubmit(first[0].out, received / "二.xlsx", typed=typed, when=120)
    back = return_filings(received, tmp_path / "退").returns[0].files
    assert len(back) == 1 and Path(back[0].path).name == "二.xlsx"
    states = {row["规则编号"]: row["状态"] for row in listed(back[0].out) if row["处理方式"] != "下年完善"}
    assert (states["F08"], states["F10"]) == ("已修改", "已说明")


def test_two_versions_that_differ_only_in_what_was_explained_are_not_called_the_same(rounds):
    _, received, _, first, _ = rounds
    told = selfeval("diff", first[0].out, received / "重报" / "改.xlsx").stdout
    assert "完全一样" not in told and WHY in told
