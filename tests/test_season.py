"""The season of a county as an officer plays it: decisions, explanations and mends rule what follows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.model.findings import counted
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.demo.second_round import play
from selfeval_xl.workflows.returns import return_filings
from support.command import selfeval
from support.counties import fill_county
from support.every_part import everything_in
from support.season import append_row, listed, resubmit, rows_of, write_hand

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


def test_officers_are_told_whose_words_another_department_has_and_it_is_not(tmp_path):
    text = "完成全县中小河流治理任务，保障汛期安全，改善沿线群众的生产生活条件，巩固水毁修复成果。"
    first, second = made_up()[0][0], made_up()[0][4]
    for each in (first, second):
        each.projects[3]["goal"]["expected"] = text
        fill_county(tmp_path / "收到", [each])
    consolidate(tmp_path / "收到", tmp_path / "县.xlsx")
    (row,) = [row for row in rows_of(tmp_path / "县.xlsx", "审核问题") if row["规则编号"] == "X08"]
    named = {first.name: second.name, second.name: first.name}[row["部门名称"]]
    assert row["应为或参考"].startswith(f"{named}（{named}.xlsx 项目")
    back = return_filings(tmp_path / "收到", tmp_path / "退")
    (each,) = [each for each in back.returns if each.name == row["部门名称"]]
    for file in each.files:
        assert named not in everything_in(Path(file.out))


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """Three departments' filings, and the workbook in which officers have decided on them."""
    root = tmp_path_factory.mktemp("decided")
    received, county = root / "收到", root / "县.xlsx"
    passes, argues, has_more = made_up()[0][0], made_up()[0][4], made_up()[0][2]
    fill_county(received, [passes, argues, has_more])
    consolidate(received, county)
    # The first department has faults, and passes all the same; of the second one finding is none.
    assert write_hand(county, "部门汇总", {"部门名称": passes.name}, 审核意见="同意", 审核日期="11.24") == 1
    assert write_hand(county, "审核问题", {"规则编号": "F10"}, 审核意见="不认可", 审核人="王") == 1
    append_row(
        county,
        "补充意见",
        部门名称=has_more.name,
        项目名称=has_more.projects[0]["project"],
        工作表="项目01",
        单元格="F5",
        问题说明="付款凭证少一张，请核对执行数。",
        处理方式="本次修改",
        意见人="王",
    )
    return received, county, passes, argues, has_more


def test_what_officers_decided_rules_what_goes_back(decided, tmp_path):
    received, county, passes, argues, has_more = decided
    result = return_filings(received, tmp_path / "退", workbook=county)
    back = {each.name: each for each in result.returns}
    assert str(county) in result.told
    assert passes.name not in back and passes.name in result.passed
    assert "F10" not in {finding.rule for finding in back[argues.name].findings}
    rows = [row for row in listed(back[has_more.name].files[0].out) if row["规则编号"] == "补充"]
    assert [(row["工作表"], row["单元格"], row["问题说明"]) for row in rows] == [
        ("项目01", "F5", "付款凭证少一张，请核对执行数。")
    ]


def test_the_workbook_that_fits_is_found_and_said_and_one_that_does_not_is_not_used(decided, tmp_path):
    received, county, passes, _, _ = decided
    result = return_filings(received, tmp_path / "退")
    assert passes.name in result.passed and str(county) in result.told
    fewer = tmp_path / "别处" / "收到"
    fill_county(fewer, made_up()[0][:1])
    (fewer.parent / "县.xlsx").write_bytes(county.read_bytes())
    result = return_filings(fewer, tmp_path / "再退")
    assert [each.name for each in result.returns] == [passes.name] and "没有用" in result.told


def test_the_next_run_counts_what_the_returns_ask(decided, tmp_path):
    received, county, _, argues, has_more = decided
    again = tmp_path / "县.xlsx"
    again.write_bytes(county.read_bytes())
    consolidate(received, again)
    result = return_filings(received, tmp_path / "退", workbook=again)
    asked = {each.name: counted(each.open) for each in result.returns}
    rows = {row["部门名称"]: row for row in rows_of(again, "部门汇总")}
    for name in (argues.name, has_more.name):
        assert (rows[name]["须修改数"], rows[name]["须说明数"]) == (asked[name].fix, asked[name].explain)
    assert "付款凭证少一张，请核对执行数。" in {row["问题说明"] for row in rows_of(again, "审核问题")}
    assert rows_of(again, "补充意见")[0]["部门名称"] == has_more.name
    (day,) = [row["审核日期"] for row in rows_of(again, "部门汇总") if row["审核日期"]]
    assert day == "11.24"  # no year stands there, and none is made up


def test_two_officers_copies_become_one_with_the_conflicts_listed(decided, tmp_path):
    received, county, passes, argues, _ = decided
    first, second, both = (tmp_path / f"{name}.xlsx" for name in ("甲", "乙", "合"))
    for copy in (first, second):
        copy.write_bytes(county.read_bytes())
    write_hand(first, "部门汇总", {"部门名称": argues.name}, 备注="甲写的")
    write_hand(second, "部门汇总", {"部门名称": argues.name}, 备注="乙写的", 审核人="乙")
    append_row(second, "补充意见", 部门名称=argues.name, 问题说明="乙的意见", 处理方式="本次说明")
    told = selfeval("combine", first, second, "-o", both)
    assert told.returncode == 0, told.stderr
    rows = {row["部门名称"]: row for row in rows_of(both, "部门汇总")}
    assert (rows[argues.name]["备注"], rows[argues.name]["审核人"]) == ("甲写的", "乙")
    assert rows[passes.name]["审核意见"] == "同意"
    assert [row["问题说明"] for row in rows_of(both, "补充意见") if row["问题说明"]][-1] == "乙的意见"
    assert [(row["第一份"], row["第二份"]) for row in rows_of(both, "合并冲突")] == [("甲写的", "乙写的")]


def test_the_second_round_of_the_demonstration_hears_officer_and_department(tmp_path):
    for department in made_up()[0][4:6]:
        fill_county(tmp_path / "来", [department])
    play(sorted((tmp_path / "来").glob("*.xlsx")), tmp_path / "第二轮")
    back = sorted((tmp_path / "第二轮" / "第二次退回").rglob("*.xlsx"))
    assert len(back) == len({path.parent for path in back})  # one workbook a department
    rows = [row for path in back for row in listed(path)]
    assert {row["状态"] for row in rows if row["处理方式"] == "本次说明"} == {"已说明"}
    assert [row["状态"] for row in rows if row["规则编号"] == "补充"] == ["未修改"]
    assert "已修改" not in {row["状态"] for row in rows}
