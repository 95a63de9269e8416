"""The bureau's buttons, pressed on a workbook open in LibreOffice."""

from __future__ import annotations

import openpyxl

from selfeval_xl.addin import state
from selfeval_xl.addin.buttons.rechecking import papers_in_use
from selfeval_xl.filings.roster_sheets import blank_roster
from support import papers


def test_the_bureau_consolidates_a_folder_and_opens_its_ledger(book, press, home, excel):
    assert press("open_ledger").startswith("还没有汇总过")
    received = home / "收件"
    received.mkdir()
    book.SaveCopyAs(str(received / "交通局.xlsx"))
    assert press("consolidate_county", None) == "请选择放着各部门材料的文件夹"
    told = press("consolidate_county", received, "yes")
    assert "汇总完成：1个部门，已报1个，项目表2张。" in told and (home / "全县汇总.xlsx").exists()
    press("open_ledger")
    assert excel.opened[-1].api.ActiveSheet.Name == "报送台账"


def test_the_bureau_issues_returns_and_reminds_by_its_roster(book, press, home):
    assert "指定名册文件" in press("issue_books") and "指定名册文件" in press("make_reminders")
    blank_roster(home / "名册.xlsx")
    listed = openpyxl.load_workbook(home / "名册.xlsx")
    listed["单位名册"].append(["102", "县水利局", None, None, "农业股", None, None, None, "mof-2020"])
    listed["项目"].append(["102", "县水利站", "P01", "水闸维修", None, "财政拨款", 100, 100, None, "万元"])
    listed.save(home / "名册.xlsx")
    state.change_settings(roster=str(home / "名册.xlsx"))
    (home / "下发").mkdir()
    assert "1个部门，项目表1张" in press("issue_books", home / "下发") and list(
        (home / "下发").glob("*县水利局*.xlsx")
    )
    (home / "收件").mkdir(exist_ok=True)
    book.SaveCopyAs(str(home / "收件" / "交通局.xlsx"))
    assert "退回1个部门" in press("make_returns", home / "收件") and list(
        (home / "退回件").rglob("退回通知.*")
    )
    assert "催报通知已生成" in press("make_reminders", home / "收件") and list(
        (home / "催报通知").rglob("*县水利局*/催报通知.*")
    )


def test_the_bureau_draws_a_sample_and_sums_its_papers_up(book, press, home, excel):
    (home / "收件").mkdir()
    book.SaveCopyAs(str(home / "收件" / "交通局.xlsx"))
    press("consolidate_county", home / "收件", "yes")
    assert "看不懂" in press("draw_sample", "yes", "十个", "1")
    told = press("draw_sample", "yes", "2", "7")
    assert "抽到2个项目" in told and "种子7" in told and (home / "抽查" / "抽查名单.xlsx").exists()
    paper = next(path for path in (home / "抽查").glob("*.xlsx") if path.name != "抽查名单.xlsx")
    papers.agree(paper)
    told = press("summarise_papers", home / "抽查")
    assert "抽查2个项目" in told and "未复核：" in told and (home / "复核汇总.xlsx").exists()
    assert excel.opened[-1].api.ActiveSheet.Name == "项目"
    assert papers_in_use() == home / "抽查"  # which 汇总全县 takes then
    (home / "抽查" / "抽查名单.xlsx").unlink()
    assert papers_in_use() is None
